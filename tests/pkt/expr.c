// SPDX-License-Identifier: BSD-2-Clause
/*
 * Code blocks: the part of Python that scripts need. Statements by line or ";": assert, assignment
 * and op=, print(). Expressions with Python's precedence, chained comparisons, and, or, not, in.
 */
#include <ctype.h>
#include <math.h>

#include "tests/pkt/pkt.h"

struct ex {
	struct pkt *p;
	const struct event *ev;
	const char *at;
	int depth;			/* within brackets a line's end is a blank */
};

struct num {
	double v;
	const char *s;			/* not NULL: a string */
};

static struct num expr(struct ex *e);

static _Noreturn void ex_fail(struct ex *e, const char *what)
{
	pk_fail(e->p, e->ev->line, "code: %s at \"%.30s\"", what, e->at);
}

static void blank(struct ex *e)
{
	for (;;) {
		if (*e->at == ' ' || *e->at == '\t' || *e->at == '\r' || (e->depth && *e->at == '\n'))
			e->at++;
		else if (!strncmp(e->at, "\\\n", 2))
			e->at += 2;
		else if (*e->at == '#')
			e->at += strcspn(e->at, "\n");
		else
			return;
	}
}

static bool op(struct ex *e, const char *text)
{
	size_t n = strlen(text);

	blank(e);
	if (strncmp(e->at, text, n) || (isalpha((unsigned char)*text) &&
					(isalnum((unsigned char)e->at[n]) || e->at[n] == '_')))
		return false;
	e->at += n;
	return true;
}

static struct num num_of(double v)
{
	return (struct num){ .v = v };
}

static bool truth(struct num n)
{
	return n.s ? n.s[0] != 0 : n.v != 0;
}

static bool equal(struct num a, struct num b)
{
	return a.s || b.s ? a.s && b.s && !strcmp(a.s, b.s) : a.v == b.v;
}

static const struct var *find_var(const struct pkt *p, const char *name)
{
	const struct var *v = p->vars;

	while (v && strcmp(v->name, name))
		v = v->next;
	return v;
}

static void set_var(struct pkt *p, const char *name, struct num n)
{
	struct var *v = (struct var *)(uintptr_t)find_var(p, name);

	if (!v) {
		v = pk_alloc(p, sizeof(*v));
		v->name = name;
		v->next = p->vars;
		p->vars = v;
	}
	v->num = n.v;
	v->str = n.s;
}

static char *identifier(struct ex *e)
{
	const char *from;

	blank(e);
	from = e->at;
	if (!isalpha((unsigned char)*from) && *from != '_')
		return NULL;
	while (isalnum((unsigned char)*e->at) || *e->at == '_')
		e->at++;
	return pk_strndup(e->p, from, (size_t)(e->at - from));
}

/* abs(), min(), max(), int(), float(), round() */
static struct num call(struct ex *e, const char *name)
{
	double a[8];
	u32 n = 0;

	e->depth++;
	while (!op(e, ")")) {
		struct num v = expr(e);

		if (n < 8)
			a[n++] = v.v;
		op(e, ",");
	}
	e->depth--;
	if (!n)
		ex_fail(e, "a function without an argument");
	if (!strcmp(name, "abs"))
		return num_of(fabs(a[0]));
	if (!strcmp(name, "int"))
		return num_of(trunc(a[0]));
	if (!strcmp(name, "float"))
		return num_of(a[0]);
	if (!strcmp(name, "round"))
		return num_of(rint(a[0]));
	for (u32 i = 1; i < n; i++)
		if ((!strcmp(name, "min") && a[i] < a[0]) || (!strcmp(name, "max") && a[i] > a[0]))
			a[0] = a[i];
	if (strcmp(name, "min") && strcmp(name, "max"))
		ex_fail(e, "unknown function");
	return num_of(a[0]);
}

static struct num named(struct ex *e)
{
	char *name = identifier(e);
	const struct var *var;
	double d;
	s64 i;

