/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GRO against a slow twin that works on the bytes of the frames alone: random frames of a few flows,
 * each a small step from the one before, arrive in one poll. What comes out has to be what the
 * twin says, packet for packet: merged where every rule allows it, and nowhere else. Cut again, a
 * merged packet has to be the frames that went in, octet for octet, tags included.
 */
#include "core/internal.h"
#include "tests/unit/fixture.h"
#include "wire/wire.h"

enum { FLOWS = 5, POLL = 60, ROUNDS = 1500, FRAME_MAX = 1600 };

/* The next frame of a flow, field by field. */
struct flow {
	bool v6, udp, ts;
	u8 tos, ttl, flags, doff_low, df;
	u16 id, window, urg_ptr, sport;
	u32 id_step, seq, ack, tsval, mss, flow_label;
};

enum tag { TAG_NONE, TAG_OFFLOADED, TAG_IN_FRAME };

struct frame {
	u8 bytes[FRAME_MAX];	/* as on the wire, with its tag */
	u32 len;
	u16 tci;
	enum tag tag;
	u8 ip_summed;
	bool good_csum;
};

/* What the twin says comes out: frames by number. */
struct group {
	u32 nr, frames[POLL];
};

static struct fixture f;
static struct net_device *dev;
static struct prng rnd;
static struct flow flows[FLOWS];
static struct frame sent[POLL];
static u32 nr_sent;
static struct group want[POLL];
static u32 nr_want, nr_got, nr_merged;
static bool plain;	/* no frame out of the ordinary */

static bool one_in(u32 n)
{
	return !plain && !prng_below(&rnd, n);
}

/* -- frames ------------------------------------------------------------------------------ */
static u32 l3_off(const struct frame *fr)
{
	return ETH_HLEN + (fr->tag != TAG_NONE ? VLAN_TAG_LEN : 0u);
}

static u32 put_eth(struct frame *fr, const struct flow *fl)
{
	u8 *p = fr->bytes;

	memset(p, 0, 12);
	p[0] = p[6] = 2;
	p[5] = 1;
	p[11] = 9;
	if (fr->tag != TAG_NONE) {
		put_be16(p + 12, ETH_TYPE_VLAN);
		put_be16(p + 14, fr->tci);
	}
	put_be16(p + l3_off(fr) - 2, fl->v6 ? ETH_TYPE_IP6 : ETH_TYPE_IP4);
	return l3_off(fr);
}

static u32 put_ip6(u8 *p, const struct flow *fl, u32 len, bool odd)
{
	struct ip6_hdr *h = (struct ip6_hdr *)p;
	u32 ext = odd ? 8 : 0;

	memset(p, 0, IP6_HLEN + ext);
	h->ver_tc_flow = ip6_ver_tc_flow(fl->tos, fl->flow_label);
	h->payload_len = be16_make((u16)(ext + len));
	h->nexthdr = fl->udp ? IP_PROTO_UDP : IP_PROTO_TCP;
	h->hop_limit = fl->ttl;
	h->saddr.b[15] = (u8)(fl->sport & 0xff);
	h->daddr.b[15] = 99;
	if (odd) {	/* destination options: PadN */
		p[IP6_HLEN] = h->nexthdr;
		p[IP6_HLEN + 2] = 1;
		p[IP6_HLEN + 3] = 4;
		h->nexthdr = IP_PROTO_DSTOPTS;
	}
	return IP6_HLEN + ext;
}

/* odd: with options, or one fragment of several */
static u32 put_ip4(u8 *p, struct flow *fl, u32 len, bool odd)
{
	struct ip4_hdr *h = (struct ip4_hdr *)p;
	bool frag = odd && one_in(2);
	u32 hlen = IP4_HLEN + (odd && !frag ? 4 : 0);

	memset(p, 0, hlen);
	h->ver_ihl = ip4_ver_ihl(hlen);
	h->tos = fl->tos;
	h->tot_len = be16_make((u16)(hlen + len));
	h->id = be16_make(fl->id);
	h->frag_off = be16_make((u16)((fl->df ? IP4_DF : 0) | (frag ? IP4_MF : 0)));
	h->ttl = fl->ttl;
	h->protocol = fl->udp ? IP_PROTO_UDP : IP_PROTO_TCP;
	h->saddr = be32_make(0x0a000000u + (fl->sport & 0xff));
	h->daddr = be32_make(0x0a0000ff);
	if (hlen > IP4_HLEN)
		memset(h->options, 1, 4);	/* no-operation */
	h->check = ip_fast_csum(h, hlen / 4);
	fl->id = (u16)(fl->id + fl->id_step);
	return hlen;
}

