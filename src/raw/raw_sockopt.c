/* SPDX-License-Identifier: BSD-2-Clause */
/* Options of raw sockets beyond those of every inet socket: filters, and Linux's SOL_RAW level. */
#include "raw/raw_priv.h"

#include <errno.h>
#include <limits.h>

enum { SOL_RAW_NS = 255, SOL_ICMPV6_NS = 58, IPV6_CHECKSUM_NS = 7, IPV6_HDRINCL_NS = 36 };

static bool is_icmp(const struct sock *sk, u8 af_bit)
{
	return sk->sk_family_af->af_bit == af_bit &&
	       sk->sk_protocol == sk->sk_family_af->icmp_proto;
}

static int set_icmp_filter(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len)
{
	(void)row;
	if (sk->sk_family_af->af_bit)
		return -ENOPROTOOPT;
	if (!is_icmp(sk, 0))
		return -EOPNOTSUPP;
	memcpy(&raw_sk(sk)->icmp_filter, val, min_t(u32, len, sizeof(u32)));
	return 0;
}

static int get_icmp_filter(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len)
{
	(void)row;
	if (sk->sk_family_af->af_bit)
		return -ENOPROTOOPT;
	if (!is_icmp(sk, 0))
		return -EOPNOTSUPP;
	*len = min_t(u32, *len, sizeof(u32));
	memcpy(val, &raw_sk(sk)->icmp_filter, *len);
	return 0;
}

static int set_icmp6_filter(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len)
{
	(void)row;
	if (!sk->sk_family_af->af_bit)
		return -ENOPROTOOPT;
	if (!is_icmp(sk, 1))
		return -EOPNOTSUPP;
	memcpy(raw_sk(sk)->icmp6_filter, val, min_t(u32, len, sizeof(raw_sk(sk)->icmp6_filter)));
	return 0;
}

static int get_icmp6_filter(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len)
{
	(void)row;
	if (!sk->sk_family_af->af_bit)
		return -ENOPROTOOPT;
	if (!is_icmp(sk, 1))
		return -EOPNOTSUPP;
	*len = min_t(u32, *len, sizeof(raw_sk(sk)->icmp6_filter));
	memcpy(val, raw_sk(sk)->icmp6_filter, *len);
	return 0;
}

/* At level SOL_RAW an ICMPv6 socket may move its checksum, too (Linux's extension). */
static int set_checksum(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len)
{
	int off = sockopt_int(val);

	(void)row, (void)len;
	if (!sk->sk_family_af->af_bit)
		return -ENOPROTOOPT;
	if (off > 0 && off & 1)
		return -EINVAL;
	inet_sk(sk)->o6.csum_offset = off < 0 ? -1 : off;
	return 0;
}

static int get_checksum(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len)
{
	(void)row;
	if (!sk->sk_family_af->af_bit)
		return -ENOPROTOOPT;
	return sockopt_get_int(inet_sk(sk)->o6.csum_offset, val, len);
}

static int set_hdrincl(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len)
{
	(void)row, (void)len;
	if (!sk->sk_family_af->af_bit)
		return -ENOPROTOOPT;
	inet_sk(sk)->hdrincl = sockopt_int(val) != 0;
	return 0;
}

static int get_hdrincl(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len)
{
	(void)row;
	if (!sk->sk_family_af->af_bit)
		return -ENOPROTOOPT;
	return sockopt_get_int(inet_sk(sk)->hdrincl, val, len);
}

static const struct sockopt_row raw_rows[] = {
	{ .level = SOL_RAW_NS, .name = 1, .label = "ICMP_FILTER", .kind = SOCKOPT_STRUCT,
	  .set = set_icmp_filter, .get = get_icmp_filter },
	{ .level = SOL_RAW_NS, .name = IPV6_CHECKSUM_NS, .label = "IPV6_CHECKSUM",
	  .kind = SOCKOPT_INT, .flags = SOCKOPT_SHORT0, .min = INT_MIN, .max = INT_MAX,
	  .set = set_checksum, .get = get_checksum },
	{ .level = SOL_RAW_NS, .name = IPV6_HDRINCL_NS, .label = "IPV6_HDRINCL",
	  .kind = SOCKOPT_INT, .flags = SOCKOPT_SHORT0, .min = INT_MIN, .max = INT_MAX,
	  .set = set_hdrincl, .get = get_hdrincl },
	{ .level = SOL_ICMPV6_NS, .name = 1, .label = "ICMPV6_FILTER", .kind = SOCKOPT_STRUCT,
	  .set = set_icmp6_filter, .get = get_icmp6_filter },
};

const struct sockopt_table raw_sockopts = { raw_rows, ARRAY_SIZE(raw_rows) };
