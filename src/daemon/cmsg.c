// SPDX-License-Identifier: BSD-2-Clause
/*
 * Control messages of datagrams, between Linux's layout and struct sock_cmsg. A table row says
 * which member one comes from; one of a level that counts without a row is refused.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/object.h"

/* Linux's numbers (ABI); the system's headers for them clash with each other. */
enum {
	L_SOCKET = 1, L_IP = 0, L_UDP = 17, L_IPV6 = 41, L_PACKET = 263, C_PACKET_AUXDATA = 8,
	C_SCM_RIGHTS = 1, C_SCM_CREDENTIALS = 2, C_SO_PRIORITY = 12, C_SO_TIMESTAMP = 29,
	C_SO_TIMESTAMPNS = 35, C_SO_MARK = 36, C_SO_TIMESTAMPING = 37, C_SO_RXQ_OVFL = 40,
	C_SO_TIMESTAMPING_NEW = 65, C_SO_TIMESTAMP_NEW = 63, C_SO_TIMESTAMPNS_NEW = 64,
	C_SCM_TS_OPT_ID = 81, C_SCM_TXTIME = 61, C_SCM_TIMESTAMPING_OPT_STATS = 54,
	C_IP_TOS = 1, C_IP_TTL = 2, C_IP_RECVOPTS = 6, C_IP_RETOPTS = 7, C_IP_PKTINFO = 8, C_IP_RECVERR = 11,
	C_IP_ORIGDSTADDR = 20, C_IP_RECVFRAGSIZE = 25, C_IP_CHECKSUM = 23,
	C_UDP_SEGMENT = 103, C_UDP_GRO = 104,
	C_IPV6_2292PKTINFO = 2, C_IPV6_2292HOPLIMIT = 8, C_IPV6_ORIGDSTADDR = 74,
	C_IPV6_RECVFRAGSIZE = 77, C_IPV6_RECVERR = 25, C_IPV6_PKTINFO = 50, C_IPV6_HOPLIMIT = 52,
	C_IPV6_PATHMTU = 61, C_IPV6_DONTFRAG = 62, C_IPV6_TCLASS = 67, C_IPV6_FLOWINFO = 11,
	C_IPV6_2292HOPOPTS = 3, C_IPV6_2292DSTOPTS = 4, C_IPV6_2292RTHDR = 5,
	C_IPV6_HOPOPTS = 54, C_IPV6_RTHDRDSTOPTS = 55, C_IPV6_RTHDR = 57, C_IPV6_DSTOPTS = 59,
};

struct pktinfo4 {
	s32 ifindex;
	u8 spec_dst[4], addr[4];
};
struct pktinfo6 {
	u8 addr[16];
	u32 ifindex;
};

struct out {
	u8 *buf;
	u32 len, size;
};

static void put(struct out *out, int level, int type, const void *data, u32 len)
{
	struct nsp_cmsg h = { .len = len, .level = level, .type = type };
	u32 room = (u32)sizeof(h) + NSP_ALIGN8(len);

	if (out->size - out->len < room)
		return;
	memset(out->buf + out->len, 0, room);
	memcpy(out->buf + out->len, &h, sizeof(h));
	memcpy(out->buf + out->len + sizeof(h), data, len);
	out->len += room;
}

/* The new names carry the same on a 64-bit machine. */
static void put_time(struct out *out, const struct sock *sk, const struct sock_cmsg *c)
{
	s64 v[2] = { (s64)(c->tstamp_ns / NSEC_PER_SEC), (s64)(c->tstamp_ns % NSEC_PER_SEC) };
	bool new = sock_flag(sk, SOCK_TSTAMP_NEW);

	if (sock_flag(sk, SOCK_TIMESTAMPNS)) {
		put(out, L_SOCKET, new ? C_SO_TIMESTAMPNS_NEW : C_SO_TIMESTAMPNS, v, sizeof(v));
	} else {
		v[1] /= 1000;
		put(out, L_SOCKET, new ? C_SO_TIMESTAMP_NEW : C_SO_TIMESTAMP, v, sizeof(v));
	}
}

