/* SPDX-License-Identifier: BSD-2-Clause */
/* SOL_UDP. */
#include "udp/udp_priv.h"

#include <errno.h>
#include <limits.h>

enum { SOL_UDP_NS = 17 };

static int set_cork(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len)
{
	(void)row, (void)len;
	udp_sk(sk)->corkflag = sockopt_int(val) != 0;
	if (!udp_sk(sk)->corkflag && udp_sk(sk)->pending)
		return udp_push_pending(sk);
	return 0;
}

static int get_cork(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len)
{
	(void)row;
	return sockopt_get_int(udp_sk(sk)->corkflag, val, len);
}

static int set_no_check6(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len)
{
	bool on = sockopt_int(val) != 0;

	(void)len;
	if (row->name == 101)
		udp_sk(sk)->no_check6_tx = on;
	else
		udp_sk(sk)->no_check6_rx = on;
	return 0;
}

static int get_no_check6(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len)
{
	const struct udp_sock *up = udp_sk(sk);

	return sockopt_get_int(row->name == 101 ? up->no_check6_tx : up->no_check6_rx, val, len);
}

static int set_segment(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len)
{
	(void)row, (void)len;
	udp_sk(sk)->gso_size = (u16)sockopt_int(val);
	return 0;
}

static int get_segment(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len)
{
	(void)row;
	return sockopt_get_int(udp_sk(sk)->gso_size, val, len);
}

static int set_gro(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len)
{
	struct udp_sock *up = udp_sk(sk);
	bool on = sockopt_int(val) != 0;

	(void)row, (void)len;
	if (on != up->gro_enabled)
		sk->net->core.udp_gro_sockets += on ? 1 : -1u;
	up->gro_enabled = on;
	return 0;
}

static int get_gro(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len)
{
	(void)row;
	return sockopt_get_int(udp_sk(sk)->gro_enabled, val, len);
}

#define UDP_ROW(nr, text, lo, hi, set_fn, get_fn)                                           \
	{ .level = SOL_UDP_NS, .name = nr, .label = text, .kind = SOCKOPT_INT, .min = lo,    \
	  .max = hi, .set = set_fn, .get = get_fn }

static const struct sockopt_row udp_rows[] = {
	UDP_ROW(1, "UDP_CORK", INT_MIN, INT_MAX, set_cork, get_cork),
	UDP_ROW(101, "UDP_NO_CHECK6_TX", INT_MIN, INT_MAX, set_no_check6, get_no_check6),
	UDP_ROW(102, "UDP_NO_CHECK6_RX", INT_MIN, INT_MAX, set_no_check6, get_no_check6),
	UDP_ROW(103, "UDP_SEGMENT", 0, U16_MAX, set_segment, get_segment),
	UDP_ROW(104, "UDP_GRO", INT_MIN, INT_MAX, set_gro, get_gro),
};

const struct sockopt_table udp_sockopts = { udp_rows, ARRAY_SIZE(udp_rows) };
