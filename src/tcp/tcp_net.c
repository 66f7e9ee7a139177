/* SPDX-License-Identifier: BSD-2-Clause */
/* The room's beginning and end in a net: tables, pools, secrets, protocol handler. */
#include "tcp/tcp_fastopen.h"

static const struct net_protocol tcp_protocol = { .rcv = tcp_rcv, .err = tcp_err };

static void tcp_secret(struct net *net, struct siphash_key *key)
{
	key->key[0] = net_rand64(net);
	key->key[1] = net_rand64(net);
}

int tcp_net_init(struct net *net)
{
	struct netns_tcp *ns = &net->tcp;
	int err;

	INIT_LIST_HEAD(&ns->tw_list);
	pool_init(&ns->req_pool, net, "tcp_request_sock", sizeof(struct tcp_request_sock), 64);
	pool_init(&ns->tw_pool, net, "tcp_timewait_sock", sizeof(struct tcp_timewait_sock), 64);
	pool_init(&ns->listen_pool, net, "tcp_listener", sizeof(struct tcp_listener), 8);
	pool_init(&ns->rsv_pool, net, "tcp_rsv", tcp_rsv_size(), 8);
	pool_init(&ns->fastopen_pool, net, "tcp_fastopen_child", sizeof(struct tcp_fastopen_child), 16);
	tcp_secret(net, &ns->isn_key);
	tcp_secret(net, &ns->ts_key);
	tcp_secret(net, &ns->cookie_key[0]);
	tcp_secret(net, &ns->cookie_key[1]);
	tcp_sysctl_init(net);
	ns->hash = net_alloc(net, sizeof(*ns->hash));
	if (!ns->hash)
		return -ENOMEM;
	err = inet_hashinfo_init(net, ns->hash);
	if (err)
		goto err_hash;
	err = inet_add_protocol(net, &tcp_protocol, IP_PROTO_TCP, 3);
	if (err)
		goto err_proto;
	if (!net->shard) {	/* what is read is the sum of all shards */
		net->mib[MIB_Tcp_RtoAlgorithm] = 1;
		net->mib[MIB_Tcp_RtoMin] = 200;
		net->mib[MIB_Tcp_RtoMax] = 120000;
		net->mib[MIB_Tcp_MaxConn] = (u64)-1;
	}
	return 0;
err_proto:
	inet_hashinfo_exit(net, ns->hash);
err_hash:
	net_free(net, ns->hash, sizeof(*ns->hash));
	ns->hash = NULL;
	return err;
}

static void tcp_kill(struct sock *sk, void *arg)
{
	(void)arg;
	if (sk->prot != &tcp_prot)
		return;
	if (!sock_flag(sk, SOCK_DEAD)) {
		sock_set_flag(sk, SOCK_LINGER);
		sk->sk_lingertime_ns = 0;
		tcp_close(sk);
	} else if (sk->sk_state != TCP_CLOSE) {
		tcp_send_active_reset(sk);
		tcp_done(sk);
	}
}

/* Resets every connection, the users' too, and frees all. */
void tcp_net_exit(struct net *net)
{
	struct netns_tcp *ns = &net->tcp;

	inet_sock_for_each(net, tcp_kill, NULL);
	tcp_tw_purge(net);
	inet_del_protocol(net, IP_PROTO_TCP, 3);
	page_frag_release(&ns->tx_frag);
	if (ns->hash) {	/* or tcp_net_init() failed */
		inet_hashinfo_exit(net, ns->hash);
		net_free(net, ns->hash, sizeof(*ns->hash));
		ns->hash = NULL;
	}
	pool_destroy(&ns->req_pool);
	pool_destroy(&ns->tw_pool);
	pool_destroy(&ns->listen_pool);
	pool_destroy(&ns->rsv_pool);
	pool_destroy(&ns->fastopen_pool);
	tcp_metrics_flush(net);
}
