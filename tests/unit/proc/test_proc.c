/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of /proc/net in every state of a connection; names, settings, buffers that are too small. */
#include <stdio.h>

#include "proc/proc.h"
#include "tests/unit/socket/box.h"

static char text[1 << 16];

static const char *show(struct box *b, const char *name)
{
	struct strbuf sb;

	strbuf_init(&sb, text, sizeof(text));
	cr_assert_eq(proc_read(b->net, name, &sb), 0, "%s", name);
	cr_assert(!sb.truncated);
	return text;
}

static void expect(struct box *b, const char *name, const char *part)
{
	cr_assert(strstr(show(b, name), part), "%s has no \"%s\":\n%s", name, part, text);
}

Test(proc, tcp_states)
{
	struct sock *l, *c, *s;
	struct box *b;

	b = box_open();
	l = box_sock(b, 2, BOX_STREAM, 0);
	expect(b, "net/tcp", "inode");
	cr_assert(!strstr(show(b, "net/tcp"), "   0: "), "an unbound socket is shown");
	cr_assert_eq(box_bind(b, l, "127.0.0.1", 8080), 0);
	cr_assert_eq(sock_listen(l, 5), 0);
	expect(b, "net/tcp",
	       "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000");
	c = box_sock(b, 2, BOX_STREAM, 0);
	box_connect(b, c, "127.0.0.1", 8080);
	box_run(b);
	/* the connection waits to be accepted */
	expect(b, "net/tcp", "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000001");
	cr_assert_eq(sock_accept(l, &s), 0);
	expect(b, "net/tcp", " 0100007F:1F90 01 00000000:00000000 ");
	sock_close(c);
	box_run(b);
	expect(b, "net/tcp", " 08 ");
	sock_close(s);
	box_run(b);
	expect(b, "net/tcp", " 06 00000000:00000000 03:");
	sock_close(l);
	box_run(b);
	box_close(b);
}

Test(proc, tcp_lines_have_one_length)
{
	struct sock *l;
	struct box *b;
	const char *line, *end;

	b = box_open();
	l = box_sock(b, 2, BOX_STREAM, 0);
	cr_assert_eq(box_bind(b, l, "0.0.0.0", 9), 0);
	cr_assert_eq(sock_listen(l, 5), 0);
	show(b, "net/tcp");
	for (line = text; (end = strchr(line, '\n')); line = end + 1)
		cr_assert_eq(end - line, 149, "%s", line);
	sock_close(l);
	box_run(b);
	box_close(b);
}

Test(proc, datagrams_of_both_families)
{
	struct sock *u, *r, *l;
	struct box *b;

	b = box_open();
	u = box_sock(b, 10, BOX_DGRAM, 0);
	cr_assert_eq(box_bind(b, u, "fd01::1", 53), 0);
	r = box_sock(b, 2, BOX_RAW, 89);
	expect(b, "net/udp6",
	       "    0: 000001FD000000000000000001000000:0035 00000000000000000000000000000000:0000 07");
	l = box_sock(b, 2, BOX_DGRAM, 136);
	cr_assert_eq(box_bind(b, l, "10.1.1.1", 54), 0);
	expect(b, "net/udplite", "    0: 0101010A:0036 00000000:0000 07");
	expect(b, "net/sockstat", "UDPLITE: inuse 1\n");
	cr_assert(!strstr(show(b, "net/udp"), ":0036 "));
	expect(b, "net/raw", "   0: 00000000:0059 00000000:0000 07");
	expect(b, "net/sockstat6", "UDP6: inuse 1\n");
	expect(b, "net/sockstat", "RAW: inuse 1\n");
	sock_close(u);
	sock_close(l);
	sock_close(r);
	box_run(b);
	box_close(b);
}

Test(proc, every_file_in_a_small_buffer)
{
	static const char *const names[] = {
		"net/tcp",
		"net/tcp6",
		"net/udp",
		"net/udp6",
		"net/udplite",
		"net/udplite6",
		"net/raw",
		"net/raw6",
		"net/icmp",
		"net/icmp6",
		"net/packet",
		"net/protocols",
		"net/sockstat",
		"net/sockstat6",
		"net/snmp",
		"net/snmp6",
		"net/netstat",
		"net/dev",
		"net/dev_mcast",
		"net/igmp",
		"net/igmp6",
		"net/if_inet6",
		"net/route",
		"net/ipv6_route",
		"net/arp",
		"sys/net/ipv4/ip_default_ttl",
		"class/net/eth0/statistics/rx_bytes",
		"class/net/eth0/mtu",
		"class/net/eth0/queues/tx-0/xps_rxqs",
	};
	struct strbuf sb;
	struct box *b;
	u32 i, size;

	b = box_open();
	for (i = 0; i < ARRAY_SIZE(names); i++)
		for (size = 1; size < 400; size += 13) {
			char *small = malloc(size); /* the sanitizers watch its end */

			strbuf_init(&sb, small, size);
			cr_assert_eq(proc_read(b->net, names[i], &sb), 0, "%s", names[i]);
			free(small);
		}
	box_close(b);
}

