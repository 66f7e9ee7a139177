/* SPDX-License-Identifier: BSD-2-Clause */
/* Which congestion control a connection has: by sysctl, route, socket option; what a route says besides. */
#include "tests/unit/tcp/ccbox.h"

static const char *get_sysctl(struct wire *w, const char *name)
{
	static char buf[128];

	cr_assert_eq(sysctl_get(w->net, name, buf, sizeof(buf)), 0, "%s", name);
	return buf;
}

/* -- choice ------------------------------------------------------------------------------------ */

TEST46(choice, choice)
{
	establish(w);
	cr_assert_str_eq(get_cc(w), "cubic");
	for (u32 key = 1; tcp_ca_name(key); key++) {
		cr_assert_eq(set_cc(w, tcp_ca_name(key)), 0);
		if (strcmp(tcp_ca_name(key), "dctcp"))
			cr_assert_str_eq(get_cc(w), tcp_ca_name(key));
		wire_send(w, 3000, 0);
		drain(w);
	}
	cr_assert_str_eq(get_cc(w), "dctcp-reno");	/* no ECN was negotiated (RFC 8257 3.5) */
	cr_assert_eq(set_cc(w, "vegas"), -ENOENT);
}

TEST46(choice, sysctls)
{
	cr_assert_str_eq(get_sysctl(w, "net.ipv4.tcp_available_congestion_control"),
			 "reno cubic bbr bbr3 dctcp");
	cr_assert_str_eq(get_sysctl(w, "net.ipv4.tcp_allowed_congestion_control"),
			 "reno cubic bbr bbr3");
	cr_assert(tcp_ca_restricted(w->net, "dctcp", 5));
	cr_assert(!tcp_ca_restricted(w->net, "bbr", 16));
	cr_assert(!tcp_ca_restricted(w->net, "vegas", 5));	/* ENOENT says more */
	cr_assert_eq(sysctl_set(w->net, "net.ipv4.tcp_available_congestion_control", "reno"), -EPERM);
	cr_assert_eq(sysctl_set(w->net, "net.ipv4.tcp_allowed_congestion_control", "reno vegas"),
		     -ENOENT);
	cr_assert_str_eq(get_sysctl(w, "net.ipv4.tcp_allowed_congestion_control"),
			 "reno cubic bbr bbr3");
	wire_sysctl(w, "net.ipv4.tcp_allowed_congestion_control", "cubic  reno");
	cr_assert_str_eq(get_sysctl(w, "net.ipv4.tcp_allowed_congestion_control"), "reno cubic");
	cr_assert(tcp_ca_restricted(w->net, "bbr", 3));
	/* what root makes the default is for all */
	wire_sysctl(w, "net.ipv4.tcp_congestion_control", "dctcp");
	cr_assert(!tcp_ca_restricted(w->net, "dctcp", 5));
	cr_assert_eq(sysctl_set(w->net, "net.ipv4.tcp_congestion_control", "vegas"), -ENOENT);
	cr_assert_str_eq(get_sysctl(w, "net.ipv4.tcp_congestion_control"), "dctcp");
}

/* A child has what was chosen for its listener, else the default of its own time. */
TEST46(choice, inheritance)
{
	establish(w);
	cr_assert_str_eq(get_cc(w), "cubic");
	wire_close(w);
	drain(w);
	wire_sysctl(w, "net.ipv4.tcp_congestion_control", "reno");
	w->peer_port++;
	w->iss_known = false;
	in(w, .flags = S, .seq = 0, .mss = 1460, .sackok = true, .ws = 7);
	out(w, S | A, 0, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 1);
	w->sk = wire_accept(w);
	cr_assert_str_eq(get_cc(w), "reno");
}

/* route metrics: congctl and its lock, initcwnd, initrwnd, quickack, window */
TEST46(choice, route)
{
	struct fib_route r = { .dev = w->dev, .type = 1 };
	struct in_seg syn = { .flags = S, .seq = 0, .mss = 1460, .sackok = true, .ws = 7 };

	cr_assert(inet_prefix_parse(w->v6 ? "fd00::2/128" : "10.0.0.2/32", &r.dst));
	r.metrics[RTAX_N_CC] = tcp_ca_key("bbr", 3);
	r.metrics[RTAX_N_LOCK] = 1u << RTAX_N_CC;
	r.metrics[RTAX_N_INITCWND] = 3;
	r.metrics[RTAX_N_INITRWND] = 4;
	r.metrics[RTAX_N_QUICKACK] = 1;
	cr_assert_eq(fib_route_add(w->net, &r), 0);
	wire_listen(w, 4);
	w->ts = true;
	in_seg_send(w, &syn);
	out(w, S | A, 0, 1, 0);
	cr_assert_eq(w->last.wnd, 4 * (w->v6 ? 1428 : 1448));
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048);
	w->sk = wire_accept(w);
	cr_assert_str_eq(get_cc(w), "bbr");
	cr_assert_eq(set_cc(w, "reno"), -EPERM);
	cr_assert_eq(wire_info(w).snd_cwnd, 3);
	tcp_sk(w->sk)->pingpong = 3;
	tcp_sk(w->sk)->quick = 0;
	in(w, .flags = A | P, .seq = 1, .ack = 1, .wnd = 2048, .len = 100);
	out(w, A, 1, 101, 0);
	wire_close(w);
	drain(w);
	w->iss_known = false;
	connect_syn(w);
	cr_assert_str_eq(get_cc(w), "bbr");
}

