/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fts_open() and its relatives below /sys/class/net and /proc/sys/net, as walk.c does nftw(): libc walks the
 * daemon's directories, and the program sees the names that it would have on the host. Libc goes on from what
 * stands in its entries, so they are put right again before each of its calls.
 */
#include "files.h"

#include <fts.h>
#include <stdlib.h>

#define NAME_MAX_LEN 4096

/* A root that the program named, and what libc was given; the same, of the host's own trees. */
struct root {
	char *theirs, *tree;
	size_t theirs_len, tree_len;	/* without slashes at their ends */
};

/* The walks that are not over. */
static struct tour {
	struct tour *next;
	FTS *fts;
	FTSENT *shown, *children;	/* entries with the program's names */
	char *path;			/* libc's of these */
	ptrdiff_t longer;		/* by so much are the program's */
	size_t nr;
	char name[NAME_MAX_LEN];
	struct root roots[];
} *tours;
static char lock;

static void take(void)
{
	while (__atomic_test_and_set(&lock, __ATOMIC_ACQUIRE))
		sched_yield();
}

static void give(void)
{
	__atomic_clear(&lock, __ATOMIC_RELEASE);
}

static struct tour *tour_of(const FTS *fts)
{
	struct tour *t;

	if (likely(!__atomic_load_n(&tours, __ATOMIC_RELAXED)))
		return NULL;
	take();
	for (t = tours; t && t->fts != fts;)
		t = t->next;
	give();
	return t;
}

static void tour_free(struct tour *t)
{
	size_t i;

	for (i = 0; i < t->nr; i++) {
		if (t->roots[i].tree != t->roots[i].theirs)
			free(t->roots[i].tree);
		free(t->roots[i].theirs);
	}
	free(t);
}

/* ---- names ------------------------------------------------------------------------------- */
/* false: no memory. *ours: it is one of the stack's. */
static bool root_init(struct root *r, const char *path, bool *ours)
{
	char theirs[PATH_LEN], tree[2 * PATH_LEN];

	r->theirs = strdup(path);
	r->tree = r->theirs;
	if (!r->theirs)
		return false;
	r->theirs_len = strlen(path);
	r->tree_len = r->theirs_len;
	if (!walk_begin(path, theirs, tree))
		return true;
	*ours = true;
	r->theirs_len = strlen(theirs);
	r->tree_len = strlen(tree);
	r->tree = malloc(r->tree_len + strlen(path + r->theirs_len) + 1);
	if (!r->tree) {
		r->tree = r->theirs;
		return false;
	}
	memcpy(r->tree, tree, r->tree_len);
	memcpy(r->tree + r->tree_len, path + r->theirs_len, strlen(path + r->theirs_len) + 1);
	return true;
}

static const struct root *root_of(const struct tour *t, const char *path)
{
	const struct root *r;

	for (r = t->roots; r < t->roots + t->nr; r++)
		if (r->tree != r->theirs && !strncmp(path, r->tree, r->tree_len) &&
		    (!path[r->tree_len] || path[r->tree_len] == '/'))
			return r;
	return NULL;
}

static void rename_entry(FTSENT *e, char *path, ptrdiff_t longer)
{
	if (e->fts_accpath == e->fts_path)
		e->fts_accpath = path;
	e->fts_path = path;
	e->fts_pathlen = (unsigned short)(e->fts_pathlen + longer);
}

/* What a file of the stack's is, which the directories do not say; at: where it can be found now. */
static void tell_stat(const FTS *fts, FTSENT *e, const char *at)
{
	bool link = e->fts_info == FTS_SL || e->fts_info == FTS_SLNONE;
	struct stat st;

	switch (e->fts_info) {
	case FTS_D:
	case FTS_DC:
	case FTS_DEFAULT:
	case FTS_DOT:
	case FTS_DP:
	case FTS_F:
	case FTS_SL:
	case FTS_SLNONE:
		if (!(fts->fts_options & FTS_NOSTAT) && !(link ? lstat(at, &st) : stat(at, &st)))
			*e->fts_statp = st;
	}
}

/* ---- entries ----------------------------------------------------------------------------- */
static void hide(struct tour *t)
{
	FTSENT *e;

	if (t->shown)
		rename_entry(t->shown, t->path, -t->longer);
	for (e = t->children; e; e = e->fts_link)
		rename_entry(e, t->path, -t->longer);
	t->shown = NULL;
	t->children = NULL;
}

