// SPDX-License-Identifier: BSD-2-Clause
/* Reading a script's text from left to right. */
#include "tests/pkt/pkt.h"

#include <ctype.h>

_Noreturn void scan_fail(struct scan *s, const char *what)
{
	pk_fail(s->p, s->line, "syntax: %s at \"%.20s\"", what, s->at);
}

static bool skip_comment(struct scan *s)
{
	if (s->at[0] != '/')
		return false;
	if (s->at[1] == '/') {
		s->at += strcspn(s->at, "\n");
		return true;
	}
	if (s->at[1] != '*')
		return false;
	for (; *s->at && !(s->at[0] == '*' && s->at[1] == '/'); s->at++)
		s->line += *s->at == '\n';
	s->at += *s->at ? 2 : 0;
	return true;
}

void scan_space(struct scan *s)
{
	for (;;) {
		if (*s->at == '\n')
			s->line++;
		if (isspace((unsigned char)*s->at))
			s->at++;
		else if (!skip_comment(s))
			return;
	}
}

void scan_blank(struct scan *s)
{
	while (*s->at == ' ' || *s->at == '\t' || *s->at == '\r')
		s->at++;
}

bool scan_is(const struct scan *s, const char *text)
{
	return !strncmp(s->at, text, strlen(text));
}

bool scan_try(struct scan *s, const char *text)
{
	scan_space(s);
	if (!scan_is(s, text))
		return false;
	s->at += strlen(text);
	return true;
}

void scan_need(struct scan *s, const char *text)
{
	if (!scan_try(s, text))
		scan_fail(s, pk_printf(s->p, "expected \"%s\"", text));
}

char *scan_word(struct scan *s)
{
	char *from;

	scan_space(s);
	from = s->at;
	if (!isalpha((unsigned char)*from) && *from != '_')
		return NULL;
	while (isalnum((unsigned char)*s->at) || *s->at == '_')
		s->at++;
	return pk_strndup(s->p, from, (size_t)(s->at - from));
}

bool scan_int(struct scan *s, s64 *v)
{
	const char *c;
	char *end;

	scan_space(s);
	c = s->at + (*s->at == '-');
	if (!isdigit((unsigned char)*c))
		return false;
	/* 0x is hexadecimal, a leading 0 is not octal */
	*v = (s64)strtoull(c, &end, c[0] == '0' && (c[1] == 'x' || c[1] == 'X') ? 16 : 10);
	if (*s->at == '-')
		*v = -*v;
	s->at = end;
	return true;
}

s64 scan_need_int(struct scan *s)
{
	s64 v;

	if (!scan_int(s, &v))
		scan_fail(s, "expected a number");
	return v;
}
