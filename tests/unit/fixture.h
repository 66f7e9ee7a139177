/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What unit tests of the core rooms build on: a bare net over malloc() whose allocator can be told
 * to fail, and a device that records what is sent. Everything is inline: include and use.
 */
#ifndef TESTS_UNIT_FIXTURE_H
#define TESTS_UNIT_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include "core/core.h"

struct fixture {
	size_t live;		/* octets handed out */
	u64 allocs;
	s64 fail_after;		/* allocations that still work; -1: all */
	u32 fail_chance;	/* of 1000 allocations this many fail */
	struct prng prng;
	u64 kicks;
	u64 traces;
	char last_trace[256];
	struct net *net;
};

static inline void *fixture_alloc(void *ctx, size_t size)
{
	struct fixture *f = ctx;
	size_t *p;

	f->allocs++;
	if (f->fail_after == 0 || prng_chance(&f->prng, f->fail_chance, 1000))
		return NULL;
	if (f->fail_after > 0)
		f->fail_after--;
	p = malloc(size + 16);
	p[0] = size;
	memset(p + 2, 0xa5, size);
	f->live += size;
	return p + 2;
}

static inline void fixture_free(void *ctx, void *mem, size_t size)
{
	struct fixture *f = ctx;
	size_t *p = (size_t *)mem - 2;

	cr_assert_eq(p[0], size, "freed as %zu, allocated as %zu", size, p[0]);
	f->live -= size;
	free(p);
}

static inline void fixture_kick(void *ctx)
{
	((struct fixture *)ctx)->kicks++;
}

static inline void fixture_trace(void *ctx, const struct trace_event *ev)
{
	struct fixture *f = ctx;

	f->traces++;
	snprintf(f->last_trace, sizeof(f->last_trace), "%s", ev->text);
}

/* A configuration for core_net_init() or net_create(); f must live as long as the net. */
static inline struct net_cfg fixture_cfg(struct fixture *f, u64 seed)
{
	memset(f, 0, sizeof(*f));
	f->fail_after = -1;
	prng_seed(&f->prng, seed + 1);
	return (struct net_cfg){
		.ctx = f, .alloc = fixture_alloc, .free = fixture_free, .kick = fixture_kick,
		.trace = fixture_trace, .seed = seed, .now_ns = 1000 * NSEC_PER_SEC,
	};
}

/* A net with the core room only. */
static inline struct net *fixture_net_new(struct fixture *f, u64 seed)
{
	struct net *net = calloc(1, sizeof(*net));

	net->cfg = fixture_cfg(f, seed);
	f->net = net;
	cr_assert_eq(core_net_init(net), 0);
	return net;
}

static inline void fixture_net_free(struct fixture *f)
{
	core_net_exit(f->net);
	cr_assert_eq(f->live, 0);
	free(f->net);
	f->net = NULL;
}

/* Runs until idle at the time that it is. */
static inline void fixture_settle(struct net *net)
{
	int turns = 0;

	while (net_run(net, net->now, 0))
		cr_assert_lt(++turns, 100000, "the net does not come to rest");
}

/* Lets ns pass, stopping at every deadline. */
static inline void fixture_advance(struct net *net, u64 ns)
{
	u64 end = net->now + ns, next;

	fixture_settle(net);
	while ((next = net_deadline(net)) <= end) {
		net_run(net, next, 0);
		fixture_settle(net);
	}
	net_set_now(net, end);
	fixture_settle(net);
}

/* A device that keeps what is sent in tx; stop_after makes it stop its queue. */
struct fixture_dev {
	struct sk_buff_head tx;
	s64 stop_after;		/* frames until netif_stop_queue(); -1: never */
	u32 flushes, opens, stops, destroyed;
	bool saw_more;
	struct napi_struct napi;
	struct sk_buff_head rx;	/* polled */
	bool copies;		/* a linear one is a frame to the driver, which would copy it */
	u32 copied;		/* frames that needed no packet */
	struct page_frag frag;
};

