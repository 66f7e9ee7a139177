/* SPDX-License-Identifier: BSD-2-Clause */
/* Packet sockets on a device that keeps what is sent; no protocol of the stack is there. */
#include <errno.h>

#include "packet/packet.h"
#include "socket/socket.h"
#include "tests/unit/fixture.h"
#include "wire/wire.h"

enum { RAW = 3, DGRAM = 2, ALL = 0x0300, TYPE = 0x88b5, SOL = 263, PAGE = 4096 };
enum {
	ADD_MEMBERSHIP = 1,
	DROP_MEMBERSHIP = 2,
	RX_RING = 5,
	STATISTICS = 6,
	AUXDATA = 8,
	VERSION = 10,
	IGNORE = 23
};

static struct fixture f;
static struct net_device *dev;
static u32 events;
static size_t mem_live;

static const u8 own[6] = { 2, 0, 0, 0, 0, 1 }, peer[6] = { 2, 0, 0, 0, 0, 2 },
		other[6] = { 2, 0, 0, 0, 0, 3 };
static const u8 all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, group[6] = { 1, 0, 0x5e, 0, 0, 1 };

static void setup(void)
{
	fixture_net_new(&f, 1);
	cr_assert_eq(packet_net_init(f.net), 0);
	dev = fixture_dev_new(f.net, "eth%d", 0);
	events = 0;
}

static void teardown(void)
{
	packet_net_abort(f.net);
	packet_net_exit(f.net);
	fixture_settle(f.net);
	fixture_net_free(&f);
}

TestSuite(packet, .init = setup, .fini = teardown);

static void on_event(struct sock *sk, u32 ev)
{
	(void)sk;
	events |= ev;
}

static struct sock *sock(int type, u16 protocol_be, u32 ifindex)
{
	struct sock_ll ll = { .family = 17, .protocol = { protocol_be }, .ifindex = (s32)ifindex };
	struct sock *sk;

	cr_assert_eq(packet_sock_create(f.net, type, protocol_be, &sk), 0);
	cr_assert_eq(sock_bind(sk, &ll, sizeof(ll)), 0);
	sock_set_event(sk, on_event, NULL);
	return sk;
}

/* len octets of payload, counted up. */
static void arrive(const u8 *dst, u16 type, u32 len)
{
	struct sk_buff *skb = alloc_skb(f.net, 64 + len + ETH_HLEN);
	struct eth_hdr *eth;
	u8 *p;

	skb_reserve(skb, 64);
	eth = skb_put(skb, ETH_HLEN);
	eth_addr_copy(eth->dst, dst);
	eth_addr_copy(eth->src, peer);
	eth->type = be16_make(type);
	p = skb_put(skb, len);
	for (u32 i = 0; i < len; i++)
		p[i] = (u8)i;
	fixture_dev_rx(dev, skb);
	fixture_settle(f.net);
}

static ssize_t receive(struct sock *sk, void *buf, size_t room, struct sock_ll *ll, int flags,
		       struct sock_cmsg *cmsg)
{
	struct skb_vec vec = { buf, room };
	struct msg m = {
		.vec = &vec, .nr_vec = 1, .len = room, .ll = ll, .flags = flags, .cmsg = cmsg
	};

	return sock_recvmsg(sk, &m);
}

static ssize_t transmit(struct sock *sk, const void *buf, size_t len, const struct sock_ll *ll,
			u32 ll_len)
{
	struct sock_ll copy = ll ? *ll : (struct sock_ll){ 0 };
	struct skb_vec vec = { (void *)(uintptr_t)buf, len };
	struct msg m = {
		.vec = &vec, .nr_vec = 1, .len = len, .ll = ll ? &copy : NULL, .ll_len = ll_len
	};

	return sock_sendmsg(sk, &m);
}

