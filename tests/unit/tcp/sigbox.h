/* SPDX-License-Identifier: BSD-2-Clause */
/* A wirebox whose peer signs its segments by TCP-MD5 or TCP-AO and checks those of the stack. */
#ifndef TESTS_UNIT_TCP_SIGBOX_H
#define TESTS_UNIT_TCP_SIGBOX_H

#define WIREBOX_CRYPTO
#include "tests/unit/tcp/wirebox.h"

#include "tcp/tcp_sig.h"

enum { MD5SIG = 14, MD5SIG_EXT = 32, AO_ADD = 38, AO_DEL = 39, AO_INFO = 40, AO_KEYS = 41 };
static const char secret[] = "between the two of us";

/* -- the peer's arithmetic ------------------------------------------------------------------- */

static inline u32 pseudo(struct wire *w, u8 *b, u32 len, bool from_peer)
{
	union inet_addr me, peer;
	u16 family;
	const u8 *s, *d;

	inet_addr_pton(w->v6 ? "fd00::1" : "10.0.0.1", &me, &family);
	inet_addr_pton(w->v6 ? "fd00::2" : "10.0.0.2", &peer, &family);
	s = from_peer ? peer.b : me.b;
	d = from_peer ? me.b : peer.b;
	if (w->v6) {
		memcpy(b, s, 16);
		memcpy(b + 16, d, 16);
		put_be32(b + 32, len);
		put_be32(b + 36, 6);
		return 40;
	}
	memcpy(b, s + 12, 4);
	memcpy(b + 4, d + 12, 4);
	b[8] = 0;
	b[9] = 6;
	put_be16(b + 10, (u16)len);
	return 12;
}

static inline void md5_code(struct wire *w, const u8 *th, u32 len, bool from_peer, u8 *out)
{
	u32 hlen = (u32)(th[12] >> 4) * 4, n;
	static u8 b[12000];
	struct skb_vec v = { b, 0 };

	n = pseudo(w, b, len, from_peer);
	memcpy(b + n, th, 20);
	b[n + 16] = b[n + 17] = 0;
	n += 20;
	memcpy(b + n, th + hlen, len - hlen);
	n += len - hlen;
	memcpy(b + n, secret, sizeof(secret) - 1);
	v.len = n + sizeof(secret) - 1;
	cr_assert_eq(host_crypto.mac(NET_MAC_MD5, NULL, 0, &v, 1, out), 0);
}

static struct {			/* of the test at hand */
	enum net_mac alg;
	bool exclude_opts;
	u32 iss, irs;		/* the peer's, the stack's */
} ao;

static inline void ao_traffic_key(struct wire *w, bool from_peer, u16 sport, u16 dport, bool syn, u8 *key)
{
	u8 b[64] = { 1, 'T', 'C', 'P', '-', 'A', 'O' }, p[40], master[80];
	u32 n = w->v6 ? 32 : 8, mlen = sizeof(secret) - 1;
	struct skb_vec v = { b, 0 };

	memcpy(master, secret, mlen);
	if (ao.alg == NET_MAC_CMAC_AES128) {
		static const u8 zero[16];
		struct skb_vec m = { master, mlen };
		u8 derived[32];

		host_crypto.mac(ao.alg, zero, 16, &m, 1, derived);
		memcpy(master, derived, 16);
		mlen = 16;
	}
	pseudo(w, p, 0, from_peer);
	memcpy(b + 7, p, n);
	put_be16(b + 7 + n, sport);
	put_be16(b + 9 + n, dport);
	put_be32(b + 11 + n, from_peer ? ao.iss : ao.irs);
	put_be32(b + 15 + n, syn ? 0 : from_peer ? ao.irs : ao.iss);
	put_be16(b + 19 + n, (u16)(net_mac_size(ao.alg) * 8));
	v.len = 21 + n;
	cr_assert_eq(host_crypto.mac(ao.alg, master, mlen, &v, 1, key), 0);
}

static inline void ao_code(struct wire *w, const u8 *th, u32 len, bool from_peer, u8 *out)
{
	u32 hlen = (u32)(th[12] >> 4) * 4, n = 4, copy = ao.exclude_opts ? 24u + w->sig_maclen : hlen;
	bool syn = (th[13] & (S | A)) == S;
	u8 key[32];
	static u8 b[12000];
	struct skb_vec v = { b, 0 };

	if (th[13] & S) {
		if (from_peer)
			ao.iss = get_be32(th + 4);
		else
			ao.irs = get_be32(th + 4);
	}
	ao_traffic_key(w, from_peer, get_be16(th), get_be16(th + 2), syn, key);
	put_be32(b, 0);			/* sequence numbers do not wrap here */
	n += pseudo(w, b + n, len, from_peer);
	memcpy(b + n, th, copy);
	b[n + 16] = b[n + 17] = 0;
	memset(b + n + 24, 0, w->sig_maclen);
	n += copy;
	memcpy(b + n, th + hlen, len - hlen);
	v.len = n + len - hlen;
	cr_assert_eq(host_crypto.mac(ao.alg, key, net_mac_size(ao.alg), &v, 1, out), 0);
}

