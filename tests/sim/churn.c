// SPDX-License-Identifier: BSD-2-Clause
#include "churn.h"

#include <errno.h>

enum { MAX_PAUSE_NS = 500 * NSEC_PER_MSEC };

static void expect(const struct churn *c, const char *what, int ret, int allowed)
{
	if (ret && ret != allowed)
		sim_fail(c->actor.world, "%s: %d", what, ret);
}

static void set_mtu(struct churn *c, struct net_device *dev)
{
	static const u32 sizes[] = { 68, 576, 1000, 1279, 1280, 1400 };
	struct prng *r = &c->actor.world->prng;

	expect(c, "MTU", dev_set_mtu(dev, prng_chance(r, 1, 2) ? c->mtu : sizes[prng_below(r, 6)]), 0);
}

static void change_address(struct churn *c, struct net_device *dev, int end)
{
	struct world *w = c->actor.world;
	struct inet_prefix p;

	world_prefix(w, c->wire, end, prng_chance(&w->prng, 1, 2) ? INET_FAMILY_4 : INET_FAMILY_6, &p);
	if (prng_chance(&w->prng, 1, 2)) {
		expect(c, "address", inet_ifaddr_del(dev->net, dev, &p), -EADDRNOTAVAIL);
	} else {
		/* refused while it is there, or IPv6 is off */
		(void)inet_ifaddr_add(dev->net, dev, &p, WORLD_NODAD);
	}
}

static void change(struct churn *c)
{
	struct world *w = c->actor.world;
	int end = (int)prng_below(&w->prng, 2);
	struct net_device *dev = wire_sim_dev(w->wire[c->wire], end);

	c->changes++;
	switch (prng_below(&w->prng, 4)) {
	case 0:
		expect(c, "down", dev_close(dev), 0);
		break;
	case 1:
		expect(c, "up", dev_open(dev), 0);
		break;
	case 2:
		set_mtu(c, dev);
		break;
	default:
		change_address(c, dev, end);
	}
}

static void restore(struct churn *c)
{
	static const u16 families[] = { INET_FAMILY_4, INET_FAMILY_6 };
	struct world *w = c->actor.world;
	struct inet_prefix p;

	for (int end = 0; end < 2; end++) {
		struct net_device *dev = wire_sim_dev(w->wire[c->wire], end);

		expect(c, "up again", dev_open(dev), 0);
		expect(c, "MTU again", dev_set_mtu(dev, c->mtu), 0);
		for (int i = 0; i < 2; i++) {
			world_prefix(w, c->wire, end, families[i], &p);
			expect(c, "address again", inet_ifaddr_add(dev->net, dev, &p, WORLD_NODAD), -EEXIST);
		}
	}
}

static void churn_run(struct actor *a)
{
	struct churn *c = container_of(a, struct churn, actor);

	if (a->world->now >= c->until) {
		restore(c);
		actor_wake(a, UINT64_MAX);
		return;
	}
	change(c);
	actor_wake(a, a->world->now + prng_range(&a->world->prng, 1, MAX_PAUSE_NS));
}

void churn_start(struct churn *c, struct world *w, int wire, u64 duration_ns)
{
	*c = (struct churn){ .wire = wire, .mtu = wire_sim_dev(w->wire[wire], 0)->mtu,
			     .until = w->now + duration_ns };
	actor_add(w, &c->actor, churn_run, w->now);
}