/* Who a frame was for is told, also of those that the stack does not look at. */
Test(packet, types_of_frames)
{
	struct sock *any = sock(RAW, ALL, 0), *one = sock(DGRAM, be16_make(TYPE).raw, dev->ifindex);
	static const struct {
		const u8 *dst;
		u8 pkttype;
	} rows[] = {
		{ own, PACKET_HOST },
		{ all, PACKET_BROADCAST },
		{ group, PACKET_MULTICAST },
		{ other, PACKET_OTHERHOST },
	};
	struct sock_ll ll;
	u8 buf[100];

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		arrive(rows[i].dst, TYPE, 50);
		cr_expect_eq(receive(any, buf, sizeof(buf), &ll, 0, NULL), 64);
		cr_expect_eq(ll.pkttype, rows[i].pkttype);
		cr_expect_eq(be16_get(ll.protocol), TYPE);
		cr_expect_arr_eq(ll.addr, peer, 6);
		cr_expect_arr_eq(buf, rows[i].dst, 6);
		cr_expect_eq(receive(one, buf, 20, &ll, SMSG_TRUNC | SMSG_PEEK, NULL), 50);
		cr_expect_eq(receive(one, buf, 20, &ll, 0, NULL), 20);
		cr_expect_eq(ll.pkttype, rows[i].pkttype);
		cr_expect_eq(ll.ifindex, (s32)dev->ifindex);
		cr_expect_eq(buf[19], 19);
		arrive(rows[i].dst, TYPE + 1, 50);
		cr_expect_eq(receive(any, buf, sizeof(buf), &ll, 0, NULL), 64);
		cr_expect_eq(receive(one, buf, sizeof(buf), &ll, 0, NULL), -EAGAIN,
			     "another protocol");
	}
	cr_expect(events & SOCK_EV_IN);
}

/* What is sent comes to the others that see all, unless they chose not to; and not to its sender. */
Test(packet, outgoing)
{
	struct sock *tx = sock(RAW, ALL, dev->ifindex), *see = sock(RAW, ALL, 0),
		    *deaf = sock(RAW, ALL, 0), *in = sock(RAW, be16_make(TYPE).raw, 0);
	u8 frame[60] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5, 7 }, buf[100];
	struct sock_ll ll;
	int one = 1;

	cr_assert_eq(sock_setsockopt(deaf, SOL, IGNORE, &one, sizeof(one)), 0);
	cr_expect_eq(transmit(tx, frame, sizeof(frame), NULL, 0), 60);
	fixture_settle(f.net);
	cr_expect_eq(fixture_dev(dev)->tx.qlen, 1);
	cr_expect_eq(receive(see, buf, sizeof(buf), &ll, 0, NULL), 60);
	cr_expect_eq(ll.pkttype, PACKET_OUTGOING);
	cr_expect_arr_eq(ll.addr, own, 6);
	cr_expect_eq(receive(tx, buf, sizeof(buf), &ll, 0, NULL), -EAGAIN);
	cr_expect_eq(receive(deaf, buf, sizeof(buf), &ll, 0, NULL), -EAGAIN);
	cr_expect_eq(receive(in, buf, sizeof(buf), &ll, 0, NULL), -EAGAIN);
}

/* A header is made for what has none; the frame leaves by the queue as any other. */
Test(packet, cooked)
{
	struct sock *tx = sock(DGRAM, 0, 0);
	struct sock_ll to = {
		.family = 17, .protocol = be16_make(TYPE), .ifindex = (s32)dev->ifindex, .halen = 6
	};
	struct sk_buff *skb;

	memcpy(to.addr, peer, 6);
	cr_expect_eq(transmit(tx, "payload", 7, &to, sizeof(to)), 7);
	fixture_settle(f.net);
	skb = skb_peek(&fixture_dev(dev)->tx);
	cr_assert_not_null(skb);
	cr_expect_eq(skb->len, 21);
	cr_expect_arr_eq(skb->data, "\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x88\xb5payload", 21);
	to.ifindex = 77;
	cr_expect_eq(transmit(tx, "payload", 7, &to, sizeof(to)), -ENXIO);
	cr_expect_eq(transmit(tx, "payload", 7, &to, 19), -EINVAL);
	cr_expect_eq(transmit(tx, "payload", 7, NULL, 0), -ENXIO);
}

