// SPDX-License-Identifier: BSD-2-Clause
/*
 * netstack run --seccomp: a command behind a filter that hands its socket calls to a supervisor.
 *
 *	netstack ── supervisor ── command ── what it starts
 *
 * The supervisor is the parent of the command, as some systems ask of one that looks into it, and
 * adopts what the command leaves behind: it lives until the last process behind the filter ends.
 * This program ends with the command, and with its status; or with the supervisor, and with it all that is
 * behind the filter.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "netstack/fdpass.h"

/* What the supervisor tells, over the pipe: first the command's number, then how it ended. */
struct supervisor {
	const struct behind_calls *calls;
	pid_t command;
	pid_t caller; /* this program */
	int tell;     /* pipe to it */
	int children; /* signalfd */
};

static bool pass_listener(int via, int listener)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} ctl = { .buf = { 0 } };
	struct iovec iov = { (void *)(uintptr_t) "", 1 };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = &ctl };

	fdpass_put(&m, &listener, 1);
	return sendmsg(via, &m, 0) == 1;
}

/* -1: the command's process could not set it up, and has said why. */
static int take_listener(int via)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} ctl;
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = &ctl,
			    .msg_controllen = sizeof(ctl.buf) };
	struct cmsghdr *c;
	int fd;

	if (recvmsg(via, &m, MSG_CMSG_CLOEXEC) != 1)
		return -1;
	c = CMSG_FIRSTHDR(&m);
	if (!c || c->cmsg_type != SCM_RIGHTS)
		return -1;
	memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

/* In the command's process. */
static void become_command(const struct behind_calls *calls, int via, char **command)
{
	int listener;

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* without a supervisor its calls would fail */
	listener = calls->filter();
	if (listener < 0) {
		fprintf(stderr,
			"netstack: no seccomp notification: %s (Linux 5.14 or newer, and a "
			"container that allows seccomp())\n",
			strerror(-listener));
		_exit(EXIT_OURS);
	}
	if (!pass_listener(via, listener)) {
		fprintf(stderr, "netstack: %s\n", strerror(errno));
		_exit(EXIT_OURS);
	}
	close(listener);
	close(via);
	_exit(exec_command(command));
}

/* Everything that ended: the command's status goes up, others were adopted. */
static void reap(void *arg)
{
	struct supervisor *s = arg;
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	while (read(s->children, &info, sizeof(info)) > 0)
		;
	if (s->tell >= 0 && getppid() != s->caller) /* killed: so is the command */
		kill(s->command, SIGKILL);
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != s->command)
			continue;
		(void)!write(s->tell, &status, sizeof(status));
		close(s->tell);
		s->tell = -1;
	}
}

/* The command's terminal and pipes are not the supervisor's to hold open. */
static void let_go(const struct supervisor *s, int listener)
{
	int null = open("/dev/null", O_RDWR), fd, debug = getenv("NETSTACK_DEBUG") != NULL;

	for (fd = 0; fd < 3 - debug; fd++)
		dup2(null, fd);
	for (fd = 3; fd < 1024; fd++)
		if (fd != s->tell && fd != s->children && fd != listener)
			close(fd);
}

static void supervise(struct supervisor *s, const char *control, char **command)
{
	int sv[2], listener, ret;
	sigset_t mask, old;
	pid_t parent = getpid();

	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigprocmask(SIG_BLOCK, &mask, &old);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_PDEATHSIG, SIGCHLD);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv))
		_exit(EXIT_OURS);
	s->command = fork();
	if (!s->command) {
		sigprocmask(SIG_SETMASK, &old, NULL);
		close(sv[0]);
		close(s->tell);
		if (getppid() == parent)
			become_command(s->calls, sv[1], command);
		_exit(EXIT_OURS);
	}
	close(sv[1]);
	(void)!write(s->tell, &s->command, sizeof(s->command));
	listener = take_listener(sv[0]);
	close(sv[0]);
	s->children = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	let_go(s, listener);
	if (listener >= 0) {
		ret = s->calls->supervise(listener, control, s->children, reap, s);
		if (ret)
			kill(s->command, SIGKILL);
	}
	while (s->tell >= 0 && waitpid(s->command, &ret, 0) == s->command) {
		(void)!write(s->tell, &ret, sizeof(ret));
		break;
	}
	_exit(0);
}

static bool read_int(int fd, int *v)
{
	ssize_t n;

	do
		n = read(fd, v, sizeof(*v));
	while (n < 0 && errno == EINTR);
	return n == sizeof(*v);
}

/* Sends SIGKILL to each child of this program but one. false: there is no other. */
static bool kill_children(pid_t keep)
{
	char path[64], line[4096], *at, *end;
	int fd, any = 0;
	ssize_t n;
	long pid;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, line, sizeof(line) - 1);
	close(fd);
	line[n > 0 ? n : 0] = '\0';
	for (at = line; (pid = strtol(at, &end, 10)) > 0 && end != at; at = end)
		if (pid != keep && !kill((pid_t)pid, SIGKILL))
			any++;
	return any;
}

/*
 * Behind the filter nothing works without the supervisor: each call fails with ENOSYS. What the command had
 * started ends as the command does. Whoever loses its parent by this becomes our child, and is next.
 */
static void end_orphans(pid_t keep)
{
	while (kill_children(keep))
		if (waitpid(-1, NULL, 0) < 0)
			break;
}

int run_behind(const struct behind_calls *calls, const char *control, pid_t keep, char **command)
{
	struct supervisor s = { .calls = calls, .caller = getpid() };
	int pipefd[2], pid, status;
	pid_t child;

	if (pipe2(pipefd, O_CLOEXEC)) {
		fprintf(stderr, "netstack: %s\n", strerror(errno));
		return EXIT_OURS;
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	child = fork();
	if (!child) {
		close(pipefd[0]);
		s.tell = pipefd[1];
		supervise(&s, control, command);
	}
	close(pipefd[1]);
	if (child < 0 || !read_int(pipefd[0], &pid)) {
		fprintf(stderr, "netstack: the supervisor did not start: %s\n", strerror(errno));
		return EXIT_OURS;
	}
	forward_signals(pid);
	if (!read_int(pipefd[0], &status)) {
		end_orphans(keep);
		fprintf(stderr, "netstack: the supervisor ended before the command\n");
		return EXIT_OURS;
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
