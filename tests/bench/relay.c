// SPDX-License-Identifier: BSD-2-Clause
/*
 * relay: a bad link in real time between two interfaces of the host, for differential.py.
 *
 *	relay IF_A IF_B MBIT RTT_MS QUEUE_BYTES LOSS_PPM SEED
 *
 * Frames of IF_B pass a loss, a queue and a rate on their way to IF_A (full-sized ones only are
 * lost: the same seed loses the n-th of them, whoever sends); the way back only takes its half of
 * the round trip. Prints a line when it is ready; ends when stdin does.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

#include "base/prng.h"

enum { RING = 16384, FRAME_MAX = 2048, FULL = 1000 };

struct frame {
	u64 due;
	u32 len;
	u8 data[FRAME_MAX];
};

/* One direction: frames in the order of their departure. */
struct way {
	int from, to;
	u64 rate_bps, delay_ns, busy_until;
	u32 queue_bytes, loss_ppm;
	struct prng prng;
	struct frame *ring;
	u32 head, tail;
};

static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000000000u + (u64)ts.tv_nsec;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int packet_socket(const char *name)
{
	struct sockaddr_ll sll = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0), one = 1, size = 8 << 20;

	sll.sll_ifindex = (int)if_nametoindex(name);
	if (fd < 0 || !sll.sll_ifindex)
		die(name);
	setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&sll, sizeof(sll)))
		die("bind");
	return fd;
}

/* When the frame has left the rate limiter; 0: its queue is full. */
static u64 serialise(struct way *w, u32 len, u64 now)
{
	u64 start = now > w->busy_until ? now : w->busy_until;

	if (!w->rate_bps)
		return now;
	if ((start - now) / 1000 * (w->rate_bps / 1000) / 8000000 + len > w->queue_bytes)
		return 0;
	w->busy_until = start + len * 8ull * 1000000000u / w->rate_bps;
	return w->busy_until;
}

static void take_in(struct way *w)
{
	for (;;) {
		struct frame *f = &w->ring[w->tail % RING];
		u64 now, left;
		ssize_t n;

		if (w->tail - w->head == RING)
			return;
		n = recv(w->from, f->data, sizeof(f->data), MSG_TRUNC);
		if (n < 0)
			return;
		if (n > FRAME_MAX) {
			fprintf(stderr, "relay: a frame of %zd octets, offloads are on\n", n);
			exit(1);
		}
		now = now_ns();
		if (n >= FULL && prng_chance(&w->prng, w->loss_ppm, 1000000))
			continue;
		left = serialise(w, (u32)n, now);
		if (!left)
			continue;
		f->due = left + w->delay_ns;
		f->len = (u32)n;
		w->tail++;
	}
}

/* Sends what is due; ns until the next, or a second. */
static u64 let_out(struct way *w)
{
	u64 now = now_ns();

	while (w->head != w->tail) {
		struct frame *f = &w->ring[w->head % RING];

		if (f->due > now)
			return f->due - now;
		if (send(w->to, f->data, f->len, 0) < 0 && errno != ENOBUFS && errno != EAGAIN)
			die("send");
		w->head++;
	}
	return 1000000000u;
}

int main(int argc, char **argv)
{
	struct pollfd p[3] = { { .fd = 0, .events = POLLIN }, { .events = POLLIN },
			       { .events = POLLIN } };
	struct way w[2] = { { 0 } };

	if (argc != 8) {
		fprintf(stderr, "usage: relay IF_A IF_B MBIT RTT_MS QUEUE_BYTES LOSS_PPM SEED\n");
		return 2;
	}
	for (int i = 0; i < 2; i++) {
		p[i + 1].fd = packet_socket(argv[i + 1]);
		w[i].ring = calloc(RING, sizeof(struct frame));
		if (!w[i].ring)
			die("memory");
		w[i].delay_ns = (u64)(strtod(argv[4], NULL) * 500000);
		prng_seed(&w[i].prng, strtoull(argv[7], NULL, 0));
	}
	w[0].from = w[1].to = p[1].fd;
	w[0].to = w[1].from = p[2].fd;
	w[1].rate_bps = (u64)(strtod(argv[3], NULL) * 1000000);
	w[1].queue_bytes = (u32)strtoul(argv[5], NULL, 0);
	w[1].loss_ppm = (u32)strtoul(argv[6], NULL, 0);
	puts("ready");
	fflush(stdout);
	for (;;) {
		u64 wait = let_out(&w[0]), other = let_out(&w[1]);
		struct timespec ts;

		wait = wait < other ? wait : other;
		ts = (struct timespec){ (time_t)(wait / 1000000000u), (long)(wait % 1000000000u) };
		if (ppoll(p, 3, &ts, NULL) < 0 && errno != EINTR)
			die("ppoll");
		if (p[0].revents)
			return 0;
		take_in(&w[0]);
		take_in(&w[1]);
	}
}
