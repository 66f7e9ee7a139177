/* SPDX-License-Identifier: BSD-2-Clause */
/* The model's state, shared by its files. Lengths are octets, times ns, indices descriptors. */
#ifndef NETSTACK_DRIVERS_E1000_MODEL_PRIV_H
#define NETSTACK_DRIVERS_E1000_MODEL_PRIV_H

#include "drivers/e1000/model.h"
#include "drivers/e1000/regs.h"

enum {
	EM_RX_FIFO = 48 * 1024, /* PBA's default: 48 KiB receive, 16 KiB transmit */
	EM_TX_FRAGS = 128,	/* descriptors of one packet */
	EM_TX_BUDGET = 256,	/* descriptors a run works on; frames cut until it begins no other packet */
	EM_TX_MAX = 16288,	/* longest frame that leaves: the transmit FIFO's part */
	EM_TSO_SEGS_MAX = 1024, /* frames one packet is cut into: more is refused */
	EM_HDR_MAX = 256,
	EM_WB_MAX = 64, /* descriptors done and not yet written back */
	EM_MIN_FRAME = 60,
	EM_PAUSE_UNIT_NS = 512, /* 512 bit times at 1 Gb/s */
	EM_DELAY_UNIT_NS = 1024,
	EM_ITR_UNIT_NS = 256,
};

enum em_timer {
	EM_T_RDTR,
	EM_T_RADV,
	EM_T_TIDV,
	EM_T_TADV,
	EM_T_ITR,
	EM_T_PAUSE,
	EM_T_AUTONEG,
	EM_NR_TIMERS
};

/* One descriptor ring as the device sees it: where its registers are. */
struct em_ring {
	u32 base;    /* register of xDBAL; the others are at fixed distances */
	bool halted; /* after a DMA fault */
};

struct em_wb {
	u32 index, lower, upper;
};

struct em_ctx { /* of the last context descriptor, one of each kind */
	u8 ipcss, ipcso, tucss, tucso, hdrlen;
	u16 ipcse, tucse, mss;
	u32 paylen;
	bool tcp, ip;
};

struct em_frag {
	u64 bus;
	u32 len;
};

struct em_tx {
	struct em_ring ring;
	struct em_ctx ctx[2]; /* [1]: for segmentation */
	struct em_frag frag[EM_TX_FRAGS];
	u32 nr_frag, len, nr_desc;
	u32 first_lower, first_upper;
	bool bad;
	bool to_wire; /* the packet at hand leaves, and goes nowhere else */
	u32 queue;
	struct em_wb wb[EM_WB_MAX + EM_TX_FRAGS];
	u32 nr_wb, nr_ready; /* ready: those of packets that have left */
	bool wb_now;	     /* one of them has no IDE */
	u8 buf[EM_TX_MAX + 512];
	struct e1000_vec vec[EM_TX_FRAGS + 1];
};

/* A packet that is to leave, as its descriptors say. */
struct em_packet {
	const struct em_ctx *ctx; /* with ixsm, txsm or tso */
	bool ixsm, txsm, tso;
	bool ic; /* one sum, from css to the end, at cso */
	u32 css, cso;
	bool own_fcs; /* the last four octets are its FCS */
	s32 tci;      /* -1: no tag */
};

struct em_fifo_frame {
	struct em_fifo_frame *next;
	u32 len;
	u8 data[];
};

/* The one's complement sum of [base, base + len), as csum_partial() makes it. len 0: of nothing. */
struct em_sum {
	const u8 *base;
	u32 len, sum;
};

/* Of the frame received last: more of its kind may follow it. */
struct em_rx_alike {
	bool valid;	/* it went into one buffer, whole and unchanged, and nowhere else */
	u32 queue;	/* where, if there are several */
	u32 status;	/* its descriptor's upper word, if it has such */
};

struct em_rx {
	struct em_ring ring;
	struct em_rx_alike alike;
	struct em_sum known; /* of the frame that is being received: every octet is summed once */
	struct em_wb wb[EM_WB_MAX];
	u32 nr_wb;
	struct em_fifo_frame *fifo, **fifo_tail;
	u32 fifo_bytes;
	bool xoff_sent, pause_due; /* a PAUSE frame is to be sent: XOFF or, if !xoff_sent, XON */
	u64 xoff_until;		   /* the link partner is silent so long, if it obeys */
	bool low;		   /* RXDMT0 told */
};

