// SPDX-License-Identifier: BSD-2-Clause
/*
 * Facts about streams that have carried much, whose writes may go another way than those of others
 * (doc/protocol.md, PAYLOAD): whoever writes, and by whatever call, all octets arrive in their order.
 */
#include "facts.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/sendfile.h>

enum { KIB = 1024, MIB = 1024 * KIB, MUCH = 6 * MIB };

/* A stream to the peer, who sends it back: what is to come next, and whether it did. */
struct bulk {
	int fd;
	size_t sent;		/* octets that were written */
	size_t got, wrong;	/* of the thread that reads */
	pthread_t reader;
};

static uint8_t octet_at(size_t i)
{
	return (uint8_t)(i * 7 + (i >> 8) * 13 + (i >> 16) * 31);
}

static void *reader(void *arg)
{
	static uint8_t buf[256 * KIB];
	struct bulk *b = arg;
	ssize_t n, i;

	while ((n = recv(b->fd, buf, sizeof(buf), 0)) != 0) {
		struct pollfd p = { .fd = b->fd, .events = POLLIN };

		if (n < 0 && errno != EAGAIN)
			break;
		if (n < 0)
			poll(&p, 1, -1);
		for (i = 0; i < n; i++)
			b->wrong += buf[i] != octet_at(b->got + (size_t)i);
		b->got += n > 0 ? (size_t)n : 0;
	}
	return NULL;
}

/* n octets that come next */
static uint8_t *next(const struct bulk *b, size_t n)
{
	static uint8_t buf[2 * MIB];
	size_t i;

	for (i = 0; i < n; i++)
		buf[i] = octet_at(b->sent + i);
	return buf;
}

static bool put(struct bulk *b, size_t n, int flags)
{
	ssize_t r = send(b->fd, next(b, n), n, flags);

	b->sent += r > 0 ? (size_t)r : 0;
	return r == (ssize_t)n;
}

/* So much that a connection is known to carry much. */
static void bulk_begin(struct bulk *b)
{
	*b = (struct bulk){ .fd = open_peer('E') };
	pthread_create(&b->reader, NULL, reader, b);
	while (b->sent < MUCH && put(b, 128 * KIB, 0))
		;
}

static void bulk_end(struct bulk *b)
{
	say("shutdown", shutdown(b->fd, SHUT_WR));
	pthread_join(b->reader, NULL);
	say("lost", (long)(b->sent - b->got));
	say("wrong", (long)b->wrong);
	close(b->fd);
}

static void blocking(void)
{
	struct bulk b;
	size_t n;

	bulk_begin(&b);
	for (n = 1; n < 2 * MIB; n = n * 3 + 1)
		say("write", put(&b, n, 0));
	say("sent", (long)b.sent);
	bulk_end(&b);
}

static void waiting(void)
{
	struct bulk b;
	size_t n = 1;

	bulk_begin(&b);
	say("nonblock", fcntl(b.fd, F_SETFL, O_NONBLOCK));
	while (b.sent < 3 * (size_t)MUCH) {
		struct pollfd p = { .fd = b.fd, .events = POLLOUT };
		size_t left = 3 * (size_t)MUCH - b.sent;

		n = (n * 5 + 77777) % (700 * KIB) + 1;
		if (!put(&b, n < left ? n : left, 0))
			poll(&p, 1, -1);
	}
	say("sent", (long)b.sent);
	bulk_end(&b);
}

