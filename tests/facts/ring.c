// SPDX-License-Identifier: BSD-2-Clause
/* Facts about PACKET_RX_RING: frames in memory. */
#include "packet.h"

#include <sys/mman.h>
#include <sys/select.h>

enum { PAGE = 4096, FRAMES = 8, FRAME = 1024 };

static void ring_wrong(int fd, const char *word, unsigned int block, unsigned int blocks,
		       unsigned int frame, unsigned int frames)
{
	struct tpacket_req r = { block, blocks, frame, frames };

	say(word, setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &r, sizeof(r)));
}

static void map(int fd, const char *word, size_t len, off_t off)
{
	void *at = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, off);

	say(word, at == MAP_FAILED ? -1 : 0);
	if (at != MAP_FAILED)
		munmap(at, len);
}

static void ring_options(void)
{
	struct tpacket_req r = { PAGE, 2, FRAME, FRAMES };
	int fd, v;

	if (family != AF_INET)
		return;
	fd = packet_open(SOCK_RAW, 0);
	for (v = -1; v <= TPACKET_V3 + 1; v++) {
		int val = v;
		socklen_t len = sizeof(val);

		say("hdrlen", getsockopt(fd, SOL_PACKET, PACKET_HDRLEN, &val, &len));
		say("v", val);
		say("len", len);
	}
	packet_get(fd, "short", PACKET_HDRLEN, 2);
	packet_get(fd, "version", PACKET_VERSION, 4);
	packet_set(fd, "v2", PACKET_VERSION, TPACKET_V2, 4);
	packet_set(fd, "v9", PACKET_VERSION, 9, 4);
	packet_set(fd, "long", PACKET_VERSION, TPACKET_V2, 8);
	packet_get(fd, "version", PACKET_VERSION, 4);
	packet_set(fd, "reserve", PACKET_RESERVE, 64, 4);
	packet_set(fd, "neg", PACKET_RESERVE, -1, 4);
	packet_set(fd, "long", PACKET_RESERVE, 64, 8);
	packet_get(fd, "reserve", PACKET_RESERVE, 4);
	packet_set(fd, "none", PACKET_RESERVE, 0, 4);
	printf("\n ring");
	map(fd, "unmade", PAGE, 0);
	say("short", setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &r, sizeof(r) - 1));
	ring_wrong(fd, "none", 0, 0, 0, 0);
	ring_wrong(fd, "frames", 0, 0, 0, 1);
	ring_wrong(fd, "block", PAGE - 1, 2, FRAME, FRAMES);
	ring_wrong(fd, "noblock", 0, 2, FRAME, FRAMES);
	ring_wrong(fd, "negative", 0x80000000, 2, FRAME, FRAMES);
	ring_wrong(fd, "small", PAGE, 2, 48, FRAMES);
	ring_wrong(fd, "align", PAGE, 2, FRAME + 8, 6);
	ring_wrong(fd, "count", PAGE, 2, FRAME, FRAMES + 1);
	ring_wrong(fd, "large", PAGE, 2, 2 * PAGE, 1);
	ring_wrong(fd, "right", PAGE, 2, FRAME, FRAMES);
	ring_wrong(fd, "again", PAGE, 2, FRAME, FRAMES);
	packet_set(fd, "version", PACKET_VERSION, TPACKET_V1, 4);
	packet_set(fd, "reserve", PACKET_RESERVE, 4, 4);
	printf("\n map");
	map(fd, "less", PAGE, 0);
	map(fd, "more", 3 * PAGE, 0);
	map(fd, "offset", PAGE, PAGE);
	map(fd, "all", 2 * PAGE, 0);
	map(fd, "twice", 2 * PAGE, 0);
	say_poll("poll", fd);
	ring_wrong(fd, "gone", 0, 0, 0, 0);
	map(fd, "then", 2 * PAGE, 0);
	close(fd);
}

static int waits(int fd, int how, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct epoll_event ev = { .events = EPOLLIN };
	struct timeval tv = { .tv_usec = ms * 1000 };
	fd_set in;
	int ep, r;

	switch (how) {
	case 0:
		return poll(&p, 1, ms);
	case 1:
		FD_ZERO(&in);
		FD_SET(fd, &in);
		return select(fd + 1, &in, NULL, NULL, &tv);
	default:
		ep = epoll_create1(0);
		epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
		r = epoll_wait(ep, &ev, 1, ms);
		close(ep);
		return r;
	}
}

