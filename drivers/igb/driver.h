/* SPDX-License-Identifier: BSD-2-Clause */
/* The igb driver as others see it: a net_device of several queues over a struct e1000_hw. */
#ifndef NETSTACK_DRIVERS_IGB_DRIVER_H
#define NETSTACK_DRIVERS_IGB_DRIVER_H

#include "drivers/drivers.h"
#include "drivers/e1000/hw.h"

enum { IGB_MAX_QUEUES = 16 };

struct igb_probe {
	struct e1000_hw hw; /* copied; hw.ctx stays the caller's until removed() */
	const char *name;   /* of the interface; may hold "%d" */
	u32 mtu;	    /* 0: 1500 */
	u32 rx_ring;	    /* of each queue, as struct e1000_probe has it */
	u32 queues; /* 1..IGB_MAX_QUEUES, each for both directions; so many vectors + 1 are used */
	void (*removed)(void *ctx); /* the driver has given everything back; may be NULL */
	u32 vfs;      /* physical: virtual functions that are there (PCI's NumVFs), 0..7; then one queue */
	const u8 *mac; /* virtual: wanted; NULL or zeros: what the physical function gives */
};

/* As e1000_probe() (drivers/e1000/driver.h); -EINVAL: queues, vfs. */
int igb_probe(struct net *net, const struct igb_probe *p, struct net_device **dev);
/* A virtual function: of struct e1000_hw it has its own registers. It waits for answers of the physical
 * function's driver by delay_us(), which lets that one go on (igb_serve_vfs()). One queue. */
int igbvf_probe(struct net *net, const struct igb_probe *p, struct net_device **dev);
bool dev_is_igbvf(const struct net_device *dev);
/* A physical function: looks at the mailboxes now, not when their vector comes. */
void igb_serve_vfs(struct net_device *dev);
void *igb_hw_ctx(const struct net_device *dev); /* hw.ctx of its probe */
/* The message of a vector has come (MSI-X). From the top of the loop, never out of struct e1000_hw. */
void igb_interrupt(struct net_device *dev, u32 vector);

#endif
