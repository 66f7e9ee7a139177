/* SPDX-License-Identifier: BSD-2-Clause */
/* For scenarios: flows from one host to another over one bottleneck, and what they got of it. */
#ifndef NETSTACK_TESTS_SIM_PATH_H
#define NETSTACK_TESTS_SIM_PATH_H

#include "flow.h"

#include "tcp/tcp_info.h"
#include "tcp/tcp_priv.h"

struct path {
	/* for main() to set; path_init() keeps them */
	u64 seed;
	const char *pcap, *replay;
	bool verbose, ok;

	struct world world;
	struct wire_sim_params link[2]; /* 0 carries the data */
	struct flow **flows;
	u32 nr_flows, failed_flows;
	u64 *mark; /* received by then, per flow */
	u64 mark_at;
	u32 retrans_at_mark, segs_at_mark;

	/* for a scenario's hooks */
	u32 seen, isn, burst, burst_max;
	u64 burst_at;
};

/* buffer in BDPs; 0 Mbit/s: no bottleneck */
void path_init(struct path *p, double mbit, double rtt_ms, double buffer);
void path_exit(struct path *p);
void path_link(struct path *p); /* p->link has changed */
void path_sysctl(struct path *p, const char *name, const char *value); /* of both hosts */
void path_flow(struct path *p, const char *cc);
void path_flow_sized(struct path *p, const char *cc, u64 bytes);
void path_run(struct path *p, u64 ms);
/* Until all sized flows are over, or so long: then a failure. */
void path_finish(struct path *p, u64 ms);

void path_mark(struct path *p); /* the figures below count from here */
/* Payload that arrived, in percent of what the link carries. */
double path_goodput(const struct path *p, u32 flow);
double path_total(const struct path *p);
u32 path_retrans(const struct path *p);	/* segments */
struct tcp_sock *path_tcp(const struct path *p, u32 flow); /* the sender's */
double path_srtt_ms(const struct path *p, u32 flow);
struct tcp_bbr_info_abi path_bbr(const struct path *p, u32 flow); /* TCP_CC_INFO */

/* Says what was measured, and notes the failure if it is not right. */
void path_expect(struct path *p, bool right, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* From now on burst_max is the largest number of data segments sent at one moment. */
void path_watch_bursts(struct path *p);

struct scenario {
	const char *name;
	void (*run)(struct path *p);
	bool slow; /* left out with SIM_BRIEF, as under sanitizers */
};
/* main() of a program of scenarios: TAP; --only TEXT, --seed N, --pcap FILE, --verbose */
int path_main(int argc, char **argv, const char *replay, const struct scenario *scenarios, u32 n);

#endif
