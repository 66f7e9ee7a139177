/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DOC: the supervisor
 *
 * Programs that cannot be preloaded (static ones, and those that make system calls without libc,
 * as Go's do) run behind a seccomp filter that hands their socket calls to a supervisor, which is
 * this library in a process of its own (`netstack run --seccomp`). A call is answered thus: a copy
 * of the program's descriptor is fetched (pidfd_getfd), the library's own function is called on
 * it, and the result, with what the arguments point to, is given back. So there is one
 * implementation of what a socket call means, and the descriptor in the program is the same
 * AF_UNIX socket as ever: data of a TCP socket are the kernel's business here, too.
 *
 *	super.c		the loop: notifications, parked calls, signals
 *	super_filter.c	which system calls come here
 *	super_task.c	the caller: its memory, its descriptors, its credentials
 *	super_note.c	what the library remembers of a socket, between two calls on it
 *	super_swap.c	another socket under the program's number
 *	super_call.c	calls about names, options and connections
 *	super_data.c	calls that move data
 *
 * A call that would block is parked: its state stays in struct call and it is tried again when the
 * descriptor is ready. The supervisor itself never waits for anybody but the daemon.
 */
#ifndef NETSTACK_SUPER_H
#define NETSTACK_SUPER_H

#include "shim.h"

#include <linux/seccomp.h>

/*
 * Datagram sockets get numbers from these ranges: only there read() and write(), which must deal
 * with datagram heads, are handed over. The first one can be used with select().
 */
#define SUPER_DGRAM_LO	960u
#define SUPER_DGRAM_HI	1024u
#define SUPER_DGRAM_LO2 65536u
#define SUPER_DGRAM_HI2 69632u

#define SUPER_DATA_MAX (1u << 20) /* bytes of one call that are moved at once */
#define SUPER_IOV_MAX  1024u
#define SUPER_CTL_MAX  8192u

/* What a handler says instead of a result. Results are >= 0 or -errno. */
#define CALL_CONTINUE (-100000l) /* the kernel is to make the call */
#define CALL_PARKED   (-100001l) /* try again when .events come */
#define CALL_ANSWERED (-100002l) /* the reply was sent with a descriptor */

/* Errors that the kernel turns into a restart or EINTR when a signal is delivered. */
#define SUPER_ERESTARTSYS 512

struct call {
	struct call *next; /* parked */
	uint64_t id;	   /* of the notification */
	pid_t tid;
	int nr;
	uint64_t a[6];
	int fd;		      /* our copy of the descriptor a[0], -1 */
	uint64_t cookie;      /* of the socket */
	unsigned int kind;    /* fd_kinds[] of it, before the call */
	bool nonblock;	      /* the program's descriptor is non-blocking */
	bool again;	      /* was parked */
	bool timed_out;	      /* .. and its time is over */
	int first_error;      /* connect(): what it said when it was begun */
	short events;	      /* parked for */
	int64_t deadline;     /* ns, 0: none */
	int64_t limit;	      /* of recvmmsg(), 0: none */
	size_t done;	      /* of the data or messages */
	unsigned int pending; /* looks at which a signal was waiting */
};

/* ---- super_filter.c ---- */
/** super_filter_install() - the filter for this process; the listener, or -errno */
int super_filter_install(void);

/* ---- super_task.c ---- */
/** task_getfd() - a copy of the caller's descriptor; -errno */
int task_getfd(pid_t tid, int fd);
/** task_read(), task_write() - the caller's memory; 0 or -EFAULT */
int task_read(pid_t tid, uint64_t addr, void *buf, size_t n);
int task_write(pid_t tid, uint64_t addr, const void *buf, size_t n);
/** task_iov() - move n bytes between buf and the caller's vector; bytes or -EFAULT */
ssize_t task_iov(pid_t tid, const struct iovec *iov, size_t niov, void *buf, size_t n, bool write);
/** task_credentials() - act for the caller's user, and with its process's capabilities if we may name it, to
 * the call's end; -EPERM when @cap is missing */
int task_credentials(pid_t tid, int cap);
/** task_signal() - what waits for the caller: 0, EINTR or SUPER_ERESTARTSYS. @looks: before */
int task_signal(pid_t tid, unsigned int *looks);
/** task_cloexec() - is the caller's descriptor close-on-exec */
bool task_cloexec(pid_t tid, int fd);
/** task_free_number() - a free number for a datagram socket, -1: any */
int task_free_number(pid_t tid);

/* ---- super_note.c ---- */
/** note_load() - what is remembered of the socket goes to the tables of the library */
void note_load(int fd, uint64_t cookie);
/** note_save() - and back, before our copy is closed */
void note_save(int fd, uint64_t cookie);

/* ---- super_swap.c ---- */
/** swap_install() - the library put another socket under our copy: the program gets it, too */
void swap_install(struct call *c, int listener);

/* ---- super_call.c, super_data.c ---- */
long call_socket(struct call *c);
long call_bind(struct call *c);
long call_listen(struct call *c);
long call_accept(struct call *c);
long call_connect(struct call *c);
long call_name(struct call *c);
long call_getsockopt(struct call *c);
long call_setsockopt(struct call *c);
long call_shutdown(struct call *c);
long call_ioctl(struct call *c);
long call_dup(struct call *c);
long call_sendto(struct call *c);
long call_recvfrom(struct call *c);
long call_sendmsg(struct call *c);
long call_recvmsg(struct call *c);
long call_sendmmsg(struct call *c);
long call_recvmmsg(struct call *c);
long call_readwrite(struct call *c);

/* ---- super.c ---- */
/** super_give_fd() - put fd into the program and answer the call with its number; closes fd */
long super_give_fd(struct call *c, int fd, int number, bool cloexec);
/** super_park() - wait for events on the call's descriptor, for as long as option @timeo says */
long super_park(struct call *c, short events, int timeo);

/* ---- what the command-line tool uses ---- */
/**
 * netstack_filter() - hand the socket calls of this process and its children to a supervisor
 *
 * Return: the listener for netstack_supervise(), or -errno. Without CAP_SYS_ADMIN the process
 * gives up gaining rights by exec (PR_SET_NO_NEW_PRIVS).
 */
int netstack_filter(void);
/**
 * netstack_supervise() - answer until the last process behind the filter has ended
 * @listener: from netstack_filter(), owned by the callee
 * @control: path of the daemon's socket
 * @events: another descriptor to watch; @ready is called when it is readable
 *
 * Return: 0, or -errno when it cannot go on.
 */
int netstack_supervise(int listener, const char *control, int events, void (*ready)(void *arg),
		       void *arg);

#endif
