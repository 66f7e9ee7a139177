/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Groups and source filters as options (RFC 3678): IPv4's own structures, and those with addresses
 * of any family.
 */
#include "inet/inet.h"
#include "inet/mcast_sockopt.h"
#include "inet/sockopt_rows.h"

enum { SOL_IPV6_NS = 41, MOST_SOURCES = 1024 };

enum {
	IP_UNBLOCK_SOURCE = 37, IP_BLOCK_SOURCE, IP_ADD_SOURCE, IP_DROP_SOURCE,
	MCAST_JOIN_GROUP = 42, MCAST_BLOCK_SOURCE, MCAST_UNBLOCK_SOURCE, MCAST_LEAVE_GROUP,
	MCAST_JOIN_SOURCE, MCAST_LEAVE_SOURCE,
};

/* Octets of struct sockaddr_storage; where the parts of struct group_req and group_filter are. */
enum { STORAGE = 128, GROUP_AT = 8, SOURCE_AT = GROUP_AT + STORAGE, FMODE_AT = SOURCE_AT,
       NUMSRC_AT = FMODE_AT + 4, SLIST_AT = NUMSRC_AT + 4 };
/* and of struct ip_msfilter */
enum { MSF_LOCAL_AT = 4, MSF_FMODE_AT = 8, MSF_NUMSRC_AT = 12, MSF_SLIST_AT = 16 };