/* A tag of 802.1Q is beside the frame, whether the device has taken it off or not. */
Test(packet, vlan_tag)
{
	struct sock *see = sock(RAW, ALL, 0);
	struct sock_cmsg cmsg = { 0 };
	struct {
		u32 status, len, snaplen;
		u16 mac, net, tci, tpid;
	} aux;
	struct sk_buff *skb = alloc_skb(f.net, 200);
	struct sock_ll ll;
	int on = 1;
	u8 buf[100];

	cr_assert_eq(sock_setsockopt(see, SOL, AUXDATA, &on, sizeof(on)), 0);
	skb_reserve(skb, 64);
	skb_put_data(skb, "\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x81\0\x60\x05\x88\xb5payload", 25);
	fixture_dev_rx(dev, skb);
	fixture_settle(f.net);
	cr_expect_eq(receive(see, buf, sizeof(buf), &ll, 0, &cmsg), 21);
	cr_expect_arr_eq(buf + 12, "\x88\xb5payload", 9);
	cr_expect_eq(be16_get(ll.protocol), TYPE);
	cr_assert(cmsg.has_auxdata);
	memcpy(&aux, cmsg.auxdata, sizeof(aux));
	cr_expect_eq(aux.status & 0x51, 0x51, "user, tag and its type valid");
	cr_expect_eq(aux.tci, 0x6005);
	cr_expect_eq(aux.tpid, 0x8100);
	cr_expect_eq(aux.len, 21);
	cr_expect_eq(aux.net, 14);
}

Test(packet, drops_are_counted)
{
	struct sock *in = sock(RAW, ALL, 0);
	u32 stats[2], len = sizeof(stats), sent = 0;

	while (!in->sk_drops && ++sent < 10000)
		arrive(own, TYPE, 1400);
	cr_assert_eq(in->sk_drops, 1);
	cr_expect_eq(sock_getsockopt(in, SOL, STATISTICS, stats, &len), 0);
	cr_expect_eq(stats[0], sent);
	cr_expect_eq(stats[1], 1);
	cr_expect_eq(sock_getsockopt(in, SOL, STATISTICS, stats, &len), 0);
	cr_expect_eq(stats[0] + stats[1], 0, "counted anew");
}

Test(packet, memberships)
{
	struct sock *a = sock(RAW, ALL, 0), *b = sock(RAW, ALL, 0);
	struct {
		s32 ifindex;
		u16 type, alen;
		u8 addr[8];
	} m = { (s32)dev->ifindex, 1, 0, { 0 } };

	cr_expect_eq(sock_setsockopt(a, SOL, ADD_MEMBERSHIP, &m, sizeof(m)), 0);
	cr_expect_eq(sock_setsockopt(a, SOL, ADD_MEMBERSHIP, &m, sizeof(m)), 0);
	cr_expect_eq(sock_setsockopt(b, SOL, ADD_MEMBERSHIP, &m, sizeof(m)), 0);
	cr_expect_eq(dev->promiscuity, 2, "once for each socket");
	cr_expect_eq(sock_setsockopt(a, SOL, DROP_MEMBERSHIP, &m, sizeof(m)), 0);
	cr_expect_eq(dev->promiscuity, 2);
	cr_expect_eq(sock_setsockopt(a, SOL, DROP_MEMBERSHIP, &m, sizeof(m)), 0);
	cr_expect_eq(dev->promiscuity, 1);
	cr_expect_eq(sock_setsockopt(a, SOL, DROP_MEMBERSHIP, &m, sizeof(m)), 0, "none's loss");
	m.type = 0;
	m.alen = 6;
	memcpy(m.addr, group, 6);
	cr_expect_eq(sock_setsockopt(b, SOL, ADD_MEMBERSHIP, &m, sizeof(m)), 0);
	cr_expect(dev_mc_wanted(dev, group));
	m.alen = 9;
	cr_expect_eq(sock_setsockopt(b, SOL, ADD_MEMBERSHIP, &m, sizeof(m)), -EINVAL);
	sock_close(b);
	cr_expect_eq(dev->promiscuity, 0);
	cr_expect(!dev_mc_wanted(dev, group));
}

