/* SPDX-License-Identifier: BSD-2-Clause */
/* Sending side of the datagram base: destination, control messages, route, and the packet. */
#include "inet/inet.h"
#include "inet/ip6_ext_sockopt.h"

#include <errno.h>

enum { PMTUDISC_DO = 2, PMTUDISC_PROBE = 3, PMTUDISC_INTERFACE = 4, PMTUDISC_OMIT = 5 };

/* What keeps any packet from being made; all that is wrong with the send itself is told before. */
static int tx_check(struct sock *sk)
{
	if (unlikely(sk->sk_err))
		return sock_error(sk);
	if (unlikely(sk->sk_shutdown & SEND_SHUTDOWN))
		return -EPIPE;
	return sk->sk_wmem_alloc >= sk->sk_sndbuf ? -EAGAIN : 0;
}

/* A link-local or scoped destination names its device. */
static int tx_scope(struct sock *sk, const struct inet_sockaddr *dst, struct flowi *fl)
{
	if (!dst->scope_id || inet_addr_is_v4mapped(&dst->addr) || !inet_addr_needs_scope(&dst->addr))
		return 0;
	if (sk->sk_bound_dev_if && sk->sk_bound_dev_if != dst->scope_id)
		return -EINVAL;
	fl->oif = dst->scope_id;
	return 0;
}

/* The class of a destination's flowinfo does not count, as on Linux. */
static void tx_flowinfo(const struct inet_sock *inet, const struct inet_sockaddr *dst, struct flowi *fl)
{
	if (fl->family == INET_FAMILY_6)
		fl->flowlabel = inet_flowinfo(inet, dst) & FLOWLABEL_MASK;
}

void dgram_sticky_oif(const struct sock *sk, struct flowi *fl)
{
	u32 index = inet_sk(sk)->o6.sticky_index;

	if (unlikely(index) && fl->family == INET_FAMILY_6 && !sk->sk_bound_dev_if)
		fl->oif = index;
}

static int tx_dest(struct sock *sk, const struct msg *msg, struct dgram_tx *tx, bool need_port)
{
	struct inet_sock *inet = inet_sk(sk);
	struct inet_sockaddr dst;
	int err;

	if (!msg->name || !msg->has_name) {
		if (sk->sk_state != TCP_ESTABLISHED)
			return -EDESTADDRREQ;
		inet->af = sk->net->ip.af[inet_addr_is_v4mapped(&inet->daddr) ? 0 : 1];
		/* a peer of port 0 may be, but not one of IPv4 to a socket of IPv6: there Linux names it */
		if (need_port && !inet->dport && inet->af != sk->sk_family_af)
			return -EINVAL;
		inet_sk_flow(sk, &tx->fl, NULL, 0);
		dgram_sticky_oif(sk, &tx->fl);
		return 0;
	}
	dst = *msg->name;
	if (!dst.family)	/* AF_UNSPEC: the socket's own family, as Linux takes it */
		dst.family = sk->sk_family_af->family;
	if (need_port && !dst.port)
		return -EINVAL;
	inet_fix_any_daddr(sk, &dst.addr);
	err = inet_sk_set_family_for(sk, &dst);
	if (err)
		return err;
	inet_sk_flow(sk, &tx->fl, &dst.addr, dst.port);
	tx_flowinfo(inet, &dst, &tx->fl);
	if (sk->sk_type == SOCK_DGRAM_NS)	/* a raw socket's only when it is connected, as on Linux */
		dgram_sticky_oif(sk, &tx->fl);
	return tx_scope(sk, &dst, &tx->fl);
}

static int tx_pktinfo(struct sock *sk, const struct sock_cmsg *c, struct dgram_tx *tx)
{
	const struct inet_sock *inet = inet_sk(sk);
	union inet_addr src;

	if (c->ifindex) {
		u32 only = sk->sk_bound_dev_if;

		if (!only && tx->af->af_bit && sk->sk_type == SOCK_DGRAM_NS)
			only = inet->o6.sticky_index;
		if (only && only != c->ifindex)
			return -EINVAL;
		if (!dev_get_by_index(sk->net, c->ifindex))
			return -ENODEV;
		tx->fl.oif = c->ifindex;
	}
	memcpy(src.b, c->spec_dst.b, sizeof(src.b));
	if (inet_addr_any(&src))
		return 0;
	if (inet_addr_is_v4mapped(&src) != (tx->af->af_bit == 0))
		return -EINVAL;
	if (tx->af->af_bit && !inet->freebind && !inet->transparent &&
	    !tx->af->addr_is_local(sk->net, &src))
		return -EINVAL;
	tx->fl.saddr = src;
	return 0;
}

