/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ping sockets (SOCK_DGRAM with ICMP or ICMPv6): echo requests without privilege. The identifier
 * is the port: bound or chosen, written into requests, and what replies are told apart by.
 */
#include "raw/raw_priv.h"

#include <errno.h>

static struct hlist_head *ping_slot(struct net *net, u16 ident)
{
	return &net->raw.pings[ident & (PING_HASH - 1)];
}

/* Both families' echo header: type, code, checksum, identifier, sequence number. */
struct echo_hdr {
	u8 type, code;
	be16 check, id, seq;
} __packed;
_Static_assert(sizeof(struct echo_hdr) == ICMP4_HLEN && ICMP4_HLEN == ICMP6_HLEN, "echo header");

static u8 echo_request(const struct inet_af *af)
{
	return af->af_bit ? ICMP6_TYPE_ECHO_REQUEST : ICMP4_TYPE_ECHO;
}

static u8 echo_reply(const struct inet_af *af)
{
	return af->af_bit ? ICMP6_TYPE_ECHO_REPLY : ICMP4_TYPE_ECHO_REPLY;
}

/* -- life -------------------------------------------------------------- */

static int ping_init_sock(struct sock *sk)
{
	inet_sock_init(sk);
	inet_sk(sk)->v6only = sk->sk_family_af->af_bit;	/* there is no ICMP for mapped addresses */
	return 0;
}

static void ping_destroy_sock(struct sock *sk)
{
	inet_sock_destroy(sk);
}

static void ping_unhash(struct sock *sk)
{
	hlist_del_init(&inet_sk(sk)->hash_node);
	inet_sk(sk)->sport = 0;
}

static void ping_close(struct sock *sk)
{
	ping_unhash(sk);
	inet_mc_drop_all(sk);
	skb_queue_purge(&sk->sk_receive_queue);
	skb_queue_purge(&sk->sk_error_queue);
	sk->sk_shutdown = SHUTDOWN_MASK;
	sk_set_state(sk, TCP_CLOSE);
	sock_set_flag(sk, SOCK_DEAD);
	sock_put(sk);
}

static bool ident_conflict(const struct sock *sk, u16 ident, bool strict)
{
	const struct inet_sock *other;

	hlist_for_each_entry(other, ping_slot(sk->net, ident), hash_node)
		if (other->sport == ident && &other->sk != sk &&
		    (strict || !other->sk.sk_reuse || !sk->sk_reuse))
			return true;
	return false;
}

/* 0, or -EADDRINUSE. ident 0: the next free one. */
static int ping_get_ident(struct sock *sk, u16 ident)
{
	struct netns_raw *n = &sk->net->raw;
	u32 tries = 0;

	if (ident) {
		if (ident_conflict(sk, ident, false))
			return -EADDRINUSE;
	} else {
		do {
			if (++tries > U16_MAX)
				return -EADDRINUSE;
			ident = ++n->ping_rover;
		} while (!ident || ident_conflict(sk, ident, true));
	}
	inet_sk(sk)->sport = ident;
	hlist_add_head(&inet_sk(sk)->hash_node, ping_slot(sk->net, ident));
	return 0;
}

static int ping_bind(struct sock *sk, const struct inet_sockaddr *addr)
{
	struct inet_sock *inet = inet_sk(sk);
	union inet_addr saddr = inet->saddr, rcv_saddr = inet->rcv_saddr;
	int err;

	if (sk->sk_state != TCP_CLOSE || inet->sport)
		return -EINVAL;
	/* of IPv6, and one address */
	if (sk->sk_family_af->af_bit && addr->family == INET_FAMILY_6 &&
	    (inet_addr_is_multicast(&addr->addr) || inet_addr_is_v4mapped(&addr->addr)))
		return -EINVAL;
	err = inet_bind_addr(sk, addr);
	if (err)
		return err;
	/* inet_bind_addr() takes no source from a group or broadcast address */
	if (!inet_addr_any(&inet->rcv_saddr) && inet_addr_any(&inet->saddr))
		err = -EADDRNOTAVAIL;
	if (!err)
		err = ping_get_ident(sk, addr->port);
	if (err) {
		inet->saddr = saddr;
		inet->rcv_saddr = rcv_saddr;
		return err;
	}
	inet_bound(sk, addr);
	return 0;
}

