// SPDX-License-Identifier: BSD-2-Clause
/* Facts about PACKET_FANOUT: packet sockets that share what they see. */
#include "packet.h"

enum { TYPE = 0x88b5, SOCKS = 3 };

static int group(int fd, int id, int type, int flags)
{
	int v = id | (type | flags) << 16;

	return setsockopt(fd, SOL_PACKET, PACKET_FANOUT, &v, sizeof(v));
}

static void say_group(int fd)
{
	unsigned int v = 0;
	socklen_t len = sizeof(v);

	say("get", getsockopt(fd, SOL_PACKET, PACKET_FANOUT, &v, &len));
	printf(" %x/%u", v, len);
}

static int bound(unsigned int ifindex, int protocol)
{
	int fd = packet_open(SOCK_RAW, 0);

	packet_bind_to(fd, ifindex, protocol);
	return fd;
}

static void fanout_rules(void)
{
	unsigned int lo = if_nametoindex("lo");
	int a, b, c, i;
	struct {
		uint16_t id, type_flags;
		uint32_t max;
	} args = { .id = 9, .max = 1 };
	struct tpacket_rollover_stats st = { 0 };
	socklen_t len = sizeof(st);

	if (family != AF_INET)
		return;
	a = bound(lo, TYPE);
	b = bound(lo, TYPE);
	c = bound(lo, TYPE + 1);
	say_group(a);
	say("short", setsockopt(a, SOL_PACKET, PACKET_FANOUT, &i, 2));
	say("six", setsockopt(a, SOL_PACKET, PACKET_FANOUT, &args, 6));
	say("type", group(a, 7, 99, 0));
	say("both", group(a, 7, PACKET_FANOUT_ROLLOVER, PACKET_FANOUT_FLAG_ROLLOVER));
	say("unbound", group(packet_open(SOCK_RAW, 0), 7, PACKET_FANOUT_LB, 0));
	say("stats", getsockopt(a, SOL_PACKET, PACKET_ROLLOVER_STATS, &st, &len));
	say("join", group(a, 7, PACKET_FANOUT_LB, PACKET_FANOUT_FLAG_ROLLOVER));
	say_group(a);
	say("again", group(a, 8, PACKET_FANOUT_LB, 0));
	say("stats", getsockopt(a, SOL_PACKET, PACKET_ROLLOVER_STATS, &st, &len));
	printf(" %u %llu %llu", len, st.tp_all, st.tp_failed);
	say("bind", packet_bind_to(a, lo, TYPE + 2));
	say("type", group(b, 7, PACKET_FANOUT_HASH, PACKET_FANOUT_FLAG_ROLLOVER));
	say("flags", group(b, 7, PACKET_FANOUT_LB, 0));
	say("protocol", group(c, 7, PACKET_FANOUT_LB, PACKET_FANOUT_FLAG_ROLLOVER));
	say("device", group(bound(0, TYPE), 7, PACKET_FANOUT_LB, PACKET_FANOUT_FLAG_ROLLOVER));
	say("second", group(b, 7, PACKET_FANOUT_LB, PACKET_FANOUT_FLAG_ROLLOVER));
	close(a);
	close(b);
	printf("\n unique");
	a = bound(lo, TYPE);
	b = bound(lo, TYPE);
	say("number", group(a, 5, PACKET_FANOUT_LB, PACKET_FANOUT_FLAG_UNIQUEID));
	say("chosen", group(a, 0, PACKET_FANOUT_RND, PACKET_FANOUT_FLAG_UNIQUEID));
	len = sizeof(i);
	say("get", getsockopt(a, SOL_PACKET, PACKET_FANOUT, &i, &len));
	printf(" %x", i >> 16);
	say("joins", group(b, i & 0xffff, PACKET_FANOUT_RND, 0));
	printf("\n most");
	say("one", setsockopt(c, SOL_PACKET, PACKET_FANOUT, &args, sizeof(args)));
	say("full",
	    setsockopt(bound(lo, TYPE + 1), SOL_PACKET, PACKET_FANOUT, &args, sizeof(args)));
	args.max = 2;
	say("other",
	    setsockopt(bound(lo, TYPE + 1), SOL_PACKET, PACKET_FANOUT, &args, sizeof(args)));
	args.max = 70000;
	args.id = 10;
	say("many",
	    setsockopt(bound(lo, TYPE + 1), SOL_PACKET, PACKET_FANOUT, &args, sizeof(args)));
}

