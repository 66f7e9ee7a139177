/* SPDX-License-Identifier: BSD-2-Clause */
/* A network namespace of the test's own, with a veth pair of the kernel: va, where the test plays the
 * host, and vb, which the device under test gets. Needs root. */
#ifndef TESTS_UNIT_DRIVERS_HOSTNET_H
#define TESTS_UNIT_DRIVERS_HOSTNET_H

#include <sched.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>

#include "tests/host_sh.h"
#include "tests/unit/fixture.h"

#include <linux/if_packet.h>

static inline void host_sh(const char *command)
{
	cr_assert_eq(host_run(command), 0, "%s", command);
}

/* false: not root, nothing was done */
static inline bool host_namespace(void)
{
	if (geteuid() || unshare(CLONE_NEWNET))
		return false;
	/* Silence: no IPv6 of the kernel's own on either end. */
	host_sh("echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6");
	host_sh("ip link add va type veth peer name vb && ip link set va up && ip link set vb up");
	return true;
}

/* A packet socket on va; vnet: with the header in front. */
static inline int host_socket(bool vnet)
{
	struct sockaddr_ll sll = { .sll_family = AF_PACKET, .sll_protocol = htons(0x0003),
				   .sll_ifindex = (int)if_nametoindex("va") };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0), one = 1, room = 8 << 20;

	cr_assert_geq(fd, 0);
	cr_assert_eq(setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)), 0);
	cr_assert_eq(setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)), 0);
	if (vnet)
		cr_assert_eq(setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one)), 0);
	cr_assert_eq(bind(fd, (struct sockaddr *)&sll, sizeof(sll)), 0);
	return fd;
}

/* Waits up to ms for fd to be readable. */
static inline bool host_readable(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) > 0;
}

#endif
