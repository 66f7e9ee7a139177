/* SPDX-License-Identifier: BSD-2-Clause */
/* Neighbour discovery options: the input is what follows the fixed part of the message. */
#include "base/base.h"
#include "wire/wire.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct nd_opt_hdr *o;
	struct nd_opt_cursor cur;
	struct nd_opts opts;
	enum nd_opt_err err;
	size_t seen = 0;

	if (size > 65535)
		return 0;
	for (o = nd_opt_first(&cur, data, size); o; o = nd_opt_next(&cur)) {
		const u8 *p = (const u8 *)o;

		ASSERT(p >= data && p + 8 <= data + size);
		(void)nd_opt_len_ok(o);
		ASSERT(++seen <= size / 8);
	}
	err = nd_opts_parse(&opts, data, size);
	ASSERT((err == 0) == (cur.err == 0));
	ASSERT(err == 0 || (!opts.slla && !opts.tlla && !opts.prefix));
	return 0;
}
