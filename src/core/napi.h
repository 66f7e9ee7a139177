/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * NAPI: a driver's interrupt (for TAP: readable fd) calls napi_schedule(); net_run() calls
 * poll(napi, budget) in round-robin; poll returns the frames it took and, when fewer than
 * budget, has called napi_complete_done() and re-enabled its interrupt.
 */
#ifndef NETSTACK_CORE_NAPI_H
#define NETSTACK_CORE_NAPI_H

#include "base/base.h"
#include "core/limits.h"

struct net_device;
struct page_frag;
struct sk_buff;

struct napi_struct {
	struct list_head poll_list;
	struct list_head dev_list;
	struct net_device *dev;
	int (*poll)(struct napi_struct *napi, int budget);
	int weight;
	u16 rx_queue;		/* of its device, from 0: the driver's to set */
	u32 napi_id;		/* within the net; SO_INCOMING_NAPI_ID */
	bool scheduled;
	u64 polls, packets;
	/* GRO: packets held for merging, flushed when it completes or the turn ends (core/gro.c) */
	struct list_head gro_list;
	u32 gro_count;
};

void netif_napi_add(struct net_device *dev, struct napi_struct *napi,
		    int (*poll)(struct napi_struct *, int), int weight);
void netif_napi_del(struct napi_struct *napi);
void napi_disable(struct napi_struct *napi);	/* dev_close() does it for every context */
void napi_schedule(struct napi_struct *napi);
void napi_complete_done(struct napi_struct *napi, int work_done);
void napi_gro_receive(struct napi_struct *napi, struct sk_buff *skb);	/* consumes */
void napi_gro_flush(struct napi_struct *napi);

/* A frame in a driver's own memory, without FCS and without the tag that the device took off it. */
struct gro_frame {
	const u8 *data;
	u32 len;
	u16 vlan_proto, vlan_tci; /* that tag; vlan_proto 0: there was none */
	bool verified;		  /* the device found the transport's checksum right */
};
/*
 * What a driver that copies frames out of its ring asks first: if f continues a packet that is held
 * (gro.c), its payload is copied to pf, behind that packet's, and nothing is left to be done with f.
 * false: nothing has been done with it; a packet made of it goes to napi_gro_receive(), with the same
 * result but for the work.
 */
bool napi_gro_copy(struct napi_struct *napi, struct page_frag *pf, const struct gro_frame *f);

#endif
