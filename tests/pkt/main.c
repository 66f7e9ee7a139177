// SPDX-License-Identifier: BSD-2-Clause
/*
 * pkt [OPTION]... FILE|DIRECTORY...
 *
 * Runs packet scripts over IPv4, IPv6 and IPv4 on IPv6 sockets, and prints one TAP result for each
 * script and family. A script that says --ip_version runs in that one only. OPTIONs are those of
 * scripts, and -DNAME=VALUE.
 */
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/pkt/pkt.h"

struct paths {
	char **path;
	u32 nr, cap;
};

static const char *const variant_name[] = { "ipv4", "ipv6", "ipv4-mapped-ipv6" };

static void add_path(struct paths *l, const char *path)
{
	if (l->nr == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 64;
		l->path = realloc(l->path, l->cap * sizeof(*l->path));
		if (!l->path)
			abort();
	}
	l->path[l->nr++] = strdup(path);
}

static void add_all(struct paths *l, const char *path)
{
	struct dirent **entry;
	struct stat st;
	char sub[4096];
	size_t n = strlen(path);
	int nr;

	if (stat(path, &st)) {
		fprintf(stderr, "pkt: %s: no such file\n", path);
		exit(1);
	}
	if (!S_ISDIR(st.st_mode)) {
		add_path(l, path);
		return;
	}
	nr = scandir(path, &entry, NULL, alphasort);
	for (int i = 0; i < nr; i++) {
		const char *name = entry[i]->d_name;

		n = strlen(name);
		snprintf(sub, sizeof(sub), "%s/%s", path, name);
		if (name[0] != '.' && !stat(sub, &st) &&
		    (S_ISDIR(st.st_mode) || (n > 4 && !strcmp(name + n - 4, ".pkt"))))
			add_all(l, sub);
		free(entry[i]);
	}
	if (nr >= 0)
		free(entry);
}

enum verdict { PASSED, FAILED, NOT_FOR_IT };

static enum verdict try_script(struct pkt *p)
{
	if (setjmp(p->failed))
		return FAILED;
	run_script(p);
	return p->net ? PASSED : NOT_FOR_IT;
}

static enum verdict run_one(const char *path, const struct pk_opts *opt, enum variant variant,
			    char *error, size_t size)
{
	struct pkt *p = calloc(1, sizeof(*p));
	enum verdict v;

	if (!p)
		abort();
	p->opt = *opt;
	p->path = path;
	p->variant = variant;
	v = try_script(p);
	if (v == FAILED)
		snprintf(error, size, "%s", p->error);
	world_destroy(p);
	if (v == PASSED && p->allocated) {
		snprintf(error, size, "%s: the stack leaks %zu octets", path, p->allocated);
		v = FAILED;
	}
	pk_free_all(p);
	free(p);
	return v;
}

static u32 failures, count;

static void report(enum verdict v, const char *path, enum variant variant, char *error)
{
	count++;
	printf("%s %u - %s %s\n", v == PASSED ? "ok" : "not ok", count, path, variant_name[variant]);
	if (v == PASSED)
		return;
	failures++;
	for (char *line; (line = strsep(&error, "\n")) != NULL;)
		printf("# %s\n", line);
}

static void run_everywhere(const char *path, const struct pk_opts *opt)
{
	char error[4096];

	for (int i = 0; i < NR_VARIANTS; i++) {
		enum verdict v;

		if (opt->only >= 0 && opt->only != i)
			continue;
		v = run_one(path, opt, (enum variant)i, error, sizeof(error));
		if (v != NOT_FOR_IT)
			report(v, path, (enum variant)i, error);
	}
}

int main(int argc, char **argv)
{
	struct paths list = { .nr = 0 };
	struct pk_opts opt;
	int i;

	opts_default(&opt);
	for (i = 1; i < argc; i++) {
		if (argv[i][0] != '-') {
			add_all(&list, argv[i]);
		} else if (!opts_set(&opt, argv[i])) {
			fprintf(stderr, "pkt: unknown option %s\n", argv[i]);
			return 2;
		}
	}
	for (u32 k = 0; k < list.nr; k++) {
		run_everywhere(list.path[k], &opt);
		free(list.path[k]);
	}
	free(list.path);
	printf("1..%u\n", count);
	return failures || !count;
}
