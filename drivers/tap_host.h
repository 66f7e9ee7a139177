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

/*
 * Attaches to the TAP, made if it does not exist. offload: with vnet header, checksums and TSO; uso:
 * and UDP segmentation, if the host can. -errno of open("/dev/net/tun") and TUNSETIFF.
 */
int tap_host_open(const char *name, bool offload, bool uso, struct tap_host *host);
int tap_host_mtu(const char *name, u32 *mtu); /* 0/-errno */

#endif
