/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/frame_net.h"

#include <stdlib.h>
#include <string.h>

#include "drivers/drivers.h"

#define START (1000 * NSEC_PER_SEC)
#define TURNS_MAX 100000 /* more turns than this without time passing is a loop */

static const u8 us[6] = { 2, 0, 0, 0, 0, 2 }, peer[6] = { 2, 0, 0, 0, 0, 1 };

/* sockaddr_in and sockaddr_in6 with the unspecified address, as the calls take them */
struct any_addr {
	u16 family;
	be16 port;
	u8 rest[24];
};

static void *hook_alloc(void *ctx, size_t size)
{
	struct frame_net *f = ctx;
	void *p;

	if (f->fail_one_in) {
		f->fail_state = f->fail_state * 1664525 + 1013904223;
		if ((f->fail_state >> 8) % f->fail_one_in == 0)
			return NULL;
	}
	p = malloc(size);
	ASSERT(p);
	f->allocated += size;
	return p;
}

static void hook_free(void *ctx, void *p, size_t size)
{
	struct frame_net *f = ctx;

	ASSERT(f->allocated >= size);
	f->allocated -= size;
	free(p);
}

static void hook_kick(void *ctx)
{
	(void)ctx; /* every entry below is followed by settle() */
}

/* Remembers the sequence number behind a TCP segment, so that the fuzzer can acknowledge it. */
static void note_tcp(struct frame_net *f, const struct sk_buff *skb)
{
	u8 h[14 + 40 + 20];
	u32 l4, len;

	if (skb->len < 54 || skb_copy_bits(skb, 0, h, min_t(u32, skb->len, sizeof(h))))
		return;
	if (h[12] == 0x08 && h[23] == 6 && (h[14] & 15) == 5)
		l4 = 34;
	else if (h[12] == 0x86 && h[20] == 6 && skb->len >= 74)
		l4 = 54;
	else
		return;
	len = skb->len - l4 - (h[l4 + 12] >> 4) * 4u;
	f->tcp_next_seq = get_be32(h + l4 + 4) + len + (h[l4 + 13] & 1) + ((h[l4 + 13] >> 1) & 1);
}

static void fuzz_start_xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	struct frame_net *f = dev->priv;

	(void)more;
	ASSERT(!skb_is_gso(skb) && skb->ip_summed != CHECKSUM_PARTIAL); /* it can do neither */
	f->transmitted++;
	note_tcp(f, skb);
	consume_skb(skb);
}

static const struct net_device_ops fuzz_ops = { .ndo_start_xmit = fuzz_start_xmit };

static int fuzz_poll(struct napi_struct *napi, int budget)
{
	struct frame_net *f = napi->dev->priv;
	int done = 0;

	while (done < budget) {
		struct sk_buff *skb = skb_dequeue(&f->rx);

		if (!skb)
			break;
		done++;
		napi->dev->stats.rx_packets++;
		if (eth_type_trans(skb, napi->dev))
			napi_gro_receive(napi, skb);
		else
			kfree_skb_reason(skb, SKB_DROP_DEV_HDR);
	}
	if (done < budget)
		napi_complete_done(napi, done);
	return done;
}

static void settle(struct frame_net *f)
{
	u32 turns = 0;

	while (net_run(f->net, f->now, 0))
		ASSERT(++turns < TURNS_MAX);
}

void frame_net_address(struct frame_net *f, struct net_device *dev, const char *text, const char *gateway)
{
	struct inet_prefix p;

	ASSERT(inet_prefix_parse(text, &p));
	ASSERT(!inet_ifaddr_add(f->net, dev, &p, 0x02 /* no DAD */));
	ASSERT(inet_prefix_parse(gateway, &p));
	ASSERT(!inet_neigh_add(f->net, dev, &p.addr, p.family, peer, 0x80 /* permanent */));
}

static struct sock *add_sock(struct frame_net *f, u16 family, int type, int protocol, u16 port)
{
	struct any_addr a = { .family = family, .port = be16_make(port) };
	u32 len = family == 2 ? 16 : 28;
	struct sock *sk;

	if (f->nr_socks == FRAME_NET_SOCKS || sock_create(f->net, family, type, protocol, &sk))
		return NULL;
	f->socks[f->nr_socks++] = sk;
	if (port && sock_bind(sk, &a, len))
		return NULL;
	return sk;
}

static void add_sockets(struct frame_net *f)
{
	static const u16 families[] = { 10, 2 };
	int one = 1;
	u32 i;

	for (i = 0; i < 2; i++) {
		struct sock *sk;

		ASSERT(!sock_create(f->net, families[i], 1, 0, &sk));
		f->socks[f->nr_socks++] = sk;
		if (families[i] == 10)
			ASSERT(!sock_setsockopt(sk, 41, 26 /* IPV6_V6ONLY */, &one, sizeof(one)));
		struct any_addr a = { .family = families[i], .port = be16_make(80) };

		ASSERT(!sock_bind(sk, &a, families[i] == 2 ? 16 : 28));
		ASSERT(!sock_listen(sk, 8));
	}
	ASSERT(add_sock(f, 10, 2, 0, 53)); /* both families */
	ASSERT(add_sock(f, 2, 2, 0, 9));
	ASSERT(add_sock(f, 2, 3, 1, 0));
	ASSERT(add_sock(f, 10, 3, 58, 0));
	ASSERT(add_sock(f, 2, 3, 17, 0));
}

