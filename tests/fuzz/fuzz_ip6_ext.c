/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv6 extension headers and their options: the input is a packet from its IPv6 header on. */
#include "base/base.h"
#include "wire/wire.h"

#include "tests/fuzz/fuzz.h"

static void walk_options(const void *hdr, u32 len)
{
	struct ip6_tlv_cursor cur;
	struct ip6_tlv t;
	u32 seen = 0;

	for (bool more = ip6_tlv_first(&cur, &t, hdr, len); more; more = ip6_tlv_next(&cur, &t)) {
		const u8 *end = (const u8 *)hdr + len;

		ASSERT(t.len == 0 || (t.data >= (const u8 *)hdr && t.data + t.len <= end));
		ASSERT(t.off < len);
		ASSERT(++seen <= 2048);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ip6_ext_cursor cur;
	const struct ip6_ext_hdr *e;
	u32 seen = 0;

	if (size < sizeof(struct ip6_hdr) || size > 65535)
		return 0;
	for (e = ip6_ext_first(&cur, data, (u32)size); e; e = ip6_ext_next(&cur)) {
		const u8 *p = (const u8 *)e;

		ASSERT(p >= data + 40 && p + cur.len <= data + size && cur.len >= 8);
		if (cur.type == IP_PROTO_HOPOPTS || cur.type == IP_PROTO_DSTOPTS)
			walk_options(e, cur.len);
		ASSERT(++seen <= size / 8);
	}
	ASSERT(cur.off <= size || cur.err);
	return 0;
}
