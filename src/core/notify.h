/* SPDX-License-Identifier: BSD-2-Clause */
/* Typed notifications: core and IP emit, others (IP on device events, netlink later) subscribe. */
#ifndef NETSTACK_CORE_NOTIFY_H
#define NETSTACK_CORE_NOTIFY_H

#include "base/base.h"

struct net;

enum net_event {
	NETDEV_REGISTER, NETDEV_UNREGISTER, NETDEV_UP, NETDEV_GOING_DOWN, NETDEV_DOWN,
	NETDEV_CHANGE, NETDEV_CHANGEADDR, NETDEV_CHANGEMTU,
	INETADDR_UP, INETADDR_DOWN, FIB_ROUTE_ADD, FIB_ROUTE_DEL, NEIGH_UPDATE,
};

struct notifier_block {
	struct list_head list;
	void (*fn)(struct notifier_block *nb, struct net *net, enum net_event event, void *obj);
};

void net_notifier_register(struct net *net, struct notifier_block *nb);
void net_notifier_unregister(struct notifier_block *nb);
void net_notify(struct net *net, enum net_event event, void *obj);

#endif
