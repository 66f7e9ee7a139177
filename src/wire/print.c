/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/print.h"

#include "wire/print_priv.h"
#include "wire/wire.h"

/* Nesting of IP in IP that is followed. */
#define DEPTH_MAX 4

void print_mac(struct strbuf *sb, const void *mac)
{
	strbuf_hex(sb, mac, ETH_ALEN, ':');
}

void print_ip4_addr(struct strbuf *sb, const void *addr)
{
	const u8 *a = addr;

	strbuf_printf(sb, "%u.%u.%u.%u", a[0], a[1], a[2], a[3]);
}

/* The longest run of at least two zero groups, the first of equals (RFC 5952 4.2). */
static unsigned int longest_zeros(const u16 *h, unsigned int *len)
{
	unsigned int best = 8, i, j;

	*len = 1;
	for (i = 0; i < 8; i = j + 1) {
		for (j = i; j < 8 && !h[j];)
			j++;
		if (j - i > *len) {
			*len = j - i;
			best = i;
		}
	}
	return best;
}

void print_ip6_addr(struct strbuf *sb, const void *addr)
{
	const u8 *a = addr;
	unsigned int i, zeros, at;
	u16 h[8];

	for (i = 0; i < 8; i++)
		h[i] = get_be16(a + 2 * i);
	if (ip6_addr_is_v4mapped((const struct ip6_addr *)addr)) {
		strbuf_puts(sb, "::ffff:");
		print_ip4_addr(sb, a + 12);
		return;
	}
	at = longest_zeros(h, &zeros);
	for (i = 0; i < 8; i++) {
		if (i == at) {
			strbuf_puts(sb, "::");
			i += zeros - 1;
			continue;
		}
		strbuf_printf(sb, i && i != at + zeros ? ":%x" : "%x", h[i]);
	}
}

void print_addr(struct strbuf *sb, const u8 *addr, u8 alen)
{
	if (alen == 4)
		print_ip4_addr(sb, addr);
	else
		print_ip6_addr(sb, addr);
}

void print_hosts(struct strbuf *sb, const struct print_ends *e)
{
	print_addr(sb, e->src, e->alen);
	strbuf_puts(sb, " > ");
	print_addr(sb, e->dst, e->alen);
	strbuf_puts(sb, ": ");
}

void print_ports(struct strbuf *sb, const struct print_ends *e, u16 sport, u16 dport)
{
	print_addr(sb, e->src, e->alen);
	strbuf_printf(sb, ".%u > ", sport);
	print_addr(sb, e->dst, e->alen);
	strbuf_printf(sb, ".%u: ", dport);
}

void print_udp(struct strbuf *sb, const struct print_ends *e, struct print_area a)
{
	const struct udp_hdr *u = (const void *)a.p;

	if (a.cap < sizeof(*u)) {
		print_hosts(sb, e);
		strbuf_puts(sb, "[|udp]");
		return;
	}
	print_ports(sb, e, be16_get(u->source), be16_get(u->dest));
	if (be16_get(u->len) < sizeof(*u))
		strbuf_printf(sb, "UDP, bad length %u", be16_get(u->len));
	else
		strbuf_printf(sb, "UDP, length %zu", be16_get(u->len) - sizeof(*u));
}

static void print_ip_depth(struct strbuf *sb, struct print_area a, unsigned int depth);

static void print_transport(struct strbuf *sb, const struct print_ends *e, u8 proto,
			    struct print_area a, unsigned int depth)
{
	switch (proto) {
	case IP_PROTO_TCP:
		print_tcp(sb, e, a);
		return;
	case IP_PROTO_UDP:
		print_udp(sb, e, a);
		return;
	}
	print_hosts(sb, e);
	switch (proto) {
	case IP_PROTO_ICMP:
		print_icmp4(sb, a);
		return;
	case IP_PROTO_ICMPV6:
		print_icmp6(sb, a);
		return;
	case IP_PROTO_IPIP:
	case IP_PROTO_IPV6:
		print_ip_depth(sb, a, depth + 1);
		return;
	case IP_PROTO_NONE:
		strbuf_printf(sb, "no next header, length %zu", a.len);
		return;
	default:
		strbuf_printf(sb, "ip-proto-%u, length %zu", proto, a.len);
	}
}

