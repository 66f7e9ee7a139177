/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One stack for the frame targets: a device "eth0" whose wire is the fuzzer's, 10.77.0.2/24 and
 * fd77::2/64 with permanent neighbours 10.77.0.1 and fd77::1, and sockets of every kind: TCP
 * listening on port 80, UDP on port 53, raw ICMP, ICMPv6 and UDP.
 */
#ifndef TESTS_FUZZ_FRAME_NET_H
#define TESTS_FUZZ_FRAME_NET_H

#include "socket/socket.h"

enum { FRAME_NET_SOCKS = 24 };

struct frame_net {
	struct net *net;
	struct net_device *dev;
	struct napi_struct napi;
	struct sk_buff_head rx;		/* waits for the poll */
	struct sock *socks[FRAME_NET_SOCKS];	/* [0], [1]: the TCP listeners */
	u32 nr_socks;
	u64 now;
	size_t allocated;		/* octets held from the allocation hook */
	u32 fail_one_in;		/* 0: allocations succeed */
	u32 fail_state;
	u64 transmitted;		/* frames */
	u32 tcp_next_seq;		/* behind the last TCP segment that the stack sent */
};

void frame_net_start(struct frame_net *f);
/* An address of dev, and a neighbour there for good. */
void frame_net_address(struct frame_net *f, struct net_device *dev, const char *text, const char *gateway);
/* It is a router now: what is for nobody here goes on, by eth0 to 10.77.0.1 and fd77::1. */
void frame_net_router(struct frame_net *f);
/* From now on one allocation in n fails, in an order that follows from seed. 0: none. */
void frame_net_fail(struct frame_net *f, u32 n, u8 seed);
/*
 * The device receives a frame, and the stack comes to rest. checked: the device vouches for its
 * checksums. split: all but its first octets are in a page fragment, as drivers deliver it.
 */
void frame_net_rx(struct frame_net *f, const u8 *frame, u32 len, bool checked, bool split);
void frame_net_advance(struct frame_net *f, u64 ns);
/* What a program might do next, chosen by what. */
void frame_net_act(struct frame_net *f, u8 what);
/* Destroys everything; the stack itself checks its pools, this the allocation hook. */
void frame_net_stop(struct frame_net *f);

#endif
