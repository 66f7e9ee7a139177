/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of SOL_TCP for those who administer connections: signed segments (routing daemons), repair
 * (checkpoint and restore). The work is in tcp_md5.c, tcp_ao_opt.c and tcp_repair.c.
 */
#include "tcp/tcp_sockopt.h"

#include "tcp/tcp_repair.h"
#include "tcp/tcp_sig.h"

enum {
	O_MD5SIG = 14, O_REPAIR = 19, O_REPAIR_QUEUE = 20, O_QUEUE_SEQ = 21, O_REPAIR_OPTIONS = 22,
	O_REPAIR_WINDOW = 29, O_MD5SIG_EXT = 32, O_AO_ADD_KEY = 38, O_AO_DEL_KEY = 39,
	O_AO_INFO = 40, O_AO_GET_KEYS = 41, O_AO_REPAIR = 42,
};

/* -- signed segments --------------------------------------------------------------------------- */

SETTER(set_md5sig)
{
	return tcp_md5_set(sk, row->name == O_MD5SIG_EXT, val, len);
}

SETTER(set_ao)
{
	static int (*const fns[])(struct sock *, const void *, u32) = {
		tcp_ao_add, tcp_ao_del, tcp_ao_set_info,
	};
	const struct tcp_sock *tp = tcp_sk(sk);

	if (!sk->net->cfg.crypto)
		return -ENOPROTOOPT;
	/* a connection begins with AO or never has it */
	if (!tcp_state_in(sk, TCPF(CLOSE) | TCPF(LISTEN)) && !tp->ao && !tp->repair)
		return -EISCONN;
	return fns[row->name - O_AO_ADD_KEY](sk, val, len);
}

GETTER(get_ao)
{
	if (!sk->net->cfg.crypto)
		return -ENOPROTOOPT;
	return row->name == O_AO_INFO ? tcp_ao_get_info(sk, val, len) :
					tcp_ao_get_keys(sk, val, len);
}

SETTER(set_ao_repair)
{
	(void)row;
	return sk->net->cfg.crypto ? tcp_ao_set_repair(sk, val, len) : -ENOPROTOOPT;
}

GETTER(get_ao_repair)
{
	UNUSED_GET;
	return sk->net->cfg.crypto ? tcp_ao_get_repair(sk, val, len) : -ENOPROTOOPT;
}

/* -- repair ------------------------------------------------------------------------------------- */

SETTER(set_repair)
{
	UNUSED_SET;
	return tcp_repair_set(sk, sockopt_int(val));
}

GETTER(get_repair)
{
	UNUSED_GET;
	return sockopt_get_int(tcp_sk(sk)->repair, val, len);
}

SETTER(set_repair_queue)
{
	UNUSED_SET;
	return tcp_repair_set_queue(sk, sockopt_int(val));
}

GETTER(get_repair_queue)
{
	int v, err = tcp_repair_get_queue(sk, &v);

	UNUSED_GET;
	return err ? err : sockopt_get_int(v, val, len);
}

SETTER(set_queue_seq)
{
	UNUSED_SET;
	return tcp_repair_set_seq(sk, (u32)sockopt_int(val));
}

GETTER(get_queue_seq)
{
	u32 v;
	int err = tcp_repair_get_seq(sk, &v);

	UNUSED_GET;
	return err ? err : sockopt_get_int((int)v, val, len);
}

SETTER(set_repair_options)
{
	(void)row;
	return tcp_repair_set_options(sk, val, len);
}

SETTER(set_repair_window)
{
	(void)row;
	return tcp_repair_set_window(sk, val, len);
}

GETTER(get_repair_window)
{
	UNUSED_GET;
	return tcp_repair_get_window(sk, val, len);
}

#define ROW_SIG(opt, flags, set, get) \
	{ SOL_TCP_NS, O_##opt, "TCP_" #opt, SOCKOPT_STRUCT, flags, 4, 0, 0, 0, set, get }

static const struct sockopt_row tcp_admin_rows[] = {
	ROW_INT(REPAIR, repair, S32_MIN_NS, S32_MAX),
	ROW_INT(REPAIR_QUEUE, repair_queue, S32_MIN_NS, S32_MAX),
	ROW_INT(QUEUE_SEQ, queue_seq, S32_MIN_NS, S32_MAX),
	ROW_SIG(REPAIR_OPTIONS, SOCKOPT_WO, set_repair_options, NULL),
	ROW_SIG(REPAIR_WINDOW, 0, set_repair_window, get_repair_window),
	ROW_SIG(MD5SIG, SOCKOPT_WO, set_md5sig, NULL),
	ROW_SIG(MD5SIG_EXT, SOCKOPT_WO, set_md5sig, NULL),
	ROW_SIG(AO_ADD_KEY, SOCKOPT_WO, set_ao, NULL),
	ROW_SIG(AO_DEL_KEY, SOCKOPT_WO, set_ao, NULL),
	ROW_SIG(AO_INFO, 0, set_ao, get_ao),
	ROW_SIG(AO_GET_KEYS, SOCKOPT_RO, NULL, get_ao),
	ROW_SIG(AO_REPAIR, 0, set_ao_repair, get_ao_repair),
};

const struct sockopt_table tcp_admin_sockopt_table = { tcp_admin_rows, ARRAY_SIZE(tcp_admin_rows) };
