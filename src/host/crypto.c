/* SPDX-License-Identifier: BSD-2-Clause */
/* The core's digests and authentication codes, from libcrypto. */
#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "core/core.h"
#include "host/host.h"

static const struct mac_row {
	const char *mac;		/* NULL: a digest */
	const char *param, *value;	/* what the MAC is made from */
} rows[NET_MAC_NR] = {
	[NET_MAC_MD5] = { NULL, NULL, NULL },
	[NET_MAC_HMAC_SHA1] = { "HMAC", OSSL_MAC_PARAM_DIGEST, "SHA1" },
	[NET_MAC_HMAC_SHA256] = { "HMAC", OSSL_MAC_PARAM_DIGEST, "SHA256" },
	[NET_MAC_CMAC_AES128] = { "CMAC", OSSL_MAC_PARAM_CIPHER, "AES-128-CBC" },
};

static int digest(const EVP_MD *md, const struct skb_vec *data, u32 nr, u8 *out)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int ok = ctx && EVP_DigestInit_ex2(ctx, md, NULL);

	for (u32 i = 0; ok && i < nr; i++)
		ok = EVP_DigestUpdate(ctx, data[i].base, data[i].len);
	ok = ok && EVP_DigestFinal_ex(ctx, out, NULL);
	EVP_MD_CTX_free(ctx);
	return ok ? 0 : -ENOMEM;
}

static int mac(const struct mac_row *row, EVP_MAC *impl, const void *key, u32 key_len,
	       const struct skb_vec *data, u32 nr, u8 *out)
{
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(impl);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(row->param, (char *)(uintptr_t)row->value, 0),
		OSSL_PARAM_construct_end(),
	};
	size_t len;
	/* libcrypto takes NULL for "the key set before" */
	int ok = ctx && EVP_MAC_init(ctx, key_len ? key : (const void *)"", key_len, params);

	for (u32 i = 0; ok && i < nr; i++)
		ok = EVP_MAC_update(ctx, data[i].base, data[i].len);
	ok = ok && EVP_MAC_final(ctx, out, &len, NET_MAC_SIZE_MAX);
	EVP_MAC_CTX_free(ctx);
	return ok ? 0 : -ENOMEM;
}

/* Looking an algorithm up costs more than using it. */
static EVP_MAC *fetch_mac(enum net_mac alg)
{
	static EVP_MAC *cache[NET_MAC_NR];

	if (!cache[alg])
		cache[alg] = EVP_MAC_fetch(NULL, rows[alg].mac, NULL);
	return cache[alg];
}

static EVP_MD *fetch_md5(void)
{
	static EVP_MD *cache;

	if (!cache)
		cache = EVP_MD_fetch(NULL, "MD5", NULL);
	return cache;
}

static int crypto_mac(enum net_mac alg, const void *key, u32 key_len, const struct skb_vec *data,
		      u32 nr, u8 *out)
{
	if (rows[alg].mac) {
		EVP_MAC *impl = fetch_mac(alg);

		return impl ? mac(&rows[alg], impl, key, key_len, data, nr, out) : -ENOENT;
	}
	EVP_MD *md = fetch_md5();

	return md ? digest(md, data, nr, out) : -ENOENT;
}

const struct net_crypto host_crypto = { .mac = crypto_mac };
