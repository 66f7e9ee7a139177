/* SPDX-License-Identifier: BSD-2-Clause */
/* NETSTACK_RULES: the language, every way to get it wrong, and which rule decides. */
#include "preload/rules.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static struct rules rules;

static bool add(const char *text)
{
	return rules_add(&rules, "FILE", 7, text, strlen(text));
}

static void start(const char *const *lines)
{
	memset(&rules, 0, sizeof(rules));
	for (; *lines; lines++)
		cr_assert(add(*lines), "%s", rules.error);
}
#define RULES(...) start((const char *const[]){ __VA_ARGS__, NULL })

static struct rule_query query(uint8_t dir, uint8_t type, const char *addr, uint16_t port)
{
	struct rule_query q = { .dir = dir, .type = type, .has_addr = true, .has_port = true,
				.port = port, .program = "curl", .argv0 = "fetch" };

	q.family = strchr(addr, ':') ? AF_INET6 : AF_INET;
	cr_assert(inet_pton(q.family, addr, q.addr) == 1);
	return q;
}

static enum rule_where where(uint8_t dir, uint8_t type, const char *addr, uint16_t port)
{
	struct rule_query q = query(dir, type, addr, port);

	return rules_match(&rules, &q);
}

Test(rules, malformed_lines)
{
	static const struct {
		const char *line, *says;
	} bad[] = {
		{ "drop any", "drop: a rule begins with stack or kernel" },
		{ "any", "any: a rule begins with" },
		{ "Kernel any", "Kernel: a rule begins with" },
		{ "kernel", "write any" },
		{ "stack # any", "write any" },
		{ "kernel any tcp", "any stands alone" },
		{ "kernel any any", "any stands alone" },
		{ "kernel sctp", "sctp: not known; write any" },
		{ "kernel TCP", "TCP: not known" },
		{ "kernel tcp udp", "udp: cannot be true" },
		{ "kernel connect bind", "bind: cannot be true" },
		{ "kernel ipv4 ipv6", "ipv6: cannot be true" },
		{ "kernel ipv6 10.0.0.0/8", "leave ipv4 or ipv6 away" },
		{ "kernel fd00::/8 ipv4", "leave ipv4 or ipv6 away" },
		{ "kernel 10.0.0.0/8 11.0.0.0/8", "a second address" },
		{ "kernel 10.0.0", "10.0.0: not an address" },
		{ "kernel 10.0.0.256", "not an address" },
		{ "kernel fd00::1::2", "not an address" },
		{ "kernel fd00::g", "not an address" },
		{ "kernel 10.0.0.0/33", "/33: not a prefix length; write 10.0.0.0/0 to 10.0.0.0/32" },
		{ "kernel 10.0.0.0/", "not a prefix length" },
		{ "kernel 10.0.0.0/-1", "not a prefix length" },
		{ "kernel 10.0.0.0/8x", "not a prefix length" },
		{ "kernel fd00::/129", "fd00::/128" },
		{ "kernel 10.1.2.3/9", "write 10.0.0.0/9" },
		{ "kernel fd00::1/64", "write fd00::/64" },
		{ "kernel ::ffff:10.0.0.1", "counts as IPv4" },
		{ "kernel port", "port: no number" },
		{ "kernel port tcp", "port tcp: not a port" },
		{ "kernel port 0", "not a port" },
		{ "kernel port 65536", "not a port" },
		{ "kernel port 99999999999999999999", "not a port" },
		{ "kernel port 1-", "not a port" },
		{ "kernel port -1", "not a port" },
		{ "kernel port 1-2-3", "not a port" },
		{ "kernel port 1-65536", "not a port" },
		{ "kernel port 90-80", "write port 80-90" },
		{ "kernel port 1 port 2", "a second port" },
		{ "kernel raw port 1", "raw sockets have no port" },
		{ "kernel packet port 1", "packet sockets have no address" },
		{ "kernel packet 10.0.0.0/8", "packet sockets have no address" },
		{ "kernel connect packet", "packet sockets have no address" },
		{ "kernel packet raw", "raw: cannot be true" },
		{ "kernel program", "program: no name" },
		{ "kernel program a program b", "a second program" },
		{ "kernel program /bin/sh", "write the file name alone" },
		{ "kernel program sh[0-9]", "[] is not known" },
		{ "kernel program aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeee", "too long" },
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(&rules, 0, sizeof(rules));
		cr_expect(!add(bad[i].line), "taken: %s", bad[i].line);
		cr_expect(!strncmp(rules.error, "FILE:7: ", 8), "%s", rules.error);
		cr_expect(strstr(rules.error, bad[i].says), "%s: %s", bad[i].line, rules.error);
		cr_expect(rules.n == 0);
	}
}

