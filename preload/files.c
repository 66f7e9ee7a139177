/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files of /proc/net, /proc/sys/net and /sys/class/net: the program sees the stack's. The text
 * comes from the daemon when the file is opened, in a memfd, so that reading, seeking and stdio
 * are the kernel's. Writing a setting is a call of its own. What the stack has no file for under
 * /proc/net (unix, netlink) stays the kernel's; a setting or an interface it does not have does not
 * exist.
 */
#include "files.h"

#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>

#define MEM_NAME "netstack:"
#define MEM_LINK "/memfd:" MEM_NAME
#define NAME_LEN FILE_NAME_LEN
#define after path_after

/* What follows "/proc/", "self/" and the like left out; NULL: another process's. */
static const char *own_process(const char *p)
{
	const char *q = after(p, "self/");
	char *end;

	if (!q)
		q = after(p, "thread-self/");
	if (q)
		return q;
	if (*p < '0' || *p > '9')
		return p;
	return strtol(p, &end, 10) == getpid() && *end == '/' ? end + 1 : NULL;
}

/* "DIR" itself, or what is below it. */
static bool is_in(const char *p, const char *dir)
{
	const char *rest = after(p, dir);

	return rest && (!*rest || *rest == '/');
}

/* "." , ".." and empty parts of an absolute path left out; false: too long. Links to interfaces lead to where
 * ".." has the same names, so that it can be done by the name. */
static bool plain(const char *path, char *buf, size_t size)
{
	size_t n = 0, len;

	for (; *path; path += len) {
		path += strspn(path, "/");
		len = strcspn(path, "/");
		if (len == 2 && path[0] == '.' && path[1] == '.') {
			while (n && buf[--n] != '/')
				;
		} else if (len && !(len == 1 && *path == '.')) {
			if (n + 1 + len >= size)
				return false;
			buf[n++] = '/';
			memcpy(buf + n, path, len);
			n += len;
		}
	}
	buf[n] = '\0';
	return true;
}

const char *file_name_of(const char *path, char *buf)
{
	char way[2 * PATH_LEN];
	const char *p, *dir = "", *dev;
	size_t n;

	if (!user_ok(path) || path[0] != '/' || !(path_after(path, "/proc/") || path_after(path, "/sys/")) ||
	    own_network())
		return NULL;
	if (unlikely(strstr(path, "/.") || strstr(path, "//"))) {
		if (!plain(path, way, sizeof(way)))
			return NULL;
		path = way;
	}
	p = after(path, "/proc/");
	if (p) {
		p = own_process(p);
		if (!p || (!after(p, "net/") && !is_in(p, "sys/net")))
			return NULL;
	} else {
		p = after(path, "/sys/");
		dev = p ? after(p, DEVICES) : NULL;
		if (dev) {
			dir = "class/net/";
			p = dev;
		} else if (!p || !is_in(p, "class/net")) {
			return NULL;
		}
	}
	n = (size_t)snprintf(buf, NAME_LEN, "%s%s", dir, p);
	if (n >= NAME_LEN)
		return NULL;
	if (buf[n - 1] == '/')
		buf[n - 1] = '\0';
	return buf;
}

bool file_is_whole(const char *name)
{
	return !after(name, "net/");
}

/* The kernel's file is a directory: it is listed, not read. */
static bool is_directory(const char *path)
{
	struct stat st;

	return *path == '/' && !real.stat(path, &st) && S_ISDIR(st.st_mode);
}

int file_call(int op, const char *name, const void *value, size_t len, int out)
{
	uint8_t data[NAME_LEN + 4096];
	size_t n = strlen(name);
	struct nsp_proc_req q = { .op = (uint32_t)op, .namelen = (uint32_t)n };

	if (len > 4095)
		return -EINVAL;
	memcpy(data, name, n);
	if (len)
		memcpy(data + n, value, len);
	return rpc_text(NSP_NR_PROC, &q, data, n + len, out);
}

