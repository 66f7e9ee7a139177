/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets that are not linear: page references in frags[] and whole packets in frag_list. Pages
 * are never written once they are in a packet, except through skb_store_bits() by whoever owns it.
 */
#include <errno.h>

#include "core/internal.h"

static int walk_part(u8 *data, u32 part_len, u32 *off, u32 *left, u32 *pos, skb_walk_fn fn,
		     void *arg)
{
	u32 n;
	int ret;

	if (*off >= part_len) {
		*off -= part_len;
		return 0;
	}
	n = min(part_len - *off, *left);
	ret = fn(data + *off, n, *pos, arg);
	*off = 0;
	*left -= n;
	*pos += n;
	return ret;
}

static int walk_from(const struct sk_buff *skb, u32 *off, u32 *left, u32 *pos, skb_walk_fn fn,
		     void *arg)
{
	const struct skb_shared_info *si = skb_shinfo(skb);
	const struct sk_buff *p;
	int ret;
	u32 i;

	ret = walk_part(skb->data, skb_headlen(skb), off, left, pos, fn, arg);
	for (i = 0; !ret && *left && i < si->nr_frags; i++) {
		const struct skb_frag *f = &si->frags[i];

		ret = walk_part(f->page->data + f->off, f->len, off, left, pos, fn, arg);
	}
	for (p = si->frag_list; !ret && *left && p; p = p->next) {
		if (*off >= p->len)
			*off -= p->len;
		else
			ret = walk_from(p, off, left, pos, fn, arg);
	}
	return ret;
}

int skb_walk(const struct sk_buff *skb, u32 off, u32 len, skb_walk_fn fn, void *arg)
{
	u32 pos = 0;

	if (off > skb->len || len > skb->len - off)
		return -EFAULT;
	if (!len)
		return 0;
	return walk_from(skb, &off, &len, &pos, fn, arg);
}

static int copy_out(u8 *data, u32 len, u32 pos, void *arg)
{
	memcpy((u8 *)arg + pos, data, len);
	return 0;
}

int skb_copy_bits(const struct sk_buff *skb, u32 off, void *to, u32 len)
{
	if (likely(off <= skb_headlen(skb) && len <= skb_headlen(skb) - off)) {
		if (len)
			memcpy(to, skb->data + off, len);
		return 0;
	}
	return skb_walk(skb, off, len, copy_out, to);
}

static int copy_in(u8 *data, u32 len, u32 pos, void *arg)
{
	memcpy(data, *(const u8 **)arg + pos, len);
	return 0;
}

/* The bytes must be the caller's to write: see skb_cow_head(). */
int skb_store_bits(struct sk_buff *skb, u32 off, const void *from, u32 len)
{
	return skb_walk(skb, off, len, copy_in, &from);
}

static int sum_part(u8 *data, u32 len, u32 pos, void *arg)
{
	u32 *sum = arg;

	*sum = csum_block_add(*sum, csum_partial(data, len, 0), pos);
	return 0;
}

/* Adds the sum of len octets at off, taken as if off were even, to csum. */
u32 skb_checksum(const struct sk_buff *skb, u32 off, u32 len, u32 csum)
{
	int ret = skb_walk(skb, off, len, sum_part, &csum);

	ASSERT(ret == 0);
	return csum;
}

const void *skb_header_pointer(const struct sk_buff *skb, u32 off, u32 len, void *buf)
{
	if (likely(off <= skb_headlen(skb) && len <= skb_headlen(skb) - off))
		return skb->data + off;
	return skb_copy_bits(skb, off, buf, len) ? NULL : buf;
}

int skb_unshare_frag_list(struct sk_buff *skb)
{
	struct sk_buff **pp, *n;

	for (pp = &skb_shinfo(skb)->frag_list; *pp; pp = &(*pp)->next) {
		if ((*pp)->refcnt == 1)
			continue;
		n = skb_clone(*pp);
		if (!n)
			return -ENOMEM;
		n->next = (*pp)->next;
		consume_skb(*pp);
		*pp = n;
	}
	return 0;
}

/* -- taking bytes off ------------------------------------------------------ */
static void frag_remove(struct skb_shared_info *si, u32 i)
{
	page_put(si->frags[i].page);
	si->nr_frags--;
	memmove(&si->frags[i], &si->frags[i + 1], (si->nr_frags - i) * sizeof(si->frags[0]));
}

