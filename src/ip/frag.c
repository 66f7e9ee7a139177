/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reassembly. Queues hang in a hash keyed with a secret and in one list by age; when the memory
 * limit is passed the oldest queues go, whole, until a quarter is free again.
 */
#include <errno.h>

#include "ip/ip.h"

enum { FRAG_RIDS = 1024, FRAG_DATAGRAM_MAX = 65535 };

struct frag_cb {			/* in the transport's half of cb */
	u32 off, end;
};

static struct frag_cb *frag_cb(const struct sk_buff *skb)
{
	return L4_CB(struct frag_cb, skb);
}

static void count(struct net *net, u8 af_bit, enum mib v4, enum mib v6)
{
	net->mib[af_bit ? v6 : v4]++;
}

static void count_fail(struct net *net, u8 af_bit)
{
	count(net, af_bit, MIB_Ip_ReasmFails, MIB_Ip6_ReasmFails);
}

/* -- queues ------------------------------------------------------------------ */

static struct hlist_head *bucket_of(struct net *net, struct netns_frags *f,
				    const struct frag_key *key)
{
	u64 h = siphash_4u64(key->saddr.q[0] ^ key->daddr.q[0],
			     key->saddr.q[1] + ((u64)key->id << 32 | key->iif), key->daddr.q[1],
			     (u64)key->proto << 8 | key->af_bit, &net->ip.key);

	return &f->buckets[(u32)h & ((1u << FRAG_HASH_BITS) - 1)];
}

static bool key_equal(const struct frag_key *a, const struct frag_key *b)
{
	return a->id == b->id && a->proto == b->proto && a->af_bit == b->af_bit &&
	       a->iif == b->iif && inet_addr_equal(&a->saddr, &b->saddr) &&
	       inet_addr_equal(&a->daddr, &b->daddr);
}

/* Drops every fragment, except *keep if keep is not NULL (the first one, handed out). */
static void queue_purge(struct frag_queue *q, struct sk_buff **keep, enum skb_drop_reason reason)
{
	struct rb_node *n;

	if (keep)
		*keep = NULL;
	while ((n = rb_first(&q->fragments))) {
		struct sk_buff *skb = rb_entry(n, struct sk_buff, rbnode);

		rb_erase(n, &q->fragments);
		q->mem -= skb->truesize;
		q->f->mem -= skb->truesize;
		if (keep && skb == q->head)
			*keep = skb;
		else
			kfree_skb_reason(skb, reason);
	}
	q->head = NULL;
}

static void queue_free(struct frag_queue *q)
{
	struct netns_frags *f = q->f;

	del_timer(&q->timer);
	hlist_del_init(&q->hash);
	list_del(&q->lru);
	f->mem -= q->mem;
	f->nr_queues--;
	pool_put(&f->queue_pool, q);
}

/* Nothing of this datagram is delivered any more; the key stays taken until the time-out. */
static void queue_kill(struct frag_queue *q, enum skb_drop_reason reason)
{
	count_fail(q->net, q->key.af_bit);
	queue_purge(q, NULL, reason);
	q->dead = true;
}

static void queue_expire(struct timer_list *t)
{
	struct frag_queue *q = from_timer(q, t, timer);
	void (*expire)(struct net *net, struct sk_buff *first) = q->expire;
	struct sk_buff *first = NULL;
	struct net *net = q->net;

	if (!q->dead) {
		count_fail(net, q->key.af_bit);
		count(net, q->key.af_bit, MIB_Ip_ReasmTimeout, MIB_Ip6_ReasmTimeout);
		queue_purge(q, &first, SKB_DROP_FRAG_REASM_TIMEOUT);
	}
	queue_free(q);
	if (first)
		expire(net, first);
}

static void evict(struct net *net, struct netns_frags *f, u32 limit)
{
	while (f->mem > limit && !list_empty(&f->lru)) {
		struct frag_queue *q = list_first_entry(&f->lru, struct frag_queue, lru);

		if (!q->dead)
			count_fail(net, q->key.af_bit);
		queue_purge(q, NULL, SKB_DROP_FRAG_MEM);
		queue_free(q);
	}
}

static struct frag_queue *queue_get(struct net *net, struct netns_frags *f,
				    const struct frag_key *key)
{
	struct hlist_head *head = bucket_of(net, f, key);
	struct frag_queue *q;

	hlist_for_each_entry(q, head, hash)
		if (key_equal(&q->key, key))
			return q;
	if (f->mem >= f->high_thresh || f->nr_queues >= FRAG_QUEUES_MAX)
		evict(net, f, min(f->low_thresh, f->mem - min(f->mem, FRAG_QUEUE_COST + 0u)));
	if (!f->high_thresh)
		return NULL;
	q = pool_zget(&f->queue_pool);
	if (!q)
		return NULL;
	q->net = net;
	q->f = f;
	q->key = *key;
	q->mem = FRAG_QUEUE_COST;
	q->fragments = RB_ROOT;
	f->mem += FRAG_QUEUE_COST;
	f->nr_queues++;
	timer_setup(&q->timer, net, queue_expire);
	mod_timer(&q->timer, net->now + f->timeout_ns);
	hlist_add_head(&q->hash, head);
	list_add_tail(&q->lru, &f->lru);
	return q;
}

