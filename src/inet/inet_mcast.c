/* SPDX-License-Identifier: BSD-2-Clause */
/* Multicast groups of a socket, and from which sources it takes them (RFC 3376 3.2, RFC 3678). */
#include "inet/inet.h"

#include <errno.h>

struct inet_mc_socket {
	struct list_head list;
	union inet_addr group;
	u32 ifindex;
	u32 nr_src;
	u8 mode;			/* INET_MC_* */
	bool listed;			/* had a source since the mode was chosen: it cannot change */
	union inet_addr *src;		/* NULL: none */
};

struct by_addr {
	const union inet_addr *addr;
	struct net_device *dev;
};

static int match_addr(const struct inet_ifaddr *ifa, void *arg)
{
	struct by_addr *b = arg;

	if (!inet_addr_equal(&ifa->local, b->addr))
		return 0;
	b->dev = ifa->dev;
	return 1;
}

struct net_device *inet_dev_by_addr(struct net *net, const union inet_addr *addr)
{
	struct by_addr b = { .addr = addr };

	inet_ifaddr_for_each(net, NULL, INET_FAMILY_4, match_addr, &b);
	return b.dev;
}

static u16 group_family(const union inet_addr *group)
{
	return inet_addr_is_v4mapped(group) ? INET_FAMILY_4 : INET_FAMILY_6;
}

/* The device that a request means; a route to the group decides when it names none. */
static struct net_device *mc_device(struct sock *sk, const union inet_addr *group, u32 ifindex,
				    const union inet_addr *local)
{
	struct flowi fl = { .daddr = *group, .family = group_family(group) };
	struct net *net = sk->net;
	struct dst_entry *dst;
	struct net_device *dev;

	if (ifindex)
		return dev_get_by_index(net, ifindex);
	if (local && !inet_addr_any(local))
		return inet_dev_by_addr(net, local);
	if (sk->sk_bound_dev_if)
		return dev_get_by_index(net, sk->sk_bound_dev_if);
	fl.saddr = fl.family == INET_FAMILY_4 ? inet_addr_from4((const u8[4]){ 0 }) : fl.saddr;
	if (inet_af_get(net, fl.family)->route_output(net, &fl, &dst) == 0) {
		dev = dst->dev;
		dst_release(dst);
		return dev;
	}
	if (fl.family == INET_FAMILY_4)
		return NULL;
	/* each interface has a route to ff00::/8 */
	for_each_netdev(net, dev)
		if ((dev->flags & (DEV_UP | DEV_MULTICAST)) == (DEV_UP | DEV_MULTICAST))
			return dev;
	return NULL;
}

/* A packet to the group may come to any of them, and is for whoever listens there (IP_MULTICAST_ALL). */
static void tell_shards(const struct sock *sk, u32 ifindex, const union inet_addr *group, u16 family,
			bool join)
{
	struct net *net = sk->net;

	if (net->group)
		net->group->membership(net, ifindex, group, family, join);
}

int inet_mc_join(struct sock *sk, const union inet_addr *group, u32 ifindex,
		 const union inet_addr *local, u8 mode)
{
	struct inet_sock *inet = inet_sk(sk);
	u16 family = group_family(group);
	struct inet_mc_socket *m;
	struct net_device *dev;
	u32 nr = 0;
	int err;

	if (!inet_addr_is_multicast(group))
		return -EINVAL;
	dev = mc_device(sk, group, ifindex, local);
	if (!dev)
		return -ENODEV;
	list_for_each_entry(m, &inet->mc_list, list) {
		if (m->ifindex == dev->ifindex && inet_addr_equal(&m->group, group))
			return -EADDRINUSE;
		nr += group_family(&m->group) == INET_FAMILY_4;
	}
	if (family == INET_FAMILY_4 && nr >= sk->net->inet.max_memberships)
		return -ENOBUFS;
	if (sk->sk_omem_alloc + sizeof(*m) > sk->net->core.optmem_max)
		return -ENOBUFS;
	m = net_alloc(sk->net, sizeof(*m));
	if (!m)
		return -ENOMEM;
	err = ip_mc_join(dev, group, family);
	if (err) {
		net_free(sk->net, m, sizeof(*m));
		return err;
	}
	tell_shards(sk, dev->ifindex, group, family, true);
	m->group = *group;
	m->ifindex = dev->ifindex;
	m->mode = mode;
	m->listed = false;
	m->src = NULL;
	m->nr_src = 0;
	list_add_tail(&m->list, &inet->mc_list);
	sk->sk_omem_alloc += sizeof(*m);
	return 0;
}

