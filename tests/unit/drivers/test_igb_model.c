// SPDX-License-Identifier: BSD-2-Clause
/* The 82576's queues, RSS, advanced descriptors and vectors, by register. What it shares with the older
 * controllers is asked by test_e1000_regs. */
#include "tests/unit/drivers/igb_board.h"

static u8 frame[BOARD_FRAME_MAX], got[BOARD_FRAME_MAX];

#define IGB(name)                              \
	static void name(struct board *b);     \
	Test(igb_model, name)                  \
	{                                      \
		board_run(&board_82576, name); \
	}                                      \
	static void name(struct board *b)

/* -- vectors -------------------------------------------------------------------------------- */
static void msix_on(struct board *b)
{
	b_wr(b, IGB_GPIE, IGB_GPIE_MSIX | IGB_GPIE_EIAME | IGB_GPIE_NSICR);
	b_wr(b, IGB_IVAR, 0x80 | 3 | (0x80 | 4) << 8 | (0x80u | 5) << 16 | (0x80u | 6) << 24);
	b_wr(b, IGB_IVAR_MISC, (0x80 | 7) << 8);
}

IGB(a_queue_has_its_vector)
{
	struct queue rx0, rx8, tx0, tx8;

	msix_on(b);
	igb_on(b);
	rx0 = q_rx(b, -1, 0, 0);
	rx8 = q_rx(b, -1, 8, 0);
	tx0 = q_tx(b, -1, 0);
	tx8 = q_tx(b, -1, 8);
	b_wr(b, IGB_EIMS, 0x1ffffff);
	b_wr(b, IGB_EIAC, 0x1ffffff);
	b_frame(frame, board_peer, 1, 100);
	q_send(b, &tx0, frame, 100, 0, 0);
	cr_assert_eq(board_vectors(b), 1u << 4);
	q_send(b, &tx8, frame, 100, 0, 0);
	cr_assert_eq(board_vectors(b), 1u << 6);
	b_inject(b, board_mac, 1, 100);
	cr_assert_eq(board_vectors(b), 1u << 3);
	q_take(b, &rx0, NULL);
	b_wr(b, IGB_MRQC, 1u << IGB_MRQC_DEFQ_SHIFT);
	rx8 = q_rx(b, -1, 1, 0); /* the default queue, without a vector */
	b_inject(b, board_mac, 2, 100);
	cr_assert_eq(board_vectors(b), 0);
	q_take(b, &rx8, got);
	b_expect_frame(got, board_mac, 2, 100);
	b->ops->cable(b, false);
	b_wr(b, E1000_IMS, E1000_ICR_LSC);
	cr_assert_eq(board_vectors(b), 1u << 7, "all others");
	cr_assert(b_rd(b, E1000_ICR) & E1000_ICR_LSC);
}

IGB(causes_clear_and_mask_themselves)
{
	msix_on(b);
	b_wr(b, IGB_EIMS, 3);
	b_wr(b, IGB_EIAC, 1);
	b_wr(b, IGB_EIAM, 2);
	b_wr(b, IGB_EICS, 7);
	cr_assert_eq(board_vectors(b), 3, "the third is masked");
	cr_assert_eq(b_rd(b, IGB_EIMS), 1, "EIAM");
	cr_assert_eq(b_rd(b, IGB_EICR), 6, "EIAC");
	cr_assert_eq(b_rd(b, IGB_EICR), 0, "reading clears");
	b_wr(b, IGB_EICS, 2);
	cr_assert_eq(board_vectors(b), 0);
	b_wr(b, IGB_EIMS, 2);
	cr_assert_eq(board_vectors(b), 2, "unmasking sends what waits");
	b_wr(b, IGB_EICS, 1);
	b_wr(b, IGB_EICS, 1);
	cr_assert_eq(board_vectors(b), 1);
	b_wr(b, IGB_EICR, ~0u);
	b_wr(b, IGB_EIMC, 1);
	b_wr(b, IGB_EICS, 1);
	cr_assert_eq(board_vectors(b), 0);
	cr_assert_eq(b_rd(b, IGB_EICR), 1);
}

