/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reassembly of both families against a twin that keeps an array of octets. IP4-15, IP4-16, IP4-17,
 * IP4-18, IP4-19, IP4-20, IP4-21, IP4-22, IP6-10, IP6-11, IP6-12, IP6-13, IP6-14, IP6-15, IP6-16.
 */
#include "tests/unit/ip/ipnet.h"

enum { SINK = 200, UNIT = 8, MAX_UNITS = 40 };

static struct ipnet n;
static u32 delivered;
static u8 got[66000];
static u32 got_len;
static struct inet_skb_cb got_cb;

static void sink_rcv(struct sk_buff *skb)
{
	delivered++;
	got_len = skb->len;
	got_cb = *inet_cb(skb);
	cr_assert_eq(skb_copy_bits(skb, 0, got, skb->len), 0);
	consume_skb(skb);
}

static const struct net_protocol sink = { .rcv = sink_rcv };

static void setup(void)
{
	ipnet_new(&n, 7);
	ipnet_know(&n, "10.0.0.2");
	ipnet_know(&n, "fd00::2");
	inet_add_protocol(n.net, &sink, SINK, 3);
	fixture_advance(n.net, 5 * NSEC_PER_SEC);
	ipnet_tx_drop(&n);
	delivered = 0;
}

static void teardown(void)
{
	inet_del_protocol(n.net, SINK, 3);
	ipnet_free(&n);
}

TestSuite(frag, .init = setup, .fini = teardown);

/* -- sending fragments ---------------------------------------------------------- */

struct piece {
	u32 off, len;		/* octets */
	bool more;
	u8 fill;		/* added to every octet: tells copies apart */
	u8 ecn;
};

static void piece_bytes(u8 *buf, const struct piece *p)
{
	for (u32 i = 0; i < p->len; i++)
		buf[i] = (u8)((p->off + i) * 13 + p->fill);
}

static void rx4(u16 id, const struct piece *p)
{
	static u8 data[66000];
	struct pkt4 q = { .proto = SINK, .id = id, .payload = data, .len = p->len, .tos = p->ecn,
			  .frag_off = (u16)(p->off / 8 | (p->more ? IP4_MF : 0)) };

	piece_bytes(data, p);
	pkt4_rx(&n, &q);
}

static void rx6(u32 id, const struct piece *p)
{
	static u8 data[66000];
	struct ip6_frag_hdr *fh = (struct ip6_frag_hdr *)data;
	struct pkt6 q = { .nexthdr = IP_PROTO_FRAGMENT, .payload = data, .tclass = p->ecn,
			  .len = p->len + IP6_FRAG_HLEN };

	fh->nexthdr = SINK;
	fh->reserved = 0;
	fh->frag_off = be16_make((u16)(p->off | (p->more ? IP6_MF : 0)));
	fh->id = be32_make(id);
	piece_bytes(data + IP6_FRAG_HLEN, p);
	pkt6_rx(&n, &q);
}

static void rx(int family, u32 id, const struct piece *p)
{
	if (family == 4)
		rx4((u16)id, p);
	else
		rx6(id, p);
}

/* -- the twin --------------------------------------------------------------------- */

struct twin {
	u8 bytes[MAX_UNITS * UNIT];
	bool have[MAX_UNITS * UNIT];
	struct piece pieces[64];
	u32 nr, end, max_end;
	bool last, dead, done;
};

static bool twin_overlaps(const struct twin *t, const struct piece *p, bool *exact)
{
	bool overlap = false;

	*exact = false;
	for (u32 i = 0; i < t->nr; i++) {
		const struct piece *o = &t->pieces[i];

		if (p->off >= o->off + o->len || o->off >= p->off + p->len)
			continue;
		overlap = true;
		*exact |= o->off == p->off && o->len == p->len;
	}
	return overlap;
}

static bool twin_end_ok(struct twin *t, const struct piece *p)
{
	u32 end = p->off + p->len;

	if (!p->more && (end < t->max_end || (t->last && t->end != end)))
		return false;
	if (p->more && t->last && end > t->end)
		return false;
	if (!p->more) {
		t->last = true;
		t->end = end;
	}
	t->max_end = max(t->max_end, end);
	return true;
}

