/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Segmentation (GSO) and aggregation (GRO) in software. The family and transport parts register
 * struct packet_offload rows in the net; core walks them. Works on any header chain of
 * Ethernet [VLAN] IPv4|IPv6 TCP|UDP.
 */
#ifndef NETSTACK_CORE_GSO_H
#define NETSTACK_CORE_GSO_H

#include "base/base.h"
#include "core/dev.h"

struct sk_buff;

/*
 * Cuts a GSO packet (data at the MAC header, network_header and transport_header set) into a
 * ->next chain of packets of at most gso_size payload each, with lengths, IPv4 ids, sequence
 * numbers, FIN/PSH/CWR flags and checksums (CHECKSUM_PARTIAL kept if features allow) right.
 * Consumes skb. NULL on no memory or a malformed packet (dropped and counted).
 */
struct sk_buff *skb_gso_segment(struct sk_buff *skb, netdev_features_t features);

/* Is this packet more than the device can take as it is? */
bool netif_needs_gso(const struct sk_buff *skb, netdev_features_t features);

#endif
