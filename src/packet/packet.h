/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packet: sockets of AF_PACKET (packet(7)), which see frames as devices take and give them, and send some.
 * The room's header.
 */
#ifndef NETSTACK_PACKET_PACKET_H
#define NETSTACK_PACKET_PACKET_H

#include "core/core.h"

int packet_net_init(struct net *net);
void packet_net_exit(struct net *net);
/* Closes what users still hold. */
void packet_net_abort(struct net *net);

extern const struct proto packet_prot;

/*
 * socket(AF_PACKET, type, protocol): type SOCK_RAW (3) or SOCK_DGRAM (2), protocol in network order as the
 * program wrote it; with one it receives from now on. One reference, the user's. Whether the user may is the
 * caller's to know. 0, -ESOCKTNOSUPPORT, -ENOMEM.
 */
int packet_sock_create(struct net *net, int type, int protocol, struct sock **sk);
/* Behind the frames of a ring, in a page of its own: the program's library and this room write it. */
struct packet_ring_ctl {
	u32 want; /* not 0: wake me when a frame comes (packet_ring_token()) */
	u32 last; /* offset of the frame that was written last */
};
/* Octets of a socket's ring to receive, or to send from, and the host's handle of its memory; 0: none. */
size_t packet_ring_size(const struct sock *sk, bool tx, void **handle);
/* Has sk a ring to send from? Octets of the last send, or of one that still waits for room (more). */
bool packet_sendring_sent(const struct sock *sk, u64 *octets, bool *more);
/* Has whoever waits for frames of the ring to be woken? Once for each wish. */
bool packet_ring_token(struct sock *sk);

/* What /proc/net/packet tells beside the sock: protocol in host order; device, 0: all; does it receive? */
struct packet_info {
	u16 protocol;
	s32 ifindex;
	bool running;
};
/* Calls fn for each socket of the net. */
void packet_for_each(struct net *net,
		     void (*fn)(struct sock *sk, const struct packet_info *info, void *arg),
		     void *arg);

#endif
