/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A working directory below /sys/class/net or /proc/sys/net is one of the daemon's (dirs.c): an interface
 * that only the stack has can be one. The program is told the name that it has on the host, and what is
 * relative to it is looked up under that name.
 */
#include "files.h"

#include <sys/syscall.h>

char *getwd(char *buf);
char *__getcwd_chk(char *buf, size_t size, size_t room);
char *__getwd_chk(char *buf, size_t room);

/* Of most programs it is elsewhere for good: one look, and another when it has changed. */
static enum { NOT_KNOWN, ELSEWHERE, PERHAPS } where;

void cwd_changed(void)
{
	where = NOT_KNOWN;
}

bool cwd_path(char *buf)
{
	int saved = errno;
	bool ours;

	if (likely(where == ELSEWHERE) || shim.silent || shim.supervisor)
		return false;
	ours = dir_path_behind("/proc/self/cwd", buf);
	errno = saved;
	if (fd_owner())	/* a child of vfork() has one of its own */
		where = ours ? PERHAPS : ELSEWHERE;
	return ours;
}

/* Into a directory of the stack's: 0, -1 with errno, or -2: it is the kernel's. */
static int change_to(const char *name, const char *path)
{
	char tree[PATH_LEN];
	int saved = errno, e = dir_look(name);

	errno = saved;
	if (e == -ENETDOWN)
		return -2;
	if (e < 0)
		return fail(access(path, F_OK) ? -e : ENOTDIR);
	dir_tree_path(name, tree, false);
	return real.chdir(tree) ? -2 : 0;	/* in a chroot: not to be reached */
}

EXPORT int chdir(const char *path)
{
	char buf[FILE_NAME_LEN], base[PATH_LEN], whole[2 * PATH_LEN];
	const char *name;
	int r = -2;

	if (unlikely(!shim.ready))
		shim_init();
	name = shim.silent ? NULL : file_name_at(AT_FDCWD, path, buf);
	if (unlikely(name && file_is_whole(name)))
		r = change_to(name, path);
	/* ".." leads out of the daemon's directories where it would on the host */
	if (r == -2 && user_ok(path) && *path && *path != '/' && unlikely(cwd_path(base)) &&
	    snprintf(whole, sizeof(whole), "%s/%s", base, path) < (int)sizeof(whole))
		r = real.chdir(whole);
	if (r == -2)
		r = real.chdir(path);
	cwd_changed();
	return r;
}

EXPORT int fchdir(int fd)
{
	int r;

	if (unlikely(!shim.ready))
		shim_init();
	r = real.fchdir(fd);
	cwd_changed();
	return r;
}

EXPORT char *getcwd(char *buf, size_t size)
{
	char base[PATH_LEN];
	size_t n;

	if (unlikely(!shim.ready))
		shim_init();
	if (likely(!cwd_path(base)) || (buf && !size))
		return real.getcwd(buf, size);
	n = strlen(base) + 1;
	if (size && size < n) {
		errno = ERANGE;
		return NULL;
	}
	if (!buf)
		buf = malloc(size ? size : n);
	return buf ? memcpy(buf, base, n) : NULL;
}

EXPORT char *__getcwd_chk(char *buf, size_t size, size_t room)
{
	if (size > room)
		__builtin_trap();
	return getcwd(buf, size);
}

EXPORT char *getwd(char *buf)
{
	return getcwd(buf, PATH_MAX);
}

EXPORT char *__getwd_chk(char *buf, size_t room)
{
	return getcwd(buf, room < PATH_MAX ? room : PATH_MAX);
}

EXPORT char *get_current_dir_name(void)
{
	char base[PATH_LEN];

	if (unlikely(!shim.ready))
		shim_init();
	return unlikely(cwd_path(base)) ? strdup(base) : real.get_current_dir_name();
}
