// SPDX-License-Identifier: BSD-2-Clause
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

#define EPOCH (1000 * NSEC_PER_SEC) /* a clock that starts at 0 hides bugs */

static void *hook_alloc(void *ctx, size_t size)
{
	struct host *h = ctx;
	void *p = malloc(size);

	if (p)
		h->allocated += size;
	return p;
}

static void hook_free(void *ctx, void *p, size_t size)
{
	struct host *h = ctx;

	h->allocated -= size;
	free(p);
}

static void hook_kick(void *ctx)
{
	((struct host *)ctx)->kicked = true;
}

static void hook_trace(void *ctx, const struct trace_event *ev)
{
	if (ev->point == TRACE_kfree_skb)
		((struct host *)ctx)->dropped[ev->a]++;
}

void world_init(struct world *w, u64 seed)
{
	*w = (struct world){ .seed = seed, .now = EPOCH, .started = EPOCH, .check_every = 1,
			     .replay = "tests/sim/soak" };
	prng_seed(&w->prng, seed);
	w->actors = RB_ROOT_CACHED;
}

int world_add_host(struct world *w)
{
	struct host *h = &w->host[w->nr_hosts];
	struct net_cfg cfg = {
		.ctx = h,
		.alloc = hook_alloc,
		.free = hook_free,
		.kick = hook_kick,
		.trace = hook_trace,
		.seed = prng_u64(&w->prng),
		.now_ns = w->now,
		.wall_offset_ns = 1700000000ull * NSEC_PER_SEC,
	};

	h->world = w;
	h->net = net_create(&cfg);
	if (!h->net || loopback_create(h->net))
		sim_fail(w, "no memory for a host");
	if (sysctl_set(h->net, "net.ipv6.conf.default.accept_ra", "0"))	/* there is none */
		sim_fail(w, "no such sysctl");
	h->net->trace_mask = 1ull << TRACE_kfree_skb;
	return (int)w->nr_hosts++;
}

static void observe(void *arg, int dir, u64 now_ns, const u8 *frame, u32 len)
{
	struct world *w = arg;

	w->frames++;
	if (w->digested) {
		struct siphash_key key = { { w->digest, now_ns ^ (u64)dir } };

		w->digest = siphash(frame, len, &key);
	}
	if (w->pcap_dump) {
		struct pcap_pkthdr h = { .caplen = len, .len = len };

		h.ts.tv_sec = (time_t)(now_ns / NSEC_PER_SEC);
		h.ts.tv_usec = (suseconds_t)(now_ns % NSEC_PER_SEC);
		pcap_dump(w->pcap_dump, &h, frame);
	}
}

void world_prefix(const struct world *w, int wire, int end, u16 family, struct inet_prefix *p)
{
	char text[64];

	if (family == INET_FAMILY_4)
		snprintf(text, sizeof(text), "10.%d.0.%d/24", wire, end + 1);
	else
		snprintf(text, sizeof(text), "fd00:%x::%d/64", wire, end + 1);
	if (!inet_prefix_parse(text, p))
		sim_fail(w, "no address: %s", text);
}

static void configure_end(struct world *w, int wire, int end, struct net_device *dev)
{
	static const u16 families[] = { INET_FAMILY_4, INET_FAMILY_6 };
	struct inet_prefix p;

	if (dev_open(dev))
		sim_fail(w, "device does not open");
	for (int i = 0; i < 2; i++) {
		world_prefix(w, wire, end, families[i], &p);
		if (inet_ifaddr_add(dev->net, dev, &p, WORLD_NODAD))
			sim_fail(w, "address of wire %d refused", wire);
	}
}

int world_join(struct world *w, int a, int b, u32 mtu, bool offload)
{
	int wire = (int)w->nr_wires++, end;
	char name[2][16];
	struct wire_sim_end ends[2] = {
		{ .net = w->host[a].net, .name = name[0], .mtu = mtu, .offload = offload },
		{ .net = w->host[b].net, .name = name[1], .mtu = mtu, .offload = offload },
	};

	for (end = 0; end < 2; end++) {
		u8 mac[6] = { 2, 0, 0, 0, (u8)wire, (u8)(end + 1) };

		snprintf(name[end], sizeof(name[end]), "eth%d", wire);
		memcpy(ends[end].mac, mac, sizeof(mac));
	}
	w->wire[wire] = wire_sim_create(prng_u64(&w->prng), ends);
	if (!w->wire[wire])
		sim_fail(w, "no memory for a wire");
	wire_sim_observe(w->wire[wire], observe, w);
	for (end = 0; end < 2; end++)
		configure_end(w, wire, end, wire_sim_dev(w->wire[wire], end));
	return wire;
}

void world_link(struct world *w, int wire, const struct wire_sim_params *both)
{
	wire_sim_set(w->wire[wire], 0, both);
	wire_sim_set(w->wire[wire], 1, both);
}

bool world_capture(struct world *w, const char *path)
{
	w->pcap = pcap_open_dead_with_tstamp_precision(1, 262144, PCAP_TSTAMP_PRECISION_NANO);
	w->pcap_dump = w->pcap ? pcap_dump_open(w->pcap, path) : NULL;
	return w->pcap_dump != NULL;
}

