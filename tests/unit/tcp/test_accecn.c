/* SPDX-License-Identifier: BSD-2-Clause */
/* Accurate ECN (RFC 9768): handshake, ACE field, options, what the sender makes of them. */
#include "tests/unit/tcp/wirebox.h"

#define ACE(n) tcp_accecn_ace_flags(n)
enum { SYN_ACE = S | AE | C | E, ECT0 = INET_ECN_ECT_0, ECT1 = INET_ECN_ECT_1, CE = INET_ECN_CE };

static void expect_ect(struct wire *w, u8 ect)
{
	cr_assert_eq(w->last.tos & INET_ECN_MASK, ect, "codepoint %u, expected %u", w->last.tos & 3u,
		     ect);
}

/* The option of the last segment: E1B, CEB, E0B. */
static void expect_opt(struct wire *w, u32 e1b, u32 ceb, u32 e0b)
{
	const struct tcp_opts_parsed *o = &w->last.o;

	cr_assert(o->saw & TCP_SAW_ACCECN);
	cr_assert(o->accecn_e1b && o->accecn_nr == 3);
	cr_assert(o->accecn[0] == e1b && o->accecn[2] == ceb && o->accecn[1] == e0b,
		  "e1b %u ceb %u e0b %u", o->accecn[0], o->accecn[2], o->accecn[1]);
}

static void no_opt(struct wire *w)
{
	cr_assert_not(w->last.o.saw & TCP_SAW_ACCECN);
}

/* Passive, no timestamps, as most of the tests want it. */
static void accecn_accept_wnd(struct wire *w, bool opt, u16 mss)
{
	wire_listen(w, 5);
	in(w, .flags = SYN_ACE, .seq = 0, .mss = mss, .sackok = true, .ws = 8);
	out(w, S | A | ACE(2), 0, 1, 0);
	in(w, .flags = A | ACE(2), .seq = 1, .ack = 1, .tos = ECT0, .accecn = opt, .e0b = 1, .e1b = 1,
	   .wnd = 1000);
	quiet(w);
	w->sk = wire_accept(w);
	cr_assert_not_null(w->sk);
}

static void accecn_accept(struct wire *w)
{
	wire_sysctl(w, "net.ipv4.tcp_ecn", "3");
	accecn_accept_wnd(w, true, 1460);
}

static void accecn_connect(struct wire *w, u16 synack_flags, u8 tos, bool opt)
{
	struct wire_sa sa = wire_sa(w, w->v6 ? "fd00::2" : "10.0.0.2", PEER_PORT);
	struct inet_sockaddr me;

	wire_sysctl(w, "net.ipv4.tcp_ecn", "3");
	w->sk = wire_socket(w);
	cr_assert_eq(sock_connect(w->sk, sa.b, sa.len), -EINPROGRESS);
	inet_getname(w->sk, &me, false);
	w->local_port = me.port;
	wire_run(w);
	out(w, SYN_ACE, 0, 0, 0);
	expect_ect(w, 0);
	no_opt(w);
	in(w, .flags = S | A | synack_flags, .seq = 0, .ack = 1, .mss = 1460, .sackok = true, .ws = 8,
	   .tos = tos, .accecn = opt, .e0b = 1, .e1b = 1);
}

/* -- handshake ------------------------------------------------------------------------------- */

/* TCP-AECN-01: SYN-ACK reports the codepoint of the SYN, and begins the option */
static void synack_reports(struct wire *w, u8 tos, u8 ace)
{
	wire_sysctl(w, "net.ipv4.tcp_ecn", "3");
	wire_listen(w, 5);
	in(w, .flags = SYN_ACE, .seq = 0, .mss = 1460, .sackok = true, .ws = 8, .tos = tos);
	out(w, S | A | ACE(ace), 0, 1, 0);
	expect_ect(w, 0);
	expect_opt(w, 1, 0, 1);
}

TEST46(accecn, synack_not_ect) { synack_reports(w, 0, 2); }
TEST46(accecn, synack_ect1) { synack_reports(w, ECT1, 3); }
TEST46(accecn, synack_ect0) { synack_reports(w, ECT0, 4); }
TEST46(accecn, synack_ce) { synack_reports(w, CE, 6); }

/* TCP-AECN-02: the third ACK reports that of the SYN-ACK; then ACE begins with 5, or 6 after CE */
static void third_ack_reports(struct wire *w, u8 tos, u8 ace, u8 cep)
{
	accecn_connect(w, ACE(2), tos, true);
	out(w, A | ACE(ace), 1, 1, 0);
	expect_ect(w, ECT0);
	expect_opt(w, 1, 0, 1);
	wire_send(w, 100, 0);
	out(w, P | A | ACE(cep), 1, 1, 100);
	expect_ect(w, ECT0);
	expect_opt(w, 1, 0, 1);
	cr_assert_eq(wire_info(w).received_ce, cep - 5u);
}

TEST46(accecn, third_not_ect) { third_ack_reports(w, 0, 2, 5); }
TEST46(accecn, third_ect1) { third_ack_reports(w, ECT1, 3, 5); }
TEST46(accecn, third_ect0) { third_ack_reports(w, ECT0, 4, 5); }
TEST46(accecn, third_ce) { third_ack_reports(w, CE, 6, 6); }