static void print_frag(struct strbuf *sb, u32 id, u32 off, bool more, size_t len)
{
	strbuf_printf(sb, "(frag 0x%x:%zu@%u%s) ", id, len, off, more ? "+" : "");
}

static void print_ip4(struct strbuf *sb, struct print_area a, unsigned int depth)
{
	const struct ip4_hdr *h = (const void *)a.p;
	struct print_ends e = { (const u8 *)&h->saddr, (const u8 *)&h->daddr, 4 };
	u32 hlen, total;

	strbuf_puts(sb, "IP ");
	if (a.cap < sizeof(*h)) {
		strbuf_puts(sb, "[|ip]");
		return;
	}
	hlen = ip4_hdrlen(h);
	total = be16_get(h->tot_len);
	if (hlen < IP4_HLEN || total < hlen) {
		strbuf_printf(sb, "bad-hlen %u, length %u", hlen, total);
		return;
	}
	/* What is behind the datagram is padding of the link. */
	a.len = total;
	a.cap = min(a.cap, a.len);
	if (a.cap < hlen) {
		print_hosts(sb, &e);
		strbuf_puts(sb, "[|ip]");
		return;
	}
	a = print_skip(a, hlen);
	if (ip4_is_fragment(h))
		print_frag(sb, be16_get(h->id), ip4_frag_offset(h), be16_get(h->frag_off) & IP4_MF,
			   a.len);
	if (ip4_frag_offset(h)) {
		print_hosts(sb, &e);
		strbuf_printf(sb, "ip-proto-%u", h->protocol);
		return;
	}
	print_transport(sb, &e, h->protocol, a, depth);
}

static const char *ip6_ext_name(u8 type)
{
	switch (type) {
	case IP_PROTO_HOPOPTS:
		return "HBH ";
	case IP_PROTO_DSTOPTS:
		return "DSTOPT ";
	case IP_PROTO_ROUTING:
		return "srcrt ";
	case IP_PROTO_AH:
		return "AH ";
	default:
		return "";
	}
}

static void print_ip6_payload(struct strbuf *sb, struct print_area a, unsigned int depth)
{
	const struct ip6_hdr *h = (const void *)a.p;
	struct print_ends e = { h->saddr.b, h->daddr.b, 16 };
	struct ip6_ext_cursor cur;
	const struct ip6_ext_hdr *x;

	for (x = ip6_ext_first(&cur, a.p, (u32)a.cap); x; x = ip6_ext_next(&cur)) {
		const struct ip6_frag_hdr *f = (const void *)x;

		if (cur.type != IP_PROTO_FRAGMENT)
			strbuf_puts(sb, ip6_ext_name(cur.type));
		else
			print_frag(sb, be32_get(f->id), be16_get(f->frag_off) & IP6_OFFMASK,
				   be16_get(f->frag_off) & IP6_MF, a.len - cur.off - IP6_FRAG_HLEN);
	}
	if (cur.err) {
		print_hosts(sb, &e);
		strbuf_puts(sb, cur.err == IP6_EXT_TRUNCATED ? "[|ip6]" : "bad header chain");
	} else if (cur.later_fragment) {
		print_hosts(sb, &e);
		strbuf_printf(sb, "ip-proto-%u", cur.type);
	} else {
		print_transport(sb, &e, cur.type, print_skip(a, cur.off), depth);
	}
}

static void print_ip6(struct strbuf *sb, struct print_area a, unsigned int depth)
{
	const struct ip6_hdr *h = (const void *)a.p;

	strbuf_puts(sb, "IP6 ");
	if (a.cap < sizeof(*h)) {
		strbuf_puts(sb, "[|ip6]");
		return;
	}
	a.len = sizeof(*h) + be16_get(h->payload_len);
	a.cap = min(a.cap, a.len);
	print_ip6_payload(sb, a, depth);
}

