// SPDX-License-Identifier: BSD-2-Clause
/* Facts about PACKET_TX_RING: frames that are sent from memory. */
#include "packet.h"

#include <sys/mman.h>

enum { PAGE = 4096, FRAME = 2048, FRAMES = 4, TYPE = 0x88b5 };

struct ring {
	int fd, version;
	uint8_t *mem;
};

static struct sockaddr_ll to_lo(void)
{
	return (struct sockaddr_ll){ .sll_family = AF_PACKET,
				     .sll_protocol = htons(TYPE),
				     .sll_halen = 6,
				     .sll_ifindex = (int)if_nametoindex("lo") };
}

static bool ring_open(struct ring *r, int type, int version)
{
	struct tpacket_req3 q = { .tp_block_size = PAGE,
				  .tp_block_nr = FRAMES / 2,
				  .tp_frame_size = FRAME,
				  .tp_frame_nr = FRAMES };

	r->fd = packet_open(type, 0);
	r->version = version;
	say("version", setsockopt(r->fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)));
	say("ring", setsockopt(r->fd, SOL_PACKET, PACKET_TX_RING, &q,
			       version == TPACKET_V3 ? sizeof(q) : sizeof(struct tpacket_req)));
	r->mem = mmap(NULL, FRAMES * FRAME, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
	say("map", r->mem == MAP_FAILED ? -1 : 0);
	return r->mem != MAP_FAILED;
}

static uint8_t *frame(const struct ring *r, int i)
{
	return r->mem + i * FRAME;
}

static unsigned int status(const struct ring *r, int i)
{
	struct tpacket3_hdr *h3 = (void *)frame(r, i);
	struct tpacket2_hdr *h2 = (void *)frame(r, i);

	return r->version == TPACKET_V3 ? h3->tp_status : h2->tp_status;
}

/* Frame i: len octets, of which each is its number; a link header in front where the socket is raw. */
static void put(const struct ring *r, int i, unsigned int len, unsigned int off)
{
	struct tpacket3_hdr *h3 = (void *)frame(r, i);
	struct tpacket2_hdr *h2 = (void *)frame(r, i);
	struct tpacket_hdr *h1 = (void *)frame(r, i);
	uint8_t *data = frame(r, i) + (off ? off : r->version == TPACKET_V3 ? 48 : 32);

	memset(data, '0' + i, len < 1800 ? len : 1800);
	memset(data, 0, 12);
	data[12] = TYPE >> 8;
	data[13] = TYPE & 255;
	if (r->version == TPACKET_V3) {
		h3->tp_len = len;
		h3->tp_mac = h3->tp_net = (uint16_t)off;
		h3->tp_status = TP_STATUS_SEND_REQUEST;
	} else if (r->version == TPACKET_V2) {
		h2->tp_len = len;
		h2->tp_mac = h2->tp_net = (uint16_t)off;
		h2->tp_status = TP_STATUS_SEND_REQUEST;
	} else {
		h1->tp_len = len;
		h1->tp_mac = h1->tp_net = (uint16_t)off;
		h1->tp_status = TP_STATUS_SEND_REQUEST;
	}
}

static void say_frames(const struct ring *r)
{
	int i;

	for (i = 0; i < FRAMES; i++)
		printf("%s%x", i ? "," : " status=", status(r, i));
}

/* What came: its octets, and the last one. */
static void say_received(int fd)
{
	uint8_t buf[2000];
	ssize_t n;

	settle();
	while ((n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT)) >= 0)
		printf(" [%zd %c]", n, n ? buf[n - 1] : '-');
}

static int listener(void)
{
	int fd = packet_open(SOCK_RAW, 0);

	packet_attach(fd, SKF_AD_PKTTYPE, PACKET_HOST, 0xffff);
	say("bind", packet_bind_to(fd, if_nametoindex("lo"), TYPE));
	return fd;
}

