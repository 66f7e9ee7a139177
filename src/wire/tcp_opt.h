/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TCP options (RFC 9293 3.2, 7323, 2018, 7413, 9768), read into and written from one plain struct, in the
 * order that Linux writes them.
 */
#ifndef WIRE_TCP_OPT_H
#define WIRE_TCP_OPT_H

#include "wire/tcp.h"

enum tcp_opt_kind {
	TCP_OPT_EOL = 0,
	TCP_OPT_NOP = 1,
	TCP_OPT_MSS = 2,
	TCP_OPT_WSCALE = 3,
	TCP_OPT_SACK_PERM = 4,
	TCP_OPT_SACK = 5,
	TCP_OPT_TIMESTAMP = 8,
	TCP_OPT_MD5 = 19,
	TCP_OPT_AO = 29,
	TCP_OPT_MPTCP = 30,
	TCP_OPT_FASTOPEN = 34,
	TCP_OPT_ACCECN0 = 172, /* counters in the order E0B, CEB, E1B */
	TCP_OPT_ACCECN1 = 174, /* E1B, CEB, E0B */
	TCP_OPT_EXP = 254,
};

enum {
	TCP_OLEN_MSS = 4,
	TCP_OLEN_WSCALE = 3,
	TCP_OLEN_SACK_PERM = 2,
	TCP_OLEN_SACK_BASE = 2,
	TCP_OLEN_SACK_BLOCK = 8,
	TCP_OLEN_TIMESTAMP = 10,
	TCP_OLEN_TIMESTAMP_ALIGNED = 12,
	TCP_OLEN_MD5 = 18,
	TCP_OLEN_MD5_ALIGNED = 20,
	TCP_OLEN_AO_BASE = 4,
	TCP_OLEN_FASTOPEN_BASE = 2,
	TCP_OLEN_ACCECN_BASE = 2,
	TCP_OLEN_ACCECN_FIELD = 3,
	TCP_OLEN_EXP_FASTOPEN_BASE = 4,
};

#define TCP_EXP_FASTOPEN_MAGIC	0xf989
#define TCP_FASTOPEN_COOKIE_MIN 4
#define TCP_FASTOPEN_COOKIE_MAX 16
#define TCP_MAX_WSCALE		14 /* RFC 7323 2.3 */
#define TCP_MAX_SACKS		4
#define TCP_ACCECN_FIELDS	3

/* Bits of tcp_opts_parsed.saw */
enum {
	TCP_SAW_MSS = 1 << 0,
	TCP_SAW_WSCALE = 1 << 1,
	TCP_SAW_SACK_PERM = 1 << 2,
	TCP_SAW_SACK = 1 << 3,
	TCP_SAW_TSTAMP = 1 << 4,
	TCP_SAW_FASTOPEN = 1 << 5, /* a cookie, or a request for one when fastopen_len is 0 */
	TCP_SAW_MD5 = 1 << 6,
	TCP_SAW_AO = 1 << 7,
	TCP_SAW_MPTCP = 1 << 8,
	TCP_SAW_UNKNOWN = 1 << 9,
	TCP_SAW_ACCECN = 1 << 10,
};

struct tcp_sack_range {
	u32 start_seq;
	u32 end_seq; /* one past the last */
};

struct tcp_opts_parsed {
	u16 saw;	  /* TCP_SAW_*: which of the fields below mean something */
	u16 mss;	  /* never 0 when saw */
	u8 wscale;	  /* 0..14 */
	bool wscale_over; /* the shift on the wire was above 14 and is used as 14 (TCP-WS-02) */
	u8 num_sacks;
	u8 fastopen_len;
	bool fastopen_exp; /* kind 254 instead of 34 */
	u8 md5_off; /* of the 16-octet digest from the start of the options, with TCP_SAW_MD5 */
	u8 ao_off;  /* of the option's kind octet, with TCP_SAW_AO */
	u8 ao_len;  /* 4 and the code */
	u8 ao_keyid, ao_rnext;
	u8 accecn_nr;	 /* counters in the option: 0..3 */
	bool accecn_e1b; /* they begin with ECT(1)'s (kind 174) */
	u32 tsval;
	u32 tsecr;
	struct tcp_sack_range sacks[TCP_MAX_SACKS];
	u32 accecn[TCP_ACCECN_FIELDS]; /* 24 bits each, by codepoint: ECT(1), ECT(0), CE */
	u8 fastopen[TCP_FASTOPEN_COOKIE_MAX];
};

/*
 * Parses len (0..40) octets of options at any alignment. MSS, window scale, SACK permitted and fast
 * open count only with syn; SACK blocks only without. Unknown kinds are skipped by their length
 * (MUST-6), a known kind with a wrong length too. Returns false when the list is malformed, that is
 * an option's length is below 2 or reaches past the end (MUST-7): what came before it is in *out.
 */
bool tcp_opts_parse(struct tcp_opts_parsed *out, const void *opts, u32 len, bool syn);

/*
 * The one shape that nearly every segment of a connection has: NOP NOP TIMESTAMP and nothing more.
 * True and the values stored if that is what the len octets are.
 */
static inline bool tcp_opts_ts_only(const void *opts, u32 len, u32 *tsval, u32 *tsecr)
{
	const u8 *p = opts;

	if (len != TCP_OLEN_TIMESTAMP_ALIGNED || get_be32(p) != 0x0101080a)
		return false;
	*tsval = get_be32(p + 4);
	*tsecr = get_be32(p + 8);
	return true;
}

/* Octets that tcp_opts_emit() writes for o: a multiple of 4, possibly above 40. */
u32 tcp_opts_len(const struct tcp_opts_parsed *o);

/*
 * Writes the options that o->saw names, in Linux's order and alignment:
 *	MD5 or AO first, with zeros for the code, then
 *	SYN	mss,sackOK,TS,nop,wscale	without TS: mss,nop,nop,sackOK,nop,wscale
 *	other	nop,nop,TS,nop,nop,sack		then fast open, padded with NOPs
 * AccECN goes behind the timestamps, as kind 174; what it leaves of a word takes the place of the
 * NOPs of the next option.
 * MPTCP and unknown ones are not written. Returns the length, or -1, writing nothing, when
 * it is above size or above 40.
 */
int tcp_opts_emit(void *buf, u32 size, const struct tcp_opts_parsed *o);

/* The codepoint (an index of accecn[]) of the i-th counter in the option. */
static inline u32 tcp_accecn_field(u32 i, bool e1b)
{
	static const u8 by_order[2][TCP_ACCECN_FIELDS] = { { 1, 2, 0 }, { 0, 2, 1 } };

	return by_order[e1b][i];
}

/* How many SACK blocks still fit beside the other options of o (0..4). */
u32 tcp_opts_sack_room(const struct tcp_opts_parsed *o);

#endif
