/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The drivers of the 82540EM and of the 82576's functions on a card that lies: registers say what the input
 * says, descriptors are written back with any length and status, at any time, frames are TCP segments of a
 * flow with octets changed. Whatever it does, the driver touches no memory outside its own, ends, and
 * gives back every packet, mapping and octet. ATK-LEN-01
 *
 *	octet 0		which driver
 *	records		an octet of operation, then what that takes
 */
#include <stdlib.h>
#include <string.h>

#include "drivers/e1000/driver.h"
#include "drivers/e1000/regs.h"
#include "drivers/igb/driver.h"
#include "drivers/igb/regs.h"
#include "tests/fuzz/fuzz.h"
#include "wire/wire.h"

enum {
	RECORDS_MAX = 300,
	AREAS = 64,
	TURNS_MAX = 2000,
	EEPROM_WORDS = 64,
	FRAME_MAX = 2048,
	RX_BUFFER = 2048,
};

struct area {
	struct e1000_dma dma;
	bool used;
};

struct card {
	const uint8_t *p;
	size_t left;
	u32 kind; /* 0: e1000, 1: igb, 2: igbvf */
	struct net *net;
	struct net_device *dev;
	struct area area[AREAS];
	u32 maps;
	u32 regs[IGB_REG_SPACE / 4];
	u32 rx_head, tx_head, seq;
	bool probed, removed;
	u8 sink;
	size_t allocated;
	u64 received;
};

static u32 take(struct card *c, u32 n)
{
	u32 v = 0, i;

	for (i = 0; i < n && c->left; i++, c->left--)
		v |= (u32)*c->p++ << (8 * i);
	return v;
}

/* -- registers ----------------------------------------------------------------------------- */
static u16 eeprom(u32 i)
{
	return i < 3 ? (u16)(0x1002 + i) : i == 63 ? (u16)(0xbaba - 0x1002 - 0x1003 - 0x1004) : 0;
}

static u32 card_rd(void *ctx, u32 off)
{
	struct card *c = ctx;
	u32 shift = c->kind ? 2 : 8, v = c->regs[off / 4];

	ASSERT(off < IGB_REG_SPACE && !(off & 3));
	if (off == E1000_EERD && !c->probed)
		return (u32)eeprom(v >> shift & (EEPROM_WORDS - 1)) << 16 | (c->kind ? 2 : 16);
	if (off == IGB_V2PMAILBOX && c->kind == 2)
		return v | (take(c, 1) & 0xff);
	if (off == IGB_VF_VMBMEM && c->kind == 2)
		return v | take(c, 1) << 24; /* whether what was asked for is granted */
	if (off == E1000_MDIC)
		return E1000_MDIC_READY | take(c, 2); /* else it would be asked a thousand times */
	if (off == E1000_STATUS || off == E1000_ICR || off == IGB_ICR)
		return take(c, 4);
	return v;
}

static void card_wr(void *ctx, u32 off, u32 value)
{
	ASSERT(off < IGB_REG_SPACE && !(off & 3));
	((struct card *)ctx)->regs[off / 4] = value;
}

/* -- memory -------------------------------------------------------------------------------- */
static int card_dma_alloc(void *ctx, size_t len, size_t align, struct e1000_dma *dma)
{
	struct card *c = ctx;
	u32 i;

	for (i = 0; i < AREAS && c->area[i].used; i++)
		;
	ASSERT(i < AREAS);
	dma->cpu = aligned_alloc(align, (len + align - 1) & ~(align - 1));
	ASSERT(dma->cpu);
	memset(dma->cpu, 0, len);
	dma->len = len;
	dma->bus = (u64)(i + 1) << 32;
	c->area[i] = (struct area){ *dma, true };
	return 0;
}

static void card_dma_free(void *ctx, struct e1000_dma *dma)
{
	struct card *c = ctx;
	u32 i = (u32)(dma->bus >> 32) - 1;

	ASSERT(i < AREAS && c->area[i].used && c->area[i].dma.cpu == dma->cpu);
	c->area[i].used = false;
	free(dma->cpu);
}

