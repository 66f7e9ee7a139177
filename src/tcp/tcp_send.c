/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The user's octets into the send queue. Payload lives in pages that the net's connections share
 * from front to back: an idle socket holds none. From socket/ (sendmsg, stream_reserve and
 * stream_commit); to tcp_out.c.
 */
#include "tcp/tcp_fastopen.h"
#include "tcp/tcp_repair.h"

/* Memory handed out by stream_reserve() and not yet committed. */
struct tcp_rsv {
	u32 nr;
	struct skb_frag frag[TCP_RSV_FRAGS];	/* one page reference each */
};

u32 tcp_rsv_size(void)
{
	return sizeof(struct tcp_rsv);
}

static int tcp_send_err(struct sock *sk)
{
	int err = sock_error(sk);

	return err ? err : -EPIPE;
}

/* May the user write now? 0, -EPIPE, -ENOTCONN, -EAGAIN (still connecting) or the pending error. */
static int tcp_send_allowed(struct sock *sk)
{
	if (sk->sk_err || sk->sk_shutdown & SEND_SHUTDOWN)
		return tcp_send_err(sk);
	if (tcp_state_in(sk, TCPF_CAN_SEND) || tcp_sk(sk)->defer_connect ||
	    (sk->sk_state == TCP_SYN_RECV && tcp_sk(sk)->fo_child))
		return 0;
	if (tcp_state_in(sk, TCPF(SYN_SENT) | TCPF(SYN_RECV)))
		return -EAGAIN;
	return sk->sk_state == TCP_CLOSE && !sock_flag(sk, SOCK_DONE) ? -ENOTCONN : -EPIPE;
}

/* TCP_NOTSENT_LOWAT */
static u32 tcp_lowat(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return tp->notsent_lowat ? tp->notsent_lowat : tcp_ns(sk)->notsent_lowat;
}

/* Room for the user, in the sense of poll(2). */
bool tcp_stream_writeable(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	/* half of it: who is told to write can write a good piece */
	return tcp_wspace_ok(sk) && 2 * (u64)(tp->write_seq - tp->snd_nxt) < tcp_lowat(sk);
}

/* The last unsent packet if more may be appended to it. */
static struct sk_buff *tcp_tail_open(struct sock *sk, u32 goal)
{
	struct sk_buff *skb = skb_peek_tail(&sk->sk_write_queue);

	if (!skb || tcp_tx(skb)->eor || skb->len >= goal ||
	    tcp_tx(skb)->flags & (TCPHDR_FIN | TCPHDR_SYN))
		return NULL;
	return skb;
}

/*
 * Octets that make up to so many packets of the queue complete, the last one first. The buffer's fill is
 * looked at before a new packet only: it is overrun by less than one. 0: full.
 */
static size_t tcp_send_room(struct sock *sk, u32 goal, u32 packets)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *tail = tcp_tail_open(sk, goal);
	u64 room = tail ? goal - tail->len : 0, lowat = tcp_lowat(sk), unsent = tp->write_seq - tp->snd_nxt;

	packets -= tail != NULL;
	while (packets && sk->sk_wmem_queued + (s64)room < sk->sk_sndbuf && unsent + room < lowat) {
		room += goal;
		packets--;
	}
	return (size_t)room;
}

/*
 * Appends [off, off+len) of page to the queue, in the last packet while it is below goal and in
 * new ones. Returns the octets taken (less than len without memory).
 */
static u32 tcp_append_page(struct sock *sk, struct page *page, u32 off, u32 len, u32 goal)
{
	u32 done = 0;

	while (done < len) {
		struct sk_buff *skb = tcp_tail_open(sk, goal);
		u32 n;

		if (!skb) {
			skb = tcp_tx_alloc(sk, tcp_sk(sk)->write_seq, TCPHDR_ACK);
			if (!skb)
				break;
			tcp_tx_queue_tail(sk, skb);
		}
		n = min(len - done, goal - skb->len);
		if (tcp_tx_append(sk, skb, page, off + done, n))
			tcp_tx(skb)->eor = true;	/* frags are full: a new packet */
		else
			done += n;
	}
	return done;
}

