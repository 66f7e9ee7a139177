// SPDX-License-Identifier: BSD-2-Clause
/*
 * congest: what congestion control must do on given paths, as scenarios with thresholds. One path
 * of 20 Mbit/s and 20 ms (34 segments) unless a scenario says otherwise; the figures are printed.
 */
#include "path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const all_ccs[] = { "reno", "cubic", "bbr", "bbr3" };

/* -- sharing (TCP-CC-11) ----------------------------------------------------------------------- */

static double jain(const struct path *p)
{
	double sum = 0, squares = 0;

	for (u32 i = 0; i < p->nr_flows; i++) {
		double x = path_goodput(p, i);

		sum += x;
		squares += x * x;
	}
	return sum * sum / (p->nr_flows * squares);
}

/*
 * Four equal flows that start a second apart, over 180 s from when all are there; 50 ms and a
 * buffer of 2 BDP. (With a few segments each, version 1 of BBR is not fair to itself.)
 */
static void fairness(struct path *p)
{
	for (u32 i = 0; i < ARRAY_SIZE(all_ccs); i++) {
		path_init(p, 20, 50, 2);
		for (u32 k = 0; k < 4; k++) {
			path_flow(p, all_ccs[i]);
			path_run(p, 1000);
		}
		path_run(p, 10000);
		path_mark(p);
		path_run(p, 180000);	/* over one minute the seed decides */
		path_expect(p, jain(p) >= 0.95, "%s: Jain %.3f", all_ccs[i], jain(p));
		path_expect(p, path_total(p) >= 90, "%s: together %.1f %%", all_ccs[i],
			    path_total(p));
		path_exit(p);
	}
}

static u64 second_is_far(void *arg, int dir, const u8 *frame, u32 len)
{
	(void)arg;
	(void)dir;
	/* its server's port, in either direction */
	if (len < 14 + 20 + 4 || (get_be16(frame + 34) != 5001 && get_be16(frame + 36) != 5001))
		return 0;
	return 15 * NSEC_PER_MSEC;
}

/* Round trips of 20 and 50 ms: loss-based ones favour the near flow, but not without bound. */
static void two_rtts(struct path *p)
{
	for (u32 i = 0; i < ARRAY_SIZE(all_ccs); i++) {
		double near_share, far_share;

		path_init(p, 20, 20, 1);
		wire_sim_delay(p->world.wire[0], second_is_far, NULL);
		path_flow(p, all_ccs[i]);
		path_flow(p, all_ccs[i]);
		path_run(p, 10000);
		path_mark(p);
		path_run(p, 60000);
		near_share = path_goodput(p, 0);
		far_share = path_goodput(p, 1);
		path_expect(p, near_share < 8 * far_share && far_share < 8 * near_share,
			    "%s: %.1f %% and %.1f %%", all_ccs[i], near_share, far_share);
		path_exit(p);
	}
}

/* One of each version of BBR beside cubic, one BDP of buffer: nobody starves (TCP-BBR-08). */
static void beside_cubic(struct path *p)
{
	static const char *const other[] = { "reno", "bbr", "bbr3" };

	for (u32 i = 0; i < ARRAY_SIZE(other); i++) {
		path_init(p, 20, 20, 2);
		path_flow(p, "cubic");
		path_flow(p, other[i]);
		path_run(p, 10000);
		path_mark(p);
		path_run(p, 60000);
		path_expect(p, path_goodput(p, 0) >= 8 && path_goodput(p, 1) >= 8,
			    "cubic %.1f %%, %s %.1f %%", path_goodput(p, 0), other[i],
			    path_goodput(p, 1));
		path_exit(p);
	}
}

/* -- queues ------------------------------------------------------------------------------------ */

/* A buffer of 30 BDP: the models keep the queue short. */
static void bufferbloat(struct path *p)
{
	for (u32 i = 2; i < ARRAY_SIZE(all_ccs); i++) {
		double worst = 0;

		path_init(p, 20, 20, 30);
		path_flow(p, all_ccs[i]);
		path_run(p, 5000);
		path_mark(p);
		for (int k = 0; k < 150; k++) {
			path_run(p, 100);
			worst = max_t(double, worst, (path_tcp(p, 0)->srtt_us >> 3) / 1000.0);
		}
		path_expect(p, worst <= 60, "%s: srtt at most %.1f ms", all_ccs[i], worst);
		path_expect(p, path_goodput(p, 0) >= 90, "%s: %.1f %%", all_ccs[i],
			    path_goodput(p, 0));
		path_exit(p);
	}
}

