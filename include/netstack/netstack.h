/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Embedding: a network stack as an object. The host supplies memory, time and randomness, calls
 * netstack_run() when asked to, and one thread owns the object. Devices, addresses and sockets are
 * added with the calls of the source tree's room headers, which take the struct net of
 * netstack_net(); their ABI is not stable yet.
 */
#ifndef NETSTACK_NETSTACK_H
#define NETSTACK_NETSTACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct net;
struct netstack;

struct netstack_config {
	void *ctx;						/* first argument of the hooks */
	void *(*alloc)(void *ctx, size_t size);			/* NULL on failure */
	void (*free)(void *ctx, void *p, size_t size);
	void (*kick)(void *ctx);	/* work waits: call netstack_run() soon. May be NULL */
	void (*log)(void *ctx, int level, const char *line);	/* level as syslog. May be NULL */
	uint64_t seed;			/* from a good source: secrets derive from it */
	uint64_t now_ns;		/* the clock's start; it only has to be monotonic */
	uint64_t wall_offset_ns;	/* wall clock = clock + this */
};

/* NULL: no memory. */
struct netstack *netstack_create(const struct netstack_config *config);
/* Ends all sockets and devices and gives all memory back. Not from within a hook. */
void netstack_destroy(struct netstack *stack);
/*
 * One turn: timers, received frames (at most budget, 0: the default), deferred work. True: more
 * is left, call again at once. False: idle until netstack_deadline(), a frame or a call.
 */
bool netstack_run(struct netstack *stack, uint64_t now_ns, int budget);
/* When to run next at the latest, on the clock of now_ns; UINT64_MAX: no timer is armed. */
uint64_t netstack_deadline(const struct netstack *stack);
/* The net behind it, for the calls of the source tree. */
struct net *netstack_net(struct netstack *stack);

#ifdef __cplusplus
}
#endif

#endif
