/* SPDX-License-Identifier: BSD-2-Clause */
/* net_device: a network interface. Drivers fill the ops; the core never sees a file descriptor. */
#ifndef NETSTACK_CORE_DEV_H
#define NETSTACK_CORE_DEV_H

#include "base/base.h"
#include "core/backlog.h"
#include "core/dev_queue.h"
#include "core/ethtool.h"
#include "core/limits.h"
#include "core/napi.h"
#include "core/notify.h"
#include "core/skb.h"

struct net;
struct net_device;
struct qdisc;
struct sk_buff;

typedef u64 netdev_features_t;

enum {
	NETIF_F_SG = 1 << 0,		/* takes frags */
	NETIF_F_IP_CSUM = 1 << 1,	/* finishes CHECKSUM_PARTIAL of TCP/UDP over IPv4 */
	NETIF_F_IPV6_CSUM = 1 << 2,
	NETIF_F_HW_CSUM = 1 << 3,	/* finishes any CHECKSUM_PARTIAL */
	NETIF_F_RXCSUM = 1 << 4,
	NETIF_F_TSO = 1 << 5,
	NETIF_F_TSO6 = 1 << 6,
	NETIF_F_TSO_ECN = 1 << 7,
	NETIF_F_GSO_UDP_L4 = 1 << 8,
	NETIF_F_GSO = 1 << 9,		/* software segmentation allowed (always on) */
	NETIF_F_GRO = 1 << 10,
	NETIF_F_LOOPBACK = 1 << 11,	/* packets never leave: checksums need not be made */
	NETIF_F_VLAN_TX = 1 << 12,	/* inserts the tag of 802.1Q from vlan_tci */
	NETIF_F_VLAN_RX = 1 << 13,
	NETIF_F_HIGHDMA = 1 << 14,
	NETIF_F_VLAN_FILTER = 1 << 15,	/* of 802.1Q's frames only those of VLANs it was told of come */
	NETIF_F_LRO = 1 << 16,		/* merges what it receives in a way that cannot be cut again */
	NETIF_F_ALL_CSUM = NETIF_F_IP_CSUM | NETIF_F_IPV6_CSUM | NETIF_F_HW_CSUM,
	NETIF_F_ALL_TSO = NETIF_F_TSO | NETIF_F_TSO6 | NETIF_F_TSO_ECN,
};

/* flags: the IFF_* values of Linux (ABI facts) under the core's own names */
enum {
	DEV_UP = 0x1, DEV_BROADCAST = 0x2, DEV_LOOPBACK = 0x8, DEV_POINTOPOINT = 0x10,
	DEV_RUNNING = 0x40, DEV_NOARP = 0x80, DEV_PROMISC = 0x100, DEV_ALLMULTI = 0x200,
	DEV_MULTICAST = 0x1000, DEV_LOWER_UP = 0x10000,
};

enum { DEV_TYPE_ETHER = 1, DEV_TYPE_LOOPBACK = 772, DEV_TYPE_NONE = 0xfffe };	/* ARPHRD_* */

struct net_device_stats {
	u64 rx_packets, tx_packets, rx_bytes, tx_bytes;
	u64 rx_errors, tx_errors, rx_dropped, tx_dropped, multicast, collisions;
	u64 rx_length_errors, rx_over_errors, rx_crc_errors, rx_frame_errors, rx_fifo_errors;
	u64 rx_missed_errors, tx_aborted_errors, tx_carrier_errors, tx_fifo_errors;
	u64 rx_nohandler;
};

struct net_device_ops {
	int (*ndo_open)(struct net_device *dev);
	int (*ndo_stop)(struct net_device *dev);
	/* Consumes always. Back-pressure is netif_stop_queue() beforehand, never a return code.
	 * Leaves by queue skb->queue_mapping.
	 * more: another frame follows at once, the doorbell may wait for ndo_tx_flush(). */
	/* Not linear (frags or frag_list, see skb_to_vec()) only with NETIF_F_SG. */
	void (*ndo_start_xmit)(struct sk_buff *skb, struct net_device *dev, bool more);
	void (*ndo_tx_flush)(struct net_device *dev);		/* ring the doorbell; may be NULL */
	int (*ndo_change_mtu)(struct net_device *dev, u32 mtu);
	int (*ndo_set_mac_address)(struct net_device *dev, const u8 *addr);
	void (*ndo_set_rx_mode)(struct net_device *dev);	/* groups, promisc changed */
	int (*ndo_set_features)(struct net_device *dev, netdev_features_t features);
	/* With NETIF_F_VLAN_FILTER: frames tagged by 802.1Q with vid, 1..4094, are received, or no longer.
	 * Also while it is down. VLAN 0 (priority tags) always is. 0, or -errno: they are not. */
	int (*ndo_vlan_rx_add_vid)(struct net_device *dev, u16 vid);
	void (*ndo_vlan_rx_kill_vid)(struct net_device *dev, u16 vid);
	void (*ndo_uninit)(struct net_device *dev);		/* down, being unregistered */
	void (*ndo_destroy)(struct net_device *dev);		/* unregister done: free priv */
};