/* struct scm_timestamping: software, nothing, hardware. */
static void put_tstamping(struct out *out, const struct sock *sk, const struct sock_cmsg *c)
{
	const s64 v[6] = { (s64)(c->tstamp_ns / NSEC_PER_SEC), (s64)(c->tstamp_ns % NSEC_PER_SEC) };

	put(out, L_SOCKET, sock_flag(sk, SOCK_TSTAMP_NEW) ? C_SO_TIMESTAMPING_NEW : C_SO_TIMESTAMPING,
	    v, sizeof(v));
}

static void put_pktinfo4(struct out *out, const struct sock_cmsg *c)
{
	struct pktinfo4 p = { .ifindex = (s32)c->ifindex };

	memcpy(p.spec_dst, &c->spec_dst.b[12], 4);
	memcpy(p.addr, &c->dst.b[12], 4);
	put(out, L_IP, C_IP_PKTINFO, &p, sizeof(p));
}

static void put_pktinfo6(struct out *out, const struct sock_cmsg *c, int type)
{
	struct pktinfo6 p = { .ifindex = c->ifindex };

	memcpy(p.addr, c->dst.b, 16);
	put(out, L_IPV6, type, &p, sizeof(p));
}

/* struct ip6_mtuinfo */
static void put_pathmtu(struct out *out, const struct sock_cmsg *c)
{
	struct {
		struct sockaddr_in6 addr;
		u32 mtu;
	} info = { .addr.sin6_family = AF_INET6, .mtu = c->pathmtu };

	memcpy(&info.addr.sin6_addr, c->dst.b, 16);
	info.addr.sin6_scope_id = c->ifindex;
	put(out, L_IPV6, C_IPV6_PATHMTU, &info, sizeof(info));
}

static void put_err(struct out *out, u16 family, const struct sock_cmsg *c)
{
	u8 data[sizeof(c->ext_err) + sizeof(c->offender)];
	u32 offender_len = family == INET_FAMILY_4 ? 16 : 28;

	memcpy(data, c->ext_err, sizeof(c->ext_err));
	memcpy(data + sizeof(c->ext_err), c->offender, offender_len);
	put(out, family == INET_FAMILY_4 ? L_IP : L_IPV6,
	    family == INET_FAMILY_4 ? C_IP_RECVERR : C_IPV6_RECVERR, data,
	    (u32)sizeof(c->ext_err) + offender_len);
}

/* Where the packet was going, as an address of its family. */
static void put_origdst(struct out *out, bool v4, const struct sock_cmsg *c)
{
	struct sockaddr_in s4 = { .sin_family = AF_INET };
	struct sockaddr_in6 s6 = { .sin6_family = AF_INET6, .sin6_scope_id = c->ifindex };

	s4.sin_port = s6.sin6_port = htons(c->origdst_port);
	if (v4) {
		memcpy(&s4.sin_addr, &c->dst.b[12], 4);
		put(out, L_IP, C_IP_ORIGDSTADDR, &s4, sizeof(s4));
		return;
	}
	memcpy(&s6.sin6_addr, c->dst.b, 16);
	if (!IN6_IS_ADDR_LINKLOCAL(&s6.sin6_addr))
		s6.sin6_scope_id = 0;
	put(out, L_IPV6, C_IPV6_ORIGDSTADDR, &s6, sizeof(s6));
}

/* Received extension headers, each as it came, in the messages that one of the RFCs has for them. */
static void put_ext6(struct out *out, const struct sock_cmsg *c, u32 want, const int types[3])
{
	u32 off = 0, len;
	u8 proto = c->ext_proto;

	for (; c->ext_len - off >= 8; off += len) {
		const u8 *h = c->ext + off;
		bool hop = proto == IP_PROTO_HOPOPTS, dst = proto == IP_PROTO_DSTOPTS;

		len = proto == IP_PROTO_FRAGMENT ? 8 : (h[1] + 1u) * 8;
		if (len > c->ext_len - off)
			return;
		if (hop && want & SOCK_CMSG_EXT6_HOPOPTS)
			put(out, L_IPV6, types[0], h, len);
		else if (dst && want & SOCK_CMSG_EXT6_DSTOPTS)
			put(out, L_IPV6, types[1], h, len);
		else if (proto == IP_PROTO_ROUTING && want & SOCK_CMSG_EXT6_RTHDR)
			put(out, L_IPV6, types[2], h, len);
		proto = h[0];
	}
}

