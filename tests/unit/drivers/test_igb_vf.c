// SPDX-License-Identifier: BSD-2-Clause
/* The 82576's virtual functions, by register: mailbox, reset, rings, who gets which frame, what may be
 * sent. Functions 0 to 2 are there; pool 3 is the physical function's. */
#include "tests/unit/drivers/igb_board.h"

enum { VFS = 3, PF = 3 };

static u8 frame[BOARD_FRAME_MAX], got[BOARD_FRAME_MAX];

#define VF(name)                               \
	static void name(struct board *b);     \
	Test(igb_vf, name)                     \
	{                                      \
		board_run(&board_82576, name); \
	}                                      \
	static void name(struct board *b)

static void address(u8 *to, u32 pool)
{
	static const u8 a[6] = { 2, 0x11, 0x22, 0x33, 0x44, 0 };

	memcpy(to, a, 6);
	to[5] = (u8)pool;
}

/* What the driver of the physical function does: pools, an address for each, replication, frames
 * between pools. */
static void vfs_on(struct board *b)
{
	u32 i;

	igb_on(b);
	igb_model_set_vfs(board_model_of(b), VFS, board_now(b));
	b_wr(b, E1000_CTRL_EXT, IGB_CTRL_EXT_PFRSTD);
	b_wr(b, IGB_MRQC, IGB_MRQC_VMDQ);
	b_wr(b, IGB_VT_CTL, PF << IGB_VT_CTL_DEF_SHIFT | IGB_VT_CTL_REPLICATE);
	b_wr(b, IGB_DTXSWC, IGB_DTXSWC_LOOPBACK);
	for (i = 0; i <= PF; i++) {
		u8 a[6];

		address(a, i);
		b_wr(b, IGB_VMOLR + 4 * i, IGB_VMOLR_AUPE | IGB_VMOLR_BAM | IGB_VMOLR_STRVLAN);
		b_wr(b, E1000_RAL0 + 8 * i,
		     (u32)a[0] | (u32)a[1] << 8 | (u32)a[2] << 16 | (u32)a[3] << 24);
		b_wr(b, E1000_RAH0 + 8 * i,
		     (u32)a[4] | (u32)a[5] << 8 | E1000_RAH_AV | 1u << (IGB_RAH_POOL_SHIFT + i));
	}
	b_wr(b, IGB_VFRE, 7);
	b_wr(b, IGB_VFTE, 7);
}

static void inject_to(struct board *b, u32 pool, u32 n)
{
	u8 dst[6];

	address(dst, pool);
	b_inject(b, dst, n, 100);
}

static u32 make_frame(u32 from, const u8 *dst, u32 n)
{
	b_frame(frame, dst, n, 100);
	address(frame + 6, from);
	return 100;
}

