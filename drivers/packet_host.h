/* SPDX-License-Identifier: BSD-2-Clause */
/* An interface of the host through a packet socket: the system calls of the packet device and of
 * the emulated NIC's wire. */
#ifndef NETSTACK_DRIVERS_PACKET_HOST_H
#define NETSTACK_DRIVERS_PACKET_HOST_H

#include <sys/uio.h>

#include "drivers/drivers.h"

/* Behind our own: its PACKET_HOST and so on are macros, with the values of ours. */
#include <linux/if_packet.h>

struct packet_host {
	int fd;
	int ifindex;
	char name[IFNAMSIZ_NS];
	u8 mac[6];	    /* of the host's interface */
	u32 mtu;	    /* of the host's interface */
	bool running;	    /* it is up and has a carrier */
	bool vnet;	    /* each frame has a struct vnet_hdr in front */
	enum packet_rx rx;  /* what could be had */
	u32 fanout;	    /* its group, if it is in one; 0 is one, too */
	int version;	    /* TPACKET_V2, TPACKET_V3: of what slots look like */
	u8 *ring;	    /* mapped; NULL with PACKET_RX_RECV */
	u32 block_size, nr_blocks, frame_size;
	u8 *tx_ring;	    /* behind it: PACKET_TX_SLOTS of PACKET_TX_SLOT octets; NULL: none */
	u8 *map;	    /* both */
	size_t map_size;
};

enum {
	PACKET_TX_SLOTS = 64,
	PACKET_TX_SLOT = 17 * 4096, /* a packet of 64 KiB, and whole pages */
	PACKET_TX_SLOT_ROOM = PACKET_TX_SLOT - 256,
};

/* With whom a socket shares the flows of the interface. */
enum packet_group {
	PACKET_GROUP_NONE,
	PACKET_GROUP_NEW,	/* with those who will join host->fanout, which the kernel chooses */
	PACKET_GROUP_JOIN,	/* with those of want->fanout */
};

/* What packet_host_open() is asked for. */
struct packet_host_want {
	const char *ifname;
	bool vnet;
	enum packet_rx rx;
	bool tx_ring;
	enum packet_group group;
	u32 fanout;
};

/* 0, or -errno: -ENODEV (no such interface), -EPERM, -EINVAL (not Ethernet), -ENOMEM … A ring
 * that the kernel refuses is no error: host->rx tells. */
int packet_host_open(struct packet_host *host, const struct packet_host_want *want);
/* Receives nothing: to ask of the interface, and for memberships. As above. */
int packet_host_open_quiet(struct packet_host *host, const char *ifname);
void packet_host_close(struct packet_host *host);
int packet_host_refresh(struct packet_host *host); /* mtu, running; 0/-errno */
/* Membership: PACKET_MR_*; addr (6 octets) may be NULL. 0/-errno */
int packet_host_join(const struct packet_host *host, u16 type, const u8 *addr, bool join);
/* Frames that the kernel dropped for want of room since the last call. */
u32 packet_host_drops(const struct packet_host *host);
int packet_host_error(const struct packet_host *host); /* SO_ERROR: 0/-errno; clears it */

/* What the control message PACKET_AUXDATA or a ring's slot says beside the frame. */
struct packet_aux {
	u32 status; /* TP_STATUS_* */
	u32 len;    /* of the frame on the wire */
	u16 vlan_tci, vlan_proto; /* proto 0: none */
};
/* One frame with its vnet header (if any) into iov. Octets, or -errno. */
s32 packet_host_recv(const struct packet_host *host, struct iovec *iov, u32 nr_iov,
		     struct packet_aux *aux);
/* vlan_* of status and the fields beside it. */
void packet_aux_set_vlan(struct packet_aux *aux, u16 tci, u16 tpid);

/* Does the kernel cut UDP that comes with a vnet header? Linux 6.2 */
bool packet_host_cuts_udp(void);

/* A descriptor that becomes readable when a link changes; -errno. */
int packet_link_open(void);
void packet_link_drain(int fd);

#endif
