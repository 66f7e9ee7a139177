/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The MD5 keys of a socket (RFC 2385; TCP_MD5SIG, TCP_MD5SIG_EXT): by peer, a listener's also by
 * prefix of peers. From tcp_sockopt.c and tcp_sig.c.
 */
#include "tcp/tcp_sig.h"

enum { MD5_FLAG_PREFIX = 1, MD5_FLAG_IFINDEX = 2 };

/* struct tcp_md5sig of linux/tcp.h */
struct md5sig_abi {
	u8 addr[128];			/* struct sockaddr_storage */
	u8 flags, prefixlen;
	u16 keylen;
	s32 ifindex;
	u8 key[TCP_SIG_KEY_MAX];
};
_Static_assert(sizeof(struct md5sig_abi) == 216, "struct tcp_md5sig");

/* The key for a peer: the longest prefix. NULL: its segments are not signed. */
const struct tcp_md5_key *tcp_md5_lookup(const struct tcp_sock *tp, const struct inet_af *af,
					 const union inet_addr *peer)
{
	const struct tcp_md5_key *key, *best = NULL;

	if (list_empty(&tp->md5_keys))
		return NULL;
	list_for_each_entry(key, &tp->md5_keys, node) {
		if (key->peer.family == af->family && inet_prefix_match(&key->peer, peer) &&
		    (!best || key->peer.len > best->peer.len))
			best = key;
	}
	return best;
}

static struct tcp_md5_key *find_exact(struct tcp_sock *tp, const struct inet_prefix *peer)
{
	struct tcp_md5_key *key;

	list_for_each_entry(key, &tp->md5_keys, node) {
		if (key->peer.family == peer->family && key->peer.len == peer->len &&
		    inet_addr_equal(&key->peer.addr, &peer->addr))
			return key;
	}
	return NULL;
}

static void free_key(struct sock *sk, struct tcp_md5_key *key)
{
	list_del(&key->node);
	memset(key, 0, sizeof(*key));
	net_free(sk->net, key, sizeof(*key));
	tcp_sk(sk)->sig_mem -= sizeof(*key);
}

static int add_key(struct sock *sk, const struct inet_prefix *peer, const u8 *bytes, u8 len)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_md5_key *key = find_exact(tp, peer);
	int err;

	if (!key) {
		err = tcp_sig_charge(sk, sizeof(*key));
		if (err)
			return err;
		key = net_alloc(sk->net, sizeof(*key));
		if (!key) {
			tp->sig_mem -= sizeof(*key);
			return -ENOMEM;
		}
		key->peer = *peer;
		sk->net->tcp.sig_used = true;
		list_add_tail(&key->node, &tp->md5_keys);
	}
	key->keylen = len;
	memcpy(key->key, bytes, len);
	tcp_sig_changed(sk);
	return 0;
}

/* The peer that cmd names, in the socket's family; an IPv6 socket takes mapped addresses. */
static int parse_peer(struct sock *sk, const struct md5sig_abi *cmd, bool ext,
		      struct inet_prefix *peer)
{
	const struct inet_af *af = sk->sk_family_af;
	struct inet_sockaddr a;
	u8 full;

	if (af->sockaddr_from(cmd->addr, sizeof(cmd->addr), &a) || a.family != af->family)
		return -EINVAL;
	peer->addr = a.addr;
	peer->family = a.family;
	if (inet_addr_is_v4mapped(&a.addr))
		peer->family = INET_FAMILY_4;
	full = peer->family == INET_FAMILY_4 ? 32 : 128;
	peer->len = full;
	if (ext && cmd->flags & MD5_FLAG_PREFIX) {
		if (cmd->prefixlen > full)
			return -EINVAL;
		peer->len = cmd->prefixlen;
	}
	return 0;
}

/* A key without length takes the key away. */
int tcp_md5_set(struct sock *sk, bool ext, const void *val, u32 len)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct md5sig_abi cmd;
	struct inet_prefix peer;
	struct tcp_md5_key *key;

	if (!sk->net->cfg.crypto)
		return -ENOPROTOOPT;
	if (len < sizeof(cmd))
		return -EINVAL;
	memcpy(&cmd, val, sizeof(cmd));
	if (parse_peer(sk, &cmd, ext, &peer))
		return -EINVAL;
	/* only a VRF's device may scope a key, and there is none here */
	if (ext && cmd.flags & MD5_FLAG_IFINDEX && cmd.ifindex)
		return -EINVAL;
	if (!cmd.keylen) {
		key = find_exact(tp, &peer);
		if (!key)
			return -ENOENT;
		free_key(sk, key);
		tcp_sig_changed(sk);
		return 0;
	}
	if (cmd.keylen > TCP_SIG_KEY_MAX)
		return -EINVAL;
	if (tp->ao && tcp_ao_find(tp->ao, inet_af_get(sk->net, peer.family), &peer.addr, -1, -1))
		return -EKEYREJECTED;
	return add_key(sk, &peer, cmd.key, (u8)cmd.keylen);
}

/* The listener's key for its child: for that one peer. */
int tcp_md5_copy(const struct tcp_md5_key *key, struct sock *sk, const union inet_addr *peer)
{
	struct inet_prefix p = { .addr = *peer, .family = key->peer.family,
				 .len = key->peer.family == INET_FAMILY_4 ? 32 : 128 };

	return add_key(sk, &p, key->key, key->keylen);
}

void tcp_md5_free_all(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	while (!list_empty(&tp->md5_keys))
		free_key(sk, list_first_entry(&tp->md5_keys, struct tcp_md5_key, node));
}

void tcp_md5_signer(const struct tcp_md5_key *key, struct tcp_signer *s)
{
	s->kind = TCP_SIG_MD5;
	s->alg = NET_MAC_MD5;
	s->maclen = (u8)net_mac_size(NET_MAC_MD5);
	s->keylen = key->keylen;
	memcpy(s->key, key->key, key->keylen);
}

/* Is the MD5 option of the segment right? key: of its peer, or NULL. */
enum skb_drop_reason tcp_md5_check(struct net *net, const struct tcp_md5_key *key,
				   const struct sk_buff *skb, const struct tcp_seg *seg)
{
	u8 want[NET_MAC_SIZE_MAX];
	struct tcp_signer s;
	struct tcp_sig_path p;
	u32 off = TCP_HLEN + seg->opt.md5_off;

	if (!key)
		return SKB_DROP_TCP_MD5UNEXPECTED;
	tcp_md5_signer(key, &s);
	tcp_sig_path_in(skb, seg, &p);
	if (tcp_sig_mac(net, &s, skb, &p, off, want) ||
	    !net_mac_equal(want, skb->data + off, s.maclen))
		return SKB_DROP_TCP_MD5FAILURE;
	return SKB_NOT_DROPPED;
}