/* TCP-AECN-05: what the SYN-ACK's flags agree to; classic ECN marks data only, no ECN nothing */
static void synack_agrees(struct wire *w, u8 ace, u32 mode)
{
	static const u16 ack[] = { A, A, A | AE | E };
	bool accurate = mode == TCPI_ECN_MODE_ACCECN_NS;

	accecn_connect(w, ACE(ace), 0, false);
	out(w, accurate ? A | ACE(2) : A, 1, 1, 0);
	expect_ect(w, accurate ? ECT0 : 0);
	no_opt(w);
	wire_send(w, 100, 0);
	out(w, P | ack[mode], 1, 1, 100);
	expect_ect(w, mode ? ECT0 : 0);
	no_opt(w);
	cr_assert_eq(wire_info(w).accecn & 3, mode);
	cr_assert_eq(!!(wire_info(w).options & TCPI_OPT_ECN_NS), mode != 0);
}

TEST46(accecn, peer_no_ecn) { synack_agrees(w, 0, TCPI_ECN_MODE_DISABLED_NS); }
TEST46(accecn, peer_classic) { synack_agrees(w, 1, TCPI_ECN_MODE_RFC3168_NS); }
TEST46(accecn, peer_nonce) { synack_agrees(w, 5, TCPI_ECN_MODE_ACCECN_NS); }
TEST46(accecn, peer_mirrors) { synack_agrees(w, 7, TCPI_ECN_MODE_DISABLED_NS); }
TEST46(accecn, peer_no_option) { synack_agrees(w, 2, TCPI_ECN_MODE_ACCECN_NS); }

/* net.ipv4.tcp_ecn: what our SYN asks */
static void syn_asks_for(struct wire *w, const char *ecn, u16 flags)
{
	struct wire_sa sa = wire_sa(w, w->v6 ? "fd00::2" : "10.0.0.2", PEER_PORT);

	wire_sysctl(w, "net.ipv4.tcp_ecn", ecn);
	w->sk = wire_socket(w);
	cr_assert_eq(sock_connect(w->sk, sa.b, sa.len), -EINPROGRESS);
	wire_run(w);
	out(w, S | flags, 0, 0, 0);
}

TEST46(accecn, asks_0) { syn_asks_for(w, "0", 0); }
TEST46(accecn, asks_1) { syn_asks_for(w, "1", E | C); }
TEST46(accecn, asks_2) { syn_asks_for(w, "2", 0); }
TEST46(accecn, asks_3) { syn_asks_for(w, "3", AE | C | E); }
TEST46(accecn, asks_4) { syn_asks_for(w, "4", E | C); }
TEST46(accecn, asks_5) { syn_asks_for(w, "5", 0); }

/* and what a SYN gets: accurate from 3 on, classic from 1 on (TCP-ECN-01, TCP-ECN-07) */
TEST46(accecn, gets)
{
	static const struct {
		const char *ecn;
		u16 syn, synack;
	} rows[] = {
		{ "0", AE | C | E, 0 }, { "0", C | E, 0 }, { "1", AE | C | E, E }, { "1", C | E, E },
		{ "2", AE | C | E, E }, { "3", C | E, E }, { "3", AE | C | E, C }, { "3", 0, 0 },
		{ "4", AE | C | E, C }, { "5", AE | C | E, C }, { "5", C | E, E }, { "3", AE, C },
	};

	wire_listen(w, 50);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct seg s;

		wire_sysctl(w, "net.ipv4.tcp_ecn", rows[i].ecn);
		in(w, .flags = S | rows[i].syn, .seq = 0, .mss = 1460, .sport = (u16)(1000 + i));
		cr_assert(take(w, &s));
		cr_assert_eq(s.flags, S | A | rows[i].synack, "row %u: %x", i, s.flags);
	}
}

/* A classic SYN that is itself ECT gets no ECN (RFC 3168 6.1.1) */
TEST46(accecn, ect_on_classic_syn)
{
	wire_listen(w, 5);
	in(w, .flags = S | E | C, .seq = 0, .mss = 1460, .tos = ECT0);
	out(w, S | A, 0, 1, 0);
}

/* TCP-ECN-06: SYN lost; AccECN is tried twice; still an AccECN SYN-ACK is taken */
TEST46(accecn, syn_lost)
{
	syn_asks_for(w, "3", AE | C | E);
	at(w, 1001);
	out(w, SYN_ACE, 0, 0, 0);
	at(w, 2001);
	out(w, S, 0, 0, 0);
	at(w, 3001);
	out(w, S, 0, 0, 0);
	w->local_port = w->last.sport;
	in(w, .flags = S | A | ACE(2), .seq = 0, .ack = 1, .mss = 1460, .sackok = true, .ws = 8,
	   .accecn = true, .e0b = 1, .e1b = 1);
	out(w, A | ACE(2), 1, 1, 0);
	expect_ect(w, ECT0);
}

TEST46(accecn, classic_syn_lost)
{
	syn_asks_for(w, "1", C | E);
	at(w, 1001);
	out(w, S, 0, 0, 0);
}

