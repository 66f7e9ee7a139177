/* SPDX-License-Identifier: BSD-2-Clause */
/* Options of groups and source filters that have structures of their own (RFC 3678). */
#ifndef NETSTACK_INET_MCAST_SOCKOPT_H
#define NETSTACK_INET_MCAST_SOCKOPT_H

#include "core/core.h"

int ip_set_source(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len);
int ip_set_msfilter(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len);
int ip_get_msfilter(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len);
/* The protocol-independent ones; the row's level tells the family. */
int mcast_set_group(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len);
int mcast_set_source(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len);
int mcast_set_msfilter(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len);
int mcast_get_msfilter(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len);

#define MCAST_ROWS(lvl)                                                                           \
	OPT_ROW_STRUCT(lvl, 42, "MCAST_JOIN_GROUP", 136, mcast_set_group, NULL),                   \
	OPT_ROW_STRUCT(lvl, 43, "MCAST_BLOCK_SOURCE", 264, mcast_set_source, NULL),                \
	OPT_ROW_STRUCT(lvl, 44, "MCAST_UNBLOCK_SOURCE", 264, mcast_set_source, NULL),              \
	OPT_ROW_STRUCT(lvl, 45, "MCAST_LEAVE_GROUP", 136, mcast_set_group, NULL),                  \
	OPT_ROW_STRUCT(lvl, 46, "MCAST_JOIN_SOURCE_GROUP", 264, mcast_set_source, NULL),           \
	OPT_ROW_STRUCT(lvl, 47, "MCAST_LEAVE_SOURCE_GROUP", 264, mcast_set_source, NULL),          \
	OPT_ROW_STRUCT(lvl, 48, "MCAST_MSFILTER", 144, mcast_set_msfilter, mcast_get_msfilter)

#endif