struct em_eeprom {
	u16 word[E1000_EEPROM_WORDS];
	u32 shift_in, bits_in; /* what was clocked in since CS rose */
	u32 shift_out, bits_out;
	bool write_enabled, cs, sk;
};

struct em_phy {
	u16 reg[PHY_REGS];
	bool link;
};

/* One row per register or array of registers. */
struct em_reg_row {
	u32 first, last;			     /* offsets */
	u32 mask;				     /* writable bits of a plain register */
	u32 (*read)(struct e1000_model *m, u32 off); /* NULL: what is stored */
	void (*write)(struct e1000_model *m, u32 off, u32 v); /* NULL: store under mask */
};
#define EM_PLAIN(off, bits)                      \
	{                                        \
		(off), (off), (bits), NULL, NULL \
	}

struct em_reset_value {
	u32 off, value;
};

/* What differs between the controllers that share this model. */
struct em_chip {
	u32 reg_space;
	const struct em_reg_row *rows;
	u32 nr_rows;
	const struct em_reset_value *reset_values;
	u32 nr_reset_values;
	u16 device, phy_id2;
	u32 eerd_done, eerd_shift;		/* layout of EERD */
	u32 rx_fifo;				/* octets */
	void (*reset)(struct e1000_model *m);	/* rings and all that is not a register */
	void (*intr_update)(struct e1000_model *m);
	void (*run_timers)(struct e1000_model *m);    /* NULL: has none of its own */
	u64 (*deadline)(const struct e1000_model *m); /* of these */
	bool (*tx_run)(struct e1000_model *m);	      /* true: call again */
	bool (*loopback)(const struct e1000_model *m); /* receives without link, too */
	/* Do all frames with this header leave, and go nowhere else? Then the wire may get them uncut. */
	bool (*to_wire)(const struct e1000_model *m, const struct em_tx *t, const u8 *header, u32 len);
	/* Where a frame goes if not. */
	void (*deliver)(struct e1000_model *m, struct em_tx *t, const struct e1000_frame *f);
	void (*sent)(struct e1000_model *m, struct em_tx *t, u32 frames, u32 octets); /* to the wire; NULL */
	bool (*wanted)(struct e1000_model *m, const u8 *frame, u32 len);
	u32 (*max_frame)(const struct e1000_model *m, const u8 *frame, u32 len); /* no FCS */
	/* false: not enough descriptors now */
	bool (*to_memory)(struct e1000_model *m, const u8 *frame, u32 len, bool bad_fcs);
	/* Those behind the first, which rx.alike describes. How many */
	u32 (*train)(struct e1000_model *m, const struct e1000_rx_train *t);
	u32 (*rx_room)(const struct e1000_model *m);
};

struct e1000_model {
	const struct em_chip *chip;
	struct e1000_model_cfg cfg;
	u64 now;
	u64 timer[EM_NR_TIMERS]; /* U64_MAX: not running */
	u32 *reg;
	u8 *row; /* row of the register table + 1; 0: none */
	struct em_eeprom eeprom;
	struct em_phy phy;
	bool cable, bus_master;
	bool irq_level;
	u64 itr_until;
	struct em_tx tx;
	u32 tx_cut; /* frames of this run that were cut, or went to another pool */
	struct em_rx rx;
	struct e1000_model_counters count;
};

static inline u32 *em_reg(struct e1000_model *m, u32 off)
{
	return &m->reg[off / 4];
}
static inline u32 em_get(const struct e1000_model *m, u32 off)
{
	return m->reg[off / 4];
}

/* -- rings: xDBAL +0, xDBAH +4, xDLEN +8, xDH +0x10, xDT +0x18 -------------------- */
static inline u32 em_ring_size(const struct e1000_model *m, const struct em_ring *r)
{
	return em_get(m, r->base + 8) / E1000_DESC_SIZE;
}
static inline u32 em_ring_head(const struct e1000_model *m, const struct em_ring *r)
{
	return em_get(m, r->base + 0x10);
}
static inline u32 em_ring_tail(const struct e1000_model *m, const struct em_ring *r)
{
	return em_get(m, r->base + 0x18);
}
/* Descriptors that the device owns; 0 for a ring that cannot work. */
u32 em_ring_avail(const struct e1000_model *m, const struct em_ring *r);
void em_ring_advance(struct e1000_model *m, const struct em_ring *r);
/* NULL: a DMA fault, the ring is halted. */
struct e1000_desc *em_ring_desc(struct e1000_model *m, struct em_ring *r, u32 index, bool write);
void *em_dma(struct e1000_model *m, struct em_ring *r, u64 bus, u32 len, bool write);