/* DCTCP behind a queue that marks from 10 kB: full, short, no loss. */
static void ce_queue_dctcp(struct path *p)
{
	path_init(p, 20, 20, 20);
	p->link[0].ecn_mark_bytes = 10 * 1514;
	path_link(p);
	path_flow(p, "dctcp");
	path_flow(p, "dctcp");
	path_run(p, 10000);
	path_mark(p);
	path_run(p, 20000);
	path_expect(p, !strcmp(path_tcp(p, 0)->ca_ops->name, "dctcp"), "DCTCP in use");
	path_expect(p, path_total(p) >= 90, "%.1f %%", path_total(p));
	path_expect(p, path_srtt_ms(p, 0) <= 35, "srtt %.1f ms", path_srtt_ms(p, 0));
	path_expect(p, path_retrans(p) == 0, "%u retransmissions", path_retrans(p));
	path_expect(p, jain(p) >= 0.9, "Jain %.3f", jain(p));
	path_exit(p);
}

/* The same queue and ECN of RFC 3168: CUBIC slows down without a loss (TCP-CUB-02). */
static void ce_queue_cubic(struct path *p)
{
	path_init(p, 20, 20, 20);
	p->link[0].ecn_mark_bytes = 40 * 1514;
	path_link(p);
	path_sysctl(p, "net.ipv4.tcp_ecn", "1");
	path_flow(p, "cubic");
	path_run(p, 5000);
	path_mark(p);
	path_run(p, 20000);
	path_expect(p, path_goodput(p, 0) >= 90, "%.1f %%", path_goodput(p, 0));
	path_expect(p, path_retrans(p) == 0, "%u retransmissions", path_retrans(p));
	path_expect(p, wire_sim_stats(p->world.wire[0], 0)->marked > 0, "marks");
	path_exit(p);
}

/* A policer: a bucket and no queue. BBR finds its rate and keeps to it. */
static void policer(struct path *p)
{
	double lost;

	path_init(p, 100, 20, 4);
	p->link[0].police_bps = 10000000;
	p->link[0].police_bytes = 100000;
	path_link(p);
	path_flow(p, "bbr");
	path_run(p, 20000);
	path_mark(p);
	path_run(p, 30000);
	lost = 100.0 * path_retrans(p) / max(path_tcp(p, 0)->data_segs_out - p->segs_at_mark, 1u);
	path_expect(p, path_goodput(p, 0) >= 7, "%.1f %% of 10 %%", path_goodput(p, 0));
	path_expect(p, lost < 15, "%.1f %% sent again", lost);
	path_exit(p);
}

/* -- the way back ------------------------------------------------------------------------------ */

static void ack_loss(struct path *p)
{
	for (u32 i = 0; i < ARRAY_SIZE(all_ccs); i++) {
		path_init(p, 20, 20, 1);
		p->link[1].loss_ppm = 300000;
		path_link(p);
		path_flow(p, all_ccs[i]);
		path_run(p, 5000);
		path_mark(p);
		path_run(p, 20000);
		path_expect(p, path_goodput(p, 0) >= 80, "%s: %.1f %% with 30 %% of ACKs lost",
			    all_ccs[i], path_goodput(p, 0));
		path_exit(p);
	}
}

/* 50 times slower back than forth: ACKs queue, are dropped and come late. */
static void asymmetric(struct path *p)
{
	for (u32 i = 0; i < ARRAY_SIZE(all_ccs); i++) {
		path_init(p, 20, 20, 2);
		p->link[1].rate_bps = 400000;
		p->link[1].queue_bytes = 3000;
		path_link(p);
		path_flow(p, all_ccs[i]);
		path_run(p, 5000);
		path_mark(p);
		path_run(p, 20000);
		path_expect(p, path_goodput(p, 0) >= 70, "%s: %.1f %%", all_ccs[i],
			    path_goodput(p, 0));
		path_exit(p);
	}
}

/* -- a path that changes ----------------------------------------------------------------------- */

