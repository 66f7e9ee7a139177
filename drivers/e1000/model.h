/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A model of the 82540EM Ethernet controller, after Intel's manual: what it does is decided by its
 * registers, the descriptors that it finds in memory, the frames on its wire, and time. It knows
 * neither struct net nor any driver. It reaches memory only through ops->translate().
 *
 * Nothing calls back from within e1000_model_read(), _write() or _receive() but irq(), msix() and kick();
 * frames leave from e1000_model_run().
 */
#ifndef NETSTACK_DRIVERS_E1000_MODEL_H
#define NETSTACK_DRIVERS_E1000_MODEL_H

#include "base/base.h"

struct e1000_model;

struct e1000_vec {
	const u8 *base;
	u32 len;
};

/* A frame on its way out, without FCS. Valid during the call only. */
struct e1000_frame {
	const struct e1000_vec *vec;
	u32 nr_vec;
	u32 len;
	/* Left to the wire, when it offers E1000_WIRE_*: */
	u16 csum_start, csum_offset; /* 0: nothing. Else the sum from csum_start is to be made */
	u16 gso_size;		     /* 0: one frame. Else TCP payload per segment */
	u16 hdr_len;		     /* with gso_size */
	bool ipv6;		     /* with gso_size */
};

enum {
	E1000_WIRE_CSUM = 1, /* finishes checksums */
	E1000_WIRE_TSO = 2,  /* cuts TCP packets */
};

struct e1000_model_ops {
	/* The octets [bus, bus + len) as the CPU sees them, NULL if the device may not (all of)
	 * them. write: they will be written. */
	void *(*translate)(void *ctx, u64 bus, u32 len, bool write);
	void (*irq)(void *ctx, bool level);
	void (*msix)(void *ctx, u32 vector); /* a message; NULL: the controller has none */
	void (*xmit)(void *ctx, const struct e1000_frame *frame);
	void (*kick)(void *ctx); /* call e1000_model_run() soon, not from here */
};

struct e1000_model_cfg {
	const struct e1000_model_ops *ops;
	void *ctx;
	u8 mac[6];	/* in the EEPROM */
	u64 autoneg_ns; /* from the start of auto-negotiation to link */
	u32 wire;	/* E1000_WIRE_*: what xmit() takes */
};

struct e1000_model *e1000_model_create(const struct e1000_model_cfg *cfg); /* NULL: no memory */
void e1000_model_destroy(struct e1000_model *m);

/*
 * One access of size octets (1, 2, 4, 8) at off. Registers are 32 bits wide: an aligned 64-bit
 * access is two of them, low half first; a smaller or unaligned write does nothing, such a read
 * gives zero; both are counted.
 */
u64 e1000_model_read(struct e1000_model *m, u32 off, u32 size, u64 now_ns);
void e1000_model_write(struct e1000_model *m, u32 off, u32 size, u64 value, u64 now_ns);

/* Fires timers and transmits a bounded number of descriptors. true: call again at once. */
bool e1000_model_run(struct e1000_model *m, u64 now_ns);
u64 e1000_model_deadline(const struct e1000_model *m); /* U64_MAX: none */

/* A frame from the wire, without FCS. csum: what the receiver need not check or will finish. */
struct e1000_rx_frame {
	u8 *data; /* may be changed */
	u32 len;
	u16 csum_start, csum_offset; /* not 0: sum not yet made, the pseudo header's is there */
	bool bad_fcs;
};
enum e1000_rx_result { E1000_RX_OK, E1000_RX_FILTERED, E1000_RX_DROPPED };
enum e1000_rx_result e1000_model_receive(struct e1000_model *m, const struct e1000_rx_frame *f,
					 u64 now_ns);
/* The frames that a TCP packet is cut into, or as many of them as are alike: of one length, with the same
 * headers but for the IPv4 identification and the sequence number, which go on, and the sums. */
struct e1000_rx_train {
	struct e1000_rx_frame first; /* with csum_start; the payloads of the others are behind its own */
	u32 l3, hdr_len;	     /* where its IP header begins; up to its payload */
	u32 nr;
};
/* As if e1000_model_receive() were called for each. How many have been received, at least 1: the others are
 * to be given by themselves. */
u32 e1000_model_receive_train(struct e1000_model *m, const struct e1000_rx_train *t, u64 now_ns);
/* Frames of full size for which there are descriptors, and whether the receiver is on. */
u32 e1000_model_rx_room(const struct e1000_model *m);
bool e1000_model_rx_enabled(const struct e1000_model *m);

void e1000_model_set_cable(struct e1000_model *m, bool plugged, u64 now_ns);
bool e1000_model_link(const struct e1000_model *m);
void e1000_model_set_bus_master(struct e1000_model *m, bool on); /* PCI command register, bit 2 */

struct e1000_model_counters {
	u64 dma_faults;	  /* translate() refused: the queue stands still until it is reset */
	u64 bad_accesses; /* of registers: width, alignment, beyond the end */
	u64 tx_bad;	  /* packets that no valid descriptors describe */
	u64 rx_overruns;  /* frames for which there was no room */
};
const struct e1000_model_counters *e1000_model_counters(const struct e1000_model *m);

#endif
