/* SPDX-License-Identifier: BSD-2-Clause */
/* Private to the room: what its files share. */
#ifndef NETSTACK_IPV6_IP6_H
#define NETSTACK_IPV6_IP6_H

#include "ipv6/ipv6.h"

enum { IP6_PMTUDISC_DONT, IP6_PMTUDISC_WANT, IP6_PMTUDISC_DO, IP6_PMTUDISC_PROBE,
       IP6_PMTUDISC_INTERFACE, IP6_PMTUDISC_OMIT };

struct inet6_dev {
	struct inet_dev base;		/* must be first */
	struct ipv6_devconf conf;
	struct neigh_parms nd_parms;
	bool on;
	bool in_router_groups;		/* ip6_forward.c */

	/* solicitations of routers: ndisc_rs.c */
	struct timer_list rs_timer;
	u64 rs_interval;		/* ns, before the jitter of the next one: RT of RFC 8415 15 */
	u32 rs_sent;
	bool rs_started, rs_answered;
	bool ra_mtu;			/* conf.mtu is an advertisement's */

	/* what routers have said: ip6_ra_route.c */
	struct list_head ra_routes;
	u32 nr_ra_routes;
};

enum {
	IP6_RA_ROUTES_MAX = 64,		/* of one device: routers, prefixes on link, routes (ND-30) */
	RA_LIFETIME_INFINITE = -1,	/* as u32; s */
};

static inline struct inet6_dev *in6_dev_get(const struct net_device *dev)
{
	return dev->ip6_ptr;
}
static inline const struct ip6_hdr *ip6_hdr(const struct sk_buff *skb)
{
	return (const struct ip6_hdr *)skb_network_header(skb);
}
static inline union inet_addr inet_addr_ip6(const struct ip6_addr *a)
{
	return inet_addr_from6(a->b);
}
static inline const struct ip6_addr *ip6_of(const union inet_addr *a)
{
	return (const struct ip6_addr *)(const void *)a->b;
}
/* The larger of the device's and the global setting; most of IPv6's are the device's alone. */
#define IN6_DEV_MAX(net, idev, name)						\
	((idev)->conf.name > (net)->ipv6.conf_all.name ? (idev)->conf.name :	\
							(net)->ipv6.conf_all.name)

/* ip6_in.c */
void ip6_read_header(const struct sk_buff *skb, struct inet_skb_cb *cb);	/* struct inet_af's */
void ipv6_rcv(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt);
void ip6_input(struct sk_buff *skb);		/* dst->input of what is for us */

/* ip6_forward.c */
/*
 * Sets skb->dst of a packet, received by a device with idev, that is for none of our addresses; or says why
 * not.
 */
enum skb_drop_reason ip6_route_forward(struct net *net, struct sk_buff *skb, const struct inet6_dev *idev);
bool ip6_forwards(const struct net_device *dev);	/* others' packets that come by it */
void ip6_forward(struct sk_buff *skb);		/* dst->input */
void ip6_input_error(struct sk_buff *skb);	/* the same, of what there is no way for */
/* The device is up or down, or router or host: joins the groups of all routers, or leaves them. */
void ip6_router_groups(struct inet6_dev *idev);

/*
 * ip6_ext.c: where a walk over the extension headers of a received packet stands. Offsets are from
 * the IPv6 header, which is at skb->data.
 */
struct ip6_walk {
	struct sk_buff *skb;
	u32 off;		/* of the header to look at next */
	u32 nexthdr_off;	/* of the octet that names its type */
	u8 type;
	bool fragmented;	/* a fragment header was there, an atomic one too */
};
/* Looks at one header. Keeps going while it returns true; false: skb was consumed. */
bool ip6_ext_step(struct net *net, struct ip6_walk *w);
/* Hop-by-hop header directly behind the IPv6 header. A reason: the caller drops. */
enum skb_drop_reason ip6_parse_hbh(struct net *net, struct sk_buff *skb);
bool ip6_has_length(const struct sk_buff *skb);	/* at skb->data; else it may be a jumbogram */
bool ip6_is_handled_ext(u8 type);

