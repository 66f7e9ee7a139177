/* SPDX-License-Identifier: BSD-2-Clause */
/* Named bounds of every queue, table and loop of the core. */
#ifndef NETSTACK_CORE_LIMITS_H
#define NETSTACK_CORE_LIMITS_H

enum {
	IFNAMSIZ_NS = 16,		/* interface name with its NUL, as IFNAMSIZ */
	MAX_ADDR_LEN = 32,		/* longest link-layer address */
	MAX_SKB_FRAGS = 17,		/* 64 KiB in 4 KiB pieces, plus one that straddles */
	SKB_HEADROOM = 128,		/* Ethernet, VLAN, IPv6 and options before TCP, aligned */
	SKB_SMALL_HEAD = 384,		/* linear room of a pooled head: headers only */
	SKB_DATA_HEAD = 1752,		/* and of one for a frame: 2048 with what is behind */
	SKB_CB_SIZE = 128,		/* scratch: first 64 the IP layer's, then the transport's */
	SKB_CB_L4 = 64,			/* where the transport's half starts */
	NET_PAGE_SIZE = 32768,		/* payload page: two hold a GSO packet */
	GSO_MAX_SIZE = 65536,		/* largest packet, headers included, handed to a device */
	GRO_MAX_SIZE = 65536,
	BUSY_POLL_MAX_US = 1000,	/* a packet of a socket with SO_BUSY_POLL */
	NAPI_ID_MIN = 8193,	/* above the numbers of processors, as Linux */
	NAPI_POLL_WEIGHT = 64,		/* frames a poll may take before it yields */
	NET_RX_BUDGET = 300,		/* frames a net_run() turn may take over all devices */
	DEV_TX_QUEUE_LEN = 1000,	/* pfifo length */
	SOCK_FILTER_MAX = 4096,		/* instructions of a socket filter */
	BACKLOG_MAX = 1000,		/* packets queued by netif_rx() for one device */
};

#endif
