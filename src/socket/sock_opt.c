/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which tables serve an option: SOL_IP and SOL_IPV6 are the inet room's for every socket, with
 * Linux's rule of who may use the other family's; the rest is the protocol's own.
 */
#include "socket/socket.h"

#include <errno.h>

enum {
	SOL_IP_NS = 0, SOL_UDP_NS = 17, SOL_IPV6_NS = 41, SOL_ICMPV6_NS = 58, SOL_UDPLITE_NS = 136,
	SOL_RAW_NS = 255,
};
enum { RAW = 3 };

static const struct sockopt_table *const ip_tables[] = { &inet_sol_ip_table, NULL };
static const struct sockopt_table *const ipv6_tables[] = { &inet_sol_ipv6_table, NULL };

static bool is_v6(const struct sock *sk)
{
	return sk->sk_family_af && sk->sk_family_af->af_bit;
}

static const struct sockopt_table *const *tables_for(const struct sock *sk, int level)
{
	bool v6 = is_v6(sk);

	if (!sk->sk_family_af)
		return sk->prot->sockopts;
	if (level == SOL_IP_NS && (!v6 || sk->sk_type != RAW))
		return ip_tables;
	if (level == SOL_IPV6_NS && v6)
		return ipv6_tables;
	return sk->prot->sockopts;
}

/* UDP and UDP-Lite take their options at either level. */
static int level_of(const struct sock *sk, int level)
{
	bool udp = sk->prot == &udp_prot || sk->prot == &udplite_prot;

	return level == SOL_UDPLITE_NS && udp ? SOL_UDP_NS : level;
}

/* ICMPv6's options are those of raw sockets that receive ICMPv6. */
static bool not_icmp6(const struct sock *sk, int level)
{
	return level == SOL_ICMPV6_NS && sk->sk_type == RAW && is_v6(sk) &&
	       sk->sk_protocol != SOL_ICMPV6_NS;
}

int sock_setsockopt(struct sock *sk, int level, int name, const void *val, u32 len)
{
	int err;

	if (not_icmp6(sk, level))
		return -EOPNOTSUPP;
	if (level == SOL_RAW_NS && sk->sk_type == RAW && is_v6(sk) && len < sizeof(int))
		return -EINVAL;
	level = level_of(sk, level);
	err = sock_table_setsockopt(sk, tables_for(sk, level), level, name, val, len);

	/* TCP looks at the length before the name. */
	if (err == -ENOPROTOOPT && level == IP_PROTO_TCP && sk->prot == &tcp_prot && len < sizeof(int))
		return -EINVAL;
	return err;
}

int sock_getsockopt(struct sock *sk, int level, int name, void *val, u32 *len)
{
	/* An IPv4 TCP socket passes what is not TCP's on to IPv4, which knows one level. */
	if (level == SOL_IPV6_NS && !is_v6(sk) && sk->prot == &tcp_prot)
		return -EOPNOTSUPP;
	if (not_icmp6(sk, level))
		return -EOPNOTSUPP;
	level = level_of(sk, level);
	return sock_table_getsockopt(sk, tables_for(sk, level), level, name, val, len);
}
