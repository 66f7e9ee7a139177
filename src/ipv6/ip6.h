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
void ip6_input_error(struct sk_buff *skb);

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
/* ndisc_out.c */
int ndisc_init(struct net *net);
void ndisc_exit(struct net *net);
/* saddr NULL: from :: (DAD), then nonce is 6 octets or NULL. Goes to daddr. */
void ndisc_send_ns(struct net_device *dev, const union inet_addr *target,
		   const union inet_addr *saddr, const union inet_addr *daddr, const u8 *nonce);
void ndisc_send_na(struct net_device *dev, const union inet_addr *target,
		   const union inet_addr *daddr, bool solicited, bool override);
union inet_addr ip6_solicited_node_of(const union inet_addr *a);
union inet_addr ip6_all_nodes(void);

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
