/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stack or kernel: the rules of NETSTACK_RULES (rules.h), and NETSTACK_LOOPBACK for what they say
 * nothing about. The file is read once, at the start. One that cannot be used leaves no program
 * on the wrong stack: `netstack run` does not start it, and without that its sockets are refused.
 */
#include "shim.h"
#include "rules.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>

static struct rules rules;
static char rules_path[PATH_MAX];

/* Names of a program; of this one unless the library acts for others. */
struct names {
	char program[NAME_MAX + 1], argv0[NAME_MAX + 1];
};
static struct names own;

/* ---- the file ------------------------------------------------------------------------- */

static void cannot_read(const char *why)
{
	snprintf(rules.error, sizeof(rules.error),
		 "%.300s: %s; name a file of rules that can be read, or unset NETSTACK_RULES",
		 rules_path[0] ? rules_path : "NETSTACK_RULES", why);
}

struct reader {
	int fd;
	unsigned int line;
	size_t have;
	char buf[2 * (RULES_LINE_MAX + 1)];
};

/* The lines that are complete; at the end of the file what is left, too. */
static bool take_lines(struct reader *in, bool end)
{
	char *at = in->buf, *stop = in->buf + in->have, *nl;

	while (at < stop) {
		nl = memchr(at, '\n', (size_t)(stop - at));
		if (!nl && !end && stop - at <= RULES_LINE_MAX)
			break;
		if (!nl)
			nl = stop;
		if (!rules_add(&rules, rules_path, ++in->line, at, (size_t)(nl - at)))
			return false;
		at = nl < stop ? nl + 1 : stop;
	}
	in->have = (size_t)(stop - at);
	memmove(in->buf, at, in->have);
	return true;
}

static void read_rules(int fd)
{
	struct reader in = { .fd = fd };
	long n;

	for (;;) {
		n = raw_call(SYS_read, fd, in.buf + in.have, sizeof(in.buf) - in.have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			cannot_read(strerror(errno));
			return;
		}
		in.have += (size_t)n;
		if (!take_lines(&in, !n) || !n)
			return;
	}
}

/* ---- names of programs ---------------------------------------------------------------- */

static void base_name(char *to, const char *path, size_t len)
{
	static const char deleted[] = " (deleted)";
	const char *slash, *end = path + len;
	size_t n = sizeof(deleted) - 1;

	if (len > n && !memcmp(end - n, deleted, n))
		end -= n;
	slash = memrchr(path, '/', (size_t)(end - path));
	if (slash)
		path = slash + 1;
	n = (size_t)(end - path);
	if (n > NAME_MAX)
		n = NAME_MAX;
	memcpy(to, path, n);
	to[n] = '\0';
}

