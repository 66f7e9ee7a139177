/* SPDX-License-Identifier: BSD-2-Clause */
/* Raw sockets: a copy of every delivered packet of a protocol, and packets made by the program. */
#include "raw/raw_priv.h"

#include <errno.h>

/* -- life -------------------------------------------------------------- */

static int raw_init_sock(struct sock *sk)
{
	inet_sock_init(sk);
	return 0;
}

static void raw_destroy_sock(struct sock *sk)
{
	inet_sock_destroy(sk);
}

void raw_hash(struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);

	inet->sport = sk->sk_protocol;	/* what getsockname() shows */
	if (sk->sk_protocol == IP_PROTO_RAW)
		inet->hdrincl = true;
	if (sk->sk_protocol == IP_PROTO_ICMPV6 && sk->sk_family_af->af_bit)
		inet->o6.csum_offset = offsetof(struct icmp6_hdr, check);
	hlist_add_head(&inet->hash_node, &sk->net->raw.socks[sk->sk_protocol]);
	shard_raw_user(sk->net, sk->sk_family_af->af_bit, sk->sk_protocol, 1);
}

static void raw_close(struct sock *sk)
{
	hlist_del_init(&inet_sk(sk)->hash_node);
	shard_raw_user(sk->net, sk->sk_family_af->af_bit, sk->sk_protocol, -1);
	inet_mc_drop_all(sk);
	skb_queue_purge(&sk->sk_receive_queue);
	skb_queue_purge(&sk->sk_error_queue);
	sk->sk_shutdown = SHUTDOWN_MASK;
	sk_set_state(sk, TCP_CLOSE);
	sock_set_flag(sk, SOCK_DEAD);
	sock_put(sk);
}

static int raw_bind(struct sock *sk, const struct inet_sockaddr *addr)
{
	int err;

	if (sk->sk_state != TCP_CLOSE)
		return -EINVAL;
	if (addr->family == INET_FAMILY_6 && inet_addr_is_v4mapped(&addr->addr))
		return -EADDRNOTAVAIL;
	err = inet_bind_addr(sk, addr);
	if (err)
		return err;
	if (!inet_addr_any(&inet_sk(sk)->rcv_saddr))
		sk->sk_userlocks |= INET_BINDADDR_LOCK;
	sk_dst_set(sk, NULL);
	return 0;
}

/* -- receive ----------------------------------------------------------- */

bool raw_match(const struct sock *sk, const struct inet_af *af, const union inet_addr *laddr,
	       const union inet_addr *raddr, u32 iif)
{
	const struct inet_sock *inet = inet_sk(sk);

	if (sk->sk_family_af != af || !inet_bound_dev_match(sk, iif))
		return false;
	if (!inet_addr_any(&inet->daddr) && !inet_addr_equal(&inet->daddr, raddr))
		return false;
	return inet_addr_any(&inet->rcv_saddr) || inet_addr_equal(&inet->rcv_saddr, laddr);
}

bool icmp_csum_bad(const struct sk_buff *skb, u32 len)
{
	const struct inet_skb_cb *cb = inet_cb(skb);
	u32 sum = 0;

	if (skb->ip_summed == CHECKSUM_UNNECESSARY || skb->ip_summed == CHECKSUM_PARTIAL)
		return false;
	if (cb->af->af_bit)
		sum = cb->af->pseudo_csum(&cb->saddr, &cb->daddr, len, cb->proto);
	return !be16_is_zero(csum_fold(skb_checksum(skb, 0, len, sum)));
}

static bool icmp_filtered(const struct raw_sock *rs, const struct sk_buff *skb, u8 proto)
{
	u8 type_buf;
	const u8 *type;

	if (proto != rs->inet.sk.sk_family_af->icmp_proto)
		return false;
	type = skb_header_pointer(skb, 0, 1, &type_buf);
	if (!type)
		return true;
	if (rs->inet.sk.sk_family_af->af_bit)
		return rs->icmp6_filter[*type >> 5] >> (*type & 31) & 1;
	return *type < 32 && rs->icmp_filter >> *type & 1;
}

