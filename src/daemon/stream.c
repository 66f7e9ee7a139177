// SPDX-License-Identifier: BSD-2-Clause
/*
 * The pump of a connection: bytes between the program's descriptor and the stack, without a buffer
 * of its own. What the program wrote is read straight into the send queue's memory, and only while
 * that has room; what arrived is written from the packets' memory and freed when it was taken.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "daemon/payload.h"

enum {
	PUMP_BUDGET = 1 << 20,		/* bytes one way before others have their turn */
	READ_CHUNK = 256 << 10,
	PUMP_VECS = 64,
	PUMP_RX_VECS = 256,		/* frames of a full receive ring, each a piece of its own */
	STREAM_SNDBUF = 1 << 20,	/* of our end: what the program may leave unread */
};

_Static_assert(sizeof(struct skb_vec) == sizeof(struct iovec) &&
	       offsetof(struct skb_vec, base) == offsetof(struct iovec, iov_base) &&
	       offsetof(struct skb_vec, len) == offsetof(struct iovec, iov_len),
	       "struct skb_vec is passed as struct iovec");

/* What a step of the pump tells its caller. */
enum step { STEP_AGAIN, STEP_STOP, STEP_GONE };	/* GONE: the object was freed or closed */

static enum step program_gone(struct object *o, bool reset)
{
	struct sock *sk = o->sk;

	if (reset && sk) {
		sock_set_event(sk, NULL, NULL);
		o->sk = NULL;
		sock_abort(sk);
	}
	obj_free(o);
	return STEP_GONE;
}

static bool closed_by_program(const struct object *o)
{
	return (o->flags & (OBJ_F_HUP | OBJ_F_KEEP)) == OBJ_F_HUP;
}

/* What it left unread is in its own queue, or still in the stack. */
static bool closed_unread(const struct object *o)
{
	struct skb_vec vec;
	size_t len = 0;

	if (!closed_by_program(o))
		return false;
	return o->flags & OBJ_F_UNREAD ||
	       (sock_stream_peek(o->sk, unread_bytes(o), &vec, 1, &len) > 0 && len);
}

/*
 * The stack takes no more from the program. Only the way in which it closed is of interest: with data unread
 * the close is a reset (RFC 2525 section 2.17), which does not wait for what has no room.
 */
static enum step tx_refused(struct object *o, int err)
{
	char c;

	if (err == -EAGAIN)
		return closed_unread(o) ? program_gone(o, true) : STEP_STOP;
	o->flags &= ~(u32)OBJ_F_READABLE;
	if (!closed_by_program(o))
		return STEP_STOP;
	return program_gone(o, o->flags & OBJ_F_UNREAD ||
			       (recv(o->d.fd, &c, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && errno == ECONNRESET));
}

/* The program's end of data: it shut down writing, or closed. */
static enum step tx_eof(struct object *o)
{
	o->flags &= ~(u32)OBJ_F_READABLE;
	if (closed_by_program(o))
		return program_gone(o, o->flags & OBJ_F_UNREAD);
	if (!(o->flags & OBJ_F_FIN_SENT)) {
		o->flags |= OBJ_F_FIN_SENT;
		sock_shutdown(o->sk, SHUT_WR);
	}
	return STEP_STOP;
}

/*
 * recvmsg() of what the program wrote. *marked: the last octet is a mark of its library's. It came with a
 * descriptor, for which there is no room, and the kernel gives no more octets after one.
 */
static ssize_t read_program(struct object *o, struct iovec *iov, int nr, bool *marked)
{
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = (size_t)nr };
	ssize_t n;

	*marked = false;
	if (likely(!o->lent))
		return readv(o->d.fd, iov, nr);
	n = recvmsg(o->d.fd, &msg, MSG_DONTWAIT);
	*marked = n > 0 && msg.msg_flags & MSG_CTRUNC;
	return n;
}

