/* SPDX-License-Identifier: BSD-2-Clause */
/* What a descriptor is: a 64-bit SO_MAX_PACING_RATE of ours, or the daemon's name behind it. */
#include "shim.h"

#include <stddef.h>
#include <sys/un.h>

#ifndef SO_COOKIE
#define SO_COOKIE 57
#endif

/** tag_get() - the tag, 0 when the descriptor has none */
uint64_t tag_get(int fd)
{
	uint64_t tag = 0;
	socklen_t len = sizeof(tag);
	int saved = errno;

	if (real.getsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &tag, &len) || len != sizeof(tag) ||
	    !NSP_TAG_OK(tag))
		tag = 0;
	errno = saved;
	return tag;
}

uint64_t tag_of(int fd)
{
	unsigned int k = fd_kind(fd);

	if (KIND(k) == K_NEW && k & KF_TAG)
		return NSP_TAG(k & KF_V6 ? AF_INET6 : AF_INET, SOCK_STREAM, IPPROTO_TCP, 0);
	return tag_get(fd);
}

void tag_private(int fd)
{
	if (KIND(fd_kind(fd)) == K_NEW && fd_owner())
		__atomic_fetch_or(&fd_kinds[fd], KF_TAG, __ATOMIC_RELAXED);
}

/* A child that runs in this memory has the same socket under the number: it may say so, too. */
void tag_shared(int fd)
{
	if ((unsigned int)fd < FD_MAX && fd_kinds[fd] & KF_TAG)
		__atomic_fetch_and(&fd_kinds[fd], ~KF_TAG, __ATOMIC_RELAXED);
}

int tag_set(int fd, uint64_t tag)
{
	tag_shared(fd);
	return real.setsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &tag, sizeof(tag));
}

/** tag_add() - set state bits of a tagged descriptor */
void tag_add(int fd, uint32_t bits)
{
	uint64_t tag = tag_get(fd);
	int saved = errno;

	if (tag && (NSP_TAG_BITS(tag) & bits) != bits)
		tag_set(fd, tag | (uint64_t)bits << 24);
	errno = saved;
}

bool tag_is_ping(int fd, unsigned int k)
{
	return KIND(k) == K_RAW && NSP_TAG_TYPE(tag_get(fd)) == SOCK_DGRAM;
}

bool tag_is_raw(int fd, unsigned int k)
{
	return KIND(k) == K_RAW && !tag_is_ping(fd, k);
}

/** tag_kind() - kind and flags that a tag stands for */
unsigned int tag_kind(uint64_t tag)
{
	uint32_t bits = NSP_TAG_BITS(tag);
	unsigned int v6 = NSP_TAG_FAMILY(tag) == AF_INET6 ? KF_V6 : 0;

	v6 |= (bits & NSP_TAGB_TSTAMP ? KF_TSTAMP | KF_ERRQ : 0) |
	      (bits & NSP_TAGB_ARRIVAL ? KF_ARRIVAL : 0) |
	      (bits & NSP_TAGB_ZEROCOPY ? KF_ZEROCOPY | KF_ERRQ : 0) |
	      (bits & NSP_TAGB_ERRPRI ? KF_ERRPRI : 0) |
	      (bits & NSP_TAGB_SNDBUF ? KF_BOUNDED : 0);
	if (NSP_TAG_FAMILY(tag) == AF_PACKET)
		return K_PACKET | (bits & NSP_TAGB_RING ? KF_RING : 0);
	if (NSP_TAG_TYPE(tag) == SOCK_STREAM) {
		if (bits & NSP_TAGB_LISTEN)
			return v6 | (bits & NSP_TAGB_SHUT ? K_DEADLISTEN : K_LISTEN);
		if (!(bits & NSP_TAGB_CONNECT))
			return v6 | K_NEW;
		if (bits & NSP_TAGB_REPORTED)
			return v6 | K_STREAM;
		return v6 | K_CONNECTING | KF_SMALL | (bits & NSP_TAGB_SNDBUF ? KF_CHOSE : 0);
	}
	if (bits & NSP_TAGB_UCONN)
		v6 |= KF_CONN;
	if (NSP_TAG_TYPE(tag) == SOCK_DGRAM && (NSP_TAG_PROTOCOL(tag) == IPPROTO_UDP ||
						NSP_TAG_PROTOCOL(tag) == IPPROTO_UDPLITE))
		return v6 | K_UDP;
	return v6 | K_RAW;
}

/** fd_cookie() - the kernel's number of a socket, 0 when it is none */
uint64_t fd_cookie(int fd)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);
	int saved = errno;

	if (real.getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len))
		cookie = 0;
	errno = saved;
	return cookie;
}

/** accname_ok() - is this AF_UNIX address the daemon's name of an accepted connection */
bool accname_ok(const void *sun, socklen_t len)
{
	const struct sockaddr_un *un = sun;

	return len == offsetof(struct sockaddr_un, sun_path) + sizeof(struct nsp_accname) &&
	       un->sun_family == AF_UNIX && !un->sun_path[0] &&
	       !memcmp(un->sun_path + 1, NSP_ACCNAME_MAGIC, 7);
}

bool accname_of(int fd, struct nsp_accname *name)
{
	struct sockaddr_un un;
	socklen_t len = sizeof(un);
	int saved = errno;
	bool ok;

	ok = !real.getpeername(fd, (struct sockaddr *)&un, &len) && accname_ok(&un, len);
	if (ok)
		memcpy(name, un.sun_path, sizeof(*name));
	errno = saved;
	return ok;
}
