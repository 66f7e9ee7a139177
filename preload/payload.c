/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Large writes by memory that the daemon shares: the program's octets are copied into a block of it, and what
 * goes through the Unix socket is a mark of one octet that says which. The stack sends from there, so that
 * the daemon copies nothing. doc/protocol.md, section 2, PAYLOAD.
 *
 * The stream stays a stream: marks are octets of it in their place, and what is written without them, by a
 * child without this library or by splice(), goes where it belongs. So readiness, waiting and errors are
 * the kernel's, as always. When no block is free, or the daemon has many to take, the octets themselves are
 * written, and what is full then is the Unix socket.
 *
 * A connection gets there by having written much. Which ones have is remembered by cookie, which no other
 * socket will ever have.
 */
#include "shim.h"

#include <linux/sockios.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/single_threaded.h>
#include <sys/syscall.h>

#define AUTO_AFTER  (4 << 20)	/* octets of large writes until it is worth the memory */
/*
 * Little beside the blocks, so that they are full first. What may wait in the Unix socket while blocks are
 * used is what does when it turns writable, a quarter of its memory: 24 marks, for 1.5 MiB at most. With
 * fewer, programs sleep more often; with more, all of it is colder.
 */
#define SNDBUF	    36864	/* which the kernel doubles */
#define AHEAD	    18432
#define BESIDE	    16384	/* octets that are written at once where no block is to be used */
#define CONNECTIONS 256
#define MAP_SIZE    (NSP_PAYLOAD_HEAD + (size_t)NSP_PAYLOAD_BLOCKS * NSP_PAYLOAD_BLOCK)

enum { COUNTING, IN_USE, REFUSED, STATE_BITS = 2 };

/* Changed by any thread; what decides is one word. */
static struct connection {
	uint64_t cookie_state;	/* its cookie, and above */
	uint64_t written;	/* octets of large writes, roughly */
} connections[CONNECTIONS];

static struct nsp_payload *memory;	/* this process's own; NULL: none */
static uint64_t after = AUTO_AFTER;

bool payload_init(char *error, size_t room)
{
	const char *how = secure_getenv("NETSTACK_PAYLOAD");

	if (!how || !*how || !strcmp(how, "auto"))
		return true;
	if (!strcmp(how, "always")) {
		after = 0;
	} else if (!strcmp(how, "never")) {
		after = UINT64_MAX;
	} else {
		snprintf(error, room, "NETSTACK_PAYLOAD=%.100s: write auto, always, or never", how);
		return false;
	}
	return true;
}

/* Another thread may be copying to the old one: it stays where it is, and is the process's to the end. */
void payload_drop(void)
{
	if (likely(!memory))
		return;
	memset(connections, 0, sizeof(connections));
	__atomic_store_n(&memory, NULL, __ATOMIC_RELEASE);
}

static void map(int fd)
{
	void *at = mmap(NULL, MAP_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);

	if (at == MAP_FAILED)
		return;
	madvise(at, MAP_SIZE, MADV_DONTFORK);
	__atomic_store_n(&memory, at, __ATOMIC_RELEASE);
}

/* Has the daemon take marks on this connection. */
static bool arrange(int fd)
{
	struct nsp_payload_req q = { 0 };
	struct nsp_payload_rep r = { 0 };
	int saved = errno, size = SNDBUF, got, e = rpc_fd(NSP_NR_PAYLOAD, fd, &q, &r, &got);

	if (got >= 0) {
		if (e >= 0 && r.fresh)
			map(got);
		raw_call(SYS_close, got);
	}
	if (e >= 0 && memory)
		real.setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	shim_log("payload memory for %d: %s", fd,
		 e < 0 ? strerror(-e) : memory ? "in use" : "cannot be mapped");
	errno = saved;
	return e >= 0 && memory;
}

bool payload_wanted(int fd, size_t n)
{
	struct connection *c;
	uint64_t cookie, seen;

	if (after == UINT64_MAX || shim.silent || shim.supervisor || pulse_fd() < 0 || !fd_owner())
		return false;
	cookie = fd_cookie(fd) << STATE_BITS;
	c = &connections[(cookie >> STATE_BITS) % CONNECTIONS];
	seen = __atomic_load_n(&c->cookie_state, __ATOMIC_RELAXED);
	if (!cookie)
		return false;
	if (likely(seen == (cookie | IN_USE)))
		return true;
	if (seen == (cookie | REFUSED))
		return false;
	if (seen != cookie)
		c->written = 0;
	c->written += n;
	seen = cookie;
	if (c->written > after)
		seen |= arrange(fd) ? IN_USE : REFUSED;
	__atomic_store_n(&c->cookie_state, seen, __ATOMIC_RELAXED);
	return seen == (cookie | IN_USE);
}

