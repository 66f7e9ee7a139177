/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The daemon's object of one socket of a program. Known by the SO_COOKIE of the program's own
 * descriptor; an accepted connection that no call has named yet, by the id in its Unix name.
 */
#ifndef NETSTACK_DAEMON_OBJECT_H
#define NETSTACK_DAEMON_OBJECT_H

#include "daemon/daemon.h"

enum obj_state {
	OBJ_GREETING,		/* accepted; the connect request has not fully arrived */
	OBJ_IDLE,		/* known by a call: not connected, perhaps bound. No descriptor */
	OBJ_CONNECTING,		/* handshake runs; the request waits in the descriptor's queue */
	OBJ_ADMITTED,		/* waits in the program's listener; the child is not accepted yet */
	OBJ_OPEN,		/* stream: data flow */
	OBJ_LISTEN,
	OBJ_DGRAM,
	OBJ_DEAD,		/* stream that failed: descriptor closed, error kept */
};

enum {
	OBJ_F_READABLE = 1 << 0,	/* the descriptor may have data */
	OBJ_F_WRITABLE = 1 << 1,	/* the descriptor may have room */
	OBJ_F_RDHUP = 1 << 2,		/* program shut down writing */
	OBJ_F_HUP = 1 << 3,		/* program closed */
	OBJ_F_KEEP = 1 << 4,		/* HUP is both directions shut, not the last close */
	OBJ_F_DEAF_IN = 1 << 5,		/* program shut down reading: what comes waits for its calls */
	OBJ_F_FIN_SENT = 1 << 6,	/* end of the program's data was told to the stack */
	OBJ_F_FIN_TOLD = 1 << 7,	/* end of the peer's data was told to the program */
	OBJ_F_OOB_OUT = 1 << 8,		/* oob_byte goes out after oob_after more bytes */
	OBJ_F_PRI = 1 << 9,		/* out-of-band data in the descriptor's queue */
	OBJ_F_CLAIMED = 1 << 10,	/* cookie is the client's word, not yet proved */
	OBJ_F_ZOMBIE = 1 << 11,		/* on objects.zombies */
	OBJ_F_GREETED = 1 << 12,	/* datagram: hello was taken */
	OBJ_F_URG = 1 << 13,		/* the stack has urgent data */
	OBJ_F_HELD = 1 << 14,		/* listener on the daemon's list of held ones */
	OBJ_F_DEAF = 1 << 15,		/* the program's writes fail */
	OBJ_F_LET_GO = 1 << 16,		/* SO_RCVLOWAT holds nothing back now */
	OBJ_F_LINGER = 1 << 17,		/* its close() waits for the connection's end */
	OBJ_F_MORE = 1 << 18,		/* MSG_MORE: more data follow what is written */
	OBJ_F_FULL = 1 << 19,		/* filler stays while the stack has no room */
	OBJ_F_ROOMY = 1 << 20,		/* the descriptor has a large buffer towards the program */
	OBJ_F_UNSEEN = 1 << 21,		/* the kernel does not tell the length of the listener's queue */
	OBJ_F_UNREAD = 1 << 22,		/* the program closed, and had not read all */
	OBJ_F_BOUNDED = 1 << 23,	/* datagrams: SO_RCVBUF was set, what was handed over counts */
};

struct dgram_stash;
struct stamps;
struct records;
struct unread;
struct lent;