/* EITR counts 1.024 us from bit 2 on. */
IGB(vectors_are_throttled_one_by_one)
{
	msix_on(b);
	b_wr(b, IGB_EIMS, 3);
	b_wr(b, IGB_EIAC, 3);
	b_wr(b, IGB_EITR, 100 << 2);
	b_wr(b, IGB_EICS, 3);
	cr_assert_eq(board_vectors(b), 3);
	b_wr(b, IGB_EICS, 3);
	cr_assert_eq(board_vectors(b), 2, "the other is not throttled");
	b->ops->pass(b, 102399);
	cr_assert_eq(board_vectors(b), 0);
	b->ops->pass(b, 1);
	cr_assert_eq(board_vectors(b), 1);
	b->ops->pass(b, NSEC_PER_MSEC);
	cr_assert_eq(board_vectors(b), 0, "once");
}

IGB(without_msix_one_line_for_all)
{
	struct queue rx;

	igb_on(b);
	rx = q_rx(b, -1, 0, 0);
	b_wr(b, IGB_IVAR, 0x80 | 2);
	b_wr(b, IGB_EIMS, 1u << 2 | IGB_EICR_OTHER);
	b_inject(b, board_mac, 1, 100);
	cr_assert(b->ops->line(b));
	cr_assert_eq(b_rd(b, IGB_EICR), 1u << 2);
	cr_assert_not(b->ops->line(b));
	b_rd(b, E1000_ICR);
	b_wr(b, E1000_IMS, E1000_ICR_LSC);
	b->ops->cable(b, false);
	cr_assert(b->ops->line(b));
	cr_assert(b_rd(b, IGB_EICR) & IGB_EICR_OTHER);
	cr_assert(b_rd(b, IGB_ICR) & E1000_ICR_LSC);
	cr_assert_not(b->ops->line(b));
	cr_assert_eq(board_vectors(b), 0);
	q_take(b, &rx, NULL);
}

/* ICR keeps its causes when it is read although nothing was raised, unless NSICR is set. */
IGB(icr_clears_selectively)
{
	b_wr(b, E1000_IMS, E1000_ICR_RXO);
	b_wr(b, E1000_ICS, E1000_ICR_LSC);
	cr_assert_eq(b_rd(b, IGB_ICR), E1000_ICR_LSC);
	cr_assert_eq(b_rd(b, IGB_ICR), E1000_ICR_LSC);
	b_wr(b, E1000_ICS, E1000_ICR_RXO);
	cr_assert_eq(b_rd(b, IGB_ICR), E1000_ICR_LSC | E1000_ICR_RXO | IGB_ICR_INTA);
	cr_assert_eq(b_rd(b, IGB_ICR), 0);
	b_wr(b, E1000_ICS, E1000_ICR_LSC);
	b_wr(b, IGB_GPIE, IGB_GPIE_NSICR);
	cr_assert_eq(b_rd(b, IGB_ICR), E1000_ICR_LSC);
	cr_assert_eq(b_rd(b, IGB_ICR), 0);
}

/* -- RSS ---------------------------------------------------------------------------------------- */
/* The key and the cases of Microsoft's "Verifying the RSS Hash Calculation". */
static const u8 ms_key[40] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

static void rss_on(struct board *b, u32 fields)
{
	u32 i;

	for (i = 0; i < 10; i++)
		b_wr(b, IGB_RSSRK + 4 * i,
		     (u32)ms_key[4 * i] | (u32)ms_key[4 * i + 1] << 8 |
			     (u32)ms_key[4 * i + 2] << 16 | (u32)ms_key[4 * i + 3] << 24);
	b_wr(b, E1000_RXCSUM, IGB_RXCSUM_PCSD | E1000_RXCSUM_IPOFL | E1000_RXCSUM_TUOFL);
	b_wr(b, IGB_MRQC, IGB_MRQC_RSS | fields);
}

