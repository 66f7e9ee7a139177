/* SPDX-License-Identifier: BSD-2-Clause */
/* inet_sock: defaults, names, source and route of a socket of either family. */
#include "inet/inet.h"
#include "inet/ip6_ext_sockopt.h"

#include <errno.h>

enum { PMTUDISC_DONT = 0, PMTUDISC_WANT = 1, PMTUDISC_DO = 2 };

static const union inet_addr addr_any6;

static union inet_addr any_of(const struct inet_af *af)
{
	static const u8 zero[4];

	return af->af_bit ? addr_any6 : inet_addr_from4(zero);
}

static union inet_addr loopback_of(bool v4)
{
	static const u8 lo4[4] = { 127, 0, 0, 1 };
	union inet_addr lo6 = { .b[15] = 1 };

	return v4 ? inet_addr_from4(lo4) : lo6;
}

void inet_sock_init(struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);

	inet->af = sk->sk_family_af;
	inet->saddr = inet->rcv_saddr = inet->daddr = any_of(inet->af);
	hlist_node_init(&inet->hash_node);
	hlist_node_init(&inet->bind_node);
	INIT_LIST_HEAD(&inet->reuseport_list);
	INIT_LIST_HEAD(&inet->mc_list);
	inet->uc_ttl = -1;
	inet->mc_ttl = 1;
	inet->mc_loop = 1;
	inet->mc_all = sk->sk_family_af->af_bit == 0;	/* as Linux: not on IPv6 sockets */
	inet->mc_addr = any_of(sk->net->ip.af[0]);
	inet->pmtudisc = sk->net->ipv4.ip_no_pmtu_disc ? PMTUDISC_DONT : PMTUDISC_WANT;
	inet->id = net_rand32(sk->net) & 0xffff;
	inet->v6only = inet->af->af_bit && sk->net->ipv6.bindv6only;
	inet->o6 = (struct inet_opts6){
		.ucast_hops = -1, .mcast_hops = -1, .pmtudisc = PMTUDISC_WANT,
		.mc_loop = true, .mc_all = true, .csum_offset = -1,
		.repflow = sk->net->ipv6.flowlabel_reflect & FLOWLABEL_REFLECT_STREAMS,
	};
	list_add_tail(&inet->net_entry, &sk->net->inet.socks);
}

void inet_sock_destroy(struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);

	ASSERT(!inet->bind_bucket && !hlist_is_linked(&inet->hash_node));
	inet_mc_drop_all(sk);
	inet_ext6_free(sk);
	flowlabel_free_leases(sk);
	skb_queue_purge(&sk->sk_receive_queue);
	skb_queue_purge(&sk->sk_write_queue);
	skb_queue_purge(&sk->sk_error_queue);
	sk_dst_set(sk, NULL);
	list_del_init(&inet->net_entry);
}

void inet_sock_inherit(const struct sock *parent, struct sock *child)
{
	const struct inet_sock *p = inet_sk(parent);
	struct inet_sock *c = inet_sk(child);

	c->v6only = p->v6only;
	c->freebind = p->freebind;
	c->transparent = p->transparent;
	c->recverr = p->recverr;
	c->recverr_rfc4884 = p->recverr_rfc4884;
	c->bind_address_no_port = p->bind_address_no_port;
	c->nodefrag = p->nodefrag;
	c->uc_ttl = p->uc_ttl;
	c->mc_ttl = p->mc_ttl;
	c->mc_loop = p->mc_loop;
	c->mc_all = p->mc_all;
	c->mc_index = p->mc_index;
	c->mc_addr = p->mc_addr;
	c->uc_index = p->uc_index;
	c->tos = p->tos;
	c->min_ttl = p->min_ttl;
	c->pmtudisc = p->pmtudisc;
	c->cmsg_flags = p->cmsg_flags;
	c->local_port_lo = p->local_port_lo;
	c->local_port_hi = p->local_port_hi;
	c->o6 = p->o6;
	c->o6.labels = NULL;
	inet_ext6_inherit(parent, child);
}

