/* SPDX-License-Identifier: BSD-2-Clause */
/* SOL_IP: options of every inet socket, for what it sends and receives as IPv4. */
#include "inet/inet.h"
#include "inet/mcast_sockopt.h"
#include "inet/pktopts.h"
#include "inet/sockopt_rows.h"

enum { SOL_IP_NS = 0, STREAM = 1, DGRAM = 2, RAW = 3 };

/* -- plain fields ------------------------------------------------------ */
OPT_FLAG(freebind, inet_sk, freebind)
OPT_FLAG(transparent, inet_sk, transparent)
OPT_FLAG(bind_no_port, inet_sk, bind_address_no_port)
OPT_FLAG(mc_loop, inet_sk, mc_loop)
OPT_FLAG(recverr_rfc4884, inet_sk, recverr_rfc4884)
OPT_NUM(mc_all, inet_sk, mc_all)
OPT_NUM(minttl, inet_sk, min_ttl)
OPT_NUM(pmtudisc, inet_sk, pmtudisc)
OPT_BIT(pktinfo, inet_sk, cmsg_flags, INET_CMSG_PKTINFO)
OPT_BIT(recvttl, inet_sk, cmsg_flags, INET_CMSG_TTL)
OPT_BIT(recvtos, inet_sk, cmsg_flags, INET_CMSG_TOS)
OPT_BIT(recvopts, inet_sk, cmsg_flags, INET_CMSG_RECVOPTS)
OPT_BIT(retopts, inet_sk, cmsg_flags, INET_CMSG_RETOPTS)
OPT_BIT(origdst, inet_sk, cmsg_flags, INET_CMSG_ORIGDSTADDR)
OPT_BIT(checksum, inet_sk, cmsg_flags, INET_CMSG_CHECKSUM)
OPT_BIT(fragsize, inet_sk, cmsg_flags, INET_CMSG_RECVFRAGSIZE)

OPT_SET(set_ttl)
{
	OPT_UNUSED;
	if (sockopt_int(val) == 0)
		return -EINVAL;
	inet_sk(sk)->uc_ttl = (s16)sockopt_int(val);
	return 0;
}

OPT_GET(get_ttl)
{
	int ttl = inet_sk(sk)->uc_ttl;

	OPT_UNUSED;
	return sockopt_get_int(ttl < 0 ? sk->net->ipv4.ip_default_ttl : ttl, val, len);
}

OPT_SET(set_fragsize_checked)
{
	if (sk->sk_type != RAW && sk->sk_type != DGRAM)
		return -EINVAL;
	return set_fragsize(sk, row, val, len);
}

/* -- type of service, options ------------------------------------------ */

OPT_SET(set_tos)
{
	struct inet_sock *inet = inet_sk(sk);
	u8 tos = (u8)sockopt_int(val);

	OPT_UNUSED;
	if (sk->sk_type == STREAM)	/* ECN belongs to the protocol (RFC 3168 6.1) */
		tos = (u8)((tos & ~INET_ECN_MASK) | (inet->tos & INET_ECN_MASK));
	if (inet->tos == tos)
		return 0;
	inet->tos = tos;
	sk->sk_priority = ip_tos_priority(tos);
	sk_dst_set(sk, NULL);
	return 0;
}

OPT_GET(get_tos)
{
	OPT_UNUSED;
	return sockopt_get_int(inet_sk(sk)->tos, val, len);
}

/* Well-formed options that a host may put on what it sends? What nobody knows is root's; source routes are
 * refused. */
static int ip_options_check(const struct sock *sk, const void *opts, u32 len)
{
	struct ip4_opt_cursor cur;
	struct ip4_opts all;
	struct ip4_opt o;
	bool refused = false;

	for (bool more = ip4_opt_first(&cur, &o, opts, len); more; more = ip4_opt_next(&cur, &o)) {
		switch (o.type) {
		case IP4_OPT_NOP:
		case IP4_OPT_RR:
		case IP4_OPT_TIMESTAMP:
		case IP4_OPT_RA:
			break;
		case IP4_OPT_CIPSO:	/* no domain of labels is known */
			return -EINVAL;
		case IP4_OPT_LSRR:
		case IP4_OPT_SSRR:
			refused = true;
			break;
		default:
			if (sk->sk_uid)
				return -EINVAL;
			break;
		}
	}
	if (ip4_opts_parse(&all, opts, len))
		return -EINVAL;
	return refused ? -EPERM : 0;
}

