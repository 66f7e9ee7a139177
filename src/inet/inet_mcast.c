/* SPDX-License-Identifier: BSD-2-Clause */
/* Multicast groups of a socket. */
#include "inet/inet.h"

#include <errno.h>

struct inet_mc_socket {
	struct list_head list;
	union inet_addr group;
	u32 ifindex;
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
	for_each_netdev(net, dev)
		if ((dev->flags & (DEV_UP | DEV_MULTICAST)) == (DEV_UP | DEV_MULTICAST))
			return dev;
	return NULL;
}

int inet_mc_join(struct sock *sk, const union inet_addr *group, u32 ifindex,
		 const union inet_addr *local)
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
	m->group = *group;
	m->ifindex = dev->ifindex;
	list_add_tail(&m->list, &inet->mc_list);
	sk->sk_omem_alloc += sizeof(*m);
	return 0;
}

static void mc_forget(struct sock *sk, struct inet_mc_socket *m)
{
	struct net_device *dev = dev_get_by_index(sk->net, m->ifindex);

	/* The device, and the membership with it, may have gone before the socket. */
	if (dev)
		ip_mc_leave(dev, &m->group, group_family(&m->group));
	list_del(&m->list);
	sk->sk_omem_alloc -= (u32)sizeof(*m);
	net_free(sk->net, m, sizeof(*m));
}

int inet_mc_leave(struct sock *sk, const union inet_addr *group, u32 ifindex,
		  const union inet_addr *local)
{
	struct inet_mc_socket *m;
	struct net_device *dev = NULL;

	if (!inet_addr_is_multicast(group))
		return -EINVAL;
	if (!ifindex && local && !inet_addr_any(local)) {
		dev = inet_dev_by_addr(sk->net, local);
		if (!dev)
			return -ENODEV;
		ifindex = dev->ifindex;
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

bool inet_mc_wants(const struct sock *sk, const union inet_addr *group, u32 iif)
{
	const struct inet_sock *inet = inet_sk(sk);
	const struct inet_mc_socket *m;

	if (!inet_addr_is_multicast(group))
		return true;
	list_for_each_entry(m, &inet->mc_list, list)
		if (inet_addr_equal(&m->group, group) && (!iif || m->ifindex == iif))
			return true;
	return inet_addr_is_v4mapped(group) ? inet->mc_all : inet->o6.mc_all;
}
