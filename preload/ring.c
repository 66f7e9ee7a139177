/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PACKET_RX_RING, PACKET_TX_RING: the frames of a packet socket in memory that the daemon makes. mmap() of
 * the descriptor maps it. Whether there is a frame is seen in that memory; who sleeps asks for a token, a
 * packet that makes the descriptor readable, and nothing else (doc/protocol.md, RING). Here are the views
 * that the library keeps for itself, to look.
 */
#include "shim.h"

#include <sys/mman.h>
#include <sys/syscall.h>

enum { RINGS = 64, PAGE = 4096, TAKEN = 1 };

static struct view {
	int fd;
	uint64_t cookie; /* 0: unused; TAKEN, which is no socket's: being made */
	uint8_t *mem;
	size_t size; /* of the frames */
} views[RINGS];
static int used; /* none from here on; never less than it was */

bool ring_used(void)
{
	return unlikely(used);
}

static void drop(struct view *v)
{
	uint8_t *mem = v->mem;
	size_t size = v->size;

	if (v->cookie <= TAKEN)
		return;
	v->fd = -1;
	__atomic_store_n(&v->cookie, 0, __ATOMIC_RELEASE);
	munmap(mem, size + PAGE);
}

/* The daemon's memory of this socket's ring: a descriptor, or -errno. */
static int ask(int fd, bool tx, size_t *size)
{
	const struct nsp_ring_req q = { .tx = tx };
	struct nsp_ring_rep r = { 0 };
	int got, e = rpc_fd(NSP_NR_RING, fd, &q, &r, &got);

	if (e >= 0 && got < 0)
		e = -ENOMEM;
	if (e < 0 && got >= 0)
		raw_call(SYS_close, got);
	*size = (size_t)r.size;
	return e < 0 ? e : got;
}

/* One that nobody else gets, or NULL. */
static struct view *take_slot(void)
{
	uint64_t none;
	int i;

