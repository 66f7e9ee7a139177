/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GRO and GSO undo one another: random frames go through GRO, what comes out is cut again, and the
 * frames of every flow must be those that went in, byte for byte and in order. And the other way
 * round: a large packet, cut and merged, is the same again.
 */
#include "core/internal.h"
#include "tests/unit/fixture.h"
#include "wire/wire.h"

enum { FLOWS = 6, FRAMES = 400, FRAME_MAX = 1514, MSS = 900 };

struct flow {
	bool v6, udp, ts, fixed_id, no_df;
	u32 seq;
	u16 id, window;
	u8 ttl, tos;
	u32 sent, seen;
	struct {
		u32 len;
		u8 bytes[FRAME_MAX];
	} frames[FRAMES];
};

static struct fixture f;
static struct net_device *dev;
static struct prng rnd;
static struct flow flows[FLOWS];
static u32 merged, packets;
static bool linear_only;

static u32 below(u32 n)
{
	return prng_below(&rnd, n);
}

/* -- making frames --------------------------------------------------------------------- */
static u32 put_ip(struct flow *fl, u32 nr, u8 *p, u32 l4_len)
{
	struct ip4_hdr *h4 = (struct ip4_hdr *)p;
	struct ip6_hdr *h6 = (struct ip6_hdr *)p;
	u8 proto = fl->udp ? IP_PROTO_UDP : IP_PROTO_TCP;

	if (fl->v6) {
		memset(h6, 0, sizeof(*h6));
		h6->ver_tc_flow = ip6_ver_tc_flow(fl->tos, 77);
		h6->payload_len = be16_make((u16)l4_len);
		h6->nexthdr = proto;
		h6->hop_limit = fl->ttl;
		h6->saddr.b[15] = (u8)(1 + nr);
		h6->daddr.b[15] = 99;
		return IP6_HLEN;
	}
	memset(h4, 0, sizeof(*h4));
	h4->ver_ihl = 0x45;
	h4->tot_len = be16_make((u16)(IP4_HLEN + l4_len));
	h4->id = be16_make(fl->id);
	h4->frag_off = be16_make(fl->no_df ? 0 : IP4_DF);
	h4->tos = fl->tos;
	h4->ttl = fl->ttl;
	h4->protocol = proto;
	h4->saddr = be32_make(0x0a000001 + nr);
	h4->daddr = be32_make(0x0a0000ff);
	h4->check = ip_fast_csum(h4, 5);
	if (!fl->fixed_id)
		fl->id++;
	return IP4_HLEN;
}

static u32 put_tcp(struct flow *fl, u8 *p, u8 tcp_flags_, u32 ack)
{
	struct tcp_hdr *th = (struct tcp_hdr *)p;
	u32 hlen = fl->ts ? 32 : 20;

	memset(th, 0, hlen);
	th->source = be16_make(1000);
	th->dest = be16_make(80);
	th->seq = be32_make(fl->seq);
	th->ack_seq = be32_make(ack);
	th->doff_res = tcp_doff(hlen);
	th->flags = tcp_flags_;
	th->window = be16_make(fl->window);
	if (fl->ts) {
		put_be32(th->options, 0x0101080a);
		put_be32(th->options + 4, 12345 + ack);
	}
	return hlen;
}

static void put_csum(struct flow *fl, u8 *l3, u32 l3_len, u32 l4_len)
{
	u8 proto = fl->udp ? IP_PROTO_UDP : IP_PROTO_TCP;
	u8 *field = l3 + l3_len + (fl->udp ? 6 : 16);
	u32 sum = l4_pseudo_csum(fl->v6 ? ETH_TYPE_IP6 : ETH_TYPE_IP4, l3, proto, l4_len);
	be16 check;

	memset(field, 0, 2);
	check = csum_fold(csum_partial(l3 + l3_len, l4_len, sum));
	if (!check.raw)
		check.raw = 0xffff;
	memcpy(field, &check, 2);
}

