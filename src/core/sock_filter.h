/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Socket filters: a classic BPF program looks at each packet before it is queued and says how much of
 * it the socket keeps (socket(7), SO_ATTACH_FILTER; McCanne and Jacobson, "The BSD Packet Filter",
 * 1993). Instructions and the offsets beyond the packet are those of <linux/filter.h>.
 */
#ifndef NETSTACK_CORE_SOCK_FILTER_H
#define NETSTACK_CORE_SOCK_FILTER_H

#include "core/sock.h"

/* Offsets that are no place in the packet are below (SO_BPF_EXTENSIONS). */
enum { SOCK_FILTER_AD_END = 64 };

struct sock_filter_insn {	/* struct sock_filter of the ABI */
	u16 code;
	u8 jt, jf;
	u32 k;
};

/*
 * Puts len octets of instructions in the place of the socket's filter, if any. -EINVAL: not a program
 * (empty, longer than SOCK_FILTER_MAX, an unknown instruction, a jump out of it, no return at the end,
 * a read of scratch memory that was never written); -ENOMEM: more than net.core.optmem_max.
 */
int sock_filter_attach(struct sock *sk, const void *insns, u32 len);
int sock_filter_detach(struct sock *sk);	/* -ENOENT: there is none */
/* The child of a listener has the listener's program. 0 or -ENOMEM. */
int sock_filter_inherit(const struct sock *parent, struct sock *child);
/* The instructions, as attached; *len octets (0: no filter). */
const struct sock_filter_insn *sock_filter_insns(const struct sock *sk, u32 *len);

/*
 * A program for other uses than a socket's filter, checked as that is: one reference, the caller's.
 * -EINVAL, -ENOMEM.
 */
int sock_filter_new(struct net *net, const void *insns, u32 len, struct sock_filter **prog);
struct sock_filter *sock_filter_hold(struct sock_filter *prog);
void sock_filter_put(struct net *net, struct sock_filter *prog);
/* What the program returns for skb, from data on. */
u32 sock_filter_exec(const struct sock_filter *prog, const struct sk_buff *skb);

/* How many octets of skb, from data on, the program keeps. 0: none, the packet is not for this socket. */
u32 sock_filter_run(const struct sock *sk, const struct sk_buff *skb);
/*
 * Runs the socket's filter. True: skb goes on, perhaps shorter, but not below min octets. False: it was
 * dropped, counted on the socket.
 */
bool sock_filter_slow(struct sock *sk, struct sk_buff *skb, u32 min);
static inline bool sock_filter_pass(struct sock *sk, struct sk_buff *skb, u32 min)
{
	return likely(!sk->sk_filter) || sock_filter_slow(sk, skb, min);
}

#endif
