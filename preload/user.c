/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program's pointers. A system call answers EFAULT to a bad one; so must a call that ends in
 * this library. Where a call costs a question to the daemon anyway, the kernel is asked to copy;
 * where it does not, the kernel is asked once for each of the pages that a thread uses over and over.
 */
#include "shim.h"

#include <sys/syscall.h>

#define SMALLEST   4096ul
#define PAGE	   4096ul
#define PAGES_SEEN 8

bool user_ok(const void *p)
{
	uintptr_t a = (uintptr_t)p;

	return a >= SMALLEST && a < (uintptr_t)-SMALLEST;
}

/* A page that goes away is found out by the program's own fault, as a bug of its own. */
static __thread uintptr_t pages_read[PAGES_SEEN], pages_written[PAGES_SEEN];

bool user_readable(const void *p, size_t n)
{
	uintptr_t page = (uintptr_t)p / PAGE, last = ((uintptr_t)p + (n ? n - 1 : 0)) / PAGE;
	char byte;

	if (!user_ok(p) || last < page)
		return false;
	for (; page <= last; page++) {
		const void *at = page * PAGE > (uintptr_t)p ? (const void *)(page * PAGE) : p;

		if (pages_read[page % PAGES_SEEN] == page)
			continue;
		if (user_in(&byte, at, 1))
			return false;
		pages_read[page % PAGES_SEEN] = page;
	}
	return true;
}

/* An octet of each page, many pages a call. */
static bool span_in(uintptr_t at, uintptr_t end)
{
	enum { PAGES = 64 };
	char octets[PAGES];
	struct iovec remote[PAGES], local = { octets, 0 };

	while (at < end) {
		size_t n;
		long r;

		for (n = 0; n < PAGES && at < end; n++) {
			remote[n] = (struct iovec){ (void *)at, 1 };
			at = (at / PAGE + 1) * PAGE;
		}
		local.iov_len = n;
		r = raw_call(SYS_process_vm_readv, fd_owner_pid(), &local, 1, remote, n, 0);
		if (r < 0 && errno != EFAULT)
			return true;	/* forbidden: then it is as good as its word */
		if (r != (long)n)
			return false;
	}
	return true;
}

/* Spans met lately: a program with several connections often has a buffer for each. */
static __thread struct span {
	uintptr_t from, to;
} spans[PAGES_SEEN];

bool user_span_readable(const void *p, size_t n)
{
	static __thread unsigned int next;
	uintptr_t at = (uintptr_t)p;
	int saved = errno, i;
	bool ok;

	for (i = 0; i < PAGES_SEEN; i++)
		if (at >= spans[i].from && at + n <= spans[i].to && at + n >= at)
			return true;
	ok = !n || (user_ok(p) && at + n > at && (shim.silent || span_in(at, at + n)));
	errno = saved;
	if (ok)
		spans[next++ % PAGES_SEEN] = (struct span){ at, at + n };
	return ok;
}

/* Copies as the kernel would, either way. Where that call is forbidden, by hand. */
static int copy(int nr, void *ours, const void *theirs, size_t n)
{
	struct iovec local = { ours, n }, remote = { (void *)(uintptr_t)theirs, n };
	int saved = errno, e = 0;
	long r;

	if (!n)
		return 0;
	if (!user_ok(theirs))
		return EFAULT;
	r = shim.silent ? -2 : raw_call(nr, fd_owner_pid(), &local, 1, &remote, 1, 0);
	if (r >= 0 && r != (long)n)
		e = EFAULT;
	else if (r == -1 && errno == EFAULT)
		e = EFAULT;
	else if (nr == SYS_process_vm_writev)	/* again, where valgrind and the like see it */
		memcpy((void *)(uintptr_t)theirs, ours, n);
	else if (r < 0)
		memcpy(ours, theirs, n);
	errno = saved;
	return e;
}

int user_in(void *to, const void *from, size_t n)
{
	return copy(SYS_process_vm_readv, to, from, n);
}

int user_out(void *to, const void *from, size_t n)
{
	return copy(SYS_process_vm_writev, (void *)(uintptr_t)from, to, n);
}

int user_get(void *to, const void *from, size_t n)
{
	if (n && !user_readable(from, n))
		return EFAULT;
	memcpy(to, from, n);
	return 0;
}

/* Has this thread written these pages before? */
static bool written(uintptr_t first, uintptr_t last)
{
	return pages_written[first % PAGES_SEEN] == first && pages_written[last % PAGES_SEEN] == last;
}

int user_put(void *to, const void *from, size_t n)
{
	uintptr_t first = (uintptr_t)to / PAGE, last = ((uintptr_t)to + (n ? n - 1 : 0)) / PAGE;
	int e;

	if (n && user_ok(to) && written(first, last)) {	/* page 0 is no page, and no slot's */
		memcpy(to, from, n);
		return 0;
	}
	e = user_out(to, from, n);
	if (!e && n && last - first <= 1) {
		pages_written[first % PAGES_SEEN] = first;
		pages_written[last % PAGES_SEEN] = last;
	}
	return e;
}

int user_addr_in(struct sockaddr_storage *ss, const struct sockaddr *sa, socklen_t len)
{
	if (len > sizeof(*ss))
		return EINVAL;
	memset(ss, 0, sizeof(*ss));
	return user_get(ss, sa, len);
}

int user_addr_out(const struct nsp_addr *a, struct sockaddr *sa, socklen_t *len)
{
	socklen_t room, n = a->len > sizeof(a->sa) ? sizeof(a->sa) : a->len;
	int e = user_get(&room, len, sizeof(room));

	if (e)
		return e;
	if ((int)room < 0)
		return EINVAL;
	e = user_put(len, &n, sizeof(n));	/* Linux, too, tells it first */
	return e ? e : user_put(sa, a->sa, n < room ? n : room);
}
