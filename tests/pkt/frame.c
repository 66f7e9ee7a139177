// SPDX-License-Identifier: BSD-2-Clause
/* Frames from specifications, and back. */
#include "tests/pkt/pkt.h"

static union inet_addr address(struct pkt *p, bool peer)
{
	union inet_addr a;
	u16 family;

	inet_addr_pton((peer ? p->opt.remote_ip : p->opt.local_ip)[pk_v6(p)], &a, &family);
	return a;
}

static u32 pseudo(struct pkt *p, bool from_peer, u32 len, u8 proto)
{
	union inet_addr s = address(p, from_peer), d = address(p, !from_peer);

	return p->net->ip.af[pk_v6(p)]->pseudo_csum(&s, &d, len, proto);
}

static void ip4_header(struct pkt *p, u8 *h, u8 proto, u32 len, const struct pk_spec *s,
		       bool from_peer)
{
	union inet_addr src = address(p, from_peer), dst = address(p, !from_peer);
	be16 c;

	memset(h, 0, 20);
	h[0] = 0x45;
	h[1] = (u8)((s->tos >= 0 ? s->tos : 0) | (s->ecn > 0 && s->ecn < ECN_ECT01 ? s->ecn : 0));
	put_be16(h + 2, (u16)(len + 20));
	h[8] = (u8)(s->ttl >= 0 ? s->ttl : 255);
	h[9] = proto;
	memcpy(h + 12, src.b + 12, 4);
	memcpy(h + 16, dst.b + 12, 4);
	c = ip_fast_csum(h, 5);
	memcpy(h + 10, &c, 2);
}

static void ip6_header(struct pkt *p, u8 *h, u8 proto, u32 len, const struct pk_spec *s,
		       bool from_peer)
{
	union inet_addr src = address(p, from_peer), dst = address(p, !from_peer);
	u8 tos = (u8)((s->tos >= 0 ? s->tos : 0) | (s->ecn > 0 && s->ecn < ECN_ECT01 ? s->ecn : 0));

	put_be32(h, 6u << 28 | (u32)tos << 20 | (u32)(s->flowlabel >= 0 ? s->flowlabel : 0));
	put_be16(h + 4, (u16)len);
	h[6] = proto;
	h[7] = (u8)(s->ttl >= 0 ? s->ttl : 255);
	memcpy(h + 8, src.b, 16);
	memcpy(h + 24, dst.b, 16);
}

/* Puts the IP header before the len octets of transport at buf + its length. Returns that length. */
u32 frame_ip(struct pkt *p, u8 *buf, u8 proto, u32 len, const struct pk_spec *s, bool from_peer)
{
	if (pk_v6(p)) {
		ip6_header(p, buf, proto, len, s, from_peer);
		return 40;
	}
	ip4_header(p, buf, proto, len, s, from_peer);
	return 20;
}

/* -- building ------------------------------------------------------------------------------ */

/* The option's numbers as the stack understands them. */
static void opt_to_live(struct pkt *p, struct conn *c, struct pk_opt *o)
{
	(void)p;
	if (o->kind == TCP_OPT_TIMESTAMP && o->len == 8)
		put_be32(o->data + 4, conn_ts_live(c, get_be32(o->data + 4)));
	if (o->kind == TCP_OPT_SACK)
		for (u8 i = 0; i + 4 <= o->len; i = (u8)(i + 4))
			put_be32(o->data + i,
				 get_be32(o->data + i) + c->iss_live);
}

static u32 build_opts(struct pkt *p, const struct pk_spec *s, struct conn *c, u8 *d)
{
	u32 n = 0;

	for (u32 i = 0; i < s->nr_opts; i++) {
		struct pk_opt o = s->opt[i];

		opt_to_live(p, c, &o);
		if (n + 2 + o.len > 40)
			pk_fail(p, 0, "more than 40 octets of TCP options");
		d[n++] = o.kind;
		if (o.kind == TCP_OPT_NOP || o.kind == TCP_OPT_EOL)
			continue;
		d[n++] = (u8)(o.len + 2);
		memcpy(d + n, o.data, o.len);
		n += o.len;
	}
	while (n & 3)
		d[n++] = TCP_OPT_EOL;
	return n;
}

