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
	{ "stat", "", "devices, addresses, routes, neighbours, counters", cmd_stat },
	{ "sock", "", "one line a socket", cmd_sock },
	{ "trace", "[POINT]...", "print tracepoints as they happen (default: all)", cmd_trace },
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

/* Takes the common options out of argv; the new argc, or -1. */
static int take_options(struct options *o, int argc, char **argv)
{
	int i, n = 1;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--json")) {
			o->json = true;
		} else if (!strcmp(argv[i], "--control") && argv[i + 1]) {
			o->control = argv[++i];
		} else if (!strncmp(argv[i], "--control=", 10)) {
			o->control = argv[i] + 10;
		} else if (!strncmp(argv[i], "-", 1)) {
			fprintf(stderr,
				"netstack: %s: unknown option; netstack --help lists them\n",
				argv[i]);
			return -1;
		} else {
			argv[n++] = argv[i];
		}
	}
	argv[n] = NULL;
	return n;
}

int main(int argc, char **argv)
{
	struct options o = { NULL, false };
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