static u32 label_of(const struct sk_buff *skb, bool wanted)
{
	return wanted && inet_cb(skb)->af->af_bit ? inet_flowinfo6(skb) & FLOWLABEL_MASK : 0;
}

u32 inet_reflected_label(const struct inet_sock *inet, const struct sk_buff *skb)
{
	return label_of(skb, inet->o6.repflow);
}

u32 inet_reset_label(const struct net *net, const struct sk_buff *skb)
{
	return label_of(skb, net->ipv6.flowlabel_reflect & FLOWLABEL_REFLECT_RESETS);
}

void inet_note_header(struct inet_sock *inet, const struct sk_buff *skb)
{
	const struct inet_skb_cb *cb = inet_cb(skb);

	inet->rcv_tos = cb->tos;
	if (!cb->af->af_bit) {
		inet->mc_index = cb->iif;
		inet->mc_ttl = cb->ttl;
		return;
	}
	inet->o6.mc_index = cb->iif;
	inet->o6.mcast_hops = cb->ttl;
	inet->o6.rcv_flowinfo = inet_flowinfo6(skb);
	if (unlikely(inet->o6.repflow))
		inet->flowlabel = inet_reflected_label(inet, skb);
}

struct inet_rx_header inet_rx_header6(const struct sk_buff *skb)
{
	const struct inet_skb_cb *cb = inet_cb(skb);

	return (struct inet_rx_header){ .iif = cb->iif, .ttl = cb->ttl, .flowinfo = inet_flowinfo6(skb) };
}

void inet_note_last(struct inet_sock *inet, const struct inet_rx_header *h)
{
	u32 want = inet->o6.cmsg_flags;

	if (want & (INET_CMSG_PKTINFO | INET_CMSG_OLD_PKTINFO))
		inet->o6.mc_index = h->iif;
	if (want & (INET_CMSG_TTL | INET_CMSG_OLD_TTL))
		inet->o6.mcast_hops = h->ttl;
	if (want & (INET_CMSG_FLOWINFO | INET_CMSG_TOS))
		inet->o6.rcv_flowinfo = h->flowinfo;
	if (unlikely(inet->o6.repflow))
		inet->flowlabel = h->flowinfo & FLOWLABEL_MASK;
}

void inet_note_answer(struct inet_sock *inet, const struct sk_buff *skb)
{
	if (inet_cb(skb)->af->af_bit && inet->o6.cmsg_flags)
		inet_note_header(inet, skb);
}

void inet_sock_for_each(struct net *net, void (*fn)(struct sock *sk, void *arg), void *arg)
{
	struct inet_sock *inet, *tmp;

	list_for_each_entry_safe(inet, tmp, &net->inet.socks, net_entry)
		fn(&inet->sk, arg);
}

/* -- bind -------------------------------------------------------------- */

static int bind_check4(struct sock *sk, const union inet_addr *addr)
{
	const struct inet_sock *inet = inet_sk(sk);
	struct net *net = sk->net;
	int type;

	if (inet_addr_any(addr) || inet->freebind || inet->transparent || net->ipv4.ip_nonlocal_bind)
		return 0;
	type = net->ip.af[0]->addr_type(net, addr, NULL);
	if (type == RTN_LOCAL || type == RTN_MULTICAST || type == RTN_BROADCAST)
		return 0;
	return -EADDRNOTAVAIL;
}

static int match_ifaddr(const struct inet_ifaddr *ifa, void *arg)
{
	return inet_addr_equal(&ifa->local, arg);
}

/* Is addr ours? ::1 and link-local addresses belong to their device only. */
static bool addr6_is_ours(struct net *net, union inet_addr *addr, u32 ifindex)
{
	struct net_device *dev = ifindex ? dev_get_by_index(net, ifindex) : NULL;

	if (!net->ip.af[1]->addr_is_local(net, addr))
		return false;
	if (!dev || !(inet_addr_is_linklocal(addr) || inet_addr_is_loopback(addr)))
		return true;
	return inet_ifaddr_for_each(net, dev, INET_FAMILY_6, match_ifaddr, addr);
}