static int card_dma_map(void *ctx, const void *cpu, u32 len, u64 *bus)
{
	struct card *c = ctx;

	ASSERT(len && len <= E1000_DMA_MAX);
	c->sink ^= ((const u8 *)cpu)[0] ^ ((const u8 *)cpu)[len - 1];
	if (!(take(c, 1) & 0xff))
		return 0 - 12; /* ENOMEM */
	c->maps++;
	*bus = 1ull << 62;
	return 0;
}

static void card_dma_unmap(void *ctx, u64 bus)
{
	struct card *c = ctx;

	ASSERT(bus == 1ull << 62 && c->maps);
	c->maps--;
}

static void card_irq_done(void *ctx)
{
	(void)ctx;
}

static void card_delay(void *ctx, u32 us)
{
	(void)ctx, (void)us;
}

static void card_removed(void *ctx)
{
	((struct card *)ctx)->removed = true;
}

/* What the driver gave the device; NULL: nothing. */
static u8 *at_bus(struct card *c, u64 bus, u32 len)
{
	u32 i = (u32)(bus >> 32) - 1, off = (u32)bus;

	if (i >= AREAS || !c->area[i].used || off > c->area[i].dma.len ||
	    len > c->area[i].dma.len - off)
		return NULL;
	return (u8 *)c->area[i].dma.cpu + off;
}

static struct e1000_desc *descriptor(struct card *c, bool rx, u32 index)
{
	u32 base = c->kind == 1 ? (rx ? IGB_RXQ : IGB_TXQ) : rx ? E1000_RDBAL : E1000_TDBAL;
	u64 bus = c->regs[base / 4] | (u64)c->regs[base / 4 + 1] << 32;
	u32 nr = c->regs[base / 4 + 2] / E1000_DESC_SIZE;

	if (!nr)
		return NULL;
	return (void *)at_bus(c, bus + (index % nr) * E1000_DESC_SIZE, E1000_DESC_SIZE);
}

/* -- what it does ---------------------------------------------------------------------------- */
/* A segment of a flow, or half of one, with some octets as the input wants them. */
static u32 make_frame(struct card *c, u8 *f)
{
	u32 op = take(c, 1), payload = op & 1 ? 1400 : take(c, 1) & 0xff, n;
	bool v6 = op & 2;
	u32 l4 = ETH_HLEN + (v6 ? IP6_HLEN : IP4_HLEN), len = l4 + TCP_HLEN + payload;

	memset(f, 0, FRAME_MAX);
	memcpy(f, c->dev->dev_addr, ETH_ALEN);
	f[6] = 2;
	put_be16(f + 12, v6 ? ETH_TYPE_IP6 : ETH_TYPE_IP4);
	if (v6) {
		f[14] = 0x60;
		put_be16(f + 18, (u16)(TCP_HLEN + payload));
		f[20] = IP_PROTO_TCP;
		f[21] = 64;
	} else {
		be16 check;

		f[14] = 0x45;
		put_be16(f + 16, (u16)(len - ETH_HLEN));
		put_be16(f + 18, (u16)c->seq);
		f[22] = 64;
		f[23] = IP_PROTO_TCP;
		check = ip_fast_csum(f + 14, 5);
		memcpy(f + 24, &check, 2);
	}
	put_be32(f + l4 + 4, c->seq);
	f[l4 + 12] = 0x50;
	f[l4 + 13] = TCPHDR_ACK;
	c->seq += payload;
	for (n = op >> 4; n; n--) {
		u32 where = take(c, 1) & 0xff;

		f[where] = (u8)take(c, 1);
	}
	return len;
}

