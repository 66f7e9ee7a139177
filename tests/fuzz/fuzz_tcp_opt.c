/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP options: octet 0 says whether it is a SYN, the rest are the options. MUST-7, MUST-64, MUST-68 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "wire/wire.h"

#include "tests/fuzz/fuzz.h"

/* What was parsed must survive being written and parsed again. */
static void check_round_trip(const struct tcp_opts_parsed *in, bool syn)
{
	const u16 kept = TCP_SAW_MSS | TCP_SAW_WSCALE | TCP_SAW_SACK_PERM | TCP_SAW_SACK | TCP_SAW_TSTAMP;
	struct tcp_opts_parsed first = *in, again;
	u8 buf[64];
	int len;

	first.saw &= kept;
	len = tcp_opts_emit(buf, sizeof(buf), &first);
	if (len < 0)
		return;
	ASSERT(len <= 40 && len % 4 == 0);
	ASSERT(tcp_opts_parse(&again, buf, (u32)len, syn));
	ASSERT(again.saw == first.saw);
	ASSERT(!(first.saw & TCP_SAW_MSS) || again.mss == first.mss);
	ASSERT(!(first.saw & TCP_SAW_WSCALE) || again.wscale == first.wscale);
	ASSERT(!(first.saw & TCP_SAW_TSTAMP) ||
	       (again.tsval == first.tsval && again.tsecr == first.tsecr));
	if (first.saw & TCP_SAW_SACK) {
		ASSERT(again.num_sacks == first.num_sacks);
		ASSERT(!memcmp(again.sacks, first.sacks, first.num_sacks * sizeof(first.sacks[0])));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tcp_opts_parsed out;
	u32 tsval, tsecr;
	bool syn;

	if (size < 1 || size > 41)
		return 0;
	syn = data[0] & 1;
	tcp_opts_ts_only(data + 1, (u32)size - 1, &tsval, &tsecr);
	if (tcp_opts_parse(&out, data + 1, (u32)size - 1, syn))
		check_round_trip(&out, syn);
	ASSERT(out.wscale <= TCP_MAX_WSCALE || !(out.saw & TCP_SAW_WSCALE));
	ASSERT(out.num_sacks <= TCP_MAX_SACKS);
	return 0;
}