static void send_by(int type, int version)
{
	struct sockaddr_ll lo = to_lo();
	int in = listener(), loss = 1;
	struct ring r;

	if (!ring_open(&r, type, version))
		return;
	say("loss", setsockopt(r.fd, SOL_PACKET, PACKET_LOSS, &loss, sizeof(loss)));
	say("nowhere", send(r.fd, NULL, 0, 0));
	say("none", sendto(r.fd, NULL, 0, 0, (struct sockaddr *)&lo, sizeof(lo)));
	put(&r, 0, 60, 0);
	put(&r, 1, 61, 0);
	put(&r, 3, 63, 0);
	say("two", sendto(r.fd, NULL, 0, 0, (struct sockaddr *)&lo, sizeof(lo)));
	say_frames(&r);
	say_received(in);
	put(&r, 2, 62, 0);
	say("bind", packet_bind_to(r.fd, if_nametoindex("lo"), TYPE));
	say("rest", send(r.fd, "data do not count", 17, MSG_DONTWAIT));
	say_received(in);
	say_frames(&r);
	printf("\n wrong");
	put(&r, 0, 70, 0);
	put(&r, 1, 70000, 0);
	put(&r, 2, 72, 0);
	say("long", send(r.fd, NULL, 0, 0));
	say_frames(&r);
	say_received(in);
	say("again", send(r.fd, NULL, 0, 0));
	put(&r, 1, 10, 0);
	say("short", send(r.fd, NULL, 0, 0));
	say_frames(&r);
	say_received(in);
	say("busy", setsockopt(r.fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)));
	munmap(r.mem, FRAMES * FRAME);
	close(r.fd);
	close(in);
}

static void by_version(int version)
{
	if (family != AF_INET)
		return;
	printf("\n raw");
	send_by(SOCK_RAW, version);
	printf("\n cooked");
	send_by(SOCK_DGRAM, version);
}

static void tx_v1(void)
{
	by_version(TPACKET_V1);
}

static void tx_v2(void)
{
	by_version(TPACKET_V2);
}

static void tx_v3(void)
{
	by_version(TPACKET_V3);
}

/* Wrong frames are left out, and their memory given back. */
static void tx_loss(void)
{
	struct tpacket_req q = { .tp_block_size = PAGE,
				 .tp_block_nr = FRAMES / 2,
				 .tp_frame_size = FRAME,
				 .tp_frame_nr = FRAMES };
	struct ring r = { .version = TPACKET_V2 };
	int in, one = 1, v = -1;
	socklen_t len = sizeof(v);

	if (family != AF_INET)
		return;
	in = listener();
	r.fd = packet_open(SOCK_RAW, 0);
	packet_bind_to(r.fd, if_nametoindex("lo"), TYPE);
	say("version", setsockopt(r.fd, SOL_PACKET, PACKET_VERSION, &r.version, sizeof(r.version)));
	say("size", setsockopt(r.fd, SOL_PACKET, PACKET_LOSS, &one, 2));
	say("loss", setsockopt(r.fd, SOL_PACKET, PACKET_LOSS, &one, sizeof(one)));
	say("get", getsockopt(r.fd, SOL_PACKET, PACKET_LOSS, &v, &len));
	say("v", v);
	say("off", setsockopt(r.fd, SOL_PACKET, PACKET_TX_HAS_OFF, &one, sizeof(one)));
	v = -1;
	say("get", getsockopt(r.fd, SOL_PACKET, PACKET_TX_HAS_OFF, &v, &len));
	say("v", v);
	say("ring", setsockopt(r.fd, SOL_PACKET, PACKET_TX_RING, &q, sizeof(q)));
	r.mem = mmap(NULL, FRAMES * FRAME, PROT_READ | PROT_WRITE, MAP_SHARED, r.fd, 0);
	if (r.mem == MAP_FAILED)
		return;
	put(&r, 0, 60, 100);
	put(&r, 1, 63, FRAME - 62);
	put(&r, 2, 62, FRAME - 62);
	put(&r, 3, 61, 20);
	say("send", send(r.fd, NULL, 0, 0));
	say_frames(&r);
	say_received(in);
}