struct dev_mc_addr {
	struct list_head list;
	u8 addr[MAX_ADDR_LEN];
	u32 users;
	bool synced;			/* dev_mc_sync() told another device of it */
};

/*
 * A VLAN of a device: tagged frames that were received go through rx(), which makes them frames of
 * the VLAN's own device and takes the tag off (vlan_proto 0), or consumes them (NULL).
 */
struct vlan_port {
	struct list_head list;
	u16 proto;			/* ETH_TYPE_VLAN or ETH_TYPE_QINQ */
	u16 vid;
	struct net_device *dev;		/* the VLAN's; unregistered with the device below */
	struct sk_buff *(*rx)(struct vlan_port *port, struct sk_buff *skb);
	/* NETDEV_UP, _DOWN, _CHANGE, _CHANGEADDR, _CHANGEMTU of the device below */
	void (*lower_event)(struct vlan_port *port, enum net_event event);
};

struct net_device {
	char name[IFNAMSIZ_NS];
	struct list_head list;
	struct list_head flush_entry;
	struct net *net;
	struct net_device *lower;	/* that this one is on top of, and holds; NULL: none */
	const struct net_device_ops *ops;
	const struct ethtool_ops *ethtool_ops;	/* may be NULL */
	u32 ifindex;
	u32 flags;			/* DEV_* */
	u32 mtu, min_mtu, max_mtu;	/* octets above the link header */
	u16 type;			/* DEV_TYPE_* */
	u16 hard_header_len;
	u8 addr_len;
	u8 dev_addr[MAX_ADDR_LEN];
	u8 broadcast[MAX_ADDR_LEN];
	netdev_features_t features, hw_features;
	u32 gso_max_size;		/* largest GSO packet taken, headers included */
	u32 gso_max_segs;
	u32 tx_queue_len;
	bool carrier;
	u32 promiscuity, allmulti;
	u32 gflags;			/* of these two: one of the counted is dev_change_flags()'s */
	struct netdev_queue *tx;	/* num_tx_queues of them */
	struct netdev_rx_queue *rx;	/* num_rx_queues of them */
	u16 num_tx_queues, num_rx_queues;
	bool xps, xps_by_cpu;		/* a queue has xps_rxqs, xps_cpus */
	bool bql;			/* the driver's to set: it tells of octets sent and completed */
	struct list_head napi_list;
	struct list_head mc_list;	/* struct dev_mc_addr */
	struct list_head vlan_ports;	/* struct vlan_port */
	/* Takes what is received, behind the taps and before VLANs and protocols; NULL: nobody. Consumes */
	void (*rx_handler)(struct sk_buff *skb);
	void *rx_handler_data;		/* its owner's */
	struct net_device_stats stats;
	u32 refcnt;			/* the registration, dst and neigh hold it */
	bool registered;
	bool remote;			/* frames leave by the device of this number of the first shard */
	bool on_flush_list;		/* flush_entry is on net->tx_flush_list */
	u32 alloc_size;
	struct sk_buff_head input_queue;	/* netif_rx() */
	struct napi_struct backlog;	/* polls input_queue */

	/* per-device state of the protocol rooms; set on NETDEV_REGISTER */
	void *ip_ptr;			/* struct in_device, ipv4 */
	void *ip6_ptr;			/* struct inet6_dev, ipv6 */

	void *priv;			/* driver's */
};

/* -- registration ------------------------------------------------------ */
struct net_device *alloc_netdev(struct net *net, const char *name, u32 priv_size);
/* With so many queues in each direction, 1..NETDEV_QUEUES_MAX. */
struct net_device *alloc_netdev_mqs(struct net *net, const char *name, u32 priv_size, u32 txqs,
				    u32 rxqs);
void ether_setup(struct net_device *dev);	/* defaults: type, lengths, MTU 1500, flags */
int register_netdev(struct net_device *dev);	/* name may hold "%d"; -EEXIST, -EINVAL, -ENOMEM */
/* Closes, notifies (rooms drop their references) and gives up the registration's reference. */
void unregister_netdev(struct net_device *dev);
void free_netdev(struct net_device *dev);	/* one that was never registered */
int dev_open(struct net_device *dev);
int dev_close(struct net_device *dev);
int dev_set_mtu(struct net_device *dev, u32 mtu);
int dev_set_mac_address(struct net_device *dev, const u8 *addr);
void dev_set_carrier(struct net_device *dev, bool on);
int dev_set_features(struct net_device *dev, netdev_features_t features);
/*
 * Packets that dev receives go on to others: turns NETIF_F_LRO off, of dev and of all that it is on top of.
 * Linux's rule is ours, too: it is not turned on again when they no longer do.
 */
