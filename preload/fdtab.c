/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cache of what each number is. The truth is the kernel's tag; this table only saves the
 * system call. It is changed by the process that owns the memory and by nobody else: a vfork
 * child (posix_spawn, Python's subprocess) closes and duplicates numbers of its own table while
 * it still runs in its parent's memory.
 */
#include "shim.h"

#include <dirent.h>
#include <stdlib.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>

uint32_t fd_kinds[FD_MAX];

static struct fdmem *fd_mems[MEM_FD_MAX];
static struct fdmem *mem_free;
static char mem_lock;
static unsigned int fd_top; /* no number from here on was ever ours */
static pid_t owner;	    /* the process this memory belongs to */
static int *alive;	    /* a page that reads zero in a forked child */

static void owner_claim(void)
{
	owner = (pid_t)raw_call(SYS_getpid, 0);
	if (!alive) {
		void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			       0);

		if (p == MAP_FAILED)
			return;
		if (madvise(p, 4096, MADV_WIPEONFORK)) {
			munmap(p, 4096);
			return;
		}
		alive = p;
	}
	*alive = 1;
}

/* true: there was a fork, and the memory is a copy and ours. Locks may be held by threads that do not
 * exist here. */
static bool forked(void)
{
	if (likely(!alive || *alive))
		return false;
	mem_lock = 0;
	mem_free = NULL;
	borrowers_forget();
	owner_claim();
	rpc_after_fork();
	return true;
}

bool fd_owner(void)
{
	if (forked() || likely(alive && !__atomic_load_n(&fd_borrowers, __ATOMIC_RELAXED)))
		return true;
	return (pid_t)raw_call(SYS_getpid, 0) == owner;
}

pid_t fd_owner_pid(void)
{
	if (unlikely(!alive))
		return (pid_t)raw_call(SYS_getpid, 0);
	forked();
	return owner;
}

/* The lock is held for a few instructions; a signal handler that finds it taken by its own
 * thread gives up instead of waiting for ever. */
static bool mem_take(void)
{
	int tries = 1000;

	while (__atomic_test_and_set(&mem_lock, __ATOMIC_ACQUIRE)) {
		if (!--tries)
			return false;
		sched_yield();
	}
	return true;
}

static void mem_give(void)
{
	__atomic_clear(&mem_lock, __ATOMIC_RELEASE);
}

