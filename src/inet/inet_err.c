/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Error queues (IP_RECVERR, IPV6_RECVERR): a record is a packet whose data is what the error quoted
 * of ours and whose cb says the rest.
 */
#include "inet/inet.h"

#include <errno.h>

enum { EXT_DATAGRAM_MIN = 128 };	/* octets that a quoted datagram before an extension has */

_Static_assert(sizeof(struct sock_err_cb) <= SKB_CB_SIZE, "an error record fits skb->cb");

static void err_add(struct sock *sk, const struct sock_err_cb *rec, const void *data, u32 len)
{
	struct sk_buff *skb = alloc_skb(sk->net, len);

	if (!skb)
		return;
	if (len)
		skb_put_data(skb, data, len);
	*sock_err_cb(skb) = *rec;
	skb->tstamp = sk->net->now;
	sock_queue_err_skb(sk, skb);
}

/* A sum that fits if there is one, and objects that fill it (RFC 4884 7); other versions are not judged. */
static bool extension_ok(const u8 *ext, u32 len)
{
	u32 off = 4, size;

	if (ext[0] >> 4 != 2)
		return true;
	if (get_be16(ext + 2) && !be16_is_zero(csum_fold(csum_partial(ext, len, 0))))
		return false;
	for (; off < len; off += size) {
		if (len - off < 4)
			return false;
		size = get_be16(ext + off);
		if (size < 4 || size > len - off)
			return false;
	}
	return true;
}

static bool wants_extension(struct sock *sk, const struct inet_af *af)
{
	return af->af_bit ? inet_sk(sk)->o6.recverr_rfc4884 : inet_sk(sk)->recverr_rfc4884;
}

/*
 * struct sock_ee_data_rfc4884: where in the data (which begin skip octets behind the quoted transport
 * header) the extension is, and whether it is bad. Nothing if the quoted datagram is shorter than allowed.
 */
static u32 extension_data(const struct inet_icmp_err *e, u32 skip)
{
	struct { u16 off; u8 flags, reserved; } d = { 0 };
	u32 hdrs, ret = 0, off = e->ext_off, len = e->l4_len - skip;

	if (off < EXT_DATAGRAM_MIN)
		return 0;
	hdrs = (u32)(e->l4 - e->skb->data) + skip;
	if (off < hdrs || off - hdrs + 4 > len)
		return 0;
	d.off = (u16)(off - hdrs);
	d.flags = !extension_ok(e->l4 + skip + d.off, len - d.off);
	memcpy(&ret, &d, sizeof(d));
	return ret;
}

void inet_err_queue_hdr(struct sock *sk, const struct inet_icmp_err *e, u16 port, u8 origin, u32 hdr)
{
	struct sock_err_cb rec = {
		.iif = e->iif, .info = e->info,
		.dport = port, .err = e->err, .origin = origin, .type = e->type, .code = e->code,
	};
	u32 skip = min(hdr, e->l4_len);

	memcpy(rec.daddr, e->daddr.b, sizeof(rec.daddr));
	memcpy(rec.offender, e->offender.b, sizeof(rec.offender));
	if (unlikely(e->ext_off) && wants_extension(sk, e->af))
		rec.data = extension_data(e, skip);
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
	struct sock_err_cb rec = { .dport = dport, .err = err, .info = info,
				   .origin = EE_ORIGIN_LOCAL };

	memcpy(rec.daddr, daddr->b, sizeof(rec.daddr));
	if (inet_recverr(sk, af))
		err_add(sk, &rec, NULL, 0);
}

static bool is_icmp(const struct sock_err_cb *rec)
{
	return rec->origin == EE_ORIGIN_ICMP || rec->origin == EE_ORIGIN_ICMP6;
}

/* struct sock_extended_err: u32 errno, u8 origin, type, code, pad, u32 info, u32 data */
static void err_to_cmsg(const struct sock_err_cb *rec, struct sock_cmsg *c)
{
	u32 err = (u32)rec->err;

	c->has_err = true;
	memcpy(&c->ext_err[0], &err, sizeof(err));
	c->ext_err[4] = rec->origin;
	c->ext_err[5] = rec->type;
	c->ext_err[6] = rec->code;
	memcpy(&c->ext_err[8], &rec->info, sizeof(rec->info));
	memcpy(&c->ext_err[12], &rec->data, sizeof(rec->data));
}

