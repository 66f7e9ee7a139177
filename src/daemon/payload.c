// SPDX-License-Identifier: BSD-2-Clause
#include "daemon/payload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	PAYLOADS_MAX = 256,	/* of all programs: 1 GiB that they may fill */
	MAP_SIZE = NSP_PAYLOAD_HEAD + NSP_PAYLOAD_BLOCKS * NSP_PAYLOAD_BLOCK,
};
_Static_assert(sizeof(struct nsp_payload) <= NSP_PAYLOAD_HEAD, "the head has its own pages");

struct block {
	struct page page;	/* first */
	struct payload *owner;
	bool here;		/* lent to us, and not given back. Atomic */
};

/* Connections of any worker hold its blocks: what is counted here is counted atomically. */
struct payload {
	struct daemon *dm;
	u32 refs;
	u32 nr_here;
	struct nsp_payload *head;
	struct block block[NSP_PAYLOAD_BLOCKS];
};

static void give_back(struct page *page)
{
	struct block *b = container_of(page, struct block, page);
	struct payload *p = b->owner;
	u64 bit = 1ull << (b - p->block);

	__atomic_fetch_sub(&p->nr_here, 1, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&p->dm->payload_blocks, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&b->here, false, __ATOMIC_RELEASE);
	__atomic_fetch_or(&p->head->free, bit, __ATOMIC_RELEASE);
	payload_put(p);
}

/* Sealed, or a program could cut it off under our hands. */
static int make_memory(struct payload *p)
{
	int fd = memfd_create("netstack-payload", MFD_CLOEXEC | MFD_ALLOW_SEALING), err;
	void *at;

	if (fd < 0)
		return -errno;
	if (!ftruncate(fd, MAP_SIZE) && !fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)) {
		at = mmap(NULL, MAP_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (at != MAP_FAILED) {
			p->head = at;
			return fd;
		}
	}
	err = errno;
	close(fd);
	return -err;
}

static bool count_one(struct daemon *dm)
{
	if (__atomic_add_fetch(&dm->payloads, 1, __ATOMIC_RELAXED) <= PAYLOADS_MAX)
		return true;
	__atomic_fetch_sub(&dm->payloads, 1, __ATOMIC_RELAXED);
	return false;
}

struct payload *payload_new(struct daemon *dm, int *fd, int *err)
{
	struct payload *p;

	*err = -ENOBUFS;
	if (!count_one(dm))
		return NULL;
	*err = -ENOMEM;
	p = calloc(1, sizeof(*p));
	if (p) {
		*fd = *err = make_memory(p);
		if (*err < 0) {
			free(p);
			p = NULL;
		}
	}
	if (!p) {
		__atomic_fetch_sub(&dm->payloads, 1, __ATOMIC_RELAXED);
		return NULL;
	}
	*err = 0;
	p->dm = dm;
	p->refs = 1;
	p->head->free = ~0ull >> (64 - NSP_PAYLOAD_BLOCKS);
	return p;
}

void payload_get(struct payload *p)
{
	__atomic_fetch_add(&p->refs, 1, __ATOMIC_RELAXED);
}

void payload_put(struct payload *p)
{
	if (!p || __atomic_sub_fetch(&p->refs, 1, __ATOMIC_ACQ_REL))
		return;
	munmap(p->head, MAP_SIZE);
	__atomic_fetch_sub(&p->dm->payloads, 1, __ATOMIC_RELAXED);
	free(p);
}

struct page *payload_take(struct payload *p, struct net *net, u32 i, u32 *len)
{
	struct block *b;

	if (i >= NSP_PAYLOAD_BLOCKS)
		return NULL;
	*len = __atomic_load_n(&p->head->len[i], __ATOMIC_ACQUIRE);
	b = &p->block[i];
	if (!*len || *len > NSP_PAYLOAD_BLOCK || __atomic_exchange_n(&b->here, true, __ATOMIC_ACQ_REL))
		return NULL;
	b->owner = p;
	b->page = (struct page){ .net = net, .refcnt = 1, .size = NSP_PAYLOAD_BLOCK, .release = give_back,
				 .data = (u8 *)p->head + NSP_PAYLOAD_HEAD + (size_t)i * NSP_PAYLOAD_BLOCK };
	__atomic_fetch_add(&p->nr_here, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&p->dm->payload_blocks, 1, __ATOMIC_RELAXED);
	payload_get(p);
	return &b->page;
}

bool payload_is_crowded(const struct payload *p)
{
	return __atomic_load_n(&p->nr_here, __ATOMIC_RELAXED) > NSP_PAYLOAD_BLOCKS / 4 * 3;
}
