// SPDX-License-Identifier: BSD-2-Clause
/*
 * Directories of /sys/class/net and /proc/sys/net for programs that list them: real ones, beside the control
 * socket, whose files are empty. The library opens them instead of the host's, so that reading a directory,
 * its descriptors and what libc does with them are the kernel's; what is in a file is asked for by its name.
 * A directory is brought up to date when somebody is about to open it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "proc/proc.h"

#define DEVICES "devices/virtual/net/"

enum { ENTRIES_MAX = 4096, NAME_MAX_LEN = 63, DEPTH_MAX = 8 };

struct listing {
	int fd;			/* of the directory */
	u32 nr;
	char (*names)[NAME_MAX_LEN + 1];
	bool sysctls;		/* files are settings */
	bool lost;		/* something could not be made */
};

/* Removes what is below. */
static void clear_dir(int fd, int depth);

static void remove_entry(int dir, const char *name, int depth)
{
	int fd;

	if (!unlinkat(dir, name, 0) || depth > DEPTH_MAX)
		return;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return;
	clear_dir(fd, depth + 1);
	unlinkat(dir, name, AT_REMOVEDIR);
}

static void clear_dir(int fd, int depth)
{
	DIR *d = fdopendir(fd);
	struct dirent *e;

	if (!d) {
		close(fd);
		return;
	}
	while ((e = readdir(d)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			remove_entry(dirfd(d), e->d_name, depth);
	closedir(d);
}

/* The directory, made if need be. fd or -errno */
static int enter(int dir, const char *name)
{
	int fd;

	if (mkdirat(dir, name, 0755) && errno != EEXIST)
		return -errno;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? -errno : fd;
}

/* The same for a path of several. */
static int enter_path(int root, const char *path)
{
	int fd = fcntl(root, F_DUPFD_CLOEXEC, 3);
	char name[NAME_MAX_LEN + 1];

	while (fd >= 0 && *path) {
		size_t n = strcspn(path, "/");
		int next;

		if (n >= sizeof(name) || !n || *path == '.') {
			close(fd);
			return -ENOENT;
		}
		memcpy(name, path, n);
		name[n] = '\0';
		next = enter(fd, name);
		close(fd);
		fd = next;
		path += n + (path[n] == '/');
	}
	return fd < 0 && errno ? -errno : fd;
}

static int root_of(struct daemon *dm)
{
	struct server *s = &dm->server;
	char path[NSP_PATH_MAX + 8];
	struct stat st;

	if (s->tree_fd >= 0)
		return s->tree_fd;
	snprintf(path, sizeof(path), "%s%s", dm->conf.control, NSP_TREE_SUFFIX);
	s->tree_fd = enter(AT_FDCWD, path);
	/* left by a daemon that was killed; not somebody else's */
	if (s->tree_fd >= 0 && (fstat(s->tree_fd, &st) || st.st_uid != geteuid())) {
		close(s->tree_fd);
		s->tree_fd = -1;
	}
	return s->tree_fd;
}

static void make_entry(const char *name, enum proc_kind kind, void *arg)
{
	struct listing *l = arg;
	char target[sizeof("../../" DEVICES) + NAME_MAX_LEN];
	int fd;

	if (strlen(name) > NAME_MAX_LEN || l->nr == ENTRIES_MAX) {
		l->lost = true;
		return;
	}
	snprintf(l->names[l->nr++], sizeof(*l->names), "%s", name);
	if (!faccessat(l->fd, name, F_OK, AT_SYMLINK_NOFOLLOW))
		return;
	switch (kind) {
	case PROC_FILE:
	case PROC_SETTING:
		fd = openat(l->fd, name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		l->lost = l->lost || fd < 0;
		if (fd >= 0) {
			fchmod(fd, l->sysctls || kind == PROC_SETTING ? 0644 : 0444);
			close(fd);
		}
		break;
	case PROC_DIR:
		l->lost = l->lost || mkdirat(l->fd, name, 0755);
		break;
	case PROC_LINK:
		snprintf(target, sizeof(target), "../../" DEVICES "%s", name);
		l->lost = l->lost || symlinkat(target, l->fd, name);
		break;
	}
}

static bool is_listed(const struct listing *l, const char *name)
{
	u32 i;

	for (i = 0; i < l->nr; i++)
		if (!strcmp(l->names[i], name))
			return true;
	return false;
}

/* Entries that are no more. Takes l->fd. */
static void remove_old(struct listing *l)
{
	DIR *d = fdopendir(l->fd);
	struct dirent *e;

	if (!d) {
		close(l->fd);
		return;
	}
	while ((e = readdir(d)))
		if (*e->d_name != '.' && !is_listed(l, e->d_name))
			remove_entry(l->fd, e->d_name, 0);
	closedir(d);
}

/* Devices have their directory elsewhere. */
static int open_listed(struct daemon *dm, const char *name)
{
	static const char class_net[] = "class/net/";
	char path[sizeof(DEVICES) + 256];

	if (strncmp(name, class_net, sizeof(class_net) - 1))
		return enter_path(root_of(dm), name);
	snprintf(path, sizeof(path), DEVICES "%s", name + sizeof(class_net) - 1);
	return enter_path(root_of(dm), path);
}

static void count_only(const char *name, enum proc_kind kind, void *arg)
{
	(void)name, (void)kind;
	++*(u32 *)arg;
}

int tree_refresh(struct daemon *dm, const char *name)
{
	struct listing l = { .sysctls = !strncmp(name, "sys/", 4) };
	mode_t old;
	u32 n = 0;
	int ret = proc_list(dm->net, name, count_only, &n);

	if (ret)
		return ret;
	if (root_of(dm) < 0)
		return -EACCES;
	l.names = calloc(ENTRIES_MAX, sizeof(*l.names));
	if (!l.names)
		return -ENOMEM;
	old = umask(022);
	l.fd = open_listed(dm, name);
	if (l.fd >= 0) {
		proc_list(dm->net, name, make_entry, &l);
		remove_old(&l);
	}
	ret = l.fd < 0 ? l.fd : l.lost ? -EIO : 0;
	umask(old);
	free(l.names);
	return ret;
}

void tree_remove(struct daemon *dm)
{
	char path[NSP_PATH_MAX + 8];

	if (dm->server.tree_fd < 0)
		return;
	clear_dir(dm->server.tree_fd, 0);
	dm->server.tree_fd = -1;
	snprintf(path, sizeof(path), "%s%s", dm->conf.control, NSP_TREE_SUFFIX);
	rmdir(path);
}