static unsigned int status_of(const uint8_t *at, int version)
{
	return version == TPACKET_V1 ?
		       (unsigned int)*(volatile const unsigned long *)(const void *)at :
		       *(volatile const unsigned int *)(const void *)at;
}

static void give_back(uint8_t *at, int version)
{
	if (version == TPACKET_V1)
		*(volatile unsigned long *)(void *)at = TP_STATUS_KERNEL;
	else
		*(volatile unsigned int *)(void *)at = TP_STATUS_KERNEL;
}

static void say_frame(const uint8_t *at, int version)
{
	const struct tpacket2_hdr *h2 = (const void *)at;
	const struct tpacket_hdr *h1 = (const void *)at;
	const struct sockaddr_ll *ll =
		(const void *)(at +
			       TPACKET_ALIGN(version == TPACKET_V1 ? sizeof(*h1) : sizeof(*h2)));
	/* what is the device's business, and whether anybody on the host wants stamps */
	unsigned int fixed = TP_STATUS_CSUMNOTREADY | TP_STATUS_CSUM_VALID | TP_STATUS_TS_SOFTWARE;
	bool v1 = version == TPACKET_V1;
	unsigned int mac = v1 ? h1->tp_mac : h2->tp_mac;

	say("status", status_of(at, version) & ~fixed);
	say("len", v1 ? h1->tp_len : h2->tp_len);
	say("snaplen", v1 ? h1->tp_snaplen : h2->tp_snaplen);
	say("mac", mac);
	say("net", v1 ? h1->tp_net : h2->tp_net);
	say("time", (v1 ? h1->tp_sec : h2->tp_sec) > 1000000000);
	say("proto", ntohs(ll->sll_protocol));
	say("pkttype", ll->sll_pkttype);
	say("ifindex", ll->sll_ifindex == (int)if_nametoindex("lo"));
	say("first", at[mac + 14]);
	say("last", at[mac + (v1 ? h1->tp_snaplen : h2->tp_snaplen) - 1]);
}

/* More frames than there is room for, twice around, by each way to wait. */
static void read_ring(int type, int version)
{
	struct tpacket_req r = { PAGE, 2, FRAME, FRAMES };
	unsigned int lo = if_nametoindex("lo"), n = 0;
	int in = packet_open(type, 0), tx = packet_open(SOCK_RAW, 0), round;
	struct tpacket_stats st;
	socklen_t len = sizeof(st);
	uint8_t *ring;
	char c;

	say("version", setsockopt(in, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)));
	packet_attach(in, SKF_AD_PKTTYPE, PACKET_HOST, 0xffff);
	say("ring", setsockopt(in, SOL_PACKET, PACKET_RX_RING, &r, sizeof(r)));
	ring = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, in, 0);
	say("map", ring == MAP_FAILED ? -1 : 0);
	if (ring == MAP_FAILED)
		return;
	say("bind", packet_bind_to(in, lo, 0x88b5));
	for (round = 0; round < 6; round++) {
		int how = round % 3;

		printf("\n round%d", round);
		say("idle", waits(in, how, 20));
		say("tx", packet_send_to(tx, lo, 0x88b5, 100 + (size_t)round));
		say("wait", waits(in, how, WAIT_MS));
		say("still", waits(in, how, 20));
		say_frame(ring + n * FRAME, version);
		say("recv", recv(in, &c, 1, MSG_DONTWAIT));
		give_back(ring + n * FRAME, version);
		n = (n + 1) % FRAMES;
		say("read", waits(in, how, 20));
	}
	printf("\n full");
	for (round = 0; round < FRAMES + 3; round++)
		packet_send_to(tx, lo, 0x88b5, round ? 60 : 1500);
	settle();
	say("wait", waits(in, 0, WAIT_MS));
	say_frame(ring + n * FRAME, version);
	for (round = 0; round < FRAMES; round++) {
		if (!(status_of(ring + n * FRAME, version) & TP_STATUS_USER))
			break;
		give_back(ring + n * FRAME, version);
		n = (n + 1) % FRAMES;
	}
	say("frames", round);
	packet_send_to(tx, lo, 0x88b5, 70);
	say("wait", waits(in, 1, WAIT_MS));
	say("losing", status_of(ring + n * FRAME, version) & TP_STATUS_LOSING);
	say("stats", getsockopt(in, SOL_PACKET, PACKET_STATISTICS, &st, &len));
	say("packets", st.tp_packets);
	say("drops", st.tp_drops);
	munmap(ring, 2 * PAGE);
	close(in);
	close(tx);
}

