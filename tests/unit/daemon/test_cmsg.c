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

/* As a UDP socket of this family and user sends them, to an address of its own family. */
static int get_as(u16 family, uid_t uid, u32 len, struct sock_cmsg *c)
{
	struct object o = { .family = family, .type = SOCK_DGRAM, .protocol = IPPROTO_UDP, .uid = uid };

	return cmsg_get(&o, family == INET_FAMILY_4, buf, len, c);
}

static int get(u16 family, u32 len, struct sock_cmsg *c)
{
	return get_as(family, 0, len, c);
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
	cr_assert_eq(get(INET_FAMILY_4, len, &c), 0);
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

	cr_assert_eq(get(INET_FAMILY_6, put(0, 41, 52, &v, 4), &c), 0);
	cr_assert_not(c.has_ttl);
}

Test(cmsg, out_of_range_or_unknown)
{
	static const struct {
		int level, type, value;
		u32 len;
	} bad[] = {
		{ 0, 2, 0, 4 }, { 0, 2, 256, 4 }, { 0, 1, 256, 4 }, { 41, 52, 256, 4 },
		{ 41, 67, -2, 4 }, { 41, 62, 2, 4 },
		{ 0, 2, 9, 3 },		/* short */
		{ 0, 8, 0, 8 },		/* short */
		{ 0, 99, 0, 4 }, { 41, 99, 0, 4 },
		{ 41, 52, 9, 1 }, { 17, 103, 4, 4 }, { 1, 36, 4, 8 }, { 1, 37, 16, 4 }, { 1, 99, 0, 4 },
	};
	u8 data[16];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct sock_cmsg c = { 0 };

		memset(data, 0, sizeof(data));
		memcpy(data, &bad[i].value, 4);
		cr_assert_eq(get(bad[i].level == 41 ? INET_FAMILY_6 : INET_FAMILY_4,
				 put(0, bad[i].level, bad[i].type, data, bad[i].len), &c),
			     -EINVAL, "row %zu", i);
	}
}

