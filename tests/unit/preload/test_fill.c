/* SPDX-License-Identifier: BSD-2-Clause */
/* A stream that is not to be written: what the kernel's Unix sockets make of the smallest buffer. */
#include "preload/shim.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <sys/syscall.h>

struct shim shim = { .ready = true };
struct real real = { .getsockopt = getsockopt, .setsockopt = setsockopt, .socket = socket, .syscall = syscall,
		     .getpeername = getpeername };
const uint8_t shim_zeros[65536];
uint32_t fd_kinds[FD_MAX];

static struct {
	struct nsp_opt o;
	int v;
} remembered;
static int told;	/* TCP_NODELAY, to the daemon */

void shim_init(void)
{
}

void fd_set_kind(int fd, unsigned int kind)
{
	fd_kinds[fd] = kind;
}

bool fd_owner(void)
{
	return true;
}

const struct nsp_opt *fd_find_opt(int fd, int level, int name)
{
	(void)fd;
	(void)level;
	(void)name;
	return remembered.o.len ? &remembered.o : NULL;
}

bool fd_remember_opt(int fd, int level, int name, const void *val, size_t len)
{
	(void)fd;
	(void)level;
	(void)name;
	remembered.o.len = (uint32_t)len;
	memcpy(&remembered.v, val, sizeof(remembered.v));
	return true;
}

short fd_poll(int fd, short events, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = events };

	return poll(&p, 1, timeout_ms) > 0 ? p.revents : 0;
}

int sock_flush_opts(int fd, uint64_t tag)
{
	(void)fd;
	(void)tag;
	return 0;
}

void sock_set_nodelay(int fd)
{
	(void)fd;
	told++;
}

static int pair[2];	/* the program's and the daemon's end */

static void setup(void)
{
	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	tag_set(pair[0], NSP_TAG(AF_INET, SOCK_STREAM, IPPROTO_TCP, NSP_TAGB_CONNECT));
}

TestSuite(fill, .init = setup);

static int sndbuf(int fd)
{
	int v = 0;
	socklen_t l = sizeof(v);

	getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &v, &l);
	return v;
}

static size_t drain(int fd)
{
	static char buf[1 << 20];
	size_t sum = 0;
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		sum += (size_t)n;
	return sum;
}

/* As start_connect() does it. @used: octets of the request. */
static uint32_t begin(uint32_t used)
{
	uint64_t tag = tag_get(pair[0]);
	uint32_t size = fill_size(pair[0], used);

	fd_kinds[pair[0]] = K_CONNECTING | fill_begin(pair[0], &tag);
	tag_set(pair[0], tag);
	cr_assert_eq(send(pair[0], shim_zeros, size, 0), (ssize_t)size, "it is taken in one piece");
	return size;
}

Test(fill, nothing_can_be_written_before_the_end)
{
	int before = sndbuf(pair[0]), used;

	for (used = 104; used <= 104 + 464; used += 8) {
		uint32_t size = begin((uint32_t)used);

		cr_assert_leq(size, 4096, "that was the point of it");
		cr_assert_eq(fd_poll(pair[0], POLLOUT, 0), 0);
		cr_assert_eq(send(pair[0], "x", 1, 0), -1, "early data");
		cr_assert_eq(errno, EAGAIN);
		cr_assert_eq(drain(pair[1]), size);
		cr_assert_eq(fd_poll(pair[0], POLLOUT, 0), POLLOUT);
		stream_connected(pair[0], fd_kinds[pair[0]]);
		cr_assert_eq(sndbuf(pair[0]), before);
		cr_assert_eq(fd_kinds[pair[0]], K_STREAM);
	}
}

Test(fill, an_owed_octet_fits_and_frees_nothing)
{
	uint32_t size = begin(104);

	fill_put(pair[0], 1);
	cr_assert_eq(fd_poll(pair[0], POLLOUT, 0), 0);
	cr_assert_eq(send(pair[0], "x", 1, 0), -1);
	cr_assert_eq(drain(pair[1]), size + 1);
}

