/* SPDX-License-Identifier: BSD-2-Clause */
/* PACKET_TX_RING of programs that write what they like, and without room; sends past the queue. */
#include <errno.h>

#include "packet/packet.h"
#include "socket/socket.h"
#include "tests/unit/fixture.h"
#include "wire/wire.h"

enum { RAW = 3, SOL = 263, PAGE = 4096, FRAME = 1024, FRAMES = 8, TYPE = 0x88b5 };
enum {
	VERSION = 10,
	TX_RING = 13,
	ORIGDEV = 9,
	TX_HAS_OFF = 19,
	QDISC_BYPASS = 20,
	SOCKET = 1,
	SNDBUF = 7
};
enum { FREE = 0, REQUEST = 1, WRONG = 4 };

static struct fixture f;
static struct net_device *dev;
static u8 *mem;
static size_t mem_live;

static void *mem_new(struct net *net, size_t size, void **handle)
{
	(void)net;
	mem_live += size;
	*handle = &mem_live;
	return mem = calloc(1, size);
}

static void mem_free(struct net *net, void *at, size_t size, void *handle)
{
	(void)net, (void)handle;
	mem_live -= size;
	free(at);
}

static void setup(void)
{
	fixture_net_new(&f, 1);
	cr_assert_eq(packet_net_init(f.net), 0);
	dev = fixture_dev_new(f.net, "eth%d", 0);
	f.net->packet.mem_new = mem_new;
	f.net->packet.mem_free = mem_free;
}

static void teardown(void)
{
	packet_net_abort(f.net);
	packet_net_exit(f.net);
	fixture_settle(f.net);
	fixture_net_free(&f);
	cr_assert_eq(mem_live, 0);
}

TestSuite(sendring, .init = setup, .fini = teardown);

static int set(struct sock *sk, int name, int v)
{
	return sock_setsockopt(sk, SOL, name, &v, sizeof(v));
}

static struct sock *sock(u16 protocol)
{
	struct sock_ll ll = { .family = 17,
			      .protocol = be16_make(protocol),
			      .ifindex = (s32)dev->ifindex };
	struct sock *sk;

	cr_assert_eq(packet_sock_create(f.net, RAW, 0, &sk), 0);
	cr_assert_eq(sock_bind(sk, &ll, sizeof(ll)), 0);
	return sk;
}

static struct sock *ring_sock(bool has_off)
{
	const u32 req[4] = { PAGE, FRAMES * FRAME / PAGE, FRAME, FRAMES };
	struct sock *sk = sock(TYPE);

	cr_assert_eq(set(sk, VERSION, 1), 0);
	cr_assert_eq(set(sk, TX_HAS_OFF, has_off), 0);
	cr_assert_eq(sock_setsockopt(sk, SOL, TX_RING, req, sizeof(req)), 0);
	return sk;
}

/* struct tpacket2_hdr: status, length, its copy, two offsets */
static u32 *status(u32 i)
{
	return (u32 *)(void *)(mem + i * FRAME);
}

static void put(u32 i, u32 len, u16 off)
{
	u8 *at = mem + i * FRAME;

	memcpy(at + 4, &len, 4);
	memcpy(at + 12, &off, 2);
	memset(at + 32, (int)i, 64);
	*status(i) = REQUEST;
}

static ssize_t transmit(struct sock *sk)
{
	struct msg m = { 0 };

	return sock_sendmsg(sk, &m);
}

/* Lengths and offsets that lead out of a frame are refused one by one, and nothing leaves. */
Test(sendring, hostile)
{
	static const struct {
		u32 len;
		u16 off;
		int err;
	} rows[] = {
		{ FRAME, 32, -EMSGSIZE },      { 0xffffffff, 32, -EMSGSIZE },
		{ 0x80000000, 32, -EMSGSIZE }, { FRAME - 32, 33, -EINVAL },
		{ 60, 31, -EINVAL },	       { 60, 0, -EINVAL },
		{ 60, FRAME - 59, -EINVAL },   { 60, 0xffff, -EINVAL },
		{ FRAME - 31, 32, -EMSGSIZE }, { 13, 32, -EINVAL },
	};
	struct sock *sk = ring_sock(true);

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		put(0, rows[i].len, rows[i].off);
		cr_expect_eq(transmit(sk), rows[i].err, "%u", i);
		cr_expect_eq(*status(0), WRONG, "%u", i);
	}
	cr_expect_eq(fixture_dev(dev)->tx.qlen, 0);
	put(0, FRAME - 32, 32);
	put(1, 60, FRAME - 60);
	cr_expect_eq(transmit(sk), FRAME - 32 + 60);
	cr_expect_eq(*status(0), FREE);
	cr_expect_eq(fixture_dev(dev)->tx.qlen, 2);
	sock_close(sk);
}

