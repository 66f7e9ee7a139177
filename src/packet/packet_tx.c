/* SPDX-License-Identifier: BSD-2-Clause */
/* What packet sockets send: a frame as the program made it, or payload behind a header made here. */
#include "packet/packet_priv.h"

#include <errno.h>

int packet_find_way(const struct packet_sock *po, const struct msg *msg, struct packet_tx *tx)
{
	const struct sock_ll *ll = msg->ll;

	tx->protocol = po->protocol;
	tx->addr = NULL;
	if (!ll) {
		tx->dev = packet_bound_dev(po);
	} else {
		if (msg->ll_len < sizeof(*ll) || msg->ll_len < (u32)ll->halen + SOCK_LL_MIN)
			return -EINVAL;
		tx->protocol = be16_get(ll->protocol);
		tx->dev = ll->ifindex > 0 ? dev_get_by_index(po->sk.net, (u32)ll->ifindex) : NULL;
		tx->addr = ll->addr;
	}
	if (!tx->dev)
		return -ENXIO;
	tx->head = po->sk.sk_type == SOCK_RAW_NS ? tx->dev->hard_header_len : 0;
	return tx->dev->flags & DEV_UP ? 0 : -ENETDOWN;
}

static int may_send(struct sock *sk)
{
	if (sk->sk_err)
		return sock_error(sk);
	return sk->sk_wmem_alloc >= sk->sk_sndbuf ? -EAGAIN : 0;
}

/* The frame's own type, where nothing else says what it is. */
static void set_protocol(const struct packet_sock *po, struct sk_buff *skb, const struct packet_tx *tx)
{
	u16 type;

	skb->protocol = tx->protocol;
	if (po->sk.sk_type != SOCK_RAW_NS || (tx->protocol && tx->protocol != ETH_P_ALL_NS))
		return;
	if (tx->head != ETH_HLEN)
		return;
	type = get_be16(skb->data + ETH_HLEN - sizeof(type));
	skb->protocol = type;
}

/* 0, or -EINVAL, -EMSGSIZE: no frame of this device. */
static int check_frame(struct sk_buff *skb, const struct packet_tx *tx, u32 len)
{
	bool tagged;

	if (len < tx->head)
		return -EINVAL;
	if (len <= tx->dev->mtu + tx->head)
		return 0;
	tagged = tx->head == ETH_HLEN && get_be16(skb->data + 2 * ETH_ALEN) == ETH_TYPE_VLAN;
	return tagged ? 0 : -EMSGSIZE;
}

u32 packet_frame_max(const struct packet_tx *tx)
{
	return tx->dev->mtu + tx->head + VLAN_TAG_LEN;
}

struct sk_buff *packet_frame_new(struct packet_sock *po, const struct msg *msg, const struct packet_tx *tx,
				 int *err)
{
	struct sk_buff *skb = alloc_skb(po->sk.net, SKB_HEADROOM + (u32)msg->len);

	*err = -ENOBUFS;
	if (!skb)
		return NULL;
	skb_reserve(skb, SKB_HEADROOM);
	skb->dev = tx->dev;
	*err = msg_copy_from(msg, 0, skb_put(skb, (u32)msg->len), msg->len);
	if (!*err)
		*err = check_frame(skb, tx, (u32)msg->len);
	if (*err)
		goto drop;
	skb->network_header = (u16)((u32)(skb->data - skb->head) + tx->head);
	skb->transport_header = skb->network_header;
	skb->mac_len = (u16)tx->head;
	if (po->sk.sk_type == SOCK_DGRAM_NS)
		*err = dev_hard_header(skb, tx->dev, tx->protocol, tx->addr, NULL);
	if (!*err && !skb->len)
		*err = -EINVAL;
	if (*err)
		goto drop;
	skb_reset_mac_header(skb);
	set_protocol(po, skb, tx);
	return skb;
drop:
	consume_skb(skb);
	return NULL;
}

int packet_frame_xmit(struct packet_sock *po, const struct msg *msg, struct sk_buff *skb)
{
	const struct sock_cmsg *c = msg->cmsg;
	struct sock *sk = &po->sk;

	skb->priority = c && c->has_priority ? c->priority : sk->sk_priority;
	skb->mark = c && c->has_mark ? c->mark : sk->sk_mark;
	skb_set_owner_w(skb, sk);
	return po->qdisc_bypass ? dev_direct_xmit(skb) : dev_queue_xmit(skb);
}

ssize_t packet_sendmsg(struct sock *sk, struct msg *msg)
{
	struct packet_sock *po = packet_sk(sk);
	struct sk_buff *skb;
	struct packet_tx tx;
	int err;

	if (po->tx)
		return packet_sendring_send(po, msg);
	err = packet_find_way(po, msg, &tx);
	if (err)
		return err;
	if (msg->len > packet_frame_max(&tx))
		return -EMSGSIZE;
	err = may_send(sk);
	if (err)
		return err;
	skb = packet_frame_new(po, msg, &tx, &err);
	if (!skb)
		return err;
	err = packet_frame_xmit(po, msg, skb);
	return err ? err : (ssize_t)msg->len;
}
