/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP-AO (RFC 5925, 5926): derivation, both ways, rollover of keys, and its options. */
#include "tests/unit/tcp/sigbox.h"

static void hex(const char *text, u8 *out, u32 len)
{
	for (u32 i = 0; i < len; i++) {
		unsigned int v;

		cr_assert_eq(sscanf(text + 3 * i, "%2x", &v), 1);
		out[i] = (u8)v;
	}
}

static const struct vector {
	enum net_mac alg;
	bool exclude_opts;
	u32 sisn, disn;
	u32 len;
	const char *packet, *key;
} vectors[] = {		/* RFC 9235 4.1.1, 4.1.2, 4.2.1, 5.1.1, 5.2.1, 6.1.1 */
	{ NET_MAC_HMAC_SHA1, false, 0xfbfbab5a, 0, 76,
	  "45 e0 00 4c dd 0f 40 00 ff 06 bf 6b 0a 0b 0c 0d ac 1b 1c 1d e9 d7 00 b3 fb fb ab 5a 00 00 "
	  "00 00 e0 02 ff ff ca c4 00 00 02 04 05 b4 01 03 03 08 04 02 08 0a 00 15 5a b7 00 00 00 00 "
	  "1d 10 3d 54 2e e4 37 c6 f8 ed e6 d7 c4 d6 02 e7",
	  "6d 63 ef 1b 02 fe 15 09 d4 b1 40 27 07 fd 7b 04 16 ab b7 4f" },
	{ NET_MAC_HMAC_SHA1, false, 0x11c14261, 0xfbfbab5a, 76,
	  "45 e0 00 4c 65 06 40 00 ff 06 37 75 ac 1b 1c 1d 0a 0b 0c 0d 00 b3 e9 d7 11 c1 42 61 fb fb "
	  "ab 5b e0 12 ff ff 37 76 00 00 02 04 05 b4 01 03 03 08 04 02 08 0a 84 a5 0b eb 00 15 5a b7 "
	  "1d 10 54 3d ee ab 0f e2 4c 30 10 81 51 16 b3 be",
	  "d9 e2 17 e4 83 4a 80 ca 2f 3f d8 de 2e 41 b8 e6 79 7f ea 96" },
	{ NET_MAC_HMAC_SHA1, true, 0xcb0efbee, 0, 76,
	  "45 e0 00 4c 53 99 40 00 ff 06 48 e2 0a 0b 0c 0d ac 1b 1c 1d ff 12 00 b3 cb 0e fb ee 00 00 "
	  "00 00 e0 02 ff ff 54 1f 00 00 02 04 05 b4 01 03 03 08 04 02 08 0a 00 02 4c ce 00 00 00 00 "
	  "1d 10 3d 54 80 af 3c fe b8 53 68 93 7b 8f 9e c2",
	  "30 ea a1 56 0c f0 be 57 da b5 c0 45 22 9f b1 0a 42 3c d7 ea" },
	{ NET_MAC_CMAC_AES128, false, 0x787a1ddf, 0, 76,
	  "45 e0 00 4c 7b 9f 40 00 ff 06 20 dc 0a 0b 0c 0d ac 1b 1c 1d c4 fa 00 b3 78 7a 1d df 00 00 "
	  "00 00 e0 02 ff ff 5a 0f 00 00 02 04 05 b4 01 03 03 08 04 02 08 0a 00 01 7e d0 00 00 00 00 "
	  "1d 10 3d 54 e4 77 e9 9c 80 40 76 54 98 e5 50 91",
	  "f5 b8 b3 d5 f3 4f db b6 eb 8d 4a b9 66 0e 60 e3" },
	{ NET_MAC_CMAC_AES128, true, 0x389bed71, 0, 76,
	  "45 e0 00 4c f2 2e 40 00 ff 06 aa 4c 0a 0b 0c 0d ac 1b 1c 1d da 1c 00 b3 38 9b ed 71 00 00 "
	  "00 00 e0 02 ff ff 70 bf 00 00 02 04 05 b4 01 03 03 08 04 02 08 0a 00 01 85 e1 00 00 00 00 "
	  "1d 10 3d 54 c4 4e 60 cb 31 f7 c0 b1 de 3d 27 49",
	  "2c db ae 13 92 c4 94 49 fa 92 c4 50 97 35 d5 0e" },
	{ NET_MAC_HMAC_SHA1, false, 0x176a833f, 0, 96,
	  "6e 08 91 dc 00 38 06 40 fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01 fd 00 00 00 00 00 "
	  "00 00 00 00 00 00 00 00 00 02 f7 e4 00 b3 17 6a 83 3f 00 00 00 00 e0 02 ff ff 47 21 00 00 "
	  "02 04 05 a0 01 03 03 08 04 02 08 0a 00 41 d0 87 00 00 00 00 1d 10 3d 54 90 33 ec 3d 73 34 "
	  "b6 4c 5e dd 03 9f",
	  "62 5e c0 9d 57 58 36 ed c9 b6 42 84 18 bb f0 69 89 a3 61 bb" },
};

