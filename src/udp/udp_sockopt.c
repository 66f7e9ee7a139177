/* SPDX-License-Identifier: BSD-2-Clause */
/* SOL_UDP. */
#include "udp/udp_priv.h"

#include <errno.h>
#include <limits.h>

enum { ENCAP_L2TPINUDP = 3 };
enum { SOL_UDP_NS = 17, SEND_CSCOV = 10, RECV_CSCOV = 11 };

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

/* There is no IPsec; of the rest, L2TP's number alone changes nothing: its user takes the packets. */
static int set_encap(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len)
{
	int type = sockopt_int(val);

	(void)row, (void)len;
	if (type && type != ENCAP_L2TPINUDP)
		return -ENOPROTOOPT;
	udp_sk(sk)->encap_type = (u8)type;
	return 0;
}

static int get_encap(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len)
{
	(void)row;
	return sockopt_get_int(udp_sk(sk)->encap_type, val, len);
}

/* UDPLITE_*_CSCOV: octets that the checksum (has to) reach; at least the header, or 0 for all. */
static int set_coverage(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len)
{
	struct udp_sock *up = udp_sk(sk);
	int v = sockopt_int(val);
	u16 cov = (u16)(v && v < (int)UDP_HLEN ? (int)UDP_HLEN : min(v, (int)U16_MAX));

	(void)len;
	if (row->name == SEND_CSCOV) {
		up->send_cov = cov;
		up->has_send_cov = true;
	} else {
		up->recv_cov = cov;
		up->has_recv_cov = true;
	}
	return 0;
}

/* 0 on a UDP socket. */
static int get_coverage(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len)
{
	const struct udp_sock *up = udp_sk(sk);

	return sockopt_get_int(row->name == SEND_CSCOV ? up->send_cov : up->recv_cov, val, len);
}

#define UDP_ROW(nr, text, lo, hi, set_fn, get_fn)                                           \
	{ .level = SOL_UDP_NS, .name = nr, .label = text, .kind = SOCKOPT_INT, .min = lo,    \
	  .max = hi, .set = set_fn, .get = get_fn }

static const struct sockopt_row udp_rows[] = {
	UDP_ROW(1, "UDP_CORK", INT_MIN, INT_MAX, set_cork, get_cork),
	UDP_ROW(100, "UDP_ENCAP", INT_MIN, INT_MAX, set_encap, get_encap),
	UDP_ROW(101, "UDP_NO_CHECK6_TX", INT_MIN, INT_MAX, set_no_check6, get_no_check6),
	UDP_ROW(102, "UDP_NO_CHECK6_RX", INT_MIN, INT_MAX, set_no_check6, get_no_check6),
	UDP_ROW(103, "UDP_SEGMENT", 0, U16_MAX, set_segment, get_segment),
	UDP_ROW(104, "UDP_GRO", INT_MIN, INT_MAX, set_gro, get_gro),
	{ .level = SOL_UDP_NS, .name = SEND_CSCOV, .label = "UDPLITE_SEND_CSCOV",
	  .kind = SOCKOPT_INT, .flags = SOCKOPT_RO, .get = get_coverage },
	{ .level = SOL_UDP_NS, .name = RECV_CSCOV, .label = "UDPLITE_RECV_CSCOV",
	  .kind = SOCKOPT_INT, .flags = SOCKOPT_RO, .get = get_coverage },
};

/* Before UDP's: of what a UDP socket can only read. */
#define LITE_ROW(nr, text, set_fn, get_fn)                                                      \
	{ .level = SOL_UDP_NS, .name = nr, .label = text, .kind = SOCKOPT_INT, .min = INT_MIN,  \
	  .max = INT_MAX, .set = set_fn, .get = get_fn }

static const struct sockopt_row udplite_rows[] = {
	LITE_ROW(SEND_CSCOV, "UDPLITE_SEND_CSCOV", set_coverage, get_coverage),
	LITE_ROW(RECV_CSCOV, "UDPLITE_RECV_CSCOV", set_coverage, get_coverage),
};

const struct sockopt_table udplite_sockopts = { udplite_rows, ARRAY_SIZE(udplite_rows) };

const struct sockopt_table udp_sockopts = { udp_rows, ARRAY_SIZE(udp_rows) };
