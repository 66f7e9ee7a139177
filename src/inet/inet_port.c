/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Local ports: who may share one (bind), and which one to take when the program does not say
 * (RFC 6056). As on Linux, bind() prefers ports of the other parity than connect(), so that a
 * machine full of outgoing connections still has ports for servers.
 */
#include "inet/inet.h"

#include <errno.h>

static u32 bhash_slot(u16 port, u32 shift)
{
	return hash_32(port) & ((1u << shift) - 1);
}

static struct inet_bind_bucket *bucket_find(struct inet_hashinfo *h, u16 port)
{
	struct inet_bind_bucket *tb;

	hlist_for_each_entry(tb, &h->bhash[bhash_slot(port, h->bhash_shift)], node)
		if (tb->port == port)
			return tb;
	return NULL;
}

static void bhash_grow(struct net *net, struct inet_hashinfo *h)
{
	u32 shift = h->bhash_shift + 1;
	struct inet_bind_bucket *tb;
	struct hlist_head *t;
	struct hlist_node *tmp;

	if (h->bhash_count <= 1u << h->bhash_shift || shift > 16)
		return;
	t = net_alloc(net, sizeof(*t) << shift);
	if (!t)
		return;
	for (u32 i = 0; i < 1u << h->bhash_shift; i++)
		hlist_for_each_entry_safe(tb, tmp, &h->bhash[i], node) {
			hlist_del_init(&tb->node);
			hlist_add_head(&tb->node, &t[bhash_slot(tb->port, shift)]);
		}
	net_free(net, h->bhash, sizeof(*t) << h->bhash_shift);
	h->bhash = t;
	h->bhash_shift = shift;
}

static struct inet_bind_bucket *bucket_get(struct net *net, struct inet_hashinfo *h, u16 port,
					   bool connect_only)
{
	struct inet_bind_bucket *tb = bucket_find(h, port);

	if (tb)
		return tb;
	tb = pool_zget(&h->bind_pool);
	if (!tb)
		return NULL;
	tb->port = port;
	tb->connect_only = connect_only;
	h->bhash_count++;
	bhash_grow(net, h);
	hlist_add_head(&tb->node, &h->bhash[bhash_slot(port, h->bhash_shift)]);
	return tb;
}

static void bucket_put(struct inet_hashinfo *h, struct inet_bind_bucket *tb)
{
	if (!hlist_empty(&tb->owners) || !hlist_empty(&tb->tw_owners))
		return;
	hlist_del_init(&tb->node);
	h->bhash_count--;
	pool_put(&h->bind_pool, tb);
}

static void bucket_own(struct inet_sock *inet, struct inet_bind_bucket *tb)
{
	hlist_add_head(&inet->bind_node, &tb->owners);
	inet->bind_bucket = tb;
	inet->sport = tb->port;
}

/* -- conflicts --------------------------------------------------------- */

bool inet_rcv_saddr_overlap(const union inet_addr *a, bool a_v6only, const union inet_addr *b,
			    bool b_v6only)
{
	bool a4 = inet_addr_is_v4mapped(a), b4 = inet_addr_is_v4mapped(b);

	if (inet_addr_equal(a, b))
		return true;
	if (a4 == b4)
		return inet_addr_any(a) || inet_addr_any(b);
	/* Only an IPv6 wildcard reaches over to IPv4, and only if it is not confined to IPv6. */
	return a4 ? inet_addr_any(b) && !b_v6only : inet_addr_any(a) && !a_v6only;
}

/* An owner of a port, be it a socket or a time-wait object. */
struct owner {
	const union inet_addr *addr;
	u32 dev, uid;
	bool v6only, reuse, reuseport, listen, tw;
};

/*
 * May sk not share its port with o? strict: for a port that the stack chooses, which nobody
 * overlapping may have.
 */
