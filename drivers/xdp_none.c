// SPDX-License-Identifier: BSD-2-Clause
/* Built without libxdp: there is no XDP device, so nothing but xdp_create() is ever called. */
#include <errno.h>

#include "drivers/drivers.h"

int xdp_create(struct net *net, const struct xdp_config *cfg, struct net_device **dev)
{
	(void)net, (void)cfg, (void)dev;
	return -EOPNOTSUPP;
}

int xdp_fd(const struct net_device *dev, u32 queue)
{
	(void)dev, (void)queue;
	return -1;
}

struct napi_struct *xdp_napi(const struct net_device *dev, u32 queue)
{
	(void)dev, (void)queue;
	return NULL;
}

int xdp_link_fd(const struct net_device *dev)
{
	(void)dev;
	return -1;
}

void xdp_link_event(struct net_device *dev)
{
	(void)dev;
}