/* TCP-FRTO-05: everything in flight comes 2 s late, once: an RTO that nothing was lost for. */
static void delay_spike(struct path *p)
{
	double before;

	path_init(p, 20, 20, 4);
	path_flow(p, "cubic");
	path_run(p, 5000);
	path_mark(p);
	path_run(p, 5000);
	before = path_goodput(p, 0);
	p->link[0].delay_ns += 2 * NSEC_PER_SEC;
	path_link(p);
	path_run(p, 10);
	p->link[0].delay_ns -= 2 * NSEC_PER_SEC;
	path_link(p);
	path_run(p, 3000);
	path_mark(p);
	path_run(p, 5000);
	path_expect(p, path_goodput(p, 0) >= 0.9 * before, "%.1f %% after, %.1f %% before",
		    path_goodput(p, 0), before);
	path_expect(p, p->world.host[0].net->mib[MIB_TcpExt_TCPSpuriousRTOs] > 0 ||
			       p->world.host[0].net->mib[MIB_TcpExt_TCPLossUndo] > 0,
		    "seen to be spurious");
	path_exit(p);
}

/* The wire is dead for 3 s; afterwards the rate is soon back. */
static void link_flap(struct path *p)
{
	for (u32 i = 0; i < ARRAY_SIZE(all_ccs); i++) {
		path_init(p, 20, 20, 2);
		path_flow(p, all_ccs[i]);
		path_run(p, 5000);
		p->link[0].down = p->link[1].down = true;
		path_link(p);
		path_run(p, 3000);
		p->link[0].down = p->link[1].down = false;
		path_link(p);
		path_run(p, 6000);	/* back-off, slow start */
		path_mark(p);
		path_run(p, 5000);
		path_expect(p, path_goodput(p, 0) >= 80, "%s: %.1f %%", all_ccs[i],
			    path_goodput(p, 0));
		path_exit(p);
	}
}

/* Five times the round trip, then half of the rate, then all as before. */
static void path_change(struct path *p)
{
	for (u32 i = 0; i < ARRAY_SIZE(all_ccs); i++) {
		double slow;

		path_init(p, 20, 20, 4);
		path_flow(p, all_ccs[i]);
		path_run(p, 5000);
		p->link[0].delay_ns = p->link[1].delay_ns = 50 * NSEC_PER_MSEC;
		p->link[0].rate_bps /= 2;
		path_link(p);
		path_run(p, 15000);
		path_mark(p);
		path_run(p, 10000);
		slow = path_goodput(p, 0);
		p->link[0].delay_ns = p->link[1].delay_ns = 10 * NSEC_PER_MSEC;
		p->link[0].rate_bps *= 2;
		path_link(p);
		path_run(p, 15000);
		path_mark(p);
		path_run(p, 10000);
		path_expect(p, slow >= 40 && path_goodput(p, 0) >= 80,
			    "%s: %.1f %% of 50 %%, then %.1f %%", all_ccs[i], slow,
			    path_goodput(p, 0));
		path_exit(p);
	}
}

/* -- recovery ---------------------------------------------------------------------------------- */

/* TCP-RACK-07: 5 % of the packets a quarter of the round trip late; nothing is sent twice for it. */
static void reordering(struct path *p)
{
	for (u32 i = 0; i < ARRAY_SIZE(all_ccs); i++) {
		path_init(p, 20, 20, 0);
		path_flow(p, all_ccs[i]);
		path_run(p, 2000);
		p->link[0].reorder_ppm = 50000;
		p->link[0].reorder_ns = 5 * NSEC_PER_MSEC;
		path_link(p);
		path_run(p, 10000);
		path_mark(p);
		path_run(p, 20000);
		path_expect(p, path_retrans(p) <= 3 && path_goodput(p, 0) >= 85,
			    "%s: %u retransmissions, %.1f %%", all_ccs[i], path_retrans(p),
			    path_goodput(p, 0));
		path_exit(p);
	}
}

/* The last three of 40 segments are lost, once each, and so is a FIN of its own. */
static bool drop_tail(void *arg, int dir, u64 now_ns, const u8 *frame, u32 len)
{
	struct path *p = arg;
	const u8 *th = frame + 14 + 20;
	u32 segment;

	(void)now_ns;
	if (dir || len < 14 + 40 || get_be16(frame + 12) != ETH_TYPE_IP4)
		return false;
	if (th[13] & TCPHDR_SYN)
		p->isn = get_be32(th + 4);
	segment = (get_be32(th + 4) - p->isn - 1) / 1448;
	if ((len < 100 && !(th[13] & TCPHDR_FIN)) || segment < 37 || p->seen >> (segment - 37) & 1)
		return false;
	p->seen |= 1u << (segment - 37);
	return true;
}