/* A device that goes down, comes up, and goes for good. */
Test(packet, device_comes_and_goes)
{
	struct sock *in = sock(RAW, ALL, dev->ifindex);
	struct sock_ll ll;
	u32 len = sizeof(ll);
	u8 buf[100];

	dev_close(dev);
	cr_expect_eq(receive(in, buf, sizeof(buf), NULL, 0, NULL), -ENETDOWN);
	cr_expect_eq(receive(in, buf, sizeof(buf), NULL, 0, NULL), -EAGAIN, "told once");
	cr_expect_eq(transmit(in, buf, 60, NULL, 0), -ENETDOWN);
	cr_assert_eq(dev_open(dev), 0);
	arrive(own, TYPE, 40);
	cr_expect_eq(receive(in, buf, sizeof(buf), NULL, 0, NULL), 54);
	unregister_netdev(dev);
	fixture_settle(f.net);
	cr_expect_eq(receive(in, buf, sizeof(buf), NULL, 0, NULL), -ENETDOWN);
	cr_expect_eq(sock_getsockname(in, &ll, &len), 0);
	cr_expect_eq(ll.ifindex, -1);
	cr_expect_eq(transmit(in, buf, 60, NULL, 0), -ENXIO);
}

/* -- a ring ----------------------------------------------------------------------------------- */

static void *mem_new(struct net *net, size_t size, void **handle)
{
	(void)net;
	mem_live += size;
	*handle = &mem_live;
	return calloc(1, size);
}

static void mem_free(struct net *net, void *mem, size_t size, void *handle)
{
	(void)net, (void)handle;
	mem_live -= size;
	free(mem);
}

/* Two pages of four frames each. The memory is found by what the ring writes: calloc()'s last block. */
static u8 *last_mem;
static void *mem_new_kept(struct net *net, size_t size, void **handle)
{
	return last_mem = mem_new(net, size, handle);
}

static struct sock *ring_sock(int type)
{
	const u32 req[4] = { PAGE, 2, 1024, 8 };
	struct sock *sk = sock(type, ALL, 0);
	int v2 = 1;

	f.net->packet.mem_new = mem_new_kept;
	f.net->packet.mem_free = mem_free;
	cr_assert_eq(sock_setsockopt(sk, SOL, VERSION, &v2, sizeof(v2)), 0);
	cr_assert_eq(sock_setsockopt(sk, SOL, RX_RING, req, sizeof(req)), 0);
	return sk;
}

static u32 *status(u32 i)
{
	return (u32 *)(void *)(last_mem + i * 1024);
}

static struct packet_ring_ctl *ctl(void)
{
	return (struct packet_ring_ctl *)(void *)(last_mem + 2 * PAGE);
}

Test(packet, ring_wraps_and_fills)
{
	struct sock *in = ring_sock(RAW);
	u32 stats[2], len = sizeof(stats), i;

	for (i = 0; i < 20; i++) {
		u8 *at = last_mem + i % 8 * 1024;
		u16 mac;

		cr_assert_eq(*status(i % 8), 0);
		arrive(own, TYPE, 100 + i);
		cr_assert(*status(i % 8) & 1, "frame %u", i);
		memcpy(&mac, at + 12, sizeof(mac));
		cr_expect_arr_eq(at + mac, own, 6);
		cr_expect_eq(at[mac + 14 + 99], 99);
		cr_expect_eq(sock_poll(in) & SOCK_EV_IN, SOCK_EV_IN);
		*status(i % 8) = 0;
		cr_expect_eq(sock_poll(in) & SOCK_EV_IN, 0);
	}
	for (i = 0; i < 11; i++)
		arrive(own, TYPE, 100);
	cr_expect_eq(sock_getsockopt(in, SOL, STATISTICS, stats, &len), 0);
	cr_expect_eq(stats[0], 31);
	cr_expect_eq(stats[1], 3, "eight had room");
	sock_close(in);
	cr_expect_eq(mem_live, 0);
}