static void print_ip_depth(struct strbuf *sb, struct print_area a, unsigned int depth)
{
	u8 version = a.cap ? a.p[0] >> 4 : 0;

	if (!a.cap)
		strbuf_puts(sb, "[|ip]");
	else if (depth > DEPTH_MAX)
		strbuf_puts(sb, "...");
	else if (version == 4)
		print_ip4(sb, a, depth);
	else if (version == 6)
		print_ip6(sb, a, depth);
	else
		strbuf_printf(sb, "IP version %u, length %zu", version, a.len);
}

void print_ip(struct strbuf *sb, const void *pkt, size_t caplen)
{
	print_ip_depth(sb, (struct print_area){ pkt, caplen, caplen }, 0);
}

static void print_arp(struct strbuf *sb, struct print_area a)
{
	const struct arp_eth_ip4 *m = (const void *)a.p;
	u16 op;

	strbuf_puts(sb, "ARP, ");
	if (a.cap < sizeof(m->h)) {
		strbuf_puts(sb, "[|arp]");
		return;
	}
	op = be16_get(m->h.op);
	if (be16_get(m->h.pro) != ETH_TYPE_IP4 || m->h.hln != ETH_ALEN || m->h.pln != 4) {
		strbuf_printf(sb, "hrd %u pro 0x%04x op %u, length %zu", be16_get(m->h.hrd),
			      be16_get(m->h.pro), op, a.len);
		return;
	}
	if (a.cap < sizeof(*m)) {
		strbuf_puts(sb, "[|arp]");
		return;
	}
	if (op == ARP_OP_REQUEST) {
		strbuf_puts(sb, "Request who-has ");
		print_ip4_addr(sb, &m->tpa);
		strbuf_puts(sb, " tell ");
		print_ip4_addr(sb, &m->spa);
	} else if (op == ARP_OP_REPLY) {
		strbuf_puts(sb, "Reply ");
		print_ip4_addr(sb, &m->spa);
		strbuf_puts(sb, " is-at ");
		print_mac(sb, m->sha);
	} else {
		strbuf_printf(sb, "op %u", op);
	}
	strbuf_printf(sb, ", length %zu", a.len);
}

static void print_other(struct strbuf *sb, const struct eth_hdr *eth, u16 type, size_t len)
{
	print_mac(sb, eth->src);
	strbuf_puts(sb, " > ");
	print_mac(sb, eth->dst);
	if (type < ETH_TYPE_802_3_MIN)
		strbuf_printf(sb, ", 802.3, length %zu", len);
	else
		strbuf_printf(sb, ", ethertype 0x%04x, length %zu", type, len);
}

void print_eth(struct strbuf *sb, const void *frame, size_t caplen, size_t len)
{
	struct print_area a = { frame, caplen, max(len, caplen) };
	const struct eth_hdr *eth = frame;
	u16 type;

	if (caplen < sizeof(*eth)) {
		strbuf_puts(sb, "[|ether]");
		return;
	}
	type = be16_get(eth->type);
	a = print_skip(a, sizeof(*eth));
	while (eth_type_is_vlan(type)) {
		const struct vlan_tag *tag = (const void *)a.p;

		if (a.cap < sizeof(*tag)) {
			strbuf_puts(sb, "[|vlan]");
			return;
		}
		strbuf_printf(sb, "vlan %u, p %u, ", be16_get(tag->tci) & VLAN_VID_MASK,
			      be16_get(tag->tci) >> VLAN_PRIO_SHIFT);
		type = be16_get(tag->type);
		a = print_skip(a, sizeof(*tag));
	}
	if (type == ETH_TYPE_ARP)
		print_arp(sb, a);
	else if (type == ETH_TYPE_IP4 || type == ETH_TYPE_IP6)
		print_ip_depth(sb, a, 0);
	else
		print_other(sb, eth, type, len);
}
