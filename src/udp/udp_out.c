/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * UDP transmit. A datagram of any size is one packet here; the IP layer fragments it, or GSO cuts
 * it into datagrams of gso_size. Corked sends append to one pending packet.
 */
#include "udp/udp_priv.h"

#include <errno.h>

/* The sum of the first `cover` octets, made now. */
static void udp_sum(const struct sk_buff *skb, struct udp_hdr *uh, u32 cover, u32 pseudo)
{
	uh->check = csum_fold(skb_checksum(skb, 0, cover, pseudo));
	if (be16_is_zero(uh->check))
		uh->check = be16_make(0xffff);
}

/* UDP-Lite: the length field tells how much the checksum covers (RFC 3828 3.1). */
static int udplite_fill(const struct udp_sock *up, struct sk_buff *skb, const struct dgram_tx *tx,
			u16 gso_size)
{
	struct udp_hdr *uh = (struct udp_hdr *)skb->data;
	u32 cover = skb->len;

	if (gso_size)
		return -EIO;
	if (up->has_send_cov && up->send_cov < skb->len) {
		uh->len = be16_make(up->send_cov);
		if (up->send_cov)
			cover = up->send_cov;
	}
	udp_sum(skb, uh, cover,
		tx->af->pseudo_csum(&tx->fl.saddr, &tx->fl.daddr, skb->len, IP_PROTO_UDPLITE));
	return 0;
}

/* Sets header, checksum state and GSO fields. 0, -EMSGSIZE, -EINVAL. */
static int udp_fill(struct sock *sk, struct sk_buff *skb, const struct dgram_tx *tx, u16 gso_size)
{
	struct udp_sock *up = udp_sk(sk);
	u32 len = skb->len, payload = len - UDP_HLEN, hdr = tx->af->hdr_len + tx->opts.options_len;
	struct udp_hdr *uh = (struct udp_hdr *)skb->data;
	u32 pseudo = tx->af->pseudo_csum(&tx->fl.saddr, &tx->fl.daddr, len, IP_PROTO_UDP);
	bool unchecked = tx->af->af_bit ? up->no_check6_tx : sk->sk_no_check_tx;

	uh->source = be16_make(inet_sk(sk)->sport);
	uh->dest = be16_make(tx->fl.dport);
	uh->len = be16_make((u16)len);
	uh->check = be16_make(0);
	if (udp_is_lite(sk))
		return udplite_fill(up, skb, tx, gso_size);
	if (gso_size && payload > gso_size) {
		if (hdr + UDP_HLEN + gso_size > dgram_tx_mtu(tx))
			return -EMSGSIZE;
		if (payload > (u32)gso_size * UDP_MAX_SEGMENTS || unchecked)
			return -EINVAL;
		skb_shinfo(skb)->gso_size = gso_size;
		skb_shinfo(skb)->gso_type = SKB_GSO_UDP_L4;
		skb_shinfo(skb)->gso_segs = (u16)DIV_ROUND_UP(payload, (u32)gso_size);
	} else if (unchecked) {
		return 0;
	} else if (len + hdr > dgram_tx_mtu(tx)) {
		/* Fragments go out unchanged: the sum has to be made over the whole now. */
		udp_sum(skb, uh, len, pseudo);
		return 0;
	}
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb->transport_header;
	skb->csum_offset = offsetof(struct udp_hdr, check);
	uh->check.raw = csum_fold16(pseudo);
	return 0;
}

/* Consumes skb. */
static int udp_send_skb(struct sock *sk, struct sk_buff *skb, const struct dgram_tx *tx)
{
	u16 gso_size = tx->has_gso ? tx->gso_size : udp_sk(sk)->gso_size;
	struct net *net = sk->net;
	int err = udp_fill(sk, skb, tx, gso_size);

	if (!err && !skb_is_gso(skb))
		err = dgram_tx_check_size(sk, tx, skb->len);
	if (err) {
		consume_skb(skb);
		return err;
	}
	err = tx->af->xmit(net, sk, skb, &tx->fl, tx->dst, &tx->opts);
	if (err == -ENOBUFS && !inet_recverr(sk, tx->af)) {
		udp_mib_add(net, tx->af, udp_is_lite(sk), SndbufErrors, 1);
		return 0;	/* as Linux: loss below is not told unless asked for */
	}
	if (!err)
		udp_mib_add(net, tx->af, udp_is_lite(sk), OutDatagrams, 1);
	return err;
}

/* What tx, which up->cork was, holds. */
static void uncork(struct sock *sk, struct dgram_tx *tx)
{
	struct udp_sock *up = udp_sk(sk);

	if (up->cork_opt)
		net_free(sk->net, up->cork_opt, tx->opts.options_len);
	up->cork_opt = NULL;
	dgram_tx_end(tx);
}

