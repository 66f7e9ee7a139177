/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Netfilter hook points. The IP rooms run them; netfilter (a later room) registers into them.
 * With nothing registered a hook costs one load and one branch.
 */
#ifndef NETSTACK_CORE_HOOK_H
#define NETSTACK_CORE_HOOK_H

#include "base/base.h"

struct net;
struct net_device;
struct sk_buff;
struct sock;

enum { NF_PROTO_IPV4, NF_PROTO_IPV6, NF_PROTO_ARP, NF_PROTO_MAX };
enum { NF_PRE_ROUTING, NF_LOCAL_IN, NF_FORWARD, NF_LOCAL_OUT, NF_POST_ROUTING, NF_HOOK_MAX };
enum { NF_DROP, NF_ACCEPT, NF_STOLEN };

struct nf_hook_state {
	struct net *net;
	u8 pf, hook;
	struct net_device *in, *out;
	struct sock *sk;
};

struct nf_hook_ops {
	struct list_head list;
	int priority;
	u8 pf, hook;
	/* NF_ACCEPT: goes on. NF_DROP: caller drops it. NF_STOLEN: the hook owns it. */
	unsigned int (*fn)(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);
	void *priv;
};

void nf_register_hook(struct net *net, struct nf_hook_ops *ops);	/* sorted by priority */
void nf_unregister_hook(struct net *net, struct nf_hook_ops *ops);
/* NF_ACCEPT: skb still yours. Otherwise it is gone (dropped as NETFILTER_DROP, or stolen). */
unsigned int nf_hook(u8 pf, u8 hook, struct net *net, struct sock *sk, struct sk_buff *skb,
		     struct net_device *in, struct net_device *out);

#endif
