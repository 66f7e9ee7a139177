// SPDX-License-Identifier: BSD-2-Clause
/*
 * Connections as the wire sees them, and the translation between a script's numbers and live ones:
 * the stack chooses its first sequence number and its time stamps, the script writes its own. A
 * segment without SYN counts from the first sequence number of its side; one with SYN shows it.
 */
#include "tests/pkt/pkt.h"

struct conn *conn_add(struct pkt *p, u8 proto, u16 local, u16 remote)
{
	struct conn *c = pk_alloc(p, sizeof(*c));

	c->proto = proto;
	c->local_port = local;
	c->remote_port = remote;
	c->next = p->conns;
	p->conns = c;
	return c;
}

struct conn *conn_find(struct pkt *p, u8 proto, u16 local, u16 remote)
{
	struct conn *c = p->conns;

	while (c && (c->proto != proto || c->local_port != local || c->remote_port != remote))
		c = c->next;
	return c;
}

void conn_ts_add(struct pkt *p, struct conn *c, u32 script, u32 live)
{
	if (c->nr_ts == c->cap_ts) {
		struct ts_pair *more = pk_alloc(p, (c->cap_ts * 2 + 16) * sizeof(*more));

		if (c->nr_ts)
			memcpy(more, c->ts, c->nr_ts * sizeof(*more));
		c->ts = more;
		c->cap_ts = c->cap_ts * 2 + 16;
	}
	c->ts[c->nr_ts++] = (struct ts_pair){ script, live };
}

u32 conn_ts_live(const struct conn *c, u32 script)
{
	for (u32 i = c->nr_ts; i-- > 0;)
		if (c->ts[i].script == script)
			return c->ts[i].live;
	return script;
}

static bool listening(const struct pkt *p)
{
	for (u32 i = 0; i < MAX_FD; i++)
		if (p->fd[i] && p->fd[i]->kind == FD_SOCK && p->fd[i]->sk->sk_state == TCP_LISTEN)
			return true;
	return false;
}

/* An active open that still waits for the peer's SYN. */
static bool connecting(const struct pkt *p)
{
	return p->sk_under_test && p->sk_under_test->sk_state == TCP_SYN_SENT;
}

/* Does the stack know of c: a connection, a request or a time-wait? A SYN then belongs to it. */
static bool known_to_stack(struct pkt *p, const struct conn *c)
{
	struct inet_tuple t = { .lport = c->local_port, .rport = c->remote_port,
				.af = p->net->ip.af[pk_v6(p)] };
	u16 family;

	inet_addr_pton(p->opt.local_ip[pk_v6(p)], &t.laddr, &family);
	inet_addr_pton(p->opt.remote_ip[pk_v6(p)], &t.raddr, &family);
	return inet_ehash_lookup(p->net, p->net->tcp.hash, &t) != NULL;
}

/* A SYN in the middle of a connection counts like any other segment. */
static bool in_progress(struct pkt *p, const struct conn *c)
{
	return c->iss_known && known_to_stack(p, c) && !connecting(p);
}

static struct conn *inbound_conn(struct pkt *p, const struct event *ev)
{
	const struct pk_spec *s = &ev->pkt;
	u8 proto = s->proto == PK_UDP ? IP_PROTO_UDP : IP_PROTO_TCP;
	struct conn *c = p->under_test;

	if (s->sport) {
		c = conn_find(p, proto, s->dport, s->sport);
		return c ? c : conn_add(p, proto, s->dport, s->sport);
	}
	if (s->proto == PK_TCP && (s->flags & (TCPHDR_SYN | TCPHDR_ACK)) == TCPHDR_SYN &&
	    listening(p) && !connecting(p) && !(c && known_to_stack(p, c)))
		return conn_add(p, proto, p->opt.bind_port, p->next_remote_port++);
	if (!c && (s->proto == PK_TCP || s->proto == PK_UDP) && p->sk_under_test) {
		struct inet_sockaddr me;

		/* datagrams, and segments out of nowhere, go to the socket that there is */
		if (inet_getname(p->sk_under_test, &me, false) || !me.port)
			me.port = p->opt.bind_port;
		c = conn_add(p, proto, me.port, p->opt.connect_port);
	}
	if (!c)
		c = conn_add(p, proto, p->opt.bind_port, p->next_remote_port++);
	return c;
}

void inject_packet(struct pkt *p, const struct event *ev)
{
	static u8 buf[70000];
	struct conn *c;
	u32 len;

	if (ev->pkt.proto == PK_ICMP) {
		if (!p->under_test)
			pk_fail(p, ev->line, "no packet yet that this could be about");
		len = frame_icmp(p, ev, p->under_test, buf);
	} else {
		c = inbound_conn(p, ev);
		p->under_test = c;
		if (ev->pkt.proto == PK_TCP && ev->pkt.flags & TCPHDR_SYN && !in_progress(p, c))
			c->irs = ev->pkt.seq;
		len = frame_build(p, &ev->pkt, c, buf, sizeof(buf));
	}
	world_inject(p, buf, len, pk_v6(p), ev->pkt.proto == PK_TCP ? ev->pkt.len : 0);
}
