/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Segmentation (GSO) in software, for Ethernet [VLAN] IPv4|IPv6 [extension headers] TCP|UDP, or
 * without the Ethernet header where the device has none.
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

/*
 * Are the headers of a GSO packet of unknown origin, network header at data, what it is to be cut by? Makes
 * them linear and sets transport_header. false: no, or it does not say what they are to be (LRO).
 */
bool skb_gso_headers_ok(struct sk_buff *skb);

/* Is this packet more than the device can take as it is? */
bool netif_needs_gso(const struct sk_buff *skb, netdev_features_t features);

#endif
