/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the option tables of the inet rooms share: the signature of setters and getters, and rows.
 * Set and get functions of plain fields are generated, named set_<name> and get_<name>.
 */
#ifndef NETSTACK_INET_SOCKOPT_ROWS_H
#define NETSTACK_INET_SOCKOPT_ROWS_H

#include "core/core.h"

#include <errno.h>
#include <limits.h>

#define OPT_SET(fn) \
	static int fn(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len)
#define OPT_GET(fn) \
	static int fn(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len)
#define OPT_UNUSED ((void)sk, (void)row, (void)val, (void)len)

/* a bool member of *type_of(sk) */
#define OPT_FLAG(name, type_of, member)                          \
	OPT_SET(set_##name)                                      \
	{                                                        \
		OPT_UNUSED;                                      \
		type_of(sk)->member = sockopt_int(val) != 0;     \
		return 0;                                        \
	}                                                        \
	OPT_GET(get_##name)                                      \
	{                                                        \
		OPT_UNUSED;                                      \
		return sockopt_get_int(type_of(sk)->member, val, len); \
	}

/* a number; the row has checked the range */
#define OPT_NUM(name, type_of, member)                                               \
	OPT_SET(set_##name)                                                          \
	{                                                                            \
		OPT_UNUSED;                                                          \
		type_of(sk)->member = (__typeof__(type_of(sk)->member))sockopt_int(val); \
		return 0;                                                            \
	}                                                                            \
	OPT_GET(get_##name)                                                          \
	{                                                                            \
		OPT_UNUSED;                                                          \
		return sockopt_get_int((int)type_of(sk)->member, val, len);          \
	}

/* one bit of a u32 member */
#define OPT_BIT(name, type_of, member, bit)                                        \
	OPT_SET(set_##name)                                                        \
	{                                                                          \
		OPT_UNUSED;                                                        \
		if (sockopt_int(val))                                              \
			type_of(sk)->member |= (bit);                              \
		else                                                               \
			type_of(sk)->member &= ~(u32)(bit);                        \
		return 0;                                                          \
	}                                                                          \
	OPT_GET(get_##name)                                                        \
	{                                                                          \
		OPT_UNUSED;                                                        \
		return sockopt_get_int(!!(type_of(sk)->member & (bit)), val, len); \
	}

#define OPT_ROW(lvl, nr, text, kind_, min_, max_, set_fn, get_fn)                        \
	{ .level = lvl, .name = nr, .label = text, .kind = kind_, .min = min_, .max = max_, \
	  .set = set_fn, .get = get_fn }
#define OPT_ROW_STRUCT(lvl, nr, text, min_len_, set_fn, get_fn)                              \
	{ .level = lvl, .name = nr, .label = text, .kind = SOCKOPT_STRUCT, .min_len = min_len_, \
	  .set = set_fn, .get = get_fn }
/* an int, and of no other size */
#define OPT_ROW_EXACT(lvl, nr, text, kind_, set_fn, get_fn)                                       \
	{ .level = lvl, .name = nr, .label = text, .kind = kind_, .flags = SOCKOPT_EXACT,         \
	  .min_len = 4, .min = INT_MIN, .max = INT_MAX, .set = set_fn, .get = get_fn }
#define OPT_ROW_RO(lvl, nr, text, get_fn)                                                  \
	{ .level = lvl, .name = nr, .label = text, .kind = SOCKOPT_INT, .flags = SOCKOPT_RO, \
	  .min = INT_MIN, .max = INT_MAX, .get = get_fn }

#endif
