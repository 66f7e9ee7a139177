/* SPDX-License-Identifier: BSD-2-Clause */
/* Control messages of datagrams, there and back, and cut at every length. */
#include "preload/shim.h"

#include <criterion/criterion.h>

static size_t make(char *buf, size_t room)
{
	struct msghdr m = { .msg_control = buf, .msg_controllen = room };
	struct cmsghdr *c;

	memset(buf, 0, room);
	c = CMSG_FIRSTHDR(&m);
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_TTL;
	c->cmsg_len = CMSG_LEN(4);
	memcpy(CMSG_DATA(c), "\x07\0\0\0", 4);
	c = CMSG_NXTHDR(&m, c);
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(12);
	memcpy(CMSG_DATA(c), "abcdefghijkl", 12);
	return CMSG_SPACE(4) + CMSG_SPACE(12);
}

Test(ctl, there_and_back)
{
	char in[128], out[128], wire[256];
	struct msghdr m = { .msg_control = in }, o = { .msg_control = out };
	ssize_t n;

	m.msg_controllen = make(in, sizeof(in));
	n = ctl_pack(&m, wire, sizeof(wire));
	cr_assert_eq(n, 2 * 16 + 8 + 16);
	o.msg_controllen = sizeof(out);
	memset(out, 0xee, sizeof(out));
	ctl_unpack(&o, wire, (size_t)n);
	cr_assert_eq(o.msg_flags, 0);
	cr_assert_eq(o.msg_controllen, m.msg_controllen);
	cr_assert_eq(CMSG_FIRSTHDR(&o)->cmsg_type, IP_TTL);
	cr_assert_eq(*CMSG_DATA(CMSG_FIRSTHDR(&o)), 7);
	cr_assert(!memcmp(CMSG_DATA(CMSG_NXTHDR(&o, CMSG_FIRSTHDR(&o))), "abcdefghijkl", 12));
}

Test(ctl, a_short_buffer_is_never_overrun)
{
	char in[128], out[128], wire[256];
	struct msghdr m = { .msg_control = in }, o = { .msg_control = out };
	size_t full, room;
	ssize_t n;

	m.msg_controllen = full = make(in, sizeof(in));
	n = ctl_pack(&m, wire, sizeof(wire));
	for (room = 0; room < full; room++) {
		memset(out, 0xee, sizeof(out));
		o.msg_controllen = room;
		o.msg_flags = 0;
		ctl_unpack(&o, wire, (size_t)n);
		cr_assert_leq(o.msg_controllen, room);
		cr_assert_eq((unsigned char)out[room], 0xee, "wrote behind %zu", room);
		if (room < CMSG_SPACE(4) + CMSG_LEN(12))
			cr_assert(o.msg_flags & MSG_CTRUNC);
	}
}

Test(ctl, wire_cut_anywhere)
{
	char in[128], out[128], wire[256];
	struct msghdr m = { .msg_control = in }, o = { .msg_control = out };
	ssize_t n, cut;

	m.msg_controllen = make(in, sizeof(in));
	n = ctl_pack(&m, wire, sizeof(wire));
	for (cut = 0; cut < n; cut++) {
		o.msg_controllen = sizeof(out);
		ctl_unpack(&o, wire, (size_t)cut);
		cr_assert_leq(o.msg_controllen, sizeof(out));
	}
}

Test(ctl, bad_messages_are_refused)
{
	char in[128], wire[256];
	struct msghdr m = { .msg_control = in };

	m.msg_controllen = make(in, sizeof(in));
	cr_assert_eq(ctl_pack(&m, wire, 20), -EINVAL);
	CMSG_FIRSTHDR(&m)->cmsg_len = 3;
	cr_assert_eq(ctl_pack(&m, wire, sizeof(wire)), -EINVAL);
	CMSG_FIRSTHDR(&m)->cmsg_len = 4000;
	cr_assert_eq(ctl_pack(&m, wire, sizeof(wire)), -EINVAL);
}
