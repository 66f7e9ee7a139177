/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Datagram heads over a real SOCK_SEQPACKET pair: payloads and control messages of any size into
 * any scattered buffer, with the guess of the control messages' length right and wrong.
 */
#include "preload/shim.h"

#include <criterion/criterion.h>
#include <stdlib.h>

enum { HEAD = sizeof(struct nsp_dgram) };

struct shim shim = { .ready = true };
struct real real;
uint32_t fd_kinds[FD_MAX];

void shim_init(void)
{
}

void shim_log(const char *fmt, ...)
{
	(void)fmt;
}

void fd_set_kind(int fd, unsigned int kind)
{
	fd_kinds[fd] = (uint16_t)kind;
}

void fd_forget(int fd)
{
	fd_kinds[fd] = 0;
}

uint64_t tag_get(int fd)
{
	(void)fd;
	return 0;
}
bool tag_is_ping(int fd, unsigned int k)
{
	(void)fd, (void)k;
	return false;
}

uint64_t tag_of(int fd)
{
	return tag_get(fd);
}

int user_get(void *to, const void *from, size_t n)
{
	memcpy(to, from, n);
	return 0;
}

int tag_set(int fd, uint64_t tag)
{
	(void)fd, (void)tag;
	return 0;
}

unsigned int tag_kind(uint64_t tag)
{
	(void)tag;
	return K_UDP;
}

uint64_t fd_cookie(int fd)
{
	return (uint64_t)fd;
}

void errq_expect(int fd)
{
	(void)fd;
}

ssize_t errq_recv(int fd, struct msghdr *msg)
{
	(void)fd, (void)msg;
	return -1;
}

int daemon_connect(int fd, bool stream)
{
	(void)fd, (void)stream;
	return -ENOENT;
}

int rpc(int nr, int fd, const void *req, const void *data, size_t dlen, void *rep, void *rdata,
	size_t *rdlen)
{
	(void)nr, (void)fd, (void)req, (void)data, (void)dlen, (void)rep, (void)rdata, (void)rdlen;
	return -EAGAIN;
}

bool addr_wants_kernel(int fd, const struct sockaddr *sa, socklen_t len, bool for_bind)
{
	(void)fd, (void)sa, (void)len, (void)for_bind;
	return false;
}

int swap_to_kernel(int fd)
{
	(void)fd;
	return -EINVAL;
}

int route_check(const struct sockaddr *sa, socklen_t len)
{
	(void)sa, (void)len;
	return 0;
}

bool addr_is_loopback(const struct sockaddr *sa, socklen_t len)
{
	(void)sa, (void)len;
	return false;
}

bool addr_is_source(const void *addr, const void *source)
{
	(void)addr, (void)source;
	return false;
}

bool addr_is_here(const struct sockaddr *sa, socklen_t len)
{
	(void)sa, (void)len;
	return false;
}

void settle_later(void)
{
}

int packet_recv_flags(int flags)
{
	(void)flags;
	return 0;
}

ssize_t packet_send(int fd, const struct msghdr *msg, size_t total, int flags)
{
	(void)fd, (void)msg, (void)total, (void)flags;
	return fail(EOPNOTSUPP);
}

uint32_t pulse_errors(void)
{
	return 0;
}

bool addr_is_v4(const struct sockaddr *sa, socklen_t len)
{
	(void)len;
	return sa->sa_family == AF_INET;
}

bool sock_refuses_v4(int fd, const struct sockaddr *sa, socklen_t len)
{
	(void)fd, (void)sa, (void)len;
	return false;
}

int rpc_hello(int fd, const struct nsp_dhello *q)
{
	(void)fd, (void)q;
	return -EPIPE;
}

short fd_poll(int fd, short events, int timeout_ms)
{
	(void)fd, (void)events, (void)timeout_ms;
	return 0;
}

static int app, daemon_end;

static void setup(void)
{
	int sv[2];

	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sv), 0);
	app = sv[0];
	daemon_end = sv[1];
	real.recvmsg = recvmsg;
	real.sendmsg = sendmsg;
	real.socket = socket;
	real.syscall = syscall;
	fd_kinds[app] = K_UDP | KF_CONN;
}

static void deliver(size_t paylen, size_t ctllen)
{
	static uint8_t packet[HEAD + 4096 + 65536];
	struct nsp_dgram h = { .magic = NSP_DGRAM_MAGIC,
			       .type = NSP_DGRAM_DATA,
			       .hdrlen = HEAD,
			       .paylen = (uint32_t)paylen,
			       .ctllen = (uint32_t)ctllen };
	struct nsp_cmsg c = { .level = 7, .type = 8 };
	size_t i;

	memcpy(packet, &h, HEAD);
	if (ctllen) {
		c.len = (uint32_t)(ctllen - sizeof(c));
		memcpy(packet + HEAD, &c, sizeof(c));
		memset(packet + HEAD + sizeof(c), 0xcc, c.len);
	}
	for (i = 0; i < paylen; i++)
		packet[HEAD + ctllen + i] = (uint8_t)(i * 7 + paylen);
	cr_assert_eq(send(daemon_end, packet, HEAD + ctllen + paylen, 0),
		     (ssize_t)(HEAD + ctllen + paylen));
}