/* TCP-AO-01: traffic keys and codes as RFC 9235 has them */
static void check_vector(struct wire *w, const struct vector *v)
{
	struct tcp_ao_key key = { .alg = (u8)v->alg, .keylen = 10 };
	struct tcp_signer s = { .kind = TCP_SIG_AO, .alg = (u8)v->alg, .maclen = 12,
				.exclude_opts = v->exclude_opts };
	u8 packet[100], want[32], got[32], code[32];
	bool v6 = v->packet[0] == '6';
	struct tcp_sig_path p = { .af = w->net->ip.af[v6] };
	u32 ihl = v6 ? 40 : 20;
	struct sk_buff *skb = alloc_skb(w->net, 100);

	memcpy(key.key, "testvector", 10);
	hex(v->packet, packet, v->len);
	s.keylen = (u8)net_mac_size(v->alg);
	hex(v->key, want, s.keylen);
	p.saddr = v6 ? inet_addr_from6(packet + 8) : inet_addr_from4(packet + 12);
	p.daddr = v6 ? inet_addr_from6(packet + 24) : inet_addr_from4(packet + 16);
	p.sport = get_be16(packet + ihl);
	p.dport = get_be16(packet + ihl + 2);
	cr_assert_eq(tcp_ao_master(w->net, &key), 0);
	cr_assert_eq(tcp_ao_derive(w->net, &key, &p, v->sisn, v->disn, got), 0);
	cr_assert_arr_eq(got, want, s.keylen, "traffic key");
	memcpy(s.key, got, s.keylen);
	memcpy(skb_put(skb, v->len - ihl), packet + ihl, v->len - ihl);
	cr_assert_eq(tcp_sig_mac(w->net, &s, skb, &p, v->len - ihl - 12, code), 0);
	cr_assert_arr_eq(code, packet + v->len - 12, 12, "code");
	consume_skb(skb);
}

Test(ao, vectors)
{
	struct wire *w = wire_new(false);

	for (u32 i = 0; i < ARRAY_SIZE(vectors); i++)
		check_vector(w, &vectors[i]);
	wire_end(w);
}

/* TCP-AO-01: the extension over the wrap of sequence numbers, for segments before and behind it */
Test(ao, sequence_number_extension)
{
	struct tcp_ao_sne r = { .seq = 0xfffffff0 };

	cr_assert_eq(tcp_ao_sne(&r, 0xfffffff0, 0xfffffff0), 0);
	cr_assert_eq(tcp_ao_sne(&r, 0xfffffff0, 0x10), 1);
	cr_assert_eq(tcp_ao_sne(&r, 0xfffffff0, 0x90000000), 0);
	cr_assert_eq(tcp_ao_sne(&r, 0x20, 0x20), 1);
	cr_assert_eq(tcp_ao_sne(&r, 0x20, 0xffffff00), 0);
	cr_assert_eq(tcp_ao_sne(&r, 0x7fffff00, 0x7fffff00), 1);
	cr_assert_eq(tcp_ao_sne(&r, 0xf0000000, 0xf0000000), 1);
	cr_assert_eq(tcp_ao_sne(&r, 5, 5), 2);
	cr_assert_eq(tcp_ao_sne(&r, 5, 0xf0000000), 1);
}

static void ao_connect(struct wire *w, const char *alg, enum net_mac mac, u8 flags)
{
	ao.exclude_opts = flags & TCP_AO_KEYF_EXCLUDE_OPT_NS;
	w->sk = wire_socket(w);
	cr_assert_eq(ao_add(w, w->sk, alg, 100, 200, flags), 0);
	peer_signs_ao(w, mac, 200, 100);
	w->ts = true;
	start_connect(w);
	cr_assert_eq(w->last.o.saw, TCP_SAW_AO | TCP_SAW_MSS | TCP_SAW_SACK_PERM | TCP_SAW_WSCALE |
				    TCP_SAW_TSTAMP);
	cr_assert(w->last.o.ao_keyid == 100 && w->last.o.ao_rnext == 200);
	finish_connect(w);
}