/* One frame of flow nr into out; returns its length. */
static u32 make_frame(u32 nr, u8 *out, u8 tcp_flags_, u32 ack, u32 payload)
{
	struct flow *fl = &flows[nr];
	struct eth_hdr *eth = (struct eth_hdr *)out;
	u32 hlen = fl->udp ? UDP_HLEN : fl->ts ? 32 : 20, l3_len;
	struct udp_hdr *uh;

	memset(eth, 0, sizeof(*eth));
	eth->dst[0] = eth->src[0] = 2;
	eth->dst[5] = 1;
	eth->src[5] = 9;
	eth->type = be16_make(fl->v6 ? ETH_TYPE_IP6 : ETH_TYPE_IP4);
	l3_len = put_ip(fl, nr, out + ETH_HLEN, hlen + payload);
	if (fl->udp) {
		uh = (struct udp_hdr *)(out + ETH_HLEN + l3_len);
		*uh = (struct udp_hdr){ be16_make(5), be16_make(53),
					be16_make((u16)(UDP_HLEN + payload)), { 0 } };
	} else {
		put_tcp(fl, out + ETH_HLEN + l3_len, tcp_flags_, ack);
	}
	prng_bytes(&rnd, out + ETH_HLEN + l3_len + hlen, payload);
	put_csum(fl, out + ETH_HLEN, l3_len, hlen + payload);
	fl->seq += payload;
	return ETH_HLEN + l3_len + hlen + payload;
}

/* A received packet: headers linear, the rest there too or in pages. */
static struct sk_buff *to_skb(const u8 *bytes, u32 len)
{
	struct sk_buff *skb = alloc_skb(f.net, SKB_DATA_HEAD);
	u32 linear = linear_only || below(2) ? len : min(len, 100u), at = linear;

	cr_assert_not_null(skb);
	skb_reserve(skb, 64);
	skb_put_data(skb, bytes, linear);
	while (at < len) {
		struct page_frag *pf = &f.net->frag_cache;
		u32 n = min(len - at, 1 + below(1400));

		cr_assert_eq(page_frag_refill(f.net, pf, n), 0);
		memcpy(pf->page->data + pf->off, bytes + at, n);
		cr_assert_eq(skb_add_frag(skb, pf->page, pf->off, n), 0);
		pf->off += n;
		at += n;
	}
	return skb;
}

/* -- checking what arrives -------------------------------------------------------------- */
static struct flow *flow_of(const u8 *frame)
{
	if (get_be16(frame + 12) == ETH_TYPE_IP6)
		return &flows[frame[ETH_HLEN + 23] - 1];
	return &flows[frame[ETH_HLEN + 15] - 1];
}

static void expect_frame(struct sk_buff *skb)
{
	static u8 got[FRAME_MAX];
	struct flow *fl;

	cr_assert_leq(skb->len, FRAME_MAX);
	cr_assert_eq(skb_copy_bits(skb, 0, got, skb->len), 0);
	fl = flow_of(got);
	cr_assert_lt(fl->seen, fl->sent);
	cr_assert_eq(skb->len, fl->frames[fl->seen].len, "%u %u", skb->len,
		     fl->frames[fl->seen].len);
	cr_assert_arr_eq(got, fl->frames[fl->seen].bytes, skb->len);
	fl->seen++;
	consume_skb(skb);
}

static void arrived(struct sk_buff *skb, struct net_device *d, struct packet_type *pt)
{
	struct sk_buff *next;

	(void)d, (void)pt;
	cr_assert_eq(skb->cb[0], 0);
	skb_push(skb, ETH_HLEN);
	if (!skb_is_gso(skb)) {
		expect_frame(skb);
		return;
	}
	merged += skb_shinfo(skb)->gso_segs;
	packets++;
	cr_assert_eq(skb->ip_summed, CHECKSUM_PARTIAL);
	for (skb = skb_gso_segment(skb, below(2) ? NETIF_F_SG : 0); skb; skb = next) {
		next = skb->next;
		skb->next = NULL;
		expect_frame(skb);
	}
}

static struct packet_type pt4 = { .type = ETH_TYPE_IP4, .func = arrived };
static struct packet_type pt6 = { .type = ETH_TYPE_IP6, .func = arrived };