/* -- model.c */
/* m is zeroed and the caller's. 0 or -ENOMEM */
int em_init(struct e1000_model *m, const struct em_chip *chip, const struct e1000_model_cfg *cfg);
extern const struct em_chip em_82540em;
void em_reset(struct e1000_model *m);
void em_link_update(struct e1000_model *m);
static inline void em_kick(struct e1000_model *m)
{
	m->cfg.ops->kick(m->cfg.ctx);
}
/* -- model_regs.c */
void em_regs_init(struct e1000_model *m);
u32 em_read_zero(struct e1000_model *m, u32 off);
void em_ctrl_write(struct e1000_model *m, u32 off, u32 v);
void em_dxbal_write(struct e1000_model *m, u32 off, u32 v);
/* -- model_eeprom.c, model_phy.c */
void em_eeprom_init(struct e1000_model *m);
void em_eerd_write(struct e1000_model *m, u32 off, u32 v);
u32 em_eecd_read(struct e1000_model *m, u32 off);
void em_eecd_write(struct e1000_model *m, u32 off, u32 v);
void em_phy_reset(struct e1000_model *m);
void em_phy_autoneg_done(struct e1000_model *m);
void em_phy_restart(struct e1000_model *m);
void em_mdic_write(struct e1000_model *m, u32 off, u32 v);
/* -- model_intr.c */
void em_cause(struct e1000_model *m, u32 causes);
void em_line_set(struct e1000_model *m, bool level);
void em_intr_update(struct e1000_model *m); /* the 82540EM's */
void em_rx_intr(struct e1000_model *m, u32 frame_len);
void em_tx_intr(struct e1000_model *m, bool now);
void em_timer_set(struct e1000_model *m, enum em_timer t, u64 at);
void em_timers_run(struct e1000_model *m);
u32 em_icr_read(struct e1000_model *m, u32 off);
void em_icr_write(struct e1000_model *m, u32 off, u32 v);
void em_ics_write(struct e1000_model *m, u32 off, u32 v);
void em_ims_write(struct e1000_model *m, u32 off, u32 v);
void em_imc_write(struct e1000_model *m, u32 off, u32 v);
/* -- model_stats.c */
u32 em_stat_read(struct e1000_model *m, u32 off);
void em_stat_add(struct e1000_model *m, u32 off, u32 n);
void em_stat_add64(struct e1000_model *m, u32 low, u64 n);
void em_stat_rx(struct e1000_model *m, const u8 *frame, u32 len, u32 frames); /* len of each, with FCS */
void em_stat_tx(struct e1000_model *m, const u8 *frame, u32 len, u32 frames);
/* -- model_filter.c: false: not for us. *imperfect: by hash only */
bool em_filter(const struct e1000_model *m, const u8 *frame, bool *imperfect);
bool em_filter_hash(const struct e1000_model *m, const u8 *dst); /* the multicast table */
bool em_vlan_filter(const struct e1000_model *m, u16 tci);
bool em_frame_tagged(const struct e1000_model *m, const u8 *frame, u32 len);
/* -- model_offload.c */
struct em_csum_result {
	bool ip_checked, ip_bad, l4_checked, l4_bad;
};
/* rxcsum: E1000_RXCSUM_*; l3: where the packet starts in the frame. known: what has been summed of it. */
void em_rx_checksum(u32 rxcsum, const u8 *frame, u32 len, u32 l3, struct em_sum *known,
		    struct em_csum_result *r);
