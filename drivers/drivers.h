/* SPDX-License-Identifier: BSD-2-Clause */
/* drivers: the room's header. Each create function registers a device in the net and leaves it
 * down; unregister_netdev() (or net_destroy()) closes and frees it. */
#ifndef NETSTACK_DRIVERS_DRIVERS_H
#define NETSTACK_DRIVERS_DRIVERS_H

#include "core/core.h"

/* wanted, or if that is all zero a local unicast address from the net's randomness. 6 octets */
void mac_pick(struct net *net, u8 *to, const u8 *wanted);

/* -- loopback: "lo" -------------------------------------------------------- */
int loopback_create(struct net *net); /* 0, -EEXIST, -ENOMEM */

/* -- TAP ------------------------------------------------------------------- */
struct tap_config {
	const char *tap_name; /* the host's interface; made if it does not exist */
	const char *name;     /* inside the stack; NULL: tap_name */
	u8 mac[6];	      /* of the stack's end; all zero: derived from the net's randomness */
	u32 mtu;	      /* 0: the TAP's present MTU */
	bool offload;	      /* vnet header with checksum, TSO4, TSO6, USO */
	u32 queues;	      /* 0, 1: one; else the TAP is a multi-queue one */
	bool multi_queue;     /* it is one in any case: others hold queues of it, too */
	bool joins;	      /* and they have made it */
};
/* -errno of open("/dev/net/tun") and TUNSETIFF: -ENOENT, -EPERM, -EBUSY (in use), -EINVAL … */
int tap_create(struct net *net, const struct tap_config *cfg, struct net_device **dev);
bool dev_is_tap(const struct net_device *dev);
/* queue: below dev->num_rx_queues */
int tap_fd(const struct net_device *dev, u32 queue); /* readable: napi_schedule(tap_napi()) */
struct napi_struct *tap_napi(const struct net_device *dev, u32 queue);

struct tap_stats { /* of all queues */
	u64 reads, writes, uring_submits, uring_frames, tx_errors, tx_doorbells, tx_ring_full;
};
struct tap_stats tap_stats(const struct net_device *dev);

/* -- packet: an interface of the host --------------------------------------- */
enum packet_rx {
	PACKET_RX_V2,	/* TPACKET_V2 ring: a frame is seen at once */
	PACKET_RX_V3,	/* TPACKET_V3 ring: cheapest, but a lone frame waits a millisecond */
	PACKET_RX_RECV, /* recvmsg(), one system call a frame */
};
/* The fanout group, if others hold queues of the interface, too: made, or joined (fanout says which). */
enum packet_share { PACKET_SHARE_NONE, PACKET_SHARE_NEW, PACKET_SHARE_JOIN };
struct packet_config {
	const char *ifname; /* the host's interface, Ethernet */
	const char *name;   /* inside the stack; NULL: ifname */
	u8 mac[6];	    /* of the stack's end; all zero: derived from the net's randomness */
	u32 mtu;	    /* 0: the interface's, which is the most */
	bool offload;	    /* vnet header with checksum, TSO4, TSO6, USO (Linux 6.2) */
	enum packet_rx rx;
	bool tx_ring;	    /* packets leave through a ring of the host's, not by sendmmsg() */
	u16 fanout;	    /* PACKET_FANOUT group to share the interface's flows with; 0: none */
	enum packet_share share;
	u32 queues;	    /* 0, 1: one socket; else so many, in a fanout group */
};
/* 0, -ENODEV (no such interface), -EPERM, -EINVAL (not Ethernet), -EMSGSIZE (mtu), -ENOMEM … */
int packet_create(struct net *net, const struct packet_config *cfg, struct net_device **dev);
bool dev_is_packet(const struct net_device *dev);
/* queue: below dev->num_rx_queues */
int packet_fd(const struct net_device *dev, u32 queue); /* readable: napi_schedule(packet_napi()) */
struct napi_struct *packet_napi(const struct net_device *dev, u32 queue);
u16 packet_fanout_group(const struct net_device *dev); /* that other sockets may join; 0 is one, too */
int packet_link_fd(const struct net_device *dev);  /* readable: call packet_link_event() */
void packet_link_event(struct net_device *dev);	   /* looks at the interface's carrier */
enum packet_rx packet_rx_mode(const struct net_device *dev); /* what the kernel let us have */
bool packet_tx_ring(const struct net_device *dev);	      /* and here */