static void setup(void)
{
	u32 i;

	fixture_net_new(&f, 3);
	prng_seed(&rnd, 99);
	dev = fixture_dev_new(f.net, "t0", 0);
	dev_add_pack(f.net, &pt4);
	dev_add_pack(f.net, &pt6);
	f.net->core.udp_gro_sockets = 1;
	merged = packets = 0;
	linear_only = false;
	memset(flows, 0, sizeof(flows));
	for (i = 0; i < FLOWS; i++) {
		flows[i].v6 = i & 1;
		flows[i].udp = i >= 4;
		flows[i].ts = i < 2;
		flows[i].fixed_id = i == 2;
		flows[i].no_df = i == 4;
		flows[i].seq = 0xfffff000u + i;
		flows[i].id = 0xffee;
		flows[i].window = 500;
		flows[i].ttl = 64;
	}
}

static void teardown(void)
{
	dev_remove_pack(&pt4);
	dev_remove_pack(&pt6);
	fixture_net_free(&f);
}

TestSuite(gro, .init = setup, .fini = teardown);

static void send_one(u32 nr, u8 flags, u32 ack, u32 payload)
{
	struct flow *fl = &flows[nr];
	u32 len;

	if (fl->sent == FRAMES)
		return;
	len = make_frame(nr, fl->frames[fl->sent].bytes, flags, ack, payload);
	fl->frames[fl->sent].len = len;
	fixture_dev_rx(dev, to_skb(fl->frames[fl->sent].bytes, len));
	fl->sent++;
}

static void all_seen(void)
{
	u32 i;

	fixture_settle(f.net);
	for (i = 0; i < FLOWS; i++)
		cr_assert_eq(flows[i].seen, flows[i].sent, "flow %u", i);
}

static void random_frames(void)
{
	u32 i, n;

	for (i = 0; i < 1200; i++) {
		u32 nr = below(FLOWS), payload = below(12) ? MSS : below(MSS + 200);
		u8 flags = TCPHDR_ACK;

		if (!below(10))
			flags |= TCPHDR_PSH;
		if (!below(40))
			flags |= (u8)(1u << below(8));
		for (n = 1 + below(4); n; n--) {
			flows[nr].window += !below(30);
			flows[nr].ttl += !below(30);
			flows[nr].tos ^= !below(30);
			send_one(nr, flags, below(30) ? 5 : below(10), payload);
		}
		if (!below(5))
			all_seen();
	}
	all_seen();
	cr_assert_gt(merged, 600, "only %u frames were merged", merged);
}

/* ATK-FLD-25: alternating flows, odd flags and lengths: nothing is lost, merged wrongly or kept */
Test(gro, random_frames_survive)
{
	random_frames();
}

/* What a driver copies behind a packet that is held is what it would have made a packet of. Half of the
 * frames are asked for, the others (their payload is in pages) are not. */
Test(gro, random_frames_survive_without_packets)
{
	u32 without;

	random_frames();
	without = merged;
	teardown();
	setup();
	fixture_dev(dev)->copies = true;
	random_frames();
	cr_assert_eq(merged, without, "%u and %u", merged, without);
	cr_assert_gt(fixture_dev(dev)->copied, 100, "only %u", fixture_dev(dev)->copied);
}

Test(gro, full_train_without_packets)
{
	u32 i, nr;

	fixture_dev(dev)->copies = linear_only = true;
	for (nr = 0; nr < FLOWS; nr++)
		for (i = 0; i < 40; i++)
			send_one(nr, TCPHDR_ACK | (i == 39 ? TCPHDR_PSH : 0), 5, i < 39 ? MSS : 10);
	all_seen();
	cr_assert_eq(merged, 40 * FLOWS);
	cr_assert_eq(packets, FLOWS);
	cr_assert_eq(fixture_dev(dev)->copied, 39 * FLOWS, "all but the first: %u", fixture_dev(dev)->copied);
}

Test(gro, full_train_is_one_packet)
{
	u32 i;

	for (i = 0; i < 40; i++)
		send_one(0, TCPHDR_ACK | (i == 39 ? TCPHDR_PSH : 0), 5, MSS);
	all_seen();
	cr_assert_eq(merged, 40);
}

