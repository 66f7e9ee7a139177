// SPDX-License-Identifier: BSD-2-Clause
/* A script: options, then events with their times. */
#include "tests/pkt/pkt.h"

#include <ctype.h>

/* Seconds: "1", "1.5", ".5"; a number's point is not the first of "...". us. */
static bool seconds(struct scan *s, s64 *us)
{
	char *from = s->at, *c = from;
	char buf[40];

	while (isdigit((unsigned char)*c))
		c++;
	if (*c == '.' && c[1] != '.' && (c > from || isdigit((unsigned char)c[1])))
		for (c++; isdigit((unsigned char)*c); c++)
			;
	if (c == from || c - from >= (long)sizeof(buf))
		return false;
	memcpy(buf, from, (size_t)(c - from));
	buf[c - from] = 0;
	*us = (s64)(strtod(buf, NULL) * 1e6 + 0.5);
	s->at = c;
	return true;
}

static void need_seconds(struct scan *s, s64 *us)
{
	scan_try(s, "+");
	scan_blank(s);
	if (!seconds(s, us))
		scan_fail(s, "expected a time");
}

static void event_time(struct scan *s, struct event *ev)
{
	if (scan_try(s, "*")) {
		ev->when = T_ANY;
		return;
	}
	ev->when = scan_try(s, "+") ? T_REL : T_ABS;
	scan_blank(s);
	if (!seconds(s, &ev->at))
		scan_fail(s, "expected an event's time");
	scan_blank(s);
	if (scan_is(s, "~")) {
		s->at++;
		ev->range = true;
		need_seconds(s, &ev->until);
		scan_blank(s);
	}
	if (scan_is(s, "...")) {
		s->at += 3;
		ev->blocks = true;
		need_seconds(s, &ev->end);
	}
}

static void call_result(struct scan *s, struct ev_call *c)
{
	scan_need(s, "=");
	if (scan_try(s, "?"))
		return;
	c->result = parse_val(s);
	scan_blank(s);
	if (isupper((unsigned char)*s->at))
		c->err = scan_word(s);
	scan_blank(s);
	if (*s->at == '(') {			/* strerror()'s text, or the flags of F_GETFL */
		while (*s->at && *s->at != ')' && *s->at != '\n')
			s->at++;
		scan_need(s, ")");
	}
}

static void call_event(struct scan *s, struct event *ev)
{
	struct ev_call *c = &ev->call;

	ev->kind = EV_CALL;
	c->name = scan_word(s);
	if (!c->name)
		scan_fail(s, "expected an event");
	scan_need(s, "(");
	c->arg = pk_alloc(s->p, 12 * sizeof(*c->arg));
	while (!scan_try(s, ")")) {
		if (c->nr_args == 12)
			scan_fail(s, "too many arguments");
		c->arg[c->nr_args++] = parse_val(s);
		if (!scan_try(s, ",") && (scan_space(s), *s->at != ')'))
			scan_fail(s, "expected \",\" or \")\"");
	}
	call_result(s, c);
}

/* Text up to end, which is consumed. */
static const char *text_until(struct scan *s, const char *end)
{
	char *from = s->at, *to = strstr(from, end);

	if (!to)
		scan_fail(s, pk_printf(s->p, "no closing %s", end));
	for (char *c = from; c < to; c++)
		s->line += *c == '\n';
	s->at = to + strlen(end);
	return pk_strndup(s->p, from, (size_t)(to - from));
}

static void event_body(struct scan *s, struct event *ev)
{
	scan_space(s);
	ev->line = s->line;
	if (*s->at == '<' || *s->at == '>') {
		ev->kind = EV_PACKET;
		ev->pkt.inbound = *s->at++ == '<';
		parse_packet(s, &ev->pkt);
	} else if (scan_try(s, "`")) {
		ev->kind = EV_COMMAND;
		ev->text = text_until(s, "`");
	} else if (scan_try(s, "%{")) {
		ev->kind = EV_CODE;
		ev->text = text_until(s, "}%");
	} else {
		call_event(s, ev);
	}
}

static struct event *add_event(struct pkt *p)
{
	if (p->nr_events == p->cap_events) {
		u32 cap = p->cap_events ? p->cap_events * 2 : 64;
		struct event *more = pk_alloc(p, cap * sizeof(*more));

		if (p->nr_events)
			memcpy(more, p->event, p->nr_events * sizeof(*more));
		p->event = more;
		p->cap_events = cap;
	}
	return &p->event[p->nr_events++];
}

static void option(struct scan *s)
{
	size_t n = strcspn(s->at, " \t\r\n");

	if (!opts_set(&s->p->opt, pk_strndup(s->p, s->at, n)))
		scan_fail(s, "unknown option");
	s->at += n;
}

void script_parse(struct pkt *p, char *text)
{
	struct scan s = { .p = p, .at = text, .line = 1 };

	for (scan_space(&s); *s.at; scan_space(&s)) {
		struct event *ev;

		if (scan_is(&s, "--")) {
			option(&s);
			continue;
		}
		ev = add_event(p);
		ev->line = s.line;
		if (*s.at == '`' || *s.at == '%')
			ev->when = T_REL;	/* a command without a time: now */
		else
			event_time(&s, ev);
		event_body(&s, ev);
		if (ev->range && ev->kind != EV_PACKET)
			pk_fail(p, ev->line, "only a packet may come within a range of time");
	}
}
