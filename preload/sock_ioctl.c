/* SPDX-License-Identifier: BSD-2-Clause */
/* ioctl of sockets: what the Unix socket answers rightly, and what the stack must answer. */
#include "shim.h"

#include <ifaddrs.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdarg.h>

static int ask(int fd, unsigned long req, void *arg, size_t len)
{
	struct nsp_ioctl_req q = { .code = (uint32_t)req, .len = (uint32_t)len };
	struct nsp_ioctl_rep r;
	size_t room = len;
	int e;

	if (!arg)
		return fail(EFAULT);
	e = rpc(NSP_NR_IOCTL, fd, &q, arg, len, &r, arg, &room);
	return e < 0 ? fail(-e) : r.value;
}

/* One entry of SIOCGIFCONF per IPv4 address. */
static int ifconf(struct ifconf *c)
{
	struct ifaddrs *list, *i;
	int used = 0;

	if (!c)
		return fail(EFAULT);
	if (getifaddrs(&list))
		return -1;
	for (i = list; i; i = i->ifa_next) {
		struct ifreq r;

		if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET)
			continue;
		if (c->ifc_buf) {
			if (c->ifc_len - used < (int)sizeof(r))
				break;
			memset(&r, 0, sizeof(r));
			memcpy(r.ifr_name, i->ifa_name, strnlen(i->ifa_name, IFNAMSIZ - 1));
			memcpy(&r.ifr_addr, i->ifa_addr, sizeof(struct sockaddr_in));
			memcpy(c->ifc_buf + used, &r, sizeof(r));
		}
		used += (int)sizeof(r);
	}
	c->ifc_len = used;
	freeifaddrs(list);
	return 0;
}

int ns_ioctl(int fd, unsigned long req, void *arg)
{
	unsigned int k = fd_kind(fd);

	switch (req) {
	case FIONREAD:
		if (IS_DGRAM(k)) {
			int n = dgram_pending(fd);

			n = user_out(arg, &n, sizeof(n));
			return n ? fail(n) : 0;
		}
		if (KIND(k) == K_LISTEN)
			return fail(EINVAL);
		settle();
		if (k & KF_LOWAT)	/* what is held back comes first */
			ask(fd, req, &(int){ 0 }, sizeof(int));
		return real.ioctl(fd, req, arg);
	case SIOCOUTQ:
	case SIOCOUTQNSD:
		return ask(fd, req, arg, sizeof(int));
	case SIOCGIFCONF:
		return ifconf(arg);
	case SIOCATMARK:
		if (IS_TCP(k))
			return real.ioctl(fd, req, arg);
		break;
	case SIOCSPGRP:
	case SIOCGPGRP:
	case FIOSETOWN:
	case FIOGETOWN:
		return real.ioctl(fd, req, arg);
	}
	if ((req >> 8 & 0xff) != 0x89 || req > 0xffff)
		return real.ioctl(fd, req, arg);
	return ask(fd, req, arg, sizeof(struct ifreq));
}

EXPORT int ioctl(int fd, unsigned long req, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, req);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (!IS_SOCK(fd_kind(fd)))
		return real.ioctl(fd, req, arg);
	return ns_ioctl(fd, req, arg);
}