/* ip6_frag.c */
bool ip6_defrag(struct net *net, struct ip6_walk *w);
int ip6_fragment(struct net *net, struct sk_buff *skb, u32 mtu);

/* ip6_out.c */
int ip6_xmit(struct net *net, struct sock *sk, struct sk_buff *skb, const struct flowi *fl,
	     struct dst_entry *dst, const struct ip_xmit_opts *opts);
int ip6_output(struct net *net, struct sock *sk, struct sk_buff *skb);
int ip6_mc_output(struct net *net, struct sock *sk, struct sk_buff *skb);
int ip6_finish_output2(struct net *net, struct sk_buff *skb);

/* icmp6.c, icmp6_out.c */
extern const struct net_protocol icmp6_protocol;
/* Sends an error about skb (not consumed; network header valid) unless the rules forbid it. */
void icmp6_send(const struct sk_buff *skb, u8 type, u8 code, u32 rest);
void icmp6_send_unreach_port(const struct sk_buff *skb);
int icmp6_to_errno(u8 type, u8 code, bool *hard);
void icmp6_count_out(struct net *net, u8 type);
/* Completes the checksum and sends; data at the ICMPv6 header, fl's addresses are the header's. */
int icmp6_xmit(struct net *net, struct sk_buff *skb, const struct flowi *fl, struct dst_entry *dst,
	       s16 hop_limit);

/* ndisc.c: data at the ICMPv6 header, checksum verified. A reason: the caller drops. */
enum skb_drop_reason ndisc_rcv(struct net *net, struct sk_buff *skb);
/* A neighbour discovery message, as far as it is valid for any of them (RFC 4861 6.1, 7.1, 8.1). */
struct nd_in {
	struct net *net;
	struct sk_buff *skb;
	struct net_device *dev;
	const struct inet_skb_cb *cb;
	const u8 *msg;			/* at the ICMPv6 header, all linear */
	u32 len;
	struct nd_opts opts;
};
/* ndisc_out.c */
int ndisc_init(struct net *net);
void ndisc_exit(struct net *net);
/* saddr NULL: from :: (DAD), then nonce is 6 octets or NULL. Goes to daddr. */
void ndisc_send_ns(struct net_device *dev, const union inet_addr *target,
		   const union inet_addr *saddr, const union inet_addr *daddr, const u8 *nonce);
void ndisc_send_na(struct net_device *dev, const union inet_addr *target,
		   const union inet_addr *daddr, bool solicited, bool override);
/*
 * Tells the source of about, which came by about->dev, that packets to daddr go better to target on its own
 * link: a router's link-local address or daddr itself (RFC 4861 8.2). At a limited rate.
 */
void ndisc_send_redirect(const struct sk_buff *about, const union inet_addr *target,
			 const union inet_addr *daddr);
/* To all routers of dev's link, with our link-layer address (RFC 4861 4.1). */
void ndisc_send_rs(struct net_device *dev, const union inet_addr *saddr);
union inet_addr ip6_solicited_node_of(const union inet_addr *a);
union inet_addr ip6_all_nodes(void);

/*
 * ndisc_rs.c: solicitations of routers (RFC 4861 6.3.7, RFC 7559). rs_start: dev has a link-local address
 * that it may use; delay: nothing was waited for at random yet. Does nothing where it was called before, on
 * loopbacks, and where advertisements are not wanted. rs_restart: there is a link (again), perhaps another
 * one. rs_answered: a router has spoken.
 */
void ndisc_rs_init(struct inet6_dev *idev, struct net *net);
void ndisc_rs_start(struct inet6_dev *idev, bool delay);
void ndisc_rs_stop(struct inet6_dev *idev);
void ndisc_rs_restart(struct inet6_dev *idev);
void ndisc_rs_answered(struct inet6_dev *idev);
/* Are advertisements of routers listened to on the device? */
bool ip6_accept_ra(const struct inet6_dev *idev);

