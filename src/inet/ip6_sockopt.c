/* SPDX-License-Identifier: BSD-2-Clause */
/* SOL_IPV6: options of IPv6 sockets, for what they send and receive as IPv6 (RFC 3493, RFC 3542). */
#include "inet/inet.h"
#include "inet/ip6_ext_sockopt.h"
#include "inet/mcast_sockopt.h"
#include "inet/pktopts.h"
#include "inet/sockopt_rows.h"

enum { SOL_IPV6_NS = 41, STREAM = 1, DGRAM = 2, RAW = 3 };

static struct inet_opts6 *o6_sk(struct sock *sk)
{
	return &inet_sk(sk)->o6;
}

/* -- plain fields ------------------------------------------------------ */
OPT_FLAG(freebind, inet_sk, freebind)
OPT_FLAG(transparent, inet_sk, transparent)
OPT_FLAG(dontfrag, o6_sk, dontfrag)
OPT_FLAG(recverr_rfc4884, o6_sk, recverr_rfc4884)
OPT_FLAG(sndflow, o6_sk, sndflow)
OPT_NUM(mc_loop, o6_sk, mc_loop)
OPT_NUM(mc_all, o6_sk, mc_all)
OPT_NUM(minhops, o6_sk, min_hopcount)
OPT_NUM(pmtudisc, o6_sk, pmtudisc)
OPT_BIT(pktinfo, o6_sk, cmsg_flags, INET_CMSG_PKTINFO)
OPT_BIT(pktinfo_2292, o6_sk, cmsg_flags, INET_CMSG_OLD_PKTINFO)
OPT_BIT(hoplimit_2292, o6_sk, cmsg_flags, INET_CMSG_OLD_TTL)
OPT_BIT(hoplimit, o6_sk, cmsg_flags, INET_CMSG_TTL)
OPT_BIT(tclass_recv, o6_sk, cmsg_flags, INET_CMSG_TOS)
OPT_BIT(origdst, o6_sk, cmsg_flags, INET_CMSG_ORIGDSTADDR)
OPT_BIT(fragsize, o6_sk, cmsg_flags, INET_CMSG_RECVFRAGSIZE)
OPT_BIT(recvpathmtu, o6_sk, cmsg_flags, INET_CMSG_PATHMTU)
OPT_BIT(flowinfo, o6_sk, cmsg_flags, INET_CMSG_FLOWINFO)
#define EXT6_BIT(name, bit) OPT_BIT(name, o6_sk, cmsg_flags, (bit) << INET_CMSG_EXT6_SHIFT)
#define EXT6_OLD_BIT(name, bit) EXT6_BIT(name, (bit) << SOCK_CMSG_EXT6_OLD_SHIFT)
EXT6_BIT(recvhopopts, SOCK_CMSG_EXT6_HOPOPTS)
EXT6_BIT(recvdstopts, SOCK_CMSG_EXT6_DSTOPTS)
EXT6_BIT(recvrthdr, SOCK_CMSG_EXT6_RTHDR)
EXT6_OLD_BIT(hopopts_2292, SOCK_CMSG_EXT6_HOPOPTS)
EXT6_OLD_BIT(dstopts_2292, SOCK_CMSG_EXT6_DSTOPTS)
EXT6_OLD_BIT(rthdr_2292, SOCK_CMSG_EXT6_RTHDR)

OPT_SET(set_hops)
{
	OPT_UNUSED;
	o6_sk(sk)->ucast_hops = (s16)sockopt_int(val);
	return 0;
}

OPT_GET(get_hops)
{
	int hops = o6_sk(sk)->ucast_hops;

	OPT_UNUSED;
	return sockopt_get_int(hops < 0 ? sk->net->ipv6.conf_default.hop_limit : hops, val, len);
}

/* -- family ------------------------------------------------------------ */

OPT_SET(set_v6only)
{
	OPT_UNUSED;
	if (inet_sk(sk)->sport)
		return -EINVAL;
	inet_sk(sk)->v6only = sockopt_int(val) != 0;
	return 0;
}

OPT_GET(get_v6only)
{
	OPT_UNUSED;
	return sockopt_get_int(inet_sk(sk)->v6only, val, len);
}

/* Turns a socket that talks IPv4 into an AF_INET one: only its names and option levels change. */
OPT_SET(set_addrform)
{
	struct inet_sock *inet = inet_sk(sk);

	OPT_UNUSED;
	if (sockopt_int(val) != INET_FAMILY_4)
		return -EINVAL;
	if (sk->sk_type == RAW)
		return -ENOPROTOOPT;
	if (sk->sk_state != TCP_ESTABLISHED)
		return -ENOTCONN;
	if (inet->v6only || !inet_addr_is_v4mapped(&inet->daddr))
		return -EADDRNOTAVAIL;
	sk->sk_family_af = sk->net->ip.af[0];
	sk->sk_family = INET_FAMILY_4;
	return 0;
}