TEST46(accecn, no_fallback)
{
	wire_sysctl(w, "net.ipv4.tcp_ecn_fallback", "0");
	syn_asks_for(w, "3", AE | C | E);
	for (int i = 1; i < 5; i++) {
		at(w, i * 1000 + 1);
		out(w, SYN_ACE, 0, 0, 0);
	}
}

/* TCP-AECN-05: SYN-ACK again without the option, then without ECN; then ECT is not tried */
TEST46(accecn, synack_lost)
{
	wire_sysctl(w, "net.ipv4.tcp_ecn", "3");
	wire_listen(w, 5);
	in(w, .flags = SYN_ACE, .seq = 0, .mss = 1460, .sackok = true, .ws = 8);
	out(w, S | A | ACE(2), 0, 1, 0);
	expect_opt(w, 1, 0, 1);
	at(w, 1001);
	out(w, S | A | ACE(2), 0, 1, 0);
	no_opt(w);
	at(w, 3001);
	out(w, S | A, 0, 1, 0);
	no_opt(w);
	in(w, .flags = A | ACE(2), .seq = 1, .ack = 1, .accecn = true, .e0b = 1, .e1b = 1);
	w->sk = wire_accept(w);
	cr_assert_not_null(w->sk);
	wire_send(w, 100, 0);
	out(w, P | A | ACE(5), 1, 1, 100);
	expect_ect(w, 0);
	expect_opt(w, 1, 0, 1);
	cr_assert_eq(wire_info(w).accecn >> TCPI_ACCECN_FAIL_MODE_SHIFT, ACCECN_ACE_FAIL_SEND);
}

/* The SYN comes again without flags: what it says is reflected, and ECT not tried */
TEST46(accecn, syn_again_bleached)
{
	wire_sysctl(w, "net.ipv4.tcp_ecn", "3");
	wire_listen(w, 5);
	in(w, .flags = SYN_ACE, .seq = 0, .mss = 1460, .sackok = true, .ws = 8, .tos = ECT0);
	out(w, S | A | ACE(4), 0, 1, 0);
	in(w, .flags = S, .seq = 0, .mss = 1460, .sackok = true, .ws = 8);
	out(w, S | A | ACE(2), 0, 1, 0);
	no_opt(w);
	in(w, .flags = A | ACE(2), .seq = 1, .ack = 1, .accecn = true, .e0b = 1, .e1b = 1);
	w->sk = wire_accept(w);
	wire_send(w, 100, 0);
	out(w, P | A | ACE(5), 1, 1, 100);
	expect_ect(w, 0);
	expect_opt(w, 1, 0, 1);
}

/* ... and ECN that comes only with the second SYN comes too late */
TEST46(accecn, syn_again_with_flags)
{
	wire_sysctl(w, "net.ipv4.tcp_ecn", "3");
	wire_listen(w, 5);
	in(w, .flags = S, .seq = 0, .mss = 1460);
	out(w, S | A, 0, 1, 0);
	in(w, .flags = SYN_ACE, .seq = 0, .mss = 1460);
	out(w, S | A, 0, 1, 0);
}

/* SYN-ACK again after the handshake: the challenge ACK reports its codepoint */
TEST46(accecn, synack_again)
{
	accecn_connect(w, ACE(2), 0, true);
	out(w, A | ACE(2), 1, 1, 0);
	in(w, .flags = S | A, .seq = 0, .ack = 1, .mss = 1460, .tos = ECT0);
	out(w, A | ACE(4), 1, 1, 0);
	expect_opt(w, 1, 0, 1);
	wire_send(w, 10, 0);
	out(w, P | A | ACE(5), 1, 1, 10);
}

/* A third ACK without ACE was bleached: ECT is not tried, ACE and option go on */
TEST46(accecn, third_ack_bleached)
{
	wire_sysctl(w, "net.ipv4.tcp_ecn", "3");
	wire_listen(w, 5);
	in(w, .flags = SYN_ACE, .seq = 0, .mss = 1460, .sackok = true, .ws = 8);
	out(w, S | A | ACE(2), 0, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 1, .tos = ECT0, .accecn = true, .e0b = 1, .e1b = 1);
	w->sk = wire_accept(w);
	wire_send(w, 100, 0);
	out(w, P | A | ACE(5), 1, 1, 100);
	expect_ect(w, 0);
	expect_opt(w, 1, 0, 1);
	in(w, .flags = A | ACE(5), .seq = 1, .ack = 101);
	cr_assert_eq(wire_info(w).delivered_ce, 0);
	cr_assert_eq(wire_info(w).accecn >> TCPI_ACCECN_FAIL_MODE_SHIFT, ACCECN_ACE_FAIL_RECV);
}

/* CE on a SYN-ACK that was not ECT cannot be: only with tcp_ecn_fallback 0 it is believed */
static void third_ack_says_ce(struct wire *w, const char *fallback, u32 ce, u8 ect)
{
	wire_sysctl(w, "net.ipv4.tcp_ecn", "3");
	wire_sysctl(w, "net.ipv4.tcp_ecn_fallback", fallback);
	wire_listen(w, 5);
	in(w, .flags = SYN_ACE, .seq = 0, .mss = 1460, .sackok = true, .ws = 8);
	out(w, S | A | ACE(2), 0, 1, 0);
	in(w, .flags = A | ACE(6), .seq = 1, .ack = 1, .tos = ECT0);
	w->sk = wire_accept(w);
	cr_assert_eq(wire_info(w).delivered_ce, ce);
	wire_send(w, 100, 0);
	out(w, P | A | ACE(5), 1, 1, 100);
	expect_ect(w, ect);
}