/* Fills buffers as they were given, however often, and tells of it as the input says. */
static void receive(struct card *c, u8 op)
{
	struct e1000_desc *d = descriptor(c, true, c->rx_head);
	u8 frame[FRAME_MAX], *buf;
	u32 len = make_frame(c, frame), status = 0x3;

	if (!d)
		return;
	buf = at_bus(c, d->addr, RX_BUFFER);
	if (buf)
		memcpy(buf, frame, RX_BUFFER);
	if (op & 0x10)
		len = take(c, 2);
	if (op & 0x20)
		status = take(c, 4);
	else if (op & 0x40)
		status |= IGB_RXD_L4CS | IGB_RXD_IPCS;
	if (c->kind) {
		struct igb_rx_desc *r = (void *)d;

		*r = (struct igb_rx_desc){ op & 0x80 ? IGB_RSS_TCP4 : 0, 0x1234, status,
					   len | (op & 0x80 ? 5u << 16 : 0) };
	} else {
		d->lower = len;
		d->upper = status;
	}
	c->rx_head++;
}

static void complete(struct card *c, u32 n)
{
	while (n--) {
		struct e1000_desc *d = descriptor(c, false, c->tx_head++);

		if (d)
			d->upper |= E1000_TXD_DD;
	}
}

static void scribble(struct card *c)
{
	u32 i = take(c, 1) % AREAS, off = take(c, 2), n = take(c, 1) & 31;

	while (n--) {
		u8 v = (u8)take(c, 1);

		if (c->area[i].used)
			((u8 *)c->area[i].dma.cpu)[off++ % c->area[i].dma.len] = v;
	}
}

static void transmit(struct card *c, u8 op)
{
	u32 len = ETH_HLEN + IP4_HLEN + TCP_HLEN + (take(c, 2) & 0x3fff);
	struct sk_buff *skb = alloc_skb(c->net, len + 64);

	if (!skb)
		return;
	skb_reserve(skb, 64);
	memset(skb_put(skb, len), 0x45, len);
	put_be16(skb->data + 12, ETH_TYPE_IP4);
	skb->data[23] = IP_PROTO_TCP;
	skb->data[ETH_HLEN + IP4_HLEN + 12] = 0x50;
	put_be16(skb->data + 16, (u16)(len - ETH_HLEN));
	if (op & 0x10) {
		skb->ip_summed = CHECKSUM_PARTIAL;
		skb->csum_start = (u16)(skb_headroom(skb) + ETH_HLEN + IP4_HLEN);
		skb->csum_offset = 16;
	}
	if ((op & 0x30) == 0x30 && len > 1500) {
		skb_shinfo(skb)->gso_size = 1000;
		skb_shinfo(skb)->gso_segs = (u16)(len / 1000);
		skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
	}
	if (op & 0x40)
		skb->vlan_proto = ETH_TYPE_VLAN;
	skb->dev = c->dev;
	skb->protocol = ETH_TYPE_IP4;
	dev_queue_xmit(skb);
}

static void settle(struct card *c)
{
	u32 turns = 0;

	while (net_run(c->net, c->net->now, 0))
		ASSERT(++turns < TURNS_MAX);
}

static void interrupt(struct card *c, u8 op)
{
	if (c->kind)
		igb_interrupt(c->dev, op >> 4);
	else
		e1000_interrupt(c->dev);
}

/* One more on the device, or one less. */
static void vlans(struct card *c)
{
	struct vlan_config cfg = { .lower = c->dev, .vid = (u16)(take(c, 2) & VLAN_VID_MASK) };
	struct list_head *all = &c->dev->vlan_ports;
	struct net_device *dev;

	if (list_empty(all) || (cfg.vid & 3))
		vlan_create(c->net, &cfg, &dev);
	else
		unregister_netdev(list_first_entry(all, struct vlan_port, list)->dev);
}