/* A packet that was begun and stayed empty (no memory for its payload) must not be sent. */
static void tcp_drop_empty_tail(struct sock *sk)
{
	struct sk_buff *skb = skb_peek_tail(&sk->sk_write_queue);

	if (!skb || tcp_tx(skb)->seq != tcp_tx(skb)->end_seq)
		return;
	skb_unlink(&sk->sk_write_queue, skb);
	tcp_tx_free(sk, skb);
}

/* Copies at most max octets of msg at pos into shared page memory and queues them; octets or -errno. */
static ssize_t tcp_copy_chunk(struct sock *sk, struct msg *msg, size_t pos, size_t max, u32 goal)
{
	struct page_frag *pf = &tcp_ns(sk)->tx_frag;
	u32 n, taken;
	int err;

	if (!tcp_wmem_schedule(sk, goal))
		return -EAGAIN;
	if (page_frag_room(pf) < 64 && page_frag_refill(sk->net, pf, NET_PAGE_SIZE / 2))
		return -ENOBUFS;
	n = (u32)min_t(size_t, page_frag_room(pf), min_t(size_t, msg->len - pos, max));
	err = msg_copy_from(msg, pos, pf->page->data + pf->off, n);
	if (err)
		return err;
	if (tcp_repair_fills_rcvq(tcp_sk(sk))) {
		err = tcp_repair_rcv_page(sk, pf->page, pf->off, n);
		if (err)
			return err;
		pf->off += n;
		return (ssize_t)n;
	}
	taken = tcp_append_page(sk, pf->page, pf->off, n, goal);
	pf->off += taken;
	return taken ? (ssize_t)taken : -ENOBUFS;
}

/* Where SOF_TIMESTAMPING_OPT_ID counts from, which a connection must be there for. */
int tcp_tskey(const struct sock *sk, bool written, u32 *key)
{
	if (tcp_state_in(sk, TCPF(CLOSE) | TCPF(LISTEN)))
		return -EINVAL;
	*key = written ? tcp_sk(sk)->write_seq : tcp_sk(sk)->snd_una;
	return 0;
}

/* The last octet written so far is to be stamped on its way. */
static void tcp_tx_stamp(const struct sock *sk, u32 tsflags)
{
	struct sk_buff *tail = skb_peek_tail(&sk->sk_write_queue);

	if (likely(!(tsflags & SOF_TX_RECORD_MASK)) || !tail)
		return;
	tail->tx_flags = sock_tx_flags(tsflags);
	tail->tskey = tcp_tx(tail)->seq + tail->len - 1;
}

static void tcp_before_write(struct sock *sk)
{
	tcp_slow_start_after_idle_check(sk);
	tcp_rate_check_app_limited(sk);
	tcp_chrono_start(tcp_sk(sk), TCP_CHRONO_BUSY);
}

static void tcp_after_write(struct sock *sk, int flags, u32 mss)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *tail = skb_peek_tail(&sk->sk_write_queue);

	if (flags & SMSG_EOR && tail)
		tcp_tx(tail)->eor = true;
	if (flags & SMSG_OOB)
		tp->urg_mode = true;
	tcp_push(sk, flags, mss);
}

/*
 * MSG_FASTOPEN, or the first write after a deferred connect(): the SYN leaves, with as much of msg as
 * it may carry. Octets taken, -EINPROGRESS when it carries none, or why there is no connection.
 */
static ssize_t tcp_sendmsg_fastopen(struct sock *sk, struct msg *msg)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_fastopen_request fo;
	ssize_t done = 0, n = 0;
	u32 space;
	int err;

	if (!(tcp_ns(sk)->fastopen & TFO_CLIENT_ENABLE) || (msg->name && !msg->name->family))
		return -EOPNOTSUPP;
	if (!tp->defer_connect) {
		if (!msg->name)
			return sk->sk_state == TCP_CLOSE ? -EINVAL :
				sk->sk_state == TCP_SYN_SENT ? -EALREADY : -EISCONN;
		err = tcp_connect_prepare(sk, msg->name);
		if (err)
			return err;
	}
	tp->fo_req = &fo;
	space = tcp_fastopen_cookie_check(sk, &fo) ? tcp_fastopen_syn_space(sk) : 0;
	err = tcp_connect_begin(sk);
	if (err) {
		tp->fo_req = NULL;
		return err;
	}
	space = (u32)min_t(size_t, space, msg->len);
	while (done < space) {
		struct msg part = *msg;

		part.len = space;
		n = tcp_copy_chunk(sk, &part, (size_t)done, space, space);
		if (n < 0)
			break;
		done += n;
	}
	tcp_drop_empty_tail(sk);
	err = tcp_connect_send(sk);
	return done ? done : n < 0 && n != -ENOBUFS ? n : err;
}

