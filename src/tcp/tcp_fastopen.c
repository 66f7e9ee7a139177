/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fast Open's keys (RFC 7413 4.1.2): one to make cookies with, a second that older ones are still
 * accepted by, for the net or for one listener; and the queue of a listener.
 */
#include "tcp/tcp_fastopen.h"

/* -- the net's keys ---------------------------------------------------------------------------- */

static void keys_to_text(struct net *net)
{
	const struct tcp_fastopen_keys *k = &net->tcp.fastopen_keys;
	struct strbuf sb;

	strbuf_init(&sb, net->tcp.fastopen_key, sizeof(net->tcp.fastopen_key));
	for (u32 i = 0; i < k->nr; i++)
		strbuf_printf(&sb, "%s%08x-%08x-%08x-%08x", i ? "," : "", (u32)k->key[i].key[0],
			      (u32)(k->key[i].key[0] >> 32), (u32)k->key[i].key[1],
			      (u32)(k->key[i].key[1] >> 32));
}

/* A random key unless one was set: the first time that anything needs one. */
void tcp_fastopen_init_key_once(struct net *net)
{
	struct tcp_fastopen_keys *k = &net->tcp.fastopen_keys;

	if (k->nr)
		return;
	k->key[0].key[0] = net_rand64(net);
	k->key[0].key[1] = net_rand64(net);
	k->nr = 1;
	keys_to_text(net);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One to eight hexadecimal digits. */
static const char *parse_word(const char *s, u32 *v)
{
	int n = 0;

	for (*v = 0; n < 8 && hex_digit(*s) >= 0; n++, s++)
		*v = *v << 4 | (u32)hex_digit(*s);
	return n ? s : NULL;
}

static const char *parse_key(const char *s, struct siphash_key *key)
{
	u32 w[4];

	for (int i = 0; i < 4; i++) {
		if (i && *s++ != '-')
			return NULL;
		s = parse_word(s, &w[i]);
		if (!s)
			return NULL;
	}
	key->key[0] = (u64)w[1] << 32 | w[0];
	key->key[1] = (u64)w[3] << 32 | w[2];
	return s;
}

/* net.ipv4.tcp_fastopen_key was written: "a-b-c-d" or "a-b-c-d,e-f-g-h". */
int tcp_fastopen_apply_key(struct net *net, const struct sysctl_row *row)
{
	struct tcp_fastopen_keys k = { .nr = 1 };
	const char *s = parse_key(net->tcp.fastopen_key, &k.key[0]);

	(void)row;
	if (s && *s == ',') {
		s = parse_key(s + 1, &k.key[1]);
		k.nr = 2;
	}
	if (!s || *s)
		return -EINVAL;
	net->tcp.fastopen_keys = k;
	keys_to_text(net);
	return 0;
}

/* -- a socket's -------------------------------------------------------------------------------- */

struct tcp_fastopen_queue *tcp_fastopen_queue_get(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_fastopen_queue *q = tp->fo_queue;

	if (q)
		return q;
	q = net_alloc(sk->net, sizeof(*q));
	if (!q)
		return NULL;
	INIT_LIST_HEAD(&q->pending);
	INIT_LIST_HEAD(&q->reset);
	tp->fo_queue = q;
	return q;
}

/* The listener closes: its children go on alone. */
void tcp_fastopen_listen_stop(struct sock *sk)
{
	struct tcp_fastopen_queue *q = tcp_sk(sk)->fo_queue;
	struct tcp_fastopen_child *c, *tmp;

	if (!q)
		return;
	list_for_each_entry_safe(c, tmp, &q->pending, node) {
		list_del_init(&c->node);
		c->listener = NULL;
	}
	list_for_each_entry_safe(c, tmp, &q->reset, node) {
		list_del_init(&c->node);
		pool_put(&sk->net->tcp.fastopen_pool, c);
	}
	q->qlen = 0;
}

void tcp_fastopen_queue_free(struct sock *sk)
{
	struct tcp_fastopen_queue *q = tcp_sk(sk)->fo_queue;

	if (!q)
		return;
	tcp_fastopen_listen_stop(sk);
	tcp_sk(sk)->fo_queue = NULL;
	net_free(sk->net, q, sizeof(*q));
}

/* listen() alone turns Fast Open on if the sysctl says so. */
int tcp_fastopen_listen(struct sock *sk, u32 backlog)
{
	u32 mode = tcp_ns(sk)->fastopen;
	struct tcp_fastopen_queue *q;

	if (!(mode & TFO_SERVER_ENABLE) || !(mode & TFO_SERVER_WO_SOCKOPT))
		return 0;
	q = tcp_fastopen_queue_get(sk);
	if (!q)
		return -ENOMEM;
	if (!q->max_qlen)
		q->max_qlen = min(backlog, sk->net->core.somaxconn);
	tcp_fastopen_init_key_once(sk->net);
	return 0;
}

static u64 get_le64(const u8 *p)
{
	u64 v = 0;

	for (int i = 7; i >= 0; i--)
		v = v << 8 | p[i];
	return v;
}

static void put_le64(u8 *p, u64 v)
{
	for (int i = 0; i < 8; i++, v >>= 8)
		p[i] = (u8)v;
}

int tcp_fastopen_set_keys(struct sock *sk, const u8 *raw, u32 len)
{
	struct tcp_fastopen_queue *q;

	if (len != TFO_KEY_LEN && len != 2 * TFO_KEY_LEN)
		return -EINVAL;
	q = tcp_fastopen_queue_get(sk);
	if (!q)
		return -ENOMEM;
	q->keys.nr = len / TFO_KEY_LEN;
	for (u32 i = 0; i < q->keys.nr; i++, raw += TFO_KEY_LEN) {
		q->keys.key[i].key[0] = get_le64(raw);
		q->keys.key[i].key[1] = get_le64(raw + 8);
	}
	return 0;
}

/* Octets written: 0, 16 or 32. The socket's own, else the net's. */
u32 tcp_fastopen_get_keys(struct sock *sk, u8 *raw)
{
	const struct tcp_fastopen_queue *q = tcp_sk(sk)->fo_queue;
	const struct tcp_fastopen_keys *k = q && q->keys.nr ? &q->keys : &tcp_ns(sk)->fastopen_keys;

	for (u32 i = 0; i < k->nr; i++, raw += TFO_KEY_LEN) {
		put_le64(raw, k->key[i].key[0]);
		put_le64(raw + 8, k->key[i].key[1]);
	}
	return k->nr * TFO_KEY_LEN;
}