/* -- mailbox ------------------------------------------------------------------------------------ */
VF(mailbox_both_ways)
{
	u32 i;

	vfs_on(b);
	b_wr(b, IGB_GPIE, IGB_GPIE_MSIX | IGB_GPIE_EIAME | IGB_GPIE_NSICR);
	b_wr(b, IGB_IVAR_MISC, 0x80 << 8);
	b_wr(b, IGB_MBVFIMR, 0x00ff00ff);
	b_rd(b, IGB_ICR);
	b_wr(b, E1000_IMS, IGB_ICR_VMMB);
	b_wr(b, IGB_EIMS, 1);
	b_wr(b, IGB_EIAC, 1);
	q_wr(b, 1, IGB_VTIVAR_MISC, 0x80 | 2);
	q_wr(b, 1, IGB_EIMS, 4);
	q_wr(b, 1, IGB_EIAC, 4);
	board_vectors(b);

	q_wr(b, 1, IGB_V2PMAILBOX, IGB_V2P_VFU);
	cr_assert(q_rd(b, 1, IGB_V2PMAILBOX) & IGB_V2P_VFU);
	b_wr(b, IGB_P2VMAILBOX + 4, IGB_P2V_PFU);
	cr_assert_eq(b_rd(b, IGB_P2VMAILBOX + 4), IGB_P2V_VFU, "it is the function's now");
	for (i = 0; i < IGB_MBX_WORDS; i++)
		q_wr(b, 1, IGB_VF_VMBMEM + 4 * i, 0x1000 + i);
	q_wr(b, 1, IGB_V2PMAILBOX, IGB_V2P_REQ);
	cr_assert_eq(board_vectors(b), 1);
	cr_assert(b_rd(b, IGB_ICR) & IGB_ICR_VMMB);
	cr_assert_eq(b_rd(b, IGB_MBVFICR), 2);
	b_wr(b, IGB_MBVFICR, 2);
	cr_assert_eq(b_rd(b, IGB_MBVFICR), 0);
	for (i = 0; i < IGB_MBX_WORDS; i++)
		cr_assert_eq(b_rd(b, IGB_VMBMEM + 64 + 4 * i), 0x1000 + i);
	cr_assert_eq(b_rd(b, IGB_VMBMEM), 0, "another's is not touched");

	b_wr(b, IGB_P2VMAILBOX + 4, IGB_P2V_PFU);
	q_wr(b, 1, IGB_V2PMAILBOX, IGB_V2P_VFU);
	cr_assert_not(q_rd(b, 1, IGB_V2PMAILBOX) & IGB_V2P_VFU, "and now the device's");
	b_wr(b, IGB_VMBMEM + 64, 0xabcd);
	b_wr(b, IGB_P2VMAILBOX + 4, IGB_P2V_STS | IGB_P2V_ACK);
	cr_assert_eq(board_vectors(b), 1u << (22 - 3 + 2), "its third vector");
	i = q_rd(b, 1, IGB_V2PMAILBOX);
	cr_assert_eq(i & (IGB_V2P_PFSTS | IGB_V2P_PFACK), IGB_V2P_PFSTS | IGB_V2P_PFACK);
	cr_assert_not(q_rd(b, 1, IGB_V2PMAILBOX) & IGB_V2P_PFSTS, "reading clears");
	cr_assert_eq(q_rd(b, 1, IGB_VF_VMBMEM), 0xabcd);
	q_wr(b, 1, IGB_V2PMAILBOX, IGB_V2P_ACK);
	cr_assert_eq(b_rd(b, IGB_MBVFICR), 0x20000);
	q_wr(b, 1, IGB_V2PMAILBOX, IGB_V2P_VFU);
	b_wr(b, IGB_P2VMAILBOX + 4, IGB_P2V_RVFU);
	cr_assert_not(b_rd(b, IGB_P2VMAILBOX + 4) & IGB_P2V_VFU, "taken away");
}

VF(reset)
{
	struct queue q;

	vfs_on(b);
	b_wr(b, IGB_VFLRE, ~0u);
	q = q_rx(b, 2, 0, 0);
	q_wr(b, 2, IGB_EIMS, 7);
	q_wr(b, 2, IGB_VTIVAR, 0x80);
	cr_assert(q_rd(b, 2, IGB_V2PMAILBOX) & IGB_V2P_RSTD);
	q_wr(b, 2, IGB_VTCTRL, E1000_CTRL_RST);
	cr_assert_eq(b_rd(b, IGB_VFLRE), 4);
	cr_assert(b_rd(b, IGB_ICR) & IGB_ICR_VMMB);
	cr_assert_eq(b_rd(b, IGB_VFRE), 3);
	cr_assert_eq(b_rd(b, IGB_VFTE), 3);
	cr_assert_eq(q_rd(b, 2, q.base + IGB_Q_BAL), 0);
	cr_assert_eq(q_rd(b, 2, q.base + IGB_Q_DCTL), 0);
	cr_assert_eq(q_rd(b, 2, IGB_EIMS), 0);
	cr_assert_eq(q_rd(b, 2, IGB_VTIVAR), 0);
	b_wr(b, IGB_VFLRE, 4);
	cr_assert_eq(b_rd(b, IGB_VFLRE), 0);
	b_wr(b, E1000_CTRL_EXT, 0);
	cr_assert(q_rd(b, 2, IGB_V2PMAILBOX) & IGB_V2P_RSTI, "the whole device is being reset");
	cr_assert(q_rd(b, 2, IGB_VTSTATUS) & E1000_STATUS_LU);
	cr_assert_eq(q_rd(b, 5, IGB_VTSTATUS), 0, "no such function");
}