static bool owner_conflict(const struct inet_sock *inet, const struct owner *o, bool strict)
{
	const struct sock *sk = &inet->sk;

	if (sk->sk_reuse == SK_FORCE_REUSE)
		return false;
	if (sk->sk_bound_dev_if && o->dev && sk->sk_bound_dev_if != o->dev)
		return false;
	if (!inet_rcv_saddr_overlap(&inet->rcv_saddr, inet->v6only, o->addr, o->v6only))
		return false;
	if (strict)
		return true;
	if (sk->sk_reuse && o->reuse && !o->listen)
		return false;
	return !(sk->sk_reuseport && o->reuseport && (o->tw || sk->sk_uid == o->uid));
}

static bool conflict_in(const struct inet_sock *inet, const struct inet_bind_bucket *tb, bool strict)
{
	const struct inet_sock *other;
	const struct inet_tw_bind *tw;
	struct owner o;

	hlist_for_each_entry(other, &tb->owners, bind_node) {
		if (other == inet || other->sk.sk_twin == &inet->sk)
			continue;
		o = (struct owner){
			.addr = &other->rcv_saddr, .dev = other->sk.sk_bound_dev_if,
			.uid = other->sk.sk_uid, .v6only = other->v6only, .reuse = other->sk.sk_reuse,
			.reuseport = other->sk.sk_reuseport, .listen = other->sk.sk_state == TCP_LISTEN,
		};
		if (owner_conflict(inet, &o, strict))
			return true;
	}
	hlist_for_each_entry(tw, &tb->tw_owners, node) {
		o = (struct owner){
			.addr = &tw->rcv_saddr, .dev = tw->bound_dev_if, .uid = tw->uid,
			.v6only = tw->v6only, .reuse = tw->reuse, .reuseport = tw->reuseport, .tw = true,
		};
		if (owner_conflict(inet, &o, strict))
			return true;
	}
	return false;
}

/*
 * A port of TCP is held in every shard, as its packets may belong to any. They are asked when it is
 * bound: then all of them stand still. A copy takes what its original was granted.
 */
static bool bound_elsewhere(const struct inet_sock *inet, u16 port, bool strict)
{
	const struct net *net = inet->sk.net, *s;
	u32 i;

	for_each_shard(net, s, i) {
		struct inet_bind_bucket *tb = s == net ? NULL : bucket_find(s->tcp.hash, port);

		if (tb && conflict_in(inet, tb, strict))
			return true;
	}
	return false;
}

/* tb: of the port; NULL: nobody has it here. */
static bool bind_conflict(const struct inet_sock *inet, const struct inet_bind_bucket *tb, u16 port,
			  bool strict)
{
	if (unlikely(inet->sk.sk_twin))
		return false;
	if (tb && conflict_in(inet, tb, strict))
		return true;
	return unlikely(inet->sk.net->group) && inet->sk.sk_type == SOCK_STREAM_NS &&
	       bound_elsewhere(inet, port, strict);
}

/* -- choosing ---------------------------------------------------------- */

/* The range [*lo, *hi], both included, of sk: IP_LOCAL_PORT_RANGE clamps the sysctl's. */
static void port_range(const struct inet_sock *inet, u32 *lo, u32 *hi)
{
	const struct netns_inet *n = &inet->sk.net->inet;

	*lo = n->local_ports[0];
	*hi = n->local_ports[1];
	if (inet->local_port_lo && inet->local_port_lo >= *lo && inet->local_port_lo <= *hi)
		*lo = inet->local_port_lo;
	if (inet->local_port_hi && inet->local_port_hi >= *lo && inet->local_port_hi <= *hi)
		*hi = inet->local_port_hi;
}

static bool port_reserved(const struct net *net, u32 port)
{
	return bitmap_test(net->inet.reserved, port);
}

/* May this shard have a datagram socket with that port, or a connection to dport (not 0) from it? */
static bool port_of_shard(const struct net *net, u32 port, u16 dport)
{
	u32 nr = net_shards(net->group);

	return nr == 1 || net->shard == (dport ? shard_of_ports((u16)port, dport, nr) :
						 shard_of_port((u16)port, nr));
}

