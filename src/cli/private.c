// SPDX-License-Identifier: BSD-2-Clause
/* A netstackd for as long as one command runs. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"

static void exec_daemon(const char *path, const struct private_daemon *p, int ready_fd,
			char *const *flags, int nr_flags, pid_t parent)
{
	char **argv = calloc((size_t)nr_flags + 6, sizeof(*argv)), number[16];
	int n = 0, i;

	if (!argv)
		_exit(EXIT_OURS);
	/* Not in the terminal's group: the command decides when it is over, not ^C. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(EXIT_OURS);
	snprintf(number, sizeof(number), "%d", ready_fd);
	argv[n++] = (char *)(uintptr_t)"netstackd";
	for (i = 0; i < nr_flags; i++)
		argv[n++] = flags[i];
	argv[n++] = (char *)(uintptr_t)"--control";
	argv[n++] = (char *)(uintptr_t)p->control;
	argv[n++] = (char *)(uintptr_t)"--ready-fd";
	argv[n++] = number;
	execv(path, argv);
	fprintf(stderr, "netstack: %s: %s\n", path, strerror(errno));
	_exit(EXIT_OURS);
}

/* Until the daemon wrote its line; false when it ended instead. */
static bool wait_ready(int fd)
{
	char c;
	ssize_t n;

	do
		n = read(fd, &c, 1);
	while (n < 0 && errno == EINTR);
	return n == 1;
}

/* A directory of our own for the socket: in TMPDIR, unless its name is too long for one. */
static bool make_directory(struct private_daemon *p)
{
	const char *tmp = getenv("TMPDIR");

	if (!tmp || tmp[0] != '/' || strlen(tmp) + sizeof("/netstack-XXXXXX") > sizeof(p->dir))
		tmp = "/tmp";
	snprintf(p->dir, sizeof(p->dir), "%s/netstack-XXXXXX", tmp);
	return mkdtemp(p->dir);
}

int private_start(struct private_daemon *p, char *const *flags, int nr_flags)
{
	char *path = find_daemon();
	pid_t parent = getpid();
	int ready[2];
	bool ok;

	if (!path)
		return -1;
	p->pid = -1;
	if (!make_directory(p) || pipe(ready)) {
		fprintf(stderr, "netstack: %s: %s\n", p->dir, strerror(errno));
		free(path);
		return -1;
	}
	snprintf(p->control, sizeof(p->control), "%s/control", p->dir);
	p->pid = fork();
	if (!p->pid) {
		close(ready[0]);
		exec_daemon(path, p, ready[1], flags, nr_flags, parent);
	}
	free(path);
	close(ready[1]);
	ok = p->pid > 0 && wait_ready(ready[0]);
	close(ready[0]);
	if (ok)
		return 0;
	fprintf(stderr, "netstack: the private netstackd did not start\n");
	private_stop(p);
	return -1;
}

void private_stop(struct private_daemon *p)
{
	if (p->pid > 0) {
		kill(p->pid, SIGTERM);
		while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	p->pid = -1;
	rmdir(p->dir);
}
