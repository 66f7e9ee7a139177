/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptors that go along with a message of a Unix socket: daemon, shim and command-line tool alike. */
#ifndef NETSTACK_FDPASS_H
#define NETSTACK_FDPASS_H

#include <string.h>
#include <sys/socket.h>

/**
 * fdpass_put() - append @n descriptors to the control messages of @m
 *
 * msg_control has zeroed room of CMSG_SPACE(n * sizeof(int)) behind msg_controllen, which grows by it.
 */
static inline void fdpass_put(struct msghdr *m, const int *fds, size_t n)
{
	struct cmsghdr *c = (struct cmsghdr *)(void *)((char *)m->msg_control + m->msg_controllen);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(n * sizeof(*fds));
	memcpy(CMSG_DATA(c), fds, n * sizeof(*fds));
	m->msg_controllen += CMSG_SPACE(n * sizeof(*fds));
}

#endif