/* A packet of the queue is complete, and more follows: do not let it wait for the rest. */
static void tcp_push_full_packet(struct sock *sk, u32 goal, u32 mss)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *tail = skb_peek_tail(&sk->sk_write_queue);

	if (!tail || tail->len < goal)
		return;
	if (tcp_forced_push(tp)) {
		tcp_mark_push(tp, tail);
		tcp_push_all(sk, mss);
	} else if (tail == tcp_send_head(sk)) {
		tcp_push_one(sk, mss);
	}
}

/* The user is told that the buffer is full: nothing is held back in it. */
static void tcp_wait_for_space(struct sock *sk, u32 mss)
{
	struct sk_buff *tail = skb_peek_tail(&sk->sk_write_queue);

	sock_set_flag(sk, SOCK_QUEUE_SHRUNK);
	if (!tail)
		return;
	tcp_mark_push(tcp_sk(sk), tail);
	tcp_push_all(sk, mss);
}

/*
 * sendmsg(2), without blocking: octets taken (at least one), or -EAGAIN when the buffer is full,
 * -EPIPE, -ENOTCONN, a pending error.
 */
ssize_t tcp_sendmsg(struct sock *sk, struct msg *msg)
{
	u32 mss, goal;
	size_t pos = 0;
	int err;

	if (msg->flags & SMSG_FASTOPEN || tcp_sk(sk)->defer_connect)
		return tcp_sendmsg_fastopen(sk, msg);
	err = tcp_send_allowed(sk);
	if (err)
		return err;
	if (unlikely(tcp_sk(sk)->repair) && tcp_sk(sk)->repair_queue == TCP_NO_QUEUE_NS)
		return -EINVAL;
	if (unlikely(msg->cmsg && msg->cmsg->has_txtime && !sock_flag(sk, SOCK_TXTIME)))
		return -EINVAL;
	mss = tcp_current_mss(sk);
	goal = tcp_size_goal(tcp_sk(sk), mss);
	tcp_before_write(sk);
	while (pos < msg->len) {
		size_t room = tcp_send_room(sk, goal, 1);
		ssize_t n;

		if (!room) {
			err = -EAGAIN;
			break;
		}
		n = tcp_copy_chunk(sk, msg, pos, room, goal);
		if (n < 0) {
			err = (int)n;
			break;
		}
		pos += (size_t)n;
		if (pos < msg->len)
			tcp_push_full_packet(sk, goal, mss);
	}
	tcp_drop_empty_tail(sk);
	if (pos)
		tcp_tx_stamp(sk, msg->cmsg && msg->cmsg->has_tsflags ? msg->cmsg->tsflags : sk->sk_tsflags);
	if (err == -EAGAIN)
		tcp_wait_for_space(sk, mss);
	else if (pos)
		tcp_after_write(sk, pos < msg->len ? msg->flags & ~SMSG_EOR & ~SMSG_MORE : msg->flags, mss);
	if (unlikely(pos && msg->flags & SMSG_ZEROCOPY && sock_flag(sk, SOCK_ZEROCOPY)))
		sock_zerocopy_done(sk);
	return pos || !msg->len ? (ssize_t)pos : err;
}

/* -- without a copy ---------------------------------------------------------------------------- */

void tcp_rsv_release(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_rsv *r = tp->rsv;

	if (!r)
		return;
	tp->rsv = NULL;
	for (u32 i = 0; i < r->nr; i++)
		page_put(r->frag[i].page);
	pool_put(&tcp_ns(sk)->rsv_pool, r);
}