/* -- receive ---------------------------------------------------------------------------------------- */
VF(each_gets_its_own)
{
	struct queue q[PF + 1];
	u32 i, k;

	vfs_on(b);
	for (i = 0; i < VFS; i++)
		q[i] = q_rx(b, (s32)i, 0, 0);
	q[PF] = q_rx(b, -1, PF, 0);
	for (i = 0; i <= PF; i++) {
		inject_to(b, i, i);
		q_take(b, &q[i], got);
		for (k = 0; k <= PF; k++)
			cr_assert_not(q_has(&q[k]));
		cr_assert_eq(got[5], i);
	}
	b_inject(b, board_all, 9, 100);
	for (i = 0; i <= PF; i++)
		q_take(b, &q[i], NULL);
	b_wr(b, IGB_VMOLR + 4, IGB_VMOLR_AUPE);
	b_wr(b, IGB_VT_CTL, PF << IGB_VT_CTL_DEF_SHIFT);
	b_inject(b, board_all, 9, 100);
	q_take(b, &q[0], NULL);
	for (i = 0; i <= PF; i++)
		cr_assert_not(q_has(&q[i]), "no replication: the first only");
	b_wr(b, IGB_VFRE, 5);
	inject_to(b, 1, 1);
	cr_assert_not(q_has(&q[1]), "not enabled");
	cr_assert_eq(q_rd(b, 0, IGB_VFGPRC), 3);
	cr_assert_eq(q_rd(b, 0, IGB_VFMPRC), 2);
	cr_assert_eq(q_rd(b, 0, IGB_VFGORC), 300);
	cr_assert_eq(q_rd(b, 1, IGB_VFGPRC), 2);
}

VF(groups_and_strangers)
{
	static const u8 stranger[6] = { 2, 9, 9, 9, 9, 9 };
	struct queue vf, pf;
	u32 hash = ((u32)(board_group[4] | board_group[5] << 8) >> 4) & 0xfff;

	vfs_on(b);
	vf = q_rx(b, 0, 0, 0);
	pf = q_rx(b, -1, PF, 0);
	b_set(b, E1000_RCTL, E1000_RCTL_UPE);
	b_inject(b, stranger, 1, 100);
	q_take(b, &pf, NULL); /* the default pool's */
	b_wr(b, IGB_VT_CTL, PF << IGB_VT_CTL_DEF_SHIFT | IGB_VT_CTL_DIS_DEF | IGB_VT_CTL_REPLICATE);
	b_inject(b, stranger, 1, 100);
	cr_assert_not(q_has(&pf) || q_has(&vf));
	b_wr(b, IGB_UTA + 4 * 73, 0);
	hash = ((u32)(stranger[4] | stranger[5] << 8) >> 4) & 0xfff;
	b_wr(b, IGB_UTA + 4 * (hash >> 5), 1u << (hash & 31));
	b_set(b, IGB_VMOLR, IGB_VMOLR_ROPE);
	b_inject(b, stranger, 1, 100);
	q_take(b, &vf, NULL);
	hash = ((u32)(board_group[4] | board_group[5] << 8) >> 4) & 0xfff;
	b_wr(b, E1000_MTA + 4 * (hash >> 5), 1u << (hash & 31));
	b_inject(b, board_group, 1, 100);
	cr_assert_not(q_has(&vf));
	b_set(b, IGB_VMOLR, IGB_VMOLR_ROMPE);
	b_inject(b, board_group, 1, 100);
	q_take(b, &vf, NULL);
	b_wr(b, IGB_VMOLR, IGB_VMOLR_AUPE | IGB_VMOLR_MPME);
	b_inject(b, board_group, 1, 100);
	q_take(b, &vf, NULL);
	cr_assert_not(q_has(&pf));
}

static void inject_tagged(struct board *b, u32 pool, u16 tci)
{
	u8 dst[6];

	address(dst, pool);
	b_frame(frame, dst, 1, 104);
	put_be32(frame + 12, 0x81000000 | tci);
	b->ops->inject(b, frame, 104, false);
}

