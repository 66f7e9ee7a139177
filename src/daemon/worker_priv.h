/* SPDX-License-Identifier: BSD-2-Clause */
/* What worker.c and letter.c know of each other: of daemons with several workers only. */
#ifndef NETSTACK_DAEMON_WORKER_PRIV_H
#define NETSTACK_DAEMON_WORKER_PRIV_H

#include <pthread.h>

#include "daemon/daemon.h"
#include "daemon/worker.h"

/* What one worker sends another. */
enum letter_kind { LETTER_PACKET, LETTER_CARRIER, LETTER_GROUP, LETTER_COPIES };
struct letter {
	struct letter *next;
	enum letter_kind kind;
	u32 ifindex;			/* carrier, group */
	bool on;
	u16 family;			/* group */
	union inet_addr group;
	struct object **copies;		/* for the control thread to free */
	struct shard_msg msg;		/* packet; last */
};

struct inbox {
	pthread_mutex_t lock;
	struct letter *first, **last;
	u32 nr, bytes;			/* of packets */
	u64 dropped;
	bool signalled;			/* its worker was told */
};

struct worker_shared {
	pthread_t thread;
	bool started;
	/* Who waits for the turn holds next: so nobody who gives the turn away takes it again before him. */
	pthread_mutex_t next, turn;
	bool outside;			/* its own thread is not in its turn, but waits, or is about to */
	u64 until;			/* till when it means to; both are the turn's */
	u64 received;			/* letters; the turn's */
	int wake_fd;
	struct host_fd *wake;
	struct inbox inbox;
};

struct workers_shared {
	struct net_group group;
	pthread_mutex_t objects, traces;
	bool stopping, turning;		/* atomic */
	u32 held;			/* by the control thread, bits */
	u32 next;			/* where something new will live */
	struct notifier_block carrier;	/* of the first shard's devices */
};

void worker_wake(const struct worker *w);	/* ends its wait. Any thread */

/* letter.c */
void inbox_init(struct inbox *in);
void inbox_destroy(struct inbox *in);	/* with the letters that nobody took */
/* struct net_group's post and membership: to another worker's net; from is the caller's. */
bool letter_post(struct net *from, u32 to, const struct sk_buff *skb, enum shard_kind kind);
void letter_membership(struct net *from, u32 ifindex, const void *group, u16 family, bool join);
/* A notifier of the first shard: others have its devices by their number, and learn of the carrier. */
void letter_carrier(struct notifier_block *nb, struct net *net, enum net_event event, void *obj);

#endif
