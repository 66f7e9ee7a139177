// SPDX-License-Identifier: BSD-2-Clause
/*
 * What the stack sent against what the script expects. A device may send a large segment in one
 * frame or in several: consecutive frames are put together until the expected length is reached.
 */
#include "tests/pkt/pkt.h"

struct got {
	struct pk_spec s;
	struct conn *c;
	u64 when;
};

enum { ANY_WAIT_SEC = 600 };

/* -- from live to the script's numbers --------------------------------------------------------- */

/* The connection of a live packet; a SYN of ours makes one. NULL: nothing that the script is about:
 * one connection at a time is under test, and what others still send is passed over. */
static struct conn *live_conn(struct pkt *p, const struct pk_spec *s)
{
	u8 proto = s->proto == PK_TCP ? IP_PROTO_TCP : IP_PROTO_UDP;
	struct conn *c = conn_find(p, proto, s->sport, s->dport);

	if (!c && (s->proto == PK_UDP || s->flags & TCPHDR_SYN))
		return conn_add(p, proto, s->sport, s->dport);
	return c == p->under_test ? c : NULL;
}

/* The stack's SYN says where its numbers begin; so does the script's. */
static void learn_iss(struct conn *c, const struct pk_spec *live, const struct pk_spec *want)
{
	if (!(live->flags & want->flags & TCPHDR_SYN) || (c->iss_known && live->seq == c->iss_live))
		return;
	c->iss_known = true;
	c->iss_live = live->seq;
	c->iss_script = want->seq;
}

static void to_script(struct conn *c, struct pk_spec *s)
{
	u32 base = s->flags & TCPHDR_SYN ? c->iss_script : 0;

	s->seq += base - c->iss_live;
	s->end_seq += base - c->iss_live;
	if (s->flags & TCPHDR_SYN)
		return;
	s->ack -= c->irs;
	for (u32 i = 0; i < s->nr_opts; i++)
		if (s->opt[i].kind == TCP_OPT_SACK)
			for (u8 k = 0; k + 4 <= s->opt[i].len; k = (u8)(k + 4))
				put_be32(s->opt[i].data + k, get_be32(s->opt[i].data + k) - c->irs);
}

/* -- taking ---------------------------------------------------------------------------------------- */

static bool take_one(struct pkt *p, struct got *g)
{
	struct frame *f;

	while ((f = world_take(p)) != NULL) {
		if (!frame_read(p, f, &g->s))
			continue;
		g->c = live_conn(p, &g->s);
		g->when = f->when;
		if (g->c)
			return true;
	}
	return false;
}

static bool wait_one(struct pkt *p, struct got *g, u64 limit)
{
	while (!take_one(p, g)) {
		if (p->now >= limit)
			return false;
		world_step(p, limit);
	}
	return true;
}

static bool continues(const struct got *a, const struct got *b)
{
	u16 tail = TCPHDR_PSH | TCPHDR_FIN;

	return a->c == b->c && b->s.proto == PK_TCP && a->s.end_seq == b->s.seq &&
	       !(a->s.flags & (TCPHDR_FIN | TCPHDR_SYN | TCPHDR_RST)) && b->s.len &&
	       (a->s.flags & ~tail) == (b->s.flags & ~tail) && a->s.ack == b->s.ack;
}

/* Puts the frames together that make up what is expected. */
static void aggregate(struct pkt *p, const struct event *ev, struct got *g)
{
	struct got more;

	if (p->opt.strict_segments || ev->pkt.proto != PK_TCP)
		return;
	while (g->s.len && g->s.len < ev->pkt.len) {
		struct frame *head = p->frames, **tail = p->frames_tail;

		if (!take_one(p, &more) || !continues(g, &more)) {
			p->frames = head;
			p->frames_tail = head ? tail : &p->frames;
			return;
		}
		g->s.len += more.s.len;
		g->s.end_seq = more.s.end_seq;
		g->s.flags = more.s.flags;
	}
}

/* -- comparing ------------------------------------------------------------------------------------- */

static const char *diff_ts(struct pkt *p, struct conn *c, const struct got *g,
			   const struct pk_opt *want, const struct pk_opt *live)
{
	u32 val_script = get_be32(want->data), val = get_be32(live->data);

	if (get_be32(want->data + 4) != get_be32(live->data + 4))
		return "TS ecr";
	conn_ts_add(p, c, val_script, val);
	if (!c->ts_known) {
		c->ts_known = true;
		c->ts_base_live = val;
		c->ts_base_script = val_script;
		c->ts_when = g->when;
	} else if (p->opt.ts_tick_us) {
		double tick = (double)p->opt.ts_tick_us;
		double ms = (double)(int)(val - c->ts_base_live);
		double script = (double)(int)(val_script - c->ts_base_script);

		if ((ms - script) * tick > 4000 + tick || (script - ms) * tick > 4000 + tick)
			return "TS val";
	}
	return NULL;
}

