/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A send that waits goes on with its socket although another thread closes the number: the kernel's calls
 * hold the file, and ours are several calls by number. So a thread says which number it sends on, and who
 * closes that leaves it a copy. Only the closing costs a system call more, and only while somebody waits; a
 * program with one thread pays nothing.
 */
#include "shim.h"

#include <pthread.h>
#include <sys/single_threaded.h>
#include <sys/syscall.h>

enum { SLOT_BITS = 5, SLOTS = 1 << SLOT_BITS };

/* A number in use, and the copy of it that was left, each plus 1; 0: free. Each has a cache line. */
static struct slot {
	uint64_t word;
	uint64_t pad[7];
} slots[SLOTS];

#define NUMBER_OF(w) ((int)(uint32_t)(w) - 1)
#define COPY_OF(w)   ((int)((w) >> 32) - 1)

/* Where a thread begins to look for a free one: each has a stack of its own. */
static unsigned int first_slot(const void *stack)
{
	return (uint32_t)((uintptr_t)stack >> 12) * 2654435761u >> (32 - SLOT_BITS);
}

/* Of libc, which has them for programs of old. */
void _pthread_cleanup_push(struct _pthread_cleanup_buffer *buf, void (*routine)(void *arg), void *arg);
void _pthread_cleanup_pop(struct _pthread_cleanup_buffer *buf, int execute);

void guard_set(struct guard *g, void (*undo)(void *arg), void *arg)
{
	g->set = !__libc_single_threaded;
	if (unlikely(g->set))
		_pthread_cleanup_push(&g->buf, undo, arg);
}

void guard_end(struct guard *g)
{
	if (unlikely(g->set))
		_pthread_cleanup_pop(&g->buf, 0);
	g->set = false;
}

/* Whoever has closed the number meanwhile has left a copy. */
static void let_go(void *arg)
{
	struct hold *h = arg;
	uint64_t w = __atomic_exchange_n(h->slot, 0, __ATOMIC_SEQ_CST);

	h->slot = NULL;
	if (likely(!(w >> 32)))
		return;
	fd_forget(COPY_OF(w));
	raw_call(SYS_close, COPY_OF(w));
}

void hold_begin(struct hold *h, int fd, int flags)
{
	unsigned int i, at;

	h->slot = NULL;
	h->fd = fd;
	if (likely(__libc_single_threaded) || flags & MSG_DONTWAIT || shim.supervisor || !fd_owner())
		return;
	at = first_slot(h);
	for (i = 0; i < SLOTS; i++) {
		uint64_t *s = &slots[(at + i) % SLOTS].word, none = 0;

		if (!__atomic_compare_exchange_n(s, &none, (uint64_t)fd + 1, false, __ATOMIC_SEQ_CST,
						 __ATOMIC_RELAXED))
			continue;
		h->slot = s;
		guard_set(&h->guard, let_go, h);
		break;
	}
}

int hold_fd(const struct hold *h)
{
	uint64_t w = h->slot ? __atomic_load_n(h->slot, __ATOMIC_SEQ_CST) : 0;

	return unlikely(w >> 32) ? COPY_OF(w) : h->fd;
}

void hold_end(struct hold *h)
{
	if (likely(!h->slot))
		return;
	guard_end(&h->guard);
	let_go(h);
}

/* Leaves a copy to who uses that slot. */
static void leave(uint64_t *s, uint64_t w)
{
	int fd = NUMBER_OF(w), copy = (int)raw_call(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 0);

	if (copy < 0)
		return;
	fd_copy(fd, copy);
	if (__atomic_compare_exchange_n(s, &w, w | ((uint64_t)copy + 1) << 32, false, __ATOMIC_SEQ_CST,
					__ATOMIC_RELAXED))
		return;
	fd_forget(copy);	/* it does not wait any more */
	raw_call(SYS_close, copy);
}

void hold_closing(unsigned int first, unsigned int last)
{
	int saved = errno;
	unsigned int i;

	if (likely(__libc_single_threaded) || !fd_owner())
		return;
	for (i = 0; i < SLOTS; i++) {
		uint64_t w = __atomic_load_n(&slots[i].word, __ATOMIC_SEQ_CST);

		unsigned int fd = (unsigned int)NUMBER_OF(w);

		if (w && !(w >> 32) && fd >= first && fd <= last)
			leave(&slots[i].word, w);
	}
	errno = saved;
}

void hold_forget(void)
{
	memset(slots, 0, sizeof(slots));
}
