/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Neighbours. ARP-11, ND-05, ND-06, ND-07, ND-09: every [event][state] cell against a second
 * statement of the rules (below, by rule and not by cell), then whole lives in virtual time.
 */
#include <errno.h>

#include "core/internal.h"
#include "core/neigh_fsm.h"
#include "tests/unit/fixture.h"

static struct fixture f;
static struct net_device *dev;
static struct neigh_table tbl;
static u32 probes, ucast_probes, reported;
static u64 probe_at[64];
static const u8 ll_a[6] = { 2, 0, 0, 0, 0, 0xa }, ll_b[6] = { 2, 0, 0, 0, 0, 0xb };
static const u8 key1[4] = { 10, 0, 0, 1 };

static void solicit(struct neighbour *n, const struct sk_buff *skb)
{
	(void)skb;
	if (n->probes < tbl.parms.ucast_probes && (n->nud_state & NUD_VALID))
		ucast_probes++;
	probe_at[probes++ % 64] = f.net->now;
}

static void error_report(struct neighbour *n, struct sk_buff *skb)
{
	(void)n;
	reported++;
	kfree_skb_reason(skb, SKB_DROP_NEIGH_FAILED);
}

static void setup(void)
{
	fixture_net_new(&f, 5);
	memset(&tbl, 0, sizeof(tbl));
	tbl.protocol = 0x0800;
	tbl.key_len = 4;
	tbl.solicit = solicit;
	tbl.error_report = error_report;
	cr_assert_eq(neigh_table_init(f.net, &tbl), 0);
	dev = fixture_dev_new(f.net, "t0", 0);
	probes = ucast_probes = reported = 0;
}

static void teardown(void)
{
	neigh_table_exit(&tbl);
	fixture_net_free(&f);
}

TestSuite(neigh, .init = setup, .fini = teardown);

static struct sk_buff *packet(void)
{
	struct sk_buff *skb = alloc_skb(f.net, 200);

	skb_reserve(skb, 100);
	memset(skb_put(skb, 40), 0x45, 40);
	return skb;
}

static struct neighbour *entry(u32 nr, u8 state)
{
	u8 key[4] = { 10, (u8)(nr >> 16), (u8)(nr >> 8), (u8)nr };
	struct neighbour *n = neigh_get(&tbl, key, dev);

	cr_assert_not_null(n);
	if (state != NUD_NONE)
		cr_assert_eq(neigh_update(n, state & NUD_VALID ? ll_a : NULL, state,
					  NEIGH_UPDATE_F_ADMIN), 0);
	return n;
}

/* The rules once more. */
static u8 expected(enum neigh_event ev, u8 s)
{
	bool fixed = s & (NUD_NOARP | NUD_PERMANENT);
	bool known = s & (NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE);

	if (fixed)
		return s;	/* ARP-07 */
	switch (ev) {
	case NEV_OUTPUT:
		return s == NUD_STALE ? NUD_DELAY : known ? s : NUD_INCOMPLETE;
	case NEV_GIVE_UP:
		return s == NUD_INCOMPLETE || s == NUD_PROBE ? NUD_FAILED : s;
	case NEV_FRESH:
		return s == NUD_DELAY ? NUD_REACHABLE : s;
	case NEV_USED:
		return s == NUD_REACHABLE ? NUD_DELAY : s == NUD_DELAY ? NUD_PROBE : s;
	case NEV_IDLE:
		return s == NUD_REACHABLE ? NUD_STALE : s == NUD_DELAY ? NUD_PROBE : s;
	case NEV_CONFIRM:
	case NEV_NOLL_REACH:
		return known ? NUD_REACHABLE : s;
	case NEV_LL_REACH:
		return NUD_REACHABLE;
	case NEV_LL_STALE_NEW:
		return NUD_STALE;
	case NEV_LL_WEAK:
		return s == NUD_REACHABLE ? NUD_STALE : s;
	case NEV_FAIL:
		return NUD_FAILED;
	default:
		return s;
	}
}

