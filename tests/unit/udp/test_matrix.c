/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sendto() and connect() of a UDP socket: bound address x device x SO_BROADCAST x destination, with
 * the results that Linux 6.18 gives on the same addresses. UDP-07, SOCK-01.
 */
#include "tests/unit/socket/box.h"

enum { NET = -ENETUNREACH, ACC = -EACCES, INV = -EINVAL, DESTS = 9 };

static const char *const dests[DESTS] = {
	"0.0.0.0", "127.0.0.1", "10.1.1.2", "10.1.1.1", "10.1.1.255",
	"255.255.255.255", "224.0.0.1", "10.9.9.9", "240.0.0.1",
};

static const struct row {
	const char *bind;	/* "*": all of none, any, broadcast, limited broadcast, group */
	bool dev, broadcast;
	int want[DESTS];
} rows[] = {
	{ "*", false, false, { 1, 1, 1, 1, ACC, NET, NET, NET, NET } },
	{ "*", false, true, { 1, 1, 1, 1, 1, NET, NET, NET, NET } },
	{ "*", true, false, { 1, 1, 1, 1, ACC, ACC, 1, 1, 1 } },
	{ "*", true, true, { 1, 1, 1, 1, 1, 1, 1, 1, 1 } },
	{ "10.1.1.1", false, false, { 1, 1, 1, 1, ACC, ACC, 1, NET, NET } },
	{ "10.1.1.1", false, true, { 1, 1, 1, 1, 1, 1, 1, NET, NET } },
	{ "10.1.1.1", true, false, { 1, 1, 1, 1, ACC, ACC, 1, 1, 1 } },
	{ "10.1.1.1", true, true, { 1, 1, 1, 1, 1, 1, 1, 1, 1 } },
	{ "127.0.0.1", false, false, { 1, 1, INV, 1, INV, ACC, 1, NET, NET } },
	{ "127.0.0.1", false, true, { 1, 1, INV, 1, INV, 1, 1, NET, NET } },
};

static void check(struct box *b, const struct row *r, const char *bind)
{
	for (u32 d = 0; d < DESTS; d++) {
		for (u32 conn = 0; conn < 2; conn++) {
			struct sock *sk = box_sock(b, 2, BOX_DGRAM, 0);
			ssize_t got;

			box_set(sk, 1, 6, r->broadcast);
			sk->sk_bound_dev_if = r->dev ? b->eth->ifindex : 0;
			if (bind)
				cr_assert_eq(box_bind(b, sk, bind, 0), 0, "%s", bind);
			got = conn ? box_connect(b, sk, dests[d], 99) :
				     box_send(b, sk, dests[d], 99, "x", 1, NULL, 0);
			if (conn && !got)
				got = 1;
			cr_expect_eq(got, r->want[d], "%s %s to %s, dev %d, broadcast %d: %zd",
				     bind ? bind : "unbound", conn ? "connect" : "send", dests[d],
				     r->dev, r->broadcast, got);
			sock_close(sk);
		}
		box_run(b);
	}
}

Test(matrix, ipv4)
{
	static const char *const all[] = { NULL, "0.0.0.0", "10.1.1.255", "255.255.255.255",
					   "224.0.0.1" };
	struct box *b = box_open();

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].bind[0] != '*') {
			check(b, &rows[i], rows[i].bind);
			continue;
		}
		for (u32 a = 0; a < ARRAY_SIZE(all); a++)
			check(b, &rows[i], all[a]);
	}
	box_close(b);
}

/* Bound to an address of one family, a dual socket reaches that family only. */
Test(matrix, families)
{
	static const struct {
		const char *bind, *dest;
		ssize_t want;
	} fam[] = {
		{ NULL, "::1", 1 }, { NULL, "::", 1 }, { NULL, "::ffff:127.0.0.1", 1 },
		{ NULL, "::ffff:0.0.0.0", 1 }, { NULL, "fd99::1", NET },
		{ NULL, "::ffff:10.1.1.255", ACC },
		{ "::1", "::ffff:127.0.0.1", NET }, { "fd01::1", "::ffff:10.1.1.2", NET },
		{ "::ffff:0.0.0.0", "::1", -EAFNOSUPPORT }, { "::ffff:0.0.0.0", "::", 1 },
		{ "::ffff:10.1.1.1", "fd01::2", -EAFNOSUPPORT },
		{ "::ffff:10.1.1.1", "::ffff:10.1.1.2", 1 },
	};
	struct box *b = box_open();

	for (u32 i = 0; i < ARRAY_SIZE(fam); i++) {
		struct sock *sk = box_sock(b, 10, BOX_DGRAM, 0);
		ssize_t got;

		if (fam[i].bind)
			cr_assert_eq(box_bind(b, sk, fam[i].bind, 0), 0);
		got = box_send(b, sk, fam[i].dest, 99, "x", 1, NULL, 0);
		cr_expect_eq(got, fam[i].want, "%s to %s: %zd", fam[i].bind ? fam[i].bind : "unbound",
			     fam[i].dest, got);
		sock_close(sk);
		box_run(b);
	}
	box_close(b);
}