/* Both rings of a socket are mapped in one piece, the one to receive first. */
static void tx_and_rx(void)
{
	struct tpacket_req q = { .tp_block_size = PAGE,
				 .tp_block_nr = FRAMES / 2,
				 .tp_frame_size = FRAME,
				 .tp_frame_nr = FRAMES };
	struct ring r = { .version = TPACKET_V2 };
	struct tpacket2_hdr *h;
	uint8_t *both;

	if (family != AF_INET)
		return;
	r.fd = packet_open(SOCK_RAW, 0);
	packet_attach(r.fd, SKF_AD_PKTTYPE, PACKET_HOST, 0xffff);
	setsockopt(r.fd, SOL_PACKET, PACKET_VERSION, &r.version, sizeof(r.version));
	say("rx", setsockopt(r.fd, SOL_PACKET, PACKET_RX_RING, &q, sizeof(q)));
	q.tp_block_nr = FRAMES;
	say("frames", setsockopt(r.fd, SOL_PACKET, PACKET_TX_RING, &q, sizeof(q)));
	q.tp_block_nr = FRAMES / 2;
	say("tx", setsockopt(r.fd, SOL_PACKET, PACKET_TX_RING, &q, sizeof(q)));
	say("again", setsockopt(r.fd, SOL_PACKET, PACKET_TX_RING, &q, sizeof(q)));
	both = mmap(NULL, FRAMES * FRAME, PROT_READ | PROT_WRITE, MAP_SHARED, r.fd, 0);
	say("half", both == MAP_FAILED ? -1 : 0);
	both = mmap(NULL, 2 * FRAMES * FRAME, PROT_READ | PROT_WRITE, MAP_SHARED, r.fd, 0);
	say("both", both == MAP_FAILED ? -1 : 0);
	if (both == MAP_FAILED)
		return;
	say("bind", packet_bind_to(r.fd, if_nametoindex("lo"), TYPE));
	r.mem = both + FRAMES * FRAME;
	put(&r, 0, 64, 0);
	say("send", send(r.fd, NULL, 0, 0));
	settle();
	h = (void *)both;
	say("status", h->tp_status & TP_STATUS_USER);
	say("len", h->tp_len);
	munmap(both, 2 * FRAMES * FRAME);
	q.tp_block_nr = q.tp_frame_nr = 0;
	say("none", setsockopt(r.fd, SOL_PACKET, PACKET_TX_RING, &q, sizeof(q)));
	say("plain", packet_send_to(r.fd, if_nametoindex("lo"), TYPE, 60));
}

/* Frames that pass by the queueing discipline pass by the taps, too. */
static void tx_bypass(void)
{
	unsigned int lo = if_nametoindex("lo");
	int in, tx, v, i;
	socklen_t len = sizeof(v);

	if (family != AF_INET)
		return;
	in = packet_open(SOCK_RAW, ETH_P_ALL);
	say("bind", packet_bind_to(in, lo, ETH_P_ALL));
	tx = packet_open(SOCK_RAW, 0);
	v = 1;
	say("short", setsockopt(tx, SOL_PACKET, PACKET_QDISC_BYPASS, &v, 2));
	say("origdev", setsockopt(tx, SOL_PACKET, PACKET_ORIGDEV, &v, sizeof(v)));
	v = 7;
	say("get", getsockopt(tx, SOL_PACKET, PACKET_ORIGDEV, &v, &len));
	say("v", v);
	for (i = 0; i < 2; i++) {
		say("set", setsockopt(tx, SOL_PACKET, PACKET_QDISC_BYPASS, &i, sizeof(i)));
		say("get", getsockopt(tx, SOL_PACKET, PACKET_QDISC_BYPASS, &v, &len));
		say("v", v);
		say("send", packet_send_to(tx, lo, TYPE, 60));
		say_received(in);
	}
}

const struct fact facts_txring[] = {
	{ "packet_tx_bypass", tx_bypass },
	{ "packet_tx_v1", tx_v1 },
	{ "packet_tx_v2", tx_v2 },
	{ "packet_tx_v3", tx_v3 },
	{ "packet_tx_loss", tx_loss },
	{ "packet_tx_and_rx", tx_and_rx },
	{ 0 },
};
