/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SO_TIMESTAMPING and SO_ZEROCOPY: when packets left and arrived, and when a send's memory is free
 * again. What concerns sending comes back on the socket's error queue.
 */
#include <errno.h>

#include "core/internal.h"

/* sock_extended_err.ee_info of a time stamp */
enum { TSTAMP_SND, TSTAMP_SCHED, TSTAMP_ACK };
enum { ZEROCOPY_COPIED = 1 };	/* ee_code */

int sock_set_timestamping(struct sock *sk, u32 flags)
{
	u32 key = 0;
	int err;

	/* statistics take the place of the packet */
	if (flags & ~(u32)SOF_MASK || (flags & SOF_OPT_STATS && !(flags & SOF_OPT_TSONLY)) ||
	    (flags & SOF_OPT_ID_TCP && !(flags & SOF_OPT_ID)))
		return -EINVAL;
	if (flags & SOF_BIND_PHC)	/* no device has a clock */
		return sk->sk_bound_dev_if ? -EINVAL : -EOPNOTSUPP;
	if (flags & SOF_OPT_ID && !(sk->sk_tsflags & SOF_OPT_ID)) {
		err = sk->prot->tskey ? sk->prot->tskey(sk, flags & SOF_OPT_ID_TCP, &key) : 0;
		if (err)
			return err;
		sk->sk_tskey = key;
	}
	sk->sk_tsflags = flags;
	return 0;
}

u8 sock_tx_flags(u32 tsflags)
{
	return (u8)((tsflags & SOF_TX_SOFTWARE ? SKBTX_SND : 0) |
		    (tsflags & SOF_TX_SCHED ? SKBTX_SCHED : 0) |
		    (tsflags & SOF_TX_ACK ? SKBTX_ACK : 0));
}

void skb_want_tstamps(struct sk_buff *skb, struct sock *sk, u32 tsflags, const u32 *id)
{
	skb->tx_flags = sock_tx_flags(tsflags) & ~SKBTX_ACK;
	if (!(sk->sk_tsflags & SOF_OPT_ID))
		skb->tskey = 0;
	else if (id)
		skb->tskey = *id;
	else
		skb->tskey = sk->sk_tskey++;
}

static bool wants_stats(const struct sock *sk)
{
	return sk->sk_tsflags & SOF_OPT_STATS && sk->prot->opt_stats;
}

/* The packet as it is now, with its headers; or nothing but the stamp, or how the connection is. */
static struct sk_buff *tstamp_record(const struct sock *sk, const struct sk_buff *skb, u8 which)
{
	if (!(sk->sk_tsflags & SOF_OPT_TSONLY))
		return skb_clone(skb);
	return wants_stats(sk) ? sk->prot->opt_stats(sk, skb, which) : alloc_skb(sk->net, 0);
}

void sock_tstamp_tx(struct sock *sk, struct sk_buff *skb, u8 which)
{
	struct sk_buff *rec = tstamp_record(sk, skb, which);
	struct sock_err_cb *cb;

	skb->tx_flags &= (u8)~which;
	if (!rec)
		return;
	cb = sock_err_cb(rec);
	*cb = (struct sock_err_cb){
		.err = ENOMSG, .origin = EE_ORIGIN_TIMESTAMPING,
		.info = which == SKBTX_ACK ? TSTAMP_ACK :
			which == SKBTX_SND ? TSTAMP_SND : TSTAMP_SCHED,
		.iif = rec->len && !wants_stats(sk) && skb->dev ? skb->dev->ifindex : 0,
		.opt_stats = wants_stats(sk),
	};
	if (sk->sk_tsflags & SOF_OPT_ID)
		cb->data = sk->prot->tskey ? skb->tskey - sk->sk_tskey : skb->tskey;
	rec->tx_flags = 0;
	rec->tstamp = sk->net->now;
	sock_queue_err_skb(sk, rec);
}

void skb_tstamp_tx(struct sk_buff *skb, u8 which)
{
	if (skb->sk && skb->destructor && !sock_flag(skb->sk, SOCK_DEAD))
		sock_tstamp_tx(skb->sk, skb, which);
	skb->tx_flags &= (u8)~which;
}

/*
 * Without SOF_RX_SOFTWARE Linux tells a stamp that the packet has because somebody else asked for
 * stamps. Here each socket speaks for itself.
 */
static bool wants_tstamping(const struct sock *sk, bool queued)
{
	u32 f = sk->sk_tsflags;

	return f & SOF_SOFTWARE && (queued || f & SOF_RX_SOFTWARE ||
				    (sock_flag(sk, SOCK_RCVTSTAMP) && !(f & SOF_OPT_RX_FILTER)));
}

void sock_recv_tstamp(const struct sock *sk, u64 tstamp, bool queued, struct sock_cmsg *c)
{
	c->has_tstamp = sock_flag(sk, SOCK_RCVTSTAMP);
	c->has_tstamping = wants_tstamping(sk, queued);
	c->tstamp_ns = (tstamp ? tstamp : sk->net->now) + sk->net->cfg.wall_offset_ns;
}

/* Consecutive sends are told in one record, as long as it has not been read. */
void sock_zerocopy_done(struct sock *sk)
{
	struct sk_buff *skb = skb_peek_tail(&sk->sk_error_queue);
	u32 id = sk->sk_zckey++;

	if (skb && sock_err_cb(skb)->origin == EE_ORIGIN_ZEROCOPY && sock_err_cb(skb)->data + 1 == id &&
	    id - sock_err_cb(skb)->info < U32_MAX) {
		sock_err_cb(skb)->data = id;
		return;
	}
	skb = alloc_skb(sk->net, 0);
	if (!skb)
		return;
	*sock_err_cb(skb) = (struct sock_err_cb){
		.origin = EE_ORIGIN_ZEROCOPY, .code = ZEROCOPY_COPIED, .info = id, .data = id,
	};
	/* Not refused for want of receive buffer: each follows a record that was not. */
	skb_set_owner_r(skb, sk);
	skb_queue_tail(&sk->sk_error_queue, skb);
	sk_wake(sk, SOCK_EV_ERR);
}