/* Of other levels, of the other family, of Unix sockets: nobody's business, whatever it says. */
Test(cmsg, passed_over)
{
	static const struct {
		u16 family;
		int level, type;
	} rows[] = {
		{ INET_FAMILY_4, 6, 1 }, { INET_FAMILY_4, 41, 52 }, { INET_FAMILY_6, 0, 2 },
		{ INET_FAMILY_4, 1, 1 }, { INET_FAMILY_6, 1, 2 }, { INET_FAMILY_6, 4711, 1 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sock_cmsg c = { 0 };
		u32 len = put(0, rows[i].level, rows[i].type, &(int){ 999 }, 4);

		cr_assert_eq(get(rows[i].family, len, &c), 0, "row %zu", i);
		cr_assert(!c.has_ttl && !c.has_tos);
	}
}

Test(cmsg, mark_needs_root)
{
	struct sock_cmsg c = { 0 };
	u32 len = put(put(0, 1, 36, &(int){ 7 }, 4), 1, 12, &(int){ 3 }, 4);

	cr_assert_eq(get_as(INET_FAMILY_4, 1000, len, &c), -EPERM);
	cr_assert_eq(get(INET_FAMILY_4, len, &c), 0);
	cr_assert(c.has_mark && c.mark == 7);
	cr_assert(c.has_priority && c.priority == 3);
}

/* UDP-15 */
Test(cmsg, original_destination_and_old_names)
{
	const u8 dst[4] = { 10, 77, 0, 2 };
	union inet_addr a = inet_addr_from4(dst);
	struct sock_cmsg c = { .has_origdst = true, .origdst_port = 53 };
	struct nsp_cmsg h;
	u8 sa[16] = { 2, 0, 0, 53, 10, 77, 0, 2 };

	memcpy(&c.dst, &a, sizeof(a));
	cr_assert_eq(cmsg_put(&sk, INET_FAMILY_4, &c, buf, sizeof(buf)), 32);
	memcpy(&h, buf, sizeof(h));
	cr_assert(h.level == 0 && h.type == 20 && h.len == 16);
	cr_assert_arr_eq(buf + 16, sa, sizeof(sa));
	c = (struct sock_cmsg){   .ttl = 5, .has_old_hoplimit = true };
	cmsg_put(&sk, INET_FAMILY_6, &c, buf, sizeof(buf));
	memcpy(&h, buf, sizeof(h));
	cr_assert(h.level == 41 && h.type == 8 && h.len == 4);
}

Test(cmsg, every_truncation_is_refused)
{
	int ttl = 9;
	u32 len = put(put(0, 0, 2, &ttl, 4), 0, 2, &ttl, 4), cut;

	for (cut = 1; cut < len; cut++) {
		struct sock_cmsg c = { 0 };

		if (cut == len / 2)
			continue;	/* exactly one of the two */
		cr_assert_eq(get(INET_FAMILY_4, cut, &c), -EINVAL, "cut to %u", cut);
	}
}

Test(cmsg, length_beyond_the_end)
{
	struct sock_cmsg c = { 0 };
	int ttl = 9;
	u32 len = put(0, 0, 2, &ttl, 4), huge = 0xfffffff8u;

	memcpy(buf, &huge, 4);
	cr_assert_eq(get(INET_FAMILY_4, len, &c), -EINVAL);
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
	struct sock_cmsg c = { .v4 = true, .has_pktinfo = true, .has_pktinfo6 = true,
			       .has_ttl = true, .ttl = 64, .ifindex = 2 };
	struct nsp_cmsg h;

	memcpy(&c.dst, &a, sizeof(a));
	cmsg_put(&sk, INET_FAMILY_6, &c, buf, sizeof(buf));
	memcpy(&h, buf, sizeof(h));
	cr_assert_eq(h.level, 41);
	cr_assert_eq(h.type, 50);	/* IPV6_PKTINFO with a mapped address */
	cr_assert_eq(h.len, 20);
	memcpy(&h, buf + 16 + 24, sizeof(h));
	cr_assert_eq(h.level, 0);
	cr_assert_eq(h.type, 8);	/* and IP_PKTINFO, if that is wanted, too */
	memcpy(&h, buf + 16 + 24 + 16 + 16, sizeof(h));
	cr_assert_eq(h.level, 0);	/* the hop limit is IPv4's */
}

Test(cmsg, what_does_not_fit_is_left_out)
{
	struct sock_cmsg c = { .has_ttl = true, .has_tos = true, .ttl = 1, .tos = 1 };

	cr_assert_eq(cmsg_put(&sk, INET_FAMILY_4, &c, buf, 24), 24);
	cr_assert_eq(cmsg_put(&sk, INET_FAMILY_4, &c, buf, 23), 0);
}

/* Hop-by-hop options go first, whatever the order of the messages; all within the room. */
Test(cmsg, extension_headers_to_send)
{
	static const u8 hop[8] = { 0, 0, 0x1e, 4, 1 }, dst[16] = { 0, 1, 0x1e, 12, 2 };
	u8 ext[24];
	struct sock_cmsg c = { .ext = ext, .ext_room = sizeof(ext) };
	u32 len = put(put(0, 41, 59, dst, 16), 41, 54, hop, 8);

	cr_assert_eq(get(INET_FAMILY_6, len, &c), 0);
	cr_assert(c.has_ext);
	cr_assert_eq(c.hop_len, 8);
	cr_assert_eq(c.dst_len, 16);
	cr_assert_arr_eq(ext, hop, 8);
	cr_assert_arr_eq(ext + 8, dst, 16);
	c = (struct sock_cmsg){ .ext = ext, .ext_room = 16 };
	cr_assert_eq(get(INET_FAMILY_6, len, &c), -EINVAL, "no room for both");
	c = (struct sock_cmsg){ .ext = ext, .ext_room = sizeof(ext) };
	cr_assert_eq(get(INET_FAMILY_6, put(put(0, 41, 54, hop, 8), 41, 3, hop, 8), &c), -EINVAL, "two");
	c = (struct sock_cmsg){ .ext = ext, .ext_room = sizeof(ext) };
	cr_assert_eq(get(INET_FAMILY_6, put(0, 41, 59, dst, 8), &c), -EINVAL, "longer than it is");
	cr_assert_eq(get_as(INET_FAMILY_6, 1000, put(0, 41, 54, hop, 8), &c), -EPERM);
	cr_assert_eq(get(INET_FAMILY_4, put(0, 41, 54, hop, 8), &c), 0, "not of this family");
}

/* A received chain is told header by header, and not past its end. */
Test(cmsg, extension_headers_received)
{
	u8 ext[24] = { 60, 0, 1, 4, 0, 0, 0, 0, 17, 1, 0x1e, 12, 5 }, out[256];
	struct sock_cmsg c = { .ext = ext, .ext_room = sizeof(ext), .ext_len = sizeof(ext),
			       .ext_want = SOCK_CMSG_EXT6_MASK };
	struct nsp_cmsg h;
	u32 len = cmsg_put(&sk, INET_FAMILY_6, &c, out, sizeof(out));

	cr_assert_eq(len, 2 * (sizeof(h) + 8) + 2 * (sizeof(h) + 16), "each by both RFCs' names");
	memcpy(&h, out, sizeof(h));
	cr_assert_eq(h.type, 54);
	cr_assert_arr_eq(out + sizeof(h), ext, 8);
	ext[9] = 200;
	len = cmsg_put(&sk, INET_FAMILY_6, &c, out, sizeof(out));
	cr_assert_eq(len, 2 * (sizeof(h) + 8), "the second header claims too much");
}
