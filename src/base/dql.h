/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Dynamic queue limit: how many octets a device should be given at once. The limit rises when the
 * device ran dry while its producer was held back, and falls by what was never needed: the least
 * that was left at any completion of an interval. So it settles at just enough, and what waits
 * beyond it waits in the queueing discipline, where it can still be scheduled.
 */
#ifndef BASE_DQL_H
#define BASE_DQL_H

#include "base/types.h"

struct dql {
	u32 queued, completed;		/* octets, free-running */
	u32 limit;
	/* What the limit is put between at a completion; if both cannot be kept, max_limit is. */
	u32 min_limit, max_limit;
	u32 slack;			/* least that was left while the producer was held; U32_MAX: none */
	u64 slack_until;		/* end of the interval that slack is of */
	u64 hold_ns;			/* that interval: the limit falls once in this time */
	bool held;			/* the limit stopped the producer */
};

#define DQL_HOLD_NS 1000000000ull	/* hold_ns to begin with */
/* Octets in flight are counted modulo 2^32: half of that, and room for a packet beyond the limit. */
#define DQL_MAX_LIMIT (U32_MAX / 2 - U32_MAX / 16)

void dql_init(struct dql *q);
void dql_reset(struct dql *q);		/* nothing is queued any more; the limit is kept */

static inline u32 dql_inflight(const struct dql *q)
{
	return q->queued - q->completed;
}

/* The producer handed octets over. false: it has to stop now. */
static inline bool dql_queued(struct dql *q, u32 octets)
{
	q->queued += octets;
	q->held |= dql_inflight(q) > q->limit;
	return dql_inflight(q) <= q->limit;
}

/* The device is done with octets, of those that were queued. true: the producer may go on. */
bool dql_completed(struct dql *q, u32 octets, u64 now_ns);

#endif