/* IPv6 sockets with a checksum offset get only what is right (RFC 3542 3.1). */
static bool raw_csum_bad(const struct sock *sk, const struct sk_buff *skb)
{
	return sk->sk_family_af->af_bit && inet_sk(sk)->o6.csum_offset >= 0 &&
	       icmp_csum_bad(skb, skb->len);
}

static void raw_queue(struct sock *sk, const struct sk_buff *skb)
{
	struct sk_buff *clone = skb_clone(skb);

	if (!clone) {
		sk->sk_drops++;
		return;
	}
	*dgram_cb(clone) = (struct dgram_cb){ 0 };
	if (!sk->sk_family_af->af_bit)	/* IPv4's raw sockets see the IP header */
		skb_push(clone, inet_cb(clone)->l3_len);
	if (sock_filter_pass(sk, clone, 1))
		dgram_queue_rcv(sk, clone);
}

static bool raw_deliver(const struct sk_buff *skb, u8 proto)
{
	const struct inet_skb_cb *cb = inet_cb(skb);
	bool group = cb->flags & INET_CB_MULTICAST, taken = ping_deliver(skb, proto);
	struct inet_sock *inet;

	if (unlikely(skb->net->group))
		shard_raw(skb, cb->af->af_bit, proto);
	hlist_for_each_entry(inet, &skb->net->raw.socks[proto], hash_node) {
		struct sock *sk = &inet->sk;

		if (!raw_match(sk, cb->af, &cb->daddr, &cb->saddr, cb->iif))
			continue;
		if (group && !inet_mc_wants(sk, &cb->daddr, &cb->saddr, cb->iif))
			continue;
		taken = true;
		if (!icmp_filtered(raw_sk(sk), skb, proto) && !raw_csum_bad(sk, skb))
			raw_queue(sk, skb);
	}
	return taken;
}

static void raw_err(struct net *net, const struct inet_icmp_err *e, u8 proto)
{
	struct inet_sock *inet;
	int err;

	ping_err(net, e, proto);
	hlist_for_each_entry(inet, &net->raw.socks[proto], hash_node) {
		if (!raw_match(&inet->sk, e->af, &e->saddr, &e->daddr, e->iif))
			continue;
		err = dgram_icmp_errno(&inet->sk, e, 0, 0);
		if (err)
			sk_report_error(&inet->sk, err);
	}
}

static ssize_t raw_recvmsg(struct sock *sk, struct msg *msg)
{
	return dgram_recvmsg(sk, msg, 0);
}

static int raw_ioctl(struct sock *sk, u32 cmd, int *value)
{
	return dgram_ioctl(sk, cmd, value, 0);
}

/* -- transmit ---------------------------------------------------------- */

/* IPV6_CHECKSUM: the stack makes the sum at that offset. */
static int raw_checksum(const struct sock *sk, struct sk_buff *skb, const struct dgram_tx *tx)
{
	int off = inet_sk(sk)->o6.csum_offset;
	be16 check = { 0 };
	u32 sum;

	if (!tx->af->af_bit || off < 0 || inet_sk(sk)->hdrincl)
		return 0;
	if ((u32)off + sizeof(check) > skb->len)
		return -EINVAL;
	skb_store_bits(skb, (u32)off, &check, sizeof(check));
	sum = tx->af->pseudo_csum(&tx->fl.saddr, &tx->fl.daddr, skb->len, sk->sk_protocol);
	check = csum_fold(skb_checksum(skb, 0, skb->len, sum));
	if (be16_is_zero(check))
		check = be16_make(0xffff);
	return skb_store_bits(skb, (u32)off, &check, sizeof(check));
}

static int raw_tx_check(struct sock *sk, const struct msg *msg, const struct dgram_tx *tx)
{
	const struct inet_sock *inet = inet_sk(sk);

	if (tx->af != sk->sk_family_af)		/* v4-mapped on an IPv6 raw socket: no way leads there */
		return -ENETUNREACH;
	if (!inet->hdrincl)
		return dgram_tx_check_size(sk, tx, (u32)msg->len);
	if (msg->len < tx->af->hdr_len || (!tx->af->af_bit && tx->opts.options_len))
		return -EINVAL;
	if (msg->len > dst_mtu(tx->dst)) {
		inet_err_local(sk, EMSGSIZE, tx->af, &tx->fl.daddr, tx->fl.dport, dst_mtu(tx->dst));
		return -EMSGSIZE;
	}
	return 0;
}