/* Does the daemon leave so much of it unread that a block more would only fill memory? */
static bool is_ahead(int fd)
{
	int unread = 0;

	return !real.ioctl(fd, SIOCOUTQ, &unread) && unread >= AHEAD;
}

/* A free block, which is ours then, or -1. */
static int take_block(struct nsp_payload *m, int fd)
{
	uint64_t free = __atomic_load_n(&m->free, __ATOMIC_RELAXED);

	if (is_ahead(fd))
		return -1;
	while (free)
		if (__atomic_compare_exchange_n(&m->free, &free, free & (free - 1), true, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return __builtin_ctzll(free);
	return -1;
}

static void give_back(struct nsp_payload *m, int block)
{
	__atomic_fetch_or(&m->free, 1ull << block, __ATOMIC_RELEASE);
}

static char *block_at(struct nsp_payload *m, int block)
{
	return (char *)m + NSP_PAYLOAD_HEAD + (size_t)block * NSP_PAYLOAD_BLOCK;
}

/*
 * The mark of a block. The descriptor, any of ours, is what makes it one. As sendmsg(), but no thread is
 * cancelled in it, when nobody could say whether the mark went.
 */
static ssize_t send_mark(int fd, int block, int flags)
{
	char octet = (char)block;
	int pass = pulse_fd();
	struct iovec iov = { &octet, 1 };
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} ctl = { 0 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &ctl };

	fdpass_put(&m, &pass, 1);
	return raw_call(SYS_sendmsg, fd, &m, flags | MSG_NOSIGNAL);
}

/* The mark, and if it has to wait, where a thread can be cancelled: as sendmsg() */
static ssize_t send_mark_waiting(const struct hold *h, int block, int flags)
{
	bool waits = !(flags & MSG_DONTWAIT) && !__libc_single_threaded;
	ssize_t r;

	for (;;) {
		r = send_mark(hold_fd(h), block, waits ? flags | MSG_DONTWAIT : flags);
		if (likely(r >= 0) || errno != EAGAIN)
			return r;
		waits = waits && !fd_nonblock(hold_fd(h));
		if (waits ? stream_wait_again(h, EAGAIN) : !stream_room(hold_fd(h), flags))
			return -1;
	}
}

/* A block that was taken, and is given back unless it went. */
struct lent {
	struct nsp_payload *m;
	int block;		/* -1: none */
	struct guard guard;
};
#define LENT(l, m, block)                                 \
	struct lent l __attribute__((cleanup(lent_end))); \
	lent_begin(&(l), m, block)

static void give_up(void *arg)
{
	struct lent *l = arg;

	if (l->block >= 0)
		give_back(l->m, l->block);
	l->block = -1;
}

static void lent_begin(struct lent *l, struct nsp_payload *m, int block)
{
	l->m = m;
	l->block = block;
	guard_set(&l->guard, give_up, l);
}

static void lent_end(struct lent *l)
{
	guard_end(&l->guard);
	give_up(l);
}

/* It is filled, with n octets: whether it went; else errno says why. */
static bool send_block(const struct hold *h, struct lent *l, size_t n, int flags)
{
	__atomic_store_n(&l->m->len[l->block], (uint32_t)n, __ATOMIC_RELEASE);
	if (unlikely(send_mark_waiting(h, l->block, flags) != 1))
		return false;
	l->block = -1;
	return true;
}

/* Octets that are not lent but written, as far as one piece reaches: as send() */
static ssize_t send_beside(int fd, const char *at, size_t n, int flags)
{
	ssize_t r;

	n = n < BESIDE ? n : BESIDE;
	do
		r = real.send(fd, at, n, flags | MSG_NOSIGNAL);
	while (unlikely(r < 0) && errno == EAGAIN && stream_room(fd, flags));
	return r;
}

/* The next octets, n of them, to where they are to be: 0 or EFAULT */
static int gather(struct pieces *p, char *to, size_t n)
{
	while (n) {
		const char *at = (const char *)p->iov->iov_base + p->off;
		size_t left = p->iov->iov_len - p->off, part = left < n ? left : n;

		/* all of the piece, so that it is asked for once */
		if (!user_span_readable(at, left) && !user_span_readable(at, part))
			return EFAULT;
		memcpy(to, at, part);
		to += part;
		n -= part;
		pieces_advance(p, part);
	}
	return 0;
}

/* It was the descriptor beside the mark: closed by the program, or too many are underway (unix(7)). */
static bool mark_failed(int err)
{
	return err == EBADF || err == ETOOMANYREFS;
}

/* By a block that was taken: as send_next() */
static ssize_t send_by(const struct hold *h, struct nsp_payload *m, int block, struct pieces *p, size_t n,
		       int flags)
{
	struct pieces at = *p;
	int e;
	LENT(l, m, block);

	n = n < NSP_PAYLOAD_BLOCK ? n : NSP_PAYLOAD_BLOCK;
	e = gather(&at, block_at(m, block), n);
	if (unlikely(e))
		return fail(e);
	if (unlikely(!send_block(h, &l, n, flags)))
		return -1;
	*p = at;
	return (ssize_t)n;
}

/* The next octets of n, by one block or beside: how many, or -1 with errno */
static ssize_t send_next(const struct hold *h, struct nsp_payload *m, struct pieces *p, size_t n, int flags)
{
	int block = take_block(m, hold_fd(h));
	ssize_t r;

	if (block >= 0) {
		r = send_by(h, m, block, p, n, flags);
		if (likely(r >= 0) || !mark_failed(errno))
			return r;
	}
	r = send_beside(hold_fd(h), (const char *)p->iov->iov_base + p->off, p->iov->iov_len - p->off, flags);
	pieces_advance(p, r > 0 ? (size_t)r : 0);
	return r;
}

ssize_t payload_send(int fd, const struct iovec *iov, size_t nr, size_t n, int flags)
{
	struct nsp_payload *m = __atomic_load_n(&memory, __ATOMIC_ACQUIRE);
	struct pieces p = { .iov = iov, .nr = nr };
	size_t done = 0;
	ssize_t r = 0;
	HOLD(h, fd, flags);

	if (unlikely(!m))	/* another thread has just lost the daemon */
		return fail(EPIPE);
	pthread_testcancel();
	pieces_advance(&p, 0);
	while (done < n) {
		r = send_next(&h, m, &p, n - done, flags);
		if (r <= 0)
			break;
		done += (size_t)r;
	}
	return done ? (ssize_t)done : stream_tx(hold_fd(&h), r, flags);
}

/* The next octets of a file; its place, *off or its own, moves by what went. By a block that was taken. */
static ssize_t send_file_by(const struct hold *h, struct nsp_payload *m, int block, int in, off_t *off,
			    size_t n)
{
	ssize_t got;
	int saved;
	LENT(l, m, block);

	n = n < NSP_PAYLOAD_BLOCK ? n : NSP_PAYLOAD_BLOCK;
	got = off ? pread(in, block_at(m, block), n, *off) : read(in, block_at(m, block), n);
	if (got <= 0)
		return got;
	if (unlikely(!send_block(h, &l, (size_t)got, 0))) {
		saved = errno;
		if (!off)
			lseek(in, -got, SEEK_CUR);
		return fail(saved);
	}
	if (off)
		*off += got;
	return got;
}

/* By one block or beside. */
static ssize_t send_file_next(const struct hold *h, struct nsp_payload *m, int in, off_t *off, size_t n)
{
	int block = take_block(m, hold_fd(h));
	ssize_t r;

	if (block >= 0) {
		r = send_file_by(h, m, block, in, off, n);
		if (likely(r >= 0) || !mark_failed(errno))
			return r;
	}
	return real.sendfile(hold_fd(h), in, off, n < BESIDE ? n : BESIDE);
}

ssize_t payload_sendfile(int fd, int in, off_t *off, size_t n)
{
	struct nsp_payload *m = __atomic_load_n(&memory, __ATOMIC_ACQUIRE);
	size_t done = 0;
	ssize_t r = 0;
	HOLD(h, fd, 0);

	while (m && done < n) {
		r = send_file_next(&h, m, in, off, n - done);
		if (r <= 0)
			break;
		done += (size_t)r;
	}
	if (unlikely(!m))
		return fail(EPIPE);
	return done ? (ssize_t)done : r < 0 ? stream_tx(hold_fd(&h), r, 0) : r;
}