/* Up to len octets of the program's that are nobody's: as recv() */
static ssize_t discard(struct object *o, size_t len)
{
	size_t room;
	u8 *waste = pump_waste(o->w, &room);
	struct iovec iov = { waste, min(len, room) };
	bool marked;
	ssize_t n = read_program(o, &iov, 1, &marked);

	if (unlikely(marked))
		lent_throw_away(o, waste[n - 1]);
	return n;
}

void stream_discard_all_but(struct object *o, size_t len, size_t keep)
{
	ssize_t n;

	while (len > keep && (n = discard(o, len - keep)) > 0)
		len -= (size_t)n;
}

/* The connect request must be gone to the last byte before the stream begins. */
static enum step drain_filler(struct object *o)
{
	ssize_t n = discard(o, o->filler);

	if (n > 0) {
		o->filler -= (u32)n;
		return STEP_AGAIN;
	}
	o->flags &= ~(u32)OBJ_F_READABLE;
	if (n < 0 && errno == EAGAIN)
		return STEP_STOP;
	return program_gone(o, false);
}

static int put_oob(struct object *o, u8 byte)
{
	struct skb_vec vec;
	int n = sock_stream_reserve(o->sk, &vec, 1, 1);

	if (n <= 0)
		return n ? n : -EAGAIN;
	*(u8 *)vec.base = byte;
	return sock_stream_commit(o->sk, 1, SMSG_OOB);
}

/* A child without the shim sent out-of-band data: reads stop before it. */
static void take_native_oob(struct object *o)
{
	int at_mark = 0;
	u8 byte;

	if (ioctl(o->d.fd, SIOCATMARK, &at_mark) || !at_mark)
		return;
	o->flags &= ~(u32)OBJ_F_PRI;
	if (recv(o->d.fd, &byte, 1, MSG_OOB | MSG_DONTWAIT) == 1)
		put_oob(o, byte);
}

static enum step tx_oob(struct object *o)
{
	int ret = put_oob(o, o->oob_byte);

	if (ret == -EAGAIN)
		return STEP_STOP;
	o->flags &= ~(u32)OBJ_F_OOB_OUT;
	return STEP_AGAIN;
}

/* n octets of what the descriptor held have gone to the stack: what waited for them has its turn. */
static void tx_passed(struct object *o, u32 n)
{
	if (o->flags & OBJ_F_OOB_OUT)
		o->oob_after -= n;
	records_moved(o, n);
}

/* What a mark stands for. */
static enum step tx_lent(struct object *o, size_t *moved)
{
	bool done;
	ssize_t n = lent_send(o, &done);

	if (n < 0)
		return tx_refused(o, (int)n);
	*moved += (size_t)n;
	o->w->count.stream_tx_bytes += (u64)n;
	o->w->count.stream_lent_bytes += (u64)n;
	if (done)
		tx_passed(o, 1);
	return STEP_AGAIN;
}

/* The octet at off. */
static u8 vec_octet(const struct skb_vec *vec, size_t off)
{
	while (off >= vec->len)
		off -= vec++->len;
	return ((const u8 *)vec->base)[off];
}

static enum step tx_step(struct object *o, size_t *moved)
{
	struct skb_vec vec[PUMP_VECS];
	size_t want = READ_CHUNK, room = 0;
	bool marked;
	ssize_t r;
	int n, i;