static u32 put_l4(u8 *p, const struct flow *fl, u32 payload)
{
	struct tcp_hdr *th = (struct tcp_hdr *)p;
	u32 hlen = fl->ts ? 32 : TCP_HLEN;

	if (fl->udp) {
		*(struct udp_hdr *)p = (struct udp_hdr){ be16_make(fl->sport), be16_make(53),
			be16_make((u16)(UDP_HLEN + payload)), { 0 } };
		return UDP_HLEN;
	}
	memset(p, 0, hlen);
	*th = (struct tcp_hdr){ .source = be16_make(fl->sport), .dest = be16_make(80),
				.seq = be32_make(fl->seq), .ack_seq = be32_make(fl->ack),
				.doff_res = (u8)(tcp_doff(hlen) | fl->doff_low),
				.flags = fl->flags, .window = be16_make(fl->window),
				.urg_ptr = be16_make(fl->urg_ptr) };
	if (fl->ts) {
		put_be32(th->options, 0x0101080a);
		put_be32(th->options + 4, fl->tsval);
	}
	return hlen;
}

static u32 l4_len_of(const struct flow *fl)
{
	return fl->udp ? UDP_HLEN : fl->ts ? 32 : TCP_HLEN;
}

/* What a sum over everything comes to, with the pseudo header: 0 when it is right. */
static u16 l4_sum(const struct flow *fl, const u8 *l3, const u8 *l4, u32 len)
{
	u32 sum = l4_pseudo_csum(fl->v6 ? ETH_TYPE_IP6 : ETH_TYPE_IP4, l3,
				 fl->udp ? IP_PROTO_UDP : IP_PROTO_TCP, len);

	return csum_fold(csum_partial(l4, len, sum)).raw;
}

static void put_csum(struct frame *fr, const struct flow *fl, u8 *l3, u8 *l4, u32 len)
{
	u8 *field = l4 + (fl->udp ? 6 : 16);
	u16 sum;

	if (fl->udp && one_in(30))	/* none, RFC 768 */
		return;
	sum = l4_sum(fl, l3, l4, len);
	if (!sum)
		sum = 0xffff;
	memcpy(field, &sum, sizeof(sum));
	fr->good_csum = true;
	if (one_in(60)) {
		l4[len - 1] ^= 0x40;
		fr->good_csum = false;
	}
}

static void make_frame(struct frame *fr, struct flow *fl, u32 payload)
{
	u32 at, l3, l4, l4_hdr = l4_len_of(fl);
	bool odd = one_in(50);

	memset(fr, 0, sizeof(*fr));
	fr->tag = fl->sport & 1 ? (one_in(40) ? TAG_NONE : TAG_OFFLOADED) :
		  fl->sport & 2 ? TAG_IN_FRAME : TAG_NONE;
	fr->tci = (u16)(one_in(60) ? 0x6005 : 0x2005);
	l3 = put_eth(fr, fl);
	l4 = l3 + (fl->v6 ? put_ip6(fr->bytes + l3, fl, l4_hdr + payload, odd) :
			    put_ip4(fr->bytes + l3, fl, l4_hdr + payload, odd));
	at = l4 + put_l4(fr->bytes + l4, fl, payload);
	prng_bytes(&rnd, fr->bytes + at, payload);
	fr->len = at + payload;
	put_csum(fr, fl, fr->bytes + l3, fr->bytes + l4, l4_hdr + payload);
	if (fr->good_csum && one_in(3))
		fr->ip_summed = CHECKSUM_UNNECESSARY;
	fl->seq += payload;
}

/* Most steps leave a field as it is. */
static void step_flow(struct flow *fl)
{
	fl->tos = one_in(25) ? (u8)(fl->tos ^ 1u << prng_below(&rnd, 3)) : fl->tos;
	fl->ttl = (u8)(fl->ttl + one_in(40));
	fl->df ^= one_in(60);
	fl->id_step = one_in(40) ? prng_below(&rnd, 3) : fl->id_step;
	fl->id = (u16)(fl->id + one_in(60));
	fl->window = (u16)(fl->window + one_in(40));
	fl->urg_ptr = one_in(60) ? (u16)prng_below(&rnd, 2) : fl->urg_ptr;
	fl->ack += one_in(40);
	fl->tsval += one_in(40);
	fl->seq += one_in(60);
	fl->flow_label += one_in(60);
	fl->doff_low = one_in(40) ? (u8)prng_below(&rnd, 2) : fl->doff_low;	/* AE */
	fl->flags = TCPHDR_ACK | (fl->flags & (TCPHDR_ECE | TCPHDR_CWR));
	if (one_in(25))
		fl->flags ^= one_in(2) ? TCPHDR_ECE : TCPHDR_CWR;
	if (one_in(15))
		fl->flags |= TCPHDR_PSH;
	if (one_in(60))
		fl->flags |= (u8)(1u << prng_below(&rnd, 6));
}

