/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP header (RFC 9293 3.1). Options are in tcp_opt.h. */
#ifndef WIRE_TCP_H
#define WIRE_TCP_H

#include "base/base.h"

#define TCP_HLEN       20 /* without options */
#define TCP_HLEN_MAX   60
#define TCP_OPTLEN_MAX (TCP_HLEN_MAX - TCP_HLEN)

enum {
	TCPHDR_FIN = 0x01,
	TCPHDR_SYN = 0x02,
	TCPHDR_RST = 0x04,
	TCPHDR_PSH = 0x08,
	TCPHDR_ACK = 0x10,
	TCPHDR_URG = 0x20,
	TCPHDR_ECE = 0x40,
	TCPHDR_CWR = 0x80,
	TCPHDR_AE = 0x100, /* Accurate ECN; the low bit of doff_res */
};

struct tcp_hdr {
	be16 source;
	be16 dest;
	be32 seq;
	be32 ack_seq;
	u8 doff_res; /* header length in 32-bit words 4, reserved 3, AE 1 */
	u8 flags;    /* TCPHDR_* */
	be16 window;
	be16 check;
	be16 urg_ptr;
	u8 options[];
} __packed;

_Static_assert(sizeof(struct tcp_hdr) == TCP_HLEN, "TCP header");

/* Length of the header in octets as it claims: 0..60, not yet checked. */
static inline u32 tcp_hdrlen(const struct tcp_hdr *h)
{
	return (u32)(h->doff_res >> 4) * 4;
}

/* hlen: octets, a multiple of 4 */
static inline u8 tcp_doff(u32 hlen)
{
	return (u8)(hlen / 4 << 4);
}

/* All nine flag bits. */
static inline u16 tcp_flags(const struct tcp_hdr *h)
{
	return (u16)((h->doff_res & 1) << 8 | h->flags);
}

#endif
