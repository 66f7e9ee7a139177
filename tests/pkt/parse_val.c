// SPDX-License-Identifier: BSD-2-Clause
/* Arguments of calls: numbers, names, strings, [lists], {structures} and "...". */
#include "tests/pkt/pkt.h"

#include <arpa/inet.h>
#include <ctype.h>

enum { MAX_ITEMS = 64 };

static struct val *new_val(struct scan *s, enum val_kind kind)
{
	struct val *v = pk_alloc(s->p, sizeof(*v));

	v->kind = kind;
	return v;
}

static struct val *new_int(struct scan *s, s64 i)
{
	struct val *v = new_val(s, VAL_INT);

	v->i = i;
	return v;
}

static char unescape(struct scan *s)
{
	char c = *s->at++;
	static const char from[] = "ntr0\\\"", to[] = "\n\t\r\0\\\"";
	const char *f = strchr(from, c);

	if (c == 'x') {
		char hex[3] = { s->at[0], s->at[0] ? s->at[1] : 0, 0 };

		s->at += 2;
		return (char)strtol(hex, NULL, 16);
	}
	return f && c ? to[f - from] : c;
}

static struct val *string(struct scan *s)
{
	struct val *v = new_val(s, VAL_STRING);
	char *d = pk_alloc(s->p, strlen(s->at) < 4096 ? strlen(s->at) + 1 : 4096);

	v->s = d;
	while (*s->at != '"') {
		if (!*s->at || *s->at == '\n' || v->slen > 4000)
			scan_fail(s, "a string that does not end");
		if (*s->at == '\\') {
			s->at++;
			d[v->slen++] = unescape(s);
		} else {
			d[v->slen++] = *s->at++;
		}
	}
	s->at++;
	return v;
}

/* Name of a member, if one follows: "name=" or "name(...)=" */
static char *member_name(struct scan *s)
{
	struct scan save = *s;
	char *name = scan_word(s);

	if (name) {
		if (scan_try(s, "(")) {
			while (*s->at && *s->at != ')')
				s->at++;
			scan_try(s, ")");
		}
		if (scan_try(s, "=") && *s->at != '=')
			return name;
	}
	*s = save;
	return NULL;
}

static struct val *collection(struct scan *s, enum val_kind kind, const char *end)
{
	struct val *v = new_val(s, kind);

	v->item = pk_alloc(s->p, MAX_ITEMS * sizeof(*v->item));
	v->field = pk_alloc(s->p, MAX_ITEMS * sizeof(*v->field));
	while (!scan_try(s, end)) {
		if (v->nr == MAX_ITEMS)
			scan_fail(s, "too many items");
		if (kind == VAL_STRUCT)
			v->field[v->nr] = member_name(s);
		v->item[v->nr++] = parse_val(s);
		if (!scan_try(s, ",") && (scan_space(s), !scan_is(s, end)))
			scan_fail(s, pk_printf(s->p, "expected \",\" or \"%s\"", end));
	}
	return v;
}

/* htons(x), inet_addr("…"), and so on: what they say is what the value is for us */
static struct val *function(struct scan *s, const char *name)
{
	struct val *v;

	if (strcmp(name, "htons") && strcmp(name, "htonl") && strcmp(name, "inet_addr") &&
	    strcmp(name, "inet_pton"))
		scan_fail(s, pk_printf(s->p, "unknown function %s", name));
	v = parse_val(s);
	if (scan_try(s, ","))
		v = parse_val(s);
	scan_need(s, ")");
	return v;
}

static struct val *name(struct scan *s)
{
	char *word = scan_word(s);
	const char *def;
	s64 i;

	if (!word)
		scan_fail(s, "expected a value");
	if (scan_is(s, "("))
		return s->at++, function(s, word);
	def = pk_define(s->p, word);
	if (def && name_value(def, &i))
		return new_int(s, i);
	if (def)
		return new_int(s, strtoll(def, NULL, 0));
	if (!name_value(word, &i))
		scan_fail(s, pk_printf(s->p, "unknown name %s", word));
	return new_int(s, i);
}

static struct val *primary(struct scan *s)
{
	struct val *v;
	s64 i;

	scan_space(s);
	if (scan_try(s, "..."))
		return new_val(s, VAL_ANY);
	if (scan_try(s, "\""))
		return string(s);
	if (scan_try(s, "["))
		return collection(s, VAL_LIST, "]");
	if (scan_try(s, "{"))
		return collection(s, VAL_STRUCT, "}");
	if (scan_try(s, "(")) {
		v = parse_val(s);
		scan_need(s, ")");
		return v;
	}
	if (scan_try(s, "~"))
		return new_int(s, (s64)(int)~primary(s)->i);
	if (scan_int(s, &i))
		return new_int(s, i);
	return name(s);
}

struct val *parse_val(struct scan *s)
{
	struct val *v = primary(s);

	for (;;) {
		if (v->kind != VAL_INT)
			return v;
		scan_blank(s);
		if (scan_is(s, "*"))	/* in a new line it is the next event's time */
			s->at++, v = new_int(s, v->i * primary(s)->i);
		else if (scan_try(s, "|"))
			v = new_int(s, v->i | primary(s)->i);
		else if (scan_try(s, "<<"))
			v = new_int(s, v->i << primary(s)->i);
		else if (scan_is(s, "+") && !isdigit((unsigned char)s->at[1]) && s->at[1] != '.')
			s->at++, v = new_int(s, v->i + primary(s)->i);
		else
			return v;
	}
}

const struct val *val_field(const struct val *v, const char *field)
{
	for (u32 i = 0; v->kind == VAL_STRUCT && i < v->nr; i++)
		if (v->field[i] && !strcmp(v->field[i], field))
			return v->item[i];
	return NULL;
}