/* -- the twin ------------------------------------------------------------------------------ */
struct view {
	const u8 *l3, *l4;
	u32 l3_hlen, l4_hlen, payload;
	bool v6, udp;
};

/* false: not for GRO: other protocols, options, extension headers, fragments */
static bool view_of(const struct frame *fr, struct view *v)
{
	const u8 *p = fr->bytes + l3_off(fr);

	v->l3 = p;
	v->v6 = p[0] >> 4 == 6;
	v->l3_hlen = v->v6 ? 40 : 20;
	if (!v->v6 && (p[0] != 0x45 || get_be16(p + 6) & 0x3fff))
		return false;
	v->udp = p[v->v6 ? 6 : 9] == 17;
	if (!v->udp && p[v->v6 ? 6 : 9] != 6)
		return false;
	v->l4 = p + v->l3_hlen;
	v->l4_hlen = v->udp ? 8 : (u32)(v->l4[12] >> 4) * 4;
	v->payload = fr->len - l3_off(fr) - v->l3_hlen - v->l4_hlen;
	return true;
}

static bool same_flow(const struct view *a, const struct view *b)
{
	u32 at = a->v6 ? 8 : 12, len = a->v6 ? 32 : 8;

	return a->v6 == b->v6 && a->udp == b->udp && !memcmp(a->l3 + at, b->l3 + at, len) &&
	       !memcmp(a->l4, b->l4, 4);
}

/* Fit to be held: a right sum, data, and of TCP's flags none that means more than data. */
static bool ordinary(const struct frame *fr, const struct view *v)
{
	if (!fr->good_csum || !v->payload)
		return false;
	return v->udp || ((v->l4[13] & 0x10) && !(v->l4[13] & (0x02 | 0x04 | 0x20)));
}

static bool ends(const struct view *v, u32 mss)
{
	return v->payload < mss || (!v->udp && v->l4[13] & (0x01 | 0x08));
}

/* Fields in which neighbours must not differ at all. */
static bool equal_headers(const struct view *a, const struct view *b)
{
	if (a->l4_hlen != b->l4_hlen)
		return false;
	if (a->v6 ? memcmp(a->l3, b->l3, 4) || a->l3[7] != b->l3[7] :
		    a->l3[1] != b->l3[1] || a->l3[8] != b->l3[8] || memcmp(a->l3 + 6, b->l3 + 6, 2))
		return false;
	if (a->udp)
		return true;
	/* acknowledgement, header length, AE, flags but FIN and PSH, window, urgent pointer, options */
	return !memcmp(a->l4 + 8, b->l4 + 8, 5) && !((a->l4[13] ^ b->l4[13]) & ~(0x01 | 0x08)) &&
	       !memcmp(a->l4 + 14, b->l4 + 14, 2) &&
	       !memcmp(a->l4 + 18, b->l4 + 18, a->l4_hlen - 18);
}

/* IPv4: the ids count up, or with DF set (RFC 6864) and TCP are all equal. */
static bool id_follows(const struct group *g, const struct view *first, const struct view *v)
{
	u16 a = get_be16(first->l3 + 4), b = get_be16(v->l3 + 4);
	struct view second;

	if (v->v6)
		return true;
	if (g->nr > 1) {
		view_of(&sent[g->frames[1]], &second);
		if (get_be16(second.l3 + 4) == a)
			return a == b;
	}
	return b == (u16)(a + g->nr) ||
	       (g->nr == 1 && a == b && !v->udp && (get_be16(v->l3 + 6) & IP4_DF));
}

