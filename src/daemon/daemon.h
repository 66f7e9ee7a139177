/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * daemon: one net, its devices, and the programs that use it. doc/protocol.md is what this room
 * implements; src/daemon/main.c's turn() is where everything happens.
 */
#ifndef NETSTACK_DAEMON_DAEMON_H
#define NETSTACK_DAEMON_DAEMON_H

#include <sys/types.h>

#include "daemon/conf.h"
#include "daemon/poller.h"
#include "daemon/pulse.h"
#include "drivers/drivers.h"
#include "host/host.h"
#include "netstack/proto.h"
#include "socket/socket.h"

enum { OBJ_HASH_BITS = 14, OBJ_HASH_SIZE = 1 << OBJ_HASH_BITS };

struct object;
struct pump_buffers;

/* Sockets that one client process has. */
struct account {
	struct hlist_node hash;
	pid_t pid;
	u32 nr;
	bool told;			/* that it has too many */
};

struct objects {
	struct hlist_head by_cookie[OBJ_HASH_SIZE];
	struct hlist_head by_id[OBJ_HASH_SIZE];
	struct hlist_head by_wd[OBJ_HASH_SIZE];
	struct hlist_head accounts[256];
	struct list_head all;
	struct list_head zombies;	/* dead, last close will not be told; oldest first */
	u32 nr, nr_zombies, nr_greeting;
	u64 next_id;			/* of accepted connections */
	u64 look_at, look_ns;		/* when to look at the zombies, if there are any; the interval */
};

struct watch {				/* last close of descriptors: inotify */
	struct poll_item item;
	u64 events, overflows, failures;
};

struct server {
	struct poll_item seqpacket;	/* PATH */
	struct poll_item stream;	/* PATH.d */
	int dir_fd;			/* where listeners' paths live for a moment */
	char *dir_path;
	u64 next_path;
	u8 *msgbuf;			/* NSP_MSG_MAX: the message being handled */
	struct list_head channels;
	struct list_head barriers;	/* channels that wait for one */
	struct list_head traces;	/* channels that get trace lines */
	u32 nr_channels;
	const struct cred *asker;	/* during DCONNECT: whom our own connection is for */
	bool retry_accept;		/* could not even be refused: try again on the next turn */
	int tree_fd;			/* directories that programs list (tree.c); -1: none yet */
	int spare_fd;			/* given up to refuse whom there is no descriptor for */
	u64 starved_ns;			/* when somebody was refused so; 0: never */
	u64 reap_at;			/* when channels that never spoke are closed */
};

struct daemon_counters {
	u64 calls, bad_messages, refused, oneway_failed, admits, admit_held, admit_failed;
	u64 stream_reads, stream_writes, stream_rx_bytes, stream_tx_bytes;
	u64 dgram_in, dgram_out, dgram_bad;
};

struct daemon {
	struct conf conf;
	struct net *net;
	struct host_loop *loop;
	struct poller poller;
	struct pulse pulse;
	struct objects objects;
	struct watch watch;
	struct server server;
	struct pump_buffers *bufs;
	struct list_head captures;
	struct host_fd **dev_fds;	/* what wakes the devices */
	u32 nr_dev_fds;
	struct list_head lingering;	/* closed connections that a program waits for */
	struct list_head held;		/* listeners with held handshakes */
	u64 probe_at;			/* when to try them again; 0: never */
	u64 probe_ns;			/* the interval now */
	u64 started_ns;
	u64 turns;
	u64 turn_ns;			/* when this turn began */
	bool look_out;			/* calls wait until the devices were looked at */
	u64 seen_napi_events;		/* net->napi_events at the last turn */
	u64 reap_at;			/* when connections that never spoke are closed */
	uid_t uid;			/* ours */
	pid_t pid;
	bool ready;			/* whoever started us was told */
	bool kicked;			/* the stack has work that net_run() has not seen yet */
	struct daemon_counters count;
};

/* Credentials of one message or of a peer. */
struct cred {
	pid_t pid;
	uid_t uid;
	bool vouched;			/* asked for over a channel that was let in */
};
static inline bool cred_is_admin(const struct daemon *dm, const struct cred *c)
{
	return c->uid == 0 || c->uid == dm->uid;
}
/* Capabilities of Linux, as bits of a mask. */
enum { MAY_BIND_SERVICE = 1 << 10, MAY_NET_ADMIN = 1 << 12, MAY_NET_RAW = 1 << 13 };
/* Has this peer one of these? Reads a file of /proc for root. */
bool cred_capable(const struct cred *c, u32 caps);
/* May this peer use the stack at all? */
bool daemon_allows(const struct daemon *dm, const struct cred *c);

/* setup.c: devices, addresses, routes, sysctls. 0/-errno, already logged with its flag's name */
int daemon_setup(struct daemon *dm);
/* A device came: those of --sysctl that waited for it. 0 or -errno, which was reported */
int daemon_dev_sysctls(struct daemon *dm);
void daemon_unsetup(struct daemon *dm);

/* tree.c: directories of /sys/class/net and /proc/sys/net, below PATH NSP_TREE_SUFFIX */
/* Brings one up to date ("class/net", "sys/net/ipv4"). 0, -ENOENT (no directory of the stack), -EACCES,
 * -ENOMEM, -EIO (not all of it could be made) */
int tree_refresh(struct daemon *dm, const char *name);
void tree_remove(struct daemon *dm);

/* devices.c: those of the configuration, up and watched. 0/-errno, logged. */
int devices_start(struct daemon *dm);
void devices_stop(struct daemon *dm);	/* no longer watched */

/* Does the work that is due and returns when the next is (host_loop_run()'s turn). */
u64 daemon_turn(void *arg);

/* server.c */
int server_start(struct daemon *dm);
void server_stop(struct daemon *dm);
/* Has somebody been refused within the last second, for want of a descriptor? */
bool server_starved(const struct daemon *dm);
void server_accept_streams(struct daemon *dm);	/* takes pending connects, reads their requests */
void server_accept_seqpackets(struct daemon *dm);
/* after a turn; idle: nothing is left to do */
void server_turn(struct daemon *dm, bool idle);

/* watch.c */
int watch_start(struct daemon *dm);	/* -ENOSYS: this kernel does not tell (self-test failed) */
void watch_stop(struct daemon *dm);
/* Tells obj_last_close() when the last copy of fd is closed. 0, -ENOBUFS (limit reached). */
int watch_add(struct daemon *dm, struct object *o, int fd);
void watch_read(struct daemon *dm);	/* handles what the kernel has told by now */
/* What programs have closed and written by now, of which no event was handled yet. From a call only. */
void watch_catch_up(struct daemon *dm);

/* listen.c */
int listener_start(struct object *o, int fd, int backlog);
void listener_stop(struct object *o);
void listeners_probe(struct daemon *dm);	/* held handshakes, when probe_at has come */

#endif