struct packet_stats { /* of all queues */
	u64 ring_frames, blocks, reads, sends;
	u64 ring_drops; /* the kernel found no room */
	u64 truncated;	/* received in part only, and thrown away */
	u64 tx_full;	/* times that the host's queue took no more */
	u64 tx_doorbells, tx_ring_full;
};
struct packet_stats packet_stats(const struct net_device *dev);

/* -- xdp: an interface of the host by AF_XDP ---------------------------------- */
struct xdp_config {
	const char *ifname; /* the host's interface, Ethernet: its frames are all ours */
	const char *name;   /* inside the stack; NULL: ifname */
	u8 mac[6];	    /* of the stack's end; all zero: derived from the net's randomness */
	u32 mtu;	    /* 0: the interface's, or what a frame of shared memory holds */
	u32 queues;	    /* 0: as many as the interface has */
};
/* 0, -EOPNOTSUPP (built without libxdp, or the kernel cannot), -ENODEV (no such interface), -EPERM,
 * -EINVAL (not Ethernet, or no such queue), -EBUSY (another program is attached), -EMSGSIZE (mtu),
 * -ENOMEM … */
int xdp_create(struct net *net, const struct xdp_config *cfg, struct net_device **dev);
/* queue: below dev->num_rx_queues */
int xdp_fd(const struct net_device *dev, u32 queue); /* readable: napi_schedule(xdp_napi()) */
struct napi_struct *xdp_napi(const struct net_device *dev, u32 queue);
int xdp_link_fd(const struct net_device *dev);	     /* readable: call xdp_link_event() */
void xdp_link_event(struct net_device *dev);	     /* looks at the interface's carrier */

/* -- e1000: an emulated Intel 82540EM and its driver ----------------------- */
enum e1000_wire_kind { E1000_WIRE_TAP, E1000_WIRE_PACKET, E1000_WIRE_PCAP, E1000_WIRE_PAIR };
struct e1000_config {
	enum e1000_wire_kind wire;
	const char *wire_name; /* TAP or interface of the host; file that gets what is sent; name of
				* a cable that joins the two devices of this net that have it */
	const char *name;      /* inside the stack */
	u8 mac[6];	       /* in its EEPROM; all zero: derived from the net's randomness */
	u32 mtu;	       /* 0: the host's interface's, or 1500 */
	bool offload;	       /* the host takes whole TCP packets and unfinished checksums */
	u32 queues;	       /* of igb, 1..16; 0: 1 */
	u32 vfs;	       /* of igb, 0..7: virtual functions; then it has one queue */
};
/* 0; -errno of the wire: as tap_create(), as packet_create(), of fopen(), -EBUSY: a cable has two
 * ends; -ENOMEM. */
int e1000_create(struct net *net, const struct e1000_config *cfg, struct net_device **dev);
bool dev_is_e1000(const struct net_device *dev);
int e1000_fd(const struct net_device *dev);	/* readable: e1000_wire_ready(). -1: none */
/* From the top of the loop: takes frames from the wire, interrupts the driver. */
void e1000_wire_ready(struct net_device *dev);

/* -- igb: an emulated Intel 82576 of several queues, on the same wires -------- */
/* As e1000_create(), and its wire is read as an e1000's. -EINVAL: queues, vfs */
int igb_create(struct net *net, const struct e1000_config *cfg, struct net_device **dev);
bool dev_is_igb(const struct net_device *dev);
/* At most one interrupt of a queue per itr_ns, up to 8 ms. 0, -EINVAL */
int igb_set_coalesce(struct net_device *dev, u32 itr_ns);

/* -- igbvf: a virtual function of an igb (SR-IOV) --------------------------------- */
struct igbvf_config {
	struct net_device *pf; /* made by igb_create(); its net is this one's */
	u32 vf;		       /* below its vfs */
	const char *name;      /* inside the stack */
	u8 mac[6];	       /* all zero: what the driver of pf gives */
	u32 mtu;	       /* 0: 1500 */
};
/* 0, -EINVAL (pf is no igb, or has no such function), -EBUSY (it has a driver), -EEXIST, -ENOMEM. It may be
 * unregistered before or after pf; without pf, or while pf is down, it has no link. */
int igbvf_create(const struct igbvf_config *cfg, struct net_device **dev);

/* -- vfio: a card of the machine, with the e1000's driver ----------------------- */
struct vfio_config {
	const char *address; /* PCI: 0000:00:04.0, bound to vfio-pci */
	const char *name;    /* inside the stack */
	u32 mtu;	     /* 0: 1500 */
};
/* 0; -ENODEV: no such function, or not vfio-pci's; -EBUSY: others of its IOMMU group are not;
 * -EOPNOTSUPP: no IOMMU; -EPFNOSUPPORT: a card that the driver does not know; -EPERM, -EACCES, -ENOMEM … */