	if (!name)
		ex_fail(e, "expected a value");
	if (op(e, "("))
		return call(e, name);
	if (!strcmp(name, "True") || !strcmp(name, "False"))
		return num_of(name[0] == 'T');
	var = find_var(e->p, name);
	if (var)
		return (struct num){ .v = var->num, .s = var->str };
	if (info_value(e->p, name, &d))
		return num_of(d);
	if (name_value(name, &i))
		return num_of((double)i);
	pk_fail(e->p, e->ev->line, "code: unknown name %s", name);
}

static struct num string(struct ex *e)
{
	char q = *e->at++;
	const char *end = strchr(e->at, q);
	struct num n = { .v = 0 };

	if (!end)
		ex_fail(e, "a string that does not end");
	n.s = pk_strndup(e->p, e->at, (size_t)(end - e->at));
	e->at = end + 1;
	return n;
}

static struct num atom(struct ex *e)
{
	struct num n;
	char *end;

	blank(e);
	if (*e->at == '"' || *e->at == '\'')
		return string(e);
	if (op(e, "(")) {
		e->depth++;
		n = expr(e);
		while (op(e, ","))	/* a tuple: for a string's % only */
			expr(e);
		if (!op(e, ")"))
			ex_fail(e, "expected \")\"");
		e->depth--;
		return n;
	}
	if (isdigit((unsigned char)*e->at) || (*e->at == '.' && isdigit((unsigned char)e->at[1]))) {
		n = num_of(e->at[0] == '0' && (e->at[1] | 32) == 'x' ?
				   (double)strtoull(e->at, &end, 16) : strtod(e->at, &end));
		e->at = end;
		return n;
	}
	return named(e);
}

static struct num unary(struct ex *e)
{
	if (op(e, "-"))
		return num_of(-unary(e).v);
	if (op(e, "+"))
		return unary(e);
	if (op(e, "~"))
		return num_of((double)~(s64)unary(e).v);
	return atom(e);
}

static struct num product(struct ex *e)
{
	struct num a = unary(e), b;

	for (;;) {
		if (op(e, "//")) {
			b = unary(e);
			a = num_of(floor(a.v / b.v));
		} else if (op(e, "*")) {
			a = num_of(a.v * unary(e).v);
		} else if (op(e, "/")) {
			a = num_of(a.v / unary(e).v);
		} else if (op(e, "%")) {
			b = unary(e);
			if (!a.s)	/* of a string: its format, which nobody reads */
				a = num_of(a.v - floor(a.v / b.v) * b.v);
		} else {
			return a;
		}
	}
}

static struct num sum(struct ex *e)
{
	struct num a = product(e);

	for (;;) {
		if (op(e, "+"))
			a = num_of(a.v + product(e).v);
		else if (op(e, "-"))
			a = num_of(a.v - product(e).v);
		else
			return a;
	}
}

static struct num bits(struct ex *e)
{
	struct num a = sum(e);

	for (;;) {
		if (op(e, "<<"))
			a = num_of((double)((s64)a.v << (int)sum(e).v));
		else if (op(e, ">>"))
			a = num_of((double)((s64)a.v >> (int)sum(e).v));
		else if (op(e, "&"))
			a = num_of((double)((s64)a.v & (s64)sum(e).v));
		else if (op(e, "^"))
			a = num_of((double)((s64)a.v ^ (s64)sum(e).v));
		else if (op(e, "|"))
			a = num_of((double)((s64)a.v | (s64)sum(e).v));
		else
			return a;
	}
}

static struct num comparison(struct ex *e)
{
	struct num a = bits(e), b;
	bool chain = false, all = true, r;