static u32 build_tcp(struct pkt *p, const struct pk_spec *s, struct conn *c, u8 *d, u32 size)
{
	struct tcp_hdr *th = (void *)d;
	u32 opts, len;

	memset(th, 0, 20);
	opts = build_opts(p, s, c, th->options);
	len = 20 + opts + s->len;
	if (len > size)
		pk_fail(p, 0, "a segment too long");
	th->source = be16_make(c->remote_port);
	th->dest = be16_make(c->local_port);
	th->seq = be32_make(s->flags & TCPHDR_SYN ? s->seq : s->seq + c->irs);
	if (s->flags & TCPHDR_ACK || s->has_ack)
		th->ack_seq = be32_make(s->ack + c->iss_live);
	th->doff_res = tcp_doff(20 + opts) | (u8)(s->flags >> 8);
	th->flags = (u8)s->flags;
	th->window = be16_make((u16)s->win);
	th->urg_ptr = be16_make(s->urg);
	memset(th->options + opts, 0, s->len);
	th->check = csum_fold(csum_partial(th, len, pseudo(p, true, len, IP_PROTO_TCP)));
	return len;
}

static u32 build_udp(struct pkt *p, const struct pk_spec *s, struct conn *c, u8 *d)
{
	u32 len = 8 + s->len;
	be16 sum;

	memset(d, 0, len);
	put_be16(d, c->remote_port);
	put_be16(d + 2, c->local_port);
	put_be16(d + 4, (u16)len);
	sum = csum_fold(csum_partial(d, len, pseudo(p, true, len, IP_PROTO_UDP)));
	memcpy(d + 6, &sum, 2);
	return len;
}

u32 frame_build(struct pkt *p, const struct pk_spec *s, struct conn *c, u8 *buf, u32 size)
{
	u32 ihl = pk_v6(p) ? 40 : 20, len;

	if (s->proto == PK_UDP)
		len = build_udp(p, s, c, buf + ihl);
	else
		len = build_tcp(p, s, c, buf + ihl, size - ihl);
	frame_ip(p, buf, c->proto, len, s, true);
	return ihl + len;
}

/* -- ICMP: about a packet that the stack sent ---------------------------------------------- */

static const struct icmp_name {
	const char *type, *code;
	s16 t4, c4, t6, c6;
} icmp_names[] = {
	{ "unreachable", NULL, 3, 0, 1, 0 },
	{ "unreachable", "net_unreachable", 3, 0, 1, 0 },
	{ "unreachable", "network_unreachable", 3, 0, 1, 0 },
	{ "unreachable", "host_unreachable", 3, 1, 1, 3 },
	{ "unreachable", "address_unreachable", 3, 1, 1, 3 },
	{ "unreachable", "protocol_unreachable", 3, 2, 1, 4 },
	{ "unreachable", "port_unreachable", 3, 3, 1, 4 },
	{ "unreachable", "frag_needed", 3, 4, 2, 0 },
	{ "unreachable", "src_rt_failed", 3, 5, 1, 5 },
	{ "unreachable", "net_unknown", 3, 6, 1, 0 },
	{ "unreachable", "host_unknown", 3, 7, 1, 3 },
	{ "unreachable", "source_host_isolated", 3, 8, 1, 3 },
	{ "unreachable", "net_prohibited", 3, 9, 1, 1 },
	{ "unreachable", "host_prohibited", 3, 10, 1, 1 },
	{ "unreachable", "net_unreachable_for_tos", 3, 11, 1, 0 },
	{ "unreachable", "host_unreachable_for_tos", 3, 12, 1, 3 },
	{ "unreachable", "comm_prohibited", 3, 13, 1, 1 },
	{ "unreachable", "admin_prohibited", 3, 13, 1, 1 },
	{ "unreachable", "no_route", 3, 0, 1, 0 },
	{ "packet_too_big", NULL, 3, 4, 2, 0 },
	{ "source_quench", NULL, 4, 0, -1, 0 },
	{ "time_exceeded", NULL, 11, 0, 3, 0 },
	{ "time_exceeded", "exc_ttl", 11, 0, 3, 0 },
	{ "time_exceeded", "exc_fragtime", 11, 1, 3, 1 },
	{ "parameter_problem", NULL, 12, 0, 4, 0 },
};

static const struct icmp_name *icmp_find(struct pkt *p, const struct event *ev)
{
	const struct pk_spec *s = &ev->pkt;

	for (u32 i = 0; i < ARRAY_SIZE(icmp_names); i++) {
		const struct icmp_name *n = &icmp_names[i];

		if (s->icmp_type && !strcmp(s->icmp_type, n->type) &&
		    (!s->icmp_code ? !n->code : n->code && !strcmp(s->icmp_code, n->code)))
			return n;
	}
	pk_fail(p, ev->line, "unknown ICMP message");
}

