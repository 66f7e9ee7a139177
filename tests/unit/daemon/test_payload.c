/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that a program lends: what it says of it is not believed. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/payload.h"

static struct daemon dm;

/* As the program's library has it. */
static struct nsp_payload *map(int fd)
{
	struct nsp_payload *m = mmap(NULL, NSP_PAYLOAD_HEAD, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	cr_assert_neq(m, MAP_FAILED);
	return m;
}

static struct payload *make(struct nsp_payload **m)
{
	struct payload *p;
	int fd, err;

	dm.payloads = dm.payload_blocks = 0;
	p = payload_new(&dm, &fd, &err);
	cr_assert(p, "%s", strerror(-err));
	*m = map(fd);
	cr_assert(ftruncate(fd, 4096) && errno == EPERM, "it cannot be cut off");
	cr_assert(ftruncate(fd, 64 << 20) && errno == EPERM);
	close(fd);
	return p;
}

Test(payload, goes_and_comes_back)
{
	struct nsp_payload *m;
	struct payload *p = make(&m);
	struct page *page;
	u32 len = 0;

	cr_assert_eq(m->free, ~0ull);
	m->free &= ~(1ull << 5);
	m->len[5] = 1000;
	page = payload_take(p, NULL, 5, &len);
	cr_assert(page);
	cr_assert_eq(len, 1000);
	cr_assert_eq(dm.payload_blocks, 1);
	cr_assert_eq(page->data[65535], 0, "all of it is there");
	page_get(page);
	page_put(page);
	cr_assert_eq(m->free, ~(1ull << 5));
	payload_put(p);
	cr_assert_eq(dm.payloads, 1, "its block is still here");
	page_put(page);
	cr_assert_eq(m->free, ~0ull);
	cr_assert_eq(dm.payloads, 0);
	cr_assert_eq(dm.payload_blocks, 0);
}

Test(payload, lies)
{
	struct nsp_payload *m;
	struct payload *p = make(&m);
	struct page *page;
	u32 len, i;

	cr_assert(!payload_take(p, NULL, NSP_PAYLOAD_BLOCKS, &len), "no such block");
	cr_assert(!payload_take(p, NULL, 255, &len));
	cr_assert(!payload_take(p, NULL, 0, &len), "not filled");
	m->len[0] = NSP_PAYLOAD_BLOCK + 1;
	cr_assert(!payload_take(p, NULL, 0, &len), "more than a block");
	m->len[0] = NSP_PAYLOAD_BLOCK;
	page = payload_take(p, NULL, 0, &len);
	cr_assert(page);
	m->free = ~0ull;
	cr_assert(!payload_take(p, NULL, 0, &len), "lent already, whatever the program's map says");
	page_put(page);
	memset(m->len, 0xff, sizeof(m->len));
	for (i = 0; i < NSP_PAYLOAD_BLOCKS; i++)
		cr_assert(!payload_take(p, NULL, i, &len));
	payload_put(p);
	cr_assert_eq(dm.payload_blocks, 0);
}

Test(payload, crowded)
{
	struct page *page[NSP_PAYLOAD_BLOCKS];
	struct nsp_payload *m;
	struct payload *p = make(&m);
	u32 len, i;

	for (i = 0; i < NSP_PAYLOAD_BLOCKS; i++) {
		m->len[i] = 1;
		cr_assert_eq(payload_is_crowded(p), i > NSP_PAYLOAD_BLOCKS / 4 * 3);
		page[i] = payload_take(p, NULL, i, &len);
		cr_assert(page[i]);
	}
	for (i = 0; i < NSP_PAYLOAD_BLOCKS; i++)
		page_put(page[i]);
	cr_assert(!payload_is_crowded(p));
	payload_put(p);
}

Test(payload, bounded)
{
	struct payload *all[300];
	u32 n = 0;
	int fd, err;

	dm.payloads = 0;
	while (n < 300 && (all[n] = payload_new(&dm, &fd, &err))) {
		close(fd);
		n++;
	}
	cr_assert_eq(n, 256);
	cr_assert_eq(err, -ENOBUFS);
	while (n)
		payload_put(all[--n]);
	cr_assert_eq(dm.payloads, 0);
}
