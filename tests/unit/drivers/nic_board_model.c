// SPDX-License-Identifier: BSD-2-Clause
/* Our models of the 82540EM and the 82576 as boards: virtual time, and memory that ends where it was lent. */
#include "tests/unit/drivers/nic_board_model.h"

enum { MODEL_SENT_MAX = 64, MODEL_TURN_NS = 20000, MODEL_RUNS_MAX = 10000 };
#define MODEL_BUS 0x7600000000ull /* above 4 GiB, and no address of ours */

struct model {
	struct e1000_model *m;
	struct board *board;
	u64 now;
	bool line, kicked;
	u32 vectors; /* whose messages came, as bits */
	struct {
		u32 len, gso_size;
		u8 data[BOARD_FRAME_MAX];
	} sent[MODEL_SENT_MAX];
	u32 first, nr, gso_taken;
};

static void *translate(void *ctx, u64 bus, u32 len, bool write)
{
	struct model *p = ctx;

	(void)write;
	if (bus < MODEL_BUS || bus - MODEL_BUS > BOARD_MEMORY ||
	    len > BOARD_MEMORY - (bus - MODEL_BUS))
		return NULL;
	return p->board->memory + (bus - MODEL_BUS);
}

static void irq(void *ctx, bool level)
{
	((struct model *)ctx)->line = level;
}

static void kick(void *ctx)
{
	((struct model *)ctx)->kicked = true;
}

static void msix(void *ctx, u32 vector)
{
	((struct model *)ctx)->vectors |= 1u << vector;
}

struct e1000_model *board_model_of(struct board *b)
{
	return ((struct model *)b->priv)->m;
}

u32 board_gso(struct board *b)
{
	return ((struct model *)b->priv)->gso_taken;
}

u64 board_now(struct board *b)
{
	return ((struct model *)b->priv)->now;
}

u32 board_vectors(struct board *b)
{
	struct model *p = b->priv;
	u32 v = p->vectors;

	p->vectors = 0;
	return v;
}

static void xmit(void *ctx, const struct e1000_frame *f)
{
	struct model *p = ctx;
	u32 i, at = (p->first + p->nr++) % MODEL_SENT_MAX, len = 0;

	cr_assert_leq(p->nr, MODEL_SENT_MAX);
	for (i = 0; i < f->nr_vec; i++) {
		memcpy(p->sent[at].data + len, f->vec[i].base, f->vec[i].len);
		len += f->vec[i].len;
	}
	cr_assert_eq(len, f->len);
	p->sent[at].len = len;
	p->sent[at].gso_size = f->gso_size;
}

static const struct e1000_model_ops model_ops = {
	.translate = translate,
	.irq = irq,
	.msix = msix,
	.xmit = xmit,
	.kick = kick,
};

static void run(struct model *p)
{
	u32 n = 0;

	p->kicked = false;
	while (e1000_model_run(p->m, p->now) || p->kicked) {
		p->kicked = false;
		cr_assert_lt(n++, MODEL_RUNS_MAX, "it does not come to rest");
	}
}

static u64 board_read(struct board *b, u32 off, u32 size)
{
	struct model *p = b->priv;

	return e1000_model_read(p->m, off, size, p->now);
}

static void board_write(struct board *b, u32 off, u32 size, u64 value)
{
	struct model *p = b->priv;

	e1000_model_write(p->m, off, size, value, p->now);
}

/* Every deadline on the way is kept. */
static void board_pass(struct board *b, u64 ns)
{
	struct model *p = b->priv;
	u64 end = p->now + ns, at;

	run(p);
	while ((at = e1000_model_deadline(p->m)) <= end) {
		p->now = max(at, p->now);
		run(p);
	}
	p->now = end;
	run(p);
}

static void board_turn(struct board *b)
{
	board_pass(b, MODEL_TURN_NS);
}

static bool board_line(struct board *b)
{
	return ((struct model *)b->priv)->line;
}

static void board_inject(struct board *b, const u8 *frame, u32 len, bool bad_fcs)
{
	struct model *p = b->priv;
	u8 *copy = malloc(len);
	struct e1000_rx_frame f = { .data = copy, .len = len, .bad_fcs = bad_fcs };

	memcpy(copy, frame, len);
	e1000_model_receive(p->m, &f, p->now);
	free(copy);
}

