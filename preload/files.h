/* SPDX-License-Identifier: BSD-2-Clause */
/* What files.c and dirs.c know of each other. A name is the daemon's: "net/tcp", "class/net/eth0/mtu". */
#ifndef NETSTACK_FILES_H
#define NETSTACK_FILES_H

#include "shim.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>

#define DEVICES "devices/virtual/net/" /* where the interfaces are that /sys/class/net links to */
#define FILE_NAME_LEN 240 /* memfd_create() takes 249 */
#define PATH_LEN 512

/** mode_arg() - the mode that follows the flags of open(), where they say that one does */
static inline mode_t mode_arg(int flags, va_list ap)
{
	return flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
}

/** path_after() - what follows @prefix in @s, or NULL */
static inline const char *path_after(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(s, prefix, n) ? NULL : s + n;
}

/** file_name_of() - the daemon's name of an absolute path, in @buf (FILE_NAME_LEN); NULL: none of its */
const char *file_name_of(const char *path, char *buf);
/** file_name_at() - the same for a path relative to a directory's descriptor, as openat() takes them */
const char *file_name_at(int dir, const char *path, char *buf);
/** file_is_whole() - does the stack's answer hold, too, when it says that there is no such file */
bool file_is_whole(const char *name);
/** file_call() - a call PROC; as rpc_text() */
int file_call(int op, const char *name, const void *value, size_t len, int out);
/** dir_look() - have a directory brought up to date. 0 or -errno, -ENOENT: none, -ENETDOWN: no daemon */
int dir_look(const char *name);
/** dir_open() - open it after that: a descriptor, or -1 with errno */
int dir_open(const char *name, int flags);
/** dir_stat() - what the directories have of that name, if anything; of a @link itself */
void dir_stat(const char *name, struct stat *st, bool link);
/** dir_tree_path() - where the daemon keeps that directory, in @buf (PATH_LEN); a @link itself */
void dir_tree_path(const char *name, char *buf, bool link);
/** dir_path_behind() - what a link below /proc/self stands for, as the host calls it, in @buf (PATH_LEN) */
bool dir_path_behind(const char *link, char *buf);
/** cwd_path() - the working directory, if paths relative to it may be the stack's, in @buf (PATH_LEN) */
bool cwd_path(char *buf);
/** cwd_changed() - libc may have changed it where we did not see it */
void cwd_changed(void);
/** dir_link_of() - the interface that the name is a link of; NULL: it is no link */
const char *dir_link_of(const char *name);
/** walk_begin() - brings a tree up to date that is to be walked; @path without slashes at its end in @root,
 * and where the daemon keeps it in @tree (PATH_LEN each). false: it is not the stack's */
bool walk_begin(const char *path, char *root, char *tree);

#endif