static void show(struct tour *t, FTSENT *e)
{
	const struct root *r = root_of(t, e->fts_path);

	if (!r || (size_t)snprintf(t->name, sizeof(t->name), "%.*s%s", (int)r->theirs_len, r->theirs,
				   e->fts_path + r->tree_len) >= sizeof(t->name))
		return;
	t->shown = e;
	t->path = e->fts_path;
	t->longer = (ptrdiff_t)r->theirs_len - (ptrdiff_t)r->tree_len;
	rename_entry(e, t->name, t->longer);
}

/* What is in the directory that is shown. */
static void show_children(struct tour *t, FTSENT *first, bool names)
{
	char at[NAME_MAX_LEN + 256];
	FTSENT *e;

	if (!t->shown)
		return;
	t->children = first;
	for (e = first; e; e = e->fts_link) {
		rename_entry(e, t->name, t->longer);
		if (!names && snprintf(at, sizeof(at), "%s/%s", t->name, e->fts_name) < (int)sizeof(at))
			tell_stat(t->fts, e, at);
	}
}

/* ---- calls ------------------------------------------------------------------------------- */
static struct tour *prepare(char *const *paths, bool *ours)
{
	struct tour *t;
	size_t n = 0;

	while (paths[n])
		n++;
	t = calloc(1, sizeof(*t) + n * sizeof(t->roots[0]));
	for (; t && t->nr < n; t->nr++)
		if (!root_init(&t->roots[t->nr], paths[t->nr], ours)) {
			t->nr++;
			tour_free(t);
			return NULL;
		}
	return t;
}

static FTS *begin(struct tour *t, int options, int (*cmp)(const FTSENT **, const FTSENT **))
{
	char **paths = calloc(t->nr + 1, sizeof(*paths));
	size_t i;

	for (i = 0; paths && i < t->nr; i++)
		paths[i] = t->roots[i].tree;
	t->fts = paths ? real.fts_open(paths, options, cmp) : NULL;
	free(paths);
	return t->fts;
}

EXPORT FTS *fts_open(char *const *paths, int options, int (*cmp)(const FTSENT **, const FTSENT **))
{
	bool ours = false;
	struct tour *t;

	if (unlikely(!shim.ready))
		shim_init();
	t = shim.silent ? NULL : prepare(paths, &ours);
	if (!t || !ours) {
		if (t)
			tour_free(t);
		return real.fts_open(paths, options, cmp);
	}
	if (!begin(t, options, cmp)) {
		tour_free(t);
		return NULL;
	}
	take();
	t->next = tours;
	__atomic_store_n(&tours, t, __ATOMIC_RELAXED);
	give();
	return t->fts;
}

EXPORT FTSENT *fts_read(FTS *fts)
{
	struct tour *t = tour_of(fts);
	FTSENT *e;

	if (t)
		hide(t);
	e = real.fts_read(fts);
	if (!t || !e)
		return e;
	cwd_changed();
	show(t, e);
	if (t->shown)
		tell_stat(fts, e, e->fts_accpath);
	return e;
}

EXPORT FTSENT *fts_children(FTS *fts, int options)
{
	struct tour *t = tour_of(fts);
	FTSENT *first;

	if (t)
		hide(t);
	first = real.fts_children(fts, options);
	if (!t)
		return first;
	cwd_changed();
	if (fts->fts_cur && fts->fts_cur->fts_info != FTS_INIT) {
		show(t, fts->fts_cur);
		show_children(t, first, options);
	}
	return first;
}

EXPORT int fts_close(FTS *fts)
{
	struct tour *t = tour_of(fts), **p;
	int r;

	if (!t)
		return real.fts_close(fts);
	hide(t);
	take();
	for (p = &tours; *p != t;)
		p = &(*p)->next;
	__atomic_store_n(p, t->next, __ATOMIC_RELAXED);
	give();
	r = real.fts_close(fts);
	cwd_changed();
	tour_free(t);
	return r;
}

/* On the machines that we run on the 64-bit structures are the plain ones. */
EXPORT FTS64 *fts64_open(char *const *paths, int options, int (*cmp)(const FTSENT64 **, const FTSENT64 **))
{
	static_assert(sizeof(FTSENT) == sizeof(FTSENT64), "one fts serves both");
	return (FTS64 *)fts_open(paths, options, (int (*)(const FTSENT **, const FTSENT **))cmp);
}

EXPORT FTSENT64 *fts64_read(FTS64 *fts)
{
	return (FTSENT64 *)fts_read((FTS *)fts);
}

EXPORT FTSENT64 *fts64_children(FTS64 *fts, int options)
{
	return (FTSENT64 *)fts_children((FTS *)fts, options);
}

EXPORT int fts64_close(FTS64 *fts)
{
	return fts_close((FTS *)fts);
}
