/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The socket calls: which protocol serves socket(2)'s arguments, and the checks that are the same
 * for all of them, with Linux's errno. What a call does is the protocol's.
 */
#include "socket/socket.h"

#include <errno.h>

enum { STREAM = 1, DGRAM = 2, RAW = 3, SOCK_TYPES = 11, PROTO_MAX = 263 };
enum { ANY_PROTO = -1 };
enum { V4 = 1, V6 = 2, BOTH = 3 };	/* bits of inet_af.af_bit */

/* SO_REUSEADDR is on from the start. */
static void may_share(struct sock *sk)
{
	sk->sk_reuse = 1;
}

static void raw_created(struct sock *sk)
{
	may_share(sk);
	raw_hash(sk);
}

/* What socket(2) may ask for. First match wins; protocol 0 means the type's default. */
static const struct sock_kind {
	const struct proto *prot;
	int type, protocol;
	u8 families;
	bool is_default;
	void (*created)(struct sock *sk);
} sock_kinds[] = {
	{ &tcp_prot, STREAM, IP_PROTO_TCP, BOTH, true, NULL },
	{ &udp_prot, DGRAM, IP_PROTO_UDP, BOTH, true, NULL },
	{ &udplite_prot, DGRAM, IP_PROTO_UDPLITE, BOTH, false, NULL },
	{ &ping_prot, DGRAM, IP_PROTO_ICMP, V4, false, may_share },
	{ &ping_prot, DGRAM, IP_PROTO_ICMPV6, V6, false, may_share },
	{ &raw_prot, RAW, ANY_PROTO, BOTH, false, raw_created },
};

static const struct sock_kind *sock_kind_find(u8 af_bit, int type, int protocol, int *err)
{
	*err = -ESOCKTNOSUPPORT;
	for (u32 i = 0; i < ARRAY_SIZE(sock_kinds); i++) {
		const struct sock_kind *k = &sock_kinds[i];

		if (k->type != type)
			continue;
		*err = -EPROTONOSUPPORT;
		if (!(k->families & 1u << af_bit))
			continue;
		if (protocol ? k->protocol == protocol || k->protocol == ANY_PROTO : k->is_default)
			return k;
	}
	return NULL;
}

int sock_create(struct net *net, int family, int type, int protocol, struct sock **sk)
{
	const struct inet_af *af = family > 0 && family <= U16_MAX ?
					   inet_af_get(net, (u16)family) : NULL;
	const struct sock_kind *k;
	int err;

	if (family == SOCK_FAMILY_PACKET)
		return packet_sock_create(net, type, protocol, sk);
	if (!af)
		return -EAFNOSUPPORT;
	if (type < 0 || type >= SOCK_TYPES || protocol < 0 || protocol >= PROTO_MAX)
		return -EINVAL;
	k = sock_kind_find(af->af_bit, type, protocol, &err);
	if (!k)
		return err;
	if (protocol > U8_MAX)
		return -EPROTONOSUPPORT;
	*sk = sk_alloc(net, k->prot, af);
	if (!*sk)
		return -ENOMEM;
	if (protocol)
		(*sk)->sk_protocol = (u8)protocol;
	if (k->created)
		k->created(*sk);
	return 0;
}

void sock_set_event(struct sock *sk, void (*event)(struct sock *sk, u32 events), void *user_data)
{
	sk->sk_event = event;
	sk->sk_user_data = user_data;
}

/* -- names --------------------------------------------------------------- */

/* The smallest that says a family at all. */
static int sockaddr_family(const void *sa, u32 len, u16 *family)
{
	if (len < sizeof(*family))
		return -EINVAL;
	memcpy(family, sa, sizeof(*family));
	return 0;
}

/* AF_UNSPEC with the wildcard address is AF_INET to bind(2); nothing else without a family is. */
static int bind_unspec(struct sock *sk, const u8 *sa, struct inet_sockaddr *a)
{
	u32 addr;

	memcpy(&addr, sa + 4, sizeof(addr));
	if (sk->sk_family_af->af_bit || addr)
		return -EAFNOSUPPORT;
	*a = (struct inet_sockaddr){ .family = INET_FAMILY_4, .port = get_be16(sa + 2) };
	a->addr = inet_addr_from4(sa + 4);
	return 0;
}

/* The length is looked at before the family. IPv6: RFC 2133's address had no scope. */
static u32 sockaddr_min(const struct sock *sk)
{
	return sk->sk_family_af->af_bit ? 24 : 16;
}

int sock_bind(struct sock *sk, const void *sa, u32 len)
{
	struct inet_sockaddr a;
	u16 family;
	int err;

	if (sk->prot->bind_ll)
		return sk->prot->bind_ll(sk, sa, len);
	if (len < sockaddr_min(sk))
		return -EINVAL;
	err = sockaddr_family(sa, len, &family);
	if (!err)
		err = family ? sk->sk_family_af->sockaddr_from(sa, len, &a) :
			       bind_unspec(sk, sa, &a);
	return err ? err : sk->prot->bind(sk, &a);
}