OPT_GET(get_addrform)
{
	OPT_UNUSED;
	if (sk->sk_type == RAW || sk->sk_protocol == IP_PROTO_ICMPV6)
		return -ENOPROTOOPT;
	if (sk->sk_state != TCP_ESTABLISHED)
		return -ENOTCONN;
	return sockopt_get_int(sk->sk_family_af->family, val, len);
}

/* -- source addresses (RFC 5014) --------------------------------------- */
enum { PREFER_TMP = 1, PREFER_PUBLIC = 2, PREFER_COA = 4, PREFER_CGA = 8, PREFER_PUBTMP_DEFAULT = 0x100,
       PREFER_HOME = 0x400, PREFER_NONCGA = 0x800 };

static bool contradicts(int v, int one, int other, int third)
{
	v &= one | other | third;
	return v & (v - 1);
}

/*
 * One of each group, the rest stands for the default. Every address that there is is public, not
 * temporary, and a home address: to prefer others changes no choice.
 */
OPT_SET(set_addr_prefs)
{
	int v = sockopt_int(val);

	OPT_UNUSED;
	if (contradicts(v, PREFER_TMP, PREFER_PUBLIC, PREFER_PUBTMP_DEFAULT) ||
	    contradicts(v, PREFER_COA, PREFER_HOME, 0) || contradicts(v, PREFER_CGA, PREFER_NONCGA, 0))
		return -EINVAL;
	o6_sk(sk)->srcprefs = (u16)(v & (PREFER_TMP | PREFER_PUBLIC | PREFER_COA));
	return 0;
}

OPT_GET(get_addr_prefs)
{
	int v = o6_sk(sk)->srcprefs;

	OPT_UNUSED;
	v |= v & (PREFER_TMP | PREFER_PUBLIC) ? 0 : PREFER_PUBTMP_DEFAULT;
	v |= v & PREFER_COA ? 0 : PREFER_HOME;
	return sockopt_get_int(v, val, len);
}

/* -- traffic class, errors, path MTU ----------------------------------- */

OPT_SET(set_tclass)
{
	int v = sockopt_int(val);
	u8 tclass = v < 0 ? 0 : (u8)v;

	OPT_UNUSED;
	if (sk->sk_type == STREAM)
		tclass = (u8)((tclass & ~INET_ECN_MASK) | (o6_sk(sk)->tclass & INET_ECN_MASK));
	if (o6_sk(sk)->tclass == tclass)
		return 0;
	o6_sk(sk)->tclass = tclass;
	sk_dst_set(sk, NULL);
	return 0;
}

OPT_GET(get_tclass)
{
	OPT_UNUSED;
	return sockopt_get_int(o6_sk(sk)->tclass, val, len);
}

OPT_SET(set_recverr)
{
	OPT_UNUSED;
	o6_sk(sk)->recverr = sockopt_int(val) != 0;
	if (!o6_sk(sk)->recverr)
		skb_queue_purge(&sk->sk_error_queue);
	return 0;
}

OPT_GET(get_recverr)
{
	OPT_UNUSED;
	return sockopt_get_int(o6_sk(sk)->recverr, val, len);
}

OPT_GET(get_mtu)
{
	struct dst_entry *dst = sk_dst_check(sk);

	OPT_UNUSED;
	if (!dst)
		return -ENOTCONN;
	return sockopt_get_int((int)dst_mtu(dst), val, len);
}

OPT_SET(set_mtu)
{
	int mtu = sockopt_int(val);

	OPT_UNUSED;
	if (mtu && mtu < IP6_MIN_MTU)
		return -EINVAL;
	o6_sk(sk)->frag_size = (u32)mtu;
	return 0;
}

/* -- devices and groups ------------------------------------------------ */

OPT_SET(set_unicast_if)
{
	u32 ifindex = get_be32(val);

	OPT_UNUSED;
	if (ifindex && !dev_get_by_index(sk->net, ifindex))
		return -EADDRNOTAVAIL;
	if (ifindex && sk->sk_bound_dev_if)
		return -EINVAL;
	o6_sk(sk)->uc_index = ifindex;
	sk_dst_set(sk, NULL);
	return 0;
}

OPT_GET(get_unicast_if)
{
	OPT_UNUSED;
	return sockopt_get_int((int)be32_make(o6_sk(sk)->uc_index).raw, val, len);
}

