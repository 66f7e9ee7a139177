/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host: the system under us: event loop, clock, randomness, memory, log. With drivers/ and
 * daemon/ the only code that makes system calls; loop_libevent.c alone includes libevent.
 */
#ifndef NETSTACK_HOST_HOST_H
#define NETSTACK_HOST_HOST_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/spin.h"

/* -- loop ---------------------------------------------------------------- */
enum { HOST_READ = 1, HOST_WRITE = 2 };

struct host_loop;
struct host_fd;

/* NULL with errno set on failure. */
struct host_loop *host_loop_new(void);
void host_loop_free(struct host_loop *loop);

/*
 * Level-triggered watch of fd (not owned). events may be 0 (watch set up, silent). The callback
 * gets HOST_READ/HOST_WRITE bits; it may remove any watch, its own too. NULL with errno.
 */
struct host_fd *host_loop_add_fd(struct host_loop *loop, int fd, unsigned int events,
				 void (*fn)(void *arg, unsigned int events), void *arg);
int host_fd_set_events(struct host_fd *hf, unsigned int events); /* 0/-errno */
void host_loop_del_fd(struct host_fd *hf);			 /* NULL allowed */

/* One handler a signal; runs from the loop, not from the signal handler. 0/-errno. */
int host_loop_on_signal(struct host_loop *loop, int signo, void (*fn)(void *arg, int signo),
			void *arg);

/*
 * Runs until host_loop_stop(). After each batch of events turn(arg) does the work; it returns the
 * absolute host_now_ns() time at which it wants to run again without an event: 0 at once (events
 * are polled first, without sleeping), UINT64_MAX never. spin: how long to look for events before
 * sleeping. 0/-errno.
 */
int host_loop_run(struct host_loop *loop, uint64_t (*turn)(void *arg), void *arg,
		  const struct host_spin *spin);
/* From turn: look for events until then at least, whatever spin says. */
void host_loop_look_until(struct host_loop *loop, uint64_t when_ns);
/*
 * Looking before sleeping, the loop asks most times for these few descriptors alone, which is cheaper than to
 * ask for all: fn(arg, HOST_READ) when fd has input and nothing else is to be told of it. Slots are the
 * caller's to give out, below HOST_HOT_MAX; fd -1 empties one.
 */
enum { HOST_HOT_MAX = 8 };
void host_loop_hot(struct host_loop *loop, unsigned int slot, int fd,
		   void (*fn)(void *arg, unsigned int events), void *arg);
void host_loop_stop(struct host_loop *loop);
/* Ask for another turn before sleeping (from a callback or from turn itself). */
void host_loop_kick(struct host_loop *loop);
/* Called with true before each wait that may sleep and with false after; for statistics. */
struct host_loop_stats {
	uint64_t wakeups, turns, polls, slept_ns;
	uint64_t looks, found, looked_ns;	/* before sleeping: how often, with success, how long */
	uint64_t window_ns;			/* how long it looks now */
};
const struct host_loop_stats *host_loop_stats(struct host_loop *loop);

/* -- clock and randomness ------------------------------------------------ */
uint64_t host_now_ns(void);	/* CLOCK_MONOTONIC */
uint64_t host_wall_ns(void);	/* CLOCK_REALTIME */
uint64_t host_random_u64(void); /* getrandom(2); aborts if the system has none */

/* -- digests for struct net_cfg ------------------------------------------- */
struct net_crypto;
extern const struct net_crypto host_crypto;

/* -- memory hook for struct net_cfg -------------------------------------- */
void *host_alloc(void *ctx, size_t size);
void host_free(void *ctx, void *p, size_t size);

/* -- the host's side of a TAP (libnl-3) ------------------------------------ */
/*
 * Gives the host's interface ifname the addresses prefixes[0..nr) ("10.77.0.1/24", "fd77::1/64";
 * IPv6 without DAD, so that they are usable at once), the MTU (0: as it is) and sets it up. An
 * address that is already there is no error. 0, or -errno: -ENODEV, -EINVAL (a prefix that cannot
 * be read), -EPERM, -EIO.
 */
int host_netif_setup(const char *ifname, const char *const *prefixes, unsigned int nr,
		     uint32_t mtu);

/* -- Unix sockets ---------------------------------------------------------- */
/*
 * Connections that wait to be accepted by the Unix listener with this inode. -ENOENT: no such socket in
 * our network namespace, or a kernel that does not tell (unix_diag).
 */
int host_unix_queue(uint32_t ino);
/*
 * Was the connection of the Unix socket with this inode accepted by the other side? False: it waits in the
 * listener's queue. True also where the kernel does not tell.
 */
bool host_unix_accepted(uint32_t ino);
/*
 * Puts in the place of each inode that of the socket to which the Unix socket with it is connected; 0: not
 * known, or it was not accepted yet.
 */
void host_unix_peers(uint32_t *inos, unsigned int nr);
/* Puts 0 in the place of each inode that no Unix socket of our network namespace has; zeros stay. */
void host_unix_gone(uint32_t *inos, unsigned int nr);

/* -- log ------------------------------------------------------------------ */
/* Levels are syslog's: 3 error, 4 warning, 6 info, 7 debug. Lines go to stderr. */
enum {
	HOST_LOG_ERR = 3,
	HOST_LOG_WARN = 4,
	HOST_LOG_NOTICE = 5,
	HOST_LOG_INFO = 6,
	HOST_LOG_DEBUG = 7
};
void host_log_set_level(int level);
int host_log_level(void);
int host_log_level_parse(const char *text); /* "error".."debug" or a number; -EINVAL */
void host_log(int level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void host_vlog(int level, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

#endif