/* Takes up to want octets of the shared page, or of a fresh one, for the reservation. */
static int tcp_rsv_add(struct sock *sk, struct tcp_rsv *r, u32 want)
{
	struct page_frag *pf = &tcp_ns(sk)->tx_frag;
	struct skb_frag *f = &r->frag[r->nr];

	if (page_frag_room(pf) < min_t(u32, want, 1024) &&
	    page_frag_refill(sk->net, pf, NET_PAGE_SIZE / 2))
		return -ENOBUFS;
	f->page = pf->page;
	f->off = pf->off;
	f->len = min(want, page_frag_room(pf));
	page_get(f->page);
	pf->off += f->len;
	r->nr++;
	return (int)f->len;
}

/* Room for *len octets, which become fewer, or -EAGAIN: then the user is told when there is some. */
static int tcp_stream_room(struct sock *sk, size_t *len, u32 mss)
{
	size_t room = tcp_send_room(sk, tcp_size_goal(tcp_sk(sk), mss), TCP_RSV_FRAGS);

	if (!room) {
		tcp_wait_for_space(sk, mss);
		return -EAGAIN;
	}
	if (!tcp_wmem_schedule(sk, (u32)min_t(size_t, *len, NET_PAGE_SIZE))) {
		sock_set_flag(sk, SOCK_QUEUE_SHRUNK);
		return -EAGAIN;
	}
	*len = min(*len, room);
	return 0;
}

int tcp_stream_reserve(struct sock *sk, struct skb_vec *vec, u32 max, size_t want)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_rsv *r;
	int err = tcp_send_allowed(sk);
	size_t got = 0;

	if (err)
		return err;
	err = tcp_stream_room(sk, &want, tp->defer_connect ? tp->mss_cache : tcp_current_mss(sk));
	if (err)
		return err;
	if (!want || !max)
		return -EINVAL;
	tcp_rsv_release(sk);
	r = pool_zget(&tcp_ns(sk)->rsv_pool);
	if (!r)
		return -ENOMEM;
	tp->rsv = r;
	while (got < want && r->nr < min_t(u32, max, TCP_RSV_FRAGS)) {
		int n = tcp_rsv_add(sk, r, (u32)min_t(size_t, want - got, NET_PAGE_SIZE));

		if (n < 0)
			break;
		vec[r->nr - 1].base = r->frag[r->nr - 1].page->data + r->frag[r->nr - 1].off;
		vec[r->nr - 1].len = (size_t)n;
		got += (size_t)n;
	}
	if (!r->nr) {
		tcp_rsv_release(sk);
		return -ENOMEM;
	}
	return (int)r->nr;
}

/* What the user did not fill goes back to the shared page if nobody carved behind it. */
static void tcp_rsv_give_back(struct sock *sk, const struct tcp_rsv *r, size_t len)
{
	struct page_frag *pf = &tcp_ns(sk)->tx_frag;
	const struct skb_frag *f = &r->frag[r->nr - 1];
	size_t before_last = 0;

	for (u32 i = 0; i + 1 < r->nr; i++)
		before_last += r->frag[i].len;
	if (pf->page == f->page && pf->off == f->off + f->len)
		pf->off = f->off + (u32)(len > before_last ? len - before_last : 0);
}

/* The end of a record behind the last octet of the user, sent or not. */
static void tcp_end_record(struct sock *sk)
{
	struct sk_buff *tail = skb_peek_tail(&sk->sk_write_queue);

	if (!tail)
		tail = tcp_rtx_tail(tcp_sk(sk));
	if (tail)
		tcp_tx(tail)->eor = true;
}

/*
 * The first len octets of f to the queue. A packet that is complete leaves, with PSH where sendmsg() would
 * have set it, unless the write ends there; more: octets of it that follow. Octets taken.
 */
static u32 tcp_commit_page(struct sock *sk, const struct skb_frag *f, u32 len, size_t more, u32 goal, u32 mss)
{
	u32 done = 0;

	while (done < len) {
		const struct sk_buff *tail = tcp_tail_open(sk, goal);
		u32 n = min(len - done, tail ? goal - tail->len : goal);
		u32 taken = tcp_append_page(sk, f->page, f->off + done, n, goal);

		done += taken;
		if (taken < n)
			break;
		if (done < len || more)
			tcp_push_full_packet(sk, goal, mss);
	}
	return done;
}