/* By writev() of uneven pieces, sendmmsg(), sendfile() and with MSG_MORE, small ones between large ones. */
static void calls(void)
{
	struct bulk b;
	struct iovec iov[5];
	struct mmsghdr mm[2];
	uint8_t *at;
	off_t off = 0;
	int i, file = memfd_create("facts", 0);

	bulk_begin(&b);
	at = next(&b, 300 * KIB);
	for (i = 0; i < 5; i++)
		iov[i] = (struct iovec){ at + i * 60 * KIB, 60 * KIB };
	iov[1].iov_len = 0;
	iov[2] = (struct iovec){ at + 60 * KIB, 120 * KIB };
	say("writev", writev(b.fd, iov, 5) == 300 * KIB);
	b.sent += 300 * KIB;
	say("small", put(&b, 1, 0));
	at = next(&b, 200 * KIB);
	for (i = 0; i < 2; i++) {
		iov[i] = (struct iovec){ at + i * 100 * KIB, 100 * KIB };
		mm[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &iov[i], .msg_iovlen = 1 } };
	}
	say("sendmmsg", sendmmsg(b.fd, mm, 2, 0));
	b.sent += 200 * KIB;
	(void)!write(file, next(&b, MIB), MIB);
	say("sendfile", sendfile(b.fd, file, &off, MIB) == MIB);
	b.sent += MIB;
	say("more", put(&b, 100 * KIB, MSG_MORE));
	say("large", put(&b, 100 * KIB, 0));
	say("record", put(&b, 100 * KIB, MSG_EOR));
	say("large", put(&b, 100 * KIB, 0));
	close(file);
	bulk_end(&b);
}

/* write(2) by nobody's library */
static ssize_t bare_write(int fd, const void *buf, size_t n)
{
#ifdef __x86_64__
	ssize_t r;

	__asm__ volatile("syscall" : "=a"(r) : "0"(1L), "D"(fd), "S"(buf), "d"(n) : "rcx", "r11", "memory");
	return r;
#else
	return write(fd, buf, n);
#endif
}

/* In turn: this process, a child of it, and code that no library sees. */
static void writers(void)
{
	struct bulk b;
	int i, status;

	bulk_begin(&b);
	for (i = 0; i < 5; i++) {
		const uint8_t *at;

		say("own", put(&b, 200 * KIB, 0));
		at = next(&b, 100 * KIB);
		if (!fork())
			_exit(write(b.fd, at, 100 * KIB) != 100 * KIB);
		wait(&status);
		say("child", status);
		b.sent += 100 * KIB;
		at = next(&b, 100 * KIB);
		say("bare", bare_write(b.fd, at, 100 * KIB) == 100 * KIB);
		b.sent += 100 * KIB;
	}
	bulk_end(&b);
}

/* Part of the buffer is not there. */
static void fault(void)
{
	uint8_t *at = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct bulk b;
	ssize_t n;

	bulk_begin(&b);
	memcpy(at, next(&b, MIB), MIB);
	munmap(at + MIB / 2, MIB / 2);
	n = send(b.fd, at, MIB, 0);
	say("part", n > 0 && n <= MIB / 2);
	b.sent += n > 0 ? (size_t)n : 0;
	say("none", send(b.fd, at + MIB / 2, MIB / 2, 0));
	say("after", put(&b, 300 * KIB, 0));
	bulk_end(&b);
}

/* Connections that end with much of theirs underway leave the next ones what they had. */
static void resets(void)
{
	static uint8_t buf[MIB];
	struct bulk b;
	int i, fd, ends = 0;
	ssize_t n;

	for (i = 0; i < 4; i++) {
		fd = open_peer('S');
		while ((n = send(fd, buf, sizeof(buf), MSG_NOSIGNAL)) > 0)
			;
		ends += n < 0 && (errno == ECONNRESET || errno == EPIPE);
		close(fd);
	}
	say("resets", ends);
	bulk_begin(&b);
	bulk_end(&b);
}

static void urgent(void)
{
	struct bulk b;

	bulk_begin(&b);
	say("large", put(&b, 300 * KIB, 0));
	say("urgent", send(b.fd, "!", 1, MSG_OOB));
	say("large", put(&b, 300 * KIB, 0));
	bulk_end(&b);
}

const struct fact facts_bulk[] = {
	{ "bulk_blocking", blocking },
	{ "bulk_waiting", waiting },
	{ "bulk_calls", calls },
	{ "bulk_writers", writers },
	{ "bulk_fault", fault },
	{ "bulk_resets", resets },
	{ "bulk_urgent", urgent },
	{ NULL, NULL },
};