TEST46(accecn, third_ack_lies) { third_ack_says_ce(w, "1", 0, 0); }
TEST46(accecn, third_ack_believed) { third_ack_says_ce(w, "0", 1, ECT0); }

/* CE on the third ACK counts; data in its place counts, too, and has a counter in ACE */
TEST46(accecn, third_ack_ce)
{
	wire_sysctl(w, "net.ipv4.tcp_ecn", "3");
	wire_listen(w, 5);
	in(w, .flags = SYN_ACE, .seq = 0, .mss = 1460, .sackok = true, .ws = 8);
	out(w, S | A | ACE(2), 0, 1, 0);
	in(w, .flags = A | ACE(2), .seq = 1, .ack = 1, .tos = CE);
	w->sk = wire_accept(w);
	wire_send(w, 100, 0);
	out(w, P | A | ACE(6), 1, 1, 100);
}

TEST46(accecn, third_ack_lost)
{
	wire_sysctl(w, "net.ipv4.tcp_ecn", "3");
	wire_listen(w, 5);
	in(w, .flags = SYN_ACE, .seq = 0, .mss = 1460, .sackok = true, .ws = 8);
	out(w, S | A | ACE(2), 0, 1, 0);
	in(w, .flags = P | A | ACE(5), .seq = 1, .ack = 1, .len = 1000, .tos = CE, .accecn = true,
	   .e0b = 1, .e1b = 1);
	out(w, A | ACE(6), 1, 1001, 0);
	expect_opt(w, 1, 1000, 1);
	w->sk = wire_accept(w);
	cr_assert_eq(wire_info(w).delivered_ce, 0);
	in(w, .flags = P | A | ACE(5), .seq = 1001, .ack = 1, .len = 1000, .tos = CE);
	out(w, A | ACE(7), 1, 2001, 0);
	expect_opt(w, 1, 2000, 1);
}

/* Both open at once */
TEST46(accecn, crossing)
{
	syn_asks_for(w, "3", AE | C | E);
	w->local_port = w->last.sport;
	in(w, .flags = SYN_ACE, .seq = 0, .mss = 1460, .sackok = true, .ws = 8, .tos = ECT1);
	out(w, S | A | ACE(3), 0, 1, 0);
	in(w, .flags = S | A | ACE(2), .seq = 0, .ack = 1, .mss = 1460, .sackok = true, .ws = 8);
	drain(w);
	cr_assert_eq(wire_info(w).accecn & 3, TCPI_ECN_MODE_ACCECN_NS);
	wire_send(w, 10, 0);
	out(w, P | A | ACE(5), 1, 1, 10);
}

/*
 * The peer's SYN-ACK, or the ACK that overtakes it, tells how our handshake arrived, as to a listener: no
 * ECT when that cannot be (CE of what was not ECT) or is gone (0). TCP-AECN-05
 */
static void crossing_told(struct wire *w, u16 flags, u16 ace, bool ect)
{
	syn_asks_for(w, "3", AE | C | E);
	w->local_port = w->last.sport;
	in(w, .flags = SYN_ACE, .seq = 0, .mss = 1460, .sackok = true, .ws = 8);
	out(w, S | A | ACE(2), 0, 1, 0);
	in(w, .flags = flags | ACE(ace), .seq = flags & S ? 0 : 1, .ack = 1, .mss = flags & S ? 1460 : 0,
	   .ws = flags & S ? 8 : 0);
	drain(w);
	cr_assert_eq(wire_info(w).state, TCP_ESTABLISHED);
	cr_assert_eq(wire_info(w).delivered_ce, 0);
	wire_send(w, 10, 0);
	out(w, P | A | ACE(5), 1, 1, 10);
	cr_assert_eq(w->last.tos & 3, ect ? ECT0 : 0);
	drain(w);
}

TEST46(accecn, crossing_told_well) { crossing_told(w, S | A, 2, true); }
TEST46(accecn, crossing_told_ce) { crossing_told(w, S | A, 6, false); }
TEST46(accecn, crossing_told_nothing) { crossing_told(w, S | A, 0, false); }
TEST46(accecn, crossing_acked_well) { crossing_told(w, A, 5, true); }
TEST46(accecn, crossing_acked_ect) { crossing_told(w, A, 3, false); }
TEST46(accecn, crossing_acked_nothing) { crossing_told(w, A, 0, false); }

TEST46(accecn, crossing_classic_ect)
{
	syn_asks_for(w, "3", AE | C | E);
	w->local_port = w->last.sport;
	in(w, .flags = S | C | E, .seq = 0, .mss = 1460, .tos = ECT0);
	out(w, S | A, 0, 1, 0);
	cr_assert_eq(wire_info(w).accecn & 3, TCPI_ECN_MODE_DISABLED_NS);
}