/*
 * Walks all ports of the range once: those whose distance from the range's start has the parity of
 * offset first, then the others. i is the step, 0 .. span-1.
 */
static u32 port_at(u32 lo, u32 span, u32 offset, u32 i)
{
	u32 half = (span + 1 - (offset & 1)) / 2;	/* how many ports share offset's parity */
	u32 parity = offset & 1;

	if (i >= half) {
		i -= half;
		parity ^= 1;
		half = span - half;
	}
	return lo + parity + 2 * ((offset / 2 + i) % half);
}

/* One round over the range; strict: a port that nobody else has. */
static int port_choose_round(struct inet_sock *inet, struct inet_hashinfo *h, bool strict)
{
	struct net *net = inet->sk.net;
	struct inet_bind_bucket *tb;
	u32 lo, hi, span, offset, port;

	port_range(inet, &lo, &hi);
	span = hi - lo + 1;
	offset = net_rand_below(net, span) | 1;
	if (span == 1)
		offset = 0;
	for (u32 i = 0; i < span; i++) {
		port = port_at(lo, span, offset, i);
		if (port_reserved(net, port) ||
		    (inet->sk.sk_type != SOCK_STREAM_NS && !port_of_shard(net, port, 0)))
			continue;
		tb = bucket_find(h, (u16)port);
		if (bind_conflict(inet, tb, (u16)port, strict))
			continue;
		tb = bucket_get(net, h, (u16)port, false);
		if (!tb)
			return -ENOMEM;
		tb->connect_only = false;
		bucket_own(inet, tb);
		return 0;
	}
	return -EADDRINUSE;
}

static int port_choose_bind(struct inet_sock *inet, struct inet_hashinfo *h)
{
	const struct sock *sk = &inet->sk;
	/* those of datagram sockets may be shared if both ends want, as Linux */
	bool share = sk->net->inet.autobind_reuse || sk->sk_type != SOCK_STREAM_NS;
	int err = port_choose_round(inet, h, true);

	if (err == -EADDRINUSE && share && (sk->sk_reuse || sk->sk_reuseport))
		err = port_choose_round(inet, h, false);
	return err;
}

int inet_port_get(struct sock *sk, struct inet_hashinfo *h, u16 port)
{
	struct inet_sock *inet = inet_sk(sk);
	struct inet_bind_bucket *tb;

	if (inet->bind_bucket) {
		ASSERT(!port || port == inet->bind_bucket->port);
		if (bind_conflict(inet, inet->bind_bucket, inet->sport, false))
			return -EADDRINUSE;
		inet->bind_bucket->connect_only = false;
		return 0;
	}
	if (!port)
		return port_choose_bind(inet, h);
	tb = bucket_find(h, port);
	if (bind_conflict(inet, tb, port, false))
		return -EADDRINUSE;
	tb = bucket_get(sk->net, h, port, false);
	if (!tb)
		return -ENOMEM;
	tb->connect_only = false;
	bucket_own(inet, tb);
	return 0;
}

void inet_port_put(struct sock *sk, struct inet_hashinfo *h)
{
	struct inet_sock *inet = inet_sk(sk);
	struct inet_bind_bucket *tb = inet->bind_bucket;

	inet->sport = 0;
	if (!tb)
		return;
	hlist_del_init(&inet->bind_node);
	inet->bind_bucket = NULL;
	bucket_put(h, tb);
}

int inet_port_inherit(struct sock *parent, struct sock *child, struct inet_hashinfo *h)
{
	struct inet_bind_bucket *tb = inet_sk(parent)->bind_bucket;

	/* The listener may have closed and given its port up while the handshake went on. */
	if (!tb)
		tb = bucket_get(child->net, h, inet_sk(child)->sport, false);
	if (!tb)
		return -ENOMEM;
	bucket_own(inet_sk(child), tb);
	return 0;
}