Test(neigh, every_cell)
{
	static const u8 states[NEIGH_NR_STATES] = {
		NUD_NONE, NUD_INCOMPLETE, NUD_REACHABLE, NUD_STALE, NUD_DELAY, NUD_PROBE,
		NUD_FAILED, NUD_NOARP, NUD_PERMANENT,
	};
	u32 ev, i, nr = 0;

	for (ev = 0; ev < NEV_MAX; ev++) {
		for (i = 0; i < NEIGH_NR_STATES; i++) {
			struct neighbour *n = entry(++nr, states[i]);
			u32 sent = fixture_dev(dev)->tx.qlen, before = probes;
			u8 want = expected(ev, states[i]);
			bool out = ev == NEV_OUTPUT, goes = out && (states[i] & NUD_VALID);

			neigh_step(n, ev, ev >= NEV_LL_REACH && ev <= NEV_LL_REFUSED ? ll_b : NULL,
				   out ? packet() : NULL);
			cr_assert_eq(n->nud_state, want, "event %u in %s: %s, not %s", ev,
				     nud_state_name(states[i]), nud_state_name(n->nud_state),
				     nud_state_name(want));
			cr_assert_eq(fixture_dev(dev)->tx.qlen - sent, goes, "event %u in %s", ev,
				     nud_state_name(states[i]));
			cr_assert_eq(n->arp_queue.qlen, out && !goes);
			cr_assert_eq(timer_pending(&n->timer), !!(want & NUD_IN_TIMER),
				     "event %u in %s", ev, nud_state_name(states[i]));
			cr_assert_eq(probes > before,
				     (want != states[i] &&
				      (want == NUD_PROBE || want == NUD_INCOMPLETE)) ||
				     (ev == NEV_RETRY &&
				      (want == NUD_PROBE || want == NUD_INCOMPLETE)));
			neigh_delete(&tbl, n->key, dev);
			neigh_release(n);
		}
	}
}

/* RFC 4861 7.2.5 and Linux's flags: which address wins in which state. */
Test(neigh, address_rules)
{
	static const u8 states[] = { NUD_REACHABLE, NUD_STALE, NUD_DELAY, NUD_PROBE };
	u32 i, nr = 0;

	for (i = 0; i < ARRAY_SIZE(states); i++) {
		struct neighbour *n = entry(++nr, states[i]);

		/* unsolicited, no override, other address: doubt only (O = 0) */
		neigh_update(n, ll_b, NUD_STALE, NEIGH_UPDATE_F_WEAK_OVERRIDE);
		cr_assert_arr_eq(n->ha, ll_a, 6);
		cr_assert_eq(n->nud_state, states[i] == NUD_REACHABLE ? NUD_STALE : states[i]);
		neigh_release(n);
		/* refused altogether (ARP within locktime, ARP-08) */
		n = entry(++nr, states[i]);
		neigh_update(n, ll_b, NUD_REACHABLE, 0);
		cr_assert_arr_eq(n->ha, ll_a, 6);
		cr_assert_eq(n->nud_state, states[i]);
		neigh_release(n);
		/* override, not solicited: taken, STALE */
		n = entry(++nr, states[i]);
		neigh_update(n, ll_b, NUD_STALE, NEIGH_UPDATE_F_OVERRIDE);
		cr_assert_arr_eq(n->ha, ll_b, 6);
		cr_assert_eq(n->nud_state, NUD_STALE);
		neigh_release(n);
		/* override and solicited: taken, REACHABLE, router flag follows */
		n = entry(++nr, states[i]);
		neigh_update(n, ll_b, NUD_REACHABLE,
			     NEIGH_UPDATE_F_OVERRIDE | NEIGH_UPDATE_F_OVERRIDE_ISROUTER |
				     NEIGH_UPDATE_F_ISROUTER);
		cr_assert_arr_eq(n->ha, ll_b, 6);
		cr_assert_eq(n->nud_state, NUD_REACHABLE);
		cr_assert_eq(n->flags, 0x80);
		/* the same address, not solicited: no change (ND-06) */
		neigh_update(n, ll_b, NUD_STALE, NEIGH_UPDATE_F_OVERRIDE);
		cr_assert_eq(n->nud_state, NUD_REACHABLE);
		neigh_release(n);
	}
}