TEST46(accecn, crossing_classic)
{
	syn_asks_for(w, "3", AE | C | E);
	w->local_port = w->last.sport;
	in(w, .flags = S | C | E, .seq = 0, .mss = 1460);
	out(w, S | A | E, 0, 1, 0);
	cr_assert_eq(wire_info(w).accecn & 3, TCPI_ECN_MODE_RFC3168_NS);
}

/* SYN cookies keep that ECN was agreed; the ACK tells which */
TEST46(accecn, cookie)
{
	wire_sysctl(w, "net.ipv4.tcp_ecn", "3");
	wire_sysctl(w, "net.ipv4.tcp_syncookies", "2");
	w->ts = true;
	wire_listen(w, 5);
	in(w, .flags = SYN_ACE, .seq = 0, .mss = 1460, .sackok = true, .ws = 8, .tos = ECT0);
	out(w, S | A | ACE(4), 0, 1, 0);
	in(w, .flags = A | ACE(2), .seq = 1, .ack = 1);
	w->sk = wire_accept(w);
	cr_assert_not_null(w->sk);
	cr_assert_eq(wire_info(w).accecn & 3, TCPI_ECN_MODE_ACCECN_NS);
}

/* -- receiver -------------------------------------------------------------------------------- */

/* TCP-AECN-03 TCP-AECN-04: each codepoint in its counter, ACE counts CE modulo 8 */
TEST46(accecn, counters)
{
	static const struct {
		u8 tos, ace;
		u32 e1b, ceb, e0b;
	} rows[] = {
		{ CE, 6, 1, 1000, 1 }, { ECT0, 6, 1, 1000, 1001 }, { CE, 7, 1, 2000, 1001 },
		{ ECT1, 7, 1001, 2000, 1001 }, { CE, 0, 1001, 3000, 1001 }, { CE, 1, 1001, 4000, 1001 },
		{ 0, 1, 1001, 4000, 1001 },
	};
	struct tcp_info_abi i;
	u8 buf[1000];

	accecn_accept(w);
	for (u32 k = 0; k < ARRAY_SIZE(rows); k++) {
		in(w, .flags = P | A | ACE(5), .seq = 1 + k * 1000, .ack = 1, .len = 1000,
		   .tos = rows[k].tos, .wnd = 1000);
		out(w, A | ACE(rows[k].ace), 1, 1001 + k * 1000, 0);
		expect_opt(w, rows[k].e1b, rows[k].ceb, rows[k].e0b);
		expect_ect(w, ECT0);
		cr_assert_eq(wire_recv(w, buf, 1000, 0), 1000);
		quiet(w);
	}
	i = wire_info(w);
	cr_assert(i.received_ce == 4 && i.received_ce_bytes == 4000 && i.received_e1_bytes == 1000 &&
		  i.received_e0_bytes == 1000);
	cr_assert_eq(i.accecn, TCPI_ECN_MODE_ACCECN_NS |
		     ACCECN_COUNTER_SEEN << TCPI_ACCECN_OPT_SEEN_SHIFT);
	cr_assert(i.options & TCPI_OPT_ECN_SEEN_NS);
}

/* With classic ECN the octets are counted, too, for TCP_INFO */
TEST46(accecn, classic_counts)
{
	struct tcp_info_abi i;

	wire_listen(w, 5);
	in(w, .flags = S | E | C, .seq = 0, .mss = 1460);
	out(w, S | A | E, 0, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 1);
	w->sk = wire_accept(w);
	in(w, .flags = A, .seq = 1, .ack = 1, .len = 100, .tos = ECT0);
	in(w, .flags = A, .seq = 101, .ack = 1, .len = 50, .tos = CE);
	i = wire_info(w);
	cr_assert(i.received_e0_bytes == 100 && i.received_ce_bytes == 50 && i.received_ce == 1);
	cr_assert_eq(i.accecn, TCPI_ECN_MODE_RFC3168_NS);
	drain(w);
}

/* TCP-AECN-03: small marked segments are acknowledged every second, ACKs every sixth */
TEST46(accecn, ack_every_n)
{
	accecn_accept(w);
	wire_opt(w, 12, 0);		/* TCP_QUICKACK off */
	in(w, .flags = A | ACE(5), .seq = 1, .ack = 1, .len = 10, .tos = CE);
	out(w, A | ACE(6), 1, 11, 0);	/* change of codepoint */
	in(w, .flags = A | ACE(5), .seq = 11, .ack = 1, .len = 10, .tos = CE);
	quiet(w);
	in(w, .flags = A | ACE(5), .seq = 21, .ack = 1, .len = 10, .tos = CE);
	out(w, A | ACE(0), 1, 31, 0);
	for (int i = 0; i < 5; i++)
		in(w, .flags = A | ACE(5), .seq = 31, .ack = 1, .tos = CE);
	quiet(w);
	in(w, .flags = A | ACE(5), .seq = 31, .ack = 1, .tos = CE);
	out(w, A | ACE(6), 1, 31, 0);
}