/* A context that used up its weight is polled on in the same turn: what it held may still grow. */
Test(gro, train_longer_than_a_poll_is_one_packet)
{
	u32 i;

	for (i = 0; i < 2 * NAPI_POLL_WEIGHT; i++)
		send_one(2, TCPHDR_ACK, 5, 400);
	all_seen();
	cr_assert_eq(merged, 2 * NAPI_POLL_WEIGHT);
	cr_assert_eq(packets, 1);
}

/* And when the turn's budget is used up, nothing waits for the next. */
Test(gro, nothing_is_held_beyond_a_turn)
{
	u32 i;

	for (i = 0; i < 2 * NAPI_POLL_WEIGHT; i++)
		send_one(2, TCPHDR_ACK, 5, 400);
	net_run(f.net, f.net->now, NAPI_POLL_WEIGHT);
	cr_assert_eq(flows[2].seen, NAPI_POLL_WEIGHT);
	all_seen();
	cr_assert_eq(packets, 2);
}

static void damaged_checksum(void)
{
	struct flow *fl = &flows[0];
	u32 i;

	for (i = 0; i < 4; i++) {
		u32 len = make_frame(0, fl->frames[i].bytes, TCPHDR_ACK, 5, MSS);

		fl->frames[i].bytes[len - 1] ^= i == 2;
		fl->frames[i].len = len;
		fixture_dev_rx(dev, to_skb(fl->frames[i].bytes, len));
		fl->sent++;
	}
	all_seen();
	cr_assert_eq(merged, 2, "the first two only: %u", merged);
}

Test(gro, damaged_checksum_is_not_merged)
{
	damaged_checksum();
	teardown();
	setup();
	fixture_dev(dev)->copies = true;
	damaged_checksum();
}

Test(gro, link_padding_is_cut_off)	/* ETH-02 */
{
	struct flow *fl = &flows[2];
	u8 padded[60] = { 0 };
	u32 len = make_frame(2, fl->frames[0].bytes, TCPHDR_ACK, 5, 3);

	fl->frames[0].len = len;
	fl->sent = 1;
	cr_assert_lt(len, sizeof(padded));
	memcpy(padded, fl->frames[0].bytes, len);
	fixture_dev_rx(dev, to_skb(padded, sizeof(padded)));
	all_seen();
}

Test(gro, udp_only_when_wanted)
{
	u32 i;

	f.net->core.udp_gro_sockets = 0;
	for (i = 0; i < 10; i++)
		send_one(4, 0, 0, 500);
	all_seen();
	cr_assert_eq(merged, 0);
	f.net->core.udp_gro_sockets = 1;
	for (i = 0; i < 10; i++)
		send_one(4, 0, 0, 500);
	all_seen();
	cr_assert_eq(merged, 10);
}

/* -- cutting what we made ourselves ------------------------------------------------------- */
static void freed_owner(struct sk_buff *skb)
{
	*(u32 *)skb->sk -= skb->truesize;
}

static struct sk_buff *big_packet(u32 nr, u32 payload, u32 mss)
{
	struct flow *fl = &flows[nr];
	struct sk_buff *skb = alloc_skb(f.net, 300);
	static u8 hdr[FRAME_MAX];
	u32 l4 = fl->udp ? UDP_HLEN : fl->ts ? 32 : 20, left = payload;
	struct l4_layout l = {
		fl->v6 ? ETH_TYPE_IP6 : ETH_TYPE_IP4, fl->udp ? IP_PROTO_UDP : IP_PROTO_TCP,
		ETH_HLEN, ETH_HLEN + (fl->v6 ? 40u : 20u), 0, 0,
	};

