/* SPDX-License-Identifier: BSD-2-Clause */
/* inet_sock: a socket with addresses and ports, of either family. */
#ifndef NETSTACK_INET_INET_SOCK_H
#define NETSTACK_INET_INET_SOCK_H

#include "ip/ip.h"

enum { SOCK_STREAM_NS = 1, SOCK_DGRAM_NS = 2 };	/* sk_type, with the ABI's values */

struct inet_bind_bucket;
struct inet_ext6;
struct flowlabel_lease;
struct inet_hashinfo;

/* sk_userlocks beside the buffers' 1 and 2: what bind() was given, so that it survives disconnect */
enum { INET_BINDADDR_LOCK = 4, INET_BINDPORT_LOCK = 8 };

/* Options of SOL_IPV6; they govern what leaves as IPv6. */
struct inet_opts6 {
	s16 ucast_hops, mcast_hops;	/* -1: default */
	u8 tclass;
	u8 pmtudisc;			/* IPV6_PMTUDISC_* */
	u8 min_hopcount;
	u8 autoflowlabel;		/* AUTOFLOWLABEL_* */
	bool mc_loop, mc_all, recverr, recverr_rfc4884, dontfrag, sndflow;
	bool repflow;			/* a stream sends with the label that its peer's packets have */
	u16 srcprefs;			/* IPV6_PREFER_SRC_* */
	u32 frag_size;			/* IPV6_MTU; 0: the path's */
	u32 mc_index, uc_index;
	u32 sticky_index;		/* IPV6_PKTINFO's, for datagrams */
	u32 cmsg_flags;			/* INET_CMSG_* */
	s32 csum_offset;		/* IPV6_CHECKSUM of raw sockets; -1: none */
	u32 rxpmtu;			/* a send did not fit into it (IPV6_PATHMTU); 0: nothing to tell */
	u32 rxpmtu_oif;
	union inet_addr rxpmtu_dst;
	struct flowlabel_lease *labels;	/* IPV6_FLOWLABEL_MGR (flowlabel.h); NULL: none */
	u32 rcv_flowinfo;		/* class and label of what came, where it is kept: of streams */
	struct inet_ext6 *ext;		/* extension headers (ip6_ext_sockopt.h); NULL: none */
};

struct inet_sock {
	struct sock sk;			/* must be first */
	struct list_head net_entry;	/* net->inet.socks */
	/* Family on the wire now: an IPv6 socket connected to a v4-mapped peer uses IPv4's. */
	const struct inet_af *af;
	union inet_addr saddr;		/* source of what we send */
	union inet_addr rcv_saddr;	/* bound address; any: wildcard */
	union inet_addr daddr;		/* peer; any: not connected */
	u16 sport;			/* bound local port, host order; 0: none */
	u16 dport;
	u32 rx_iif;
	u32 scope_id;			/* link-local peer */

	struct hlist_node hash_node;	/* ehash, lhash or datagram hash */
	struct hlist_node bind_node;	/* in its bind bucket */
	struct inet_bind_bucket *bind_bucket;
	struct list_head reuseport_list;	/* SO_REUSEPORT group; empty: alone */

	bool v6only, freebind, hdrincl, transparent, recverr, recverr_rfc4884, is_icsk;
	bool bind_address_no_port, defer_connect, nodefrag, mc_all;
	s16 uc_ttl;			/* -1: default */
	u8 mc_ttl, mc_loop;
	u8 tos, min_ttl, rcv_tos;
	u8 pmtudisc;			/* IP_PMTUDISC_* */
	u32 mc_index, uc_index;
	union inet_addr mc_addr;
	u32 cmsg_flags;			/* INET_CMSG_*: which control messages to deliver */
	u32 flowlabel;			/* of the peer's address: class and label (sndflow) */
	u8 saddr4[4];			/* source towards IPv4 beside an IPv6 saddr; 0: none */
	u16 local_port_lo, local_port_hi;	/* IP_LOCAL_PORT_RANGE; 0: the sysctl's */
	struct list_head mc_list;	/* joined groups */
	u8 opt_len;
	u8 opt[40];			/* IP_OPTIONS to send */
	u32 id;				/* next IPv4 identification */
	struct inet_opts6 o6;
};

