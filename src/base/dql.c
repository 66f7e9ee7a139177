/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/dql.h"

#include "base/assert.h"

void dql_init(struct dql *q)
{
	*q = (struct dql){ .max_limit = DQL_MAX_LIMIT, .hold_ns = DQL_HOLD_NS, .slack = U32_MAX };
}

void dql_reset(struct dql *q)
{
	q->queued = q->completed = 0;
	q->slack = U32_MAX;
	q->held = false;
}

static void dql_raise(struct dql *q, u32 octets)
{
	q->limit += min(octets, DQL_MAX_LIMIT - q->limit);
	q->slack = U32_MAX;
}

static void dql_lower(struct dql *q)
{
	if (q->slack != U32_MAX)
		q->limit -= min(q->slack, q->limit);
	q->slack = U32_MAX;
}

bool dql_completed(struct dql *q, u32 octets, u64 now_ns)
{
	u32 left;

	ASSERT(octets <= dql_inflight(q));
	q->completed += octets;
	left = dql_inflight(q);
	if (q->held && !left) {
		dql_raise(q, octets);
		q->slack_until = now_ns + q->hold_ns;
	} else if (q->held) {
		q->slack = min(q->slack, left);
	}
	if (now_ns >= q->slack_until) {
		dql_lower(q);
		q->slack_until = now_ns + q->hold_ns;
	}
	q->limit = min(max(q->limit, q->min_limit), q->max_limit);
	q->held = left > q->limit;
	return !q->held;
}
