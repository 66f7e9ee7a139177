/* SPDX-License-Identifier: BSD-2-Clause */
/* What chooses queues and bounds them: the Toeplitz hash, the dynamic queue limit. */
#include <criterion/criterion.h>

#include "base/base.h"

/* -- Toeplitz ------------------------------------------------------------------------------- */
static const u8 key[40] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

/* The verification suite of "RSS hashing functions": source, destination, ports. */
Test(toeplitz, published_vectors)
{
	static const u8 a[] = { 66, 9, 149, 187, 161, 142, 100, 80, 0x0a, 0xea, 0x06, 0xe6 };
	static const u8 b[] = { 199, 92, 111, 2, 65, 69, 140, 83, 0x37, 0x96, 0x12, 0x83 };
	static const u8 c[] = {
		0x3f, 0xfe, 0x25, 0x01, 0x02, 0x00, 0x1f, 0xff, 0, 0, 0, 0, 0, 0, 0, 7,
		0x3f, 0xfe, 0x25, 0x01, 0x02, 0x00, 0x00, 0x03, 0, 0, 0, 0, 0, 0, 0, 1,
		0x0a, 0xea, 0x06, 0xe6,
	};

	cr_assert_eq(toeplitz(key, a, 8), 0x323e8fc2);
	cr_assert_eq(toeplitz(key, a, 12), 0x51ccc178);
	cr_assert_eq(toeplitz(key, b, 8), 0xd718262a);
	cr_assert_eq(toeplitz(key, b, 12), 0xc626b0ea);
	cr_assert_eq(toeplitz(key, c, 32), 0x2cc18cd5);
	cr_assert_eq(toeplitz(key, c, 36), 0x40207d3d);
	cr_assert_eq(toeplitz_key_len(sizeof(c)), sizeof(key));
}

/* -- dynamic queue limit --------------------------------------------------------------------- */
enum { FRAME = 1500, ROUNDS = 2000 };
#define ROUND_NS 5000000ull

/*
 * A device that takes rate octets a round, and a producer with frames without end that hands over
 * as many as the limit allows. Returns the rounds in which the device had to idle.
 */
static u32 run_device(struct dql *q, u32 rate, u32 rounds, u64 *now)
{
	u32 idle = 0, i;

	for (i = 0; i < rounds; i++, *now += ROUND_NS) {
		while (dql_inflight(q) <= q->limit && dql_queued(q, FRAME))
			;
		idle += dql_inflight(q) < rate;
		dql_completed(q, min(rate, dql_inflight(q)), *now);
		cr_assert_leq(q->limit, q->max_limit);
	}
	return idle;
}

Test(dql, finds_what_the_device_needs)
{
	struct dql q;
	u64 now = 0;

	dql_init(&q);
	cr_assert_leq(run_device(&q, 30 * FRAME, 100, &now), 10, "rises at once");
	cr_assert_eq(run_device(&q, 30 * FRAME, ROUNDS, &now), 0);
	cr_assert_geq(q.limit, 29 * FRAME);
	cr_assert_leq(q.limit, 90 * FRAME, "%u", q.limit);
}

Test(dql, falls_when_the_device_slows_down)
{
	struct dql q;
	u64 now = 0;

	dql_init(&q);
	run_device(&q, 300 * FRAME, 100, &now);
	cr_assert_geq(q.limit, 299 * FRAME);
	run_device(&q, 10 * FRAME, ROUNDS, &now);
	cr_assert_leq(q.limit, 30 * FRAME, "%u", q.limit);
	cr_assert_leq(run_device(&q, 10 * FRAME, ROUNDS, &now), ROUNDS / 100);
}

Test(dql, bounds_hold)
{
	struct dql q;
	u64 now = 0;

	dql_init(&q);
	q.max_limit = 5 * FRAME;
	run_device(&q, 300 * FRAME, 100, &now);
	cr_assert_eq(q.limit, 5 * FRAME);
	q.min_limit = 4 * FRAME;
	run_device(&q, 1, ROUNDS, &now);
	cr_assert_eq(q.limit, 4 * FRAME);
	dql_reset(&q);
	cr_assert_eq(dql_inflight(&q), 0);
	cr_assert_eq(q.limit, 4 * FRAME, "what was learnt is kept");
}

/* An administrator moves the bounds while it runs. */
Test(dql, bounds_are_moved)
{
	struct dql q;
	u64 now = 0;

	dql_init(&q);
	run_device(&q, 30 * FRAME, 100, &now);
	q.max_limit = 2 * FRAME;
	run_device(&q, 30 * FRAME, 2, &now);
	cr_assert_eq(q.limit, 2 * FRAME, "below what it was");
	q.min_limit = 3 * FRAME;
	run_device(&q, 30 * FRAME, 1, &now);
	cr_assert_eq(q.limit, 2 * FRAME, "both cannot be kept");
	q.max_limit = 5 * FRAME;
	q.limit = 0;
	run_device(&q, FRAME, 1, &now);
	cr_assert_geq(q.limit, 3 * FRAME);
	q.max_limit = DQL_MAX_LIMIT;
	q.limit = DQL_MAX_LIMIT;
	cr_assert(dql_queued(&q, 1u << 30));
	cr_assert(dql_completed(&q, 1u << 30, now));
	cr_assert_leq(q.limit, DQL_MAX_LIMIT);
}

Test(dql, falls_once_in_its_interval)
{
	u64 now[2] = { 0, 0 };
	struct dql q[2];
	u32 i;

	for (i = 0; i < 2; i++) {
		dql_init(&q[i]);
		run_device(&q[i], 300 * FRAME, 100, &now[i]);
	}
	q[1].hold_ns = 20 * ROUND_NS;
	q[1].slack_until = now[1] + q[1].hold_ns;
	q[0].slack_until = now[0] + q[0].hold_ns;
	for (i = 0; i < 2; i++)
		run_device(&q[i], 10 * FRAME, 100, &now[i]);
	cr_assert_geq(q[0].limit, 299 * FRAME, "half a second: %u", q[0].limit);
	cr_assert_leq(q[1].limit, 100 * FRAME, "%u", q[1].limit);
}

/* A producer with less than the limit is never held, and moves nothing. */
Test(dql, an_idle_producer_teaches_nothing)
{
	struct dql q;
	u64 now = 0;
	u32 limit, i;

	dql_init(&q);
	run_device(&q, 20 * FRAME, 100, &now);
	dql_completed(&q, dql_inflight(&q), now);
	now += DQL_HOLD_NS;
	dql_queued(&q, FRAME);
	dql_completed(&q, FRAME, now);	/* the interval of before is over */
	limit = q.limit;
	for (i = 0; i < ROUNDS; i++, now += ROUND_NS) {
		cr_assert(dql_queued(&q, FRAME));
		cr_assert(dql_completed(&q, FRAME, now));
	}
	cr_assert_eq(q.limit, limit);
}