/* -- one fragment ------------------------------------------------------------- */

/* Too many fragments of this source since the last of this datagram: the identification wrapped. */
static bool too_far(struct net *net, struct frag_queue *q)
{
	u64 h = siphash_2u64(q->key.saddr.q[0], q->key.saddr.q[1], &net->ip.key);
	u32 *rid = &q->f->rids[(u32)h & (FRAG_RIDS - 1)];
	u32 dist = ++*rid - q->rid;

	q->rid = *rid;
	return q->f->max_dist && !rb_empty_root(&q->fragments) && dist > q->f->max_dist;
}

static void queue_restart(struct frag_queue *q)
{
	queue_purge(q, NULL, SKB_DROP_FRAG_TOO_FAR);
	count_fail(q->net, q->key.af_bit);
	q->end = q->max_end = q->meat = 0;
	q->max_size = 0;
	q->ecn = 0;
	q->last_in = false;
	mod_timer(&q->timer, q->net->now + q->f->timeout_ns);
}

static enum skb_drop_reason check_end(struct frag_queue *q, const struct frag_in *in)
{
	u32 end = in->off + in->len;

	if (!in->len || end > FRAG_DATAGRAM_MAX)
		return SKB_DROP_FRAG_INVALID;
	if (!in->more) {
		if (end < q->max_end || (q->last_in && end != q->end))
			return SKB_DROP_FRAG_INVALID;
		q->last_in = true;
		q->end = end;
	} else if (q->last_in && end > q->end) {
		return SKB_DROP_FRAG_INVALID;
	}
	q->max_end = max(q->max_end, end);
	return SKB_NOT_DROPPED;
}

/* Finds the place in the tree. DUP_FRAG and FRAG_OVERLAP are the two ways not to fit. */
static enum skb_drop_reason tree_insert(struct frag_queue *q, struct sk_buff *skb)
{
	struct rb_node **link = &q->fragments.rb_node, *parent = NULL;
	const struct frag_cb *cb = frag_cb(skb);

	while (*link) {
		const struct frag_cb *at;

		parent = *link;
		at = frag_cb(rb_entry(parent, struct sk_buff, rbnode));
		if (cb->end <= at->off)
			link = &parent->rb_left;
		else if (cb->off >= at->end)
			link = &parent->rb_right;
		else if (cb->off == at->off && cb->end == at->end)
			return SKB_DROP_DUP_FRAG;
		else
			return SKB_DROP_FRAG_OVERLAP;
	}
	rb_link_node(&skb->rbnode, parent, link);
	rb_insert_color(&skb->rbnode, &q->fragments);
	return SKB_NOT_DROPPED;
}

/* CE and Not-ECT among the fragments of one datagram: somebody lies (RFC 3168 5.3). */
static bool ecn_conflict(u8 seen)
{
	return (seen & 1u << INET_ECN_NOT_ECT) && (seen & 1u << INET_ECN_CE);
}

static u8 ecn_result(u8 seen)
{
	if (seen & 1u << INET_ECN_CE)
		return INET_ECN_CE;
	if (seen & 1u << INET_ECN_NOT_ECT)
		return INET_ECN_NOT_ECT;
	if ((seen & 1u << INET_ECN_ECT_0) && (seen & 1u << INET_ECN_ECT_1))
		return INET_ECN_ECT_0;
	return seen & 1u << INET_ECN_ECT_1 ? INET_ECN_ECT_1 : INET_ECN_ECT_0;
}

/* A child of a frag_list has none itself. */
static bool make_child(struct sk_buff *skb)
{
	skb_orphan(skb);
	skb_dst_drop(skb);
	return !skb_shinfo(skb)->frag_list || !skb_linearize(skb);
}

/* All fragments are there: chains them behind the first. NULL: no memory, queue purged. */
static struct sk_buff *join(struct frag_queue *q)
{
	struct sk_buff *head = q->head, **tail;
	struct rb_node *n;

