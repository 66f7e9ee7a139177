/* SPDX-License-Identifier: BSD-2-Clause */
/* Packet device: its private state, shared by packet.c (life), packet_rx.c and packet_tx.c. */
#ifndef NETSTACK_DRIVERS_PACKET_PRIV_H
#define NETSTACK_DRIVERS_PACKET_PRIV_H

#include <sys/socket.h>

#include "drivers/packet_mode.h"
#include "drivers/ring.h"
#include "drivers/vnet.h"

enum {
	PACKET_TX_RING_SIZE = 256,
	PACKET_TX_BATCH = 64, /* frames handed to the kernel in one system call */
};
#define PACKET_TX_RETRY_NS (500 * NSEC_PER_USEC) /* the host's queue is full */

/* One queue: a socket of the fanout group, both directions. */
struct packet_queue {
	struct net_device *dev;
	struct napi_struct napi;
	struct netdev_queue *txq;
	struct packet_host host;
	struct packet_stats stats;

	/* receive: the slot or block that comes next */
	u32 pos;
	u32 block_left;		/* of a TPACKET_V3 block: frames, and where the next is */
	const u8 *block_next;
	struct vnet_rx_slot slot; /* what recvmsg() fills */
	struct page_frag frag;

	struct desc_ring tx;
	struct vnet_tx_slot tx_slots[PACKET_TX_BATCH];
	struct mmsghdr tx_msgs[PACKET_TX_BATCH];
	struct timer_list tx_retry;
	u32 tx_slot; /* of the host's ring: those filled so far */
};

struct packet_dev {
	struct net_device *dev;
	struct packet_host *host; /* of the first queue: speaks for the device */
	int link_fd;
	struct packet_mode mode;  /* of the first queue's socket */
	u32 nr_queues;
	struct packet_queue queues[];
};

static inline struct packet_dev *packet_priv(const struct net_device *dev)
{
	return dev->priv;
}

int packet_poll(struct napi_struct *napi, int budget);
void packet_start_xmit(struct sk_buff *skb, struct net_device *dev, bool more);
void packet_tx_flush(struct net_device *dev);
void packet_tx_retry(struct timer_list *t);
/* Hands pending packets to the kernel. true: it has all slots */
bool packet_txring_send(struct packet_queue *q);
void packet_txring_kick(struct packet_queue *q);
void packet_txring_resume(struct packet_queue *q); /* the link is back */
bool packet_txring_waits(const struct packet_queue *q); /* the kernel has not looked at all slots */

#endif