/* TCP-AECN-04: two D-SACKs for the same range: our ACKs with the option do not arrive */
TEST46(accecn, option_dropped)
{
	accecn_accept(w);
	in(w, .flags = P | A | ACE(5), .seq = 1, .ack = 1, .len = 1000, .tos = ECT0);
	out(w, A | ACE(5), 1, 1001, 0);
	expect_opt(w, 1, 0, 1001);
	in(w, .flags = P | A | ACE(5), .seq = 1, .ack = 1, .len = 1000, .tos = ECT0);
	out(w, A | ACE(5), 1, 1001, 0);
	expect_opt(w, 1, 0, 2001);
	cr_assert_eq(w->last.o.num_sacks, 1);
	in(w, .flags = P | A | ACE(5), .seq = 1, .ack = 1, .len = 1000, .tos = ECT0);
	out(w, A | ACE(5), 1, 1001, 0);
	no_opt(w);
	cr_assert_eq(w->last.o.num_sacks, 1);
	in(w, .flags = P | A | ACE(5), .seq = 1001, .ack = 1, .len = 1000, .tos = ECT0);
	out(w, A | ACE(5), 1, 2001, 0);
	no_opt(w);
	wire_sysctl(w, "net.ipv4.tcp_ecn_option", "3");
	in(w, .flags = P | A | ACE(5), .seq = 2001, .ack = 1, .len = 1000, .tos = ECT0);
	out(w, A | ACE(5), 1, 3001, 0);
	expect_opt(w, 1, 0, 5001);
}

/* TCP-SACK-03 TCP-AECN-07: the option takes room from SACK blocks, D-SACK works beside it */
TEST46(accecn, sack_room)
{
	accecn_accept(w);
	in(w, .flags = A | ACE(5), .seq = 1001, .ack = 1, .len = 1000, .tos = ECT1);
	out(w, A | ACE(5), 1, 1, 0);
	expect_opt(w, 1001, 0, 1);
	in(w, .flags = A | ACE(5), .seq = 3001, .ack = 1, .len = 1000, .tos = ECT0);
	out(w, A | ACE(5), 1, 1, 0);
	in(w, .flags = A | ACE(5), .seq = 5001, .ack = 1, .len = 1000, .tos = CE);
	out(w, A | ACE(6), 1, 1, 0);
	expect_opt(w, 1001, 1000, 1001);
	cr_assert_eq(w->last.o.num_sacks, 3);
	in(w, .flags = A | ACE(5), .seq = 5001, .ack = 1, .len = 1000, .tos = ECT0);
	out(w, A | ACE(6), 1, 1, 0);
	expect_opt(w, 1001, 1000, 2001);
	cr_assert_eq(w->last.o.num_sacks, 3);
	cr_assert_eq(w->last.o.sacks[0].start_seq, 5001);
	cr_assert_eq(w->last.o.sacks[1].start_seq, 5001);
}

/* With timestamps fewer counters, then no option */
TEST46(accecn, sack_room_timestamps)
{
	wire_sysctl(w, "net.ipv4.tcp_ecn", "3");
	w->ts = true;
	accecn_accept_wnd(w, true, 1460);
	in(w, .flags = A | ACE(5), .seq = 1001, .ack = 1, .len = 1000, .tos = ECT1);
	out(w, A | ACE(5), 1, 1, 0);
	expect_opt(w, 1001, 0, 1);
	in(w, .flags = A | ACE(5), .seq = 3001, .ack = 1, .len = 1000, .tos = ECT1);
	out(w, A | ACE(5), 1, 1, 0);
	cr_assert(w->last.o.accecn_nr == 2 && w->last.o.num_sacks == 2);
	in(w, .flags = A | ACE(5), .seq = 5001, .ack = 1, .len = 1000, .tos = CE);
	out(w, A | ACE(6), 1, 1, 0);
	cr_assert(w->last.o.accecn_nr == 2 && w->last.o.num_sacks == 2);
	cr_assert_eq(w->last.o.accecn[2], 1000);
	in(w, .flags = A | ACE(5), .seq = 6001, .ack = 1, .len = 1000, .tos = ECT0);
	out(w, A | ACE(6), 1, 1, 0);
	no_opt(w);
	cr_assert_eq(w->last.o.num_sacks, 3);
}

/* tcp_ecn_option 0: never; 1: with news, and as a beacon */
TEST46(accecn, option_never)
{
	wire_sysctl(w, "net.ipv4.tcp_ecn", "3");
	wire_sysctl(w, "net.ipv4.tcp_ecn_option", "0");
	accecn_accept_wnd(w, true, 1460);
	in(w, .flags = A | ACE(5), .seq = 1, .ack = 1, .len = 1000, .tos = CE);
	out(w, A | ACE(6), 1, 1001, 0);
	no_opt(w);
}

TEST46(accecn, option_minimum)
{
	wire_sysctl(w, "net.ipv4.tcp_ecn", "3");
	wire_sysctl(w, "net.ipv4.tcp_ecn_option", "1");
	accecn_accept_wnd(w, true, 1460);
	at(w, 100);			/* a round trip to measure by the first segment */
	wire_send(w, 10, 0);
	drain(w);
	at(w, 200);
	in(w, .flags = A | ACE(5), .seq = 1, .ack = 11, .tos = ECT0, .accecn = true, .e0b = 11,
	   .e1b = 1);
	for (u32 i = 0; i < 5; i++)
		in(w, .flags = P | A | ACE(5), .seq = 1 + i * 10, .ack = 11, .len = 10, .tos = ECT0);
	for (u32 n = 0; take(w, &w->last); n++)
		cr_assert_eq(!!(w->last.o.saw & TCP_SAW_ACCECN), n < 1, "segment %u", n);
	at(w, 250);
	in(w, .flags = P | A | ACE(5), .seq = 51, .ack = 11, .len = 10, .tos = ECT0);
	at(w, 300);
	out(w, A | ACE(5), 11, 61, 0);
	cr_assert(w->last.o.saw & TCP_SAW_ACCECN);
}

