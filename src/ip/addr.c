/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses as values: classes, text (RFC 4291 2.2, RFC 5952), prefixes. */
#include "ip/ip.h"

union inet_addr inet_addr_from4(const void *four_bytes)
{
	union inet_addr a = { .w = { 0, 0, be32_make(0xffff).raw, 0 } };

	memcpy(&a.w[3], four_bytes, 4);
	return a;
}

union inet_addr inet_addr_from6(const void *sixteen_bytes)
{
	union inet_addr a;

	memcpy(a.b, sixteen_bytes, 16);
	return a;
}

bool inet_addr_is_loopback(const union inet_addr *a)
{
	if (inet_addr_is_v4mapped(a))
		return a->b[12] == 127;
	return a->q[0] == 0 && a->w[2] == 0 && a->w[3] == be32_make(1).raw;
}

bool inet_addr_is_multicast(const union inet_addr *a)
{
	return a->b[0] == 0xff || (inet_addr_is_v4mapped(a) && (a->b[12] & 0xf0) == 0xe0);
}

bool inet_addr_is_linklocal(const union inet_addr *a)
{
	return a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

bool inet_addr_needs_scope(const union inet_addr *a)
{
	return inet_addr_is_linklocal(a) || (a->b[0] == 0xff && (a->b[1] & 0xf) <= 2);
}

/* Start and length (in groups) of the longest run of at least two zero groups; 0 if none. */
static u32 longest_zero_run(const union inet_addr *a, u32 *start)
{
	u32 best = 0;

	for (u32 i = 0; i < 8; i++) {
		u32 n = 0;

		while (i + n < 8 && !a->b[2 * (i + n)] && !a->b[2 * (i + n) + 1])
			n++;
		if (n > best) {
			best = n;
			*start = i;
		}
		i += n;
	}
	return best >= 2 ? best : 0;
}

static void ntop6(const union inet_addr *a, struct strbuf *sb)
{
	u32 start = 8, run = longest_zero_run(a, &start);

	if (!run)
		start = 8;
	for (u32 i = 0; i < 8; i++) {
		if (i == start) {
			strbuf_puts(sb, "::");
			i += run - 1;
			continue;
		}
		if (i && i != start + run)
			strbuf_putc(sb, ':');
		strbuf_printf(sb, "%x", (unsigned int)get_be16(a->b + 2 * i));
	}
}

void inet_addr_ntop(const union inet_addr *a, char *buf, u32 size)
{
	struct strbuf sb;

	strbuf_init(&sb, buf, size);
	if (inet_addr_is_v4mapped(a))
		strbuf_printf(&sb, "%u.%u.%u.%u", a->b[12], a->b[13], a->b[14], a->b[15]);
	else
		ntop6(a, &sb);
}

/* Four decimal octets without leading zeros; the whole text must be used. */
static bool pton4(const char *s, u8 *out)
{
	for (int i = 0; i < 4; i++) {
		u32 v = 0, digits = 0;

		while (*s >= '0' && *s <= '9' && digits < 4) {
			if (digits && !v)
				return false;
			v = v * 10 + (u32)(*s++ - '0');
			digits++;
		}
		if (!digits || v > 255)
			return false;
		out[i] = (u8)v;
		if (*s++ != (i == 3 ? '\0' : '.'))
			return false;
	}
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Puts the groups behind "::" (at octet gap, 16: there was none) to the end of the address. */
static bool pton6_expand(u8 *out, u32 n, u32 gap)
{
	if (gap > 16)
		return n == 16;
	if (n == 16)
		return false;
	memmove(out + 16 - (n - gap), out + gap, n - gap);
	memset(out + gap, 0, 16 - n);
	return true;
}

static bool pton6(const char *s, u8 *out)
{
	u32 n = 0, gap = 17;

	memset(out, 0, 16);
	if (s[0] == ':' && s[1] != ':')
		return false;
	if (s[0] == ':')
		s++;
	while (*s) {
		const char *group = s;
		u32 v = 0, digits = 0;

		if (*s == ':') {
			if (gap <= 16)
				return false;
			gap = n;
			s++;
			continue;
		}
		for (; hex_digit(*s) >= 0 && digits < 5; s++, digits++)
			v = v << 4 | (u32)hex_digit(*s);
		if (*s == '.')
			return n <= 12 && pton4(group, out + n) && pton6_expand(out, n + 4, gap);
		if (!digits || digits > 4 || n > 14)
			return false;
		put_be16(out + n, (u16)v);
		n += 2;
		if (*s == ':' && !*++s)
			return false;
		else if (*s && s[-1] != ':')
			return false;
	}
	return pton6_expand(out, n, gap);
}

bool inet_addr_pton(const char *text, union inet_addr *a, u16 *family)
{
	u8 bytes[16];

	if (pton4(text, bytes)) {
		*a = inet_addr_from4(bytes);
		*family = INET_FAMILY_4;
		return true;
	}
	if (!pton6(text, bytes))
		return false;
	*a = inet_addr_from6(bytes);
	*family = INET_FAMILY_6;
	return true;
}

bool inet_prefix_parse(const char *text, struct inet_prefix *p)
{
	char addr[INET_ADDRSTRLEN_NS];
	const char *slash = strchr(text, '/');
	size_t n = slash ? (size_t)(slash - text) : strlen(text);
	u32 len = 0, max;

	if (n >= sizeof(addr))
		return false;
	memcpy(addr, text, n);
	addr[n] = '\0';
	if (!inet_addr_pton(addr, &p->addr, &p->family))
		return false;
	max = p->family == INET_FAMILY_4 ? 32 : 128;
	if (!slash) {
		p->len = (u8)max;
		return true;
	}
	if (!*++slash)
		return false;
	for (; *slash; slash++) {
		if (*slash < '0' || *slash > '9' || len > 128)
			return false;
		len = len * 10 + (u32)(*slash - '0');
	}
	p->len = (u8)len;
	return len <= max;
}

bool inet_prefix_match(const struct inet_prefix *p, const union inet_addr *a)
{
	struct fib_key k = fib_key_mask(fib_key_of(p->family, a), p->len);
	struct fib_key want = fib_key_mask(fib_key_of(p->family, &p->addr), p->len);

	if (p->family == INET_FAMILY_4 && !inet_addr_is_v4mapped(a))
		return false;
	return k.hi == want.hi && k.lo == want.lo;
}
