/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packet scripts: socket calls and timed packets, run against the core in virtual time. The
 * language is packetdrill's, as its users know it; README.md has what is supported.
 *
 * A script runs in a struct pkt of its own: memory from an arena that dies with it, the first
 * failure leaves by longjmp. Nothing is shared between scripts, so a run depends on its text only.
 */
#ifndef TESTS_PKT_PKT_H
#define TESTS_PKT_PKT_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/drivers.h"
#include "socket/socket.h"

enum { USEC = 1000, MAX_FD = 64, PKT_PORT = 8080 };

/* -- values: arguments and results of calls ------------------------------------------------ */

enum val_kind { VAL_ANY, VAL_INT, VAL_STRING, VAL_LIST, VAL_STRUCT };

struct val {
	enum val_kind kind;
	s64 i;
	const char *s;			/* VAL_STRING: bytes, may hold NULs */
	size_t slen;
	struct val **item;		/* VAL_LIST, VAL_STRUCT */
	const char **field;		/* VAL_STRUCT: names; NULL: by position */
	u32 nr;
};

/* -- packets -------------------------------------------------------------------------------- */

enum pk_proto { PK_TCP, PK_UDP, PK_ICMP };
enum pk_ecn { ECN_ANY = -1, ECN_NOT, ECN_ECT1, ECN_ECT0, ECN_CE, ECN_ECT01 };
enum { MAX_OPTS = 40 };

struct pk_opt {
	u8 kind;
	u8 len;				/* of the payload that follows kind and length */
	u8 data[40];
};

struct pk_spec {			/* as the script writes it, or as a frame reads */
	enum pk_proto proto;
	bool inbound;
	enum pk_ecn ecn;
	int tos, ttl, flowlabel;	/* -1: not said */
	u16 flags;			/* TCPHDR_* */
	int ace;			/* -1, or the three ECN bits as a number */
	u32 seq, end_seq, len, ack;
	bool has_ack, has_win, any_opts, ts_given;
	u32 win;
	u16 urg;
	bool has_urg;
	u32 nr_opts;
	struct pk_opt opt[MAX_OPTS];
	u16 sport, dport;		/* 0: the connection's */
	/* ICMP */
	const char *icmp_type, *icmp_code;
	u32 mtu;
	bool quotes;			/* seq, end_seq, len say what is quoted */
};

/* -- script ----------------------------------------------------------------------------------- */

enum ev_kind { EV_PACKET, EV_CALL, EV_COMMAND, EV_CODE };
enum ev_time { T_ABS, T_REL, T_ANY };

struct ev_call {
	const char *name;
	struct val **arg;
	u32 nr_args;
	struct val *result;
	const char *err;		/* NULL: not said */
};

struct event {
	enum ev_kind kind;
	int line;
	enum ev_time when;
	s64 at, until;			/* us; until: end of a range */
	bool range;
	bool blocks;			/* "...": the call ends at end */
	s64 end;
	struct pk_spec pkt;
	struct ev_call call;
	const char *text;		/* command or code */
};

enum variant { IPV4, IPV6, MAPPED, NR_VARIANTS };

struct define {
	const char *name, *value;
};

struct pk_opts {			/* --name=value, on the command line and in the script */
	s64 tolerance_us;
	double tolerance_percent;
	u32 mtu;
	u16 mss;			/* longer segments of the peer come as if GRO had merged them */
	const char *local_ip[2], *remote_ip[2], *gateway_ip[2];	/* by family */
	u32 ts_tick_us;
	bool ecr_scaled;
	bool strict_segments;
	bool strict_end;		/* what was sent up to the end must have been expected */
	bool tso;
	int only;			/* variant, or -1 */
	bool verbose;
	u16 bind_port, connect_port;
	u64 clock_ns;			/* when the script begins: counters wrap near some times */
	struct define define[32];
	u32 nr_defines;
};

/* -- a run ------------------------------------------------------------------------------------ */

struct frame {				/* that the stack sent */
	struct frame *next;
	u64 when;
	u32 len;
	u16 gso_size;
	bool partial;			/* checksum left to the device */
	u8 *data;			/* from the IP header */
};

