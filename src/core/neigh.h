/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Neighbour table with all NUD states (RFC 4861 section 7.3; ARP uses the same machine). One
 * engine, two instances: ARP (ipv4) and ND (ipv6), which supply solicit().
 */
#ifndef NETSTACK_CORE_NEIGH_H
#define NETSTACK_CORE_NEIGH_H

#include "base/base.h"
#include "core/limits.h"
#include "core/skb.h"
#include "core/timer.h"

struct net;
struct neighbour;
struct net_device;

/* Linux's NUD_* values (ABI) */
enum {
	NUD_NONE = 0, NUD_INCOMPLETE = 0x01, NUD_REACHABLE = 0x02, NUD_STALE = 0x04,
	NUD_DELAY = 0x08, NUD_PROBE = 0x10, NUD_FAILED = 0x20, NUD_NOARP = 0x40,
	NUD_PERMANENT = 0x80,
	NUD_VALID = NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY,
	NUD_CONNECTED = NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE,
	NUD_IN_TIMER = NUD_INCOMPLETE | NUD_REACHABLE | NUD_DELAY | NUD_PROBE,
};

enum {
	NEIGH_UPDATE_F_OVERRIDE = 1 << 0,	/* may replace a known, different lladdr */
	NEIGH_UPDATE_F_WEAK_OVERRIDE = 1 << 1,	/* different lladdr: only go STALE */
	NEIGH_UPDATE_F_OVERRIDE_ISROUTER = 1 << 2,
	NEIGH_UPDATE_F_ISROUTER = 1 << 3,
	NEIGH_UPDATE_F_ADMIN = 1 << 4,
};

enum { NTF_ROUTER_NS = 0x80 };		/* Linux's NTF_ROUTER (ABI) */

struct neigh_parms {			/* net.ipv4.neigh.{default,DEV}.* */
	u64 set;			/* of a device: rows that were set for it */
	u64 base_reachable_ns, retrans_ns, delay_probe_ns, gc_stale_ns;
	u32 ucast_probes, mcast_probes, app_probes;
	u32 mcast_reprobes;		/* to the group, when unicast probes found nobody */
	u32 queue_len_bytes;		/* of packets waiting for one unresolved entry */
	u64 locktime_ns;		/* an entry is not overwritten by a second answer for so long */
	struct list_head list;		/* of a device, in tbl->parms_list */
	const struct net_device *dev;
};

struct neigh_table {
	struct list_head list;
	struct net *net;
	u16 protocol;			/* ETH_TYPE_* */
	u8 key_len;			/* 4 or 16 */
	struct neigh_parms parms;	/* of devices that have none of their own; what new ones begin with */
	struct list_head parms_list;
	u32 gc_thresh1, gc_thresh2, gc_thresh3;
	u32 entries;
	u32 hash_shift;
	struct hlist_head *buckets;
	struct list_head lru;		/* all entries, least recently changed first */
	struct timer_list gc_timer;
	int (*constructor)(struct neighbour *n);	/* sets nud_state/ha: multicast, noarp… */
	/* Sends one probe: unicast to n->ha while probes < ucast_probes and ha is known. skb: the
	 * packet that asked, for the source address; may be NULL; not consumed. */
	void (*solicit)(struct neighbour *n, const struct sk_buff *skb);
	/* Resolution failed: skb (consumed) could not be sent; report host unreachable. */
	void (*error_report)(struct neighbour *n, struct sk_buff *skb);
	u64 lookups, hits, unres_discards, table_fulls, res_failed, forced_gc_runs;
};

struct neighbour {
	struct hlist_node hash;
	struct list_head lru;
	struct neigh_table *tbl;
	struct net_device *dev;
	const struct neigh_parms *parms;	/* the device's, or the table's */
	struct timer_list timer;
	u32 refcnt;
	u8 nud_state;
	u8 flags;			/* NTF_*_NS */
	u8 type;
	bool dead;
	u32 probes;
	u64 confirmed, updated, used;	/* ns */
	u64 reachable_ns;		/* randomised 0.5..1.5 × base */
	struct sk_buff_head arp_queue;
	u32 arp_queue_bytes;
	u8 ha[MAX_ADDR_LEN];
	u8 key[16];
};

/*
 * The caller has set protocol, key_len, the functions and, unless Linux's defaults are right, parms
 * and gc_thresh1..3; the rest is zero. 0/-ENOMEM
 */
int neigh_table_init(struct net *net, struct neigh_table *tbl);
void neigh_table_exit(struct neigh_table *tbl);
/* p becomes the settings of dev, a copy of the table's; the caller's memory until neigh_parms_detach(). */
void neigh_parms_attach(struct neigh_table *tbl, struct neigh_parms *p, const struct net_device *dev);
void neigh_parms_detach(struct neigh_table *tbl, struct neigh_parms *p);
/* One reference, or NULL. */
struct neighbour *neigh_lookup(struct neigh_table *tbl, const void *key, struct net_device *dev);
/* Look up or create; one reference. NULL: no memory, or table full (counted). */
struct neighbour *neigh_get(struct neigh_table *tbl, const void *key, struct net_device *dev);
void neigh_release(struct neighbour *n);
/*
 * Evidence arrived (ARP reply, NA, RS, admin): apply the state machine. lladdr may be NULL. 0,
 * -EPERM (permanent entry, not ADMIN; or deleted), -EINVAL (no address, and none known).
 */
int neigh_update(struct neighbour *n, const u8 *lladdr, u8 new_state, u32 flags);
void neigh_confirm(struct neighbour *n);	/* reachability confirmed by an upper layer */
/* Puts the link header on and transmits, resolving first if needed. Consumes. data at the
 * network header. 0, or -ENOBUFS/-EHOSTUNREACH/-ENETDOWN (packet already dropped and counted). */
int neigh_output(struct neighbour *n, struct sk_buff *skb);
/* 0/-ENOENT; whoever holds the entry finds it dead. */
int neigh_delete(struct neigh_table *tbl, const void *key, struct net_device *dev);
void neigh_ifdown(struct neigh_table *tbl, struct net_device *dev);	/* NULL: all */
void neigh_changeaddr(struct neigh_table *tbl, struct net_device *dev);
const char *nud_state_name(u8 state);
/* iteration for dumps: calls fn until it returns non-zero */
/* Of the shards of a stack each has its own table: has one before n's this neighbour, too? For lists. */
bool neigh_is_listed(const struct neighbour *n);
int neigh_for_each(struct neigh_table *tbl, int (*fn)(struct neighbour *n, void *arg), void *arg);

#endif