/* Takes over src, n addresses that net_alloc() gave; NULL: none. */
static void mc_set_sources(struct sock *sk, struct inet_mc_socket *m, union inet_addr *src, u32 n)
{
	u32 old = m->nr_src * (u32)sizeof(*src), now = n * (u32)sizeof(*src);

	if (m->src)
		net_free(sk->net, m->src, old);
	sk->sk_omem_alloc += now - old;
	m->src = src;
	m->nr_src = n;
}

static void mc_forget(struct sock *sk, struct inet_mc_socket *m)
{
	struct net_device *dev = dev_get_by_index(sk->net, m->ifindex);

	/* The device, and the membership with it, may have gone before the socket. */
	if (dev)
		ip_mc_leave(dev, &m->group, group_family(&m->group));
	tell_shards(sk, m->ifindex, &m->group, group_family(&m->group), false);
	mc_set_sources(sk, m, NULL, 0);
	list_del(&m->list);
	sk->sk_omem_alloc -= (u32)sizeof(*m);
	net_free(sk->net, m, sizeof(*m));
}

int inet_mc_leave(struct sock *sk, const union inet_addr *group, u32 ifindex,
		  const union inet_addr *local)
{
	struct inet_mc_socket *m;
	struct net_device *dev = NULL;

	if (!local && !inet_addr_is_multicast(group))	/* of IPv4 it is just not there */
		return -EINVAL;
	if (!ifindex && local && !inet_addr_any(local)) {
		dev = inet_dev_by_addr(sk->net, local);
		if (!dev)
			return -EADDRNOTAVAIL;
		ifindex = dev->ifindex;
	} else if (!ifindex && local && !mc_device(sk, group, 0, NULL)) {
		return -ENODEV;
	}
	list_for_each_entry(m, &inet_sk(sk)->mc_list, list)
		if (inet_addr_equal(&m->group, group) && (!ifindex || m->ifindex == ifindex)) {
			mc_forget(sk, m);
			return 0;
		}
	return -EADDRNOTAVAIL;
}

void inet_mc_drop_all(struct sock *sk)
{
	struct inet_mc_socket *m, *tmp;

	list_for_each_entry_safe(m, tmp, &inet_sk(sk)->mc_list, list)
		mc_forget(sk, m);
}

/* -- source filters ---------------------------------------------------- */

/* The membership that a filter is about; its device must be named or found as for a join. */
static struct inet_mc_socket *mc_find(struct sock *sk, const union inet_addr *group, u32 ifindex,
				      const union inet_addr *local, int *err)
{
	struct net_device *dev;
	struct inet_mc_socket *m;

	*err = -EINVAL;
	if (!inet_addr_is_multicast(group))
		return NULL;
	dev = mc_device(sk, group, ifindex, local);
	*err = -ENODEV;
	if (!dev)
		return NULL;
	list_for_each_entry(m, &inet_sk(sk)->mc_list, list)
		if (m->ifindex == dev->ifindex && inet_addr_equal(&m->group, group))
			return m;
	*err = -EINVAL;
	return NULL;
}

static u32 source_index(const struct inet_mc_socket *m, const union inet_addr *src)
{
	u32 i = 0;

	while (i < m->nr_src && !inet_addr_equal(&m->src[i], src))
		i++;
	return i;
}

static u32 max_sources(const struct sock *sk, const union inet_addr *group)
{
	return group_family(group) == INET_FAMILY_4 ? sk->net->inet.igmp_max_msf :
						      sk->net->inet.mld_max_msf;
}

static union inet_addr *alloc_sources(struct sock *sk, u32 n, int *err)
{
	u32 size = n * (u32)sizeof(union inet_addr);
	union inet_addr *src;

	*err = -ENOBUFS;
	if (sk->sk_omem_alloc + size > sk->net->core.optmem_max)
		return NULL;
	src = net_alloc(sk->net, size);
	*err = src ? 0 : -ENOBUFS;
	return src;
}