static int ping_autobind(struct sock *sk)
{
	if (inet_sk(sk)->sport)
		return 0;
	return ping_get_ident(sk, 0) ? -EAGAIN : 0;
}

static int ping_connect(struct sock *sk, const struct inet_sockaddr *addr)
{
	int err;

	if (!addr->family) {
		dgram_disconnect(sk);
		if (!(sk->sk_userlocks & INET_BINDPORT_LOCK))
			ping_unhash(sk);
		return 0;
	}
	err = ping_autobind(sk);
	return err ? err : dgram_connect(sk, addr);
}

/* -- receive ----------------------------------------------------------- */

static struct sock *ping_lookup(struct net *net, const struct inet_af *af, u16 ident,
				const union inet_addr *laddr, u32 iif)
{
	struct inet_sock *inet;

	hlist_for_each_entry(inet, ping_slot(net, ident), hash_node) {
		if (inet->sport != ident || inet->sk.sk_family_af != af)
			continue;
		if (!inet_bound_dev_match(&inet->sk, iif))
			continue;
		if (inet_addr_any(&inet->rcv_saddr) || inet_addr_equal(&inet->rcv_saddr, laddr))
			return &inet->sk;
	}
	return NULL;
}

bool ping_deliver(const struct sk_buff *skb, u8 proto)
{
	const struct inet_skb_cb *cb = inet_cb(skb);
	const struct echo_hdr *eh;
	struct sk_buff *clone;
	struct echo_hdr buf;
	struct sock *sk;

	if (proto != cb->af->icmp_proto)
		return false;
	if (!cb->af->af_bit && cb->flags & (INET_CB_BROADCAST | INET_CB_MULTICAST))
		return false;	/* as Linux: over IPv4 only what is asked of all comes to all */
	eh = skb_header_pointer(skb, 0, sizeof(buf), &buf);
	if (!eh || eh->type != echo_reply(cb->af) || eh->code)
		return false;
	sk = ping_lookup(skb->net, cb->af, be16_get(eh->id), &cb->daddr, cb->iif);
	if (!sk || icmp_csum_bad(skb, skb->len))
		return false;
	clone = skb_clone(skb);
	if (!clone) {
		sk->sk_drops++;
		return true;
	}
	*dgram_cb(clone) = (struct dgram_cb){ 0 };
	if (sock_filter_pass(sk, clone, 1))
		dgram_queue_rcv(sk, clone);
	return true;
}

void ping_err(struct net *net, const struct inet_icmp_err *e, u8 proto)
{
	const struct echo_hdr *eh = (const struct echo_hdr *)e->l4;
	struct sock *sk;
	int err;

	if (proto != e->af->icmp_proto || e->l4_len < sizeof(*eh) ||
	    eh->type != echo_request(e->af))
		return;
	sk = ping_lookup(net, e->af, be16_get(eh->id), &e->saddr, e->iif);
	err = sk ? dgram_icmp_errno(sk, e, 0, 0) : 0;
	if (err)
		sk_report_error(sk, err);
}

static ssize_t ping_recvmsg(struct sock *sk, struct msg *msg)
{
	return dgram_recvmsg(sk, msg, 0);
}

static int ping_ioctl(struct sock *sk, u32 cmd, int *value)
{
	return dgram_ioctl(sk, cmd, value, 0);
}

/* -- transmit ---------------------------------------------------------- */

/* The program's echo header becomes ours: identifier and checksum. */
static int ping_fill(const struct sock *sk, struct sk_buff *skb, const struct dgram_tx *tx)
{
	struct echo_hdr eh;
	u32 sum = 0;
	int err = skb_copy_bits(skb, 0, &eh, sizeof(eh));

	if (err)
		return err;
	if (eh.type != echo_request(tx->af) || eh.code)
		return -EINVAL;
	eh.id = be16_make(inet_sk(sk)->sport);
	eh.check = be16_make(0);
	err = skb_store_bits(skb, 0, &eh, sizeof(eh));
	if (err)
		return err;
	if (tx->af->af_bit)
		sum = tx->af->pseudo_csum(&tx->fl.saddr, &tx->fl.daddr, skb->len, sk->sk_protocol);
	eh.check = csum_fold(skb_checksum(skb, 0, skb->len, sum));
	return skb_store_bits(skb, 0, &eh, sizeof(eh));
}

