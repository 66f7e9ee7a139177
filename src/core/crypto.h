/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Digests and message authentication codes. The core has none of its own: the embedder fills the
 * table (src/host/crypto.c from libcrypto). Without one what needs them is refused as by a Linux
 * kernel that was built without.
 */
#ifndef NETSTACK_CORE_CRYPTO_H
#define NETSTACK_CORE_CRYPTO_H

#include "base/base.h"
#include "core/skb.h"

enum net_mac {
	NET_MAC_MD5,			/* a plain digest: no key */
	NET_MAC_HMAC_SHA1,
	NET_MAC_HMAC_SHA256,
	NET_MAC_CMAC_AES128,		/* key of 16 octets */
	NET_MAC_NR,
};

enum { NET_MAC_SIZE_MAX = 32 };

struct net_crypto {
	/*
	 * The code of the nr pieces of data under key, whole, to out (NET_MAC_SIZE_MAX octets of
	 * room). 0, or -errno and out is undefined: not available, no memory.
	 */
	int (*mac)(enum net_mac alg, const void *key, u32 key_len, const struct skb_vec *data,
		   u32 nr, u8 *out);
};

/* Octets that a code has. */
static inline u32 net_mac_size(enum net_mac alg)
{
	static const u8 sizes[NET_MAC_NR] = { 16, 20, 32, 16 };

	return sizes[alg];
}

/* Equal? Takes as long for every pair: the first difference is not to be found by timing. */
static inline bool net_mac_equal(const void *a, const void *b, u32 len)
{
	const u8 *p = a, *q = b;
	u8 diff = 0;

	while (len--)
		diff |= (u8)(*p++ ^ *q++);
	return !diff;
}

#endif
