/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/nd_opt.h"

#include <string.h>

const struct nd_opt_hdr *nd_opt_first(struct nd_opt_cursor *cur, const void *opts, size_t len)
{
	*cur = (struct nd_opt_cursor){ .p = opts, .left = len };
	return nd_opt_next(cur);
}

const struct nd_opt_hdr *nd_opt_next(struct nd_opt_cursor *cur)
{
	const struct nd_opt_hdr *o = (const struct nd_opt_hdr *)(const void *)cur->p;
	size_t len;

	if (cur->err || !cur->left)
		return NULL;
	if (cur->left < sizeof(*o)) {
		cur->err = ND_OPT_TRUNCATED;
		return NULL;
	}
	len = (size_t)o->len * 8;
	if (!len) {
		cur->err = ND_OPT_ZERO_LEN;
		return NULL;
	}
	if (len > cur->left) {
		cur->err = ND_OPT_TRUNCATED;
		return NULL;
	}
	cur->p += len;
	cur->left -= len;
	return o;
}

/* A route option has as much of the prefix as its length needs (RFC 4191 2.3). */
static bool nd_route_len_ok(const struct nd_opt_hdr *o)
{
	const struct nd_opt_route *r = (const struct nd_opt_route *)(const void *)o;

	if (o->len > 3 || r->prefix_len > 128)
		return false;
	return r->prefix_len == 0 || (r->prefix_len <= 64 ? o->len >= 2 : o->len == 3);
}

bool nd_opt_len_ok(const struct nd_opt_hdr *o)
{
	switch (o->type) {
	case ND_OPT_T_SLLA:
	case ND_OPT_T_TLLA:
	case ND_OPT_T_MTU:
		return o->len == 1;
	case ND_OPT_T_PREFIX:
		return o->len == 4;
	case ND_OPT_T_ROUTE:
		return nd_route_len_ok(o);
	case ND_OPT_T_RDNSS:
		/* An even length would leave half an address at the end (ND-31). */
		return o->len >= 3 && o->len & 1;
	case ND_OPT_T_DNSSL:
		return o->len >= 2;
	default:
		return o->len >= 1;
	}
}

/* Keeps the first of a kind. */
#define ND_KEEP(field, o)                            \
	do {                                         \
		if (!(field))                        \
			(field) = (const void *)(o); \
	} while (0)

static void nd_opts_add(struct nd_opts *out, const struct nd_opt_hdr *o)
{
	switch (o->type) {
	case ND_OPT_T_SLLA:
		ND_KEEP(out->slla, o);
		break;
	case ND_OPT_T_TLLA:
		ND_KEEP(out->tlla, o);
		break;
	case ND_OPT_T_MTU:
		ND_KEEP(out->mtu, o);
		break;
	case ND_OPT_T_NONCE:
		if (o->len == 1)
			ND_KEEP(out->nonce, o);
		break;
	case ND_OPT_T_REDIRECTED:
		ND_KEEP(out->redirected, o);
		break;
	case ND_OPT_T_PREFIX:
		ND_KEEP(out->prefix, o);
		out->num_prefix++;
		break;
	case ND_OPT_T_ROUTE:
		ND_KEEP(out->route, o);
		out->num_route++;
		break;
	case ND_OPT_T_RDNSS:
		ND_KEEP(out->rdnss, o);
		out->num_rdnss++;
		break;
	default:
		out->num_unknown++;
		break;
	}
}

enum nd_opt_err nd_opts_parse(struct nd_opts *out, const void *opts, size_t len)
{
	const struct nd_opt_hdr *o;
	struct nd_opt_cursor cur;

	memset(out, 0, sizeof(*out));
	for (o = nd_opt_first(&cur, opts, len); o; o = nd_opt_next(&cur))
		if (nd_opt_len_ok(o))
			nd_opts_add(out, o);
	if (cur.err)
		memset(out, 0, sizeof(*out));
	return cur.err;
}
