// SPDX-License-Identifier: BSD-2-Clause
/* The stack under test, its one wire and its clock. */
#include "tests/pkt/pkt.h"

static void *hook_alloc(void *ctx, size_t size)
{
	struct pkt *p = ctx;
	void *mem = malloc(size);

	if (mem)
		p->allocated += size;
	return mem;
}

static void hook_free(void *ctx, void *mem, size_t size)
{
	((struct pkt *)ctx)->allocated -= size;
	free(mem);
}

/* Keeps what the stack sends; as an AF_PACKET socket sees it. */
static void wire_xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	struct pkt *p = *(struct pkt **)dev->priv;
	struct frame *f;

	(void)more;
	f = pk_alloc(p, sizeof(*f));
	f->when = p->now;
	f->len = skb->len - 14;
	f->gso_size = skb_shinfo(skb)->gso_size;
	f->partial = skb->ip_summed == CHECKSUM_PARTIAL;
	f->data = pk_alloc(p, f->len);
	skb_copy_bits(skb, 14, f->data, f->len);
	*p->frames_tail = f;
	p->frames_tail = &f->next;
	consume_skb(skb);
}

static const struct net_device_ops wire_ops = { .ndo_start_xmit = wire_xmit };

static void make_device(struct pkt *p)
{
	struct net_device *dev = alloc_netdev(p->net, "tun0", sizeof(void *));

	ether_setup(dev);
	dev->ops = &wire_ops;
	dev->dev_addr[0] = 2;
	dev->dev_addr[5] = 1;
	if (p->opt.tso) {
		dev->hw_features = NETIF_F_SG | NETIF_F_GSO | NETIF_F_HW_CSUM | NETIF_F_ALL_TSO;
		dev->features = dev->hw_features;
	}
	*(struct pkt **)dev->priv = p;
	if (register_netdev(dev))
		pk_fail(p, 0, "the device is refused");
	dev->max_mtu = 65535;
	dev_set_mtu(dev, p->opt.mtu ? p->opt.mtu : pk_v6(p) ? 1520 : 1500);
	dev_open(dev);
	dev_set_carrier(dev, true);
	p->dev = dev;
}

static void set_up_family(struct pkt *p, int f, u8 prefix_len)
{
	static const u8 mac[6] = { 2, 0, 0, 0, 0, 9 };
	struct inet_prefix me;
	struct fib_route r = { .dev = p->dev, .type = RTN_UNICAST };
	union inet_addr gw, remote;
	u16 family;

	if (!inet_prefix_parse(pk_printf(p, "%s/%u", p->opt.local_ip[f], prefix_len), &me) ||
	    inet_ifaddr_add(p->net, p->dev, &me, 2 /* no DAD */))
		pk_fail(p, 0, "local address %s is refused", p->opt.local_ip[f]);
	if (!inet_addr_pton(p->opt.gateway_ip[f], &gw, &family) ||
	    !inet_addr_pton(p->opt.remote_ip[f], &remote, &family))
		pk_fail(p, 0, "bad address of gateway or peer");
	if (inet_addr_equal(&gw, &me.addr))
		gw.b[15]++;		/* scripts that name our own address as the way out */
	inet_neigh_add(p->net, p->dev, &gw, family, mac, 0x80);
	inet_neigh_add(p->net, p->dev, &remote, family, mac, 0x80);
	r.dst.family = family;
	r.gw = gw;
	if (fib_route_add(p->net, &r))
		pk_fail(p, 0, "no route by %s", p->opt.gateway_ip[f]);
}

void world_create(struct pkt *p)
{
	struct net_cfg cfg = { .ctx = p, .alloc = hook_alloc, .free = hook_free, .seed = 42,
			       .now_ns = p->opt.clock_ns, .wall_offset_ns = 1700000000ull * NSEC_PER_SEC };

	p->frames_tail = &p->frames;
	p->now = p->start = p->opt.clock_ns;
	p->net = net_create(&cfg);
	if (!p->net || loopback_create(p->net))
		pk_fail(p, 0, "no memory for a stack");
	sysctl_set(p->net, "net.ipv6.conf.default.accept_ra", "0");	/* solicits nobody */
	dev_open(dev_get_by_name(p->net, "lo"));
	make_device(p);
	set_up_family(p, 0, 16);
	if (p->dev->mtu >= 1280)
		set_up_family(p, 1, 48);
	world_run(p);
	p->frames = NULL;
	p->frames_tail = &p->frames;
}

void world_destroy(struct pkt *p)
{
	for (u32 i = 0; i < ARRAY_SIZE(p->fd); i++)
		if (p->fd[i] && p->fd[i]->kind == FD_SOCK)
			sock_close(p->fd[i]->sk);
	if (p->net)
		net_destroy(p->net);
	p->net = NULL;
}

void world_run(struct pkt *p)
{
	u32 turns = 0;

	while (net_run(p->net, p->now, 0))
		if (turns++ > 100000)
			pk_fail(p, 0, "the stack never becomes idle");
}

void world_step(struct pkt *p, u64 limit)
{
	u64 next = net_deadline(p->net);

	if (next > limit)
		next = limit;
	p->now = next > p->now ? next : p->now < limit ? p->now + 1 : p->now;
	net_set_now(p->net, p->now);
	world_run(p);
	pending_poll(p);
}

/* What a packet of len octets costs a Linux that gets it from a TUN device: windows depend on it. */
static void linux_charge(struct sk_buff *skb, u32 len)
{
	u32 room = ALIGN_UP(len + 66, 64u) + 320, size = 1024;

	if (room > 4096) {
		skb->truesize = ALIGN_UP(len + 66, 4096u) + 256;
		return;
	}
	while (size < room)
		size *= 2;
	if (room <= 576)
		size = 576;
	skb->truesize = size + 256;
	skb->rx_room = (u16)(1 + size - 320 - (len + 66));
}

void world_inject(struct pkt *p, const u8 *ip, u32 len, bool v6, u32 payload)
{
	struct sk_buff *skb = alloc_skb(p->net, len + 128);
	u8 *eth;

	skb_reserve(skb, 64);
	eth = skb_put(skb, 14);
	memset(eth, 0, 14);
	memcpy(eth, p->dev->dev_addr, 6);
	eth[6] = 2, eth[11] = 9;
	put_be16(eth + 12, v6 ? 0x86dd : 0x0800);
	skb_put_data(skb, ip, len);
	linux_charge(skb, len);
	skb->dev = p->dev;
	if (p->opt.mss && payload > p->opt.mss) {
		struct skb_shared_info *si = skb_shinfo(skb);

		si->gso_size = p->opt.mss;
		si->gso_segs = (u16)DIV_ROUND_UP(payload, p->opt.mss);
		si->gso_type = v6 ? SKB_GSO_TCPV6 : SKB_GSO_TCPV4;
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	}
	if (!eth_type_trans(skb, p->dev))
		pk_fail(p, 0, "a frame too short");
	netif_rx(skb);
	world_run(p);
	pending_poll(p);
}

struct frame *world_take(struct pkt *p)
{
	struct frame *f = p->frames;

	if (f) {
		p->frames = f->next;
		if (!p->frames)
			p->frames_tail = &p->frames;
	}
	return f;
}