	l.hdr_len = l.l4_off + l4;
	make_frame(nr, hdr, TCPHDR_ACK | TCPHDR_PSH | TCPHDR_FIN | TCPHDR_CWR, 5, 0);
	skb_reserve(skb, 100);
	skb_put_data(skb, hdr, l.hdr_len);
	while (left) {
		struct page *page = page_alloc(f.net);
		u32 n = min_t(u32, left, NET_PAGE_SIZE);

		prng_bytes(&rnd, page->data, n);
		cr_assert_eq(skb_add_frag(skb, page, 0, n), 0);
		page_put(page);
		left -= n;
	}
	skb_reset_mac_header(skb);
	skb->mac_len = ETH_HLEN;
	skb->network_header = (u16)(skb_headroom(skb) + ETH_HLEN);
	skb->transport_header = (u16)(skb_headroom(skb) + l.l4_off);
	skb->protocol = l.l3_type;
	skb_shinfo(skb)->gso_size = (u16)mss;
	skb_shinfo(skb)->gso_segs = (u16)((payload + mss - 1) / mss);
	skb_shinfo(skb)->gso_type = fl->udp ? SKB_GSO_UDP_L4 :
				    fl->v6  ? SKB_GSO_TCPV6 : SKB_GSO_TCPV4 | SKB_GSO_TCP_ECN;
	l4_set_lengths(skb, &l);
	l4_set_partial(skb, &l);
	return skb;
}

/* -- and merging it again ------------------------------------------------------------------ */
static struct sk_buff_head again;

static void arrived_again(struct sk_buff *skb, struct net_device *d, struct packet_type *pt)
{
	(void)d, (void)pt;
	skb_push(skb, ETH_HLEN);
	skb_queue_tail(&again, skb);
}

/* skb has to be the octets [from, from + its payload) of the whole, with the headers of it. */
static u32 expect_part(const struct sk_buff *skb, const u8 *whole, u32 hdr, u32 from)
{
	static u8 got[70000];

	cr_assert_eq(skb_copy_bits(skb, 0, got, skb->len), 0);
	cr_assert_arr_eq(got + hdr, whole + hdr + from, skb->len - hdr);
	return skb->len - hdr;
}

static void merge_again(u32 nr, u32 payload, u32 mss, bool accecn)
{
	struct sk_buff *skb = big_packet(nr, payload, mss), *segs, *next;
	u32 hdr = skb->len - payload, n = (payload + mss - 1) / mss, want = 1, off = 0;
	static u8 whole[70000], got[70000];

	if (accecn)
		skb_shinfo(skb)->gso_type = (u8)((skb_shinfo(skb)->gso_type & ~SKB_GSO_TCP_ECN) |
						 SKB_GSO_TCP_ACCECN);
	cr_assert_eq(skb_copy_bits(skb, 0, whole, skb->len), 0);
	segs = skb_gso_segment(skb, NETIF_F_HW_CSUM | (below(2) ? NETIF_F_SG : 0));
	for (; segs; segs = next) {
		next = segs->next;
		segs->next = NULL;
		if (below(2))
			cr_assert_eq(skb_checksum_help(segs), 0);
		fixture_dev_rx(dev, segs);
	}
	fixture_settle(f.net);
	if (flows[nr].udp)
		want = (n + 63) / 64;
	else if (!accecn)
		want = 2;	/* the first alone has CWR (RFC 3168) */
	cr_assert_eq(again.qlen, want, "%u segments became %u packets", n, again.qlen);
	if (want == 1) {
		skb = skb_peek(&again);
		cr_assert_eq(skb_shinfo(skb)->gso_size, mss);
		cr_assert_eq(skb_shinfo(skb)->gso_segs, n);
		cr_assert_eq(skb_copy_bits(skb, 0, got, skb->len), 0);
		cr_assert_arr_eq(got, whole, hdr, "headers, too");
	}
	while ((skb = skb_dequeue(&again))) {
		off += expect_part(skb, whole, hdr, off);
		consume_skb(skb);
	}
	cr_assert_eq(off, payload);
}

/* A large packet that was cut is the same again when its segments have been merged. */
Test(gro, what_was_cut_is_merged_again)
{
	u32 round;

	skb_queue_head_init(&again);
	pt4.func = pt6.func = arrived_again;
	for (round = 0; round < 300; round++) {
		u32 mss = 1100 + below(300), nr = below(FLOWS);

		flows[nr].seq = prng_u32(&rnd);
		merge_again(nr, mss + 1 + below(62000 - mss), mss, !flows[nr].udp && below(2));
	}
}