int vfio_create(struct net *net, const struct vfio_config *cfg, struct net_device **dev);
int vfio_fd(const struct net_device *dev);   /* readable: vfio_event(), from the top of the loop */
void vfio_event(struct net_device *dev);

/* What ethtool shows of an e1000. */
struct e1000_info {
	const char *driver;
	bool link, full_duplex, autoneg, rx_pause, tx_pause;
	u32 speed;			     /* Mb/s; 0: no link */
	u32 rx_ring, tx_ring;		     /* descriptors */
	u32 rx_pending, tx_pending;	     /* of them the device's */
	u32 itr_ns, rx_delay_ns, tx_delay_ns; /* interrupt moderation */
	u64 reg_reads, reg_writes, interrupts, tx_timeouts, rx_no_memory, tx_linearized;
};
void e1000_get_info(struct net_device *dev, struct e1000_info *info);
/* Statistics of the hardware, summed up since probe; NULL beyond the last. */
const char *e1000_get_stat(struct net_device *dev, u32 index, u64 *value);
/* regs[] of at most max: offset and value of registers without side effects. How many. */
u32 e1000_get_regs(struct net_device *dev, struct ethtool_reg *regs, u32 max);
int e1000_get_eeprom(struct net_device *dev, u16 *words, u32 nr); /* words from 0 on, or -EIO */
/* A bit per failed test, 0 when all is well. The interface must be down. -EBUSY otherwise. */
enum { E1000_TEST_REGISTERS = 1, E1000_TEST_EEPROM = 2, E1000_TEST_INTERRUPT = 4 };
int e1000_self_test(struct net_device *dev);
/* Interrupt moderation: at most one interrupt per itr_ns, delays after a frame. Applied at once. */
int e1000_set_coalesce(struct net_device *dev, u32 itr_ns, u32 rx_delay_ns, u32 tx_delay_ns);

/* -- VLAN: IEEE 802.1Q and 802.1ad --------------------------------------------- */
enum { VLAN_EGRESS_MAX = 16 };
struct vlan_qos {
	u32 priority; /* skb->priority, SO_PRIORITY */
	u8 code;      /* priority code point, 0..7 */
};
struct vlan_config {
	struct net_device *lower; /* Ethernet */
	const char *name;	  /* NULL: LOWER.VID */
	u16 vid;		  /* 0..4094 */
	u16 proto;		  /* ETH_TYPE_VLAN (0) or ETH_TYPE_QINQ */
	u8 mac[6];		  /* all zero: that of the device below, also later */
	u32 mtu;		  /* 0: that of the device below, which is the most */
	bool no_reorder;	  /* received frames keep their tag, for taps to see */
	bool no_offload;	  /* sums and segments are made by software */
	u32 ingress[8];		  /* priority by code point */
	struct vlan_qos egress[VLAN_EGRESS_MAX]; /* code point by priority; others 0 */
	u32 nr_egress;
};
/* 0, -EINVAL, -EEXIST (name, or this VLAN of this device), -EOPNOTSUPP (not Ethernet), -ERANGE (mtu),
 * -ENOMEM. It is unregistered with the device below. */
int vlan_create(struct net *net, const struct vlan_config *cfg, struct net_device **dev);
bool dev_is_vlan(const struct net_device *dev);
struct vlan_info {
	const char *lower;
	u16 proto, vid;
	bool reorder;
};
void vlan_get_info(const struct net_device *dev, struct vlan_info *info);

/* -- veth: a cable within the process ----------------------------------------- */
struct veth_end {
	struct net *net; /* the two may differ */
	const char *name;
	u8 mac[6]; /* all zero: derived from the net's randomness */
	u32 mtu;   /* 0: 1500 */
};
/* 0, -EEXIST, -EINVAL, -ENOMEM. One end may be unregistered before the other. */
int veth_create(const struct veth_end ends[2], struct net_device *devs[2]);
bool dev_is_veth(const struct net_device *dev);

/* -- join: two devices as one wire --------------------------------------------- */
/* What one receives the other sends, until one is unregistered; both are promiscuous. 0, -EBUSY (one is
 * joined), -EOPNOTSUPP (not Ethernet), -EINVAL (one device, or of two nets), -ENOMEM. */
int dev_join(struct net_device *a, struct net_device *b);