struct object {
	struct poll_item d;		/* first; our end of the program's descriptor */
	struct daemon *dm;
	struct worker *w;		/* whose it is: its sock is of w->net, its descriptor of w->poller */
	struct object **copies;		/* by worker; NULL: it has none (copy.c) */
	struct object *original;	/* of which it is a copy; NULL: it is none */
	struct sock *sk;		/* NULL while greeting or admitted */
	struct hlist_node by_cookie, by_id, by_wd;
	struct list_head all;
	struct list_head link;		/* zombies, or the daemon's held listeners */
	struct account *acct;
	u64 cookie;			/* 0: not known yet */
	u64 id;				/* accepted connection; 0: none */
	u64 born_ns;
	int wd;				/* watch; 0: none */
	uid_t uid;			/* who made it */
	int err;			/* pending error that the sock has no more, positive */
	u32 flags;			/* OBJ_F_* */
	u8 state;			/* enum obj_state */
	u8 oob_byte;
	u16 family, type, protocol;	/* as given to socket() */
	u32 filler;			/* bytes of the connect request still to be thrown away */
	u32 oob_after;
	u32 lowat;			/* SO_RCVLOWAT of a stream; 0: never set */
	int listen_fd;			/* OBJ_LISTEN: O_PATH to the program's socket; else -1 */
	u32 queued;			/* OBJ_LISTEN: connections that wait for accept(), at most. Atomic */
	u32 ino;			/* of the program's socket; 0: not known yet */
	u64 full_until;			/* OBJ_LISTEN: the queue was full, and is taken to be so till then */
	u64 listener;			/* OBJ_ADMITTED: the cookie of who admitted it */
	struct dgram_stash *in, *out;	/* datagrams that would block */
	u64 given;			/* datagrams: octets of the packets for the program so far */
	int charged;			/* datagrams: memory of what is not read yet, in sk_rmem_alloc */
	struct stamps *stamps;		/* of one that wants them; else NULL */
	struct records *records;	/* MSG_EOR in what waits in the descriptor; NULL: none */
	struct lent *lent;		/* its program lends memory to what it writes; NULL: it does not */
	struct unread *unread;		/* SO_RCVBUF counts what the program has not read; NULL: not here */
};
_Static_assert(sizeof(struct object) <= 512, "an idle connection must stay small");

void obj_set_state(struct object *o, enum obj_state state);
/* NULL: no memory, or the client has too many (*err is set to a negative errno). */
struct object *obj_new(struct worker *w, const struct cred *cred, int *err);
/* Closes the descriptor and the sock (the stack goes on with FIN and so on), frees. */
void obj_free(struct object *o);
/* Enters o under its cookie. */
void obj_set_cookie(struct object *o, u64 cookie, bool proved);
/* Their workers are held from here on. */
struct object *obj_by_cookie(struct daemon *dm, u64 cookie);
struct object *obj_by_id(struct daemon *dm, u64 id);
struct object *obj_by_wd(struct daemon *dm, int wd);
/* SO_* options that the daemon has a say in, then the stack's. 0/-errno */
int obj_setsockopt(struct object *o, const struct cred *cred, int level, int name, const void *val,
		   u32 len);
void obj_set_id(struct object *o);	/* next id, never used before */
void obj_set_wd(struct object *o, int wd);	/* its watch; 0: none any more */
/* The socket behind a descriptor that came with a call; made if it is new. fd stays the caller's.
 * -ENOTSOCK, -ENOTCONN (accepted once, and ended), -EMFILE, -ENOBUFS, -ENOMEM, or what socket() would say. */
int obj_from_fd(struct daemon *dm, int fd, const struct cred *cred, struct object **o);
/* Makes o->sk. 0/-errno */
int obj_make_sock(struct object *o);
/* A stream is over: keep err (positive, 0 none) for the program and close the descriptor. */
void obj_fail(struct object *o, int err);
/* The program closed its last copy of the descriptor (told by the watch). */
void obj_last_close(struct object *o);
/* Moves what the program has already written into the stack, before a call is looked at. */
void obj_drain(struct object *o);
/* inode.c */
void obj_note_fd(struct object *o, int fd);	/* fd is the program's */
u32 obj_own_inode(const struct object *o);	/* of our end of its descriptor; 0: it is closed */
void obj_learn_inode(struct object *o);		/* of the program's, if not known: asks the kernel */
void objects_learn_inodes(struct daemon *dm);	/* before sk_ino is told to anybody */
void objects_init(struct daemon *dm);
void worker_objects_init(struct worker *w);
void objects_exit(struct daemon *dm);	/* resets and frees all */
void objects_reap(struct worker *w);	/* greetings that take too long, zombies */
u32 objects_count(const struct daemon *dm, u32 *zombies);
static inline bool obj_is_stream(const struct object *o)
{
	return o->type == 1;
}

static inline bool obj_is_packet(const struct object *o)
{
	return o->family == SOCK_FAMILY_PACKET;
}

