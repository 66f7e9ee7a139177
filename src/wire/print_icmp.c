/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/print_priv.h"
#include "wire/wire.h"

static const char *const unreach4[] = {
	[ICMP4_UNREACH_NET] = "net %s unreachable",
	[ICMP4_UNREACH_HOST] = "host %s unreachable",
	[ICMP4_UNREACH_PROTOCOL] = "%s protocol unreachable",
	[ICMP4_UNREACH_PORT] = "%s port unreachable",
	[ICMP4_UNREACH_FRAG_NEEDED] = "%s unreachable - need to frag",
	[ICMP4_UNREACH_SR_FAILED] = "%s unreachable - source route failed",
	[ICMP4_UNREACH_NET_UNKNOWN] = "net %s unreachable - unknown",
	[ICMP4_UNREACH_HOST_UNKNOWN] = "host %s unreachable - unknown",
	[ICMP4_UNREACH_HOST_ISOLATED] = "%s unreachable - source host isolated",
	[ICMP4_UNREACH_NET_PROHIBITED] = "net %s unreachable - admin prohibited",
	[ICMP4_UNREACH_HOST_PROHIBITED] = "host %s unreachable - admin prohibited",
	[ICMP4_UNREACH_NET_TOS] = "net %s unreachable - tos prohibited",
	[ICMP4_UNREACH_HOST_TOS] = "host %s unreachable - tos prohibited",
	[ICMP4_UNREACH_FILTERED] = "host %s unreachable - admin prohibited filter",
	[ICMP4_UNREACH_PREC_VIOLATION] = "host %s unreachable - host precedence violation",
	[ICMP4_UNREACH_PREC_CUTOFF] = "host %s unreachable - precedence cutoff",
};
_Static_assert(ARRAY_SIZE(unreach4) == ICMP4_UNREACH_MAX + 1, "a text per code");

static const char *const unreach6[] = {
	[ICMP6_UNREACH_NO_ROUTE] = "unreachable route %s",
	[ICMP6_UNREACH_PROHIBITED] = "unreachable prohibited %s",
	[ICMP6_UNREACH_BEYOND_SCOPE] = "beyond scope %s",
	[ICMP6_UNREACH_ADDRESS] = "unreachable address %s",
	[ICMP6_UNREACH_PORT] = "unreachable port, %s",
	[ICMP6_UNREACH_POLICY] = "source address failed policy, %s",
	[ICMP6_UNREACH_REJECT_ROUTE] = "reject route to %s",
};
_Static_assert(ARRAY_SIZE(unreach6) == ICMP6_UNREACH_MAX + 1, "a text per code");

/* Prints a text of the tables above, %s standing for what. */
static void print_text(struct strbuf *sb, const char *text, const char *what)
{
	for (; *text; text++) {
		if (text[0] == '%' && text[1] == 's') {
			strbuf_puts(sb, what);
			text++;
		} else {
			strbuf_putc(sb, *text);
		}
	}
}

/* Ports of what an error quotes: "10.0.0.1 udp port 53" or the like. */
static void quoted_target(struct strbuf *sb, const u8 *addr, u8 alen, u8 proto,
			  struct print_area l4)
{
	print_addr(sb, addr, alen);
	if (l4.cap < 4)
		return;
	if (proto == IP_PROTO_TCP || proto == IP_PROTO_UDP)
		strbuf_printf(sb, " %s port %u", proto == IP_PROTO_TCP ? "tcp" : "udp",
			      get_be16(l4.p + 2));
	else
		strbuf_printf(sb, " protocol %u", proto);
}

/* Where the packet that an ICMP error quotes was going. */
static void quoted4(struct strbuf *sb, struct print_area q)
{
	const struct ip4_hdr *h = (const void *)q.p;
	struct print_area l4 = q;

	if (q.cap < sizeof(*h)) {
		strbuf_puts(sb, "[|ip]");
		return;
	}
	l4.cap = 0;
	if (ip4_hdrlen(h) <= q.cap && !ip4_frag_offset(h))
		l4 = print_skip(q, ip4_hdrlen(h));
	quoted_target(sb, (const u8 *)&h->daddr, 4, h->protocol, l4);
}

static void quoted6(struct strbuf *sb, struct print_area q)
{
	const struct ip6_hdr *h = (const void *)q.p;
	struct ip6_ext_cursor cur;
	struct print_area l4 = q;
	const struct ip6_ext_hdr *x;

	if (q.cap < sizeof(*h)) {
		strbuf_puts(sb, "[|ip6]");
		return;
	}
	for (x = ip6_ext_first(&cur, q.p, (u32)min_t(size_t, q.cap, U32_MAX)); x;)
		x = ip6_ext_next(&cur);
	l4.cap = 0;
	if (!cur.err && !cur.later_fragment)
		l4 = print_skip(q, cur.off);
	quoted_target(sb, h->daddr.b, 16, cur.type, l4);
}

