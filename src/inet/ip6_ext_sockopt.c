/* SPDX-License-Identifier: BSD-2-Clause */
#include "inet/ip6_ext_sockopt.h"

#include <errno.h>

#include "inet/inet.h"

enum { EXT_MAX = 8 * 255, MTUINFO_MTU = 28, MTUINFO_SIZE = 32 };	/* struct ip6_mtuinfo */
enum { NAME_HOPOPTS = 54, NAME_RTHDRDSTOPTS = 55 };

static enum inet_ext6_kind kind_of(const struct sockopt_row *row)
{
	return row->name == NAME_HOPOPTS ? EXT6_HOPOPTS :
	       row->name == NAME_RTHDRDSTOPTS ? EXT6_RTHDRDSTOPTS : EXT6_DSTOPTS;
}

static u32 ext_offset(const struct inet_ext6 *e, enum inet_ext6_kind kind)
{
	u32 off = 0;

	for (u32 i = 0; i < kind; i++)
		off += e->len[i];
	return off;
}

static u32 ext_size(const struct inet_ext6 *e)
{
	return e ? (u32)sizeof(*e) + ext_offset(e, EXT6_KINDS) : 0;
}

u8 inet_ext6_link(u8 *chain, u32 hop_len, u32 dst_len)
{
	if (!hop_len)
		return dst_len ? IP_PROTO_DSTOPTS : 0;
	if (dst_len)
		chain[0] = IP_PROTO_DSTOPTS;
	return IP_PROTO_HOPOPTS;
}

static const u8 *header_at(const struct inet_ext6 *e, enum inet_ext6_kind kind)
{
	return e->data + ext_offset(e, kind);
}

/* A copy of old (which may be NULL) in which the header of that kind is val, of len octets. */
static int ext_replaced(struct sock *sk, const struct inet_ext6 *old, enum inet_ext6_kind kind,
			const u8 *val, u32 len, struct inet_ext6 **out)
{
	u32 size = (u32)sizeof(**out) + len + (old ? ext_size(old) - (u32)sizeof(*old) - old->len[kind] : 0);
	struct inet_ext6 *e;
	u32 off = 0;

	*out = NULL;
	if (size == sizeof(*e))
		return 0;
	if (sk->sk_omem_alloc + size > sk->net->core.optmem_max)
		return -ENOBUFS;
	e = net_alloc(sk->net, size);
	if (!e)
		return -ENOBUFS;
	for (enum inet_ext6_kind i = 0; i < EXT6_KINDS; i++) {
		e->len[i] = (u16)(i == kind ? len : old ? old->len[i] : 0);
		if (e->len[i])
			memcpy(e->data + off, i == kind ? val : header_at(old, i), e->len[i]);
		off += e->len[i];
	}
	e->hop_next = kind == EXT6_HOPOPTS && len ? val[0] : old ? old->hop_next : 0;
	if (e->len[EXT6_HOPOPTS])
		e->data[0] = e->hop_next;
	e->proto = inet_ext6_link(e->data, e->len[EXT6_HOPOPTS], e->len[EXT6_DSTOPTS]);
	*out = e;
	return 0;
}

static void ext_install(struct sock *sk, struct inet_ext6 *e)
{
	inet_ext6_free(sk);
	inet_sk(sk)->o6.ext = e;
	sk->sk_omem_alloc += ext_size(e);
}

void inet_ext6_free(struct sock *sk)
{
	struct inet_ext6 *e = inet_sk(sk)->o6.ext;

	if (!e)
		return;
	inet_sk(sk)->o6.ext = NULL;
	sk->sk_omem_alloc -= ext_size(e);
	net_free(sk->net, e, ext_size(e));
}

void inet_ext6_inherit(const struct sock *parent, struct sock *child)
{
	const struct inet_ext6 *e = inet_sk(parent)->o6.ext;
	struct inet_ext6 *copy;

	inet_sk(child)->o6.ext = NULL;
	if (!e)
		return;
	copy = net_alloc(child->net, ext_size(e));
	if (!copy)
		return;
	memcpy(copy, e, ext_size(e));
	ext_install(child, copy);
}

