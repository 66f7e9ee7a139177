// SPDX-License-Identifier: BSD-2-Clause
/* The descriptor ring against a model of it: nothing is lost, seen twice or out of order, whatever
 * the interleaving of driver and device. */
#include <errno.h>

#include "drivers/ring.h"
#include "tests/unit/fixture.h"

static struct fixture f;
static struct net *net;

static void setup(void)
{
	net = fixture_net_new(&f, 7);
}

static void teardown(void)
{
	fixture_net_free(&f);
}

TestSuite(ring, .init = setup, .fini = teardown);

static struct sk_buff *numbered(u32 n)
{
	struct sk_buff *skb = alloc_skb(net, 64);

	skb_put_data(skb, &n, sizeof(n));
	return skb;
}

static u32 number_of(const struct sk_buff *skb)
{
	u32 n;

	memcpy(&n, skb->data, sizeof(n));
	return n;
}

Test(ring, sizes_are_powers_of_two)
{
	struct desc_ring r;

	cr_assert_eq(ring_init(&r, 0), -EINVAL);
	cr_assert_eq(ring_init(&r, 24), -EINVAL);
	cr_assert_eq(ring_init(&r, 1), 0);
	ring_exit(&r);
}

Test(ring, full_and_empty)
{
	struct desc_ring r;
	s32 status;
	u32 i;

	cr_assert_eq(ring_init(&r, 8), 0);
	cr_assert_null(ring_device_next(&r));
	cr_assert_null(ring_reclaim(&r, &status));
	for (i = 0; i < 8; i++)
		cr_assert(ring_post(&r, numbered(i)));
	cr_assert_not(ring_post(&r, numbered(8)), "full");
	cr_assert_eq(r.full, 1);
	cr_assert_null(ring_reclaim(&r, &status), "the device has them all");
	ring_device_done(&r, -EIO);
	consume_skb(ring_reclaim(&r, &status));
	cr_assert_eq(status, -EIO);
	cr_assert_eq(ring_room(&r), 1);
	ring_exit(&r); /* frees the seven that are left: the fixture checks */
}

/* Packets of several descriptors, as an e1000 posts them, among single ones. */
Test(ring, random_interleavings)
{
	struct prng p;
	u32 posted = 0, worked = 0, seen = 0, slots = 0, step;
	struct desc_ring r;

	prng_seed(&p, 11);
	cr_assert_eq(ring_init(&r, 16), 0);
	r.post = r.device = r.reclaim = r.rung = (u32)-20; /* wraps soon */
	for (step = 0; step < 200000; step++) {
		u32 span = 1 + prng_below(&p, 3), i;
		struct sk_buff *skb;
		s32 status;

		switch (prng_below(&p, 3)) {
		case 0:
			if (ring_room(&r) < span)
				break;
			for (i = 1; i < span; i++)
				cr_assert_eq(ring_reserve(&r)->flags, RING_DESC_OWN);
			cr_assert(ring_post(&r, numbered(posted++)));
			break;
		case 1:
			if (!ring_device_next(&r))
				break;
			cr_assert_eq(ring_device_next(&r)->flags, RING_DESC_OWN);
			worked += ring_device_next(&r)->skb != NULL;
			ring_device_done(&r, (s32)slots++);
			break;
		default:
			if (r.reclaim == r.device)
				break;
			skb = ring_reclaim(&r, &status);
			if (!skb)
				break;
			cr_assert_eq(number_of(skb), seen, "in order");
			seen++;
			consume_skb(skb);
		}
		cr_assert_leq(r.post - r.reclaim, 16);
		cr_assert(seen <= worked && worked <= posted);
	}
	cr_assert_gt(seen, 10000);
	ring_exit(&r);
}
