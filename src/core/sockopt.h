/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Socket options are rows. The engine does look-up, length rules, range and state checks, and
 * the copy; a row's setter only applies a checked value. A name without a row is ENOPROTOOPT.
 */
#ifndef NETSTACK_CORE_SOCKOPT_H
#define NETSTACK_CORE_SOCKOPT_H

#include "base/base.h"

struct sock;

enum sockopt_kind {
	SOCKOPT_BOOL,		/* int in; stored 0/1 */
	SOCKOPT_INT,		/* int in [min, max], else range_errno */
	SOCKOPT_U8INT,		/* int, but a 1-byte value is taken too (IP_TOS, IP_TTL …), and
				 * none at all, as 0, unless min_len is 1 */
	SOCKOPT_STRUCT,		/* raw bytes; setter gets at least min_len */
	SOCKOPT_STRING,		/* bytes up to a NUL; getter writes them */
};
enum {
	SOCKOPT_RO = 1 << 0,	/* set: ENOPROTOOPT as Linux */
	SOCKOPT_WO = 1 << 1,
	SOCKOPT_NOFAIL = 1 << 2,/* cannot fail once the value is in range: may be sent one-way */
	SOCKOPT_SHORT0 = 1 << 4,/* a value shorter than int stands for 0 */
	SOCKOPT_EXACT = 1 << 5,	/* a value of another size than min_len is EINVAL */
	SOCKOPT_NOSTREAM = 1 << 6,	/* set on a stream: ENOPROTOOPT, whatever the value */
	SOCKOPT_RAWONLY = 1 << 7,	/* the same, of all but raw sockets */
	SOCKOPT_GETMIN = 1 << 3,/* STRUCT: get with less room than min_len is EINVAL */
};

struct sockopt_row {
	u16 level, name;	/* SOL_SOCKET 1, IPPROTO_TCP 6 … and Linux's option numbers */
	const char *label;	/* "SO_REUSEADDR" */
	u8 kind, flags;
	u16 min_len;
	s32 min, max;
	int range_errno;	/* 0 means EINVAL */
	int (*set)(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len);
	/* writes at most *len bytes, sets *len to what there is (as Linux truncates) */
	int (*get)(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len);
};

struct sockopt_table {
	const struct sockopt_row *rows;
	u32 nr_rows;
};

/* Both 0 or -errno: ENOPROTOOPT unknown, EINVAL short or out of range, EFAULT, EDOM, EPERM… */
int sock_table_setsockopt(struct sock *sk, const struct sockopt_table *const *tables, int level,
			  int name, const void *val, u32 len);
int sock_table_getsockopt(struct sock *sk, const struct sockopt_table *const *tables, int level,
			  int name, void *val, u32 *len);
int sockopt_get_bytes(const void *src, u32 size, void *val, u32 *len);
int sockopt_get_int(int v, void *val, u32 *len);	/* for getters */
static inline int sockopt_int(const void *val)
{
	int v;

	memcpy(&v, val, sizeof(v));
	return v;
}

extern const struct sockopt_table sol_socket_table;	/* core/sock_sockopt.c */

#endif