/* TCP-TLP-04: the last three segments are lost: repaired within three round trips of the probe. */
static void tail_loss(struct path *p)
{
	u64 start;

	path_init(p, 0, 100, 0);
	path_flow_sized(p, "cubic", 1);		/* addresses are resolved, so that SRTT is right */
	path_finish(p, 20000);
	wire_sim_filter(p->world.wire[0], drop_tail, p);
	path_flow_sized(p, "cubic", 40 * 1448);
	start = p->world.now;
	path_finish(p, 20000);
	/* the handshake, three rounds of data, the probe after two more, the repair */
	path_expect(p, p->world.now - start <= (1 + 3 + 2 + 3) * 100 * NSEC_PER_MSEC + 20 * NSEC_PER_MSEC,
		    "%.0f ms", (double)(p->world.now - start) / 1e6);
	path_expect(p, p->world.host[0].net->mib[MIB_TcpExt_TCPTimeouts] == 0, "no RTO");
	path_expect(p, p->world.host[0].net->mib[MIB_TcpExt_TCPLossProbes] == 1, "%u probes",
		    (u32)p->world.host[0].net->mib[MIB_TcpExt_TCPLossProbes]);
	path_exit(p);
}

/* TCP-CC-10: losses and their repair leave no burst behind; ACK clocking goes on. */
static void no_burst_after_recovery(struct path *p)
{
	path_init(p, 20, 20, 1);
	path_flow(p, "reno");
	path_run(p, 5000);
	path_watch_bursts(p);
	path_mark(p);
	path_run(p, 20000);
	path_expect(p, path_retrans(p) > 0, "%u retransmissions", path_retrans(p));
	path_expect(p, p->burst_max <= 4, "%u segments at once", p->burst_max);
	path_exit(p);
}

/* TCP-CC-03: one segment more per round trip, with a receiver that delays ACKs. */
static void reno_slope(struct path *p)
{
	u32 cwnd;

	path_init(p, 1000, 100, 10);
	path_flow(p, "reno");
	path_run(p, 350);
	path_tcp(p, 0)->snd_ssthresh = cwnd = path_tcp(p, 0)->snd_cwnd;
	path_run(p, 10000);
	cwnd = path_tcp(p, 0)->snd_cwnd - cwnd;
	path_expect(p, cwnd >= 92 && cwnd <= 102, "%u segments in 100 round trips", cwnd);
	path_exit(p);
}

/* -- many -------------------------------------------------------------------------------------- */

/* 10,000 connections through one bottleneck, all alive at once: every byte arrives, nothing is left. */
static void many_flows(struct path *p)
{
	enum { MANY = 10000 };
	u32 n = getenv("SIM_LONG") && !getenv("SIM_BRIEF") ? MANY : MANY / 10;

	path_init(p, 200, 20, 4);
	p->world.check_every = 1 << 14;
	for (u32 i = 0; i < n; i++) {
		path_flow_sized(p, all_ccs[i % 4], 20000);
		if (i % 100 == 99)
			path_run(p, 1);
	}
	path_finish(p, 3600 * 1000);
	path_expect(p, p->failed_flows == 0, "%u flows of %u failed", p->failed_flows, n);
	path_exit(p);
}

/* ---------------------------------------------------------------------------------------------- */

static const struct scenario scenarios[] = {
	{ "TCP-CC-11 fairness of equal flows", fairness, true },
	{ "TCP-CC-11 two round trips", two_rtts, true },
	{ "TCP-BBR-08 beside cubic", beside_cubic, true },
	{ "a buffer of 30 BDP", bufferbloat, false },
	{ "dctcp behind a queue that marks", ce_queue_dctcp, false },
	{ "TCP-CUB-02 cubic and ECN behind a queue that marks", ce_queue_cubic, false },
	{ "a policer", policer, true },
	{ "30 % of ACKs lost", ack_loss, true },
	{ "a slow way back", asymmetric, true },
	{ "TCP-FRTO-05 a delay spike", delay_spike, false },
	{ "a link that is down for 3 s", link_flap, true },
	{ "another path", path_change, true },
	{ "TCP-RACK-07 reordering", reordering, true },
	{ "TCP-TLP-04 the tail is lost", tail_loss, false },
	{ "TCP-CC-10 no burst after recovery", no_burst_after_recovery, false },
	{ "TCP-CC-03 additive increase", reno_slope, false },
	{ "thousands of flows", many_flows, false },
};

int main(int argc, char **argv)
{
	return path_main(argc, argv, "tests/sim/congest", scenarios, ARRAY_SIZE(scenarios));
}
