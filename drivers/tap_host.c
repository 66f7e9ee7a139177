// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/tap_host.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "wire/wire.h"

#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

enum { TAP_BUSY_TRIES = 100 }; /* two seconds */

/*
 * A daemon that was killed leaves its io_uring to the kernel, which closes it, and with it the
 * TAP, a moment later: its successor waits rather than calls the TAP busy.
 */
static int set_iff(int fd, struct ifreq *ifr)
{
	const struct timespec pause = { .tv_nsec = 20 * NSEC_PER_MSEC };
	int tries;

	for (tries = 0; ioctl(fd, TUNSETIFF, ifr); tries++) {
		if (errno != EBUSY || tries == TAP_BUSY_TRIES)
			return -errno;
		nanosleep(&pause, NULL);
	}
	return 0;
}

static int set_offload(struct tap_host *host, bool uso)
{
	unsigned int offloads = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
	int hdr_size = sizeof(struct vnet_hdr);

	if (ioctl(host->fd, TUNSETVNETHDRSZ, &hdr_size))
		return -errno;
	host->vnet = true;
	/* USO is younger (Linux 6.2) than the rest. */
	host->uso = uso && !ioctl(host->fd, TUNSETOFFLOAD, offloads | TUN_F_USO4 | TUN_F_USO6);
	return host->uso || !ioctl(host->fd, TUNSETOFFLOAD, offloads) ? 0 : -errno;
}

int tap_host_open(const struct tap_host_want *want, struct tap_host *host)
{
	const char *name = want->name;
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int err;

	*host = (struct tap_host){ .fd = -1 };
	if (strlen(name) >= sizeof(ifr.ifr_name) || !name[0])
		return -EINVAL;
	if (want->multi_queue)
		ifr.ifr_flags |= IFF_MULTI_QUEUE;
	if (want->offload)
		ifr.ifr_flags |= IFF_VNET_HDR;
	memcpy(ifr.ifr_name, name, strlen(name) + 1);
	host->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (host->fd < 0)
		return -errno;
	err = set_iff(host->fd, &ifr);
	if (!err)
		memcpy(host->name, ifr.ifr_name, sizeof(host->name));
	if (!err && want->offload)
		err = set_offload(host, want->uso);
	if (err)
		close(host->fd);
	return err;
}

bool tap_host_is_gone(int err)
{
	return err == EBADFD;
}

void tap_host_silence(int fd)
{
	int nothing = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (nothing < 0)
		return;
	dup3(nothing, fd, O_CLOEXEC);
	close(nothing);
}

int tap_host_mtu(const char *name, u32 *mtu)
{
	struct ifreq ifr = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;

	if (fd < 0)
		return -errno;
	memcpy(ifr.ifr_name, name, strlen(name) + 1);
	if (ioctl(fd, SIOCGIFMTU, &ifr))
		err = -errno;
	close(fd);
	if (!err)
		*mtu = (u32)ifr.ifr_mtu;
	return err;
}
