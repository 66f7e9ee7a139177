/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PACKET_TX_RING: frames that the program writes into memory it has mapped; a send, whatever its data, takes
 * those that are to go, in their order. A frame is copied before it is looked at, and is the program's again
 * when its copy is on the way. Of what is read there, a length and an offset, nothing is trusted.
 */
#include "packet/packet_priv.h"

#include <errno.h>

enum { STATUS_AVAILABLE = 0, STATUS_SEND_REQUEST = 1, STATUS_SENDING = 2, STATUS_WRONG_FORMAT = 4 };

/* Offsets in struct tpacket_hdr and its followers; next: must be 0, there */
static const struct layout {
	u8 status, len, mac, net;
	bool has_next;
} layouts[] = {
	[TPACKET_V1] = { 0, 8, 16, 18, false },
	[TPACKET_V2] = { 0, 4, 12, 14, false },
	[TPACKET_V3] = { 20, 16, 24, 26, true },
};

static u32 *status_at(const struct packet_ring *r)
{
	return (u32 *)(void *)(r->mem + packet_frame_at(r, r->head) + layouts[r->version].status);
}

static void set_status(struct packet_ring *r, u32 status)
{
	__atomic_store_n(status_at(r), status, __ATOMIC_RELEASE);
}

static void next(struct packet_ring *r)
{
	r->head = r->head + 1 == r->frame_nr ? 0 : r->head + 1;
}

static u32 read32(const u8 *p)
{
	return __atomic_load_n((const u32 *)(const void *)p, __ATOMIC_RELAXED);
}

static u32 read16(const u8 *p)
{
	return __atomic_load_n((const u16 *)(const void *)p, __ATOMIC_RELAXED);
}

/* The frame at the head: its octets, within its slot. 0, -EMSGSIZE, -EINVAL */
static int find_data(const struct packet_sock *po, u32 most, struct skb_vec *vec)
{
	const struct packet_ring *r = po->tx;
	const struct layout *l = &layouts[r->version];
	u8 *at = r->mem + packet_frame_at(r, r->head);
	u32 first = packet_hdrlen(r->version), off = first, len = read32(at + l->len);

	if (l->has_next && read32(at))
		return -EINVAL;
	if (len > min(most, r->frame_size - first))
		return -EMSGSIZE;
	if (po->tx_has_off) {
		off = read16(at + (po->sk.sk_type == SOCK_DGRAM_NS ? l->net : l->mac));
		if (off < first || off > r->frame_size - len)
			return -EINVAL;
	}
	*vec = (struct skb_vec){ .base = at + off, .len = len };
	return 0;
}

/* The frame at the head. Octets, -EAGAIN: no room now, or why it cannot be sent */
static int send_head(struct packet_sock *po, const struct msg *msg, const struct packet_tx *tx)
{
	struct skb_vec vec;
	struct msg m = { .vec = &vec, .nr_vec = 1, .cmsg = msg->cmsg };
	struct sk_buff *skb;
	int err = find_data(po, packet_frame_max(tx), &vec);

	if (err)
		return err;
	m.len = vec.len;
	skb = packet_frame_new(po, &m, tx, &err);
	if (!skb)
		return err == -ENOBUFS ? -EAGAIN : err;
	set_status(po->tx, STATUS_SENDING);
	packet_frame_xmit(po, &m, skb); /* what a queue drops is lost, as on a wire */
	return (int)vec.len;
}

static ssize_t end(struct packet_ring *r, int err)
{
	ssize_t sent = (ssize_t)r->sent;

	r->sending = false;
	r->last_sent = r->sent;
	r->sent = 0;
	return err ? err : sent;
}

ssize_t packet_sendring_send(struct packet_sock *po, const struct msg *msg)
{
	struct packet_ring *r = po->tx;
	struct packet_tx tx;
	int n = packet_find_way(po, msg, &tx);

	if (n)
		return end(r, n);
	for (u32 i = 0; i < r->frame_nr; i++) {
		if (__atomic_load_n(status_at(r), __ATOMIC_ACQUIRE) != STATUS_SEND_REQUEST)
			break;
		n = po->sk.sk_wmem_alloc < po->sk.sk_sndbuf ? send_head(po, msg, &tx) : -EAGAIN;
		if (n == -EAGAIN) {
			r->sending = true;
			return n;
		}
		if (n < 0 && !po->loss) {
			set_status(r, STATUS_WRONG_FORMAT);
			return end(r, n);
		}
		set_status(r, STATUS_AVAILABLE);
		next(r);
		r->sent += n > 0 ? (u64)n : 0;
	}
	return end(r, 0);
}

int packet_sendring_set(struct packet_sock *po, const void *val, u32 len)
{
	struct tpacket_req3 req;
	int err = packet_ring_request(po, val, len, po->tx, &req);

	if (err)
		return err;
	if (!req.block_nr) {
		packet_sendring_free(po);
		return 0;
	}
	if (req.tov_ms || req.priv || req.feature)
		return -EINVAL;
	po->tx = packet_ring_alloc(po, &req, 0);
	return po->tx ? 0 : -ENOMEM;
}

void packet_sendring_free(struct packet_sock *po)
{
	if (po->tx)
		packet_ring_release(po->sk.net, po->tx);
	po->tx = NULL;
}

bool packet_sendring_sent(const struct sock *sk, u64 *octets, bool *more)
{
	const struct packet_ring *r = sk->prot == &packet_prot ? packet_sk(sk)->tx : NULL;

	if (!r)
		return false;
	*more = r->sending;
	*octets = r->sending ? r->sent : r->last_sent;
	return true;
}