/* A memfd with the text, or -errno. */
static int text_of(const char *name, int flags)
{
	char mem[NAME_LEN + sizeof(MEM_NAME)];
	int fd, e;

	snprintf(mem, sizeof(mem), MEM_NAME "%s", name);
	fd = (int)raw_call(SYS_memfd_create, mem, flags & O_CLOEXEC ? MFD_CLOEXEC : 0);
	if (fd < 0)
		return -errno;
	fd_forget(fd);
	e = file_call(NSP_PROC_READ, name, NULL, 0, fd);
	if (e < 0) {
		raw_call(SYS_close, fd);
		return e;
	}
	raw_call(SYS_lseek, fd, 0, SEEK_SET);
	return fd;
}

/* open() of a directory of the stack's, or -2. */
static int open_directory(const char *name, int flags)
{
	int e, fd, saved = errno;

	e = file_is_whole(name) ? dir_look(name) : -ENETDOWN;
	errno = saved;
	if (e == -ENETDOWN)
		return -2;
	if (e < 0)
		return fail(-e);
	fd = dir_open(name, flags);
	return fd < 0 && (errno == ENOENT || errno == EACCES) ? -2 : fd;
}

/*
 * May the program write to the file? 0, -EPERM: others may, -EACCES: nobody, -ENOENT: there is none. What
 * is in /proc/sys says so when it is written to.
 */
static int ask_write(const char *name)
{
	int saved = errno, e = 0;

	if (!after(name, "sys/"))
		e = file_call(NSP_PROC_WRITE, name, NULL, 0, -1);
	errno = saved;
	return e;
}

/*
 * open() of one of the files. -1 with errno, or -2: the kernel's open() is to do it, because there
 * is no daemon, or because the file is the kernel's business.
 */
static int open_file(int dir, const char *path, int flags)
{
	char buf[NAME_LEN];
	const char *name = shim.silent ? NULL : file_name_at(dir, path, buf);
	bool writes = (flags & O_ACCMODE) != O_RDONLY;
	int fd, saved = errno;

	if (!name)
		return -2;
	if (flags & (O_PATH | O_DIRECTORY))
		return open_directory(name, flags);
	if (!file_is_whole(name) && (writes || is_directory(path)))
		return -2;
	fd = writes ? ask_write(name) : 0;
	fd = fd == -EPERM ? -EACCES : fd < 0 ? fd : text_of(name, flags);
	errno = saved;
	if (fd == -ENETDOWN)
		return writes ? fail(ENETDOWN) : -2;
	if (fd == -ENOENT && file_is_whole(name))
		return writes ? fail(dir_look(name) ? ENOENT : EISDIR) : open_directory(name, flags);
	if (fd < 0)
		return file_is_whole(name) ? fail(-fd) : -2;
	if (writes)
		fd_set_kind(fd, K_FILE);
	return fd;
}

/* ---- writing -------------------------------------------------------------------------- */
/* The name behind a descriptor of ours. */
static bool name_behind(int fd, char *buf)
{
	char path[64], link[sizeof(MEM_LINK) + NAME_LEN + 16];
	char *end;
	long n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = raw_call(SYS_readlinkat, AT_FDCWD, path, link, sizeof(link) - 1);
	link[n < 0 ? 0 : n] = '\0';
	if (!after(link, MEM_LINK))
		return false;
	end = strstr(link, " (deleted)");
	if (end)
		*end = '\0';
	n = (long)strlen(after(link, MEM_LINK));
	if (n >= NAME_LEN)
		return false;
	memcpy(buf, after(link, MEM_LINK), (size_t)n + 1);
	return true;
}

unsigned int file_learn(int fd)
{
	char name[NAME_LEN];
	int saved = errno, fl;
	bool ours = name_behind(fd, name) && file_is_whole(name);

	fl = ours ? (int)raw_call(SYS_fcntl, fd, F_GETFL, 0) : 0;
	errno = saved;
	return ours && (fl & O_ACCMODE) != O_RDONLY ? K_FILE : K_NONE;
}

