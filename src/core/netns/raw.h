/* SPDX-License-Identifier: BSD-2-Clause */
/* The raw room's part of struct net: data only. The room's code fills it. */
#ifndef NETSTACK_CORE_NETNS_RAW_H
#define NETSTACK_CORE_NETNS_RAW_H

#include "base/base.h"

struct netns_raw {
	int placeholder;
};

#endif