void inet_port_to_tw(struct sock *sk, struct inet_tw_bind *tw)
{
	struct inet_sock *inet = inet_sk(sk);
	struct inet_bind_bucket *tb = inet->bind_bucket;

	tw->bucket = tb;
	tw->rcv_saddr = inet->rcv_saddr;
	tw->bound_dev_if = sk->sk_bound_dev_if;
	tw->uid = sk->sk_uid;
	tw->reuse = sk->sk_reuse;
	tw->reuseport = sk->sk_reuseport;
	tw->v6only = inet->v6only;
	hlist_node_init(&tw->node);
	if (!tb)
		return;
	hlist_add_head(&tw->node, &tb->tw_owners);
	hlist_del_init(&inet->bind_node);
	inet->bind_bucket = NULL;
}

void inet_port_tw_put(struct inet_hashinfo *h, struct inet_tw_bind *tw)
{
	struct inet_bind_bucket *tb = tw->bucket;

	if (!tb)
		return;
	hlist_del_init(&tw->node);
	tw->bucket = NULL;
	bucket_put(h, tb);
}

/* -- connect ----------------------------------------------------------- */

/* RFC 6056 3.3.4: an offset that only we can compute, per peer, plus a counter shared by few. */
static u32 connect_offset(struct inet_sock *inet, u32 **counter)
{
	struct netns_inet *n = &inet->sk.net->inet;
	struct {
		union inet_addr l, r;
		u32 port;
	} key = { inet->saddr, inet->daddr, inet->dport };
	u64 hash = siphash(&key, offsetofend(__typeof__(key), port), &n->port_key);

	*counter = &n->perturb[hash >> 32 & (INET_PERTURB_SLOTS - 1)];
	return (u32)hash + **counter;
}

static bool tuple_usable(struct inet_sock *inet, struct inet_hashinfo *h, u16 port,
			 bool (*usable)(struct inet_ehash_entry *e, struct sock *sk))
{
	struct inet_tuple t = {
		.laddr = inet->saddr, .raddr = inet->daddr, .lport = port, .rport = inet->dport,
		.iif = inet->sk.sk_bound_dev_if, .af = inet->af,
	};
	struct inet_ehash_entry *e = inet_ehash_lookup(inet->sk.net, h, &t);

	return !e || (usable && usable(e, &inet->sk));
}

int inet_port_connect(struct sock *sk, struct inet_hashinfo *h,
		      bool (*usable)(struct inet_ehash_entry *e, struct sock *sk))
{
	struct inet_sock *inet = inet_sk(sk);
	u32 lo, hi, span, offset, port, *counter;
	struct inet_bind_bucket *tb;

	if (inet->bind_bucket)
		return tuple_usable(inet, h, inet->sport, usable) ? 0 : -EADDRNOTAVAIL;
	port_range(inet, &lo, &hi);
	span = hi - lo + 1;
	offset = connect_offset(inet, &counter) % span & ~1u;
	for (u32 i = 0; i < span; i++) {
		port = port_at(lo, span, offset, i);
		if (port_reserved(sk->net, port) || !port_of_shard(sk->net, port, inet->dport))
			continue;
		tb = bucket_find(h, (u16)port);
		if (tb && !tb->connect_only)
			continue;
		if (tb && !tuple_usable(inet, h, (u16)port, usable))
			continue;
		/* usable() may have ended the last owner and the bucket with it */
		tb = bucket_get(sk->net, h, (u16)port, true);
		if (!tb)
			return -ENOMEM;
		bucket_own(inet, tb);
		/* A random stride: a counter that peers can watch tells them our rate (3.3.5). */
		*counter += i + 2 + 2 * net_rand_below(sk->net, 8);
		return 0;
	}
	return -EADDRNOTAVAIL;
}