Test(proc, names_and_settings)
{
	struct strbuf sb;
	struct box *b;

	b = box_open();
	strbuf_init(&sb, text, sizeof(text));
	cr_assert_eq(proc_read(b->net, "net/unix", &sb), -ENOENT);
	cr_assert_eq(proc_read(b->net, "net/", &sb), -ENOENT);
	cr_assert_eq(proc_read(b->net, "sys/net/ipv4/nothing", &sb), -ENOENT);
	cr_assert_eq(proc_read(b->net, "class/net/eth0", &sb), -ENOENT);
	cr_assert_eq(proc_read(b->net, "class/net/a_name_of_twenty_octets/mtu", &sb), -ENOENT);
	cr_assert_eq(proc_write(b->net, "sys/net/ipv4/ip_default_ttl", "99\n"), 0);
	cr_assert_str_eq(show(b, "sys/net/ipv4/ip_default_ttl"), "99\n");
	cr_assert_eq(proc_write(b->net, "sys/net/ipv4/ip_default_ttl", "many"), -EINVAL);
	cr_assert_eq(proc_write(b->net, "net/tcp", "x"), -EACCES);
	cr_assert_eq(proc_write(b->net, "net/none", "x"), -ENOENT);
	expect(b, "class/net/lo/mtu", "\n");
	expect(b, "net/snmp", "Ip: 2 99 ");
	box_close(b);
}

/* -- directories ------------------------------------------------------------ */

struct found {
	const char *want;
	int kind;
	u32 nr;
};

static void find_entry(const char *name, enum proc_kind kind, void *arg)
{
	struct found *f = arg;

	f->nr++;
	if (!strcmp(name, f->want))
		f->kind = (int)kind;
}

static int kind_in(struct box *b, const char *dir, const char *name)
{
	struct found f = { .want = name, .kind = -1 };
	int ret = proc_list(b->net, dir, find_entry, &f);

	return ret ? ret : f.kind;
}

Test(proc, directories)
{
	struct box *b = box_open();
	struct strbuf sb;

	cr_assert_eq(kind_in(b, "class/net", "lo"), PROC_LINK);
	cr_assert_eq(kind_in(b, "class/net", "eth9"), -1);
	cr_assert_eq(kind_in(b, "class/net/lo", "mtu"), PROC_FILE);
	cr_assert_eq(kind_in(b, "class/net/lo", "statistics"), PROC_DIR);
	cr_assert_eq(kind_in(b, "class/net/lo/statistics", "rx_bytes"), PROC_FILE);
	cr_assert_eq(kind_in(b, "class/net/lo/queues", "tx-0"), PROC_DIR);
	cr_assert_eq(kind_in(b, "class/net/eth9", "mtu"), -ENOENT);
	cr_assert_eq(kind_in(b, "class/net/lo/mtu", "mtu"), -ENOENT);
	cr_assert_eq(kind_in(b, "class/net/lo/queues/no", "x"), -ENOENT);
	cr_assert_eq(kind_in(b, "sys/net", "ipv4"), PROC_DIR);
	cr_assert_eq(kind_in(b, "sys/net/ipv4", "tcp_sack"), PROC_FILE);
	cr_assert_eq(kind_in(b, "sys/net/ipv4", "conf"), PROC_DIR);
	cr_assert_eq(kind_in(b, "sys/net/ipv4/tcp_sack", "x"), -ENOENT);
	cr_assert_eq(kind_in(b, "sys/net/ipv", "x"), -ENOENT);
	/* each attribute that is listed can be read */
	for (u32 i = 0; i < 3; i++) {
		static const char *const names[] = { "class/net/lo/iflink", "class/net/lo/dormant",
						     "class/net/lo/address" };

		strbuf_init(&sb, text, sizeof(text));
		cr_assert_eq(proc_read(b->net, names[i], &sb), 0);
	}
	box_close(b);
}
