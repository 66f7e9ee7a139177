// SPDX-License-Identifier: BSD-2-Clause
/*
 * Command blocks: just enough of a shell to read what scripts set up. Words, quotes, \ at a line's
 * end, comments, $((arithmetic)), redirections; no process is ever started.
 */
#include <ctype.h>

#include "tests/pkt/pkt.h"

struct sh {
	struct pkt *p;
	const struct event *ev;
	const char *at;
	int depth;
};

static s64 arith(const char **at);

static s64 arith_atom(const char **at)
{
	char *end;
	s64 v;

	while (**at == ' ')
		(*at)++;
	if (**at == '(') {
		(*at)++;
		v = arith(at);
		*at += **at == ')';
		return v;
	}
	v = strtoll(*at, &end, 0);
	*at = end;
	return v;
}

static s64 arith_product(const char **at)
{
	s64 v = arith_atom(at);

	for (;; ) {
		while (**at == ' ')
			(*at)++;
		if (**at == '*')
			(*at)++, v *= arith_atom(at);
		else
			return v;
	}
}

static s64 arith(const char **at)
{
	s64 v = arith_product(at);

	for (;;) {
		if (**at == '+')
			(*at)++, v += arith_product(at);
		else if (**at == '-')
			(*at)++, v -= arith_product(at);
		else
			return v;
	}
}

struct word {
	char b[512];
	u32 n;
	bool any;
};

static void add(struct sh *sh, struct word *w, char c)
{
	if (w->n == sizeof(w->b) - 1)
		pk_fail(sh->p, sh->ev->line, "a word too long in a command");
	w->b[w->n++] = c;
	w->any = true;
}

static void dollar(struct sh *sh, struct word *w)
{
	char text[32];
	const char *end;

	if (!strncmp(sh->at, "$((", 3)) {
		sh->at += 3;
		snprintf(text, sizeof(text), "%lld", (long long)arith(&sh->at));
		if (strncmp(sh->at, "))", 2))
			pk_fail(sh->p, sh->ev->line, "bad arithmetic in a command");
		sh->at += 2;
		for (const char *c = text; *c; c++)
			add(sh, w, *c);
		return;
	}
	end = sh->at[1] == '{' ? strchr(sh->at, '}') : NULL;	/* ${PPID}: nothing */
	sh->at++;
	if (end)
		sh->at = end + 1;
	else
		while (isalnum((unsigned char)*sh->at) || *sh->at == '_')
			sh->at++;
	w->any = true;
}

static void quoted(struct sh *sh, struct word *w, char q)
{
	for (sh->at++; *sh->at && *sh->at != q;) {
		if (q == '"' && *sh->at == '$')
			dollar(sh, w);
		else
			add(sh, w, *sh->at++);
	}
	sh->at += *sh->at == q;
	w->any = true;
}

/* false: the command ends here */
static bool next_word(struct sh *sh, struct word *w)
{
	w->n = 0;
	w->any = false;
	while (*sh->at == ' ' || *sh->at == '\t' || !strncmp(sh->at, "\\\n", 2))
		sh->at += *sh->at == '\\' ? 2 : 1;
	if (*sh->at == '#')
		sh->at += strcspn(sh->at, "\n");
	while (*sh->at && !strchr(" \t\n;|&<>", *sh->at)) {
		if (*sh->at == '"' || *sh->at == '\'')
			quoted(sh, w, *sh->at);
		else if (*sh->at == '$')
			dollar(sh, w);
		else if (!strncmp(sh->at, "\\\n", 2))
			break;
		else
			add(sh, w, *sh->at++);
	}
	w->b[w->n] = 0;
	return w->any;
}

static bool is_number(const char *s)
{
	return *s && strspn(s, "0123456789") == strlen(s);
}

/* > file, 2> file, 2>&1: the file of standard output is what matters */
static void redirect(struct sh *sh, struct words *w, const char **to)
{
	struct word file;
	bool err = w->nr && is_number(w->w[w->nr - 1]) && sh->at[-1] != ' ';

	if (err)
		w->nr--;
	while (*sh->at == '>' || *sh->at == '<')
		sh->at++;
	if (*sh->at == '&') {
		sh->at += 2;
		return;
	}
	if (next_word(sh, &file) && !err)
		*to = pk_strndup(sh->p, file.b, file.n);
}

static bool run_text(struct pkt *p, const struct event *ev, const char *text, int depth);

/* A script of commands beside the packet script. */
static bool run_file(struct sh *sh, const char *path)
{
	const char *slash = strrchr(sh->p->path, '/');
	const char *full = path;
	char *text;

	if (*path != '/' && slash)
		full = pk_printf(sh->p, "%.*s/%s", (int)(slash - sh->p->path), sh->p->path, path);
	text = pk_read_file(sh->p, full);
	if (!text)
		pk_fail(sh->p, sh->ev->line, "cannot read %s", full);
	return run_text(sh->p, sh->ev, text, sh->depth + 1);
}

static bool ends_with(const char *s, const char *tail)
{
	size_t n = strlen(s), t = strlen(tail);

	return n >= t && !strcmp(s + n - t, tail);
}

static bool run_words(struct sh *sh, const struct words *w, const char *to)
{
	const char *name = w->w[0];

	if (strstr(name, "sysctl_restore_"))	/* every script has a stack of its own */
		return true;
	if (ends_with(name, ".sh"))
		return run_file(sh, name);
	return command_run(sh->p, sh->ev->line, w, to);
}

static bool run_text(struct pkt *p, const struct event *ev, const char *text, int depth)
{
	struct sh sh = { .p = p, .ev = ev, .at = text, .depth = depth };
	struct words w = { .nr = 0 };
	const char *to = NULL;
	struct word one;
	bool ok = true;

	if (depth > 4)
		pk_fail(p, ev->line, "commands include each other");
	for (;;) {
		if (next_word(&sh, &one)) {
			if (w.nr < ARRAY_SIZE(w.w))
				w.w[w.nr++] = pk_strndup(p, one.b, one.n);
			continue;
		}
		if (*sh.at == '>' || *sh.at == '<') {
			redirect(&sh, &w, &to);
			continue;
		}
		if (*sh.at == '|' && sh.at[1] != '|') {	/* a filter: its words follow */
			sh.at++;
			continue;
		}
		if (w.nr)
			ok = run_words(&sh, &w, to);
		w.nr = 0;
		to = NULL;
		if (!*sh.at)
			return ok;
		sh.at++;
	}
}

void run_commands(struct pkt *p, const struct event *ev)
{
	if (!run_text(p, ev, ev->text, 0))
		pk_fail(p, ev->line, "the command failed: %.200s", ev->text);
	world_run(p);
}
