/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A stack in virtual time and a scripted peer on its wire, so that a test reads as a packet trace:
 *
 *	in(w, .flags = S, .seq = 0, .mss = 1460);		the peer sends
 *	out(w, S | A, 0, 1, 0);					the stack must have sent this
 *	at(w, 200);						time passes to 200 ms
 *	quiet(w);						and nothing was sent
 *
 * Sequence numbers are relative: the peer's to PEER_ISN, the stack's to its first SYN or SYN-ACK.
 * Every frame of the stack is checked for header, length and checksum as it is taken.
 */
#ifndef TESTS_UNIT_TCP_WIREBOX_H
#define TESTS_UNIT_TCP_WIREBOX_H

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/drivers.h"
#ifdef WIREBOX_CRYPTO
#include "host/host.h"
#endif
#include "socket/socket.h"
#include "tcp/tcp_info.h"
#include "tcp/tcp_req.h"

enum { F = TCPHDR_FIN, S = TCPHDR_SYN, R = TCPHDR_RST, P = TCPHDR_PSH, A = TCPHDR_ACK,
       U = TCPHDR_URG, E = TCPHDR_ECE, C = TCPHDR_CWR, AE = TCPHDR_AE };
enum { PEER_ISN = 0x10000000, LOCAL_PORT = 8080, PEER_PORT = 40000, MS_NS = 1000000 };
enum { NO_TS = 1, NO_SACK = 2, NO_WS = 4 };

struct seg {		/* a segment that the stack sent */
	u32 seq, ack;
	u16 flags, wnd, len, urg;
	u16 sport, dport;
	u8 tos, data[9200];
	u32 label;		/* IPv6 */
	bool df;		/* IPv4 */
	struct tcp_opts_parsed o;
};

struct in_seg {
	u16 flags;
	u32 seq, ack;
	u32 wnd;		/* as on the wire; 0: 65535 unless zero_wnd */
	bool no_sig, bad_sig;	/* when the peer signs */
	bool zero_wnd, bad_sum, raw_seq, raw_ack, no_ts;
	u32 len;
	u16 urg;
	u16 mss;
	bool sackok;
	int ws;			/* -1 none; 0: none too; n: shift n */
	u32 tsval, tsecr;	/* tsval 0: none unless the connection has timestamps */
	struct tcp_sack_range sack[4];
	u32 nsack;
	u16 sport, dport;	/* 0: the usual */
	u8 tos;
	u32 label;		/* IPv6's flow label */
	bool accecn;		/* AccECN option with these */
	u32 e0b, ceb, e1b;
	const u8 *ip_opts;	/* IPv4 options, a multiple of 4 octets */
	u32 ip_opts_len;
	const void *opts;	/* raw options instead */
	u32 opts_len;
	const char *data;
};

struct wire {
	struct net *net;
	struct net_device *dev;
	struct sk_buff_head frames;
	u64 now;
	size_t allocated;
	u32 fail_in, fail_for;	/* the last fail_for of the next fail_in allocations fail */
	bool v6;
	u32 iss;		/* the stack's, once seen */
	bool iss_known;
	u16 local_port, peer_port;
	bool ts;		/* peer uses timestamps: tsval = ms, tsecr = last seen */
	u32 last_tsval;
	struct sock *sk;	/* the connection under test */
	struct sock *lsk;
	u32 events;
	struct seg last;
	/* the peer's signatures: the option it adds, and the code of a segment either way */
	u16 sig_saw;		/* TCP_SAW_MD5, TCP_SAW_AO */
	u8 sig_keyid, sig_rnext, sig_maclen;
	void (*sig_code)(struct wire *w, const u8 *th, u32 len, bool from_peer, u8 *out);
	bool sig_unchecked;	/* what the stack sends need not be signed */
};

static void *wire_alloc(void *ctx, size_t size)
{
	struct wire *w = ctx;
	void *p;

	if (w->fail_in && --w->fail_in < w->fail_for)
		return NULL;
	w->allocated += size;
	p = malloc(size);
	if (p)
		memset(p, 0xa5, size);	/* what nobody wrote must not be seen */
	return p;
}

static void wire_free(void *ctx, void *p, size_t size)
{
	((struct wire *)ctx)->allocated -= size;
	free(p);
}

static inline void wire_xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	struct wire *w = *(struct wire **)dev->priv;

	(void)more;
	skb_orphan(skb);
	skb_dst_drop(skb);
	skb_queue_tail(&w->frames, skb);
}