void dev_disable_lro(struct net_device *dev);
/*
 * Flags as an administrator sets and sees them: DEV_UP, DEV_NOARP, DEV_MULTICAST, and of DEV_PROMISC and
 * DEV_ALLMULTI what was set so, whoever else asked for them (a VLAN, say). 0, or what dev_open() says.
 */
int dev_change_flags(struct net_device *dev, u32 want);
u32 dev_get_flags(const struct net_device *dev);
void dev_set_promiscuity(struct net_device *dev, int inc);
void dev_set_allmulti(struct net_device *dev, int inc);
struct net_device *dev_get_by_name(struct net *net, const char *name);
struct net_device *dev_get_by_index(struct net *net, u32 ifindex);
static inline void dev_hold(struct net_device *dev)
{
	dev->refcnt++;
}
void netdev_destroy(struct net_device *dev);	/* last reference gone; use dev_put() */
static inline void dev_put(struct net_device *dev)
{
	if (!--dev->refcnt)
		netdev_destroy(dev);
}
int dev_mc_add(struct net_device *dev, const u8 *addr);
int dev_mc_del(struct net_device *dev, const u8 *addr);
bool dev_mc_wanted(const struct net_device *dev, const u8 *addr);
/* For ndo_set_rx_mode() of a device on top of another: to hears what from wants, and no longer what it
 * does not want; dev_mc_unsync() takes all of it back. */
void dev_mc_sync(struct net_device *to, struct net_device *from);
void dev_mc_unsync(struct net_device *to, struct net_device *from);

#define for_each_netdev(net, dev) list_for_each_entry(dev, &(net)->dev_list, list)

/* -- receive ----------------------------------------------------------- */
/* Sets protocol, pkt_type, mac_header and pulls the Ethernet header. false: too short. */
bool eth_type_trans(struct sk_buff *skb, struct net_device *dev);
void netif_receive_skb(struct sk_buff *skb);	/* taps, VLAN, protocol table; from poll only */
/* Tells the filter of lower of the VLAN, if it has one. 0, -EEXIST, or the driver's error */
int vlan_port_add(struct net_device *lower, struct vlan_port *port);
void vlan_port_del(struct net_device *lower, struct vlan_port *port);	/* also of one that is not there */
void netif_rx(struct sk_buff *skb);		/* queue for the top of the loop (loopback) */

struct packet_type {
	struct list_head list;
	u16 type;			/* ETH_TYPE_*, or 0 for all (tap) */
	struct net_device *dev;		/* NULL: all */
	/* Protocol handlers consume skb. Taps (type 0) get a clone, data at the link header, that
	 * they consume; what we send comes with pkt_type PACKET_OUTGOING and its socket. */
	void (*func)(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt);
	void *priv;
};
void dev_add_pack(struct net *net, struct packet_type *pt);
/* As a tap, also of one type: it gets clones of what is received before the protocols, of what is for
 * others, too. */
void dev_add_tap(struct net *net, struct packet_type *pt);
void dev_remove_pack(struct packet_type *pt);	/* either kind */
/* The frame's outer tag into vlan_tci, data behind the link header; what is left is a frame without it, as
 * hardware strips it. false: too short, or no memory. */
bool vlan_take_tag(struct sk_buff *skb);

/* -- transmit ---------------------------------------------------------- */
/* data at the link header. Consumes. 0, or -ENETDOWN, -ENOBUFS (dropped by the queue). */
int dev_queue_xmit(struct sk_buff *skb);
/* Pushes an Ethernet header (any device type: no-op where hard_header_len is 0). saddr NULL: ours;
 * daddr NULL: zeros on loopback. 0, -ENOMEM, -EINVAL; does not consume. */
int dev_hard_header(struct sk_buff *skb, struct net_device *dev, u16 type, const u8 *daddr,
		    const u8 *saddr);
static inline struct netdev_queue *netdev_get_tx_queue(const struct net_device *dev, u32 index)
{
	return &dev->tx[index];
}
/* Of a device with one queue. */
static inline void netif_stop_queue(struct net_device *dev)
{
	netif_tx_stop_queue(dev->tx);
}
static inline void netif_wake_queue(struct net_device *dev)
{
	netif_tx_wake_queue(dev->tx);
}
static inline bool netif_queue_stopped(const struct net_device *dev)
{
	return dev->tx->state & QUEUE_DRV_XOFF;
}
netdev_features_t netif_skb_features(const struct sk_buff *skb, const struct net_device *dev);
/* From qdisc_run(): cut, summed and linearised as the device needs, then ndo_start_xmit(). */
void dev_hard_start_xmit(struct sk_buff *skb, struct netdev_queue *txq, bool more);

#endif
