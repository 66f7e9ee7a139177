/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One frame into a fresh stack: checked as it is, with its checksums vouched for, and as drivers
 * deliver it, in fragments. Every frame ends in a delivery or in a drop with a reason, and leaves
 * nothing behind: the stack's pools and the allocation hook are checked at the end. ATK-LEN-01
 */
#include "tests/fuzz/frame_net.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frame_net f;

	if (size > 65535)
		return 0;
	frame_net_start(&f);
	frame_net_rx(&f, data, (u32)size, false, false);
	frame_net_rx(&f, data, (u32)size, true, false);
	frame_net_rx(&f, data, (u32)size, true, true);
	ASSERT(f.dev->stats.rx_packets == 3);
	frame_net_stop(&f);
	return 0;
}