/* An ICMP packet without type and code, which Linux looks for before there is a route. */
static bool raw_lacks_type(const struct sock *sk, const struct msg *msg)
{
	return msg->len < 2 && !inet_sk(sk)->hdrincl && sk->sk_protocol == sk->sk_family_af->icmp_proto;
}

/* The port of an address of IPv6 is the protocol, or nothing; looked at before there is a route. */
static bool raw_wrong_protocol(const struct sock *sk, const struct msg *msg)
{
	return sk->sk_family_af->af_bit && msg->has_name && msg->name->port &&
	       msg->name->port != sk->sk_protocol;
}

static bool is_routing(int err)
{
	return err == -ENETUNREACH || err == -EHOSTUNREACH || err == -EACCES;
}

int raw_tx_finish(struct sock *sk, struct sk_buff *skb, struct dgram_tx *tx, int err)
{
	dgram_tx_mark(tx, skb);
	if (err)
		consume_skb(skb);
	else
		err = tx->af->xmit(sk->net, sk, skb, &tx->fl, tx->dst, &tx->opts);
	return err == -ENOBUFS && !inet_recverr(sk, tx->af) ? 0 : err;
}

static ssize_t raw_sendmsg(struct sock *sk, struct msg *msg)
{
	struct sk_buff *skb = NULL;
	struct dgram_tx tx;
	int err;

	if (msg->len > U16_MAX)
		return -EMSGSIZE;
	if (raw_wrong_protocol(sk, msg))
		return -EINVAL;
	err = dgram_tx_begin(sk, msg, &tx, false);
	if (raw_lacks_type(sk, msg) && (!err || is_routing(err))) {
		if (!err)
			dgram_tx_end(&tx);
		return -EFAULT;
	}
	if (err)
		return err;
	err = raw_tx_check(sk, msg, &tx);
	if (!err)
		skb = dgram_alloc(sk, 0, msg, 0, (u32)msg->len, &err);
	if (skb) {
		tx.opts.hdrincl = inet_sk(sk)->hdrincl;
		err = raw_tx_finish(sk, skb, &tx, raw_checksum(sk, skb, &tx));
	}
	dgram_tx_end(&tx);
	return err ? err : (ssize_t)msg->len;
}

/* A raw IPv6 socket speaks nothing else. */
static int raw_connect(struct sock *sk, const struct inet_sockaddr *addr)
{
	if (sk->sk_family_af->af_bit && addr->family && addr->family != sk->sk_family)
		return -EAFNOSUPPORT;
	return dgram_connect(sk, addr);
}

/* As Linux, where it stops neither what is sent nor what comes. */
static int raw_shutdown(struct sock *sk, int how)
{
	(void)how;
	return sk->sk_state == TCP_ESTABLISHED ? 0 : -ENOTCONN;
}

static const struct sockopt_table *const raw_tables[] = { &raw_sockopts, NULL };

const struct proto raw_prot = {
	.name = "RAW",
	.type = 3,
	.obj_size = sizeof(struct raw_sock),
	.sockopts = raw_tables,
	.init = raw_init_sock,
	.destroy = raw_destroy_sock,
	.close = raw_close,
	.bind = raw_bind,
	.connect = raw_connect,
	.shutdown = raw_shutdown,
	.sendmsg = raw_sendmsg,
	.recvmsg = raw_recvmsg,
	.getname = inet_getname,
	.ioctl = raw_ioctl,
	.poll = dgram_poll,
};

int raw_net_init(struct net *net)
{
	net->ip.raw_deliver = raw_deliver;
	net->ip.raw_err = raw_err;
	return ping_net_init(net);
}

void raw_net_exit(struct net *net)
{
	for (u32 i = 0; i < ARRAY_SIZE(net->raw.socks); i++)
		ASSERT(hlist_empty(&net->raw.socks[i]));
	for (u32 i = 0; i < ARRAY_SIZE(net->raw.pings); i++)
		ASSERT(hlist_empty(&net->raw.pings[i]));
	net->ip.raw_deliver = NULL;
	net->ip.raw_err = NULL;
}
