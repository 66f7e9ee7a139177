// SPDX-License-Identifier: BSD-2-Clause
/*
 * Flags and configuration file. One row per key: its argument, its help, what to write instead of
 * a value that was refused, and the function that takes the value.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf_priv.h"
#include "host/host.h"
#include "netstack/proto.h"

struct conf_err {
	char *buf;
	size_t size;
};

struct conf_row {
	const char *key, *arg, *help, *remedy;
	/* value may be cut up in place. NULL when taken, else why not. */
	const char *(*set)(struct conf *c, char *value, struct conf_err *e);
};

static const char *set_config(struct conf *c, char *value, struct conf_err *e)
{
	return conf_parse_file(c, value, e->buf, e->size) ? e->buf : NULL;
}

static const char *set_control(struct conf *c, char *value, struct conf_err *e)
{
	(void)e;
	if (!*value || strlen(value) > NSP_PATH_MAX)
		return "the path is empty or too long";
	return conf_set_string(&c->control, value);
}

static const char *set_dev(struct conf *c, char *value, struct conf_err *e)
{
	struct conf_dev *d = conf_grow(&c->devs, &c->nr_devs, sizeof(*d));

	(void)e;
	return d ? conf_parse_dev(c, d, value) : conf_no_memory;
}

/* "LEFT%DEV": cuts at the percent sign. */
static bool split_dev(char *value, char dev[IFNAMSIZ_NS])
{
	char *percent = strrchr(value, '%');

	if (!percent)
		return false;
	*percent = '\0';
	return conf_copy_name(dev, percent + 1);
}

static const char *set_addr(struct conf *c, char *value, struct conf_err *e)
{
	struct conf_addr *a = conf_grow(&c->addrs, &c->nr_addrs, sizeof(*a));

	(void)e;
	if (!a)
		return conf_no_memory;
	if (!split_dev(value, a->dev))
		return "no device after %";
	return inet_prefix_parse(value, &a->prefix) ? NULL : "no address and prefix length before %";
}

static const char *set_route(struct conf *c, char *value, struct conf_err *e)
{
	struct conf_route *r = conf_grow(&c->routes, &c->nr_routes, sizeof(*r));

	(void)e;
	return r ? conf_parse_route(r, value) : conf_no_memory;
}

static const char *set_neigh(struct conf *c, char *value, struct conf_err *e)
{
	struct conf_neigh *n = conf_grow(&c->neighs, &c->nr_neighs, sizeof(*n));
	char *eq;

	(void)e;
	if (!n)
		return conf_no_memory;
	if (!split_dev(value, n->dev))
		return "no device after %";
	eq = strchr(value, '=');
	if (!eq)
		return "no = between address and link-layer address";
	*eq = '\0';
	if (!inet_addr_pton(value, &n->addr, &n->family))
		return "no address before =";
	return conf_parse_mac(eq + 1, n->mac) ? NULL : "no link-layer address after =";
}

static const char *set_sysctl(struct conf *c, char *value, struct conf_err *e)
{
	char *eq = strchr(value, '=');
	struct conf_sysctl *s;

	(void)e;
	if (!eq || eq == value)
		return "no = between key and value";
	*eq = '\0';
	s = conf_grow(&c->sysctls, &c->nr_sysctls, sizeof(*s));
	if (!s)
		return conf_no_memory;
	s->key = strdup(value);
	s->value = strdup(eq + 1);
	return s->key && s->value ? NULL : conf_no_memory;
}

static const char *set_ready_fd(struct conf *c, char *value, struct conf_err *e)
{
	u32 fd;

	(void)e;
	if (!conf_parse_u32(value, 1 << 20, &fd))
		return "not a descriptor number";
	if (fcntl((int)fd, F_GETFD) < 0)
		return "no such descriptor is open";
	c->ready_fd = (int)fd;
	return NULL;
}

static const char *set_log_level(struct conf *c, char *value, struct conf_err *e)
{
	int level = host_log_level_parse(value);

	(void)e;
	if (level < 0)
		return "unknown level";
	c->log_level = level;
	return NULL;
}

static const char *set_pcap(struct conf *c, char *value, struct conf_err *e)
{
	(void)e;
	return *value ? conf_set_string(&c->pcap, value) : "the path is empty";
}

static const char *set_busy_poll(struct conf *c, char *value, struct conf_err *e)
{
	static const char auto_word[] = "auto";

	(void)e;
	c->busy_poll_auto = !strncmp(value, auto_word, strlen(auto_word));
	if (c->busy_poll_auto) {
		value += strlen(auto_word);
		c->busy_poll_us = CONF_BUSY_POLL_AUTO_US;
		if (!*value)
			return NULL;
		if (*value++ != ':')
			return "not auto, auto:USEC or a number of microseconds";
	}
	return conf_parse_u32(value, 1000000, &c->busy_poll_us) ? NULL : "not a number of microseconds";
}

