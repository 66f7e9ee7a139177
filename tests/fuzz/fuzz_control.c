// SPDX-License-Identifier: BSD-2-Clause
/*
 * SOCK-09: the daemon's control server with clients that send anything. An input is a list of operations:
 * calls with right heads and any body, raw messages, connect requests, datagram hellos and packets,
 * with and without descriptors, and closes at any point. The daemon must end with nothing left:
 * no object, no packet, no timer, no page (net_destroy() asserts it).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/object.h"
#include "tests/fuzz/fuzz.h"

enum { SOCKS = 8, BODY_MAX = 512, OPS_MAX = 64 };

static char dir[] = "/tmp/netstack-fuzz-XXXXXX";
static struct daemon *dm;
static int channel, socks[SOCKS];

struct input {
	const u8 *p;
	size_t left;
};

static u8 take(struct input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->p++;
}

/* A counted string of the input; its length. */
static u32 take_bytes(struct input *in, u8 *to, u32 room)
{
	u32 len = min3((u32)take(in), room, (u32)in->left);

	memcpy(to, in->p, len);
	in->p += len;
	in->left -= len;
	return len;
}

static void remove_dir(void)
{
	rmdir(dir);
}

static void make_dir(void)
{
	static bool made;

	if (made)
		return;
	made = true;
	if (!mkdtemp(dir))
		abort();
	host_log_set_level(-1);
	atexit(remove_dir);
}

static void start(void)
{
	char path[64];
	int i;

	make_dir();
	dm = calloc(1, sizeof(*dm));
	if (!dm)
		abort();
	conf_init(&dm->conf);
	snprintf(path, sizeof(path), "%s/c", dir);
	dm->conf.control = strdup(path);
	dm->uid = geteuid();
	objects_init(dm);
	ASSERT(!workers_create(dm));
	ASSERT(!loopback_create(dm->net) || dev_get_by_name(dm->net, "lo"));
	ASSERT(!dev_open(dev_get_by_name(dm->net, "lo")));
	ASSERT(!watch_start(dm) && !server_start(dm));
	channel = -1;
	for (i = 0; i < SOCKS; i++)
		socks[i] = -1;
}

static void turns(int n)
{
	while (n--) {
		dm->w0->poller.signalled = true;
		worker_turn(dm->w0);
	}
}

static void drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void stop(void)
{
	int i;

	drop(&channel);
	for (i = 0; i < SOCKS; i++)
		drop(&socks[i]);
	turns(3);
	server_stop(dm);
	objects_exit(dm);
	watch_stop(dm);
	workers_drain(dm);
	workers_destroy(dm);
	conf_free(&dm->conf);
	free(dm);
}

static int connect_to(int type, const char *suffix)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	snprintf(un.sun_path, sizeof(un.sun_path), "%s/c%s", dir, suffix);
	if (connect(fd, (struct sockaddr *)&un, sizeof(un)))
		drop(&fd);
	return fd;
}

static void send_with_fd(int fd, const void *data, size_t len, int pass)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(int))];
	} ctl;
	struct iovec iov = { (void *)(uintptr_t)data, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (pass >= 0) {
		struct cmsghdr *c;

		memset(&ctl, 0, sizeof(ctl));
		msg.msg_control = ctl.buf;
		msg.msg_controllen = sizeof(ctl.buf);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &pass, sizeof(int));
	}
	sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void send_call(u8 nr, u16 flags, const u8 *body, u32 len, int pass)
{
	u8 buf[sizeof(struct nsp_msg) + BODY_MAX] = { 0 };
	struct nsp_msg h = { .magic = NSP_MSG_MAGIC, .nr = nr, .flags = flags, .seq = 1 };

	/* Lengths right: what is behind the checks is to be reached, too. */
	h.len = max(len, nr <= NSP_NR_MAX ? (u32)nsp_calls[nr].reqsize : 0);
	h.len = min_t(u32, h.len, BODY_MAX);
	memcpy(buf, &h, sizeof(h));
	memcpy(buf + sizeof(h), body, min(len, h.len));
	send_with_fd(channel, buf, sizeof(h) + h.len, pass);
}

static void open_channel(void)
{
	struct nsp_hello_req req = { .hash = nsp_proto_hash(), .role = NSP_ROLE_SHIM };

	drop(&channel);
	channel = connect_to(SOCK_SEQPACKET, "");
	send_call(NSP_NR_HELLO, 0, (u8 *)&req, sizeof(req), -1);
}

static void op_socket(struct input *in, int k)
{
	u64 tag = NSP_TAG(take(in) & 1 ? 10 : 2, SOCK_STREAM, 0, 0);

	drop(&socks[k]);
	socks[k] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(socks[k], SOL_SOCKET, SO_MAX_PACING_RATE, &tag, sizeof(tag));
}