	for (i = 0; i < RINGS; i++) {
		none = 0;
		if (!__atomic_compare_exchange_n(&views[i].cookie, &none, TAKEN, false,
						 __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
			continue;
		if (i >= used)
			used = i + 1;
		return &views[i];
	}
	return NULL;
}

static struct view *look_at(int fd, uint64_t cookie)
{
	struct view *v;
	size_t size;
	void *at;
	int mem;

	mem = ask(fd, false, &size);
	if (mem < 0)
		return NULL;
	at = mmap(NULL, size + PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, mem, 0);
	raw_call(SYS_close, mem);
	v = at == MAP_FAILED ? NULL : take_slot();
	if (!v) {
		if (at != MAP_FAILED)
			munmap(at, size + PAGE);
		return NULL;
	}
	v->fd = fd;
	v->mem = at;
	v->size = size;
	__atomic_store_n(&v->cookie, cookie, __ATOMIC_RELEASE);
	return v;
}

/* Of a descriptor that may have a ring; NULL: it has none. */
static struct view *view_of(int fd)
{
	uint64_t cookie;
	int i;

	if (!(fd_kind(fd) & KF_RING) || KIND(fd_kind(fd)) != K_PACKET)
		return NULL;
	cookie = fd_cookie(fd);
	for (i = 0; i < used; i++)
		if (views[i].cookie > TAKEN && views[i].fd == fd) {
			if (views[i].cookie == cookie)
				return &views[i];
			drop(&views[i]); /* of what was closed where we did not see it */
		}
	return look_at(fd, cookie);
}

/* Tokens, and frames from before there was a ring, which Linux throws away then; not errors. */
static void drain(int fd)
{
	struct nsp_dgram h;

	while (raw_call(SYS_recvfrom, fd, &h, sizeof(h), MSG_PEEK | MSG_DONTWAIT, NULL, NULL) ==
		       sizeof(h) &&
	       h.type != NSP_DGRAM_ERR)
		raw_call(SYS_recvfrom, fd, &h, sizeof(h), MSG_DONTWAIT, NULL, NULL);
}

void ring_forget(int fd)
{
	int i;

	for (i = 0; i < used; i++)
		if (views[i].fd == fd)
			drop(&views[i]);
}

void ring_changed(int fd)
{
	int saved = errno;

	ring_forget(fd);
	tag_add(fd, NSP_TAGB_RING);
	fd_set_kind(fd, fd_kind(fd) | KF_RING);
	if (!view_of(fd)) /* it was given up */
		fd_set_kind(fd, fd_kind(fd) & ~(unsigned int)KF_RING);
	else
		drain(fd);
	errno = saved;
}

static bool ready(const struct view *v)
{
	const struct nsp_ring *ctl = (const void *)(v->mem + v->size);
	uint32_t at = __atomic_load_n(&ctl->last, __ATOMIC_RELAXED);

	return at + sizeof(uint32_t) <= v->size &&
	       __atomic_load_n((uint32_t *)(void *)(v->mem + at), __ATOMIC_ACQUIRE);
}

enum ring_state ring_look(int fd)
{
	struct view *v = view_of(fd);
	struct nsp_ring *ctl;
	int saved = errno;

	if (!v)
		return RING_NONE;
	if (!ready(v)) {
		/* The wish first: a frame that comes behind this look brings a token. */
		ctl = (void *)(v->mem + v->size);
		drain(fd);
		__atomic_store_n(&ctl->want, 1, __ATOMIC_SEQ_CST);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
	}
	errno = saved;
	return ready(v) ? RING_READY : RING_EMPTY;
}

int ring_fds(int *fds, int max)
{
	int i, n = 0;

	for (i = 0; i < used && n < max; i++)
		if (views[i].cookie > TAKEN)
			fds[n++] = views[i].fd;
	return n;
}

/* ---- mmap ----------------------------------------------------------------------------- */
/* Allocators call it before anything here has begun, and must not be entered from it: no dlsym(). */
static long plain_mmap(void *at, size_t len, int prot, int flags, int fd, off_t off)
{
#ifdef __x86_64__
	register long a4 __asm__("r10") = flags;
	register long a5 __asm__("r8") = fd;
	register long a6 __asm__("r9") = off;
	long r;

	__asm__ volatile("syscall"
			 : "=a"(r)
			 : "0"((long)SYS_mmap), "D"(at), "S"(len), "d"((long)prot), "r"(a4),
			   "r"(a5), "r"(a6)
			 : "rcx", "r11", "memory");
	if ((unsigned long)r < (unsigned long)-4095)
		return r;
	errno = (int)-r;
	return -1;
#else
	if (unlikely(!shim.ready))
		shim_init();
	return raw_call(SYS_mmap, at, len, prot, flags, fd, off);
#endif
}

/* size octets of mem, closed, at their place in the whole. */
static bool map_part(uint8_t *at, size_t size, int prot, int flags, int mem)
{
	long r = plain_mmap(at, size, prot, flags | MAP_FIXED, mem, 0);

	raw_call(SYS_close, mem);
	return r != -1;
}

/* Both rings, the one to receive first, in one piece. */
static void *map_both(void *at, const size_t size[2], int prot, int flags, const int mem[2])
{
	size_t len = size[0] + size[1];
	long r = plain_mmap(at, len, PROT_NONE, (flags & ~MAP_SHARED) | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bool ok = r != -1;
	int i;

	for (i = 0; i < 2; i++) {
		if (mem[i] < 0)
			continue;
		if (ok)
			ok = map_part((uint8_t *)r + (i ? size[0] : 0), size[i], prot, flags, mem[i]);
		else
			raw_call(SYS_close, mem[i]);
	}
	if (!ok && r != -1)
		munmap((void *)r, len);
	return ok ? (void *)r : MAP_FAILED;
}

/* As Linux: all of it, from its start. */
static void *map_ring(void *at, size_t len, int prot, int flags, int fd, off_t off)
{
	size_t size[2] = { 0, 0 };
	int mem[2] = { -1, -1 }, i;

	for (i = 0; i < 2 && !off; i++) {
		mem[i] = ask(fd, i, &size[i]);
		if (mem[i] < 0)
			size[i] = 0;
	}
	if (off || !len || (len + PAGE - 1) / PAGE * PAGE != size[0] + size[1]) {
		for (i = 0; i < 2; i++)
			if (mem[i] >= 0)
				raw_call(SYS_close, mem[i]);
		errno = EINVAL;
		return MAP_FAILED;
	}
	return map_both(at, size, prot, flags, mem);
}

/* Called early, and much: nothing is looked at but the number, unless it is one of ours. */
static bool is_packet(int fd, int flags)
{
	return flags & MAP_SHARED && !(flags & MAP_ANONYMOUS) && (unsigned int)fd < FD_MAX &&
	       unlikely(KIND(fd_kinds[fd]) == K_PACKET);
}

EXPORT void *mmap(void *at, size_t len, int prot, int flags, int fd, off_t off)
{
	long r;

	if (is_packet(fd, flags))
		return map_ring(at, len, prot, flags, fd, off);
	r = plain_mmap(at, len, prot, flags, fd, off);
	return r == -1 ? MAP_FAILED : (void *)r;
}

EXPORT void *mmap64(void *at, size_t len, int prot, int flags, int fd, off64_t off)
{
	return mmap(at, len, prot, flags, fd, off);
}
