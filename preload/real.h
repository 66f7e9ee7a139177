/* SPDX-License-Identifier: BSD-2-Clause */
/* libc's own definitions of what this library defines, found once with dlsym(RTLD_NEXT). */
#ifndef NETSTACK_REAL_H
#define NETSTACK_REAL_H

#ifndef _GNU_SOURCE
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#endif
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <glob.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* clang-format off: it makes a staircase of this */
#define REAL_LIST(X)                                                                       \
	X(socket) X(connect) X(bind) X(listen) X(accept) X(accept4) X(getsockname)                 \
	X(getpeername) X(getsockopt) X(setsockopt) X(shutdown) X(close) X(dup) X(dup2) X(dup3)     \
	X(fcntl) X(fclose) X(freopen) X(read) X(readv) X(write) X(writev) X(recv) X(recvfrom)      \
	X(recvmsg) X(recvmmsg) X(send) X(sendto) X(sendmsg) X(sendmmsg) X(sendfile) X(splice)      \
	X(ioctl) X(syscall) X(prctl) X(chroot) X(unshare) X(setns)                                 \
	X(epoll_ctl) X(epoll_wait) X(epoll_pwait) X(epoll_pwait2) X(select) X(pselect)             \
	X(setuid) X(seteuid) X(setreuid) X(setresuid)                                              \
	X(open) X(openat) X(fopen) X(access) X(faccessat) X(stat) X(lstat) X(fstatat) X(statx)    \
	X(opendir) X(scandir) X(glob) X(readlinkat) X(realpath) X(chdir) X(fchdir) X(getcwd)       \
	X(get_current_dir_name) X(ftw) X(nftw) X(dlopen)                                           \
	X(fts_open) X(fts_read) X(fts_children) X(fts_close)                                       \
	X(preadv2) X(pwrite) X(pwritev) X(pwritev2)                                                \
	X(getifaddrs) X(freeifaddrs) X(if_nametoindex) X(if_indextoname) X(if_nameindex)          \
	X(fdopen) X(vdprintf) X(daemon) X(poll) X(ppoll)                                           \
	X(clone) X(execve) X(execvpe) X(fexecve) X(execveat) X(posix_spawn) X(posix_spawnp)
/* clang-format on */

struct real {
#define X(name) __typeof__(&name) name;
	REAL_LIST(X)
#undef X
};
extern struct real real;

void real_init(void);

/* Plain system calls that are no cancellation points, for the library's own use. */
#define raw_call(nr, ...) real.syscall((nr), __VA_ARGS__)

#endif /* NETSTACK_REAL_H */
