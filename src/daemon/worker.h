/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A worker: an event loop, a struct net that is a shard of the stack, and what programs have in it.
 * There are --workers of them, each with a thread; the first one's, the control thread, also has the
 * server, the clients' channels and their calls (doc/decisions/0007-workers.md).
 *
 * A worker's net, poller and objects belong to whoever holds its turn: its own thread, except while
 * that waits; or the control thread, by worker_hold(). The control thread may hold any number of turns
 * and gives them back when it has handled one thing, by workers_release(). The others hold no turn but
 * their own, and wait for none.
 */
#ifndef NETSTACK_DAEMON_WORKER_H
#define NETSTACK_DAEMON_WORKER_H

#include "core/core.h"
#include "daemon/poller.h"

struct conf;
struct daemon;
struct host_loop;
struct object;
struct pump_buffers;
struct worker_shared;

struct daemon_counters {
	u64 calls, bad_messages, refused, oneway_failed, admits, admit_held, admit_failed;
	u64 stream_reads, stream_writes, stream_rx_bytes, stream_tx_bytes;
	u64 stream_lent_bytes;		/* of stream_tx_bytes: from memory of the programs (payload.h) */
	u64 dgram_in, dgram_out, dgram_bad;
};

struct worker_objects {
	struct list_head all;
	struct list_head zombies;	/* dead, last close will not be told; oldest first */
	u32 nr, nr_zombies, nr_greeting;
	u64 look_at, look_ns;		/* when to look at the zombies, if there are any; the interval */
};

struct dev_look {
	void (*fn)(void *arg, unsigned int events);	/* events 0 */
	void *arg;
};

struct worker {
	struct daemon *dm;
	u32 index;
	struct net *net;
	struct host_loop *loop;
	struct poller poller;
	struct worker_objects objects;
	struct pump_buffers *bufs;
	struct host_fd **dev_fds;	/* what wakes the devices */
	struct dev_look *dev_looks;	/* and what looks whether they have frames */
	u32 nr_dev_fds, nr_dev_looks;
	struct list_head lingering;	/* closed connections that a program waits for */
	struct list_head held;		/* listeners with held handshakes */
	u64 probe_at;			/* when to try them again; 0: never */
	u64 probe_ns;			/* the interval now */
	u64 turns;
	u64 turn_ns;			/* when this turn began */
	u64 seen_napi_events;		/* net->napi_events at the last turn */
	u64 reap_at;			/* when connections that never spoke are closed */
	bool look_out;			/* calls wait until the devices were looked at */
	bool kicked;			/* the stack has work that net_run() has not seen yet */
	bool idle;			/* the last turn left nothing to do, and found no frames */
	struct daemon_counters count;
	struct worker_shared *shared;	/* what other threads see of it; NULL: there is one worker */
};

/* The daemon's workers with their nets and loops, as many as it is configured for. 0/-errno */
int workers_create(struct daemon *dm);
int workers_start(struct daemon *dm);	/* the threads, of all but the first. 0/-errno */
int worker_run(struct worker *w);	/* its loop, until it is stopped, by its own thread. 0/-errno */
void workers_stop(struct daemon *dm);	/* they have ended; what they leave is the caller's */
void workers_drain(struct daemon *dm);	/* after that: all that nets still do, and say to each other */
void workers_destroy(struct daemon *dm);

/* Everything below is the control thread's unless it says otherwise. */
/* w and what it has are ours until workers_release(); its clock is of now. */
void worker_hold(struct worker *w);
void workers_hold_all(struct daemon *dm);
void workers_release(struct daemon *dm);	/* wakes those that have something to do now */
/* Of one that is held: what its devices and the other workers have for it goes into the stack. */
void worker_look(struct worker *w);
/* Does for all workers what turns of theirs would do: what devices and programs have given by now comes
 * to whom it is for. From a call only. */
void workers_settle(struct daemon *dm);
bool worker_is_held(const struct worker *w);
struct worker *worker_next(struct daemon *dm);	/* each in turn: where something new shall live */

/* Any thread: */
void daemon_lock(struct daemon *dm);		/* the tables by which objects are found; a leaf */
void daemon_unlock(struct daemon *dm);
void trace_lock(struct daemon *dm);		/* lines of those who trace; a leaf */
void trace_unlock(struct daemon *dm);
bool on_control_thread(const struct daemon *dm);
/* Objects that the control thread shall free, as their owners are of several workers. Takes them over. */
void worker_give_back(struct worker *from, struct object **copies);

/* turn.c's: a worker's own thread, or for the first one the control thread */
/* What others have sent goes into the stack; true: something did. */
bool worker_inbox(struct worker *w);
void worker_turn_done(struct worker *w, u64 at);
void worker_pulse_idle(struct worker *w);	/* programs have all that it took from devices */
bool workers_turning(const struct daemon *dm);	/* somebody waits until all have had a turn */
/* The control thread: have all had their turns (at least nr since from[], all idle if asked), and is
 * nothing on its way between them? */
void workers_note_turns(struct daemon *dm, u64 *from);
bool workers_turned(struct daemon *dm, const u64 *from, u32 nr, bool idle);
void workers_tell_control(struct daemon *dm);	/* wakes the control thread */
u64 worker_inbox_drops(const struct worker *w);
u64 worker_letters(const struct worker *w);	/* that it has received */

#endif
