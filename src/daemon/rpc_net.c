// SPDX-License-Identifier: BSD-2-Clause
/* Questions about the stack: routes and interfaces. */
#include <errno.h>
#include <string.h>

#include "daemon/channel.h"

enum { ROUTE_VALID_MS = 1000 };

static const struct inet_af *addr_af(struct net *net, const struct nsp_addr *a)
{
	u16 family;

	if (a->len < sizeof(family) || a->len > sizeof(a->sa))
		return NULL;
	memcpy(&family, a->sa, sizeof(family));
	return inet_af_get(net, family);
}

int call_route_get(struct call *c)
{
	const struct nsp_route_get_req *req = c->req;
	struct nsp_route_get_rep *rep = c->rep;
	struct net *net = c->dm->net;
	const struct inet_af *asked = addr_af(net, &req->dst), *af = asked;
	struct inet_sockaddr dst, src = { 0 };
	struct dst_entry *rt = NULL;
	struct flowi fl = { 0 };
	int ret;

	if (!af)
		return -EAFNOSUPPORT;
	ret = af->sockaddr_from(req->dst.sa, req->dst.len, &dst);
	if (!ret && req->src.len)
		ret = af->sockaddr_from(req->src.sa, req->src.len, &src);
	if (ret)
		return ret;
	if (af->family == INET_FAMILY_6 && inet_addr_is_v4mapped(&dst.addr))
		af = inet_af_get(net, INET_FAMILY_4);
	fl.family = af->family;
	fl.daddr = dst.addr;
	fl.saddr = src.addr;
	fl.dport = dst.port;
	fl.oif = req->oif || !inet_addr_needs_scope(&dst.addr) ? req->oif : dst.scope_id;
	fl.mark = req->mark;
	fl.proto = (u8)req->protocol;
	fl.uid = c->cred.uid;
	ret = af->route_output(net, &fl, &rt);
	if (ret)
		return ret;
	src.family = asked->family;
	src.addr = fl.saddr;
	src.port = 0;
	nsp_addr_set(net, asked->family, &src, &rep->src);
	rep->oif = fl.oif;
	rep->mtu = dst_mtu(rt);
	rep->prefix_len = asked->family == INET_FAMILY_4 ? 32 : 128;
	/* Whether a broadcast may be sent is the socket's: not to be taken for granted. */
	rep->valid_ms = rt_of(rt)->type == RTN_BROADCAST ? 0 : ROUTE_VALID_MS;
	dst_release(rt);
	return 0;
}

struct iflist {
	struct call *c;
	u32 naddr;
	bool full;
};

static void *room_for(struct call *c, u32 size)
{
	void *p;

	if (c->reproom - c->replen < size)
		return NULL;
	p = c->repdata + c->replen;
	memset(p, 0, size);
	c->replen += size;
	return p;
}

static int put_ifaddr(const struct inet_ifaddr *ifa, void *arg)
{
	struct iflist *l = arg;
	struct nsp_ifaddr *out = room_for(l->c, sizeof(*out));
	struct inet_sockaddr sa = { .family = ifa->family, .addr = ifa->local };

	if (!out) {
		l->full = true;
		return 1;
	}
	if (inet_addr_is_linklocal(&ifa->local))
		sa.scope_id = ifa->dev->ifindex;
	nsp_addr_set(l->c->dm->net, ifa->family, &sa, &out->addr);
	if (ifa->family == INET_FAMILY_4 && !inet_addr_any(&ifa->broadcast)) {
		sa.addr = ifa->broadcast;
		nsp_addr_set(l->c->dm->net, ifa->family, &sa, &out->brd);
	}
	out->prefix_len = ifa->prefixlen;
	out->scope = ifa->scope;
	out->flags = ifa->flags;
	l->naddr++;
	return 0;
}

/* false: no room for this one any more */
static bool put_interface(struct call *c, struct net_device *dev)
{
	u32 start = c->replen;
	struct iflist l = { .c = c };
	struct nsp_ifent *e = room_for(c, sizeof(*e));

	if (!e)
		return false;
	e->ifindex = dev->ifindex;
	e->flags = dev_get_flags(dev);
	e->mtu = dev->mtu;
	e->type = dev->type;
	e->hwlen = dev->addr_len;
	e->txqlen = dev->tx_queue_len;
	memcpy(e->hwaddr, dev->dev_addr, sizeof(e->hwaddr));
	memcpy(e->hwbroadcast, dev->broadcast, sizeof(e->hwbroadcast));
	memcpy(e->name, dev->name, sizeof(e->name));
	inet_ifaddr_for_each(c->dm->net, dev, 0, put_ifaddr, &l);
	e->naddr = l.naddr;
	if (l.full)
		c->replen = start;
	return !l.full;
}

int call_iflist(struct call *c)
{
	const struct nsp_iflist_req *req = c->req;
	struct nsp_iflist_rep *rep = c->rep;
	struct net_device *dev;

	for_each_netdev(c->dm->net, dev) {
		if (dev->ifindex < req->cursor)
			continue;
		if (!put_interface(c, dev)) {
			/* One with more addresses than fit in a message is left out. */
			rep->next = rep->count ? dev->ifindex : dev->ifindex + 1;
			break;
		}
		rep->count++;
	}
	return 0;
}
