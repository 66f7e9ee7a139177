/* SPDX-License-Identifier: BSD-2-Clause */
/* Life of a dst_entry: the IP rooms make them, packets and sockets share them. */
#include "core/dst.h"

#include "core/internal.h"

/* size: of the room's struct, which begins with its dst_entry. Holds dev. ops->destroy frees. */
struct dst_entry *dst_alloc(struct net *net, const struct dst_ops *ops, struct net_device *dev,
			    u32 size)
{
	struct dst_entry *dst;

	ASSERT(size >= sizeof(*dst));
	dst = net_alloc(net, size);
	if (!dst)
		return NULL;
	dst->ops = ops;
	dst->net = net;
	dst->size = size;
	dst->refcnt = 1;
	dst->dev = dev;
	if (dev)
		dev_hold(dev);
	return dst;
}

/* The last reference: ops->destroy releases what the room added, then the memory goes. */
void dst_release(struct dst_entry *dst)
{
	if (!dst)
		return;
	ASSERT(dst->refcnt > 0);
	if (--dst->refcnt)
		return;
	if (dst->ops->destroy)
		dst->ops->destroy(dst);
	if (dst->neigh)
		neigh_release(dst->neigh);
	if (dst->dev)
		dev_put(dst->dev);
	net_free(dst->net, dst, dst->size);
}
