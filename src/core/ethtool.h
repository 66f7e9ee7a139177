/* SPDX-License-Identifier: BSD-2-Clause */
/* What a driver tells of its device, as ethtool(8) shows it. A driver has what it can tell. */
#ifndef NETSTACK_CORE_ETHTOOL_H
#define NETSTACK_CORE_ETHTOOL_H

#include "base/base.h"

struct net_device;

struct ethtool_info {
	const char *driver;
	const char *bus;		/* what it is attached to; NULL: nothing */
	bool has_settings;		/* the four that follow hold */
	bool full_duplex, autoneg, rx_pause, tx_pause;
	u32 speed;			/* Mb/s; 0: unknown, or no link */
	u32 rx_ring, tx_ring;		/* descriptors; 0: no ring */
	u32 rx_pending, tx_pending;	/* of them with the device */
	u32 channels;			/* queues, each for both directions */
	bool has_coalesce;
	u32 itr_ns, rx_delay_ns, tx_delay_ns;
};

struct ethtool_reg {
	const char *name;
	u32 off, value;
	u16 queue;			/* its number + 1; 0: of the whole device */
};

/* How received flows are spread over queues. */
struct ethtool_rxfh {
	const char *function;		/* of the hash: "toeplitz" */
	const u8 *key, *table;		/* table: a queue for each value of the hash's lowest bits */
	u32 key_len, table_len;
};

struct ethtool_ops {
	/* fills in what it knows; the rest is zero */
	void (*get_info)(struct net_device *dev, struct ethtool_info *info);
	/* the driver's own statistics; NULL beyond the last */
	const char *(*get_stat)(struct net_device *dev, u32 index, u64 *value);
	/* registers without side effects, at most max; how many */
	u32 (*get_regs)(struct net_device *dev, struct ethtool_reg *regs, u32 max);
	int (*get_eeprom)(struct net_device *dev, u16 *words, u32 nr);	/* words read, or -EIO */
	/* VLANs that the filter lets in, a bit for each of 0..4095 in words of 32; NULL: it is off */
	const u32 *(*get_vlan_filter)(struct net_device *dev);
	void (*get_rxfh)(struct net_device *dev, struct ethtool_rxfh *rxfh);
	/* a bit per failed test; -EBUSY while the interface is up */
	int (*self_test)(struct net_device *dev);
	const char *const *test_names;	/* by bit, ended by NULL */
};

#endif
