// SPDX-License-Identifier: BSD-2-Clause
/* The commands that scripts use, on the stack under test. */
#include <ctype.h>

#include "tests/pkt/pkt.h"

#include "tcp/tcp_fastopen.h"

struct cmd {
	struct pkt *p;
	int line;
	const struct words *w;
	const char *to;
};

static bool set_sysctl(struct cmd *c, char *assignment)
{
	char *eq = strchr(assignment, '=');
	char *name = assignment;
	int err;

	if (!eq)
		return true;			/* a question */
	*eq++ = 0;
	if (!strncmp(name, "/proc/sys/", 10))
		name += 10;
	err = sysctl_set(c->p->net, name, eq);
	if (err && c->p->opt.verbose)
		fprintf(stderr, "%s:%d: sysctl %s=%s: %s\n", c->p->path, c->line, name, eq,
			errno_name(-err));
	return !err;
}

static bool cmd_sysctl(struct cmd *c)
{
	bool ok = true, ignore = false;

	for (u32 i = 1; i < c->w->nr; i++) {
		if (c->w->w[i][0] == '-')
			ignore |= !strcmp(c->w->w[i], "-e");
		else
			ok = set_sysctl(c, c->w->w[i]) && ok;
	}
	return ok || ignore;
}

static bool cmd_set_sysctls(struct cmd *c)
{
	for (u32 i = 1; i < c->w->nr; i++)
		set_sysctl(c, c->w->w[i]);
	return true;
}

static bool cmd_echo(struct cmd *c)
{
	if (!c->to || c->w->nr < 2 || !strcmp(c->to, "/dev/null"))
		return true;
	if (!strncmp(c->to, "/proc/sys/", 10))
		return !sysctl_set(c->p->net, c->to + 10, c->w->w[1]);
	return !strncmp(c->to, "/sys/module/tcp_cubic/", 22);
}

static bool cmd_true(struct cmd *c)
{
	(void)c;
	return true;
}

