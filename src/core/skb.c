/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Life of an sk_buff and its linear part. Heads of the two common sizes come from pools; every
 * other size from the hook. Non-linear parts are in skb_frag.c.
 */
#include "core/skb.h"

#include <errno.h>

#include "core/internal.h"

_Static_assert(sizeof(struct skb_shared_info) % 8 == 0, "heads stay aligned");

/*
 * Hides a constant size from the compiler, which would else open-code memset() and memcpy() of a
 * few hundred octets as string instructions, slower to start than the library's vector loops.
 */
static inline size_t opaque_size(size_t n)
{
	__asm__("" : "+r"(n));
	return n;
}

static struct pool *head_pool(struct net *net, u32 room)
{
	if (room == SKB_SMALL_HEAD)
		return &net->skb_small_pool;
	if (room == 0)
		return &net->skb_bare_pool;
	if (room == SKB_DATA_HEAD)
		return &net->skb_data_pool;
	return NULL;
}

/* Rounds *room up to a head's size. The shared info behind it is ready. NULL: no memory. */
static u8 *head_alloc(struct net *net, u32 *room)
{
	struct skb_shared_info *si;
	struct pool *pool;
	u8 *head;

	if (*room > SKB_DATA_HEAD)
		*room = (*room + 63) & ~63u;
	else if (*room > SKB_SMALL_HEAD)
		*room = SKB_DATA_HEAD;
	else if (*room)			/* 0: pages only, as in TCP's send queue */
		*room = SKB_SMALL_HEAD;
	pool = head_pool(net, *room);
	head = pool ? pool_get(pool) : net_alloc_raw(net, *room + sizeof(*si));
	if (!head)
		return NULL;
	si = (struct skb_shared_info *)(head + *room);
	memset(si, 0, offsetof(struct skb_shared_info, frags));
	si->dataref = 1;
	return head;
}

static void head_free(struct net *net, u8 *head, u32 room)
{
	struct pool *pool = head_pool(net, room);

	if (pool)
		pool_put(pool, head);
	else
		net_free(net, head, room + sizeof(struct skb_shared_info));
}

static void skb_set_head(struct sk_buff *skb, u8 *head, u32 room)
{
	skb->head = head;
	skb->end = head + room;
	skb->pooled_head = head_pool(skb->net, room) != NULL;
	skb->cloned = false;
}

static u32 head_truesize(u32 room)
{
	return room + (u32)sizeof(struct skb_shared_info) + (u32)sizeof(struct sk_buff);
}

u32 skb_head_truesize(const struct sk_buff *skb)
{
	return head_truesize((u32)(skb->end - skb->head));
}

struct sk_buff *alloc_skb(struct net *net, u32 size)
{
	struct sk_buff *skb = pool_get(&net->skb_pool);
	u32 room = size;
	u8 *head;

	if (!skb)
		return NULL;
	head = head_alloc(net, &room);
	if (!head) {
		pool_put(&net->skb_pool, skb);
		return NULL;
	}
	memset(skb, 0, opaque_size(sizeof(*skb)));
	skb->net = net;
	skb_set_head(skb, head, room);
	skb->data = head;
	skb->tail = head;
	skb->truesize = head_truesize(room);
	skb->refcnt = 1;
	return skb;
}

/* Frees the frag list and the page references of a head that nobody else uses. */
static void skb_release_frags(struct skb_shared_info *si)
{
	struct sk_buff *next, *p = si->frag_list;
	u32 i;

	for (i = 0; i < si->nr_frags; i++)
		page_put(si->frags[i].page);
	si->nr_frags = 0;
	si->frag_list = NULL;
	for (; p; p = next) {
		next = p->next;
		consume_skb(p);
	}
}

/* One user less of the head that skb points at. */
static void skb_release_head(struct sk_buff *skb)
{
	struct skb_shared_info *si = skb_shinfo(skb);

	ASSERT(si->dataref > 0);
	if (--si->dataref)
		return;
	if (si->nr_frags || si->frag_list)
		skb_release_frags(si);
	head_free(skb->net, skb->head, (u32)(skb->end - skb->head));
}

static void skb_free(struct sk_buff *skb)
{
	if (skb->destructor)
		skb_orphan(skb);
	if (skb->dst)
		skb_dst_drop(skb);
	skb_release_head(skb);
	pool_put(&skb->net->skb_pool, skb);
}

void consume_skb(struct sk_buff *skb)
{
	if (!skb)
		return;
	ASSERT(skb->refcnt > 0);
	if (--skb->refcnt)
		return;
	trace_event(skb->net, consume_skb, skb, skb->sk, skb->dev, 0, 0);
	skb_free(skb);
}

