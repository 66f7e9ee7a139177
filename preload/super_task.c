/* SPDX-License-Identifier: BSD-2-Clause */
/* The process that made a call: its descriptors, its memory, whom it acts for, its signals. */
#include "super.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL
#endif
#define CACHED 64
#define CAP_SYS_ADMIN_BIT 21

/* Open pidfds of the threads seen last. One whose thread has ended is noticed by its answer. */
static struct {
	pid_t tid;
	int pidfd;
} cache[CACHED];

/* The process of a thread, from /proc; 0: gone. */
static pid_t process_of(pid_t tid);

/* A pidfd of the thread, or before Linux 6.9 of its process. */
static int open_pidfd(pid_t tid)
{
	int fd = (int)raw_call(SYS_pidfd_open, tid, PIDFD_THREAD);

	if (fd < 0 && errno == EINVAL)
		fd = (int)raw_call(SYS_pidfd_open, process_of(tid), 0);
	return fd;
}

static int pidfd_of(pid_t tid, bool anew)
{
	unsigned int i = (unsigned int)tid % CACHED;

	if (cache[i].tid == tid && !anew)
		return cache[i].pidfd;
	if (cache[i].tid)
		raw_call(SYS_close, cache[i].pidfd);
	cache[i].tid = 0;
	cache[i].pidfd = open_pidfd(tid);
	if (cache[i].pidfd >= 0)
		cache[i].tid = tid;
	return cache[i].pidfd;
}

int task_getfd(pid_t tid, int fd)
{
	int copy = (int)raw_call(SYS_pidfd_getfd, pidfd_of(tid, false), fd, 0);

	if (copy < 0 && (errno == ESRCH || errno == EBADF)) /* an old pidfd, or none */
		copy = (int)raw_call(SYS_pidfd_getfd, pidfd_of(tid, true), fd, 0);
	return copy < 0 ? -errno : copy;
}

/* ---- memory --------------------------------------------------------------------------- */
static int move(long nr, pid_t tid, uint64_t addr, void *buf, size_t n)
{
	struct iovec local = { buf, n }, remote = { (void *)(uintptr_t)addr, n };

	if (!n)
		return 0;
	return raw_call(nr, tid, &local, 1, &remote, 1, 0) == (long)n ? 0 : -EFAULT;
}

int task_read(pid_t tid, uint64_t addr, void *buf, size_t n)
{
	return move(SYS_process_vm_readv, tid, addr, buf, n);
}

int task_write(pid_t tid, uint64_t addr, const void *buf, size_t n)
{
	return move(SYS_process_vm_writev, tid, addr, (void *)(uintptr_t)buf, n);
}

ssize_t task_iov(pid_t tid, const struct iovec *iov, size_t niov, void *buf, size_t n, bool write)
{
	struct iovec local = { buf, n };
	long r;

	if (!n)
		return 0;
	r = raw_call(write ? SYS_process_vm_writev : SYS_process_vm_readv, tid, &local, 1, iov,
		     niov, 0);
	return r < 0 ? -EFAULT : r;
}

/* ---- /proc ---------------------------------------------------------------------------- */
static bool read_proc(pid_t tid, const char *name, char *buf, size_t size)
{
	char path[64];
	long n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)tid, name);
	fd = (int)raw_call(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = raw_call(SYS_read, fd, buf, size - 1);
	raw_call(SYS_close, fd);
	buf[n < 0 ? 0 : n] = '\0';
	return n > 0;
}

/* The number behind "Name:" in /proc/TID/status. */
static uint64_t field(const char *status, const char *name, int base)
{
	const char *p = strstr(status, name);

	return p ? strtoull(p + strlen(name), NULL, base) : 0;
}

static pid_t process_of(pid_t tid)
{
	char status[4096];

	return read_proc(tid, "status", status, sizeof(status)) ?
		       (pid_t)field(status, "\nTgid:", 10) :
		       0;
}