/* -- remote: a device of the stack's first shard, for another shard -------------- */
/* Of the same name, and the same number if it is made in the same order. Its net has a group. 0,
 * -EEXIST, -ENOMEM. The carrier is the caller's to keep alike. */
int remote_create(struct net *net, const struct net_device *of, struct net_device **dev);

/* -- capture -------------------------------------------------------------- */
struct capture;
struct capture_config {
	int fd;			/* gets pcapng; taken over also on failure */
	struct net_device *dev; /* NULL: every one. Close the capture before it goes */
	const void *insns;	/* struct bpf_insn[] of libpcap for Ethernet; copied */
	u32 nr_insns;		/* 0: no filter */
	u32 snaplen;		/* octets kept of a packet; 0: all */
	u64 count;		/* done after so many packets; 0: never */
};
/* 0, -ENOMEM, -EINVAL (the filter is no program). */
int capture_open(struct net *net, const struct capture_config *cfg, struct capture **capture);
/* From a watcher of the tracepoint kfree_skb. sk may be NULL. */
void capture_drop(struct capture *c, const struct sk_buff *skb, enum skb_drop_reason reason,
		  const struct sock *sk);
bool capture_flush(struct capture *c); /* without waiting, if fd is non-blocking; true: all is out */
bool capture_done(struct capture *c); /* has count packets, or nobody reads any more */
/* Of a stack of several shards it has taps in each: they are all held still when it is opened, stopped and
 * closed. */
bool capture_stopped(const struct capture *c);
/* Takes nothing more and puts the statistics behind what waits: to be flushed, then closed. */
void capture_stop(struct capture *c);
void capture_close(struct capture *c); /* stops it; what cannot be flushed at once is lost */

/* -- simulated wire -------------------------------------------------------- */
/*
 * A wire_sim joins two devices in two nets (or one) in virtual time. Everything random comes from
 * its own seed. Frames in flight live outside both nets. Directions: 0 is a to b, 1 is b to a.
 */
struct wire_sim;
struct wire_sim_params {	 /* one direction; zero is a perfect, infinitely fast wire */
	u64 delay_ns, jitter_ns; /* jitter keeps the order unless reorder is set */
	u64 rate_bps;		 /* 0: unlimited */
	u32 queue_bytes;	 /* before the rate limiter; 0: unlimited. Tail drop */
	u32 ecn_mark_bytes;	 /* mark CE on ECT packets above this queue; 0: never */
	u64 police_bps;		 /* token bucket without a queue: what exceeds is dropped; 0: none */
	u32 police_bytes;	 /* its depth */
	u32 loss_ppm, dup_ppm, reorder_ppm, corrupt_ppm;
	u64 reorder_ns; /* extra delay of a reordered frame */
	u32 mtu;	/* larger frames vanish (black hole); 0: no limit */
	bool down;
};
struct wire_sim_stats {
	u64 sent, delivered, lost, queue_drops, policed, dups, reordered, corrupted, marked, too_big;
	u64 bytes;
	u64 queue_peak; /* octets that waited, at most */
};

struct wire_sim_end {
	struct net *net;
	const char *name;
	u8 mac[6];
	u32 mtu;
	bool offload;
};
struct wire_sim *wire_sim_create(u64 seed, const struct wire_sim_end ends[2]);
void wire_sim_destroy(struct wire_sim *w); /* before the nets; devices are unregistered */
struct net_device *wire_sim_dev(struct wire_sim *w, int end);
void wire_sim_set(struct wire_sim *w, int dir, const struct wire_sim_params *p);
u64 wire_sim_deadline(const struct wire_sim *w); /* next delivery; UINT64_MAX: nothing in flight */
void wire_sim_run(struct wire_sim *w, u64 now_ns); /* delivers what is due (napi_schedule) */
const struct wire_sim_stats *wire_sim_stats(const struct wire_sim *w, int dir);
/* observer of every frame offered to the wire, before loss; may be NULL. Frame bytes, linear. */
void wire_sim_observe(struct wire_sim *w,
		      void (*fn)(void *arg, int dir, u64 now_ns, const u8 *frame, u32 len),
		      void *arg);
/* delay hook: ns to add to a frame's flight, behind the queue; such a frame may overtake others */
void wire_sim_delay(struct wire_sim *w,
		    u64 (*fn)(void *arg, int dir, const u8 *frame, u32 len), void *arg);
/* verdict hook: called per frame; true drops it (scripted loss). */
void wire_sim_filter(struct wire_sim *w,
		     bool (*fn)(void *arg, int dir, u64 now_ns, const u8 *frame, u32 len),
		     void *arg);

#endif