/* One wish, one token. */
Test(packet, ring_tokens)
{
	struct sock *in = ring_sock(DGRAM);

	events = 0;
	arrive(own, TYPE, 100);
	cr_expect_eq(events, SOCK_EV_IN, "the first wish is there from the start");
	cr_expect(packet_ring_token(in));
	cr_expect(!packet_ring_token(in));
	events = 0;
	arrive(own, TYPE, 100);
	cr_expect_eq(events, 0, "nobody asked");
	ctl()->want = 1;
	arrive(own, TYPE, 100);
	cr_expect_eq(events, SOCK_EV_IN);
	cr_expect_eq(ctl()->last, 2 * 1024);
	sock_close(in);
}

/* A program that writes anything anywhere loses its own frames and nothing else. */
Test(packet, ring_of_a_hostile_program)
{
	struct sock *in = ring_sock(RAW);
	struct prng prng;
	u32 i, k;

	prng_seed(&prng, 7);
	for (i = 0; i < 2000; i++) {
		for (k = 0; k < 40; k++)
			last_mem[prng_below(&prng, 3 * PAGE)] = (u8)prng_u64(&prng);
		if (i % 3 == 0)
			memset(last_mem, i % 2 ? 0xff : 0, 3 * PAGE);
		arrive(own, TYPE, prng_below(&prng, 1400));
		sock_poll(in);
		packet_ring_token(in);
	}
	sock_close(in);
	cr_expect_eq(mem_live, 0);
}

/* What does not fit is cut, and its length told. */
Test(packet, ring_cuts)
{
	struct sock *in = ring_sock(RAW);
	u32 len, snaplen;
	u16 mac;

	arrive(own, TYPE, 1400);
	memcpy(&len, last_mem + 4, 4);
	memcpy(&snaplen, last_mem + 8, 4);
	memcpy(&mac, last_mem + 12, 2);
	cr_expect_eq(len, 1414);
	cr_expect_eq(snaplen, 1024u - mac);
	cr_expect_eq(*status(1), 0);
	sock_close(in);
}

Test(packet, ring_requests)
{
	static const struct {
		u32 req[4];
		int err;
	} rows[] = {
		{ { 0, 0, 0, 1 }, -EINVAL },
		{ { PAGE + 1, 1, 1024, 4 }, -EINVAL },
		{ { PAGE, 1, 1032, 3 }, -EINVAL },
		{ { PAGE, 1, 48, 85 }, -EINVAL },
		{ { PAGE, 1, 1024, 5 }, -EINVAL },
		{ { PAGE, 0x40000000, 16, 0 }, -EINVAL },
		{ { PAGE, 0xffffffff, 1024, 0xfffffffc }, -EINVAL },
		{ { 1 << 30, 1, 1 << 29, 2 }, -ENOMEM },
		{ { PAGE, 1, PAGE, 1 }, 0 },
	};
	struct sock *in = sock(RAW, ALL, 0);

	f.net->packet.mem_new = mem_new;
	f.net->packet.mem_free = mem_free;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++)
		cr_expect_eq(sock_setsockopt(in, SOL, RX_RING, rows[i].req, 16), rows[i].err,
			     "row %u", i);
	cr_expect_eq(sock_setsockopt(in, SOL, RX_RING, rows[ARRAY_SIZE(rows) - 1].req, 16), -EBUSY);
	cr_expect_eq(sock_setsockopt(in, SOL, RX_RING, (u32[4]){ 0 }, 16), 0);
	cr_expect_eq(mem_live, 0);
	f.net->packet.mem_new = NULL;
	cr_expect_eq(sock_setsockopt(in, SOL, RX_RING, rows[ARRAY_SIZE(rows) - 1].req, 16), -ENOMEM,
		     "no host");
}

