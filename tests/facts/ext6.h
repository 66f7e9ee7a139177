/* SPDX-License-Identifier: BSD-2-Clause */
/* Options of IPv6 and control messages, for facts about them. */
#ifndef NETSTACK_FACTS_EXT6_H
#define NETSTACK_FACTS_EXT6_H

#include "facts.h"

static inline int set(int fd, int name, const void *v, socklen_t len)
{
	return setsockopt(fd, IPPROTO_IPV6, name, v, len);
}

static inline int set_int(int fd, int name, int v)
{
	return set(fd, name, &v, sizeof(v));
}

/* Appends a control message; its room. */
static inline size_t put_cmsg(uint8_t *at, int level, int type, const void *data, size_t n)
{
	struct cmsghdr h = { .cmsg_len = CMSG_LEN(n), .cmsg_level = level, .cmsg_type = type };

	memcpy(at, &h, sizeof(h));
	memcpy(at + CMSG_LEN(0), data, n);
	return CMSG_SPACE(n);
}

/* What getsockopt() of IPPROTO_IPV6 gives. */
void say_get(int fd, int name, socklen_t room);

#endif