OPT_SET(set_options)
{
	struct inet_sock *inet = inet_sk(sk);
	int err;

	OPT_UNUSED;
	if (len > sizeof(inet->opt))
		return -EINVAL;
	err = ip_options_check(sk, val, len);
	if (err)
		return err;
	memset(inet->opt, IP4_OPT_END, sizeof(inet->opt));
	if (len)
		memcpy(inet->opt, val, len);
	inet->opt_len = (u8)ALIGN_UP(len, 4u);
	return 0;
}

OPT_GET(get_options)
{
	const struct inet_sock *inet = inet_sk(sk);

	OPT_UNUSED;
	*len = min_t(u32, *len, inet->opt_len);
	memcpy(val, inet->opt, *len);
	return 0;
}

void inet_options4_recv(const struct sk_buff *skb, u32 want, struct sock_cmsg *c)
{
	const u8 *opts = skb_network_header(skb) + IP4_HLEN;
	u32 len = inet_cb(skb)->l3_len - IP4_HLEN;

	if (inet_cb(skb)->af->af_bit || !len || len > sizeof(c->opts))
		return;
	if (want & INET_CMSG_RECVOPTS) {
		memcpy(c->opts, opts, len);
		c->opts_len = (u8)len;
	}
	if (want & INET_CMSG_RETOPTS) {
		c->has_retopts = true;
		c->retopts_len = (u8)ip4_opts_echo(c->retopts, opts, len);
	}
}

u32 inet_options4_echo(const struct sk_buff *skb, u8 out[IP4_OPTLEN_MAX])
{
	const struct inet_skb_cb *cb = inet_cb(skb);

	if (cb->af->af_bit || cb->l3_len <= IP4_HLEN)
		return 0;
	return ip4_opts_echo(out, skb_network_header(skb) + IP4_HLEN, cb->l3_len - IP4_HLEN);
}

/* -- errors and path MTU ----------------------------------------------- */

OPT_SET(set_recverr)
{
	OPT_UNUSED;
	inet_sk(sk)->recverr = sockopt_int(val) != 0;
	if (!inet_sk(sk)->recverr)
		skb_queue_purge(&sk->sk_error_queue);
	return 0;
}

OPT_GET(get_recverr)
{
	OPT_UNUSED;
	return sockopt_get_int(inet_sk(sk)->recverr, val, len);
}

OPT_GET(get_mtu)
{
	struct dst_entry *dst = sk_dst_check(sk);

	OPT_UNUSED;
	if (!dst)
		return -ENOTCONN;
	return sockopt_get_int((int)dst_mtu(dst), val, len);
}