VF(vlans_of_pools)
{
	struct queue q0, q1;
	struct igb_rx_desc d;

	vfs_on(b);
	q0 = q_rx(b, 0, 0, 0);
	q1 = q_rx(b, 1, 0, 0);
	b_set(b, E1000_RCTL, E1000_RCTL_VFE);
	b_wr(b, E1000_VFTA + 4 * (100 >> 5), 1u << (100 & 31));
	b_wr(b, IGB_VLVF, 100 | IGB_VLVF_ENABLE | 2u << IGB_VLVF_POOL_SHIFT);
	inject_tagged(b, 0, 100);
	cr_assert_not(q_has(&q0), "the VLAN is pool 1's");
	inject_tagged(b, 1, 100);
	d = q_take(b, &q1, NULL);
	cr_assert_eq(d.len_vlan, 100 | 100u << 16);
	inject_tagged(b, 1, 101);
	cr_assert_not(q_has(&q1));
	b_wr(b, IGB_VLVF, 100 | 2u << IGB_VLVF_POOL_SHIFT);
	inject_tagged(b, 1, 100);
	cr_assert_not(q_has(&q1), "the entry is off");
	b_clear(b, IGB_VMOLR, IGB_VMOLR_AUPE);
	inject_to(b, 0, 1);
	cr_assert_not(q_has(&q0), "frames without tag are not for it");
}

VF(two_queues_by_hash)
{
	struct queue q0, q1;
	u32 i, len, seen0 = 0, seen1 = 0;
	u8 dst[6];

	vfs_on(b);
	q0 = q_rx(b, 1, 0, 0);
	q1 = q_rx(b, 1, 1, 0);
	b_wr(b, IGB_MRQC, IGB_MRQC_VMDQ_RSS | IGB_MRQC_TCP4);
	b_set(b, IGB_VMOLR + 4, IGB_VMOLR_RSSE);
	for (i = 0; i < 10; i++)
		b_wr(b, IGB_RSSRK + 4 * i, 0x9e3779b1u * (i + 1));
	for (i = 0; i < IGB_RETA / 4; i++)
		b_wr(b, IGB_RETA_REG + 4 * i, 0x08000800);
	address(dst, 1);
	for (i = 0; i < 40; i++) {
		len = b_packet(frame, false, IP_PROTO_TCP, 30);
		memcpy(frame, dst, 6);
		put_be16(frame + 34, (u16)(2000 + i));
		b->ops->inject(b, frame, len, false);
		if (q_has(&q0)) {
			q_take(b, &q0, NULL);
			seen0++;
		} else {
			q_take(b, &q1, NULL);
			seen1++;
		}
	}
	cr_assert(seen0 > 5 && seen1 > 5, "%u and %u", seen0, seen1);
}

/* -- transmit --------------------------------------------------------------------------------------- */
VF(between_functions)
{
	struct queue tx, rx1, pf;
	struct igb_rx_desc d;
	u8 dst[6];

	vfs_on(b);
	tx = q_tx(b, 0, 0);
	rx1 = q_rx(b, 1, 0, 0);
	pf = q_rx(b, -1, PF, 0);
	address(dst, 1);
	q_send(b, &tx, frame, make_frame(0, dst, 1), 0, 0);
	d = q_take(b, &rx1, got);
	cr_assert(d.status & IGB_RXD_LB);
	cr_assert_arr_eq(got, frame, 100);
	cr_assert(b_silent(b), "it does not leave");
	q_send(b, &tx, frame, make_frame(0, board_peer, 2), 0, 0);
	cr_assert_eq(b_sent(b, got), 100);
	cr_assert_not(q_has(&pf), "strangers are outside");
	q_send(b, &tx, frame, make_frame(0, board_all, 3), 0, 0);
	cr_assert_eq(b_sent(b, got), 100, "both");
	q_take(b, &rx1, NULL);
	q_take(b, &pf, NULL);
	b_wr(b, IGB_DTXSWC, 0);
	address(dst, 1);
	q_send(b, &tx, frame, make_frame(0, dst, 4), 0, 0);
	cr_assert_eq(b_sent(b, got), 100, "no switch: a wire");
	cr_assert_not(q_has(&rx1));
	cr_assert_eq(q_rd(b, 0, IGB_VFGPTC), 4);
	cr_assert_eq(q_rd(b, 0, IGB_VFGPTLBC), 1);
	cr_assert_eq(q_rd(b, 1, IGB_VFGPRLBC), 2);
	b_wr(b, IGB_VFTE, 6);
	q_send(b, &tx, frame, 100, 0, 0);
	cr_assert(b_silent(b), "not enabled");
}