static const struct net_device_ops wire_ops = { .ndo_start_xmit = wire_xmit };

static inline void wire_run(struct wire *w)
{
	int turns = 0;

	while (net_run(w->net, w->now, 0))
		cr_assert_lt(turns++, 100000, "the net never becomes idle");
}

static inline void wire_addr(struct wire *w, const char *text, const char *peer)
{
	static const u8 mac[6] = { 2, 0, 0, 0, 0, 9 };
	struct inet_prefix p;
	union inet_addr a;
	u16 family;

	cr_assert(inet_prefix_parse(text, &p));
	cr_assert_eq(inet_ifaddr_add(w->net, w->dev, &p, 2), 0);
	cr_assert(inet_addr_pton(peer, &a, &family));
	cr_assert_eq(inet_neigh_add(w->net, w->dev, &a, family, mac, 0x80), 0);
}

static inline struct wire *wire_new(bool v6)
{
	struct wire *w = calloc(1, sizeof(*w));
	struct net_cfg cfg = { .ctx = w, .alloc = wire_alloc, .free = wire_free, .seed = 42,
			       .now_ns = 1000 * NSEC_PER_SEC };

#ifdef WIREBOX_CRYPTO
	cfg.crypto = &host_crypto;
#endif

	skb_queue_head_init(&w->frames);
	w->now = cfg.now_ns;
	w->v6 = v6;
	w->local_port = LOCAL_PORT;
	w->peer_port = PEER_PORT;
	w->net = net_create(&cfg);
	cr_assert_not_null(w->net);
	cr_assert_eq(loopback_create(w->net), 0);
	cr_assert_eq(sysctl_set(w->net, "net.ipv6.conf.default.accept_ra", "0"), 0);
	dev_open(dev_get_by_name(w->net, "lo"));
	w->dev = alloc_netdev(w->net, "eth0", sizeof(void *));
	ether_setup(w->dev);
	w->dev->ops = &wire_ops;
	w->dev->dev_addr[0] = 2;
	w->dev->dev_addr[5] = 1;
	*(struct wire **)w->dev->priv = w;
	cr_assert_eq(register_netdev(w->dev), 0);
	dev_open(w->dev);
	dev_set_carrier(w->dev, true);
	wire_addr(w, "10.0.0.1/24", "10.0.0.2");
	wire_addr(w, "fd00::1/64", "fd00::2");
	wire_run(w);
	skb_queue_purge(&w->frames);
	return w;
}

/* Ends it all: nothing may be left. */
static inline void wire_end(struct wire *w)
{
	if (w->sk)
		sock_close(w->sk);
	if (w->lsk)
		sock_close(w->lsk);
	wire_run(w);
	skb_queue_purge(&w->frames);
	net_destroy(w->net);
	cr_assert_eq(w->allocated, 0, "%zu octets leaked", w->allocated);
	free(w);
}

/* -- time ------------------------------------------------------------------------------- */

/* Lets time pass to ms after the start, in steps of what is due. */
static inline void at(struct wire *w, double ms)
{
	u64 to = 1000 * NSEC_PER_SEC + (u64)(ms * MS_NS);

	cr_assert_geq(to, w->now, "time goes forward only");
	for (;;) {
		u64 next = net_deadline(w->net);

		if (next > to)
			break;
		w->now = next > w->now ? next : w->now;
		wire_run(w);
		if (net_deadline(w->net) <= w->now)
			w->now++;
	}
	w->now = to;
	wire_run(w);
}

static inline double now_ms(const struct wire *w)
{
	return (double)(w->now - 1000 * NSEC_PER_SEC) / MS_NS;
}

/* -- the peer sends --------------------------------------------------------------------- */

