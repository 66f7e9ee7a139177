/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signed segments: TCP-MD5 (RFC 2385) and TCP-AO (RFC 5925, 5926). tcp_sig.c finds what a segment
 * is signed with, makes and checks codes; tcp_md5.c and tcp_ao.c keep the keys of a socket.
 */
#ifndef NETSTACK_TCP_SIG_H
#define NETSTACK_TCP_SIG_H

#include "tcp/tcp_req.h"

enum { TCP_SIG_KEY_MAX = 80, TCP_AO_MACLEN_DEFAULT = 12 };
enum { TCP_AO_KEYF_IFINDEX_NS = 1, TCP_AO_KEYF_EXCLUDE_OPT_NS = 2 };
enum { TCP_NEW_SYN_RECV_NS = 12 };	/* stands for a request sock where a state is asked for */
enum { TCP_SIG_NONE, TCP_SIG_MD5, TCP_SIG_AO };

/* What one segment is signed with, or checked by. */
struct tcp_signer {
	u8 kind;			/* TCP_SIG_* */
	u8 maclen, keyid, rnext;	/* AO */
	bool exclude_opts;		/* AO: other options are not covered */
	u8 alg;				/* enum net_mac */
	u8 keylen;
	u32 sne;			/* AO: sequence number extension (RFC 5925 6.2) */
	u8 key[TCP_SIG_KEY_MAX];	/* MD5: the key; AO: the traffic key */
};

struct tcp_md5_key {
	struct list_head node;
	struct inet_prefix peer;
	u8 keylen;
	u8 key[TCP_SIG_KEY_MAX];
};

/* A master key tuple, for the peers of a prefix; on a connection with its traffic keys. */
struct tcp_ao_key {
	struct list_head node;
	struct inet_prefix peer;
	u8 sndid, rcvid, maclen, flags;	/* flags: TCP_AO_KEYF_* */
	u8 alg;				/* enum net_mac */
	u8 keylen, master_len;
	u8 key[TCP_SIG_KEY_MAX];	/* as the user gave it */
	u8 master[TCP_SIG_KEY_MAX];	/* what traffic keys are derived from */
	u8 snd_key[NET_MAC_SIZE_MAX], rcv_key[NET_MAC_SIZE_MAX];
	u64 good, bad;			/* segments */
};

/* Sequence number extension: which round of the sequence space ref_seq is in. */
struct tcp_ao_sne {
	u32 seq, sne;
};

struct tcp_ao_info {
	struct list_head keys;		/* the newest first */
	struct tcp_ao_key *current;	/* signs; NULL before there is a connection */
	struct tcp_ao_key *rnext;	/* the peer shall sign with this one */
	u64 good, bad, key_not_found, required_missing, dropped_icmps;
	bool required, accept_icmps;
	u32 lisn, risn;
	struct tcp_ao_sne snd, rcv;
};

/* Ends of a segment in the direction in which it travels. */
struct tcp_sig_path {
	const struct inet_af *af;
	union inet_addr saddr, daddr;
	u16 sport, dport;
};

/* tcp_sig.c */
bool tcp_sig_active(const struct tcp_sock *tp);
bool tcp_timestamps_wanted(const struct sock *sk);
u32 tcp_sig_opt_len(const struct tcp_sock *tp);
void tcp_sig_changed(struct sock *sk);
bool tcp_sig_sock(struct sock *sk, u16 flags, u32 seq, struct tcp_signer *s);
bool tcp_sig_req(struct tcp_request_sock *req, struct tcp_signer *s);
bool tcp_sig_reply(struct net *net, const struct sk_buff *skb, const struct tcp_seg *seg,
		   const struct tcp_reply *r, struct tcp_signer *s);
void tcp_sig_reserve(const struct tcp_signer *s, struct tcp_opts_parsed *o);
void tcp_sig_reserve_sock(const struct tcp_sock *tp, struct tcp_opts_parsed *o);
int tcp_sig_write(struct net *net, const struct tcp_signer *s, struct sk_buff *skb,
		  const struct tcp_sig_path *p);
int tcp_sig_mac(struct net *net, const struct tcp_signer *s, const struct sk_buff *skb,
		const struct tcp_sig_path *p, u32 mac_off, u8 *out);
enum skb_drop_reason tcp_sig_inbound(struct sock *sk, const struct tcp_request_sock *req,
				     const struct sk_buff *skb, const struct tcp_seg *seg);
