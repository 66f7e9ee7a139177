/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What connections leave behind for the next one to the same destination: round trip, reordering,
 * slow start threshold, Fast Open cookie. A table of bounded size; the entry that was used longest
 * ago gives way. Entries older than an hour start again from the route's metrics.
 */
#include "tcp/tcp_fastopen.h"

enum { METRICS_BUCKETS = 256, METRICS_MAX = 4096 };
#define METRICS_TIMEOUT_NS (3600ull * NSEC_PER_SEC)

/*
 * What a connection reads at its beginning. cwnd is the route's: it counts only when locked, and then it is
 * not learned over. How far round trips are spread is not kept: nothing would read it.
 */
enum { METRIC_RTT, METRIC_SSTHRESH, METRIC_CWND, METRIC_REORDERING, METRIC_NR };

struct tcp_metrics_block {
	struct hlist_node node;
	struct list_head lru;
	union inet_addr saddr, daddr;
	u64 stamp_ns;
	u32 lock;			/* bits of METRIC_*: the route says so */
	u32 vals[METRIC_NR];		/* RTT in us scaled by 8 */
	u16 mss;			/* of the server's last SYN-ACK; 0: none */
	u8 try_exp;			/* 1: ask by the experimental option; 2: no more */
	u16 syn_loss;			/* consecutive SYNs with data that were lost */
	u64 last_syn_loss_ns;
	struct tcp_fastopen_cookie cookie;
};

struct tcp_metrics_table {
	struct pool pool;
	struct list_head lru;		/* oldest first */
	u32 nr;
	struct hlist_head bucket[METRICS_BUCKETS];
};

static struct tcp_metrics_table *table_get(struct net *net)
{
	struct tcp_metrics_table *t = net->tcp.metrics;

	if (t)
		return t;
	t = net_alloc(net, sizeof(*t));
	if (!t)
		return NULL;
	pool_init(&t->pool, net, "tcp_metrics", sizeof(struct tcp_metrics_block), 16);
	INIT_LIST_HEAD(&t->lru);
	net->tcp.metrics = t;
	return t;
}

static struct hlist_head *bucket_of(const struct net *net, struct tcp_metrics_table *t,
				    const struct inet_sock *inet)
{
	union inet_addr key[2] = { inet->saddr, inet->daddr };

	return &t->bucket[siphash(key, sizeof(key), &net->tcp.ts_key) % METRICS_BUCKETS];
}

static void block_free(struct tcp_metrics_table *t, struct tcp_metrics_block *b)
{
	hlist_del_init(&b->node);
	list_del_init(&b->lru);
	t->nr--;
	pool_put(&t->pool, b);
}

void tcp_metrics_flush(struct net *net)
{
	struct tcp_metrics_table *t = net->tcp.metrics;

	if (!t)
		return;
	while (!list_empty(&t->lru))
		block_free(t, list_first_entry(&t->lru, struct tcp_metrics_block, lru));
	pool_destroy(&t->pool);
	net_free(net, t, sizeof(*t));
	net->tcp.metrics = NULL;
}

/* The route's own metrics, and which of them are not to be changed. Milliseconds to our scale. */
static void block_from_dst(struct tcp_metrics_block *b, const struct dst_entry *dst, u64 now)
{
	static const u8 rtax[METRIC_NR] = { RTAX_N_RTT, RTAX_N_SSTHRESH, RTAX_N_CWND,
					    RTAX_N_REORDERING };

	b->stamp_ns = now;
	b->lock = 0;
	for (u32 i = 0; i < METRIC_NR; i++) {
		b->vals[i] = dst_metric(dst, rtax[i]);
		if (dst_metric(dst, RTAX_N_LOCK) & 1u << rtax[i])
			b->lock |= 1u << i;
	}
	b->vals[METRIC_RTT] *= 1000;
}

static struct tcp_metrics_block *block_find(struct net *net, const struct inet_sock *inet)
{
	struct tcp_metrics_table *t = net->tcp.metrics;
	struct tcp_metrics_block *b;

	if (!t)
		return NULL;
	hlist_for_each_entry(b, bucket_of(net, t, inet), node)
		if (inet_addr_equal(&b->daddr, &inet->daddr) &&
		    inet_addr_equal(&b->saddr, &inet->saddr))
			return b;
	return NULL;
}

/* The entry of sk's destination, made if there is none. NULL: no route, or no memory. */
static struct tcp_metrics_block *block_get(struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);
	const struct dst_entry *dst = sk->sk_dst_cache;
	struct tcp_metrics_block *b = block_find(sk->net, inet);
	struct tcp_metrics_table *t;

	if (!dst)
		return NULL;
	t = table_get(sk->net);
	if (!t)
		return NULL;
	if (b) {
		if (sk->net->now > b->stamp_ns + METRICS_TIMEOUT_NS)
			block_from_dst(b, dst, sk->net->now);
		list_del(&b->lru);
		list_add_tail(&b->lru, &t->lru);
		return b;
	}
	if (t->nr >= METRICS_MAX)
		block_free(t, list_first_entry(&t->lru, struct tcp_metrics_block, lru));
	b = pool_zget(&t->pool);
	if (!b)
		return NULL;
	b->saddr = inet->saddr;
	b->daddr = inet->daddr;
	block_from_dst(b, dst, sk->net->now);
	hlist_add_head(&b->node, bucket_of(sk->net, t, inet));
	list_add_tail(&b->lru, &t->lru);
	t->nr++;
	return b;
}