static inline u32 in_build_opts(struct wire *w, const struct in_seg *s, u8 *buf)
{
	struct tcp_opts_parsed o = { 0 };
	int len;

	if (s->opts) {
		memcpy(buf, s->opts, s->opts_len);
		return s->opts_len;
	}
	if (s->mss)
		o.saw |= TCP_SAW_MSS, o.mss = s->mss;
	if (s->sackok)
		o.saw |= TCP_SAW_SACK_PERM;
	if (s->ws > 0)
		o.saw |= TCP_SAW_WSCALE, o.wscale = (u8)s->ws;
	if (s->tsval || (w->ts && !(s->flags & R) && !s->no_ts)) {
		o.saw |= TCP_SAW_TSTAMP;
		o.tsval = s->tsval ? s->tsval : (u32)now_ms(w) + 1000;
		o.tsecr = s->tsecr ? s->tsecr : s->flags & A ? w->last_tsval : 0;
	}
	if (s->nsack) {
		o.saw |= TCP_SAW_SACK;
		o.num_sacks = (u8)s->nsack;
		for (u32 i = 0; i < s->nsack; i++) {
			o.sacks[i].start_seq = s->sack[i].start_seq + w->iss;
			o.sacks[i].end_seq = s->sack[i].end_seq + w->iss;
		}
	}
	if (s->accecn) {
		o.saw |= TCP_SAW_ACCECN;
		o.accecn_nr = 3;
		o.accecn[0] = s->e1b;
		o.accecn[1] = s->e0b;
		o.accecn[2] = s->ceb;
	}
	if (!s->no_sig) {
		o.saw |= w->sig_saw;
		o.ao_len = (u8)(4 + w->sig_maclen);
		o.ao_keyid = w->sig_keyid;
		o.ao_rnext = w->sig_rnext;
	}
	len = tcp_opts_emit(buf, 40, &o);
	cr_assert_geq(len, 0);
	return (u32)len;
}

static inline void wire_ip_header(struct wire *w, struct sk_buff *skb, const struct in_seg *s)
{
	u32 len = skb->len, ihl = 20 + s->ip_opts_len;
	u8 *h, tos = s->tos;

	if (w->v6) {
		h = skb_push(skb, 40);
		memset(h, 0, 40);
		h[0] = (u8)(0x60 | tos >> 4);
		h[1] = (u8)(tos << 4 | s->label >> 16);
		put_be16(h + 2, (u16)s->label);
		put_be16(h + 4, (u16)len);
		h[6] = IP_PROTO_TCP;
		h[7] = 64;
		h[8] = 0xfd, h[23] = 2, h[24] = 0xfd, h[39] = 1;
	} else {
		h = skb_push(skb, ihl);
		memset(h, 0, 20);
		if (s->ip_opts_len)
			memcpy(h + 20, s->ip_opts, s->ip_opts_len);
		h[0] = (u8)(0x40 | ihl / 4);
		h[1] = tos;
		put_be16(h + 2, (u16)(len + ihl));
		h[8] = 64;
		h[9] = IP_PROTO_TCP;
		h[12] = 10, h[15] = 2, h[16] = 10, h[19] = 1;
		be16 c = ip_fast_csum(h, ihl / 4);

		memcpy(h + 10, &c, 2);
	}
	h = skb_push(skb, 14);
	memset(h, 0, 14);
	h[0] = 2, h[5] = 1, h[6] = 2, h[11] = 9;
	put_be16(h + 12, w->v6 ? 0x86dd : 0x0800);
}

static inline u32 wire_pseudo(const struct wire *w, bool from_peer, u32 len)
{
	const struct inet_af *af = w->net->ip.af[w->v6];
	union inet_addr me, peer;
	u16 family;

	inet_addr_pton(w->v6 ? "fd00::1" : "10.0.0.1", &me, &family);
	inet_addr_pton(w->v6 ? "fd00::2" : "10.0.0.2", &peer, &family);
	return af->pseudo_csum(from_peer ? &peer : &me, from_peer ? &me : &peer, len, IP_PROTO_TCP);
}

static inline struct sk_buff *in_skb(struct wire *w, const struct in_seg *s)
{
	struct sk_buff *skb = alloc_skb(w->net, 200 + s->len);
	u8 opts[40];
	u32 opt_len = in_build_opts(w, s, opts), total = 20 + opt_len + s->len;
	struct tcp_hdr *th;
	be16 sum;

	skb_reserve(skb, 100);
	th = skb_put(skb, total);
	memset(th, 0, 20);
	th->source = be16_make(s->sport ? s->sport : w->peer_port);
	th->dest = be16_make(s->dport ? s->dport : w->local_port);
	th->seq = be32_make(s->raw_seq ? s->seq : s->seq + PEER_ISN);
	th->ack_seq = be32_make(!(s->flags & A) ? 0 : s->raw_ack ? s->ack : s->ack + w->iss);
	th->doff_res = tcp_doff(20 + opt_len) | (u8)(s->flags >> 8);
	th->flags = (u8)s->flags;
	th->window = be16_make((u16)(s->zero_wnd ? 0 : s->wnd ? s->wnd : 65535));
	th->urg_ptr = be16_make(s->urg);
	memcpy(th->options, opts, opt_len);
	for (u32 i = 0; i < s->len; i++)
		th->options[opt_len + i] = s->data ? (u8)s->data[i] : (u8)(s->seq + i);
	if (w->sig_saw && !s->no_sig && !s->opts) {
		u8 code[32];

		w->sig_code(w, (const u8 *)th, total, true, code);
		memcpy((u8 *)th + 24, code, w->sig_saw & TCP_SAW_MD5 ? 16 : w->sig_maclen);
		if (s->bad_sig)
			((u8 *)th)[24] ^= 1;
	}
	sum = csum_fold(csum_partial(th, total, wire_pseudo(w, true, total)));
	th->check = sum;
	if (s->bad_sum)
		th->check.raw ^= 0x0100;
	wire_ip_header(w, skb, s);
	return skb;
}

