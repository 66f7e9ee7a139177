/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A card of the 8254x family as the register-level suite sees it: registers, memory, a line and a
 * wire, whoever implements them. What a backend does otherwise than Intel's manual says is a row of
 * its struct board_expect, so that no case asks which backend it runs on.
 */
#ifndef TESTS_UNIT_DRIVERS_NIC_BOARD_H
#define TESTS_UNIT_DRIVERS_NIC_BOARD_H

#include "drivers/e1000/regs.h"
#include "tests/unit/fixture.h"
#include "wire/wire.h"

enum {
	BOARD_MEMORY = 4 << 20,
	BOARD_FRAME_MAX = 20000,
	BOARD_RX = 16, /* descriptors of a ring, unless a case wants another number */
	BOARD_TX = 16,
	BOARD_RLPML = 0x5004,
	BOARD_QUEUE_ENABLE = 1 << 25, /* the 82576's */
	BOARD_WAITS = 400, /* turns of the device until something counts as not happening */
};

/* true: as the manual says */
struct board_expect {
	const char *name;
	u16 phy_id2;
	u16 device;	 /* word 0x0d of the EEPROM */
	bool eerd_8254x; /* layout of EERD; else the 82574's */
	bool microwire;	 /* the EEPROM can be read bit by bit */
	bool eeprom_writable;
	bool phy_power_down;  /* and the PHY's read-only registers are */
	bool phy_link_down;   /* link falls while negotiation runs */
	bool reset_registers; /* CTRL.RST */
	bool narrow_ignored;  /* accesses of less than 32 bits */
	bool read_back;	      /* exactly the bits that exist can be written */
	bool moderation;      /* ITR, RDTR, RADV, TIDV, TADV in exact time; SRPD, TXD_LOW */
	bool thresholds;      /* WTHRESH */
	bool pads;	      /* TCTL.PSP */
	bool legacy_checksum; /* IC, CSO, CSS */
	bool tso, tso6;
	bool checked_tso;      /* contexts that describe no packet are refused */
	bool tx_limit;	       /* frames over 16 KiB do not leave */
	bool waits_for_master; /* no bus mastering: nothing is consumed */
	bool checked_dma;      /* addresses that nobody lent */
	bool rx_checksum;      /* RXCSUM */
	bool fcs_in_memory;    /* SECRC = 0 */
	bool drops_when_full;  /* MPC, RNBC, RXO; else the wire waits */
	bool drops_when_off;
	bool mac_loopback;
	bool flow_control;
	bool error_counters; /* MPC and below are cleared by reading; bad frames exist */
	bool imperfect;	     /* PIF */
	bool cfi_filter;
	bool oversize;	      /* ROC; and without LPE 1514 octets are the limit */
	bool broadcast_apart; /* MPRC is without broadcasts */
	bool fcs_counted;     /* in the transmit side's size classes and octets */
	bool rx_fcs_classed;  /* and in the size classes of receive */
	bool rdmts;	      /* RCTL.RDMTS */
	bool bsex;	      /* buffers over 2 KiB */
	bool txqe;
	bool vme_for_tx;   /* VLE does nothing without CTRL.VME */
	bool contexts;	   /* extended descriptors are the 8254x's */
	bool queue_enable; /* queues are turned on one by one, long frames by RLPML */
	u32 fifo;	   /* of receive, octets, where it drops_when_full */
	u32 longest;	   /* frame, FCS included, where oversize */
	bool ext_status;   /* receive status has more bits than the manual's */
};

struct board;

struct board_ops {
	u64 (*read)(struct board *b, u32 off, u32 size);
	void (*write)(struct board *b, u32 off, u32 size, u64 value);
	void (*turn)(struct board *b);	       /* lets it work for a while */
	void (*pass)(struct board *b, u64 ns); /* time, exactly; NULL: it has a clock of its own */
	bool (*line)(struct board *b);	       /* level of the interrupt */
	void (*inject)(struct board *b, const u8 *frame, u32 len, bool bad_fcs);
	u32 (*sent)(struct board *b, u8 *frame); /* the next frame that left; 0: none */
	void (*cable)(struct board *b, bool plugged);
	void (*master)(struct board *b, bool on);
	void (*stop)(struct board *b);
};