/* proto.stream_urgent */
void tcp_stream_urgent(struct sock *sk, u32 ahead)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->snd_up = tp->write_seq + ahead;
	tp->urg_mode = after(tp->snd_up, tp->snd_una);
}

int tcp_stream_commit(struct sock *sk, size_t len, int flags)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_rsv *r = tp->rsv;
	size_t left = len, sum = 0;
	struct tcp_fastopen_request fo;
	u32 mss, goal;
	bool opening;
	int err = 0;

	if (!len && flags & SMSG_EOR)
		tcp_end_record(sk);
	if (!len && flags & SMSG_NO_MORE)
		tcp_push(sk, 0, tcp_current_mss(sk));
	if (!r)
		return !len && flags & (SMSG_EOR | SMSG_NO_MORE) ? 0 : -EINVAL;
	for (u32 i = 0; i < r->nr; i++)
		sum += r->frag[i].len;
	if (len > sum) {
		tcp_rsv_release(sk);
		return -EINVAL;
	}
	tcp_rsv_give_back(sk, r, len);
	err = len ? tcp_send_allowed(sk) : 0;
	if (err || !len) {
		tcp_rsv_release(sk);
		return err;
	}
	opening = tp->defer_connect;
	if (opening) {
		tp->fo_req = &fo;
		tcp_fastopen_cookie_check(sk, &fo);
		err = tcp_connect_begin(sk);
	}
	mss = tcp_current_mss(sk);
	goal = tcp_size_goal(tp, mss);
	tcp_before_write(sk);
	for (u32 i = 0; i < r->nr && left && !err; i++) {
		u32 n = (u32)min_t(size_t, left, r->frag[i].len);
		u32 taken = n;

		if (!tcp_repair_fills_rcvq(tp))
			taken = opening ? tcp_append_page(sk, r->frag[i].page, r->frag[i].off, n, goal) :
					  tcp_commit_page(sk, &r->frag[i], n, left - n, goal, mss);
		else if (tcp_repair_rcv_page(sk, r->frag[i].page, r->frag[i].off, n))
			taken = 0;
		left -= taken;
		err = taken < n ? -ENOBUFS : 0;
	}
	tcp_rsv_release(sk);
	tcp_drop_empty_tail(sk);
	if (opening) {
		if (!err)
			tcp_connect_send(sk);
		if (!err && skb_peek_tail(&sk->sk_write_queue))
			tcp_mark_push(tp, skb_peek_tail(&sk->sk_write_queue));
		tp->fo_req = NULL;
	} else if (left < len) {
		tcp_tx_stamp(sk, sk->sk_tx_stamp);
		tcp_after_write(sk, flags, mss);
	}
	sk->sk_tx_stamp = 0;
	if (err)			/* a part of the stream is lost: it must not go on */
		tcp_abort(sk, ECONNABORTED, TCP_ABORT_MEMORY);
	return err;
}

ssize_t tcp_stream_attach(struct sock *sk, struct page *page, u32 off, u32 len, int flags)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct skb_frag f = { page, off, len };
	int err = tcp_send_allowed(sk);
	size_t n = len;
	u32 mss, taken;

	if (err)
		return err;
	if (tp->defer_connect || tp->repair)
		return -EOPNOTSUPP;
	mss = tcp_current_mss(sk);
	err = tcp_stream_room(sk, &n, mss);
	if (err)
		return err;
	tcp_before_write(sk);
	taken = tcp_commit_page(sk, &f, (u32)n, len - n, tcp_size_goal(tp, mss), mss);
	tcp_drop_empty_tail(sk);
	if (!taken) {
		sock_set_flag(sk, SOCK_QUEUE_SHRUNK);
		return -EAGAIN;
	}
	if (taken == len)
		tcp_tx_stamp(sk, sk->sk_tx_stamp);
	tcp_after_write(sk, taken < len ? flags & ~SMSG_EOR : flags, mss);
	if (taken == len)
		sk->sk_tx_stamp = 0;
	return taken;
}
