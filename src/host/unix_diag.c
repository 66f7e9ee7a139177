// SPDX-License-Identifier: BSD-2-Clause
/* What the kernel tells of a Unix socket over sock_diag (libnl-3). */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "host/host.h"

struct answer {
	int attr;
	int64_t value;	/* the attribute's first 32 bits; -ENOENT: there is none */
};

static int take(struct nl_msg *msg, void *arg)
{
	struct answer *a = arg;
	struct nlattr *attr = nlmsg_find_attr(nlmsg_hdr(msg), sizeof(struct unix_diag_msg), a->attr);
	uint32_t v;

	if (attr && nla_len(attr) >= (int)sizeof(v)) {
		memcpy(&v, nla_data(attr), sizeof(v));
		a->value = v;
	}
	return NL_OK;
}

static struct nl_sock *diag_open(void)
{
	struct nl_sock *sk = nl_socket_alloc();

	if (!sk)
		return NULL;
	nl_socket_disable_auto_ack(sk);
	/* the answer is there when the request has been sent: never wait */
	if (nl_connect(sk, NETLINK_SOCK_DIAG) || nl_socket_set_nonblocking(sk)) {
		nl_socket_free(sk);
		return NULL;
	}
	return sk;
}

/* The attribute; -ENOENT: no such socket, or it has no such attribute; -EIO: cannot ask. */
static int64_t ask(struct nl_sock *sk, uint32_t ino, uint32_t show, int attr)
{
	struct unix_diag_req req = { .sdiag_family = AF_UNIX, .udiag_ino = ino,
				     .udiag_states = ~0u, .udiag_show = show,
				     .udiag_cookie = { ~0u, ~0u } };
	struct answer a = { .attr = attr, .value = -ENOENT };
	int err;

	nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, take, &a);
	if (nl_send_simple(sk, SOCK_DIAG_BY_FAMILY, 0, &req, sizeof(req)) < 0)
		return -EIO;
	err = nl_recvmsgs_default(sk);
	if (err < 0)
		return err == -NLE_OBJ_NOTFOUND ? -ENOENT : -EIO;
	return a.value;
}

int host_unix_queue(uint32_t ino)
{
	struct nl_sock *sk = diag_open();
	int64_t queued = sk ? ask(sk, ino, UDIAG_SHOW_RQLEN, UNIX_DIAG_RQLEN) : -ENOENT;

	nl_socket_free(sk);
	return (int)queued;	/* udiag_rqueue comes first */
}

bool host_unix_accepted(uint32_t ino)
{
	struct nl_sock *sk = diag_open();
	int64_t peer = sk ? ask(sk, ino, UDIAG_SHOW_PEER, UNIX_DIAG_PEER) : -ENOENT;

	nl_socket_free(sk);
	return peer != 0;	/* what was not accepted has no inode yet */
}

void host_unix_peers(uint32_t *inos, unsigned int nr)
{
	struct nl_sock *sk = nr ? diag_open() : NULL;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		int64_t peer = sk ? ask(sk, inos[i], UDIAG_SHOW_PEER, UNIX_DIAG_PEER) : 0;

		inos[i] = peer > 0 ? (uint32_t)peer : 0;
	}
	nl_socket_free(sk);
}

void host_unix_gone(uint32_t *inos, unsigned int nr)
{
	struct nl_sock *sk = nr ? diag_open() : NULL;
	unsigned int i;

	for (i = 0; sk && i < nr; i++)
		if (inos[i] && ask(sk, inos[i], UDIAG_SHOW_RQLEN, UNIX_DIAG_RQLEN) == -ENOENT)
			inos[i] = 0;
	nl_socket_free(sk);
}
