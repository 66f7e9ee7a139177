// SPDX-License-Identifier: BSD-2-Clause
/*
 * Running a script's calls. A call function is asked again whenever the world moved on, until it is
 * done; so a blocking call is one that says "not yet". One that the script marks with "..." lets
 * the following events happen meanwhile; any other must end without help from the script.
 */
#include <errno.h>

#include "tests/pkt/pkt.h"

static const struct call_def *const all_calls[] = { socket_calls, io_calls, poll_calls, file_calls };

static const struct call_def *find_call(struct pkt *p, const struct event *ev)
{
	for (u32 t = 0; t < ARRAY_SIZE(all_calls); t++)
		for (const struct call_def *d = all_calls[t]; d->name; d++)
			if (!strcmp(d->name, ev->call.name)) {
				if (ev->call.nr_args < d->min_args || ev->call.nr_args > d->max_args)
					pk_fail(p, ev->line, "%s: wrong number of arguments", d->name);
				return d;
			}
	pk_fail(p, ev->line, "unknown call %s", ev->call.name);
}

const struct val *arg(struct pkt *p, const struct event *ev, u32 i)
{
	if (i >= ev->call.nr_args)
		pk_fail(p, ev->line, "%s: argument %u is missing", ev->call.name, i + 1);
	return ev->call.arg[i];
}

s64 arg_int(struct pkt *p, const struct event *ev, u32 i)
{
	const struct val *v = arg(p, ev, i);

	if (v->kind != VAL_INT)
		pk_fail(p, ev->line, "%s: argument %u is not a number", ev->call.name, i + 1);
	return v->i;
}

static void check_result(struct pkt *p, const struct pending *c)
{
	const struct ev_call *e = &c->ev->call;
	int err = c->ret < 0 ? (int)-c->ret : 0, want;

	if (!e->result || e->result->kind == VAL_ANY)
		return;
	if ((c->ret < 0 ? -1 : c->ret) != e->result->i)
		pk_fail(p, c->ev->line, "%s: expected result %lld, but got %lld%s%s", e->name,
			(long long)e->result->i, (long long)(c->ret < 0 ? -1 : c->ret),
			err ? " " : "", err ? errno_name(err) : "");
	if (!e->err || !err)
		return;
	if (!errno_value(e->err, &want))
		pk_fail(p, c->ev->line, "unknown errno %s", e->err);
	if (want != err)
		pk_fail(p, c->ev->line, "%s: expected errno %s, but got %s", e->name, e->err,
			errno_name(err));
}

static void try_call(struct pkt *p, struct pending *c)
{
	if (!c->done && find_call(p, c->ev)->fn(p, c))
		c->done = true;
	c->begun = true;
}

static void check_end(struct pkt *p, const struct pending *c)
{
	u64 tol = (u64)c->tolerance * USEC;

	if (p->now + tol < c->end_due || p->now > c->end_due + tol)
		pk_fail(p, c->ev->line, "%s: expected to return at %.6f s, but did at %.6f s",
			c->ev->call.name, pk_sec(p, c->end_due), pk_sec(p, p->now));
}

/* Is the call that waits done by now? */
void pending_poll(struct pkt *p)
{
	struct pending *c = p->pending;

	if (!c)
		return;
	p->pending = NULL;		/* the call itself may run the world */
	try_call(p, c);
	if (!c->done) {
		p->pending = c;
		return;
	}
	world_run(p);
	check_end(p, c);
	check_result(p, c);
}

void pending_finish(struct pkt *p)
{
	while (p->pending) {
		struct pending *c = p->pending;
		u64 limit = c->end_due + (u64)c->tolerance * USEC;

		if (p->now >= limit)
			pk_fail(p, c->ev->line, "%s: still blocks at %.6f s", c->ev->call.name,
				pk_sec(p, p->now));
		world_step(p, c->deadline > p->now && c->deadline < limit ? c->deadline : limit);
	}
}

/* Not marked as blocking: time passes until it is done. */
static void run_to_end(struct pkt *p, struct pending *c)
{
	for (;;) {
		try_call(p, c);
		world_run(p);
		if (c->done)
			return;
		if (net_deadline(p->net) == U64_MAX && !c->deadline)
			pk_fail(p, c->ev->line, "%s: blocks for ever", c->ev->call.name);
		world_step(p, c->deadline ? c->deadline : U64_MAX);
	}
}

void run_call(struct pkt *p, const struct event *ev)
{
	struct pending *c = pk_alloc(p, sizeof(*c));

	c->ev = ev;
	pending_finish(p);
	if (!ev->blocks) {
		run_to_end(p, c);
		check_result(p, c);
		return;
	}
	c->end_due = (ev->when == T_REL ? p->now - (u64)ev->at * USEC : p->start) +
		     (u64)ev->end * USEC;
	c->tolerance = p->opt.tolerance_us;
	try_call(p, c);
	world_run(p);
	if (c->done) {
		check_end(p, c);
		check_result(p, c);
	} else {
		p->pending = c;
	}
}
