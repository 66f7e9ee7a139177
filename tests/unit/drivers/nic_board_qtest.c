// SPDX-License-Identifier: BSD-2-Clause
/*
 * QEMU's cards as boards. Their rows of struct board_expect list where QEMU 7.2 departs from the
 * hardware: what is false there is asked only of our model.
 */
#include "tests/unit/drivers/nic_board.h"
#include "tests/unit/drivers/qtest.h"

static u64 board_read(struct board *b, u32 off, u32 size)
{
	static const char width[] = " bw l   q";

	return qtest_call(b->priv, "read%c 0x%x\n", width[size], QTEST_BAR + off);
}

static void board_write(struct board *b, u32 off, u32 size, u64 value)
{
	static const char width[] = " bw l   q";

	qtest_call(b->priv, "write%c 0x%x 0x%llx\n", width[size], QTEST_BAR + off,
		   (unsigned long long)value);
}

static void board_turn(struct board *b)
{
	char line[128];

	cr_assert_not(qtest_line(b->priv, line, sizeof(line), 1), "%s", line);
}

/* An answer comes behind the changes of the line that were before it. */
static bool board_line(struct board *b)
{
	qtest_call(b->priv, "readl 0x%x\n", QTEST_BAR + E1000_STATUS);
	return ((struct qtest *)b->priv)->irq;
}

static void board_inject(struct board *b, const u8 *frame, u32 len, bool bad_fcs)
{
	cr_assert_not(bad_fcs, "a socket has no FCS");
	cr_assert_eq(send(((struct qtest *)b->priv)->wire, frame, len, 0), (ssize_t)len);
}

static u32 board_sent(struct board *b, u8 *frame)
{
	ssize_t n = recv(((struct qtest *)b->priv)->wire, frame, BOARD_FRAME_MAX, MSG_DONTWAIT);

	return n > 0 ? (u32)n : 0;
}

static void board_cable(struct board *b, bool plugged)
{
	qtest_monitor(b->priv, plugged ? "set_link n0 on\n" : "set_link n0 off\n");
}

static void board_master(struct board *b, bool on)
{
	qtest_pci(b->priv, 0x80002004, on ? 0x6 : 0x2);
}

static void board_stop(struct board *b)
{
	qtest_stop(b->priv);
	free(b->priv);
}

static const struct board_ops ops = {
	.read = board_read,
	.write = board_write,
	.turn = board_turn,
	.line = board_line,
	.inject = board_inject,
	.sent = board_sent,
	.cable = board_cable,
	.master = board_master,
	.stop = board_stop,
};

static bool start(struct board *b, const char *device)
{
	struct qtest *q = calloc(1, sizeof(*q));

	if (!qtest_start(q, device)) {
		free(q);
		return false;
	}
	b->ops = &ops;
	b->priv = q;
	b->memory = q->ram + QTEST_ARENA;
	b->bus = QTEST_ARENA;
	return true;
}

/* e1000 and e1000-82544gc are one model with two names. */
#define OF_THE_E1000                                                                     \
	.eerd_8254x = true, .microwire = true, .tso = true, .rdmts = true, .bsex = true, \
	.txqe = true, .vme_for_tx = true, .contexts = true, .fcs_counted = true

static const struct board_expect expect_82540em = {
	.name = "QEMU e1000",
	.phy_id2 = 0x0c20,
	.device = 0x100e,
	OF_THE_E1000,
};
static const struct board_expect expect_82544gc = {
	.name = "QEMU e1000-82544gc",
	.phy_id2 = 0x0c30,
	.device = 0x100c,
	OF_THE_E1000,
};
static const struct board_expect expect_82574l = {
	.name = "QEMU e1000e",
	.phy_id2 = 0x0cb1,
	.device = 0x10d3,
	.rx_checksum = true,
	.rdmts = true,
	.bsex = true,
	.txqe = true,
	.vme_for_tx = true,
	.contexts = true,
	.broadcast_apart = true,
	.ext_status = true,
};

const struct board_backend board_82540em = { &expect_82540em, start, "e1000" };
const struct board_backend board_82544gc = { &expect_82544gc, start, "e1000-82544gc" };
const struct board_backend board_82574l = { &expect_82574l, start, "e1000e" };