	if (o->sk->sk_err)	/* the program is told it, by rx_end() */
		return tx_refused(o, -EPIPE);
	if (lent_left(o))
		return tx_lent(o, moved);
	if (o->flags & OBJ_F_OOB_OUT) {
		if (!o->oob_after)
			return tx_oob(o);
		want = min_t(size_t, want, o->oob_after);
	}
	if (unlikely(o->stamps))
		want = stamps_limit(o, want);
	if (unlikely(o->records))
		want = min_t(size_t, want, records_limit(o));
	n = sock_stream_reserve(o->sk, vec, PUMP_VECS, want);
	if (n <= 0)
		return tx_refused(o, n ? n : -EAGAIN);
	for (i = 0; i < n; i++)
		room += vec[i].len;
	r = read_program(o, (struct iovec *)(void *)vec, n, &marked);
	o->w->count.stream_reads++;
	if (r <= 0) {
		int err = errno;

		sock_stream_commit(o->sk, 0, 0);
		if (!r)
			return tx_eof(o);
		o->flags &= ~(u32)OBJ_F_READABLE;
		return err == EAGAIN || err == EINTR ? STEP_STOP : program_gone(o, true);
	}
	if (unlikely(marked) && !lent_mark(o, vec_octet(vec, (size_t)--r)))
		return program_gone(o, true);
	if (unlikely(o->stamps))
		stamps_taken(o, (size_t)r);
	/* the octet that follows is of the same write */
	if (sock_stream_commit(o->sk, (size_t)r, o->flags & (OBJ_F_MORE | OBJ_F_OOB_OUT) ? SMSG_MORE : 0) < 0)
		return STEP_STOP;	/* the stack gave up on it: its error is on the way */
	if (unlikely(marked && o->stamps))
		stamps_taken(o, 1);
	*moved += (size_t)r;
	o->w->count.stream_tx_bytes += (u64)r;
	tx_passed(o, (u32)r);
	if (o->flags & OBJ_F_PRI)
		take_native_oob(o);
	/* A short read has emptied the queue: what comes later comes with an edge of its own. */
	else if ((size_t)r < room && !marked && !(o->flags & (OBJ_F_RDHUP | OBJ_F_HUP | OBJ_F_OOB_OUT)))
		o->flags &= ~(u32)OBJ_F_READABLE;
	return STEP_AGAIN;
}

/* Reset, or timed out, and the program has not been told. */
static bool has_failed(const struct object *o)
{
	return o->sk->sk_state == TCP_CLOSE && o->sk->sk_err;
}

static enum step tx(struct object *o, size_t budget)
{
	enum step s = STEP_AGAIN;
	size_t moved = 0;

	while (s == STEP_AGAIN && (o->flags & OBJ_F_READABLE)) {
		if (moved >= budget) {
			poller_queue(&o->w->poller, &o->d);
			return STEP_STOP;
		}
		/* of a connection that failed nobody is to find room, as long as anybody has it */
		if (unlikely(o->filler) &&
		    ((has_failed(o) && !closed_by_program(o)) || stream_is_full(o)))
			return STEP_STOP;
		s = o->filler ? drain_filler(o) : tx_step(o, &moved);
	}
	return s;
}

/* Urgent data of the peer, once all bytes before it were written. */
static enum step rx_urgent(struct object *o)
{
	u8 byte;

	int ret = sock_stream_read_oob(o->sk, &byte, SMSG_PEEK);

