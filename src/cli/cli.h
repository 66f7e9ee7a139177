/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NETSTACK_CLI_CLI_H
#define NETSTACK_CLI_CLI_H

#include <sys/types.h>

#include "cli/client.h"

/* exit statuses of our own, as env(1) and others have them */
enum { EXIT_OURS = 125, EXIT_CANNOT_RUN = 126, EXIT_NOT_FOUND = 127 };

struct options {
	const char *dev, *file;	/* capture: -i, -w */
	bool devices;		/* stat: --dev */
	uint64_t count;		/* capture: -c; 0: no limit */
	bool no_drops;
	const char *control;	/* NULL: not given */
	bool json;
	const char *plot;	/* trace --plot FILE; NULL: print */
	const char *end;	/* trace --conn ADDRESS:PORT; NULL: the busiest connection */
	double watch;		/* sock --watch: seconds between two looks; 0: one look */
	double seconds;		/* trace --for: stop after these; 0: when interrupted */
};

/* Subcommands: argv[0] is the subcommand's name, options are taken out. Exit status. */
int cmd_run(int argc, char **argv);
int cmd_stat(const struct options *o, int argc, char **argv);
int cmd_sock(const struct options *o, int argc, char **argv);
int cmd_trace(const struct options *o, int argc, char **argv);
int cmd_sysctl(const struct options *o, int argc, char **argv);
int cmd_capture(const struct options *o, int argc, char **argv);
int cmd_barrier(const struct options *o, int argc, char **argv);
int cmd_version(const struct options *o, int argc, char **argv);

/* plot.c: trace --plot. The lines of a trace, one call each, then the picture. */
struct plot;
struct plot *plot_new(void);
void plot_line(struct plot *p, const char *text, size_t len);
/* Draws the connection one of whose ends is called end, or the busiest. 0, or -1 and a message. */
int plot_write(struct plot *p, const char *file, const char *end);
void plot_free(struct plot *p);

/* paths.c: installed or in the build tree; NULL after a message on stderr. free() it. */
char *find_library(void);
char *find_daemon(void);
/* How a command can be reached at all. 0, or an exit status after a message on stderr. */
enum reach { REACH_PRELOAD, REACH_SECCOMP };
int check_command(const char *command, enum reach *how);

/* run.c */
/* execvp() with a message when it fails; returns the exit status then. */
int exec_command(char **command);
/* From now on signals that end or tell something go on to this process. */
void forward_signals(int pid);

/* behind.c: functions of libnetstack.so (preload/super.h) */
struct behind_calls {
	int (*filter)(void);
	int (*supervise)(int listener, const char *control, int events, void (*ready)(void *arg),
			 void *arg);
};
/*
 * Runs the command behind the seccomp filter; its exit status. When the supervisor is killed, all that it
 * served is, too, but not this program's child `keep` (0: there is none).
 */
int run_behind(const struct behind_calls *calls, const char *control, pid_t keep, char **command);

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