int sock_connect(struct sock *sk, const void *sa, u32 len)
{
	struct inet_sockaddr a = { 0 };
	u16 family;
	int err;

	if (!sk->prot->connect)
		return -EOPNOTSUPP;
	err = sockaddr_family(sa, len, &family);
	/* A datagram socket of IPv6 takes an IPv4 peer's address in either form. */
	if (!err && family == INET_FAMILY_4 && sk->sk_family == INET_FAMILY_6 &&
	    sk->sk_type != STREAM)
		err = inet_af_get(sk->net, INET_FAMILY_4)->sockaddr_from(sa, len, &a);
	else if (!err && family)
		err = sk->sk_family_af->sockaddr_from(sa, len, &a);
	return err ? err : sk->prot->connect(sk, &a);
}

static int put_name(struct sock *sk, bool peer, void *sa, u32 *len)
{
	struct inet_sockaddr a;
	int err;

	if (sk->prot->getname_ll && !peer) {
		sk->prot->getname_ll(sk, sa, len);
		return 0;
	}
	if (!sk->prot->getname)
		return -EOPNOTSUPP;
	err = sk->prot->getname(sk, &a, peer);
	if (err)
		return err;
	*len = sk->sk_family_af->sockaddr_to(&a, sa, *len);
	return 0;
}

int sock_getsockname(struct sock *sk, void *sa, u32 *len)
{
	return put_name(sk, false, sa, len);
}

int sock_getpeername(struct sock *sk, void *sa, u32 *len)
{
	return put_name(sk, true, sa, len);
}

/* -- connections --------------------------------------------------------- */

int sock_listen(struct sock *sk, int backlog)
{
	u32 max = sk->net->core.somaxconn;

	if (!sk->prot->listen)
		return -EOPNOTSUPP;
	return sk->prot->listen(sk, (u32)backlog > max ? (int)max : backlog);
}

int sock_accept(struct sock *sk, struct sock **child)
{
	return sk->prot->accept ? sk->prot->accept(sk, child) : -EOPNOTSUPP;
}

int sock_shutdown(struct sock *sk, int how)
{
	if (how < 0 || how > 2)
		return -EINVAL;
	return sk->prot->shutdown ? sk->prot->shutdown(sk, how + 1) : -EOPNOTSUPP;
}

void sock_close(struct sock *sk)
{
	sk->sk_event = NULL;
	sk->sk_user_data = NULL;
	sk->prot->close(sk);
}

void sock_abort(struct sock *sk)
{
	sock_set_flag(sk, SOCK_LINGER);
	sk->sk_lingertime_ns = 0;
	sock_close(sk);
}

int sock_ioctl(struct sock *sk, u32 cmd, int *value)
{
	return sk->prot->ioctl ? sk->prot->ioctl(sk, cmd, value) : -ENOTTY;
}

u32 sock_poll(struct sock *sk)
{
	return sk->prot->poll(sk);
}

int sock_listen_retry(struct sock *sk)
{
	return sk->prot->listen_retry ? sk->prot->listen_retry(sk) : 0;
}

void sock_for_each(struct net *net, void (*fn)(struct sock *sk, void *arg), void *arg)
{
	struct inet_sock *inet, *tmp;
	struct net *s;
	u32 i;

	for_each_shard(net, s, i)
		list_for_each_entry_safe(inet, tmp, &s->inet.socks, net_entry)
			if (!inet->sk.sk_twin)
				fn(&inet->sk, arg);
}

/* -- the room ------------------------------------------------------------ */

int socket_net_init(struct net *net)
{
	(void)net;
	return 0;
}

static struct sock *first_alive(struct net *net, bool listeners)
{
	struct inet_sock *inet;

	list_for_each_entry(inet, &net->inet.socks, net_entry)
		if (!sock_flag(&inet->sk, SOCK_DEAD) &&
		    (!listeners || inet->sk.sk_state == TCP_LISTEN))
			return &inet->sk;
	return NULL;
}

/*
 * Ends whatever its user still holds. Listeners go first: what waits in their accept queues belongs
 * to them. Orphans are left to their protocols, which know their timers.
 */
void socket_net_exit(struct net *net)
{
	struct sock *sk;

	for (int listeners = 1; listeners >= 0; listeners--) {
		while ((sk = first_alive(net, listeners)) != NULL) {
			sock_hold(sk);
			sock_abort(sk);
			sock_set_flag(sk, SOCK_DEAD);
			sock_put(sk);
		}
	}
	packet_net_abort(net);
}
