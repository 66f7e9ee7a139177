/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TCP_AO_ADD_KEY, TCP_AO_DEL_KEY, TCP_AO_INFO, TCP_AO_GET_KEYS and TCP_AO_REPAIR: Linux's structures,
 * checks and errors. From tcp_sockopt.c.
 */
#include "tcp/tcp_sig.h"

enum { AO_KEYF_ALL = TCP_AO_KEYF_IFINDEX_NS | TCP_AO_KEYF_EXCLUDE_OPT_NS, ALG_NAME_MAX = 64 };

/* bits of the structures' flags */
enum { AO_SET_CURRENT = 1, AO_SET_RNEXT = 2 };
enum { DEL_ASYNC = 4 };
enum { INFO_REQUIRED = 4, INFO_SET_COUNTERS = 8, INFO_ACCEPT_ICMPS = 16 };
enum { GET_CURRENT = 1, GET_RNEXT = 2, GET_ALL = 4 };

struct ao_add_abi {
	u8 addr[128];
	char alg_name[ALG_NAME_MAX];
	s32 ifindex;
	u32 flags;
	u16 reserved;
	u8 prefix, sndid, rcvid, maclen, keyflags, keylen;
	u8 key[TCP_SIG_KEY_MAX];
} __attribute__((aligned(8)));
struct ao_del_abi {
	u8 addr[128];
	s32 ifindex;
	u32 flags;
	u16 reserved;
	u8 prefix, sndid, rcvid, current_key, rnext, keyflags;
} __attribute__((aligned(8)));
struct ao_info_abi {
	u32 flags;
	u16 reserved;
	u8 current_key, rnext;
	u64 pkt_good, pkt_bad, pkt_key_not_found, pkt_ao_required, pkt_dropped_icmp;
} __attribute__((aligned(8)));
struct ao_get_abi {
	u8 addr[128];
	char alg_name[ALG_NAME_MAX];
	u8 key[TCP_SIG_KEY_MAX];
	u32 nkeys;
	u16 flags;
	u8 sndid, rcvid, prefix, maclen, keyflags, keylen;
	s32 ifindex;
	u64 pkt_good, pkt_bad;
} __attribute__((aligned(8)));
struct ao_repair_abi {
	be32 snt_isn, rcv_isn;
	u32 snd_sne, rcv_sne;
} __attribute__((aligned(8)));
_Static_assert(sizeof(struct ao_add_abi) == 288, "struct tcp_ao_add");
_Static_assert(sizeof(struct ao_del_abi) == 144, "struct tcp_ao_del");
_Static_assert(sizeof(struct ao_info_abi) == 48, "struct tcp_ao_info_opt");
_Static_assert(sizeof(struct ao_get_abi) == 304, "struct tcp_ao_getsockopt");
_Static_assert(sizeof(struct ao_repair_abi) == 16, "struct tcp_ao_repair");

static const struct ao_alg {
	const char *name;
	u8 mac;
} algs[] = {
	{ "hmac(sha1)", NET_MAC_HMAC_SHA1 },
	{ "hmac(sha256)", NET_MAC_HMAC_SHA256 },
	{ "cmac(aes128)", NET_MAC_CMAC_AES128 },
};

/* Takes a structure of the user's: a longer one must have zeros behind what is known here. */
static int take(void *to, u32 size, const void *val, u32 len)
{
	const u8 *p = val;

	if (len < size)
		return -EINVAL;
	for (u32 i = size; i < len; i++)
		if (p[i])
			return -E2BIG;
	memcpy(to, val, size);
	return 0;
}

/* The peers that addr and prefix name, in the socket's family; -EINVAL: nonsense. */
static int parse_peers(const struct sock *sk, const u8 *addr, u8 prefix, struct inet_prefix *p)
{
	const struct inet_af *af = sk->sk_family_af;
	struct inet_sockaddr a;

	if (af->sockaddr_from(addr, 128, &a) || a.family != af->family || a.port)
		return -EINVAL;
	*p = (struct inet_prefix){ .addr = a.addr, .family = a.family, .len = prefix };
	if (inet_addr_is_v4mapped(&a.addr) && (a.family == INET_FAMILY_4 || prefix))
		p->family = INET_FAMILY_4;
	if (prefix > (p->family == INET_FAMILY_4 ? 32 : 128))
		return -EINVAL;
	return !prefix == inet_addr_any(&a.addr) ? 0 : -EINVAL;
}