static u32 ms_packet(bool v6, u8 proto, bool fragment)
{
	static const u8 src4[4] = { 66, 9, 149, 187 }, dst4[4] = { 161, 142, 100, 80 };
	static const u8 src6[16] = {
		0x3f, 0xfe, 0x25, 1, 2, 0, 0x1f, 0xff, 0, 0, 0, 0, 0, 0, 0, 7
	};
	static const u8 dst6[16] = { 0x3f, 0xfe, 0x25, 1, 2, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 1 };
	u32 len = b_packet(frame, v6, proto, 30);
	u8 *ip = frame + ETH_HLEN;

	memcpy(ip + (v6 ? 8 : 12), v6 ? src6 : src4, v6 ? 16 : 4);
	memcpy(ip + (v6 ? 24 : 16), v6 ? dst6 : dst4, v6 ? 16 : 4);
	put_be16(ip + (v6 ? 40 : 20), 2794);
	put_be16(ip + (v6 ? 42 : 22), 1766);
	if (fragment)
		put_be16(ip + 6, 0x2000);
	return len;
}

static void hashed(struct board *b, struct queue *q, u32 len, u32 hash, u32 type)
{
	struct igb_rx_desc d;

	b->ops->inject(b, frame, len, false);
	d = q_take(b, q, NULL);
	cr_assert_eq(d.hash, hash, "%#x", d.hash);
	cr_assert_eq(d.info & IGB_RXD_RSS_MASK, type);
}

IGB(hash_of_known_packets)
{
	struct queue q;
	u32 i;

	igb_on(b);
	q = q_rx(b, -1, 0, 0);
	rss_on(b, IGB_MRQC_TCP4 | IGB_MRQC_IP4 | IGB_MRQC_TCP6 | IGB_MRQC_IP6);
	hashed(b, &q, ms_packet(false, IP_PROTO_TCP, false), 0x51ccc178, IGB_RSS_TCP4);
	hashed(b, &q, ms_packet(false, IP_PROTO_TCP, true), 0x323e8fc2, IGB_RSS_IP4);
	hashed(b, &q, ms_packet(false, IP_PROTO_UDP, false), 0x323e8fc2, IGB_RSS_IP4);
	hashed(b, &q, ms_packet(true, IP_PROTO_TCP, false), 0x40207d3d, IGB_RSS_TCP6);
	hashed(b, &q, ms_packet(true, IP_PROTO_UDP, false), 0x2cc18cd5, IGB_RSS_IP6);
	rss_on(b, IGB_MRQC_UDP4 | IGB_MRQC_UDP6);
	hashed(b, &q, ms_packet(false, IP_PROTO_UDP, false), 0x51ccc178, IGB_RSS_UDP4);
	hashed(b, &q, ms_packet(true, IP_PROTO_UDP, false), 0x40207d3d, IGB_RSS_UDP6);
	hashed(b, &q, ms_packet(false, IP_PROTO_TCP, false), 0, IGB_RSS_NONE);
	rss_on(b, IGB_MRQC_TCP4);
	hashed(b, &q, ms_packet(false, IP_PROTO_TCP, false), 0x51ccc178, IGB_RSS_TCP4);
	for (i = 0; i < IGB_RSS_KEY; i += 4)
		b_wr(b, IGB_RSSRK + i, 0);
	hashed(b, &q, ms_packet(false, IP_PROTO_TCP, false), 0, IGB_RSS_TCP4);
	b_wr(b, IGB_MRQC, 0);
	hashed(b, &q, ms_packet(false, IP_PROTO_UDP, false), 0, IGB_RSS_NONE);
}