static void put_offender(struct sock *sk, const union inet_addr *addr, u32 iif, struct sock_cmsg *c)
{
	struct inet_sockaddr off = { .family = sk->sk_family_af->family, .addr = *addr };

	if (inet_addr_is_linklocal(addr))
		off.scope_id = iif;
	sk->sk_family_af->sockaddr_to(&off, c->offender, sizeof(c->offender));
}

/*
 * SOF_TIMESTAMPING_OPT_CMSG: the stamped packet tells of itself what a received one would, and its
 * own source as the offender. One that came back without its headers cannot.
 */
static void stamped_cmsg(struct sock *sk, const struct sk_buff *skb, struct sock_cmsg *c)
{
	const struct sock_err_cb *rec = sock_err_cb(skb);
	struct inet_skb_cb sent;

	if (rec->origin != EE_ORIGIN_TIMESTAMPING || !rec->iif)
		return;
	if (!sk->sk_family_af->af_bit && !(sk->sk_tsflags & SOF_OPT_CMSG))
		return;		/* IPv6 always tells */
	if (!inet_cmsg_sent(sk, skb, &sent, rec->iif, c))
		return;
	put_offender(sk, &sent.saddr, rec->iif, c);
}

static void err_name(struct sock *sk, const struct sock_err_cb *rec, struct msg *msg)
{
	union inet_addr daddr;

	if (!msg->name || !(is_icmp(rec) || rec->origin == EE_ORIGIN_LOCAL || rec->dport))
		return;
	memcpy(daddr.b, rec->daddr, sizeof(daddr.b));
	*msg->name = (struct inet_sockaddr){ .family = sk->sk_family_af->family, .addr = daddr,
					     .port = rec->dport };
	if (inet_addr_is_linklocal(&daddr))
		msg->name->scope_id = rec->iif;
	msg->has_name = true;
}

static void err_cmsg(struct sock *sk, const struct sk_buff *skb, struct sock_cmsg *c)
{
	const struct sock_err_cb *rec = sock_err_cb(skb);
	union inet_addr offender;

	memset(c, 0, sizeof(*c));
	sock_recv_tstamp(sk, skb->tstamp, true, c);
	if (!skb->tstamp)	/* nothing that happened on the wire */
		c->has_tstamping = false;
	err_to_cmsg(rec, c);
	if (is_icmp(rec)) {
		memcpy(offender.b, rec->offender, sizeof(offender.b));
		put_offender(sk, &offender, rec->iif, c);
	} else {
		stamped_cmsg(sk, skb, c);
	}
}

/* A record was taken: the socket's error follows the errors in the queue, not the stamps. */
static void err_taken(struct sock *sk, bool icmp)
{
	const struct sk_buff *next = skb_peek(&sk->sk_error_queue);
	bool icmp_next = next && is_icmp(sock_err_cb(next));

	if (icmp_next)
		sk->sk_err = sock_err_cb(next)->err;
	else if (icmp)
		sk->sk_err = 0;
	if (next)
		sk_wake(sk, SOCK_EV_ERR);
}

ssize_t inet_err_recv(struct sock *sk, struct msg *msg)
{
	struct sk_buff *skb = skb_peek(&sk->sk_error_queue);
	u32 len;
	int err;

	if (!skb)
		return -EAGAIN;
	len = (u32)min_t(size_t, skb->len, msg->len);
	if (skb->len > len)
		msg->out_flags |= SMSG_TRUNC;
	err = skb_copy_datagram_msg(skb, 0, msg, len);
	err_name(sk, sock_err_cb(skb), msg);
	if (msg->cmsg) {
		err_cmsg(sk, skb, msg->cmsg);
		if (sock_err_cb(skb)->opt_stats && msg->nr_vec && msg->vec[0].len >= skb->len) {
			msg->cmsg->opt_stats = msg->vec[0].base;
			msg->cmsg->opt_stats_len = (u16)skb->len;
		}
	}
	msg->out_flags |= SMSG_ERRQUEUE;
	if (!(msg->flags & SMSG_PEEK)) {
		bool icmp = is_icmp(sock_err_cb(skb));

		skb_unlink(&sk->sk_error_queue, skb);
		consume_skb(skb);
		err_taken(sk, icmp);
	}
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