static const char *set_allow_uid(struct conf *c, char *value, struct conf_err *e)
{
	u32 *uid = conf_grow(&c->uids, &c->nr_uids, sizeof(*uid));

	(void)e;
	if (!uid)
		return conf_no_memory;
	return conf_parse_u32(value, U32_MAX - 1, uid) ? NULL : "not a user number";
}

static const char *set_max_sockets(struct conf *c, char *value, struct conf_err *e)
{
	(void)e;
	return conf_parse_u32(value, 1 << 24, &c->max_sockets) && c->max_sockets ? NULL :
		"not a number of sockets";
}

static const char *set_workers(struct conf *c, char *value, struct conf_err *e)
{
	(void)e;
	return conf_parse_u32(value, NET_SHARDS_MAX, &c->workers) && c->workers ? NULL :
		"not a number of threads";
}

static const struct conf_row rows[] = {
	{ "config", "FILE", "read these keys from FILE, one \"key = value\" a line",
	  "name a readable file", set_config },
	{ "control", "PATH", "socket for clients (default " NSP_DEFAULT_PATH ")",
	  "write a path of at most 100 bytes", set_control },
	{ "dev",
	  "tap:NAME|packet:IF|xdp:IF|vfio:PCI|e1000:wire=WIRE|igb:wire=WIRE|igbvf:DEV|vlan:DEV.ID|"
	  "veth:NAME,peer=NAME"
	  "[,OPTION=VALUE]...",
	  "attach the TAP NAME, the host's interface IF (shared by a packet socket, or all of it by\n"
	  "        AF_XDP), the host's Intel 82540EM at the address PCI (bound to vfio-pci), or an\n"
	  "        emulated one (e1000) or 82576 (igb) whose cable ends at\n"
	  "        WIRE: tap:NAME, packet:IF, pcap:FILE, pair:NAME.\n"
	  "        name=IF mac=MAC mtu=N offload=on|off; host=PREFIX sets up the host's side of a TAP;\n"
	  "        vfs=N gives an igb virtual functions, igbvf:DEV,vf=N makes one of them a device.\n"
	  "        rx=v2|v3|recv tx=send|ring fanout=N are of packet:;\n"
	  "        queues=N of tap:, packet:, xdp: and igb:.\n"
	  "        Or make a VLAN of a device given before:\n"
	  "        proto=802.1q|802.1ad reorder=on|off ingress=PCP:PRIO/... egress=PRIO:PCP/...;\n"
	  "        or a cable of two ends within the stack. join=DEV: what either of the two devices\n"
	  "        receives the other sends",
	  "write it like tap:nst0,name=eth0,host=10.77.0.1/24 or packet:enp1s0 or e1000:wire=tap:nst0",
	  set_dev },
	{ "addr", "PREFIX%DEV", "address of a device of the stack",
	  "write it like 10.77.0.2/24%eth0 or fd77::2/64%eth0", set_addr },
	{ "route", "PREFIX[,via=GATEWAY][,dev=DEV][,...]",
	  "route; PREFIX may be \"default\"; initcwnd=, congctl= ...: netstackd(8)",
	  "write it like default,via=10.77.0.1 or 10.9.0.0/16,via=10.77.0.9,dev=eth0", set_route },
	{ "neigh", "ADDRESS=MAC%DEV", "permanent neighbour",
	  "write it like 10.77.0.1=02:00:00:00:00:01%eth0", set_neigh },
	{ "sysctl", "KEY=VALUE", "set a sysctl of the stack, e.g. net.ipv4.tcp_sack=0",
	  "write it like net.ipv4.tcp_sack=0", set_sysctl },
	{ "ready-fd", "N", "write one line to descriptor N when ready, and close it",
	  "write the number of an open descriptor", set_ready_fd },
	{ "log-level", "LEVEL", "error, warning, notice (default), info or debug",
	  "write one of error, warning, notice, info, debug", set_log_level },
	{ "pcap", "FILE", "write every frame of every device to FILE",
	  "write the path of a file", set_pcap },
	{ "busy-poll", "USEC|auto[:USEC]",
	  "poll that long before sleeping (default 0: sleep at once); auto: as long as it pays",
	  "write a number from 0 to 1000000, or auto", set_busy_poll },
	{ "allow-uid", "UID", "let this user connect, too (default: the daemon's own and root)",
	  "write the user's number, as id -u prints it", set_allow_uid },
	{ "max-sockets", "N", "sockets that one client process may have (default 65536)",
	  "write a number from 1 to 16777216", set_max_sockets },
	{ "workers", "N", "threads that share the work, each with a queue of each device (default 1)",
	  "write a number from 1 to 16", set_workers },
};

static const struct conf_row *find_row(const char *key, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (strlen(rows[i].key) == len && !memcmp(rows[i].key, key, len))
			return &rows[i];
	return NULL;
}