Test(neigh, permanent_and_dead_entries_refuse)	/* ARP-07 */
{
	struct neighbour *n = entry(1, NUD_PERMANENT);

	cr_assert_eq(neigh_update(n, ll_b, NUD_REACHABLE, NEIGH_UPDATE_F_OVERRIDE), -EPERM);
	cr_assert_arr_eq(n->ha, ll_a, 6);
	cr_assert_eq(neigh_delete(&tbl, n->key, dev), 0);
	cr_assert_eq(neigh_delete(&tbl, n->key, dev), -ENOENT);
	cr_assert_eq(neigh_update(n, ll_b, NUD_REACHABLE, NEIGH_UPDATE_F_ADMIN), -EPERM);
	cr_assert_eq(neigh_output(n, packet()), -EHOSTUNREACH);
	cr_assert_eq(f.net->drops[SKB_DROP_NEIGH_DEAD], 1);
	neigh_release(n);
}

/* ARP-03, ND-05: three tries, a second apart, then every waiting packet is reported. */
Test(neigh, resolution_fails)
{
	struct neighbour *n = neigh_get(&tbl, key1, dev);
	u64 start = f.net->now;

	neigh_output(n, packet());
	neigh_output(n, packet());
	fixture_advance(f.net, 10 * NSEC_PER_SEC);
	cr_assert_eq(probes, 3);
	cr_assert_eq(ucast_probes, 0);
	cr_assert_eq(probe_at[1] - start, NSEC_PER_SEC);
	cr_assert_eq(probe_at[2] - start, 2 * NSEC_PER_SEC);
	cr_assert_eq(reported, 2);
	cr_assert_eq(n->nud_state, NUD_FAILED);
	neigh_output(n, packet());
	cr_assert_eq(n->nud_state, NUD_INCOMPLETE, "the next packet tries again");
	neigh_release(n);
}

Test(neigh, resolution_succeeds_in_order)
{
	struct neighbour *n = neigh_get(&tbl, key1, dev);
	struct sk_buff *skb;
	u8 i;

	for (i = 0; i < 5; i++) {
		skb = packet();
		skb->data[0] = i;
		neigh_output(n, skb);
	}
	cr_assert_eq(fixture_dev(dev)->tx.qlen, 0);
	neigh_update(n, ll_a, NUD_REACHABLE, NEIGH_UPDATE_F_OVERRIDE);
	cr_assert_eq(fixture_dev(dev)->tx.qlen, 5);
	for (i = 0; i < 5; i++) {
		skb = skb_dequeue(&fixture_dev(dev)->tx);
		cr_assert_eq(skb->data[14], i);
		cr_assert_arr_eq(skb->data, ll_a, 6);
		consume_skb(skb);
	}
	neigh_release(n);
}

Test(neigh, queue_is_bounded_and_drops_the_oldest)
{
	struct neighbour *n = neigh_get(&tbl, key1, dev);
	u32 i;

	for (i = 0; i < 1000; i++)
		neigh_output(n, packet());
	cr_assert_leq(n->arp_queue_bytes, tbl.parms.queue_len_bytes);
	cr_assert_geq(n->arp_queue.qlen, 101);
	cr_assert_eq(n->arp_queue.qlen + f.net->drops[SKB_DROP_NEIGH_QUEUEFULL], 1000);
	cr_assert_eq(tbl.unres_discards, f.net->drops[SKB_DROP_NEIGH_QUEUEFULL]);
	neigh_release(n);
}

/* ND-09: REACHABLE for 30 s +-50 %, then STALE; a packet: DELAY 5 s, PROBE 3 x 1 s, FAILED. */
Test(neigh, reachability_runs_out)
{
	struct neighbour *n = neigh_get(&tbl, key1, dev);
	u64 since;

	neigh_update(n, ll_a, NUD_REACHABLE, NEIGH_UPDATE_F_OVERRIDE);
	cr_assert(n->reachable_ns >= 15 * NSEC_PER_SEC && n->reachable_ns <= 45 * NSEC_PER_SEC);
	fixture_advance(f.net, 14 * NSEC_PER_SEC);
	cr_assert_eq(n->nud_state, NUD_REACHABLE);
	fixture_advance(f.net, 32 * NSEC_PER_SEC);
	cr_assert_eq(n->nud_state, NUD_STALE);
	neigh_output(n, packet());
	cr_assert_eq(n->nud_state, NUD_DELAY);
	cr_assert_eq(fixture_dev(dev)->tx.qlen, 1, "sent meanwhile");
	since = f.net->now;
	fixture_advance(f.net, 20 * NSEC_PER_SEC);
	cr_assert_eq(probes, 3);
	cr_assert_eq(ucast_probes, 3);
	cr_assert_eq(probe_at[0] - since, 5 * NSEC_PER_SEC);
	cr_assert_eq(probe_at[2] - since, 7 * NSEC_PER_SEC);
	cr_assert_eq(n->nud_state, NUD_FAILED);
	neigh_release(n);
}

