/* SPDX-License-Identifier: BSD-2-Clause */
/* The engine of socket options: finds the row, checks what can be checked without the socket. */
#include "core/sockopt.h"

#include <errno.h>

#include "core/internal.h"

enum { SOL_SOCKET_NS = 1, SOL_TCP_NS = 6, SOL_UDP_NS = 17, SOL_IPV6_NS = 41, SOL_ICMPV6_NS = 58 };
enum { SO_BINDTODEVICE_NS = 25, FAMILY_IPV4 = 2, TYPE_STREAM = 1, TYPE_RAW = 3 };

/* *level_known: some row has that level */
static const struct sockopt_row *table_find(const struct sockopt_table *t, int level, int name,
					    bool *level_known)
{
	u32 i;

	for (i = 0; i < t->nr_rows; i++) {
		if (t->rows[i].level != level)
			continue;
		*level_known = true;
		if (t->rows[i].name == name)
			return &t->rows[i];
	}
	return NULL;
}

static const struct sockopt_row *row_find(const struct sock *sk,
					  const struct sockopt_table *const *tables, int level,
					  int name, bool *level_known)
{
	const struct sockopt_row *row;

	*level_known = false;
	if ((level == SOL_IPV6_NS || level == SOL_ICMPV6_NS) && sk->sk_family == FAMILY_IPV4)
		return NULL;
	if (level == SOL_SOCKET_NS)
		return table_find(&sol_socket_table, level, name, level_known);
	for (; tables && *tables; tables++) {
		row = table_find(*tables, level, name, level_known);
		if (row)
			return row;
	}
	return NULL;
}

/* The int that val holds by the row's length rule. */
static int int_from(const struct sockopt_row *row, const void *val, u32 len, int *v)
{
	if (len >= sizeof(int))
		*v = sockopt_int(val);
	else if (row->flags & SOCKOPT_SHORT0)
		*v = 0;
	else if (len < row->min_len)
		return -EINVAL;
	else if (row->kind != SOCKOPT_U8INT)
		return -EINVAL;
	else
		*v = len ? *(const u8 *)val : 0;
	if (row->kind == SOCKOPT_BOOL)
		*v = *v != 0;
	else if ((row->min || row->max) && (*v < row->min || *v > row->max))
		return row->range_errno ? -row->range_errno : -EINVAL;
	return 0;
}

/* Is the size looked at before the name? */
static bool looks_at_size(int level)
{
	return level == SOL_TCP_NS || level == SOL_UDP_NS;
}

static bool not_of_type(const struct sock *sk, const struct sockopt_row *row)
{
	return (row->flags & SOCKOPT_NOSTREAM && sk->sk_type == TYPE_STREAM) ||
	       (row->flags & SOCKOPT_RAWONLY && sk->sk_type != TYPE_RAW);
}

/*
 * A row of an int kind without min and max takes any value; its setter gets the int. Short values
 * are refused before the name is looked at, as Linux does for SOL_SOCKET.
 */
int sock_table_setsockopt(struct sock *sk, const struct sockopt_table *const *tables, int level,
			  int name, const void *val, u32 len)
{
	const struct sockopt_row *row;
	bool level_known;
	int ret, v;

	if (level == SOL_SOCKET_NS && name != SO_BINDTODEVICE_NS && len < sizeof(int))
		return -EINVAL;
	row = row_find(sk, tables, level, name, &level_known);
	if (row && not_of_type(sk, row))
		return -ENOPROTOOPT;
	if (row && row->flags & SOCKOPT_EXACT && len != row->min_len)
		return -EINVAL;
	if ((!row || row->flags & SOCKOPT_RO) && len < sizeof(int) && looks_at_size(level) && level_known)
		return -EINVAL;
	if (!row || !row->set || (row->flags & SOCKOPT_RO))
		return -ENOPROTOOPT;
	switch (row->kind) {
	case SOCKOPT_BOOL:
	case SOCKOPT_INT:
	case SOCKOPT_U8INT:
		ret = int_from(row, val, len, &v);
		return ret ? ret : row->set(sk, row, &v, sizeof(v));
	default:
		return len < row->min_len ? -EINVAL : row->set(sk, row, val, len);
	}
}

/* Linux gives one octet to who asks for one to three and the value fits. */
static int get_u8int(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len)
{
	u32 size = sizeof(int);
	int v, ret = row->get(sk, row, &v, &size);

	if (ret)
		return ret;
	if (*len && *len < sizeof(int) && v >= 0 && v <= U8_MAX) {
		*(u8 *)val = (u8)v;
		*len = 1;
		return 0;
	}
	return sockopt_get_int(v, val, len);
}

int sock_table_getsockopt(struct sock *sk, const struct sockopt_table *const *tables, int level,
			  int name, void *val, u32 *len)
{
	bool level_known;
	const struct sockopt_row *row = row_find(sk, tables, level, name, &level_known);

	if (!row && !level_known && level != SOL_SOCKET_NS && sk->sk_family == FAMILY_IPV4)
		return -EOPNOTSUPP;
	if (!row || !row->get || (row->flags & SOCKOPT_WO))
		return -ENOPROTOOPT;
	if (row->kind == SOCKOPT_U8INT)
		return get_u8int(sk, row, val, len);
	if (row->kind == SOCKOPT_STRUCT && *len < row->min_len && (row->flags & SOCKOPT_GETMIN))
		return -EINVAL;
	return row->get(sk, row, val, len);
}

/* Truncates to *len, as Linux does. */
int sockopt_get_bytes(const void *src, u32 size, void *val, u32 *len)
{
	*len = min(*len, size);
	if (*len)
		memcpy(val, src, *len);
	return 0;
}

int sockopt_get_int(int v, void *val, u32 *len)
{
	return sockopt_get_bytes(&v, sizeof(v), val, len);
}