static void ao_talk(struct wire *w)
{
	u8 buf[100];

	wire_send(w, 100, 0);
	out(w, P | A, 1, 1, 100);
	in(w, .flags = A, .seq = 1, .ack = 101, .len = 50);
	drain(w);
	cr_assert_eq(wire_recv(w, buf, sizeof(buf), 0), 50);
	wire_send(w, 8000, 0);
	cr_assert_gt(drain(w), 5);	/* each of them checked as it is taken */
	at(w, 3000);
	cr_assert(take(w, &w->last));
	drain(w);
}

TEST46(ao, sha1) { ao_connect(w, "hmac(sha1)", NET_MAC_HMAC_SHA1, 0); ao_talk(w); }
TEST46(ao, sha256) { ao_connect(w, "hmac(sha256)", NET_MAC_HMAC_SHA256, 0); ao_talk(w); }
TEST46(ao, aes) { ao_connect(w, "cmac(aes128)", NET_MAC_CMAC_AES128, 0); ao_talk(w); }
TEST46(ao, without_options)
{
	ao_connect(w, "hmac(sha1)", NET_MAC_HMAC_SHA1, TCP_AO_KEYF_EXCLUDE_OPT_NS);
	ao_talk(w);
}

static void ao_accept(struct wire *w, int backlog)
{
	ao.exclude_opts = false;
	wire_listen(w, backlog);
	cr_assert_eq(ao_add(w, w->lsk, "hmac(sha1)", 7, 8, 0), 0);
	cr_assert_eq(ao_add(w, w->lsk, "hmac(sha1)", 9, 10, 0), 0);
	peer_signs_ao(w, NET_MAC_HMAC_SHA1, 8, 7);
	w->ts = true;
	in(w, .flags = S, .seq = 0, .mss = 1460, .sackok = true, .ws = 7);
	out(w, S | A, 0, 1, 0);
	cr_assert(w->last.o.ao_keyid == 7 && w->last.o.ao_rnext == 8);
	in(w, .flags = A, .seq = 1, .ack = 1);
	w->sk = wire_accept(w);
	cr_assert_not_null(w->sk);
}

/* TCP-AO-02: passive; what is wrong is dropped silently and counted, RSTs not excepted */
TEST46(ao, passive)
{
	struct ao_info i;

	ao_accept(w, 5);
	in(w, .flags = R, .seq = 1, .no_sig = true);
	in(w, .flags = A, .seq = 1, .ack = 1, .len = 10, .bad_sig = true);
	w->sig_keyid = 77;
	in(w, .flags = A, .seq = 1, .ack = 1, .len = 10);
	w->sig_keyid = 8;
	quiet(w);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPAORequired), 1);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPAOBad), 1);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPAOKeyNotFound), 1);
	i = ao_info(w->sk);
	cr_assert(i.required == 1 && i.bad == 1 && i.not_found == 1);
	cr_assert(i.current == 7 && i.rnext == 8);
	ao_talk(w);
	cr_assert_gt(mib(w, MIB_TcpExt_TCPAOGood), 2);
}

/* TCP-AO-01: the peer asks for the other key, and then signs with its own other one */
TEST46(ao, rollover)
{
	struct ao_info set = { .flags = 2, .rnext = 10 };

	ao_accept(w, 5);
	w->sig_rnext = 9;
	in(w, .flags = A, .seq = 1, .ack = 1, .len = 1);
	at(w, 100);
	out(w, A, 1, 2, 0);
	cr_assert(w->last.o.ao_keyid == 9 && w->last.o.ao_rnext == 8);
	cr_assert_eq(sock_setsockopt(w->sk, 6, AO_INFO, &set, sizeof(set)), 0);
	wire_send(w, 1, 0);
	out(w, P | A, 1, 2, 1);
	cr_assert(w->last.o.ao_keyid == 9 && w->last.o.ao_rnext == 10);
	w->sig_keyid = 10;
	in(w, .flags = A, .seq = 2, .ack = 2);
	cr_assert_eq(tcp_sk(w->sk)->snd_una, w->iss + 2);
	w->sig_rnext = 55;			/* not known: nothing changes */
	in(w, .flags = A, .seq = 2, .ack = 2, .len = 1);
	at(w, 200);
	out(w, A, 2, 3, 0);
	cr_assert_eq(w->last.o.ao_keyid, 9);
}

