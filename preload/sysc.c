/* SPDX-License-Identifier: BSD-2-Clause */
/* syscall(2): libuv and others make socket calls by number. Ours answer for our descriptors. */
#include "shim.h"

#include <linux/seccomp.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/syscall.h>

int pidfd_getfd(int pidfd, int target, unsigned int flags);
int close_range(unsigned int first, unsigned int last, int flags);

#define P(i)   ((void *)a[i])
#define LEN(i) ((socklen_t)a[i])

static long life_call(long nr, long *a)
{
	int fd = (int)a[0];
	uint64_t flags = 0;

	switch (nr) {
#ifdef SYS_vfork
	case SYS_vfork:
		borrowers_note(CLONE_VM);
		return -2;
#endif
#ifdef SYS_fork
	case SYS_fork:
		exec_share_all();
		return -2;
#endif
	case SYS_clone:
		exec_share_all();
		borrowers_note((unsigned long)a[0]);
		return -2;
	case SYS_clone3:
		exec_share_all();
		user_get(&flags, P(0), sizeof(flags));
		borrowers_note(flags);
		return -2;
	case SYS_socket:
		return socket(fd, (int)a[1], (int)a[2]);
	case SYS_close:
		return ns_close(fd);
	case SYS_close_range:
		return close_range((unsigned int)a[0], (unsigned int)a[1], (int)a[2]);
	case SYS_dup:
		return dup(fd);
#ifdef SYS_dup2
	case SYS_dup2:
		return dup2(fd, (int)a[1]);
#endif
	case SYS_dup3:
		return dup3(fd, (int)a[1], (int)a[2]);
	case SYS_fcntl:
		return fcntl(fd, (int)a[1], P(2));
	case SYS_pidfd_getfd:
		return pidfd_getfd(fd, (int)a[1], (unsigned int)a[2]);
	case SYS_io_uring_setup:
		return fail(ENOSYS);
	case SYS_setuid:
	case SYS_setreuid:
	case SYS_setresuid:
		rpc_prepare();
		return -2;
	case SYS_execve:
		return execve((const char *)a[0], P(1), P(2));
	case SYS_sendmsg: /* descriptors may be passed */
		return sendmsg(fd, P(1), (int)a[2]);
	case SYS_recvmsg:
		return recvmsg(fd, P(1), (int)a[2]);
	default:
		return -2;
	}
}

static long name_call(long nr, long *a)
{
	int fd = (int)a[0];

	switch (nr) {
	case SYS_connect:
		return ns_connect(fd, P(1), LEN(2));
	case SYS_bind:
		return ns_bind(fd, P(1), LEN(2));
	case SYS_listen:
		return ns_listen(fd, (int)a[1]);
#ifdef SYS_accept
	case SYS_accept:
		return ns_accept(fd, P(1), P(2), 0);
#endif
	case SYS_accept4:
		return ns_accept(fd, P(1), P(2), (int)a[3]);
	case SYS_getsockname:
		return ns_name(fd, P(1), P(2), false);
	case SYS_getpeername:
		return ns_name(fd, P(1), P(2), true);
	case SYS_getsockopt:
		return ns_getsockopt(fd, (int)a[1], (int)a[2], P(3), P(4));
	case SYS_setsockopt:
		return ns_setsockopt(fd, (int)a[1], (int)a[2], P(3), LEN(4));
	case SYS_shutdown:
		return ns_shutdown(fd, (int)a[1]);
	case SYS_ioctl:
		return ns_ioctl(fd, (unsigned long)a[1], P(2));
	default:
		return -2;
	}
}

static long data_call(long nr, long *a)
{
	int fd = (int)a[0];

	switch (nr) {
	case SYS_read:
		return read(fd, P(1), (size_t)a[2]);
	case SYS_write:
		return write(fd, P(1), (size_t)a[2]);
	case SYS_pwrite64:
		return pwrite(fd, P(1), (size_t)a[2], a[3]);
	case SYS_readv:
		return readv(fd, P(1), (int)a[2]);
	case SYS_writev:
		return writev(fd, P(1), (int)a[2]);
	case SYS_sendfile:
		return sendfile(fd, (int)a[1], P(2), (size_t)a[3]);
	case SYS_sendto:
		return sendto(fd, P(1), (size_t)a[2], (int)a[3],
			      (__CONST_SOCKADDR_ARG){ .__sockaddr__ = P(4) }, LEN(5));
	case SYS_recvfrom:
		return recvfrom(fd, P(1), (size_t)a[2], (int)a[3],
				(__SOCKADDR_ARG){ .__sockaddr__ = P(4) }, P(5));
	case SYS_sendmmsg:
		return ns_sendmmsg(fd, P(1), (unsigned int)a[2], (int)a[3]);
	case SYS_recvmmsg:
		return ns_recvmmsg(fd, P(1), (unsigned int)a[2], (int)a[3], P(4));
	default:
		return -2;
	}
}

EXPORT long syscall(long nr, ...)
{
	long a[6], r;
	va_list ap;
	int i;

	va_start(ap, nr);
	for (i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (unlikely(!shim.ready))
		shim_init();
	r = shim.silent ? -2 : life_call(nr, a);
	if (r != -2)
		return r;
	if (!shim.silent && IS_SOCK(fd_kind((int)a[0]))) {
		r = name_call(nr, a);
		if (r == -2)
			r = data_call(nr, a);
		if (r != -2)
			return r;
	}
	if (nr == SYS_seccomp && a[0] != SECCOMP_GET_ACTION_AVAIL)
		exec_share_all();
	r = real.syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (nr == SYS_setuid || nr == SYS_setreuid || nr == SYS_setresuid)
		shim_note_user();
	if (nr == SYS_seccomp && !r && a[0] != SECCOMP_GET_ACTION_AVAIL)
		shim.silent = true;
	return r;
}
