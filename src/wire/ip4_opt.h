/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv4 options (RFC 791 3.1, RFC 1122 3.2.1.8, RFC 2113). */
#ifndef WIRE_IP4_OPT_H
#define WIRE_IP4_OPT_H

#include "wire/ip4.h"

enum ip4_opt_type {
	IP4_OPT_END = 0,
	IP4_OPT_NOP = 1,
	IP4_OPT_SEC = 130,
	IP4_OPT_LSRR = 131,
	IP4_OPT_TIMESTAMP = 68,
	IP4_OPT_CIPSO = 134,
	IP4_OPT_RR = 7,
	IP4_OPT_SID = 136,
	IP4_OPT_SSRR = 137,
	IP4_OPT_RA = 148,    /* router alert */
	IP4_OPT_COPY = 0x80, /* copied into every fragment */
};

/* Flags of IP4_OPT_TIMESTAMP. */
enum {
	IP4_OPT_TS_ONLY = 0,
	IP4_OPT_TS_AND_ADDR = 1,
	IP4_OPT_TS_PRESPEC = 3,
};

struct ip4_opt_cursor {
	const u8 *base; /* first octet of the options */
	u32 len;	/* of all options, octets */
	u32 off;	/* where the next option starts */
	bool err;	/* an option has an illegal length; valid once the walk has ended */
	u32 err_off;	/* offset of the octet in error from the start of the IPv4 header */
};

struct ip4_opt {
	u8 type;
	u8 len;		/* of the whole option; 1 for NOP */
	u8 off;		/* of its type octet from the start of the IPv4 header */
	const u8 *data; /* the type octet */
};

/*
 * Walks len (0..40) octets of options, NOPs included, up to the end of list:
 *	for (more = ip4_opt_first(&cur, &o, opts, len); more; more = ip4_opt_next(&cur, &o))
 * Every option returned lies wholly in the header.
 */
bool ip4_opt_first(struct ip4_opt_cursor *cur, struct ip4_opt *o, const void *opts, u32 len);
bool ip4_opt_next(struct ip4_opt_cursor *cur, struct ip4_opt *o);

/* Which options there are, as offsets from the start of the IPv4 header; 0: absent. */
struct ip4_opts {
	u8 optlen;
	u8 srr; /* LSRR or SSRR */
	u8 rr;
	u8 ts;
	u8 router_alert;
	u8 cipso;
	bool strict;		/* the source route is SSRR */
	bool router_alert_zero; /* its value is 0: every router must look */
	bool rr_full;		/* no room to record one more */
	bool ts_full;
};

/*
 * Validates and finds all options. 0: fine. Else the offset, from the start of the IPv4 header, of
 * the octet to name in an ICMP Parameter Problem; *out then holds what came before it. Unknown
 * options are skipped by their length. A second source route is an error, as in Linux.
 */
u32 ip4_opts_parse(struct ip4_opts *out, const void *opts, u32 len);

/*
 * Those of len octets of valid options that an answer has, too: record route and time stamp
 * (RFC 1122 3.2.2.6). Returns their length in out, a multiple of 4, at most IP4_OPTLEN_MAX.
 */
u32 ip4_opts_echo(u8 out[IP4_OPTLEN_MAX], const void *opts, u32 len);

#endif
