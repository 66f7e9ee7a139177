/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files with rows of SOL_TCP share. */
#ifndef NETSTACK_TCP_SOCKOPT_H
#define NETSTACK_TCP_SOCKOPT_H

#include "tcp/tcp_priv.h"

enum { SOL_TCP_NS = 6 };

#define SETTER(fn) \
	static int fn(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len)
#define GETTER(fn) \
	static int fn(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len)
#define UNUSED_SET ((void)row, (void)len)
#define UNUSED_GET ((void)row)

#define S32_MIN_NS (-S32_MAX - 1)
#define ROW_INT(opt, what, lo, hi) \
	{ SOL_TCP_NS, O_##opt, "TCP_" #opt, SOCKOPT_INT, 0, 4, lo, hi, 0, set_##what, get_##what }

extern const struct sockopt_table tcp_admin_sockopt_table;	/* tcp_sockopt_admin.c */

#endif