void kfree_skb_reason(struct sk_buff *skb, enum skb_drop_reason reason)
{
	if (!skb)
		return;
	ASSERT(skb->refcnt > 0);
	if (--skb->refcnt)
		return;
	skb_count_drop(skb, reason);
	skb_free(skb);
}

void kfree_skb_list_reason(struct sk_buff *segs, enum skb_drop_reason reason)
{
	struct sk_buff *next;

	for (; segs; segs = next) {
		next = segs->next;
		kfree_skb_reason(segs, reason);
	}
}

void skb_orphan(struct sk_buff *skb)
{
	void (*destructor)(struct sk_buff *skb) = skb->destructor;

	skb->destructor = NULL;
	if (destructor)
		destructor(skb);
	skb->sk = NULL;
}

struct sk_buff *skb_get(struct sk_buff *skb)
{
	skb->refcnt++;
	return skb;
}

void skb_dst_drop(struct sk_buff *skb)
{
	dst_release(skb->dst);
	skb->dst = NULL;
}

void skb_dst_set(struct sk_buff *skb, struct dst_entry *dst)
{
	dst_release(skb->dst);
	skb->dst = dst;
}

/* The owner, destructor and lists do not pass on to the clone. */
struct sk_buff *skb_clone(const struct sk_buff *skb)
{
	struct sk_buff *n = pool_get(&skb->net->skb_pool);

	if (!n)
		return NULL;
	memcpy(n, skb, opaque_size(sizeof(*n)));
	skb_shinfo(skb)->dataref++;
	/* That the head is shared is a fact about the head: skb itself looks the same. */
	((struct sk_buff *)(uintptr_t)skb)->cloned = true;
	n->cloned = true;
	n->next = NULL;
	n->sk = NULL;
	n->destructor = NULL;
	n->refcnt = 1;
	if (n->dst)
		dst_hold(n->dst);
	return n;
}

/*
 * What describes a packet apart from its bytes: from alloc_skb()'s result to a full packet. Header
 * offsets are copied as they are; the caller shifts them if the headroom differs.
 */
void skb_copy_meta(struct sk_buff *to, const struct sk_buff *from)
{
	to->dev = from->dev;
	to->dst = from->dst ? dst_hold(from->dst) : NULL;
	to->tstamp = from->tstamp;
	to->tx_flags = from->tx_flags;
	to->tskey = from->tskey;
	to->priority = from->priority;
	to->mark = from->mark;
	to->hash = from->hash;
	to->napi_id = from->napi_id;
	to->csum = from->csum;
	to->csum_start = from->csum_start;
	to->csum_offset = from->csum_offset;
	to->protocol = from->protocol;
	to->mac_header = from->mac_header;
	to->network_header = from->network_header;
	to->transport_header = from->transport_header;
	to->mac_len = from->mac_len;
	to->queue_mapping = from->queue_mapping;
	to->vlan_tci = from->vlan_tci;
	to->vlan_proto = from->vlan_proto;
	to->ip_summed = from->ip_summed;
	to->csum_level = from->csum_level;
	to->pkt_type = from->pkt_type;
	to->l4_hash = from->l4_hash;
	to->sw_hash = from->sw_hash;
	to->ignore_df = from->ignore_df;
	memcpy(to->cb, from->cb, sizeof(to->cb));
}

/* After the headroom changed by delta. */
void skb_shift_headers(struct sk_buff *skb, int delta)
{
	skb->mac_header = (u16)(skb->mac_header + delta);
	skb->network_header = (u16)(skb->network_header + delta);
	skb->transport_header = (u16)(skb->transport_header + delta);
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		skb->csum_start = (u16)(skb->csum_start + delta);
}

static void skb_copy_gso(struct sk_buff *to, const struct sk_buff *from)
{
	struct skb_shared_info *a = skb_shinfo(to), *b = skb_shinfo(from);

	a->gso_size = b->gso_size;
	a->gso_segs = b->gso_segs;
	a->gso_type = b->gso_type;
}

/* As much of the old headroom (headers already pulled) as fits is copied too. */
struct sk_buff *skb_copy_expand(const struct sk_buff *skb, u32 headroom, u32 tailroom)
{
	u32 above = min(skb_headroom(skb), headroom);
	struct sk_buff *n = alloc_skb(skb->net, headroom + skb->len + tailroom);

	if (!n)
		return NULL;
	skb_reserve(n, headroom);
	skb_copy_meta(n, skb);
	skb_shift_headers(n, (int)headroom - (int)skb_headroom(skb));
	skb_copy_gso(n, skb);
	memcpy(n->data - above, skb->data - above, above);
	if (skb_copy_bits(skb, 0, skb_put(n, skb->len), skb->len)) {
		consume_skb(n);
		return NULL;
	}
	return n;
}

