/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program that limits or moves itself. After a seccomp filter only the system calls that the
 * program makes itself may be made, so reading and writing become plain again; before the root
 * directory or a namespace changes, the control channel must be open. Who makes himself a network of his
 * own wants an empty one: there the kernel's sockets, interfaces and files are his.
 */
#include "shim.h"

#include <linux/seccomp.h>
#include <sched.h>
#include <stdarg.h>

EXPORT int prctl(int op, ...)
{
	unsigned long a[4];
	va_list ap;
	int r, i;

	va_start(ap, op);
	for (i = 0; i < 4; i++)
		a[i] = va_arg(ap, unsigned long);
	va_end(ap);
	if (unlikely(!shim.ready))
		shim_init();
	if (op == PR_SET_SECCOMP)
		exec_share_all();
	r = real.prctl(op, a[0], a[1], a[2], a[3]);
	if (op == PR_SET_SECCOMP && !r)
		shim.silent = true;
	return r;
}

/* Only a program that uses sockets of ours has a channel to keep. */
static bool has_sockets(void)
{
	int fd;

	for (fd = 0; fd < 4096; fd++)
		if (IS_SOCK(fd_kinds[fd]))
			return true;
	return false;
}

EXPORT int chroot(const char *path)
{
	if (unlikely(!shim.ready))
		shim_init();
	rpc_prepare();
	return real.chroot(path);
}

void shim_note_user(void)
{
	shim.euid = geteuid();
	shim.as_uid = shim.euid;
	shim.as_other = shim.as_uid != getuid();
}

/*
 * Another user may not be let in at the control socket. The channel that is open already is
 * judged by each message's sender, so it serves whatever the program becomes.
 */
#define BECOME(call)                                                                               \
	do {                                                                                       \
		int r;                                                                             \
                                                                                                   \
		if (unlikely(!shim.ready))                                                         \
			shim_init();                                                               \
		rpc_prepare();                                                                     \
		r = real.call;                                                                     \
		shim_note_user();                                                                  \
		return r;                                                                          \
	} while (0)

EXPORT int setuid(uid_t uid)
{
	BECOME(setuid(uid));
}

EXPORT int seteuid(uid_t uid)
{
	BECOME(seteuid(uid));
}

EXPORT int setreuid(uid_t ruid, uid_t euid)
{
	BECOME(setreuid(ruid, euid));
}

EXPORT int setresuid(uid_t ruid, uid_t euid, uid_t suid)
{
	BECOME(setresuid(ruid, euid, suid));
}

/* A thread's, as the name space is. What it forks has it, too. */
static __thread bool left_network;

bool own_network(void)
{
	return left_network;
}

EXPORT int unshare(int flags)
{
	int r;

	if (unlikely(!shim.ready))
		shim_init();
	if (has_sockets())
		rpc_prepare();
	r = real.unshare(flags);
	if (!r && flags & CLONE_NEWNET)
		left_network = true;
	return r;
}

EXPORT int setns(int fd, int type)
{
	if (unlikely(!shim.ready))
		shim_init();
	if (has_sockets())
		rpc_prepare();
	return real.setns(fd, type);
}
