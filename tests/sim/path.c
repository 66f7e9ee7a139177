// SPDX-License-Identifier: BSD-2-Clause
#include "path.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME = 1514, MSS = 1448 };

void path_init(struct path *p, double mbit, double rtt_ms, double buffer)
{
	struct path keep = { .seed = p->seed, .pcap = p->pcap, .replay = p->replay,
			     .verbose = p->verbose, .ok = p->ok };
	u64 rate = (u64)(mbit * 1e6), bdp = (u64)(mbit * 1e6 / 8 * rtt_ms / 1e3);

	*p = keep;
	world_init(&p->world, p->seed);
	p->world.replay = p->replay;
	p->world.check_every = 64;
	world_add_host(&p->world);
	world_add_host(&p->world);
	world_join(&p->world, 0, 1, 1500, false);
	p->link[0] = p->link[1] = (struct wire_sim_params){ .delay_ns = (u64)(rtt_ms * 5e5),
							   .rate_bps = rate };
	if (buffer > 0)
		p->link[0].queue_bytes = max_t(u32, (u32)((double)bdp * buffer), 2 * FRAME);
	path_link(p);
	if (p->pcap && !world_capture(&p->world, p->pcap))
		sim_fail(&p->world, "cannot write %s", p->pcap);
}

void path_exit(struct path *p)
{
	world_exit(&p->world);
	for (u32 i = 0; i < p->nr_flows; i++)
		free(p->flows[i]);
	free(p->flows);
	free(p->mark);
	p->flows = NULL;
	p->mark = NULL;
	p->nr_flows = 0;
}

void path_link(struct path *p)
{
	wire_sim_set(p->world.wire[0], 0, &p->link[0]);
	wire_sim_set(p->world.wire[0], 1, &p->link[1]);
}

void path_sysctl(struct path *p, const char *name, const char *value)
{
	for (u32 i = 0; i < p->world.nr_hosts; i++)
		if (sysctl_set(p->world.host[i].net, name, value))
			sim_fail(&p->world, "%s = %s refused", name, value);
}

void path_flow_sized(struct path *p, const char *cc, u64 bytes)
{
	struct flow *f = calloc(1, sizeof(*f));

	p->flows = realloc(p->flows, (p->nr_flows + 1) * sizeof(*p->flows));
	p->mark = realloc(p->mark, (p->nr_flows + 1) * sizeof(*p->mark));
	if (!f || !p->flows || !p->mark)
		abort();
	p->flows[p->nr_flows] = f;
	p->mark[p->nr_flows] = 0;
	flow_bulk(f, &p->world, p->nr_flows++, cc, bytes);
}

void path_flow(struct path *p, const char *cc)
{
	path_flow_sized(p, cc, BULK_ENDLESS);
}

void path_run(struct path *p, u64 ms)
{
	world_run_for(&p->world, ms * NSEC_PER_MSEC);
}

static bool all_over(void *arg)
{
	struct path *p = arg;

	/* ask the last one first: done() is called at each step */
	for (u32 i = p->nr_flows; i-- > 0;)
		if (!flow_finished(p->flows[i])) {
			struct flow *f = p->flows[i];

			p->flows[i] = p->flows[p->nr_flows - 1];
			p->flows[p->nr_flows - 1] = f;
			return false;
		}
	return true;
}

void path_finish(struct path *p, u64 ms)
{
	path_expect(p, world_run(&p->world, ms * NSEC_PER_MSEC, all_over, p), "all flows end");
	for (u32 i = 0; i < p->nr_flows; i++) {
		flow_check(p->flows[i]);
		p->failed_flows += p->flows[i]->peer[0].error || p->flows[i]->peer[1].error;
	}
}

static u32 retrans_now(const struct path *p)
{
	return (u32)p->world.host[0].net->mib[MIB_Tcp_RetransSegs];
}

void path_mark(struct path *p)
{
	for (u32 i = 0; i < p->nr_flows; i++)
		p->mark[i] = p->flows[i]->peer[1].received;
	p->mark_at = p->world.now;
	p->retrans_at_mark = retrans_now(p);
	p->segs_at_mark = path_tcp(p, 0) ? path_tcp(p, 0)->data_segs_out : 0;
}

double path_goodput(const struct path *p, u32 flow)
{
	double got = (double)(p->flows[flow]->peer[1].received - p->mark[flow]);
	double most = (double)p->link[0].rate_bps / 8 * (double)(p->world.now - p->mark_at) / 1e9;

	return 100 * got / (most * MSS / FRAME);
}

double path_total(const struct path *p)
{
	double sum = 0;

	for (u32 i = 0; i < p->nr_flows; i++)
		sum += path_goodput(p, i);
	return sum;
}

u32 path_retrans(const struct path *p)
{
	return retrans_now(p) - p->retrans_at_mark;
}

struct tcp_sock *path_tcp(const struct path *p, u32 flow)
{
	return p->flows[flow]->peer[0].sk ? tcp_sk(p->flows[flow]->peer[0].sk) : NULL;
}

double path_srtt_ms(const struct path *p, u32 flow)
{
	return (path_tcp(p, flow)->srtt_us >> 3) / 1000.0;
}

struct tcp_bbr_info_abi path_bbr(const struct path *p, u32 flow)
{
	struct tcp_bbr_info_abi i = { 0 };
	u32 len = sizeof(i);

	sock_getsockopt(p->flows[flow]->peer[0].sk, 6, 26 /* TCP_CC_INFO */, &i, &len);
	return i;
}

void path_expect(struct path *p, bool right, const char *fmt, ...)
{
	va_list ap;

	p->ok &= right;
	if (right && !p->verbose)
		return;
	printf("# %s", right ? "" : "wrong: ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
}

static void watch_burst(void *arg, int dir, u64 now_ns, const u8 *frame, u32 len)
{
	struct path *p = arg;

	(void)frame;
	if (dir || len < 1000)
		return;
	p->burst = p->burst_at == now_ns ? p->burst + 1 : 1;
	p->burst_at = now_ns;
	p->burst_max = max(p->burst_max, p->burst);
}

void path_watch_bursts(struct path *p)
{
	wire_sim_observe(p->world.wire[0], watch_burst, p);
}

int path_main(int argc, char **argv, const char *replay, const struct scenario *scenarios, u32 n)
{
	static const struct option options[] = { { "only", required_argument, NULL, 'o' },
						 { "seed", required_argument, NULL, 's' },
						 { "pcap", required_argument, NULL, 'p' },
						 { "verbose", no_argument, NULL, 'v' },
						 { NULL, 0, NULL, 0 } };
	static struct path path;
	const char *only = NULL;
	bool ok = true;
	int c;

	path.seed = 1;
	path.replay = replay;
	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'o')
			only = optarg;
		else if (c == 's')
			path.seed = strtoull(optarg, NULL, 0);
		else if (c == 'p')
			path.pcap = optarg;
		else if (c == 'v')
			path.verbose = true;
		else
			return 2;
	}
	if (!only)
		printf("1..%u\n", n);
	for (u32 i = 0; i < n; i++) {
		if (only && !strstr(scenarios[i].name, only))
			continue;
		if (scenarios[i].slow && getenv("SIM_BRIEF")) {
			printf("ok %u - %s # SKIP SIM_BRIEF\n", i + 1, scenarios[i].name);
			continue;
		}
		path.ok = true;
		scenarios[i].run(&path);
		printf("%sok %u - %s\n", path.ok ? "" : "not ", i + 1, scenarios[i].name);
		ok &= path.ok;
	}
	return !ok;
}