/* -- sender ---------------------------------------------------------------------------------- */

/* ACE and option of the peer: delivered_ce and the octets, and cwnd goes down once (TCP-ECN-05) */
TEST46(accecn, feedback)
{
	struct tcp_info_abi i;
	u32 cwnd;

	accecn_accept(w);
	cwnd = tcp_sk(w->sk)->snd_cwnd;
	wire_send(w, 1000, 0);
	out(w, P | A | ACE(5), 1, 1, 1000);
	in(w, .flags = A | ACE(6), .seq = 1, .ack = 1001, .tos = ECT0, .accecn = true, .e0b = 1,
	   .ceb = 1000, .e1b = 1, .wnd = 1000);
	i = wire_info(w);
	cr_assert(i.delivered_ce == 1 && i.delivered_ce_bytes == 1000 && !i.delivered_e0_bytes);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPDeliveredCE], 1);
	cr_assert_lt(tcp_sk(w->sk)->snd_cwnd, cwnd);
	cr_assert_eq(tcp_sk(w->sk)->ca_state, TCP_CA_CWR);
	wire_send(w, 1000, 0);
	out(w, P | A | ACE(5), 1001, 1, 1000);
	in(w, .flags = A | ACE(6), .seq = 1, .ack = 2001, .tos = ECT0, .accecn = true, .e0b = 1001,
	   .ceb = 1000, .e1b = 1, .wnd = 1000);
	i = wire_info(w);
	cr_assert(i.delivered_ce == 1 && i.delivered_ce_bytes == 1000 &&
		  i.delivered_e0_bytes == 1000);
}

/* An ACK without progress tells nothing, unless its timestamp is newer */
TEST46(accecn, no_progress)
{
	accecn_accept(w);
	wire_send(w, 1000, 0);
	drain(w);
	in(w, .flags = A | ACE(6), .seq = 1, .ack = 1, .accecn = true, .e0b = 1, .ceb = 1000, .e1b = 1,
	   .wnd = 1000);
	cr_assert_eq(wire_info(w).delivered_ce, 0);
	cr_assert_eq(wire_info(w).delivered_ce_bytes, 0);
}

TEST46(accecn, timestamp_progress)
{
	wire_sysctl(w, "net.ipv4.tcp_ecn", "3");
	w->ts = true;
	accecn_accept_wnd(w, true, 1460);
	wire_send(w, 1000, 0);
	drain(w);
	in(w, .flags = A | ACE(6), .seq = 1, .ack = 1, .wnd = 1000);
	cr_assert_eq(wire_info(w).delivered_ce, 0);
	at(w, 10);
	in(w, .flags = A | ACE(6), .seq = 1, .ack = 1, .wnd = 1000);
	cr_assert_eq(wire_info(w).delivered_ce, 1);
}

/* Header prediction holds with the option, with timestamps and without, and the option counts */
static void predicted(struct wire *w, bool ts)
{
	char buf[100];

	w->ts = ts;
	accecn_accept(w);
	wire_send(w, 1000, 0);
	cr_assert(take(w, &w->last));
	in(w, .flags = A | ACE(5), .seq = 1, .ack = 1001, .accecn = true, .e0b = 1001, .e1b = 1,
	   .wnd = 1000);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPHPAcks], 1);
	cr_assert_eq(wire_info(w).unacked, 0);
	cr_assert_eq(tcp_sk(w->sk)->accecn.delivered_bytes[1], 1000);
	in(w, .flags = A | P | ACE(5), .seq = 1, .ack = 1001, .len = 50, .accecn = true, .e0b = 1001,
	   .e1b = 1, .wnd = 1000);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPHPHits], 1);
	cr_assert_eq(wire_recv(w, buf, sizeof(buf), 0), 50);
	/* a mark, which the ACE field tells, takes the long way */
	wire_send(w, 1000, 0);
	drain(w);
	in(w, .flags = A | ACE(6), .seq = 51, .ack = 2001, .accecn = true, .e0b = 1001, .e1b = 1,
	   .ceb = 1000, .wnd = 1000);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPHPAcks], 1);
	cr_assert_eq(wire_info(w).delivered_ce, 1);
}
TEST46(accecn, predicted) { predicted(w, false); }
TEST46(accecn, predicted_timestamps) { predicted(w, true); }

