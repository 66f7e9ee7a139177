/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables: ehash (4-tuple), lhash (listeners and datagram receivers by local port), bhash (bound
 * ports). One struct inet_hashinfo per transport, in its netns part. Keys are siphashed with the
 * net's secret (hash flooding).
 */
#ifndef NETSTACK_INET_INET_HASH_H
#define NETSTACK_INET_INET_HASH_H

#include "ip/ip.h"

struct inet_sock;
struct sock_filter;

struct inet_tuple {		/* as seen from here: local first */
	union inet_addr laddr, raddr;
	u16 lport, rport;	/* host order */
	u32 iif;		/* 0 or the device (bound sockets, link-local) */
	const struct inet_af *af;
};

/* A taken local port of one transport. Lives as long as somebody owns the port. */
struct inet_bind_bucket {
	struct hlist_node node;
	u16 port;
	bool connect_only;		/* taken by connect() only: other connect()s may share it */
	struct hlist_head owners;	/* inet_sock.bind_node */
	struct hlist_head tw_owners;	/* inet_tw_bind.node */
};

/* A time-wait object's hold on its port: part of the transport's time-wait structure. */
struct inet_tw_bind {
	struct hlist_node node;
	struct inet_bind_bucket *bucket;	/* NULL: holds none */
	union inet_addr rcv_saddr;
	u32 bound_dev_if;
	u32 uid;
	bool reuse, reuseport, v6only;
};

/* What ehash holds: full sockets, request socks, time-wait objects; told apart by kind. */
enum inet_ehash_kind { EHASH_SOCK, EHASH_REQ, EHASH_TW };
struct inet_ehash_entry {
	struct hlist_node node;
	u32 hash;
	u8 kind;
	struct inet_tuple tuple;
};

struct inet_hashinfo {
	struct hlist_head *ehash;	/* grows by doubling */
	struct hlist_head *lhash;	/* by port */
	struct hlist_head *bhash;
	u32 ehash_shift, lhash_shift, bhash_shift;
	u32 ehash_count, lhash_count, bhash_count;
	struct pool bind_pool;
};

/* Empty tables (a few KiB; all of them grow with use). 0 or -ENOMEM. */
int inet_hashinfo_init(struct net *net, struct inet_hashinfo *h);
/* All sockets must be gone: asserts that nothing is left in the tables. */
void inet_hashinfo_exit(struct net *net, struct inet_hashinfo *h);

/* Octets of the tables, which grow with use and stay so. */
size_t inet_hashinfo_bytes(const struct inet_hashinfo *h);

/* e->tuple and e->kind are set; sets e->hash. iif 0 in an entry matches every device. */
void inet_ehash_insert(struct net *net, struct inet_hashinfo *h, struct inet_ehash_entry *e);
void inet_ehash_remove(struct inet_hashinfo *h, struct inet_ehash_entry *e);
struct inet_ehash_entry *inet_ehash_lookup(struct net *net, struct inet_hashinfo *h,
					   const struct inet_tuple *t);
/* Best listener for a tuple: exact address over wildcard, bound device over none, own family over
 * v6 wildcard that takes v4; SO_REUSEPORT groups are spread by their program, given skb (NULL: there is
 * no packet) with hdr octets of transport header, or by flow hash. NULL if none. */
struct sock *inet_lookup_listener(struct net *net, struct inet_hashinfo *h, const struct inet_tuple *t,
				  struct sk_buff *skb, u32 hdr);

/* inet_reuseport.c */
/* proto.reuseport_prog of a transport with these tables. */
int inet_reuseport_prog(struct inet_hashinfo *h, struct sock *sk, struct sock_filter *prog);
/* sk is about to be hashed: it gets the program of the group that it joins, if there is one already. */
void inet_reuseport_join(struct inet_hashinfo *h, struct sock *sk);
/* Which of the nr members of its group, oldest first, does the program want? False: no program, or none
 * of them. */
bool inet_reuseport_choose(const struct sock *member, struct sk_buff *skb, u32 hdr, u32 nr, u32 *index);
/* sk: inet->sport, rcv_saddr and sk_bound_dev_if decide what it matches; they may change while it is
 * hashed, but for sport. inet->hash_node is used. Datagram sockets of all states live here too. */
void inet_listen_hash(struct inet_hashinfo *h, struct sock *sk);
void inet_listen_unhash(struct inet_hashinfo *h, struct sock *sk);

/* Calls fn for each socket hashed under port, newest first, until fn returns true. */
void inet_port_for_each(struct inet_hashinfo *h, u16 port, bool (*fn)(struct sock *sk, void *arg),
			void *arg);

/* Hash of a tuple with the net's key: spreads SO_REUSEPORT groups, sk_txhash. */
u32 inet_tuple_hash(const struct net *net, const struct inet_tuple *t);

/*
 * Takes the local port for sk (port 0: choose one by RFC 6056 within ip_local_port_range, never a
 * reserved one). Linux's conflict rules: SO_REUSEADDR, SO_REUSEPORT with the same uid, addresses,
 * devices, families, listeners, time-wait. For a socket that has its port already, port must be
 * that one (or 0): only the conflicts are checked again, as listen() must. -EADDRINUSE, -ENOMEM.
 */
int inet_port_get(struct sock *sk, struct inet_hashinfo *h, u16 port);
/* Gives the port up; inet->sport becomes 0. Harmless when there is none. */
void inet_port_put(struct sock *sk, struct inet_hashinfo *h);
/* A child takes a share in its listener's port (inet->sport of both is the same). 0/-ENOMEM. */
int inet_port_inherit(struct sock *parent, struct sock *child, struct inet_hashinfo *h);
/* sk enters TIME-WAIT: its share moves to tw, which inet_port_tw_put() ends. sport of sk stays. */
void inet_port_to_tw(struct sock *sk, struct inet_tw_bind *tw);
void inet_port_tw_put(struct inet_hashinfo *h, struct inet_tw_bind *tw);
/*
 * Port for connect(): inet->saddr, daddr, dport are set. Unbound socket: one whose 4-tuple is free
 * (RFC 6056 algorithm 4, a port may serve several peers), which is taken. Bound one: only the
 * 4-tuple is checked. usable(): may the existing ehash entry be replaced (time-wait reuse)? It may
 * remove e at once, otherwise the caller does so before it inserts. -EADDRNOTAVAIL, -ENOMEM.
 */
int inet_port_connect(struct sock *sk, struct inet_hashinfo *h,
		      bool (*usable)(struct inet_ehash_entry *e, struct sock *sk));
/* Do two bound addresses overlap, wildcards counted? v6only: of the socket that owns it. */
bool inet_rcv_saddr_overlap(const union inet_addr *a, bool a_v6only, const union inet_addr *b,
			    bool b_v6only);

#endif
