// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/drivers.h"
#include "wire/wire.h"

void mac_pick(struct net *net, u8 *to, const u8 *wanted)
{
	u64 r;

	memcpy(to, wanted, ETH_ALEN);
	if (!eth_addr_is_zero(wanted))
		return;
	r = net_rand64(net);
	memcpy(to, &r, ETH_ALEN);
	to[0] = (u8)((to[0] & 0xfc) | 2); /* local, unicast */
}
