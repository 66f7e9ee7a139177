/* SPDX-License-Identifier: BSD-2-Clause */
/* The protocol's golden numbers: whoever changes proto.def changes them here, knowingly. */
#include <criterion/criterion.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "netstack/proto.h"

Test(proto, version)
{
	cr_assert_eq(nsp_proto_hash(), 0x9db91993d87a39f6ull, "the protocol changed: %#llx",
		     (unsigned long long)nsp_proto_hash());
}

Test(proto, numbers_are_unique_and_named)
{
	int i, j, n = 0;

	for (i = 0; i <= NSP_NR_MAX; i++) {
		if (!nsp_calls[i].name)
			continue;
		n++;
		cr_assert_leq(sizeof(struct nsp_msg) + nsp_calls[i].reqsize, NSP_MSG_MAX);
		for (j = 0; j < i; j++)
			cr_assert(!nsp_calls[j].name ||
				  strcmp(nsp_calls[i].name, nsp_calls[j].name));
	}
	cr_assert_eq(n, 37);
}

Test(proto, places_of_fields)
{
	cr_assert_eq(offsetof(struct nsp_msg, ret), 12);
	cr_assert_eq(offsetof(struct nsp_conn, cookie), 16);
	cr_assert_eq(offsetof(struct nsp_conn, total), 24);
	cr_assert_eq(offsetof(struct nsp_conn, dst), 72);
	cr_assert_eq(offsetof(struct nsp_dgram, peer), 32);
	cr_assert_eq(offsetof(struct nsp_dgram, rx), 64);
	cr_assert_eq(offsetof(struct nsp_accname, peer), 16);
}

Test(proto, tag)
{
	uint64_t t = NSP_TAG(10, 2, 136, NSP_TAGB_UCONN | NSP_TAGB_BOUND);

	cr_assert(NSP_TAG_OK(t));
	cr_assert(!NSP_TAG_OK(~0ull));
	cr_assert_eq(NSP_TAG_FAMILY(t), 10);
	cr_assert_eq(NSP_TAG_TYPE(t), 2);
	cr_assert_eq(NSP_TAG_PROTOCOL(t), 136);
	cr_assert_eq(NSP_TAG_BITS(t), NSP_TAGB_UCONN | NSP_TAGB_BOUND);
}