	if ((head->cloned && skb_cow_head(head, skb_headroom(head))) ||
	    (skb_shinfo(head)->frag_list && skb_linearize(head)))
		return NULL;
	tail = &skb_shinfo(head)->frag_list;
	q->mem -= head->truesize;
	q->f->mem -= head->truesize;
	rb_erase(&head->rbnode, &q->fragments);
	while ((n = rb_first(&q->fragments))) {
		struct sk_buff *skb = rb_entry(n, struct sk_buff, rbnode);

		rb_erase(n, &q->fragments);
		q->mem -= skb->truesize;
		q->f->mem -= skb->truesize;
		skb->next = NULL;
		*tail = skb;
		tail = &skb->next;
		head->len += skb->len;
		head->data_len += skb->len;
		head->truesize += skb->truesize;
	}
	list_init(&head->list);		/* the union: it was a tree node */
	head->next = NULL;
	head->ip_summed = CHECKSUM_NONE;
	return head;
}

static enum frag_verdict complete(struct frag_queue *q, struct sk_buff **out, u8 *ecn,
				  u16 *max_size)
{
	struct net *net = q->net;
	struct sk_buff *head;

	if (ecn_conflict(q->ecn)) {
		queue_kill(q, SKB_DROP_FRAG_INVALID);
		return FRAG_DROPPED;
	}
	head = join(q);
	if (!head) {
		queue_kill(q, SKB_DROP_NOMEM);
		return FRAG_DROPPED;
	}
	*ecn = ecn_result(q->ecn);
	*max_size = q->max_size;
	*out = head;
	count(net, q->key.af_bit, MIB_Ip_ReasmOKs, MIB_Ip6_ReasmOKs);
	queue_free(q);
	return FRAG_COMPLETE;
}

static enum skb_drop_reason queue_add(struct frag_queue *q, struct sk_buff *skb,
				      const struct frag_in *in)
{
	enum skb_drop_reason reason;

	if (q->dead)
		return SKB_DROP_FRAG_OVERLAP;
	if (too_far(q->net, q))
		queue_restart(q);
	frag_cb(skb)->off = in->off;
	frag_cb(skb)->end = in->off + in->len;
	reason = check_end(q, in);
	if (!reason)
		reason = tree_insert(q, skb);
	if (reason == SKB_DROP_FRAG_OVERLAP)
		net_mib_inc(q->net, IpExt_ReasmOverlaps);
	if (reason && reason != SKB_DROP_DUP_FRAG)
		queue_kill(q, reason);
	return reason;
}

enum frag_verdict inet_frag_add(struct net *net, const struct frag_key *key, struct sk_buff *skb,
				const struct frag_in *in, struct sk_buff **out, u8 *ecn,
				u16 *max_size)
{
	struct netns_frags *f = &net->ip.frags[key->af_bit];
	enum skb_drop_reason reason = SKB_DROP_FRAG_MEM;
	struct frag_queue *q;

	q = queue_get(net, f, key);
	if (!q)
		count_fail(net, key->af_bit);
	else if (!make_child(skb))
		reason = SKB_DROP_NOMEM;
	else
		reason = queue_add(q, skb, in);
	if (reason) {
		kfree_skb_reason(skb, reason);
		return FRAG_DROPPED;
	}
	if (!in->off)
		q->head = skb;
	q->expire = in->expire;
	q->meat += in->len;
	q->mem += skb->truesize;
	f->mem += skb->truesize;
	q->ecn |= (u8)(1u << (in->ecn & INET_ECN_MASK));
	q->max_size = max(q->max_size, in->pkt_len);
	if (q->last_in && q->meat == q->end)
		return complete(q, out, ecn, max_size);
	list_move_tail(&q->lru, &f->lru);
	if (f->mem > f->high_thresh)
		evict(net, f, f->low_thresh);
	return FRAG_QUEUED;
}

int inet_frags_init(struct net *net, struct netns_frags *f, const char *name)
{
	pool_init(&f->queue_pool, net, name, sizeof(struct frag_queue), 64);
	f->buckets = net_alloc(net, sizeof(struct hlist_head) << FRAG_HASH_BITS);
	f->rids = net_alloc(net, sizeof(u32) * FRAG_RIDS);
	return f->buckets && f->rids ? 0 : -ENOMEM;
}

void inet_frags_flush(struct netns_frags *f)
{
	struct frag_queue *q, *tmp;

	list_for_each_entry_safe(q, tmp, &f->lru, lru) {
		queue_purge(q, NULL, SKB_DROP_NET_DOWN);
		queue_free(q);
	}
}

void inet_frags_exit(struct net *net, struct netns_frags *f)
{
	inet_frags_flush(f);
	if (f->buckets)
		net_free(net, f->buckets, sizeof(struct hlist_head) << FRAG_HASH_BITS);
	if (f->rids)
		net_free(net, f->rids, sizeof(u32) * FRAG_RIDS);
	f->buckets = NULL;
	f->rids = NULL;
	pool_destroy(&f->queue_pool);
}
