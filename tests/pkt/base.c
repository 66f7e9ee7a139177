// SPDX-License-Identifier: BSD-2-Clause
/* Memory and failure of a script's run. */
#include "tests/pkt/pkt.h"

#include <stdarg.h>

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	_Alignas(16) u8 data[];
};

enum { ARENA_CHUNK = 64 << 10 };

void *pk_alloc(struct pkt *p, size_t size)
{
	struct arena_block *b = p->arena;
	void *mem;

	size = (size + 15) & ~(size_t)15;
	if (!b || b->size - b->used < size) {
		size_t room = size > ARENA_CHUNK ? size : ARENA_CHUNK;

		b = calloc(1, sizeof(*b) + room);
		if (!b)
			abort();
		b->size = room;
		b->next = p->arena;
		p->arena = b;
	}
	mem = b->data + b->used;
	b->used += size;
	return mem;
}

char *pk_strndup(struct pkt *p, const char *s, size_t n)
{
	char *d = pk_alloc(p, n + 1);

	memcpy(d, s, n);
	return d;
}

char *pk_printf(struct pkt *p, const char *fmt, ...)
{
	char buf[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	return pk_strndup(p, buf, strlen(buf));
}

void pk_free_all(struct pkt *p)
{
	struct arena_block *b = p->arena, *next;

	for (; b; b = next) {
		next = b->next;
		free(b);
	}
	p->arena = NULL;
}

_Noreturn void pk_fail(struct pkt *p, int line, const char *fmt, ...)
{
	va_list ap;
	int n = 0;

	if (line)
		n = snprintf(p->error, sizeof(p->error), "%s:%d: ", p->path, line);
	else
		n = snprintf(p->error, sizeof(p->error), "%s: ", p->path);
	va_start(ap, fmt);
	vsnprintf(p->error + n, sizeof(p->error) - (size_t)n, fmt, ap);
	va_end(ap);
	longjmp(p->failed, 1);
}

char *pk_read_file(struct pkt *p, const char *path)
{
	FILE *f = fopen(path, "re");
	char buf[4096], *text = NULL;
	size_t len = 0, n;

	if (!f)
		return NULL;
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0) {
		char *more = pk_alloc(p, len + n + 1);

		if (len)
			memcpy(more, text, len);
		memcpy(more + len, buf, n);
		text = more;
		len += n;
	}
	fclose(f);
	return text ? text : pk_alloc(p, 1);
}

const char *pk_define(const struct pkt *p, const char *name)
{
	for (u32 i = p->opt.nr_defines; i-- > 0;)
		if (!strcmp(p->opt.define[i].name, name))
			return p->opt.define[i].value;
	return NULL;
}