/* What is in the file now, for who reads it by the same descriptor, which is at pos then. */
static void renew_text(int fd, const char *name, off_t pos)
{
	int saved = errno;

	raw_call(SYS_ftruncate, fd, 0);
	raw_call(SYS_lseek, fd, 0, SEEK_SET);
	file_call(NSP_PROC_READ, name, NULL, 0, fd);
	raw_call(SYS_lseek, fd, pos, SEEK_SET);
	errno = saved;
}

ssize_t file_write(int fd, const struct iovec *iov, int n, off_t off)
{
	char name[NAME_LEN], value[4096];
	off_t pos = raw_call(SYS_lseek, fd, 0, SEEK_CUR);
	size_t len = 0;
	bool sysctl;
	int i, e;

	if (!name_behind(fd, name)) { /* closed where we did not see it */
		fd_forget(fd);
		return off == FILE_OFF_NONE ? real.writev(fd, iov, n) : real.pwritev2(fd, iov, n, off, 0);
	}
	for (i = 0; i < n; i++) {
		if (iov[i].iov_len > sizeof(value) - len)
			return fail(EINVAL);
		e = user_in(value + len, iov[i].iov_base, iov[i].iov_len);
		if (e)
			return fail(e);
		len += iov[i].iov_len;
	}
	if (!len)
		return 0;
	sysctl = after(name, "sys/");
	/* What is written elsewhere than at the start goes nowhere (net.kernel.sysctl_writes_strict). */
	if (sysctl && (off == FILE_OFF_NONE ? pos : off))
		return (ssize_t)len;
	e = file_call(NSP_PROC_WRITE, name, value, len, -1);
	if (e < 0)
		return fail(-e);
	/* a write to a setting of /proc/sys does not move it */
	renew_text(fd, name, sysctl || off != FILE_OFF_NONE ? pos : pos + (off_t)len);
	return (ssize_t)len;
}

/* ---- entry points --------------------------------------------------------------------- */
static int ns_open(const char *path, int flags, mode_t mode)
{
	int fd;

	if (unlikely(!shim.ready))
		shim_init();
	fd = open_file(AT_FDCWD, path, flags);
	return fd == -2 ? real.open(path, flags, mode) : fd;
}

static int ns_openat(int dir, const char *path, int flags, mode_t mode)
{
	int fd;

	if (unlikely(!shim.ready))
		shim_init();
	fd = open_file(dir, path, flags);
	return fd == -2 ? real.openat(dir, path, flags, mode) : fd;
}

#define OPEN_ALIAS(name)                                  \
	EXPORT int name(const char *path, int flags, ...) \
	{                                                 \
		va_list ap;                               \
		mode_t mode;                              \
                                                          \
		va_start(ap, flags);                      \
		mode = mode_arg(flags, ap);               \
		va_end(ap);                               \
		return ns_open(path, flags, mode);        \
	}
#define OPENAT_ALIAS(name)                                         \
	EXPORT int name(int dir, const char *path, int flags, ...) \
	{                                                          \
		va_list ap;                                        \
		mode_t mode;                                       \
                                                                   \
		va_start(ap, flags);                               \
		mode = mode_arg(flags, ap);                        \
		va_end(ap);                                        \
		return ns_openat(dir, path, flags, mode);          \
	}

OPEN_ALIAS(open)
OPEN_ALIAS(open64)
OPENAT_ALIAS(openat)
OPENAT_ALIAS(openat64)

int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dir, const char *path, int flags);
int __openat64_2(int dir, const char *path, int flags);

EXPORT int __open_2(const char *path, int flags)
{
	return ns_open(path, flags, 0);
}

EXPORT int __open64_2(const char *path, int flags)
{
	return ns_open(path, flags, 0);
}