enum skb_drop_reason tcp_sig_inbound_tw(struct tcp_timewait_sock *tw, const struct sk_buff *skb,
					const struct tcp_seg *seg);
void tcp_sig_path_in(const struct sk_buff *skb, const struct tcp_seg *seg, struct tcp_sig_path *p);
void tcp_sig_path_out(const struct inet_tuple *t, struct tcp_sig_path *p);
void tcp_sig_path_sock(const struct tcp_sock *tp, struct tcp_sig_path *p);
int tcp_sig_connect(struct sock *sk);
void tcp_sig_connected(struct sock *sk, u32 risn);
int tcp_sig_child(const struct tcp_request_sock *req, struct sock *sk);
void tcp_sig_to_tw(struct sock *sk, struct tcp_timewait_sock *tw);
void tcp_sig_tw_free(struct tcp_timewait_sock *tw);
void tcp_sig_destroy(struct sock *sk);
int tcp_sig_charge(struct sock *sk, u32 size);

/* tcp_md5.c */
const struct tcp_md5_key *tcp_md5_lookup(const struct tcp_sock *tp, const struct inet_af *af,
					 const union inet_addr *peer);
int tcp_md5_set(struct sock *sk, bool ext, const void *val, u32 len);
int tcp_md5_copy(const struct tcp_md5_key *key, struct sock *sk, const union inet_addr *peer);
void tcp_md5_free_all(struct sock *sk);
void tcp_md5_signer(const struct tcp_md5_key *key, struct tcp_signer *s);
enum skb_drop_reason tcp_md5_check(struct net *net, const struct tcp_md5_key *key,
				   const struct sk_buff *skb, const struct tcp_seg *seg);

/* tcp_ao.c */
struct tcp_ao_key *tcp_ao_find(const struct tcp_ao_info *ao, const struct inet_af *af,
			       const union inet_addr *peer, int sndid, int rcvid);
struct tcp_ao_key *tcp_ao_own(const struct tcp_ao_info *ao, int sndid, int rcvid);
struct tcp_ao_info *tcp_ao_get(struct sock *sk);
struct tcp_ao_key *tcp_ao_key_new(struct sock *sk, const struct tcp_ao_key *from);
void tcp_ao_key_free(struct net *net, struct tcp_ao_key *key);
void tcp_ao_free(struct net *net, struct tcp_ao_info *ao);
int tcp_ao_master(struct net *net, struct tcp_ao_key *key);
int tcp_ao_derive(struct net *net, const struct tcp_ao_key *key, const struct tcp_sig_path *p,
		  u32 sisn, u32 disn, u8 *out);
int tcp_ao_cache_keys(struct sock *sk, struct tcp_ao_key *key);
u32 tcp_ao_sne(struct tcp_ao_sne *ref, u32 now, u32 seq);
bool tcp_ao_sign(struct net *net, struct tcp_ao_info *ao, const struct tcp_sig_path *p, u16 flags,
		 u32 seq, u32 una, struct tcp_signer *s);
bool tcp_ao_sign_synack(struct tcp_request_sock *req, u32 seq, struct tcp_signer *s);
enum skb_drop_reason tcp_ao_check(struct net *net, struct sock *sk, struct tcp_ao_info *ao, u8 state,
				  const struct tcp_request_sock *req, u32 rcv_nxt,
				  const struct sk_buff *skb, const struct tcp_seg *seg);
int tcp_ao_connect(struct sock *sk);
void tcp_ao_finish_connect(struct sock *sk, u32 risn);
int tcp_ao_child(const struct tcp_request_sock *req, struct sock *sk);
bool tcp_ao_ignore_icmp(struct sock *sk, const struct inet_icmp_err *e);
void tcp_ao_req_note(struct tcp_request_sock *req, const struct tcp_seg *seg);

/* tcp_ao_opt.c */
int tcp_ao_add(struct sock *sk, const void *val, u32 len);
int tcp_ao_del(struct sock *sk, const void *val, u32 len);
int tcp_ao_set_info(struct sock *sk, const void *val, u32 len);
int tcp_ao_get_info(struct sock *sk, void *val, u32 *len);
int tcp_ao_get_keys(struct sock *sk, void *val, u32 *len);
int tcp_ao_set_repair(struct sock *sk, const void *val, u32 len);
int tcp_ao_get_repair(struct sock *sk, void *val, u32 *len);

#endif