static int bind_check6(struct sock *sk, struct inet_sockaddr *a)
{
	const struct inet_sock *inet = inet_sk(sk);
	struct net *net = sk->net;
	u32 dev = sk->sk_bound_dev_if;

	if (inet_addr_any(&a->addr))
		return 0;
	if (inet_addr_is_multicast(&a->addr) && sk->sk_type == SOCK_STREAM_NS)
		return -EINVAL;
	if (inet_addr_needs_scope(&a->addr)) {
		if (a->scope_id && dev && a->scope_id != dev)
			return -EINVAL;
		dev = a->scope_id ? a->scope_id : dev;
		if (!dev)
			return -EINVAL;
		if (!dev_get_by_index(net, dev))
			return -ENODEV;
	}
	if (inet_addr_is_multicast(&a->addr) || inet->freebind || inet->transparent ||
	    net->ipv6.ip_nonlocal_bind || addr6_is_ours(net, &a->addr, dev))
		return 0;
	return -EADDRNOTAVAIL;
}

int inet_bind_addr(struct sock *sk, const struct inet_sockaddr *addr)
{
	struct inet_sock *inet = inet_sk(sk);
	bool sock6 = sk->sk_family_af->af_bit;
	struct inet_sockaddr a = *addr;
	int type, err;

	if (!sock6 && !a.family) {		/* AF_UNSPEC: only as the wildcard */
		a.family = INET_FAMILY_4;
		a.addr = any_of(sk->sk_family_af);
	}
	if (a.family != sk->sk_family_af->family)
		return -EAFNOSUPPORT;
	if (sock6 && !inet_addr_is_v4mapped(&a.addr)) {
		err = bind_check6(sk, &a);
	} else {
		if (sock6 && inet->v6only)
			return -EINVAL;
		err = bind_check4(sk, &a.addr);
	}
	if (err)
		return err;
	if (inet_addr_needs_scope(&a.addr) && a.scope_id)
		sk->sk_bound_dev_if = a.scope_id;
	inet->rcv_saddr = inet->saddr = a.addr;
	/* Groups and broadcast addresses are no source: the device's address will be. */
	type = inet_addr_any(&a.addr) ? RTN_UNICAST : RTN_LOCAL;
	if (inet_addr_is_v4mapped(&a.addr))
		type = sk->net->ip.af[0]->addr_type(sk->net, &a.addr, NULL);
	if (type == RTN_BROADCAST || inet_addr_is_multicast(&a.addr))
		inet->saddr = any_of(sk->sk_family_af);
	return 0;
}

/* A socket that has a port, or more: what is wrong first is the family, and of IPv4 the address, too. */
static int bind_again(struct sock *sk, const struct inet_sockaddr *addr)
{
	if (addr->family && addr->family != sk->sk_family_af->family)
		return -EAFNOSUPPORT;
	return sk->sk_family_af->af_bit || bind_check4(sk, &addr->addr) != -EADDRNOTAVAIL ? -EINVAL :
											 -EADDRNOTAVAIL;
}

void inet_bound(struct sock *sk, const struct inet_sockaddr *addr)
{
	if (!inet_addr_any(&inet_sk(sk)->rcv_saddr))
		sk->sk_userlocks |= INET_BINDADDR_LOCK;
	if (addr->port)
		sk->sk_userlocks |= INET_BINDPORT_LOCK;
	sk_dst_set(sk, NULL);
}

int inet_bind(struct sock *sk, struct inet_hashinfo *h, const struct inet_sockaddr *addr)
{
	struct inet_sock *inet = inet_sk(sk);
	struct inet_sock old = { .saddr = inet->saddr, .rcv_saddr = inet->rcv_saddr,
				 .v6only = inet->v6only };
	u32 old_dev = sk->sk_bound_dev_if;
	int err;

	if (sk->sk_state != TCP_CLOSE || inet->sport)
		return bind_again(sk, addr);
	err = inet_bind_addr(sk, addr);
	if (err)
		return err;
	/* A specific IPv6 address cannot collide with IPv4. */
	if (sk->sk_family_af->af_bit && !inet_addr_any(&inet->rcv_saddr) &&
	    !inet_addr_is_v4mapped(&inet->rcv_saddr))
		inet->v6only = true;
	if (addr->port || !inet->bind_address_no_port)
		err = inet_port_get(sk, h, addr->port);
	if (err) {
		inet->saddr = old.saddr;
		inet->rcv_saddr = old.rcv_saddr;
		inet->v6only = old.v6only;
		sk->sk_bound_dev_if = old_dev;
		return err;
	}
	inet_bound(sk, addr);
	return 0;
}

