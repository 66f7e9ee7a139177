/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flow labels that sockets lease (IPV6_FLOWLABEL_MGR): by one socket alone, a process, a user or all, for a
 * while after the last one gave it back. While there is a label of the net that is not for all, a socket
 * may name only its own ones.
 */
#ifndef NETSTACK_INET_FLOWLABEL_H
#define NETSTACK_INET_FLOWLABEL_H

#include "inet/pktopts.h"
#include "ip/ip.h"

struct flowlabel {
	struct list_head entry;		/* net->inet.labels.all */
	union inet_addr dst;
	u64 lastuse, linger, expires;	/* ns; expires is a time, linger a duration */
	u32 label, users;
	u32 owner;			/* pid or uid, as share says */
	u8 share;			/* FL_SHARE_* */
	u8 *hop;			/* its hop-by-hop header; NULL: none */
	u32 hop_len;
	u32 ext_len;			/* with those for before a routing header, which are not sent */
};
enum { FL_SHARE_NONE = 0, FL_SHARE_EXCL = 1, FL_SHARE_PROCESS = 2, FL_SHARE_USER = 3, FL_SHARE_ANY = 255 };

/* One lease of a socket, inet_opts6.labels. */
struct flowlabel_lease {
	struct flowlabel_lease *next;
	struct flowlabel *label;
};

void flowlabels_init(struct net *net);
void flowlabels_exit(struct net *net);
/* Gives all back. */
void flowlabel_free_leases(struct sock *sk);
/*
 * May sk send with this label (its 20 bits; 0: none)? 0 with the label in *fl, NULL if there is none or
 * nobody has to ask; -EINVAL. fl may be NULL.
 */
int flowlabel_check(const struct sock *sk, u32 label, const struct flowlabel **fl);
/*
 * struct in6_flowlabel_req: IPV6_FLOWLABEL_MGR. The label that was chosen for the last one without is in
 * net->inet.labels.chosen. Behind it may be control messages: extension headers that all packets of the
 * flow have (RFC 8200 appendix A). -EPERM: not without CAP_NET_RAW.
 */
int ip6_set_flowlabel(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len);
int ip6_get_flowlabel(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len);
/* Calls fn for each label; those that are over are gone before. */
void flowlabels_for_each(struct net *net, void (*fn)(const struct flowlabel *fl, void *arg), void *arg);

#endif
