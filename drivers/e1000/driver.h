/* SPDX-License-Identifier: BSD-2-Clause */
/* The e1000 driver as others see it: a net_device over a struct e1000_hw. */
#ifndef NETSTACK_DRIVERS_E1000_DRIVER_H
#define NETSTACK_DRIVERS_E1000_DRIVER_H

#include "drivers/drivers.h"
#include "drivers/e1000/hw.h"

struct e1000_probe {
	struct e1000_hw hw; /* copied; hw.ctx stays the caller's until removed() */
	const char *name;   /* of the interface; may hold "%d" */
	u32 mtu;	    /* 0: 1500 */
	u32 rx_ring;	    /* receive descriptors, 32, 64, 128 ...; 0: 256 */
	void (*removed)(void *ctx); /* the driver has given everything back; may be NULL */
};

/*
 * Resets the device, reads its EEPROM and registers an interface that is down. 0; -EIO: the EEPROM's
 * checksum is wrong or it does not answer; -EADDRNOTAVAIL: no station address in it; -ENOMEM and
 * what register_netdev() says. On any error removed() is not called.
 */
int e1000_probe(struct net *net, const struct e1000_probe *p, struct net_device **dev);
void *e1000_hw_ctx(const struct net_device *dev); /* hw.ctx of its probe */
/* Are these the registers that it was probed with? */
bool e1000_hw_is(const struct net_device *dev, u32 (*rd32)(void *ctx, u32 off));
/* The interrupt line is high. From the top of the loop. false: it was not this device. */
bool e1000_interrupt(struct net_device *dev);

#endif
