/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sockets: SOL_SOCKET row by row with short, long and negative values (what is expected is what
 * Linux 6 answers for a UDP socket of root), wake-ups, accounting, messages.
 */
#include <errno.h>

#include "core/internal.h"
#include "tests/unit/fixture.h"

static struct fixture f;
static struct sock *sk;
static u32 events, nr_events;

static const struct proto dummy_proto = {
	.name = "DUMMY", .type = 2, .protocol = 17, .obj_size = sizeof(struct sock),
};
static const struct {
	u16 family;
} dummy_af = { 2 };

static void on_event(struct sock *s, u32 ev)
{
	(void)s;
	events |= ev;
	nr_events++;
}

static void setup(void)
{
	fixture_net_new(&f, 1);
	sk = sk_alloc(f.net, &dummy_proto, (const struct inet_af *)(const void *)&dummy_af);
	cr_assert_not_null(sk);
	sk->sk_event = on_event;
	events = nr_events = 0;
}

static void teardown(void)
{
	fixture_settle(f.net);
	sock_put(sk);
	fixture_net_free(&f);
}

TestSuite(sock, .init = setup, .fini = teardown);

static int set(int name, const void *val, u32 len)
{
	return sock_table_setsockopt(sk, NULL, 1, name, val, len);
}

static int set_int(int name, int v)
{
	return set(name, &v, sizeof(v));
}

static int get_int(int name)
{
	u32 len = sizeof(int);
	int v = 0x5a5a5a5a, ret = sock_table_getsockopt(sk, NULL, 1, name, &v, &len);

	if (ret)
		return ret;
	cr_assert_eq(len, sizeof(int));
	return v;
}

enum { RO = 1, WO = 2 };
struct expect {
	int name, flags;
	int set_1, get_1;	/* result of setting 1, value read then */
	int set_neg, get_neg;	/* of setting -1 */
	int set_big, get_big;	/* of setting 100000000 */
};

#define BOOL(n) { n, 0, 0, 1, 0, 1, 0, 1 }
#define RO_INT(n, v) { n, RO, -ENOPROTOOPT, v, -ENOPROTOOPT, v, -ENOPROTOOPT, v }
#define NO_SUPP(n)                                                                             \
	{ n, 0, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP }
#define UNKNOWN(n)                                                                             \
	{ n, 0, -ENOPROTOOPT, -ENOPROTOOPT, -ENOPROTOOPT, -ENOPROTOOPT, -ENOPROTOOPT,          \
	  -ENOPROTOOPT }

static const struct expect table[] = {
	BOOL(1), BOOL(2), RO_INT(3, 2), RO_INT(4, 0), BOOL(5), BOOL(6),
	{ 7, 0, 0, 4608, 0, 2 * 4194304, 0, 2 * 4194304 },
	{ 8, 0, 0, 2304, 0, 2 * 4194304, 0, 2 * 4194304 },
	BOOL(9), BOOL(10), BOOL(11),
	{ 12, 0, 0, 1, 0, -1, 0, 100000000 },
	{ 14, 0, 0, 0, 0, 0, 0, 0 },
	BOOL(15), NO_SUPP(16),
	{ 18, 0, 0, 1, 0, S32_MAX, 0, 100000000 },
	RO_INT(19, 1), UNKNOWN(22), UNKNOWN(24),
	BOOL(29), RO_INT(30, 0),
	{ 32, WO, 0, -ENOPROTOOPT, 0, -ENOPROTOOPT, 0, -ENOPROTOOPT },
	{ 33, WO, 0, -ENOPROTOOPT, 0, -ENOPROTOOPT, 0, -ENOPROTOOPT },
	NO_SUPP(34), BOOL(35),
	{ 36, 0, 0, 1, 0, -1, 0, 100000000 },
	RO_INT(38, 17), RO_INT(39, 2), BOOL(40), BOOL(45),
	{ 49, 0, 0, 1, 0, -1, 0, 100000000 },
	RO_INT(56, 0), UNKNOWN(58),
	{ 62, 0, 0, 1, -EINVAL, 1, 0, 100000000 },
	BOOL(63), BOOL(64),
	{ 72, 0, 0, 1, -EINVAL, 1, -EINVAL, 1 },
	NO_SUPP(76), UNKNOWN(79), UNKNOWN(1000),
};

