/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A socket that the daemon has not met is known by this process's memory alone. Before another
 * process gets a copy of the descriptor, or another program takes this process over, what is
 * remembered goes to the daemon; from then on the kernel's tag says that it is known there. So does
 * what is put off until a socket is written.
 */
#include "shim.h"

#include <alloca.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <sys/syscall.h>

/* @keep_cloexec: descriptors that do not survive exec count, too */
static void hand_over(bool keep_cloexec)
{
	unsigned int fd, top = fd_limit();
	int saved = errno;

	if (shim.silent || !shim.ready)
		return;
	for (fd = 0; fd < top; fd++) {
		unsigned int k = fd_kinds[fd];

		if (KIND(k) != K_NEW && !(k & (KF_SMALL | KF_FIRST | KF_NODELAY)))
			continue;
		if (!keep_cloexec && raw_call(SYS_fcntl, fd, F_GETFD, 0) & FD_CLOEXEC)
			continue;
		stream_shared((int)fd);
	}
	errno = saved;
}

void exec_share_all(void)
{
	hand_over(true);
}

void exec_init(void)
{
	pthread_atfork(exec_share_all, NULL, NULL);
}

static void before_exec(void)
{
	if (unlikely(!shim.ready))
		shim_init();
	hand_over(false);
}

/* The environment for the new program, on the caller's stack if it has to be another. */
#define ENVIRONMENT(envp, spawn)                                                                   \
	({                                                                                         \
		size_t room_ = env_room(envp, spawn);                                              \
		room_ ? env_build(alloca(room_), envp) : (char **)(uintptr_t)(envp);               \
	})

EXPORT int execve(const char *path, char *const argv[], char *const envp[])
{
	before_exec();
	return real.execve(path, argv, ENVIRONMENT(envp, false));
}

EXPORT int execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

EXPORT int execvpe(const char *file, char *const argv[], char *const envp[])
{
	before_exec();
	return real.execvpe(file, argv, ENVIRONMENT(envp, false));
}

EXPORT int execvp(const char *file, char *const argv[])
{
	return execvpe(file, argv, environ);
}

EXPORT int fexecve(int fd, char *const argv[], char *const envp[])
{
	before_exec();
	return real.fexecve(fd, argv, ENVIRONMENT(envp, false));
}

EXPORT int execveat(int dir, const char *path, char *const argv[], char *const envp[], int flags)
{
	before_exec();
	return real.execveat(dir, path, argv, ENVIRONMENT(envp, false), flags);
}

#define ARGS_MAX 4096

/* The arguments after the first, up to and with NULL. false: too many */
static bool gather(char **argv, const char *first, va_list ap)
{
	size_t n = 0;

	argv[n++] = (char *)(uintptr_t)first;
	while (argv[n - 1] && n < ARGS_MAX)
		argv[n++] = va_arg(ap, char *);
	return !argv[n - 1];
}

EXPORT int execl(const char *path, const char *arg, ...)
{
	char *argv[ARGS_MAX];
	va_list ap;
	bool ok;

	va_start(ap, arg);
	ok = gather(argv, arg, ap);
	va_end(ap);
	return !ok ? fail(E2BIG) : execv(path, argv);
}

EXPORT int execlp(const char *file, const char *arg, ...)
{
	char *argv[ARGS_MAX];
	va_list ap;
	bool ok;

	va_start(ap, arg);
	ok = gather(argv, arg, ap);
	va_end(ap);
	return !ok ? fail(E2BIG) : execvp(file, argv);
}

EXPORT int execle(const char *path, const char *arg, ...)
{
	char *argv[ARGS_MAX], **envp = NULL;
	va_list ap;
	bool ok;

	va_start(ap, arg);
	ok = gather(argv, arg, ap);
	if (ok)
		envp = va_arg(ap, char **);
	va_end(ap);
	return !ok ? fail(E2BIG) : execve(path, argv, envp);
}

EXPORT int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *acts,
		       const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
	before_exec();
	return real.posix_spawn(pid, path, acts, attr, argv, ENVIRONMENT(envp, true));
}

EXPORT int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *acts,
			const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
	before_exec();
	return real.posix_spawnp(pid, file, acts, attr, argv, ENVIRONMENT(envp, true));
}
