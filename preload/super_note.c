/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The library remembers of a socket what the kernel's tag does not tell: options that wait for a
 * connect(), an error that was told. In a program this is kept under the descriptor's number; here
 * a descriptor is a copy that lives for one call, and it is kept under the socket's cookie.
 * Nobody says when a socket ends, so there is a bound: what is lost beyond it are such details of
 * the sockets that were idle longest.
 */
#include "super.h"

#define SETS 2048
#define WAYS 4

struct note {
	uint64_t cookie; /* 0: free */
	uint32_t used;	 /* when, in calls */
	uint32_t kind;
	struct fdmem *mem;
};

static struct note notes[SETS][WAYS];
static uint32_t calls;

static struct note *find(uint64_t cookie)
{
	struct note *set = notes[cookie % SETS];
	int i;

	for (i = 0; i < WAYS; i++)
		if (set[i].cookie == cookie)
			return &set[i];
	return NULL;
}

static struct note *oldest(uint64_t cookie)
{
	struct note *set = notes[cookie % SETS], *n = set;
	int i;

	for (i = 0; i < WAYS; i++) {
		if (!set[i].cookie)
			return &set[i];
		if (calls - set[i].used > calls - n->used)
			n = &set[i];
	}
	return n;
}

void note_load(int fd, uint64_t cookie)
{
	struct note *n = find(cookie);

	if (!n)
		return;
	/* The tag may have moved on by another way (a child that is preloaded). */
	if (IS_DGRAM(n->kind) || KIND(fd_kinds[fd]) == KIND(n->kind) ||
	    (KIND(fd_kinds[fd]) == K_CONNECTING && KIND(n->kind) == K_STREAM))
		fd_set_kind(fd, n->kind);
	fd_mem_attach(fd, n->mem);
	n->mem = NULL;
}

void note_save(int fd, uint64_t cookie)
{
	unsigned int kind = fd_kind(fd);
	struct note *n = find(cookie);
	struct fdmem *mem = fd_mem_detach(fd);

	if (mem && (KIND(kind) == K_STREAM || KIND(kind) == K_LISTEN)) {
		fd_mem_free(mem); /* the daemon knows them */
		mem = NULL;
	}
	if (!n)
		n = oldest(cookie);
	if (n->mem)
		fd_mem_free(n->mem);
	*n = (struct note){ .cookie = cookie, .used = ++calls, .kind = kind, .mem = mem };
	fd_forget(fd);
}
