/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/ip4_opt.h"

#include <string.h>

bool ip4_opt_first(struct ip4_opt_cursor *cur, struct ip4_opt *o, const void *opts, u32 len)
{
	*cur = (struct ip4_opt_cursor){ .base = opts, .len = len };
	return ip4_opt_next(cur, o);
}

static bool ip4_opt_bad(struct ip4_opt_cursor *cur, u32 off)
{
	cur->err = true;
	cur->err_off = IP4_HLEN + off;
	return false;
}

bool ip4_opt_next(struct ip4_opt_cursor *cur, struct ip4_opt *o)
{
	const u8 *p = cur->base + cur->off;
	u32 left = cur->len - cur->off;

	if (cur->err || !left || p[0] == IP4_OPT_END)
		return false;
	o->type = p[0];
	o->data = p;
	o->off = (u8)(IP4_HLEN + cur->off);
	o->len = 1;
	if (o->type != IP4_OPT_NOP) {
		if (left < 2)
			return ip4_opt_bad(cur, cur->off);
		/* The length octet is what is wrong. */
		if (p[1] < 2 || p[1] > left)
			return ip4_opt_bad(cur, cur->off + 1);
		o->len = p[1];
	}
	cur->off += o->len;
	return true;
}

/*
 * Checks the pointer, which counts octets of the option from 1, of an option that routers fill in
 * slot octets at a time: first is the least legal one. 0, or where in the option the fault is.
 */
static u32 ip4_opt_pointer(const struct ip4_opt *o, u8 first, u8 slot, bool *full)
{
	u8 ptr = o->data[2];

	if (ptr < first)
		return 2;
	*full = ptr > o->len;
	if (!*full && ptr + slot - 1 > o->len)
		return 2;
	return 0;
}

static u32 ip4_opt_srr(struct ip4_opts *out, const struct ip4_opt *o)
{
	bool full;

	if (out->srr)
		return o->off;
	if (o->len < 3)
		return o->off + 1u;
	if (o->data[2] < 4)
		return o->off + 2u;
	/* What has been used up has to lie on an address (RFC 791 3.1). */
	if ((o->len - 3) % 4)
		return o->off + 1u;
	if (ip4_opt_pointer(o, 4, 4, &full))
		return o->off + 2u;
	out->srr = o->off;
	out->strict = o->type == IP4_OPT_SSRR;
	return 0;
}

static u32 ip4_opt_rr(struct ip4_opts *out, const struct ip4_opt *o)
{
	u32 bad;

	if (out->rr)
		return o->off;
	if (o->len < 3)
		return o->off + 1u;
	bad = ip4_opt_pointer(o, 4, 4, &out->rr_full);
	if (bad)
		return o->off + bad;
	out->rr = o->off;
	return 0;
}

/* Octets that one router fills in; flags that nobody defined make no demand, as in Linux. */
static u8 ip4_opt_ts_slot(u8 flag)
{
	if (flag == IP4_OPT_TS_ONLY)
		return 4;
	return flag == IP4_OPT_TS_AND_ADDR || flag == IP4_OPT_TS_PRESPEC ? 8 : 1;
}

static u32 ip4_opt_ts(struct ip4_opts *out, const struct ip4_opt *o)
{
	u8 flag;
	u32 bad;

	if (out->ts)
		return o->off;
	if (o->len < 4)
		return o->off + 1u;
	flag = o->data[3] & 0x0f;
	bad = ip4_opt_pointer(o, 5, ip4_opt_ts_slot(flag), &out->ts_full);
	if (bad)
		return o->off + bad;
	/* Full, and the count of those who found no room is at its end (RFC 791). */
	if (out->ts_full && flag != IP4_OPT_TS_PRESPEC && o->data[3] >> 4 == 15)
		return o->off + 3u;
	out->ts = o->off;
	return 0;
}

static u32 ip4_opt_check(struct ip4_opts *out, const struct ip4_opt *o)
{
	switch (o->type) {
	case IP4_OPT_LSRR:
	case IP4_OPT_SSRR:
		return ip4_opt_srr(out, o);
	case IP4_OPT_RR:
		return ip4_opt_rr(out, o);
	case IP4_OPT_TIMESTAMP:
		return ip4_opt_ts(out, o);
	case IP4_OPT_RA:
		if (o->len < 4)
			return o->off + 1u;
		out->router_alert = o->off;
		out->router_alert_zero = !get_be16(o->data + 2);
		return 0;
	case IP4_OPT_CIPSO:
		if (out->cipso)
			return o->off;
		out->cipso = o->off;
		return 0;
	default:
		return 0;
	}
}

u32 ip4_opts_parse(struct ip4_opts *out, const void *opts, u32 len)
{
	struct ip4_opt_cursor cur;
	struct ip4_opt o;
	bool more;
	u32 bad;

	memset(out, 0, sizeof(*out));
	out->optlen = (u8)len;
	for (more = ip4_opt_first(&cur, &o, opts, len); more; more = ip4_opt_next(&cur, &o)) {
		bad = ip4_opt_check(out, &o);
		if (bad)
			return bad;
	}
	return cur.err ? cur.err_off : 0;
}

u32 ip4_opts_echo(u8 out[IP4_OPTLEN_MAX], const void *opts, u32 len)
{
	static const u8 echoed[] = { IP4_OPT_RR, IP4_OPT_TIMESTAMP };
	struct ip4_opt_cursor cur;
	struct ip4_opt o;
	u32 n = 0;

	for (u32 i = 0; i < ARRAY_SIZE(echoed); i++) {
		for (bool more = ip4_opt_first(&cur, &o, opts, len); more; more = ip4_opt_next(&cur, &o)) {
			if (o.type != echoed[i] || n + o.len > IP4_OPTLEN_MAX)
				continue;
			memcpy(out + n, o.data, o.len);
			n += o.len;
		}
	}
	while (n & 3)
		out[n++] = IP4_OPT_END;
	return n;
}