Test(fill, what_does_not_fit_is_put_in_all_the_same)
{
	uint32_t size = begin(104);

	fill_put(pair[0], 5000);
	cr_assert_eq(fd_poll(pair[0], POLLOUT, 0), 0);
	cr_assert_eq(drain(pair[1]), size + 5000);
}

/* Another program, after exec(), has the tag alone. */
Test(fill, the_tag_tells_the_size_that_was_chosen)
{
	int size = 60000;

	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	tag_add(pair[0], NSP_TAGB_SNDBUF);
	begin(104);
	drain(pair[1]);
	stream_connected(pair[0], tag_kind(tag_get(pair[0])));
	cr_assert_geq(sndbuf(pair[0]), 120000);
	cr_assert_lt(sndbuf(pair[0]), 120000 + 2048);
}

Test(fill, a_size_chosen_meanwhile_waits)
{
	begin(104);
	fill_chose(pair[0], fd_kinds[pair[0]], 30000);
	cr_assert_eq(fd_poll(pair[0], POLLOUT, 0), 0);
	cr_assert_eq(NSP_TAG_KIB(tag_get(pair[0])), 59);
	drain(pair[1]);
	stream_connected(pair[0], fd_kinds[pair[0]]);
	cr_assert_eq(sndbuf(pair[0]), 60000);
}

/* What it acts for writes by itself: a buffer that nobody would make large again. */
Test(fill, the_supervisor_leaves_the_buffer)
{
	int before = sndbuf(pair[0]);
	uint32_t size;

	shim.supervisor = true;
	size = begin(104);
	shim.supervisor = false;
	cr_assert_eq(sndbuf(pair[0]), before);
	cr_assert_eq(size, 104 + (uint32_t)before / 4);
	cr_assert_eq(fd_poll(pair[0], POLLOUT, 0), 0);
}

Test(fill, a_tag_is_asked_for_once_somebody_else_may_change_it)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	uint64_t tag = NSP_TAG(AF_INET6, SOCK_STREAM, IPPROTO_TCP, 0), no = 0;

	tag_set(fd, tag);
	fd_kinds[fd] = tag_kind(tag);
	tag_private(fd);
	setsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &no, sizeof(no));
	cr_assert_eq(tag_of(fd), tag, "nobody is asked");
	cr_assert(fd_kinds[fd] & KF_TAG);
	setsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &tag, sizeof(tag));
	tag_add(fd, NSP_TAGB_KNOWN);
	cr_assert_not(fd_kinds[fd] & KF_TAG);
	cr_assert(NSP_TAG_BITS(tag_of(fd)) & NSP_TAGB_KNOWN);
}

static void accepted(bool nodelay)
{
	told = 0;
	fd_kinds[pair[0]] = K_STREAM | KF_FIRST | (nodelay ? KF_NODELAY : 0);
}

Test(fill, nodelay_is_told_before_a_second_write)
{
	accepted(true);
	stream_writes(pair[0], 100);
	cr_assert_eq(told, 0, "the first segment goes at once in any case");
	stream_writes(pair[0], 1);
	cr_assert_eq(told, 1);
	stream_writes(pair[0], 1);
	cr_assert_eq(told, 1);
	cr_assert_eq(fd_kinds[pair[0]], K_STREAM);
}

Test(fill, nodelay_is_told_before_a_long_write)
{
	accepted(true);
	stream_writes(pair[0], 100000);
	cr_assert_eq(told, 1);
}

Test(fill, nodelay_is_told_when_another_gets_the_socket)
{
	accepted(true);
	stream_shared(pair[0]);
	cr_assert_eq(told, 1);
	accepted(false);
	stream_shared(pair[0]);
	cr_assert_eq(told, 0);
	cr_assert_eq(fd_kinds[pair[0]], K_STREAM, "nothing is put off from now on");
}