void frame_net_start(struct frame_net *f)
{
	struct net_cfg cfg = {
		.ctx = f,
		.alloc = hook_alloc,
		.free = hook_free,
		.kick = hook_kick,
		.seed = 1,
		.now_ns = START,
	};

	memset(f, 0, sizeof(*f));
	f->now = START;
	f->net = net_create(&cfg);
	ASSERT(f->net && !loopback_create(f->net));
	/* routers' routes of every length */
	ASSERT(!sysctl_set(f->net, "net.ipv6.conf.default.accept_ra_rt_info_max_plen", "128"));
	skb_queue_head_init(&f->rx);
	f->dev = alloc_netdev(f->net, "eth0", 0);
	ASSERT(f->dev);
	ether_setup(f->dev);
	f->dev->priv = f;
	f->dev->ops = &fuzz_ops;
	f->dev->features = f->dev->hw_features = NETIF_F_SG | NETIF_F_RXCSUM | NETIF_F_GSO |
						 NETIF_F_GRO;
	memcpy(f->dev->dev_addr, us, sizeof(us));
	netif_napi_add(f->dev, &f->napi, fuzz_poll, NAPI_POLL_WEIGHT);
	ASSERT(!register_netdev(f->dev) && !dev_open(f->dev));
	frame_net_address(f, f->dev, "10.77.0.2/24", "10.77.0.1");
	frame_net_address(f, f->dev, "fd77::2/64", "fd77::1");
	add_sockets(f);
	settle(f);
}

void frame_net_router(struct frame_net *f)
{
	static const char *const gateways[] = { "10.77.0.1", "fd77::1" };

	for (u32 i = 0; i < 2; i++) {
		struct fib_route r = { .dev = f->dev, .type = RTN_UNICAST };

		ASSERT(inet_prefix_parse(i ? "::/0" : "0.0.0.0/0", &r.dst));
		ASSERT(inet_addr_pton(gateways[i], &r.gw, &(u16){ 0 }));
		ASSERT(!fib_route_add(f->net, &r));
	}
	ASSERT(!sysctl_set(f->net, "net.ipv4.ip_forward", "1"));
	ASSERT(!sysctl_set(f->net, "net.ipv6.conf.all.forwarding", "1"));
}

void frame_net_fail(struct frame_net *f, u32 n, u8 seed)
{
	f->fail_one_in = n;
	f->fail_state = seed;
}

static struct sk_buff *make_skb(struct frame_net *f, const u8 *frame, u32 len, bool split)
{
	u32 head = split && len > 64 ? 64 : len;
	struct sk_buff *skb = alloc_skb(f->net, head + SKB_HEADROOM);

	if (!skb)
		return NULL;
	skb_reserve(skb, SKB_HEADROOM);
	skb_put_data(skb, frame, head);
	if (head < len) {
		struct page *page = page_alloc(f->net);

		if (!page) {
			kfree_skb_reason(skb, SKB_DROP_NOMEM);
			return NULL;
		}
		memcpy(page->data, frame + head, len - head);
		ASSERT(!skb_add_frag(skb, page, 0, len - head));
		page_put(page);
	}
	return skb;
}

void frame_net_rx(struct frame_net *f, const u8 *frame, u32 len, bool checked, bool split)
{
	struct sk_buff *skb;

	if (len > NET_PAGE_SIZE)
		len = NET_PAGE_SIZE;
	skb = make_skb(f, frame, len, split);
	if (!skb)
		return;
	skb->dev = f->dev;
	skb->ip_summed = checked ? CHECKSUM_UNNECESSARY : CHECKSUM_NONE;
	skb_queue_tail(&f->rx, skb);
	napi_schedule(&f->napi);
	settle(f);
}

void frame_net_advance(struct frame_net *f, u64 ns)
{
	u64 until = f->now + ns;
	u32 timers = 0;

	while (net_deadline(f->net) <= until && ++timers < 10000) {
		f->now = max_t(u64, f->now, net_deadline(f->net));
		settle(f);
	}
	f->now = until;
	settle(f);
}

static void act_on(struct frame_net *f, struct sock *sk, u8 action)
{
	char buf[256] = "answer";
	struct skb_vec vec = { buf, sizeof(buf) };
	struct inet_sockaddr name;
	struct msg msg = { .vec = &vec, .nr_vec = 1, .len = sizeof(buf), .name = &name,
			   .flags = SMSG_DONTWAIT };
	struct sock *child;

	switch (action) {
	case 0:
		if (f->nr_socks < FRAME_NET_SOCKS && !sock_accept(sk, &child))
			f->socks[f->nr_socks++] = child;
		break;
	case 1:
		(void)sock_recvmsg(sk, &msg);
		break;
	case 2:
		(void)sock_sendmsg(sk, &msg);
		break;
	case 3:
		(void)sock_shutdown(sk, 1);
		break;
	case 4:
		msg.flags |= SMSG_ERRQUEUE;
		(void)sock_recvmsg(sk, &msg);
		break;
	case 5:
		msg.flags |= SMSG_PEEK;
		(void)sock_recvmsg(sk, &msg);
		break;
	default:
		(void)sock_poll(sk);
		break;
	}
}

void frame_net_act(struct frame_net *f, u8 what)
{
	struct sock *sk = f->socks[(what >> 3) % f->nr_socks];

	net_set_now(f->net, f->now);
	if ((what & 7) == 6 && sk == f->socks[f->nr_socks - 1] && f->nr_socks > 7) {
		f->nr_socks--;
		sock_close(sk);
	} else {
		act_on(f, sk, what & 7);
	}
	settle(f);
}

void frame_net_stop(struct frame_net *f)
{
	f->fail_one_in = 0;
	net_set_now(f->net, f->now);
	while (f->nr_socks)
		sock_close(f->socks[--f->nr_socks]);
	settle(f);
	skb_queue_purge(&f->rx);
	net_destroy(f->net);
	ASSERT(f->allocated == 0);
}