static inline void in_seg_send(struct wire *w, const struct in_seg *s)
{
	u32 fail_in = w->fail_in;
	struct sk_buff *skb;

	w->fail_in = 0;			/* the peer's memory is not the stack's */
	skb = in_skb(w, s);
	w->fail_in = fail_in;
	skb->dev = w->dev;
	if (!eth_type_trans(skb, w->dev))
		cr_assert(false);
	netif_rx(skb);
	wire_run(w);
}
#define in(w, ...) in_seg_send((w), &(struct in_seg){ __VA_ARGS__ })

/* -- the stack must have sent ----------------------------------------------------------- */

static inline bool wire_is_tcp(struct wire *w, struct sk_buff *skb)
{
	u32 fail_in = w->fail_in;

	w->fail_in = 0;
	cr_assert_eq(skb_linearize(skb), 0);
	w->fail_in = fail_in;
	if (get_be16(skb->data + 12) != (w->v6 ? 0x86dd : 0x0800))
		return false;
	return skb->data[14 + (w->v6 ? 6 : 9)] == IP_PROTO_TCP;
}

/* Takes the stack's next frame; false: none. */
static inline bool take(struct wire *w, struct seg *out)
{
	struct sk_buff *skb = skb_dequeue(&w->frames);
	u32 ihl = 40, len;
	const u8 *ip;
	const struct tcp_hdr *th;

	/* neighbour discovery and the like is not the subject */
	while (skb && !wire_is_tcp(w, skb)) {
		consume_skb(skb);
		skb = skb_dequeue(&w->frames);
	}
	if (!skb)
		return false;
	ip = skb->data + 14;
	if (!w->v6)
		ihl = (u32)(ip[0] & 15) * 4;
	len = w->v6 ? get_be16(ip + 4) : get_be16(ip + 2) - ihl;
	cr_assert_eq(skb->len, 14 + ihl + len, "frame %u, IP says %u", skb->len, len);
	th = (const void *)(ip + ihl);
	cr_assert(be16_is_zero(csum_fold(csum_partial(th, len, wire_pseudo(w, false, len)))),
		  "TCP checksum");
	if (w->sig_saw && !w->sig_unchecked) {
		u8 code[32];

		cr_assert_gt(tcp_hdrlen(th), 24u, "not signed");
		w->sig_code(w, (const u8 *)th, len, false, code);
		cr_assert_arr_eq((const u8 *)th + 24, code,
				 w->sig_saw & TCP_SAW_MD5 ? 16u : w->sig_maclen);
	}
	memset(out, 0, sizeof(*out));
	out->flags = tcp_flags(th);
	out->df = !w->v6 && ip[6] & 0x40;
	out->tos = w->v6 ? (u8)(ip[0] << 4 | ip[1] >> 4) : ip[1];
	out->label = w->v6 ? (ip[1] & 15u) << 16 | (u32)ip[2] << 8 | ip[3] : 0;
	out->sport = be16_get(th->source);
	out->dport = be16_get(th->dest);
	out->seq = be32_get(th->seq);
	out->ack = be32_get(th->ack_seq);
	out->wnd = be16_get(th->window);
	out->urg = be16_get(th->urg_ptr);
	out->len = (u16)(len - tcp_hdrlen(th));
	cr_assert_leq(out->len, sizeof(out->data));
	memcpy(out->data, (const u8 *)th + tcp_hdrlen(th), out->len);
	cr_assert(tcp_opts_parse(&out->o, th->options, tcp_hdrlen(th) - 20, out->flags & S));
	if (out->flags & S && !w->iss_known) {
		w->iss = out->seq;
		w->iss_known = true;
	}
	if (out->o.saw & TCP_SAW_TSTAMP)
		w->last_tsval = out->o.tsval;
	out->seq -= w->iss;
	if (out->flags & A)
		out->ack -= PEER_ISN;
	for (u32 i = 0; i < out->o.num_sacks; i++) {
		out->o.sacks[i].start_seq -= PEER_ISN;
		out->o.sacks[i].end_seq -= PEER_ISN;
	}
	consume_skb(skb);
	w->last = *out;
	return true;
}

