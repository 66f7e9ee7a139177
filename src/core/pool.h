/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory: every allocation of the stack comes through struct net_cfg's hook.
 * Objects of one size live in pools that recycle; payload lives in refcounted
 * pages of NET_PAGE_SIZE that recycle, so that a steady flow allocates nothing.
 */
#ifndef NETSTACK_CORE_POOL_H
#define NETSTACK_CORE_POOL_H

#include "base/base.h"

struct net;

/* Plain memory, zeroed. NULL when the hook fails (tests make it fail). */
void *net_alloc(struct net *net, size_t size);
void *net_alloc_raw(struct net *net, size_t size);	/* not zeroed */
void net_free(struct net *net, void *p, size_t size);

/* Pool of equal objects. Objects are NOT zeroed by pool_get() (pool_zget() zeroes). */
struct pool {
	const char *name;
	struct net *net;
	u32 obj_size;
	u32 nr_live;		/* handed out; 0 when the net is destroyed, or it asserts */
	u32 nr_free;		/* kept for reuse */
	u32 max_free;		/* beyond this, pool_put() returns memory to the hook */
	void *free_list;
};

void pool_init(struct pool *pool, struct net *net, const char *name, u32 obj_size, u32 max_free);
void *pool_get(struct pool *pool);
void *pool_zget(struct pool *pool);
void pool_put(struct pool *pool, void *obj);
void pool_destroy(struct pool *pool);	/* asserts that nr_live is 0 */

/* A refcounted block of payload memory: the pool's, or somebody else's, who gets it back by release(). */
struct page {
	struct net *net;
	u32 refcnt;
	u32 size;		/* bytes at data */
	union {
		struct page *next_free;			/* while it is free */
		void (*release)(struct page *page);	/* while it is not: NULL for the pool's */
	};
	u8 *data;
};

struct page *page_alloc(struct net *net);		/* NET_PAGE_SIZE bytes; NULL on failure */
static inline void page_get(struct page *page)
{
	page->refcnt++;
}
void page_put(struct page *page);

/*
 * A page being carved from the front. page_frag_refill() makes sure at least
 * min bytes are left (a fresh page if not; -ENOMEM); the user copies to
 * page->data + off, takes a reference and advances off.
 */
struct page_frag {
	struct page *page;
	u32 off;
};
int page_frag_refill(struct net *net, struct page_frag *pf, u32 min);
void page_frag_release(struct page_frag *pf);
static inline u32 page_frag_room(const struct page_frag *pf)
{
	return pf->page ? pf->page->size - pf->off : 0;
}

#endif
