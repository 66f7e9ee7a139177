/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program of a SO_REUSEPORT group, which chooses one of its sockets for each packet
 * (SO_ATTACH_REUSEPORT_CBPF, socket(7)). Each member holds it, and so it lives as long as any.
 */
#include <errno.h>

#include "inet/inet.h"

static bool same_group(const struct sock *a, const struct sock *b)
{
	const struct inet_sock *x = inet_sk(a), *y = inet_sk(b);

	return a->sk_reuseport && b->sk_reuseport && a->sk_uid == b->sk_uid &&
	       a->sk_family == b->sk_family && x->v6only == y->v6only &&
	       a->sk_bound_dev_if == b->sk_bound_dev_if &&
	       inet_addr_equal(&x->rcv_saddr, &y->rcv_saddr);
}

static void set_prog(struct sock *sk, struct sock_filter *prog)
{
	struct sock_filter *old = sk->sk_reuse_prog;

	sk->sk_reuse_prog = prog ? sock_filter_hold(prog) : NULL;
	if (old)
		sock_filter_put(sk->net, old);
}

struct visit {
	const struct sock *sk;
	struct sock_filter *prog;
	struct sock *found;
};

static bool give_prog(struct sock *member, void *arg)
{
	struct visit *v = arg;

	if (same_group(v->sk, member))
		set_prog(member, v->prog);
	return false;
}

static bool find_member(struct sock *member, void *arg)
{
	struct visit *v = arg;

	if (!same_group(v->sk, member))
		return false;
	v->found = member;
	return true;
}

int inet_reuseport_prog(struct inet_hashinfo *h, struct sock *sk, struct sock_filter *prog)
{
	struct visit v = { .sk = sk, .prog = prog };

	if (!sk->sk_reuseport)
		return -EINVAL;
	if (!prog && !sk->sk_reuse_prog)
		return -ENOENT;
	if (hlist_is_linked(&inet_sk(sk)->hash_node))
		inet_port_for_each(h, inet_sk(sk)->sport, give_prog, &v);
	else
		set_prog(sk, prog);
	return 0;
}

void inet_reuseport_join(struct inet_hashinfo *h, struct sock *sk)
{
	struct visit v = { .sk = sk };

	inet_port_for_each(h, inet_sk(sk)->sport, find_member, &v);
	if (v.found)
		set_prog(sk, v.found->sk_reuse_prog);
}

bool inet_reuseport_choose(const struct sock *member, struct sk_buff *skb, u32 hdr, u32 nr, u32 *index)
{
	if (!member->sk_reuse_prog || !skb || !skb_pull(skb, hdr))
		return false;
	*index = sock_filter_exec(member->sk_reuse_prog, skb);
	skb_push(skb, hdr);
	return *index < nr;
}