/* The lowest seven bits of the hash choose an entry of RETA, the entry a queue. */
IGB(reta_chooses_the_queue)
{
	struct queue q[IGB_QUEUES];
	u32 i, entry = 0x51ccc178 & 127, len = ms_packet(false, IP_PROTO_TCP, false);

	igb_on(b);
	for (i = 0; i < IGB_QUEUES; i++)
		q[i] = q_rx(b, -1, i, 0);
	rss_on(b, IGB_MRQC_TCP4);
	for (i = 0; i < IGB_QUEUES; i++) {
		b_wr(b, IGB_RETA_REG + (entry & ~3u),
		     (i * 0x01010101u) & (0xffu << (8 * (entry & 3))));
		b->ops->inject(b, frame, len, false);
		q_take(b, &q[i], NULL);
	}
	for (i = 0; i < IGB_QUEUES; i++)
		cr_assert_not(q_has(&q[i]));
	b_inject(b, board_mac, 1, 100);
	q_take(b, &q[0], NULL); /* nothing to hash: the default queue */
}

/* -- receive -------------------------------------------------------------------------------------- */
IGB(receive_descriptors_tell_all)
{
	struct igb_rx_desc d;
	struct queue q;
	u32 len;

	igb_on(b);
	q = q_rx(b, -1, 0, 0);
	len = b_packet(frame, true, IP_PROTO_UDP, 100);
	b->ops->inject(b, frame, len, false);
	d = q_take(b, &q, got);
	cr_assert_arr_eq(got, frame, len);
	cr_assert_eq(d.len_vlan, len);
	cr_assert_eq(d.info, IGB_RXD_TYPE_IP6 | IGB_RXD_TYPE_UDP);
	cr_assert_eq(d.status, IGB_RXD_DD | IGB_RXD_EOP | IGB_RXD_L4CS | IGB_RXD_UDPCS);
	frame[len - 1] ^= 1;
	b->ops->inject(b, frame, len, false);
	cr_assert(q_take(b, &q, NULL).status & IGB_RXD_L4E);
	len = b_packet(frame, false, IP_PROTO_TCP, 100);
	frame[ETH_HLEN + 8]--;
	b->ops->inject(b, frame, len, false);
	d = q_take(b, &q, NULL);
	cr_assert_eq(d.info, IGB_RXD_TYPE_IP4 | IGB_RXD_TYPE_TCP);
	cr_assert(d.status & IGB_RXD_IPE);
	b_set(b, E1000_CTRL, E1000_CTRL_VME);
	b_frame(frame, board_mac, 1, 104);
	put_be32(frame + 12, 0x81006123);
	b->ops->inject(b, frame, 104, false);
	d = q_take(b, &q, NULL);
	cr_assert_eq(d.len_vlan, 100 | 0x6123u << 16);
	cr_assert(d.status & IGB_RXD_VP);
}

IGB(a_frame_over_several_buffers)
{
	struct igb_rx_desc d[3];
	struct queue q;
	u32 i;

	igb_on(b);
	b_wr(b, IGB_RLPML, 9018);
	b_set(b, E1000_RCTL, E1000_RCTL_LPE);
	q = q_rx(b, -1, 0, 0);
	b_inject(b, board_mac, 1, 5000);
	b_frame(frame, board_mac, 1, 5000);
	for (i = 0; i < 3; i++) {
		d[i] = q_take(b, &q, got);
		cr_assert_arr_eq(got, frame + 2048 * i, i < 2 ? 2048 : 904);
		cr_assert_eq(!!(d[i].status & IGB_RXD_EOP), i == 2);
	}
	b_inject(b, board_mac, 1, 9015);
	b_turns(b, 1);
	cr_assert_not(q_has(&q), "RLPML");
}

/* A full queue holds up the others, unless it may drop. */
IGB(full_queues_drop_or_wait)
{
	struct queue q;
	u32 i, drop;

	igb_on(b);
	for (drop = 0; drop < 2; drop++) {
		q = q_rx(b, -1, 0, drop ? IGB_SRRCTL_DROP : 0);
		for (i = 0; i < 20; i++)
			b_inject(b, board_mac, i, 100);
		cr_assert_eq(b_rd(b, IGB_RXQ + IGB_Q_RQDPC), drop ? 5 : 0);
		cr_assert_eq(b_rd(b, IGB_RXQ + IGB_Q_RQDPC), 0, "reading clears");
		for (i = 0; i < (drop ? 15 : 20); i++) {
			q_take(b, &q, got);
			b_expect_frame(got, board_mac, i, 100);
		}
		b_turns(b, 1);
		cr_assert_not(q_has(&q));
	}
}