/* Source and device of what is sent (RFC 3542 section 6.1). As on Linux, the address changes nothing. */
OPT_SET(set_pktinfo_sticky)
{
	u32 ifindex;

	OPT_UNUSED;
	memcpy(&ifindex, (const u8 *)val + 16, sizeof(ifindex));
	if (sk->sk_bound_dev_if && sk->sk_bound_dev_if != ifindex)
		return -EINVAL;
	o6_sk(sk)->sticky_index = ifindex;
	return 0;
}

/* A stream has none, whatever the value is. */
OPT_SET(set_mc_hops)
{
	int hops = sockopt_int(val);

	OPT_UNUSED;
	if (hops < -1 || hops > 255)
		return -EINVAL;
	o6_sk(sk)->mcast_hops = (s16)hops;
	return 0;
}

OPT_GET(get_mc_hops)
{
	int hops = o6_sk(sk)->mcast_hops;

	OPT_UNUSED;
	return sockopt_get_int(hops < 0 ? 1 : hops, val, len);
}

OPT_SET(set_mc_if)
{
	u32 ifindex = (u32)sockopt_int(val);

	OPT_UNUSED;
	if (ifindex && sk->sk_bound_dev_if && sk->sk_bound_dev_if != ifindex)
		return -EINVAL;
	if (ifindex && !dev_get_by_index(sk->net, ifindex))
		return -ENODEV;
	o6_sk(sk)->mc_index = ifindex;
	return 0;
}

OPT_GET(get_mc_if)
{
	OPT_UNUSED;
	return sockopt_get_int((int)o6_sk(sk)->mc_index, val, len);
}

/* struct ipv6_mreq: group, int interface */
OPT_SET(set_membership)
{
	union inet_addr group = inet_addr_from6(val);
	s32 ifindex;

	OPT_UNUSED;
	if (sk->sk_type == STREAM)
		return -EPROTO;
	if (inet_addr_is_v4mapped(&group))
		return -EINVAL;
	memcpy(&ifindex, (const u8 *)val + 16, sizeof(ifindex));
	if (row->name == 20)	/* IPV6_JOIN_GROUP */
		return inet_mc_join(sk, &group, (u32)ifindex, NULL, INET_MC_EXCLUDE);
	return inet_mc_leave(sk, &group, (u32)ifindex, NULL);
}

/* -- raw sockets only -------------------------------------------------- */

OPT_SET(set_checksum)
{
	int off = sockopt_int(val);

	OPT_UNUSED;
	/* ICMPv6's is always made (RFC 3542 3.1); a checksum lies at an even offset. */
	if (sk->sk_protocol == IP_PROTO_ICMPV6 || (off > 0 && off & 1))
		return -EINVAL;
	o6_sk(sk)->csum_offset = off < 0 ? -1 : off;
	return 0;
}

OPT_GET(get_checksum)
{
	OPT_UNUSED;
	if (sk->sk_type != RAW)
		return -ENOPROTOOPT;
	return sockopt_get_int(o6_sk(sk)->csum_offset, val, len);
}

OPT_SET(set_hdrincl)
{
	OPT_UNUSED;
	inet_sk(sk)->hdrincl = sockopt_int(val) != 0;
	return 0;
}

OPT_GET(get_hdrincl)
{
	OPT_UNUSED;
	if (sk->sk_type != RAW)
		return -ENOPROTOOPT;
	return sockopt_get_int(inet_sk(sk)->hdrincl, val, len);
}

#define IP6_ROW(nr, text, min, max, set, get) \
	OPT_ROW(SOL_IPV6_NS, nr, text, SOCKOPT_INT, min, max, set, get)
#define IP6_BOOL(nr, text, name) IP6_ROW(nr, text, INT_MIN, INT_MAX, set_##name, get_##name)
#define IP6_STRUCT(nr, text, min_len, set, get) \
	OPT_ROW_STRUCT(SOL_IPV6_NS, nr, text, min_len, set, get)