static void put_flow6(struct out *out, const struct sock_cmsg *c)
{
	static const int rfc3542[] = { C_IPV6_HOPOPTS, C_IPV6_DSTOPTS, C_IPV6_RTHDR };
	static const int rfc2292[] = { C_IPV6_2292HOPOPTS, C_IPV6_2292DSTOPTS, C_IPV6_2292RTHDR };
	u32 info = htonl(c->flowinfo);

	if (c->has_flowinfo)
		put(out, L_IPV6, C_IPV6_FLOWINFO, &info, sizeof(info));
	if (unlikely(c->ext_len))
		put_ext6(out, c, c->ext_want, rfc3542);
	if (unlikely(c->has_old_pktinfo))
		put_pktinfo6(out, c, C_IPV6_2292PKTINFO);
	if (unlikely(c->has_old_hoplimit))
		put(out, L_IPV6, C_IPV6_2292HOPLIMIT, &c->ttl, sizeof(c->ttl));
	if (unlikely(c->ext_len))
		put_ext6(out, c, c->ext_want >> SOCK_CMSG_EXT6_OLD_SHIFT, rfc2292);
}

static void put_socket(struct out *out, const struct sock *sk, const struct sock_cmsg *c)
{
	if (c->has_tstamp)
		put_time(out, sk, c);
	if (c->has_tstamping)
		put_tstamping(out, sk, c);
	if (c->has_rxq_ovfl)
		put(out, L_SOCKET, C_SO_RXQ_OVFL, &c->rxq_ovfl, sizeof(c->rxq_ovfl));
	if (c->has_mark)
		put(out, L_SOCKET, C_SO_MARK, &c->mark, sizeof(c->mark));
	if (c->has_auxdata)
		put(out, L_PACKET, C_PACKET_AUXDATA, c->auxdata, sizeof(c->auxdata));
	if (c->has_priority)
		put(out, L_SOCKET, C_SO_PRIORITY, &c->priority, sizeof(c->priority));
	if (c->has_gso)
		put(out, L_UDP, C_UDP_GRO, &c->gso_size, sizeof(c->gso_size));
}

u32 cmsg_put(const struct sock *sk, u16 family, const struct sock_cmsg *c, u8 *buf, u32 size)
{
	struct out out = { .buf = buf, .size = size };
	bool v4 = family == INET_FAMILY_4 || c->v4;	/* the packet's family, not the socket's */

	put_socket(&out, sk, c);
	if (unlikely(c->opt_stats_len))
		put(&out, L_SOCKET, C_SCM_TIMESTAMPING_OPT_STATS, c->opt_stats, c->opt_stats_len);
	if (c->has_pktinfo6 || (c->has_pktinfo && !v4))
		put_pktinfo6(&out, c, C_IPV6_PKTINFO);
	if (c->has_pktinfo && v4)
		put_pktinfo4(&out, c);
	if (c->has_ttl)
		put(&out, v4 ? L_IP : L_IPV6,
		    v4 ? C_IP_TTL : C_IPV6_HOPLIMIT, &c->ttl,
		    sizeof(c->ttl));
	if (c->has_tos && v4)
		put(&out, L_IP, C_IP_TOS, &(u8){ (u8)c->tos }, 1);
	else if (c->has_tos)
		put(&out, L_IPV6, C_IPV6_TCLASS, &c->tos, sizeof(c->tos));
	put_flow6(&out, c);
	if (c->opts_len)
		put(&out, L_IP, C_IP_RECVOPTS, c->opts, c->opts_len);
	if (c->has_retopts)
		put(&out, L_IP, C_IP_RETOPTS, c->retopts, c->retopts_len);
	if (c->has_origdst)
		put_origdst(&out, v4, c);
	if (c->has_csum)
		put(&out, L_IP, C_IP_CHECKSUM, &c->csum, sizeof(c->csum));
	if (c->has_fragsize)
		put(&out, v4 ? L_IP : L_IPV6, v4 ? C_IP_RECVFRAGSIZE : C_IPV6_RECVFRAGSIZE, &c->fragsize,
		    sizeof(c->fragsize));
	if (c->pathmtu)
		put_pathmtu(&out, c);
	if (c->has_err)
		put_err(&out, family, c);
	return out.len;
}

