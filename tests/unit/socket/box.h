/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A net in a box, in virtual time: lo with 127.0.0.1 and ::1, and "eth0" (10.1.1.1/24, fd01::1/64,
 * fe80::1/64) whose frames end in a list. Sockets are used as a program would use them.
 */
#ifndef TESTS_UNIT_SOCKET_BOX_H
#define TESTS_UNIT_SOCKET_BOX_H

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/drivers.h"
#include "socket/socket.h"

enum { IFA_F_NODAD_NS = 2, BOX_STREAM = 1, BOX_DGRAM = 2, BOX_RAW = 3, BOX_EPOCH_S = 1000 };

struct box {
	struct net *net;
	struct net_device *eth;
	size_t allocated;
	u32 fail_in;			/* the n-th allocation from now fails; 0: none */
	u32 allocs;
	u64 now;
	struct sk_buff_head frames;	/* what eth0 sent */
};

struct sa {
	u8 b[28];
	u32 len;
};

static void *box_alloc(void *ctx, size_t size)
{
	struct box *b = ctx;

	b->allocs++;
	if (b->fail_in && --b->fail_in == 0)
		return NULL;
	b->allocated += size;
	return malloc(size);
}

static void box_free(void *ctx, void *p, size_t size)
{
	((struct box *)ctx)->allocated -= size;
	free(p);
}

static inline void box_xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	struct box *b = *(struct box **)dev->priv;

	(void)more;
	skb_orphan(skb);
	skb_dst_drop(skb);
	skb_queue_tail(&b->frames, skb);
}

static inline void box_addr(struct net_device *dev, const char *text)
{
	struct inet_prefix p;
	int err;

	cr_assert(inet_prefix_parse(text, &p));
	err = inet_ifaddr_add(dev->net, dev, &p, IFA_F_NODAD_NS);
	cr_assert(err == 0 || err == -EEXIST, "%s: %d", text, err);
}

static inline void box_run(struct box *b)
{
	int turns = 0;

	while (net_run(b->net, b->now, 0))
		cr_assert_lt(turns++, 100000, "the net never becomes idle");
}

/* Lets time pass up to ns, running whatever becomes due. */
static inline void box_pass(struct box *b, u64 ns)
{
	u64 end = b->now + ns, next;

	box_run(b);
	while ((next = net_deadline(b->net)) <= end) {
		b->now = next > b->now ? next : b->now;
		box_run(b);
	}
	b->now = end;
	box_run(b);
}

static inline struct net *box_net(struct box *b)
{
	struct net_cfg cfg = { .ctx = b, .alloc = box_alloc, .free = box_free, .seed = 7,
			       .now_ns = b->now, .wall_offset_ns = 5 };

	return net_create(&cfg);
}

static inline struct box *box_open(void)
{
	static const struct net_device_ops ops = { .ndo_start_xmit = box_xmit };
	static const u8 mac[6] = { 2, 0, 0, 0, 0, 1 };
	struct box *b = calloc(1, sizeof(*b));

	b->now = BOX_EPOCH_S * NSEC_PER_SEC;
	skb_queue_head_init(&b->frames);
	b->net = box_net(b);
	cr_assert_not_null(b->net);
	cr_assert_eq(loopback_create(b->net), 0);
	cr_assert_eq(sysctl_set(b->net, "net.ipv6.conf.default.accept_ra", "0"), 0);
	box_addr(dev_get_by_name(b->net, "lo"), "127.0.0.1/8");
	box_addr(dev_get_by_name(b->net, "lo"), "::1/128");
	b->eth = alloc_netdev(b->net, "eth0", sizeof(b));
	ether_setup(b->eth);
	b->eth->ops = &ops;
	b->eth->features = b->eth->hw_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_RXCSUM;
	*(struct box **)b->eth->priv = b;
	memcpy(b->eth->dev_addr, mac, sizeof(mac));
	b->eth->carrier = true;
	cr_assert_eq(register_netdev(b->eth), 0);
	cr_assert_eq(dev_open(b->eth), 0);
	box_addr(b->eth, "10.1.1.1/24");
	box_addr(b->eth, "fd01::1/64");
	box_addr(b->eth, "fe80::1/64");
	box_pass(b, 3 * NSEC_PER_SEC);
	skb_queue_purge(&b->frames);
	return b;
}

/* Ends the net; net_destroy() asserts on leaks, we on memory. */
static inline void box_close(struct box *b)
{
	skb_queue_purge(&b->frames);
	net_destroy(b->net);
	cr_assert_eq(b->allocated, 0);
	free(b);
}

static inline struct sa box_sa(struct box *b, const char *addr, u16 port)
{
	struct inet_sockaddr a = { .port = port };
	struct sa sa;

	cr_assert(inet_addr_pton(addr, &a.addr, &a.family), "%s", addr);
	if (a.family == INET_FAMILY_6 && inet_addr_is_linklocal(&a.addr))
		a.scope_id = b->eth->ifindex;
	sa.len = inet_af_get(b->net, a.family)->sockaddr_to(&a, sa.b, sizeof(sa.b));
	return sa;
}

static inline struct sock *box_sock(struct box *b, int family, int type, int protocol)
{
	struct sock *sk = NULL;

	cr_assert_eq(sock_create(b->net, family, type, protocol, &sk), 0);
	return sk;
}

static inline int box_bind(struct box *b, struct sock *sk, const char *addr, u16 port)
{
	struct sa sa = box_sa(b, addr, port);

	return sock_bind(sk, sa.b, sa.len);
}

static inline int box_connect(struct box *b, struct sock *sk, const char *addr, u16 port)
{
	struct sa sa = box_sa(b, addr, port);

	return sock_connect(sk, sa.b, sa.len);
}

static inline u16 box_port(struct sock *sk)
{
	u8 sa[28];
	u32 len = sizeof(sa);

	cr_assert_eq(sock_getsockname(sk, sa, &len), 0);
	return get_be16(sa + 2);
}

static inline int box_set(struct sock *sk, int level, int name, int v)
{
	return sock_setsockopt(sk, level, name, &v, sizeof(v));
}

static inline int box_get(struct sock *sk, int level, int name, int *v)
{
	u32 len = sizeof(*v);

	*v = 0;
	return sock_getsockopt(sk, level, name, v, &len);
}

/* addr NULL: to the peer */
static inline ssize_t box_send(struct box *b, struct sock *sk, const char *addr, u16 port,
			       const void *data, size_t len, struct sock_cmsg *cmsg, int flags)
{
	struct skb_vec v = { (void *)(uintptr_t)data, len };
	struct inet_sockaddr to = { .port = port };
	struct msg m = { .vec = &v, .nr_vec = 1, .len = len, .cmsg = cmsg, .flags = flags };

	if (addr) {
		cr_assert(inet_addr_pton(addr, &to.addr, &to.family), "%s", addr);
		if (inet_addr_is_linklocal(&to.addr) || to.addr.b[0] == 0xff)
			to.scope_id = b->eth->ifindex;
		m.name = &to;
		m.has_name = true;
	}
	return sock_sendmsg(sk, &m);
}

static inline ssize_t box_recv(struct sock *sk, void *buf, size_t size, struct inet_sockaddr *from,
			       struct sock_cmsg *cmsg, int flags, int *out_flags)
{
	struct skb_vec v = { buf, size };
	struct msg m = { .vec = &v, .nr_vec = 1, .len = size, .name = from, .cmsg = cmsg,
			 .flags = flags };
	ssize_t n = sock_recvmsg(sk, &m);

	if (out_flags)
		*out_flags = m.out_flags;
	return n;
}

#endif
