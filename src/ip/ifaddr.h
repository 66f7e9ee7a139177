/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses of devices, inside: the per-device base of both families and the hash by address. */
#ifndef NETSTACK_IP_IFADDR_H
#define NETSTACK_IP_IFADDR_H

#include "core/core.h"
#include "ip/addr.h"
#include "ip/family.h"
#include "ip/route.h"

/* Linux's IFA_F_* (ABI) */
enum {
	IFA_FLAG_SECONDARY = 0x01, IFA_FLAG_NODAD = 0x02, IFA_FLAG_OPTIMISTIC = 0x04,
	IFA_FLAG_DADFAILED = 0x08, IFA_FLAG_DEPRECATED = 0x20, IFA_FLAG_TENTATIVE = 0x40,
	IFA_FLAG_PERMANENT = 0x80, IFA_FLAG_NOPREFIXROUTE = 0x200,
};
/* Linux's RT_SCOPE_* */
enum { RT_SCOPE_GLOBAL = 0, RT_SCOPE_SITE_NS = 200, RT_SCOPE_LINK_NS = 253, RT_SCOPE_HOST_NS = 254 };

/* First member of struct in_device (dev->ip_ptr) and struct inet6_dev (dev->ip6_ptr). */
struct inet_dev {
	struct net_device *dev;
	u16 family;
	u16 nr_addrs;
	struct list_head addrs;			/* struct inet_ifaddr.list, in order of adding */
	struct list_head mc_list;		/* struct ip_mc */
};

struct ip_ifaddr {
	struct inet_ifaddr ifa;			/* must be first */
	struct hlist_node hash;
	struct net *net;
	struct inet_dev *idev;
	struct dst_entry *in_dst;		/* for received packets; made on first use */
	u32 in_genid;				/* rt_genid of in_dst */
	struct timer_list dad_timer;		/* IPv6 */
	u8 dad_probes;				/* left to send */
	u8 dad_nonce[6];
	struct timer_list life_timer;		/* IPv6, of one by autoconfiguration: deprecated, then gone */
	bool autoconf;				/* IPv6: by inet_ifaddr_add_auto() */
	u64 conflict_at;			/* IPv4: last time that we defended it (RFC 5227) */
};

void inet_dev_init(struct inet_dev *idev, struct net_device *dev, u16 family);
/* Removes every address of idev, with its routes, and every group. */
void inet_dev_clear(struct inet_dev *idev);

/*
 * The address on dev (NULL: on any device), tentative ones included; NULL if it is not ours. A
 * link-local IPv6 address must be asked for with its device.
 */
struct ip_ifaddr *inet_ifaddr_find(struct net *net, const union inet_addr *addr,
				   const struct net_device *dev);
/* Unspecific index of the hash by address. Only the administrator puts addresses in: no key. */
static inline u32 inet_addr_bucket(const union inet_addr *a)
{
	return hash_32(a->w[3] ^ (a->w[2] << 1) ^ a->w[0] ^ (a->w[1] << 3)) & 255;
}
/* Drops one address. dad_failed keeps nothing: routes, hash entry and memory go. */
void inet_ifaddr_remove(struct ip_ifaddr *ifa);
/* The net's part of init and exit */
int inet_ifaddr_net_init(struct net *net);
void inet_ifaddr_net_exit(struct net *net);

#endif
