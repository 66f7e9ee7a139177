/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NETSTACK_CLI_CLI_H
#define NETSTACK_CLI_CLI_H

#include "cli/client.h"

/* exit statuses of our own, as env(1) and others have them */
enum { EXIT_OURS = 125, EXIT_CANNOT_RUN = 126, EXIT_NOT_FOUND = 127 };

struct options {
	const char *control;	/* NULL: not given */
	bool json;
};

/* Subcommands: argv[0] is the subcommand's name, options are taken out. Exit status. */
int cmd_run(int argc, char **argv);
int cmd_stat(const struct options *o, int argc, char **argv);
int cmd_sock(const struct options *o, int argc, char **argv);
int cmd_trace(const struct options *o, int argc, char **argv);
int cmd_sysctl(const struct options *o, int argc, char **argv);
int cmd_barrier(const struct options *o, int argc, char **argv);
int cmd_version(const struct options *o, int argc, char **argv);

/* paths.c: installed or in the build tree; NULL after a message on stderr. free() it. */
char *find_library(void);
char *find_daemon(void);
/* Can this command be preloaded at all? 0, or an exit status after a message on stderr. */
int check_command(const char *command);

/* private.c: a daemon for one command */
struct private_daemon {
	int pid;
	char dir[64];
	char control[96];
};
/* argv: netstackd's flags. 0, or -1 after a message (its own) on stderr. */
int private_start(struct private_daemon *p, char *const *flags, int nr_flags);
void private_stop(struct private_daemon *p);

#endif
