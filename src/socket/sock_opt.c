/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which tables serve an option: SOL_IP and SOL_IPV6 are the inet room's for every socket, with
 * Linux's rule of who may use the other family's; the rest is the protocol's own.
 */
#include "socket/socket.h"

#include <errno.h>

enum { SOL_IP_NS = 0, SOL_IPV6_NS = 41, RAW = 3 };

static const struct sockopt_table *const ip_tables[] = { &inet_sol_ip_table, NULL };
static const struct sockopt_table *const ipv6_tables[] = { &inet_sol_ipv6_table, NULL };

static const struct sockopt_table *const *tables_for(const struct sock *sk, int level)
{
	bool v6 = sk->sk_family_af->af_bit;

	if (level == SOL_IP_NS && (!v6 || sk->sk_type != RAW))
		return ip_tables;
	if (level == SOL_IPV6_NS && v6)
		return ipv6_tables;
	return sk->prot->sockopts;
}

int sock_setsockopt(struct sock *sk, int level, int name, const void *val, u32 len)
{
	return sock_table_setsockopt(sk, tables_for(sk, level), level, name, val, len);
}

int sock_getsockopt(struct sock *sk, int level, int name, void *val, u32 *len)
{
	return sock_table_getsockopt(sk, tables_for(sk, level), level, name, val, len);
}