Test(sock, sol_socket_row_by_row)
{
	u8 one = 1;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		const struct expect *e = &table[i];
		s64 wide = 1;

		cr_assert_eq(set(e->name, NULL, 0), -EINVAL, "%d", e->name);
		cr_assert_eq(set(e->name, &one, 1), -EINVAL, "%d", e->name);
		cr_assert_eq(set_int(e->name, 1), e->set_1, "%d", e->name);
		cr_assert_eq(get_int(e->name), e->get_1, "%d: %d", e->name, get_int(e->name));
		cr_assert_eq(set(e->name, &wide, sizeof(wide)), e->set_1, "%d: long", e->name);
		cr_assert_eq(set_int(e->name, -1), e->set_neg, "%d", e->name);
		cr_assert_eq(get_int(e->name), e->get_neg, "%d: %d", e->name, get_int(e->name));
		cr_assert_eq(set_int(e->name, 100000000), e->set_big, "%d", e->name);
		cr_assert_eq(get_int(e->name), e->get_big, "%d: %d", e->name, get_int(e->name));
	}
}

Test(sock, every_row_survives_any_length)
{
	u8 in[64], out[64];
	u32 i, len;

	memset(in, 0xff, sizeof(in));
	for (i = 0; i < sol_socket_table.nr_rows; i++) {
		int name = sol_socket_table.rows[i].name;

		for (len = 0; len <= sizeof(in); len++) {
			u32 room = len;
			int ret;

			set(name, in, len);
			memset(out, 0x3c, sizeof(out));
			ret = sock_table_getsockopt(sk, NULL, 1, name, out, &room);
			if (!ret)
				cr_assert_leq(room, len, "%d", name);
			if (len < sizeof(out))
				cr_assert_eq(out[len], 0x3c, "%d wrote too much", name);
		}
	}
}

Test(sock, short_read_is_truncated)
{
	u8 buf[4] = { 0 };
	u32 len = 2;

	set_int(36, 0x01020304);
	cr_assert_eq(sock_table_getsockopt(sk, NULL, 1, 36, buf, &len), 0);
	cr_assert_eq(len, 2);
	cr_assert(buf[0] == 4 && buf[1] == 3 && buf[2] == 0);
}

Test(sock, users_without_privilege)
{
	sk->sk_uid = 1000;
	cr_assert_eq(set_int(1, 1), -EACCES);
	cr_assert_eq(set_int(1, 0), 0);
	cr_assert_eq(set_int(12, 6), 0);
	cr_assert_eq(set_int(12, 7), -EPERM);
	cr_assert_eq(set_int(12, -1), -EPERM);
	cr_assert_eq(set_int(32, 5000), -EPERM);
	cr_assert_eq(set_int(33, 5000), -EPERM);
	cr_assert_eq(set_int(36, 5), -EPERM);
}

Test(sock, linger)
{
	int lg[2] = { 1, 5 }, got[2];
	u32 len = sizeof(got);

	cr_assert_eq(set(13, lg, 4), -EINVAL);
	cr_assert_eq(set(13, lg, 8), 0);
	cr_assert_eq(sk->sk_lingertime_ns, 5 * NSEC_PER_SEC);
	lg[0] = 0;
	lg[1] = 9;
	set(13, lg, 8);
	cr_assert_eq(sock_table_getsockopt(sk, NULL, 1, 13, got, &len), 0);
	cr_assert(len == 8 && got[0] == 0 && got[1] == 5);
}

Test(sock, timeouts)
{
	static const int names[] = { 20, 21, 66, 67 };
	s64 tv[2], got[2];
	u32 i, len;

	for (i = 0; i < 4; i++) {
		tv[0] = 3;
		tv[1] = 250000;
		cr_assert_eq(set(names[i], tv, 15), -EINVAL);
		cr_assert_eq(set(names[i], tv, 16), 0);
		len = sizeof(got);
		cr_assert_eq(sock_table_getsockopt(sk, NULL, 1, names[i], got, &len), 0);
		cr_assert(len == 16 && got[0] == 3 && got[1] == 250000);
		tv[1] = 1000000;
		cr_assert_eq(set(names[i], tv, 16), -EDOM);
		tv[1] = -1;
		cr_assert_eq(set(names[i], tv, 16), -EDOM);
		tv[0] = -5;
		tv[1] = 0;
		cr_assert_eq(set(names[i], tv, 16), 0);
		sock_table_getsockopt(sk, NULL, 1, names[i], got, &len);
		cr_assert(got[0] == 0 && got[1] == 0);
	}
}

Test(sock, bind_to_device)
{
	struct net_device *dev = fixture_dev_new(f.net, "eth0", 0);
	char name[16];
	u32 len = sizeof(name);

	cr_assert_eq(sock_table_getsockopt(sk, NULL, 1, 25, name, &len), 0);
	cr_assert_eq(len, 0);
	cr_assert_eq(set(25, "eth1", 4), -ENODEV);
	cr_assert_eq(set(25, "eth0", 4), 0);
	cr_assert_eq(get_int(62), (int)dev->ifindex);
	len = sizeof(name);
	cr_assert_eq(sock_table_getsockopt(sk, NULL, 1, 25, name, &len), 0);
	cr_assert(len == 5 && !strcmp(name, "eth0"));
	len = 15;
	cr_assert_eq(sock_table_getsockopt(sk, NULL, 1, 25, name, &len), -EINVAL);
	sk->sk_uid = 1000;
	cr_assert_eq(set(25, "", 0), -EPERM, "once bound, only root lets go");
	sk->sk_uid = 0;
	cr_assert_eq(set(25, "", 0), 0);
	cr_assert_eq(sk->sk_bound_dev_if, 0);
}

