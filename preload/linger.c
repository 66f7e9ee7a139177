/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * close() with SO_LINGER {1, n}: the last holder's waits until the data and the FIN are acknowledged,
 * n seconds at most. The descriptor is closed first, so that the connection ends; how far it is the
 * daemon is asked, by the cookie that it was shown the socket with.
 */
#include "shim.h"

#include <sys/syscall.h>
#include <time.h>

#define NAP_MIN_NS 500000l
#define NAP_MAX_NS 20000000l

static void wait_end(uint64_t cookie, int seconds)
{
	struct nsp_linger_req q = { .cookie = cookie };
	int64_t end = now_ns() + (int64_t)seconds * 1000000000;
	struct timespec nap = { 0, NAP_MIN_NS };

	while (rpc(NSP_NR_LINGER, -1, &q, NULL, 0, NULL, NULL, NULL) == -EAGAIN && now_ns() < end) {
		if (raw_call(SYS_nanosleep, &nap, NULL) < 0)
			break;		/* a signal ends the wait, as on Linux */
		if (nap.tv_nsec < NAP_MAX_NS)
			nap.tv_nsec *= 2;
	}
}

int stream_linger(int fd)
{
	uint64_t cookie = fd_cookie(fd);
	struct nsp_linger_req q = { .cookie = cookie };
	struct linger l = { 0 };
	socklen_t len = sizeof(l);
	int r, saved, e = -1;

	if (!ns_getsockopt(fd, SOL_SOCKET, SO_LINGER, &l, &len) && l.l_onoff && l.l_linger)
		e = rpc(NSP_NR_LINGER, fd, &q, NULL, 0, NULL, NULL, NULL);
	fd_forget(fd);
	r = real.close(fd);
	saved = errno;
	if (!r && !e)
		wait_end(cookie, l.l_linger);
	errno = saved;
	return r;
}