/* What does not fit the send buffer waits, and is told of as one send. */
Test(sendring, room)
{
	struct sock *sk = ring_sock(false);
	int small = 4608;
	u64 octets;
	bool more;
	u32 i;

	cr_assert_eq(sock_setsockopt(sk, SOCKET, SNDBUF, &small, sizeof(small)), 0);
	for (i = 0; i < FRAMES; i++)
		put(i, 900, 0);
	cr_assert_eq(transmit(sk), -EAGAIN);
	cr_assert(packet_sendring_sent(sk, &octets, &more));
	cr_assert(more);
	cr_assert(octets > 0 && octets < 900 * FRAMES);
	cr_assert_eq(*status(0), FREE);
	cr_assert_eq(*status(FRAMES - 1), REQUEST);
	for (i = 0; i < FRAMES && transmit(sk) == -EAGAIN; i++)
		skb_queue_purge(&fixture_dev(dev)->tx);
	cr_assert(packet_sendring_sent(sk, &octets, &more));
	cr_assert(!more);
	cr_assert_eq(octets, 900 * FRAMES);
	cr_assert_eq(*status(FRAMES - 1), FREE);
	cr_assert_eq(transmit(sk), 0);
	sock_close(sk);
}

Test(sendring, bypass)
{
	struct sock *sk = sock(TYPE), *tap;
	u8 buf[60] = { 0 };
	struct skb_vec vec = { buf, sizeof(buf) };
	struct msg m = { .vec = &vec, .nr_vec = 1, .len = sizeof(buf) };

	cr_assert_eq(packet_sock_create(f.net, RAW, 0x0300, &tap), 0);
	fixture_dev(dev)->stop_after = 2;
	cr_assert_eq(sock_sendmsg(sk, &m), 60);
	cr_assert_eq(tap->sk_receive_queue.qlen, 1);
	cr_assert_eq(set(sk, QDISC_BYPASS, 1), 0);
	cr_assert_eq(sock_sendmsg(sk, &m), 60);
	cr_assert_eq(sock_sendmsg(sk, &m), -ENOBUFS, "the device is full");
	cr_assert_eq(dev->stats.tx_dropped, 1);
	cr_assert_eq(set(sk, QDISC_BYPASS, 0), 0);
	cr_assert_eq(sock_sendmsg(sk, &m), 60, "in the queue");
	cr_assert_eq(fixture_dev(dev)->tx.qlen, 2);
	cr_assert_eq(tap->sk_receive_queue.qlen, 1);
	sock_close(sk);
	sock_close(tap);
}

/* Of a frame that a VLAN's device took, the device below is told where that is asked for. */
Test(sendring, origdev)
{
	struct sock *sk = sock(TYPE);

	for (int on = 0; on < 2; on++) {
		struct sk_buff *skb = alloc_skb(f.net, 128);
		struct sock_ll ll;
		u8 buf[60];
		struct skb_vec vec = { buf, sizeof(buf) };
		struct msg m = { .vec = &vec, .nr_vec = 1, .len = sizeof(buf), .ll = &ll };

		cr_assert_eq(set(sk, ORIGDEV, on), 0);
		skb_reserve(skb, 64);
		memset(skb_put(skb, 60), 0, 60);
		put_be16(skb->data + 12, TYPE);
		skb->orig_ifindex = 4711;
		fixture_dev_rx(dev, skb);
		fixture_settle(f.net);
		cr_assert_eq(sock_recvmsg(sk, &m), 60);
		cr_assert_eq(ll.ifindex, on ? 4711 : (s32)dev->ifindex);
	}
	sock_close(sk);
}