static void check_segments(u32 nr, struct sk_buff *segs, const u8 *whole, u32 hdr, u32 payload,
			   u32 mss)
{
	struct flow *fl = &flows[nr];
	u32 off = 0, idx = 0;
	static u8 got[FRAME_MAX];

	for (; segs; segs = segs->next, idx++) {
		u32 n = min(mss, payload - off), l3 = ETH_HLEN, l4 = fl->v6 ? 54 : 34;
		u32 l4_len = segs->len - l4;
		u32 sum;

		cr_assert_eq(segs->len, hdr + n);
		cr_assert_eq(skb_copy_bits(segs, 0, got, segs->len), 0);
		cr_assert_arr_eq(got + hdr, whole + hdr + off, n);
		sum = l4_pseudo_csum(fl->v6 ? ETH_TYPE_IP6 : ETH_TYPE_IP4, got + l3,
				     fl->udp ? 17 : 6, l4_len);
		cr_assert_eq(csum_fold(csum_partial(got + l4, l4_len, sum)).raw, 0);
		if (!fl->v6) {
			cr_assert_eq(ip_fast_csum(got + l3, 5).raw, 0);
			cr_assert_eq(get_be16(got + l3 + 2), segs->len - l3);
			cr_assert_eq((u16)(get_be16(got + l3 + 4) - get_be16(whole + l3 + 4)), idx);
		} else {
			cr_assert_eq(get_be16(got + l3 + 4), segs->len - l3 - 40);
		}
		if (!fl->udp) {
			u8 want = TCPHDR_ACK | (idx ? 0 : TCPHDR_CWR);

			if (off + n == payload)
				want |= TCPHDR_PSH | TCPHDR_FIN;
			cr_assert_eq(got[l4 + 13], want);
			cr_assert_eq(get_be32(got + l4 + 4) - get_be32(whole + l4 + 4), off);
		} else {
			cr_assert_eq(get_be16(got + l4 + 4), l4_len);
		}
		off += n;
	}
	cr_assert_eq(off, payload);
}

Test(gro, segments_of_a_large_packet)
{
	static u8 whole[70000];
	u32 round, nr, owned;

	for (round = 0; round < 300; round++) {
		u32 mss = 400 + below(1000), payload = mss + 1 + below(62000 - mss), hdr;
		struct sk_buff *skb, *segs;

		nr = below(FLOWS);
		skb = big_packet(nr, payload, mss);
		hdr = skb->len - payload;
		cr_assert_eq(skb_copy_bits(skb, 0, whole, skb->len), 0);
		owned = skb->truesize;
		skb->sk = (struct sock *)(void *)&owned;
		skb->destructor = freed_owner;
		segs = skb_gso_segment(skb, round & 1 ? NETIF_F_SG : 0);
		cr_assert_not_null(segs);
		cr_assert_gt(owned, 0, "the owner is charged until the last one has gone");
		check_segments(nr, segs, whole, hdr, payload, mss);
		kfree_skb_list_reason(segs, SKB_DROP_NOT_SPECIFIED);
		cr_assert_eq(owned, 0);
	}
}

Test(gro, segmentation_without_memory_drops_once)
{
	struct sk_buff *skb;
	u32 i;

	for (i = 0; i < 40; i++) {
		u64 before = f.net->drops[SKB_DROP_NOMEM];

		skb = big_packet(0, 30000, 1000);
		f.fail_after = i;
		skb = skb_gso_segment(skb, NETIF_F_SG);
		f.fail_after = -1;
		if (!skb)
			cr_assert_eq(f.net->drops[SKB_DROP_NOMEM], before + 1);
		kfree_skb_list_reason(skb, SKB_DROP_NOT_SPECIFIED);
	}
}

Test(gro, malformed_gso_is_refused)
{
	struct sk_buff *skb = big_packet(0, 30000, 1000);

	skb->data[ETH_HLEN] = 0x42;	/* header length 8 */
	cr_assert_null(skb_gso_segment(skb, NETIF_F_SG));
	cr_assert_eq(f.net->drops[SKB_DROP_SKB_GSO_SEG], 1);
}

