// SPDX-License-Identifier: BSD-2-Clause
/*
 * Packet device, transmit through a ring that is shared with the kernel (PACKET_TX_RING): a packet is copied
 * into a slot behind the slot's header, and one call has the kernel send what stands there. A slot is ours
 * again when its status says so.
 */
#include <errno.h>

#include "drivers/packet_priv.h"

static u8 *slot_at(const struct packet_queue *q, u32 index)
{
	return q->host.tx_ring + (size_t)(index % PACKET_TX_SLOTS) * PACKET_TX_SLOT;
}

static u32 *status_of(const struct packet_queue *q, u8 *slot)
{
	if (q->host.version == TPACKET_V3)
		return &((struct tpacket3_hdr *)slot)->tp_status;
	return &((struct tpacket2_hdr *)slot)->tp_status;
}

static bool is_free(const struct packet_queue *q, u32 index)
{
	return __atomic_load_n(status_of(q, slot_at(q, index)), __ATOMIC_ACQUIRE) == TP_STATUS_AVAILABLE;
}

/* The length that the slot is to have, and where its octets go. */
static u8 *set_header(const struct packet_queue *q, u8 *slot, u32 len)
{
	if (q->host.version == TPACKET_V3) {
		struct tpacket3_hdr *h = (struct tpacket3_hdr *)slot;

		h->tp_next_offset = 0;
		h->tp_len = h->tp_snaplen = len;
		return slot + TPACKET_ALIGN(sizeof(*h));
	}
	((struct tpacket2_hdr *)slot)->tp_len = len;
	((struct tpacket2_hdr *)slot)->tp_snaplen = len;
	return slot + TPACKET_ALIGN(sizeof(struct tpacket2_hdr));
}

/* The oldest packet of our ring, with its vnet header. */
static void put_packet(struct packet_queue *q)
{
	const struct sk_buff *skb = ring_device_next(&q->tx)->skb;
	u32 vnet = q->host.vnet ? (u32)sizeof(struct vnet_hdr) : 0;
	u8 *slot = slot_at(q, q->tx_slot), *to;

	if (skb->len + vnet > PACKET_TX_SLOT_ROOM) {
		ring_device_done(&q->tx, -EMSGSIZE);
		return;
	}
	to = set_header(q, slot, skb->len + vnet);
	if (vnet)
		vnet_from_skb((struct vnet_hdr *)to, skb);
	skb_copy_bits(skb, 0, to + vnet, skb->len);
	__atomic_store_n(status_of(q, slot), TP_STATUS_SEND_REQUEST, __ATOMIC_RELEASE);
	q->tx_slot++;
	ring_device_done(&q->tx, (s32)skb->len);
}

bool packet_txring_send(struct packet_queue *q)
{
	u32 before = q->tx_slot;

	if (!q->dev->carrier) { /* what stands in the ring would leave when the link is back */
		ring_device_done(&q->tx, -ENETDOWN);
		return false;
	}
	while (ring_pending(&q->tx) && q->tx_slot - before < PACKET_TX_BATCH && is_free(q, q->tx_slot))
		put_packet(q);
	packet_txring_kick(q);
	return ring_pending(&q->tx) && !is_free(q, q->tx_slot);
}

void packet_txring_kick(struct packet_queue *q)
{
	q->stats.sends++;
	if (send(q->host.fd, NULL, 0, MSG_DONTWAIT) < 0)
		q->stats.tx_full += errno == ENOBUFS || errno == EAGAIN;
}

bool packet_txring_waits(const struct packet_queue *q)
{
	return q->tx_slot && __atomic_load_n(status_of(q, slot_at(q, q->tx_slot - 1)), __ATOMIC_ACQUIRE) ==
				     TP_STATUS_SEND_REQUEST;
}

void packet_txring_resume(struct packet_queue *q)
{
	if (q->host.tx_ring && packet_txring_waits(q))
		mod_timer(&q->tx_retry, q->dev->net->now + PACKET_TX_RETRY_NS);
}
