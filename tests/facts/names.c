// SPDX-License-Identifier: BSD-2-Clause
/* Facts about getaddrinfo() and its relatives, as far as no name server is asked. */
#include "facts.h"

#include <fcntl.h>
#include <netdb.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>

/* Names that no name server is asked for, or the answer would take long. */
static void bad_names(void)
{
	static const char *const names[] = {
		"a~b", "a b",  "-a",  "-a.b",	    "a+b", "~",		"*",
		"*.a", "a/b",  "a:b", "::1q",	    "1:2", "0.1.1.~1",	"a\\.b",
		"a@b", "a\1b", "",    "fe80::1%zz", "a%b", "1.2.3.4.5", "256.1.1.1",
	};
	struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_STREAM }, *ai;
	struct hostent *h;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]) - (family == AF_INET6 ? 2 : 0); i++) {
		time_t start = time(NULL);

		say("getaddrinfo", getaddrinfo(names[i], NULL, &hints, &ai) + 1000);
		h = gethostbyname2(names[i], family);
		say("gethostbyname", h ? 0 : h_errno);
		say("slow", time(NULL) - start > 2);
	}
}

static void say_list(const char *service, const struct addrinfo *hints)
{
	struct addrinfo *ai, *i;
	int e = getaddrinfo(family == AF_INET ? "1.2.3.4" : "2001:db8::1", service, hints, &ai);

	printf(" %d", e);
	if (e)
		return;
	for (i = ai; i; i = i->ai_next)
		printf("[%d,%d,%d]", i->ai_socktype, i->ai_protocol,
		       ntohs(((struct sockaddr_in *)i->ai_addr)->sin_port));
	freeaddrinfo(ai);
}

/* Which kinds of sockets fit the hints. */
static void name_kinds(void)
{
	static const int types[] = { 0, 1, 2, 3, 4, 5, 6, 10, 77 };
	static const int protocols[] = { 0, 1, 6, 17, 33, 132, 136, 41, 47, 255 };
	static const char *const services[] = { NULL, "80", "http", "domain", "" };
	size_t t, p, s;

	for (t = 0; t < sizeof(types) / sizeof(types[0]); t++)
		for (p = 0; p < sizeof(protocols) / sizeof(protocols[0]); p++) {
			struct addrinfo hints = { .ai_socktype = types[t],
						  .ai_protocol = protocols[p] };

			printf("\n %d_%d", types[t], protocols[p]);
			for (s = 0; s < sizeof(services) / sizeof(services[0]); s++)
				say_list(services[s], &hints);
		}
}

static void name_flags(void)
{
	struct addrinfo h = { 0 }, *ai;
	int i;

	for (i = 0; i < 16; i++) {
		h.ai_flags = 1 << i;
		printf(" %d/%d", getaddrinfo("1.2.3.4", "80", &h, &ai),
		       getaddrinfo(NULL, "80", &h, &ai));
	}
	h.ai_flags = 0;
	printf(" %d", getaddrinfo(NULL, NULL, &h, &ai));
	h.ai_family = AF_UNIX;
	printf(" %d", getaddrinfo("1.2.3.4", "80", &h, &ai));
	h.ai_family = AF_UNSPEC;
	printf(" %d", getaddrinfo("1.2.3.4", "nonsense", &h, &ai));
	printf(" %d", getaddrinfo("1.2.3.4", "70000", &h, &ai));
	h.ai_flags = AI_NUMERICSERV;
	printf(" %d %d", getaddrinfo("1.2.3.4", "http", &h, &ai),
	       getaddrinfo("1.2.3.4", " 80", &h, &ai));
}