VF(spoofing)
{
	struct queue tx;

	vfs_on(b);
	tx = q_tx(b, 0, 0);
	b_set(b, IGB_DTXSWC, 1);
	q_send(b, &tx, frame, make_frame(0, board_peer, 1), 0, 0);
	cr_assert_eq(b_sent(b, got), 100);
	q_send(b, &tx, frame, make_frame(1, board_peer, 2), 0, 0);
	cr_assert(b_silent(b), "another's address");
	cr_assert_eq(b_rd(b, IGB_WVBR), 1);
	cr_assert_eq(b_rd(b, IGB_WVBR), 0);
	b_wr(b, IGB_DTXSWC, IGB_DTXSWC_LOOPBACK | 0x100);
	b_wr(b, IGB_VLVF, 100 | IGB_VLVF_ENABLE | 1u << IGB_VLVF_POOL_SHIFT);
	make_frame(0, board_peer, 1);
	put_be32(frame + 12, 0x81000064);
	q_send(b, &tx, frame, 100, 0, 0);
	cr_assert_eq(b_sent(b, got), 100, "a VLAN of its own");
	put_be32(frame + 12, 0x81000065);
	q_send(b, &tx, frame, 100, 0, 0);
	cr_assert(b_silent(b));
	b_wr(b, IGB_VMVIR, 100 | IGB_VMVIR_ALWAYS);
	q_send(b, &tx, frame, make_frame(0, board_peer, 1), 0, 0);
	cr_assert_eq(b_sent(b, got), 104);
	cr_assert_eq(get_be32(got + 12), 0x81000064, "the port's VLAN");
}

/* A packet of 5000 octets that function 0 wants cut. No doorbell */
static void put_large(struct board *b, struct queue *tx, const u8 *dst, u32 from, u32 mss, u32 cmd)
{
	u32 len = b_packet(frame, false, IP_PROTO_TCP, 5000);
	const u8 *ip = frame + ETH_HLEN;
	u8 *p = b_alloc(b, len);

	memcpy(frame, dst, 6);
	address(frame + 6, from);
	put_be16(frame + ETH_HLEN + IP4_HLEN + 16,
		 (u16)~be16_get(csum_tcpudp_magic(ip + 12, ip + 16, 0, IP_PROTO_TCP, 0)));
	memcpy(p, frame, len);
	q_context(tx, false, IP_PROTO_TCP, mss, 100, 0);
	q_put(tx, b_bus(b, p),
	      len | E1000_TXD_DEXT | IGB_TXD_DTYP_D | IGB_TXD_TSE | E1000_TXD_EOP | E1000_TXD_IFCS | cmd,
	      E1000_TXD_POPTS_TXSM | E1000_TXD_POPTS_IXSM | 5000u << IGB_TXD_PAYLEN_SHIFT);
}

static void send_large(struct board *b, struct queue *tx, const u8 *dst, u32 from, u32 cmd)
{
	put_large(b, tx, dst, from, 1400, cmd);
	q_ring(b, tx);
}

static void cut_for(struct board *b, struct queue *q)
{
	u32 i;

	for (i = 0; i < 4; i++)
		cr_assert_eq(q_take(b, q, got).len_vlan & 0xffff, i < 3 ? 1454 : 854);
}

static void cut_outside(struct board *b, u32 tag)
{
	u32 i;

	for (i = 0; i < 4; i++) {
		cr_assert_eq(b_sent(b, got), (i < 3 ? 1454 : 854) + tag);
		cr_assert_eq(board_gso(b), 0);
	}
}

