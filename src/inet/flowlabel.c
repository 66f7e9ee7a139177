/* SPDX-License-Identifier: BSD-2-Clause */
#include "inet/flowlabel.h"

#include <errno.h>

#include "inet/inet.h"

enum { FL_GET = 0, FL_PUT = 1, FL_RENEW = 2 };
enum { FL_CREATE = 1, FL_EXCL = 2, FL_REFLECT = 4, FL_REMOTE = 8 };
enum {
	FL_MAX = 4096,		/* labels of a net */
	FL_MAX_SOCK = 32,	/* and leases of a socket without privilege */
	FL_LINGER_MIN = 6,	/* seconds */
	FL_LINGER_MAX = 150,
	FL_EXT_MAX = 64 << 10,	/* control messages of a request */
};

/* struct in6_flowlabel_req (ABI) */
struct label_req {
	u8 dst[16];
	be32 label;
	u8 action, share;
	u16 flags, expires, linger;
	u32 zero;
};
_Static_assert(sizeof(struct label_req) == 32, "the ABI's size");

void flowlabels_init(struct net *net)
{
	INIT_LIST_HEAD(&net->inet.labels.all);
}

/* Not for everybody to send with as he likes? */
static bool is_exclusive(const struct flowlabel *fl)
{
	return fl->share != FL_SHARE_ANY || fl->ext_len;
}

static void label_free(struct net *net, struct flowlabel *fl)
{
	list_del(&fl->entry);
	net->inet.labels.nr--;
	net->inet.labels.nr_exclusive -= is_exclusive(fl);
	if (fl->hop)
		net_free(net, fl->hop, fl->hop_len);
	net_free(net, fl, sizeof(*fl));
}

/* Those that nobody has had for long enough. */
static void collect(struct net *net)
{
	struct flowlabel *fl, *tmp;

	list_for_each_entry_safe(fl, tmp, &net->inet.labels.all, entry)
		if (!fl->users && net->now >= max(fl->expires, fl->lastuse + fl->linger))
			label_free(net, fl);
}

void flowlabels_exit(struct net *net)
{
	struct flowlabel *fl, *tmp;

	if (!net->inet.labels.all.next)
		return;
	list_for_each_entry_safe(fl, tmp, &net->inet.labels.all, entry)
		label_free(net, fl);
}

void flowlabels_for_each(struct net *net, void (*fn)(const struct flowlabel *fl, void *arg), void *arg)
{
	const struct flowlabel *fl;

	collect(net);
	list_for_each_entry(fl, &net->inet.labels.all, entry)
		fn(fl, arg);
}

static struct flowlabel *label_find(struct net *net, u32 label)
{
	struct flowlabel *fl;

	collect(net);
	list_for_each_entry(fl, &net->inet.labels.all, entry)
		if (fl->label == label)
			return fl;
	return NULL;
}

static void label_put(struct net *net, struct flowlabel *fl)
{
	fl->lastuse = net->now;
	fl->expires = max(fl->expires, fl->lastuse + fl->linger);
	fl->users--;
}

/* -- leases ------------------------------------------------------------------- */

static struct flowlabel_lease **lease_of(struct sock *sk, u32 label)
{
	struct flowlabel_lease **p = &inet_sk(sk)->o6.labels;

	while (*p && (*p)->label->label != label)
		p = &(*p)->next;
	return p;
}

static void lease_free(struct sock *sk, struct flowlabel_lease **p)
{
	struct flowlabel_lease *l = *p;

	*p = l->next;
	label_put(sk->net, l->label);
	net_free(sk->net, l, sizeof(*l));
}

void flowlabel_free_leases(struct sock *sk)
{
	while (inet_sk(sk)->o6.labels)
		lease_free(sk, &inet_sk(sk)->o6.labels);
}

int flowlabel_check(const struct sock *sk, u32 label, const struct flowlabel **fl)
{
	const struct flowlabel_lease *l;

	if (fl)
		*fl = NULL;
	if (!label || likely(!sk->net->inet.labels.nr_exclusive))
		return 0;
	collect(sk->net);
	if (!sk->net->inet.labels.nr_exclusive)
		return 0;
	for (l = inet_sk(sk)->o6.labels; l; l = l->next)
		if (l->label->label == label) {
			l->label->lastuse = sk->net->now;
			if (fl)
				*fl = l->label;
			return 0;
		}
	return -EINVAL;
}

/* Room for one more lease? */
static int lease_room(const struct sock *sk)
{
	const struct netns_labels *labels = &sk->net->inet.labels;
	const struct flowlabel_lease *l;
	u32 count = 0, room = FL_MAX - min_t(u32, labels->nr, FL_MAX);
	bool crowded;

	if (room > FL_MAX - FL_MAX_SOCK)
		return 0;
	for (l = inet_sk(sk)->o6.labels; l; l = l->next)
		count++;
	crowded = count >= FL_MAX_SOCK || (count && room < FL_MAX / 2) || room < FL_MAX / 4;
	return !room || (crowded && !labels->caller_admin) ? -ENOBUFS : 0;
}