static void ecn_route(struct wire *w, u32 features, const char *cc)
{
	struct fib_route r = { .dev = w->dev, .type = 1 };

	wire_sysctl(w, "net.ipv4.tcp_ecn", "0");
	cr_assert(inet_prefix_parse(w->v6 ? "fd00::2/128" : "10.0.0.2/32", &r.dst));
	r.metrics[RTAX_N_FEATURES] = features;
	r.metrics[RTAX_N_CC] = tcp_ca_key(cc, (u32)strlen(cc));
	cr_assert_eq(fib_route_add(w->net, &r), 0);
}

/* TCP-ECN-01: "features ecn" of a route asks for and grants what tcp_ecn 0 does not; a cookie keeps it */
TEST46(choice, ecn_by_route)
{
	ecn_route(w, RTAX_FEATURE_ECN_NS, "");
	wire_listen(w, 4);
	in(w, .flags = S | E | C, .seq = 0, .mss = 1460);
	out(w, S | A | E, 0, 1, 0);
	w->peer_port++;
	w->iss_known = false;
	in(w, .flags = S | E | C, .seq = 0, .mss = 1460, .tos = INET_ECN_ECT_0);
	out(w, S | A, 0, 1, 0);
	wire_sysctl(w, "net.ipv4.tcp_syncookies", "2");
	w->peer_port++;
	w->iss_known = false;
	w->ts = true;
	in(w, .flags = S | E | C, .seq = 0, .mss = 1460);
	out(w, S | A | E, 0, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 1);
	w->sk = wire_accept(w);
	cr_assert_not_null(w->sk);
	cr_assert(tcp_sk(w->sk)->ecn_flags & TCP_ECN_OK);
	wire_close(w);
	drain(w);
	w->iss_known = false;
	cr_assert_eq(w->net->tcp.ecn, 0);
	struct wire_sa sa = wire_sa(w, w->v6 ? "fd00::2" : "10.0.0.2", 9);

	w->sk = wire_socket(w);
	sock_connect(w->sk, sa.b, sa.len);
	wire_run(w);
	out(w, S | E | C, 0, 0, 0);
}

/* a route whose congestion control needs ECN grants it, to a SYN that is ECT as well */
TEST46(choice, ecn_by_route_cc)
{
	ecn_route(w, 0, "dctcp");
	wire_listen(w, 4);
	in(w, .flags = S | E | C, .seq = 0, .mss = 1460, .tos = INET_ECN_ECT_0);
	out(w, S | A | E, 0, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 1);
	w->sk = wire_accept(w);
	cr_assert_str_eq(get_cc(w), "dctcp");
}

/* TCP_CC_INFO: what the algorithm has to tell, cut to the buffer; nothing from one that has not */
TEST46(choice, cc_info)
{
	struct {
		u32 bw_lo, bw_hi, min_rtt, pacing_gain, cwnd_gain;
	} bbr;
	u32 seq = 1, len = sizeof(bbr);

	wire_listen(w, 4);
	in(w, .flags = S, .seq = 0, .mss = 1460);
	out(w, S | A, 0, 1, 0);
	at(w, 20);
	in(w, .flags = A, .seq = 1, .ack = 1);
	w->sk = wire_accept(w);
	cr_assert_eq(sock_getsockopt(w->sk, 6, O_CC_INFO, &bbr, &len), 0);
	cr_assert_eq(len, 0);
	cr_assert_eq(set_cc(w, "bbr"), 0);
	for (int i = 0; i < 20; i++) {
		wire_send(w, 1000, 0);
		drain(w);
		at(w, now_ms(w) + 20);
		seq += 1000;
		in(w, .flags = A, .seq = 1, .ack = seq);
	}
	len = sizeof(bbr);
	cr_assert_eq(sock_getsockopt(w->sk, 6, O_CC_INFO, &bbr, &len), 0);
	cr_assert_eq(len, 20);
	cr_assert_eq(bbr.min_rtt, 20000);
	/* a segment in 20 ms, in octets a second of the wire's segments */
	cr_assert_geq(bbr.bw_lo, 50000);
	cr_assert_leq(bbr.bw_lo, 80000);
	cr_assert_eq(bbr.bw_hi, 0);
	cr_assert_eq(bbr.pacing_gain, 739);	/* startup: 2.885 of 256 */
	len = 8;
	cr_assert_eq(sock_getsockopt(w->sk, 6, O_CC_INFO, &bbr, &len), 0);
	cr_assert_eq(len, 8);
	drain(w);
}
