/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long to look for work before sleeping. A wake-up costs some ten microseconds, which a loop that
 * is still looking saves. Fixed: always max_ns. Adaptive: as long as it pays. The window grows
 * when work came soon after it, and halves when none came for longer than max_ns or when others
 * wanted the processor; a loop without work for a while does not look at all.
 */
#ifndef NETSTACK_HOST_SPIN_H
#define NETSTACK_HOST_SPIN_H

#include <stdbool.h>
#include <stdint.h>

struct host_spin {
	uint64_t max_ns;	/* 0: never */
	bool adaptive;
	uint64_t window_ns;	/* adaptive: how long it looks now */
};

static inline uint64_t host_spin_window(const struct host_spin *s)
{
	return s->adaptive ? s->window_ns : s->max_ns;
}

/* Work came idle_ns after there was none left, found by looking or by a wake-up. */
void host_spin_idle(struct host_spin *s, uint64_t idle_ns);
/* Somebody else used the processor while we looked. */
void host_spin_contended(struct host_spin *s);

#endif
