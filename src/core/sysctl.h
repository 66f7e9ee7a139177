/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sysctls: rows with an offset into struct net, so that one const table serves every net.
 * Defaults live in the rows. Text in and out is /proc/sys's.
 */
#ifndef NETSTACK_CORE_SYSCTL_H
#define NETSTACK_CORE_SYSCTL_H

#include "base/base.h"

struct net;

enum sysctl_kind {
	SYSCTL_U8, SYSCTL_U32, SYSCTL_S32, SYSCTL_U64,
	SYSCTL_MS_NS,		/* text in ms, stored u64 ns */
	SYSCTL_SEC_NS,		/* text in s, stored u64 ns */
	SYSCTL_U32_VEC3,	/* three numbers: tcp_rmem */
	SYSCTL_U16_RANGE,	/* two numbers, lo <= hi: ip_local_port_range */
	SYSCTL_STRING,		/* char[size]; set() validates */
};

struct sysctl_row {
	const char *name;	/* "net.ipv4.tcp_sack" */
	u8 kind;
	u8 size;		/* SYSCTL_STRING only */
	bool readonly;
	bool fixed;		/* a switch that is not built: only its default is taken */
	u32 offset;		/* offsetof(struct net, …) */
	s64 def, min, max;	/* in the unit of the text */
	s64 def_vec[3];
	const char *def_str;
	int (*apply)(struct net *net, const struct sysctl_row *row); /* after a write; may refuse */
};

struct sysctl_table {
	struct list_head list;
	const struct sysctl_row *rows;
	u32 nr_rows;
};

void sysctl_register(struct net *net, struct sysctl_table *table);	/* sets the defaults */
/* 0, -ENOENT, -EINVAL, -EPERM (read-only), -ERANGE→-EINVAL as on Linux. Dots or slashes. */
int sysctl_set(struct net *net, const char *name, const char *value);
int sysctl_get(struct net *net, const char *name, char *buf, u32 size);
/* calls fn for every row, sorted by table order */
void sysctl_for_each(struct net *net,
		     void (*fn)(struct net *net, const struct sysctl_row *row, void *arg),
		     void *arg);

#endif
