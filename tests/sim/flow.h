/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Applications for the simulator: TCP flows that check every byte, in both directions, with random
 * write sizes, reading pauses and endings; and datagrams that carry their own number.
 */
#ifndef NETSTACK_TESTS_SIM_FLOW_H
#define NETSTACK_TESTS_SIM_FLOW_H

#include "world.h"

/* One side of a connection. */
struct peer {
	struct actor actor;
	struct flow *flow;
	struct sock *sk;
	int side; /* 0 client, 1 server */
	u64 to_send, sent, received;
	u32 max_write, max_read;
	u64 read_pause_ns; /* between reads; 0: as fast as it comes */
	u64 next_read;
	u64 write_pause_ns; /* between writes of max_write bytes at most; 0: as fast as they go */
	u64 next_write;
	bool connected, fin_sent, fin_received, closed;
	int error; /* positive errno it ended with; 0: orderly */
};

struct flow {
	struct world *world;
	struct peer peer[2];
	struct actor listener_actor;
	struct sock *listener;
	int wire, client_end;
	u16 family, port;
	u32 id;
	bool zero_copy; /* use the stream calls instead of sendmsg/recvmsg */
	u64 started, finished;
};

/*
 * Starts a listener at one end of the wire and a client at the other. cc: congestion control of
 * both, NULL: the default. Bytes each way.
 */
void flow_start(struct flow *f, struct world *w, u32 id, const char *cc, int wire, int client_end,
		int client_host, int server_host, u16 family, u64 up, u64 down);
/* bytes from host 0 to host 1 over wire 0, as fast as they go; BULK_ENDLESS: until the world ends */
#define BULK_ENDLESS (1ull << 50)
void flow_bulk(struct flow *f, struct world *w, u32 id, const char *cc, u64 bytes);
/* Keepalive from now on, for both: an end whose peer died in silence learns of it within half an hour. */
void flow_keepalive(struct flow *f);
bool flow_finished(const struct flow *f); /* both sides closed */
void flow_check(const struct flow *f);	  /* sim_fail() if bytes are missing without an error */

#endif