static void print_unreach4(struct strbuf *sb, const struct icmp4_hdr *h, struct print_area quote)
{
	char text[80];
	struct strbuf what;

	strbuf_init(&what, text, sizeof(text));
	quoted4(&what, quote);
	if (h->code > ICMP4_UNREACH_MAX) {
		strbuf_printf(sb, "%s unreachable - #%u", text, h->code);
		return;
	}
	print_text(sb, unreach4[h->code], text);
	if (h->code == ICMP4_UNREACH_FRAG_NEEDED)
		strbuf_printf(sb, " (mtu %u)", be16_get(h->un.frag.mtu));
}

void print_icmp4(struct strbuf *sb, struct print_area a)
{
	const struct icmp4_hdr *h = (const void *)a.p;

	strbuf_puts(sb, "ICMP ");
	if (a.cap < sizeof(*h)) {
		strbuf_puts(sb, "[|icmp]");
		return;
	}
	switch (h->type) {
	case ICMP4_TYPE_ECHO:
	case ICMP4_TYPE_ECHO_REPLY:
		strbuf_printf(sb, "echo %s, id %u, seq %u",
			      h->type == ICMP4_TYPE_ECHO ? "request" : "reply",
			      be16_get(h->un.echo.id), be16_get(h->un.echo.seq));
		break;
	case ICMP4_TYPE_UNREACH:
		print_unreach4(sb, h, print_skip(a, sizeof(*h)));
		break;
	case ICMP4_TYPE_TIME_EXCEEDED:
		strbuf_puts(sb, h->code == ICMP4_TIMEX_TTL ? "time exceeded in-transit" :
							     "ip reassembly time exceeded");
		break;
	case ICMP4_TYPE_REDIRECT:
		strbuf_puts(sb, "redirect ");
		quoted4(sb, print_skip(a, sizeof(*h)));
		strbuf_puts(sb, " to ");
		print_ip4_addr(sb, &h->un.gateway);
		break;
	case ICMP4_TYPE_PARAM_PROBLEM:
		strbuf_printf(sb, "parameter problem - octet %u", h->un.pointer);
		break;
	default:
		strbuf_printf(sb, "type-#%u, code %u", h->type, h->code);
	}
	strbuf_printf(sb, ", length %zu", a.len);
}

static void print_nd_opts(struct strbuf *sb, struct print_area a)
{
	struct nd_opt_cursor cur;
	const struct nd_opt_hdr *o;

	for (o = nd_opt_first(&cur, a.p, a.cap); o; o = nd_opt_next(&cur)) {
		const struct nd_opt_prefix *pi = (const void *)o;

		if (!nd_opt_len_ok(o)) {
			strbuf_printf(sb, ", option %u bad length %u", o->type, o->len);
		} else if (o->type == ND_OPT_T_SLLA || o->type == ND_OPT_T_TLLA) {
			strbuf_puts(sb, o->type == ND_OPT_T_SLLA ? ", source lladdr " :
								   ", target lladdr ");
			print_mac(sb, ((const struct nd_opt_lladdr *)(const void *)o)->addr);
		} else if (o->type == ND_OPT_T_PREFIX) {
			strbuf_puts(sb, ", prefix ");
			print_ip6_addr(sb, pi->prefix.b);
			strbuf_printf(sb, "/%u%s%s", pi->prefix_len,
				      pi->flags & ND_PREFIX_ONLINK ? " onlink" : "",
				      pi->flags & ND_PREFIX_AUTO ? " auto" : "");
		} else if (o->type == ND_OPT_T_MTU) {
			strbuf_printf(sb, ", mtu %u", get_be32((const u8 *)o + 4));
		} else {
			strbuf_printf(sb, ", option %u", o->type);
		}
	}
	if (cur.err)
		strbuf_puts(sb, cur.err == ND_OPT_ZERO_LEN ? ", bad opt" : ", [|nd]");
}

static void print_na_flags(struct strbuf *sb, be32 be_flags)
{
	u32 flags = be32_get(be_flags);

	strbuf_printf(sb, ", flags [%s%s%s]", flags & ND_NA_ROUTER ? "R" : "",
		      flags & ND_NA_SOLICITED ? "S" : "", flags & ND_NA_OVERRIDE ? "O" : "");
}

struct nd_row {
	u8 type;
	u8 len; /* of the fixed part */
	const char *name;
};