/* The key that the peer asks for has a longer code: segments hold less from then on */
TEST46(ao, rollover_length)
{
	struct ao_add a = ao_key(w, "hmac(sha1)", 101, 201);
	u32 mss;

	ao_connect(w, "hmac(sha1)", NET_MAC_HMAC_SHA1, 0);
	mss = tcp_current_mss(w->sk);
	a.maclen = 16;
	cr_assert_eq(sock_setsockopt(w->sk, 6, AO_ADD, &a, sizeof(a)), 0);
	cr_assert_eq(tcp_current_mss(w->sk), mss);
	w->sig_rnext = 101;
	in(w, .flags = A, .seq = 1, .ack = 1, .len = 1);
	w->sig_maclen = 16;
	at(w, 100);
	out(w, A, 1, 2, 0);
	cr_assert_eq(w->last.o.ao_keyid, 101);
	cr_assert_eq(tcp_current_mss(w->sk), mss - 4);
	wire_send(w, 2 * mss, 0);
	out(w, A, 1, 2, mss - 4);
	drain(w);
}

/* An AO option that nobody asked for; an unsigned SYN where it is asked for */
TEST46(ao, listener)
{
	wire_listen(w, 5);
	peer_signs_ao(w, NET_MAC_HMAC_SHA1, 8, 7);
	in(w, .flags = S, .seq = 0, .mss = 1460);
	cr_assert_eq(w->net->drops[SKB_DROP_TCP_AOUNEXPECTED], 1);
	cr_assert_eq(ao_add(w, w->lsk, "hmac(sha1)", 7, 8, 0), 0);
	in(w, .flags = S, .seq = 0, .mss = 1460, .no_sig = true);
	w->sig_rnext = 99;			/* no key for the SYN-ACK */
	in(w, .flags = S, .seq = 0, .mss = 1460);
	quiet(w);
}

/* SYN cookies work with it */
TEST46(ao, cookie)
{
	wire_sysctl(w, "net.ipv4.tcp_syncookies", "2");
	ao_accept(w, 5);
	ao_talk(w);
}

TEST46(ao, time_wait)
{
	ao_accept(w, 5);
	wire_close(w);
	out(w, F | A, 1, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 2);
	in(w, .flags = F | A, .seq = 1, .ack = 2);
	out(w, A, 2, 2, 0);
	at(w, 1000);
	in(w, .flags = F | A, .seq = 1, .ack = 2);
	out(w, A, 2, 2, 0);
	at(w, 2000);
	in(w, .flags = F | A, .seq = 1, .ack = 2, .no_sig = true);
	quiet(w);
}

/* Adding to, asking and taking from a connection's keys */
TEST46(ao, keys)
{
	struct ao_del d = { .prefix = w->v6 ? 128 : 32, .sndid = 100, .rcvid = 200 };
	struct ao_get g[3] = { { .nkeys = 3, .flags = 4 } };
	u32 len = sizeof(g);

	ao_connect(w, "hmac(sha1)", NET_MAC_HMAC_SHA1, 0);
	cr_assert_eq(ao_add(w, w->sk, "hmac(sha1)", 100, 1, 0), -EEXIST);
	cr_assert_eq(ao_add(w, w->sk, "hmac(sha1)", 1, 200, 0), -EEXIST);
	cr_assert_eq(ao_add(w, w->sk, "hmac(sha256)", 101, 201, 0), 0);
	cr_assert_eq(sock_getsockopt(w->sk, 6, AO_KEYS, g, &len), 0);
	cr_assert(g[0].nkeys == 2 && len == 2 * sizeof(g[0]));
	cr_assert(g[0].sndid == 101 && !g[0].flags && !strcmp(g[0].alg, "hmac(sha256)"));
	cr_assert(g[1].sndid == 100 && g[1].rcvid == 200 && g[1].flags == 3 && g[1].maclen == 12);
	cr_assert(g[1].keylen == sizeof(secret) - 1 && !memcmp(g[1].key, secret, g[1].keylen));
	cr_assert_eq(g[1].prefix, w->v6 ? 128 : 32);
	cr_assert_gt(g[1].good, 0);
	fill_addr(w, d.addr, peer_text(w));
	cr_assert_eq(sock_setsockopt(w->sk, 6, AO_DEL, &d, sizeof(d)), -EBUSY);
	d.flags = 3;
	d.current = 101;
	d.rnext = 201;
	cr_assert_eq(sock_setsockopt(w->sk, 6, AO_DEL, &d, sizeof(d)), 0);
	cr_assert_eq(sock_setsockopt(w->sk, 6, AO_DEL, &d, sizeof(d)), -ENOENT);
	cr_assert(ao_info(w->sk).current == 101 && ao_info(w->sk).rnext == 201);
	ao.alg = NET_MAC_HMAC_SHA256;
	wire_send(w, 10, 0);
	out(w, P | A, 1, 1, 10);
}

