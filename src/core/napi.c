/* SPDX-License-Identifier: BSD-2-Clause */
/* NAPI: who has frames is polled in turn, each up to its weight, all within the turn's budget. */
#include "core/napi.h"

#include "core/internal.h"

/* weight: frames a poll may take, 0 for the default. */
void netif_napi_add(struct net_device *dev, struct napi_struct *napi,
		    int (*poll)(struct napi_struct *, int), int weight)
{
	memset(napi, 0, sizeof(*napi));
	napi->dev = dev;
	napi->poll = poll;
	napi->napi_id = dev->net->next_napi_id++;
	napi->weight = weight > 0 ? weight : NAPI_POLL_WEIGHT;
	list_init(&napi->poll_list);
	list_init(&napi->gro_list);
	list_add_tail(&napi->dev_list, &dev->napi_list);
}

/* Not polled any more; what GRO holds is dropped. napi_schedule() starts it again. */
void napi_disable(struct napi_struct *napi)
{
	list_del_init(&napi->poll_list);
	napi->scheduled = false;
	while (!list_empty(&napi->gro_list)) {
		struct sk_buff *skb = list_first_entry(&napi->gro_list, struct sk_buff, list);

		list_del(&skb->list);
		napi->gro_count--;
		kfree_skb_reason(skb, SKB_DROP_DEV_READY);
	}
}

void netif_napi_del(struct napi_struct *napi)
{
	napi_disable(napi);
	list_del_init(&napi->dev_list);
}

void napi_schedule(struct napi_struct *napi)
{
	struct net *net = napi->dev->net;

	if (napi->scheduled)
		return;
	napi->scheduled = true;
	net->napi_events++;
	list_add_tail(&napi->poll_list, &net->napi_list);
	net_kick(net);
}

void napi_complete_done(struct napi_struct *napi, int work_done)
{
	(void)work_done;
	napi_gro_flush(napi);
	napi->scheduled = false;
}

/* Nothing is held beyond the turn. */
static void flush_waiting(struct net *net)
{
	struct napi_struct *napi;

	list_for_each_entry(napi, &net->napi_list, poll_list) {
		if (napi->gro_count)
			napi_gro_flush(napi);
	}
}

/* Returns whether a poll waits for the next turn. */
bool run_napi(struct net *net, int budget)
{
	while (budget > 0 && !list_empty(&net->napi_list)) {
		struct napi_struct *napi =
			list_first_entry(&net->napi_list, struct napi_struct, poll_list);
		int weight = min(napi->weight, budget), work;

		list_del_init(&napi->poll_list);
		work = napi->poll(napi, weight);
		ASSERT(work <= weight);
		napi->polls++;
		napi->packets += (u64)work;
		trace_event(net, napi_poll, NULL, NULL, napi->dev, work, weight);
		/* Did not complete: the next round, behind the others. What GRO holds may grow. */
		if (napi->scheduled && list_empty(&napi->poll_list))
			list_add_tail(&napi->poll_list, &net->napi_list);
		budget -= max(work, 1);
	}
	flush_waiting(net);
	return !list_empty(&net->napi_list);
}