static void twin_add(struct twin *t, const struct piece *p)
{
	bool exact;
	u32 covered = 0;

	if (t->dead || t->done)
		return;
	if (!twin_end_ok(t, p)) {
		t->dead = true;
		return;
	}
	if (twin_overlaps(t, p, &exact)) {
		t->dead = !exact;
		return;
	}
	piece_bytes(t->bytes + p->off, p);
	memset(t->have + p->off, true, p->len);
	t->pieces[t->nr++] = *p;
	for (u32 i = 0; t->last && i < t->end; i++)
		covered += t->have[i];
	t->done = t->last && covered == t->end;
}

/* -- the property -------------------------------------------------------------------- */

/* Pieces of a datagram of len octets, cut at random; sometimes one that does not fit. */
static u32 make_pieces(struct prng *r, struct piece *p, u32 len, bool nasty)
{
	u32 nr = 0, off = 0;

	while (off < len) {
		u32 units = 1 + prng_below(r, 6), l = min(units * UNIT, len - off);

		p[nr++] = (struct piece){ .off = off, .len = l, .more = off + l < len };
		off += l;
	}
	for (u32 i = 0; i < nr / 4; i++)		/* exact duplicates with other octets */
		p[nr] = p[prng_below(r, nr)], p[nr++].fill = 100;
	if (nasty) {
		u32 at = (1 + prng_below(r, MAX_UNITS - 5)) * UNIT;	/* not atomic */

		p[nr++] = (struct piece){ .off = at, .len = UNIT * (1 + prng_below(r, 4)),
					  .more = prng_chance(r, 3, 4), .fill = 50 };
	}
	for (u32 i = nr; i > 1; i--)
		swap(p[i - 1], p[prng_below(r, i)]);
	return nr;
}

static void property(int family)
{
	struct prng r;

	prng_seed(&r, 11);
	for (u32 round = 0; round < 3000; round++) {
		u32 len = 49 + prng_below(&r, MAX_UNITS * UNIT - 100);
		struct piece p[64];
		u32 nr = make_pieces(&r, p, len, prng_chance(&r, 1, 2));
		struct twin t = { .nr = 0 };

		delivered = 0;
		for (u32 i = 0; i < nr; i++) {
			bool was_done = t.done;

			if (was_done)
				break;		/* a late copy begins a new datagram */
			twin_add(&t, &p[i]);
			rx(family, round, &p[i]);
			cr_assert_eq(delivered, t.done, "round %u piece %u", round, i);
		}
		if (!t.done)
			continue;
		cr_assert_eq(got_len, t.end, "round %u", round);
		cr_assert_arr_eq(got, t.bytes, t.end, "round %u", round);
		cr_assert(got_cb.flags & INET_CB_FRAGMENTED);
	}
	fixture_advance(n.net, 61 * NSEC_PER_SEC);
	ipnet_tx_drop(&n);
	cr_assert_eq(n.net->ip.frags[family == 6].mem, 0);
	cr_assert_eq(n.net->ip.frags[family == 6].nr_queues, 0);
}

Test(frag, property_ipv4, .timeout = 240)
{
	sysctl_set(n.net, "net.ipv4.ipfrag_max_dist", "0");
	property(4);
}

Test(frag, property_ipv6, .timeout = 240)
{
	property(6);
}

/* -- single cases ----------------------------------------------------------------------- */

static const struct piece first = { .off = 0, .len = 16, .more = true };
static const struct piece second = { .off = 16, .len = 16, .more = true };
static const struct piece third = { .off = 32, .len = 5, .more = false };

/*
 * packet-suites 26: whatever comes after an overlap, nothing is delivered (RFC 5722). ATK-RSM-03,07:
 * teardrop and its kin. With TCP in them: tests/unit/tcp/test_attack.c
 */
