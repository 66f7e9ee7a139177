/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Directories of /sys/class/net and /proc/sys/net. The daemon keeps real ones beside its socket (its
 * tree.c), which are opened instead: what libc and the kernel do with a directory needs no help then. A
 * path that is relative to one is told by what its descriptor is.
 */
#include "files.h"

#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/syscall.h>

static bool opened;	/* one of them, by this program: descriptors may be such */

/* ---- names ------------------------------------------------------------------------------ */
void dir_tree_path(const char *name, char *buf, bool link)
{
	const char *dev = link ? NULL : path_after(name, "class/net/");

	snprintf(buf, PATH_LEN, "%s" NSP_TREE_SUFFIX "/%s%s", shim.path, dev ? DEVICES : "",
		 dev ? dev : name);
}

bool dir_path_behind(const char *self, char *buf)
{
	char own[PATH_LEN], link[PATH_LEN];
	const char *p;
	ssize_t n;

	n = (ssize_t)raw_call(SYS_readlinkat, AT_FDCWD, self, link, sizeof(link) - 1);
	if (n <= 0)
		return false;
	link[n] = '\0';
	if (path_after(link, "/proc/") || path_after(link, "/sys/")) {
		snprintf(buf, PATH_LEN, "%s", link);
		return true;
	}
	dir_tree_path("", own, false);
	p = path_after(link, own);
	if (!p)
		return false;
	snprintf(buf, PATH_LEN, "%s%s", path_after(p, "sys/") ? "/proc/" : "/sys/", p);
	return true;
}

static bool fd_path(int fd, char *buf)
{
	char self[64];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	return dir_path_behind(self, buf);
}

const char *file_name_at(int dir, const char *path, char *buf)
{
	char whole[2 * PATH_LEN], base[PATH_LEN];
	int saved = errno;
	bool ours;

	if (!user_ok(path))
		return NULL;
	if (*path == '/') {
		const char *name = file_name_of(path, buf);

		/* the host's own list, but what is in its files may be ours */
		if (unlikely(!name && (!strcmp(path, "/proc/net") || !strcmp(path, "/proc/self/net"))))
			opened = true;
		return name;
	}
	if (dir == AT_FDCWD ? likely(!cwd_path(base)) : likely(!opened))
		return NULL;
	ours = dir == AT_FDCWD || fd_path(dir, base);
	errno = saved;
	if (!ours || strnlen(path, PATH_LEN) >= PATH_LEN)
		return NULL;
	snprintf(whole, sizeof(whole), "%s%s%s", base, *path ? "/" : "", path);
	return file_name_of(whole, buf);
}

/* ---- directories ------------------------------------------------------------------------- */
int dir_look(const char *name)
{
	return file_call(NSP_PROC_LIST, name, NULL, 0, -1);
}

int dir_open(const char *name, int flags)
{
	char path[PATH_LEN];
	int fd;

	dir_tree_path(name, path, false);
	fd = (int)raw_call(SYS_openat, AT_FDCWD, path, flags & ~O_NOFOLLOW, 0);
	if (fd >= 0)
		opened = true;
	return fd;
}

void dir_stat(const char *name, struct stat *st, bool link)
{
	char path[PATH_LEN];
	int saved = errno;

	dir_tree_path(name, path, link);
	if (link ? real.lstat(path, st) : real.stat(path, st))
		memset(st, 0, sizeof(*st));
	errno = saved;
}

EXPORT DIR *opendir(const char *path)
{
	char buf[FILE_NAME_LEN];
	const char *name;
	int e, fd, saved = errno;
	DIR *d;

	if (unlikely(!shim.ready))
		shim_init();
	name = shim.silent ? NULL : file_name_at(AT_FDCWD, path, buf);
	e = name && file_is_whole(name) ? dir_look(name) : -ENETDOWN;
	errno = saved;
	if (e == -ENETDOWN)
		return real.opendir(path);
	if (e < 0) {
		errno = -e;
		return NULL;
	}
	fd = dir_open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)	/* in a chroot: not to be reached */
		return real.opendir(path);
	d = fdopendir(fd);
	if (!d)
		raw_call(SYS_close, fd);
	return d;
}

/* ---- what libc does with opendir() of its own ----------------------------------------------- */
static bool is_ours(const char *path)
{
	char buf[FILE_NAME_LEN];
	const char *name;

	if (unlikely(!shim.ready))
		shim_init();
	name = shim.silent ? NULL : file_name_at(AT_FDCWD, path, buf);
	return name && file_is_whole(name);
}

static int compare_entries(const void *a, const void *b, void *arg)
{
	int (*cmp)(const struct dirent **, const struct dirent **) = *(void **)arg;

	return cmp((const struct dirent **)(uintptr_t)a, (const struct dirent **)(uintptr_t)b);
}

static void free_entries(struct dirent **v, size_t n)
{
	while (n--)
		free(v[n]);
	free(v);
}

