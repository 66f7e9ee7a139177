/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A world of several stacks joined by simulated wires, in virtual time. Everything that happens
 * follows from the seed: the same seed gives the same frames at the same nanoseconds.
 *
 *	host 0 ---- wire 0 ---- host 1
 *	10.0.0.1/24, fd00::1/64       10.0.0.2/24, fd00::2/64	(wire w: 10.w.0.x, fd00:w::x)
 */
#ifndef NETSTACK_TESTS_SIM_WORLD_H
#define NETSTACK_TESTS_SIM_WORLD_H

#include "drivers/drivers.h"
#include "socket/socket.h"

enum {
	WORLD_MAX_HOSTS = 8,
	WORLD_MAX_WIRES = 8,
	WORLD_NODAD = 0x02, /* IFA_F_NODAD: usable at once */
};

struct world;

/* Something that wants to run at a time of its own: an application. */
struct actor {
	struct rb_node node; /* in the world's, by wake_at */
	u64 wake_at; /* absolute ns; UINT64_MAX: when poked only. Set it by actor_wake() */
	u64 order;   /* among equals: who asked first */
	void (*fn)(struct actor *a);
	struct world *world;
};

struct host {
	struct world *world;
	struct net *net;
	bool kicked;
	u64 allocated; /* octets held from the hook */
	u64 dropped[SKB_DROP_MAX]; /* packets whose end was seen, by the reason told */
};

struct world {
	u16 bulk_family;	/* of bulk flows; 0: IPv4 */
	u64 seed, now, started;
	struct prng prng; /* the scenario's and applications' randomness */
	struct host host[WORLD_MAX_HOSTS];
	struct wire_sim *wire[WORLD_MAX_WIRES];
	u32 nr_hosts, nr_wires;
	struct rb_root_cached actors;
	u64 actor_order;
	u64 digest; /* if digested: over every frame offered to a wire, with its time */
	bool digested; /* false: a fifth of the time less */
	u64 frames;
	void *pcap, *pcap_dump; /* optional capture of the same */
	u64 steps;
	u32 check_every; /* steps between looks at the invariants; 0: never */
	struct invariants *invariants;
	const char *replay; /* command that repeats this run, but for the seed */
};

void world_init(struct world *w, u64 seed);
int world_add_host(struct world *w); /* its index */
/* Joins hosts a and b by a new wire with addresses as drawn above; the wire's index. */
int world_join(struct world *w, int a, int b, u32 mtu, bool offload);
void world_link(struct world *w, int wire, const struct wire_sim_params *both);
bool world_capture(struct world *w, const char *path);
/* Sends everything on its way home, destroys the nets (they check for leaks) and the wires. */
void world_exit(struct world *w);

void actor_add(struct world *w, struct actor *a, void (*fn)(struct actor *a), u64 wake_at);
void actor_del(struct actor *a);
void actor_poke(struct actor *a); /* run as soon as the present work is done */
void actor_wake(struct actor *a, u64 at); /* run at that time, or as asked before if earlier */

/* Runs until done(arg) or the virtual time limit; true if done. */
bool world_run(struct world *w, u64 limit_ns, bool (*done)(void *arg), void *arg);
void world_run_for(struct world *w, u64 ns);

/* The address of side end (0 or 1) of a wire, as drawn above. */
void world_prefix(const struct world *w, int wire, int end, u16 family, struct inet_prefix *p);
/* sockaddr of host side end (0 or 1) of a wire; returns its length */
u32 world_addr(struct world *w, int wire, int end, u16 family, u16 port, u8 sa[28]);

/* invariant.c: looks at every TCP socket; sim_fail() if one is not as it must be (1.11) */
void invariants_check(struct world *w);
void invariants_free(struct world *w);
void invariants_drops(struct world *w); /* while the nets are still there */
/* TCP-INV-09: nothing happens any more, so nothing is sent for so long. */
void world_must_be_silent(struct world *w, u64 ns);

/* A broken invariant: prints what and how to replay, and ends the process with status 1. */
void sim_fail(const struct world *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), noreturn));

#endif