Test(frag, overlap_poisons_until_timeout)
{
	static const struct piece over = { .off = 8, .len = 16, .more = true, .fill = 9 };

	for (int family = 4; family <= 6; family += 2) {
		delivered = 0;
		rx(family, 1, &first);
		rx(family, 1, &over);
		rx(family, 1, &first);
		rx(family, 1, &second);
		rx(family, 1, &third);
		cr_assert_eq(delivered, 0);
		fixture_advance(n.net, 61 * NSEC_PER_SEC);
		rx(family, 1, &third);
		rx(family, 1, &second);
		rx(family, 1, &first);
		cr_assert_eq(delivered, 1);
		cr_assert_eq(got_len, 37);
	}
	cr_assert_eq(ipnet_tx_count(&n), 0);
}

/* packet-suites 26, ATK-RSM-03: a fragment that lies in another */
Test(frag, subset_kills)
{
	static const struct piece inside = { .off = 8, .len = 8, .more = true };

	for (int family = 4; family <= 6; family += 2) {
		rx(family, 1, &first);
		rx(family, 1, &inside);
		rx(family, 1, &second);
		rx(family, 1, &third);
		cr_assert_eq(delivered, 0);
	}
}

static const u8 *timeout_answer(int family, u64 wait)
{
	fixture_advance(n.net, wait);
	if (family == 4) {
		const struct icmp4_hdr *r = ipnet_tx_icmp4(&n);

		if (!r)
			return NULL;
		cr_assert_eq(r->type, ICMP4_TYPE_TIME_EXCEEDED);
		cr_assert_eq(r->code, ICMP4_TIMEX_REASSEMBLY);
		return (const u8 *)(r + 1);
	}
	const struct icmp6_hdr *r = ipnet_tx_icmp6(&n);

	if (!r)
		return NULL;
	cr_assert_eq(r->type, ICMP6_TYPE_TIME_EXCEEDED);
	cr_assert_eq(r->code, ICMP6_TIMEX_REASSEMBLY);
	return (const u8 *)(r + 1);
}

/* packet-suites 27 */
Test(frag, timeout)
{
	for (int family = 4; family <= 6; family += 2) {
		u64 time = (family == 4 ? 30 : 60) * NSEC_PER_SEC;
		u32 hlen = family == 4 ? IP4_HLEN : IP6_HLEN + IP6_FRAG_HLEN;
		u8 want[16];
		const u8 *quote;

		rx(family, 1, &first);
		cr_assert_null(timeout_answer(family, time - NSEC_PER_SEC));
		quote = timeout_answer(family, 2 * NSEC_PER_SEC);
		cr_assert_not_null(quote);
		piece_bytes(want, &first);
		cr_assert_arr_eq(quote + hlen, want, 16);
		rx(family, 2, &second);
		cr_assert_null(timeout_answer(family, time + NSEC_PER_SEC));
		rx(family, 3, &third);
		rx(family, 3, &first);
		cr_assert_not_null(timeout_answer(family, time + NSEC_PER_SEC));
	}
	cr_assert_eq(n.net->mib[MIB_Ip_ReasmTimeout], 3);
	cr_assert_eq(n.net->mib[MIB_Ip6_ReasmTimeout], 3);
	cr_assert_eq(n.net->mib[MIB_Ip_ReasmFails], 3);
}

/* packet-suites 28, ATK-RSM-04: the ping of death */
Test(frag, bad_lengths)
{
	static const struct piece odd = { .off = 0, .len = 13, .more = true };
	static const struct piece beyond = { .off = 65528, .len = 16, .more = false };
	const struct icmp6_hdr *r;

	rx(4, 1, &odd);
	rx(4, 2, &beyond);
	cr_assert_eq(ipnet_tx_count(&n), 0);
	rx(6, 1, &odd);
	r = ipnet_tx_icmp6(&n);
	cr_assert_not_null(r);
	cr_assert_eq(r->type, ICMP6_TYPE_PARAM_PROBLEM);
	cr_assert_eq(r->code, 0);
	cr_assert_eq(be32_get(r->un.pointer), 4);
	rx(6, 2, &beyond);
	r = ipnet_tx_icmp6(&n);
	cr_assert_not_null(r);
	cr_assert_eq(be32_get(r->un.pointer), 42);
}