/* What came before there was a ring is thrown away with it. */
static void ring_purges(void)
{
	struct tpacket_req r = { PAGE, 2, FRAME, FRAMES };
	unsigned int lo = if_nametoindex("lo");
	int in, tx, i;
	char c;

	if (family != AF_INET)
		return;
	in = packet_open(SOCK_RAW, 0);
	tx = packet_open(SOCK_RAW, 0);
	say("bind", packet_bind_to(in, lo, 0x88b6));
	for (i = 0; i < 30; i++)
		packet_send_to(tx, lo, 0x88b6, 100);
	say("wait", waits(in, 0, WAIT_MS));
	settle();
	say("ring", setsockopt(in, SOL_PACKET, PACKET_RX_RING, &r, sizeof(r)));
	for (i = 0; i < 3; i++)
		say("idle", waits(in, i, 50));
	say("recv", recv(in, &c, 1, MSG_DONTWAIT));
	packet_send_to(tx, lo, 0x88b6, 100);
	say("wait", waits(in, 0, WAIT_MS));
	close(in);
	close(tx);
}

/* -- blocks ------------------------------------------------------------------------------ */

static struct tpacket_block_desc *block_at(uint8_t *ring, int n)
{
	return (struct tpacket_block_desc *)(void *)(ring + n * PAGE);
}

static void say_block(struct tpacket_block_desc *b)
{
	const struct tpacket_hdr_v1 *h = &b->hdr.bh1;
	const uint8_t *at = (const uint8_t *)b + h->offset_to_first_pkt;
	unsigned int i;

	say("version", b->version);
	say("priv", b->offset_to_priv);
	say("status", h->block_status);
	say("nr", h->num_pkts);
	say("first", h->offset_to_first_pkt);
	say("blk_len", h->blk_len);
	say("seq", (long)h->seq_num);
	say("order",
	    h->ts_first_pkt.ts_sec > 1000000000 && h->ts_last_pkt.ts_sec >= h->ts_first_pkt.ts_sec);
	for (i = 0; i < h->num_pkts && i < 3; i++) {
		const struct tpacket3_hdr *p = (const void *)at;
		const struct sockaddr_ll *ll = (const void *)(at + TPACKET_ALIGN(sizeof(*p)));

		say("next", p->tp_next_offset);
		say("len", p->tp_len);
		say("snaplen", p->tp_snaplen);
		say("mac", p->tp_mac);
		say("net", p->tp_net);
		say("bits",
		    p->tp_status & ~(unsigned int)(TP_STATUS_CSUMNOTREADY | TP_STATUS_CSUM_VALID |
						   TP_STATUS_TS_SOFTWARE));
		say("rest", p->hv1.tp_rxhash | p->hv1.tp_vlan_tci | p->hv1.tp_vlan_tpid);
		say("pkttype", ll->sll_pkttype);
		say("proto", ntohs(ll->sll_protocol));
		say("octet", at[p->tp_mac + 12]);
		at += p->tp_next_offset;
	}
}

static int open_blocks(uint8_t **ring, unsigned int priv, unsigned int ms)
{
	struct tpacket_req3 r = { .tp_block_size = PAGE,
				  .tp_block_nr = 3,
				  .tp_frame_size = PAGE,
				  .tp_frame_nr = 3,
				  .tp_retire_blk_tov = ms,
				  .tp_sizeof_priv = priv };
	int in = packet_open(SOCK_RAW, 0), version = TPACKET_V3;

	say("v3", setsockopt(in, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)));
	packet_attach(in, SKF_AD_PKTTYPE, PACKET_HOST, 0xffff);
	say("short", setsockopt(in, SOL_PACKET, PACKET_RX_RING, &r, sizeof(struct tpacket_req)));
	say("ring", setsockopt(in, SOL_PACKET, PACKET_RX_RING, &r, sizeof(r)));
	*ring = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, in, 0);
	say("map", *ring == MAP_FAILED ? -1 : 0);
	say("bind", packet_bind_to(in, if_nametoindex("lo"), 0x88b5));
	return in;
}

