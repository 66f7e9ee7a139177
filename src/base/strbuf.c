/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/strbuf.h"

#include <stdio.h>
#include <string.h>

void strbuf_init(struct strbuf *sb, char *buf, size_t size)
{
	sb->buf = buf;
	sb->size = size;
	strbuf_reset(sb);
}

void strbuf_reset(struct strbuf *sb)
{
	sb->len = 0;
	sb->truncated = false;
	if (sb->size)
		sb->buf[0] = '\0';
}

void strbuf_write(struct strbuf *sb, const void *data, size_t len)
{
	if (len > strbuf_room(sb)) {
		len = strbuf_room(sb);
		sb->truncated = true;
	}
	if (!len)
		return;
	memcpy(sb->buf + sb->len, data, len);
	sb->len += len;
	sb->buf[sb->len] = '\0';
}

void strbuf_putc(struct strbuf *sb, char c)
{
	strbuf_write(sb, &c, 1);
}

void strbuf_puts(struct strbuf *sb, const char *s)
{
	strbuf_write(sb, s, strlen(s));
}

void strbuf_vprintf(struct strbuf *sb, const char *fmt, va_list ap)
{
	char none[1];
	bool full = !sb->size;
	int n;

	n = vsnprintf(full ? none : sb->buf + sb->len, full ? 1 : sb->size - sb->len, fmt, ap);
	if (n <= 0)
		return;
	if ((size_t)n > strbuf_room(sb)) {
		sb->truncated = true;
		n = (int)strbuf_room(sb);
	}
	sb->len += (size_t)n;
}

void strbuf_printf(struct strbuf *sb, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strbuf_vprintf(sb, fmt, ap);
	va_end(ap);
}

void strbuf_hex(struct strbuf *sb, const void *data, size_t len, char sep)
{
	const u8 *p = data;

	for (size_t i = 0; i < len; i++) {
		static const char digit[] = "0123456789abcdef";

		if (i && sep)
			strbuf_putc(sb, sep);
		strbuf_putc(sb, digit[p[i] >> 4]);
		strbuf_putc(sb, digit[p[i] & 15]);
	}
}