/* 0 with the header's own length in *len (0: none is wanted), or -EINVAL. */
static int ext_check(const u8 *val, u32 *len)
{
	u32 own;

	if (!*len)
		return 0;
	if (*len < 2 || *len & 7 || *len > EXT_MAX)
		return -EINVAL;
	own = ((u32)val[1] + 1) * 8;
	if (own > *len)
		return -EINVAL;
	*len = own;
	return 0;
}

int inet_ext6_set(struct sock *sk, const u8 *const at[EXT6_KINDS], const u32 len[EXT6_KINDS])
{
	struct inet_ext6 *e = NULL, *more;
	int err = 0;

	for (enum inet_ext6_kind i = 0; i < EXT6_KINDS && !err; i++) {
		if (!len[i])
			continue;
		err = ext_replaced(sk, e, i, at[i], len[i], &more);
		if (e)
			net_free(sk->net, e, ext_size(e));
		e = more;
	}
	if (err)
		return err;
	ext_install(sk, e);
	return 0;
}

int ip6_set_ext(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len)
{
	struct inet_ext6 *e;
	int err = ext_check(val, &len);

	if (!err)
		err = ext_replaced(sk, inet_sk(sk)->o6.ext, kind_of(row), val, len, &e);
	if (err)
		return err;
	ext_install(sk, e);
	return 0;
}

int ip6_get_ext(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len)
{
	const struct inet_ext6 *e = inet_sk(sk)->o6.ext;
	enum inet_ext6_kind kind = kind_of(row);

	if (!e)
		return sockopt_get_bytes(NULL, 0, val, len);
	sockopt_get_bytes(header_at(e, kind), e->len[kind], val, len);
	if (kind == EXT6_HOPOPTS && *len)
		*(u8 *)val = e->hop_next;
	return 0;
}

u32 inet_flowinfo6(const struct sk_buff *skb)
{
	const struct ip6_hdr *h = (const struct ip6_hdr *)skb_network_header(skb);

	return be32_get(h->ver_tc_flow) & FLOWINFO_MASK;
}

/* Chains that are longer than there is room are not told. */
void inet_ext6_recv(const struct sk_buff *skb, u32 want, struct sock_cmsg *c)
{
	const struct ip6_hdr *h = (const struct ip6_hdr *)skb_network_header(skb);
	u32 len = inet_cb(skb)->l3_len - IP6_HLEN;

	c->ext_want = want >> INET_CMSG_EXT6_SHIFT & SOCK_CMSG_EXT6_MASK;
	if (!c->ext_want || !len || len > c->ext_room)
		return;
	memcpy(c->ext, (const u8 *)h + IP6_HLEN, len);
	c->ext_len = (u16)len;
	c->ext_proto = h->nexthdr;
}

/* Type 0 is gone (RFC 5095), those of mobility and segment routing are not there. */
int ip6_set_rthdr(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len)
{
	(void)sk, (void)row, (void)val;
	return len ? -EINVAL : 0;
}

int ip6_get_rthdr(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len)
{
	(void)sk, (void)row;
	return sockopt_get_bytes(NULL, 0, val, len);
}

int ip6_set_autoflowlabel(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len)
{
	(void)row, (void)len;
	inet_sk(sk)->o6.autoflowlabel = sockopt_int(val) ? AUTOFLOWLABEL_ON : AUTOFLOWLABEL_OFF;
	return 0;
}

int ip6_get_autoflowlabel(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len)
{
	u8 v = inet_sk(sk)->o6.autoflowlabel;

	(void)row;
	return sockopt_get_int(v == AUTOFLOWLABEL_SYSCTL ? sk->net->ipv6.auto_flowlabels :
							    v == AUTOFLOWLABEL_ON, val, len);
}

/* struct ip6_mtuinfo: an address, which Linux leaves out, and the MTU. */
int ip6_get_pathmtu(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len)
{
	u8 info[MTUINFO_SIZE] = { 0 };
	struct dst_entry *dst = sk_dst_check(sk);
	u32 mtu;

	(void)row;
	if (!dst)
		return -ENOTCONN;
	mtu = dst_mtu(dst);
	memcpy(info + MTUINFO_MTU, &mtu, sizeof(mtu));
	return sockopt_get_bytes(info, sizeof(info), val, len);
}