/* stream.c: the pump of a connection */
void stream_run(struct poll_item *item, u32 events);
void stream_event(struct sock *sk, u32 events);
void stream_open(struct object *o);	/* established or accepted: start moving bytes */
void stream_drain(struct object *o);
void stream_make_roomy(struct object *o, int size);	/* the buffer of our end, as SO_SNDBUF */
void stream_let_go(struct object *o, int how);	/* what SO_RCVLOWAT holds back, after all */
/* The urgent octet behind what the descriptor holds and ahead more that will come: 0 or -errno. */
int stream_send_oob(struct object *o, u8 byte, u32 ahead);
void stream_cancel_oob(struct object *o);	/* they do not all come, nor does it */
/* Throws away what the program wrote: len octets less the last keep of them. */
void stream_discard_all_but(struct object *o, size_t len, size_t keep);
void stream_more(struct object *o, bool on);	/* MSG_MORE from here on, or no longer */
int stream_shutdown(struct object *o, int how, int fd);

/* stamp.c: time stamps by position in the stream */
void stamps_begin(struct object *o);	/* if the socket's options ask for some */
void stamps_free(struct object *o);
/* What the program is about to write, len octets, ends with one to be stamped (SOF_TX_*). 0/-errno */
int stamps_mark(struct object *o, u32 tsflags, u32 len);
void stamps_less(struct object *o, u32 less);
/* The rest: with o->stamps only. Octets up to the next mark; taken from the program and about to be
 * committed; handed to it, from a packet that arrived at ns. */
size_t stamps_limit(const struct object *o, size_t want);
void stamps_taken(struct object *o, size_t n);
void stamps_given(struct object *o, size_t n, u64 ns);
/* When the last octet that was read from fd, or one that many further on, arrived; 0: not known. */
u64 stamps_arrival(struct object *o, int fd, u32 ahead);
/* A packet for the program of a datagram socket, counted in o->given, that arrived at ns; 0: not one
 * whose arrival counts. */
void stamps_packet(struct object *o, u64 ns);
void stamps_take_back(struct object *o);	/* o->given is less now: packets were taken back */
/* SIOCGSTAMPNS of a datagram socket: when the packet arrived that was read last from fd, ns of the
 * wall clock, or now if nobody had asked before. -ENOENT: none was, -ENOMEM */
int stamps_last(struct object *o, int fd, u64 *ns);
/* May stamps still come of what was sent? */
bool stamps_outstanding(struct object *o);
/* record.c: MSG_EOR */
/* A record ends behind all that the program has written. 0, -ENOTCONN, -ENOMEM, -ENOBUFS (too many) */
int stream_end_record(struct object *o);
u32 records_limit(const struct object *o);	/* octets that may be read up to the next end */
void records_moved(struct object *o, u32 len);	/* so many were handed to the stack */
void records_free(struct object *o);

/* unread.c: what the program has not read counts against a receive buffer that it chose, or a small one */
void unread_begin(struct object *o);	/* if its buffer is such a one; again after SO_RCVBUF */
/* Gives up all that was handed over, and counts no more. Before the sock is closed, and where the
 * descriptor cannot tell any longer. */
void unread_end(struct object *o);
/* The rest: nothing without o->unread. */
u32 unread_bytes(const struct object *o);	/* handed over, and still in the receive queue */
void unread_given(struct object *o, u32 n);	/* so many more were handed over */
void unread_look(struct object *o);		/* gives up what was read meanwhile */

/* write.c: does the descriptor have to stay filled */
bool stream_is_full(struct object *o);

/* listen.c */
void listener_run(struct object *o);		/* takes the accepted children */
/* A call about a connection whose child is not ours yet, which the program has accepted: takes it. */
void listener_take(struct object *o);
/* Takes them all, before the listener ends: the program may have those that we have not. What it did not
 * accept, the kernel closes. */
void listener_finish(struct object *o);

/* connect.c: the connect request */
void connect_greeting(struct object *o);
void connect_progress(struct object *o);	/* the handshake may have ended */

