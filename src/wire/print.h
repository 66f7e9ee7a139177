/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints packets on one line in the manner of tcpdump. Any bytes of any length are fine: what is
 * cut off is said to be, as [|tcp].
 */
#ifndef WIRE_PRINT_H
#define WIRE_PRINT_H

#include "base/base.h"
#include "wire/ip6.h"

/* 52:54:00:12:34:56 */
void print_mac(struct strbuf *sb, const void *mac);
/* 10.77.0.2, from 4 raw bytes */
void print_ip4_addr(struct strbuf *sb, const void *addr);
/* fd77::2, from 16 raw bytes, by RFC 5952 (v4-mapped as ::ffff:10.0.0.1) */
void print_ip6_addr(struct strbuf *sb, const void *addr);

/* An Ethernet frame: caplen octets of it are at frame, len were on the wire. */
void print_eth(struct strbuf *sb, const void *frame, size_t caplen, size_t len);
/* An IPv4 or IPv6 packet, by its version nibble. */
void print_ip(struct strbuf *sb, const void *pkt, size_t caplen);

#endif