static inline struct fixture_dev *fixture_dev(struct net_device *dev)
{
	return dev->priv;
}

static inline void fixture_dev_xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	struct fixture_dev *d = dev->priv;

	d->saw_more = more;
	skb_queue_tail(&d->tx, skb);
	if (d->stop_after > 0 && --d->stop_after == 0)
		netif_stop_queue(dev);
}

static inline void fixture_dev_flush(struct net_device *dev)
{
	fixture_dev(dev)->flushes++;
}

static inline int fixture_dev_open(struct net_device *dev)
{
	fixture_dev(dev)->opens++;
	return 0;
}

static inline int fixture_dev_stop(struct net_device *dev)
{
	fixture_dev(dev)->stops++;
	return 0;
}

static inline void fixture_dev_destroy(struct net_device *dev)
{
	skb_queue_purge(&fixture_dev(dev)->tx);
	skb_queue_purge(&fixture_dev(dev)->rx);
	page_frag_release(&fixture_dev(dev)->frag);
}

static inline bool fixture_dev_merge(struct napi_struct *napi, struct sk_buff *skb)
{
	struct fixture_dev *d = fixture_dev(napi->dev);
	struct gro_frame f = { .data = skb->data, .len = skb->len };

	if (!d->copies || skb->data_len || !napi_gro_copy(napi, &d->frag, &f))
		return false;
	d->copied++;
	consume_skb(skb);
	return true;
}

static inline int fixture_dev_poll(struct napi_struct *napi, int budget)
{
	struct fixture_dev *d = fixture_dev(napi->dev);
	struct sk_buff *skb;
	int n = 0;

	while (n < budget && (skb = skb_dequeue(&d->rx))) {
		n++;
		if (fixture_dev_merge(napi, skb))
			continue;
		if (eth_type_trans(skb, napi->dev))
			napi_gro_receive(napi, skb);
		else
			kfree_skb_reason(skb, SKB_DROP_DEV_HDR);
	}
	if (n < budget)
		napi_complete_done(napi, n);
	return n;
}

static const struct net_device_ops fixture_dev_ops = {
	.ndo_open = fixture_dev_open,
	.ndo_stop = fixture_dev_stop,
	.ndo_start_xmit = fixture_dev_xmit,
	.ndo_destroy = fixture_dev_destroy,
};

static const struct net_device_ops fixture_dev_flush_ops = {
	.ndo_open = fixture_dev_open,
	.ndo_stop = fixture_dev_stop,
	.ndo_start_xmit = fixture_dev_xmit,
	.ndo_tx_flush = fixture_dev_flush,
	.ndo_destroy = fixture_dev_destroy,
};

/* An Ethernet device, 02:00:00:00:00:01, registered and up. */
static inline struct net_device *fixture_dev_new(struct net *net, const char *name,
						 netdev_features_t features)
{
	struct net_device *dev = alloc_netdev(net, name, sizeof(struct fixture_dev));
	static const u8 addr[6] = { 2, 0, 0, 0, 0, 1 };
	struct fixture_dev *d;

	cr_assert_not_null(dev);
	ether_setup(dev);
	memcpy(dev->dev_addr, addr, sizeof(addr));
	dev->ops = &fixture_dev_ops;
	dev->features |= features;
	d = fixture_dev(dev);
	d->stop_after = -1;
	skb_queue_head_init(&d->tx);
	skb_queue_head_init(&d->rx);
	netif_napi_add(dev, &d->napi, fixture_dev_poll, 64);
	cr_assert_eq(register_netdev(dev), 0);
	cr_assert_eq(dev_open(dev), 0);
	return dev;
}

/* A frame arrives: dst 02:..:01, then type and payload follow as given in frame. */
static inline void fixture_dev_rx(struct net_device *dev, struct sk_buff *skb)
{
	skb_queue_tail(&fixture_dev(dev)->rx, skb);
	napi_schedule(&fixture_dev(dev)->napi);
}

#endif
