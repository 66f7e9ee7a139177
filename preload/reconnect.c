/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * NETSTACK_RECONNECT: what becomes of a socket that is made, or used for the first time, while no
 * daemon answers. One that a daemon knew is lost with it, whatever is set here.
 */
#include "shim.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>

#define SECONDS_MAX 86400
#define LOOK_MS	    50

static int64_t wait_ms; /* 0: do not wait */
static bool to_kernel;
static char setting[sizeof("wait:86400")];

static long seconds_of(const char *s)
{
	long n = 0;

	if (!*s)
		return -1;
	for (; *s >= '0' && *s <= '9' && n <= SECONDS_MAX; s++)
		n = n * 10 + *s - '0';
	return *s || n > SECONDS_MAX ? -1 : n;
}

bool reconnect_init(char *error, size_t room)
{
	const char *how = secure_getenv("NETSTACK_RECONNECT");
	long s = 0;

	if (!how || !*how || !strcmp(how, "fail"))
		return true;
	if (!strcmp(how, "kernel"))
		to_kernel = true;
	else
		s = strncmp(how, "wait:", 5) ? -1 : seconds_of(how + 5);
	if (!to_kernel && s < 1) {
		snprintf(error, room, "NETSTACK_RECONNECT=%.100s: write fail, kernel, or wait:SECONDS "
			 "(1 to %d)", how, SECONDS_MAX);
		return false;
	}
	wait_ms = s * 1000;
	snprintf(setting, sizeof(setting), to_kernel ? "kernel" : "wait:%ld", s);
	return true;
}

const char *reconnect_setting(void)
{
	return setting;
}

int reconnect_check(bool nonblock)
{
	int64_t end;

	if (likely(!*setting) || rpc_alive())
		return 0;
	if (to_kernel)
		return 1;
	if (nonblock || shim.supervisor)
		return -ENETDOWN;
	for (end = now_ms() + wait_ms; now_ms() < end;) {
		raw_call(SYS_poll, NULL, 0, LOOK_MS);
		if (rpc_alive())
			return 0;
	}
	return -ENETDOWN;
}

int reconnect_first_use(int fd)
{
	int e;

	if (likely(!*setting) || KIND(fd_kind(fd)) != K_NEW ||
	    NSP_TAG_BITS(tag_get(fd)) & NSP_TAGB_KNOWN)
		return 0;
	e = reconnect_check(fd_nonblock(fd));
	if (e <= 0)
		return e;
	e = swap_to_kernel(fd);
	return e ? e : 1;
}