static void check(size_t paylen, size_t ctllen, size_t a, size_t b)
{
	static uint8_t buf[2][8192];
	uint8_t ctl[4096];
	struct iovec iov[2] = { { buf[0], a }, { buf[1], b } };
	struct msghdr m = {
		.msg_iov = iov, .msg_iovlen = 2, .msg_control = ctl, .msg_controllen = sizeof(ctl)
	};
	size_t got = paylen < a + b ? paylen : a + b, i;
	bool peek = rand() & 1;

	memset(buf, 0, sizeof(buf));
	deliver(paylen, ctllen);
	if (peek)
		cr_assert_eq(dgram_recv(app, &m, MSG_PEEK | MSG_TRUNC), (ssize_t)paylen);
	m.msg_controllen = sizeof(ctl);
	cr_assert_eq(dgram_recv(app, &m, 0), (ssize_t)got);
	cr_assert_eq(!!(m.msg_flags & MSG_TRUNC), paylen > a + b);
	for (i = 0; i < got; i++)
		cr_assert_eq(i < a ? buf[0][i] : buf[1][i - a], (uint8_t)(i * 7 + paylen),
			     "byte %zu of %zu, ctl %zu, %zu+%zu", i, paylen, ctllen, a, b);
	cr_assert_eq(m.msg_controllen, ctllen ? CMSG_SPACE(ctllen - 16) : 0);
	if (ctllen > 16)
		cr_assert_eq(*CMSG_DATA(CMSG_FIRSTHDR(&m)), 0xcc);
}

Test(dgram, any_size_into_any_buffer, .init = setup)
{
	int i;

	srand(7);
	for (i = 0; i < 20000; i++)
		check((size_t)rand() % 3000, rand() % 3 ? 0 : 16 + 8 * ((size_t)rand() % 100),
		      (size_t)rand() % 2000, (size_t)rand() % 2000);
}

Test(dgram, errors_and_rubbish, .init = setup)
{
	struct nsp_dgram h = {
		.magic = NSP_DGRAM_MAGIC, .type = NSP_DGRAM_ERR, .hdrlen = HEAD, .err = ECONNREFUSED
	};
	char c;
	struct iovec iov = { &c, 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	send(daemon_end, "rubbish", 7, 0);
	send(daemon_end, &h, sizeof(h), 0);
	deliver(1, 0);
	cr_assert_eq(dgram_recv(app, &m, MSG_PEEK), -1);
	cr_assert_eq(errno, ECONNREFUSED);
	cr_assert_eq(dgram_recv(app, &m, 0), 1);
	cr_assert_eq(dgram_recv(app, &m, MSG_DONTWAIT), -1);
	cr_assert_eq(errno, EAGAIN);
	send(daemon_end, &h, sizeof(h), 0);
	cr_assert_eq(dgram_so_error(app), ECONNREFUSED);
	cr_assert_eq(dgram_so_error(app), 0);
	deliver(77, 0);
	cr_assert_eq(dgram_pending(app), 77);
}

Test(dgram, what_is_sent, .init = setup)
{
	uint8_t packet[512];
	struct nsp_dgram h;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(53) };
	struct iovec iov[2] = { { (void *)"ab", 2 }, { (void *)"cde", 3 } };
	struct msghdr m = {
		.msg_iov = iov, .msg_iovlen = 2, .msg_name = &to, .msg_namelen = sizeof(to)
	};

	cr_assert_eq(dgram_send(app, &m, MSG_MORE), 5);
	cr_assert_eq(recv(daemon_end, packet, sizeof(packet), 0), HEAD + 5);
	memcpy(&h, packet, sizeof(h));
	cr_assert_eq(h.paylen, 5);
	cr_assert_eq(h.msgflags, MSG_MORE);
	cr_assert_eq(h.peer.len, sizeof(to));
	cr_assert(!memcmp(h.peer.sa, &to, sizeof(to)));
	cr_assert(!memcmp(packet + HEAD, "abcde", 5));
	to.sin_port = 0;
	cr_assert_eq(dgram_send(app, &m, 0), -1);
	cr_assert_eq(errno, EINVAL);
	iov[1].iov_len = 65506;
	to.sin_port = 1;
	cr_assert_eq(dgram_send(app, &m, 0), -1);
	cr_assert_eq(errno, EMSGSIZE);
	fd_kinds[app] = K_UDP;
	m.msg_name = NULL;
	iov[1].iov_len = 1;
	cr_assert_eq(dgram_send(app, &m, 0), -1);
	cr_assert_eq(errno, EDESTADDRREQ);
}
