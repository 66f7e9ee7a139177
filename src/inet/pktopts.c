/* SPDX-License-Identifier: BSD-2-Clause */
#include "inet/pktopts.h"

#include <errno.h>

#include "inet/inet.h"
#include "inet/ip6_ext_sockopt.h"

enum {
	L_IPV6 = 41, C_2292PKTINFO = 2, C_2292HOPOPTS = 3, C_2292DSTOPTS = 4, C_2292HOPLIMIT = 8,
	C_FLOWINFO = 11, C_PKTINFO = 50, C_HOPLIMIT = 52, C_HOPOPTS = 54, C_RTHDRDSTOPTS = 55, C_DSTOPTS = 59,
	C_DONTFRAG = 62, C_TCLASS = 67,
	OPTIONS_MAX = 64 << 10, EXT_HDR_MIN = 2, PKTINFO_LEN = 20,
};

/* struct cmsghdr of a 64-bit system */
struct header {
	u64 len;	/* with the header */
	s32 level, type;
};

void pktopts_put(struct pktopts *p, int level, int type, const void *data, u32 size)
{
	struct header h = { .len = sizeof(h) + size, .level = level, .type = type };
	u32 space = ALIGN_UP((u32)sizeof(h) + size, 8u);

	if (p->room < h.len)
		return;
	space = min(space, p->room);
	memset(p->at, 0, space);
	memcpy(p->at, &h, sizeof(h));
	memcpy(p->at + sizeof(h), data, size);
	p->at += space;
	p->room -= space;
}

/* -- to send with ---------------------------------------------------------------- */

/* An extension header of len octets, whose own length must be there. */
static int take_ext(const u8 *data, u32 len, struct ext6_headers *out, enum inet_ext6_kind kind)
{
	u32 own;

	if (len < EXT_HDR_MIN)
		return -EINVAL;
	own = ((u32)data[1] + 1) * 8;
	if (own > len)
		return -EINVAL;
	out->at[kind] = data;
	out->len[kind] = own;
	return 0;
}

static int number_in(const u8 *data, u32 len, int lo, int hi)
{
	int v;

	if (len != sizeof(v))
		return -EINVAL;
	v = sockopt_int(data);
	return v < lo || v > hi ? -EINVAL : 0;
}

/* Only headers stay with the socket; the others must be right, and count for nothing, as on Linux. */
static int take_one(const struct header *h, const u8 *data, u32 len, struct ext6_headers *out)
{
	switch (h->type) {
	case C_2292HOPOPTS:
	case C_HOPOPTS:
		return out->at[EXT6_HOPOPTS] ? -EINVAL : take_ext(data, len, out, EXT6_HOPOPTS);
	case C_2292DSTOPTS:
		return out->at[EXT6_DSTOPTS] ? -EINVAL : take_ext(data, len, out, EXT6_DSTOPTS);
	case C_DSTOPTS:
		return take_ext(data, len, out, EXT6_DSTOPTS);
	case C_RTHDRDSTOPTS:
		return take_ext(data, len, out, EXT6_RTHDRDSTOPTS);
	case C_2292PKTINFO:
	case C_PKTINFO:
		return len < PKTINFO_LEN ? -EINVAL : 0;
	case C_2292HOPLIMIT:
	case C_HOPLIMIT:
	case C_TCLASS:
		return number_in(data, len, -1, 255);
	case C_DONTFRAG:
		return number_in(data, len, 0, 1);
	case C_FLOWINFO:
		return len < sizeof(u32) ? -EINVAL : 0;
	default:
		return -EINVAL;
	}
}

int pktopts_headers(const u8 *p, u32 len, struct ext6_headers *out)
{
	while (len >= sizeof(struct header)) {
		struct header h;
		u32 space;
		int err;

		memcpy(&h, p, sizeof(h));
		if (h.len < sizeof(h) || h.len > len)
			return -EINVAL;
		err = h.level == L_IPV6 ?
			      take_one(&h, p + sizeof(h), (u32)(h.len - sizeof(h)), out) : 0;
		if (err)
			return err;
		space = ALIGN_UP((u32)h.len, 8u);
		if (space >= len)
			break;
		p += space;
		len -= space;
	}
	return 0;
}

int ip6_set_pktoptions(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len)
{
	struct ext6_headers h = { 0 };
	int err = len > OPTIONS_MAX ? -EINVAL : pktopts_headers(val, len, &h);

	(void)row;
	return err ? err : inet_ext6_set(sk, h.at, h.len);
}

/* -- what came --------------------------------------------------------------------- */

static void put_pktinfo(const struct inet_sock *inet, int type, struct pktopts *p)
{
	u8 info[PKTINFO_LEN];

	memcpy(info, inet->saddr.b, 16);
	memcpy(info + 16, &inet->o6.mc_index, sizeof(u32));
	pktopts_put(p, L_IPV6, type, info, sizeof(info));
}

int ip6_get_pktoptions(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len)
{
	const struct inet_sock *inet = inet_sk(sk);
	const struct inet_opts6 *o6 = &inet->o6;
	struct pktopts p = { .at = val, .room = *len };
	int hops = o6->mcast_hops < 0 ? 1 : o6->mcast_hops, tclass = (int)(o6->rcv_flowinfo >> 20);
	be32 info = be32_make(o6->rcv_flowinfo);

	(void)row;
	if (sk->sk_type != SOCK_STREAM_NS)
		return -ENOPROTOOPT;
	if (o6->cmsg_flags & INET_CMSG_PKTINFO)
		put_pktinfo(inet, C_PKTINFO, &p);
	if (o6->cmsg_flags & INET_CMSG_TTL)
		pktopts_put(&p, L_IPV6, C_HOPLIMIT, &hops, sizeof(hops));
	if (o6->cmsg_flags & INET_CMSG_TOS)
		pktopts_put(&p, L_IPV6, C_TCLASS, &tclass, sizeof(tclass));
	if (o6->cmsg_flags & INET_CMSG_OLD_PKTINFO)
		put_pktinfo(inet, C_2292PKTINFO, &p);
	if (o6->cmsg_flags & INET_CMSG_OLD_TTL)
		pktopts_put(&p, L_IPV6, C_2292HOPLIMIT, &hops, sizeof(hops));
	if (o6->cmsg_flags & INET_CMSG_FLOWINFO)
		pktopts_put(&p, L_IPV6, C_FLOWINFO, &info, sizeof(info));
	*len -= p.room;
	return 0;
}