/* In the user name space that we are in? What a process may do in another is of no account here. */
static bool same_user_ns(pid_t tid)
{
	char path[64];
	struct stat own, theirs;

	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)tid);
	return stat(path, &theirs) || stat("/proc/self/ns/user", &own) ||
	       (own.st_ino == theirs.st_ino && own.st_dev == theirs.st_dev);
}

/* To name another process in a message is for who has CAP_SYS_ADMIN (unix(7)). */
static bool may_name_others(void)
{
	static int may = -1;
	char status[4096];

	if (may < 0)
		may = read_proc(getpid(), "status", status, sizeof(status)) &&
		      field(status, "\nCapEff:", 16) >> CAP_SYS_ADMIN_BIT & 1;
	return may;
}

int task_credentials(pid_t tid, int cap)
{
	char status[4096];
	const char *p;

	shim.as_other = false;
	shim.as_process = 0;
	if (!read_proc(tid, "status", status, sizeof(status)))
		return 0;
	p = strstr(status, "\nUid:");
	if (p && !geteuid()) { /* real, effective, ... */
		char *end;

		strtoul(p + 5, &end, 10);
		shim.as_uid = (uid_t)strtoul(end, NULL, 10);
		shim.as_other = shim.as_uid != 0;
		if (may_name_others())
			shim.as_process = (pid_t)field(status, "\nTgid:", 10);
	}
	if (cap < 0)
		return 0;
	return field(status, "\nCapEff:", 16) >> cap & 1 && same_user_ns(tid) ? 0 : -EPERM;
}

bool task_cloexec(pid_t tid, int fd)
{
	char name[32], info[512];

	snprintf(name, sizeof(name), "fdinfo/%d", fd);
	if (!read_proc(tid, name, info, sizeof(info)))
		return false;
	return field(info, "flags:", 8) & O_CLOEXEC;
}

/*
 * A caller that waits here can only be killed; what else is delivered to it must be seen. One
 * that waits for the process may be another thread's: then this one is not awakened, and the
 * kernel would not restart its call, so it gets EINTR, and only when nobody else takes the signal.
 */
int task_signal(pid_t tid, unsigned int *looks)
{
	char status[4096];
	uint64_t blocked, own, shared;

	if (!read_proc(tid, "status", status, sizeof(status)))
		return EINTR;
	blocked = field(status, "\nSigBlk:", 16) | field(status, "\nSigIgn:", 16);
	own = field(status, "\nSigPnd:", 16) & ~blocked;
	shared = field(status, "\nShdPnd:", 16) & ~blocked;
	if (own)
		return SUPER_ERESTARTSYS;
	if (!shared) {
		*looks = 0;
		return 0;
	}
	if (field(status, "\nThreads:", 10) <= 1 || (pid_t)field(status, "\nTgid:", 10) == tid)
		return SUPER_ERESTARTSYS;
	return ++*looks < 3 ? 0 : EINTR;
}

/* ---- numbers -------------------------------------------------------------------------- */
static bool is_free(pid_t tid, unsigned int fd)
{
	char path[64], unused[1];

	snprintf(path, sizeof(path), "/proc/%d/fd/%u", (int)tid, fd);
	return raw_call(SYS_readlinkat, AT_FDCWD, path, unused, sizeof(unused)) < 0 &&
	       errno == ENOENT;
}

int task_free_number(pid_t tid)
{
	unsigned int fd;
	struct rlimit rl;

	if (raw_call(SYS_prlimit64, tid, RLIMIT_NOFILE, NULL, &rl))
		return -1;
	for (fd = SUPER_DGRAM_LO; fd < SUPER_DGRAM_HI && fd < rl.rlim_cur; fd++)
		if (is_free(tid, fd))
			return (int)fd;
	for (fd = SUPER_DGRAM_LO2; fd < SUPER_DGRAM_HI2 && fd < rl.rlim_cur; fd++)
		if (is_free(tid, fd))
			return (int)fd;
	return -1;
}