enum {
	INET_CMSG_PKTINFO = 1 << 0, INET_CMSG_TTL = 1 << 1, INET_CMSG_TOS = 1 << 2,
	INET_CMSG_RECVOPTS = 1 << 3, INET_CMSG_RETOPTS = 1 << 4, INET_CMSG_ORIGDSTADDR = 1 << 5,
	INET_CMSG_CHECKSUM = 1 << 6, INET_CMSG_RECVFRAGSIZE = 1 << 7, INET_CMSG_FLOWINFO = 1 << 8,
	INET_CMSG_PATHMTU = 1 << 9,
	INET_CMSG_OLD_PKTINFO = 1 << 10, INET_CMSG_OLD_TTL = 1 << 11,	/* RFC 2292's */
};
/* The rest of cmsg_flags, received extension headers: SOCK_CMSG_EXT6_* << INET_CMSG_EXT6_SHIFT */
enum { INET_CMSG_EXT6_SHIFT = 16 };

static inline struct inet_sock *inet_sk(const struct sock *sk)
{
	return (struct inet_sock *)(uintptr_t)sk;
}

/* Sets the defaults above and lists sk in its net; called by each transport's proto.init(). */
void inet_sock_init(struct sock *sk);
/*
 * The other end of inet_sock_init(): leaves multicast groups, purges the three queues, drops the
 * cached route and unlists sk. Called by each transport's proto.destroy(); the port must be free.
 */
void inet_sock_destroy(struct sock *sk);
/*
 * Options, addresses and cmsg wishes of a listener for its child, after inet_sock_init(child):
 * everything that Linux's accept() inherits from struct inet_sock (not ports, peer, groups).
 */
void inet_sock_inherit(const struct sock *parent, struct sock *child);
/* Calls fn for every inet socket of the net, oldest first. fn may destroy the socket it is given. */
void inet_sock_for_each(struct net *net, void (*fn)(struct sock *sk, void *arg), void *arg);
/*
 * Checks a bind address (family, local or any or multicast, freebind, v6only, link-local scope,
 * privileged port is the daemon's business) and fills rcv_saddr/saddr. Does not take the port.
 * -EADDRNOTAVAIL, -EAFNOSUPPORT, -EINVAL.
 */
int inet_bind_addr(struct sock *sk, const struct inet_sockaddr *addr);
/* What bind(2) to addr leaves behind when it has worked: what is not to be chosen again; no old route. */
void inet_bound(struct sock *sk, const struct inet_sockaddr *addr);
/*
 * bind(2) whole: state check (-EINVAL when bound already), inet_bind_addr(), port of h (unless
 * IP_BIND_ADDRESS_NO_PORT and 0). On failure the socket is as before. -EADDRINUSE …
 */
int inet_bind(struct sock *sk, struct inet_hashinfo *h, const struct inet_sockaddr *addr);
/* Fills fl for this socket to daddr:dport (0: connected peer). */
void inet_sk_flow(struct sock *sk, struct flowi *fl, const union inet_addr *daddr, u16 dport);
/* Route for a connected socket: the cached one if still valid, else looked up and cached. Borrowed
 * reference (lives as long as sk_dst_cache). NULL with *err. */
struct dst_entry *inet_sk_route(struct sock *sk, struct flowi *fl, int *err);
/* Chooses inet->af for peer address dst (v4-mapped on an IPv6 socket). -EAFNOSUPPORT, -ENETUNREACH
 * (v6only), -EINVAL */