/* The offending packet: its IP header and the first 8 octets of its transport header. */
static u32 quote(struct pkt *p, const struct event *ev, struct conn *c, u8 *d)
{
	const struct pk_spec *s = &ev->pkt;
	u32 ihl = pk_v6(p) ? 40 : 20;
	u32 seq = s->quotes ? s->seq : 0, payload = s->quotes ? s->len : 0;
	struct pk_spec ip = { .tos = -1, .ttl = 63, .flowlabel = -1 };

	frame_ip(p, d, c->proto, 20 + payload, &ip, false);
	memset(d + ihl, 0, 20);
	put_be16(d + ihl, c->local_port);
	put_be16(d + ihl + 2, c->remote_port);
	if (c->proto == IP_PROTO_TCP)
		put_be32(d + ihl + 4, seq + c->iss_live);
	else
		put_be16(d + ihl + 4, (u16)(8 + payload));
	return ihl + 8;
}

u32 frame_icmp(struct pkt *p, const struct event *ev, struct conn *c, u8 *buf)
{
	const struct icmp_name *n = icmp_find(p, ev);
	u32 ihl = pk_v6(p) ? 40 : 20, len, sum = 0;
	u8 *icmp = buf + ihl, proto = pk_v6(p) ? IP_PROTO_ICMPV6 : IP_PROTO_ICMP;
	be16 check;

	memset(icmp, 0, 8);
	icmp[0] = (u8)(pk_v6(p) ? n->t6 : n->t4);
	icmp[1] = (u8)(pk_v6(p) ? n->c6 : n->c4);
	if (ev->pkt.mtu)
		put_be32(icmp + 4, ev->pkt.mtu);
	len = 8 + quote(p, ev, c, icmp + 8);
	if (pk_v6(p))
		sum = pseudo(p, true, len, proto);
	check = csum_fold(csum_partial(icmp, len, sum));
	memcpy(icmp + 2, &check, 2);
	frame_ip(p, buf, proto, len, &ev->pkt, true);
	return ihl + len;
}

/* -- reading -------------------------------------------------------------------------------- */

static void read_opts(const u8 *d, u32 len, struct pk_spec *s)
{
	u32 at = 0;

	while (at < len && s->nr_opts < MAX_OPTS) {
		struct pk_opt *o = &s->opt[s->nr_opts++];

		o->kind = d[at++];
		if (o->kind == TCP_OPT_NOP || o->kind == TCP_OPT_EOL)
			continue;
		if (at >= len || d[at] < 2 || at - 1 + d[at] > len)
			return;
		o->len = (u8)(d[at] - 2);
		memcpy(o->data, d + at + 1, o->len);
		at += o->len + 1u;
	}
}

static void check_sum(struct pkt *p, const struct frame *f, u32 ihl, u32 len, u8 proto)
{
	if (!f->partial && !be16_is_zero(csum_fold(csum_partial(f->data + ihl, len,
								 pseudo(p, false, len, proto)))))
		pk_fail(p, 0, "the stack sent a wrong checksum");
	if (!pk_v6(p) && !be16_is_zero(csum_fold(csum_partial(f->data, 20, 0))))
		pk_fail(p, 0, "the stack sent a wrong IPv4 header checksum");
}

static void read_tcp(const u8 *d, u32 len, struct pk_spec *s)
{
	const struct tcp_hdr *th = (const void *)d;

	s->flags = tcp_flags(th);
	s->seq = be32_get(th->seq);
	s->len = len - tcp_hdrlen(th);
	s->end_seq = s->seq + s->len;
	s->has_ack = s->flags & TCPHDR_ACK;
	s->ack = be32_get(th->ack_seq);
	s->has_win = true;
	s->win = be16_get(th->window);
	s->urg = be16_get(th->urg_ptr);
	read_opts(th->options, tcp_hdrlen(th) - 20, s);
}

bool frame_read(struct pkt *p, const struct frame *f, struct pk_spec *s)
{
	u32 ihl = pk_v6(p) ? 40 : 20, len;
	u8 proto;

	*s = (struct pk_spec){ .ace = -1, .flowlabel = -1 };
	if (f->len < ihl + 8 || f->data[0] >> 4 != (pk_v6(p) ? 6 : 4))
		return false;
	proto = f->data[pk_v6(p) ? 6 : 9];
	if (proto != IP_PROTO_TCP && proto != IP_PROTO_UDP)
		return false;
	len = f->len - ihl;
	check_sum(p, f, ihl, len, proto);
	s->tos = pk_v6(p) ? (u8)(f->data[0] << 4 | f->data[1] >> 4) : f->data[1];
	s->flowlabel = pk_v6(p) ? (int)(get_be32(f->data) & 0xfffff) : -1;
	s->ecn = s->tos & 3;
	s->ttl = f->data[pk_v6(p) ? 7 : 8];
	s->sport = get_be16(f->data + ihl);
	s->dport = get_be16(f->data + ihl + 2);
	s->proto = proto == IP_PROTO_TCP ? PK_TCP : PK_UDP;
	if (s->proto == PK_TCP)
		read_tcp(f->data + ihl, len, s);
	else
		s->len = len - 8;
	return true;
}
