/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/print_priv.h"
#include "wire/tcp_opt.h"

static void print_flags(struct strbuf *sb, u16 flags)
{
	static const struct {
		u16 bit;
		char c;
	} names[] = {
		{ TCPHDR_FIN, 'F' }, { TCPHDR_SYN, 'S' }, { TCPHDR_RST, 'R' },
		{ TCPHDR_PSH, 'P' }, { TCPHDR_ACK, '.' }, { TCPHDR_URG, 'U' },
		{ TCPHDR_ECE, 'E' }, { TCPHDR_CWR, 'W' }, { TCPHDR_AE, 'e' },
	};

	strbuf_puts(sb, "Flags [");
	if (!flags)
		strbuf_puts(sb, "none");
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (flags & names[i].bit)
			strbuf_putc(sb, names[i].c);
	strbuf_putc(sb, ']');
}

static void print_sack(struct strbuf *sb, const u8 *p, u32 len)
{
	u32 n = (len - TCP_OLEN_SACK_BASE) / TCP_OLEN_SACK_BLOCK;

	strbuf_printf(sb, "sack %u ", n);
	for (u32 i = 0; i < n; i++)
		strbuf_printf(sb, "{%u:%u}", get_be32(p + 2 + 8 * i), get_be32(p + 6 + 8 * i));
}

static void print_cookie(struct strbuf *sb, const char *name, const u8 *p, u32 len)
{
	strbuf_puts(sb, name);
	if (len)
		strbuf_hex(sb, p, len, 0);
	else
		strbuf_puts(sb, "cookiereq");
}

static void print_accecn(struct strbuf *sb, const u8 *p, u32 len)
{
	static const char *const names[2][TCP_ACCECN_FIELDS] = { { "e0b", "ceb", "e1b" },
								 { "e1b", "ceb", "e0b" } };

	strbuf_puts(sb, "ECN");
	for (u32 i = 0; i < (len - TCP_OLEN_ACCECN_BASE) / TCP_OLEN_ACCECN_FIELD; i++)
		strbuf_printf(sb, " %s %u", names[p[0] == TCP_OPT_ACCECN1][i],
			      get_be32(p + 1 + 3 * i) & 0xffffff);
}

/* One option of len octets, which all can be read, with 2 <= len. */
static void print_option(struct strbuf *sb, const u8 *p, u32 len)
{
	if (p[0] == TCP_OPT_MSS && len == TCP_OLEN_MSS)
		strbuf_printf(sb, "mss %u", get_be16(p + 2));
	else if (p[0] == TCP_OPT_WSCALE && len == TCP_OLEN_WSCALE)
		strbuf_printf(sb, "wscale %u", p[2]);
	else if (p[0] == TCP_OPT_SACK_PERM && len == TCP_OLEN_SACK_PERM)
		strbuf_puts(sb, "sackOK");
	else if (p[0] == TCP_OPT_TIMESTAMP && len == TCP_OLEN_TIMESTAMP)
		strbuf_printf(sb, "TS val %u ecr %u", get_be32(p + 2), get_be32(p + 6));
	else if (p[0] == TCP_OPT_SACK && len % TCP_OLEN_SACK_BLOCK == TCP_OLEN_SACK_BASE)
		print_sack(sb, p, len);
	else if (p[0] == TCP_OPT_FASTOPEN)
		print_cookie(sb, "tfo ", p + 2, len - 2);
	else if (p[0] == TCP_OPT_EXP && len >= 4 && get_be16(p + 2) == TCP_EXP_FASTOPEN_MAGIC)
		print_cookie(sb, "exp-tfo ", p + 4, len - 4);
	else if ((p[0] == TCP_OPT_ACCECN0 || p[0] == TCP_OPT_ACCECN1) && len <= 11 && len % 3 == 2)
		print_accecn(sb, p, len);
	else if (p[0] == TCP_OPT_MD5)
		strbuf_puts(sb, "md5");
	else
		strbuf_printf(sb, "unknown-%u len %u", p[0], len);
}

/* cap octets can be read of the len that the header claims. */
static void print_options(struct strbuf *sb, const u8 *p, u32 len, u32 cap)
{
	const char *sep = "";

	strbuf_puts(sb, ", options [");
	while (len) {
		u32 olen = 1;

		strbuf_puts(sb, sep);
		sep = ",";
		if (!cap) {
			strbuf_puts(sb, "|tcp");
			break;
		}
		if (p[0] == TCP_OPT_EOL) {
			strbuf_puts(sb, "eol");
			break;
		}
		if (p[0] == TCP_OPT_NOP) {
			strbuf_puts(sb, "nop");
		} else if (cap < 2 || p[1] > cap) {
			strbuf_puts(sb, cap < len ? "|tcp" : "bad opt");
			break;
		} else if (p[1] < 2) {
			strbuf_puts(sb, "bad opt");
			break;
		} else {
			olen = p[1];
			print_option(sb, p, olen);
		}
		p += olen;
		len -= olen;
		cap -= olen;
	}
	strbuf_putc(sb, ']');
}

static void print_numbers(struct strbuf *sb, const struct tcp_hdr *t, size_t payload)
{
	u32 seq = be32_get(t->seq);

	if (payload)
		strbuf_printf(sb, ", seq %u:%u", seq, (u32)(seq + payload));
	else if (t->flags & (TCPHDR_SYN | TCPHDR_FIN | TCPHDR_RST))
		strbuf_printf(sb, ", seq %u", seq);
	if (t->flags & TCPHDR_ACK)
		strbuf_printf(sb, ", ack %u", be32_get(t->ack_seq));
	strbuf_printf(sb, ", win %u", be16_get(t->window));
	if (t->flags & TCPHDR_URG)
		strbuf_printf(sb, ", urg %u", be16_get(t->urg_ptr));
}

void print_tcp(struct strbuf *sb, const struct print_ends *e, struct print_area a)
{
	const struct tcp_hdr *t = (const void *)a.p;
	u32 hlen;

	if (a.cap < sizeof(*t)) {
		print_hosts(sb, e);
		strbuf_puts(sb, "[|tcp]");
		return;
	}
	print_ports(sb, e, be16_get(t->source), be16_get(t->dest));
	print_flags(sb, tcp_flags(t));
	hlen = tcp_hdrlen(t);
	if (hlen < TCP_HLEN || hlen > a.len) {
		strbuf_printf(sb, ", bad hdr length %u, length %zu", hlen, a.len);
		return;
	}
	print_numbers(sb, t, a.len - hlen);
	if (hlen > TCP_HLEN)
		print_options(sb, t->options, hlen - TCP_HLEN,
			      min_t(u32, hlen, (u32)min_t(size_t, a.cap, TCP_HLEN_MAX)) - TCP_HLEN);
	strbuf_printf(sb, ", length %zu", a.len - hlen);
}