/*
 * Cuts n octets off the front of the frag list, whose members are private. What can fail comes
 * first, so that -ENOMEM leaves all as it was.
 */
static int frag_list_pull(struct skb_shared_info *si, u32 n)
{
	struct sk_buff *next, *p = si->frag_list, *first;

	while (p && p->len <= n) {
		n -= p->len;
		p = p->next;
	}
	if (n && !skb_pull(p, n))
		return -ENOMEM;
	for (first = si->frag_list; first != p; first = next) {
		next = first->next;
		first->next = NULL;
		consume_skb(first);
	}
	si->frag_list = p;
	return 0;
}

/* The first n octets behind the linear part have been copied: drop them there. */
static void eat_frags(struct skb_shared_info *si, u32 n)
{
	while (n && si->nr_frags) {
		struct skb_frag *f = &si->frags[0];
		u32 take = min(f->len, n);

		n -= take;
		f->off += take;
		f->len -= take;
		if (f->len)
			break;
		frag_remove(si, 0);
	}
}

static u32 frags_len(const struct skb_shared_info *si)
{
	u32 i, n = 0;

	for (i = 0; i < si->nr_frags; i++)
		n += si->frags[i].len;
	return n;
}

static bool pull_tail(struct sk_buff *skb, u32 delta)
{
	struct skb_shared_info *si;
	u32 in_frags, room = (u32)(skb->end - skb->tail);

	if (skb_data_shared(skb) || room < delta) {
		if (pskb_expand_head(skb, max_t(u32, skb_headroom(skb), SKB_HEADROOM), delta))
			return false;
	}
	si = skb_shinfo(skb);
	in_frags = frags_len(si);
	if (delta > in_frags && skb_unshare_frag_list(skb))
		return false;
	if (skb_copy_bits(skb, skb_headlen(skb), skb->tail, delta))
		return false;
	/* Members are private and their own pull copies nothing but into their heads. */
	if (delta > in_frags && frag_list_pull(si, delta - in_frags))
		return false;
	eat_frags(si, min(delta, in_frags));
	skb->tail += delta;
	skb->data_len -= delta;
	return true;
}

bool pskb_may_pull(struct sk_buff *skb, u32 len)
{
	if (likely(len <= skb_headlen(skb)))
		return true;
	if (len > skb->len)
		return false;
	return pull_tail(skb, len - skb_headlen(skb));
}

int skb_linearize(struct sk_buff *skb)
{
	return pskb_may_pull(skb, skb->len) ? 0 : -ENOMEM;
}

/* Keeps the first keep octets of the frag list. */
static int frag_list_trim(struct sk_buff *skb, u32 keep)
{
	struct sk_buff **pp = &skb_shinfo(skb)->frag_list, *rest;

	if (skb_unshare_frag_list(skb))
		return -ENOMEM;
	while (keep && *pp && (*pp)->len <= keep) {
		keep -= (*pp)->len;
		pp = &(*pp)->next;
	}
	if (keep && *pp) {
		if (pskb_trim(*pp, keep))
			return -ENOMEM;
		pp = &(*pp)->next;
	}
	rest = *pp;
	*pp = NULL;
	while (rest) {
		struct sk_buff *next = rest->next;

		consume_skb(rest);
		rest = next;
	}
	return 0;
}

int pskb_trim(struct sk_buff *skb, u32 len)
{
	struct skb_shared_info *si;
	u32 linear = skb_headlen(skb), keep, in_frags;

	if (len >= skb->len)
		return 0;
	if (!skb->data_len) {
		skb_trim(skb, len);
		return 0;
	}
	if (skb_data_shared(skb) && pskb_expand_head(skb, skb_headroom(skb), 0))
		return -ENOMEM;
	si = skb_shinfo(skb);
	keep = len > linear ? len - linear : 0;
	in_frags = frags_len(si);
	if (si->frag_list && frag_list_trim(skb, keep > in_frags ? keep - in_frags : 0))
		return -ENOMEM;
	if (keep < in_frags) {
		while (si->nr_frags && in_frags - si->frags[si->nr_frags - 1].len >= keep) {
			in_frags -= si->frags[si->nr_frags - 1].len;
			frag_remove(si, si->nr_frags - 1u);
		}
		if (si->nr_frags)
			si->frags[si->nr_frags - 1].len -= in_frags - keep;
	}
	skb->len = len;
	skb->data_len = keep;
	skb->tail = skb->data + (len - keep);
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->ip_summed = CHECKSUM_NONE;
	return 0;
}

