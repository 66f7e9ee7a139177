// SPDX-License-Identifier: BSD-2-Clause
/*
 * Memory of packet sockets' rings: a sealed memfd, which the program's library is given to map. What it
 * writes there the packet room does not trust.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/channel.h"
#include "daemon/ringmem.h"

_Static_assert(offsetof(struct nsp_ring, want) == offsetof(struct packet_ring_ctl, want) &&
		       offsetof(struct nsp_ring, last) == offsetof(struct packet_ring_ctl, last) &&
		       sizeof(struct packet_ring_ctl) <= sizeof(struct nsp_ring),
	       "one page for both");

enum { RINGS_BYTES = 512 << 20 }; /* of all programs */

/* The descriptor plus 1: never NULL. */
static int fd_of(void *handle)
{
	return (int)(intptr_t)handle - 1;
}

static bool count(struct daemon *dm, size_t size)
{
	if (dm->ring_bytes + size > RINGS_BYTES)
		return false;
	dm->ring_bytes += size;
	return true;
}

static struct daemon *daemon_of(struct net *net)
{
	return ((struct worker *)net->cfg.ctx)->dm;
}

static void *mem_new(struct net *net, size_t size, void **handle)
{
	void *mem = MAP_FAILED;
	int fd;

	if (!count(daemon_of(net), size))
		return NULL;
	fd = memfd_create("netstack-ring", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd >= 0 && !ftruncate(fd, (off_t)size) &&
	    !fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
		mem = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mem == MAP_FAILED) {
		if (fd >= 0)
			close(fd);
		daemon_of(net)->ring_bytes -= size;
		return NULL;
	}
	*handle = (void *)(intptr_t)(fd + 1);
	return mem;
}

static void mem_free(struct net *net, void *mem, size_t size, void *handle)
{
	munmap(mem, size);
	close(fd_of(handle));
	daemon_of(net)->ring_bytes -= size;
}

void ringmem_init(struct net *net)
{
	net->packet.mem_new = mem_new;
	net->packet.mem_free = mem_free;
}

int call_ring(struct call *c)
{
	const struct nsp_ring_req *req = c->req;
	struct nsp_ring_rep rep = { 0 };
	void *handle;
	int fd;

	rep.size = c->o->sk ? packet_ring_size(c->o->sk, req->tx, &handle) : 0;
	if (!rep.size)
		return -EINVAL;
	fd = fd_of(handle);
	c->answered = channel_reply_fds(c->ch, c->h, &rep, sizeof(rep), &fd, 1);
	return c->answered ? 0 : -EAGAIN;
}
