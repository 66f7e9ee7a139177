/* SPDX-License-Identifier: BSD-2-Clause */
/* The host's side of a TAP, for whatever frames go to it: the TAP driver or an emulated NIC. */
#ifndef NETSTACK_DRIVERS_TAP_HOST_H
#define NETSTACK_DRIVERS_TAP_HOST_H

#include "core/core.h"

struct tap_host {
	int fd; /* non-blocking; the caller's to close */
	char name[IFNAMSIZ_NS];
	bool vnet; /* each frame has a struct vnet_hdr in front */
	bool uso;  /* the host may send UDP to be cut */
};

struct tap_host_want {
	const char *name;
	bool offload;	  /* vnet header, checksums and TSO */
	bool uso;	  /* and UDP segmentation, if the host can */
	bool multi_queue; /* one descriptor of several, each opened so */
};

/*
 * Attaches to the TAP, made if it does not exist. -errno of open("/dev/net/tun") and TUNSETIFF:
 * -EINVAL also for a TAP that is there with another number of queues (one, or several).
 */
int tap_host_open(const struct tap_host_want *want, struct tap_host *host);
/* A read that failed with err says that the host has deleted the interface. */
bool tap_host_is_gone(int err);
/*
 * Its descriptor would be readable for ever. One of nothing takes its place, on which reads find nothing and
 * writes fail. No io_uring may hold the old one.
 */
void tap_host_silence(int fd);
int tap_host_mtu(const char *name, u32 *mtu); /* 0/-errno */

#endif