void world_exit(struct world *w)
{
	u32 i;

	invariants_drops(w);
	for (i = 0; i < w->nr_wires; i++)
		wire_sim_destroy(w->wire[i]);
	for (i = 0; i < w->nr_hosts; i++) {
		net_destroy(w->host[i].net);
		if (w->host[i].allocated)
			sim_fail(w, "host %u leaks %llu octets", i,
				 (unsigned long long)w->host[i].allocated);
	}
	if (w->pcap_dump)
		pcap_dump_close(w->pcap_dump);
	if (w->pcap)
		pcap_close(w->pcap);
	invariants_free(w);
}

static bool actor_before(const struct actor *a, const struct actor *b)
{
	return a->wake_at != b->wake_at ? a->wake_at < b->wake_at : a->order < b->order;
}

static void actor_queue(struct actor *a, u64 wake_at)
{
	struct world *w = a->world;
	struct rb_node **link = &w->actors.rb_root.rb_node, *parent = NULL;
	bool leftmost = true;

	a->wake_at = wake_at;
	a->order = w->actor_order++;
	while (*link) {
		parent = *link;
		if (actor_before(a, rb_entry(parent, struct actor, node))) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			leftmost = false;
		}
	}
	rb_link_node(&a->node, parent, link);
	rb_insert_color_cached(&a->node, &w->actors, leftmost);
}

void actor_add(struct world *w, struct actor *a, void (*fn)(struct actor *a), u64 wake_at)
{
	a->world = w;
	a->fn = fn;
	actor_queue(a, wake_at);
}

void actor_del(struct actor *a)
{
	rb_erase_cached(&a->node, &a->world->actors);
}

void actor_wake(struct actor *a, u64 at)
{
	if (at >= a->wake_at)
		return;
	actor_del(a);
	actor_queue(a, at);
}

void actor_poke(struct actor *a)
{
	actor_wake(a, a->world->now);
}

static bool run_hosts(struct world *w)
{
	bool more = false;
	u32 i;

	for (i = 0; i < w->nr_hosts; i++) {
		struct host *h = &w->host[i];

		h->kicked = false;
		if (net_run(h->net, w->now, 0) || h->kicked)
			more = true;
	}
	return more;
}

static struct actor *first_actor(const struct world *w)
{
	struct rb_node *node = rb_first_cached(&w->actors);

	return node ? rb_entry(node, struct actor, node) : NULL;
}

static bool run_actors(struct world *w)
{
	bool ran = false;
	struct actor *a;

	while ((a = first_actor(w)) && a->wake_at <= w->now) {
		actor_del(a);
		actor_queue(a, U64_MAX);
		a->fn(a);
		ran = true;
	}
	return ran;
}

/* All that can happen at the present moment. */
static void settle(struct world *w)
{
	u32 i, rounds = 0;
	bool more = true;

	while (more) {
		if (rounds++ > 1000000)
			sim_fail(w, "time stands still: endless work at one moment");
		for (i = 0; i < w->nr_wires; i++)
			wire_sim_run(w->wire[i], w->now);
		more = run_hosts(w);
		more |= run_actors(w);
		for (i = 0; i < w->nr_wires; i++)
			more |= wire_sim_deadline(w->wire[i]) <= w->now;
		for (i = 0; i < w->nr_hosts; i++)
			more |= w->host[i].kicked;
	}
}

static u64 next_event(const struct world *w)
{
	const struct actor *a = first_actor(w);
	u64 next = a ? a->wake_at : U64_MAX;
	u32 i;

	for (i = 0; i < w->nr_hosts; i++)
		next = min_t(u64, next, net_deadline(w->host[i].net));
	for (i = 0; i < w->nr_wires; i++)
		next = min_t(u64, next, wire_sim_deadline(w->wire[i]));
	return next;
}

bool world_run(struct world *w, u64 limit_ns, bool (*done)(void *arg), void *arg)
{
	u64 end = w->now + limit_ns;

	for (;;) {
		u64 next;

		w->steps++;
		settle(w);
		if (w->check_every && w->steps % w->check_every == 0)
			invariants_check(w);
		if (done && done(arg))
			return true;
		next = next_event(w);
		if (next > end) {
			w->now = end;
			settle(w);
			return false;
		}
		w->now = max_t(u64, next, w->now);
	}
}

void world_run_for(struct world *w, u64 ns)
{
	world_run(w, ns, NULL, NULL);
}

void world_must_be_silent(struct world *w, u64 ns)
{
	u64 before = w->frames;

	world_run_for(w, ns);
	if (w->frames != before)
		sim_fail(w, "TCP-INV-09: %llu frames without a cause",
			 (unsigned long long)(w->frames - before));
}

u32 world_addr(struct world *w, int wire, int end, u16 family, u16 port, u8 sa[28])
{
	(void)w;
	memset(sa, 0, 28);
	memcpy(sa, &family, 2);
	put_be16(sa + 2, port);
	if (family == INET_FAMILY_4) {
		u8 a[4] = { 10, (u8)wire, 0, (u8)(end + 1) };

		memcpy(sa + 4, a, 4);
		return 16;
	}
	put_be16(sa + 8, 0xfd00);
	put_be16(sa + 10, (u16)wire);
	sa[23] = (u8)(end + 1);
	return 28;
}

void sim_fail(const struct world *w, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "not ok - seed %llu at %.6f s: ", (unsigned long long)w->seed,
		(double)(w->now - w->started) / 1e9);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nreplay: %s --seed %llu --verbose --pcap failure.pcap\n", w->replay,
		(unsigned long long)w->seed);
	exit(1);
}
