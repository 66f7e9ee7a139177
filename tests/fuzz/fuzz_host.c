/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A host that lies: frames with headers that tell of checksums and segments, into a TAP (with such headers or
 * without), an 82540EM and an 82576 whose wires cut what is large. The stack has the packets, or they are
 * forwarded, or passed on to a device that can neither cut nor sum. What the host gets has headers that
 * hold, nothing is too long, and nothing is left behind. ATK-LEN-01
 *
 *	octet 0		which device, whether it is joined with the other, and whether the stack is a router
 *	records		an octet of operation, then what that takes
 */
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/uio.h>

#include "drivers/drivers.h"
#include "drivers/tap_host.h"
#include "tests/fuzz/frame_net.h"
#include "tests/fuzz/fuzz.h"
#include "wire/wire.h"

enum {
	RECORDS_MAX = 40,
	MUTATED = 128,
	FRAME_MAX = 65536 + 64,
	MTU = 1500,
	KINDS = 4,
	CHANGES_MAX = 15,
};
enum { TO_US, FROM_HOST, TO_NOBODY, AS_GIVEN, BEYOND };

struct host {
	const uint8_t *p;
	size_t left;
	u32 kind;
	int fd; /* the host's end */
	bool vnet, joined, router;
	struct frame_net f;
	struct net_device *dev;
};

static int ends[2];

/* -- the host's side, instead of drivers/tap_host.c ------------------------------------------ */
int tap_host_open(const struct tap_host_want *want, struct tap_host *host)
{
	ASSERT(!socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends));
	*host = (struct tap_host){ .fd = ends[1], .name = "host", .vnet = want->offload, .uso = want->uso };
	return 0;
}

bool tap_host_is_gone(int err)
{
	(void)err;
	return false;
}

void tap_host_silence(int fd)
{
	(void)fd;
}

int tap_host_mtu(const char *name, u32 *mtu)
{
	(void)name;
	*mtu = MTU;
	return 0;
}

/* -- input --------------------------------------------------------------------------------- */
static u32 take(struct host *h, u32 n)
{
	u32 v = 0, i;

	for (i = 0; i < n && h->left; i++, h->left--)
		v |= (u32)*h->p++ << (8 * i);
	return v;
}

/* -- a frame of the host ------------------------------------------------------------------- */
struct host_frame {
	struct vnet_hdr vnet;
	u8 data[FRAME_MAX];
	u32 len;
};

static u32 link_header(struct host *h, u8 *p, bool v6, bool tagged)
{
	memcpy(p, h->dev->dev_addr, ETH_ALEN);
	memcpy(p + ETH_ALEN, "\2\0\0\0\0\1", ETH_ALEN);
	if (tagged)
		put_be32(p + 12, 0x81000005);
	put_be16(p + (tagged ? 16 : 12), v6 ? ETH_TYPE_IP6 : ETH_TYPE_IP4);
	return ETH_HLEN + (tagged ? VLAN_TAG_LEN : 0);
}

static void address(u8 *p, bool v6, u32 where)
{
	static const u8 last[] = { [TO_US] = 2, [FROM_HOST] = 1, [TO_NOBODY] = 9, [BEYOND] = 1 };

	memset(p, 0, v6 ? 16 : 4);
	if (v6)
		put_be16(p, where == BEYOND ? 0xfd77 : 0xfd78);
	else
		put_be16(p, where == BEYOND ? 0x0a4d : 0x0a4e);
	p[v6 ? 15 : 3] = last[where];
}

static u32 ip_header(u8 *p, bool v6, u8 proto, u32 where, u32 l4_len)
{
	be16 check;

	if (v6) {
		p[0] = 0x60;
		put_be16(p + 4, (u16)min(l4_len, 65535u));
		p[6] = proto;
		p[7] = 64;
		address(p + 8, true, FROM_HOST);
		address(p + 24, true, where);
		return IP6_HLEN;
	}
	p[0] = 0x45;
	put_be16(p + 2, (u16)min(l4_len + IP4_HLEN, 65535u));
	p[8] = 64;
	p[9] = proto;
	address(p + 12, false, FROM_HOST);
	address(p + 16, false, where);
	check = ip_fast_csum(p, IP4_HLEN / 4);
	memcpy(p + 10, &check, sizeof(check));
	return IP4_HLEN;
}