int inet_getname(struct sock *sk, struct inet_sockaddr *addr, bool peer)
{
	const struct inet_sock *inet = inet_sk(sk);

	*addr = (struct inet_sockaddr){ .family = sk->sk_family_af->family };
	if (peer) {
		if (!inet->dport || sk->sk_state == TCP_CLOSE || sk->sk_state == TCP_SYN_SENT)
			return -ENOTCONN;
		addr->port = inet->dport;
		addr->addr = inet->daddr;
		if (inet->o6.sndflow)
			addr->flowinfo = inet->flowlabel;
	} else {
		addr->port = inet->sport;
		addr->addr = inet_addr_any(&inet->rcv_saddr) ? inet->saddr : inet->rcv_saddr;
	}
	if (inet_addr_is_linklocal(&addr->addr))
		addr->scope_id = sk->sk_bound_dev_if ? sk->sk_bound_dev_if : inet->scope_id;
	return 0;
}

/* -- send -------------------------------------------------------------- */

int inet_sk_set_family_for(struct sock *sk, const struct inet_sockaddr *dst)
{
	struct inet_sock *inet = inet_sk(sk);
	bool v4 = dst->family == INET_FAMILY_4 || inet_addr_is_v4mapped(&dst->addr);

	if (!sk->sk_family_af->af_bit) {
		if (dst->family != INET_FAMILY_4)
			return -EAFNOSUPPORT;
		inet->af = sk->sk_family_af;
		return 0;
	}
	if (v4 && inet->v6only)
		return -ENETUNREACH;
	if (!v4 && inet_addr_is_v4mapped(&inet->rcv_saddr))	/* bound to IPv4, if only its wildcard */
		return -EAFNOSUPPORT;
	inet->af = sk->net->ip.af[v4 ? 0 : 1];
	return 0;
}

void inet_fix_any_daddr(const struct sock *sk, union inet_addr *daddr)
{
	const struct inet_sock *inet = inet_sk(sk);
	bool v4 = inet_addr_is_v4mapped(daddr) || !sk->sk_family_af->af_bit ||
		  inet_addr_is_v4mapped(&inet->rcv_saddr);

	if (!inet_addr_any(daddr))
		return;
	if (v4 && !inet_addr_any(&inet->saddr) && inet_addr_is_v4mapped(&inet->saddr))
		*daddr = inet->saddr;
	else
		*daddr = loopback_of(v4);
}

void inet_sk_flow(struct sock *sk, struct flowi *fl, const union inet_addr *daddr, u16 dport)
{
	const struct inet_sock *inet = inet_sk(sk);
	bool v6 = inet->af->af_bit, mc;

	*fl = (struct flowi){
		.saddr = inet->saddr, .daddr = daddr ? *daddr : inet->daddr,
		.oif = sk->sk_bound_dev_if, .mark = sk->sk_mark,
		.sport = inet->sport, .dport = daddr ? dport : inet->dport,
		.family = inet->af->family, .proto = sk->sk_protocol,
		.tos = v6 ? inet->o6.tclass : inet->tos, .uid = sk->sk_uid,
		.flowlabel = v6 ? inet->flowlabel & FLOWLABEL_MASK : 0,
	};
	/*
	 * "any" of the other family (an unbound IPv6 socket that talks IPv4, or the reverse); nor does
	 * an IPv6 socket's own address serve for a datagram to an IPv4 one: what it had towards IPv4 does.
	 */
	if (!v6 && !inet_addr_any(&fl->saddr) && !inet_addr_is_v4mapped(&fl->saddr))
		fl->saddr = inet_addr_from4(inet->saddr4);
	else if (inet_addr_any(&fl->saddr))
		fl->saddr = any_of(inet->af);
	mc = inet_addr_is_multicast(&fl->daddr);
	if (!fl->oif && mc)
		fl->oif = v6 ? inet->o6.mc_index : inet->mc_index;
	if (mc && !v6 && inet_addr_any(&fl->saddr))
		fl->saddr = inet->mc_addr;
	if (!fl->oif && !mc)
		fl->oif = v6 ? inet->o6.uc_index : inet->uc_index;
	if (!fl->oif && inet_addr_is_linklocal(&fl->daddr) && !daddr)
		fl->oif = inet->scope_id;
	if (inet->transparent || inet->hdrincl)
		fl->flags |= FLOWI_F_ANYSRC;
	if (sock_flag(sk, SOCK_DONTROUTE))
		fl->flags |= FLOWI_F_DONTROUTE;
}