Test(sock, pacing_rate_has_two_sizes)
{
	u64 rate = 1ull << 40;
	u32 len = 8;

	cr_assert_eq(get_int(47), -1);
	cr_assert_eq(set(47, &rate, 8), 0);
	cr_assert_eq(sk->sk_pacing_rate, rate);
	cr_assert_eq(get_int(47), -1, "clamped to 32 bits");
	rate = 0;
	sock_table_getsockopt(sk, NULL, 1, 47, &rate, &len);
	cr_assert_eq(rate, 1ull << 40);
	cr_assert_eq(set_int(47, -1), 0);
	cr_assert_eq(sk->sk_max_pacing_rate, U64_MAX);
}

Test(sock, meminfo_cookie_error)
{
	u32 m[9], len = sizeof(m);
	u64 cookie;

	cr_assert_eq(sock_table_getsockopt(sk, NULL, 1, 55, m, &len), 0);
	cr_assert(len == 36 && m[1] == 212992 && m[3] == 212992);
	len = 4;
	cr_assert_eq(sock_table_getsockopt(sk, NULL, 1, 57, &cookie, &len), -EINVAL);
	len = 8;
	cr_assert_eq(sock_table_getsockopt(sk, NULL, 1, 57, &cookie, &len), 0);
	cr_assert_eq(cookie, sk->sk_cookie);
	sk_report_error(sk, ECONNRESET);
	cr_assert_eq(get_int(4), ECONNRESET);
	cr_assert_eq(get_int(4), 0, "taken");
}

Test(sock, one_time_stamp_at_a_time)
{
	set_int(29, 1);
	set_int(35, 1);
	cr_assert(get_int(29) == 0 && get_int(35) == 1 && get_int(64) == 0);
	set_int(63, 1);
	cr_assert(get_int(29) == 0 && get_int(35) == 0 && get_int(63) == 1);
	set_int(29, 0);
	cr_assert_eq(get_int(63), 0);
	cr_assert(!sock_flag(sk, SOCK_RCVTSTAMP));
}

/* -- the engine with a table of one's own --------------------------------------------------- */
static int tos;
static int set_tos(struct sock *s, const struct sockopt_row *row, const void *val, u32 len)
{
	(void)s, (void)row;
	cr_assert_eq(len, 4);
	tos = sockopt_int(val);
	return 0;
}

static int get_tos(struct sock *s, const struct sockopt_row *row, void *val, u32 *len)
{
	(void)s, (void)row;
	return sockopt_get_int(tos, val, len);
}

static const struct sockopt_row own_rows[] = {
	{ .level = 0, .name = 1, .label = "X_TOS", .kind = SOCKOPT_U8INT, .min = 0, .max = 200,
	  .set = set_tos, .get = get_tos },
	{ .level = 6, .name = 1, .label = "X_RANGE", .kind = SOCKOPT_INT, .min = 1, .max = 9,
	  .range_errno = EDOM, .set = set_tos, .get = get_tos },
};
static const struct sockopt_table own_table = { own_rows, 2 };
static const struct sockopt_table *const own_tables[] = { &own_table, NULL };

Test(sock, engine_rules)
{
	u8 small[4] = { 0 }, v = 9;
	int big = 250, neg = -1, ok = 100;
	u32 len = 1;

	cr_assert_eq(sock_table_setsockopt(sk, own_tables, 0, 1, &v, 1), 0);
	cr_assert_eq(tos, 9);
	cr_assert_eq(sock_table_setsockopt(sk, own_tables, 0, 1, &v, 0), 0);
	cr_assert_eq(tos, 0);
	cr_assert_eq(sock_table_setsockopt(sk, own_tables, 0, 1, &big, 4), -EINVAL);
	cr_assert_eq(sock_table_setsockopt(sk, own_tables, 0, 1, &neg, 4), -EINVAL);
	cr_assert_eq(sock_table_setsockopt(sk, own_tables, 0, 1, &ok, 4), 0);
	cr_assert_eq(sock_table_getsockopt(sk, own_tables, 0, 1, small, &len), 0);
	cr_assert(len == 1 && small[0] == 100);
	cr_assert_eq(sock_table_setsockopt(sk, own_tables, 6, 1, &ok, 4), -EDOM);
	cr_assert_eq(sock_table_setsockopt(sk, own_tables, 6, 1, &v, 1), -EINVAL);
	cr_assert_eq(sock_table_setsockopt(sk, own_tables, 6, 2, &ok, 4), -ENOPROTOOPT);
	cr_assert_eq(sock_table_getsockopt(sk, own_tables, 6, 2, small, &len), -ENOPROTOOPT);
	cr_assert_eq(sock_table_setsockopt(sk, own_tables, 17, 1, &ok, 4), -ENOPROTOOPT);
	cr_assert_eq(sock_table_getsockopt(sk, own_tables, 17, 1, small, &len), -EOPNOTSUPP);
	sk->sk_family = 10;
	cr_assert_eq(sock_table_getsockopt(sk, own_tables, 17, 1, small, &len), -ENOPROTOOPT);
}