/* Memory that runs out is an error, or a drop. */
Test(packet, without_memory)
{
	struct sock *in = sock(RAW, ALL, dev->ifindex), *sk;
	struct {
		s32 ifindex;
		u16 type, alen;
		u8 addr[8];
	} m = { (s32)dev->ifindex, 1, 0, { 0 } };

	f.fail_after = 0;
	cr_expect_eq(packet_sock_create(f.net, RAW, ALL, &sk), -ENOMEM);
	cr_expect_eq(sock_setsockopt(in, SOL, ADD_MEMBERSHIP, &m, sizeof(m)), -ENOBUFS);
	f.fail_after = -1;
	cr_expect_eq(dev->promiscuity, 0);
}

/* Blocks go by time, by being full, and not at all while the program has the next one. */
static struct sock *block_sock(u32 nr)
{
	const u32 req[7] = { PAGE, nr, PAGE, nr, 10, 0, 0 };
	struct sock *sk = sock(RAW, ALL, 0);
	int v3 = 2;

	f.net->packet.mem_new = mem_new_kept;
	f.net->packet.mem_free = mem_free;
	cr_assert_eq(sock_setsockopt(sk, SOL, VERSION, &v3, sizeof(v3)), 0);
	cr_assert_eq(sock_setsockopt(sk, SOL, RX_RING, req, 16), -EINVAL, "of V2");
	cr_assert_eq(sock_setsockopt(sk, SOL, RX_RING, req, sizeof(req)), 0);
	return sk;
}

static u32 *block_word(u32 block, u32 at)
{
	return (u32 *)(void *)(last_mem + block * PAGE + at);
}

Test(packet, blocks)
{
	struct sock *in = block_sock(2);
	u32 stats[3], len = sizeof(stats), i;

	arrive(own, TYPE, 100);
	cr_expect_eq(*block_word(0, 8), 0);
	cr_expect_eq(sock_poll(in) & SOCK_EV_IN, 0);
	fixture_advance(f.net, 20 * NSEC_PER_MSEC);
	cr_expect_eq(*block_word(0, 8), 33, "the program's, by time");
	cr_expect_eq(*block_word(0, 12), 1);
	cr_expect_eq(sock_poll(in) & SOCK_EV_IN, SOCK_EV_IN);
	for (i = 0; i < 30; i++)
		arrive(own, TYPE, 1000);
	cr_expect_eq(*block_word(1, 8) & 1, 1, "full");
	cr_expect_eq(*block_word(1, 12), 3);
	cr_expect_eq(sock_getsockopt(in, SOL, STATISTICS, stats, &len), 0);
	cr_expect_eq(len, 12);
	cr_expect_eq(stats[0], 31);
	cr_expect_eq(stats[1], 27);
	cr_expect_eq(stats[2], 1, "frozen once");
	*block_word(0, 8) = 0;
	fixture_advance(f.net, 20 * NSEC_PER_MSEC);
	arrive(own, TYPE, 1000);
	fixture_advance(f.net, 20 * NSEC_PER_MSEC);
	cr_expect_eq(*block_word(0, 8) & 1, 1, "goes on with what was given back");
	sock_close(in);
	cr_expect_eq(mem_live, 0);
}

Test(packet, blocks_of_a_hostile_program)
{
	struct sock *in = block_sock(3);
	struct prng prng;
	u32 i, k;

	prng_seed(&prng, 9);
	for (i = 0; i < 3000; i++) {
		for (k = 0; k < 40; k++)
			last_mem[prng_below(&prng, 4 * PAGE)] = (u8)prng_u64(&prng);
		if (i % 3 == 0)
			memset(last_mem, i % 2 ? 0xff : 0, 4 * PAGE);
		arrive(own, TYPE, prng_below(&prng, 1400));
		if (i % 5 == 0)
			fixture_advance(f.net, 7 * NSEC_PER_MSEC);
		sock_poll(in);
		packet_ring_token(in);
	}
	sock_close(in);
	cr_expect_eq(mem_live, 0);
}