struct ts_pair {
	u32 script, live;
};

struct conn {				/* as the wire sees it */
	struct conn *next;
	u8 proto;
	u16 local_port, remote_port;
	bool iss_known;
	u32 iss_live, iss_script;	/* the stack's first sequence number, there and in the script */
	u32 irs;			/* the peer's, which is the script's */
	struct ts_pair *ts;
	u32 nr_ts, cap_ts;
	u32 ts_base_live, ts_base_script;
	bool ts_known;
	u64 ts_when;
};

enum fd_kind { FD_NONE, FD_SOCK, FD_EPOLL, FD_PIPE, FD_FILE };

struct epoll_item {
	bool used, ready, disabled;
	int fd;				/* the script's number */
	u32 events;
	u64 data;
	bool data_is_fd;
};

struct pk_pipe {
	size_t len, max;
	u32 refs;
};

struct fd {
	enum fd_kind kind;
	struct pkt *p;
	int number;
	int flags;			/* O_NONBLOCK */
	struct sock *sk;
	bool inq;			/* TCP_INQ */
	bool connecting, deferred;	/* connect() has yet to tell how it ended, or to begin */
	u32 wakes;			/* SOCK_EV_* since the last look */
	struct epoll_item *item;	/* FD_EPOLL */
	u32 nr_items, cap_items;
	struct pk_pipe *pipe;
	s64 size, off;			/* FD_FILE */
};

struct pending {			/* a call under way */
	const struct event *ev;
	bool begun, done;
	u64 deadline;			/* ns; 0: none */
	u64 end_due;			/* ns; the script's, with blocks */
	s64 tolerance;
	s64 ret;			/* result, or -errno */
	size_t moved;
	int fd;
	int step;
};

struct var {
	struct var *next;
	const char *name;
	double num;
	const char *str;		/* not NULL: a string */
};

struct arena_block;

struct pkt {
	jmp_buf failed;
	char error[4096];
	struct arena_block *arena;
	const char *path;
	enum variant variant;
	struct pk_opts opt;
	struct event *event;
	u32 nr_events, cap_events;

	struct net *net;
	struct net_device *dev;
	u64 now, start;			/* ns, virtual */
	size_t allocated;
	struct frame *frames, **frames_tail;

	struct conn *conns, *under_test;
	u16 next_remote_port;
	struct fd *fd[MAX_FD + 16];	/* by number, then those that lost theirs */
	struct sock *sk_under_test;
	struct pending *pending;
	struct var *vars;
	const char *file_name[8];
	s64 file_size[8];
	u64 last_event_at;		/* ns since start, for the tolerance */
	u64 nstat[MIB_MAX];		/* counters when nstat last looked */
};

