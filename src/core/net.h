/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * struct net: one network stack (a network namespace). All state lives here: several run in
 * one process. One net has one owner thread. Three ways in: a frame from a device
 * (napi_gro_receive(), netif_rx()), net_run(), a socket call. One way out in time: net_deadline().
 */
#ifndef NETSTACK_CORE_NET_H
#define NETSTACK_CORE_NET_H

#include "base/base.h"
#include "core/crypto.h"
#include "core/dev.h"
#include "core/hook.h"
#include "core/mib.h"
#include "core/pool.h"
#include "core/shard.h"
#include "core/skb.h"
#include "core/sysctl.h"
#include "core/trace.h"

#include "core/netns/inet.h"
#include "core/netns/ip.h"
#include "core/netns/ipv4.h"
#include "core/netns/ipv6.h"
#include "core/netns/packet.h"
#include "core/netns/raw.h"
#include "core/netns/tcp.h"
#include "core/netns/udp.h"

struct net_cfg {
	void *ctx;
	void *(*alloc)(void *ctx, size_t size);			/* NULL on failure */
	void (*free)(void *ctx, void *p, size_t size);
	void (*kick)(void *ctx);	/* work was queued outside net_run(): call net_run() soon */
	void (*trace)(void *ctx, const struct trace_event *ev);	/* may be NULL */
	void (*log)(void *ctx, int level, const char *line);	/* may be NULL; level as syslog */
	const struct net_crypto *crypto;	/* may be NULL */
	u64 seed;			/* everything random derives from it */
	u64 now_ns;			/* start of this net's clock */
	u64 wall_offset_ns;		/* wall clock = now + this (timestamps to programs) */
	struct net_group *group;	/* the stack that this is a shard of; NULL: it is one alone */
	u32 shard;			/* which */
};

struct net {
	struct net_cfg cfg;
	u64 now;			/* ns; set by net_run() and net_set_now() only */
	u64 busy_until;			/* a socket wants the host to look for frames till then */
	struct net_group *group;	/* NULL: alone */
	u32 shard;
	int cpu;			/* processor that the owner thread runs on, as far as it says */
	u64 trace_mask;			/* bit per enum trace_point */
	struct prng prng;
	struct siphash_key hash_key;	/* tables */
	struct wheel wheel;
	struct list_head work_list;	/* backlog.c */
	struct list_head napi_list;	/* scheduled NAPI contexts */
	u64 napi_events;		/* times one was scheduled */
	struct list_head tx_flush_list;	/* devices with frames to ring the doorbell for */
	struct list_head dev_list;	/* all devices, by ifindex */
	struct list_head notifiers;
	struct list_head ptype_all;	/* taps */
	struct list_head ptype_list;	/* protocol handlers */
	struct list_head ptype_taps;	/* taps of one protocol */
	struct list_head neigh_tables;
	struct list_head sysctl_tables;
	struct list_head sysctl_dev_tables;	/* struct sysctl_dev_table */
	struct list_head hooks[NF_PROTO_MAX][NF_HOOK_MAX];
	struct net_device *loopback_dev;
	u32 next_ifindex;
	u32 next_napi_id;
	u64 next_cookie;		/* sockets: sk_ino, sk_cookie */
	bool running, kicked, dying;

	struct page_frag frag_cache;	/* small copies that must become page references */
	struct pool skb_pool, skb_bare_pool, skb_small_pool, skb_data_pool, work_pool;
	struct page *page_free_list;
	u32 pages_live, pages_free;
	u64 bytes_allocated;		/* held from the hook, now */

	u64 mib[MIB_MAX];
	u64 drops[SKB_DROP_MAX];

	struct {			/* net.core.* */
		u32 somaxconn, rmem_max, wmem_max, rmem_default, wmem_default, optmem_max;
		u32 netdev_max_backlog, netdev_budget, dev_weight, txrehash;
		u32 busy_read;		/* SO_BUSY_POLL of new sockets, us */
		u32 default_qdisc_limit;
		char default_qdisc[16];
		struct sysctl_table table;
		u32 udp_gro_sockets;	/* UDP is merged by GRO only while a socket wants it */
	} core;

	struct netns_ip ip;
	struct netns_ipv4 ipv4;
	struct netns_ipv6 ipv6;
	struct netns_inet inet;
	struct netns_tcp tcp;
	struct netns_udp udp;
	struct netns_raw raw;
	struct netns_packet packet;
};

/* src/stack.c: all rooms, in layer order. NULL on no memory. */
struct net *net_create(const struct net_cfg *cfg);
/* Resets sockets, closes devices, frees all; asserts that no skb, page or timer is left. */
void net_destroy(struct net *net);
/*
 * One turn: sets the clock (never backwards), fires timers, polls devices, runs deferred work,
 * rings doorbells. Returns true when work is left (call again at once), false when idle until
 * net_deadline() or the next frame or call. budget: frames to take at most, 0 = net.core default.
 */
bool net_run(struct net *net, u64 now_ns, int budget);
u64 net_deadline(const struct net *net);	/* absolute ns; UINT64_MAX: nothing to wait for */
void net_set_now(struct net *net, u64 now_ns);	/* refresh before a socket call */

/* core part of net_create/net_destroy (src/core/net.c), called by stack.c */
int core_net_init(struct net *net);
void core_net_exit(struct net *net);

void net_kick(struct net *net);	/* ask for net_run(); no-op inside it */

u32 net_rand32(struct net *net);
u64 net_rand64(struct net *net);
u32 net_rand_below(struct net *net, u32 n);	/* uniform in [0, n) */
__format_printf(3, 4) void net_log(struct net *net, int level, const char *fmt, ...);

#endif
