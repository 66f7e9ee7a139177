// SPDX-License-Identifier: BSD-2-Clause
/*
 * bbr: the states of both versions of BBR, watched every 5 ms over a path of 20 Mbit/s and 50 ms
 * (83 segments) with two BDPs of buffer.
 */
#include "path.h"

enum { MBIT = 20, RTT_MS = 50, BDP = 83, STEP_MS = 5, BBR_EVEN = 256 };

static const struct version {
	const char *cc;
	u32 startup, drain; /* pacing gains, 256 is 1 */
	u32 down, up;
} versions[] = { { "bbr", 739, 88, 192, 320 }, { "bbr3", 709, 128, 230, 320 } };

static void begin(struct path *p, const struct version *v, double buffer)
{
	path_init(p, MBIT, RTT_MS, buffer);
	path_flow_sized(p, v->cc, 1); /* resolves addresses */
	path_finish(p, 10000);
	path_flow(p, v->cc);
	path_run(p, 120);
	path_mark(p);
}

static double bw_mbit(const struct tcp_bbr_info_abi *i)
{
	return (double)(i->bw_lo | (u64)i->bw_hi << 32) * 8 / 1e6;
}

/* Runs until the pacing gain is not of those two any more; ms it took, or -1. */
static int until_gain_leaves(struct path *p, u32 a, u32 b)
{
	for (int ms = 0; ms < 5000; ms += STEP_MS) {
		u32 gain = path_bbr(p, 1).pacing_gain;

		if (gain != a && gain != b)
			return ms;
		path_run(p, STEP_MS);
	}
	return -1;
}

/* TCP-BBR-01: 2.89 or 2.77, until three rounds brought less than a quarter more. */
static void startup(struct path *p)
{
	for (u32 k = 0; k < 2; k++) {
		const struct version *v = &versions[k];
		struct tcp_bbr_info_abi i;
		int full = 0, left;

		begin(p, v, 2);
		i = path_bbr(p, 1);
		path_expect(p, i.pacing_gain == v->startup, "%s: gain %u", v->cc, i.pacing_gain);
		while (bw_mbit(&i) < 0.95 * MBIT * 1448 / 1514 && full < 3000) {
			path_run(p, STEP_MS);
			full += STEP_MS;
			i = path_bbr(p, 1);
		}
		path_expect(p, i.pacing_gain == v->startup, "%s: full after %d ms", v->cc, full);
		left = until_gain_leaves(p, v->startup, v->startup);
		/* the rounds are longer by the queue that they make */
		path_expect(p, left >= 2 * RTT_MS && left <= 15 * RTT_MS,
			    "%s: %d ms more", v->cc, left);
		path_exit(p);
	}
}

/* TCP-BBR-02: the queue is gone before it goes on. */
static void drain(struct path *p)
{
	for (u32 k = 0; k < 2; k++) {
		const struct version *v = &versions[k];
		u32 in_flight;

		begin(p, v, 2);
		until_gain_leaves(p, v->startup, v->startup);
		path_expect(p, path_bbr(p, 1).pacing_gain == v->drain, "%s: gain %u", v->cc,
			    path_bbr(p, 1).pacing_gain);
		until_gain_leaves(p, v->drain, v->drain);
		in_flight = tcp_packets_in_flight(path_tcp(p, 1));
		path_expect(p, in_flight <= BDP + BDP / 10 + 6, "%s: %u in flight", v->cc, in_flight);
		path_exit(p);
	}
}

/* TCP-BBR-03: mostly even, the probe and what makes up for it now and then. */
static void cycle(struct path *p)
{
	for (u32 k = 0; k < 2; k++) {
		const struct version *v = &versions[k];
		u32 even = 0, up = 0, down = 0, n = 0;

		begin(p, v, 2);
		until_gain_leaves(p, v->startup, v->drain);
		for (int ms = 0; ms < 9000; ms += STEP_MS, n++) {
			u32 gain = path_bbr(p, 1).pacing_gain;

			even += gain == BBR_EVEN;
			up += gain == v->up;
			down += gain == v->down;
			path_run(p, STEP_MS);
		}
		path_expect(p, even + up + down == n, "%s: even %u, up %u, down %u of %u", v->cc,
			    even, up, down, n);
		path_expect(p, even > n / 2 && up >= n / 100 && down >= n / 100, "%s: shares", v->cc);
		path_exit(p);
	}
}

