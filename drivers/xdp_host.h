/* SPDX-License-Identifier: BSD-2-Clause */
/* An interface of the host through AF_XDP sockets: the system calls and libraries of the XDP device. */
#ifndef NETSTACK_DRIVERS_XDP_HOST_H
#define NETSTACK_DRIVERS_XDP_HOST_H

#include <xdp/xsk.h>

#include "base/base.h"

enum {
	XDP_FRAME_SIZE = 4096,	/* of the memory shared with the kernel, its headroom included */
	XDP_RX_FRAMES = 2048,	/* for the kernel to fill, of each queue */
	XDP_TX_FRAMES = 1024,
	XDP_FRAME_ROOM = XDP_FRAME_SIZE - 256, /* octets of a frame: XDP_PACKET_HEADROOM is the kernel's */
};

/* The program that gives what the interface receives to the sockets in its map, by queue. */
struct xdp_prog {
	int map_fd, prog_fd, link_fd; /* -1: not there. It is detached when link_fd is closed */
	bool native;		      /* run by the interface's driver, else by the kernel for it */
};
/* 0, or -errno: -EBUSY (another program is attached), -EPERM, -ENODEV … */
int xdp_prog_attach(struct xdp_prog *prog, int ifindex, u32 queues);
void xdp_prog_detach(struct xdp_prog *prog);

/* One queue: a socket with its memory. */
struct xdp_sock {
	struct xsk_socket *xsk;
	struct xsk_umem *umem;
	u8 *area;
	struct xsk_ring_prod fill, tx;
	struct xsk_ring_cons comp, rx;
	u64 free[XDP_TX_FRAMES]; /* frames that may be sent with */
	u32 nr_free;
};
int xdp_sock_open(struct xdp_sock *s, const char *ifname, u32 queue, int map_fd); /* 0/-errno */
void xdp_sock_close(struct xdp_sock *s);
/* Hands the kernel the n frames that were consumed of rx. */
void xdp_sock_refill(struct xdp_sock *s, const u64 *frames, u32 n);
/* Tells the kernel of frames in tx. 0; -EAGAIN: it took not all; -errno */
int xdp_sock_kick(struct xdp_sock *s);

/* Receive queues of the interface, at least 1. */
u32 xdp_host_queues(int fd, const char *ifname);

#endif