bool cmsg_is_content(s32 level, s32 type)
{
	switch (level) {
	case L_IP:
		return type == C_IP_RECVOPTS || type == C_IP_RETOPTS || type == C_IP_CHECKSUM;
	case L_IPV6:
		return (type >= C_IPV6_2292HOPOPTS && type <= C_IPV6_2292RTHDR) || type == C_IPV6_HOPOPTS ||
		       type == C_IPV6_DSTOPTS || type == C_IPV6_RTHDR;
	default:
		return level == L_UDP;
	}
}

static int get_pktinfo4(struct sock_cmsg *c, const void *data)
{
	union inet_addr a;
	struct pktinfo4 p;

	memcpy(&p, data, sizeof(p));
	a = inet_addr_from4(p.spec_dst);
	c->has_pktinfo = true;
	c->ifindex = (u32)p.ifindex;
	memcpy(&c->spec_dst, &a, sizeof(a));
	return 0;
}

static int get_pktinfo6(struct sock_cmsg *c, const void *data)
{
	struct pktinfo6 p;

	memcpy(&p, data, sizeof(p));
	c->has_pktinfo = true;
	c->ifindex = p.ifindex;
	memcpy(&c->spec_dst, p.addr, 16);
	return 0;
}

static int get_int(const void *data)
{
	s32 v;

	memcpy(&v, data, sizeof(v));
	return v;
}

static int get_ttl(struct sock_cmsg *c, const void *data)
{
	c->ttl = get_int(data);
	c->has_ttl = true;
	return c->ttl < 1 || c->ttl > 255 ? -EINVAL : 0;
}

static int get_hoplimit(struct sock_cmsg *c, const void *data)
{
	c->ttl = get_int(data);
	c->has_ttl = c->ttl != -1;
	return c->ttl < -1 || c->ttl > 255 ? -EINVAL : 0;
}

static int get_tos1(struct sock_cmsg *c, const void *data)
{
	c->tos = *(const u8 *)data;
	c->has_tos = true;
	return 0;
}

static int get_tos(struct sock_cmsg *c, const void *data)
{
	c->tos = get_int(data);
	c->has_tos = true;
	return c->tos < 0 || c->tos > 255 ? -EINVAL : 0;
}

static int get_tclass(struct sock_cmsg *c, const void *data)
{
	c->tos = get_int(data);
	c->has_tos = c->tos != -1;
	return c->tos < -1 || c->tos > 255 ? -EINVAL : 0;
}

static int get_segment(struct sock_cmsg *c, const void *data)
{
	u16 v;

	memcpy(&v, data, sizeof(v));
	c->gso_size = v;
	c->has_gso = v != 0;
	return 0;
}

static int get_dontfrag(struct sock_cmsg *c, const void *data)
{
	int v = get_int(data);

	c->has_dontfrag = v != 0;
	return v < 0 || v > 1 ? -EINVAL : 0;
}

static int get_mark(struct sock_cmsg *c, const void *data)
{
	c->mark = (u32)get_int(data);
	c->has_mark = true;
	return 0;
}

static int get_priority(struct sock_cmsg *c, const void *data)
{
	c->priority = (u32)get_int(data);
	c->has_priority = true;
	return 0;
}

/* Which time stamps this datagram is to have, instead of the socket's. */
static int get_timestamping(struct sock_cmsg *c, const void *data)
{
	c->tsflags = (u32)get_int(data);
	c->has_tsflags = true;
	return c->tsflags & ~(u32)SOF_TX_RECORD_MASK ? -EINVAL : 0;
}

static int get_ts_id(struct sock_cmsg *c, const void *data)
{
	c->ts_id = (u32)get_int(data);
	c->has_ts_id = true;
	return 0;
}

static int get_txtime(struct sock_cmsg *c, const void *data)
{
	memcpy(&c->txtime_ns, data, sizeof(c->txtime_ns));
	c->has_txtime = true;
	return 0;
}