static int add_source(struct sock *sk, struct inet_mc_socket *m, const union inet_addr *src)
{
	union inet_addr *list;
	int err;

	if (source_index(m, src) < m->nr_src)
		return -EADDRNOTAVAIL;
	if (m->nr_src >= max_sources(sk, &m->group))
		return -ENOBUFS;
	list = alloc_sources(sk, m->nr_src + 1, &err);
	if (!list)
		return err;
	if (m->nr_src)
		memcpy(list, m->src, m->nr_src * sizeof(*list));
	list[m->nr_src] = *src;
	mc_set_sources(sk, m, list, m->nr_src + 1);
	m->listed = true;
	return 0;
}

/* The last source of an include filter takes the membership with it. */
static int del_source(struct sock *sk, struct inet_mc_socket *m, const union inet_addr *src)
{
	u32 i = source_index(m, src);
	union inet_addr *list;
	int err;

	if (i == m->nr_src)
		return -EADDRNOTAVAIL;
	if (m->nr_src == 1) {
		if (m->mode == INET_MC_INCLUDE)
			mc_forget(sk, m);
		else
			mc_set_sources(sk, m, NULL, 0);
		return 0;
	}
	list = alloc_sources(sk, m->nr_src - 1, &err);
	if (!list)
		return err;
	memcpy(list, m->src, i * sizeof(*list));
	memcpy(list + i, m->src + i + 1, (m->nr_src - i - 1) * sizeof(*list));
	mc_set_sources(sk, m, list, m->nr_src - 1);
	return 0;
}

int inet_mc_source(struct sock *sk, const union inet_addr *group, u32 ifindex,
		   const union inet_addr *local, const union inet_addr *src, u8 mode, bool add)
{
	struct inet_mc_socket *m;
	int err;

	if (add && mode == INET_MC_INCLUDE) {	/* joins as well; it may have before */
		err = inet_mc_join(sk, group, ifindex, local, mode);
		if (err && err != -EADDRINUSE)
			return err;
	}
	m = mc_find(sk, group, ifindex, local, &err);
	if (!m)
		return err;
	if (m->mode != mode) {
		if (m->listed)
			return -EINVAL;
		m->mode = mode;
	}
	return add ? add_source(sk, m, src) : del_source(sk, m, src);
}

int inet_mc_set_filter(struct sock *sk, const union inet_addr *group, u32 ifindex,
		       const union inet_addr *local, u32 mode, const union inet_addr *src, u32 n)
{
	struct inet_mc_socket *m;
	union inet_addr *list = NULL;
	int err;

	if (!inet_addr_is_multicast(group) || (mode != INET_MC_INCLUDE && mode != INET_MC_EXCLUDE))
		return -EINVAL;
	m = mc_find(sk, group, ifindex, local, &err);
	if (mode == INET_MC_INCLUDE && !n) {	/* from nobody: left */
		if (m)
			mc_forget(sk, m);
		return m ? 0 : err == -ENODEV ? err : -EADDRNOTAVAIL;
	}
	if (!m)
		return err;
	if (n > max_sources(sk, group))
		return -ENOBUFS;
	if (n) {
		list = alloc_sources(sk, n, &err);
		if (!list)
			return err;
		memcpy(list, src, n * sizeof(*list));
	}
	mc_set_sources(sk, m, list, n);
	m->mode = (u8)mode;
	m->listed = n > 0;
	return 0;
}

int inet_mc_get_filter(struct sock *sk, const union inet_addr *group, u32 ifindex,
		       const union inet_addr *local, u32 *mode, const union inet_addr **src, u32 *n)
{
	int err;
	const struct inet_mc_socket *m = mc_find(sk, group, ifindex, local, &err);

	if (!m)
		return inet_addr_is_multicast(group) && err == -EINVAL ? -EADDRNOTAVAIL : err;
	*mode = m->mode;
	*src = m->src;
	*n = m->nr_src;
	return 0;
}

static bool filter_passes(const struct inet_mc_socket *m, const union inet_addr *src)
{
	bool listed = source_index(m, src) < m->nr_src;

	return m->mode == INET_MC_INCLUDE ? listed : !listed;
}

bool inet_mc_wants(const struct sock *sk, const union inet_addr *group, const union inet_addr *src,
		   u32 iif)
{
	const struct inet_sock *inet = inet_sk(sk);
	const struct inet_mc_socket *m;

	if (!inet_addr_is_multicast(group))
		return true;
	list_for_each_entry(m, &inet->mc_list, list)
		if (inet_addr_equal(&m->group, group) && (!iif || m->ifindex == iif))
			return filter_passes(m, src);
	return inet_addr_is_v4mapped(group) ? inet->mc_all : inet->o6.mc_all;
}
