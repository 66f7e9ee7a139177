/* SPDX-License-Identifier: BSD-2-Clause */
/* The tcp room's part of struct net: data only. The room's code fills it. */
#ifndef NETSTACK_CORE_NETNS_TCP_H
#define NETSTACK_CORE_NETNS_TCP_H

#include "base/base.h"

struct netns_tcp {
	int placeholder;
};

#endif