/* @who: a number, or "self" */
static void find_names(const char *who, struct names *names)
{
	char path[32], text[PATH_MAX];
	long n, fd;

	memset(names, 0, sizeof(*names));
	snprintf(path, sizeof(path), "/proc/%s/exe", who);
	n = raw_call(SYS_readlinkat, AT_FDCWD, path, text, sizeof(text));
	if (n > 0)
		base_name(names->program, text, (size_t)n);
	snprintf(path, sizeof(path), "/proc/%s/cmdline", who);
	fd = raw_call(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	n = raw_call(SYS_read, fd, text, sizeof(text));
	if (n > 0)
		base_name(names->argv0, text, strnlen(text, (size_t)n));
	raw_call(SYS_close, fd);
}

/* ---- start ---------------------------------------------------------------------------- */

void policy_init(void)
{
	const char *path = secure_getenv("NETSTACK_RULES");
	int saved = errno;
	long fd;

	if (!reconnect_init(rules.error, sizeof(rules.error)) ||
	    !payload_init(rules.error, sizeof(rules.error)) || !path || !*path)
		return;
	if (strlen(path) >= sizeof(rules_path)) {
		cannot_read(strerror(ENAMETOOLONG));
		return;
	}
	memcpy(rules_path, path, strlen(path) + 1);
	fd = raw_call(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		cannot_read(strerror(errno));
	} else {
		read_rules((int)fd);
		raw_call(SYS_close, fd);
	}
	find_names("self", &own);
	errno = saved;
}

const char *policy_path(void)
{
	return rules_path;
}

EXPORT const char *netstack_settings_error(void)
{
	return rules.error[0] ? rules.error : NULL;
}

bool policy_broken(void)
{
	static char told;
	char line[RULES_ERROR_MAX + 64];
	int n;

	if (likely(!rules.error[0]))
		return false;
	if (!__atomic_test_and_set(&told, __ATOMIC_RELAXED)) {
		n = snprintf(line, sizeof(line), "libnetstack: %s; no socket is made\n", rules.error);
		raw_call(SYS_write, 2, line, n);
	}
	return true;
}

/* ---- decisions ------------------------------------------------------------------------ */

static enum rule_where ask(struct rule_query *q)
{
	const struct names *names = &own;
	struct names other;
	char who[16];

	if (unlikely(shim.supervisor)) {
		snprintf(who, sizeof(who), "%d", (int)shim.as_task);
		find_names(who, &other);
		names = &other;
	}
	q->program = names->program;
	q->argv0 = names->argv0;
	return rules_match(&rules, q);
}

static uint8_t type_of(int fd)
{
	unsigned int k = fd < 0 ? K_NONE : fd_kind(fd);

	return IS_TCP(k) ? RULE_TCP : KIND(k) == K_UDP ? RULE_UDP : KIND(k) == K_RAW ? RULE_RAW : 0;
}

bool socket_wants_kernel(int family, int kind, int protocol)
{
	struct rule_query q = { .type = RULE_RAW };

	if (likely(!rules.n))
		return false;
	if (family == AF_PACKET)
		q.type = RULE_PACKET;
	else if (kind == SOCK_STREAM)
		q.type = RULE_TCP;
	else if (kind == SOCK_DGRAM && (!protocol || protocol == IPPROTO_UDP ||
					protocol == IPPROTO_UDPLITE))
		q.type = RULE_UDP;
	if (family == AF_INET) /* an IPv6 socket may yet be given an IPv4 address */
		q.family = AF_INET;
	return ask(&q) == RULE_KERNEL;
}

/* The address as rules see it: v4-mapped is IPv4, and connecting to no address is to oneself. */
static bool query_address(struct rule_query *q, const struct sockaddr *sa, socklen_t len)
{
	const struct sockaddr_in *a4 = (const void *)sa;
	const struct sockaddr_in6 *a6 = (const void *)sa;
	static const uint8_t any[16];

	q->has_addr = q->has_port = true;
	if (sa->sa_family == AF_INET && len >= sizeof(*a4)) {
		q->family = AF_INET;
		q->port = ntohs(a4->sin_port);
		memcpy(q->addr, &a4->sin_addr, 4);
	} else if (sa->sa_family == AF_INET6 && len >= 24) {
		q->port = ntohs(a6->sin6_port);
		if (IN6_IS_ADDR_V4MAPPED(&a6->sin6_addr)) {
			q->family = AF_INET;
			memcpy(q->addr, &a6->sin6_addr.s6_addr[12], 4);
		} else {
			q->family = AF_INET6;
			memcpy(q->addr, &a6->sin6_addr, 16);
		}
	} else {
		return false;
	}
	if (q->dir == RULE_CONNECT && q->family == AF_INET && !memcmp(q->addr, any, 4))
		memcpy(q->addr, "\x7f\0\0\1", 4);
	if (q->dir == RULE_CONNECT && q->family == AF_INET6 && !memcmp(q->addr, any, 16))
		q->addr[15] = 1;
	return true;
}

static bool is_loopback(const struct rule_query *q)
{
	static const uint8_t v6[16] = { [15] = 1 };

	return q->family == AF_INET ? q->addr[0] == 127 : !memcmp(q->addr, v6, sizeof(v6));
}

bool addr_is_loopback(const struct sockaddr *sa, socklen_t len)
{
	struct rule_query q = { .dir = RULE_CONNECT };

	return query_address(&q, sa, len) && is_loopback(&q);
}

bool addr_is_no_host(const struct sockaddr *sa, socklen_t len)
{
	static const uint8_t everybody[4] = { 255, 255, 255, 255 };
	struct rule_query q = { .dir = RULE_CONNECT };

	if (!query_address(&q, sa, len))
		return false;
	if (q.family == AF_INET6)
		return q.addr[0] == 0xff;
	return (q.addr[0] & 0xf0) == 0xe0 || !memcmp(q.addr, everybody, sizeof(everybody));
}

bool addr_wants_kernel(int fd, const struct sockaddr *sa, socklen_t len, bool for_bind)
{
	struct rule_query q = { .dir = for_bind ? RULE_BIND : RULE_CONNECT };
	enum rule_where where;

	if (!shim.kernel_loopback && likely(!rules.n))
		return false;
	if (!query_address(&q, sa, len))
		return false;
	if (unlikely(rules.n)) {
		q.type = type_of(fd);
		q.has_port = fd >= 0;
		where = ask(&q);
		if (where == RULE_STACK || where == RULE_KERNEL)
			return where == RULE_KERNEL;
	}
	return shim.kernel_loopback && is_loopback(&q);
}

bool listen_wants_kernel(int fd)
{
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in a4 = { .sin_family = AF_INET };

	if (likely(!rules.n))
		return false;
	if (fd_kind(fd) & KF_V6)
		return addr_wants_kernel(fd, (struct sockaddr *)&a6, sizeof(a6), true);
	return addr_wants_kernel(fd, (struct sockaddr *)&a4, sizeof(a4), true);
}
