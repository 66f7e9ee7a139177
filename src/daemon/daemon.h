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

#include "daemon/worker.h"

enum { OBJ_HASH_BITS = 14, OBJ_HASH_SIZE = 1 << OBJ_HASH_BITS };

struct object;

/* Sockets that one client process has. */
struct account {
	struct hlist_node hash;
	pid_t pid;
	u32 nr;
	bool told;			/* that it has too many */
};

/* How objects are found, those of all workers. Under the daemon's lock, if there are several. */
struct objects {
	struct hlist_head by_cookie[OBJ_HASH_SIZE];
	struct hlist_head by_id[OBJ_HASH_SIZE];
	struct hlist_head by_wd[OBJ_HASH_SIZE];
	struct hlist_head accounts[256];
	u64 next_id;			/* of accepted connections */
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

struct daemon {
	struct conf conf;
	struct worker *workers[NET_SHARDS_MAX];
	u32 nr_workers;
	struct worker *w0;		/* the first one, whose thread has all that is below */
	struct net *net;		/* of w0: what it is asked about the whole stack */
	struct pulse pulse;
	struct objects objects;
	struct watch watch;
	struct server server;
	struct list_head captures;
	size_t ring_bytes;		/* of packet sockets' rings; the first worker's */
	u32 payloads, payload_blocks;	/* programs that lend memory (payload.h), blocks lent. Atomic */
	u64 started_ns;
	uid_t uid;			/* ours */
	pid_t pid;
	bool ready;			/* whoever started us was told */
	struct workers_shared *shared;	/* worker.c; NULL: there is one worker */
};

static inline bool workers_many(const struct daemon *dm)
{
	return unlikely(dm->nr_workers > 1);
}

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
int daemon_dev_sysctls(struct worker *w);
void daemon_unsetup(struct daemon *dm);

int daemon_sysctl_set(struct daemon *dm, const char *key, const char *value);	/* in all workers. 0/-errno */

/* tree.c: directories of /sys/class/net and /proc/sys/net, below PATH NSP_TREE_SUFFIX */
/* Brings one up to date ("class/net", "sys/net/ipv4"). 0, -ENOENT (no directory of the stack), -EACCES,
 * -ENOMEM, -EIO (not all of it could be made) */
int tree_refresh(struct daemon *dm, const char *name);
void tree_remove(struct daemon *dm);

/* devices.c: those of the configuration, in each worker, up and watched. 0/-errno, logged. */
int devices_start(struct daemon *dm);
void devices_stop(struct daemon *dm);	/* no longer watched */

/* Does a worker's work that is due and returns when the next is (host_loop_run()'s turn). */
u64 worker_turn(void *arg);
u64 worker_deadline(const struct worker *w);

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
/* What programs have closed and written by now, of which no event was handled yet. From a call only: it holds
 * all workers from here on. */
void watch_catch_up(struct daemon *dm);

/* listen.c */
int listener_start(struct object *o, int fd, int backlog);
void listener_stop(struct object *o);
void listeners_probe(struct worker *w);		/* held handshakes, when probe_at has come */

#endif
