// SPDX-License-Identifier: BSD-2-Clause
/*
 * May this peer do what needs a capability? The kernel vouches for its uid and its pid. Only root may,
 * and not if it gave the capability up: asked of /proc, as there is no other way to know, and only by
 * calls that need one. A peer in a user name space of its own gains nothing by what it may do there.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/daemon.h"

/* The line "CapEff:" of a process; false: it cannot be seen from here. */
static bool effective_caps(pid_t pid, u64 *caps)
{
	char path[32], text[4096];
	const char *line;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n < 0 ? 0 : n] = '\0';
	line = strstr(text, "\nCapEff:");
	if (!line)
		return false;
	*caps = strtoull(line + 8, NULL, 16);
	return true;
}

/* What a process may do counts in its own user name space and those below; ours is here. */
static bool same_user_ns(pid_t pid)
{
	struct stat own, theirs;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
	if (stat(path, &theirs) || stat("/proc/self/ns/user", &own))
		return true;	/* not to be seen: by the user alone */
	return own.st_ino == theirs.st_ino && own.st_dev == theirs.st_dev;
}

bool cred_capable(const struct cred *c, u32 caps)
{
	u64 has;

	if (c->uid != 0)
		return false;
	if (c->pid <= 0 || !effective_caps(c->pid, &has))
		return true;	/* another pid name space, or gone: by the user alone */
	return has & caps && same_user_ns(c->pid);
}