/* with a rule of its own, and any value */
#define IP6_OF(nr, text, flags_, what)                                                        \
	{ .level = SOL_IPV6_NS, .name = nr, .label = text, .kind = SOCKOPT_INT, .flags = flags_, \
	  .min = INT_MIN, .max = INT_MAX, .set = set_##what, .get = get_##what }

static const struct sockopt_row sol_ipv6_rows[] = {
	IP6_BOOL(1, "IPV6_ADDRFORM", addrform),
	IP6_BOOL(2, "IPV6_2292PKTINFO", pktinfo_2292),
	IP6_BOOL(3, "IPV6_2292HOPOPTS", hopopts_2292),
	IP6_BOOL(4, "IPV6_2292DSTOPTS", dstopts_2292),
	IP6_BOOL(5, "IPV6_2292RTHDR", rthdr_2292),
	IP6_STRUCT(6, "IPV6_2292PKTOPTIONS", 0, ip6_set_pktoptions, ip6_get_pktoptions),
	IP6_OF(7, "IPV6_CHECKSUM", SOCKOPT_RAWONLY, checksum),
	IP6_BOOL(8, "IPV6_2292HOPLIMIT", hoplimit_2292),
	IP6_BOOL(11, "IPV6_FLOWINFO", flowinfo),
	IP6_ROW(16, "IPV6_UNICAST_HOPS", -1, 255, set_hops, get_hops),
	IP6_OF(17, "IPV6_MULTICAST_IF", SOCKOPT_NOSTREAM, mc_if),
	IP6_OF(18, "IPV6_MULTICAST_HOPS", SOCKOPT_NOSTREAM, mc_hops),
	IP6_ROW(19, "IPV6_MULTICAST_LOOP", 0, 1, set_mc_loop, get_mc_loop),
	IP6_STRUCT(20, "IPV6_JOIN_GROUP", 20, set_membership, NULL),
	IP6_STRUCT(21, "IPV6_LEAVE_GROUP", 20, set_membership, NULL),
	IP6_ROW(23, "IPV6_MTU_DISCOVER", 0, 5, set_pmtudisc, get_pmtudisc),
	IP6_BOOL(24, "IPV6_MTU", mtu),
	IP6_BOOL(25, "IPV6_RECVERR", recverr),
	IP6_BOOL(26, "IPV6_V6ONLY", v6only),
	IP6_BOOL(29, "IPV6_MULTICAST_ALL", mc_all),
	IP6_ROW(31, "IPV6_RECVERR_RFC4884", 0, 1, set_recverr_rfc4884, get_recverr_rfc4884),
	{ .level = SOL_IPV6_NS, .name = 32, .label = "IPV6_FLOWLABEL_MGR", .kind = SOCKOPT_STRUCT,
	  .flags = SOCKOPT_GETMIN, .min_len = 32, .set = ip6_set_flowlabel, .get = ip6_get_flowlabel },
	IP6_BOOL(33, "IPV6_FLOWINFO_SEND", sndflow),
	IP6_OF(36, "IPV6_HDRINCL", SOCKOPT_RAWONLY, hdrincl),
	MCAST_ROWS(SOL_IPV6_NS),
	IP6_BOOL(49, "IPV6_RECVPKTINFO", pktinfo),
	{ .level = SOL_IPV6_NS, .name = 50, .label = "IPV6_PKTINFO", .kind = SOCKOPT_STRUCT,
	  .flags = SOCKOPT_WO, .min_len = 20, .set = set_pktinfo_sticky },
	IP6_BOOL(51, "IPV6_RECVHOPLIMIT", hoplimit),
	IP6_BOOL(53, "IPV6_RECVHOPOPTS", recvhopopts),
	IP6_BOOL(56, "IPV6_RECVRTHDR", recvrthdr),
	IP6_BOOL(58, "IPV6_RECVDSTOPTS", recvdstopts),
	IP6_BOOL(60, "IPV6_RECVPATHMTU", recvpathmtu),
	IP6_EXT_ROWS(SOL_IPV6_NS),
	{ .level = SOL_IPV6_NS, .name = 62, .label = "IPV6_DONTFRAG", .kind = SOCKOPT_INT,
	  .flags = SOCKOPT_SHORT0, .min = INT_MIN, .max = INT_MAX, .set = set_dontfrag,
	  .get = get_dontfrag },
	IP6_BOOL(66, "IPV6_RECVTCLASS", tclass_recv),
	IP6_ROW(67, "IPV6_TCLASS", -1, 255, set_tclass, get_tclass),
	IP6_BOOL(72, "IPV6_ADDR_PREFERENCES", addr_prefs),
	IP6_ROW(73, "IPV6_MINHOPCOUNT", 0, 255, set_minhops, get_minhops),
	IP6_BOOL(74, "IPV6_RECVORIGDSTADDR", origdst),
	IP6_BOOL(75, "IPV6_TRANSPARENT", transparent),
	OPT_ROW_EXACT(SOL_IPV6_NS, 76, "IPV6_UNICAST_IF", SOCKOPT_STRUCT, set_unicast_if, get_unicast_if),
	IP6_OF(77, "IPV6_RECVFRAGSIZE", SOCKOPT_SHORT0, fragsize),
	IP6_BOOL(78, "IPV6_FREEBIND", freebind),
};

const struct sockopt_table inet_sol_ipv6_table = { sol_ipv6_rows, ARRAY_SIZE(sol_ipv6_rows) };