/* Extension headers of a send take the place of all those of the socket. */
static void tx_ext6(const struct sock_cmsg *c, struct ip_xmit_opts *o)
{
	o->options_proto = inet_ext6_link(c->ext, c->hop_len, c->dst_len);
	o->options_len = c->hop_len + c->dst_len;
	o->options = o->options_len ? c->ext : NULL;
}

/* Octets of the hop-by-hop header that o's extension headers begin with. */
static u32 hop_len_of(const struct ip_xmit_opts *o)
{
	return o->options_len && o->options_proto == IP_PROTO_HOPOPTS ?
		       ((u32)o->options[1] + 1) * 8 :
		       0;
}

/*
 * All packets of a flow have the same hop-by-hop options (RFC 8200 appendix A): a leased label's, or none,
 * take the place of others. What is for the destination alone stays.
 */
static int tx_label_options(struct sock *sk, const struct flowlabel *fl, struct dgram_tx *tx)
{
	struct ip_xmit_opts *o = &tx->opts;
	u32 hop = hop_len_of(o), dst = o->options_len - hop;

	if (!dst || !fl->hop_len) {
		o->options = dst ? o->options + hop : fl->hop;
		o->options_len = (u16)(dst ? dst : fl->hop_len);
		o->options_proto = dst ? IP_PROTO_DSTOPTS : fl->hop ? IP_PROTO_HOPOPTS : 0;
		return 0;
	}
	tx->joined = net_alloc(sk->net, fl->hop_len + dst);
	if (!tx->joined)
		return -ENOBUFS;
	memcpy(tx->joined, fl->hop, fl->hop_len);
	memcpy(tx->joined + fl->hop_len, o->options + hop, dst);
	o->options = tx->joined;
	o->options_len = (u16)(fl->hop_len + dst);
	o->options_proto = inet_ext6_link(tx->joined, fl->hop_len, dst);
	return 0;
}

/* A connected socket's label was looked at when it was connected, and has no headers, as on Linux. */
static int tx_label(struct sock *sk, const struct msg *msg, struct dgram_tx *tx)
{
	const struct flowlabel *fl;
	int err;

	if (!tx->fl.flowlabel || !tx->af->af_bit || !((msg->name && msg->has_name) || msg->cmsg))
		return 0;
	err = flowlabel_check(sk, tx->fl.flowlabel, &fl);
	return err || !fl ? err : tx_label_options(sk, fl, tx);
}

/* -EINVAL for values that Linux refuses. *own_route: the cached route does not serve. */
static int tx_cmsg(struct sock *sk, const struct sock_cmsg *c, struct dgram_tx *tx, bool *own_route)
{
	int err;

	if (!c)
		return 0;
	if (c->has_ttl) {
		if (c->ttl > 255 || c->ttl < (tx->af->af_bit ? -1 : 1))
			return -EINVAL;
		tx->opts.ttl = (s16)c->ttl;
	}
	if (c->has_tos) {
		if (c->tos > 255 || c->tos < (tx->af->af_bit ? -1 : 0))
			return -EINVAL;
		tx->opts.tos = tx->fl.tos = c->tos < 0 ? 0 : (u8)c->tos;
		*own_route = true;
		tx->has_priority = !tx->af->af_bit;
		tx->priority = ip_tos_priority(tx->fl.tos);
	}
	if (c->has_mark) {
		tx->fl.mark = c->mark;
		*own_route = true;
	}
	if (c->has_priority) {
		tx->priority = c->priority;
		tx->has_priority = true;
	}
	if (c->has_gso) {
		if (c->gso_size < 0 || c->gso_size > U16_MAX)
			return -EINVAL;
		tx->gso_size = (u16)c->gso_size;
		tx->has_gso = true;
	}
	if (c->has_tsflags)
		tx->tsflags = (tx->tsflags & ~(u32)SOF_TX_RECORD_MASK) | c->tsflags;
	if (c->has_ts_id) {
		if (!(sk->sk_tsflags & SOF_OPT_ID))
			return -EINVAL;
		tx->ts_id = c->ts_id;
		tx->has_ts_id = true;
	}
	if (c->has_txtime) {
		if (!sock_flag(sk, SOCK_TXTIME))
			return -EINVAL;
		tx->txtime_ns = c->txtime_ns;
	}
	if (c->has_dontfrag)
		tx->dontfrag = true;
	if (c->has_flowinfo)
		tx->fl.flowlabel = c->flowinfo & FLOWLABEL_MASK;
	if (unlikely(c->has_ext))
		tx_ext6(c, &tx->opts);
	if (!c->has_pktinfo)
		return 0;
	*own_route = true;
	err = tx_pktinfo(sk, c, tx);
	return err;
}