/* The packet checksum of a descriptor: of the frame from pcss on, 0 if that is beyond its end. */
u16 em_rx_packet_sum(u32 pcss, const u8 *frame, u32 len, const struct em_sum *known);
/* Makes the sum of [start, len) whose pseudo header is at at; it is what is known then. */
void em_rx_finish_checksum(u8 *frame, u32 len, u32 start, u32 at, struct em_sum *known);
/* never_zero: UDP, where 0 would mean that there is none (RFC 768) */
void em_insert_checksum(u8 *frame, u32 len, u32 start, u32 end, u32 at, bool never_zero);
/* false: the context does not describe such a packet */
bool em_tso(struct e1000_model *m, struct em_tx *t, const struct em_packet *p, u32 nr);
/* -- model_xmit.c: packets, whatever their descriptors looked like */
/* The packet whose pieces are t->frag. false: it describes nothing that can leave; t->ring.halted:
 * a DMA fault. */
bool em_xmit(struct e1000_model *m, struct em_tx *t, const struct em_packet *p);
/* One more piece; false: too many, too long. */
bool em_xmit_add(struct em_tx *t, u64 bus, u32 len);
/* -- model_tx.c, model_rx.c: the 82540EM's descriptors */
bool em_tx_run(struct e1000_model *m);
void em_tx_flush_wb(struct e1000_model *m);
void em_tx_reset(struct e1000_model *m);
void em_tdt_write(struct e1000_model *m, u32 off, u32 v);
void em_tctl_write(struct e1000_model *m, u32 off, u32 v);
/* frames: on the wire, of together octets without FCS */
void em_send_frame(struct e1000_model *m, struct em_tx *t, const struct e1000_frame *f, u32 frames,
		   u32 octets);
bool em_loopback(const struct e1000_model *m);
bool em_to_wire(const struct e1000_model *m, const struct em_tx *t, const u8 *header, u32 len);
void em_deliver(struct e1000_model *m, struct em_tx *t, const struct e1000_frame *f);
u32 em_gather(u8 *to, u32 room, const struct e1000_vec *vec, u32 nr, u32 skip);
u32 em_insert_tag(const struct e1000_model *m, u8 *frame, u32 len, u16 tci);
void em_rdt_write(struct e1000_model *m, u32 off, u32 v);
void em_rctl_write(struct e1000_model *m, u32 off, u32 v);
void em_rx_flush_wb(struct e1000_model *m);
void em_rx_drain(struct e1000_model *m);
void em_rx_pause_run(struct e1000_model *m);
void em_rx_reset(struct e1000_model *m);
u32 em_rx_bufsize(const struct e1000_model *m);
bool em_wanted(struct e1000_model *m, const u8 *frame, u32 len);
u32 em_max_frame(const struct e1000_model *m, const u8 *frame, u32 len);
bool em_to_memory(struct e1000_model *m, const u8 *frame, u32 len, bool bad_fcs);
u32 em_rx_room(const struct e1000_model *m);
/* What goes to memory: the frame, without its tag if that is stripped, perhaps with FCS. */
struct em_rx_out {
	struct e1000_vec vec[3];
	u32 nr, len;
	u32 status, special, packet_sum;
	bool stripped;
	u8 fcs[E1000_FCS_LEN];
};
void em_rx_out_make(struct e1000_model *m, const u8 *frame, u32 len, bool strip, bool fcs,
		    struct em_rx_out *o);
void em_fifo_reset(struct e1000_model *m);
void em_rx_watermark(struct e1000_model *m, u32 avail); /* descriptors that the device has left */
/* -- model_train.c */
struct em_train {
	const struct e1000_rx_train *t;
	u32 bufsize;	     /* of the buffers that it goes to */
	u32 pcss, l4;	     /* offsets */
	u32 ip, tcp, pseudo; /* sums of the headers, without what differs from frame to frame */
	u32 before;	     /* of the packet checksum's octets before TCP's header */
	u32 seq;	     /* of the first one */
	u16 id;
	bool ip4, before_known;
};
/* The first has just been received. false: it is not what a train can be made of. */
bool em_train_begin(const struct e1000_model *m, const struct e1000_rx_train *t, u32 bufsize,
		    struct em_train *x);
/* Puts frame k (the first is 0) at to, its sums made. Its packet checksum, as em_rx_packet_sum() */
u16 em_train_frame(const struct em_train *x, u32 k, u8 *to);
u32 em_train_to_memory(struct e1000_model *m, const struct e1000_rx_train *t); /* em_chip.train */

#endif
