/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sysctls: rows with an offset into struct net, so that one const table serves every net.
 * Defaults live in the rows. Text in and out is /proc/sys's.
 */
#ifndef NETSTACK_CORE_SYSCTL_H
#define NETSTACK_CORE_SYSCTL_H

#include "base/base.h"

struct net;
struct net_device;

enum sysctl_kind {
	SYSCTL_U8, SYSCTL_U32, SYSCTL_S32, SYSCTL_U64,
	SYSCTL_MS_NS,		/* text in ms, stored u64 ns */
	SYSCTL_SEC_NS,		/* text in s, stored u64 ns */
	SYSCTL_HZ_NS,		/* text in hundredths of a second, stored u64 ns */
	SYSCTL_U32_VEC3,	/* three numbers: tcp_rmem */
	SYSCTL_U16_RANGE,	/* two numbers, lo <= hi: ip_local_port_range */
	SYSCTL_STRING,		/* char[size]; set() validates */
};

enum sysctl_scope { SYSCTL_ALL, SYSCTL_DEFAULT, SYSCTL_DEV };

struct sysctl_row {
	const char *name;	/* "net.ipv4.tcp_sack"; of a sysctl_dev_table its last part */
	u8 kind;
	u8 size;		/* SYSCTL_STRING only */
	bool readonly;
	bool fixed;		/* a switch that is not built: only its default is taken */
	bool unshared;		/* of a sysctl_dev_table that inherits: not this one */
	u32 offset;		/* offsetof(struct net, …), or in what a sysctl_dev_table's values() gives */
	s64 def, min, max;	/* in the unit of the text */
	s64 def_all;		/* of a sysctl_dev_table: def is "default"'s */
	s64 def_vec[3];
	const char *def_str;
	int (*apply)(struct net *net, const struct sysctl_row *row); /* after a write; may refuse */
	/* The same of a sysctl_dev_table; dev: NULL, or of SYSCTL_DEV */
	int (*apply_dev)(struct net *net, const struct sysctl_row *row, enum sysctl_scope scope,
			 struct net_device *dev);
};

struct sysctl_table {
	struct list_head list;
	const struct sysctl_row *rows;
	u32 nr_rows;
};

/*
 * Rows that exist for "all", for "default", which new devices copy, and for each device:
 * net.ipv4.conf.eth0.arp_ignore. What "all" means for a device is the room's business, by row.
 */
struct sysctl_dev_table {
	struct list_head list;
	const char *prefix;	/* "net.ipv4.conf." */
	const struct sysctl_row *rows;
	u32 nr_rows;		/* at most 64 */
	/* The struct that has a scope's values; NULL: there is none, or dev has none (yet). If inherits, it
	 * begins with a u64: a bit for each row that was set for this device. */
	void *(*values)(struct net *net, enum sysctl_scope scope, const struct net_device *dev);
	bool inherits;		/* "default" reaches devices where the row was not set */
};

void sysctl_register(struct net *net, struct sysctl_table *table);	/* sets the defaults */
void sysctl_register_dev(struct net *net, struct sysctl_dev_table *table);	/* the same */
/* Is there such a row for each device, whether or not there is the device? */
bool sysctl_is_of_device(struct net *net, const char *name);
/* 0, -ENOENT, -EINVAL, -EPERM (read-only), -ERANGE→-EINVAL as on Linux. Dots or slashes, as sysctl(8): the
 * first of them separates, the other stands for a dot (net.ipv4.conf.eth0/5.arp_ignore). */
int sysctl_set(struct net *net, const char *name, const char *value);
/* The same as a write() to the file of /proc/sys: what follows the numbers that it has is left alone. */
int sysctl_write(struct net *net, const char *name, const char *value);
int sysctl_get(struct net *net, const char *name, char *buf, u32 size);
/* Calls fn with every name, in the order of tables. */
void sysctl_for_each(struct net *net, void (*fn)(struct net *net, const char *name, void *arg), void *arg);

#endif
