/* SPDX-License-Identifier: BSD-2-Clause */
/* A pcapng stream (draft-ietf-opsawg-pcapng) on its way to a descriptor, buffered. */
#ifndef NETSTACK_DRIVERS_PCAPNG_H
#define NETSTACK_DRIVERS_PCAPNG_H

#include "base/base.h"

enum {
	PCAPNG_BUFFER = 1 << 20,
	PCAPNG_INTERFACES_MAX = 64,
	PCAPNG_STATISTICS_LEN = 52, /* of an interface */
	PCAPNG_RESERVE = PCAPNG_INTERFACES_MAX * PCAPNG_STATISTICS_LEN, /* behind it, for the end */
};

struct pcapng {
	int fd;
	u8 *buf;
	u32 len, off;	   /* of what waits in buf; octets of it that are out */
	u32 size;	   /* of buf, as far as the block that is being made may reach */
	u32 block;	   /* where the block begins that is being made */
	bool overflow;	   /* it did not fit */
	int error;	   /* -errno of a write: nothing more will get out */
	u32 nr_interfaces;
};

/* One packet as it is written. */
struct pcapng_packet {
	u32 interface;
	u64 time_ns;	/* since 1970 */
	const u8 *data;
	u32 caplen, len;
	u32 flags;	/* PCAPNG_EPB_F_* */
	const char *comment; /* NULL: none */
};

int pcapng_open(struct pcapng *p, int fd); /* takes fd over, writes the section header; 0, -ENOMEM */
/* Number of the interface; -ENOSPC. mac may be NULL. */
int pcapng_interface(struct pcapng *p, u16 linktype, u32 snaplen, const char *name, const u8 *mac);
bool pcapng_write(struct pcapng *p, const struct pcapng_packet *pkt); /* false: no room, lost */
/* Once for an interface, at the end: there is always room. */
void pcapng_statistics(struct pcapng *p, u32 interface, u64 time_ns, u64 received, u64 lost);
/* Writes what it can without waiting, if fd is non-blocking. true: nothing is left. */
bool pcapng_flush(struct pcapng *p);
void pcapng_close(struct pcapng *p); /* what is not out is lost */

#endif
