/* SPDX-License-Identifier: BSD-2-Clause */
/* Datagram base: connect, receive, readiness. */
#include "inet/inet.h"

#include <errno.h>

enum { SIOCINQ_NS = 0x541b, SIOCOUTQ_NS = 0x5411 };

/* -- connect ----------------------------------------------------------- */

/* Device of a link-local peer: named by its scope, or bound before (RFC 4007 11). */
static int connect_scope(struct sock *sk, const struct inet_sockaddr *a, u32 *bound)
{
	*bound = sk->sk_bound_dev_if;
	if (!inet_addr_needs_scope(&a->addr))
		return 0;
	if (a->scope_id) {
		if (*bound && *bound != a->scope_id)
			return -EINVAL;
		*bound = a->scope_id;
	}
	if (!*bound && inet_addr_is_multicast(&a->addr))
		*bound = inet_sk(sk)->o6.mc_index;
	return *bound ? 0 : -EINVAL;
}

static int connect_route(struct sock *sk, const struct inet_sockaddr *a, u32 oif, struct flowi *fl,
			 struct dst_entry **dst)
{
	struct inet_sock *inet = inet_sk(sk);
	int err = inet_sk_set_family_for(sk, a);

	if (err)
		return err;
	inet_sk_flow(sk, fl, &a->addr, a->port);
	fl->flowlabel = inet_flowinfo(inet, a) & FLOWLABEL_MASK;
	err = flowlabel_check(sk, fl->flowlabel, NULL);
	if (err)
		return err;
	dgram_sticky_oif(sk, fl);
	if (oif)
		fl->oif = oif;
	err = inet->af->route_output(sk->net, fl, dst);
	if (err)
		return err;
	if (rt_of(*dst)->type == RTN_BROADCAST && !sock_flag(sk, SOCK_BROADCAST)) {
		dst_release(*dst);
		return -EACCES;
	}
	return 0;
}

int dgram_connect(struct sock *sk, const struct inet_sockaddr *addr)
{
	struct inet_sock *inet = inet_sk(sk);
	struct inet_sockaddr a = *addr;
	struct dst_entry *dst;
	struct flowi fl;
	u32 bound;
	int err;

	if (!a.family)
		return dgram_disconnect(sk);
	if (sk->sk_family_af->af_bit && a.family == INET_FAMILY_4 && inet->v6only)
		return -EAFNOSUPPORT;
	inet_fix_any_daddr(sk, &a.addr);
	err = connect_scope(sk, &a, &bound);
	if (!err)
		err = connect_route(sk, &a, bound, &fl, &dst);
	if (err)
		return err;
	sk->sk_bound_dev_if = bound;
	if (inet_addr_any(&inet->saddr))
		inet->saddr = fl.saddr;
	else if (inet_addr_is_v4mapped(&fl.saddr))
		memcpy(inet->saddr4, fl.saddr.b + 12, sizeof(inet->saddr4));
	if (inet_addr_any(&inet->rcv_saddr))
		inet->rcv_saddr = fl.saddr;
	inet->daddr = a.addr;
	inet->dport = a.port;
	inet->scope_id = bound;
	inet->flowlabel = inet_flowinfo(inet, &a);
	sk->sk_txhash = net_rand32(sk->net);
	sk_set_state(sk, TCP_ESTABLISHED);
	sk_dst_set(sk, dst);
	return 0;
}

int dgram_disconnect(struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);
	union inet_addr any = { 0 };

	if (!sk->sk_family_af->af_bit)
		any = inet_addr_from4(any.b);
	sk_set_state(sk, TCP_CLOSE);
	inet->daddr = any;
	inet->dport = 0;
	inet->scope_id = 0;
	inet->af = sk->sk_family_af;
	sk->sk_bound_dev_if = 0;
	if (!(sk->sk_userlocks & INET_BINDADDR_LOCK)) {
		inet->saddr = inet->rcv_saddr = any;
		memset(inet->saddr4, 0, sizeof(inet->saddr4));
	}
	sk_dst_set(sk, NULL);
	return 0;
}

int dgram_shutdown(struct sock *sk, int how)
{
	bool connected = sk->sk_state == TCP_ESTABLISHED;

	sk->sk_shutdown |= (u8)how;
	sk_wake(sk, dgram_poll(sk) & ~(u32)SOCK_EV_OUT);
	return connected ? 0 : -ENOTCONN;
}

/* -- receive ----------------------------------------------------------- */

bool dgram_queue_rcv(struct sock *sk, struct sk_buff *skb)
{
	skb_dst_drop(skb);
	dgram_cb(skb)->drops = sk->sk_drops;
	dgram_cb(skb)->off = 0;
	return sock_queue_rcv_skb(sk, skb) == 0;
}

