/* SPDX-License-Identifier: BSD-2-Clause */
#include "shim.h"

#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

struct shim shim;
const uint8_t shim_zeros[65536];

static void read_environment(void)
{
	const char *path = secure_getenv("NETSTACK_CONTROL");
	const char *loop = secure_getenv("NETSTACK_LOOPBACK");
	const char *debug = secure_getenv("NETSTACK_DEBUG");

	if (!path || !*path || strlen(path) > NSP_PATH_MAX)
		path = NSP_DEFAULT_PATH;
	memcpy(shim.path, path, strlen(path) + 1);
	shim.kernel_loopback = !loop || strcmp(loop, "stack");
	shim.debug = debug && *debug && strcmp(debug, "0");
}

/**
 * shim_init() - make the library usable; the constructor, or the first call before it
 *
 * Talks to nobody: the control channel opens at the first call that needs it.
 */
__attribute__((constructor(101))) void shim_init(void)
{
	static int state;

	if (state)
		return;
	state = 1;
	real_init();
	shim.euid = geteuid();
	read_environment();
	policy_init();
	fd_scan();
	exec_init();
	env_init();
	shim.ready = true;
}

int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void shim_log(const char *fmt, ...)
{
	char line[256];
	va_list ap;
	int n, saved = errno;

	if (!shim.debug)
		return;
	n = snprintf(line, sizeof(line), "libnetstack[%d]: ", (int)getpid());
	va_start(ap, fmt);
	n += vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, ap);
	va_end(ap);
	if (n > (int)sizeof(line) - 2)
		n = (int)sizeof(line) - 2;
	line[n++] = '\n';
	(void)!real.write(2, line, (size_t)n);
	errno = saved;
}
