/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tracepoints. A row of trace.def: TRACE(name, "system", "format description"). A point that
 * nobody watches costs one load and one branch. Watchers get a struct trace_event whose text
 * the core has rendered into a fixed buffer.
 */
#ifndef NETSTACK_CORE_TRACE_H
#define NETSTACK_CORE_TRACE_H

#include "base/base.h"

struct net;
struct net_device;
struct sk_buff;
struct sock;

enum trace_point {
#define TRACE(name, system) TRACE_##name,
#include "core/trace.def"
#undef TRACE
	TRACE_MAX
};

struct trace_event {
	enum trace_point point;
	u64 now_ns;
	const struct sk_buff *skb;	/* may be NULL; valid during the call only */
	const struct sock *sk;
	const struct net_device *dev;
	int a, b;			/* per point: drop reason; old and new state; … */
	const char *text;		/* one rendered line, no newline */
};

const char *trace_point_name(enum trace_point point);
const char *trace_point_system(enum trace_point point);

/* Slow half: renders and calls cfg.trace. Use the trace_*() wrappers below it. */
void trace_emit(struct net *net, enum trace_point point, const struct sk_buff *skb,
		const struct sock *sk, const struct net_device *dev, int a, int b);

#define trace_event(net, point, skb, sk, dev, a, b)                                           \
	do {                                                                                   \
		if (unlikely((net)->trace_mask & (1ull << TRACE_##point)))                     \
			trace_emit(net, TRACE_##point, skb, sk, dev, a, b);                    \
	} while (0)

#endif
