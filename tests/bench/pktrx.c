// SPDX-License-Identifier: BSD-2-Clause
/*
 * What receiving a frame from an interface of the host costs: pktrx MODE OCTETS [ROUNDS] prints frames
 * per second of the receiver's processor time, as JSON. MODE: recvfrom (no stack, one call a
 * frame), or recv, v2, v3: the packet device up to a protocol handler. In a network namespace of its
 * own; bursts are sent while the receiver looks away, so that only receiving is measured.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <sys/socket.h>

#include "drivers/drivers.h"
#include "host/host.h"
#include "tests/host_sh.h"

#include <linux/if_packet.h>

enum { TYPE_BENCH = 0x88b5, BURST = 500, FRAME_MAX = 2048 };

static u64 received;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static u64 cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (u64)t.tv_sec * NSEC_PER_SEC + (u64)t.tv_nsec;
}

static void on_frame(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt)
{
	(void)dev, (void)pt;
	received++;
	consume_skb(skb);
}

static struct packet_type handler = { .type = TYPE_BENCH, .func = on_frame };

static int packet_socket(const char *ifname, u16 protocol)
{
	struct sockaddr_ll sll = { .sll_family = AF_PACKET, .sll_protocol = htons(protocol),
				   .sll_ifindex = (int)if_nametoindex(ifname) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0), room = 64 << 20;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    bind(fd, (struct sockaddr *)&sll, sizeof(sll)))
		die("packet socket");
	return fd;
}

/* The frames go to BURST copies of one buffer. */
static void send_burst(int fd, u32 len)
{
	static u8 frame[FRAME_MAX] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 9, TYPE_BENCH >> 8,
				       TYPE_BENCH & 0xff };
	static struct mmsghdr msgs[BURST];
	static struct iovec iov;
	int i;

	iov = (struct iovec){ frame, len };
	for (i = 0; i < BURST; i++)
		msgs[i].msg_hdr = (struct msghdr){ .msg_iov = &iov, .msg_iovlen = 1 };
	for (i = 0; i < BURST;) {
		int n = sendmmsg(fd, msgs + i, (unsigned int)(BURST - i), 0);

		if (n < 0)
			die("sendmmsg");
		i += n;
	}
}

static struct net_device *make_device(struct net *net, const char *mode)
{
	struct packet_config cfg = { .ifname = "vb", .name = "eth0", .offload = true,
				     .mac = { 2, 0, 0, 0, 0, 2 } };
	struct net_device *dev;

	if (!strcmp(mode, "xdp")) {
		const struct xdp_config x = { .ifname = "vb", .name = "eth0", .mac = { 2, 0, 0, 0, 0, 2 } };

		if (xdp_create(net, &x, &dev) || dev_open(dev))
			die("xdp_create");
		dev_add_pack(net, &handler);
		return dev;
	}
	cfg.rx = !strcmp(mode, "v2") ? PACKET_RX_V2 :
		 !strcmp(mode, "v3") ? PACKET_RX_V3 : PACKET_RX_RECV;
	if (packet_create(net, &cfg, &dev) || packet_rx_mode(dev) != cfg.rx || dev_open(dev))
		die("packet_create");
	dev_add_pack(net, &handler);
	return dev;
}

static void drain_device(struct net *net, struct net_device *dev)
{
	napi_schedule(dev_is_packet(dev) ? packet_napi(dev, 0) : xdp_napi(dev, 0));
	while (net_run(net, net->now, 0))
		;
}

static void drain_recvfrom(int fd)
{
	static u8 buf[FRAME_MAX];

	while (recvfrom(fd, buf, sizeof(buf), 0, NULL, NULL) > 0)
		received++;
}

int main(int argc, char **argv)
{
	struct net_cfg cfg = { .alloc = host_alloc, .free = host_free, .seed = 1, .now_ns = NSEC_PER_SEC };
	u32 rounds = argc > 3 ? (u32)atoi(argv[3]) : 100, i;
	bool plain = argc > 2 && !strcmp(argv[1], "recvfrom");
	struct net_device *dev = NULL;
	struct net *net = NULL;
	int out, in = -1;
	u64 spent = 0;

	if (argc < 3 || atoi(argv[2]) < 60 || atoi(argv[2]) > 1514) {
		fprintf(stderr, "usage: pktrx recvfrom|recv|v2|v3|xdp OCTETS [ROUNDS]\n");
		return 2;
	}
	if (unshare(CLONE_NEWNET) ||
	    host_run("echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6;"
		     "ip link add va type veth peer name vb && ip link set va up && ip link set vb up"))
		die("network namespace");
	out = packet_socket("va", 0);
	if (plain) {
		in = packet_socket("vb", 3);
	} else {
		net = net_create(&cfg);
		dev = make_device(net, argv[1]);
	}
	for (i = 0; i < rounds; i++) {
		u64 start;

		send_burst(out, (u32)atoi(argv[2]));
		usleep(3000); /* an open block of TPACKET_V3 is handed over */
		start = cpu_ns();
		if (plain)
			drain_recvfrom(in);
		else
			drain_device(net, dev);
		spent += cpu_ns() - start;
	}
	printf("{\"mode\": \"%s\", \"frames\": %llu, \"ns\": %.1f, \"per_s\": %.0f}\n", argv[1],
	       (unsigned long long)received, (double)spent / (double)received,
	       (double)received * 1e9 / (double)spent);
	if (net) {
		dev_remove_pack(&handler);
		net_destroy(net);
	}
	return received < (u64)rounds * BURST * 9 / 10;
}
