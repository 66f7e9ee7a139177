// SPDX-License-Identifier: BSD-2-Clause
/* Clock, randomness and memory of the host system. */
#include <stdlib.h>
#include <time.h>

#include <sys/random.h>

#include "host/host.h"

static uint64_t read_clock(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

uint64_t host_now_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t host_wall_ns(void)
{
	return read_clock(CLOCK_REALTIME);
}

uint64_t host_random_u64(void)
{
	uint64_t v;

	/* Sequence numbers and hash keys depend on it: guessable is worse than not starting. */
	if (getrandom(&v, sizeof(v), 0) != sizeof(v))
		abort();
	return v;
}

void *host_alloc(void *ctx, size_t size)
{
	(void)ctx;
	return malloc(size);
}

void host_free(void *ctx, void *p, size_t size)
{
	(void)ctx;
	(void)size;
	free(p);
}
