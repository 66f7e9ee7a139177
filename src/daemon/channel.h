/* SPDX-License-Identifier: BSD-2-Clause */
/* A control channel: messages in order, one reply at a time, nothing buffered without bound. */
#ifndef NETSTACK_DAEMON_CHANNEL_H
#define NETSTACK_DAEMON_CHANNEL_H

#include "daemon/object.h"
#include "daemon/trace.h"

enum { CHANNEL_NEW, CHANNEL_OPEN, CHANNEL_CLOSING };

struct channel {
	struct poll_item d;		/* first */
	struct daemon *dm;
	struct list_head all;
	struct list_head wait;		/* server.barriers or server.traces */
	struct cred peer;		/* at connect time: only for the first admission */
	u64 born_ns;
	u8 state;
	bool in_barrier, tracing;
	struct payload *payload;	/* memory that this program shares with us; NULL: none */
	bool vouched;			/* came by ATTACH: whoever held a channel lets it in */
	/* A reply that the client has not taken yet; no request is read meanwhile. */
	u8 *pending;
	u32 pending_len;
	/* Text of a STREAM reply, sent in pieces. */
	char *text;
	size_t text_len, text_off;
	u16 text_nr;
	u32 text_seq;
	/* BARRIER */
	bool barrier_frames;
	u32 barrier_seq;
	u64 barrier_turns[NET_SHARDS_MAX];	/* of the workers when it was asked for */
	/* TRACE: lines that wait, each ended by NUL */
	u64 trace_mask;
	u32 trace_seq;
	char *lines;
	size_t lines_len, lines_off;
	u64 lines_lost;
};

/* One call while it is handled. */
struct call {
	struct daemon *dm;
	struct channel *ch;
	const struct nsp_msg *h;
	const void *req;		/* the request structure */
	const u8 *data;			/* behind it */
	u32 datalen;
	struct cred cred;		/* of this message */
	int fd;				/* -1: none came */
	struct object *o;		/* the socket that fd is, for calls about one */
	void *rep;			/* the reply structure, zeroed */
	u8 *repdata;			/* room behind it */
	u32 reproom, replen;		/* of repdata */
	bool answered;			/* the handler replied, or will */
};

/* NULL with fd still the caller's. */
struct channel *channel_new(struct daemon *dm, int fd, const struct cred *peer);
void channel_free(struct channel *ch);
void channel_reply(struct channel *ch, const struct nsp_msg *to, int ret, const void *body,
		   u32 len);
/* A good reply with descriptors, which stay ours. false: there is no room for it now. */
bool channel_reply_fds(struct channel *ch, const struct nsp_msg *to, const void *body, u32 len,
		       const int *fds, u32 nr);
/* Sends text in pieces with NSP_F_MORE; takes it over (malloc). */
void channel_send_text(struct channel *ch, const struct nsp_msg *to, char *text, size_t len);
void channel_line(struct channel *ch, const char *line, size_t len);	/* TRACE */
bool channel_flush(struct channel *ch);		/* true: everything is out */
/* frames: for what came in only, and not until nothing is left to do */
void channel_barrier(struct channel *ch, const struct nsp_msg *to, bool frames);
void channels_turn(struct daemon *dm, bool idle);
void channels_greet(struct daemon *dm);		/* datagram sockets that wait to be made */

/* rpc.c: one message. false: the client is broken, close it. *fd is closed when it was handled. */
bool rpc_handle(struct channel *ch, const u8 *buf, u32 len, int *fd, const struct cred *cred);

#define STRUCT(name, size, fields)
#define CALL(nr, NAME, name, flags, reqsize, req, repsize, rep) int call_##name(struct call *c);
#include "netstack/proto.def"
#undef STRUCT
#undef CALL

/* ifreq.c: interface ioctls; 0/-errno, -ENOTTY when it is none */
int ifreq_ioctl(struct net *net, u32 code, u8 *arg, u32 len);
/* Those that change interfaces, addresses and routes; family: the socket's. -EPERM, -ENOTTY … */
int ifreq_set(struct daemon *dm, const struct cred *cred, u16 family, u32 code, const u8 *arg, u32 len);

/* trace.c */
void trace_start(struct channel *ch, u64 mask);
void trace_stop(struct channel *ch);

/* Where tracepoints are watched: by channels and captures. */
void trace_update_mask(struct daemon *dm);

/* capture.c */
int captures_start_file(struct daemon *dm, const char *path);	/* 0/-errno */
void captures_end(struct daemon *dm, struct channel *ch);	/* of a channel; NULL: all */
void captures_turn(struct daemon *dm);				/* passes on what was captured */
u64 captures_deadline(const struct daemon *dm);
u32 captures_count(const struct daemon *dm);
bool captures_want_drops(const struct daemon *dm);
void captures_drop(struct worker *w, const struct trace_event *ev);	/* any worker */

/* stat.c, stat_sock.c: NULL when out of memory; the caller's to free() */
char *stat_json(struct daemon *dm);
/* Of one device, or with "" of each; NULL: *err says why. */
char *stat_dev_json(struct daemon *dm, const char *name, int *err);
char *stat_sock_json(struct daemon *dm);
const char *sock_state_name(int state);	/* TCP_*, as ss(8) writes them */
char *stat_version_json(void);

#endif