/* Where a wire cuts and sums, what leaves is left to it, and what stays in the card is not. */
static void large_packets(struct board *b)
{
	struct queue tx, rx1, pf;
	u8 dst[6];

	vfs_on(b);
	b_set(b, IGB_DTXSWC, 0x101);
	b_set(b, IGB_VLVF, 100 | IGB_VLVF_ENABLE | 1u << IGB_VLVF_POOL_SHIFT);
	tx = q_tx(b, 0, 0);
	rx1 = q_rx(b, 1, 0, 0);
	pf = q_rx(b, -1, PF, 0);
	send_large(b, &tx, board_peer, 0, 0);
	cr_assert_eq(b_sent(b, got), 5054);
	cr_assert_eq(board_gso(b), 1400);
	cr_assert_eq(q_rd(b, 0, IGB_VFGPTC), 4, "frames of the wire");
	cr_assert_eq(q_rd(b, 0, IGB_VFGOTC), 5000 + 4 * 54);
	send_large(b, &tx, board_peer, 0, E1000_TXD_VLE);
	cr_assert_eq(b_sent(b, got), 5058);
	cr_assert_eq(get_be32(got + 12), 0x81000064);
	cr_assert_eq(board_gso(b), 1400);
	address(dst, 1);
	send_large(b, &tx, dst, 0, 0);
	cut_for(b, &rx1);
	cr_assert(b_silent(b), "it does not leave");
	send_large(b, &tx, board_all, 0, 0);
	cut_for(b, &rx1);
	cut_for(b, &pf);
	cut_outside(b, 0);
	cr_assert_eq(q_rd(b, 0, IGB_VFGPTC), 16);
	cr_assert_eq(q_rd(b, 0, IGB_VFGPTLBC), 4);
	send_large(b, &tx, board_peer, 1, 0);
	cr_assert(b_silent(b), "another's address");
	cr_assert_eq(b_rd(b, IGB_WVBR), 1);
	b_wr(b, IGB_VLVF, 101 | IGB_VLVF_ENABLE | 1u << IGB_VLVF_POOL_SHIFT);
	send_large(b, &tx, board_peer, 0, E1000_TXD_VLE);
	cr_assert(b_silent(b), "another's VLAN");
	b_wr(b, IGB_DTXSWC, 0);
	send_large(b, &tx, dst, 0, 0);
	cr_assert_eq(b_sent(b, got), 5054, "no switch: a wire");
	cr_assert_eq(board_gso(b), 1400);
}

Test(igb_vf, large_packets)
{
	board_run(&board_82576_offload, large_packets);
}

/* One doorbell, and three packets of a thousand frames each: what a run does does not grow with them. */
VF(a_run_is_bounded)
{
	struct queue tx;
	u8 dst[6];
	u32 i;

	vfs_on(b);
	tx = q_tx(b, 0, 0);
	address(dst, 1);
	for (i = 0; i < 3; i++)
		put_large(b, &tx, dst, 0, 5, 0);
	q_wr(b, 0, tx.base + IGB_Q_TAIL, tx.tail);
	for (i = 1; i <= 3; i++) {
		cr_assert(e1000_model_run(board_model_of(b), board_now(b)), "more to do");
		cr_assert_eq(q_rd(b, 0, IGB_VFGPTC), 1000 * i);
	}
	cr_assert_not(e1000_model_run(board_model_of(b), board_now(b)));
}

VF(vectors)
{
	struct queue tx;

	vfs_on(b);
	b_wr(b, IGB_GPIE, IGB_GPIE_MSIX | IGB_GPIE_EIAME);
	tx = q_tx(b, 2, 1);
	q_wr(b, 2, IGB_VTIVAR, (0x80u | 1) << 16 | (0x80u | 2) << 24);
	q_wr(b, 2, IGB_EIMS, 7);
	q_wr(b, 2, IGB_EIAC, 7);
	cr_assert_eq(b_rd(b, IGB_EIMS), 7u << 16);
	q_send(b, &tx, frame, make_frame(2, board_peer, 1), 0, 0);
	cr_assert_eq(board_vectors(b), 4u << 16, "function 2 has the vectors 16 to 18");
	q_wr(b, 2, IGB_EICS, 1);
	cr_assert_eq(board_vectors(b), 1u << 16);
	q_wr(b, 2, IGB_EIMC, 1);
	q_wr(b, 2, IGB_EICS, 1);
	cr_assert_eq(board_vectors(b), 0);
	cr_assert_eq(q_rd(b, 2, IGB_EICR), 1, "it waits");
	q_wr(b, 2, IGB_EITR + 4, 10 << 2);
	cr_assert_eq(b_rd(b, IGB_EITR + 4 * 17), 10 << 2);
}

/* A fault of one function's memory is that function's. */
VF(dma_errors_stay_in_the_function)
{
	struct queue bad, good;

	vfs_on(b);
	bad = q_rx(b, 0, 0, 0);
	good = q_rx(b, 1, 0, 0);
	bad.rx[0].hash = 0x7777; /* upper half of its first buffer's address */
	inject_to(b, 0, 1);
	inject_to(b, 0, 2);
	cr_assert_not(q_has(&bad));
	inject_to(b, 1, 1);
	q_take(b, &good, NULL);
	q_wr(b, 0, IGB_VTCTRL, E1000_CTRL_RST);
	b_wr(b, IGB_VFRE, 7);
	bad = q_rx(b, 0, 0, 0);
	inject_to(b, 0, 3);
	q_take(b, &bad, NULL);
}
