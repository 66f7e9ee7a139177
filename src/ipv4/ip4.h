/* SPDX-License-Identifier: BSD-2-Clause */
/* Private to the room: what its files share. */
#ifndef NETSTACK_IPV4_IP4_H
#define NETSTACK_IPV4_IP4_H

#include "ipv4/ipv4.h"

enum { IP4_IDENT_BITS = 11, IP4_IDENTS = 1 << IP4_IDENT_BITS };
enum { IP4_PMTUDISC_DONT, IP4_PMTUDISC_WANT, IP4_PMTUDISC_DO, IP4_PMTUDISC_PROBE,
       IP4_PMTUDISC_INTERFACE, IP4_PMTUDISC_OMIT };

struct in_device {
	struct inet_dev base;		/* must be first */
	struct ipv4_devconf conf;
	struct neigh_parms arp_parms;
	bool on;			/* routes and groups of an up device are there */
};

static inline struct in_device *in_dev_get(const struct net_device *dev)
{
	return dev->ip_ptr;
}
/* The address of a header field as a value. */
static inline union inet_addr inet_addr_be(be32 a)
{
	return inet_addr_from4(&a);
}
static inline be32 be32_of(const union inet_addr *a)
{
	return (be32){ a->w[3] };
}
static inline const struct ip4_hdr *ip4_hdr(const struct sk_buff *skb)
{
	return (const struct ip4_hdr *)skb_network_header(skb);
}
/* The larger of the device's and the global setting: Linux's rule for most switches. */
#define IN_DEV_MAX(net, idev, name)						\
	((idev)->conf.name > (net)->ipv4.conf_all.name ? (idev)->conf.name :	\
							(net)->ipv4.conf_all.name)

/* ip4_in.c */
void ip4_read_header(const struct sk_buff *skb, struct inet_skb_cb *cb);	/* struct inet_af's */
void ip_rcv(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt);
void ip_local_deliver(struct sk_buff *skb);

/* ip4_route.c: where does a received packet go? Sets skb->dst or says why not. */
enum skb_drop_reason ip4_route_input(struct sk_buff *skb, struct net_device *dev);

/* ip4_forward.c */
bool ip4_may_forward(const struct sk_buff *skb, const struct in_device *idev);
/*
 * Sets skb->dst of a packet that is for none of our addresses; err and res are what fib_lookup() says of
 * fl, which has the device that it came by. Or says why not.
 */
enum skb_drop_reason ip4_route_forward(struct sk_buff *skb, const struct in_device *idev,
				       const struct flowi *fl, int err, const struct fib_result *res);
void ip_forward(struct sk_buff *skb);		/* dst->input */
void ip4_input_error(struct sk_buff *skb);	/* the same, of what there is no way for */

/* ip4_out.c */
int ip_queue_xmit(struct net *net, struct sock *sk, struct sk_buff *skb, const struct flowi *fl,
		  struct dst_entry *dst, const struct ip_xmit_opts *opts);
int ip_output(struct net *net, struct sock *sk, struct sk_buff *skb);
int ip_mc_output(struct net *net, struct sock *sk, struct sk_buff *skb);
int ip4_finish_output2(struct net *net, struct sk_buff *skb);

/* ip4_id.c: identification of segs datagrams from saddr to daddr; the first of them. */
u16 ip4_select_ident(struct net *net, be32 saddr, be32 daddr, u8 proto, u32 segs);

/* ip4_frag.c */
struct sk_buff *ip4_defrag(struct sk_buff *skb);	/* NULL: kept or dropped */
int ip4_fragment(struct net *net, struct sock *sk, struct sk_buff *skb, u32 mtu);

/* ip4_options.c */
/* Records route and time in the packet, which is at its IPv4 header. -ENOMEM: it is as it was. */
int ip4_options_received(struct net *net, struct sk_buff *skb, const struct ip4_opts *o);
/* The same in a header that is about to be sent from own; its sum is made afterwards. */
void ip4_options_sent(struct net *net, struct ip4_hdr *iph, const union inet_addr *own);

/* icmp4.c, icmp4_out.c */
extern const struct net_protocol icmp4_protocol;
/* Sends an error about skb (not consumed; network header valid) unless the rules forbid it. */
void icmp4_send(const struct sk_buff *skb, u8 type, u8 code, be32 rest);
void icmp4_send_unreach_port(const struct sk_buff *skb);
int icmp4_to_errno(u8 type, u8 code, bool *hard);
bool icmp4_allow(struct net *net, const struct dst_entry *dst, const union inet_addr *to, u8 type,
		 u8 code);
void icmp4_count_out(struct net *net, u8 type);
int icmp4_xmit(struct net *net, struct sk_buff *skb, struct flowi *fl, struct dst_entry *dst,
	       u8 tos, const u8 *options, u32 options_len);

/* arp.c */
int arp_init(struct net *net);
void arp_exit(struct net *net);
void arp_rcv(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt);
void arp_announce(struct ip_ifaddr *ifa);	/* gratuitous request */

/* ip4_addr.c */
int ip4_addr_init(struct net *net);
void ip4_addr_exit(struct net *net);
int ip4_addr_up(struct ip_ifaddr *ifa);
void ip4_addr_down(struct ip_ifaddr *ifa);
bool ip4_select_saddr(struct net *net, struct net_device *dev, const union inet_addr *daddr,
		      union inet_addr *saddr);
bool ip4_addr_is_local(struct net *net, const union inet_addr *addr);
int ip4_addr_type(struct net *net, const union inet_addr *addr, struct net_device *dev);

/* af4.c */
extern const struct inet_af inet_af4;
extern const struct ip_family ip_family4;

/* ip4_sysctl.c */
void ip4_sysctl_init(struct net *net);
void ip4_sysctl_exit(struct net *net);

#endif