/* No bits behind the prefix, and not beside the peer that the socket has already. */
static bool peers_fit(const struct sock *sk, const struct inet_prefix *p)
{
	const struct inet_sock *inet = inet_sk(sk);
	u32 bit = p->len + (p->family == INET_FAMILY_4 ? 96 : 0);

	for (; bit < 128; bit++)
		if (p->len && p->addr.b[bit / 8] & 0x80 >> bit % 8)
			return false;
	return !inet->dport || inet_addr_any(&inet->daddr) || inet_prefix_match(p, &inet->daddr);
}

static bool may_choose(const struct sock *sk, u32 flags)
{
	return !(flags & (AO_SET_CURRENT | AO_SET_RNEXT)) || sk->sk_state != TCP_LISTEN;
}

/* Device-scoped keys are for VRFs; there is none here, so that no device can be named. */
static bool scope_ok(u8 keyflags, s32 ifindex)
{
	return !(keyflags & ~AO_KEYF_ALL) && !ifindex;
}

/* -- TCP_AO_ADD_KEY ------------------------------------------------------------------------------ */

static int add_check(const struct sock *sk, const struct ao_add_abi *cmd, struct tcp_ao_key *key)
{
	if (cmd->keylen > TCP_SIG_KEY_MAX || cmd->reserved ||
	    cmd->flags & ~(u32)(AO_SET_CURRENT | AO_SET_RNEXT))
		return -EINVAL;
	if (parse_peers(sk, cmd->addr, cmd->prefix, &key->peer) || !peers_fit(sk, &key->peer))
		return -EINVAL;
	if (!scope_ok(cmd->keyflags, cmd->ifindex) || !may_choose(sk, cmd->flags))
		return -EINVAL;
	return 0;
}

static int add_fill(struct net *net, const struct ao_add_abi *cmd, struct tcp_ao_key *key)
{
	u32 i, most = TCP_OPTLEN_MAX - TCP_OLEN_MSS - TCP_OLEN_TIMESTAMP_ALIGNED - 4;

	if (!memchr(cmd->alg_name, 0, ALG_NAME_MAX))
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(algs) && strcmp(algs[i].name, cmd->alg_name); i++)
		;
	if (i == ARRAY_SIZE(algs))
		return -ENOENT;
	key->alg = algs[i].mac;
	key->sndid = cmd->sndid;
	key->rcvid = cmd->rcvid;
	key->flags = cmd->keyflags;
	key->maclen = cmd->maclen ? cmd->maclen : TCP_AO_MACLEN_DEFAULT;
	if (key->maclen > net_mac_size(key->alg))
		return -EINVAL;
	/* a SYN has MSS, timestamps and window scale beside it */
	if (ALIGN_UP((u32)TCP_OLEN_AO_BASE + key->maclen, 4) > most)
		return -EMSGSIZE;
	key->keylen = cmd->keylen;
	memcpy(key->key, cmd->key, cmd->keylen);
	return tcp_ao_master(net, key);
}

static int add_link(struct sock *sk, const struct tcp_ao_key *tmpl, u32 flags)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool first = !tp->ao;
	struct tcp_ao_info *ao = tcp_ao_get(sk);
	struct tcp_ao_key *key = ao ? tcp_ao_key_new(sk, tmpl) : NULL;

	if (!key) {
		if (ao && first) {
			tcp_ao_free(sk->net, ao);
			tp->ao = NULL;
		}
		return -ENOMEM;
	}
	list_add(&key->node, &ao->keys);
	if (tcp_state_in(sk, TCPF_HAVE_PEER))
		tcp_ao_cache_keys(sk, key);
	if (flags & AO_SET_CURRENT)
		ao->current = key;
	if (flags & AO_SET_RNEXT)
		ao->rnext = key;
	tcp_sig_changed(sk);
	return 0;
}

