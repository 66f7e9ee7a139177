/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv4 options: the input is what follows the 20 octets of the header. */
#include "base/base.h"
#include "wire/wire.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ip4_opt_cursor cur;
	struct ip4_opts opts;
	struct ip4_opt o;
	u32 seen = 0, bad;
	volatile u8 sink;

	if (size > 40)
		return 0;
	for (bool more = ip4_opt_first(&cur, &o, data, (u32)size); more;
	     more = ip4_opt_next(&cur, &o)) {
		ASSERT(o.len >= 1 && o.data >= data && o.data + o.len <= data + size);
		ASSERT(o.off == 20 + (o.data - data));
		sink = o.data[o.len - 1];
		ASSERT(++seen <= 40);
	}
	(void)sink;
	bad = ip4_opts_parse(&opts, data, (u32)size);
	ASSERT(bad == 0 || (bad >= 20 && bad < 60));
	ASSERT(!cur.err || bad != 0);
	return 0;
}