static u32 board_sent(struct board *b, u8 *frame)
{
	struct model *p = b->priv;
	u32 at = p->first;

	if (!p->nr)
		return 0;
	memcpy(frame, p->sent[at].data, p->sent[at].len);
	p->gso_taken = p->sent[at].gso_size;
	p->first = (at + 1) % MODEL_SENT_MAX;
	p->nr--;
	return p->sent[at].len;
}

static void board_cable(struct board *b, bool plugged)
{
	struct model *p = b->priv;

	e1000_model_set_cable(p->m, plugged, p->now);
}

static void board_master(struct board *b, bool on)
{
	e1000_model_set_bus_master(((struct model *)b->priv)->m, on);
}

static void board_stop(struct board *b)
{
	struct model *p = b->priv;

	e1000_model_destroy(p->m);
	free(b->memory);
	free(p);
}

static const struct board_ops ops = {
	.read = board_read,
	.write = board_write,
	.turn = board_turn,
	.pass = board_pass,
	.line = board_line,
	.inject = board_inject,
	.sent = board_sent,
	.cable = board_cable,
	.master = board_master,
	.stop = board_stop,
};

static bool start(struct board *b, const char *device)
{
	struct model *p = calloc(1, sizeof(*p));
	struct e1000_model_cfg cfg = { .ops = &model_ops, .ctx = p, .autoneg_ns = NSEC_PER_MSEC };

	if (device == board_82576_offload.device)
		cfg.wire = E1000_WIRE_CSUM | E1000_WIRE_TSO;
	memcpy(cfg.mac, board_mac, 6);
	b->ops = &ops;
	b->priv = p;
	b->memory = malloc(BOARD_MEMORY);
	b->bus = MODEL_BUS;
	p->board = b;
	p->now = NSEC_PER_SEC;
	p->m = device ? igb_model_create(&cfg) : e1000_model_create(&cfg);
	cr_assert_not_null(p->m);
	return true;
}

/* All that the manual says. */
static const struct board_expect expect = {
	.name = "model",
	.phy_id2 = 0x0c20,
	.device = 0x100e,
	.eerd_8254x = true,
	.microwire = true,
	.eeprom_writable = true,
	.phy_power_down = true,
	.phy_link_down = true,
	.reset_registers = true,
	.narrow_ignored = true,
	.read_back = true,
	.moderation = true,
	.thresholds = true,
	.pads = true,
	.legacy_checksum = true,
	.tso = true,
	.tso6 = true,
	.checked_tso = true,
	.tx_limit = true,
	.waits_for_master = true,
	.checked_dma = true,
	.rx_checksum = true,
	.fcs_in_memory = true,
	.drops_when_full = true,
	.drops_when_off = true,
	.mac_loopback = true,
	.flow_control = true,
	.error_counters = true,
	.imperfect = true,
	.cfi_filter = true,
	.oversize = true,
	.broadcast_apart = true,
	.fcs_counted = true,
	.rx_fcs_classed = true,
	.fifo = 48 * 1024,
	.longest = 16384,
	.rdmts = true,
	.bsex = true,
	.txqe = true,
	.vme_for_tx = true,
	.contexts = true,
};

const struct board_backend board_model = { &expect, start, NULL };

/* The 82576, used like an old card: its queue 0, legacy descriptors, one line. */
static const struct board_expect expect_82576 = {
	.name = "model of the 82576",
	.phy_id2 = 0x0391,
	.device = 0x10c9,
	.phy_power_down = true,
	.phy_link_down = true,
	.reset_registers = true,
	.narrow_ignored = true,
	.pads = true,
	.legacy_checksum = true,
	.tx_limit = true,
	.waits_for_master = true,
	.checked_dma = true,
	.rx_checksum = true,
	.fcs_in_memory = true,
	.drops_when_full = true,
	.drops_when_off = true,
	.mac_loopback = true,
	.flow_control = true,
	.error_counters = true,
	.imperfect = true,
	.cfi_filter = true,
	.oversize = true,
	.broadcast_apart = true,
	.fcs_counted = true,
	.rx_fcs_classed = true,
	.fifo = 64 * 1024,
	.longest = 16383,
	.queue_enable = true,
};

const struct board_backend board_82576 = { &expect_82576, start, "82576" };
const struct board_backend board_82576_offload = { &expect_82576, start, "82576, and a wire that cuts" };