static void blocks(void)
{
	unsigned int lo = if_nametoindex("lo");
	struct tpacket_stats_v3 st;
	socklen_t len = sizeof(st);
	uint8_t *ring;
	int in, tx, i;

	if (family != AF_INET)
		return;
	tx = packet_open(SOCK_RAW, 0);
	in = open_blocks(&ring, 13, 100);
	if (ring == MAP_FAILED)
		return;
	say("idle", waits(in, 0, 250));
	say("tx", packet_send_to(tx, lo, 0x88b5, 100));
	say("tx", packet_send_to(tx, lo, 0x88b5, 101));
	say("wait", waits(in, 0, WAIT_MS));
	printf("\n time");
	say_block(block_at(ring, 0));
	block_at(ring, 0)->hdr.bh1.block_status = TP_STATUS_KERNEL;
	say("read", waits(in, 2, 20));
	printf("\n full");
	for (i = 0; i < 40; i++)
		packet_send_to(tx, lo, 0x88b5, 300);
	settle();
	for (i = 1; i < 4; i++) {
		say("wait", waits(in, i % 3, WAIT_MS));
		say_block(block_at(ring, i % 3));
	}
	say("stats", getsockopt(in, SOL_PACKET, PACKET_STATISTICS, &st, &len));
	say("len", len);
	say("packets", st.tp_packets);
	say("drops", st.tp_drops);
	say("freezes", st.tp_freeze_q_cnt);
	printf("\n thaw");
	for (i = 0; i < 3; i++)
		block_at(ring, i)->hdr.bh1.block_status = TP_STATUS_KERNEL;
	settle();
	say("tx", packet_send_to(tx, lo, 0x88b5, 5000));
	say("wait", waits(in, 1, WAIT_MS));
	say_block(block_at(ring, 1));
	munmap(ring, 3 * PAGE);
	close(in);
	close(tx);
}

static void block_requests(void)
{
	static const struct {
		const char *word;
		struct tpacket_req3 r;
	} rows[] = {
		{ "priv", { PAGE, 1, PAGE, 1, 10, PAGE, 0 } },
		{ "most", { PAGE, 1, PAGE, 1, 10, PAGE - 48 - 68, 0 } },
		{ "some", { PAGE, 1, PAGE, 1, 10, PAGE - 48 - 72, 0 } },
		{ "huge", { PAGE, 1, PAGE, 1, 10, 0xfffffff0, 0 } },
		{ "small", { PAGE, 1, 64, 64, 10, 0, 0 } },
		{ "frames", { PAGE, 1, PAGE, 2, 10, 0, 0 } },
		{ "right", { PAGE, 1, 2048, 2, 0, 0, 0 } },
	};
	int version = TPACKET_V3;
	size_t i;

	for (i = 0; family == AF_INET && i < sizeof(rows) / sizeof(rows[0]); i++) {
		int fd = packet_open(SOCK_RAW, 0);

		setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version));
		say(rows[i].word,
		    setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &rows[i].r, sizeof(rows[i].r)));
		close(fd);
	}
}

static void ring_v1(void)
{
	if (family == AF_INET)
		read_ring(SOCK_RAW, TPACKET_V1);
}

static void ring_v2(void)
{
	if (family == AF_INET)
		read_ring(SOCK_RAW, TPACKET_V2);
}

static void ring_cooked(void)
{
	if (family == AF_INET)
		read_ring(SOCK_DGRAM, TPACKET_V2);
}

const struct fact facts_ring[] = {
	{ "packet_ring_options", ring_options },
	{ "packet_ring_v1", ring_v1 },
	{ "packet_ring_v2", ring_v2 },
	{ "packet_ring_cooked", ring_cooked },
	{ "packet_ring_purges", ring_purges },
	{ "packet_blocks", blocks },
	{ "packet_block_requests", block_requests },
	{ 0 },
};