void dgram_tx_mark(const struct dgram_tx *tx, struct sk_buff *skb)
{
	skb->mark = tx->fl.mark;
	skb->tstamp = tx->txtime_ns;
	if (tx->has_priority)
		skb->priority = tx->priority;
	if (unlikely(tx->tsflags & SOF_TX_RECORD_MASK))
		skb_want_tstamps(skb, skb->sk, tx->tsflags, tx->has_ts_id ? &tx->ts_id : NULL);
}

static int tx_route(struct sock *sk, struct dgram_tx *tx, bool own_route)
{
	struct dst_entry *dst = own_route ? NULL : sk_dst_check(sk);
	int err;

	if (dst) {
		tx->dst = dst_hold(dst);
		return 0;
	}
	err = tx->af->route_output(sk->net, &tx->fl, &tx->dst);
	if (err)
		return err;
	if (rt_of(tx->dst)->type == RTN_BROADCAST && !sock_flag(sk, SOCK_BROADCAST)) {
		dst_release(tx->dst);
		tx->dst = NULL;
		return -EACCES;
	}
	if (!own_route)
		sk_dst_set(sk, dst_hold(tx->dst));
	return 0;
}

int dgram_tx_begin(struct sock *sk, const struct msg *msg, struct dgram_tx *tx, bool need_port)
{
	bool own_route = msg->name && msg->has_name;
	int err;

	if (msg->flags & SMSG_OOB)
		return -EOPNOTSUPP;
	memset(tx, 0, sizeof(*tx));
	err = tx_dest(sk, msg, tx, need_port);
	if (err)
		return err;
	tx->af = inet_sk(sk)->af;
	tx->dontfrag = tx->af->af_bit && inet_sk(sk)->o6.dontfrag;
	tx->tsflags = sk->sk_tsflags;
	inet_xmit_opts_to(sk, &tx->fl.daddr, &tx->opts);
	tx->opts.allow_frag = true;
	err = tx_cmsg(sk, msg->cmsg, tx, &own_route);
	if (!err)
		err = tx_label(sk, msg, tx);
	if (err)
		return err;
	if (msg->flags & SMSG_DONTROUTE) {
		tx->fl.flags |= FLOWI_F_DONTROUTE;
		own_route = true;
	}
	err = tx_route(sk, tx, own_route);
	if (unlikely(err && tx->joined))
		net_free(sk->net, tx->joined, tx->opts.options_len);
	if (err == 0 && msg->flags & SMSG_CONFIRM && tx->dst->ops->confirm_neigh)
		tx->dst->ops->confirm_neigh(tx->dst);
	return err;
}

void dgram_tx_end(struct dgram_tx *tx)
{
	if (unlikely(tx->joined))
		net_free(tx->dst->net, tx->joined, tx->opts.options_len);
	tx->joined = NULL;
	dst_release(tx->dst);
	tx->dst = NULL;
}

u32 dgram_tx_mtu(const struct dgram_tx *tx)
{
	u8 disc = tx->opts.pmtudisc;
	u32 mtu = disc == PMTUDISC_PROBE || disc == PMTUDISC_INTERFACE ? tx->dst->dev->mtu :
									 dst_mtu(tx->dst);

	return tx->opts.mtu && tx->opts.mtu < mtu ? tx->opts.mtu : mtu;
}

/* The next receive tells it (RFC 3542 11.3); a later send's takes its place. */
static void note_path_mtu(struct inet_sock *inet, const struct flowi *fl, u32 mtu)
{
	inet->o6.rxpmtu = mtu;
	inet->o6.rxpmtu_oif = inet_addr_is_linklocal(&fl->daddr) ? fl->oif : inet->sk.sk_bound_dev_if;
	inet->o6.rxpmtu_dst = fl->daddr;
}

