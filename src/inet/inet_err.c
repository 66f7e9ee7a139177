/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Error queues (IP_RECVERR, IPV6_RECVERR): a record is a packet whose data is what the error quoted
 * of ours and whose cb says the rest.
 */
#include "inet/inet.h"

#include <errno.h>

struct inet_err_cb {
	union inet_addr daddr;		/* where the offending packet went */
	union inet_addr offender;
	u32 iif;
	u32 info;
	u16 dport;
	int err;
	u8 origin, type, code;
};
_Static_assert(sizeof(struct inet_err_cb) <= SKB_CB_SIZE, "an error record fits skb->cb");

static struct inet_err_cb *err_cb(const struct sk_buff *skb)
{
	return (struct inet_err_cb *)(uintptr_t)skb->cb;
}

static void err_add(struct sock *sk, const struct inet_err_cb *rec, const void *data, u32 len)
{
	struct sk_buff *skb = alloc_skb(sk->net, len);

	if (!skb)
		return;
	if (len)
		skb_put_data(skb, data, len);
	*err_cb(skb) = *rec;
	skb->tstamp = sk->net->now;
	sock_queue_err_skb(sk, skb);
}

void inet_err_queue_hdr(struct sock *sk, const struct inet_icmp_err *e, u16 port, u8 origin, u32 hdr)
{
	struct inet_err_cb rec = {
		.daddr = e->daddr, .offender = e->offender, .iif = e->iif, .info = e->info,
		.dport = port, .err = e->err, .origin = origin, .type = e->type, .code = e->code,
	};
	u32 skip = min(hdr, e->l4_len);

	if (inet_recverr(sk, e->af))
		err_add(sk, &rec, e->l4 + skip, e->l4_len - skip);
}

void inet_err_queue(struct sock *sk, const struct inet_icmp_err *e, u16 port, u8 origin)
{
	bool udp_like = sk->sk_protocol == IP_PROTO_UDP || sk->sk_protocol == IP_PROTO_UDPLITE;

	inet_err_queue_hdr(sk, e, port, origin, udp_like ? UDP_HLEN : 0);
}

void inet_err_local(struct sock *sk, int err, const struct inet_af *af, const union inet_addr *daddr,
		    u16 dport, u32 info)
{
	struct inet_err_cb rec = { .daddr = *daddr, .dport = dport, .err = err, .info = info,
				   .origin = EE_ORIGIN_LOCAL };

	if (inet_recverr(sk, af))
		err_add(sk, &rec, NULL, 0);
}

/* struct sock_extended_err: u32 errno, u8 origin, type, code, pad, u32 info, u32 data */
static void err_to_cmsg(struct sock *sk, const struct inet_err_cb *rec, struct sock_cmsg *c)
{
	struct inet_sockaddr off = { .family = sk->sk_family_af->family, .addr = rec->offender };
	u32 err = (u32)rec->err;

	memset(c, 0, sizeof(*c));
	c->has_err = true;
	memcpy(&c->ext_err[0], &err, sizeof(err));
	c->ext_err[4] = rec->origin;
	c->ext_err[5] = rec->type;
	c->ext_err[6] = rec->code;
	memcpy(&c->ext_err[8], &rec->info, sizeof(rec->info));
	if (rec->origin != EE_ORIGIN_ICMP && rec->origin != EE_ORIGIN_ICMP6)
		return;
	if (inet_addr_is_linklocal(&off.addr))
		off.scope_id = rec->iif;
	sk->sk_family_af->sockaddr_to(&off, c->offender, sizeof(c->offender));
}

ssize_t inet_err_recv(struct sock *sk, struct msg *msg)
{
	struct sk_buff *skb = skb_peek(&sk->sk_error_queue), *next;
	const struct inet_err_cb *rec;
	u32 len;
	int err;

	if (!skb)
		return -EAGAIN;
	rec = err_cb(skb);
	len = (u32)min_t(size_t, skb->len, msg->len);
	if (skb->len > len)
		msg->out_flags |= SMSG_TRUNC;
	err = skb_copy_datagram_msg(skb, 0, msg, len);
	if (msg->name) {
		*msg->name = (struct inet_sockaddr){ .family = sk->sk_family_af->family,
						     .addr = rec->daddr, .port = rec->dport };
		if (inet_addr_is_linklocal(&rec->daddr))
			msg->name->scope_id = rec->iif;
		msg->has_name = true;
	}
	if (msg->cmsg)
		err_to_cmsg(sk, rec, msg->cmsg);
	msg->out_flags |= SMSG_ERRQUEUE;
	if (msg->flags & SMSG_PEEK)
		return err ? err : (ssize_t)len;
	skb_unlink(&sk->sk_error_queue, skb);
	consume_skb(skb);
	/* The socket's error follows the queue: the next record's, or none. */
	next = skb_peek(&sk->sk_error_queue);
	sk->sk_err = next ? err_cb(next)->err : 0;
	if (next)
		sk_wake(sk, SOCK_EV_ERR);
	return err ? err : (ssize_t)len;
}

int dgram_icmp_errno(struct sock *sk, const struct inet_icmp_err *e, u16 port, u32 hdr)
{
	const struct inet_sock *inet = inet_sk(sk);
	u8 pmtudisc = e->af->af_bit ? inet->o6.pmtudisc : inet->pmtudisc;
	bool hard = e->hard;

	if (!e->err)
		return 0;
	if (e->err == EMSGSIZE) {	/* the path's MTU: news only for who asked not to fragment */
		inet_icmp_err_pmtu(sk->net, e);
		hard = pmtudisc != 0;
		if (!hard && !e->af->af_bit)
			return 0;
	}
	if (!inet_recverr(sk, e->af))
		return hard && sk->sk_state == TCP_ESTABLISHED ? e->err : 0;
	inet_err_queue_hdr(sk, e, port, e->af->af_bit ? EE_ORIGIN_ICMP6 : EE_ORIGIN_ICMP, hdr);
	return e->err;
}
