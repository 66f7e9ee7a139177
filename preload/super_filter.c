/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The filter: one block per system call, each complete in itself. Calls that no block names are
 * allowed, which the kernel remembers per number, so that they cost nothing. The hot ones (read,
 * write, send, recv) are handed over for datagram sockets only, which the number tells; on a TCP
 * socket only with what an AF_UNIX socket takes wrongly: an address, or some flags.
 */
#include "super.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sockios.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#else
#define NATIVE_ARCH 0
#endif

#define FILTER_MAX 400

struct program {
	struct sock_filter insn[FILTER_MAX];
	unsigned short len;
	unsigned short block; /* where the block began */
};

static void emit(struct program *p, unsigned int code, uint32_t k, unsigned int jt, unsigned int jf)
{
	if (p->len < FILTER_MAX)
		p->insn[p->len++] =
			(struct sock_filter){ (uint16_t)code, (uint8_t)jt, (uint8_t)jf, k };
}

static void load_word(struct program *p, size_t offset)
{
	emit(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

/* The low half of an argument; both kinds of machine that we run on are little endian. */
static void load_arg(struct program *p, int i)
{
	load_word(p, offsetof(struct seccomp_data, args) + (size_t)i * 8);
}

static void verdict(struct program *p, uint32_t action)
{
	emit(p, BPF_RET | BPF_K, action, 0, 0);
}

static void notify_if(struct program *p, unsigned int jump, uint32_t k)
{
	emit(p, BPF_JMP | jump | BPF_K, k, 0, 1);
	verdict(p, SECCOMP_RET_USER_NOTIF);
}

static void allow_if(struct program *p, unsigned int jump, uint32_t k)
{
	emit(p, BPF_JMP | jump | BPF_K, k, 0, 1);
	verdict(p, SECCOMP_RET_ALLOW);
}

/* A block is entered with the number of the call loaded. */
static void begin(struct program *p, long nr)
{
	p->block = p->len;
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)nr, 0, 0);
}

static void end(struct program *p)
{
	p->insn[p->block].jf = (uint8_t)(p->len - p->block - 1);
}

/* Ends a block: handed over when argument 0 is the number of a datagram socket. */
static void dgram_only(struct program *p)
{
	load_arg(p, 0);
	allow_if(p, BPF_JGE, SUPER_DGRAM_HI2);
	notify_if(p, BPF_JGE, SUPER_DGRAM_LO2);
	allow_if(p, BPF_JGE, SUPER_DGRAM_HI);
	notify_if(p, BPF_JGE, SUPER_DGRAM_LO);
	verdict(p, SECCOMP_RET_ALLOW);
	end(p);
}

static void always(struct program *p, long nr)
{
	begin(p, nr);
	verdict(p, SECCOMP_RET_USER_NOTIF);
	end(p);
}

static void on_dgram(struct program *p, long nr)
{
	begin(p, nr);
	dgram_only(p);
}

/* sendto, recvfrom: an address is given, or one of these flags. */
static void with_address(struct program *p, long nr, int flags)
{
	begin(p, nr);
	load_arg(p, 3);
	notify_if(p, BPF_JSET, (uint32_t)flags);
	load_arg(p, 4);
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
	verdict(p, SECCOMP_RET_USER_NOTIF);
	load_word(p, offsetof(struct seccomp_data, args) + 4 * 8 + 4);
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
	verdict(p, SECCOMP_RET_USER_NOTIF);
	dgram_only(p);
}

static void with_flags(struct program *p, long nr, int flags)
{
	begin(p, nr);
	load_arg(p, 2);
	notify_if(p, BPF_JSET, (uint32_t)flags);
	dgram_only(p);
}

static void special(struct program *p)
{
	begin(p, SYS_socket);
	load_arg(p, 0);
	notify_if(p, BPF_JEQ, AF_INET);
	notify_if(p, BPF_JEQ, AF_INET6);
	verdict(p, SECCOMP_RET_ALLOW);
	end(p);

	begin(p, SYS_ioctl); /* FIONREAD of a datagram socket, SIOC* of any */
	load_arg(p, 1);
	emit(p, BPF_ALU | BPF_AND | BPF_K, 0xffffff00u, 0, 0);
	notify_if(p, BPF_JEQ, 0x8900);
	notify_if(p, BPF_JEQ, SIOCGSTAMP_NEW & 0xffffff00u);
	load_arg(p, 1);
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, FIONREAD, 1, 0);
	verdict(p, SECCOMP_RET_ALLOW);
	dgram_only(p);

	begin(p, SYS_fcntl);
	load_arg(p, 1);
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, F_DUPFD, 2, 0);
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, F_DUPFD_CLOEXEC, 1, 0);
	verdict(p, SECCOMP_RET_ALLOW);
	dgram_only(p);

	begin(p, SYS_io_uring_setup); /* its operations pass by any filter */
	verdict(p, SECCOMP_RET_ERRNO | ENOSYS);
	end(p);
}

static void build(struct program *p)
{
	static const long dgrams[] = { SYS_read,     SYS_write,	   SYS_readv,
				       SYS_writev,   SYS_preadv2,  SYS_pwritev2,
				       SYS_recvmmsg, SYS_sendmmsg, SYS_dup };
	static const long calls[] = { SYS_bind,	      SYS_listen,      SYS_accept4,
#ifdef SYS_accept
				      SYS_accept,
#endif
				      SYS_connect,    SYS_getsockname, SYS_getpeername,
				      SYS_getsockopt, SYS_setsockopt,  SYS_shutdown };
	size_t i;

	load_word(p, offsetof(struct seccomp_data, arch));
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCH, 1, 0);
	verdict(p, SECCOMP_RET_ALLOW);
	load_word(p, offsetof(struct seccomp_data, nr));
	for (i = 0; i < ARRAY_SIZE(dgrams); i++)
		on_dgram(p, dgrams[i]);
	with_address(p, SYS_sendto, MSG_OOB | MSG_FASTOPEN);
	with_address(p, SYS_recvfrom, MSG_TRUNC | MSG_ERRQUEUE);
	with_flags(p, SYS_sendmsg, MSG_OOB | MSG_FASTOPEN);
	with_flags(p, SYS_recvmsg, MSG_TRUNC | MSG_ERRQUEUE);
	for (i = 0; i < ARRAY_SIZE(calls); i++)
		always(p, calls[i]);
	special(p);
	verdict(p, SECCOMP_RET_ALLOW);
}

static int install(const struct sock_fprog *f, unsigned int flags)
{
	return (int)raw_call(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, f);
}

int super_filter_install(void)
{
	struct program p = { .len = 0 };
	struct sock_fprog f = { .filter = p.insn };
	unsigned int flags = SECCOMP_FILTER_FLAG_NEW_LISTENER |
			     SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	int fd;

	if (!NATIVE_ARCH)
		return -ENOSYS;
	build(&p);
	f.len = p.len;
	fd = install(&f, flags);
	if (fd < 0 && errno == EACCES && !real.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		fd = install(&f, flags);
	if (fd < 0 && errno == EINVAL) /* before Linux 5.19 */
		fd = install(&f, SECCOMP_FILTER_FLAG_NEW_LISTENER);
	return fd < 0 ? -errno : fd;
}