/* Gives a copy of value to the row's function; where: "--" or "FILE:LINE: ". */
static int apply(struct conf *c, const struct conf_row *row, const char *where, const char *value,
		 char *err, size_t size)
{
	char inner[CONF_TEXT_MAX * 2] = "";
	struct conf_err e = { inner, sizeof(inner) };
	char *copy = strdup(value);
	const char *why;

	if (!copy) {
		snprintf(err, size, "%s", conf_no_memory);
		return -ENOMEM;
	}
	why = row->set(c, copy, &e);
	free(copy);
	if (!why)
		return 0;
	if (why == inner)
		snprintf(err, size, "%s%s: %s", where, row->key, why);
	else
		snprintf(err, size, "%s%s: \"%s\": %s; %s", where, row->key, value, why,
			 row->remedy);
	return why == conf_no_memory ? -ENOMEM : -EINVAL;
}

void conf_init(struct conf *c)
{
	memset(c, 0, sizeof(*c));
	c->ready_fd = -1;
	c->log_level = HOST_LOG_NOTICE;
	c->max_sockets = 65536;
	c->workers = 1;
}

void conf_free(struct conf *c)
{
	u32 i, k;

	for (i = 0; i < c->nr_devs; i++) {
		free(c->devs[i].file);
		for (k = 0; k < c->devs[i].nr_host; k++)
			free(c->devs[i].host[k]);
	}
	for (i = 0; i < c->nr_sysctls; i++) {
		free(c->sysctls[i].key);
		free(c->sysctls[i].value);
	}
	free(c->control);
	free(c->pcap);
	free(c->devs);
	free(c->addrs);
	free(c->routes);
	free(c->neighs);
	free(c->sysctls);
	free(c->uids);
	memset(c, 0, sizeof(*c));
}

int conf_parse_args(struct conf *c, int argc, char *const argv[], char *err, size_t size)
{
	int i, ret = 0;

	for (i = 1; i < argc && !ret; i++) {
		const char *arg = argv[i], *eq, *value;
		const struct conf_row *row;

		if (!strcmp(arg, "--help") || !strcmp(arg, "-h")) {
			c->help = true;
			return 0;
		}
		if (!strcmp(arg, "--version")) {
			c->version = true;
			return 0;
		}
		if (strncmp(arg, "--", 2) || !arg[2]) {
			snprintf(err, size, "%s: not a flag; netstackd --help lists them", arg);
			return -EINVAL;
		}
		arg += 2;
		eq = strchr(arg, '=');
		row = find_row(arg, eq ? (size_t)(eq - arg) : strlen(arg));
		if (!row) {
			snprintf(err, size, "--%s: unknown flag; netstackd --help lists them", arg);
			return -EINVAL;
		}
		value = eq ? eq + 1 : argv[++i];
		if (!value) {
			snprintf(err, size, "--%s: needs a value: --%s %s", arg, arg, row->arg);
			return -EINVAL;
		}
		ret = apply(c, row, "--", value, err, size);
	}
	if (!ret && !c->control) {
		c->control = strdup(NSP_DEFAULT_PATH);
		ret = c->control ? 0 : -ENOMEM;
	}
	return ret;
}

static char *trim(char *s)
{
	char *end = s + strlen(s);

	while (end > s && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*s))
		s++;
	return s;
}

static int parse_line(struct conf *c, char *line, const char *where, char *err, size_t size)
{
	const struct conf_row *row;
	char *key, *eq, *hash = strchr(line, '#');

	if (hash)
		*hash = '\0';
	key = trim(line);
	if (!*key)
		return 0;
	eq = strchr(key, '=');
	if (!eq) {
		snprintf(err, size, "%s\"%s\": no =; write key = value", where, key);
		return -EINVAL;
	}
	*eq = '\0';
	key = trim(key);
	row = find_row(key, strlen(key));
	if (!row || row->set == set_config) {
		snprintf(err, size, "%s\"%s\": unknown key; they are the flags of netstackd --help",
			 where, key);
		return -EINVAL;
	}
	return apply(c, row, where, trim(eq + 1), err, size);
}

int conf_parse_file(struct conf *c, const char *path, char *err, size_t size)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	int nr = 0, ret = 0;

	if (!f) {
		ret = -errno;
		snprintf(err, size, "%s: %s; name a readable file", path, strerror(errno));
		return ret;
	}
	while (!ret && getline(&line, &room, f) >= 0) {
		char where[CONF_TEXT_MAX];

		snprintf(where, sizeof(where), "%.200s:%d: ", path, ++nr);
		ret = parse_line(c, line, where, err, size);
	}
	free(line);
	fclose(f);
	return ret;
}

void conf_usage(FILE *out)
{
	size_t i;

	fprintf(out, "netstackd: a TCP/IP stack in user space, for unmodified programs\n"
		     "Usage: netstackd [--KEY VALUE]...\n\n");
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		fprintf(out, "  --%s %s\n        %s\n", rows[i].key, rows[i].arg, rows[i].help);
	fprintf(out, "  --help\n  --version\n\n"
		     "--dev, --addr, --route, --neigh, --sysctl and --allow-uid may be repeated.\n"
		     "Programs join with: netstack run [--control PATH] -- COMMAND\n");
}