static void settings(struct card *c, u8 op)
{
	switch (op >> 4 & 7) {
	case 0:
		dev_close(c->dev);
		break;
	case 1:
		if (!(c->dev->flags & DEV_UP)) {
			c->rx_head = c->tx_head = 0;
			dev_open(c->dev);
		}
		break;
	case 2:
		dev_set_mtu(c->dev, take(c, 2));
		break;
	case 3:
		c->dev->ethtool_ops->self_test(c->dev);
		break;
	case 4:
		dev_set_features(c->dev, take(c, 4));
		break;
	case 5:
		vlans(c);
		break;
	case 6:
		dev_set_promiscuity(c->dev, c->dev->promiscuity ? -1 : 1);
		break;
	default:
		net_set_now(c->net, c->net->now + NSEC_PER_SEC * (op >> 5));
		net_run(c->net, c->net->now, 0);
		break;
	}
}

static void record(struct card *c)
{
	u8 op = (u8)take(c, 1);

	switch (op & 7) {
	case 0:
	case 1:
		receive(c, op);
		break;
	case 2:
		complete(c, op >> 3);
		break;
	case 3:
		scribble(c);
		break;
	case 4:
		transmit(c, op);
		break;
	case 5:
		interrupt(c, op);
		settle(c);
		break;
	case 6:
		c->regs[take(c, 2) % ARRAY_SIZE(c->regs)] = take(c, 4);
		break;
	default:
		settings(c, op);
		break;
	}
}

/* -- life --------------------------------------------------------------------------------------- */
static void *hook_alloc(void *ctx, size_t size)
{
	struct card *c = ctx;
	void *p = malloc(size);

	ASSERT(p);
	c->allocated += size;
	return p;
}

static void hook_free(void *ctx, void *p, size_t size)
{
	((struct card *)ctx)->allocated -= size;
	free(p);
}

static void hook_kick(void *ctx)
{
	(void)ctx;
}

static void on_packet(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt)
{
	struct card *c = pt->priv;

	ASSERT((dev == c->dev || dev_is_vlan(dev)) && skb->data_len <= skb->len);
	skb_checksum(skb, 0, skb->len, 0); /* every octet is there */
	c->received++;
	consume_skb(skb);
}

static int probe(struct card *c)
{
	const struct e1000_hw hw = { .ctx = c, .rd32 = card_rd, .wr32 = card_wr,
				     .dma_alloc = card_dma_alloc, .dma_free = card_dma_free,
				     .dma_map = card_dma_map, .dma_unmap = card_dma_unmap,
				     .irq_done = card_irq_done, .delay_us = card_delay };
	const struct e1000_probe e = { .hw = hw, .name = "eth0", .removed = card_removed };
	const struct igb_probe i = { .hw = hw, .name = "eth0", .removed = card_removed, .queues = 1 };

	if (c->kind == 0)
		return e1000_probe(c->net, &e, &c->dev);
	return c->kind == 1 ? igb_probe(c->net, &i, &c->dev) : igbvf_probe(c->net, &i, &c->dev);
}

static void play(struct card *c)
{
	struct packet_type types[2] = { { .type = ETH_TYPE_IP4, .func = on_packet, .priv = c },
					{ .type = ETH_TYPE_IP6, .func = on_packet, .priv = c } };
	u32 n;

	dev_add_pack(c->net, &types[0]);
	dev_add_pack(c->net, &types[1]);
	ASSERT(!probe(c));
	c->probed = true;
	dev_open(c->dev);
	for (n = 0; n < RECORDS_MAX && c->left; n++)
		record(c);
	settle(c);
	dev_remove_pack(&types[0]);
	dev_remove_pack(&types[1]);
	unregister_netdev(c->dev);
	ASSERT(c->removed && !c->maps);
	for (n = 0; n < AREAS; n++)
		ASSERT(!c->area[n].used);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct card *c = calloc(1, sizeof(*c));
	struct net_cfg cfg = { .ctx = c, .alloc = hook_alloc, .free = hook_free, .kick = hook_kick,
			       .seed = 1, .now_ns = 1000 * NSEC_PER_SEC };

	ASSERT(c);
	c->p = data;
	c->left = size;
	c->kind = (take(c, 1) & 0xff) % 3;
	c->net = net_create(&cfg);
	ASSERT(c->net);
	play(c);
	net_destroy(c->net);
	ASSERT(!c->allocated);
	free(c);
	return 0;
}
