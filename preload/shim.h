/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DOC: libnetstack.so
 *
 * Preloaded into a program, it gives the program's Internet sockets to netstackd. The
 * descriptor a program holds is a native AF_UNIX socket whose other end is the daemon, so poll,
 * epoll, dup, fork and exec are the kernel's own; the functions here only translate what is
 * different: making and connecting sockets, addresses, options, datagram heads and a few errors.
 *
 *	real.c		the next definition (libc's) of everything we define
 *	tag.c		what a descriptor is, asked of the kernel
 *	fdtab.c		what a descriptor is, remembered; memory of unconnected sockets
 *	rpc.c		calls to the daemon
 *	sock_*.c	entry points, by what they do
 *	connect.c	connecting a TCP socket
 *	fill.c		a socket that is not to be written yet
 *	stream.c	the rules of a TCP stream: errors, data, urgent data
 *	dgram.c		datagrams and their heads
 *	packet.c	packet sockets, where they differ from those
 *	ring.c		frames of a packet socket in memory that is shared with the daemon
 *	peek.c		SO_PEEK_OFF of datagrams
 *	errq.c		error queues, time stamps, MSG_ZEROCOPY
 *	swap.c		another socket under the same number
 *	policy.c, rules.c	stack or kernel: rules.h
 *	reconnect.c	no daemon answers
 *	route.c		is there a route (kept answers)
 *	resolv.c, hosts.c, ifaddrs.c, hostdev.c	names and interfaces
 *	files.c, dirs.c	files and directories of /proc and /sys that tell of the network
 *	exec.c, env.c	before fork and exec
 *	vfork.c		children in this memory
 *	user.c		pointers of the program
 *	poll.c, select.c, epoll.c	bits of poll() that a Unix socket cannot have
 *	large.c		writes that may not fit
 *	payload.c	writes by memory that is shared with the daemon
 *	pulse.c		do frames wait of which a call should know
 *	spin.c		calls that would sleep look first, if the daemon does (--busy-poll)
 *	super*.c	for programs that cannot be preloaded: super.h
 *	sysc.c, secc.c	system calls made directly, and programs that forbid themselves some
 *
 * It lives in a foreign process: no writable state outside the structures below, no locks over
 * anything that blocks, and nothing is done before a program asks for a socket.
 */
#ifndef NETSTACK_SHIM_H
#define NETSTACK_SHIM_H

#ifndef _GNU_SOURCE
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#endif
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include "netstack/fdpass.h"
#include "netstack/proto.h"
#include "real.h"

#define EXPORT __attribute__((visibility("default")))
#define unlikely(x) __builtin_expect(!!(x), 0)
#define likely(x) __builtin_expect(!!(x), 1)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* What a descriptor is; a cache of what the kernel's tag says. */
enum {
	K_NONE,		/* not ours */
	K_NEW,		/* TCP, neither connected nor listening */
	K_CONNECTING,	/* TCP, connect() started, its end not yet seen */
	K_STREAM,	/* TCP, connected once */
	K_LISTEN,
	K_DEADLISTEN,	/* a listener after shutdown() */
	K_UDP,
	K_RAW,		/* raw and ping sockets */
	K_PACKET,	/* AF_PACKET */
	K_OWN,		/* the control channel: not to be touched by the program */
	K_FILE,		/* a file of /proc/sys/net or /sys/class/net, open for writing (files.c) */
	K_MASK = 0x0f,
	KF_V6 = 0x10,
	KF_CONN = 0x20,	  /* datagram socket with a peer */
	KF_FRESH = 0x40,  /* datagram socket never bound, connected or sent on */
	KF_BULK = 0x80,	  /* send buffer has been looked at */
	KF_FAILED = 0x100,  /* the failure of its connect() was reported */
	KF_ABORTED = 0x200, /* and not by connect() itself */
	KF_RESET = 0x400,   /* disconnected: ECONNRESET is to be reported */
	KF_LOWAT = 0x800,   /* SO_RCVLOWAT above 1: the daemon may hold data back */
	KF_INLINE = 0x1000, /* SO_OOBINLINE */
	KF_LINGER = 0x2000, /* SO_LINGER with a time: close() waits */
	KF_INQ = 0x4000,    /* TCP_INQ: recvmsg() tells what is left */
	KF_MORE = 0x8000,   /* the last send had MSG_MORE */
	KF_RECVERR = 0x10000, /* datagram socket with an error queue */
	KF_ERRQ = 0x20000,  /* which may not be empty */
	KF_TSTAMP = 0x40000,  /* SO_TIMESTAMPING: sends are stamped */
	KF_ARRIVAL = 0x80000, /* a stream whose receives are, by any of the options */
	KF_ZEROCOPY = 0x100000, /* SO_ZEROCOPY */
	KF_ERRPRI = 0x200000, /* SO_SELECT_ERR_QUEUE: its errors are exceptional, too */
	KF_STAMPS = KF_TSTAMP | KF_ARRIVAL | KF_ZEROCOPY | KF_ERRPRI,
	KF_DEFER = 0x400000, /* connected, but the SYN waits for the first write */
	KF_FULL = 0x800000, /* filled: not to be written before it is writable */
	KF_SHUT_RD = 0x1000000, /* shut down for reading: what came since is the daemon's to give */
	KF_SMALL = 0x2000000, /* the Unix socket's buffer is small, while it connects (fill.c) */
	KF_CHOSE = 0x4000000, /* .. and the program chose its size, which the tag tells */
	KF_FIRST = 0x8000000, /* accepted, and nothing was written yet */
	KF_NODELAY = 0x10000000, /* TCP_NODELAY was set then, and the daemon does not know it */
	KF_HERE = 0x20000000, /* the peer is on this host */
	KF_V4ONLY = 0x40000000, /* datagram socket of IPv6 with an IPv4 address of its own, or peer */
	/* of streams, with a bit that datagrams use otherwise: */
	KF_BOUNDED = KF_V4ONLY, /* the program set SO_SNDBUF or TCP_NOTSENT_LOWAT: writes may be calls */
	KF_RING = KF_MORE,	/* of packet sockets: PACKET_RX_RING was set */
	/* what a TCP socket keeps when its state changes */
	KF_KEEP = KF_V6 | KF_BOUNDED | KF_LOWAT | KF_INLINE | KF_LINGER | KF_INQ | KF_STAMPS | KF_ERRQ
};

/* The tag is what socket() made it: nobody else has had the descriptor. (An enumerator is an int.) */
#define KF_TAG 0x80000000u

#define KIND(k) ((k) & K_MASK)
#define IS_TCP(k) (KIND(k) >= K_NEW && KIND(k) <= K_DEADLISTEN)
#define IS_DGRAM(k) (KIND(k) >= K_UDP && KIND(k) <= K_PACKET)
#define IS_SOCK(k) (KIND(k) >= K_NEW && KIND(k) <= K_PACKET)

struct shim {
	bool ready;		/* initialised */
	bool silent;		/* a seccomp filter is in force: plain system calls only */
	bool debug;		/* NETSTACK_DEBUG */
	bool kernel_loopback;	/* NETSTACK_LOOPBACK=kernel */
	bool supervisor;	/* acts for other processes (super.h): may not wait for the network */
	pid_t as_task;		/* .. which of them the call at hand is of */
	pid_t as_process;	/* .. whose capabilities count for it; 0: our own */
	void (*swapped)(int fd);	/* .. and is told of another socket under a number (swap.c) */
	bool as_other;		/* .. for one of another user now, or the effective user is another: */
	uid_t as_uid;
	uid_t euid;		/* the effective user */
	char path[NSP_PATH_MAX + 1];
};
extern struct shim shim;

void shim_init(void);
/** shim_note_user() - the process may be another user's now */
void shim_note_user(void);
/** own_network() - has the thread a network name space that it made itself? */
bool own_network(void);
/** now_ns(), now_ms() - CLOCK_MONOTONIC */
int64_t now_ns(void);
static inline int64_t now_ms(void)
{
	return now_ns() / 1000000;
}
/** shim_log() - one line to stderr when NETSTACK_DEBUG is set */
void shim_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* ---- fdtab.c -------------------------------------------------------------------------- */
#define FD_MAX (1 << 20)
#define MEM_FD_MAX (1 << 16)
extern uint32_t fd_kinds[FD_MAX];

/* Remembered about a socket that the daemon may not know: one block, freed at close. */
struct fdmem {
	struct fdmem *next;	/* in the list of free blocks */
	uint16_t opts;		/* number of options in buf */
	uint16_t used;		/* bytes of buf: struct nsp_opt + value, each 8-aligned */
	int epfd;		/* epoll instance it was added to, -1: none */
	struct epoll_event ev;
	uint8_t buf[464] __attribute__((aligned(8)));
};

static inline unsigned int fd_kind(int fd)
{
	if (unlikely(!shim.ready))
		shim_init();
	return (unsigned int)fd < FD_MAX ? fd_kinds[fd] : K_NONE;
}

/** fd_set_kind() - remember; does nothing in a vfork child, which shares our memory */
void fd_set_kind(int fd, unsigned int kind);
/** fd_forget() - the number is about to be closed or overwritten */
void fd_forget(int fd);
/** fd_forget_range() - the same for first..last */
void fd_forget_range(unsigned int first, unsigned int last);
/** fd_copy() - newfd is a duplicate of oldfd */
void fd_copy(int oldfd, int newfd);
/** fd_learn() - classify a descriptor by asking the kernel, and remember */
unsigned int fd_learn(int fd);
void fd_scan(void);
/** fd_limit() - no number from here on was ever ours */
unsigned int fd_limit(void);
/** fd_kind_now() - fd_kind(); connect() or listen() by another number, or process, counts, too */
unsigned int fd_kind_now(int fd);
/** fd_flag_copies() - sets, or takes, a flag at the other numbers that this process has of a socket */
void fd_flag_copies(int fd, unsigned int flag, bool on);
/** fd_owner() - true unless this is a vfork child; notices a fork */
bool fd_owner(void);
/** fd_owner_pid() - a process that has this memory: this one, or of which this is a vfork child */
pid_t fd_owner_pid(void);
/** fd_mem() - the socket's memory; make: allocate. NULL: none (or too many) */
struct fdmem *fd_mem(int fd, bool make);
void fd_mem_move(int from, int to);
/** fd_mem_detach() - the socket's memory without the socket; fd_mem_attach(), fd_mem_free() end it */
struct fdmem *fd_mem_detach(int fd);
void fd_mem_attach(int fd, struct fdmem *m);
void fd_mem_free(struct fdmem *m);
/** fd_remember_opt() - add or replace an option. false: no room */
bool fd_remember_opt(int fd, int level, int name, const void *val, size_t len);
const struct nsp_opt *fd_find_opt(int fd, int level, int name);

/* ---- tag.c ---------------------------------------------------------------------------- */
uint64_t tag_get(int fd);
/** tag_is_ping() - whether a descriptor of kind @k is a ping socket, tag_is_raw(): a raw socket */
bool tag_is_ping(int fd, unsigned int k);
bool tag_is_raw(int fd, unsigned int k);
/** tag_of() - the same, without a system call if it is known */
uint64_t tag_of(int fd);
/** tag_private() - it was just made, and nobody else has it */
void tag_private(int fd);
/** tag_shared() - somebody else may change the tag from now on */
void tag_shared(int fd);
int tag_set(int fd, uint64_t tag);
void tag_add(int fd, uint32_t bits);
unsigned int tag_kind(uint64_t tag);
uint64_t fd_cookie(int fd);
/** accname_of() - the daemon's name at the other end of an accepted socket. false: not one */
bool accname_of(int fd, struct nsp_accname *name);
bool accname_ok(const void *sun, socklen_t len);

/* ---- rpc.c ---------------------------------------------------------------------------- */
/**
 * rpc() - one call to the daemon
 * @nr: NSP_NR_*
 * @fd: descriptor shown as proof, -1 for calls without
 * @req: request structure (size from the table), NULL when empty
 * @data: bytes behind it, @dlen of them
 * @rep: filled with the reply structure, may be NULL
 * @rdata: filled with the reply's data, *rdlen is room, then length; may be NULL
 *
 * Return: the reply's ret (>= 0 or -errno), -ENETDOWN when the daemon cannot be reached.
 */
int rpc(int nr, int fd, const void *req, const void *data, size_t dlen, void *rep, void *rdata,
	size_t *rdlen);
/** rpc_fd() - the same, without data, of a call whose answer may bring a descriptor: *got, or -1
 *
 * It is the caller's to close.
 */
int rpc_fd(int nr, int fd, const void *req, void *rep, int *got);
/** rpc_hello() - the first packet of a datagram socket, which says whose it is; 0 or -errno */
int rpc_hello(int fd, const struct nsp_dhello *q);
/** rpc_oneway() - send without waiting; 0 or -errno of the sending */
int rpc_oneway(int nr, int fd, const void *req, const void *data, size_t dlen);
/** rpc_text() - a call with several replies, their data written to descriptor @out; as rpc() */
int rpc_text(int nr, const void *req, const void *data, size_t dlen, int out);
/** rpc_prepare() - have the channel open (before chroot and the like) */
void rpc_prepare(void);
/** rpc_alive() - is there a daemon at the channel, opened anew if need be */
bool rpc_alive(void);
void rpc_after_fork(void);
/** rpc_fd_is_ours() - is this number the control channel */
bool rpc_fd_is_ours(int fd);
enum { OWN_FDS = 3 };
/** rpc_own_fds() - the numbers in use by the library in rising order, -1: none */
void rpc_own_fds(int fds[OWN_FDS]);
/** rpc_move_away() - free this number of ours, it is about to be overwritten */
void rpc_move_away(int fd);
/**
 * daemon_connect() - connect a socket of the program to the daemon, by its path or, where that is
 * out of reach or not for this user, by a call
 * @stream: to PATH.d
 *
 * Return: 0 or -errno.
 */
int daemon_connect(int fd, bool stream);

/* ---- budget: what may be spent on being exact, one part in BUDGET_PART of the program's time ----- */
#define BUDGET_PART   100
#define BUDGET_CREDIT 2000000000ll	/* ns of time that count at once, after a rest */

struct budget {
	int64_t next;	/* when there is something left again; racy, and no harm */
};
static inline bool budget_left(const struct budget *b, int64_t now)
{
	return now >= __atomic_load_n(&b->next, __ATOMIC_RELAXED);
}
/** budget_spend() - the time from @since to @now was spent */
void budget_spend(struct budget *b, int64_t since, int64_t now);

/* ---- hold.c ---------------------------------------------------------------------------- */
/* What is to be done if the thread is cancelled, or leaves by longjmp(), until the block ends.
 * (pthread_cleanup_push() would need libgcc_s, or save the registers each time.) */
struct guard {
	struct _pthread_cleanup_buffer buf;
	bool set;
};
/** guard_set() - @undo(@arg) then; nothing in a program with one thread */
void guard_set(struct guard *g, void (*undo)(void *arg), void *arg);
void guard_end(struct guard *g);
/* A number that a call sends on, which may wait. */
struct hold {
	uint64_t *slot;		/* NULL: nobody is told of it */
	int fd;
	struct guard guard;
};
/** hold_begin() - other threads are to leave this one the socket when they close @fd, unless @flags say that
 * it does not wait */
void hold_begin(struct hold *h, int fd, int flags);
/** hold_fd() - the number that the socket has now */
int hold_fd(const struct hold *h);
/** hold_end() - and closes it, if it is the last of the socket's */
void hold_end(struct hold *h);
/* To the end of the block, and if the thread leaves it otherwise. */
#define HOLD(h, fd, flags)                                   \
	struct hold h __attribute__((cleanup(hold_end)));    \
	hold_begin(&(h), fd, flags)
/** hold_closing() - numbers from @first to @last are about to be closed: who sends on one gets a copy */
void hold_closing(unsigned int first, unsigned int last);
/** hold_forget() - this is a forked child, without those threads */
void hold_forget(void);

/* ---- large.c -------------------------------------------------------------------------- */
/** large_send_wanted() - is a write of @n octets, on a socket of kind @k, to be a call, and paid for now */
bool large_send_wanted(unsigned int k, size_t n);
/** struct pieces - what is left of a send's pieces: @off octets of the first are taken */
struct pieces {
	const struct iovec *iov;
	size_t nr, off;
};
/** pieces_advance() - @n octets more are; then none of the pieces that are left is an empty first one */
void pieces_advance(struct pieces *p, size_t n);
/** stream_send_large() - @n octets in @nr pieces to a connected TCP socket, no more than the stack takes */
ssize_t stream_send_large(int fd, const struct iovec *iov, size_t nr, size_t n, int flags);
/** stream_zerocopy_receive() - getsockopt(TCP_ZEROCOPY_RECEIVE) of a socket that is not mapped: 0, or -1 */
int stream_zerocopy_receive(int fd, void *val, socklen_t *len);
/** stream_sendfile() - the same from the file @in, at *@off or where it stands; both move by what is taken */
ssize_t stream_sendfile(int fd, int in, off_t *off, size_t n);
/** stream_full_over() - wait, if @flags and the socket allow, until a filled descriptor (KF_FULL) is writable
 *
 * Return: true, or false with errno.
 */
bool stream_full_over(const struct hold *h, int flags);

/* ---- payload.c ------------------------------------------------------------------------- */
/** payload_init() - read NETSTACK_PAYLOAD; false: it is wrong, and @error says how */
bool payload_init(char *error, size_t room);
/** payload_wanted() - should a large write of @n octets to a connection go by the daemon's memory
 *
 * Arranges for it, once a connection has shown that it is worth while.
 */
bool payload_wanted(int fd, size_t n);
/** payload_send() - as sendmsg() of @nr pieces, @n octets, after payload_wanted() */
ssize_t payload_send(int fd, const struct iovec *iov, size_t nr, size_t n, int flags);
/** payload_sendfile() - as sendfile() of the regular file @in, after payload_wanted() */
ssize_t payload_sendfile(int fd, int in, off_t *off, size_t n);
/** payload_drop() - the memory is another process's now, or that daemon is gone */
void payload_drop(void);

/* ---- pulse.c -------------------------------------------------------------------------- */
/** settle() - have the daemon finish with what came before this call: frames, if some seem to wait, and
 * what this program has sent to its own host
 *
 * Return: true if it was asked.
 */
bool settle(void);
/** settle_frames() - the same for a call that finds nothing of what was sent here: a send */
bool settle_frames(void);
/** settle_later() - something was sent to this host
 *
 * With a stack in the kernel it has arrived when the call returns; here, when the next call looks for it.
 */
void settle_later(void);
/** pulse_take() - the descriptors of a new channel's daemon; ours from now on */
void pulse_take(int fds[NSP_PULSE_FDS]);
/** pulse_drop() - that daemon is gone */
void pulse_drop(void);
/** pulse_fd() - the number in use, -1: none */
int pulse_fd(void);
/** pulse_moved() - the number from is to now; false: it was not the pulse's */
bool pulse_moved(int from, int to);
/** pulse_errors() - so many errors of datagram sockets have come to lie behind packets; 0: it is not told */
uint32_t pulse_errors(void);
/** pulse_spin_ns() - for how long the daemon looks for work before it sleeps; 0: not at all */
int64_t pulse_spin_ns(void);

/* ---- spin.c --------------------------------------------------------------------------- */
/** spin_for() - a receive from @fd with MSG_* @flags is to follow: if it would sleep, look first for a while
 *
 * Changes nothing, errno included; nor do the other two.
 */
void spin_for(int fd, int flags);
/** spin_epoll() - the same before epoll_wait(); @timeout_ms: its own */
void spin_epoll(int epfd, int timeout_ms);
struct pollfd;
/** spin_poll() - the same before a poll() of these @n; @timeout_ns negative: for ever. Sets revents. */
void spin_poll(struct pollfd *p, unsigned long n, int64_t timeout_ns);

/* ---- connect.c, stream.c ------------------------------------------------------------------------- */
int stream_connect(int fd, const struct sockaddr *sa, socklen_t len);
/** stream_fastopen() - sendmsg() with MSG_FASTOPEN of a socket that is not connected */
ssize_t stream_fastopen(int fd, const struct msghdr *msg, int flags);
/** stream_first() - the first write of a socket whose SYN waits for it (KF_DEFER) */
ssize_t stream_first(int fd, const struct msghdr *msg, int flags);
/**
 * stream_fastopen_late() - may MSG_FASTOPEN be sent with on a socket on which connect() was called
 *
 * As connect() called once more: 0 when that would report success for the first time, else -1 with errno.
 */
int stream_fastopen_late(int fd, unsigned int k);
/** stream_disconnect() - a fresh socket under the number, as by connect(AF_UNSPEC)
 * @reset: a connection, even one on its way, is reset, and the next call says so
 *
 * Return: 0, or -1 with errno.
 */
int stream_disconnect(int fd, bool reset);
/** stream_take_reset() - is that still to be said; not any more */
bool stream_take_reset(int fd);
/** stream_linger() - close() of a socket that has SO_LINGER with a time */
int stream_linger(int fd);
ssize_t stream_send(int fd, const struct msghdr *msg, int flags);
ssize_t stream_recv(int fd, struct msghdr *msg, int flags);
/** stream_rx_late() - a receive found the end of what came before shutdown(SHUT_RD): what came since
 *
 * Return: octets, 0 when there is nothing.
 */
ssize_t stream_rx_late(int fd, void *buf, size_t n, int flags);
/** stream_rx() - what a receive that returned @r really means (0 and errors) */
ssize_t stream_rx(int fd, ssize_t r);
ssize_t stream_tx(int fd, ssize_t r, int flags);
/** stream_sigpipe() - EPIPE, and the signal unless @flags forbid */
void stream_sigpipe(int flags);
/**
 * stream_room() - a send found no room: is there some, or an end, when the daemon has had its turn
 *
 * Small writes fill the Unix socket before the daemon runs, where the connection has room or was reset.
 */
bool stream_room(int fd, int flags);
/** stream_more() - a send with or without MSG_MORE, before it (@before) and after */
void stream_more(int fd, int flags, bool before);
/** stream_tx_ready() - may this socket be written; 0 or -1 with errno */
int stream_tx_ready(const struct hold *h, unsigned int k, int flags);
int stream_take_error(int fd, int otherwise);
/** stream_has_error() - is an error pending; leaves it */
bool stream_has_error(int fd);
int stream_wait_again(const struct hold *h, int on_timeout);
int stream_so_error(int fd, unsigned int k);
short fd_poll(int fd, short events, int timeout_ms);
/* a stream that has ended both ways, or by an error */
static inline bool fd_ended(int fd)
{
	return fd_poll(fd, 0, 0) & (POLLHUP | POLLERR);
}
bool fd_nonblock(int fd);
int sock_flush_opts(int fd, uint64_t tag);
/** sock_is_v6only() - IPV6_V6ONLY, as the daemon has it, or will */
bool sock_is_v6only(int fd);
/** addr_is_v4() - is that an address of IPv4, in either form */
bool addr_is_v4(const struct sockaddr *sa, socklen_t len);
/** sock_refuses_v4() - IPv4 to a socket of TCP or UDP that speaks IPv6 only, which goes before all else that
 * is wrong? NULL is no address */
bool sock_refuses_v4(int fd, const struct sockaddr *sa, socklen_t len);
/** sock_set_nodelay() - TCP_NODELAY of a connection, without waiting */
void sock_set_nodelay(int fd);
extern const uint8_t shim_zeros[65536];

/* connected, by this number or another for the same socket, here or in another process (dgram.c) */
bool dgram_has_peer(int fd);
/* a stream that has ended, and all was read (sock_io.c) */
bool nothing_left(int fd);
/* the urgent octet is next and alone: nothing that a read gives (poll.c) */
bool only_urgent(int fd);
/* a read stops here; false with SO_OOBINLINE (stream.c) */
bool at_urgent_mark(int fd);
/** nothing_wanted() - a receive of @n octets is one of none, of a stream that has some: it does nothing.
 * (AF_UNIX's would go past an urgent octet.) */
bool nothing_wanted(int fd, size_t n, int flags);
/* no octets in it; false also for what cannot be read (sock_io.c) */
bool iov_is_empty(const struct iovec *iov, size_t n);

static inline size_t iov_bytes(const struct iovec *iov, size_t n)
{
	size_t sum = 0;

	while (n--)
		sum += iov++->iov_len;
	return sum;
}
/** iov_copy() - between a linear buffer and position @off of a scattered one */
void iov_copy(const struct iovec *iov, size_t n, size_t off, uint8_t *buf, size_t len, bool in);

/* ---- fill.c: a stream that is not to be written -------------------------------------------------- */
/** fill_size() - octets of the first message of a connection, @used of them taken, that fill it */
uint32_t fill_size(int fd, uint32_t used);
/** fill_begin() - the buffer becomes small, before the message; @tag will tell what it is to be again
 *
 * Return: KF_SMALL and the like, for the descriptor's kind.
 */
unsigned int fill_begin(int fd, uint64_t *tag);
/** fill_chose() - SO_SNDBUF was set meanwhile */
void fill_chose(int fd, unsigned int k, int size);
/** fill_put() - @n octets of the message that it does not take */
void fill_put(int fd, size_t n);
/** fill_grow() - @to gets the buffer that @fd is to have, which is of kind @k */
void fill_grow(int fd, int to, unsigned int k);
/** stream_writes() - @n octets are about to be written to a socket of kind KF_FIRST or KF_NODELAY
 *
 * The first segment goes at once, whatever Nagle's algorithm says. TCP_NODELAY that is set before it may wait
 * until after it: a server that writes one short answer never tells the daemon.
 */
void stream_writes(int fd, size_t n);
/** stream_shared() - a stream gets a second holder: put nothing off any longer */
void stream_shared(int fd);
/** stream_fill() - @n octets that make a socket unwritable; the daemon throws them away */
void stream_fill(int fd, size_t n);
/** stream_connected() - a connecting socket (@k) turned out to be connected */
void stream_connected(int fd, unsigned int k);

/* ---- dgram.c -------------------------------------------------------------------------- */
int dgram_socket(int family, int type, int protocol, int flags);
void dgram_note_address(int fd, const struct sockaddr *sa, socklen_t len);
int dgram_connect(int fd, const struct sockaddr *sa, socklen_t len);
ssize_t dgram_send(int fd, const struct msghdr *msg, int flags);
ssize_t dgram_recv(int fd, struct msghdr *msg, int flags);
/** dgram_end() - what a receive says that found the end of all packets */
ssize_t dgram_end(int fd, int flags);
/** dgram_distrust() - another socket is under the number: nothing is known of what it may send */
void dgram_distrust(int fd);
/** dgram_option_set() - what was sent before may be refused now; @routes: the option chooses a route */
void dgram_option_set(int fd, bool routes);
int dgram_so_error(int fd);
/** dgram_error_waits() - is the next thing in the queue an error of the socket */
bool dgram_error_waits(int fd);
/** dgram_behind_error() - is there a datagram behind the error that waits? */
bool dgram_behind_error(int fd);
/** dgram_pending() - payload bytes of the next datagram (FIONREAD), 0 when none */
int dgram_pending(int fd);
/** dgram_put() - one datagram as it goes to the daemon, with @ctl: as sendmsg() of the descriptor */
ssize_t dgram_put(int fd, const struct msghdr *msg, struct nsp_dgram *h, void *ctl, int flags);

/* ---- packet.c: AF_PACKET -------------------------------------------------------------- */
int packet_socket(int type, int protocol, int flags);
ssize_t packet_send(int fd, const struct msghdr *msg, size_t total, int flags);
/** packet_recv_flags() - 0, or the errno for a receive with these MSG_* */
int packet_recv_flags(int flags);
/** packet_so_error() - SO_ERROR: the pending error, which is told then */
int packet_so_error(int fd);

/* ---- ring.c: PACKET_RX_RING ----------------------------------------------------------- */
enum ring_state { RING_NONE, RING_EMPTY, RING_READY };
/** ring_used() - has this program a ring, or had it one */
bool ring_used(void);
/** ring_look() - has the socket a frame in its ring; if not, the next one makes the descriptor readable */
enum ring_state ring_look(int fd);
/** ring_changed() - PACKET_RX_RING was set, perhaps to none */
void ring_changed(int fd);
/** ring_forget() - the number is about to be closed */
void ring_forget(int fd);
/** ring_fds() - the sockets that have one, at most @max; their number */
int ring_fds(int *fds, int max);

/* ---- peek.c --------------------------------------------------------------------------- */
/** peek_off_set() - SO_PEEK_OFF of a datagram socket: 0, or -1 with errno */
int peek_off_set(int fd, const void *val, socklen_t len);
/** peek_off_get() - its value: 0 or an errno */
int peek_off_get(int fd, int *v);
/** peek_off_counts() - does a peek of this socket begin somewhere, and a read move that place */
bool peek_off_counts(int fd);
/** peek_off_recv() - a receive with MSG_PEEK of such a socket, @want octets */
ssize_t peek_off_recv(int fd, struct msghdr *msg, int flags, size_t want);
/** peek_off_read() - @n octets were received for good */
void peek_off_read(int fd, ssize_t n);
void peek_off_forget(int fd);
void peek_off_copy(int from, int to);

/* ---- poll.c --------------------------------------------------------------------------- */
/** poll_may_differ() - may the bits that the kernel tells of a socket of kind @k not be all */
bool poll_may_differ(unsigned int k);
/** poll_right() - what is true of such a socket where the kernel told @ev, which are some */
short poll_right(int fd, short ev);

/* ---- errq.c: error queues, time stamps, MSG_ZEROCOPY --------------------------------- */
enum errq { ERRQ_EMPTY, ERRQ_LATER, ERRQ_WAITS };
/** errq_look() - is there anything in a socket's error queue, or may something come of what was sent */
enum errq errq_look(int fd);
/** errq_expect() - something may be there from now on */
void errq_expect(int fd);
/** errq_used() - has any socket of this program had a use for its error queue */
bool errq_used(void);
/** errq_fds() - sockets whose error queue may not be empty, at most @max; their number */
int errq_fds(int *fds, int max);
/** epoll_errq_changed() - it was read from, or something may be new in it */
void epoll_errq_changed(int fd);
ssize_t errq_recv(int fd, struct msghdr *msg);
/** errq_is_option() - an option of SOL_SOCKET for stamps or MSG_ZEROCOPY, which data calls answer */
bool errq_is_option(int name);
/** errq_note_option() - an option of SOL_SOCKET was accepted */
void errq_note_option(int fd, int name, const void *val, socklen_t len);
/** stamp_before(), stamp_after() - around the send of a stream; before: 0 or errno */
int stamp_before(int fd, const struct msghdr *msg, size_t len, bool *marked);
void stamp_after(int fd, size_t len, ssize_t sent, int flags, bool marked);
/** stamp_arrival() - control messages of a receive; their bytes */
size_t stamp_arrival(int fd, size_t ahead, void *buf, size_t room);

/* ---- hostdev.c: TUN and TAP devices of the host, asked for by name ---------------------- */
/** hostdev_index() - its index, 0 if there is none of that name */
unsigned int hostdev_index(const char *name);
/** hostdev_name() - the name (IF_NAMESIZE octets) of the one with that index */
bool hostdev_name(unsigned int index, char *name);
/** hostdev_ioctl() - a request that the stack has refused with that errno: 0, or -errno of the kernel's */
int hostdev_ioctl(unsigned long req, void *arg, int refused);

/* ---- sock_ioctl.c --------------------------------------------------------------------- */
/** ioctl_changes() - is this one of those that change interfaces, addresses or routes */
bool ioctl_changes(unsigned long req);
/** ioctl_is_stamp() - SIOCGSTAMP and its like: gives two 64-bit numbers, and is given nothing */
bool ioctl_is_stamp(unsigned long req);

/* ---- files.c -------------------------------------------------------------------------- */
/** file_write() - write() to a file of /proc/sys/net at @off, or where its descriptor is (FILE_OFF_NONE) */
#define FILE_OFF_NONE (-1)
ssize_t file_write(int fd, const struct iovec *iov, int n, off_t off);
/** file_learn() - was this descriptor opened by us in another program; K_FILE or K_NONE */
unsigned int file_learn(int fd);

/* ---- exec.c --------------------------------------------------------------------------- */
void exec_init(void);
/** exec_share_all() - stream_shared() of every socket */
void exec_share_all(void);

/* ---- vfork.c -------------------------------------------------------------------------- */
extern int fd_borrowers;	/* 0: nobody else runs in this memory */
/** borrowers_forget() - this is a forked child, which has a memory of its own */
void borrowers_forget(void);
/** borrowers_note() - clone() is about to be called */
void borrowers_note(unsigned long flags);

/* ---- env.c --------------------------------------------------------------------------- */
void env_init(void);
/** env_room() - bytes that env_build() needs; 0: envp is right as it is */
size_t env_room(char *const *envp, bool spawn);
/** env_build() - envp with what loads this library, in @room */
char **env_build(void *room, char *const *envp);

/* ---- ctl.c ---------------------------------------------------------------------------- */
/** ctl_pack() - program's control messages to the protocol's; bytes written or -errno */
ssize_t ctl_pack(const struct msghdr *msg, void *buf, size_t room);
/** ctl_unpack() - the protocol's control messages into msg_control, sets MSG_CTRUNC */
void ctl_unpack(struct msghdr *msg, const void *buf, size_t len);

/* ---- swap.c --------------------------------------------------------------------------- */
/**
 * swap_to_kernel() - put a kernel socket under the number, options replayed
 *
 * Return: 0, or -errno. For the supervisor -ERESTART: the call is for the program to make again.
 */
int swap_to_kernel(int fd);
/** swap_to_new() - put a fresh unconnected socket of ours under the number */
int swap_to_new(int fd, bool reset);

/* ---- policy.c ------------------------------------------------------------------------- */
void policy_init(void);
/** policy_path() - the value of NETSTACK_RULES, "" when there is none */
const char *policy_path(void);
/** policy_broken() - the rules cannot be used (said on stderr, once): make no socket */
bool policy_broken(void);
/** socket_wants_kernel() - is a new socket the kernel's, whatever it will be used for */
bool socket_wants_kernel(int family, int kind, int protocol);
/**
 * addr_wants_kernel() - does this use of a socket belong to the kernel, by rule or as loopback
 * @fd: a socket of ours; -1: any that may be made for the address
 */
bool addr_wants_kernel(int fd, const struct sockaddr *sa, socklen_t len, bool for_bind);
/** addr_is_loopback() - is a connection to there one to oneself */
bool addr_is_loopback(const struct sockaddr *sa, socklen_t len);
/** addr_is_no_host() - a group, or everybody on the wire: no peer of TCP (RFC 9293 MUST-46) */
bool addr_is_no_host(const struct sockaddr *sa, socklen_t len);
/** listen_wants_kernel() - listen() without bind() */
bool listen_wants_kernel(int fd);

/* ---- reconnect.c ---------------------------------------------------------------------- */
/** reconnect_init() - read NETSTACK_RECONNECT; false: it is wrong, and @error says how */
bool reconnect_init(char *error, size_t room);
/** reconnect_setting() - its value, "" when it is the default */
const char *reconnect_setting(void);
/**
 * reconnect_check() - a socket is to be made: does a daemon answer
 * @nonblock: do not wait for one
 *
 * Return: 0: go on; 1: the socket is the kernel's; -ENETDOWN.
 */
int reconnect_check(bool nonblock);
/** reconnect_first_use() - the same before bind, listen and connect of a TCP socket that no daemon
 * knows. 1: a kernel socket is under the number now; -errno */
int reconnect_first_use(int fd);

/* ---- route.c -------------------------------------------------------------------------- */
/** route_check() - 0; 1: a route that not every socket may use; -errno to report at once */
int route_check(const struct sockaddr *sa, socklen_t len);
/** addr_is_source() - is the stack's source towards this address the address itself, or the loopback's? */
bool addr_is_source(const void *addr, const void *source);
/** addr_is_here() - then it is one of this host */
bool addr_is_here(const struct sockaddr *sa, socklen_t len);
/** route_source() - source address for a destination; false: none */
bool route_source(const struct sockaddr *dst, socklen_t len, struct sockaddr_storage *src);

/* ---- ifaddrs.c ------------------------------------------------------------------------ */
/** interface_index() - of the stack's interface of that name; 0 if there is none, or -errno */
int interface_index(const char *name);
/** ifaddr_prefix_len() - of an own IPv4 address; 0 when it is none */
unsigned int ifaddr_prefix_len(struct in_addr own);

/* ---- addresses ------------------------------------------------------------------------ */
static inline void addr_pack(struct nsp_addr *a, const struct sockaddr *sa, socklen_t len)
{
	size_t n = len > sizeof(a->sa) ? sizeof(a->sa) : len;

	memset(a, 0, sizeof(*a));
	if (sa && n)
		memcpy(a->sa, sa, n);
	a->len = (uint16_t)n;	/* no family looks at more */
}

/** addr_give() - copy an address out as the kernel does: truncated, real length reported */
static inline void addr_give(const struct nsp_addr *a, struct sockaddr *sa, socklen_t *len)
{
	size_t n = a->len > sizeof(a->sa) ? sizeof(a->sa) : a->len;

	if (!len)
		return;
	if (sa)
		memcpy(sa, a->sa, n < *len ? n : *len);
	*len = (socklen_t)n;
}

/* ---- user.c: 0, or EFAULT and EINVAL (positive) as the kernel answers bad arguments ----- */
/** user_ok() - could this be an address at all; costs nothing */
bool user_ok(const void *p);
/** user_readable() - can it be read; asks the kernel only for pages not met lately */
bool user_readable(const void *p, size_t n);
/** user_span_readable() - can all of it be read; remembers the last one */
bool user_span_readable(const void *p, size_t n);
int user_in(void *to, const void *from, size_t n);
int user_out(void *to, const void *from, size_t n);
/** user_get(), user_put() - the same, of something small, with pages met lately taken for good */
int user_get(void *to, const void *from, size_t n);
int user_put(void *to, const void *from, size_t n);
int user_addr_in(struct sockaddr_storage *ss, const struct sockaddr *sa, socklen_t len);
int user_addr_out(const struct nsp_addr *a, struct sockaddr *sa, socklen_t *len);

static inline int fail(int err)
{
	errno = err;
	return -1;
}

/* ---- entry points used inside --------------------------------------------------------- */
int ns_socket(int family, int type, int protocol);
/** tcp_claim() - has the daemon know whose a new TCP socket is, if this process acts for another user: the
 * connect request, which goes without a name, would make it this one's */
void tcp_claim(int fd);
int ns_close(int fd);
int ns_dup_result(int oldfd, int newfd);
int ns_getsockopt(int fd, int level, int name, void *val, socklen_t *len);
int ns_setsockopt(int fd, int level, int name, const void *val, socklen_t len);
int ns_bind(int fd, const struct sockaddr *sa, socklen_t len);
int ns_listen(int fd, int backlog);
int ns_accept(int fd, struct sockaddr *sa, socklen_t *len, int flags);
int ns_connect(int fd, const struct sockaddr *sa, socklen_t len);
int ns_shutdown(int fd, int how);
int ns_name(int fd, struct sockaddr *sa, socklen_t *len, bool peer);
ssize_t ns_sendmsg(int fd, const struct msghdr *msg, int flags);
ssize_t ns_recvmsg(int fd, struct msghdr *msg, int flags);
int ns_sendmmsg(int fd, struct mmsghdr *v, unsigned int n, int flags);
int ns_recvmmsg(int fd, struct mmsghdr *v, unsigned int n, int flags, struct timespec *to);
int ns_ioctl(int fd, unsigned long req, void *arg);

#endif /* NETSTACK_SHIM_H */
