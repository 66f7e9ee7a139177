/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What packet sockets see. The tap of each gets a clone of a frame (dev_rx.c, dev_tx.c), data at the link
 * header; it is cut to what the filter keeps and queued with its address, or dropped and counted.
 */
#include "packet/packet_priv.h"

#include <errno.h>

/* Octets of the link header, a tag that stands in the frame included. */
static u32 link_len(const struct sk_buff *skb, const struct net_device *dev)
{
	u32 len = dev->hard_header_len;
	be16 buf;
	const be16 *type;

	if (len != ETH_HLEN)
		return len;
	type = skb_header_pointer(skb, ETH_HLEN - sizeof(buf), sizeof(buf), &buf);
	return type && eth_type_is_vlan(be16_get(*type)) ? len + VLAN_TAG_LEN : len;
}

/* Offsets as the protocols would find them; what is received has its tag beside it. false: too short. */
static bool set_headers(struct sk_buff *skb, const struct net_device *dev)
{
	bool out = skb->pkt_type == PACKET_OUTGOING;
	u32 len = dev->hard_header_len;

	skb_reset_mac_header(skb);
	if (len && !pskb_may_pull(skb, len))
		return false;
	if (!out && len == ETH_HLEN && !skb->vlan_proto && eth_type_is_vlan(skb->protocol)) {
		skb_pull(skb, len);
		if (!vlan_take_tag(skb))
			return false;
		skb_push(skb, len);
		skb_reset_mac_header(skb);
	}
	if (out) {
		len = link_len(skb, dev);
		skb->tstamp = skb->net->now;
		if (!pskb_may_pull(skb, len))
			return false;
	}
	skb->network_header = (u16)(skb->mac_header + len);
	return true;
}

static void fill_address(struct packet_cb *cb, const struct sk_buff *skb,
			 const struct net_device *dev)
{
	cb->ll = (struct sock_ll){ .family = SOCK_FAMILY_PACKET,
				   .protocol = be16_make(skb->protocol),
				   .ifindex = (s32)dev->ifindex,
				   .hatype = dev->type,
				   .pkttype = skb->pkt_type };
	if (dev->hard_header_len != ETH_HLEN)
		return;
	cb->ll.halen = ETH_ALEN;
	eth_addr_copy(cb->ll.addr, ((const struct eth_hdr *)skb_mac_header(skb))->src);
}

/* What a socket sends itself it does not see, nor what it chose not to. */
static bool is_wanted(const struct packet_sock *po, const struct sk_buff *skb)
{
	if (skb->pkt_type != PACKET_OUTGOING)
		return true;
	return !po->ignore_outgoing && skb->sk != &po->sk;
}

static void count_drop(struct packet_sock *po, struct sk_buff *skb)
{
	po->drops++;
	po->sk.sk_drops++;
	kfree_skb_reason(skb, SKB_DROP_SOCKET_RCVBUFF);
}

static void to_ring(struct packet_sock *po, struct sk_buff *skb, u32 keep)
{
	if (!packet_ring_put(po, skb, keep)) {
		count_drop(po, skb);
		return;
	}
	po->packets++;
	consume_skb(skb);
}

static void queue(struct packet_sock *po, struct sk_buff *skb, const struct net_device *dev,
		  u32 keep)
{
	struct sock *sk = &po->sk;

	if (!po->ring && sk->sk_rmem_alloc >= sk->sk_rcvbuf) {
		count_drop(po, skb);
		return;
	}
	packet_cb(skb)->len = skb->len;
	packet_cb(skb)->net_off = (u16)(skb->network_header - (u16)(skb->data - skb->head));
	fill_address(packet_cb(skb), skb, dev);
	if (po->ring) {
		to_ring(po, skb, keep);
		return;
	}
	if (keep < skb->len && pskb_trim(skb, keep)) {
		count_drop(po, skb);
		return;
	}
	skb_dst_drop(skb);
	skb->dev = NULL;
	skb_set_owner_r(skb, sk);
	skb_queue_tail(&sk->sk_receive_queue, skb);
	po->packets++;
	sk_wake(sk, SOCK_EV_IN);
}

void packet_rcv(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt)
{
	struct packet_sock *po = pt->priv;
	u32 keep = U32_MAX;

	if (!is_wanted(po, skb) || !set_headers(skb, dev)) {
		consume_skb(skb);
		return;
	}
	skb->sk = NULL;
	if (po->sk.sk_type == SOCK_DGRAM_NS)
		skb_pull(skb, (u32)(skb->network_header - skb->mac_header));
	if (po->sk.sk_filter)
		keep = sock_filter_run(&po->sk, skb);
	if (!keep)
		consume_skb(skb); /* as Linux: no drop */
	else
		queue(po, skb, dev, keep);
}

