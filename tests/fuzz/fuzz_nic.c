// SPDX-License-Identifier: BSD-2-Clause
/*
 * The records that fuzz_e1000 and fuzz_igb are made of, and the card that they are played on. The limits
 * are of both: what one call does is bounded, and memory that was not lent is never touched.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz_nic.h"
#include "wire/wire.h"

enum {
	MEMORY = 1 << 16,
	RECORDS_MAX = 256,
	RUNS_MAX = 10000,	/* a full ring of 65536 descriptors, or of packets that are cut */
	FRAMES_MAX = 2048,	/* that leave in one run */
	TRANSLATIONS_MAX = 4096, /* of one run */
	FRAME_MAX = 16384,
	TRAIN_HDR = ETH_HLEN + IP4_HLEN + TCP_HLEN,
};
static void *translate(void *ctx, u64 bus, u32 len, bool write)
{
	struct card *c = ctx;

	(void)write;
	c->translations++;
	if (bus < BUS || bus - BUS > MEMORY || len > MEMORY - (bus - BUS))
		return NULL;
	return c->memory + (bus - BUS);
}

static void irq(void *ctx, bool level)
{
	(void)ctx, (void)level;
}

static void msix(void *ctx, u32 vector)
{
	(void)ctx;
	ASSERT(vector < 25);
}

static void kick(void *ctx)
{
	(void)ctx;
}

/* Each octet of a frame must be there to be read. */
static void xmit(void *ctx, const struct e1000_frame *f)
{
	struct card *c = ctx;
	u32 i, k, len = 0;

	c->frames++;
	for (i = 0; i < f->nr_vec; i++) {
		for (k = 0; k < f->vec[i].len; k++)
			c->sink ^= f->vec[i].base[k];
		len += f->vec[i].len;
	}
	ASSERT(len == f->len);
	ASSERT(!f->csum_start || f->csum_start + f->csum_offset + 2u <= f->len);
	ASSERT(!f->gso_size || f->hdr_len < f->len);
}

static const struct e1000_model_ops ops = {
	.translate = translate, .irq = irq, .msix = msix, .xmit = xmit, .kick = kick,
};

struct input {
	const uint8_t *p;
	size_t left;
};

/* n octets, little-endian; zeros beyond the end */
static u32 take(struct input *in, u32 n)
{
	u32 v = 0, i;

	for (i = 0; i < n && in->left; i++, in->left--)
		v |= (u32)*in->p++ << (8 * i);
	return v;
}

static void run(struct card *c)
{
	u32 n;

	for (n = 0; n < RUNS_MAX; n++) {
		bool more;

		c->translations = c->frames = 0;
		more = e1000_model_run(c->model, c->now);
		ASSERT(c->translations <= TRANSLATIONS_MAX && c->frames <= FRAMES_MAX);
		if (!more)
			return;
	}
	ASSERT(n < RUNS_MAX);
}

static void write_memory(struct card *c, struct input *in)
{
	u32 at = take(in, 2), len = take(in, 1), i;

	for (i = 0; i < len && at + i < MEMORY; i++)
		c->memory[at + i] = (u8)take(in, 1);
}

static void receive(struct card *c, u32 len)
{
	u8 *frame = malloc(len % FRAME_MAX + 1);
	struct e1000_rx_frame f = { .data = frame, .len = len % FRAME_MAX };

	if (!frame)
		return;
	memset(frame, 0xff, f.len);
	c->translations = 0;
	e1000_model_receive(c->model, &f, c->now);
	ASSERT(c->translations <= TRANSLATIONS_MAX);
	free(frame);
}

/* What a packet of TCP is cut into; nr and mss are not those of a guest, but any may come. */
static void receive_train(struct card *c, u32 nr, u32 mss)
{
	u8 *frame = calloc(1, TRAIN_HDR + nr * mss);
	struct e1000_rx_train t = { .first = { .data = frame, .len = TRAIN_HDR + mss,
					       .csum_start = ETH_HLEN + IP4_HLEN, .csum_offset = 16 },
				    .l3 = ETH_HLEN, .hdr_len = TRAIN_HDR, .nr = nr };
	u8 *ip = frame + ETH_HLEN;
	u32 len = IP4_HLEN + TCP_HLEN + mss;
	u16 sum;

	if (!frame)
		return;
	memset(frame, 0xff, 12);
	put_be16(frame + 12, ETH_TYPE_IP4);
	ip[0] = 0x45;
	put_be16(ip + 2, (u16)len);
	ip[9] = IP_PROTO_TCP;
	sum = ip_fast_csum(ip, 5).raw;
	memcpy(ip + 10, &sum, sizeof(sum));
	ip[IP4_HLEN + 12] = tcp_doff(TCP_HLEN);
	sum = csum_fold16(csum_tcpudp_nofold(ip + 12, ip + 16, len - IP4_HLEN, IP_PROTO_TCP, 0));
	memcpy(ip + IP4_HLEN + 16, &sum, sizeof(sum));
	c->translations = 0;
	e1000_model_receive_train(c->model, &t, c->now);
	ASSERT(c->translations <= TRANSLATIONS_MAX);
	free(frame);
}

void card_write(struct card *c, u32 off, u32 value)
{
	e1000_model_write(c->model, off, 4, value, c->now);
}

static void record(struct card *c, struct input *in)
{
	u8 op = (u8)take(in, 1);
	u32 off, us;

	switch (op & 7) {
	case 0:
		off = take(in, 3) & 0x1ffff;
		c->kind->write(c, off, op & 8 ? 1u << (op >> 6) : 4, take(in, 4), op >> 3 & 7);
		break;
	case 1:
		off = take(in, 3) & 0x1ffff;
		c->sink ^= (u8)c->kind->read(c, off, op & 8 ? 1u << (op >> 6) : 4, op >> 3 & 7);
		break;
	case 2:
		write_memory(c, in);
		break;
	case 3:
		run(c);
		break;
	case 4:
		if (op & 8)
			receive_train(c, 2 + (op >> 4 & 15) * 4, 1 + take(in, 2) % 1460);
		else
			receive(c, take(in, 2));
		break;
	case 5:
		us = take(in, 2);
		c->now += us * NSEC_PER_USEC;
		break;
	case 6:
		e1000_model_set_cable(c->model, op & 8, c->now);
		e1000_model_set_bus_master(c->model, op & 16);
		break;
	default:
		c->kind->ring(c, op, take(in, 1));
		break;
	}
}

int fuzz_nic(const struct card_kind *kind, const uint8_t *data, size_t size)
{
	struct card c = { .kind = kind, .now = NSEC_PER_SEC, .memory = calloc(1, MEMORY) };
	const struct e1000_model_cfg cfg = { .ops = &ops, .ctx = &c, .mac = { 2 },
					     .autoneg_ns = NSEC_PER_MSEC,
					     .wire = size & 1 ? E1000_WIRE_CSUM | E1000_WIRE_TSO : 0 };
	struct input in = { data, size };
	u32 n;

	if (!c.memory)
		return 0;
	c.model = kind->create(&cfg);
	for (n = 0; c.model && in.left && n < RECORDS_MAX; n++)
		record(&c, &in);
	if (c.model) {
		run(&c);
		e1000_model_destroy(c.model);
	}
	free(c.memory);
	return 0;
}