/* RXDCTL.WTHRESH holds descriptors back only while the vector is throttled anyhow. */
IGB(receive_write_back_threshold)
{
	struct queue q;
	u32 i;

	msix_on(b);
	igb_on(b);
	q = q_rx(b, -1, 0, 0);
	b_wr(b, q.base + IGB_Q_DCTL, IGB_DCTL_ENABLE | 4u << IGB_DCTL_WTHRESH_SHIFT);
	b_wr(b, IGB_EITR + 4 * 3, 1000 << 2);
	b_wr(b, IGB_EIMS, 1u << 3);
	b_wr(b, IGB_EIAC, 1u << 3);
	b_inject(b, board_mac, 0, 100);
	cr_assert(q_has(&q), "not throttled");
	q_take(b, &q, NULL);
	for (i = 1; i < 6; i++) {
		b_inject(b, board_mac, i, 100);
		cr_assert_eq(q_has(&q), i >= 4);
	}
	for (i = 1; i < 5; i++)
		q_take(b, &q, NULL);
	cr_assert_not(q_has(&q));
	board_vectors(b);
	b->ops->pass(b, 2 * NSEC_PER_MSEC);
	cr_assert_eq(board_vectors(b), 1u << 3);
	cr_assert(q_has(&q), "with the interrupt");
}

/* -- transmit ------------------------------------------------------------------------------------- */
IGB(sixteen_queues_send)
{
	struct queue q[IGB_QUEUES];
	u32 i, k;

	igb_on(b);
	for (i = 0; i < IGB_QUEUES; i++) {
		q[i] = q_make(b, -1, i, false);
		b_frame(frame, board_peer, i, 100 + i);
		for (k = 0; k < 3; k++)
			q_send(b, &q[i], frame, 100 + i, 0, 0);
	}
	cr_assert(b_silent(b), "none is enabled");
	for (i = 0; i < IGB_QUEUES; i++) {
		b_wr(b, q[i].base + IGB_Q_DCTL, IGB_DCTL_ENABLE);
		for (k = 0; k < 3; k++) {
			cr_assert_eq(b_sent(b, got), 100 + i);
			b_expect_frame(got, board_peer, i, 100 + i);
			cr_assert(q[i].tx[k].upper & E1000_TXD_DD);
		}
	}
}

static void one_sum(struct board *b, struct queue *q, bool v6, u8 proto)
{
	static u8 want[2048];
	u32 l3 = v6 ? IP6_HLEN : IP4_HLEN, len = b_packet(want, v6, proto, 101),
	    l4 = len - ETH_HLEN - l3;
	const u8 *ip = want + ETH_HLEN;
	be16 sum = v6 ? csum_ipv6_magic(ip + 8, ip + 24, l4, proto, 0) :
			csum_tcpudp_magic(ip + 12, ip + 16, l4, proto, 0);

	memcpy(frame, want, len);
	if (!v6)
		put_be16(frame + ETH_HLEN + 10, 0);
	put_be16(frame + ETH_HLEN + l3 + (proto == IP_PROTO_TCP ? 16 : 6), (u16)~be16_get(sum));
	q_context(q, v6, proto, 0, 0, 1);
	q_send(b, q, frame, len, 0,
	       E1000_TXD_POPTS_TXSM | (v6 ? 0 : E1000_TXD_POPTS_IXSM) | 1u << IGB_TXD_IDX_SHIFT);
	cr_assert_eq(b_sent(b, got), len);
	cr_assert_arr_eq(got, want, len, "IPv%d protocol %u", v6 ? 6 : 4, proto);
}