Test(gro, device_gets_what_it_can_take)
{
	struct fixture_dev *d = fixture_dev(dev);
	struct sk_buff *skb;

	dev->features |= NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO;
	skb = big_packet(2, 20000, 1000);
	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
	skb->dev = dev;
	dev_queue_xmit(skb);
	cr_assert_eq(d->tx.qlen, 1, "whole");
	skb = big_packet(2, 20000, 1000);
	skb->dev = dev;
	dev_queue_xmit(skb);
	cr_assert_eq(d->tx.qlen, 21, "CWR needs NETIF_F_TSO_ECN");
	dev->features &= ~(netdev_features_t)(NETIF_F_SG | NETIF_F_HW_CSUM);
	skb = big_packet(3, 20000, 1000);
	skb->dev = dev;
	dev_queue_xmit(skb);
	cr_assert_eq(d->tx.qlen, 41);
	cr_assert(!skb_is_nonlinear(skb_peek_tail(&d->tx)));
	cr_assert_eq(skb_peek_tail(&d->tx)->ip_summed, CHECKSUM_NONE);
}

/* A packet of one piece of pages whose sum is yet to be made, as one that is not cut. */
static struct sk_buff *sent_whole(u32 nr, netdev_features_t features)
{
	struct sk_buff *skb = big_packet(nr, 900, 1000);

	skb_shinfo(skb)->gso_size = skb_shinfo(skb)->gso_segs = 0;
	skb_shinfo(skb)->gso_type = 0;
	skb->dev = dev;
	dev->features &= ~(netdev_features_t)(NETIF_F_SG | NETIF_F_ALL_CSUM);
	dev->features |= features;
	dev_queue_xmit(skb);
	skb = skb_peek_tail(&fixture_dev(dev)->tx);
	cr_assert_not_null(skb);
	return skb;
}

/* Nothing is to be cut, but the device takes neither pieces nor unfinished sums, or one of them only. */
Test(gro, device_gets_what_it_can_take_of_small_packets)
{
	u32 nr;

	for (nr = 0; nr < 4; nr++) {
		const struct sk_buff *skb = sent_whole(nr, NETIF_F_SG | NETIF_F_HW_CSUM);
		u32 l3 = ETH_HLEN, l4 = l3 + (flows[nr].v6 ? IP6_HLEN : IP4_HLEN), sum;
		u8 proto = flows[nr].udp ? IP_PROTO_UDP : IP_PROTO_TCP;

		cr_assert(skb_is_nonlinear(skb));
		cr_assert_eq(skb->ip_summed, CHECKSUM_PARTIAL);
		skb = sent_whole(nr, NETIF_F_HW_CSUM);
		cr_assert(!skb_is_nonlinear(skb));
		cr_assert_eq(skb->ip_summed, CHECKSUM_PARTIAL);
		skb = sent_whole(nr, 0);
		cr_assert(!skb_is_nonlinear(skb));
		cr_assert_eq(skb->ip_summed, CHECKSUM_NONE);
		sum = l4_pseudo_csum(flows[nr].v6 ? ETH_TYPE_IP6 : ETH_TYPE_IP4, skb->data + l3, proto,
				     skb->len - l4);
		cr_assert_eq(csum_fold(csum_partial(skb->data + l4, skb->len - l4, sum)).raw, 0);
	}
}

/* Neither more octets nor more segments than the device says. */
Test(gro, device_gets_no_more_than_it_can_cut)
{
	struct sk_buff_head *tx = &fixture_dev(dev)->tx;
	struct sk_buff *skb;
	u32 i;

	dev->features |= NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO;
	for (i = 0; i < 3; i++) {
		skb = big_packet(2, 20000, 1000);
		skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
		skb->dev = dev;
		dev->gso_max_segs = i == 1 ? 19 : 20;
		dev->gso_max_size = i == 2 ? skb->len - 1 : skb->len;
		dev_queue_xmit(skb);
		cr_assert_eq(tx->qlen, i ? 20 : 1, "%u", i);
		skb_queue_purge(tx);
	}
}
