/* SPDX-License-Identifier: BSD-2-Clause */
/* RFC 6724: the examples of section 10.2 that depend on what we know (scope, label, prefix). */
#include "preload/resolv.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>

static const char *sources[8]; /* candidates, the first of the destination's family wins */

/* What the module asks of the others. */
bool addr_wants_kernel(int fd, const struct sockaddr *sa, socklen_t len, bool for_bind)
{
	(void)fd, (void)sa, (void)len, (void)for_bind;
	return false;
}

bool route_source(const struct sockaddr *dst, socklen_t len, struct sockaddr_storage *src)
{
	bool local = false;
	size_t i;

	(void)len;
	memset(src, 0, sizeof(*src));
	if (dst->sa_family == AF_INET6)
		local = IN6_IS_ADDR_LINKLOCAL(&((const struct sockaddr_in6 *)dst)->sin6_addr);
	for (i = 0; sources[i]; i++) {
		struct sockaddr_in6 *s6 = (void *)src;
		struct sockaddr_in *s4 = (void *)src;

		if (dst->sa_family == AF_INET &&
		    inet_pton(AF_INET, sources[i], &s4->sin_addr) == 1) {
			s4->sin_family = AF_INET;
			return true;
		}
		if (dst->sa_family == AF_INET6 &&
		    inet_pton(AF_INET6, sources[i], &s6->sin6_addr) == 1 &&
		    local == IN6_IS_ADDR_LINKLOCAL(&s6->sin6_addr)) {
			s6->sin6_family = AF_INET6;
			return true;
		}
	}
	return false;
}

socklen_t names_sockaddr(const struct name_addr *a, uint16_t port_be, struct sockaddr_storage *ss)
{
	memset(ss, 0, sizeof(*ss));
	(void)port_be;
	ss->ss_family = (sa_family_t)a->family;
	if (a->family == AF_INET)
		memcpy(&((struct sockaddr_in *)ss)->sin_addr, a->bytes, 4);
	else
		memcpy(&((struct sockaddr_in6 *)ss)->sin6_addr, a->bytes, 16);
	return sizeof(struct sockaddr_in6);
}

static void add(struct name_list *l, const char *text)
{
	struct name_addr *a = &l->addr[l->n++];

	memset(a, 0, sizeof(*a));
	a->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	inet_pton(a->family, text, a->bytes);
}

static void first_is(const char *one, const char *two, const char *want)
{
	struct name_list l = { 0 };
	char text[64];

	add(&l, one);
	add(&l, two);
	names_sort(&l);
	inet_ntop(l.addr[0].family, l.addr[0].bytes, text, sizeof(text));
	cr_assert_str_eq(text, want);
}

Test(nsort, prefer_matching_scope)
{
	sources[0] = "2001:db8:1::2";
	sources[1] = "fe80::1";
	sources[2] = "169.254.13.78";
	first_is("198.51.100.121", "2001:db8:1::1", "2001:db8:1::1");
	sources[0] = "fe80::1";
	sources[1] = "198.51.100.117";
	sources[2] = NULL;
	first_is("2001:db8:1::1", "198.51.100.121", "198.51.100.121");
}

Test(nsort, prefer_higher_precedence)
{
	sources[0] = "2001:db8:1::2";
	sources[1] = "10.1.2.4";
	first_is("10.1.2.3", "2001:db8:1::1", "2001:db8:1::1");
}

Test(nsort, prefer_smaller_scope)
{
	sources[0] = "2001:db8:1::2";
	sources[1] = "fe80::2";
	first_is("2001:db8:1::1", "fe80::1", "fe80::1");
}

Test(nsort, prefer_matching_label)
{
	sources[0] = "2002:c633:6401::2";
	first_is("2002:c633:6401::1", "2001:db8:1::1", "2002:c633:6401::1");
	first_is("2001:db8:1::1", "2002:c633:6401::1", "2002:c633:6401::1");
}

Test(nsort, longest_matching_prefix)
{
	sources[0] = "2001:db8:1::2";
	first_is("2001:db8:3ffe::1", "2001:db8:1::1", "2001:db8:1::1");
}

Test(nsort, unreachable_comes_last)
{
	sources[0] = "10.0.0.1";
	first_is("2001:db8::1", "10.9.9.9", "10.9.9.9");
}
