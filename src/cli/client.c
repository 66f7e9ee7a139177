// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/client.h"
#include "netstack/fdpass.h"

const char *client_path(const char *given)
{
	const char *env = getenv("NETSTACK_CONTROL");

	if (given)
		return given;
	return env && *env ? env : NSP_DEFAULT_PATH;
}

struct text {
	char *buf;
	size_t len;
};

static bool append(void *arg, const char *data, size_t len)
{
	struct text *t = arg;
	char *p = realloc(t->buf, t->len + len + 1);

	if (!p)
		return false;
	memcpy(p + t->len, data, len);
	t->buf = p;
	t->len += len;
	p[t->len] = '\0';
	return true;
}

static int hello(struct client *c)
{
	struct nsp_hello_req req = { .hash = nsp_proto_hash(), .pid = (uint32_t)getpid(),
				     .role = NSP_ROLE_ADMIN };
	struct text why = { NULL, 0 };
	int ret = client_call(c, NSP_NR_HELLO, &req, sizeof(req), NULL, 0, append, &why);

	if (ret < 0)
		fprintf(stderr, "netstack: %s: %s\n", c->path,
			why.buf && why.len ? why.buf : strerror(-ret));
	free(why.buf);
	return ret < 0 ? -1 : 0;
}

int client_open(struct client *c, const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	*c = (struct client){ .fd = -1, .path = path };
	if (strlen(path) > NSP_PATH_MAX) {
		fprintf(stderr, "netstack: --control %s: longer than %d bytes\n", path,
			NSP_PATH_MAX);
		return -1;
	}
	memcpy(un.sun_path, path, strlen(path) + 1);
	c->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&un, sizeof(un))) {
		fprintf(stderr, "netstack: %s: %s; is netstackd running? (--control or "
			"NETSTACK_CONTROL name its socket)\n", path, strerror(errno));
		client_close(c);
		return -1;
	}
	if (!hello(c))
		return 0;
	client_close(c);
	return -1;
}

void client_close(struct client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

/* fd: goes with it; -1: none */
static int send_request(struct client *c, int nr, const void *req, size_t reqlen, const void *data,
			size_t datalen, int fd)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct nsp_msg h = { .magic = NSP_MSG_MAGIC, .nr = (uint16_t)nr, .seq = ++c->seq,
			     .len = (uint32_t)(reqlen + datalen) };
	struct iovec iov[3] = { { &h, sizeof(h) }, { (void *)(uintptr_t)req, reqlen },
				{ (void *)(uintptr_t)data, datalen } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 3 };

	if (fd >= 0) {
		msg.msg_control = control;
		fdpass_put(&msg, &fd, 1);
	}
	return sendmsg(c->fd, &msg, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int read_reply(struct client *c, int nr,
		      bool (*part)(void *arg, const char *text, size_t len), void *arg)
{
	static char buf[NSP_MSG_MAX];
	struct nsp_msg h;

	for (;;) {
		ssize_t n = recv(c->fd, buf, sizeof(buf), 0);
		size_t skip = sizeof(h);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < (ssize_t)sizeof(h))
			return -EIO;
		memcpy(&h, buf, sizeof(h));
		if (h.magic != NSP_MSG_MAGIC || h.seq != c->seq || h.len != (size_t)n - sizeof(h))
			return -EIO;
		if (h.len >= nsp_calls[nr].repsize)
			skip += nsp_calls[nr].repsize;
		if (part && !part(arg, buf + skip, (size_t)n - skip))
			return h.ret;
		if (h.ret < 0 || !(h.flags & NSP_F_MORE))
			return h.ret;
	}
}

int client_call(struct client *c, int nr, const void *req, size_t reqlen, const void *data,
		size_t datalen, bool (*part)(void *arg, const char *text, size_t len), void *arg)
{
	int ret = send_request(c, nr, req, reqlen, data, datalen, -1);

	return ret ? ret : read_reply(c, nr, part, arg);
}

int client_call_fd(struct client *c, int nr, const void *req, size_t reqlen, const void *data,
		   size_t datalen, int fd)
{
	int ret = send_request(c, nr, req, reqlen, data, datalen, fd);

	return ret ? ret : read_reply(c, nr, NULL, NULL);
}

char *client_text(struct client *c, int nr, const void *req, size_t reqlen, const char *data,
		  int *ret)
{
	struct text t = { NULL, 0 };

	*ret = client_call(c, nr, req, reqlen, data, data ? strlen(data) : 0, append, &t);
	if (*ret >= 0 && t.buf)
		return t.buf;
	free(t.buf);
	return NULL;
}
