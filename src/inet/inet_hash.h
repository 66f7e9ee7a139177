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

struct inet_tuple {		/* as seen from here: local first */
	union inet_addr laddr, raddr;
	u16 lport, rport;	/* host order */
	u32 iif;		/* 0 or the device (bound sockets, link-local) */
	const struct inet_af *af;
};

struct inet_bind_bucket {
	struct hlist_node node;
	u16 port;
	bool fastreuse, fastreuseport;
	u32 fast_uid;
	struct hlist_head owners;	/* inet_sock.bind_node and time-wait objects */
	u32 nr_tw;			/* time-wait objects that hold the port */
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
	u32 ehash_count;
	struct pool bind_pool;
};

int inet_hashinfo_init(struct net *net, struct inet_hashinfo *h);
void inet_hashinfo_exit(struct net *net, struct inet_hashinfo *h);

void inet_ehash_insert(struct net *net, struct inet_hashinfo *h, struct inet_ehash_entry *e);
void inet_ehash_remove(struct inet_hashinfo *h, struct inet_ehash_entry *e);
struct inet_ehash_entry *inet_ehash_lookup(struct net *net, struct inet_hashinfo *h,
					   const struct inet_tuple *t);
/* Best listener for a tuple: exact address over wildcard, bound device over none, own family over
 * v6 wildcard that takes v4; SO_REUSEPORT groups are spread by flow hash. NULL if none. */
struct sock *inet_lookup_listener(struct net *net, struct inet_hashinfo *h, const struct inet_tuple *t);
void inet_listen_hash(struct inet_hashinfo *h, struct sock *sk);
void inet_listen_unhash(struct inet_hashinfo *h, struct sock *sk);

/*
 * Takes the local port for sk (port 0: choose one by RFC 6056 within ip_local_port_range, never a
 * reserved one). Linux's conflict rules: SO_REUSEADDR, SO_REUSEPORT with the same uid, addresses,
 * devices, families, listeners, time-wait. -EADDRINUSE, -ENOMEM.
 */
int inet_port_get(struct sock *sk, struct inet_hashinfo *h, u16 port);
void inet_port_put(struct sock *sk, struct inet_hashinfo *h);
/* For connect() on an unbound socket: a port whose 4-tuple is free (RFC 6056 algorithm 3, a port
 * may serve several peers). usable(): may the existing ehash entry be replaced (time-wait reuse)? */
int inet_port_connect(struct sock *sk, struct inet_hashinfo *h,
		      bool (*usable)(struct inet_ehash_entry *e, struct sock *sk));

#endif
