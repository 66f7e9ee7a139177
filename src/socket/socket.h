/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BSD socket calls of the core: non-blocking, readiness by callback. Used by the daemon's pump,
 * by tests and by whoever embeds the stack. Call net_set_now() before a call outside net_run().
 */
#ifndef NETSTACK_SOCKET_SOCKET_H
#define NETSTACK_SOCKET_SOCKET_H

#include "inet/inet.h"
#include "packet/packet.h"
#include "raw/raw.h"
#include "tcp/tcp.h"
#include "udp/udp.h"

int socket_net_init(struct net *net);
void socket_net_exit(struct net *net);

/*
 * family 2, 10 or 17, type 1..3 (no SOCK_NONBLOCK bits), protocol as socket(2). One reference, the
 * user's, ended by sock_close(). -EAFNOSUPPORT, -EPROTONOSUPPORT, -ESOCKTNOSUPPORT, -ENOMEM.
 */
int sock_create(struct net *net, int family, int type, int protocol, struct sock **sk);
/* event: runs from the backlog with SOCK_EV_* that happened since it last ran. */
void sock_set_event(struct sock *sk, void (*event)(struct sock *sk, u32 events), void *user_data);
/* sockaddr in the family's layout, as given to the system call */
int sock_bind(struct sock *sk, const void *sa, u32 len);
int sock_connect(struct sock *sk, const void *sa, u32 len);	/* stream: -EINPROGRESS */
int sock_listen(struct sock *sk, int backlog);
int sock_accept(struct sock *sk, struct sock **child);	/* child: user's reference; -EAGAIN */
int sock_shutdown(struct sock *sk, int how);		/* SHUT_RD 0, SHUT_WR 1, SHUT_RDWR 2 */
void sock_close(struct sock *sk);
void sock_abort(struct sock *sk);			/* RST (or silence) and gone, as SO_LINGER {1,0} */
int sock_getsockname(struct sock *sk, void *sa, u32 *len);	/* truncates as Linux */
int sock_getpeername(struct sock *sk, void *sa, u32 *len);
int sock_setsockopt(struct sock *sk, int level, int name, const void *val, u32 len);
int sock_getsockopt(struct sock *sk, int level, int name, void *val, u32 *len);
int sock_ioctl(struct sock *sk, u32 cmd, int *value);
u32 sock_poll(struct sock *sk);				/* SOCK_EV_* that hold now */
/* bytes, or -errno (EPIPE without any signal: that is the caller's business) */
ssize_t sock_sendmsg(struct sock *sk, struct msg *msg);
ssize_t sock_recvmsg(struct sock *sk, struct msg *msg);

/*
 * Streams without a copy. reserve: up to max iovecs over fresh payload memory of the send queue,
 * at most want bytes and at most what sk_sndbuf allows now; returns their number, -EAGAIN when
 * full, -EPIPE, -ECONNRESET …, -ENOTCONN. The caller fills a prefix and commits its length (0:
 * nothing came) before any other call on this socket. flags: SMSG_MORE, SMSG_OOB (last byte urgent).
 * A commit of 0 with SMSG_EOR, which needs no reservation, ends a record behind what was committed
 * so far: no packet will carry octets of both sides of it. One with SMSG_NO_MORE: what was committed with
 * SMSG_MORE is a whole write now.
 */
int sock_stream_reserve(struct sock *sk, struct skb_vec *vec, u32 max, size_t want);
int sock_stream_commit(struct sock *sk, size_t len, int flags);
/*
 * The last of the next ahead octets will be urgent (SMSG_OOB), and what is sent tells it from now on
 * (RFC 9293 3.8.5). 0: what was written so far is all.
 */
void sock_stream_urgent(struct sock *sk, u32 ahead);
/*
 * [off, off+len) of a page of the caller's, whose contents stay as they are until it is released, to the send
 * queue (which takes references). Octets taken, as far as sk_sndbuf allows; -EAGAIN when full or without
 * memory, -EPIPE, -ECONNRESET …; -EOPNOTSUPP where they must be copied (before the handshake, TCP_REPAIR).
 */
ssize_t sock_stream_attach(struct sock *sk, struct page *page, u32 off, u32 len, int flags);
/* peek: iovecs over received data in order (up to the urgent mark) behind the first skip bytes, *len their
 * bytes. 0: none now (SOCK_EV_RDHUP in sock_poll() tells the end). consume: frees the first len bytes and
 * opens the window. */
int sock_stream_peek(struct sock *sk, u32 skip, struct skb_vec *vec, u32 max, size_t *len);
void sock_stream_consume(struct sock *sk, size_t len);
int sock_stream_read_oob(struct sock *sk, u8 *byte, int flags);	/* -EINVAL none, -EAGAIN not here yet */
/* Listener with sk_conn_admit: try held handshakes again. Returns how many are still held. */
int sock_listen_retry(struct sock *sk);
/* One line per socket for `netstack sock`: calls fn for every socket of the net, and of the other shards of
 * its stack; not for copies (sk_twin). */
void sock_for_each(struct net *net, void (*fn)(struct sock *sk, void *arg), void *arg);

#endif