/* TCP-AECN-06: an ACK for more segments than ACE can count */
static void large_ack(struct wire *w, bool small_first, u8 ace, bool opt, u32 ce)
{
	u32 mss = w->v6 ? 1440 : 1460;

	wire_sysctl(w, "net.ipv4.tcp_ecn", "3");
	wire_sysctl(w, "net.ipv4.tcp_ecn_option", "0");
	accecn_accept_wnd(w, true, 1460);
	wire_send(w, 10 * mss, 0);
	drain(w);
	if (small_first)
		in(w, .flags = A | ACE(5), .seq = 1, .ack = 1 + mss, .tos = ECT0, .wnd = 1000,
		   .accecn = opt, .e0b = 1 + mss, .e1b = 1);
	in(w, .flags = A | ACE(ace), .seq = 1, .ack = 1 + 10 * mss, .tos = ECT0, .wnd = 1000,
	   .accecn = opt, .e0b = 1 + 10 * mss, .e1b = 1);
	cr_assert_eq(wire_info(w).delivered_ce, ce, "%u", wire_info(w).delivered_ce);
	if (opt)
		cr_assert_eq(wire_info(w).delivered_e0_bytes, 10 * mss);
	drain(w);
}

TEST46(accecn, large_ack_usual) { large_ack(w, false, 5, false, 0); }
TEST46(accecn, large_ack_usual_ce) { large_ack(w, false, 6, false, 1); }
TEST46(accecn, large_ack_most) { large_ack(w, false, 4, false, 7); }
TEST46(accecn, large_ack_ambiguous) { large_ack(w, true, 5, false, 8); }
TEST46(accecn, large_ack_option) { large_ack(w, true, 5, true, 0); }

/* Counters are 24 bits: they are followed over the wrap */
TEST46(accecn, byte_counter_wraps)
{
	accecn_accept(w);
	tcp_sk(w->sk)->accecn.delivered_bytes[ECT0 - 1] = 0xfffff0;
	wire_send(w, 100, 0);
	drain(w);
	in(w, .flags = A | ACE(5), .seq = 1, .ack = 101, .accecn = true, .e0b = (0xfffff0 + 101) & 0xffffff,
	   .e1b = 1, .wnd = 1000);
	cr_assert_eq(wire_info(w).delivered_e0_bytes, 0xfffff0 + 100);
}

/* A zeroed first option was mangled on the way: options are not looked at any more */
TEST46(accecn, option_zeroed)
{
	accecn_connect(w, ACE(2), 0, false);
	out(w, A | ACE(2), 1, 1, 0);
	wire_send(w, 100, 0);
	drain(w);
	in(w, .flags = A | ACE(5), .seq = 1, .ack = 101, .accecn = true);
	cr_assert_eq(wire_info(w).accecn, TCPI_ECN_MODE_ACCECN_NS |
		     ACCECN_FAIL_SEEN << TCPI_ACCECN_OPT_SEEN_SHIFT |
		     (u32)ACCECN_OPT_FAIL_RECV << TCPI_ACCECN_FAIL_MODE_SHIFT);
	wire_send(w, 100, 0);
	drain(w);
	in(w, .flags = A | ACE(5), .seq = 1, .ack = 201, .accecn = true, .e0b = 201, .e1b = 1);
	cr_assert_eq(wire_info(w).delivered_e0_bytes, 0);
}

/* A first option after the handshake: ours begins, too */
TEST46(accecn, option_late)
{
	accecn_connect(w, ACE(2), 0, false);
	out(w, A | ACE(2), 1, 1, 0);
	wire_send(w, 100, 0);
	out(w, P | A | ACE(5), 1, 1, 100);
	no_opt(w);
	in(w, .flags = A | ACE(5), .seq = 1, .ack = 101, .accecn = true, .e0b = 101, .e1b = 1);
	wire_send(w, 100, 0);
	out(w, P | A | ACE(5), 101, 1, 100);
	expect_opt(w, 1, 0, 1);
}

/* TCP-AECN-05: retransmissions are ECT, too; segments are smaller by the option */
TEST46(accecn, retransmission)
{
	u32 mss = (w->v6 ? 1440 : 1460) - 12;

	accecn_accept(w);
	wire_send(w, 2 * mss, 0);
	out(w, A | ACE(5), 1, 1, mss);
	out(w, P | A | ACE(5), 1 + mss, 1, mss);
	at(w, 5000);
	cr_assert(take(w, &w->last));
	cr_assert_eq(w->last.flags & (AE | C | E), ACE(5));
	expect_ect(w, ECT0);
	drain(w);
}

/* ACE is on every segment of a GSO packet, CWR's bit not excepted */
TEST46(accecn, gso_keeps_ace)
{
	u32 mss = (w->v6 ? 1440 : 1460) - 12;

	accecn_accept(w);
	in(w, .flags = A | ACE(5), .seq = 1, .ack = 1, .len = 100, .tos = CE, .wnd = 1000);
	drain(w);
	wire_send(w, 4 * mss, 0);
	for (u32 i = 0; i < 4; i++) {
		out(w, A | ACE(6) | (i == 3 ? P : 0), 1 + i * mss, 101, mss);
		expect_opt(w, 1, 100, 1);
	}
}

/* The last ACK, of the time-wait object, is ECT without ACE */
TEST46(accecn, time_wait)
{
	accecn_accept(w);
	wire_close(w);
	out(w, F | A | ACE(5), 1, 1, 0);
	expect_ect(w, ECT0);
	in(w, .flags = A | ACE(5), .seq = 1, .ack = 2, .tos = ECT0);
	in(w, .flags = F | A | ACE(5), .seq = 1, .ack = 2, .tos = ECT0);
	out(w, A, 2, 2, 0);
	expect_ect(w, ECT0);
}
