/* SPDX-License-Identifier: BSD-2-Clause */
/* Queueing disciplines. pfifo lives in core; the others in the sched room (later). */
#ifndef NETSTACK_CORE_QDISC_H
#define NETSTACK_CORE_QDISC_H

#include "base/base.h"
#include "core/skb.h"

struct net_device;
struct netdev_queue;
struct qdisc;

struct qdisc_ops {
	const char *id;
	u32 priv_size;
	int (*init)(struct qdisc *q, const void *opt);
	void (*destroy)(struct qdisc *q);
	int (*enqueue)(struct qdisc *q, struct sk_buff *skb);	/* consumes; 0 or -ENOBUFS */
	struct sk_buff *(*dequeue)(struct qdisc *q);		/* NULL: nothing to send now */
	void (*reset)(struct qdisc *q);
};

struct qdisc {
	const struct qdisc_ops *ops;
	struct net_device *dev;
	struct netdev_queue *txq;
	u32 handle, limit, qlen, backlog;
	u64 bytes, packets, drops, overlimits, requeues;
	bool running;
	struct sk_buff_head gso_skb;		/* taken from the queue, device was stopped */
	u8 priv[] __attribute__((aligned(8)));
};

extern const struct qdisc_ops pfifo_qdisc_ops;
extern const struct qdisc_ops noqueue_qdisc_ops;	/* loopback: straight to the device */

struct qdisc *qdisc_create(struct netdev_queue *txq, const struct qdisc_ops *ops, const void *opt);
void qdisc_destroy(struct qdisc *q);
void qdisc_run(struct qdisc *q);
void qdisc_reset(struct qdisc *q);

#endif