static void name_of_address(void)
{
	struct sockaddr_storage peer = addr_of(true, 80);
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "/some/path" };
	char host[NI_MAXHOST], serv[NI_MAXSERV];
	int i;

	for (i = 0; i < 16; i++) {
		host[0] = serv[0] = 0;
		printf(" %d", getnameinfo((struct sockaddr *)&un, sizeof(un), host, sizeof(host),
					  serv, sizeof(serv), i));
		printf("[%s|%s]", host, serv);
	}
	printf(" %d",
	       getnameinfo((struct sockaddr *)&un, 1, host, sizeof(host), serv, sizeof(serv), 0));
	printf(" %d",
	       getnameinfo((struct sockaddr *)&un, sizeof(un), host, sizeof(host), serv, 3, 0));
	printf(" %d",
	       getnameinfo((struct sockaddr *)&un, sizeof(un), host, 2, serv, sizeof(serv), 0));
	for (i = 0; i < 32; i++) {
		host[0] = serv[0] = 0;
		printf(" %d", getnameinfo((struct sockaddr *)&peer, addr_len(), host, sizeof(host),
					  serv, sizeof(serv), i | NI_NUMERICHOST));
		printf("[%s|%s]", host, serv);
	}
	printf(" %d", getnameinfo((struct sockaddr *)&peer, addr_len() - 1, host, sizeof(host),
				  NULL, 0, 1));
	printf(" %d", getnameinfo((struct sockaddr *)&peer, addr_len() - 5, host, sizeof(host),
				  NULL, 0, 1));
	printf(" %d", getnameinfo((struct sockaddr *)&peer, addr_len(), NULL, 0, NULL, 0, 0));
	printf(" %d", getnameinfo((struct sockaddr *)&peer, addr_len(), host, sizeof(host), NULL, 0,
				  1025));
	printf(" %d", getnameinfo((struct sockaddr *)&peer, addr_len(), host, 3, NULL, 0, 1));
}

/* text instead of a file, in a mount name space of this process's own */
static int instead_of(const char *path, const char *text)
{
	char name[] = "/tmp/names.XXXXXX";
	int fd = mkstemp(name), e;

	if (fd < 0 || fchmod(fd, 0644) || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		return -1;
	close(fd);
	e = mount(name, path, NULL, MS_BIND, NULL);
	unlink(name);
	return e;
}

static void say_name(const char *name, int wanted, int flags)
{
	struct addrinfo h = { .ai_family = wanted, .ai_socktype = SOCK_STREAM, .ai_flags = flags },
			*ai, *i;
	char host[INET6_ADDRSTRLEN];
	int e = getaddrinfo(name, NULL, &h, &ai);

	printf(" %s/%d/%d:%d", name, wanted, flags, e);
	for (i = e ? NULL : ai; i; i = i->ai_next)
		if (!getnameinfo(i->ai_addr, i->ai_addrlen, host, sizeof(host), NULL, 0,
				 NI_NUMERICHOST))
			printf(",%s", host);
	if (!e)
		freeaddrinfo(ai);
}

/* A name that /etc/hosts has with an address of the other family only, and no name server that answers */
static void names_of_one_family(void)
{
	static const char *const names[] = { "localhost", "LOCALHOST", "other",
					     "loopback",  "mapped",    "both" };
	const char *hosts =
		family == AF_INET ?
			"::1 localhost loopback\n2001:db8::1 other\n::ffff:192.0.2.7 mapped\n"
			"127.0.0.1 both\n::1 both\n" :
			"127.0.0.1 localhost loopback\n192.0.2.1 other\n192.0.2.7 mapped\n"
			"127.0.0.1 both\n::1 both\n";
	size_t i;

	say("own", unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
			   instead_of("/etc/hosts", hosts) ||
			   instead_of("/etc/resolv.conf",
				      "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		say_name(names[i], family, 0);
		say_name(names[i], family, AI_V4MAPPED);
		say_name(names[i], AF_UNSPEC, 0);
	}
}

const struct fact facts_names[] = {
	{ "names_of_one_family", names_of_one_family },
	{ "bad_names", bad_names },
	{ "name_kinds", name_kinds },
	{ "name_flags", name_flags },
	{ "name_of_address", name_of_address },
	{ NULL, NULL },
};
