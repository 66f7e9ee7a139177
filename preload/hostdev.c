/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TUN and TAP devices that programs make (a VPN's) are the host's, which has no part in the stack:
 * who asks for one by its name, by an ioctl of a socket or for its index, is answered by the kernel.
 * Every other interface of the host stays unseen.
 */
#include "shim.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/syscall.h>

/* The request goes through a socket of the kernel's. 0 or -errno */
static int kernel_ioctl(unsigned long req, void *arg)
{
	int saved = errno, fd, e;

	fd = (int)raw_call(SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	e = raw_call(SYS_ioctl, fd, req, arg) < 0 ? -errno : 0;
	raw_call(SYS_close, fd);
	errno = saved;
	return e;
}

static bool is_tun(const char *name)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	struct ifreq r = { .ifr_data = (void *)&info };

	memcpy(r.ifr_name, name, strnlen(name, IFNAMSIZ - 1));
	return !kernel_ioctl(SIOCETHTOOL, &r) && !strcmp(info.driver, "tun");
}

unsigned int hostdev_index(const char *name)
{
	struct ifreq r = { 0 };

	if (strlen(name) >= IFNAMSIZ || !is_tun(name))
		return 0;
	memcpy(r.ifr_name, name, strlen(name));
	return kernel_ioctl(SIOCGIFINDEX, &r) ? 0 : (unsigned int)r.ifr_ifindex;
}

bool hostdev_name(unsigned int index, char *name)
{
	struct ifreq r = { .ifr_ifindex = (int)index };

	if (kernel_ioctl(SIOCGIFNAME, &r) || !is_tun(r.ifr_name))
		return false;
	memcpy(name, r.ifr_name, IFNAMSIZ);
	return true;
}

/* Those whose argument is a name with a value beside it. */
static bool names_one(unsigned long req)
{
	static const unsigned short codes[] = {
		SIOCGIFFLAGS, SIOCGIFADDR,   SIOCGIFDSTADDR, SIOCGIFBRDADDR, SIOCGIFNETMASK,
		SIOCGIFMTU,   SIOCGIFHWADDR, SIOCGIFINDEX,   SIOCGIFTXQLEN,  SIOCGIFMETRIC,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(codes); i++)
		if (codes[i] == req)
			return true;
	return ioctl_changes(req) && req != SIOCADDRT && req != SIOCDELRT;
}

int hostdev_ioctl(unsigned long req, void *arg, int refused)
{
	struct ifreq r;
	int e;

	if (!names_one(req) || user_in(&r, arg, sizeof(r)))
		return -refused;
	r.ifr_name[IFNAMSIZ - 1] = 0;
	if (!is_tun(r.ifr_name) || interface_index(r.ifr_name))
		return -refused;
	e = kernel_ioctl(req, &r);
	if (!e && !ioctl_changes(req))
		e = -user_out(arg, &r, sizeof(r));
	return e;
}