EXPORT int __openat_2(int dir, const char *path, int flags)
{
	return ns_openat(dir, path, flags, 0);
}

EXPORT int __openat64_2(int dir, const char *path, int flags)
{
	return ns_openat(dir, path, flags, 0);
}

static int stdio_flags(const char *mode)
{
	int flags = strchr(mode, '+') ? O_RDWR : *mode == 'r' ? O_RDONLY : O_WRONLY;

	return strchr(mode, 'e') ? flags | O_CLOEXEC : flags;
}

EXPORT FILE *fopen(const char *path, const char *mode)
{
	FILE *f;
	int fd;

	if (unlikely(!shim.ready))
		shim_init();
	fd = open_file(AT_FDCWD, path, stdio_flags(mode));
	if (fd == -2)
		return real.fopen(path, mode);
	if (fd < 0)
		return NULL;
	f = fdopen(fd, mode);
	if (!f)
		ns_close(fd);
	return f;
}

EXPORT FILE *fopen64(const char *path, const char *mode)
{
	return fopen(path, mode);
}

/* ---- does it exist -------------------------------------------------------------------- */
enum what { A_FILE, A_DIR, A_LINK };

/* A setting or an interface that only the host has, or only the stack: 0, -1 with errno, or -2. */
static int look_up(int dir, const char *path, char *buf, const char **name, enum what *what)
{
	int fd, saved = errno;

	*name = shim.silent ? NULL : file_name_at(dir, path, buf);
	if (!*name || !file_is_whole(*name))
		return -2;
	*what = A_FILE;
	fd = text_of(*name, O_CLOEXEC);
	if (fd >= 0)
		raw_call(SYS_close, fd);
	if (fd == -ENOENT && after(*name, "class/") && ask_write(*name) != -ENOENT)
		fd = 0; /* only reading it says so: xps_cpus of a single queue */
	if (fd == -ENOENT) {
		fd = dir_look(*name);
		*what = dir_link_of(*name) ? A_LINK : A_DIR;
	}
	errno = saved;
	return fd == -ENETDOWN ? -2 : fd < 0 ? fail(-fd) : 0;
}

static int exists(int dir, const char *path, int how)
{
	char buf[NAME_LEN];
	const char *name;
	enum what what;
	int r = look_up(dir, path, buf, &name, &what);

	if (r)
		return r;
	if (what != A_FILE)
		return how & W_OK ? fail(EACCES) : 0;
	if (how & W_OK)
		r = ask_write(name);
	/* root may write to what is read-only, as far as access() knows */
	return how & X_OK || r == -EPERM || (r == -EACCES && getuid()) ? fail(EACCES) : 0;
}

EXPORT int access(const char *path, int how)
{
	int r;

	if (unlikely(!shim.ready))
		shim_init();
	r = exists(AT_FDCWD, path, how);
	return r == -2 ? real.access(path, how) : r;
}

EXPORT int faccessat(int dir, const char *path, int how, int flags)
{
	int r;

	if (unlikely(!shim.ready))
		shim_init();
	r = exists(dir, path, how);
	return r == -2 ? real.faccessat(dir, path, how, flags) : r;
}

/* The only links on the way to one of our files are those of the interfaces; sysctl(8) asks for the way. */
EXPORT char *realpath(const char *path, char *resolved)
{
	char buf[NAME_LEN], whole[NAME_LEN + sizeof("/sys/" DEVICES)];
	const char *name, *dev;
	int r;

	if (unlikely(!shim.ready))
		shim_init();
	r = exists(AT_FDCWD, path, F_OK);
	if (r == -2)
		return real.realpath(path, resolved);
	if (r)
		return NULL;
	name = file_name_at(AT_FDCWD, path, buf);
	dev = name ? after(name, "class/net/") : NULL;
	if (dev)
		snprintf(whole, sizeof(whole), "/sys/" DEVICES "%s", dev);
	else
		snprintf(whole, sizeof(whole), "%s%s", after(name, "sys/") ? "/proc/" : "/sys/", name);
	return resolved ? memcpy(resolved, whole, strlen(whole) + 1) : strdup(whole);
}

