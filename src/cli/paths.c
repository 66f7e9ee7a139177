// SPDX-License-Identifier: BSD-2-Clause
/* Where the library and the daemon are, and how a command can be reached. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

/* The directory of this program, without a trailing ".libs". */
static bool own_dir(char *buf, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", buf, size - 1);
	char *slash;

	if (n < 0)
		return false;
	buf[n] = '\0';
	slash = strrchr(buf, '/');
	if (!slash)
		return false;
	*slash = '\0';
	slash = strrchr(buf, '/');
	if (slash && !strcmp(slash, "/.libs"))
		*slash = '\0';
	return true;
}

/* The first of the NULL-ended candidates that is readable; relative ones to our directory. */
static char *first_readable(const char *const *candidates)
{
	char dir[PATH_MAX - 64], path[PATH_MAX];

	if (!own_dir(dir, sizeof(dir)))
		return NULL;
	for (; *candidates; candidates++) {
		if ((*candidates)[0] == '/')
			snprintf(path, sizeof(path), "%s", *candidates);
		else
			snprintf(path, sizeof(path), "%s/%s", dir, *candidates);
		if (!access(path, R_OK))
			return realpath(path, NULL);
	}
	return NULL;
}

char *find_library(void)
{
	static const char *const candidates[] = {
		"preload/.libs/libnetstack.so",		/* build tree */
		NETSTACK_LIBDIR "/libnetstack.so",
		"../lib/libnetstack.so",		/* moved installation */
		NULL,
	};
	char *path = first_readable(candidates);

	if (!path)
		fprintf(stderr, "netstack: libnetstack.so not found beside this program or in "
			NETSTACK_LIBDIR "; install it with make install\n");
	return path;
}

char *find_daemon(void)
{
	static const char *const candidates[] = {
		"netstackd", "../sbin/netstackd", NETSTACK_SBINDIR "/netstackd", NULL,
	};
	char *path = first_readable(candidates);

	if (!path)
		fprintf(stderr, "netstack: netstackd not found beside this program or in "
			NETSTACK_SBINDIR "; install it with make install\n");
	return path;
}

/* Looks COMMAND up as execvp() does. */
static bool find_command(const char *command, char *path, size_t size)
{
	const char *search = getenv("PATH"), *p, *end;

	if (strchr(command, '/')) {
		snprintf(path, size, "%s", command);
		return !access(path, F_OK);
	}
	for (p = search ? search : "/bin:/usr/bin"; *p; p = *end ? end + 1 : end) {
		struct stat st;

		end = strchrnul(p, ':');
		snprintf(path, size, "%.*s%s%s", (int)(end - p), p, end > p ? "/" : "", command);
		if (!access(path, X_OK) && !stat(path, &st) && S_ISREG(st.st_mode))
			return true;
	}
	return false;
}

/* What a program says of itself: 0 nothing, else what keeps the library out of it. */
enum { ELF_STATIC = 1, ELF_GO = 2 };

/* Notes of the name "Go": its programs make system calls without libc, dynamically linked or not. The C
 * linker, where it had the last word, puts notes of its own before. */
static bool has_go_note(int fd, const Elf64_Phdr *ph)
{
	const Elf64_Off pad = ph->p_align == 8 ? 7 : 3;
	Elf64_Off at = 0, skip;
	Elf64_Nhdr n;
	char name[4];

	for (; at + sizeof(n) < ph->p_filesz; at += skip) {
		off_t from = (off_t)(ph->p_offset + at);

		if (pread(fd, &n, sizeof(n), from) != sizeof(n) ||
		    pread(fd, name, sizeof(name), from + (off_t)sizeof(n)) != sizeof(name))
			return false;
		if (n.n_namesz == 4 && !memcmp(name, "Go\0", 4))
			return true;
		skip = (sizeof(n) + n.n_namesz + pad) & ~pad;
		skip = (skip + n.n_descsz + pad) & ~pad;
	}
	return false;
}

static int look_at_elf(int fd)
{
	int i, found = ELF_STATIC;
	Elf64_Ehdr e;
	Elf64_Phdr ph;

	if (pread(fd, &e, sizeof(e), 0) != sizeof(e) || memcmp(e.e_ident, ELFMAG, SELFMAG) ||
	    e.e_ident[EI_CLASS] != ELFCLASS64)
		return 0;
	for (i = 0; i < e.e_phnum; i++) {
		off_t at = (off_t)(e.e_phoff + (Elf64_Off)i * sizeof(ph));

		if (pread(fd, &ph, sizeof(ph), at) != sizeof(ph))
			return 0;
		if (ph.p_type == PT_INTERP)
			found &= ~ELF_STATIC;
		if (ph.p_type == PT_NOTE && has_go_note(fd, &ph))
			found |= ELF_GO;
	}
	return found;
}

static bool gains_rights(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return false;
	return ((st.st_mode & S_ISUID) && st.st_uid != geteuid()) ||
	       ((st.st_mode & S_ISGID) && (st.st_mode & S_IXGRP) && st.st_gid != getegid());
}

int check_command(const char *command, enum reach *how)
{
	char path[PATH_MAX];
	int fd, ret = 0, elf;

	if (!find_command(command, path, sizeof(path))) {
		fprintf(stderr, "netstack: %s: command not found\n", command);
		return EXIT_NOT_FOUND;
	}
	if (access(path, X_OK)) {
		fprintf(stderr, "netstack: %s: %s\n", path, strerror(errno));
		return EXIT_CANNOT_RUN;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;		/* executable but not readable: try */
	elf = look_at_elf(fd);
	if (elf && *how == REACH_PRELOAD) {
		*how = REACH_SECCOMP;
		if (getenv("NETSTACK_DEBUG"))
			fprintf(stderr, "netstack: %s is %s: its system calls are taken by a seccomp "
				"filter\n", path,
				elf & ELF_STATIC ? "statically linked" : "a Go program");
	}
	if (gains_rights(fd)) {
		fprintf(stderr, "netstack: %s is set-user-ID or set-group-ID: the system lets nobody "
			"into it; run netstack as root\n", path);
		ret = EXIT_OURS;
	}
	close(fd);
	return ret;
}