	for (;;) {
		if (op(e, "=="))
			b = bits(e), r = equal(a, b);
		else if (op(e, "!="))
			b = bits(e), r = !equal(a, b);
		else if (op(e, "<="))
			b = bits(e), r = a.v <= b.v;
		else if (op(e, ">="))
			b = bits(e), r = a.v >= b.v;
		else if (op(e, "<"))
			b = bits(e), r = a.v < b.v;
		else if (op(e, ">"))
			b = bits(e), r = a.v > b.v;
		else
			return chain ? num_of(all) : a;
		chain = true;
		all = all && r;
		a = b;
	}
}

static struct num negation(struct ex *e)
{
	return op(e, "not") ? num_of(!truth(negation(e))) : comparison(e);
}

static struct num conjunction(struct ex *e)
{
	struct num a = negation(e), b;

	while (op(e, "and")) {
		b = negation(e);
		a = truth(a) ? b : a;
	}
	return a;
}

static struct num expr(struct ex *e)
{
	struct num a = conjunction(e), b;

	while (op(e, "or")) {
		b = conjunction(e);
		a = truth(a) ? a : b;
	}
	return a;
}

/* -- statements -------------------------------------------------------------------------------- */

static void assertion(struct ex *e)
{
	const char *from = (blank(e), e->at);
	struct num n = expr(e), shown = { .v = 0 };
	int len = (int)(e->at - from);
	bool has = false;

	if (op(e, ",")) {
		shown = expr(e);
		has = true;
	}
	if (truth(n))
		return;
	if (has && !shown.s)
		pk_fail(e->p, e->ev->line, "assertion failed: %.*s: is %.15g", len, from, shown.v);
	pk_fail(e->p, e->ev->line, "assertion failed: %.*s", len, from);
}

static void assignment(struct ex *e, const char *name)
{
	static const char ops[] = "+-*/|&";
	const struct var *old = find_var(e->p, name);
	double v = old ? old->num : 0;
	struct num n;
	const char *o;

	blank(e);
	o = *e->at ? strchr(ops, *e->at) : NULL;
	if (o && e->at[1] == '=') {
		e->at += 2;
		n = expr(e);
		n.v = *o == '+' ? v + n.v : *o == '-' ? v - n.v : *o == '*' ? v * n.v :
		      *o == '/' ? v / n.v : *o == '|' ? (double)((s64)v | (s64)n.v) :
						       (double)((s64)v & (s64)n.v);
	} else if (op(e, "=")) {
		n = expr(e);
	} else {
		ex_fail(e, "expected an assignment");
	}
	set_var(e->p, name, n);
}

/* print(a, b): with --verbose */
static void print(struct ex *e)
{
	if (!op(e, "("))
		ex_fail(e, "expected \"(\"");
	e->depth++;
	do {
		struct num n = expr(e);

		if (e->p->opt.verbose && n.s)
			fprintf(stderr, " %s", n.s);
		else if (e->p->opt.verbose)
			fprintf(stderr, " %.15g", n.v);
	} while (op(e, ","));
	e->depth--;
	if (!op(e, ")"))
		ex_fail(e, "expected \")\"");
	if (e->p->opt.verbose)
		fputc('\n', stderr);
}

static void statement(struct ex *e)
{
	char *name = identifier(e);

	if (!name)
		ex_fail(e, "expected a statement");
	if (!strcmp(name, "assert"))
		assertion(e);
	else if (!strcmp(name, "print"))
		print(e);
	else if (!strcmp(name, "import") || !strcmp(name, "from"))
		e->at += strcspn(e->at, "\n;");
	else if (strcmp(name, "pass"))
		assignment(e, name);
	blank(e);
	if (*e->at && *e->at != '\n' && *e->at != ';')
		ex_fail(e, "cannot read");
}

void run_code(struct pkt *p, const struct event *ev)
{
	struct ex e = { .p = p, .ev = ev, .at = ev->text };

	for (;;) {
		blank(&e);
		while (*e.at == '\n' || *e.at == ';' || *e.at == ' ' || *e.at == '\t')
			e.at++;
		blank(&e);
		if (!*e.at)
			return;
		if (*e.at != '\n' && *e.at != ';')
			statement(&e);
	}
}