/* A name of an interface's directory, not of the link to it. */
static bool is_place(const char *path)
{
	const char *last = strrchr(path, '/');

	last = last ? last + 1 : path;
	return !*last || !strcmp(last, ".") || !strcmp(last, "..") || after(path, "/sys/" DEVICES);
}

/* follow: what a link leads to, which is a directory. */
static int fill_stat(int dir, const char *path, struct stat *st, bool follow)
{
	char buf[NAME_LEN];
	const char *name;
	enum what what;
	int r = look_up(dir, path, buf, &name, &what);
	bool sys;

	if (r)
		return r;
	sys = after(name, "class/");
	follow = follow || is_place(path);
	memset(st, 0, sizeof(*st));
	dir_stat(name, st, what == A_LINK && !follow);	/* number and device: as fstat() will tell them */
	st->st_nlink = 1;
	st->st_blksize = sys ? 4096 : 1024;
	if (what == A_FILE) {
		st->st_mode = S_IFREG | (mode_t)(ask_write(name) == -EACCES ? 0444 : 0644);
		st->st_size = sys ? 4096 : 0;
	} else if (what == A_LINK && !follow) {
		st->st_mode = S_IFLNK | 0777;
	} else {
		st->st_mode = S_IFDIR | (mode_t)(sys ? 0755 : 0555);
		st->st_nlink = 2;
	}
	return 0;
}

/* On the machines that we run on struct stat64 is struct stat. */
#define STAT_ALIAS(name, type, call, follow)                                        \
	EXPORT int name(const char *path, type *st)                                 \
	{                                                                           \
		int r;                                                              \
                                                                                    \
		if (unlikely(!shim.ready))                                          \
			shim_init();                                                \
		r = fill_stat(AT_FDCWD, path, (struct stat *)st, follow);           \
		return r == -2 ? real.call(path, (struct stat *)st) : r;            \
	}

STAT_ALIAS(stat, struct stat, stat, true)
STAT_ALIAS(stat64, struct stat64, stat, true)
STAT_ALIAS(lstat, struct stat, lstat, false)
STAT_ALIAS(lstat64, struct stat64, lstat, false)

EXPORT int fstatat(int dir, const char *path, struct stat *st, int flags)
{
	int r;

	if (unlikely(!shim.ready))
		shim_init();
	r = fill_stat(dir, path, st, !(flags & AT_SYMLINK_NOFOLLOW));
	return r == -2 ? real.fstatat(dir, path, st, flags) : r;
}

EXPORT int fstatat64(int dir, const char *path, struct stat64 *st, int flags)
{
	return fstatat(dir, path, (struct stat *)st, flags);
}

EXPORT int statx(int dir, const char *path, int flags, unsigned int mask, struct statx *x)
{
	struct stat st;
	int r;

	if (unlikely(!shim.ready))
		shim_init();
	r = fill_stat(dir, path, &st, !(flags & AT_SYMLINK_NOFOLLOW));
	if (r == -2)
		return real.statx(dir, path, flags, mask, x);
	if (r)
		return r;
	memset(x, 0, sizeof(*x));
	x->stx_mask = STATX_TYPE | STATX_MODE | STATX_NLINK | STATX_SIZE | STATX_INO;
	x->stx_blksize = (uint32_t)st.st_blksize;
	x->stx_nlink = (uint32_t)st.st_nlink;
	x->stx_mode = (uint16_t)st.st_mode;
	x->stx_size = (uint64_t)st.st_size;
	x->stx_ino = st.st_ino;
	x->stx_dev_major = major(st.st_dev);
	x->stx_dev_minor = minor(st.st_dev);
	return 0;
}