/* What a protocol's handler would be asked for: the type behind a tag. */
static u16 inner_type(const struct sk_buff *skb)
{
	be16 buf;
	const be16 *type;

	if (skb->vlan_proto || !eth_type_is_vlan(skb->protocol))
		return skb->protocol;
	type = skb_header_pointer(skb, ETH_HLEN + VLAN_TAG_LEN - sizeof(buf), sizeof(buf), &buf);
	return type ? be16_get(*type) : 0;
}

bool packet_tap_matches(const struct packet_type *tap, const struct sk_buff *skb, u16 type)
{
	if (tap->dev && tap->dev != skb->dev)
		return false;
	return !tap->type || (skb->pkt_type != PACKET_OUTGOING && tap->type == type);
}

u32 packet_flow_hash(const struct sk_buff *skb, const struct net_device *dev)
{
	return skb_flow_hash(skb, inner_type(skb), link_len(skb, dev));
}

void packet_tapped(struct sk_buff *skb, u32 shard)
{
	u16 type = inner_type(skb);
	struct packet_sock *po;

	list_for_each_entry(po, &skb->net->packet.socks, entry) {
		struct sk_buff *clone;

		if (!po->running || po->fanout || !packet_tap_matches(&po->tap, skb, type))
			continue;
		clone = skb_clone(skb);
		if (clone)
			packet_rcv(clone, clone->dev, &po->tap);
	}
	packet_fanout_tapped(skb, type, shard);
	consume_skb(skb);
}

/* -- recvmsg --------------------------------------------------------------------------------- */

u32 packet_status(const struct sk_buff *skb)
{
	u32 status = 0;

	if (skb->ip_summed == CHECKSUM_PARTIAL)
		status |= TP_CSUMNOTREADY;
	else if (skb->pkt_type != PACKET_OUTGOING && skb->ip_summed == CHECKSUM_UNNECESSARY)
		status |= TP_CSUM_VALID;
	if (skb_is_gso(skb) && skb_shinfo(skb)->gso_type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6))
		status |= TP_GSO_TCP;
	if (skb->vlan_proto)
		status |= TP_VLAN_VALID | TP_VLAN_TPID_VALID;
	return status;
}

static void fill_cmsg(struct sock *sk, const struct sk_buff *skb, struct sock_cmsg *c)
{
	const struct packet_cb *cb = packet_cb(skb);
	struct packet_aux aux = { .status = TP_USER | packet_status(skb),
				  .len = cb->len,
				  .snaplen = skb->len,
				  .net = cb->net_off };

	sock_recv_tstamp(sk, skb->tstamp, false, c);
	if (sock_flag(sk, SOCK_RXQ_OVFL) && sk->sk_drops) {
		c->has_rxq_ovfl = true;
		c->rxq_ovfl = sk->sk_drops;
	}
	if (sock_flag(sk, SOCK_RCVMARK)) {
		c->has_mark = true;
		c->mark = skb->mark;
	}
	if (sock_flag(sk, SOCK_RCVPRIORITY)) {
		c->has_priority = true;
		c->priority = skb->priority;
	}
	if (!packet_sk(sk)->auxdata)
		return;
	if (skb->vlan_proto) {
		aux.vlan_tci = skb->vlan_tci;
		aux.vlan_tpid = skb->vlan_proto;
	}
	c->has_auxdata = true;
	memcpy(c->auxdata, &aux, sizeof(aux));
}

ssize_t packet_recvmsg(struct sock *sk, struct msg *msg)
{
	const u32 known = SMSG_PEEK | SMSG_DONTWAIT | SMSG_TRUNC | SMSG_ERRQUEUE;
	struct sk_buff *skb;
	u32 copied;
	int err;

	msg->out_flags = 0;
	if ((u32)msg->flags & ~known)
		return -EINVAL;
	if (msg->flags & SMSG_ERRQUEUE)
		return -EAGAIN;
	if (sk->sk_err)
		return sock_error(sk);
	skb = skb_peek(&sk->sk_receive_queue);
	if (!skb)
		return -EAGAIN;
	copied = (u32)min_t(size_t, skb->len, msg->len);
	if (copied < skb->len)
		msg->out_flags |= SMSG_TRUNC;
	err = skb_copy_datagram_msg(skb, 0, msg, copied);
	if (msg->ll) {
		*msg->ll = packet_cb(skb)->ll;
		msg->has_name = true;
	}
	if (msg->cmsg)
		fill_cmsg(sk, skb, msg->cmsg);
	if (!err)
		err = msg->flags & SMSG_TRUNC ? (int)skb->len : (int)copied;
	if (!(msg->flags & SMSG_PEEK)) {
		skb_unlink(&sk->sk_receive_queue, skb);
		consume_skb(skb);
	}
	return err;
}