static bool may_follow(const struct group *g, u32 i)
{
	const struct frame *first = &sent[g->frames[0]], *fr = &sent[i];
	struct view a, last, b;
	u32 bytes = 0, k;

	view_of(first, &a);
	view_of(&sent[g->frames[g->nr - 1]], &last);
	view_of(fr, &b);
	for (k = 0; k < g->nr; k++) {
		struct view v;

		view_of(&sent[g->frames[k]], &v);
		bytes += v.payload;
	}
	if ((first->tag != TAG_NONE) != (fr->tag != TAG_NONE) ||
	    (fr->tag != TAG_NONE && first->tci != fr->tci) ||
	    !equal_headers(&a, &b) || b.payload > a.payload ||
	    a.l3_hlen + a.l4_hlen + bytes + b.payload > 65535)
		return false;
	if (b.udp ? g->nr == 64 : get_be32(a.l4 + 4) + bytes != get_be32(b.l4 + 4))
		return false;
	return id_follows(g, &a, &b);
}

static struct group open_groups[POLL];
static u32 nr_open;

static void emit(u32 k)
{
	want[nr_want++] = open_groups[k];
	nr_open--;
	memmove(&open_groups[k], &open_groups[k + 1], (nr_open - k) * sizeof(open_groups[0]));
}

static void emit_lone(u32 i)
{
	want[nr_want++] = (struct group){ 1, { i } };
}

static u32 find_open(const struct view *v)
{
	struct view a;
	u32 k;

	for (k = 0; k < nr_open; k++) {
		view_of(&sent[open_groups[k].frames[0]], &a);
		if (same_flow(&a, v))
			break;
	}
	return k;
}

static void twin_frame(u32 i)
{
	struct view v, a;
	u32 k;

	if (!view_of(&sent[i], &v)) {	/* whose it is is not known: it must overtake none */
		while (nr_open)
			emit(0);
		emit_lone(i);
		return;
	}
	k = find_open(&v);
	if (!ordinary(&sent[i], &v) || (k < nr_open && !may_follow(&open_groups[k], i))) {
		if (k < nr_open)
			emit(k);
		k = nr_open;
	}
	if (!ordinary(&sent[i], &v)) {
		emit_lone(i);
		return;
	}
	if (k == nr_open)
		open_groups[nr_open++].nr = 0;
	open_groups[k].frames[open_groups[k].nr++] = i;
	view_of(&sent[open_groups[k].frames[0]], &a);
	if (ends(&v, a.payload))
		emit(k);
}

static void twin_run(void)
{
	u32 i;

	nr_want = nr_open = 0;
	for (i = 0; i < nr_sent; i++)
		twin_frame(i);
	while (nr_open)
		emit(0);
}

/* -- what arrives ------------------------------------------------------------------------- */
static void expect_bytes(const struct sk_buff *skb, u32 i)
{
	const struct frame *fr = &sent[i];
	u32 tag = skb->vlan_proto ? VLAN_TAG_LEN : 0;
	static u8 got[FRAME_MAX];

	cr_assert_eq(skb->len + tag, fr->len, "frame %u: %u+%u octets of %u", i, skb->len, tag,
		     fr->len);
	if (tag) {
		cr_assert_eq(skb_copy_bits(skb, 0, got, 12), 0);
		put_be16(got + 12, skb->vlan_proto);
		put_be16(got + 14, skb->vlan_tci);
		cr_assert_eq(skb_copy_bits(skb, 12, got + 16, skb->len - 12), 0);
	} else {
		cr_assert_eq(skb_copy_bits(skb, 0, got, skb->len), 0);
	}
	cr_assert_arr_eq(got, fr->bytes, fr->len, "frame %u", i);
}

static void expect_segments(struct sk_buff *skb, const struct group *g)
{
	static const netdev_features_t takes[] = { 0, NETIF_F_SG, NETIF_F_SG | NETIF_F_IP_CSUM };
	struct sk_buff *next;
	u32 k;

	cr_assert_eq(skb_shinfo(skb)->gso_segs, g->nr, "frame %u: %u merged, and %u should be",
		     g->frames[0], skb_shinfo(skb)->gso_segs, g->nr);
	cr_assert_eq(skb->ip_summed, CHECKSUM_PARTIAL);
	skb->network_header = (u16)(skb_headroom(skb) + ETH_HLEN);
	skb = skb_gso_segment(skb, takes[prng_below(&rnd, ARRAY_SIZE(takes))]);
	for (k = 0; skb; skb = next, k++) {
		next = skb->next;
		skb->next = NULL;
		cr_assert_lt(k, g->nr);
		cr_assert_eq(skb_checksum_help(skb), 0);
		expect_bytes(skb, g->frames[k]);
		consume_skb(skb);
	}
	cr_assert_eq(k, g->nr);
}

