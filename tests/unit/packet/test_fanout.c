/* SPDX-License-Identifier: BSD-2-Clause */
/* PACKET_FANOUT: both directions of a flow are one socket's, and what devices and workers mean to a group. */
#include <errno.h>

#include "packet/packet.h"
#include "socket/socket.h"
#include "tests/unit/fixture.h"
#include "wire/wire.h"

enum { RAW = 3, ALL = 0x0300, SOL = 263, FANOUT = 18, SOCKS = 4 };
enum { BY_HASH = 0, BY_TURN = 1, BY_CPU = 2, DEFRAG = 0x8000 };

static struct fixture f;
static struct net_device *dev;

static void setup(void)
{
	fixture_net_new(&f, 1);
	cr_assert_eq(packet_net_init(f.net), 0);
	dev = fixture_dev_new(f.net, "eth%d", 0);
}

static void teardown(void)
{
	packet_net_abort(f.net);
	packet_net_exit(f.net);
	fixture_settle(f.net);
	fixture_net_free(&f);
}

TestSuite(fanout, .init = setup, .fini = teardown);

static int join(struct sock *sk, u32 id, u32 type)
{
	u32 v = id | type << 16;

	return sock_setsockopt(sk, SOL, FANOUT, &v, sizeof(v));
}

static struct sock *sock(u32 type)
{
	struct sock_ll ll = { .family = 17, .protocol = { ALL }, .ifindex = (s32)dev->ifindex };
	struct sock *sk;

	cr_assert_eq(packet_sock_create(f.net, RAW, ALL, &sk), 0);
	cr_assert_eq(sock_bind(sk, &ll, sizeof(ll)), 0);
	cr_assert_eq(join(sk, 1, type), 0);
	return sk;
}

/* A datagram of IPv4 or IPv6 between two ports and addresses that differ in their last octet. */
static void arrive(bool v6, u8 from, u8 to, u16 sport, u16 dport)
{
	u32 head = v6 ? IP6_HLEN : IP4_HLEN;
	struct sk_buff *skb = alloc_skb(f.net, 256);
	u8 *p;

	skb_reserve(skb, 64);
	p = skb_put(skb, ETH_HLEN + head + 8);
	memset(p, 0, ETH_HLEN + head + 8);
	memcpy(p, dev->dev_addr, 6);
	p[6] = 2;
	p[12] = v6 ? 0x86 : 8;
	p[13] = v6 ? 0xdd : 0;
	p += ETH_HLEN;
	p[0] = v6 ? 0x60 : 0x45;
	p[v6 ? 6 : 9] = IP_PROTO_UDP;
	p[v6 ? 23 : 15] = from;
	p[v6 ? 39 : 19] = to;
	p[head] = (u8)(sport >> 8);
	p[head + 1] = (u8)sport;
	p[head + 2] = (u8)(dport >> 8);
	p[head + 3] = (u8)dport;
	fixture_dev_rx(dev, skb);
	fixture_settle(f.net);
}

/* Which of them has a frame; it is taken. SOCKS: none */
static u32 who(struct sock *const *sk)
{
	for (u32 i = 0; i < SOCKS; i++) {
		struct sk_buff *skb = sk[i] ? skb_dequeue(&sk[i]->sk_receive_queue) : NULL;

		if (!skb)
			continue;
		consume_skb(skb);
		return i;
	}
	return SOCKS;
}

Test(fanout, flows)
{
	struct sock *sk[SOCKS];
	u32 seen = 0, i;

	for (i = 0; i < SOCKS; i++)
		sk[i] = sock(BY_HASH);
	for (i = 0; i < 64; i++) {
		bool v6 = i & 1;
		u32 one, back;

		arrive(v6, 1, 2, (u16)(1000 + i), 53);
		one = who(sk);
		cr_assert_lt(one, SOCKS);
		cr_assert_eq(who(sk), SOCKS, "one of them alone");
		arrive(v6, 2, 1, 53, (u16)(1000 + i));
		back = who(sk);
		cr_assert_eq(one, back, "the other direction");
		seen |= 1u << one;
	}
	cr_assert_eq(seen, 15, "all have some");
	for (i = 0; i < SOCKS; i++)
		sock_close(sk[i]);
}

/* A device that goes down takes the members with it, one that comes back brings them. */
Test(fanout, device)
{
	struct sock *sk[SOCKS] = { sock(BY_TURN), sock(BY_TURN) };
	struct sock_ll ll = { .family = 17, .protocol = { ALL } };

	arrive(false, 1, 2, 5, 6);
	cr_assert_eq(who(sk), 1);
	dev_close(dev);
	arrive(false, 1, 2, 5, 6);
	cr_assert_eq(who(sk), SOCKS);
	cr_assert_eq(dev_open(dev), 0);
	arrive(false, 1, 2, 5, 6);
	cr_assert_eq(who(sk), 0);
	cr_assert_eq(sock_bind(sk[0], &ll, sizeof(ll)), -EINVAL, "stays where it is");
	sock_close(sk[0]);
	sk[0] = NULL;
	arrive(false, 1, 2, 5, 6);
	arrive(false, 1, 2, 5, 6);
	cr_assert_eq(who(sk), 1);
	cr_assert_eq(who(sk), 1);
	cr_assert_eq(join(sk[1], 1, BY_TURN), -EALREADY);
	sock_close(sk[1]);
	sk[1] = sock(BY_HASH); /* the group ended with its last socket */
	arrive(false, 1, 2, 5, 6);
	cr_assert_eq(who(sk), 1);
	sock_close(sk[1]);
}

Test(fanout, refused)
{
	struct sock *sk = sock(BY_TURN), *other = sock(BY_TURN);
	struct sock *more;

	cr_assert_eq(packet_sock_create(f.net, RAW, ALL, &more), 0);
	cr_assert_eq(join(more, 1, BY_TURN), -EINVAL, "bound to no device");
	cr_assert_eq(join(more, 2, BY_HASH | DEFRAG), -EINVAL, "nothing is reassembled");
	cr_assert_eq(join(more, 2, 6), -EINVAL, "no program chooses");
	cr_assert_eq(join(more, 2, BY_HASH), 0);
	sock_close(more);
	sock_close(sk);
	sock_close(other);
}

/* What another worker's device saw is the second member's. */
Test(fanout, worker)
{
	struct sock *sk[SOCKS] = { sock(BY_CPU), sock(BY_CPU) };
	struct sk_buff *skb;
	u32 shard;

	arrive(false, 1, 2, 5, 6);
	cr_assert_eq(who(sk), 0);
	for (shard = 0; shard < 4; shard++) {
		skb = alloc_skb(f.net, 128);
		skb_reserve(skb, 64);
		memset(skb_put(skb, 60), 0, 60);
		skb->dev = dev;
		skb->protocol = 0x88b5;
		f.net->packet.tapped(skb, shard);
		cr_assert_eq(who(sk), shard % 2);
		cr_assert_eq(who(sk), SOCKS);
	}
	sock_close(sk[0]);
	sock_close(sk[1]);
}