/* Payload of the next datagram in skb: one, or what GRO merged and nobody has read yet. */
static u32 datagram_len(const struct sk_buff *skb, u32 hdr)
{
	const struct dgram_cb *cb = dgram_cb(skb);
	u32 len = skb->len - hdr - cb->off;

	return cb->gso_size && !cb->whole ? min_t(u32, len, cb->gso_size) : len;
}

static void fill_source(struct sock *sk, const struct sk_buff *skb, struct msg *msg)
{
	const struct inet_skb_cb *cb = inet_cb(skb);

	if (!msg->name)
		return;
	*msg->name = (struct inet_sockaddr){
		.family = sk->sk_family_af->family, .addr = cb->saddr, .port = dgram_cb(skb)->sport,
	};
	if (inet_addr_is_linklocal(&cb->saddr))
		msg->name->scope_id = cb->iif;
	msg->has_name = true;
}

/* IPV6_PATHMTU: a message without data, that says into what a send did not fit. */
static ssize_t recv_path_mtu(struct sock *sk, struct msg *msg)
{
	struct inet_opts6 *o6 = &inet_sk(sk)->o6;

	if (msg->name) {
		*msg->name = (struct inet_sockaddr){ .family = sk->sk_family_af->family,
						     .addr = o6->rxpmtu_dst, .scope_id = o6->rxpmtu_oif };
		msg->has_name = true;
	}
	if (msg->cmsg) {
		msg->cmsg->pathmtu = o6->rxpmtu;
		msg->cmsg->ifindex = o6->rxpmtu_oif;
		memcpy(&msg->cmsg->dst, &o6->rxpmtu_dst, sizeof(msg->cmsg->dst));
	}
	o6->rxpmtu = 0;
	return 0;
}

ssize_t dgram_recvmsg(struct sock *sk, struct msg *msg, u32 hdr)
{
	struct dgram_cb *cb;
	struct sk_buff *skb;
	u32 len, copied;
	int err;

	msg->out_flags = 0;
	if (msg->flags & SMSG_ERRQUEUE)
		return inet_err_recv(sk, msg);
	if (msg->flags & SMSG_OOB)
		return -EOPNOTSUPP;
	if (unlikely(inet_sk(sk)->o6.rxpmtu))
		return recv_path_mtu(sk, msg);
	if (sk->sk_err)
		return sock_error(sk);
	skb = skb_peek(&sk->sk_receive_queue);
	if (!skb)
		/* as Linux: only a call that would wait sees the end */
		return sk->sk_shutdown & RCV_SHUTDOWN && !(msg->flags & SMSG_DONTWAIT) ? 0 : -EAGAIN;
	cb = dgram_cb(skb);
	len = datagram_len(skb, hdr);
	copied = (u32)min_t(size_t, len, msg->len);
	if (copied < len)
		msg->out_flags |= SMSG_TRUNC;
	err = skb_copy_datagram_msg(skb, hdr + cb->off, msg, copied);
	fill_source(sk, skb, msg);
	inet_cmsg_recv(sk, skb, msg, hdr);
	if (!(msg->flags & SMSG_PEEK)) {
		cb->off += len;
		if (cb->off + hdr >= skb->len) {
			skb_unlink(&sk->sk_receive_queue, skb);
			consume_skb(skb);
		}
	}
	if (err)
		return err;
	return msg->flags & SMSG_TRUNC ? (ssize_t)len : (ssize_t)copied;
}

int dgram_ioctl(struct sock *sk, u32 cmd, int *value, u32 hdr)
{
	struct sk_buff *skb = skb_peek(&sk->sk_receive_queue);

	switch (cmd) {
	case SIOCINQ_NS:
		*value = skb ? (int)datagram_len(skb, hdr) : 0;
		return 0;
	case SIOCOUTQ_NS:
		*value = sk->sk_wmem_alloc;
		return 0;
	default:
		return -ENOTTY;
	}
}

u32 dgram_poll(struct sock *sk)
{
	u32 ev = 0;

	if (sk->sk_err || !skb_queue_empty(&sk->sk_error_queue))
		ev |= SOCK_EV_ERR | (sock_flag(sk, SOCK_SELECT_ERR_QUEUE) ? SOCK_EV_PRI : 0);
	if (sk->sk_shutdown & RCV_SHUTDOWN)
		ev |= SOCK_EV_RDHUP | SOCK_EV_IN;
	if (sk->sk_shutdown == SHUTDOWN_MASK)
		ev |= SOCK_EV_HUP;
	if (!skb_queue_empty(&sk->sk_receive_queue))
		ev |= SOCK_EV_IN;
	if (sk->sk_wmem_alloc < sk->sk_sndbuf >> 1)
		ev |= SOCK_EV_OUT;
	return ev;
}