static int get_flowinfo(struct sock_cmsg *c, const void *data)
{
	c->flowinfo = ntohl((u32)get_int(data));
	c->has_flowinfo = true;
	return 0;
}

static u16 ext_len(const void *data)
{
	return (u16)((((const u8 *)data)[1] + 1u) * 8);
}

/* Hop-by-hop options go before what is there. */
static int get_hopopts(struct sock_cmsg *c, const void *data)
{
	u16 len = ext_len(data);

	if (c->hop_len || c->dst_len + len > c->ext_room)
		return -EINVAL;
	memmove(c->ext + len, c->ext, c->dst_len);
	memcpy(c->ext, data, len);
	c->hop_len = len;
	c->has_ext = true;
	return 0;
}

static int get_dstopts(struct sock_cmsg *c, const void *data)
{
	u16 len = ext_len(data);

	if (c->hop_len + len > c->ext_room)
		return -EINVAL;
	memcpy(c->ext + c->hop_len, data, len);
	c->dst_len = len;
	c->has_ext = true;
	return 0;
}

static int get_dstopts_2292(struct sock_cmsg *c, const void *data)
{
	return c->dst_len ? -EINVAL : get_dstopts(c, data);
}

/* They go with a routing header, of which there is none; but the socket's own headers do not go. */
static int get_rthdrdstopts(struct sock_cmsg *c, const void *data)
{
	(void)data;
	c->has_ext = true;
	return 0;
}

/* Of Unix sockets: passed over. */
static int get_nothing(struct sock_cmsg *c, const void *data)
{
	(void)c, (void)data;
	return 0;
}

enum { FOR_4 = 1, FOR_6 = 2, FOR_UDP = 4, ANY_LENGTH = 8, RIGHTS = 16, ALSO_PKTINFO6 = 32,
       EXT_HDR = 64 };

static const struct cmsg_row {
	s32 level, type;
	u32 len, flags;
	int (*get)(struct sock_cmsg *c, const void *data);
} cmsg_rows[] = {
	{ L_SOCKET, C_SO_MARK, 4, FOR_4 | FOR_6 | RIGHTS, get_mark },
	{ L_SOCKET, C_SO_PRIORITY, 4, FOR_4 | FOR_6, get_priority },
	{ L_SOCKET, C_SO_TIMESTAMPING, 4, FOR_4 | FOR_6, get_timestamping },
	{ L_SOCKET, C_SO_TIMESTAMPING_NEW, 4, FOR_4 | FOR_6, get_timestamping },
	{ L_SOCKET, C_SCM_TS_OPT_ID, 4, FOR_4 | FOR_6, get_ts_id },
	{ L_SOCKET, C_SCM_TXTIME, 8, FOR_4 | FOR_6, get_txtime },
	{ L_SOCKET, C_SCM_RIGHTS, 0, FOR_4 | FOR_6 | ANY_LENGTH, get_nothing },
	{ L_SOCKET, C_SCM_CREDENTIALS, 0, FOR_4 | FOR_6 | ANY_LENGTH, get_nothing },
	{ L_IP, C_IP_PKTINFO, sizeof(struct pktinfo4), FOR_4, get_pktinfo4 },
	{ L_IP, C_IP_TTL, 4, FOR_4, get_ttl },
	{ L_IP, C_IP_TOS, 1, FOR_4, get_tos1 },
	{ L_IP, C_IP_TOS, 4, FOR_4, get_tos },
	{ L_IPV6, C_IPV6_PKTINFO, sizeof(struct pktinfo6), FOR_6 | ANY_LENGTH, get_pktinfo6 },
	{ L_IPV6, C_IPV6_2292PKTINFO, sizeof(struct pktinfo6), FOR_6 | ANY_LENGTH, get_pktinfo6 },
	{ L_IPV6, C_IPV6_HOPLIMIT, 4, FOR_6, get_hoplimit },
	{ L_IPV6, C_IPV6_2292HOPLIMIT, 4, FOR_6, get_hoplimit },
	{ L_IPV6, C_IPV6_TCLASS, 4, FOR_6, get_tclass },
	{ L_IPV6, C_IPV6_DONTFRAG, 4, FOR_6, get_dontfrag },
	{ L_IPV6, C_IPV6_FLOWINFO, 4, FOR_6 | ANY_LENGTH, get_flowinfo },
	{ L_IPV6, C_IPV6_HOPOPTS, 2, FOR_6 | EXT_HDR | RIGHTS, get_hopopts },
	{ L_IPV6, C_IPV6_2292HOPOPTS, 2, FOR_6 | EXT_HDR | RIGHTS, get_hopopts },
	{ L_IPV6, C_IPV6_DSTOPTS, 2, FOR_6 | EXT_HDR | RIGHTS, get_dstopts },
	{ L_IPV6, C_IPV6_2292DSTOPTS, 2, FOR_6 | EXT_HDR | RIGHTS, get_dstopts_2292 },
	{ L_IPV6, C_IPV6_RTHDRDSTOPTS, 2, FOR_6 | EXT_HDR | RIGHTS, get_rthdrdstopts },
	{ L_UDP, C_UDP_SEGMENT, 2, FOR_4 | FOR_6 | FOR_UDP, get_segment },
};