IGB(transmit_checksums)
{
	struct queue q;

	igb_on(b);
	q = q_tx(b, -1, 5);
	one_sum(b, &q, false, IP_PROTO_TCP);
	one_sum(b, &q, false, IP_PROTO_UDP);
	one_sum(b, &q, true, IP_PROTO_TCP);
	one_sum(b, &q, true, IP_PROTO_UDP);
	b_frame(frame, board_peer, 1, 100);
	q_send(b, &q, frame, 100, 0, E1000_TXD_POPTS_TXSM);
	cr_assert(b_silent(b), "context 0 was never set");
}

IGB(segmentation)
{
	u32 len = b_packet(frame, false, IP_PROTO_TCP, 5000), i;
	const u8 *ip = frame + ETH_HLEN;
	struct queue q;
	u8 *p = b_alloc(b, len);

	igb_on(b);
	q = q_tx(b, -1, 2);
	put_be16(frame + ETH_HLEN + IP4_HLEN + 16,
		 (u16)~be16_get(csum_tcpudp_magic(ip + 12, ip + 16, 0, IP_PROTO_TCP, 0)));
	memcpy(p, frame, len);
	q_context(&q, false, IP_PROTO_TCP, 1400, 0x6123, 0);
	q_put(&q, b_bus(b, p), 54 | E1000_TXD_DEXT | IGB_TXD_DTYP_D | IGB_TXD_TSE | E1000_TXD_VLE,
	      E1000_TXD_POPTS_TXSM | E1000_TXD_POPTS_IXSM | 5000u << IGB_TXD_PAYLEN_SHIFT);
	q_put(&q, b_bus(b, p + 54),
	      5000 | E1000_TXD_DEXT | IGB_TXD_DTYP_D | E1000_TXD_EOP | E1000_TXD_IFCS |
		      E1000_TXD_RS,
	      0);
	q_ring(b, &q);
	for (i = 0; i < 4; i++) {
		u32 part = i < 3 ? 1400 : 800;

		cr_assert_eq(b_sent(b, got), 58 + part);
		cr_assert_eq(get_be32(got + 12), 0x81006123);
		memmove(got + 12, got + 16, 54 + part - 12);
		cr_assert(b_sums_right(got, 54 + part));
		cr_assert_arr_eq(got + 54, frame + 54 + 1400 * i, part);
	}
	cr_assert(b_silent(b));
}

IGB(head_write_back)
{
	u32 *head = (u32 *)b_alloc(b, 4);
	struct queue q;
	u64 bus = b_bus(b, head);

	igb_on(b);
	q = q_tx(b, -1, 3);
	b_wr(b, q.base + IGB_Q_TDWBAH, (u32)(bus >> 32));
	b_wr(b, q.base + IGB_Q_TDWBAL, (u32)bus | 1);
	b_frame(frame, board_peer, 1, 100);
	q_send(b, &q, frame, 100, 0, 0);
	cr_assert_eq(*head, 1);
	cr_assert_not(q.tx[0].upper & E1000_TXD_DD, "instead of a status");
	q_send(b, &q, frame, 100, 0, 0);
	cr_assert_eq(*head, 2);
}

/* An address that nobody lent stops one queue, and no other. */
IGB(dma_errors_stop_one_queue)
{
	struct queue bad, good;

	igb_on(b);
	bad = q_tx(b, -1, 1);
	good = q_tx(b, -1, 9);
	q_put(&bad, 64, 100 | E1000_TXD_DEXT | IGB_TXD_DTYP_D | E1000_TXD_EOP | E1000_TXD_IFCS, 0);
	b_frame(frame, board_peer, 1, 100);
	q_send(b, &bad, frame, 100, 0, 0);
	cr_assert(b_silent(b));
	q_send(b, &good, frame, 100, 0, 0);
	cr_assert_eq(b_sent(b, got), 100);
	cr_assert_geq(e1000_model_counters(board_model_of(b))->dma_faults, 1);
	bad = q_tx(b, -1, 1);
	q_send(b, &bad, frame, 100, 0, 0);
	cr_assert_eq(b_sent(b, got), 100);
}