int tcp_ao_add(struct sock *sk, const void *val, u32 len)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct inet_af *af;
	struct tcp_ao_key key;
	struct ao_add_abi cmd;
	int err = take(&cmd, sizeof(cmd), val, len);

	memset(&key, 0, sizeof(key));
	if (!err)
		err = add_check(sk, &cmd, &key);
	if (err)
		return err;
	af = inet_af_get(sk->net, key.peer.family);
	if (tcp_md5_lookup(tp, af, &key.peer.addr))
		return -EKEYREJECTED;
	/* RFC 5925 3.1: ids are unique among the keys that a peer may use */
	if (tp->ao && (tcp_ao_find(tp->ao, af, &key.peer.addr, -1, cmd.rcvid) ||
		       tcp_ao_find(tp->ao, af, &key.peer.addr, cmd.sndid, -1)))
		return -EEXIST;
	err = add_fill(sk->net, &cmd, &key);
	return err ? err : add_link(sk, &key, cmd.flags);
}

/* -- TCP_AO_DEL_KEY ------------------------------------------------------------------------------ */

/* The keys that the user chose by their ids. 0 or -ENOENT */
static int chosen(const struct tcp_ao_info *ao, u32 flags, u8 current_id, u8 rnext_id,
		  struct tcp_ao_key **current, struct tcp_ao_key **rnext)
{
	*current = flags & AO_SET_CURRENT ? tcp_ao_own(ao, current_id, -1) : ao->current;
	*rnext = flags & AO_SET_RNEXT ? tcp_ao_own(ao, -1, rnext_id) : ao->rnext;
	if ((flags & AO_SET_CURRENT && !*current) || (flags & AO_SET_RNEXT && !*rnext))
		return -ENOENT;
	return 0;
}

static struct tcp_ao_key *del_find(const struct tcp_ao_info *ao, const struct ao_del_abi *cmd,
				   const struct inet_prefix *peer)
{
	struct tcp_ao_key *key;

	list_for_each_entry(key, &ao->keys, node) {
		if (key->peer.family == peer->family && key->peer.len == peer->len &&
		    inet_addr_equal(&key->peer.addr, &peer->addr) && key->sndid == cmd->sndid &&
		    key->rcvid == cmd->rcvid &&
		    !((key->flags ^ cmd->keyflags) & TCP_AO_KEYF_IFINDEX_NS))
			return key;
	}
	return NULL;
}

int tcp_ao_del(struct sock *sk, const void *val, u32 len)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_ao_info *ao = tp->ao;
	struct tcp_ao_key *current, *rnext, *key;
	struct inet_prefix peer;
	struct ao_del_abi cmd;
	int err = take(&cmd, sizeof(cmd), val, len);

	if (err)
		return err;
	if (cmd.reserved || cmd.flags & ~(u32)(AO_SET_CURRENT | AO_SET_RNEXT | DEL_ASYNC) ||
	    !may_choose(sk, cmd.flags) || !scope_ok(cmd.keyflags, cmd.ifindex))
		return -EINVAL;
	if (!ao)
		return -ENOENT;
	err = chosen(ao, cmd.flags, cmd.current_key, cmd.rnext, &current, &rnext);
	if (err)
		return err;
	if (cmd.flags & DEL_ASYNC && sk->sk_state != TCP_LISTEN)
		return -EINVAL;
	if (parse_peers(sk, cmd.addr, cmd.prefix, &peer))
		return -EINVAL;
	key = del_find(ao, &cmd, &peer);
	if (!key)
		return -ENOENT;
	if (key == current || key == rnext)	/* the connection could not go on */
		return -EBUSY;
	ao->current = current;
	ao->rnext = rnext;
	list_del(&key->node);
	tcp_ao_key_free(sk->net, key);
	tp->sig_mem -= sizeof(*key);
	tcp_sig_changed(sk);
	return 0;
}

/* -- TCP_AO_INFO --------------------------------------------------------------------------------- */

