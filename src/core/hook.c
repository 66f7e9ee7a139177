/* SPDX-License-Identifier: BSD-2-Clause */
/* Netfilter hook points. */
#include "core/hook.h"

#include "core/internal.h"

void nf_register_hook(struct net *net, struct nf_hook_ops *ops)
{
	struct list_head *head;
	struct nf_hook_ops *pos;

	ASSERT(ops->pf < NF_PROTO_MAX && ops->hook < NF_HOOK_MAX);
	head = &net->hooks[ops->pf][ops->hook];
	list_for_each_entry(pos, head, list) {
		if (ops->priority < pos->priority)
			break;
	}
	list_add_tail(&ops->list, &pos->list);	/* before pos, or at the end of the list */
}

void nf_unregister_hook(struct net *net, struct nf_hook_ops *ops)
{
	(void)net;
	list_del_init(&ops->list);
}

unsigned int nf_hook(u8 pf, u8 hook, struct net *net, struct sock *sk, struct sk_buff *skb,
		     struct net_device *in, struct net_device *out)
{
	struct list_head *head = &net->hooks[pf][hook];
	struct nf_hook_state state;
	struct nf_hook_ops *ops;

	if (likely(list_empty(head)))
		return NF_ACCEPT;
	state = (struct nf_hook_state){
		.net = net, .pf = pf, .hook = hook, .in = in, .out = out, .sk = sk,
	};
	list_for_each_entry(ops, head, list) {
		unsigned int verdict = ops->fn(ops->priv, skb, &state);

		if (verdict == NF_ACCEPT)
			continue;
		if (verdict == NF_DROP)
			kfree_skb_reason(skb, SKB_DROP_NETFILTER_DROP);
		return verdict;
	}
	return NF_ACCEPT;
}