Test(rules, malformed_files)
{
	char line[RULES_LINE_MAX + 2], path[400];

	memset(line, '#', sizeof(line));
	cr_expect(rules_add(&rules, "FILE", 1, line, RULES_LINE_MAX));
	cr_expect(!rules_add(&rules, "FILE", 1, line, RULES_LINE_MAX + 1));
	cr_expect(strstr(rules.error, "too long"));
	cr_expect(!rules_add(&rules, "FILE", 1, "kernel\0any", 10));
	cr_expect(strstr(rules.error, "not text"));
	memset(path, 'p', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	cr_expect(!rules_add(&rules, path, 3, "drop", 4));
	cr_expect(strstr(rules.error, ":3: drop: a rule begins"), "%s", rules.error);
	while (rules.n < RULES_MAX)
		cr_assert(add("stack any"));
	cr_expect(!add("stack any"));
	cr_expect(strstr(rules.error, "too many rules"));
}

Test(rules, nothing_to_say)
{
	RULES("", "   \t ", "# kernel any", "\r");
	cr_expect(rules.n == 0);
	cr_expect(where(RULE_CONNECT, RULE_TCP, "10.0.0.1", 80) == RULE_NONE);
}

Test(rules, first_match_decides)
{
	RULES("stack connect tcp 10.1.0.0/16 port 80-90 # a hole", "kernel 10.0.0.0/8", "stack ipv4",
	      "kernel bind udp ipv6 port 53");
	cr_expect(where(RULE_CONNECT, RULE_TCP, "10.1.2.3", 80) == RULE_STACK);
	cr_expect(where(RULE_CONNECT, RULE_TCP, "10.1.2.3", 90) == RULE_STACK);
	cr_expect(where(RULE_CONNECT, RULE_TCP, "10.1.2.3", 91) == RULE_KERNEL);
	cr_expect(where(RULE_BIND, RULE_TCP, "10.1.2.3", 80) == RULE_KERNEL);
	cr_expect(where(RULE_CONNECT, RULE_UDP, "10.1.2.3", 80) == RULE_KERNEL);
	cr_expect(where(RULE_CONNECT, RULE_TCP, "11.0.0.0", 80) == RULE_STACK);
	cr_expect(where(RULE_BIND, RULE_UDP, "::", 53) == RULE_KERNEL);
	cr_expect(where(RULE_BIND, RULE_UDP, "::", 54) == RULE_NONE);
	cr_expect(where(RULE_CONNECT, RULE_UDP, "::1", 53) == RULE_NONE);
}

Test(rules, prefixes)
{
	RULES("kernel 192.0.2.128/25", "kernel 2001:db8::/33", "kernel 198.51.100.7", "stack 0.0.0.0/0");
	cr_expect(where(RULE_CONNECT, RULE_RAW, "192.0.2.128", 0) == RULE_KERNEL);
	cr_expect(where(RULE_CONNECT, RULE_RAW, "192.0.2.127", 0) == RULE_STACK);
	cr_expect(where(RULE_CONNECT, RULE_TCP, "198.51.100.7", 1) == RULE_KERNEL);
	cr_expect(where(RULE_CONNECT, RULE_TCP, "198.51.100.6", 1) == RULE_STACK);
	cr_expect(where(RULE_CONNECT, RULE_TCP, "2001:db8:7fff::1", 1) == RULE_KERNEL);
	cr_expect(where(RULE_CONNECT, RULE_TCP, "2001:db8:8000::1", 1) == RULE_NONE);
}

Test(rules, programs)
{
	static const struct {
		const char *glob;
		bool is;
	} globs[] = {
		{ "curl", true }, { "fetch", true }, { "cur", false },	 { "curl?", false },
		{ "c*", true },	  { "*", true },     { "*l", true },	 { "c*r*l", true },
		{ "????", true }, { "f*h", true },   { "c*x*l", false }, { "curl*", true },
	};
	char line[64];
	size_t i;

	for (i = 0; i < sizeof(globs) / sizeof(globs[0]); i++) {
		snprintf(line, sizeof(line), "kernel program %s", globs[i].glob);
		RULES(line);
		cr_expect((where(RULE_CONNECT, RULE_TCP, "10.0.0.1", 1) == RULE_KERNEL) == globs[i].is,
			  "%s", globs[i].glob);
	}
}

/* socket() knows the type and the program; the rest comes with bind() or connect(). */
Test(rules, what_is_not_known_yet)
{
	struct rule_query q = { .type = RULE_UDP, .family = AF_INET, .program = "curl" };

	RULES("kernel udp");
	cr_expect(rules_match(&rules, &q) == RULE_KERNEL);
	RULES("kernel tcp", "kernel ipv6", "kernel fd00::/8", "kernel program wget");
	cr_expect(rules_match(&rules, &q) == RULE_NONE);
	RULES("kernel port 53");
	cr_expect(rules_match(&rules, &q) == RULE_LATER);
	RULES("kernel port 53", "stack any");
	cr_expect(rules_match(&rules, &q) == RULE_LATER);
	RULES("kernel port 53", "kernel 10.0.0.0/8", "kernel any");
	cr_expect(rules_match(&rules, &q) == RULE_KERNEL);
	q.family = 0;
	RULES("kernel ipv6");
	cr_expect(rules_match(&rules, &q) == RULE_LATER);
}

/* Packet sockets have no address, so that no rule about one is about them. */
Test(rules, packet_sockets)
{
	struct rule_query q = { .type = RULE_PACKET, .program = "tcpdump", .argv0 = "tcpdump" };

	RULES("kernel 10.0.0.0/8", "kernel bind", "kernel ipv4", "kernel port 7", "kernel raw");
	cr_expect_eq(rules_match(&rules, &q), RULE_NONE);
	RULES("stack packet program tcpdump", "kernel packet");
	cr_expect_eq(rules_match(&rules, &q), RULE_STACK);
	q.program = q.argv0 = "arping";
	cr_expect_eq(rules_match(&rules, &q), RULE_KERNEL);
	RULES("kernel any");
	cr_expect_eq(rules_match(&rules, &q), RULE_KERNEL);
}