int tcp_ao_set_info(struct sock *sk, const void *val, u32 len)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_ao_key *current, *rnext;
	struct tcp_ao_info *ao;
	struct ao_info_abi cmd;
	int err = take(&cmd, sizeof(cmd), val, len);

	if (err)
		return err;
	if (cmd.reserved || cmd.flags >> 5 || !may_choose(sk, cmd.flags))
		return -EINVAL;
	if (!tp->ao && cmd.flags & (AO_SET_CURRENT | AO_SET_RNEXT))
		return -ENOENT;
	if (cmd.flags & INFO_REQUIRED && !list_empty(&tp->md5_keys))
		return -EKEYREJECTED;
	ao = tcp_ao_get(sk);
	if (!ao)
		return -ENOMEM;
	err = chosen(ao, cmd.flags, cmd.current_key, cmd.rnext, &current, &rnext);
	if (err)
		return err;
	ao->current = current;
	ao->rnext = rnext;
	ao->required = cmd.flags & INFO_REQUIRED;
	ao->accept_icmps = cmd.flags & INFO_ACCEPT_ICMPS;
	if (cmd.flags & INFO_SET_COUNTERS) {
		ao->good = cmd.pkt_good;
		ao->bad = cmd.pkt_bad;
		ao->key_not_found = cmd.pkt_key_not_found;
		ao->required_missing = cmd.pkt_ao_required;
		ao->dropped_icmps = cmd.pkt_dropped_icmp;
	}
	tcp_sig_changed(sk);
	return 0;
}

int tcp_ao_get_info(struct sock *sk, void *val, u32 *len)
{
	const struct tcp_ao_info *ao = tcp_sk(sk)->ao;
	struct ao_info_abi out = { 0 };

	if (!ao)
		return -ENOENT;
	out.flags = (ao->current ? AO_SET_CURRENT : 0) | (ao->rnext ? AO_SET_RNEXT : 0) |
		    (ao->required ? INFO_REQUIRED : 0) |
		    (ao->accept_icmps ? INFO_ACCEPT_ICMPS : 0);
	out.current_key = ao->current ? ao->current->sndid : 0;
	out.rnext = ao->rnext ? ao->rnext->rcvid : 0;
	out.pkt_good = ao->good;
	out.pkt_bad = ao->bad;
	out.pkt_key_not_found = ao->key_not_found;
	out.pkt_ao_required = ao->required_missing;
	out.pkt_dropped_icmp = ao->dropped_icmps;
	return sockopt_get_bytes(&out, sizeof(out), val, len);
}

/* -- TCP_AO_GET_KEYS ----------------------------------------------------------------------------- */

/* Which keys are asked for: all, the two in use, or those for a peer, with ids or without. */
static int get_check(struct sock *sk, const struct ao_get_abi *in, bool *by_peer,
		     struct inet_prefix *peer)
{
	static const u8 none[128];
	u16 family;

	if (in->pkt_good || in->pkt_bad || in->flags & ~(u16)(GET_CURRENT | GET_RNEXT | GET_ALL) ||
	    !scope_ok(in->keyflags, in->ifindex))
		return -EINVAL;
	if (in->flags & GET_ALL && in->flags & (GET_CURRENT | GET_RNEXT))
		return -EINVAL;
	*by_peer = !in->flags;
	memcpy(&family, in->addr, sizeof(family));
	if (*by_peer) {
		if (family != INET_FAMILY_4 && family != INET_FAMILY_6)
			return -EAFNOSUPPORT;
		return parse_peers(sk, in->addr, in->prefix, peer);
	}
	if (in->prefix || in->sndid || in->rcvid || memcmp(in->addr + 2, none, sizeof(none) - 2))
		return -EINVAL;
	return 0;
}

static bool get_matches(const struct tcp_ao_info *ao, const struct tcp_ao_key *key,
			const struct ao_get_abi *in, bool by_peer, const struct inet_prefix *peer)
{
	if (!by_peer)
		return in->flags & GET_ALL || (in->flags & GET_CURRENT && key == ao->current) ||
		       (in->flags & GET_RNEXT && key == ao->rnext);
	return (!peer->len || (key->peer.family == peer->family && key->peer.len == peer->len &&
			       inet_addr_equal(&key->peer.addr, &peer->addr))) &&
	       (!in->sndid || key->sndid == in->sndid) && (!in->rcvid || key->rcvid == in->rcvid);
}