void udp_flush_pending(struct sock *sk)
{
	struct udp_sock *up = udp_sk(sk);

	if (!up->pending)
		return;
	consume_skb(up->pending);
	up->pending = NULL;
	uncork(sk, &up->cork);
}

bool udp_is_corked(const struct sock *sk)
{
	return udp_sk((struct sock *)(uintptr_t)sk)->pending;
}

int udp_push_pending(struct sock *sk)
{
	struct udp_sock *up = udp_sk(sk);
	struct sk_buff *skb = up->pending;
	struct dgram_tx tx = up->cork;
	int err;

	if (!skb)
		return 0;
	up->pending = NULL;
	err = udp_send_skb(sk, skb, &tx);
	uncork(sk, &tx);
	return err;
}

/* Largest payload of a datagram: the length field, and IPv4's which counts its header. */
static u32 udp_max_payload(const struct dgram_tx *tx)
{
	return U16_MAX - UDP_HLEN - (tx->af->af_bit ? 0 : tx->af->hdr_len + tx->opts.options_len);
}

/* Longer than any datagram: told at once, and on the error queue but for what IPv4 does not look at. */
static int udp_too_long(struct sock *sk, const struct dgram_tx *tx, size_t len)
{
	if (len <= U16_MAX || tx->af->af_bit)
		inet_err_local(sk, EMSGSIZE, tx->af, &tx->fl.daddr, tx->fl.dport, dgram_tx_mtu(tx));
	return -EMSGSIZE;
}

static ssize_t udp_append_pending(struct sock *sk, struct msg *msg, bool more)
{
	struct udp_sock *up = udp_sk(sk);
	u32 len = (u32)msg->len;
	int err = 0;

	if (msg->len > U16_MAX || up->pending->len - UDP_HLEN + len > udp_max_payload(&up->cork)) {
		err = udp_too_long(sk, &up->cork, msg->len);
	} else if (sk->sk_wmem_alloc >= sk->sk_sndbuf) {
		err = -EAGAIN;
	} else {
		err = dgram_append(sk, &up->pending, msg, 0, len);
	}
	if (err) {
		udp_flush_pending(sk);
		return err;
	}
	if (!more)
		err = udp_push_pending(sk);
	return err ? err : (ssize_t)len;
}

/* 0, or -ENOBUFS: skb and tx are still the caller's. */
static int udp_cork(struct sock *sk, struct sk_buff *skb, const struct dgram_tx *tx)
{
	struct udp_sock *up = udp_sk(sk);

	up->cork = *tx;
	if (tx->opts.options_len) {	/* IP_OPTIONS may change before it leaves */
		up->cork_opt = net_alloc(sk->net, tx->opts.options_len);
		if (!up->cork_opt)
			return -ENOBUFS;
		memcpy(up->cork_opt, tx->opts.options, tx->opts.options_len);
		up->cork.opts.options = up->cork_opt;
	}
	up->pending = skb;
	return 0;
}

static ssize_t udp_send_one(struct sock *sk, struct msg *msg)
{
	struct udp_sock *up = udp_sk(sk);
	bool more = up->corkflag || msg->flags & SMSG_MORE;
	struct dgram_tx tx;
	struct sk_buff *skb;
	int err;

	if (msg->len > U16_MAX && !sk->sk_family_af->af_bit)
		return -EMSGSIZE;
	err = udp_autobind(sk);
	if (err)
		return err;
	if (up->pending && !(msg->flags & SMSG_PROBE))
		return udp_append_pending(sk, msg, more);
	err = dgram_tx_begin(sk, msg, &tx, true);
	if (err)
		return err;
	if (msg->len > udp_max_payload(&tx))
		err = udp_too_long(sk, &tx, msg->len);
	if (!err && msg->flags & SMSG_PROBE) {	/* everything but the packet */
		dgram_tx_end(&tx);
		return (ssize_t)msg->len;
	}
	skb = err ? NULL : dgram_alloc(sk, UDP_HLEN, msg, 0, (u32)msg->len, &err);
	if (!skb) {
		dgram_tx_end(&tx);
		return err;
	}
	dgram_tx_mark(&tx, skb);
	if (more) {
		err = udp_cork(sk, skb, &tx);
		if (!err)
			return (ssize_t)msg->len;
		consume_skb(skb);
		dgram_tx_end(&tx);
		return err;
	}
	err = udp_send_skb(sk, skb, &tx);
	dgram_tx_end(&tx);
	return err ? err : (ssize_t)msg->len;
}

ssize_t udp_sendmsg(struct sock *sk, struct msg *msg)
{
	ssize_t n = udp_send_one(sk, msg);

	if (unlikely(n > 0 && msg->flags & SMSG_ZEROCOPY && sock_flag(sk, SOCK_ZEROCOPY)))
		sock_zerocopy_done(sk);
	return n;
}