/* Control messages of another level are nobody's business; an unknown one of ours is wrong. */
static bool level_counts(s32 level, u32 who)
{
	switch (level) {
	case L_SOCKET:
		return true;
	case L_IP:
		return who & FOR_4;
	case L_IPV6:
		return who & FOR_6;
	case L_UDP:
		return who & FOR_UDP;
	default:
		return false;
	}
}

static int get_one(const struct nsp_cmsg *h, const void *data, u32 who, struct sock_cmsg *c)
{
	size_t i;

	/* An IPv6 socket that sends IPv4 takes this of its own level all the same. */
	if (h->level == L_IPV6 && h->type == C_IPV6_PKTINFO && who & ALSO_PKTINFO6) {
		struct pktinfo6 p;

		if (h->len < sizeof(p))
			return -EINVAL;
		memcpy(&p, data, sizeof(p));
		if (!IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)(const void *)p.addr))
			return -EINVAL;
		return get_pktinfo6(c, data);
	}
	if (!level_counts(h->level, who))
		return 0;
	for (i = 0; i < ARRAY_SIZE(cmsg_rows); i++) {
		const struct cmsg_row *row = &cmsg_rows[i];

		if (row->level != h->level || row->type != h->type)
			continue;
		if (row->flags & EXT_HDR && (h->len < row->len || ext_len(data) > h->len))
			return -EINVAL;
		if (row->flags & RIGHTS && !(who & RIGHTS))
			return -EPERM;
		if (row->flags & (ANY_LENGTH | EXT_HDR) ? h->len >= row->len : h->len == row->len)
			return row->get(c, data);
	}
	return -EINVAL;
}

/* What the control messages of a send by this socket to that kind of address may be. */
static u32 cmsg_who(const struct object *o, bool v4)
{
	bool udp = o->type == SOCK_DGRAM && (o->protocol == IPPROTO_UDP || o->protocol == IPPROTO_UDPLITE);

	if (obj_is_packet(o))		/* has messages of SOL_SOCKET alone */
		return o->uid ? 0 : RIGHTS;
	return (v4 ? FOR_4 : FOR_6) | (udp ? FOR_UDP : 0) | (o->uid ? 0 : RIGHTS) |
	       (v4 && o->family == AF_INET6 ? ALSO_PKTINFO6 : 0);
}

int cmsg_get(const struct object *o, bool v4, const u8 *buf, u32 len, struct sock_cmsg *c)
{
	u32 off = 0, who = cmsg_who(o, v4);

	while (off < len) {
		struct nsp_cmsg h;
		int ret;

		if (len - off < sizeof(h))
			return -EINVAL;
		memcpy(&h, buf + off, sizeof(h));
		off += (u32)sizeof(h);
		if (h.len > NSP_DGRAM_CTL_MAX || len - off < NSP_ALIGN8(h.len))
			return -EINVAL;
		ret = get_one(&h, buf + off, who, c);
		if (ret)
			return ret;
		off += NSP_ALIGN8(h.len);
	}
	return 0;
}
