/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory: the hook, pools of equal objects, refcounted payload pages. */
#include "core/pool.h"

#include <errno.h>

#include "core/internal.h"

enum { PAGES_KEPT = 256 };	/* free pages kept for reuse: 8 MiB */

void *net_alloc_raw(struct net *net, size_t size)
{
	void *p = net->cfg.alloc(net->cfg.ctx, size);

	if (p)
		net->bytes_allocated += size;
	return p;
}

void *net_alloc(struct net *net, size_t size)
{
	void *p = net_alloc_raw(net, size);

	if (p)
		memset(p, 0, size);
	return p;
}

void net_free(struct net *net, void *p, size_t size)
{
	if (!p)
		return;
	ASSERT(net->bytes_allocated >= size);
	net->bytes_allocated -= size;
	net->cfg.free(net->cfg.ctx, p, size);
}

/* obj_size: octets of one object; max_free: objects kept when nobody uses them. */
void pool_init(struct pool *pool, struct net *net, const char *name, u32 obj_size, u32 max_free)
{
	memset(pool, 0, sizeof(*pool));
	pool->name = name;
	pool->net = net;
	pool->obj_size = max_t(u32, obj_size, sizeof(void *));
	pool->max_free = max_free;
}

void *pool_get(struct pool *pool)
{
	void *obj = pool->free_list;

	if (likely(obj)) {
		memcpy(&pool->free_list, obj, sizeof(void *));
		pool->nr_free--;
	} else {
		obj = net_alloc_raw(pool->net, pool->obj_size);
		if (!obj)
			return NULL;
	}
	pool->nr_live++;
	return obj;
}

void *pool_zget(struct pool *pool)
{
	void *obj = pool_get(pool);

	if (obj)
		memset(obj, 0, pool->obj_size);
	return obj;
}

void pool_put(struct pool *pool, void *obj)
{
	if (!obj)
		return;
	ASSERT(pool->nr_live > 0);
	pool->nr_live--;
	if (pool->nr_free >= pool->max_free) {
		net_free(pool->net, obj, pool->obj_size);
		return;
	}
	memcpy(obj, &pool->free_list, sizeof(void *));
	pool->free_list = obj;
	pool->nr_free++;
}

void pool_destroy(struct pool *pool)
{
	void *obj;

	ASSERT(pool->nr_live == 0);
	while ((obj = pool->free_list)) {
		memcpy(&pool->free_list, obj, sizeof(void *));
		net_free(pool->net, obj, pool->obj_size);
	}
	pool->nr_free = 0;
}

/* -- pages: descriptor and data are one block ----------------------------- */
enum { PAGE_BLOCK = sizeof(struct page) + NET_PAGE_SIZE };

struct page *page_alloc(struct net *net)
{
	struct page *page = net->page_free_list;

	if (likely(page)) {
		net->page_free_list = page->next_free;
		net->pages_free--;
	} else {
		page = net_alloc_raw(net, PAGE_BLOCK);
		if (!page)
			return NULL;
		page->net = net;
		page->size = NET_PAGE_SIZE;
		page->data = (u8 *)(page + 1);
	}
	page->release = NULL;
	page->refcnt = 1;
	net->pages_live++;
	return page;
}

void page_put(struct page *page)
{
	struct net *net = page->net;

	ASSERT(page->refcnt > 0);
	if (--page->refcnt)
		return;
	if (unlikely(page->release)) {
		page->release(page);
		return;
	}
	net->pages_live--;
	if (net->pages_free >= PAGES_KEPT || net->dying) {
		net_free(net, page, PAGE_BLOCK);
		return;
	}
	page->next_free = net->page_free_list;
	net->page_free_list = page;
	net->pages_free++;
}

/* Gives the kept pages back to the hook (net.c, when the net ends). */
void page_cache_drain(struct net *net)
{
	struct page *page;

	while ((page = net->page_free_list)) {
		net->page_free_list = page->next_free;
		net->pages_free--;
		net_free(net, page, PAGE_BLOCK);
	}
}

/* min: at most NET_PAGE_SIZE. A page that only pf still holds is carved anew from its front. */
int page_frag_refill(struct net *net, struct page_frag *pf, u32 min)
{
	struct page *page;

	ASSERT(min <= NET_PAGE_SIZE);
	if (pf->page) {
		if (pf->page->refcnt == 1)
			pf->off = 0;
		if (page_frag_room(pf) >= min)
			return 0;
	}
	page = page_alloc(net);
	if (!page)
		return -ENOMEM;
	page_frag_release(pf);
	pf->page = page;
	pf->off = 0;
	return 0;
}

void page_frag_release(struct page_frag *pf)
{
	if (pf->page)
		page_put(pf->page);
	pf->page = NULL;
	pf->off = 0;
}
