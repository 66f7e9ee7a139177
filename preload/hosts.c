/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What files say of names: numeric addresses, /etc/hosts, the order of nsswitch.conf, the patience
 * of resolv.conf.
 */
#include "names.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdlib.h>

/** names_numeric() - parse an address as getaddrinfo does (127.1, fe80::1%eth0) */
bool names_numeric(const char *node, struct name_addr *out)
{
	char buf[INET6_ADDRSTRLEN + IF_NAMESIZE + 2], *pct;
	struct in_addr v4;

	memset(out, 0, sizeof(*out));
	if (inet_aton(node, &v4)) {
		out->family = AF_INET;
		memcpy(out->bytes, &v4, 4);
		return true;
	}
	if (strlen(node) >= sizeof(buf))
		return false;
	memcpy(buf, node, strlen(node) + 1);
	pct = strchr(buf, '%');
	if (pct)
		*pct++ = 0;
	if (inet_pton(AF_INET6, buf, out->bytes) != 1)
		return false;
	out->family = AF_INET6;
	if (pct) {
		char *end;

		out->scope = if_nametoindex(pct);
		if (!out->scope)
			out->scope = (uint32_t)strtoul(pct, &end, 10);
		if (!out->scope)
			return false;
	}
	return true;
}

/** names_order() - which sources, in which order, /etc/nsswitch.conf wants: "fd" by default */
void names_order(char order[4])
{
	FILE *f = fopen("/etc/nsswitch.conf", "re");
	char line[512], *save, *w;
	size_t n = 0;

	memcpy(order, "fd", sizeof("fd"));
	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		w = strtok_r(line, " \t\n", &save);
		if (!w || strcmp(w, "hosts:"))
			continue;
		while ((w = strtok_r(NULL, " \t\n", &save)) && n < 3) {
			if (!strcmp(w, "files"))
				order[n++] = 'f';
			else if (!strcmp(w, "dns") || !strcmp(w, "resolve"))
				order[n++] = 'd';
		}
		order[n] = 0;
		break;
	}
	fclose(f);
	if (!order[0])
		memcpy(order, "fd", sizeof("fd"));
}

/* "timeout:3 attempts:1 edns0" */
static void read_options(char *text, struct names_patience *p)
{
	char *save, *w, *end;

	for (w = strtok_r(text, " \t\n", &save); w; w = strtok_r(NULL, " \t\n", &save)) {
		if (!strncmp(w, "timeout:", 8))
			p->timeout_s = strtol(w + 8, &end, 10);
		else if (!strncmp(w, "attempts:", 9))
			p->attempts = strtol(w + 9, &end, 10);
		else if (!strcmp(w, "edns0"))
			p->edns0 = true;
		else if (!strcmp(w, "use-vc"))
			p->use_vc = true;
	}
}

static long between(long low, long v, long high)
{
	return v < low ? low : v > high ? high : v;
}

/** names_patience() - how long to wait for name servers: resolv.conf(5), RES_OPTIONS */
void names_patience(struct names_patience *p)
{
	FILE *f = fopen("/etc/resolv.conf", "re");
	const char *env = secure_getenv("RES_OPTIONS");
	char line[512];

	*p = (struct names_patience){ .timeout_s = 5, .attempts = 2 };
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "options", 7) && strchr(" \t", line[7]))
			read_options(line + 8, p);
	if (f)
		fclose(f);
	if (env && strlen(env) < sizeof(line))
		read_options(memcpy(line, env, strlen(env) + 1), p);
	p->timeout_s = between(1, p->timeout_s, 30);
	p->attempts = between(1, p->attempts, 5);
}

static bool add(struct name_list *l, const struct name_addr *a)
{
	if (l->n >= NAMES_MAX)
		return false;
	l->addr[l->n++] = *a;
	return true;
}

/* "localhost" is known even where /etc/hosts does not say it. */
static void localhost(const char *node, int family, struct name_list *l)
{
	struct name_addr a;

	if (strcasecmp(node, "localhost"))
		return;
	if (family != AF_INET && names_numeric("::1", &a))
		add(l, &a);
	if (family != AF_INET6 && names_numeric("127.0.0.1", &a))
		add(l, &a);
}

/** names_add_alias() - one more name of what l holds; one that does not fit is left out */
void names_add_alias(struct name_list *l, const char *name)
{
	size_t len = strlen(name) + 1, i;

	for (i = 0; i < l->alias_len; i += strlen(l->alias + i) + 1)
		if (!strcasecmp(l->alias + i, name))
			return;
	if (!strcasecmp(l->canon, name) || len > sizeof(l->alias) - l->alias_len)
		return;
	memcpy(l->alias + l->alias_len, name, len);
	l->alias_len += len;
}

/* The names of a line: into l if node, or NULL for any, is among them. */
static bool take_names(char **save, const char *node, struct name_list *l)
{
	char *first = strtok_r(NULL, " \t", save), *w;
	size_t had = l->alias_len;
	bool hit = first && (!node || !strcasecmp(first, node));

	if (!first)
		return false;
	while ((w = strtok_r(NULL, " \t", save))) {
		hit = hit || !strcasecmp(w, node);
		names_add_alias(l, w);
	}
	if (!hit)
		l->alias_len = had;
	else if (!l->canon[0] && strlen(first) < sizeof(l->canon))
		memcpy(l->canon, first, strlen(first) + 1);
	return hit;
}

/* The next line that begins with an address; what follows it is left in *save. */
static bool next_line(FILE *f, char **line, size_t *room, char **save, struct name_addr *a)
{
	char *w;

	while (f && getline(line, room, f) >= 0) {
		(*line)[strcspn(*line, "#\n")] = 0;
		w = strtok_r(*line, " \t", save);
		if (w && names_numeric(w, a))
			return true;
	}
	return false;
}

/** names_hosts() - addresses of a name in /etc/hosts; false: not there */
bool names_hosts(const char *node, int family, struct name_list *l)
{
	FILE *f = fopen("/etc/hosts", "re");
	bool full = !f && (errno == EMFILE || errno == ENFILE);
	char *line = NULL, *save;
	const size_t had = l->n;
	struct name_addr a;
	size_t room = 0;

	while (next_line(f, &line, &room, &save, &a))
		if (take_names(&save, node, l) && (family == AF_UNSPEC || a.family == family))
			add(l, &a);
	free(line);
	if (f)
		fclose(f);
	if (l->n == had && !full)	/* libc's resolver could not have looked either */
		localhost(node, family, l);
	return l->n > had;
}

/** names_hosts_reverse() - the names of an address in /etc/hosts */
bool names_hosts_reverse(const struct name_addr *want, struct name_list *l)
{
	FILE *f = fopen("/etc/hosts", "re");
	char *line = NULL, *save;
	bool found = false;
	struct name_addr a;
	size_t room = 0;

	while (!found && next_line(f, &line, &room, &save, &a))
		found = a.family == want->family && !memcmp(a.bytes, want->bytes, 16) &&
			take_names(&save, NULL, l);
	free(line);
	if (f)
		fclose(f);
	return found;
}