/* What an honest host would say, by op; payload and size of the segments are the input's. */
static void make_frame(struct host *h, struct host_frame *f, u8 op)
{
	bool v6 = op & 1, udp = op & 8;
	u32 l3 = link_header(h, f->data, v6, op & 16), hlen = udp ? UDP_HLEN : TCP_HLEN, l4, payload;
	u8 proto = udp ? IP_PROTO_UDP : IP_PROTO_TCP, *ip = f->data + l3, *th, where = op >> 1 & 3;

	payload = min_t(u32, take(h, 2), 65535 - 100);
	if (h->router && where == TO_NOBODY)
		where = BEYOND;
	l4 = l3 + ip_header(ip, v6, proto, where, hlen + payload);
	th = f->data + l4;
	put_be16(th, 1000);
	put_be16(th + 2, udp ? 53 : 80);
	if (udp)
		put_be16(th + 4, (u16)(hlen + payload));
	else
		put_be16(th + 12, 0x5010);
	f->len = l4 + hlen + payload;
	if (op & 0x60) {
		u32 sum = v6 ? csum_ipv6_nofold(ip + 8, ip + 24, hlen + payload, proto, 0) :
			       csum_tcpudp_nofold(ip + 12, ip + 16, hlen + payload, proto, 0);
		u16 pseudo = csum_fold16(sum);

		f->vnet = (struct vnet_hdr){ .flags = VNET_HDR_F_NEEDS_CSUM, .csum_start = (u16)l4,
					     .csum_offset = udp ? 6 : 16 };
		memcpy(th + f->vnet.csum_offset, &pseudo, sizeof(pseudo));
	}
	if (op & 0x20) {
		f->vnet.gso_type = udp ? VNET_HDR_GSO_UDP_L4 : v6 ? VNET_HDR_GSO_TCPV6 : VNET_HDR_GSO_TCPV4;
		f->vnet.gso_size = (u16)take(h, 2);
		f->vnet.hdr_len = (u16)(l4 + hlen);
	}
}

static void as_given(struct host *h, struct host_frame *f)
{
	u8 *vnet = (u8 *)&f->vnet;
	u32 i;

	for (i = 0; i < sizeof(f->vnet); i++)
		vnet[i] = (u8)take(h, 1);
	f->len = take(h, 2);
	for (i = 0; i < f->len && i < FRAME_MAX && h->left; i++)
		f->data[i] = (u8)take(h, 1);
}

static void change(struct host *h, struct host_frame *f)
{
	u32 n = take(h, 1) & CHANGES_MAX;

	while (n--) {
		u32 at = take(h, 1) % (sizeof(f->vnet) + MUTATED);
		u8 value = (u8)take(h, 1);

		if (at < sizeof(f->vnet))
			((u8 *)&f->vnet)[at] = value;
		else
			f->data[at - sizeof(f->vnet)] = value;
	}
}

static void send_frame(struct host *h, u8 op)
{
	static struct host_frame f;
	struct iovec iov[2] = { { &f.vnet, sizeof(f.vnet) }, { f.data, 0 } };

	memset(&f, 0, sizeof(f.vnet) + MUTATED);
	if ((op >> 1 & 3) == AS_GIVEN)
		as_given(h, &f);
	else
		make_frame(h, &f, op);
	if (op & 0x80)
		change(h, &f);
	iov[1].iov_len = min_t(u32, f.len, FRAME_MAX);
	(void)!writev(h->fd, iov + !h->vnet, h->vnet ? 2 : 1);
}