static const char *diff_opts(struct pkt *p, const struct event *ev, const struct got *g)
{
	const struct pk_spec *w = &ev->pkt;

	if (w->any_opts)
		return NULL;
	if (w->nr_opts != g->s.nr_opts)
		return "TCP options";
	for (u32 i = 0; i < w->nr_opts; i++) {
		const struct pk_opt *a = &w->opt[i], *b = &g->s.opt[i];

		if (a->kind != b->kind || a->len != b->len)
			return "TCP options";
		if (a->kind == TCP_OPT_TIMESTAMP) {
			const char *ts = diff_ts(p, g->c, g, a, b);

			if (ts)
				return ts;
		} else if (memcmp(a->data, b->data, a->len)) {
			return "TCP options";
		}
	}
	return NULL;
}

static const char *diff_ip(const struct pk_spec *w, const struct pk_spec *l)
{
	if (w->ecn == ECN_ECT01 ? l->ecn != ECN_ECT0 && l->ecn != ECN_ECT1 :
				  w->ecn != ECN_ANY && w->ecn != l->ecn)
		return "ECN bits";
	if (w->tos >= 0 && (w->tos & ~3) != (l->tos & ~3))
		return "TOS";
	if (w->ttl >= 0 && w->ttl != l->ttl)
		return "TTL";
	if (w->flowlabel >= 0 && w->flowlabel != l->flowlabel)
		return "flow label";
	return NULL;
}

static const char *diff(struct pkt *p, const struct event *ev, const struct got *g)
{
	const struct pk_spec *w = &ev->pkt, *l = &g->s;
	const char *d = diff_ip(w, l);

	if (d)
		return d;
	if (w->proto != l->proto)
		return "protocol";
	if (w->len != l->len)
		return "payload length";
	if (w->proto != PK_TCP)
		return NULL;
	if (w->flags != l->flags)
		return "TCP flags";
	if (w->seq != l->seq)
		return "sequence number";
	if (w->ack != l->ack && l->flags & TCPHDR_ACK)
		return "ack";
	if (w->has_win && w->win != l->win)
		return "window";
	if (w->has_urg && w->urg != l->urg)
		return "urgent pointer";
	return diff_opts(p, ev, g);
}

static void check_time(struct pkt *p, const struct event *ev, u64 from, u64 to, s64 tol, u64 when)
{
	if (ev->when == T_ANY)
		return;
	if (when + (u64)tol * USEC < from || when > to + (u64)tol * USEC)
		pk_fail(p, ev->line, "expected at %.6f s, but happened at %.6f s: %s",
			pk_sec(p, from), pk_sec(p, when), spec_text(p, &ev->pkt));
}

static s64 tolerance(const struct pkt *p, u64 at)
{
	double share = (double)(at - p->start - p->last_event_at) / USEC *
		       p->opt.tolerance_percent / 100;

	return share > (double)p->opt.tolerance_us ? (s64)share : p->opt.tolerance_us;
}

void expect_packet(struct pkt *p, const struct event *ev)
{
	u64 base = ev->when == T_REL ? p->now : p->start;
	u64 from = base + (u64)ev->at * USEC;
	u64 to = ev->range ? base + (u64)ev->until * USEC : from;
	s64 tol = tolerance(p, from);
	u64 limit = ev->when == T_ANY ? p->now + ANY_WAIT_SEC * NSEC_PER_SEC : to + (u64)tol * USEC;
	struct got g;
	const char *d;

	if (!wait_one(p, &g, limit))
		pk_fail(p, ev->line, "nothing was sent by %.6f s, expected: %s", pk_sec(p, p->now),
			spec_text(p, &ev->pkt));
	learn_iss(g.c, &g.s, &ev->pkt);
	aggregate(p, ev, &g);
	to_script(g.c, &g.s);
	p->under_test = g.c;
	d = diff(p, ev, &g);
	if (d)
		pk_fail(p, ev->line, "%s\n  expected: %9.6f %s\n  actual:   %9.6f %s", d,
			pk_sec(p, from), spec_text(p, &ev->pkt), pk_sec(p, g.when),
			spec_text(p, &g.s));
	check_time(p, ev, from, to, tol, g.when);
	p->last_event_at = g.when - p->start;
}

void expect_nothing_left(struct pkt *p)
{
	struct got g;

	if (!take_one(p, &g))
		return;
	to_script(g.c, &g.s);
	pk_fail(p, p->event[p->nr_events - 1].line, "sent at %.6f s, and not expected: %s",
		pk_sec(p, g.when), spec_text(p, &g.s));
}