static int scan(const char *path, struct dirent ***list, int (*select)(const struct dirent *),
		int (*cmp)(const struct dirent **, const struct dirent **))
{
	struct dirent **v = NULL, **more, *e;
	DIR *d = opendir(path);
	size_t n = 0;

	if (!d)
		return -1;
	while ((e = readdir(d))) {
		if (select && !select(e))
			continue;
		more = realloc(v, (n + 1) * sizeof(*v));
		if (more)
			v = more;
		if (!more || !(v[n] = malloc(sizeof(*e)))) {
			free_entries(v, n);
			closedir(d);
			return fail(ENOMEM);
		}
		memcpy(v[n++], e, e->d_reclen < sizeof(*e) ? e->d_reclen : sizeof(*e));
	}
	closedir(d);
	if (cmp)
		qsort_r(v, n, sizeof(*v), compare_entries, &cmp);
	*list = v;
	return (int)n;
}

EXPORT int scandir(const char *path, struct dirent ***list, int (*select)(const struct dirent *),
		   int (*cmp)(const struct dirent **, const struct dirent **))
{
	return is_ours(path) ? scan(path, list, select, cmp) : real.scandir(path, list, select, cmp);
}

/* On the machines that we run on the 64-bit structures are the plain ones. */
EXPORT int scandir64(const char *path, struct dirent64 ***list, int (*select)(const struct dirent64 *),
		     int (*cmp)(const struct dirent64 **, const struct dirent64 **))
{
	static_assert(sizeof(struct dirent) == sizeof(struct dirent64), "one scandir serves both");
	return scandir(path, (struct dirent ***)list, (int (*)(const struct dirent *))select,
		       (int (*)(const struct dirent **, const struct dirent **))cmp);
}

static void *glob_opendir(const char *path)
{
	return opendir(path);
}

static struct dirent *glob_readdir(void *d)
{
	return readdir(d);
}

static void glob_closedir(void *d)
{
	closedir(d);
}

EXPORT int glob(const char *pattern, int flags, int (*errfunc)(const char *, int), glob_t *g)
{
	char cwd[PATH_LEN];
	bool ours;
	int r;

	if (unlikely(!shim.ready))
		shim_init();
	ours = user_ok(pattern) &&
	       (path_after(pattern, "/sys/class/net") || path_after(pattern, "/proc/sys/net") ||
		(*pattern != '/' && cwd_path(cwd)));
	if (!ours || shim.silent || flags & GLOB_ALTDIRFUNC)
		return real.glob(pattern, flags, errfunc, g);
	g->gl_opendir = glob_opendir;
	g->gl_readdir = glob_readdir;
	g->gl_closedir = glob_closedir;
	g->gl_stat = stat;
	g->gl_lstat = lstat;
	r = real.glob(pattern, flags | GLOB_ALTDIRFUNC, errfunc, g);
	g->gl_flags &= ~GLOB_ALTDIRFUNC;
	return r;
}

EXPORT int glob64(const char *pattern, int flags, int (*errfunc)(const char *, int), glob64_t *g)
{
	static_assert(sizeof(glob_t) == sizeof(glob64_t), "one glob serves both");
	return glob(pattern, flags, errfunc, (glob_t *)g);
}

/* ---- links: an interface in /sys/class/net -------------------------------------------------- */
const char *dir_link_of(const char *name)
{
	const char *dev = path_after(name, "class/net/");

	return dev && *dev && !strchr(dev, '/') ? dev : NULL;
}

EXPORT ssize_t readlinkat(int dir, const char *path, char *out, size_t size)
{
	char buf[FILE_NAME_LEN], target[sizeof("../../" DEVICES) + FILE_NAME_LEN];
	const char *name, *dev;
	int saved = errno, e;
	size_t n;

	if (unlikely(!shim.ready))
		shim_init();
	name = shim.silent ? NULL : file_name_at(dir, path, buf);
	if (!name || !file_is_whole(name))
		return real.readlinkat(dir, path, out, size);
	dev = dir_link_of(name);
	e = dir_look(name);
	if (e == -ENETDOWN)
		return real.readlinkat(dir, path, out, size);
	if (e < 0 || !dev)
		return fail(e < 0 ? -e : EINVAL);
	errno = saved;
	n = (size_t)snprintf(target, sizeof(target), "../../" DEVICES "%s", dev);
	n = n < size ? n : size;
	if (!n)
		return fail(EINVAL);
	memcpy(out, target, n);
	return (ssize_t)n;
}

EXPORT ssize_t readlink(const char *path, char *out, size_t size)
{
	return readlinkat(AT_FDCWD, path, out, size);
}

ssize_t __readlink_chk(const char *path, char *out, size_t size, size_t room);
ssize_t __readlinkat_chk(int dir, const char *path, char *out, size_t size, size_t room);

EXPORT ssize_t __readlink_chk(const char *path, char *out, size_t size, size_t room)
{
	if (size > room)
		__builtin_trap();
	return readlink(path, out, size);
}

EXPORT ssize_t __readlinkat_chk(int dir, const char *path, char *out, size_t size, size_t room)
{
	if (size > room)
		__builtin_trap();
	return readlinkat(dir, path, out, size);
}