/* -- raw sockets only -------------------------------------------------- */
#define RAW_FLAG(name, member)                                               \
	OPT_SET(set_##name)                                                  \
	{                                                                    \
		OPT_UNUSED;                                                  \
		if (sk->sk_type != RAW)                                      \
			return -ENOPROTOOPT;                                 \
		inet_sk(sk)->member = sockopt_int(val) != 0;                 \
		return 0;                                                    \
	}                                                                    \
	OPT_GET(get_##name)                                                  \
	{                                                                    \
		OPT_UNUSED;                                                  \
		return sockopt_get_int(inet_sk(sk)->member, val, len);       \
	}
RAW_FLAG(hdrincl, hdrincl)
RAW_FLAG(nodefrag, nodefrag)

/* -- devices and groups ------------------------------------------------ */

OPT_SET(set_unicast_if)
{
	u32 ifindex = get_be32(val);

	OPT_UNUSED;
	if (ifindex && !dev_get_by_index(sk->net, ifindex))
		return -EADDRNOTAVAIL;
	if (ifindex && sk->sk_bound_dev_if && sk->sk_bound_dev_if != ifindex)
		return -EINVAL;
	inet_sk(sk)->uc_index = ifindex;
	sk_dst_set(sk, NULL);
	return 0;
}

OPT_GET(get_unicast_if)
{
	OPT_UNUSED;
	return sockopt_get_int((int)be32_make(inet_sk(sk)->uc_index).raw, val, len);
}

OPT_SET(set_mc_ttl)
{
	int ttl = sockopt_int(val);

	OPT_UNUSED;
	if (sk->sk_type == STREAM)
		return -EINVAL;
	inet_sk(sk)->mc_ttl = ttl < 0 ? 1 : (u8)ttl;
	return 0;
}

OPT_GET(get_mc_ttl)
{
	OPT_UNUSED;
	return sockopt_get_int(inet_sk(sk)->mc_ttl, val, len);
}

/* struct in_addr, ip_mreq or ip_mreqn, told apart by length as on Linux */
struct mreq {
	union inet_addr group, local;
	u32 ifindex;
};

static void mreq_read(struct mreq *m, const u8 *p, u32 len)
{
	static const u8 any[4];
	s32 ifindex = 0;

	m->group = inet_addr_from4(len >= 8 ? p : any);
	m->local = inet_addr_from4(len >= 8 ? p + 4 : p);
	if (len >= 12)
		memcpy(&ifindex, p + 8, sizeof(ifindex));
	m->ifindex = (u32)ifindex;
}

OPT_SET(set_mc_if)
{
	struct inet_sock *inet = inet_sk(sk);
	struct net_device *dev;
	struct mreq m;

	OPT_UNUSED;
	if (sk->sk_type == STREAM)
		return -EINVAL;
	mreq_read(&m, val, len);
	if (!m.ifindex && inet_addr_any(&m.local)) {
		inet->mc_index = 0;
		inet->mc_addr = m.local;
		return 0;
	}
	dev = m.ifindex ? dev_get_by_index(sk->net, m.ifindex) : inet_dev_by_addr(sk->net, &m.local);
	if (!dev)
		return -EADDRNOTAVAIL;
	if (sk->sk_bound_dev_if && sk->sk_bound_dev_if != dev->ifindex)
		return -EINVAL;
	inet->mc_index = dev->ifindex;
	inet->mc_addr = m.local;
	return 0;
}

OPT_GET(get_mc_if)
{
	OPT_UNUSED;
	*len = min_t(u32, *len, 4);
	memcpy(val, inet_addr_4(&inet_sk(sk)->mc_addr), *len);
	return 0;
}

OPT_SET(set_membership)
{
	struct mreq m;

	if (sk->sk_type == STREAM)
		return -EPROTO;
	if (len < 8)
		return -EINVAL;
	mreq_read(&m, val, len);
	if (row->name == 35)	/* IP_ADD_MEMBERSHIP */
		return inet_mc_join(sk, &m.group, m.ifindex, &m.local, INET_MC_EXCLUDE);
	return inet_mc_leave(sk, &m.group, m.ifindex, &m.local);
}

/* -- what a connection was opened with ---------------------------------- */

/* The messages that a datagram would carry, for a stream: MAY-9 of RFC 9293 */
OPT_GET(get_pktoptions)
{
	const struct inet_sock *inet = inet_sk(sk);
	struct pktopts p = { .at = val, .room = *len };
	int ttl = inet->mc_ttl, tos = inet->rcv_tos;
	u8 info[12] = { 0 };

	OPT_UNUSED;
	if (sk->sk_type != STREAM)
		return -ENOPROTOOPT;
	memcpy(info, &inet->mc_index, 4);
	memcpy(info + 4, inet_addr_4(&inet->rcv_saddr), 4);
	memcpy(info + 8, inet_addr_4(&inet->rcv_saddr), 4);
	if (inet->cmsg_flags & INET_CMSG_PKTINFO)
		pktopts_put(&p, SOL_IP_NS, 8, info, sizeof(info));
	if (inet->cmsg_flags & INET_CMSG_TTL)
		pktopts_put(&p, SOL_IP_NS, 2, &ttl, sizeof(ttl));
	if (inet->cmsg_flags & INET_CMSG_TOS)
		pktopts_put(&p, SOL_IP_NS, 1, &tos, sizeof(tos));
	*len -= p.room;
	return 0;
}

/* -- ports ------------------------------------------------------------- */

OPT_SET(set_port_range)
{
	u32 range = (u32)sockopt_int(val);
	u16 lo = (u16)range, hi = (u16)(range >> 16);

	OPT_UNUSED;
	if (lo && hi && lo > hi)
		return -EINVAL;
	inet_sk(sk)->local_port_lo = lo;
	inet_sk(sk)->local_port_hi = hi;
	return 0;
}

OPT_GET(get_port_range)
{
	const struct inet_sock *inet = inet_sk(sk);

	OPT_UNUSED;
	return sockopt_get_int((int)((u32)inet->local_port_hi << 16 | inet->local_port_lo), val, len);
}

/* Not what the name says: Linux gives the local port, and of a raw socket the protocol. */
OPT_GET(get_protocol)
{
	OPT_UNUSED;
	return sockopt_get_int(sk->sk_type == RAW ? sk->sk_protocol : inet_sk(sk)->sport, val, len);
}

#define IP_ROW(nr, text, min, max, set, get) \
	OPT_ROW(SOL_IP_NS, nr, text, SOCKOPT_U8INT, min, max, set, get)
#define IP_BOOL(nr, text, name) IP_ROW(nr, text, INT_MIN, INT_MAX, set_##name, get_##name)
/* Linux wants at least one octet of these. */
#define IP_ROW1(nr, text, min_, max_, set_fn, get_fn)                                       \
	{ .level = SOL_IP_NS, .name = nr, .label = text, .kind = SOCKOPT_U8INT, .min_len = 1, \
	  .min = min_, .max = max_, .set = set_fn, .get = get_fn }
#define IP_BOOL1(nr, text, name) IP_ROW1(nr, text, INT_MIN, INT_MAX, set_##name, get_##name)
#define IP_STRUCT(nr, text, min_len, set, get) \
	OPT_ROW_STRUCT(SOL_IP_NS, nr, text, min_len, set, get)

static const struct sockopt_row sol_ip_rows[] = {
	IP_BOOL(1, "IP_TOS", tos),
	IP_ROW(2, "IP_TTL", -1, 255, set_ttl, get_ttl),
	IP_BOOL(3, "IP_HDRINCL", hdrincl),
	IP_STRUCT(4, "IP_OPTIONS", 0, set_options, get_options),
	IP_BOOL(6, "IP_RECVOPTS", recvopts),
	IP_BOOL(7, "IP_RETOPTS", retopts),
	IP_BOOL(8, "IP_PKTINFO", pktinfo),
	{ .level = SOL_IP_NS, .name = 9, .label = "IP_PKTOPTIONS", .kind = SOCKOPT_STRUCT,
	  .flags = SOCKOPT_RO, .get = get_pktoptions },
	IP_ROW(10, "IP_MTU_DISCOVER", 0, 5, set_pmtudisc, get_pmtudisc),
	IP_BOOL(11, "IP_RECVERR", recverr),
	IP_BOOL(12, "IP_RECVTTL", recvttl),
	IP_BOOL(13, "IP_RECVTOS", recvtos),
	OPT_ROW_RO(SOL_IP_NS, 14, "IP_MTU", get_mtu),
	IP_BOOL1(15, "IP_FREEBIND", freebind),
	IP_BOOL1(19, "IP_TRANSPARENT", transparent),
	IP_BOOL(20, "IP_RECVORIGDSTADDR", origdst),
	IP_ROW1(21, "IP_MINTTL", 0, 255, set_minttl, get_minttl),
	IP_BOOL(22, "IP_NODEFRAG", nodefrag),
	IP_BOOL(23, "IP_CHECKSUM", checksum),
	IP_BOOL(24, "IP_BIND_ADDRESS_NO_PORT", bind_no_port),
	IP_ROW(25, "IP_RECVFRAGSIZE", INT_MIN, INT_MAX, set_fragsize_checked, get_fragsize),
	IP_ROW(26, "IP_RECVERR_RFC4884", 0, 1, set_recverr_rfc4884, get_recverr_rfc4884),
	IP_STRUCT(32, "IP_MULTICAST_IF", 4, set_mc_if, get_mc_if),
	IP_ROW1(33, "IP_MULTICAST_TTL", -1, 255, set_mc_ttl, get_mc_ttl),
	IP_BOOL1(34, "IP_MULTICAST_LOOP", mc_loop),
	IP_STRUCT(35, "IP_ADD_MEMBERSHIP", 0, set_membership, NULL),
	IP_STRUCT(36, "IP_DROP_MEMBERSHIP", 0, set_membership, NULL),
	IP_STRUCT(37, "IP_UNBLOCK_SOURCE", 12, ip_set_source, NULL),
	IP_STRUCT(38, "IP_BLOCK_SOURCE", 12, ip_set_source, NULL),
	IP_STRUCT(39, "IP_ADD_SOURCE_MEMBERSHIP", 12, ip_set_source, NULL),
	IP_STRUCT(40, "IP_DROP_SOURCE_MEMBERSHIP", 12, ip_set_source, NULL),
	IP_STRUCT(41, "IP_MSFILTER", 16, ip_set_msfilter, ip_get_msfilter),
	MCAST_ROWS(SOL_IP_NS),
	IP_ROW1(49, "IP_MULTICAST_ALL", 0, 1, set_mc_all, get_mc_all),
	OPT_ROW_EXACT(SOL_IP_NS, 50, "IP_UNICAST_IF", SOCKOPT_U8INT, set_unicast_if, get_unicast_if),
	OPT_ROW_EXACT(SOL_IP_NS, 51, "IP_LOCAL_PORT_RANGE", SOCKOPT_U8INT, set_port_range, get_port_range),
	OPT_ROW_RO(SOL_IP_NS, 52, "IP_PROTOCOL", get_protocol),
};

const struct sockopt_table inet_sol_ip_table = { sol_ip_rows, ARRAY_SIZE(sol_ip_rows) };