static inline void flag_text(u16 flags, char *b)
{
	static const char n[] = "FSRPAUECN";
	int k = 0;

	for (int i = 0; i < 9; i++)
		if (flags >> i & 1)
			b[k++] = n[i];
	b[k] = 0;
}

static inline void out_check(struct wire *w, u16 flags, u32 seq, u32 ack, u32 len, int line)
{
	struct seg s;
	char a[12], b[12];

	cr_assert(take(w, &s), "line %d: at %.3f ms nothing was sent", line, now_ms(w));
	flag_text(s.flags, a);
	flag_text(flags, b);
	cr_assert(s.flags == flags && s.seq == seq && (!(flags & A) || s.ack == ack) && s.len == len,
		  "line %d: at %.3f ms got %s seq %u ack %u len %u, expected %s seq %u ack %u len %u",
		  line, now_ms(w), a, s.seq, s.ack, s.len, b, seq, ack, len);
}
#define out(w, flags, seq, ack, len) out_check(w, flags, seq, ack, len, __LINE__)

static inline void quiet_check(struct wire *w, int line)
{
	struct seg s;
	char a[12];

	if (!take(w, &s))
		return;
	flag_text(s.flags, a);
	cr_assert(false, "line %d: at %.3f ms unexpected %s seq %u ack %u len %u", line, now_ms(w), a,
		  s.seq, s.ack, s.len);
}
#define quiet(w) quiet_check(w, __LINE__)

static inline int drain(struct wire *w)
{
	struct seg s;
	int n = 0;

	while (take(w, &s))
		n++;
	return n;
}

/* -- sockets ---------------------------------------------------------------------------- */

struct wire_sa {
	u8 b[28];
	u32 len;
};

static inline struct wire_sa wire_sa(struct wire *w, const char *addr, u16 port)
{
	struct inet_sockaddr a = { .port = port };
	struct wire_sa sa = { .len = 0 };

	cr_assert(inet_addr_pton(addr, &a.addr, &a.family));
	sa.len = w->net->ip.af[a.family == 10]->sockaddr_to(&a, sa.b, sizeof(sa.b));
	return sa;
}

static inline void wire_event(struct sock *sk, u32 events)
{
	((struct wire *)sk->sk_user_data)->events |= events;
}

static inline struct sock *wire_socket(struct wire *w)
{
	struct sock *sk;

	cr_assert_eq(sock_create(w->net, w->v6 ? 10 : 2, 1, 0, &sk), 0);
	sock_set_event(sk, wire_event, w);
	return sk;
}

static inline void wire_listen(struct wire *w, int backlog)
{
	struct wire_sa sa = wire_sa(w, w->v6 ? "::" : "0.0.0.0", LOCAL_PORT);

	w->lsk = wire_socket(w);
	cr_assert_eq(sock_bind(w->lsk, sa.b, sa.len), 0);
	cr_assert_eq(sock_listen(w->lsk, backlog), 0);
}

static inline struct sock *wire_accept(struct wire *w)
{
	struct sock *child = NULL;

	if (sock_accept(w->lsk, &child))
		return NULL;
	sock_set_event(child, wire_event, w);
	return child;
}

/* Connection by passive open, accepted; NO_* bits leave options out. wnd: peer's, octets. */
static inline void establish_opt(struct wire *w, int no, u32 wnd, u16 mss)
{
	if (!w->lsk)
		wire_listen(w, 16);
	w->ts = !(no & NO_TS);
	in(w, .flags = S, .seq = 0, .mss = mss, .sackok = !(no & NO_SACK),
	   .ws = no & NO_WS ? 0 : 7, .wnd = wnd > 65535 ? 65535 : wnd);
	out(w, S | A, 0, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = no & NO_WS ? wnd : wnd >> 7);
	quiet(w);
	w->sk = wire_accept(w);
	cr_assert_not_null(w->sk);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
}

static inline void establish(struct wire *w)
{
	establish_opt(w, 0, 1 << 20, 1460);
}