/* -- terms ---------------------------------------------------------------------- */

/* Seconds to a duration; 0: longer than this caller may have. */
static u64 checked_linger(const struct net *net, u16 sec)
{
	if (sec > FL_LINGER_MAX && !net->inet.labels.caller_admin)
		return 0;
	return (u64)max_t(u32, sec, FL_LINGER_MIN) * NSEC_PER_SEC;
}

static int renew(struct net *net, struct flowlabel *fl, const struct label_req *q)
{
	u64 linger = checked_linger(net, q->linger), expires = checked_linger(net, q->expires);

	if (!linger || !expires)
		return -EPERM;
	fl->lastuse = net->now;
	fl->linger = max(fl->linger, linger);
	expires = max(expires, fl->linger);
	fl->expires = max(fl->expires, fl->lastuse + expires);
	return 0;
}

/* The headers that go with a label: of those for the destination there are none. fl->hop lies in p. */
static int take_headers(const struct net *net, const u8 *p, u32 len, struct flowlabel *fl)
{
	struct ext6_headers h = { 0 };
	int err = len > FL_EXT_MAX ? -EINVAL : pktopts_headers(p, len, &h);
	bool any = h.len[EXT6_HOPOPTS] || h.len[EXT6_DSTOPTS] || h.len[EXT6_RTHDRDSTOPTS];

	if (err)
		return err;
	if (any && !net->inet.labels.caller_raw)
		return -EPERM;
	if (h.len[EXT6_DSTOPTS])
		return -EINVAL;
	fl->hop = (u8 *)(uintptr_t)h.at[EXT6_HOPOPTS];
	fl->hop_len = h.len[EXT6_HOPOPTS];
	fl->ext_len = fl->hop_len + h.len[EXT6_RTHDRDSTOPTS];
	return 0;
}

/* What q, with ext_len octets of control messages behind it, asks for. */
static int label_new(struct sock *sk, const struct label_req *q, const u8 *ext, u32 ext_len,
		     struct flowlabel *fl)
{
	const struct netns_labels *labels = &sk->net->inet.labels;
	int err;

	*fl = (struct flowlabel){ .share = q->share, .dst = inet_addr_from6(q->dst), .users = 1,
				  .label = be32_get(q->label), .expires = sk->net->now };
	err = take_headers(sk->net, ext, ext_len, fl);
	if (!err)
		err = renew(sk->net, fl, q);
	if (err)
		return err;
	if (inet_addr_is_v4mapped(&fl->dst) || inet_addr_any(&fl->dst))
		return -EINVAL;
	switch (fl->share) {
	case FL_SHARE_EXCL:
	case FL_SHARE_ANY:
		return 0;
	case FL_SHARE_PROCESS:
		fl->owner = labels->caller_pid;
		return 0;
	case FL_SHARE_USER:
		fl->owner = labels->caller_uid;
		return 0;
	default:
		return -EINVAL;
	}
}

/* A label that is there: may it be leased on these terms, too? */
static int join(const struct label_req *q, const struct flowlabel *want, struct flowlabel *fl)
{
	if (q->flags & FL_EXCL)
		return -EEXIST;
	if (fl->share == FL_SHARE_EXCL || fl->share != want->share || fl->owner != want->owner)
		return -EPERM;
	fl->linger = max(fl->linger, want->linger);
	fl->expires = max(fl->expires, want->expires);
	return 0;
}

/* Enters a label on those terms, one that is free if the request names none. */
static struct flowlabel *enter(struct net *net, const struct flowlabel *want)
{
	struct netns_labels *labels = &net->inet.labels;
	struct flowlabel *fl = net_alloc(net, sizeof(*fl));

	if (!fl)
		return NULL;
	*fl = *want;
	fl->users = 0;
	fl->hop = want->hop ? net_alloc(net, want->hop_len) : NULL;
	if (want->hop && !fl->hop) {
		net_free(net, fl, sizeof(*fl));
		return NULL;
	}
	if (fl->hop)
		memcpy(fl->hop, want->hop, fl->hop_len);
	while (!fl->label) {
		u32 label = labels->wanted ? labels->wanted : net_rand32(net) & FLOWLABEL_MASK;

		labels->wanted = 0;
		if (label && !label_find(net, label))
			fl->label = labels->chosen = label;
	}
	list_add(&fl->entry, &labels->all);
	labels->nr++;
	labels->nr_exclusive += is_exclusive(fl);
	return fl;
}

/* -- the option ------------------------------------------------------------------- */