/* -- ip ----------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	u8 metric;
} metrics[] = {
	{ "mtu", RTAX_N_MTU }, { "advmss", RTAX_N_ADVMSS }, { "initcwnd", RTAX_N_INITCWND },
	{ "initrwnd", RTAX_N_INITRWND }, { "window", RTAX_N_WINDOW }, { "rtt", RTAX_N_RTT },
	{ "rttvar", RTAX_N_RTTVAR }, { "ssthresh", RTAX_N_SSTHRESH }, { "cwnd", RTAX_N_CWND },
	{ "reordering", RTAX_N_REORDERING }, { "hoplimit", RTAX_N_HOPLIMIT },
	{ "rto_min", RTAX_N_RTO_MIN }, { "quickack", RTAX_N_QUICKACK },
	{ "features", RTAX_N_FEATURES },
};

static u32 metric_value(u8 metric, const char *text)
{
	char *unit;
	u32 v = (u32)strtoul(text, &unit, 0);

	if (metric == RTAX_N_FEATURES)
		return (strstr(text, "ecn") ? 1u : 0u) | (strstr(text, "tcp_usec_ts") ? 16u : 0u);
	if (metric == RTAX_N_RTO_MIN && !strcmp(unit, "s"))
		return v * 1000;
	if (metric == RTAX_N_RTT && !strcmp(unit, "ms"))
		return v * 8;
	if (metric == RTAX_N_RTTVAR && !strcmp(unit, "ms"))
		return v * 4;
	return v;
}

static bool route_word(struct cmd *c, struct fib_route *r, u32 *i)
{
	const char *w = c->w->w[*i], *v = *i + 1 < c->w->nr ? c->w->w[*i + 1] : "";
	u16 family;

	if (!strcmp(w, "via"))
		return (*i)++, inet_addr_pton(v, &r->gw, &family);
	if (!strcmp(w, "dev") || !strcmp(w, "proto") || !strcmp(w, "scope") || !strcmp(w, "table"))
		return (*i)++, true;
	for (u32 m = 0; m < ARRAY_SIZE(metrics); m++) {
		if (strcmp(w, metrics[m].name))
			continue;
		if (!strcmp(v, "lock")) {
			r->metrics[RTAX_N_LOCK] |= 1u << metrics[m].metric;
			(*i)++;
			v = *i + 1 < c->w->nr ? c->w->w[*i + 1] : "";
		}
		r->metrics[metrics[m].metric] = metric_value(metrics[m].metric, v);
		(*i)++;
		return true;
	}
	return inet_prefix_parse(w, &r->dst);
}

static bool ip_route(struct cmd *c, u32 at)
{
	struct fib_route r = { .dev = c->p->dev, .type = RTN_UNICAST }, old;
	static const u8 mac[6] = { 2, 0, 0, 0, 0, 9 };
	const char *verb = c->w->w[at];

	for (u32 i = at + 1; i < c->w->nr; i++) {
		if (!strcmp(c->w->w[i], "default"))
			continue;
		if (!route_word(c, &r, &i))
			pk_fail(c->p, c->line, "ip route: %s", c->w->w[i]);
	}
	r.dst.family = r.dst.family ? r.dst.family : pk_v6(c->p) ? INET_FAMILY_6 : INET_FAMILY_4;
	if (inet_addr_any(&r.gw)) {
		u16 family;

		inet_addr_pton(c->p->opt.gateway_ip[r.dst.family == INET_FAMILY_6], &r.gw, &family);
	}
	if (c->p->net->ip.af[r.dst.family == INET_FAMILY_6]->addr_is_local(c->p->net, &r.gw))
		r.gw.b[15]++;		/* by ourselves: as world_create() does */
	inet_neigh_add(c->p->net, c->p->dev, &r.gw, r.dst.family, mac, 0x80);
	old = r;
	memset(old.metrics, 0, sizeof(old.metrics));
	if (strcmp(verb, "add"))
		while (!fib_route_del(c->p->net, &old))
			;
	return !strncmp(verb, "del", 3) || !fib_route_add(c->p->net, &r);
}

static bool ip_link(struct cmd *c)
{
	for (u32 i = 2; i + 1 < c->w->nr; i++)
		if (!strcmp(c->w->w[i], "mtu"))
			return !dev_set_mtu(c->p->dev, (u32)atoi(c->w->w[i + 1]));
	pk_fail(c->p, c->line, "ip link: only mtu");
}

static bool cmd_ip(struct cmd *c)
{
	u32 i = 1;

	while (i < c->w->nr && c->w->w[i][0] == '-')
		i++;
	if (i + 1 >= c->w->nr)
		return false;
	if (!strcmp(c->w->w[i], "tcp_metrics")) {
		tcp_metrics_flush(c->p->net);
		return true;
	}
	if (!strcmp(c->w->w[i], "route") || !strcmp(c->w->w[i], "ro"))
		return ip_route(c, i + 1);
	if (!strcmp(c->w->w[i], "link"))
		return ip_link(c);
	pk_fail(c->p, c->line, "ip %s is not supported", c->w->w[i]);
}

/* -- the device ---------------------------------------------------------------------------------- */

/* pfifo, with "limit 0" for a queue that drops everything. */
static bool cmd_tc(struct cmd *c)
{
	const struct words *w = c->w;
	bool fifo = false, remove = false;
	u32 limit = c->p->dev->tx_queue_len;

	for (u32 i = 1; i < w->nr; i++) {
		fifo |= !strcmp(w->w[i], "pfifo") || !strcmp(w->w[i], "bfifo");
		remove |= !strncmp(w->w[i], "del", 3);
		if (fifo && !strcmp(w->w[i], "limit") && i + 1 < w->nr)
			limit = (u32)atoi(w->w[i + 1]);
	}
	c->p->dev->tx->qdisc->limit = limit;
	if (!fifo && !remove)
		pk_fail(c->p, c->line, "tc: only pfifo");
	return true;
}

