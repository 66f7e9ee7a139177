// SPDX-License-Identifier: BSD-2-Clause
/* netstack: the command-line tool. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

static const struct {
	const char *name, *args, *help;
	int (*fn)(const struct options *o, int argc, char **argv);
} commands[] = {
	{ "run", "[--control PATH | FLAGS OF netstackd] [--] COMMAND [ARG]...",
	  "run COMMAND on the stack", NULL },
	{ "stat", "[--dev [NAME]]",
	  "devices, addresses, routes, neighbours, counters; or devices as ethtool shows them", cmd_stat },
	{ "sock", "[--watch[=SECONDS]]", "one line a socket; or TCP connections, live", cmd_sock },
	{ "trace", "[POINT | SYSTEM]... [--for SECONDS] [--plot FILE.svg [--conn ADDRESS:PORT]]",
	  "print tracepoints as they happen (default: all), or draw a connection", cmd_trace },
	{ "capture", "[-i DEV] [-w FILE|-] [-c COUNT] [--no-drops] [FILTER]",
	  "packets as pcapng, dropped ones with the reason (FILTER: man pcap-filter)", cmd_capture },
	{ "sysctl", "[KEY[=VALUE]]", "list, show or set", cmd_sysctl },
	{ "barrier", "", "wait until all that is on its way now was processed", cmd_barrier },
	{ "version", "", "of this program and of the daemon", cmd_version },
};
enum { NR_COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void usage(FILE *out)
{
	int i;

	fprintf(out, "netstack: use and look at the stack of netstackd\n"
		     "Usage: netstack COMMAND [--control PATH] [--json]\n\n");
	for (i = 0; i < NR_COMMANDS; i++)
		fprintf(out, "  %-8s %s\n           %s\n", commands[i].name, commands[i].args,
			commands[i].help);
	fprintf(out, "\nThe daemon's socket: --control, else NETSTACK_CONTROL, else %s.\n",
		NSP_DEFAULT_PATH);
}

static bool take_json(struct options *o, const char *v)
{
	(void)v;
	o->json = true;
	return true;
}

static bool take_control(struct options *o, const char *v)
{
	o->control = v;
	return *v;
}

static bool take_seconds(const char *v, double *seconds)
{
	char *end;

	*seconds = strtod(v, &end);
	return *v && !*end && *seconds > 0 && *seconds < 1e6;
}

static bool take_watch(struct options *o, const char *v)
{
	o->watch = 1;
	return !v || take_seconds(v, &o->watch);
}

static bool take_for(struct options *o, const char *v)
{
	return take_seconds(v, &o->seconds);
}

static bool take_plot(struct options *o, const char *v)
{
	o->plot = v;
	return *v;
}

static bool take_conn(struct options *o, const char *v)
{
	o->end = v;
	return *v;
}

static bool take_dev(struct options *o, const char *v)
{
	o->dev = v;
	return *v;
}

static bool take_devices(struct options *o, const char *v)
{
	o->devices = true;
	o->dev = v;
	return true;
}

static bool take_file(struct options *o, const char *v)
{
	o->file = v;
	return *v;
}

static bool take_count(struct options *o, const char *v)
{
	char *end;

	o->count = strtoull(v, &end, 10);
	return *v >= '0' && *v <= '9' && !*end && o->count;
}

static bool take_no_drops(struct options *o, const char *v)
{
	(void)v;
	o->no_drops = true;
	return true;
}

/* value: 0 none, 1 "--x V" or "--x=V", 2 only "--x=V", and it may be left out */
static const struct {
	const char *name, *command;	/* command NULL: every one */
	int value;
	bool (*take)(struct options *o, const char *v);
	const char *remedy;
} option_rows[] = {
	{ "--json", NULL, 0, take_json, "takes no value" },
	{ "--control", NULL, 1, take_control, "needs the path of the daemon's socket" },
	{ "--watch", "sock", 2, take_watch, "takes a number of seconds above 0" },
	{ "--for", "trace", 1, take_for, "needs a number of seconds above 0" },
	{ "--plot", "trace", 1, take_plot, "needs the name of a file" },
	{ "--dev", "stat", 2, take_devices, "takes the name of a device of the stack, or none" },
	{ "-i", "capture", 1, take_dev, "needs the name of a device of the stack" },
	{ "-w", "capture", 1, take_file, "needs the name of a file, or -" },
	{ "-c", "capture", 1, take_count, "needs a number of packets above 0" },
	{ "--no-drops", "capture", 0, take_no_drops, "takes no value" },
	{ "--conn", "trace", 1, take_conn, "needs an end of the connection, ADDRESS:PORT" },
};
enum { NR_OPTIONS = sizeof(option_rows) / sizeof(option_rows[0]) };

/* One option at argv[0]: how many words it took, or -1 after a message. */
static int take_option(struct options *o, const char *command, char **argv)
{
	size_t len = strcspn(argv[0], "=");
	const char *v = argv[0][len] ? argv[0] + len + 1 : NULL;
	int i, words = 1;

	for (i = 0; i < NR_OPTIONS; i++)
		if (strlen(option_rows[i].name) == len &&
		    !strncmp(option_rows[i].name, argv[0], len) &&
		    (!option_rows[i].command || !strcmp(option_rows[i].command, command)))
			break;
	if (i == NR_OPTIONS) {
		fprintf(stderr, "netstack: %s: unknown option of %s; netstack --help lists them\n",
			argv[0], command);
		return -1;
	}
	if (option_rows[i].value == 1 && !v) {
		v = argv[1];
		words = 2;
	}
	if ((option_rows[i].value == 1 && !v) || (option_rows[i].value == 0 && v) ||
	    !option_rows[i].take(o, v)) {
		fprintf(stderr, "netstack: %s %s\n", option_rows[i].name, option_rows[i].remedy);
		return -1;
	}
	return words;
}

/* Takes the options out of argv; the new argc, or -1. */
static int take_options(struct options *o, int argc, char **argv)
{
	int i = 1, n = 1;

	while (i < argc) {
		int words;

		if (argv[i][0] != '-') {
			argv[n++] = argv[i++];
			continue;
		}
		words = take_option(o, argv[0], argv + i);
		if (words < 0)
			return -1;
		i += words;
	}
	argv[n] = NULL;
	return n;
}

int main(int argc, char **argv)
{
	struct options o = { 0 };
	int i;

	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		usage(argc < 2 ? stderr : stdout);
		return argc < 2 ? EXIT_OURS : 0;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("netstack " NETSTACK_VERSION);
		return 0;
	}
	for (i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(argv[1], commands[i].name))
			break;
	if (i == NR_COMMANDS) {
		fprintf(stderr, "netstack: %s: unknown command; netstack --help lists them\n",
			argv[1]);
		return EXIT_OURS;
	}
	argc--;
	argv++;
	if (!commands[i].fn)
		return cmd_run(argc, argv);
	argc = take_options(&o, argc, argv);
	return argc < 0 ? EXIT_OURS : commands[i].fn(&o, argc, argv);
}
