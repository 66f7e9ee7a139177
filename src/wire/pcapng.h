/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capture files: pcapng blocks (draft-ietf-opsawg-pcapng) and the older pcap. All numbers are in
 * the byte order of the writer. A pcapng block ends with its total length once more; its body and
 * each option value are padded to 4 octets.
 */
#ifndef WIRE_PCAPNG_H
#define WIRE_PCAPNG_H

#include "base/base.h"

enum {
	PCAPNG_SHB = 0x0a0d0d0a, /* section header */
	PCAPNG_IDB = 0x00000001, /* interface description */
	PCAPNG_SPB = 0x00000003, /* simple packet */
	PCAPNG_NRB = 0x00000004, /* name resolution */
	PCAPNG_ISB = 0x00000005, /* interface statistics */
	PCAPNG_EPB = 0x00000006, /* enhanced packet */
	PCAPNG_BYTE_ORDER = 0x1a2b3c4d,
};

/* Link types (LINKTYPE_* of tcpdump.org). */
enum {
	PCAP_LINK_NULL = 0,
	PCAP_LINK_ETHERNET = 1,
	PCAP_LINK_RAW_IP = 101,
	PCAP_LINK_LINUX_SLL = 113,
	PCAP_LINK_LINUX_SLL2 = 276,
};

/* Option codes; those from 2 on mean something else in each block. */
enum {
	PCAPNG_OPT_END = 0,
	PCAPNG_OPT_COMMENT = 1,
	PCAPNG_SHB_HARDWARE = 2,
	PCAPNG_SHB_OS = 3,
	PCAPNG_SHB_USERAPPL = 4,
	PCAPNG_IF_NAME = 2,
	PCAPNG_IF_DESCRIPTION = 3,
	PCAPNG_IF_MACADDR = 6,
	PCAPNG_IF_TSRESOL = 9, /* 1 octet; 9 means nanoseconds */
	PCAPNG_EPB_FLAGS = 2,  /* u32, PCAPNG_EPB_F_* */
	PCAPNG_EPB_HASH = 3,
	PCAPNG_EPB_DROPCOUNT = 4, /* u64 */
	PCAPNG_EPB_PACKETID = 5,  /* u64 */
	PCAPNG_EPB_QUEUE = 6,	  /* u32 */
	PCAPNG_EPB_VERDICT = 7,
};

/* epb_flags */
enum {
	PCAPNG_EPB_F_INBOUND = 1,
	PCAPNG_EPB_F_OUTBOUND = 2,
	PCAPNG_EPB_F_UNICAST = 1 << 2,
	PCAPNG_EPB_F_MULTICAST = 2 << 2,
	PCAPNG_EPB_F_BROADCAST = 3 << 2,
	PCAPNG_EPB_F_PROMISC = 4 << 2,
};

struct pcapng_block {
	u32 type;
	u32 total_len; /* of the block, both length fields included; a multiple of 4 */
} __packed;

struct pcapng_shb {
	struct pcapng_block b;
	u32 byte_order;
	u16 major;	 /* 1 */
	u16 minor;	 /* 0 */
	s64 section_len; /* -1: not known */
} __packed;

struct pcapng_idb {
	struct pcapng_block b;
	u16 linktype;
	u16 reserved;
	u32 snaplen; /* 0: no limit */
} __packed;

struct pcapng_epb {
	struct pcapng_block b;
	u32 interface;
	u32 ts_high; /* in units of the interface's resolution since 1970 */
	u32 ts_low;
	u32 caplen;
	u32 len; /* on the wire */
} __packed;

struct pcapng_opt {
	u16 code;
	u16 len; /* of the value, without padding */
} __packed;

#define PCAP_MAGIC_USEC 0xa1b2c3d4u
#define PCAP_MAGIC_NSEC 0xa1b23c4du

struct pcap_file_hdr {
	u32 magic;
	u16 major; /* 2 */
	u16 minor; /* 4 */
	u32 thiszone;
	u32 sigfigs;
	u32 snaplen;
	u32 linktype;
} __packed;

struct pcap_rec_hdr {
	u32 ts_sec;
	u32 ts_frac;
	u32 caplen;
	u32 len;
} __packed;

_Static_assert(sizeof(struct pcapng_shb) == 24, "section header block");
_Static_assert(sizeof(struct pcapng_idb) == 16, "interface description block");
_Static_assert(sizeof(struct pcapng_epb) == 28, "enhanced packet block");
_Static_assert(sizeof(struct pcapng_opt) == 4, "option");
_Static_assert(sizeof(struct pcap_file_hdr) == 24, "pcap file header");
_Static_assert(sizeof(struct pcap_rec_hdr) == 16, "pcap record header");

static inline u32 pcapng_pad(u32 len)
{
	return ALIGN_UP(len, 4);
}

#endif