static void get_fill(const struct sock *sk, const struct tcp_ao_info *ao,
		     const struct tcp_ao_key *key, struct ao_get_abi *out)
{
	struct inet_sockaddr a = { .family = sk->sk_family, .addr = key->peer.addr };

	memset(out, 0, sizeof(*out));
	sk->sk_family_af->sockaddr_to(&a, out->addr, sizeof(out->addr));
	for (u32 i = 0; i < ARRAY_SIZE(algs); i++)
		if (algs[i].mac == key->alg)
			memcpy(out->alg_name, algs[i].name, strlen(algs[i].name));
	out->keylen = key->keylen;
	memcpy(out->key, key->key, key->keylen);
	out->flags = (u16)((key == ao->current ? GET_CURRENT : 0) |
			   (key == ao->rnext ? GET_RNEXT : 0));
	out->sndid = key->sndid;
	out->rcvid = key->rcvid;
	out->prefix = key->peer.len;
	out->maclen = key->maclen;
	out->keyflags = key->flags;
	out->pkt_good = key->good;
	out->pkt_bad = key->bad;
}

/*
 * val is an array of structures of which the first says what is wanted and how many there is room
 * for; *len is that of the whole array. The first then tells how many match.
 */
int tcp_ao_get_keys(struct sock *sk, void *val, u32 *len)
{
	const struct tcp_ao_info *ao = tcp_sk(sk)->ao;
	const struct tcp_ao_key *key;
	struct ao_get_abi in, out;
	struct inet_prefix peer = { .len = 0 };
	u32 room, matched = 0;
	bool by_peer;
	int err;

	if (*len < sizeof(in))
		return -EINVAL;
	memcpy(&in, val, sizeof(in));
	/* without room for one the first tells the number all the same */
	room = min_t(u32, in.nkeys, *len / (u32)sizeof(out));
	if (!ao)
		return -ENOENT;
	err = get_check(sk, &in, &by_peer, &peer);
	if (err)
		return err;
	list_for_each_entry(key, &ao->keys, node) {
		if (!get_matches(ao, key, &in, by_peer, &peer))
			continue;
		if (matched++ >= room)
			continue;
		get_fill(sk, ao, key, &out);
		memcpy((u8 *)val + (matched - 1) * sizeof(out), &out, sizeof(out));
	}
	memcpy((u8 *)val + offsetof(struct ao_get_abi, nkeys), &matched, sizeof(matched));
	*len = max(min(matched, room), 1u) * (u32)sizeof(out);
	return 0;
}

/* -- TCP_AO_REPAIR ------------------------------------------------------------------------------- */

int tcp_ao_set_repair(struct sock *sk, const void *val, u32 len)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_ao_info *ao = tp->ao;
	struct ao_repair_abi cmd;
	struct tcp_ao_key *key;
	int err = take(&cmd, sizeof(cmd), val, len);

	if (err)
		return err;
	if (!tp->repair)
		return -EPERM;
	if (!ao)
		return -ENOENT;
	ao->lisn = be32_get(cmd.snt_isn);
	ao->risn = be32_get(cmd.rcv_isn);
	ao->snd = (struct tcp_ao_sne){ .seq = tp->snd_una, .sne = cmd.snd_sne };
	ao->rcv = (struct tcp_ao_sne){ .seq = tp->rcv_nxt, .sne = cmd.rcv_sne };
	list_for_each_entry(key, &ao->keys, node)
		tcp_ao_cache_keys(sk, key);
	return 0;
}

int tcp_ao_get_repair(struct sock *sk, void *val, u32 *len)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_ao_info *ao = tp->ao;
	struct ao_repair_abi out;

	if (!tp->repair)
		return -EPERM;
	if (!ao)
		return -ENOENT;
	out = (struct ao_repair_abi){
		.snt_isn = be32_make(ao->lisn), .rcv_isn = be32_make(ao->risn),
		.snd_sne = tcp_ao_sne(&ao->snd, tp->snd_una, tp->snd_una),
		.rcv_sne = tcp_ao_sne(&ao->rcv, tp->rcv_nxt, tp->rcv_nxt),
	};
	return sockopt_get_bytes(&out, sizeof(out), val, len);
}
