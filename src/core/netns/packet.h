/* SPDX-License-Identifier: BSD-2-Clause */
/* The packet room's part of struct net: data only. The room's code fills it. */
#ifndef NETSTACK_CORE_NETNS_PACKET_H
#define NETSTACK_CORE_NETNS_PACKET_H

#include "base/base.h"
#include "core/notify.h"

struct sk_buff;

struct netns_packet {
	struct list_head socks;	  /* struct packet_sock */
	struct list_head fanouts; /* struct packet_fanout */
	u32 fanout_id;		  /* where to look for a free number of a group */
	struct notifier_block nb; /* devices that come and go */
	/* A frame of another shard's, data at the link header. Consumes */
	void (*tapped)(struct sk_buff *skb, u32 shard);
	/* Memory that a program can map, zeroed, of size octets (pages), and the host's handle of it. NULL:
	 * none. */
	void *(*mem_new)(struct net *net, size_t size, void **handle);
	void (*mem_free)(struct net *net, void *mem, size_t size, void *handle);
};

#endif
