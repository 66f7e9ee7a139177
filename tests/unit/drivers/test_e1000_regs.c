// SPDX-License-Identifier: BSD-2-Clause
/* The register-level suite on our models of the 82540EM and the 82576. */
#include "drivers/e1000/model_priv.h"
#include "tests/unit/drivers/nic_board_model.h"
#include "tests/unit/drivers/nic_cases.h"

#define CASE(name)                                    \
	Test(e1000_regs_model, name)                  \
	{                                             \
		board_run(&board_model, case_##name); \
	}                                             \
	Test(e1000_regs_model_82576, name)           \
	{                                            \
		board_run(&board_82576, case_##name); \
	}
#include "tests/unit/drivers/nic_cases.def"

/* -- sums that the sender left to the wire -------------------------------------------------- */
/* A packet whose sum is only its pseudo header's, at the distance that a cut packet has it. */
static u32 unfinished(u8 *frame, bool v6, u8 proto, u32 payload, struct e1000_rx_frame *f)
{
	u32 len = b_packet(frame, v6, proto, payload), l4 = ETH_HLEN + (v6 ? IP6_HLEN : IP4_HLEN);
	const u8 *ip = frame + ETH_HLEN;
	u32 sum = v6 ? csum_ipv6_nofold(ip + 8, ip + 24, len - l4, proto, 0) :
		       csum_tcpudp_nofold(ip + 12, ip + 16, len - l4, proto, 0);
	u16 pseudo = csum_fold16(sum);

	*f = (struct e1000_rx_frame){ .data = frame, .len = len, .csum_start = (u16)l4,
				      .csum_offset = proto == IP_PROTO_TCP ? 16 : 6 };
	memcpy(frame + l4 + f->csum_offset, &pseudo, sizeof(pseudo));
	return len;
}

/* The device finds them right, and its packet checksum is that of the octets that are in memory. */
static void finishes_sums(struct board *b)
{
	static u8 want[2048], got[2048];
	u32 pcss, i;

	b_rx_start(b, 64, 2048, E1000_RCTL_BAM | E1000_RCTL_SECRC);
	for (i = 0, pcss = 0; i < 48; i++, pcss = (pcss + 7) % 50) {
		u8 proto = i & 2 ? IP_PROTO_TCP : IP_PROTO_UDP;
		struct e1000_rx_frame f;
		struct e1000_desc *d;
		u32 len = b_packet(want, i & 1, proto, 1 + i * 29);

		b_wr(b, E1000_RXCSUM, pcss | E1000_RXCSUM_IPOFL | E1000_RXCSUM_TUOFL |
					      E1000_RXCSUM_IPV6OFL);
		cr_assert_eq(unfinished(got, i & 1, proto, 1 + i * 29, &f), len);
		cr_assert_eq(e1000_model_receive(board_model_of(b), &f, board_now(b)), E1000_RX_OK);
		d = b_rx_next(b);
		if (len >= ETH_ZLEN)
			cr_assert_eq(b_rx_len(d), len);
		cr_assert_arr_eq(b_rx_buf(b, i), want, len, "frame %u", i);
		cr_assert((b_rx_status(d) & E1000_RXD_TCPCS) && !(b_rx_status(d) & E1000_RXD_TCPE));
		cr_assert_eq(d->lower >> 16, csum_fold(csum_partial(want + pcss, len - pcss, 0)).raw,
			     "frame %u from %u", i, pcss);
	}
}

Test(e1000_regs_model, finishes_sums)
{
	board_run(&board_model, finishes_sums);
}
Test(e1000_regs_model_82576, finishes_sums)
{
	board_run(&board_82576, finishes_sums);
}

/* A broadcast is to a group, too. */
static void all_groups_are_taken(struct board *b)
{
	b_rx_start(b, BOARD_RX, 2048, E1000_RCTL_SECRC);
	b_inject(b, board_all, 1, 100);
	cr_assert(b_rx_silent(b));
	b_set(b, E1000_RCTL, E1000_RCTL_MPE);
	b_inject(b, board_all, 1, 100);
	b_rx_next(b);
}

Test(e1000_regs_model, all_groups_are_taken)
{
	board_run(&board_model, all_groups_are_taken);
}

/* -- counters ---------------------------------------------------------------------------------- */
/* Four thousand million octets would be long in coming: all but the last are there already. */
static void octets_carry(struct board *b)
{
	static const u32 low[] = { E1000_TORL, E1000_GORCL };
	u32 i;

	b_rx_default(b);
	for (i = 0; i < ARRAY_SIZE(low); i++) {
		*em_reg(board_model_of(b), low[i]) = U32_MAX;
		*em_reg(board_model_of(b), low[i] + 4) = 7;
	}
	b_inject(b, board_mac, 1, 100);
	b_rx_next(b);
	for (i = 0; i < ARRAY_SIZE(low); i++) {
		cr_assert_eq(b_rd(b, low[i]), 99 + E1000_FCS_LEN);
		cr_assert_eq(b_rd(b, low[i] + 4), 8);
	}
}

Test(e1000_regs_model, octets_carry)
{
	board_run(&board_model, octets_carry);
}

Test(e1000_regs_model_82576, octets_carry)
{
	board_run(&board_82576, octets_carry);
}
