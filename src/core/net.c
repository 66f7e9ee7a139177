/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * struct net: birth, one turn of the loop, end. A turn runs what is due in this order: timers,
 * deferred work, devices' polls within the budget, the work that these made, doorbells.
 */
#include "core/net.h"

#include <stdarg.h>

#include "core/internal.h"

enum {				/* objects kept for reuse */
	SKBS_KEPT = 8192,
	BARE_HEADS_KEPT = 4096,
	SMALL_HEADS_KEPT = 4096,
	DATA_HEADS_KEPT = 2048,
	WORKS_KEPT = 256,
	LOG_LINE = 256,
};
enum { NAPI_SHARD_SHIFT = 24, COOKIE_SHARD_SHIFT = 40 };	/* what shards count each for itself */

static void net_init_lists(struct net *net)
{
	int pf, hook;

	list_init(&net->work_list);
	list_init(&net->napi_list);
	list_init(&net->tx_flush_list);
	list_init(&net->dev_list);
	list_init(&net->notifiers);
	list_init(&net->ptype_all);
	list_init(&net->ptype_list);
	list_init(&net->ptype_taps);
	list_init(&net->neigh_tables);
	list_init(&net->sysctl_tables);
	list_init(&net->sysctl_dev_tables);
	for (pf = 0; pf < NF_PROTO_MAX; pf++) {
		for (hook = 0; hook < NF_HOOK_MAX; hook++)
			list_init(&net->hooks[pf][hook]);
	}
}

/*
 * net: zeroed, with cfg filled. Later rooms build on it. Cannot fail today; the result is for the
 * callers' symmetry with the rooms that can.
 */
int core_net_init(struct net *net)
{
	ASSERT(net->cfg.alloc && net->cfg.free);
	net->now = net->cfg.now_ns;
	net->group = net->cfg.group;
	net->shard = net->cfg.shard;
	prng_seed(&net->prng, net->cfg.seed);
	net->hash_key.key[0] = prng_u64(&net->prng);
	net->hash_key.key[1] = prng_u64(&net->prng);
	wheel_init(&net->wheel, net->now);
	net_init_lists(net);
	net->next_ifindex = 1;
	net->next_napi_id = NAPI_ID_MIN + (net->shard << NAPI_SHARD_SHIFT);
	net->next_cookie = 1 + ((u64)net->shard << COOKIE_SHARD_SHIFT);
	pool_init(&net->skb_pool, net, "skb", sizeof(struct sk_buff), SKBS_KEPT);
	pool_init(&net->skb_bare_pool, net, "skb_bare", sizeof(struct skb_shared_info), BARE_HEADS_KEPT);
	pool_init(&net->skb_small_pool, net, "skb_small",
		  SKB_SMALL_HEAD + sizeof(struct skb_shared_info), SMALL_HEADS_KEPT);
	pool_init(&net->skb_data_pool, net, "skb_data",
		  SKB_DATA_HEAD + sizeof(struct skb_shared_info), DATA_HEADS_KEPT);
	pool_init(&net->work_pool, net, "work", sizeof(struct work_struct), WORKS_KEPT);
	core_sysctl_init(net);
	return 0;
}

/* The rooms above have let go of everything: whatever is left is a leak, and asserts. */
void core_net_exit(struct net *net)
{
	net->dying = true;
	while (!list_empty(&net->dev_list))	/* one may take others with it */
		unregister_netdev(list_first_entry(&net->dev_list, struct net_device, list));
	while (run_work(net))
		;
	page_frag_release(&net->frag_cache);
	ASSERT(list_empty(&net->napi_list));
	ASSERT(list_empty(&net->tx_flush_list));
	ASSERT(list_empty(&net->neigh_tables));
	ASSERT(wheel_count(&net->wheel) == 0);
	pool_destroy(&net->skb_pool);
	pool_destroy(&net->skb_bare_pool);
	pool_destroy(&net->skb_small_pool);
	pool_destroy(&net->skb_data_pool);
	pool_destroy(&net->work_pool);
	ASSERT(net->pages_live == 0);
	page_cache_drain(net);
	ASSERT(net->bytes_allocated == 0);
}

void net_set_now(struct net *net, u64 now_ns)
{
	if (now_ns > net->now)
		net->now = now_ns;
}

void net_kick(struct net *net)
{
	if (net->running || net->kicked || net->dying)
		return;
	net->kicked = true;
	if (net->cfg.kick)
		net->cfg.kick(net->cfg.ctx);
}

bool net_run(struct net *net, u64 now_ns, int budget)
{
	bool more;

	ASSERT(!net->running);
	net->running = true;
	net->kicked = false;
	net_set_now(net, now_ns);
	if (budget <= 0)
		budget = (int)net->core.netdev_budget;
	/* What has arrived first: a timer that waited for it would fire for nothing if we are late. */
	more = run_napi(net, budget);
	more |= run_work(net);
	more |= run_timers(net);
	more |= run_work(net);
	run_tx_flush(net);
	net->running = false;
	/* A doorbell may have queued a wake-up or scheduled a poll. */
	return more || !list_empty(&net->work_list) || !list_empty(&net->napi_list);
}

u64 net_deadline(const struct net *net)
{
	/* Asking the wheel may refine its idea of the earliest slot; the net stays the same. */
	struct wheel *wheel = (struct wheel *)(uintptr_t)&net->wheel;

	if (!list_empty(&net->work_list) || !list_empty(&net->napi_list) ||
	    !list_empty(&net->tx_flush_list))
		return net->now;
	return wheel_next_expiry(wheel);
}

u32 net_rand32(struct net *net)
{
	return prng_u32(&net->prng);
}

u64 net_rand64(struct net *net)
{
	return prng_u64(&net->prng);
}

u32 net_rand_below(struct net *net, u32 n)
{
	return prng_below(&net->prng, n);
}

void net_log(struct net *net, int level, const char *fmt, ...)
{
	char line[LOG_LINE];
	struct strbuf sb;
	va_list ap;

	if (!net->cfg.log)
		return;
	strbuf_init(&sb, line, sizeof(line));
	va_start(ap, fmt);
	strbuf_vprintf(&sb, fmt, ap);
	va_end(ap);
	net->cfg.log(net->cfg.ctx, level, line);
}