static int lease_get(struct sock *sk, const struct label_req *q, const u8 *ext, u32 ext_len)
{
	struct flowlabel want, *fl = NULL;
	struct flowlabel_lease *l;
	int err;

	if (be32_get(q->label) & ~(u32)FLOWLABEL_MASK)
		return -EINVAL;
	if (be32_get(q->label) & FLOWLABEL_STATELESS && sk->net->ipv6.flowlabel_state_ranges)
		return -ERANGE;
	err = label_new(sk, q, ext, ext_len, &want);
	if (err)
		return err;
	if (want.label)
		fl = label_find(sk->net, want.label);
	if (fl)
		err = join(q, &want, fl);
	else if (!(q->flags & FL_CREATE))
		err = -ENOENT;
	else
		err = lease_room(sk);
	if (err)
		return err;
	l = net_alloc(sk->net, sizeof(*l));
	if (!l)
		return -ENOMEM;
	if (!fl)
		fl = enter(sk->net, &want);
	if (!fl) {
		net_free(sk->net, l, sizeof(*l));
		return -ENOMEM;
	}
	fl->users++;
	*l = (struct flowlabel_lease){ .next = inet_sk(sk)->o6.labels, .label = fl };
	inet_sk(sk)->o6.labels = l;
	return 0;
}

/* A stream sends with the label of what it gets. */
static int reflect_on(struct sock *sk)
{
	if (sk->net->ipv6.flowlabel_consistency)
		return -EPERM;
	if (sk->sk_type != SOCK_STREAM_NS)
		return -ENOPROTOOPT;
	inet_sk(sk)->o6.repflow = true;
	return 0;
}

static int reflect_off(struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);

	if (sk->sk_type != SOCK_STREAM_NS)
		return -ENOPROTOOPT;
	if (!inet->o6.repflow)
		return -ESRCH;
	inet->o6.repflow = false;
	inet->flowlabel &= ~(u32)FLOWLABEL_MASK;
	return 0;
}

static int lease_put(struct sock *sk, const struct label_req *q)
{
	struct flowlabel_lease **p = lease_of(sk, be32_get(q->label));
	struct inet_sock *inet = inet_sk(sk);

	if (q->flags & FL_REFLECT)
		return reflect_off(sk);
	if (!*p)
		return -ESRCH;
	if ((inet->flowlabel & FLOWLABEL_MASK) == be32_get(q->label))
		inet->flowlabel &= ~(u32)FLOWLABEL_MASK;
	lease_free(sk, p);
	return 0;
}

static int lease_renew(struct sock *sk, const struct label_req *q)
{
	struct flowlabel_lease **p = lease_of(sk, be32_get(q->label));
	struct flowlabel *fl = *p ? (*p)->label : NULL;

	if (!fl && q->share == FL_SHARE_NONE && sk->net->inet.labels.caller_admin)
		fl = label_find(sk->net, be32_get(q->label));
	return fl ? renew(sk->net, fl, q) : -ESRCH;
}

int ip6_set_flowlabel(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len)
{
	struct label_req q;

	(void)row;
	memcpy(&q, val, sizeof(q));
	sk->net->inet.labels.chosen = 0;
	switch (q.action) {
	case FL_PUT:
		return lease_put(sk, &q);
	case FL_RENEW:
		return lease_renew(sk, &q);
	case FL_GET:
		if (q.flags & FL_REFLECT)
			return reflect_on(sk);
		return lease_get(sk, &q, (const u8 *)val + sizeof(q), len - (u32)sizeof(q));
	default:
		return -EINVAL;
	}
}

/* The label that the socket sends with: its terms. */
int ip6_get_flowlabel(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len)
{
	const struct inet_sock *inet = inet_sk(sk);
	const struct flowlabel *fl;
	struct label_req q;
	u64 now = sk->net->now, left;

	(void)row;
	memcpy(&q, val, sizeof(q));
	if (q.action != FL_GET)
		return -EINVAL;
	if (q.flags & FL_REMOTE) {
		q = (struct label_req){ .label = be32_make(inet->o6.rcv_flowinfo & FLOWLABEL_MASK) };
		return sockopt_get_bytes(&q, sizeof(q), val, len);
	}
	if (!*lease_of(sk, inet->flowlabel & FLOWLABEL_MASK))
		return -ENOENT;
	fl = (*lease_of(sk, inet->flowlabel & FLOWLABEL_MASK))->label;
	left = fl->expires > now ? fl->expires - now : 0;
	q = (struct label_req){ .label = be32_make(fl->label), .share = fl->share,
				.linger = (u16)(fl->linger / NSEC_PER_SEC),
				.expires = (u16)(left / NSEC_PER_SEC) };
	memcpy(q.dst, fl->dst.b, sizeof(q.dst));
	return sockopt_get_bytes(&q, sizeof(q), val, len);
}