/* mcast_resolicit: who does not answer by unicast any more is asked by the group, then given up. */
Test(neigh, group_is_asked_again)
{
	struct neighbour *n = neigh_get(&tbl, key1, dev);

	tbl.parms.mcast_reprobes = 2;
	neigh_update(n, ll_a, NUD_REACHABLE, NEIGH_UPDATE_F_OVERRIDE);
	fixture_advance(f.net, 46 * NSEC_PER_SEC);
	neigh_output(n, packet());
	fixture_advance(f.net, 20 * NSEC_PER_SEC);
	cr_assert_eq(probes, 5);
	cr_assert_eq(ucast_probes, 3);
	cr_assert_eq(probe_at[4] - probe_at[2], 2 * NSEC_PER_SEC);
	cr_assert_eq(n->nud_state, NUD_FAILED);
	neigh_release(n);
}

Test(neigh, progress_above_keeps_it_reachable)	/* ARP-11: TCP progress confirms */
{
	struct neighbour *n = neigh_get(&tbl, key1, dev);
	u32 i;

	neigh_update(n, ll_a, NUD_REACHABLE, NEIGH_UPDATE_F_OVERRIDE);
	for (i = 0; i < 60; i++) {
		fixture_advance(f.net, 2 * NSEC_PER_SEC);
		neigh_confirm(n);
		neigh_output(n, packet());
		cr_assert_eq(n->nud_state, NUD_REACHABLE);
	}
	cr_assert_eq(probes, 0);
	fixture_advance(f.net, 60 * NSEC_PER_SEC);
	cr_assert_eq(n->nud_state, NUD_STALE);
	neigh_output(n, packet());
	neigh_confirm(n);
	cr_assert_eq(n->nud_state, NUD_REACHABLE);
	fixture_advance(f.net, 10 * NSEC_PER_SEC);
	cr_assert_eq(probes, 0);
	neigh_release(n);
}

/* ARP-12, ND-33: a flood of senders keeps the table bounded and live peers in it. */
Test(neigh, flood_keeps_the_living)
{
	struct neighbour *live = entry(0xffffff, NUD_REACHABLE), *n;
	u32 i;

	neigh_release(live);
	for (i = 0; i < 100000; i++) {
		u8 key[4] = { 10, (u8)(i >> 16), (u8)(i >> 8), (u8)i };

		n = neigh_get(&tbl, key, dev);
		cr_assert_not_null(n);
		neigh_update(n, ll_b, NUD_STALE, NEIGH_UPDATE_F_OVERRIDE);
		neigh_release(n);
		cr_assert_leq(tbl.entries, 1024);
	}
	n = neigh_lookup(&tbl, (u8[]){ 10, 0xff, 0xff, 0xff }, dev);
	cr_assert_eq(n, live);
	neigh_release(n);
	fixture_advance(f.net, 200 * NSEC_PER_SEC);
	cr_assert_leq(tbl.entries, 128 + 1);
}

Test(neigh, full_table_refuses)
{
	static struct neighbour *held[1024];
	u32 i;

	for (i = 0; i < 1024; i++)
		held[i] = entry(i + 1, NUD_STALE);
	cr_assert_null(neigh_get(&tbl, (u8[]){ 11, 0, 0, 1 }, dev));
	cr_assert_eq(tbl.table_fulls, 1);
	for (i = 0; i < 1024; i++)
		neigh_release(held[i]);
	held[0] = neigh_get(&tbl, (u8[]){ 11, 0, 0, 1 }, dev);
	cr_assert_not_null(held[0]);
	neigh_release(held[0]);
}

Test(neigh, device_down_forgets)
{
	struct neighbour *n = entry(1, NUD_INCOMPLETE);

	neigh_output(n, packet());
	dev_close(dev);
	cr_assert(n->dead);
	cr_assert_eq(tbl.entries, 0);
	neigh_release(n);
}