/* ndisc_ra.c: a router advertisement, its common part valid. A reason: the caller drops. */
enum skb_drop_reason ndisc_rcv_ra(const struct nd_in *in);

/*
 * ip6_ra_route.c: default routers, prefixes on link and routes with a lifetime (RFC 4861 5.1, RFC 4191). At
 * most IP6_RA_ROUTES_MAX a device; what comes beyond is not taken.
 */
struct ra_route_news {
	struct inet_prefix dst;		/* no bits behind its length */
	union inet_addr gw;		/* link-local; any: on link */
	u32 flags;			/* FIB_F_DEFAULT, FIB_F_PREFIX_RT or FIB_F_ROUTEINFO */
	u32 metric;
	u8 pref;			/* ND_RA_PREF_* */
	u32 lifetime;			/* s; 0: not any more; RA_LIFETIME_INFINITE */
};
/* Adds, renews or removes. 0, -ENOSPC (too many), -ENOMEM; a renewal cannot fail. */
int ip6_ra_route_set(struct inet6_dev *idev, const struct ra_route_news *news);
/* addr is a router no longer (RFC 4861 7.2.5): nothing goes by it. */
void ip6_ra_router_gone(struct inet6_dev *idev, const union inet_addr *addr);
/* n's state is new: a router that cannot be reached stands behind those that can (6.3.6). */
void ip6_ra_neigh_changed(const struct neighbour *n);
/* An address took a connected route along: those of prefixes on link that it stood for are there again. */
void ip6_ra_routes_restore(struct inet6_dev *idev);
void ip6_ra_routes_clear(struct inet6_dev *idev);
/* Of all devices that listen to routers only as hosts: no router is a default one any more. */
void ip6_ra_routers_purge(struct net *net);

/* ip6_autoconf.c: addresses out of advertised prefixes (RFC 4862 5.5.3) */
void ip6_autoconf_prefix(struct inet6_dev *idev, const union inet_addr *prefix, u32 valid, u32 preferred);
/* Of an address with lifetimes: its timer, from now on and after each change of them. */
void ip6_autoconf_life(struct ip_ifaddr *ifa);
/* The interface identifier of an Ethernet address (RFC 4291 appendix A). */
void ip6_eui64(u8 iid[8], const u8 mac[6]);

/* ip6_dad.c */
void ip6_dad_start(struct ip_ifaddr *ifa);
void ip6_dad_failed(struct ip_ifaddr *ifa);

/* ip6_addr.c */
int ip6_addr_init(struct net *net);
void ip6_addr_exit(struct net *net);
void ip6_dev_switch(struct net_device *dev); /* disable_ipv6 of the device is new */
void ip6_dev_gen_mode(struct net_device *dev); /* its addr_gen_mode is */
int ip6_addr_up(struct ip_ifaddr *ifa);
void ip6_addr_down(struct ip_ifaddr *ifa);
int ip6_local_route(struct ip_ifaddr *ifa, bool add);
/* The first len bits of a, and none behind them. */
struct inet_prefix ip6_prefix_of(const union inet_addr *a, u8 len);
/* A prefix on link has expired: connected routes of addresses that it stood for are there again. */
void ip6_addr_routes_restore(struct inet6_dev *idev);
/* A link-local address of the device that is no longer tentative; NULL: none. */
const struct inet_ifaddr *ip6_link_local(const struct inet6_dev *idev);
bool ip6_addr_is_local(struct net *net, const union inet_addr *addr);
int ip6_addr_type(struct net *net, const union inet_addr *addr, struct net_device *dev);

/* ip6_saddr.c */
bool ip6_select_saddr(struct net *net, struct net_device *dev, const union inet_addr *daddr,
		      union inet_addr *saddr);

/* af6.c */
extern const struct inet_af inet_af6;
extern const struct ip_family ip_family6;

/* ip6_sysctl.c */
void ip6_sysctl_init(struct net *net);
void ip6_sysctl_exit(struct net *net);

#endif
