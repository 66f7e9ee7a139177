/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of core share among themselves and no other room may use. */
#ifndef NETSTACK_CORE_INTERNAL_H
#define NETSTACK_CORE_INTERNAL_H

#include "core/core.h"

void page_cache_drain(struct net *net);

/* timer.c, backlog.c, napi.c: one turn's share; true when more is due */
bool run_timers(struct net *net);
bool run_work(struct net *net);
bool run_napi(struct net *net, int budget);
void run_tx_flush(struct net *net);

/* drop.c */
void skb_count_drop(const struct sk_buff *skb, enum skb_drop_reason reason);

/* skb.c */
u32 skb_head_truesize(const struct sk_buff *skb);	/* of the packet without its frags */
int pskb_expand_head(struct sk_buff *skb, u32 headroom, u32 tailroom);	/* always a new head */
void skb_shift_headers(struct sk_buff *skb, int delta);
void skb_copy_meta(struct sk_buff *to, const struct sk_buff *from);
static inline bool skb_data_shared(const struct sk_buff *skb)
{
	return skb->cloned && skb_shinfo(skb)->dataref > 1;
}
/* skb_queue.c: all frags of from behind those of to; to->truesize stays */
bool skb_frags_fit(const struct sk_buff *to, const struct sk_buff *from);
void skb_copy_frags(struct sk_buff *to, const struct sk_buff *from);
/* skb_frag.c: members of frag_list that others see too are replaced by clones. 0/-ENOMEM */
int skb_unshare_frag_list(struct sk_buff *skb);

/*
 * Calls fn on each contiguous piece of [off, off + len), in order, until it returns non-zero,
 * which is returned; pos counts from off. -EFAULT when the packet is shorter.
 */
typedef int (*skb_walk_fn)(u8 *data, u32 len, u32 pos, void *arg);
int skb_walk(const struct sk_buff *skb, u32 off, u32 len, skb_walk_fn fn, void *arg);

void core_sysctl_init(struct net *net);	/* registers net.core.* */

/* dev.c, dev_mc.c */
void dev_rx_mode(struct net_device *dev);	/* ndo_set_rx_mode(), when it is up */
void dev_mc_flush(struct net_device *dev);

/* dev_queue.c: the transmit queues of a device, all of them */
void netdev_queues_init(struct net_device *dev);
int netdev_queues_attach(struct net_device *dev);	/* their disciplines: 0/-ENOMEM */
void netdev_queues_detach(struct net_device *dev);
void netdev_queues_start(struct net_device *dev);	/* nothing holds them */
void netdev_queues_reset(struct net_device *dev);	/* drops what they hold */
/* Which one a packet leaves by; sets queue_mapping. */
struct netdev_queue *netdev_pick_tx(struct net_device *dev, struct sk_buff *skb);

/* dev_rx.c, dev_tx.c */
void dev_deliver_taps(struct sk_buff *skb, u8 pkt_type);	/* clones, for ptype_all */
int process_backlog(struct napi_struct *napi, int budget);
bool netif_can_checksum(const struct sk_buff *skb, netdev_features_t features);

/* headers of a TCP or UDP packet over IPv4 or IPv6, for GRO and GSO */
struct l4_layout {
	u16 l3_type;		/* ETH_TYPE_IP4 or ETH_TYPE_IP6 */
	u8 proto;		/* IP_PROTO_TCP or IP_PROTO_UDP */
	u32 l3_off, l4_off;	/* from skb->data */
	u32 hdr_len;		/* from skb->data to the payload */
	u32 end;		/* of the IP packet by its own length field, from skb->data */
};
/*
 * Finds them and makes them linear; data of skb at or before l3_off, where the IP header begins.
 * False for anything else, fragments, damaged headers. plain: no IPv4 options, no IPv6 extension
 * headers. Does not look at checksums.
 */
bool l4_parse(struct sk_buff *skb, u32 l3_off, bool plain, struct l4_layout *l);
/* Unfolded pseudo-header sum for the IP header at l3. len: of the transport header and payload. */
u32 l4_pseudo_csum(u16 l3_type, const u8 *l3, u8 proto, u32 len);
/* Writes the lengths of a packet of skb->len octets into its IP (and UDP) header. */
void l4_set_lengths(struct sk_buff *skb, const struct l4_layout *l);
u16 l4_csum_offset(const struct l4_layout *l);	/* of the field, from the transport header */
/* Makes the packet CHECKSUM_PARTIAL: pseudo header in the field, csum_start and csum_offset. */
void l4_set_partial(struct sk_buff *skb, const struct l4_layout *l);

#endif
