/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Somebody who changes the configuration of both ends of a wire while it is used: devices go down
 * and up, their MTU changes, addresses go and come, at random. At the end everything is as it was.
 */
#ifndef NETSTACK_TESTS_SIM_CHURN_H
#define NETSTACK_TESTS_SIM_CHURN_H

#include "world.h"

struct churn {
	struct actor actor;
	int wire;
	u32 mtu;	/* to which the devices return */
	u64 until;	/* absolute ns */
	u64 changes;
};

void churn_start(struct churn *c, struct world *w, int wire, u64 duration_ns);

#endif
