/* SPDX-License-Identifier: BSD-2-Clause */
/* FIB, inside: tables of routes, the rules that choose a table, and the look-up. */
#ifndef NETSTACK_IP_FIB_H
#define NETSTACK_IP_FIB_H

#include "core/core.h"
#include "ip/fib_trie.h"
#include "ip/route.h"

/* Linux's RTPROT_* */
enum { RTPROT_KERNEL_NS = 2, RTPROT_BOOT_NS = 3, RTPROT_STATIC_NS = 4, RTPROT_RA_NS = 9 };

struct fib_entry {			/* a route in its prefix's list, by priority */
	struct list_head list;
	struct fib_node *node;
	struct fib_route r;
	u32 refcnt;
};

struct fib_table {
	u32 id;				/* RT_TABLE_*_NS */
	u16 family;
	struct fib_trie trie;
	u32 nr_routes;
};

/* Policy: which table next. Only the three default rules exist until rules can be set. */
struct fib_rule {
	struct list_head list;
	u32 priority;
	struct fib_table *table;
	u32 mark, mark_mask;
	u32 iif;			/* 0: any */
};

struct fib_result {
	const struct fib_entry *entry;	/* valid until the FIB changes */
	u8 type;			/* RTN_* */
};

struct fib_key fib_key_of(u16 family, const union inet_addr *a);
/*
 * Walks the rules for fl (family, daddr, oif, iif, mark). 0 with *res set; -ENETUNREACH, or for a
 * blackhole -EINVAL, unreachable -EHOSTUNREACH, prohibit -EACCES (then *res is set too).
 */
int fib_lookup(struct net *net, const struct flowi *fl, struct fib_result *res);
/* The table of an id, NULL if it does not exist. */
struct fib_table *fib_table_get(struct net *net, u16 family, u32 id);
void fib_flush_dev(struct net *net, u16 family, struct net_device *dev);
int fib_net_init(struct net *net);
void fib_net_exit(struct net *net);

#endif