/* How many frames each of them has. */
static void say_counts(const char *word, const int *fd)
{
	char c;
	int i, n;

	printf(" %s=", word);
	for (i = 0; i < SOCKS; i++) {
		for (n = 0; fd[i] >= 0 && recv(fd[i], &c, 1, MSG_DONTWAIT) >= 0; n++)
			;
		printf("%s%d", i ? "," : "", n);
	}
}

static void share(int type, int flags)
{
	unsigned int lo = if_nametoindex("lo");
	int tx = packet_open(SOCK_RAW, 0), fd[SOCKS], i;

	for (i = 0; i < SOCKS; i++) {
		fd[i] = bound(lo, TYPE);
		packet_attach(fd[i], SKF_AD_PKTTYPE, PACKET_HOST, 0xffff);
		say("join", group(fd[i], 20, type, flags));
	}
	for (i = 0; i < 6; i++)
		packet_send_to(tx, lo, TYPE, 60);
	settle();
	say_counts("six", fd);
	close(fd[0]);
	fd[0] = -1;
	for (i = 0; i < 4; i++)
		packet_send_to(tx, lo, TYPE, 60);
	settle();
	say_counts("four", fd);
	close(fd[1]);
	close(fd[2]);
	close(tx);
}

static void fanout_shares(void)
{
	if (family != AF_INET)
		return;
	printf("\n turn");
	share(PACKET_FANOUT_LB, 0);
	printf("\n room");
	share(PACKET_FANOUT_ROLLOVER, 0);
	printf("\n queue");
	share(PACKET_FANOUT_QM, 0);
}

/* One with little room: what has none in it goes to the next. */
static void fanout_rolls(void)
{
	unsigned int lo = if_nametoindex("lo");
	int tx = packet_open(SOCK_RAW, 0), fd[SOCKS], i;
	struct tpacket_req r = {
		.tp_block_size = 4096, .tp_block_nr = 1, .tp_frame_size = 2048, .tp_frame_nr = 2
	};
	struct tpacket_rollover_stats st = { 0 };
	socklen_t len = sizeof(st);
	int version = TPACKET_V2;

	if (family != AF_INET)
		return;
	for (i = 0; i < SOCKS; i++) {
		fd[i] = bound(lo, TYPE);
		packet_attach(fd[i], SKF_AD_PKTTYPE, PACKET_HOST, 0xffff);
		if (!i) {
			setsockopt(fd[i], SOL_PACKET, PACKET_VERSION, &version, sizeof(version));
			say("ring", setsockopt(fd[i], SOL_PACKET, PACKET_RX_RING, &r, sizeof(r)));
		}
		say("join", group(fd[i], 30, PACKET_FANOUT_QM, PACKET_FANOUT_FLAG_ROLLOVER));
	}
	close(fd[2]);
	fd[2] = -1;
	for (i = 0; i < 8; i++)
		packet_send_to(tx, lo, TYPE, 60);
	settle();
	say("stats", getsockopt(fd[0], SOL_PACKET, PACKET_ROLLOVER_STATS, &st, &len));
	say("rolled", st.tp_all > 0);
	say("failed", (long)st.tp_failed);
	fd[0] = -1;
	say_counts("rest", fd);
}

const struct fact facts_fanout[] = {
	{ "packet_fanout_rules", fanout_rules },
	{ "packet_fanout_shares", fanout_shares },
	{ "packet_fanout_rolls", fanout_rolls },
	{ 0 },
};