TEST46(ao, errno)
{
	struct ao_add a = ao_key(w, "hmac(sha1)", 1, 2);
	struct ao_info i = { .flags = 1 };
	u32 len = sizeof(i);

#define TRY(err, ...)                                                             \
	do {                                                                      \
		struct ao_add b = a;                                              \
		__VA_ARGS__;                                                      \
		cr_assert_eq(sock_setsockopt(w->sk, 6, AO_ADD, &b, sizeof(b)), err); \
	} while (0)
	w->sk = wire_socket(w);
	cr_assert_eq(sock_getsockopt(w->sk, 6, AO_INFO, &i, &len), -ENOENT);
	cr_assert_eq(sock_setsockopt(w->sk, 6, AO_INFO, &i, sizeof(i)), -ENOENT);
	cr_assert_eq(sock_setsockopt(w->sk, 6, AO_ADD, &a, sizeof(a) - 8), -EINVAL);
	TRY(-ENOENT, b.alg[0] = 'x');
	TRY(-EINVAL, b.keylen = 81);
	TRY(-EINVAL, b.reserved = 1);
	TRY(-EINVAL, b.prefix = 0);
	TRY(-EINVAL, b.prefix = w->v6 ? 129 : 33);
	TRY(-EINVAL, b.prefix = 8);		/* bits behind it */
	TRY(-EINVAL, b.addr[3] = 80);		/* a port */
	TRY(-EINVAL, b.keyflags = 4);
	TRY(-EINVAL, b.ifindex = 2);
	TRY(-EINVAL, b.maclen = 21);
	TRY(-EMSGSIZE, b.maclen = 20);
	TRY(0, (void)b);
	TRY(-EEXIST, (void)b);
	cr_assert_eq(md5_set(w, w->sk, peer_text(w), -1, 4), -EKEYREJECTED);
	sock_close(w->sk);
	establish(w);
	cr_assert_eq(sock_setsockopt(w->sk, 6, AO_ADD, &a, sizeof(a)), -EISCONN);
#undef TRY
}

/* A peer that is not among those of the keys: no AO, unless it is required */
TEST46(ao, other_peer)
{
	struct ao_add a = ao_key(w, "hmac(sha1)", 1, 2);
	struct wire_sa sa = wire_sa(w, peer_text(w), PEER_PORT);
	struct ao_info i = { .flags = 4 };

	fill_addr(w, a.addr, w->v6 ? "fd00::9" : "10.0.0.9");
	w->sk = wire_socket(w);
	cr_assert_eq(sock_setsockopt(w->sk, 6, AO_ADD, &a, sizeof(a)), 0);
	cr_assert_eq(sock_setsockopt(w->sk, 6, AO_INFO, &i, sizeof(i)), 0);
	cr_assert_eq(sock_connect(w->sk, sa.b, sa.len), -EKEYREJECTED);
	i.flags = 0;
	cr_assert_eq(sock_setsockopt(w->sk, 6, AO_INFO, &i, sizeof(i)), 0);
	start_connect(w);
	cr_assert_not(w->last.o.saw & TCP_SAW_AO);
}

/* TCP-AO-02: hard ICMP errors are not heard on a connection, unless the user wants them */
TEST46(ao, icmp)
{
	struct inet_icmp_err e = { .af = w->net->ip.af[w->v6], .type = w->v6 ? 1 : 3,
				   .code = w->v6 ? 4 : 3 };
	struct ao_info i = { .flags = 16 };

	ao_accept(w, 5);
	cr_assert(tcp_ao_ignore_icmp(w->sk, &e));
	e.code = 0;
	cr_assert_not(tcp_ao_ignore_icmp(w->sk, &e));
	e.code = w->v6 ? 1 : 4;
	cr_assert(tcp_ao_ignore_icmp(w->sk, &e));
	cr_assert_eq(mib(w, MIB_TcpExt_TCPAODroppedIcmps), 2);
	cr_assert_eq(ao_info(w->sk).icmp, 2);
	cr_assert_eq(sock_setsockopt(w->sk, 6, AO_INFO, &i, sizeof(i)), 0);
	cr_assert_not(tcp_ao_ignore_icmp(w->sk, &e));
}
