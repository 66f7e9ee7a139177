/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SYN cookies (RFC 4987 3.6): when the SYN table is full the SYN-ACK's sequence number carries what
 * the table would have: which MSS class the peer named and when, under a keyed hash. Window scale,
 * SACK and ECN travel in the low bits of our timestamp. From tcp_listen.c and tcp_req.c.
 *
 *	isn = H0(tuple) + peer's isn + (minutes << 24) + ((H1(tuple, minutes) + class) mod 2^24)
 */
#include "tcp/tcp_req.h"

enum {
	COOKIE_BITS = 24,
	COOKIE_MASK = (1 << COOKIE_BITS) - 1,
	COOKIE_MAX_AGE = 2,		/* periods */
	TS_BITS = 6,
	TS_WSCALE_MASK = 0xf,		/* 15: none */
	TS_SACK = 1 << 4,
	TS_ECN = 1 << 5,
};
#define COOKIE_PERIOD_NS (64 * NSEC_PER_SEC)
#define COOKIE_VALID_NS (COOKIE_MAX_AGE * COOKIE_PERIOD_NS)

static const u16 cookie_mss[2][4] = {
	{ 536, 1300, 1440, 1460 },
	{ 1280 - 60, 1480 - 60, 1500 - 60, 9000 - 60 },
};

static u32 cookie_hash(const struct net *net, const struct inet_tuple *t, u32 count, int which)
{
	struct {
		union inet_addr l, r;
		u32 ports, count;
	} key = { t->laddr, t->raddr, (u32)t->lport << 16 | t->rport, count };

	return (u32)siphash(&key, sizeof(key), &net->tcp.cookie_key[which]);
}

static u32 cookie_count(const struct net *net)
{
	return (u32)(net->now / COOKIE_PERIOD_NS);
}

/* The sequence number for req's SYN-ACK; its mss_clamp is lowered to the class. */
u32 tcp_cookie_make(struct tcp_request_sock *req)
{
	const struct net *net = req->listener->inet.sk.net;
	const struct inet_tuple *t = &req->eh.tuple;
	const u16 *table = cookie_mss[t->af->af_bit];
	u32 count = cookie_count(net), class = 3;

	while (class && table[class] > req->mss_clamp)
		class--;
	req->mss_clamp = min(req->mss_clamp, table[class]);
	return cookie_hash(net, t, 0, 0) + req->rcv_isn + (count << COOKIE_BITS) +
	       ((cookie_hash(net, t, count, 1) + class) & COOKIE_MASK);
}

/* Our timestamp with req's options in it; not later than now, so that it stays monotonic. */
u32 tcp_cookie_tsval(const struct tcp_request_sock *req, u32 now_ts)
{
	u32 plain = now_ts - req->tsoffset, opts = TS_WSCALE_MASK, ts;

	if (req->wscale_ok)
		opts = req->snd_wscale;
	if (req->sack_ok)
		opts |= TS_SACK;
	if (req->ecn_ok || req->accecn_ok)
		opts |= TS_ECN;
	ts = (plain >> TS_BITS << TS_BITS) | opts;
	if ((s32)(ts - plain) > 0)
		ts -= 1u << TS_BITS;
	return ts + req->tsoffset;
}

/* Class of the MSS that cookie stands for; -1: not ours, or too old. */
int tcp_cookie_check(const struct net *net, const struct inet_tuple *t, u32 peer_isn, u32 cookie)
{
	u32 count = cookie_count(net), age, class;

	cookie -= cookie_hash(net, t, 0, 0) + peer_isn;
	age = (count - (cookie >> COOKIE_BITS)) & 0xff;
	if (age >= COOKIE_MAX_AGE)
		return -1;
	class = (cookie - cookie_hash(net, t, count - age, 1)) & COOKIE_MASK;
	return class < ARRAY_SIZE(cookie_mss[0]) ? (int)class : -1;
}

/* Does the listener answer with cookies now, or did it a moment ago (TCP-SYNF-03)? */
bool tcp_cookies_expected(const struct net *net)
{
	const struct netns_tcp *ns = &net->tcp;

	if (ns->syncookies == 2)
		return true;
	return ns->syncookies && ns->overflow_stamp &&
	       net->now - ns->overflow_stamp <= COOKIE_VALID_NS;
}

/* Options back out of the echoed timestamp. false: it says something we would not have. */
bool tcp_cookie_options(struct tcp_request_sock *req, const struct tcp_seg *seg)
{
	const struct netns_tcp *ns = &req->listener->inet.sk.net->tcp;
	u32 opts;

	req->tstamp_ok = seg->opt.saw & TCP_SAW_TSTAMP;
	if (!req->tstamp_ok)
		return true;
	if (!ns->timestamps)
		return false;
	opts = seg->opt.tsecr - req->tsoffset;
	req->ts_recent = seg->opt.tsval;
	req->sack_ok = opts & TS_SACK;
	req->ecn_ok = opts & TS_ECN && (ns->ecn || tcp_ecn_req_by_route(req, true));
	req->wscale_ok = (opts & TS_WSCALE_MASK) != TS_WSCALE_MASK;
	req->snd_wscale = req->wscale_ok ? opts & TS_WSCALE_MASK : 0;
	return (!req->sack_ok || ns->sack) && (!req->wscale_ok || ns->window_scaling);
}

u16 tcp_cookie_mss(const struct inet_af *af, int class)
{
	return cookie_mss[af->af_bit][class];
}