/* TCP-BBR-04: every 10 s four segments, or every 5 s half the BDP, for 200 ms. */
static void probe_rtt(struct path *p)
{
	for (u32 k = 0; k < 2; k++) {
		const struct version *v = &versions[k];
		u32 low = k ? BDP / 2 + 2 : 4, times = 0, longest = 0, now = 0;

		begin(p, v, 2);
		until_gain_leaves(p, v->startup, v->drain);
		for (int ms = 0; ms < 22000; ms += STEP_MS) {
			if (tcp_packets_in_flight(path_tcp(p, 1)) <= low) {
				times += !now;
				now += STEP_MS;
				longest = max(longest, now);
			} else {
				now = 0;
			}
			path_run(p, STEP_MS);
		}
		path_expect(p, k ? times >= 3 && times <= 8 : times == 2, "%s: %u times", v->cc, times);
		path_expect(p, longest >= 195 && longest <= 200 + 3 * RTT_MS, "%s: %u ms", v->cc,
			    longest);
		path_exit(p);
	}
}

/* TCP-BBR-05: a buffer of a third of the BDP. Version 3 learns what it holds, version 1 does not. */
static void loss_bound(struct path *p)
{
	double lost[2];

	for (u32 k = 0; k < 2; k++) {
		begin(p, &versions[k], 0.33);
		path_run(p, 10000);
		path_mark(p);
		path_run(p, 30000);
		lost[k] = 100.0 * path_retrans(p) / (path_tcp(p, 1)->data_segs_out - p->segs_at_mark);
		path_expect(p, path_goodput(p, 1) >= 85, "%s: %.1f %%, %.2f %% lost", versions[k].cc,
			    path_goodput(p, 1), lost[k]);
		path_exit(p);
	}
	path_expect(p, lost[1] <= 2 && lost[1] < lost[0] / 2, "version 3 loses less");
}

/* TCP-BBR-06: a hundredth below the bandwidth, in bursts of a send quantum (2 segments here). */
static void pacing(struct path *p)
{
	for (u32 k = 0; k < 2; k++) {
		const struct version *v = &versions[k];
		u32 even = 0, right = 0;

		begin(p, v, 2);
		until_gain_leaves(p, v->startup, v->drain);
		path_watch_bursts(p);
		for (int ms = 0; ms < 4000; ms += STEP_MS) {
			struct tcp_bbr_info_abi i = path_bbr(p, 1);
			double pace = (double)tcp_to_sk(path_tcp(p, 1))->sk_pacing_rate * 8 / 1e6;

			if (i.pacing_gain == BBR_EVEN) {
				even++;
				right += pace >= 0.985 * bw_mbit(&i) && pace <= 0.991 * bw_mbit(&i);
			}
			path_run(p, STEP_MS);
		}
		path_expect(p, even && right == even, "%s: %u of %u with the margin", v->cc, right,
			    even);
		path_expect(p, p->burst_max <= 2, "%s: %u at once", v->cc, p->burst_max);
		path_exit(p);
	}
}

static const struct scenario scenarios[] = {
	{ "TCP-BBR-01 startup", startup, false },
	{ "TCP-BBR-02 drain", drain, false },
	{ "TCP-BBR-03 the cycle", cycle, true },
	{ "TCP-BBR-04 probing the round trip", probe_rtt, true },
	{ "TCP-BBR-05 the loss bound", loss_bound, true },
	{ "TCP-BBR-06 pacing", pacing, false },
};

int main(int argc, char **argv)
{
	return path_main(argc, argv, "tests/sim/bbr", scenarios, ARRAY_SIZE(scenarios));
}