int dgram_tx_check_size(struct sock *sk, const struct dgram_tx *tx, u32 len)
{
	u32 hdr = tx->af->hdr_len + tx->opts.options_len, mtu = dgram_tx_mtu(tx);
	u32 max = U16_MAX + (tx->af->af_bit ? tx->af->hdr_len : 0);
	u8 disc = tx->opts.pmtudisc;
	bool ignore_df = disc < PMTUDISC_DO || disc == PMTUDISC_OMIT;

	if (len + hdr <= (ignore_df && !tx->dontfrag ? max : mtu))
		return 0;
	if (tx->dontfrag && inet_sk(sk)->o6.cmsg_flags & INET_CMSG_PATHMTU)
		note_path_mtu(inet_sk(sk), &tx->fl, mtu);
	inet_err_local(sk, EMSGSIZE, tx->af, &tx->fl.daddr, tx->fl.dport, mtu);
	return -EMSGSIZE;
}

/* -- the packet -------------------------------------------------------- */

/* No free slot for a page: one linear copy, with room for what may still come. */
static int linear_copy(struct sk_buff **skb, u32 room)
{
	struct sk_buff *n = skb_copy_expand(*skb, skb_headroom(*skb), room);
	struct sock *sk = (*skb)->sk;

	if (!n)
		return -ENOMEM;
	if (sk && !n->sk)
		skb_set_owner_w(n, sk);
	consume_skb(*skb);
	*skb = n;
	return 0;
}

/* A page reference makes the packet heavier: its owner is charged for that, too. */
static int add_page(struct sk_buff *skb, const struct page_frag *pf, u32 n)
{
	u32 before = skb->truesize;
	int err = skb_add_frag(skb, pf->page, pf->off, n);

	if (skb->sk)
		skb->sk->sk_wmem_alloc += (int)(skb->truesize - before);
	return err;
}

int dgram_append(struct sock *sk, struct sk_buff **skb, const struct msg *msg, size_t off, u32 len)
{
	struct page_frag *pf = &sk->net->frag_cache;
	u32 n;
	int err;

	while (len) {
		if (!skb_is_nonlinear(*skb) && skb_tailroom(*skb)) {
			n = min(len, skb_tailroom(*skb));
			err = msg_copy_from(msg, off, skb_put(*skb, n), n);
			if (err)
				return err;
			off += n;
			len -= n;
			continue;
		}
		err = page_frag_refill(sk->net, pf, min_t(u32, len, 64));
		if (err)
			return err;
		n = min(len, page_frag_room(pf));
		err = msg_copy_from(msg, off, pf->page->data + pf->off, n);
		if (err)
			return err;
		err = add_page(*skb, pf, n);
		if (err == -EMSGSIZE)
			err = linear_copy(skb, U16_MAX);
		if (err)
			return err;
		if (skb_is_nonlinear(*skb)) {	/* taken as a page, not turned into a copy */
			pf->off += n;
			off += n;
			len -= n;
		}
	}
	return 0;
}

struct sk_buff *dgram_alloc(struct sock *sk, u32 hdr, const struct msg *msg, size_t off, u32 len,
			    int *err)
{
	struct sk_buff *skb;

	*err = tx_check(sk);
	if (*err)
		return NULL;
	*err = -ENOBUFS;
	skb = alloc_skb(sk->net, SKB_SMALL_HEAD);
	if (!skb)
		return NULL;
	skb_reserve(skb, SKB_HEADROOM);
	skb_reset_transport_header(skb);
	memset(skb_put(skb, hdr), 0, hdr);
	skb_set_owner_w(skb, sk);
	skb->priority = sk->sk_priority;
	skb->mark = sk->sk_mark;
	sk_busy_poll(sk);
	*err = 0;
	/* What does not fit behind the headers goes to pages whole: payload is one copy. */
	if (len > skb_tailroom(skb)) {
		struct page_frag *pf = &sk->net->frag_cache;
		u32 n;

		*err = page_frag_refill(sk->net, pf, 1);
		n = *err ? 0 : min(len, page_frag_room(pf));
		if (!*err)
			*err = msg_copy_from(msg, off, pf->page->data + pf->off, n);
		if (!*err)
			*err = add_page(skb, pf, n);
		if (!*err) {
			pf->off += n;
			off += n;
			len -= n;
		}
	}
	if (!*err)
		*err = dgram_append(sk, &skb, msg, off, len);
	if (!*err)
		return skb;
	consume_skb(skb);
	return NULL;
}