/* dgram.c: the pump of a datagram socket */
void dgram_run(struct poll_item *item, u32 events);
void dgram_event(struct sock *sk, u32 events);
void dgram_hello(struct object *o, const struct nsp_dhello *h, const struct cred *cred);
void dgram_drain(struct object *o);
/* Options ask for other control messages than before, or an error lies behind packets: what waits in the
 * program's descriptor fd is taken back and given with those, errors first. */
void dgram_retell(struct object *o, int fd);
/* What a send fails with that would fail in any case (WOULD): errno, or 0. ctl: its control messages. */
int dgram_would(struct object *o, const struct nsp_would_req *req, const u8 *ctl, u32 ctllen);
void dgram_bound(struct object *o);	/* SO_RCVBUF was set: it counts what the program has not read */
u32 dgram_stashed(const struct object *o);	/* octets of packets that wait for room at the program */
void dgram_uncharge(struct object *o);	/* before its sock goes alone: charged is the sock's */
void dgram_free(struct object *o);
/* Takes an entry of the error queue of any socket. Bytes, -EAGAIN … */
int dgram_errq(struct object *o, bool peek, u8 *buf, u32 size);
int dgram_buffers_init(struct worker *w);
void dgram_buffers_free(struct worker *w);
u8 *pump_waste(struct worker *w, size_t *len);	/* room for octets that nobody wants */

/* cmsg.c */
/* Does such a message tell what is in the packet itself, not in what is remembered of it (struct sock_rx)? */
bool cmsg_is_content(s32 level, s32 type);
/* Control messages of a received datagram, as Linux would give them. Bytes written. */
u32 cmsg_put(const struct sock *sk, u16 family, const struct sock_cmsg *c, u8 *buf, u32 size);
/* Control messages of a program, to send with IPv4 or IPv6. 0, -EINVAL (malformed, or one that is not
 * supported), -EPERM. */
int cmsg_get(const struct object *o, bool v4, const u8 *buf, u32 len, struct sock_cmsg *c);

/* zombie.c */
void zombie_add(struct object *o);	/* while its descriptor is open; nothing if its close will be told */
void zombie_del(struct object *o);
void zombies_reap(struct worker *w);	/* those that no program has any more, and too many */

/* linger.c */
void linger_begin(struct object *o, struct sock *sk);	/* before the sock is closed */
void lingerers_reap(struct worker *w, bool all);

/*
 * copy.c: where an object lives, if there are several workers; the control thread's. Options apply
 * to all copies.
 */
/* To worker w, which will be held: it has no copies, and no sock yet. */
int obj_place(struct object *o, struct worker *w);	/* 0/-errno of epoll */
/* Its sock is the one of worker w from now on, with all options that were set; the other copies end. */
int obj_settle(struct object *o, struct worker *w);	/* 0/-errno: it is as it was */
/* Where it is to connect to the address: by its own port, or its turn. */
int obj_settle_to(struct object *o, const struct nsp_addr *dst);
/* The same, but unless it has a port all that go to one host live together: they share its cookie. */
int obj_settle_fastopen(struct object *o, const struct nsp_addr *dst);
/* One in each worker: of a stream that is neither connected nor lives anywhere yet, of an unbound datagram
 * socket. All are held. Nothing where there is one worker, or they are there. 0/-errno */
int obj_make_copies(struct object *o);
void obj_drop_copies(struct object *o);
void copies_free(struct object **copies);	/* all of them held */
/* May it still have to live somewhere else? */
bool obj_is_loose(const struct object *o);
int obj_bind(struct object *o, const struct nsp_addr *a);	/* sock_bind() of all, or none. 0/-errno */
/* c: each copy of o, then o itself; all of them held */
#define for_each_copy(o, c, i)                                                                 \
	for ((i) = 0; (i) <= (o)->dm->nr_workers; (i)++)                                         \
		if (((c) = (i) == (o)->dm->nr_workers ? (o) : (o)->copies ? (o)->copies[i] : NULL))

/* addr.c */
/* Neutral address in the layout of a socket's family. */
void nsp_addr_set(struct net *net, u16 family, const struct inet_sockaddr *in,
		  struct nsp_addr *out);
int nsp_addr_name(struct sock *sk, bool peer, struct nsp_addr *out);	/* 0/-errno */

#endif
