// SPDX-License-Identifier: BSD-2-Clause
/* Control messages of datagrams: Linux's layouts out, and every malformed one refused. */
#include <criterion/criterion.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/object.h"

static struct sock sk;
static u8 buf[512];

/* One control message at off; the next offset. */
static u32 put(u32 off, int level, int type, const void *data, u32 len)
{
	struct nsp_cmsg h = { .len = len, .level = level, .type = type };

	memset(buf + off, 0, sizeof(h) + NSP_ALIGN8(len));
	memcpy(buf + off, &h, sizeof(h));
	memcpy(buf + off + sizeof(h), data, len);
	return off + (u32)sizeof(h) + NSP_ALIGN8(len);
}

/* The first len octets of buf on a UDP socket that sends with that family. */
static int get(bool v4, u32 len, struct sock_cmsg *c)
{
	const struct object o = { .type = SOCK_DGRAM, .protocol = IPPROTO_UDP,
				  .family = v4 ? AF_INET : AF_INET6 };

	return cmsg_get(&o, v4, buf, len, c);
}

Test(cmsg, ttl_tos_and_pktinfo_of_ipv4)
{
	const u8 pktinfo[12] = { 3, 0, 0, 0, 10, 77, 0, 2 };
	struct sock_cmsg c = { 0 };
	int ttl = 9;
	u8 tos = 0x10;
	u32 len = put(0, 0, 2, &ttl, 4);

	len = put(len, 0, 1, &tos, 1);
	len = put(len, 0, 8, pktinfo, sizeof(pktinfo));
	cr_assert_eq(get(true, len, &c), 0);
	cr_assert(c.has_ttl && c.has_tos && c.has_pktinfo);
	cr_assert_eq(c.ttl, 9);
	cr_assert_eq(c.tos, 0x10);
	cr_assert_eq(c.ifindex, 3);
	cr_assert_arr_eq(&c.spec_dst.b[12], &pktinfo[4], 4);
	cr_assert_eq(c.spec_dst.b[10], 0xff, "v4-mapped");
}

Test(cmsg, hoplimit_minus_one_is_the_default)
{
	struct sock_cmsg c = { 0 };
	int v = -1;

	cr_assert_eq(get(false, put(0, 41, 52, &v, 4), &c), 0);
	cr_assert_not(c.has_ttl);
}

Test(cmsg, out_of_range_or_unknown)
{
	static const struct {
		int level, type, value;
		u32 len;
	} bad[] = {
		{ 0, 2, 0, 4 }, { 0, 2, 256, 4 }, { 41, 52, 256, 4 }, { 41, 67, -2, 4 },
		{ 0, 2, 9, 3 },		/* short */
		{ 0, 8, 0, 8 },		/* short */
		{ 0, 99, 0, 4 }, { 1, 99, 0, 4 }, { 41, 99, 0, 4 },
	};
	u8 data[16];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct sock_cmsg c = { 0 };

		memset(data, 0, sizeof(data));
		memcpy(data, &bad[i].value, 4);
		cr_assert_eq(get(bad[i].level != 41,
				 put(0, bad[i].level, bad[i].type, data, bad[i].len), &c),
			     -EINVAL, "row %zu", i);
	}
}

/* As Linux: what is for another protocol, or for the other family, says nothing. */
Test(cmsg, other_levels_are_passed_over)
{
	struct sock_cmsg c = { 0 };
	int v = 9;

	cr_assert_eq(get(true, put(0, 6, 1, &v, 4), &c), 0);
	cr_assert_eq(get(true, put(0, 41, 52, &v, 4), &c), 0);
	cr_assert_eq(get(false, put(0, 0, 2, &v, 4), &c), 0);
	cr_assert_not(c.has_ttl || c.has_tos);
}

Test(cmsg, every_truncation_is_refused)
{
	int ttl = 9;
	u32 len = put(put(0, 0, 2, &ttl, 4), 0, 2, &ttl, 4), cut;

	for (cut = 1; cut < len; cut++) {
		struct sock_cmsg c = { 0 };

		if (cut == len / 2)
			continue;	/* exactly one of the two */
		cr_assert_eq(get(true, cut, &c), -EINVAL, "cut to %u", cut);
	}
}

Test(cmsg, length_beyond_the_end)
{
	struct sock_cmsg c = { 0 };
	int ttl = 9;
	u32 len = put(0, 0, 2, &ttl, 4), huge = 0xfffffff8u;

	memcpy(buf, &huge, 4);
	cr_assert_eq(get(true, len, &c), -EINVAL);
}

Test(cmsg, received_as_linux_lays_them_out)
{
	const u8 dst[4] = { 10, 77, 0, 2 };
	union inet_addr a = inet_addr_from4(dst);
	struct sock_cmsg c = { .has_pktinfo = true, .has_ttl = true, .has_tos = true, .ttl = 64,
			       .tos = 0xb8, .ifindex = 2, .has_tstamp = true,
			       .tstamp_ns = 3000000042ull };
	struct nsp_cmsg h;
	s64 tv[2];
	u32 len;

	memcpy(&c.dst, &a, sizeof(a));
	memcpy(&c.spec_dst, &a, sizeof(a));
	sock_set_flag(&sk, SOCK_TIMESTAMPNS);
	len = cmsg_put(&sk, INET_FAMILY_4, &c, buf, sizeof(buf));
	memcpy(&h, buf, sizeof(h));
	cr_assert_eq(h.type, 35);	/* SO_TIMESTAMPNS */
	memcpy(tv, buf + sizeof(h), sizeof(tv));
	cr_assert_eq(tv[0], 3);
	cr_assert_eq(tv[1], 42);
	memcpy(&h, buf + 32, sizeof(h));
	cr_assert_eq(h.level, 0);
	cr_assert_eq(h.type, 8);	/* IP_PKTINFO */
	cr_assert_eq(h.len, 12);
	cr_assert_arr_eq(buf + 32 + 16 + 8, dst, 4);
	memcpy(&h, buf + 64, sizeof(h));
	cr_assert_eq(h.type, 2);	/* IP_TTL */
	cr_assert_eq(len, 64 + 24 + 24);
}

Test(cmsg, ipv4_packet_on_an_ipv6_socket)
{
	const u8 dst[4] = { 10, 77, 0, 2 };
	union inet_addr a = inet_addr_from4(dst);
	struct sock_cmsg c = { .has_pktinfo = true, .has_ttl = true, .ttl = 64, .ifindex = 2 };
	struct nsp_cmsg h;

	memcpy(&c.dst, &a, sizeof(a));
	cmsg_put(&sk, INET_FAMILY_6, &c, buf, sizeof(buf));
	memcpy(&h, buf, sizeof(h));
	cr_assert_eq(h.level, 41);
	cr_assert_eq(h.type, 50);	/* IPV6_PKTINFO with a mapped address */
	cr_assert_eq(h.len, 20);
	memcpy(&h, buf + 16 + 24, sizeof(h));
	cr_assert_eq(h.level, 0);	/* the hop limit is IPv4's */
}

Test(cmsg, what_does_not_fit_is_left_out)
{
	struct sock_cmsg c = { .has_ttl = true, .has_tos = true, .ttl = 1, .tos = 1 };

	cr_assert_eq(cmsg_put(&sk, INET_FAMILY_4, &c, buf, 24), 24);
	cr_assert_eq(cmsg_put(&sk, INET_FAMILY_4, &c, buf, 23), 0);
}
