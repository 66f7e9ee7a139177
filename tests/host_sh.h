/* SPDX-License-Identifier: BSD-2-Clause */
/* For test programs that set up what is the host's: ip, tc, ethtool in a namespace of their own. */
#ifndef TESTS_HOST_SH_H
#define TESTS_HOST_SH_H

#include <spawn.h>
#include <stdint.h>

#include <sys/wait.h>

extern char **environ;

/* The exit status of sh -c command; -1: it could not be run or was killed. */
static inline int host_run(const char *command)
{
	char *argv[] = { (char *)(uintptr_t)"sh", (char *)(uintptr_t)"-c", (char *)(uintptr_t)command,
			 NULL };
	int status = 0;
	pid_t pid;

	if (posix_spawnp(&pid, "sh", NULL, NULL, argv, environ) || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#endif
