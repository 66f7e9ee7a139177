/* SPDX-License-Identifier: BSD-2-Clause */
/* The inet room's part of struct net: data only. The room's code fills it. */
#ifndef NETSTACK_CORE_NETNS_INET_H
#define NETSTACK_CORE_NETNS_INET_H

#include "base/base.h"

struct netns_inet {
	int placeholder;
};

#endif