static void metric_set(struct tcp_metrics_block *b, int metric, u32 val)
{
	if (!(b->lock & 1u << metric))
		b->vals[metric] = val;
}

/* -- at the end of a connection ---------------------------------------------------------------- */

/* A longer round trip is believed at once, a shorter one slowly. */
static void update_rtt(const struct tcp_sock *tp, struct tcp_metrics_block *b)
{
	u32 rtt = b->vals[METRIC_RTT];
	s64 m = (s64)rtt - tp->srtt_us;

	metric_set(b, METRIC_RTT, m <= 0 ? tp->srtt_us : rtt - (u32)(m >> 3));
}

static void update_ssthresh(const struct sock *sk, struct tcp_metrics_block *b)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	bool save = !tcp_ns(sk)->no_ssthresh_metrics_save;
	u32 ssthresh = b->vals[METRIC_SSTHRESH];

	if (tcp_in_initial_slowstart(tp)) {
		if (save && ssthresh && tp->snd_cwnd >> 1 > ssthresh)
			metric_set(b, METRIC_SSTHRESH, tp->snd_cwnd >> 1);
	} else if (!tcp_in_slow_start(tp) && tp->ca_state == TCP_CA_Open) {
		if (save)
			metric_set(b, METRIC_SSTHRESH, max(tp->snd_cwnd >> 1, tp->snd_ssthresh));
	} else {
		if (save && ssthresh && tp->snd_ssthresh > ssthresh)
			metric_set(b, METRIC_SSTHRESH, tp->snd_ssthresh);
		if (b->vals[METRIC_REORDERING] < tp->reordering &&
		    tp->reordering != tcp_ns(sk)->reordering)
			metric_set(b, METRIC_REORDERING, tp->reordering);
	}
}

/* The connection ends in order: what it learned is kept, unless tcp_no_metrics_save. */
void tcp_update_metrics(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_metrics_block *b;

	if (tcp_ns(sk)->no_metrics_save || !sk->sk_dst_cache)
		return;
	if (tp->backoff || !tp->srtt_us) {	/* nothing came back in time: forget the old too */
		b = block_find(sk->net, inet_sk(sk));
		if (b)
			metric_set(b, METRIC_RTT, 0);
		return;
	}
	b = block_get(sk);
	if (!b)
		return;
	update_rtt(tp, b);
	update_ssthresh(sk, b);
	b->stamp_ns = sk->net->now;
}

/* -- at its beginning -------------------------------------------------------------------------- */

/*
 * ssthresh, reordering and the first RTO. The round trip of small SYNs is no measure for data, so a
 * longer one that is remembered seeds the RTO, but not the estimator.
 */
void tcp_init_metrics(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_metrics_block *b = block_get(sk);
	u32 val, crtt = 0;

	if (b) {
		if (b->lock & 1u << METRIC_CWND)
			tp->snd_cwnd_clamp = b->vals[METRIC_CWND];
		val = tcp_ns(sk)->no_ssthresh_metrics_save && !(b->lock & 1u << METRIC_SSTHRESH) ?
			      dst_metric(sk->sk_dst_cache, RTAX_N_SSTHRESH) :
			      b->vals[METRIC_SSTHRESH];
		/* SYNs that were lost have lowered it: they are no measure for data either */
		tp->snd_ssthresh = val ? min(val, tp->snd_cwnd_clamp) : TCP_INFINITE_SSTHRESH;
		if (b->vals[METRIC_REORDERING])
			tp->reordering = b->vals[METRIC_REORDERING];
		crtt = b->vals[METRIC_RTT];
	}
	if (crtt > tp->srtt_us) {
		crtt /= 8;
		tp->rto_us = min(crtt + max(2 * crtt, tcp_rto_min_us(sk)), tcp_rto_max_us(sk));
	} else if (!tp->srtt_us) {	/* the SYN was sent twice (RFC 6298 5.7) */
		tp->mdev_us = tp->mdev_max_us = tp->rttvar_us = TCP_TIMEOUT_FALLBACK_US;
		tp->rto_us = TCP_TIMEOUT_FALLBACK_US;
	}
}

/* -- Fast Open --------------------------------------------------------------------------------- */

void tcp_metrics_get_fastopen(struct sock *sk, struct tcp_fastopen_request *fo)
{
	struct tcp_metrics_block *b = block_find(sk->net, inet_sk(sk));

	if (!b)
		return;
	fo->mss = b->mss;
	fo->cookie = b->cookie;
	if (fo->cookie.len <= 0 && b->try_exp == 1)
		fo->cookie.exp = true;
}

/* cookie with a length above 0 replaces the one that is kept. */
void tcp_metrics_set_fastopen(struct sock *sk, u16 mss, const struct tcp_fastopen_cookie *cookie,
			      bool syn_lost, u8 try_exp)
{
	struct tcp_metrics_block *b = block_get(sk);

	if (!b)
		return;
	if (mss)
		b->mss = mss;
	if (cookie && cookie->len > 0)
		b->cookie = *cookie;
	else if (try_exp > b->try_exp && b->cookie.len <= 0 && !b->cookie.exp)
		b->try_exp = try_exp;
	if (syn_lost) {
		b->syn_loss += b->syn_loss < U16_MAX;
		b->last_syn_loss_ns = sk->net->now;
	} else {
		b->syn_loss = 0;
	}
}