/* -- wake-ups and accounting ------------------------------------------------------------------ */
Test(sock, wakes_accumulate_and_are_not_nested)
{
	sk_wake(sk, SOCK_EV_IN);
	sk_wake(sk, SOCK_EV_OUT);
	cr_assert_eq(nr_events, 0);
	fixture_settle(f.net);
	cr_assert(nr_events == 1 && events == (SOCK_EV_IN | SOCK_EV_OUT));
	sk_wake(sk, SOCK_EV_IN);
	sock_set_flag(sk, SOCK_DEAD);
	fixture_settle(f.net);
	cr_assert_eq(nr_events, 1, "nobody is there any more");
}

Test(sock, receive_buffer)
{
	u32 truesize = 0, taken = 0;

	set_int(8, 4000);
	for (;;) {
		struct sk_buff *skb = alloc_skb(f.net, 100);

		truesize = skb->truesize;
		if (sock_queue_rcv_skb(sk, skb))
			break;
		taken++;
	}
	cr_assert_eq(taken, (8000 + truesize - 1) / truesize);
	cr_assert_eq(sk->sk_drops, 1);
	cr_assert_eq(f.net->drops[SKB_DROP_SOCKET_RCVBUFF], 1);
	cr_assert_eq(sk->sk_rmem_alloc, (int)(taken * truesize));
	consume_skb(skb_dequeue(&sk->sk_receive_queue));
	cr_assert_eq(sk->sk_rmem_alloc, (int)((taken - 1) * truesize));
	cr_assert_eq(sock_queue_err_skb(sk, alloc_skb(f.net, 10000)), -ENOMEM);
}

Test(sock, send_buffer_wakes_at_half)
{
	struct sk_buff *skb[6];
	u32 i, size;

	skb[0] = alloc_skb(f.net, 100);
	size = skb[0]->truesize;
	consume_skb(skb[0]);
	sk->sk_sndbuf = (int)(6 * size);
	for (i = 0; i < 6; i++) {
		skb[i] = alloc_skb(f.net, 100);
		skb_set_owner_w(skb[i], sk);
	}
	cr_assert_eq(sk->sk_wmem_alloc, (int)(6 * size));
	for (i = 0; i < 6; i++) {
		consume_skb(skb[i]);
		fixture_settle(f.net);
		cr_assert_eq(nr_events, i >= 2, "after %u", i);
	}
	cr_assert_eq(sk->refcnt, 1);
}

Test(sock, messages_scatter)
{
	u8 a[3], b[1], c[10], flat[14] = "abcdefghijklmn", back[14];
	struct skb_vec vec[] = { { a, 3 }, { b, 0 }, { b, 1 }, { c, 10 } };
	struct msg msg = { .vec = vec, .nr_vec = 4, .len = 14 };
	struct sk_buff *skb = alloc_skb(f.net, 100);

	cr_assert_eq(msg_copy_to(&msg, 0, flat, 14), 0);
	cr_assert(a[2] == 'c' && b[0] == 'd' && c[0] == 'e');
	cr_assert_eq(msg_copy_from(&msg, 2, back, 12), 0);
	cr_assert_arr_eq(back, flat + 2, 12);
	cr_assert_eq(msg_copy_from(&msg, 3, back, 12), -EFAULT);
	skb_put_data(skb, "0123456789", 10);
	cr_assert_eq(skb_copy_datagram_msg(skb, 2, &msg, 8), 0);
	cr_assert(a[0] == '2' && b[0] == '5' && c[3] == '9');
	cr_assert_eq(skb_copy_datagram_msg(skb, 2, &msg, 9), -EFAULT);
	consume_skb(skb);
}

Test(sock, state_change_is_traced)
{
	f.net->trace_mask = 1ull << TRACE_inet_sock_set_state;
	sk_set_state(sk, TCP_ESTABLISHED);
	cr_assert(strstr(f.last_trace, "oldstate=CLOSE newstate=ESTABLISHED"), "%s", f.last_trace);
}