static u64 cookie_of(int fd)
{
	socklen_t len = sizeof(u64);
	u64 cookie = 0;

	getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len);
	return cookie;
}

static void op_connect(struct input *in, int k)
{
	u8 buf[sizeof(struct nsp_conn) + BODY_MAX] = { 0 }, flags = take(in), len;
	struct nsp_conn h = { .magic = NSP_CONN_MAGIC, .hdrlen = sizeof(h), .family = 2, .type = 1,
			      .hash = nsp_proto_hash(), .cookie = cookie_of(socks[k]) };
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	if (flags & 1)
		h.family = 10;
	h.flags = flags & 2 ? NSP_CONN_FDPASS : 0;
	h.cookie += flags & 4;
	h.opts = take(in);
	h.optlen = take_bytes(in, buf + sizeof(h), BODY_MAX / 2);
	len = (u8)take_bytes(in, h.dst.sa, sizeof(h.dst.sa));
	h.dst.len = flags & 8 ? take(in) : len;
	h.total = (u32)sizeof(h) + h.optlen + (flags & 16 ? 100 : 0);
	memcpy(buf, &h, sizeof(h));
	snprintf(un.sun_path, sizeof(un.sun_path), "%s/c%s", dir, NSP_STREAM_SUFFIX);
	if (!connect(socks[k], (struct sockaddr *)&un, sizeof(un)))
		send_with_fd(socks[k], buf, h.total, flags & 2 ? socks[k] : -1);
}

static void op_dhello(struct input *in, int k)
{
	struct nsp_dhello h = { .magic = NSP_DHELLO_MAGIC, .hash = nsp_proto_hash() };
	u8 what = take(in);

	drop(&socks[k]);
	socks[k] = connect_to(SOCK_SEQPACKET, "");
	h.family = what & 1 ? 10 : 2;
	h.type = what & 2 ? SOCK_RAW : SOCK_DGRAM;
	h.flags = what & 4 ? NSP_DHELLO_REPLY : 0;
	h.protocol = take(in);
	h.cookie = cookie_of(socks[k]) + (what & 8);
	send_with_fd(socks[k], &h, sizeof(h), -1);
}

static void op_dgram(struct input *in, int k)
{
	u8 buf[sizeof(struct nsp_dgram) + BODY_MAX] = { 0 };
	struct nsp_dgram h = { .magic = NSP_DGRAM_MAGIC, .type = NSP_DGRAM_DATA,
			       .hdrlen = sizeof(h) };

	h.peer.len = (u16)take_bytes(in, h.peer.sa, sizeof(h.peer.sa));
	h.ctllen = take_bytes(in, buf + sizeof(h), BODY_MAX / 2);
	h.paylen = take_bytes(in, buf + sizeof(h) + h.ctllen, BODY_MAX / 2);
	h.msgflags = take(in);
	memcpy(buf, &h, sizeof(h));
	send_with_fd(socks[k], buf, sizeof(h) + h.ctllen + h.paylen, -1);
}

static void op_accept(int k)
{
	int fd = accept4(socks[k], NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return;
	k = (k + 1) % SOCKS;
	drop(&socks[k]);
	socks[k] = fd;
}

static void op_read(int fd)
{
	char buf[4096];
	int i;

	for (i = 0; i < 8 && recv(fd, buf, sizeof(buf), MSG_DONTWAIT) > 0; i++)
		;
}

static void run_op(struct input *in)
{
	u8 op = take(in), k = take(in) % SOCKS, body[BODY_MAX], nr, flags;
	u32 len;

	switch (op % 13) {
	case 0:
	case 1:
		nr = take(in);
		flags = take(in);
		len = take_bytes(in, body, sizeof(body));
		send_call(nr, flags, body, len, flags & 0x80 ? -1 : socks[k]);
		turns(1);
		break;
	case 2:
		len = take_bytes(in, body, sizeof(body));
		send_with_fd(channel, body, len, k & 1 ? socks[k] : -1);
		break;
	case 3:
		op_socket(in, k);
		break;
	case 4:
		op_connect(in, k);
		break;
	case 5:
		op_dhello(in, k);
		break;
	case 6:
		op_dgram(in, k);
		break;
	case 7:
		len = take_bytes(in, body, sizeof(body));
		send_with_fd(socks[k], body, len, -1);
		break;
	case 8:
		drop(&socks[k]);
		break;
	case 9:
		shutdown(socks[k], take(in) % 3);
		break;
	case 10:
		op_accept(k);
		break;
	case 11:
		op_read(socks[k]);
		op_read(channel);
		break;
	case 12:
		if (k == 0)
			open_channel();
		turns(1 + k);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	int n;

	start();
	open_channel();
	turns(1);
	for (n = 0; in.left && n < OPS_MAX; n++)
		run_op(&in);
	turns(2);
	stop();
	return 0;
}