static const struct nd_row nd_rows[] = {
	{ ICMP6_TYPE_ROUTER_SOLICIT, sizeof(struct nd_rs_msg), "router solicitation" },
	{ ICMP6_TYPE_ROUTER_ADVERT, sizeof(struct nd_ra_msg), "router advertisement" },
	{ ICMP6_TYPE_NEIGH_SOLICIT, sizeof(struct nd_ns_msg), "neighbor solicitation, who has " },
	{ ICMP6_TYPE_NEIGH_ADVERT, sizeof(struct nd_na_msg), "neighbor advertisement, tgt is " },
	{ ICMP6_TYPE_REDIRECT, sizeof(struct nd_redirect_msg), "redirect, " },
};

static void print_ndisc(struct strbuf *sb, const struct nd_row *row, struct print_area a)
{
	const struct nd_na_msg *na = (const void *)a.p;
	const struct nd_redirect_msg *rd = (const void *)a.p;
	const struct nd_ra_msg *ra = (const void *)a.p;

	strbuf_puts(sb, row->name);
	if (a.cap < row->len) {
		strbuf_puts(sb, "[|nd]");
		return;
	}
	if (row->type == ICMP6_TYPE_ROUTER_ADVERT) {
		strbuf_printf(sb, ", hop limit %u, router lifetime %us", ra->cur_hop_limit,
			      be16_get(ra->router_lifetime));
	} else if (row->type == ICMP6_TYPE_REDIRECT) {
		print_ip6_addr(sb, rd->dest.b);
		strbuf_puts(sb, " to ");
		print_ip6_addr(sb, rd->target.b);
	} else if (row->type != ICMP6_TYPE_ROUTER_SOLICIT) {
		/* solicitation and advertisement have the target at the same place */
		print_ip6_addr(sb, na->target.b);
		if (row->type == ICMP6_TYPE_NEIGH_ADVERT)
			print_na_flags(sb, na->flags);
	}
	print_nd_opts(sb, print_skip(a, row->len));
}

static void print_unreach6(struct strbuf *sb, const struct icmp6_hdr *h, struct print_area quote)
{
	char text[96];
	struct strbuf what;

	strbuf_init(&what, text, sizeof(text));
	quoted6(&what, quote);
	if (h->code <= ICMP6_UNREACH_MAX)
		print_text(sb, unreach6[h->code], text);
	else
		strbuf_printf(sb, "%s unreachable - #%u", text, h->code);
}

static void print_icmp6_body(struct strbuf *sb, const struct icmp6_hdr *h, struct print_area a)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(nd_rows); i++) {
		if (nd_rows[i].type == h->type) {
			print_ndisc(sb, &nd_rows[i], a);
			return;
		}
	}
	switch (h->type) {
	case ICMP6_TYPE_ECHO_REQUEST:
	case ICMP6_TYPE_ECHO_REPLY:
		strbuf_printf(sb, "echo %s, id %u, seq %u",
			      h->type == ICMP6_TYPE_ECHO_REQUEST ? "request" : "reply",
			      be16_get(h->un.echo.id), be16_get(h->un.echo.seq));
		return;
	case ICMP6_TYPE_UNREACH:
		print_unreach6(sb, h, print_skip(a, sizeof(*h)));
		return;
	case ICMP6_TYPE_PKT_TOOBIG:
		strbuf_printf(sb, "packet too big, mtu %u", be32_get(h->un.mtu));
		return;
	case ICMP6_TYPE_TIME_EXCEEDED:
		strbuf_puts(sb, h->code == ICMP6_TIMEX_HOPLIMIT ? "time exceeded in-transit" :
								  "ip reassembly time exceeded");
		return;
	case ICMP6_TYPE_PARAM_PROBLEM:
		strbuf_printf(sb, "parameter problem, code %u - octet %u", h->code,
			      be32_get(h->un.pointer));
		return;
	case ICMP6_TYPE_MLD2_REPORT:
		strbuf_puts(sb, "multicast listener report v2");
		return;
	case ICMP6_TYPE_MLD_QUERY:
		strbuf_puts(sb, "multicast listener query");
		return;
	default:
		strbuf_printf(sb, "type-#%u, code %u", h->type, h->code);
	}
}

void print_icmp6(struct strbuf *sb, struct print_area a)
{
	const struct icmp6_hdr *h = (const void *)a.p;

	strbuf_puts(sb, "ICMP6, ");
	/* The short router solicitation is no shorter than this. */
	if (a.cap < sizeof(*h)) {
		strbuf_puts(sb, "[|icmp6]");
		return;
	}
	print_icmp6_body(sb, h, a);
	strbuf_printf(sb, ", length %zu", a.len);
}
