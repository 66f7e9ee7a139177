/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * struct sock: life, wake-ups, errors, buffer accounting. Wake-ups accumulate and run from the
 * backlog, so that a protocol may wake at any point without being re-entered.
 */
#include "core/sock.h"

#include <errno.h>

#include "core/internal.h"
#include "core/sock_filter.h"

static void sk_wake_fn(struct work_struct *work)
{
	struct sock *sk = container_of(work, struct sock, sk_wake_work);
	u32 events = sk->sk_pending_events;

	sk->sk_pending_events = 0;
	if (sk->sk_event && !sock_flag(sk, SOCK_DEAD))
		sk->sk_event(sk, events);
	sock_put(sk);
}

static void sk_set_defaults(struct sock *sk)
{
	struct net *net = sk->net;

	sk->sk_state = TCP_CLOSE;
	sk->sk_rcvbuf = (int)net->core.rmem_default;
	sk->sk_sndbuf = (int)net->core.wmem_default;
	sk->sk_rcvlowat = 1;
	sk->sk_incoming_cpu = -1;
	sk->sk_ll_usec = net->core.busy_read;
	sk->sk_pacing_rate = U64_MAX;
	sk->sk_max_pacing_rate = U64_MAX;
	sk->sk_gso_max_size = GSO_MAX_SIZE;
	sk->sk_gso_max_segs = U16_MAX;
	sk->sk_cookie = net->next_cookie++;
	sk->sk_ino = sk->sk_cookie;
	sk->sk_txhash = net_rand32(net);
	sk->sk_txrehash = SK_TXREHASH_DEFAULT;
}

struct sock *sk_alloc(struct net *net, const struct proto *prot, const struct inet_af *af)
{
	struct sock *sk;

	ASSERT(prot->obj_size >= sizeof(*sk));
	sk = net_alloc(net, prot->obj_size);
	if (!sk)
		return NULL;
	sk->net = net;
	sk->prot = prot;
	sk->sk_type = prot->type;
	sk->sk_protocol = prot->protocol;
	sk->sk_family_af = af;
	if (af)
		memcpy(&sk->sk_family, af, sizeof(sk->sk_family));
	sk->refcnt = 1;
	skb_queue_head_init(&sk->sk_receive_queue);
	skb_queue_head_init(&sk->sk_write_queue);
	skb_queue_head_init(&sk->sk_error_queue);
	work_init(&sk->sk_wake_work, sk_wake_fn);
	sk_set_defaults(sk);
	if (prot->init && prot->init(sk)) {
		net_free(net, sk, prot->obj_size);
		return NULL;
	}
	return sk;
}

static void sk_free(struct sock *sk)
{
	struct net *net = sk->net;
	u32 size = sk->prot->obj_size;

	ASSERT(!sk->sk_wake_work.pending);
	if (sk->prot->destroy)
		sk->prot->destroy(sk);
	skb_queue_purge(&sk->sk_receive_queue);
	skb_queue_purge(&sk->sk_write_queue);
	skb_queue_purge(&sk->sk_error_queue);
	sock_filter_detach(sk);
	if (sk->sk_reuse_prog)
		sock_filter_put(net, sk->sk_reuse_prog);
	sk_dst_set(sk, NULL);
	dst_release(sk->sk_rx_dst);
	ASSERT(sk->sk_wmem_alloc == 0 && sk->sk_rmem_alloc == 0);
	net_free(net, sk, size);
}

void sock_put(struct sock *sk)
{
	ASSERT(sk->refcnt > 0);
	if (!--sk->refcnt)
		sk_free(sk);
}

void sk_wake(struct sock *sk, u32 events)
{
	sk->sk_pending_events |= events;
	if (queue_work(sk->net, &sk->sk_wake_work))
		sock_hold(sk);	/* the work's */
}

/* err: positive errno */
void sk_report_error(struct sock *sk, int err)
{
	sk->sk_err = err;
	sk_wake(sk, SOCK_EV_ERR);
}

int sock_error(struct sock *sk)
{
	int err = sk->sk_err;

	sk->sk_err = 0;
	return -err;
}

void sk_set_state(struct sock *sk, u8 state)
{
	trace_event(sk->net, inet_sock_set_state, NULL, sk, NULL, sk->sk_state, state);
	sk->sk_state = state;
}

struct dst_entry *sk_dst_check(struct sock *sk)
{
	struct dst_entry *dst = sk->sk_dst_cache;

	if (!dst)
		return NULL;
	if (dst_check(dst))
		return dst;
	sk_dst_set(sk, NULL);
	return NULL;
}

void sk_dst_set(struct sock *sk, struct dst_entry *dst)
{
	struct dst_entry *old = sk->sk_dst_cache;

	sk->sk_dst_cache = dst;
	dst_release(old);
}

bool sk_rethink_txhash(struct sock *sk)
{
	bool on = sk->sk_txrehash == SK_TXREHASH_DEFAULT ? sk->net->core.txrehash : sk->sk_txrehash;

	if (!on || !sk->sk_txhash)
		return false;
	sk->sk_txhash = net_rand32(sk->net) | 1;
	return true;
}