static inline void peer_signs_md5(struct wire *w)
{
	w->sig_saw = TCP_SAW_MD5;
	w->sig_code = md5_code;
}

static inline void peer_signs_ao(struct wire *w, enum net_mac alg, u8 keyid, u8 rnext)
{
	w->sig_saw = TCP_SAW_AO;
	w->sig_code = ao_code;
	w->sig_keyid = keyid;
	w->sig_rnext = rnext;
	w->sig_maclen = 12;
	ao.alg = alg;
}

/* -- options --------------------------------------------------------------------------------- */

struct md5sig {
	u8 addr[128], flags, prefix;
	u16 keylen;
	int ifindex;
	u8 key[80];
};

static inline void fill_addr(struct wire *w, u8 *b, const char *addr)
{
	struct wire_sa sa = wire_sa(w, addr, 0);

	memset(b, 0, 128);
	memcpy(b, sa.b, sa.len);
}

static inline int md5_set(struct wire *w, struct sock *sk, const char *addr, int prefix, u16 keylen)
{
	struct md5sig m = { .keylen = keylen, .flags = prefix >= 0, .prefix = (u8)prefix };

	fill_addr(w, m.addr, addr);
	memcpy(m.key, secret, sizeof(secret) - 1);
	return sock_setsockopt(sk, 6, prefix >= 0 ? MD5SIG_EXT : MD5SIG, &m, sizeof(m));
}

struct ao_add {
	u8 addr[128];
	char alg[64];
	int ifindex;
	u32 flags;
	u16 reserved;
	u8 prefix, sndid, rcvid, maclen, keyflags, keylen, key[80];
} __attribute__((aligned(8)));
struct ao_del {
	u8 addr[128];
	int ifindex;
	u32 flags;
	u16 reserved;
	u8 prefix, sndid, rcvid, current, rnext, keyflags;
} __attribute__((aligned(8)));
struct ao_info {
	u32 flags;
	u16 reserved;
	u8 current, rnext;
	u64 good, bad, not_found, required, icmp;
} __attribute__((aligned(8)));
struct ao_get {
	u8 addr[128];
	char alg[64];
	u8 key[80];
	u32 nkeys;
	u16 flags;
	u8 sndid, rcvid, prefix, maclen, keyflags, keylen;
	int ifindex;
	u64 good, bad;
} __attribute__((aligned(8)));

static const char *peer_text(const struct wire *w)
{
	return w->v6 ? "fd00::2" : "10.0.0.2";
}

static inline struct ao_add ao_key(struct wire *w, const char *alg, u8 sndid, u8 rcvid)
{
	struct ao_add a = { .prefix = w->v6 ? 128 : 32, .sndid = sndid, .rcvid = rcvid,
			    .keylen = sizeof(secret) - 1 };

	fill_addr(w, a.addr, peer_text(w));
	snprintf(a.alg, sizeof(a.alg), "%s", alg);
	memcpy(a.key, secret, sizeof(secret) - 1);
	return a;
}

static inline int ao_add(struct wire *w, struct sock *sk, const char *alg, u8 sndid, u8 rcvid, u8 flags)
{
	struct ao_add a = ao_key(w, alg, sndid, rcvid);

	a.keyflags = flags;
	return sock_setsockopt(sk, 6, AO_ADD, &a, sizeof(a));
}

static inline struct ao_info ao_info(struct sock *sk)
{
	struct ao_info i;
	u32 len = sizeof(i);

	cr_assert_eq(sock_getsockopt(sk, 6, AO_INFO, &i, &len), 0);
	cr_assert_eq(len, sizeof(i));
	return i;
}

/* -- connections ----------------------------------------------------------------------------- */

static inline void start_connect(struct wire *w)
{
	struct wire_sa sa = wire_sa(w, peer_text(w), PEER_PORT);
	struct inet_sockaddr me;

	cr_assert_eq(sock_connect(w->sk, sa.b, sa.len), -EINPROGRESS);
	inet_getname(w->sk, &me, false);
	w->local_port = me.port;
	wire_run(w);
	out(w, S, 0, 0, 0);
}

static inline void finish_connect(struct wire *w)
{
	in(w, .flags = S | A, .seq = 0, .ack = 1, .mss = 1460, .sackok = true, .ws = 7);
	out(w, A, 1, 1, 0);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
}

static inline u64 mib(struct wire *w, enum mib m)
{
	return w->net->mib[m];
}

#endif
