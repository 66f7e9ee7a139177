/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ftw() and nftw() below /sys/class/net and /proc/sys/net. What libc does inside them is not seen, so it is
 * given the daemon's directories (dirs.c), all brought up to date before, and the program's function gets
 * the names that it would have on the host.
 */
#include "files.h"

#include <ftw.h>
#include <sys/syscall.h>

enum { DEPTH_MAX = 8, PATH_MORE = 4096 };

struct walk {
	const char *root;	/* as the program named it */
	size_t tree_len;	/* of the path that libc was given instead */
	int flags;
	__nftw_func_t nftw;	/* the program's, this one or the other */
	__ftw_func_t ftw;
};

static __thread struct walk *walking;

static void refresh_below(const char *path, int depth)
{
	char below[PATH_MORE];
	struct dirent *e;
	DIR *d = opendir(path);

	if (!d)
		return;
	while (depth < DEPTH_MAX && (e = readdir(d)))
		if (e->d_name[0] != '.' && (e->d_type == DT_DIR || e->d_type == DT_LNK) &&
		    snprintf(below, sizeof(below), "%s/%s", path, e->d_name) < (int)sizeof(below))
			refresh_below(below, depth + 1);
	closedir(d);
}

static int visit(const char *path, const struct stat *tree_st, int type, struct FTW *ftw)
{
	struct walk *w = walking;
	char name[PATH_MORE];
	struct stat st = *tree_st;
	struct FTW at = *ftw;
	const char *slash;
	int r;

	cwd_changed();	/* FTW_CHDIR */
	snprintf(name, sizeof(name), "%s%s", w->root, path + w->tree_len);
	if (!at.level) {
		slash = strrchr(w->root, '/');
		at.base = slash ? (int)(slash - w->root) + 1 : 0;
	} else {
		at.base += (int)strlen(w->root) - (int)w->tree_len;
	}
	if (type != FTW_NS) {
		if (w->flags & FTW_CHDIR && at.level)
			r = w->flags & FTW_PHYS ? lstat(name + at.base, &st) : stat(name + at.base, &st);
		else
			r = w->flags & FTW_PHYS ? lstat(name, &st) : stat(name, &st);
		if (r)
			st = *tree_st;
	}
	walking = NULL;	/* the function may walk, too */
	r = w->nftw ? w->nftw(name, &st, type, &at) : w->ftw(name, &st, type);
	walking = w;
	return r;
}

bool walk_begin(const char *path, char *root, char *tree)
{
	char buf[FILE_NAME_LEN];
	const char *name;
	size_t n;

	if (unlikely(!shim.ready))
		shim_init();
	name = shim.silent ? NULL : file_name_at(AT_FDCWD, path, buf);
	if (likely(!name) || !file_is_whole(name) || dir_look(name))
		return false;
	n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		n--;
	if (n >= PATH_LEN)
		return false;
	memcpy(root, path, n);
	root[n] = '\0';
	dir_tree_path(name, tree, false);
	refresh_below(root, 0);
	return true;
}

static int walk(const char *path, struct walk *w, int fds)
{
	char root[PATH_LEN], tree[PATH_LEN];
	struct walk *outer = walking;
	int r;

	if (likely(!walk_begin(path, root, tree)))
		return w->nftw ? real.nftw(path, w->nftw, fds, w->flags) : real.ftw(path, w->ftw, fds);
	w->root = root;
	w->tree_len = strlen(tree);
	walking = w;
	r = real.nftw(tree, visit, fds, w->flags);
	walking = outer;
	cwd_changed();
	return r;
}

EXPORT int nftw(const char *path, __nftw_func_t func, int fds, int flags)
{
	struct walk w = { .nftw = func, .flags = flags };

	return walk(path, &w, fds);
}

EXPORT int ftw(const char *path, __ftw_func_t func, int fds)
{
	struct walk w = { .ftw = func };

	return walk(path, &w, fds);
}

/* On the machines that we run on the 64-bit structures are the plain ones. */
EXPORT int nftw64(const char *path, __nftw64_func_t func, int fds, int flags)
{
	static_assert(sizeof(struct stat) == sizeof(struct stat64), "one nftw serves both");
	return nftw(path, (__nftw_func_t)func, fds, flags);
}

EXPORT int ftw64(const char *path, __ftw64_func_t func, int fds)
{
	return ftw(path, (__ftw_func_t)func, fds);
}