/* -- accounting ------------------------------------------------------------------ */
static void sock_rfree(struct sk_buff *skb)
{
	skb->sk->sk_rmem_alloc -= (int)skb->truesize;
	if (skb->sk->sk_mem)
		*skb->sk->sk_mem -= skb->truesize;
}

void sk_busy_poll_start(struct sock *sk)
{
	u64 until = sk->net->now + min_t(u32, sk->sk_ll_usec, BUSY_POLL_MAX_US) * NSEC_PER_USEC;

	sk->net->busy_until = max(sk->net->busy_until, until);
}

void sk_mark_rx(struct sock *sk, const struct sk_buff *skb)
{
	sk->sk_napi_id = skb->napi_id;
	sk->sk_rx_queue = skb->queue_mapping;
	sk->sk_incoming_cpu = sk->net->cpu;
	sk_busy_poll(sk);
}

/* The packet must not outlive the socket: it is on one of its queues. */
void skb_set_owner_r(struct sk_buff *skb, struct sock *sk)
{
	skb_orphan(skb);
	skb->sk = sk;
	skb->destructor = sock_rfree;
	sk->sk_rmem_alloc += (int)skb->truesize;
	if (sk->sk_mem)
		*sk->sk_mem += skb->truesize;
}

/* Tells the writer when the packets below have come down to half of what may be there. */
static void sock_wfree(struct sk_buff *skb)
{
	struct sock *sk = skb->sk;
	int half = sk->sk_sndbuf / 2, before = sk->sk_wmem_alloc;

	sk->sk_wmem_alloc = before - (int)skb->truesize;
	if (before > half && sk->sk_wmem_alloc <= half && !sock_flag(sk, SOCK_DEAD))
		sk_wake(sk, SOCK_EV_OUT);
	sock_put(sk);
}

void skb_set_owner_w(struct sk_buff *skb, struct sock *sk)
{
	skb_orphan(skb);
	skb->sk = sock_hold(sk);
	skb->destructor = sock_wfree;
	sk->sk_wmem_alloc += (int)skb->truesize;
}

/* Like Linux, a packet is taken while anything is left of the buffer, even if it is larger. */
int sock_queue_rcv_skb(struct sock *sk, struct sk_buff *skb)
{
	if (sk->sk_rmem_alloc >= sk->sk_rcvbuf) {
		sk->sk_drops++;
		kfree_skb_reason(skb, SKB_DROP_SOCKET_RCVBUFF);
		return -ENOBUFS;
	}
	skb_dst_drop(skb);
	skb->dev = NULL;	/* in the queue it may outlive the device */
	skb_set_owner_r(skb, sk);
	skb_queue_tail(&sk->sk_receive_queue, skb);
	sk_wake(sk, SOCK_EV_IN);
	return 0;
}

/* -ENOMEM (skb consumed) when the receive buffer is full. */
int sock_queue_err_skb(struct sock *sk, struct sk_buff *skb)
{
	if (sk->sk_rmem_alloc + (int)skb->truesize >= sk->sk_rcvbuf) {
		kfree_skb_reason(skb, SKB_DROP_SOCKET_RCVBUFF);
		return -ENOMEM;
	}
	skb_dst_drop(skb);
	skb->dev = NULL;
	skb_set_owner_r(skb, sk);
	skb_queue_tail(&sk->sk_error_queue, skb);
	sk_wake(sk, SOCK_EV_ERR);
	return 0;
}

/* -- a message's scattered bytes --------------------------------------------------- */
static int msg_copy(const struct msg *msg, size_t off, u8 *flat, size_t len, bool to_msg)
{
	u32 i;

	for (i = 0; len && i < msg->nr_vec; i++) {
		const struct skb_vec *v = &msg->vec[i];
		size_t n;

		if (off >= v->len) {
			off -= v->len;
			continue;
		}
		n = min(v->len - off, len);
		if (to_msg)
			memcpy((u8 *)v->base + off, flat, n);
		else
			memcpy(flat, (const u8 *)v->base + off, n);
		off = 0;
		flat += n;
		len -= n;
	}
	return len ? -EFAULT : 0;
}

int msg_copy_from(const struct msg *msg, size_t off, void *to, size_t len)
{
	return msg_copy(msg, off, to, len, false);
}

int msg_copy_to(struct msg *msg, size_t off, const void *from, size_t len)
{
	return msg_copy(msg, off, (u8 *)(uintptr_t)from, len, true);
}

static int copy_to_msg(u8 *data, u32 len, u32 pos, void *arg)
{
	return msg_copy_to(arg, pos, data, len);
}

/* len octets of skb at off to the start of msg's vec; -EFAULT beyond either end. */
int skb_copy_datagram_msg(const struct sk_buff *skb, u32 off, struct msg *msg, u32 len)
{
	return skb_walk(skb, off, len, copy_to_msg, msg);
}
