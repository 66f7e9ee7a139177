/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a call says is what the frames that came before it have left. Linux takes a frame before the program
 * runs on; here the daemon must first have had its turn, and a read, a write or a poll that follows a frame
 * at once would find the descriptor as it was. So such calls look first whether frames wait in a device or
 * are being handled (the daemon's pulse), and only then ask the daemon to finish with them.
 *
 * So do calls that may find what the program itself has sent to this host.
 *
 * A look costs a system call, asking two wake-ups. On a busy machine frames always wait, so both are paid
 * from a small share of the program's time: when that is used up nothing is looked at, and a call finds
 * what it finds, as it would have on Linux a moment earlier.
 */
#include "shim.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

static struct {
	const struct nsp_pulse *page;	/* NULL: none yet. The mapping stays, its contents are exchanged */
	int poll_fd;
	struct budget budget;
} pulse = { .poll_fd = -1 };

static bool map_page(int fd)
{
	void *at = (void *)(uintptr_t)pulse.page;
	int fixed = at ? MAP_FIXED : 0;
	void *p = mmap(at, sizeof(*pulse.page), PROT_READ, MAP_SHARED | fixed, fd, 0);

	if (p == MAP_FAILED)
		return false;
	pulse.page = p;
	return true;
}

void pulse_take(int fds[NSP_PULSE_FDS])
{
	int fd = fds[NSP_PULSE_POLL];

	pulse_drop();
	if (map_page(fds[NSP_PULSE_PAGE])) {
		fd_set_kind(fd, K_OWN);
		pulse.poll_fd = fd;
	} else {
		raw_call(SYS_close, fd);
	}
	raw_call(SYS_close, fds[NSP_PULSE_PAGE]);
}

void pulse_drop(void)
{
	int fd = pulse.poll_fd;

	pulse.poll_fd = -1;
	if (!rpc_fd_is_ours(fd))
		return;
	raw_call(SYS_close, fd);
	fd_kinds[fd] = K_NONE;
}

int pulse_fd(void)
{
	return rpc_fd_is_ours(pulse.poll_fd) ? pulse.poll_fd : -1;
}

bool pulse_moved(int from, int to)
{
	if (pulse.poll_fd != from)
		return false;
	pulse.poll_fd = to;
	return true;
}

int64_t pulse_spin_ns(void)
{
	return unlikely(pulse.poll_fd >= 0 && pulse.page->spin_us) ? pulse.page->spin_us * INT64_C(1000) : 0;
}

uint32_t pulse_errors(void)
{
	return likely(pulse.page) ? __atomic_load_n(&pulse.page->errors, __ATOMIC_RELAXED) : 0;
}

/* In this order: a frame that is no longer in its device by the first look is at work by the second. */
static bool frames_wait(void)
{
	return fd_poll(pulse.poll_fd, POLLIN, 0) > 0 ||
	       __atomic_load_n(&pulse.page->busy, __ATOMIC_ACQUIRE);
}

void budget_spend(struct budget *b, int64_t since, int64_t now)
{
	int64_t next = b->next;

	if (next < now - BUDGET_CREDIT)
		next = now - BUDGET_CREDIT;
	__atomic_store_n(&b->next, next + (now - since) * BUDGET_PART, __ATOMIC_RELAXED);
}

static bool owed;	/* sent to this host, and the daemon not asked since; racy, and no harm */

void settle_later(void)
{
	if (!owed)
		owed = true;
}

static bool ask(bool for_own)
{
	static const struct nsp_barrier_req q = { .flags = NSP_BARRIER_FRAMES };
	int saved = errno;
	bool wait;
	int64_t now;

	if (likely(pulse.poll_fd < 0) || shim.silent || shim.supervisor)
		return false;
	now = now_ns();
	if (!budget_left(&pulse.budget, now) || !rpc_fd_is_ours(pulse.poll_fd))
		return false;
	wait = unlikely(for_own && owed);
	if (wait)
		owed = false;
	else
		wait = frames_wait();
	if (wait)
		rpc(NSP_NR_BARRIER, -1, &q, NULL, 0, NULL, NULL, NULL);
	budget_spend(&pulse.budget, now, now_ns());
	errno = saved;
	return wait;
}

bool settle(void)
{
	return ask(true);
}

bool settle_frames(void)
{
	return ask(false);
}