int inet_sk_set_family_for(struct sock *sk, const struct inet_sockaddr *dst);
int inet_getname(struct sock *sk, struct inet_sockaddr *addr, bool peer);	/* -ENOTCONN */
/* What counts of a destination's flowinfo: class and label (IPV6_FLOWINFO_SEND), or nothing. */
static inline u32 inet_flowinfo(const struct inet_sock *inet, const struct inet_sockaddr *a)
{
	return inet->o6.sndflow && inet->af->af_bit ? a->flowinfo & FLOWINFO_MASK : 0;
}
/* The label of skb if the stream is to send with it (IPV6_FL_F_REFLECT), or of a reset that answers skb
 * (net.ipv6.flowlabel_reflect); 0: none. */
u32 inet_reflected_label(const struct inet_sock *inet, const struct sk_buff *skb);
u32 inet_reset_label(const struct net *net, const struct sk_buff *skb);
/* The header of a stream's packet, for IP_PKTOPTIONS and IPV6_2292PKTOPTIONS. */
void inet_note_header(struct inet_sock *inet, const struct sk_buff *skb);
/* The same of what answered a SYN: of IPv6, when any of it was asked for, as on Linux. */
void inet_note_answer(struct inet_sock *inet, const struct sk_buff *skb);
/* What IPV6_2292PKTOPTIONS may be asked of a segment that is gone when it is known to be the last. */
struct inet_rx_header {
	u32 iif, flowinfo;
	u8 ttl;
};
/* Is any of it wanted? */
static inline bool inet_wants_header6(const struct inet_sock *inet)
{
	return inet->o6.cmsg_flags && inet->af->af_bit;
}
struct inet_rx_header inet_rx_header6(const struct sk_buff *skb);
/* Of the last segment in order: what was asked for. */
void inet_note_last(struct inet_sock *inet, const struct inet_rx_header *h);
/* Octets of IPv4 options or IPv6 extension headers on what leaves now. */
u32 inet_opt_len(const struct inet_sock *inet);
void inet_xmit_opts(const struct sock *sk, struct ip_xmit_opts *o);	/* ttl, tos, pmtudisc, options */
/* The same for a packet to daddr: multicast has its own TTL. */
void inet_xmit_opts_to(const struct sock *sk, const union inet_addr *daddr, struct ip_xmit_opts *o);
/* Is the err queue asked for, for packets of this family (IP_RECVERR, IPV6_RECVERR)? */
bool inet_recverr(const struct sock *sk, const struct inet_af *af);
/* IP_RECVOPTS and IP_RETOPTS (want: INET_CMSG_*) of a received packet. */
void inet_options4_recv(const struct sk_buff *skb, u32 want, struct sock_cmsg *c);
/*
 * IPv4 options that an answer to the received packet skb has: record route and time stamp (RFC 1122 3.2.2.6,
 * RFC 9293 MAY-10, MAY-11). Their length, a multiple of 4; 0: none, and for IPv6.
 */
u32 inet_options4_echo(const struct sk_buff *skb, u8 out[IP4_OPTLEN_MAX]);
/* IP_MINTTL / IPV6_MINHOPCOUNT for packets of this family; 0: none. */
u8 inet_min_ttl(const struct sock *sk, const struct inet_af *af);
/* IP_MULTICAST_LOOP / IPV6_MULTICAST_LOOP for what leaves now. */
bool inet_mc_loop(const struct sock *sk);
/* Does sk, by its device binding, take packets that arrived on iif? */
static inline bool inet_bound_dev_match(const struct sock *sk, u32 iif)
{
	return !sk->sk_bound_dev_if || sk->sk_bound_dev_if == iif;
}
/* An any destination means this host (RFC 1122 3.2.1.3): own source if set, else loopback. */
void inet_fix_any_daddr(const struct sock *sk, union inet_addr *daddr);

/* SOL_IP and SOL_IPV6 for every inet socket; the socket room adds them to each proto's tables. */
extern const struct sockopt_table inet_sol_ip_table;
extern const struct sockopt_table inet_sol_ipv6_table;

#endif
