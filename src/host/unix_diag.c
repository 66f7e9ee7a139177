// SPDX-License-Identifier: BSD-2-Clause
/* How full a Unix listener is: the kernel tells over sock_diag (libnl-3). */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "host/host.h"

static int take_length(struct nl_msg *msg, void *arg)
{
	struct nlattr *a = nlmsg_find_attr(nlmsg_hdr(msg), sizeof(struct unix_diag_msg),
					   UNIX_DIAG_RQLEN);
	struct unix_diag_rqlen len;

	if (a && nla_len(a) >= (int)sizeof(len)) {
		memcpy(&len, nla_data(a), sizeof(len));
		*(int *)arg = (int)len.udiag_rqueue;
	}
	return NL_OK;
}

int host_unix_queue(uint32_t ino)
{
	struct unix_diag_req req = { .sdiag_family = AF_UNIX, .udiag_ino = ino,
				     .udiag_states = ~0u, .udiag_show = UDIAG_SHOW_RQLEN,
				     .udiag_cookie = { ~0u, ~0u } };
	struct nl_sock *sk = nl_socket_alloc();
	int queued = -ENOENT;

	if (!sk)
		return -ENOMEM;
	nl_socket_disable_auto_ack(sk);
	nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, take_length, &queued);
	/* the answer is there when the request has been sent: never wait */
	if (nl_connect(sk, NETLINK_SOCK_DIAG) || nl_socket_set_nonblocking(sk) ||
	    nl_send_simple(sk, SOCK_DIAG_BY_FAMILY, 0, &req, sizeof(req)) < 0 ||
	    nl_recvmsgs_default(sk) < 0)
		queued = -ENOENT;
	nl_socket_free(sk);
	return queued;
}