/* -- what the host gets ------------------------------------------------------------------- */
static void check_sent(const struct host *h, const struct vnet_hdr *v, u32 len)
{
	u32 longest = MTU + ETH_HLEN + VLAN_TAG_LEN;

	ASSERT(len >= ETH_HLEN);
	ASSERT(len <= (v->gso_type ? 65535u + ETH_HLEN + VLAN_TAG_LEN : longest));
	if (v->flags & VNET_HDR_F_NEEDS_CSUM)
		ASSERT(v->csum_start + v->csum_offset + 2u <= len);
	if (v->gso_type)
		ASSERT(h->vnet && v->gso_size && v->hdr_len >= ETH_HLEN && v->hdr_len < len &&
		       (v->flags & VNET_HDR_F_NEEDS_CSUM));
}

static void take_sent(struct host *h)
{
	static u8 buf[FRAME_MAX + sizeof(struct vnet_hdr)];
	u32 skip = h->vnet ? sizeof(struct vnet_hdr) : 0;
	ssize_t n;

	while ((n = read(h->fd, buf, sizeof(buf))) >= 0) {
		struct vnet_hdr v = { 0 };

		ASSERT(n >= (ssize_t)skip);
		memcpy(&v, buf, skip);
		check_sent(h, &v, (u32)n - skip);
	}
}

/* -- life --------------------------------------------------------------------------------- */
static bool is_tap(const struct host *h)
{
	return h->kind < 2;
}

static void ready(struct host *h)
{
	if (is_tap(h))
		napi_schedule(tap_napi(h->dev, 0));
	else
		e1000_wire_ready(h->dev);
}

/* With time for a card's link and for what waits for the host. */
static void work(struct host *h)
{
	u32 i;

	ready(h);
	for (i = 0; i < 4; i++) {
		frame_net_advance(&h->f, NSEC_PER_MSEC);
		take_sent(h);
	}
}

static void open_device(struct host *h)
{
	const struct tap_config tap = { .tap_name = "host", .name = "tap0", .offload = h->kind == 0 };
	const struct e1000_config card = { .wire_name = "host", .name = "nic0", .wire = E1000_WIRE_TAP,
					   .offload = true };
	struct vlan_config vlan = { .vid = 5 };
	struct net_device *tagged;

	if (is_tap(h))
		ASSERT(!tap_create(h->f.net, &tap, &h->dev));
	else if (h->kind == 2)
		ASSERT(!e1000_create(h->f.net, &card, &h->dev));
	else
		ASSERT(!igb_create(h->f.net, &card, &h->dev));
	h->fd = ends[0];
	h->vnet = h->kind != 1;
	ASSERT(!dev_open(h->dev));
	vlan.lower = h->dev;
	ASSERT(!vlan_create(h->f.net, &vlan, &tagged) && !dev_open(tagged));
	frame_net_address(&h->f, h->dev, "10.78.0.2/24", "10.78.0.1");
	frame_net_address(&h->f, h->dev, "fd78::2/64", "fd78::1");
	if (h->joined)
		ASSERT(!dev_join(h->dev, h->f.dev));
	work(h);
}

static void record(struct host *h)
{
	u8 what = (u8)take(h, 1), n;

	switch (what & 7) {
	case 6:
		frame_net_advance(&h->f, take(h, 1) * NSEC_PER_MSEC);
		break;
	case 7:
		frame_net_act(&h->f, (u8)take(h, 1));
		break;
	default: /* a few at once */
		for (n = 0; n <= (what & 7) / 2; n++)
			send_frame(h, (u8)take(h, 1));
		break;
	}
	work(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct host h;
	u32 n;

	memset(&h, 0, sizeof(h));
	h.p = data;
	h.left = size;
	n = take(&h, 1);
	h.kind = n % KINDS;
	h.joined = n / KINDS & 1;
	h.router = n / KINDS & 2;
	frame_net_start(&h.f);
	if (h.router)
		frame_net_router(&h.f);
	open_device(&h);
	for (n = 0; n < RECORDS_MAX && h.left; n++)
		record(&h);
	frame_net_stop(&h.f);
	close(h.fd);
	return 0;
}