/* base.c */
void *pk_alloc(struct pkt *p, size_t size);	/* zeroed; dies with the script */
char *pk_strndup(struct pkt *p, const char *s, size_t n);
char *pk_printf(struct pkt *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void pk_free_all(struct pkt *p);
_Noreturn void pk_fail(struct pkt *p, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
char *pk_read_file(struct pkt *p, const char *path);	/* NULL: cannot */
const char *pk_define(const struct pkt *p, const char *name);	/* NULL: none */

/* opts.c */
void opts_default(struct pk_opts *o);
/* "--name=value" or "--name"; text is cut and kept. false: not an option that we know. */
bool opts_set(struct pk_opts *o, char *text);

/* scan.c */
struct scan {
	struct pkt *p;
	char *at;
	int line;
};
void scan_space(struct scan *s);		/* blanks, newlines, comments */
void scan_blank(struct scan *s);		/* blanks within the line */
bool scan_is(const struct scan *s, const char *text);
bool scan_try(struct scan *s, const char *text);	/* after space */
void scan_need(struct scan *s, const char *text);
char *scan_word(struct scan *s);		/* [A-Za-z_][A-Za-z0-9_]*; NULL: none */
bool scan_int(struct scan *s, s64 *v);		/* decimal or 0x, signed */
s64 scan_need_int(struct scan *s);
_Noreturn void scan_fail(struct scan *s, const char *what);

/* parse.c, parse_val.c, parse_packet.c */
void script_parse(struct pkt *p, char *text);
struct val *parse_val(struct scan *s);
void parse_packet(struct scan *s, struct pk_spec *k);

/* names.c */
bool name_value(const char *name, s64 *v);
const char *errno_name(int err);		/* "EAGAIN" */
bool errno_value(const char *name, int *err);

/* world.c */
void world_create(struct pkt *p);
void world_destroy(struct pkt *p);
void world_run(struct pkt *p);			/* all that can happen now */
/* The next moment of the stack, at most limit: time goes there and what is due happens. */
void world_step(struct pkt *p, u64 limit);
/* payload: octets of TCP payload in the packet, 0 for other protocols */
void world_inject(struct pkt *p, const u8 *ip, u32 len, bool v6, u32 payload);
struct frame *world_take(struct pkt *p);	/* NULL: none */
static inline bool pk_v6(const struct pkt *p)
{
	return p->variant == IPV6;
}

/* conn.c */
struct conn *conn_add(struct pkt *p, u8 proto, u16 local, u16 remote);
struct conn *conn_find(struct pkt *p, u8 proto, u16 local, u16 remote);
void conn_ts_add(struct pkt *p, struct conn *c, u32 script, u32 live);
u32 conn_ts_live(const struct conn *c, u32 script);
void inject_packet(struct pkt *p, const struct event *ev);

/* frame.c */
/* Reads a frame; false: not TCP or UDP of the script's family. */
bool frame_read(struct pkt *p, const struct frame *f, struct pk_spec *s);
u32 frame_build(struct pkt *p, const struct pk_spec *s, struct conn *c, u8 *buf, u32 size);
u32 frame_ip(struct pkt *p, u8 *buf, u8 proto, u32 len, const struct pk_spec *s, bool from_peer);
u32 frame_icmp(struct pkt *p, const struct event *ev, struct conn *c, u8 *buf);

/* text.c */
const char *spec_text(struct pkt *p, const struct pk_spec *s);

/* match.c */
void expect_packet(struct pkt *p, const struct event *ev);
void expect_nothing_left(struct pkt *p);

/* call.c */
void run_call(struct pkt *p, const struct event *ev);
void pending_poll(struct pkt *p);
void pending_finish(struct pkt *p);		/* waits for it as long as the script allows */
struct fd *fd_get(struct pkt *p, const struct event *ev, s64 number, enum fd_kind kind);
struct fd *fd_new(struct pkt *p, int number, enum fd_kind kind);
void fd_forget(struct pkt *p, struct fd *f);
void fd_wake(struct sock *sk, u32 events);
s64 arg_int(struct pkt *p, const struct event *ev, u32 i);
const struct val *arg(struct pkt *p, const struct event *ev, u32 i);
const struct val *val_field(const struct val *v, const char *name);	/* NULL: none */

typedef bool (*call_fn)(struct pkt *p, struct pending *c);	/* true: done, ret set */
struct call_def {
	const char *name;
	call_fn fn;
	u8 min_args, max_args;
};
extern const struct call_def socket_calls[], io_calls[], poll_calls[], file_calls[];
bool sock_nonblock(const struct fd *f, int msg_flags);
/* sockaddr of an argument; VAL_ANY: the default for bind or connect. Returns its length. */
u32 arg_sockaddr(struct pkt *p, const struct event *ev, const struct val *v, bool bind, u8 sa[28]);
u32 fd_poll_mask(struct pkt *p, const struct fd *f);	/* EPOLL* that hold now */
void epoll_woken(struct pkt *p, int fd, u32 sock_events);
void epoll_closed(struct pkt *p, int fd);

/* shell.c, command.c */
void run_commands(struct pkt *p, const struct event *ev);
struct words {
	char *w[128];
	u32 nr;
};
bool command_run(struct pkt *p, int line, const struct words *w, const char *redirect);

/* expr.c, info.c */
void run_code(struct pkt *p, const struct event *ev);
bool info_value(struct pkt *p, const char *name, double *v);

/* run.c */
void run_script(struct pkt *p);
static inline double pk_sec(const struct pkt *p, u64 ns)
{
	return ((double)ns - (double)p->start) / 1e9;
}

#endif