static void mem_more(void)
{
	size_t i, n = 64;
	struct fdmem *m = mmap(NULL, n * sizeof(*m), PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (m == MAP_FAILED)
		return;
	for (i = 0; i < n; i++) {
		m[i].next = mem_free;
		mem_free = &m[i];
	}
}

struct fdmem *fd_mem(int fd, bool make)
{
	struct fdmem *m;

	if ((unsigned int)fd >= MEM_FD_MAX)
		return NULL;
	m = fd_mems[fd];
	if (m || !make || !fd_owner() || !mem_take())
		return m;
	if (!mem_free)
		mem_more();
	m = mem_free;
	if (m) {
		mem_free = m->next;
		memset(m, 0, offsetof(struct fdmem, buf));
		m->epfd = -1;
		fd_mems[fd] = m;
	}
	mem_give();
	return m;
}

static void mem_drop(int fd)
{
	struct fdmem *m;

	if ((unsigned int)fd >= MEM_FD_MAX || !fd_mems[fd] || !mem_take())
		return;
	m = fd_mems[fd];
	fd_mems[fd] = NULL;
	if (m) {
		m->next = mem_free;
		mem_free = m;
	}
	mem_give();
}

struct fdmem *fd_mem_detach(int fd)
{
	struct fdmem *m;

	if ((unsigned int)fd >= MEM_FD_MAX)
		return NULL;
	m = fd_mems[fd];
	fd_mems[fd] = NULL;
	return m;
}

void fd_mem_attach(int fd, struct fdmem *m)
{
	mem_drop(fd);
	if ((unsigned int)fd < MEM_FD_MAX)
		fd_mems[fd] = m;
	else
		fd_mem_free(m);
}

void fd_mem_free(struct fdmem *m)
{
	if (!m || !mem_take())
		return;
	m->next = mem_free;
	mem_free = m;
	mem_give();
}

static const struct nsp_opt *opt_at(const struct fdmem *m, size_t off)
{
	return (const struct nsp_opt *)(const void *)(m->buf + off);
}

const struct nsp_opt *fd_find_opt(int fd, int level, int name)
{
	struct fdmem *m = fd_mem(fd, false);
	size_t off = 0;

	while (m && off < m->used) {
		const struct nsp_opt *o = opt_at(m, off);

		if (o->level == level && o->name == name)
			return o;
		off += sizeof(*o) + NSP_ALIGN8(o->len);
	}
	return NULL;
}

bool fd_remember_opt(int fd, int level, int name, const void *val, size_t len)
{
	struct nsp_opt *o = (struct nsp_opt *)(uintptr_t)fd_find_opt(fd, level, name);
	struct fdmem *m = fd_mem(fd, true);
	size_t need = sizeof(*o) + NSP_ALIGN8(len);

	if (!m || (o && o->len != len))
		return false;
	if (!o) {
		if (m->used + need > sizeof(m->buf))
			return false;
		o = (struct nsp_opt *)(void *)(m->buf + m->used);
		memset(o, 0, need);
		o->level = level;
		o->name = name;
		o->len = (uint32_t)len;
		m->used = (uint16_t)(m->used + need);
		m->opts++;
	}
	memcpy(o + 1, val, len);
	return true;
}

void fd_mem_move(int from, int to)
{
	if ((unsigned int)from >= MEM_FD_MAX || (unsigned int)to >= MEM_FD_MAX)
		return;
	mem_drop(to);
	fd_mems[to] = fd_mems[from];
	fd_mems[from] = NULL;
}

void fd_set_kind(int fd, unsigned int kind)
{
	if ((unsigned int)fd >= FD_MAX)
		return;
	kind &= ~KF_TAG | fd_kinds[fd];	/* lost once, lost for good */
	if (fd_kinds[fd] == kind || !fd_owner())
		return;
	fd_kinds[fd] = kind;
	if ((unsigned int)fd >= fd_top)
		fd_top = (unsigned int)fd + 1;
}

void fd_forget(int fd)
{
	if ((unsigned int)fd >= FD_MAX || !fd_kinds[fd] || !fd_owner())
		return;
	if (unlikely(ring_used()))
		ring_forget(fd);
	fd_kinds[fd] = K_NONE;
	mem_drop(fd);
}

void fd_forget_range(unsigned int first, unsigned int last)
{
	unsigned int fd;

	for (fd = first; fd <= last && fd < fd_top; fd++)
		if (fd_kinds[fd] && KIND(fd_kinds[fd]) != K_OWN)
			fd_forget((int)fd);
}

void fd_copy(int oldfd, int newfd)
{
	unsigned int k = fd_kind(oldfd);

	if (KIND(k) == K_OWN)
		k = K_NONE;
	if (fd_kind(newfd) != k || k)
		fd_forget(newfd);
	fd_set_kind(newfd, k);
	if (IS_DGRAM(k))
		peek_off_copy(oldfd, newfd);
}

unsigned int fd_kind_now(int fd)
{
	unsigned int k = fd_kind(fd);

	if (KIND(k) != K_NEW || k & KF_TAG)
		return k;
	if (!(NSP_TAG_BITS(tag_get(fd)) & (NSP_TAGB_CONNECT | NSP_TAGB_LISTEN)))
		return k;
	fd_set_kind(fd, fd_learn(fd) | (k & KF_KEEP));
	return fd_kind(fd);
}

void fd_flag_copies(int fd, unsigned int flag, bool on)
{
	unsigned int k = fd_kind(fd), other, i;
	uint64_t cookie;

	if (k & KF_TAG)		/* there are none */
		return;
	cookie = fd_cookie(fd);
	for (i = 0; i < fd_top; i++) {
		other = fd_kinds[i];
		if ((int)i != fd && IS_SOCK(other) && KIND(other) == KIND(k) &&
		    !(other & flag) == on && fd_cookie((int)i) == cookie)
			fd_set_kind((int)i, on ? other | flag : other & ~flag);
	}
}

unsigned int fd_limit(void)
{
	return fd_top;
}

unsigned int fd_learn(int fd)
{
	struct nsp_accname name;
	unsigned int k = K_NONE;
	int domain = 0;
	socklen_t len = sizeof(domain);
	int saved = errno;
	uint64_t tag;

	if (!real.getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) && domain == AF_UNIX) {
		tag = tag_get(fd);
		if (tag)
			k = tag_kind(tag);
		else if (accname_of(fd, &name))
			k = K_STREAM | (name.local.sa[0] == AF_INET6 ? KF_V6 : 0);
	}
	errno = saved;
	fd_set_kind(fd, k);
	return k;
}

/* Entries of getdents64(2). */
struct dent {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	uint8_t type;
	char name[];
};

/**
 * fd_scan() - find the sockets that this process was started with
 *
 * One system call per descriptor that is open, two more for each foreign Unix socket.
 */
void fd_scan(void)
{
	char buf[2048] __attribute__((aligned(8)));
	int dir, saved = errno;
	long n, off;

	owner_claim();
	dir = (int)raw_call(SYS_openat, AT_FDCWD, "/proc/self/fd",
			    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) {
		for (dir = 0; dir < 256; dir++)
			fd_learn(dir);
		errno = saved;
		return;
	}
	while ((n = raw_call(SYS_getdents64, dir, buf, sizeof(buf))) > 0)
		for (off = 0; off < n;) {
			struct dent *d = (struct dent *)(void *)(buf + off);
			int fd = d->name[0] == '.' ? -1 : (int)strtol(d->name, NULL, 10);

			off += d->reclen;
			if (fd >= 0 && fd != dir && !fd_learn(fd))
				fd_set_kind(fd, file_learn(fd));
		}
	raw_call(SYS_close, dir);
	errno = saved;
}