/* Connection by active open. */
static inline void connect_syn(struct wire *w)
{
	struct wire_sa sa = wire_sa(w, w->v6 ? "fd00::2" : "10.0.0.2", PEER_PORT);
	struct inet_sockaddr me;

	w->sk = wire_socket(w);
	cr_assert_eq(sock_connect(w->sk, sa.b, sa.len), -EINPROGRESS);
	inet_getname(w->sk, &me, false);
	w->local_port = me.port;
	wire_run(w);
	out(w, S, 0, 0, 0);
}

static inline void connect_done(struct wire *w, int no)
{
	connect_syn(w);
	w->ts = !(no & NO_TS);
	in(w, .flags = S | A, .seq = 0, .ack = 1, .mss = 1460, .sackok = !(no & NO_SACK),
	   .ws = no & NO_WS ? 0 : 7);
	out(w, A, 1, 1, 0);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
}

static inline ssize_t wire_send(struct wire *w, size_t len, int flags)
{
	static u8 buf[1 << 20];
	struct skb_vec v = { buf, len };
	struct msg m = { .vec = &v, .nr_vec = 1, .len = len, .flags = flags };
	ssize_t n;

	for (size_t i = 0; i < len && i < sizeof(buf); i++)
		buf[i] = (u8)(tcp_sk(w->sk)->write_seq - w->iss + i);
	n = sock_sendmsg(w->sk, &m);
	wire_run(w);
	return n;
}

static inline ssize_t wire_recv(struct wire *w, void *buf, size_t len, int flags)
{
	struct skb_vec v = { buf, len };
	struct msg m = { .vec = &v, .nr_vec = 1, .len = len, .flags = flags };
	ssize_t n = sock_recvmsg(w->sk, &m);

	wire_run(w);
	return n;
}

static inline void wire_close(struct wire *w)
{
	sock_close(w->sk);
	w->sk = NULL;
	wire_run(w);
}

static inline int wire_opt(struct wire *w, int name, int v)
{
	return sock_setsockopt(w->sk, 6, name, &v, sizeof(v));
}

static inline struct tcp_info_abi wire_info(struct wire *w)
{
	struct tcp_info_abi i;

	tcp_get_info(w->sk, &i);
	return i;
}

static inline void wire_sysctl(struct wire *w, const char *name, const char *value)
{
	cr_assert_eq(sysctl_set(w->net, name, value), 0, "%s", name);
}

/*
 * An ICMP error that quotes a segment of ours with sequence number seq (relative to the first): e has
 * its type, code, info, err and hard.
 */
static inline void wire_icmp(struct wire *w, struct inet_icmp_err e, u32 seq)
{
	u8 l4[8];
	u16 family;

	e.af = w->net->ip.af[w->v6];
	inet_addr_pton(w->v6 ? "fd00::1" : "10.0.0.1", &e.saddr, &family);
	inet_addr_pton(w->v6 ? "fd00::2" : "10.0.0.2", &e.daddr, &family);
	e.offender = e.daddr;
	put_be16(l4, w->local_port);
	put_be16(l4 + 2, w->peer_port);
	put_be32(l4 + 4, seq + w->iss);
	e.l4 = l4;
	e.l4_len = sizeof(l4);
	tcp_err(w->net, &e);
	wire_run(w);
}

static inline void wire_ip_opt(struct wire *w, int name4, int name6, int v, int want)
{
	int level = w->v6 ? 41 : 0;

	cr_assert_eq(sock_setsockopt(w->sk, level, w->v6 ? name6 : name4, &v, sizeof(v)), want);
}

/* The IP header of the next frame without taking it. */
static inline const u8 *wire_peek_ip(struct wire *w)
{
	struct sk_buff *skb = skb_peek(&w->frames);

	while (skb && !wire_is_tcp(w, skb)) {
		consume_skb(skb_dequeue(&w->frames));
		skb = skb_peek(&w->frames);
	}
	cr_assert_not_null(skb);
	return skb->data + 14;
}

/* The same test over IPv4 and IPv6. */
#define TEST46(suite, name)                                                                       \
	static void suite##_##name(struct wire *w);                                               \
	Test(suite, name##_4)                                                                     \
	{                                                                                         \
		struct wire *w = wire_new(false);                                                 \
		suite##_##name(w);                                                                \
		wire_end(w);                                                                      \
	}                                                                                         \
	Test(suite, name##_6)                                                                     \
	{                                                                                         \
		struct wire *w = wire_new(true);                                                  \
		suite##_##name(w);                                                                \
		wire_end(w);                                                                      \
	}                                                                                         \
	static void suite##_##name(struct wire *w)

#endif