/* -- the first shard's sockets see what the others' devices do -------------------------------- */

static struct {
	struct fixture f[2];
	struct net_group group;
	struct net_device *dev[2];
	struct shard_msg *msgs[8];
	u32 nr;
} two;

static bool post(struct net *from, u32 to, const struct sk_buff *skb, enum shard_kind kind)
{
	(void)from;
	if (kind != SHARD_TAP)
		return true;
	cr_assert_eq(to, 0);
	cr_assert_lt(two.nr, ARRAY_SIZE(two.msgs));
	two.msgs[two.nr] = malloc(shard_msg_size(skb, kind));
	shard_pack(two.msgs[two.nr++], skb, kind);
	return true;
}

static void deliver(void)
{
	for (u32 i = 0; i < two.nr; i++) {
		shard_input(two.f[0].net, two.msgs[i]);
		free(two.msgs[i]);
	}
	two.nr = 0;
}

static void two_open(void)
{
	memset(&two, 0, sizeof(two));
	two.group.nr = 2;
	two.group.post = post;
	for (u32 i = 0; i < 2; i++) {
		struct net *net = calloc(1, sizeof(*net));

		net->cfg = fixture_cfg(&two.f[i], 20 + i);
		net->cfg.group = &two.group;
		net->cfg.shard = i;
		two.f[i].net = two.group.nets[i] = net;
		cr_assert_eq(core_net_init(net), 0);
		cr_assert_eq(packet_net_init(net), 0);
		two.dev[i] = fixture_dev_new(net, "d0", 0);
	}
}

static void two_close(void)
{
	for (u32 i = 0; i < 2; i++) {
		packet_net_abort(two.f[i].net);
		packet_net_exit(two.f[i].net);
		fixture_settle(two.f[i].net);
		fixture_net_free(&two.f[i]);
	}
}

Test(packet_shards, frames_of_another_shard)
{
	struct sock *see, *in;
	struct sk_buff *skb;
	struct sock_ll ll;
	u8 buf[100];

	two_open();
	f.net = two.f[1].net;
	dev = two.dev[1];
	arrive(own, TYPE, 40);
	cr_expect_eq(two.nr, 0, "nobody asked");
	f.net = two.f[0].net;
	see = sock(RAW, ALL, 0);
	in = sock(DGRAM, be16_make(TYPE).raw, two.dev[0]->ifindex);
	f.net = two.f[1].net;
	arrive(other, TYPE, 40);
	cr_expect_eq(two.nr, 1);
	deliver();
	cr_expect_eq(receive(see, buf, sizeof(buf), &ll, 0, NULL), 54);
	cr_expect_eq(ll.pkttype, PACKET_OTHERHOST);
	cr_expect_arr_eq(buf, other, 6);
	cr_expect_eq(buf[53], 39);
	cr_expect_eq(receive(in, buf, sizeof(buf), &ll, 0, NULL), 40);
	skb = alloc_skb(f.net, 200);
	skb_reserve(skb, 64);
	skb_put_data(skb, "payload", 7);
	skb->dev = dev;
	cr_assert_eq(dev_hard_header(skb, dev, TYPE, peer, NULL), 0);
	cr_assert_eq(dev_queue_xmit(skb), 0);
	fixture_settle(f.net);
	deliver();
	cr_expect_eq(receive(see, buf, sizeof(buf), &ll, 0, NULL), 21);
	cr_expect_eq(ll.pkttype, PACKET_OUTGOING);
	cr_expect_arr_eq(buf + 14, "payload", 7);
	cr_expect_eq(receive(in, buf, sizeof(buf), &ll, 0, NULL), -EAGAIN);
	sock_close(see);
	sock_close(in);
	arrive(own, TYPE, 40);
	cr_expect_eq(two.nr, 0, "nobody is there any more");
	two_close();
}