	if (ret == -EAGAIN)
		return STEP_STOP;	/* the octet itself is still on its way */
	if (ret <= 0) {
		o->flags &= ~(u32)OBJ_F_URG;
		return STEP_AGAIN;
	}
	if (!(o->flags & OBJ_F_DEAF_IN) &&
	    send(o->d.fd, &byte, 1, MSG_OOB | MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno == EAGAIN) {
		o->flags &= ~(u32)OBJ_F_WRITABLE;
		return STEP_STOP;
	}
	o->flags &= ~(u32)OBJ_F_URG;
	sock_stream_read_oob(o->sk, &byte, 0);
	return STEP_AGAIN;
}

static bool at_urgent_mark(struct object *o)
{
	int mark = 0;

	return o->flags & OBJ_F_URG && !sock_ioctl(o->sk, SIOCATMARK, &mark) && mark;
}

void stream_make_roomy(struct object *o, int size)
{
	o->flags |= OBJ_F_ROOMY;
	if (setsockopt(o->d.fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		setsockopt(o->d.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

/*
 * The program's descriptor takes no more, or not all. Most connections never fill the buffer that our end was
 * made with, so that it grows when it has been full.
 */
static enum step rx_full(struct object *o)
{
	if (o->flags & OBJ_F_ROOMY) {
		o->flags &= ~(u32)OBJ_F_WRITABLE;
		return STEP_STOP;
	}
	stream_make_roomy(o, STREAM_SNDBUF);
	return STEP_AGAIN;
}

/* The program takes no more from its descriptor: what comes is for READ calls. */
static enum step rx_deaf(struct object *o)
{
	o->flags |= OBJ_F_DEAF_IN;
	unread_end(o);
	return STEP_STOP;
}

static enum step rx_step(struct object *o, size_t *moved)
{
	struct skb_vec vec[PUMP_RX_VECS];
	struct msghdr msg = { .msg_iov = (struct iovec *)(void *)vec };
	u32 skip = unread_bytes(o);
	size_t len = 0;
	ssize_t r;
	int n;

	/* Reading on would pass over the urgent octet. */
	if (at_urgent_mark(o) && rx_urgent(o) == STEP_STOP)
		return STEP_STOP;
	/* one packet at a time if it matters when they came */
	n = sock_stream_peek(o->sk, skip, vec, unlikely(o->stamps) ? 1 : PUMP_RX_VECS, &len);
	if (n <= 0 || !len)
		return o->flags & OBJ_F_URG ? rx_urgent(o) : STEP_STOP;
	if (o->flags & OBJ_F_DEAF_IN)
		return STEP_STOP;	/* for READ calls */
	msg.msg_iovlen = (size_t)n;
	r = sendmsg(o->d.fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	o->w->count.stream_writes++;
	if (r < 0) {
		return errno == EPIPE ? rx_deaf(o) : rx_full(o);
	}
	if (unlikely(o->stamps))
		stamps_given(o, (size_t)r, o->sk->prot->stream_stamp(o->sk, skip));
	if (unlikely(o->unread))
		unread_given(o, (u32)r);
	else
		sock_stream_consume(o->sk, (size_t)r);
	o->w->count.stream_rx_bytes += (u64)r;
	*moved += (size_t)r;
	if ((size_t)r < len)
		rx_full(o);
	return STEP_AGAIN;
}

/*
 * SO_RCVLOWAT: poll must not see fewer octets than asked for, and the descriptor polls readable
 * with the first. So they stay here until there are enough, or no more will come; but only while
 * the program has nothing unread, since what it has counts, too. The stack itself is told 1.
 */
static bool below_lowat(const struct object *o)
{
	const struct sock *sk = o->sk;
	struct skb_vec vec[PUMP_VECS];
	size_t len = 0;
	int queued = 0;

	if (likely(o->lowat <= 1) || o->flags & (OBJ_F_LET_GO | OBJ_F_DEAF_IN) ||
	    sk->sk_shutdown & RCV_SHUTDOWN || sk->sk_state == TCP_CLOSE)
		return false;
	if (sock_stream_peek(o->sk, unread_bytes(o), vec, PUMP_VECS, &len) > 0 && len >= o->lowat)
		return false;
	return !ioctl(o->d.fd, SIOCOUTQ, &queued) && !queued;
}

/* true: everything that arrived was handed over */
static bool rx(struct object *o)
{
	size_t moved = 0;

	/* After the program's close nothing is taken: unread data make the close a reset. */
	if (closed_by_program(o) || below_lowat(o))
		return false;
	while (o->flags & (OBJ_F_WRITABLE | OBJ_F_DEAF_IN)) {
		if (moved >= PUMP_BUDGET) {
			poller_queue(&o->w->poller, &o->d);
			return false;
		}
		if (rx_step(o, &moved) != STEP_AGAIN)
			return o->flags & (OBJ_F_WRITABLE | OBJ_F_DEAF_IN);
	}
	return false;
}

/* All data were handed over: tell how the stream ended, if it did. */
static enum step rx_end(struct object *o)
{
	struct sock *sk = o->sk;

	if (has_failed(o)) {
		obj_fail(o, -sock_error(sk));
		return STEP_GONE;
	}
	if ((sk->sk_shutdown & RCV_SHUTDOWN) && !(o->flags & OBJ_F_FIN_TOLD)) {
		o->flags |= OBJ_F_FIN_TOLD;
		shutdown(o->d.fd, SHUT_WR);
	}
	return STEP_STOP;
}

/*
 * What the program wrote goes nowhere: taken, so that poll() tells it of room and its next write of the end.
 * An octet stays, which makes our close a reset for a reader without the library; not of so little that the
 * buffer must be a small one, where a packet with one octet takes too much, as it is beside lent memory.
 */
static void discard_written(struct object *o)
{
	enum { LITTLE = 8192 };
	int left = 0;

	if (!ioctl(o->d.fd, SIOCINQ, &left) && left > 0)
		stream_discard_all_but(o, (size_t)left, left > LITTLE && !o->lent);
}

/*
 * The connection failed, but the program has not read what arrived before: that must stay
 * readable, so the failure itself waits. Its writes fail from now on.
 */
static void end_writing(struct object *o)
{
	if (o->flags & OBJ_F_DEAF)
		return;
	o->flags |= OBJ_F_DEAF;
	shutdown(o->d.fd, SHUT_RD);
	discard_written(o);
}

static void pump(struct object *o)
{
	poller_hot(&o->w->poller, &o->d);
	/* what it left unread when it closed was not read */
	if (unlikely(o->unread) && !closed_by_program(o))
		unread_look(o);
	if (tx(o, PUMP_BUDGET) == STEP_GONE)
		return;
	if (rx(o))
		rx_end(o);
	else if (has_failed(o))
		end_writing(o);
}

void stream_drain(struct object *o)
{
	o->flags |= OBJ_F_READABLE;
	tx(o, PUMP_BUDGET);
}

void stream_let_go(struct object *o, int how)
{
	if (o->state != OBJ_OPEN || o->lowat <= 1)
		return;
	o->flags |= OBJ_F_LET_GO;
	if (how != NSP_LET_GO_OFF)
		rx(o);
	if (how != NSP_LET_GO_ON)
		o->flags &= ~(u32)OBJ_F_LET_GO;
}

void stream_open(struct object *o)
{
	obj_set_state(o, OBJ_OPEN);
	stamps_begin(o);
	o->sk->sk_write_pending = 0;
	unread_begin(o);
	o->flags |= OBJ_F_WRITABLE;	/* what the program has written comes, or came, with an edge */
	poller_queue(&o->w->poller, &o->d);
	/* Now, so that the connecting program is told before the accepting one. */
	while (o->filler && drain_filler(o) == STEP_AGAIN)
		;
}

static void note_events(struct object *o, u32 events)
{
	if (events & EPOLLIN)
		o->flags |= OBJ_F_READABLE;
	if (events & EPOLLOUT)
		o->flags |= OBJ_F_WRITABLE;
	if (events & EPOLLPRI)
		o->flags |= OBJ_F_READABLE | OBJ_F_PRI;
	if (events & EPOLLRDHUP)
		o->flags |= OBJ_F_READABLE | OBJ_F_RDHUP;
	if (events & (EPOLLHUP | EPOLLERR))
		o->flags |= OBJ_F_READABLE | OBJ_F_RDHUP | OBJ_F_HUP;
	if (events & EPOLLERR)
		o->flags |= OBJ_F_UNREAD;
}

void stream_run(struct poll_item *item, u32 events)
{
	struct object *o = container_of(item, struct object, d);

	note_events(o, events);
	switch (o->state) {
	case OBJ_GREETING:
		connect_greeting(o);
		break;
	case OBJ_CONNECTING:
		connect_progress(o);
		break;
	case OBJ_ADMITTED:
		/* The handshake is complete, its child not yet ours; HUP: it was aborted. */
		if ((o->flags & OBJ_F_HUP) && !o->sk && o->err)
			obj_free(o);
		break;
	case OBJ_OPEN:
		pump(o);
		break;
	case OBJ_LISTEN:
		listener_run(o);
		break;
	default:
		break;
	}
}

void stream_event(struct sock *sk, u32 events)
{
	struct object *o = sk->sk_user_data;

	if (!o)
		return;
	if (events & SOCK_EV_PRI)
		o->flags |= OBJ_F_URG;
	if (events & SOCK_EV_OUT && o->state == OBJ_OPEN && !(o->flags & OBJ_F_READABLE))
		events &= ~(u32)SOCK_EV_OUT;	/* nobody waits for room */
	/* The connecting end learns of success before the accepting end does. */
	if (o->state == OBJ_CONNECTING)
		connect_progress(o);
	else if (events)
		poller_queue(&o->w->poller, &o->d);
}

void stream_more(struct object *o, bool on)
{
	if (on) {
		o->flags |= OBJ_F_MORE;
		return;
	}
	o->flags &= ~(u32)OBJ_F_MORE;
	if (o->state == OBJ_OPEN)
		sock_stream_commit(o->sk, 0, SMSG_NO_MORE);
}

int stream_send_oob(struct object *o, u8 byte, u32 ahead)
{
	int queued = 0;

	if (o->state != OBJ_OPEN)
		return o->state == OBJ_CONNECTING ? -EAGAIN : -ENOTCONN;
	if (o->flags & (OBJ_F_FIN_SENT | OBJ_F_RDHUP))
		return -EPIPE;
	if (o->flags & OBJ_F_OOB_OUT)
		return -EAGAIN;
	if (ioctl(o->d.fd, SIOCINQ, &queued) || queued < 0)
		return -EAGAIN;
	queued -= (int)min_t(u32, o->filler, (u32)queued);
	queued += !!lent_left(o);	/* its mark has not passed yet */
	if (ahead && !o->lent)
		sock_stream_urgent(o->sk, (u32)queued + ahead + 1);
	o->oob_byte = byte;
	o->oob_after = (u32)queued + ahead;
	o->flags |= OBJ_F_OOB_OUT | OBJ_F_READABLE;
	poller_queue(&o->w->poller, &o->d);
	return 0;
}

void stream_cancel_oob(struct object *o)
{
	int queued = 0;

	if (o->state != OBJ_OPEN || !(o->flags & OBJ_F_OOB_OUT))
		return;
	o->flags &= ~(u32)OBJ_F_OOB_OUT;
	if (!o->lent && !ioctl(o->d.fd, SIOCINQ, &queued) && queued >= 0)
		sock_stream_urgent(o->sk, (u32)queued);
}

/* The original last: what it says counts. */
static int shutdown_all(struct object *o, int how)
{
	struct object *c;
	int ret = 0;
	u32 i;

	if (o->copies)
		workers_hold_all(o->dm);
	for_each_copy(o, c, i)
		ret = sock_shutdown(c->sk, how);
	return ret;
}

int stream_shutdown(struct object *o, int how, int fd)
{
	int ret;

	if (how < SHUT_RD || how > SHUT_RDWR)
		return -EINVAL;
	if (!o->sk)
		return -ENOTCONN;
	if (o->d.fd >= 0) {
		/* When both directions are shut it looks like a close to us: have the real one told. */
		ret = watch_add(o->dm, o, fd);
		if (ret && how != SHUT_WR)
			return ret;
		if (!ret)
			o->flags |= OBJ_F_KEEP;
	}
	if (o->state == OBJ_LISTEN)
		listener_finish(o);
	if (o->state != OBJ_OPEN || o->sk->sk_state == TCP_CLOSE)
		return shutdown_all(o, how);
	/* The writing side ends behind the data: the program's own shutdown tells us. */
	return how != SHUT_WR ? sock_shutdown(o->sk, SHUT_RD) : 0;
}