/* References for a second head that describes the same non-linear part. */
static void skb_share_frags(struct skb_shared_info *to, const struct skb_shared_info *from)
{
	struct sk_buff *p;
	u32 i;

	for (i = 0; i < from->nr_frags; i++) {
		to->frags[i] = from->frags[i];
		page_get(to->frags[i].page);
	}
	to->nr_frags = from->nr_frags;
	to->frag_list = from->frag_list;
	for (p = to->frag_list; p; p = p->next)
		skb_get(p);
}

/*
 * A new private head with at least headroom octets before data and tailroom behind tail. The
 * headers above data survive as far as they fit. 0/-ENOMEM (skb unchanged).
 */
int pskb_expand_head(struct sk_buff *skb, u32 headroom, u32 tailroom)
{
	struct skb_shared_info *old = skb_shinfo(skb), *si;
	u32 above = min(skb_headroom(skb), headroom);
	u32 linear = skb_headlen(skb);
	u32 room = headroom + linear + tailroom;
	u32 old_size = skb_head_truesize(skb);
	int delta = (int)headroom - (int)skb_headroom(skb);
	u8 *head = head_alloc(skb->net, &room);

	if (!head)
		return -ENOMEM;
	si = (struct skb_shared_info *)(head + room);
	si->gso_size = old->gso_size;
	si->gso_segs = old->gso_segs;
	si->gso_type = old->gso_type;
	memcpy(head + headroom - above, skb->data - above, above + linear);
	if (old->dataref > 1) {
		skb_share_frags(si, old);
	} else {
		si->nr_frags = old->nr_frags;
		memcpy(si->frags, old->frags, old->nr_frags * sizeof(old->frags[0]));
		si->frag_list = old->frag_list;
		old->nr_frags = 0;
		old->frag_list = NULL;
	}
	skb_release_head(skb);
	skb_set_head(skb, head, room);
	skb->data = head + headroom;
	skb->tail = skb->data + linear;
	skb_shift_headers(skb, delta);
	/* An owner has been charged the old size and will be given it back. */
	if (!skb->destructor)
		skb->truesize = skb->truesize - old_size + head_truesize(room);
	return 0;
}

int skb_cow_head(struct sk_buff *skb, u32 headroom)
{
	u32 want;

	if (!skb_data_shared(skb) && skb_headroom(skb) >= headroom)
		return 0;
	want = max(headroom, skb_headroom(skb));
	return pskb_expand_head(skb, want, skb_data_shared(skb) ? 0 : skb_tailroom(skb));
}

/* -- linear part ---------------------------------------------------------- */
void skb_reserve(struct sk_buff *skb, u32 len)
{
	ASSERT(skb->len == 0 && len <= (u32)(skb->end - skb->tail));
	skb->data += len;
	skb->tail += len;
}

void *skb_put(struct sk_buff *skb, u32 len)
{
	u8 *p = skb->tail;

	ASSERT(!skb->data_len && len <= (u32)(skb->end - skb->tail));
	skb->tail += len;
	skb->len += len;
	return p;
}

void *skb_put_data(struct sk_buff *skb, const void *data, u32 len)
{
	void *p = skb_put(skb, len);

	if (len)
		memcpy(p, data, len);
	return p;
}

void *skb_push(struct sk_buff *skb, u32 len)
{
	ASSERT(len <= skb_headroom(skb));
	skb->data -= len;
	skb->len += len;
	if (skb->ip_summed == CHECKSUM_COMPLETE)	/* the sum was from the old data on */
		skb->ip_summed = CHECKSUM_NONE;
	return skb->data;
}

/* Makes headers linear if need be. Pulling beyond the linear part can fail for lack of memory. */
void *skb_pull(struct sk_buff *skb, u32 len)
{
	if (unlikely(len > skb_headlen(skb)) && !pskb_may_pull(skb, len))
		return NULL;
	if (skb->ip_summed == CHECKSUM_COMPLETE && len) {
		if (len & 1)
			skb->ip_summed = CHECKSUM_NONE;
		else
			skb->csum = csum_sub(skb->csum, csum_partial(skb->data, len, 0));
	}
	skb->len -= len;
	skb->data += len;
	return skb->data;
}

void skb_trim(struct sk_buff *skb, u32 len)
{
	ASSERT(!skb->data_len);
	if (len >= skb->len)
		return;
	skb->len = len;
	skb->tail = skb->data + len;
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->ip_summed = CHECKSUM_NONE;
}