struct board_ring {
	struct e1000_desc *desc;
	u32 nr, tail, next;
};

struct board {
	const struct board_ops *ops;
	const struct board_expect *x;
	void *priv;
	u8 *memory; /* the device's, from bus on */
	u64 bus;
	u32 used;
	struct board_ring rx, tx;
	u8 *buffer; /* receive buffers, one after the other */
	u32 bufsize;
	u32 rctl;
};

struct board_backend {
	const struct board_expect *expect;
	bool (*start)(struct board *b, const char *device); /* false: it is not there */
	const char *device;
};
extern const struct board_backend board_model, board_82576, board_82540em, board_82544gc,
	board_82574l;

/* Runs a case on a fresh card whose link is up. */
void board_run(const struct board_backend *backend, void (*test)(struct board *b));

u32 b_rd(struct board *b, u32 off);
void b_wr(struct board *b, u32 off, u32 value);
void b_set(struct board *b, u32 off, u32 bits);
void b_clear(struct board *b, u32 off, u32 bits);
u8 *b_alloc(struct board *b, u32 len);
u64 b_bus(const struct board *b, const void *p);
u16 b_eeprom(struct board *b, u32 word);
u16 b_phy_read(struct board *b, u32 reg);
void b_phy_write(struct board *b, u32 reg, u16 value);
void b_turns(struct board *b, u32 n);

/* Waits until cond holds; what it is after that. */
#define B_WAIT(b, cond)                                   \
	({                                                \
		u32 turns_ = 0;                           \
		while (!(cond) && turns_++ < BOARD_WAITS) \
			(b)->ops->turn(b);                \
		(cond);                                   \
	})
/* Skips a case that its backend cannot answer. */
#define B_NEEDS(b, row)                                                \
	do {                                                           \
		if (!(b)->x->row)                                      \
			cr_skip_test("%s: no %s", (b)->x->name, #row); \
	} while (0)

/* -- rings ---------------------------------------------------------------------------------- */
/* nr descriptors with a buffer each; all but one are the device's. rctl without EN and BSIZE. */
void b_rx_start(struct board *b, u32 nr, u32 bufsize, u32 rctl);
void b_rx_default(struct board *b); /* BOARD_RX of 2048, broadcast, FCS stripped */
u8 *b_rx_buf(struct board *b, u32 index);
struct e1000_desc *b_rx_next(struct board *b); /* the next one that is done; fails without */
void b_rx_give(struct board *b, u32 n);	       /* n descriptors back to the device */
u32 b_rx_len(const struct e1000_desc *d);
u32 b_rx_status(const struct e1000_desc *d);
bool b_rx_silent(struct board *b);

void b_tx_start(struct board *b, u32 nr);
struct e1000_desc *b_tx_put(struct board *b, u64 addr, u32 lower, u32 upper); /* no doorbell */
void b_tx_ring(struct board *b);
/* One legacy descriptor with cmd beside its length, and the doorbell. */
struct e1000_desc *b_tx_legacy(struct board *b, const u8 *frame, u32 len, u32 cmd, u32 upper);
bool b_done(const struct e1000_desc *d);
u32 b_sent(struct board *b, u8 *frame); /* the next frame; fails without */
bool b_silent(struct board *b);		/* nothing more leaves */

/* -- frames --------------------------------------------------------------------------------- */
extern const u8 board_mac[6], board_peer[6], board_group[6], board_all[6];
/* A frame of len octets whose contents follow from n. */
void b_frame(u8 *frame, const u8 *dst, u32 n, u32 len);
void b_inject(struct board *b, const u8 *dst, u32 n, u32 len);
void b_expect_frame(const u8 *got, const u8 *dst, u32 n, u32 len);
/* IPv4 or IPv6, TCP or UDP, right sums; its length */
u32 b_packet(u8 *frame, bool v6, u8 proto, u32 payload);
u32 b_crc(const u8 *p, u32 len);
/* Is each sum of the packet right? */
bool b_sums_right(const u8 *frame, u32 len);

#endif
