/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RFC 6724 (IP6-30): the examples of section 10.2 that depend on what we know (scope, label,
 * prefix), with the precedences of Debian's libc, and gai.conf(5).
 */
#include "preload/names.h"

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

unsigned int ifaddr_prefix_len(struct in_addr own)
{
	(void)own;
	return 24;
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

Test(nsort, unique_local_before_ipv4)
{
	sources[0] = "10.77.0.2";
	sources[1] = "fd77::2";
	first_is("10.77.0.1", "fd77::1", "fd77::1");
}

Test(nsort, own_subnet_first)
{
	sources[0] = "10.77.0.2";
	first_is("93.184.216.34", "10.77.0.9", "10.77.0.9");
	first_is("10.77.0.200", "10.77.0.3", "10.77.0.3");
	first_is("10.77.1.2", "93.184.216.34", "10.77.1.2");	/* both beyond: the order given */
	first_is("93.184.216.34", "10.77.1.2", "93.184.216.34");
}

static void read_text(struct gai_conf *c, const char *text)
{
	FILE *f = fmemopen((void *)(uintptr_t)text, strlen(text), "r");

	gai_conf_read(c, f);
	fclose(f);
}

static int value(const struct gai_conf *c, enum gai_table table, const char *text)
{
	uint8_t a[16];

	cr_assert_eq(inet_pton(AF_INET6, text, a), 1);
	return gai_value(c, table, a);
}

Test(gai_conf, defaults)
{
	struct gai_conf c;

	gai_conf_read(&c, NULL);
	cr_expect_eq(value(&c, GAI_PRECEDENCE, "::1"), 50);
	cr_expect_eq(value(&c, GAI_PRECEDENCE, "fd77::1"), 40);
	cr_expect_eq(value(&c, GAI_PRECEDENCE, "::ffff:10.0.0.1"), 10);
	cr_expect_eq(value(&c, GAI_LABEL, "2001:db8::1"), 1);
	cr_expect_eq(value(&c, GAI_LABEL, "2001::1"), 7);
	cr_expect_eq(value(&c, GAI_SCOPEV4, "::ffff:127.0.0.1"), 2);
	cr_expect_eq(value(&c, GAI_SCOPEV4, "::ffff:10.0.0.1"), 14);
	gai_conf_free(&c);
}

Test(gai_conf, rows_replace_a_table)
{
	struct gai_conf c;

	read_text(&c, "# prefer IPv4\nprecedence ::ffff:0:0/96 100\n"
		      "scopev4 10.0.0.0/8 5 # comment\nscopev4 ::ffff:169.254.0.0/112\t2");
	cr_expect_eq(value(&c, GAI_PRECEDENCE, "::ffff:10.0.0.1"), 100);
	cr_expect_eq(value(&c, GAI_PRECEDENCE, "::1"), 40);
	cr_expect_eq(value(&c, GAI_LABEL, "::1"), 0, "no row of its own: libc's");
	cr_expect_eq(value(&c, GAI_SCOPEV4, "::ffff:10.1.1.1"), 5);
	cr_expect_eq(value(&c, GAI_SCOPEV4, "::ffff:127.0.0.1"), 14);
	gai_conf_free(&c);
}

Test(gai_conf, nonsense_is_skipped)
{
	struct gai_conf c;

	read_text(&c, "precedence\nprecedence ::/129 1\nprecedence ::/0 x\nlabel 10.0.0.0/8 1\n"
		      "scopev4 fd00::/8 1\nscopev4 ::ffff:1.2.3.4/95 1\nprecedence ::/0 -1\n\nfoo ::/0 1\n");
	for (int i = 0; i < GAI_TABLES; i++)
		cr_expect_eq(c.table[i].n, 0);
	gai_conf_free(&c);
}

Test(gai_conf, the_longest_prefix_wins)
{
	struct gai_conf c;

	read_text(&c, "label fd00::/8 3\nlabel fd77::/64 4\nlabel ::/0 9\n");
	cr_expect_eq(value(&c, GAI_LABEL, "fd77::1"), 4);
	cr_expect_eq(value(&c, GAI_LABEL, "fd78::1"), 3);
	cr_expect_eq(value(&c, GAI_LABEL, "2001:db8::1"), 9);
	gai_conf_free(&c);
}