/* ATK-RSM-09 */
Test(frag, empty_fragments)
{
	static const struct piece empty = { .off = 16, .len = 0, .more = false };

	for (int family = 4; family <= 6; family += 2) {
		rx(family, 1, &first);
		rx(family, 1, &empty);
		cr_assert_eq(delivered, 0);
	}
}

/* RFC 6946: atomic fragments have nothing to do with those of a queue */
Test(frag, atomic)
{
	static const struct piece whole = { .off = 0, .len = 24, .more = false };

	rx(6, 1, &first);
	rx(6, 1, &whole);
	cr_assert_eq(delivered, 1);
	cr_assert_eq(got_len, 24);
	rx(6, 1, &second);
	rx(6, 1, &third);
	cr_assert_eq(delivered, 2);
}

/* IP4-22, RFC 3168 5.3 */
Test(frag, ecn)
{
	static const struct {
		u8 a, b;
		int result;	/* -1: dropped */
	} rows[] = { { 0, 0, 0 }, { 2, 2, 2 }, { 1, 1, 1 }, { 2, 3, 3 }, { 3, 1, 3 },
		     { 0, 3, -1 }, { 3, 0, -1 }, { 3, 3, 3 }, { 0, 2, 0 } };

	for (int family = 4; family <= 6; family += 2)
		for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
			struct piece a = { .off = 0, .len = 8, .more = true, .ecn = rows[i].a };
			struct piece b = { .off = 8, .len = 8, .ecn = rows[i].b };

			delivered = 0;
			rx(family, i + 1, &a);
			rx(family, i + 1, &b);
			cr_assert_eq(delivered, rows[i].result >= 0, "row %u", i);
			if (delivered)
				cr_assert_eq(got_cb.tos & 3, rows[i].result, "row %u", i);
		}
}

/* IP4-20 ATK-RSM-02,05: memory is bounded, and later datagrams still come together */
Test(frag, flood)
{
	for (int family = 4; family <= 6; family += 2) {
		struct netns_frags *f = &n.net->ip.frags[family == 6];

		for (u32 i = 0; i < 30000; i++)
			rx(family, i, &first);
		cr_assert_leq(f->mem, f->high_thresh);
		cr_assert_leq(f->nr_queues, FRAG_QUEUES_MAX);
		delivered = 0;
		rx(family, 60000, &third);
		rx(family, 60000, &first);
		rx(family, 60000, &second);
		cr_assert_eq(delivered, 1);
	}
}

Test(frag, switched_off_by_the_limit)
{
	static const struct piece tail = { .off = 16, .len = 8 };

	sysctl_set(n.net, "net.ipv4.ipfrag_high_thresh", "0");
	rx(4, 1, &first);
	rx(4, 1, &tail);
	cr_assert_eq(delivered, 0);
	cr_assert_eq(n.net->ip.frags[0].mem, 0);
}

/* ipfrag_max_dist: the identification came round */
Test(frag, max_dist)
{
	static const struct piece tail = { .off = 16, .len = 8 };

	rx(4, 1, &first);
	for (u32 i = 0; i < 70; i++)
		rx(4, 100 + i, &second);
	rx(4, 1, &tail);
	cr_assert_eq(delivered, 0);
	rx(4, 1, &first);
	cr_assert_eq(delivered, 1);
}

/* the failing allocator: nothing leaks, nothing crashes */
Test(frag, no_memory)
{
	n.f.fail_chance = 300;
	for (u32 i = 0; i < 3000; i++) {
		struct piece p[64];
		struct prng r;
		u32 nr;

		prng_seed(&r, i);
		nr = make_pieces(&r, p, 150, i & 1);
		for (u32 k = 0; k < nr; k++) {
			n.f.fail_chance = 0;
			struct sk_buff *probe = alloc_skb(n.net, 4000);

			consume_skb(probe);
			rx(i % 4 < 2 ? 4 : 6, i, &p[k]);
			n.f.fail_chance = 300;
		}
	}
	n.f.fail_chance = 0;
}