/* The next packet of those that the twin says are still to come, in this order. */
static void tapped(struct sk_buff *skb, struct net_device *d, struct packet_type *pt)
{
	const struct group *g = &want[nr_got++];

	(void)d, (void)pt;
	cr_assert_leq(nr_got, nr_want, "more packets than there should be");
	if (!skb_is_gso(skb)) {
		cr_assert_eq(g->nr, 1, "frame %u: alone, and %u should be merged", g->frames[0], g->nr);
		expect_bytes(skb, g->frames[0]);
		consume_skb(skb);
		return;
	}
	nr_merged += g->nr;
	expect_segments(skb, g);
}

static struct packet_type tap = { .func = tapped };

static struct sk_buff *to_skb(const struct frame *fr)
{
	struct sk_buff *skb = alloc_skb(f.net, SKB_DATA_HEAD);

	cr_assert_not_null(skb);
	skb_reserve(skb, 64);
	skb_put_data(skb, fr->bytes, fr->len);
	if (fr->tag == TAG_OFFLOADED) {
		memmove(skb->data + VLAN_TAG_LEN, skb->data, 12);
		skb_pull(skb, VLAN_TAG_LEN);
		skb->vlan_proto = ETH_TYPE_VLAN;
		skb->vlan_tci = fr->tci;
	}
	skb->ip_summed = fr->ip_summed;
	return skb;
}

static void setup(void)
{
	u32 i;

	fixture_net_new(&f, 5);
	prng_seed(&rnd, 7);
	dev = fixture_dev_new(f.net, "t0", 0);
	dev_add_pack(f.net, &tap);
	f.net->core.udp_gro_sockets = 1;
	for (i = 0; i < FLOWS; i++)
		flows[i] = (struct flow){ .v6 = i & 1, .udp = i >= 3, .ts = i < 2, .df = i != 2,
					  .ttl = 64, .id = 0xfff0, .id_step = 1, .mss = 1000,
					  .seq = 0xffff0000u, .sport = (u16)(256 + 16 * i) };
}

static void teardown(void)
{
	dev_remove_pack(&tap);
	fixture_net_free(&f);
}

TestSuite(gro_twin, .init = setup, .fini = teardown);

static void one_poll(void)
{
	u32 burst = 0, nr = 0, i;

	for (nr_sent = 0; nr_sent < POLL; nr_sent++) {
		struct flow *fl;

		if (!burst--) {
			nr = prng_below(&rnd, FLOWS);
			burst = prng_below(&rnd, 20);
			flows[nr].sport = (u16)((flows[nr].sport & ~3u) | prng_below(&rnd, 4));
			flows[nr].mss = one_in(3) ? 1 + prng_below(&rnd, 1400) : flows[nr].mss;
		}
		fl = &flows[nr];
		step_flow(fl);
		make_frame(&sent[nr_sent], fl, one_in(20) ? prng_below(&rnd, 1440) : fl->mss);
	}
	twin_run();
	nr_got = 0;
	for (i = 0; i < nr_sent; i++)
		fixture_dev_rx(dev, to_skb(&sent[i]));
	fixture_settle(f.net);
	cr_assert_eq(nr_got, nr_want);
}

/* ATK-FLD-25, VLAN-01 */
Test(gro_twin, merges_what_may_be_merged_and_nothing_else)
{
	u32 i;

	for (i = 0; i < ROUNDS; i++)
		one_poll();
	cr_assert_gt(nr_merged, ROUNDS * POLL / 4, "only %u frames were merged", nr_merged);
}

/* As many as an IP packet holds, and not one more. */
Test(gro_twin, a_packet_is_no_longer_than_ip_allows)
{
	u32 i;

	plain = true;
	for (nr_sent = 0; nr_sent < POLL; nr_sent++) {
		struct flow *fl = &flows[nr_sent < 58 ? 0 : 1];
		u32 j = fl == &flows[0] ? 1448 : 1000;

		fl->flags = TCPHDR_ACK;
		make_frame(&sent[nr_sent], fl, j);
	}
	twin_run();
	cr_assert_geq(nr_want, 3);
	nr_got = 0;
	for (i = 0; i < nr_sent; i++)
		fixture_dev_rx(dev, to_skb(&sent[i]));
	fixture_settle(f.net);
	cr_assert_eq(nr_got, nr_want);
}
