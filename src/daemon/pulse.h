/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a program's library learns, without a call, that frames have arrived whose effect it cannot see yet:
 * a descriptor that is readable while a device has some that we have not taken, and a page that says whether
 * we are at work on some. Both go to a library with the answer to its HELLO. doc/protocol.md, section 2.
 */
#ifndef NETSTACK_DAEMON_PULSE_H
#define NETSTACK_DAEMON_PULSE_H

#include "base/base.h"
#include "netstack/proto.h"

struct pulse {
	int fds[NSP_PULSE_FDS];		/* NSP_PULSE_*; -1: not there, and no library is told */
	struct nsp_pulse *page;		/* NULL: none */
};

static inline void pulse_init(struct pulse *p)
{
	p->page = NULL;
	for (int i = 0; i < NSP_PULSE_FDS; i++)
		p->fds[i] = -1;
}
/* Never fails: what the kernel does not give, libraries do without. */
void pulse_start(struct pulse *p);
void pulse_stop(struct pulse *p);
void pulse_watch(struct pulse *p, int fd);	/* a device's descriptor, before it is first polled */

static inline bool pulse_on(const struct pulse *p)
{
	return p->page != NULL;
}

/* Frames will be taken from a device, or were handed over by another worker: before the first is.
 * who: worker */
static inline void pulse_busy(struct pulse *p, u32 who)
{
	if (p->page && !(__atomic_load_n(&p->page->busy, __ATOMIC_RELAXED) & 1u << who))
		__atomic_fetch_or(&p->page->busy, 1u << who, __ATOMIC_RELEASE);
}

/* For how long the daemon looks for work before it sleeps: libraries do the same. */
static inline void pulse_spin(struct pulse *p, u64 window_ns)
{
	u32 us = (u32)(window_ns / NSEC_PER_USEC);

	if (p->page && __atomic_load_n(&p->page->spin_us, __ATOMIC_RELAXED) != us)
		__atomic_store_n(&p->page->spin_us, us, __ATOMIC_RELAXED);
}

/* A datagram socket's error lies behind packets: who looks for one asks. */
static inline void pulse_error(struct pulse *p)
{
	if (p->page)
		__atomic_fetch_add(&p->page->errors, 1, __ATOMIC_RELEASE);
}

/* What came of all that this worker has taken was handed to the programs. */
static inline void pulse_idle(struct pulse *p, u32 who)
{
	if (p->page && __atomic_load_n(&p->page->busy, __ATOMIC_RELAXED) & 1u << who)
		__atomic_fetch_and(&p->page->busy, ~(1u << who), __ATOMIC_RELEASE);
}

#endif
