// SPDX-License-Identifier: BSD-2-Clause
/* One script from its first event to its last. */
#include "tests/pkt/pkt.h"

enum { FIRST_PEER_PORT = 40000 };

/* Time goes on to when the event is due. */
static void wait_for(struct pkt *p, const struct event *ev)
{
	u64 at = (ev->when == T_REL ? p->now : p->start) + (u64)ev->at * USEC;

	if (ev->when == T_ANY)
		pk_fail(p, ev->line, "only a packet of the stack may come at any time");
	if (at + (u64)p->opt.tolerance_us * USEC < p->now)
		pk_fail(p, ev->line, "due at %.6f s, but it is %.6f s already", pk_sec(p, at),
			pk_sec(p, p->now));
	while (p->now < at)
		world_step(p, at);
	p->last_event_at = p->now - p->start;
}

static void run_event(struct pkt *p, const struct event *ev)
{
	if (ev->kind == EV_PACKET && !ev->pkt.inbound) {
		expect_packet(p, ev);
		return;
	}
	wait_for(p, ev);
	switch (ev->kind) {
	case EV_PACKET:
		inject_packet(p, ev);
		break;
	case EV_CALL:
		run_call(p, ev);
		break;
	case EV_COMMAND:
		run_commands(p, ev);
		break;
	case EV_CODE:
		run_code(p, ev);
		break;
	}
}

void run_script(struct pkt *p)
{
	char *text = pk_read_file(p, p->path);

	if (!text)
		pk_fail(p, 0, "cannot be read");
	p->next_remote_port = FIRST_PEER_PORT;
	script_parse(p, text);
	if (p->opt.only >= 0 && p->opt.only != (int)p->variant)
		return;
	world_create(p);
	for (u32 i = 0; i < p->nr_events; i++) {
		if (p->opt.verbose)
			fprintf(stderr, "%9.6f line %d\n", pk_sec(p, p->now), p->event[i].line);
		run_event(p, &p->event[i]);
	}
	pending_finish(p);
	if (p->opt.strict_end)
		expect_nothing_left(p);
}