/* -- adding bytes ---------------------------------------------------------- */
int skb_add_frag(struct sk_buff *skb, struct page *page, u32 off, u32 len)
{
	struct skb_shared_info *si = skb_shinfo(skb);
	struct skb_frag *last = si->nr_frags ? &si->frags[si->nr_frags - 1] : NULL;

	ASSERT(!si->frag_list && !skb_data_shared(skb));
	if (last && last->page == page && last->off + last->len == off) {
		last->len += len;
	} else {
		if (si->nr_frags == MAX_SKB_FRAGS)
			return -EMSGSIZE;
		page_get(page);
		si->frags[si->nr_frags++] = (struct skb_frag){ page, off, len };
	}
	skb->len += len;
	skb->data_len += len;
	skb->truesize += len;
	return 0;
}

/* Copies len octets into the net's shared page and appends a reference. */
static int append_copy(struct sk_buff *to, const u8 *data, u32 len)
{
	struct page_frag *pf = &to->net->frag_cache;

	if (!to->data_len && len <= skb_tailroom(to)) {
		skb_put_data(to, data, len);
		return 0;
	}
	while (len) {
		u32 n;
		int ret = page_frag_refill(to->net, pf, min_t(u32, len, 1024));

		if (ret)
			return ret;
		n = min(len, page_frag_room(pf));
		memcpy(pf->page->data + pf->off, data, n);
		ret = skb_add_frag(to, pf->page, pf->off, n);
		if (ret)
			return ret;
		pf->off += n;
		data += n;
		len -= n;
	}
	return 0;
}

/* *off and *left as in walk_part() */
static int append_from(struct sk_buff *to, const struct sk_buff *from, u32 *off, u32 *left)
{
	const struct skb_shared_info *si = skb_shinfo(from);
	const struct sk_buff *p;
	u32 i, n, linear = skb_headlen(from);
	int ret = 0;

	if (*off < linear) {
		n = min(linear - *off, *left);
		ret = append_copy(to, from->data + *off, n);
		*off = 0;
		*left -= n;
	} else {
		*off -= linear;
	}
	for (i = 0; !ret && *left && i < si->nr_frags; i++) {
		const struct skb_frag *f = &si->frags[i];

		if (*off >= f->len) {
			*off -= f->len;
			continue;
		}
		n = min(f->len - *off, *left);
		ret = skb_add_frag(to, f->page, f->off + *off, n);
		*off = 0;
		*left -= n;
	}
	for (p = si->frag_list; !ret && *left && p; p = p->next) {
		if (*off >= p->len)
			*off -= p->len;
		else
			ret = append_from(to, p, off, left);
	}
	return ret;
}

/* 0, -EFAULT beyond the end, -ENOMEM, or -EMSGSIZE with a part appended. */
int skb_append_range(struct sk_buff *to, const struct sk_buff *from, u32 off, u32 len)
{
	if (off > from->len || len > from->len - off)
		return -EFAULT;
	if (!len)
		return 0;
	return append_from(to, from, &off, &len);
}

struct vec_fill {
	struct skb_vec *vec;
	u32 n, max, covered;
};

static int fill_vec(u8 *data, u32 len, u32 pos, void *arg)
{
	struct vec_fill *f = arg;

	(void)pos;
	if (f->n == f->max)
		return 1;
	f->vec[f->n++] = (struct skb_vec){ data, len };
	f->covered += len;
	return 0;
}

u32 skb_to_vec(const struct sk_buff *skb, u32 off, u32 len, struct skb_vec *vec, u32 max,
	       u32 *covered)
{
	struct vec_fill f = { vec, 0, max, 0 };

	if (off <= skb->len)
		skb_walk(skb, off, min(len, skb->len - off), fill_vec, &f);
	*covered = f.covered;
	return f.n;
}
