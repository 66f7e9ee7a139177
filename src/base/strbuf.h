/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Appends text to a buffer of the caller: never writes past it, always leaves a terminated string,
 * and remembers whether something did not fit.
 */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include "base/types.h"

#include <stdarg.h>

struct strbuf {
	char *buf;
	size_t size; /* of buf, with the terminator */
	size_t len;  /* of the text, without the terminator; < size unless size is 0 */
	bool truncated;
};

/* size may be 0 (buf is then not touched and everything truncates). */
void strbuf_init(struct strbuf *sb, char *buf, size_t size);
void strbuf_reset(struct strbuf *sb);
void strbuf_putc(struct strbuf *sb, char c);
void strbuf_puts(struct strbuf *sb, const char *s);
void strbuf_write(struct strbuf *sb, const void *data, size_t len);
__format_printf(2, 3) void strbuf_printf(struct strbuf *sb, const char *fmt, ...);
__format_printf(2, 0) void strbuf_vprintf(struct strbuf *sb, const char *fmt, va_list ap);
/* Lower-case hex digits of len bytes, sep between bytes unless it is 0. */
void strbuf_hex(struct strbuf *sb, const void *data, size_t len, char sep);

/* Bytes that can still be appended. */
static inline size_t strbuf_room(const struct strbuf *sb)
{
	return sb->size ? sb->size - 1 - sb->len : 0;
}

#endif