static u32 get32(const u8 *p)
{
	u32 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static bool adds(u16 name)
{
	return name == IP_BLOCK_SOURCE || name == IP_ADD_SOURCE || name == MCAST_BLOCK_SOURCE ||
	       name == MCAST_JOIN_SOURCE;
}

static u8 mode_of(u16 name)
{
	bool include = name == IP_ADD_SOURCE || name == IP_DROP_SOURCE ||
		       name == MCAST_JOIN_SOURCE || name == MCAST_LEAVE_SOURCE;

	return include ? INET_MC_INCLUDE : INET_MC_EXCLUDE;
}

/* -- IPv4's ------------------------------------------------------------ */

/* struct ip_mreq_source: group, interface, source */
int ip_set_source(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len)
{
	const u8 *p = val;
	union inet_addr group = inet_addr_from4(p), local = inet_addr_from4(p + 4),
			src = inet_addr_from4(p + 8);

	if (len != 12)
		return -EINVAL;
	return inet_mc_source(sk, &group, 0, &local, &src, mode_of(row->name), adds(row->name));
}

/* struct ip_msfilter: group, interface, mode, number, sources */
int ip_set_msfilter(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len)
{
	const u8 *p = val;
	union inet_addr group = inet_addr_from4(p), local = inet_addr_from4(p + MSF_LOCAL_AT);
	union inet_addr src[MOST_SOURCES];
	u32 n = get32(p + MSF_NUMSRC_AT), i;

	(void)row;
	if (len > sk->net->core.optmem_max || n > sk->net->inet.igmp_max_msf || n > MOST_SOURCES)
		return -ENOBUFS;
	if (MSF_SLIST_AT + 4 * n > len)
		return -EINVAL;
	for (i = 0; i < n; i++)
		src[i] = inet_addr_from4(p + MSF_SLIST_AT + 4 * i);
	return inet_mc_set_filter(sk, &group, 0, &local, get32(p + MSF_FMODE_AT), src, n);
}

/* The value says which group, and how many sources there is room for. */
int ip_get_msfilter(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len)
{
	u8 *p = val;
	union inet_addr group, local;
	const union inet_addr *src;
	u32 mode, n, room, i;
	int err;

	(void)row;
	if (*len < MSF_SLIST_AT)
		return -EINVAL;
	group = inet_addr_from4(p);
	local = inet_addr_from4(p + MSF_LOCAL_AT);
	room = min(get32(p + MSF_NUMSRC_AT), (*len - MSF_SLIST_AT) / 4);
	err = inet_mc_get_filter(sk, &group, 0, &local, &mode, &src, &n);
	if (err)
		return err;
	memcpy(p + MSF_FMODE_AT, &mode, sizeof(mode));
	memcpy(p + MSF_NUMSRC_AT, &n, sizeof(n));
	room = min(room, n);
	for (i = 0; i < room; i++)
		memcpy(p + MSF_SLIST_AT + 4 * i, inet_addr_4(&src[i]), 4);
	*len = MSF_SLIST_AT + 4 * room;
	return 0;
}

/* -- of either family --------------------------------------------------- */

static bool for_v6(const struct sockopt_row *row)
{
	return row->level == SOL_IPV6_NS;
}

/* An address of the row's family in a struct sockaddr_storage. */
static int read_addr(const struct sock *sk, const struct sockopt_row *row, const u8 *p,
		     union inet_addr *a)
{
	const struct inet_af *af = sk->net->ip.af[for_v6(row)];
	struct inet_sockaddr sa;

	if (af->sockaddr_from(p, STORAGE, &sa) || sa.family != af->family ||
	    (for_v6(row) && inet_addr_is_v4mapped(&sa.addr)))
		return -EADDRNOTAVAIL;
	*a = sa.addr;
	return 0;
}

/* struct group_req: interface, padding to 8, group */
int mcast_set_group(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len)
{
	union inet_addr group;
	u32 ifindex = get32(val);

	(void)len;
	if (read_addr(sk, row, (const u8 *)val + GROUP_AT, &group))
		return for_v6(row) ? -EADDRNOTAVAIL : -EINVAL;
	if (row->name == MCAST_JOIN_GROUP)
		return inet_mc_join(sk, &group, ifindex, NULL, INET_MC_EXCLUDE);
	return inet_mc_leave(sk, &group, ifindex, NULL);
}

/* struct group_source_req: the same, and the source */
int mcast_set_source(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len)
{
	union inet_addr group, src;
	const u8 *p = val;

	(void)len;
	if (read_addr(sk, row, p + GROUP_AT, &group) || read_addr(sk, row, p + SOURCE_AT, &src))
		return -EADDRNOTAVAIL;
	return inet_mc_source(sk, &group, get32(p), NULL, &src, mode_of(row->name), adds(row->name));
}

/* struct group_filter: the group, mode, number, sources */
int mcast_set_msfilter(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len)
{
	const u8 *p = val;
	u32 n = get32(p + NUMSRC_AT), i;
	u32 most = for_v6(row) ? sk->net->inet.mld_max_msf : sk->net->inet.igmp_max_msf;
	union inet_addr group, src[MOST_SOURCES];

	if (len > sk->net->core.optmem_max || n > most || n > MOST_SOURCES)
		return -ENOBUFS;
	if (SLIST_AT + STORAGE * n > len)
		return -EINVAL;
	if (read_addr(sk, row, p + GROUP_AT, &group))
		return for_v6(row) ? -EINVAL : -EADDRNOTAVAIL;
	for (i = 0; i < n; i++)
		if (read_addr(sk, row, p + SLIST_AT + STORAGE * i, &src[i]))
			return for_v6(row) ? -EINVAL : -EADDRNOTAVAIL;
	return inet_mc_set_filter(sk, &group, get32(p), NULL, get32(p + FMODE_AT), src, n);
}

int mcast_get_msfilter(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len)
{
	const struct inet_af *af = sk->net->ip.af[for_v6(row)];
	u8 *p = val;
	const union inet_addr *src;
	union inet_addr group;
	u32 mode, n, room, i;
	int err;

	if (*len < SLIST_AT)
		return -EINVAL;
	room = min(get32(p + NUMSRC_AT), (*len - SLIST_AT) / STORAGE);
	if (read_addr(sk, row, p + GROUP_AT, &group))
		return for_v6(row) ? -EINVAL : -EADDRNOTAVAIL;
	err = inet_mc_get_filter(sk, &group, get32(p), NULL, &mode, &src, &n);
	if (err)
		return err;
	memcpy(p + FMODE_AT, &mode, sizeof(mode));
	memcpy(p + NUMSRC_AT, &n, sizeof(n));
	room = min(room, n);
	for (i = 0; i < room; i++) {
		struct inet_sockaddr sa = { .family = af->family, .addr = src[i] };

		memset(p + SLIST_AT + STORAGE * i, 0, STORAGE);
		af->sockaddr_to(&sa, p + SLIST_AT + STORAGE * i, STORAGE);
	}
	*len = SLIST_AT + STORAGE * room;
	return 0;
}