static bool cmd_ethtool(struct cmd *c)
{
	netdev_features_t f = c->p->dev->features;

	for (u32 i = 2; i + 1 < c->w->nr; i++)
		if (!strcmp(c->w->w[i], "tso") || !strcmp(c->w->w[i], "gso"))
			f = strcmp(c->w->w[i + 1], "on") ? f & ~(u64)NETIF_F_ALL_TSO :
							   f | NETIF_F_ALL_TSO;
	return !dev_set_features(c->p->dev, f & (c->p->dev->hw_features | NETIF_F_ALL_TSO));
}

/* By how much the counters with what in their names have moved since the last nstat. */
static u64 moved(const struct pkt *p, const char *what)
{
	char name[96];
	u64 sum = 0;

	for (u32 m = 1; m < MIB_MAX; m++) {
		snprintf(name, sizeof(name), "%s%s", mib_names[m].group, mib_names[m].name);
		if (strstr(name, what))
			sum += p->net->mib[m] - p->nstat[m];
	}
	return sum;
}

/* nstat | grep NAME: has the counter moved since the last nstat without -s? | grep " N ": by so much? */
static bool cmd_nstat(struct cmd *c)
{
	bool ok = true, keep = false;
	u64 sum = 0;

	for (u32 i = 1; i < c->w->nr; i++) {
		const char *w = c->w->w[i] + strspn(c->w->w[i], " ");

		keep |= !strcmp(w, "-s");
		if (*w == '-' || !strcmp(w, "grep"))
			continue;
		if (isdigit((unsigned char)*w)) {
			ok = ok && sum == strtoull(w, NULL, 10);
			continue;
		}
		sum = moved(c->p, w);
		ok = ok && sum;
	}
	if (!keep)
		memcpy(c->p->nstat, c->p->net->mib, sizeof(c->p->nstat));
	return ok;
}

/* dd if=/dev/zero of=FILE bs=N count=M: a file of zeros */
static bool cmd_dd(struct cmd *c)
{
	s64 bs = 512, count = 1;
	const char *of = NULL;

	for (u32 i = 1; i < c->w->nr; i++) {
		const char *w = c->w->w[i];

		if (!strncmp(w, "bs=", 3))
			bs = atoll(w + 3) * (strchr(w, 'K') || strchr(w, 'k') ? 1024 : 1);
		else if (!strncmp(w, "count=", 6))
			count = atoll(w + 6);
		else if (!strncmp(w, "of=", 3))
			of = w + 3;
	}
	for (u32 i = 0; of && i < ARRAY_SIZE(c->p->file_name); i++)
		if (!c->p->file_name[i]) {
			c->p->file_name[i] = of;
			c->p->file_size[i] = bs * count;
			return true;
		}
	return false;
}

static const struct {
	const char *name;
	bool (*run)(struct cmd *c);
} commands[] = {
	{ "sysctl", cmd_sysctl }, { "set_sysctls.py", cmd_set_sysctls }, { "echo", cmd_echo },
	{ "ip", cmd_ip }, { "tc", cmd_tc }, { "ethtool", cmd_ethtool }, { "nstat", cmd_nstat },
	{ "dd", cmd_dd }, { "rm", cmd_true }, { "true", cmd_true }, { ":", cmd_true },
	{ "exit", cmd_true },
};

bool command_run(struct pkt *p, int line, const struct words *w, const char *to)
{
	struct cmd c = { .p = p, .line = line, .w = w, .to = to };
	const char *name = strrchr(w->w[0], '/');
	struct words rest;

	if (!strcmp(w->w[0], "!") && w->nr > 1) {
		rest = *w;
		rest.nr--;
		memmove(rest.w, rest.w + 1, rest.nr * sizeof(rest.w[0]));
		return !command_run(p, line, &rest, to);
	}
	name = name ? name + 1 : w->w[0];
	for (u32 i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, name))
			return commands[i].run(&c);
	pk_fail(p, line, "unknown command %s", w->w[0]);
}