/* IPv4 from an ICMPv6 socket? That is wrong whether there is a route or not. */
static bool is_foreign(const struct sock *sk, const struct msg *msg)
{
	return msg->has_name && sk->sk_family_af->af_bit && inet_addr_is_v4mapped(&msg->name->addr);
}

static ssize_t ping_sendmsg(struct sock *sk, struct msg *msg)
{
	struct sk_buff *skb = NULL;
	struct dgram_tx tx;
	int err;

	if (msg->len > U16_MAX)
		return -EMSGSIZE;
	if (msg->len < sizeof(struct echo_hdr))
		return -EINVAL;
	if (is_foreign(sk, msg))
		return -EINVAL;
	err = ping_autobind(sk);
	if (err)
		return err;
	err = dgram_tx_begin(sk, msg, &tx, false);
	if (err)
		return err;
	err = tx.af == sk->sk_family_af ? 0 : -EINVAL;	/* the peer's, that is */
	if (!err)
		err = dgram_tx_check_size(sk, &tx, (u32)msg->len);
	if (!err)
		skb = dgram_alloc(sk, 0, msg, 0, (u32)msg->len, &err);
	if (skb)
		err = raw_tx_finish(sk, skb, &tx, ping_fill(sk, skb, &tx));
	dgram_tx_end(&tx);
	return err ? err : (ssize_t)msg->len;
}

const struct proto ping_prot = {
	.name = "PING",
	.type = 2,
	.protocol = IP_PROTO_ICMP,
	.obj_size = sizeof(struct inet_sock),
	.init = ping_init_sock,
	.destroy = ping_destroy_sock,
	.close = ping_close,
	.bind = ping_bind,
	.connect = ping_connect,
	.shutdown = dgram_shutdown,
	.sendmsg = ping_sendmsg,
	.recvmsg = ping_recvmsg,
	.getname = inet_getname,
	.ioctl = ping_ioctl,
	.poll = dgram_poll,
};

/* -- ping_group_range -------------------------------------------------- */

static bool parse_u32(const char **p, u32 *v)
{
	const char *s = *p;
	u64 n = 0;

	while (*s == ' ' || *s == '\t')
		s++;
	if (*s < '0' || *s > '9')
		return false;
	for (; *s >= '0' && *s <= '9'; s++) {
		n = n * 10 + (u64)(*s - '0');
		if (n > U32_MAX)
			return false;
	}
	*v = (u32)n;
	*p = s;
	return true;
}

static int apply_group_range(struct net *net, const struct sysctl_row *row)
{
	const char *p = net->raw.ping_group_text;
	u32 lo, hi;

	(void)row;
	if (!parse_u32(&p, &lo) || !parse_u32(&p, &hi))
		return -EINVAL;
	net->raw.ping_group_lo = lo;
	net->raw.ping_group_hi = hi;
	return 0;
}

bool ping_group_allowed(const struct net *net, u32 gid)
{
	return gid >= net->raw.ping_group_lo && gid <= net->raw.ping_group_hi;
}

/* As systemd sets it up: everybody. The kernel's own default, "1 0", is nobody. */
static const struct sysctl_row ping_sysctls[] = {
	{ .name = "net.ipv4.ping_group_range", .kind = SYSCTL_STRING,
	  .size = sizeof_field(struct netns_raw, ping_group_text),
	  .offset = (u32)offsetof(struct net, raw.ping_group_text),
	  .def_str = "0\t2147483647", .apply = apply_group_range },
};

int ping_net_init(struct net *net)
{
	struct netns_raw *n = &net->raw;

	n->ping_rover = (u16)net_rand32(net);
	n->ping_group_lo = 0;
	n->ping_group_hi = S32_MAX;
	n->sysctls.rows = ping_sysctls;
	n->sysctls.nr_rows = ARRAY_SIZE(ping_sysctls);
	sysctl_register(net, &n->sysctls);
	return 0;
}