struct dst_entry *inet_sk_route(struct sock *sk, struct flowi *fl, int *err)
{
	struct dst_entry *dst = sk_dst_check(sk);

	*err = 0;
	inet_sk_flow(sk, fl, NULL, 0);
	if (dst)
		return dst;
	*err = inet_sk(sk)->af->route_output(sk->net, fl, &dst);
	if (*err)
		return NULL;
	sk_dst_set(sk, dst);
	return dst;
}

static u32 ext6_len(const struct inet_ext6 *e)
{
	return e ? (u32)e->len[EXT6_HOPOPTS] + e->len[EXT6_DSTOPTS] : 0;
}

u32 inet_opt_len(const struct inet_sock *inet)
{
	return inet->af->af_bit ? ext6_len(inet->o6.ext) : inet->opt_len;
}

void inet_ext6_xmit_opts(const struct inet_ext6 *e, struct ip_xmit_opts *o)
{
	o->options_len = (u16)ext6_len(e);
	if (!o->options_len)
		return;
	o->options = e->data;
	o->options_proto = e->proto;
}

void inet_xmit_opts(const struct sock *sk, struct ip_xmit_opts *o)
{
	const struct inet_sock *inet = inet_sk(sk);

	*o = (struct ip_xmit_opts){ .tos_set = true };
	if (inet->af->af_bit) {
		o->autoflowlabel = inet->o6.autoflowlabel;
		if (unlikely(inet->o6.ext))
			inet_ext6_xmit_opts(inet->o6.ext, o);
		o->ttl = inet->o6.ucast_hops;
		o->tos = inet->o6.tclass;
		o->pmtudisc = inet->o6.pmtudisc;
		o->mtu = inet->o6.frag_size;
		return;
	}
	o->ttl = inet->uc_ttl;
	o->tos = inet->tos;
	o->pmtudisc = inet->pmtudisc;
	o->options = inet->opt_len ? inet->opt : NULL;
	o->options_len = inet->opt_len;
}

void inet_xmit_opts_to(const struct sock *sk, const union inet_addr *daddr, struct ip_xmit_opts *o)
{
	const struct inet_sock *inet = inet_sk(sk);

	inet_xmit_opts(sk, o);
	if (!inet_addr_is_multicast(daddr))
		return;
	o->no_mc_loop = !inet_mc_loop(sk);
	if (inet->af->af_bit)
		o->ttl = inet->o6.mcast_hops < 0 ? 1 : inet->o6.mcast_hops;
	else
		o->ttl = inet->mc_ttl;
}

bool inet_recverr(const struct sock *sk, const struct inet_af *af)
{
	const struct inet_sock *inet = inet_sk(sk);

	return af->af_bit ? inet->o6.recverr : inet->recverr;
}

u8 inet_min_ttl(const struct sock *sk, const struct inet_af *af)
{
	const struct inet_sock *inet = inet_sk(sk);

	return af->af_bit ? inet->o6.min_hopcount : inet->min_ttl;
}

bool inet_mc_loop(const struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);

	return inet->af->af_bit ? inet->o6.mc_loop : inet->mc_loop;
}
