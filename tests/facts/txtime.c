// SPDX-License-Identifier: BSD-2-Clause
/* Facts about when a packet is to leave, where no queueing discipline asks: SO_TXTIME, TCP_TX_DELAY. */
#include "facts.h"

#include <linux/net_tstamp.h>
#include <time.h>

#define TX_DELAY 37		/* TCP_TX_DELAY */

static void say_txtime(int fd, socklen_t room)
{
	struct sock_txtime t[2] = { { -1, 0xff } };
	socklen_t len = room;

	say("get", getsockopt(fd, SOL_SOCKET, SO_TXTIME, t, &len));
	say("len", len);
	say("clock", t[0].clockid);
	say("flags", t[0].flags);
}

static void set(int fd, clockid_t clock, uint32_t flags, socklen_t len)
{
	const struct sock_txtime t[2] = { { clock, flags } };

	printf("\n %d_%u_%u", clock, flags, len);
	say("set", setsockopt(fd, SOL_SOCKET, SO_TXTIME, t, len));
	say_txtime(fd, sizeof(t[0]));
}

static void set_all(int fd)
{
	set(fd, CLOCK_MONOTONIC, 0, 8);
	set(fd, CLOCK_MONOTONIC, SOF_TXTIME_DEADLINE_MODE, 8);
	set(fd, CLOCK_TAI, SOF_TXTIME_DEADLINE_MODE | SOF_TXTIME_REPORT_ERRORS, 8);
	set(fd, CLOCK_REALTIME, SOF_TXTIME_REPORT_ERRORS, 8);
	set(fd, CLOCK_MONOTONIC, 4, 8);
	set(fd, CLOCK_TAI, 4, 8);
	set(fd, CLOCK_BOOTTIME, 0, 8);
	set(fd, CLOCK_PROCESS_CPUTIME_ID, 0, 8);
	set(fd, -1, 0, 8);
	set(fd, CLOCK_MONOTONIC, 0, 0);
	set(fd, CLOCK_MONOTONIC, 0, 4);
	set(fd, CLOCK_MONOTONIC, 0, 12);
	say_txtime(fd, 4);
	say_txtime(fd, 12);
}

static void options(void)
{
	int u = open_udp(), t = open_tcp();

	say_txtime(u, 8);
	set_all(u);
	printf("\n tcp");
	set_all(t);
	if (seteuid(65534))
		say("seteuid", -1);
	u = open_udp();
	printf("\n nobody");
	set(u, CLOCK_TAI, 0, 8);
	set(u, CLOCK_TAI, 4, 8);
	set(u, CLOCK_BOOTTIME, 0, 8);
	set(u, CLOCK_MONOTONIC, 3, 8);
}

static uint64_t seconds_from_now(int s)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return ((uint64_t)t.tv_sec + (uint64_t)s) * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Nobody keeps to the time; nor is it taken for that of the arrival. */
static void sent(void)
{
	const struct sock_txtime mono = { CLOCK_MONOTONIC, 0 };
	char data[64], ctl[512];
	struct iovec iov = { data, sizeof(data) };
	int to, from, on = 1;

	self_pair(&to, &from);
	setsockopt(to, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
	say("unasked", send_with(from, SOL_SOCKET, SCM_TXTIME, &(uint64_t){ 0 }, 8));
	say("set", setsockopt(from, SOL_SOCKET, SO_TXTIME, &mono, sizeof(mono)));
	for (int s = -3600; s <= 3600; s += 3600)
		say("send", send_with(from, SOL_SOCKET, SCM_TXTIME, &(uint64_t){ seconds_from_now(s) }, 8));
	say("zero", send_with(from, SOL_SOCKET, SCM_TXTIME, &(uint64_t){ 0 }, 8));
	say("short", send_with(from, SOL_SOCKET, SCM_TXTIME, &(uint64_t){ 0 }, 4));
	say("long", send_with(from, SOL_SOCKET, SCM_TXTIME, &(uint64_t[2]){ 0 }, 12));
	settle();
	for (int i = 0; i < 5; i++) {
		struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = ctl,
				    .msg_controllen = sizeof(ctl) };
		struct timespec at, now;

		say("recv", recvmsg(to, &m, MSG_DONTWAIT));
		if (!CMSG_FIRSTHDR(&m) || m.msg_controllen < CMSG_SPACE(sizeof(at)))
			continue;
		memcpy(&at, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(at));
		clock_gettime(CLOCK_REALTIME, &now);
		say("minutes", (now.tv_sec - at.tv_sec) / 60);
	}
	say_poll("errors", from);
}

static void stream(void)
{
	const struct sock_txtime mono = { CLOCK_MONOTONIC, 1 };
	const uint64_t soon = seconds_from_now(60);
	int port, l = listen_any(&port), c = open_peer('E');
	char buf[64];

	say("unasked", send_with(c, SOL_SOCKET, SCM_TXTIME, &soon, 8));
	say("set", setsockopt(c, SOL_SOCKET, SO_TXTIME, &mono, sizeof(mono)));
	say("short", send_with(c, SOL_SOCKET, SCM_TXTIME, &soon, 4));
	say("send", send_with(c, SOL_SOCKET, SCM_TXTIME, &soon, 8));
	settle();
	say("echo", recv(c, buf, sizeof(buf), MSG_DONTWAIT));
	say("listener", setsockopt(l, SOL_SOCKET, SO_TXTIME, &mono, sizeof(mono)));
	say_txtime(l, 8);
	close(c);
	c = accept_from_peer('E', &l);		/* of another listener, which has none */
	say_txtime(c, 8);
}

/* In half seconds, so that the path's own round trip does not show. */
static void say_rtt(int fd)
{
	struct tcp_info i = { 0 };
	socklen_t len = sizeof(i);

	getsockopt(fd, IPPROTO_TCP, TCP_INFO, &i, &len);
	say("rtt", (i.tcpi_rtt + 250000) / 500000);
	say("rto", (i.tcpi_rto + 250000) / 500000);
}

static void delay(int fd, int v)
{
	socklen_t len = sizeof(v);

	printf("\n %d", v);
	say("set", setsockopt(fd, IPPROTO_TCP, TX_DELAY, &v, sizeof(v)));
	say("get", getsockopt(fd, IPPROTO_TCP, TX_DELAY, &v, &len));
	say("is", v);
	say_rtt(fd);
}

/* The round trip knows of the delay at once, and forgets it when it does not come true. */
static void delays(void)
{
	int fd = open_tcp();
	char c;

	delay(fd, 1000000);
	delay(fd, -1);
	close(fd);
	fd = open_peer('E');
	settle();
	delay(fd, 1000000);
	delay(fd, 1 << 28);
	delay(fd, 500000);
	say("write", write(fd, "x", 1));
	say("read", read(fd, &c, 1));
	delay(fd, 0);
	delay(fd, (1 << 28) - 1);
	delay(fd, 0);
}

const struct fact facts_txtime[] = {
	{ "txtime_option", options },
	{ "txtime_sent", sent },
	{ "txtime_stream", stream },
	{ "tx_delay", delays },
	{ NULL, NULL },
};
