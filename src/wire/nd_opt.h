/* SPDX-License-Identifier: BSD-2-Clause */
/* Options of neighbour discovery messages (RFC 4861 4.6). */
#ifndef WIRE_ND_OPT_H
#define WIRE_ND_OPT_H

#include "wire/ndisc.h"

enum nd_opt_err {
	ND_OPT_OK,
	ND_OPT_ZERO_LEN,  /* length 0: the message must be dropped (RFC 4861 6.1, 7.1) */
	ND_OPT_TRUNCATED, /* an option reaches past the end of the message */
};

struct nd_opt_cursor {
	const u8 *p; /* next option */
	size_t left;
	enum nd_opt_err err; /* valid once the walk has ended */
};

/*
 * Walks the options in len octets:
 *	for (o = nd_opt_first(&cur, opts, len); o; o = nd_opt_next(&cur))
 * Every option returned lies wholly in the message. NULL at the end or with cur.err set.
 */
const struct nd_opt_hdr *nd_opt_first(struct nd_opt_cursor *cur, const void *opts, size_t len);
const struct nd_opt_hdr *nd_opt_next(struct nd_opt_cursor *cur);

/*
 * The first option of each kind that has a legal length for its kind; NULL when absent. Kinds that
 * may repeat with meaning (prefix, route, RDNSS) are counted; walk with the cursor for the others.
 */
struct nd_opts {
	const struct nd_opt_lladdr *slla;
	const struct nd_opt_lladdr *tlla;
	const struct nd_opt_mtu *mtu;
	const struct nd_opt_nonce *nonce; /* only of 6 octets */
	const struct nd_opt_redirected *redirected;
	const struct nd_opt_prefix *prefix;
	const struct nd_opt_route *route;
	const struct nd_opt_rdnss *rdnss;
	u16 num_prefix;
	u16 num_route;
	u16 num_rdnss;
	u16 num_unknown;
};

/* Whether o, which lies in the message, has a length that its kind allows; true if unknown. */
bool nd_opt_len_ok(const struct nd_opt_hdr *o);

/*
 * Parses all options. An option of a known kind with a wrong length is left out; a zero length or a
 * truncated one makes the whole message invalid, and *out is then all absent.
 */
enum nd_opt_err nd_opts_parse(struct nd_opts *out, const void *opts, size_t len);

#endif
