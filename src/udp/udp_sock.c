/* SPDX-License-Identifier: BSD-2-Clause */
/* UDP sockets: life, names, and the room's start and end. RFC 768, RFC 8085. */
#include "udp/udp_priv.h"

#include <errno.h>

static int udp_init_sock(struct sock *sk)
{
	inet_sock_init(sk);
	return 0;
}

static void udp_destroy_sock(struct sock *sk)
{
	inet_sock_destroy(sk);
}

static void udp_close(struct sock *sk)
{
	struct inet_hashinfo *h = udp_hash(sk);

	inet_listen_unhash(h, sk);
	inet_port_put(sk, h);
	udp_flush_pending(sk);
	if (udp_sk(sk)->gro_enabled)
		sk->net->core.udp_gro_sockets--;
	udp_sk(sk)->gro_enabled = false;
	inet_mc_drop_all(sk);
	skb_queue_purge(&sk->sk_receive_queue);
	skb_queue_purge(&sk->sk_error_queue);
	sk_set_state(sk, TCP_CLOSE);
	sk->sk_shutdown = SHUTDOWN_MASK;
	sock_set_flag(sk, SOCK_DEAD);
	sock_put(sk);
}

int udp_autobind(struct sock *sk)
{
	if (inet_sk(sk)->sport)
		return 0;
	if (inet_port_get(sk, udp_hash(sk), 0))
		return -EAGAIN;
	inet_listen_hash(udp_hash(sk), sk);
	return 0;
}

static int udp_bind(struct sock *sk, const struct inet_sockaddr *addr)
{
	int err = inet_bind(sk, udp_hash(sk), addr);

	if (!err && inet_sk(sk)->sport)
		inet_listen_hash(udp_hash(sk), sk);
	return err;
}

static int udp_reuseport_prog(struct sock *sk, struct sock_filter *prog)
{
	return inet_reuseport_prog(udp_hash(sk), sk, prog);
}

static int udp_connect(struct sock *sk, const struct inet_sockaddr *addr)
{
	struct inet_hashinfo *h = udp_hash(sk);
	int err;

	if (addr->family) {
		err = udp_autobind(sk);
		return err ? err : dgram_connect(sk, addr);
	}
	dgram_disconnect(sk);
	if (!(sk->sk_userlocks & INET_BINDPORT_LOCK)) {
		inet_listen_unhash(h, sk);
		inet_port_put(sk, h);
	}
	return 0;
}

static ssize_t udp_recvmsg(struct sock *sk, struct msg *msg)
{
	return dgram_recvmsg(sk, msg, UDP_HLEN);
}

static int udp_ioctl(struct sock *sk, u32 cmd, int *value)
{
	return dgram_ioctl(sk, cmd, value, UDP_HLEN);
}

/* What both protocols do alike. */
#define UDP_CALLS \
	.type = 2, \
	.obj_size = sizeof(struct udp_sock), \
	.init = udp_init_sock, \
	.destroy = udp_destroy_sock, \
	.close = udp_close, \
	.bind = udp_bind, \
	.connect = udp_connect, \
	.reuseport_prog = udp_reuseport_prog, \
	.shutdown = dgram_shutdown, \
	.sendmsg = udp_sendmsg, \
	.recvmsg = udp_recvmsg, \
	.getname = inet_getname, \
	.ioctl = udp_ioctl, \
	.poll = dgram_poll

static const struct sockopt_table *const udp_tables[] = { &udp_sockopts, NULL };

const struct proto udp_prot = {
	.name = "UDP",
	.protocol = IP_PROTO_UDP,
	.sockopts = udp_tables,
	UDP_CALLS,
};

static const struct sockopt_table *const udplite_tables[] = { &udplite_sockopts, &udp_sockopts, NULL };

/* RFC 3828: ports of its own, and a checksum that may cover a part. */
const struct proto udplite_prot = {
	.name = "UDPLITE",
	.protocol = IP_PROTO_UDPLITE,
	.sockopts = udplite_tables,
	UDP_CALLS,
};

static const struct net_protocol udp_protocol = { .rcv = udp_rcv, .err = udp_err };
static const struct net_protocol udplite_protocol = { .rcv = udp_rcv, .err = udplite_err };

#define UDP_OFF(field) (u32)offsetof(struct net, udp.field)

static const struct sysctl_row udp_sysctls[] = {
	{ .name = "net.ipv4.udp_mem", .kind = SYSCTL_U32_VEC3, .offset = UDP_OFF(mem),
	  .min = 0, .max = S32_MAX, .def_vec = { 65536, 98304, 131072 } },
	{ .name = "net.ipv4.udp_rmem_min", .kind = SYSCTL_U32, .offset = UDP_OFF(rmem_min),
	  .def = 4096, .min = 1, .max = S32_MAX },
	{ .name = "net.ipv4.udp_wmem_min", .kind = SYSCTL_U32, .offset = UDP_OFF(wmem_min),
	  .def = 4096, .min = 1, .max = S32_MAX },
};

static int hash_new(struct net *net, struct inet_hashinfo **to)
{
	struct inet_hashinfo *h = net_alloc(net, sizeof(*h));
	int err = h ? inet_hashinfo_init(net, h) : -ENOMEM;

	if (err && h)
		net_free(net, h, sizeof(*h));
	*to = err ? NULL : h;
	return err;
}

static void hash_free(struct net *net, struct inet_hashinfo **h)
{
	if (!*h)
		return;
	inet_hashinfo_exit(net, *h);
	net_free(net, *h, sizeof(**h));
	*h = NULL;
}

int udp_net_init(struct net *net)
{
	struct netns_udp *n = &net->udp;
	int err;

	n->sysctls.rows = udp_sysctls;
	n->sysctls.nr_rows = ARRAY_SIZE(udp_sysctls);
	sysctl_register(net, &n->sysctls);
	err = hash_new(net, &n->hash);
	if (!err)
		err = hash_new(net, &n->lite_hash);
	if (!err)
		err = inet_add_protocol(net, &udp_protocol, IP_PROTO_UDP, 3);
	if (!err)
		err = inet_add_protocol(net, &udplite_protocol, IP_PROTO_UDPLITE, 3);
	if (err) {
		hash_free(net, &n->lite_hash);
		hash_free(net, &n->hash);
	}
	return err;
}

void udp_net_exit(struct net *net)
{
	struct netns_udp *n = &net->udp;

	if (!n->hash)
		return;
	ASSERT(!n->mem_bytes);
	inet_del_protocol(net, IP_PROTO_UDPLITE, 3);
	inet_del_protocol(net, IP_PROTO_UDP, 3);
	hash_free(net, &n->lite_hash);
	hash_free(net, &n->hash);
}
