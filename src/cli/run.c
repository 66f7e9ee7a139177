// SPDX-License-Identifier: BSD-2-Clause
/* netstack run: a command with the library preloaded, or behind a filter (behind.c). */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"

struct run {
	const char *control;
	char **command;
	char **flags;		/* netstackd's: a private daemon when there are any */
	int nr_flags;
	enum reach how;
	struct behind_calls behind;
};

static int usage(const char *why)
{
	fprintf(stderr, "netstack: run: %s\n"
		"Usage: netstack run [--seccomp] [--control PATH] [--] COMMAND [ARG]...\n"
		"       netstack run [--seccomp] FLAG VALUE [FLAG VALUE]... -- COMMAND [ARG]...\n"
		"         with flags of netstackd (--dev, --addr ...): a private daemon\n"
		"       --seccomp: take the system calls instead of preloading a library; chosen by\n"
		"         itself for programs that cannot be preloaded (static ones, Go's)\n", why);
	return EXIT_OURS;
}

static int parse(struct run *r, int argc, char **argv)
{
	int i;

	r->flags = calloc((size_t)argc + 1, sizeof(*r->flags));
	if (!r->flags)
		return EXIT_OURS;
	for (i = 1; i < argc; i++) {
		char *arg = argv[i];

		if (!strcmp(arg, "--")) {
			i++;
			break;
		}
		if (strncmp(arg, "--", 2))
			break;
		if (!strcmp(arg, "--seccomp")) {
			r->how = REACH_SECCOMP;
			continue;
		}
		if (!strchr(arg, '=') && !argv[i + 1])
			return usage("a flag has no value");
		if (!strcmp(arg, "--control")) {
			r->control = argv[++i];
		} else if (!strncmp(arg, "--control=", 10)) {
			r->control = arg + 10;
		} else {
			r->flags[r->nr_flags++] = arg;
			if (!strchr(arg, '='))
				r->flags[r->nr_flags++] = argv[++i];
		}
	}
	r->command = argv + i;
	if (i >= argc)
		return usage("no command");
	if (r->nr_flags && r->control)
		return usage("--control names a daemon that runs: no other flags with it");
	return 0;
}

/* Loads it here, once: what would stop it in the command stops it now, with a reason. */
static bool library_loads(const char *path, struct behind_calls *calls)
{
	void *h = dlopen(path, RTLD_NOW | RTLD_LOCAL), *filter, *supervise, *settings;
	const char *(*settings_error)(void);

	if (!h) {
		fprintf(stderr, "netstack: %s\n", dlerror());
		return false;
	}
	filter = dlsym(h, "netstack_filter");
	supervise = dlsym(h, "netstack_supervise");
	settings = dlsym(h, "netstack_settings_error");
	if (!filter || !supervise || !settings) {
		fprintf(stderr, "netstack: %s is of another version\n", path);
		return false;
	}
	memcpy(&calls->filter, &filter, sizeof(filter));
	memcpy(&calls->supervise, &supervise, sizeof(supervise));
	memcpy(&settings_error, &settings, sizeof(settings));
	if (!settings_error())
		return true;
	fprintf(stderr, "netstack: %s\n", settings_error());
	return false;
}

/* LD_PRELOAD without our library: what is behind the filter must not have it, too. */
static int clean_preload(void)
{
	const char *old = getenv("LD_PRELOAD");
	char *rest, *out = NULL, *part, *state = NULL;
	size_t size;
	FILE *f;
	int ret;

	if (!old)
		return 0;
	rest = strdup(old);
	f = rest ? open_memstream(&out, &size) : NULL;
	if (!f)
		return -1;
	for (part = strtok_r(rest, ": ", &state); part; part = strtok_r(NULL, ": ", &state))
		if (!strstr(part, "libnetstack.so"))
			fprintf(f, "%s%s", ftell(f) ? ":" : "", part);
	fclose(f);
	ret = *out ? setenv("LD_PRELOAD", out, 1) : unsetenv("LD_PRELOAD");
	free(out);
	free(rest);
	return ret;
}

static int add_preload(const char *library)
{
	const char *old = getenv("LD_PRELOAD");
	char *value;
	int ret;

	if (asprintf(&value, "%s%s%s", library, old && *old ? ":" : "", old ? old : "") < 0)
		return -1;
	ret = setenv("LD_PRELOAD", value, 1);
	free(value);
	return ret;
}

/* The command may go to another directory before it starts others. */
static int fix_rules(void)
{
	const char *path = getenv("NETSTACK_RULES");
	char *whole = path && *path && *path != '/' ? realpath(path, NULL) : NULL;
	int ret = whole ? setenv("NETSTACK_RULES", whole, 1) : 0;

	free(whole);
	return ret;
}

static int set_environment(const struct run *r, const char *library, const char *control)
{
	int ret = r->how == REACH_SECCOMP ? clean_preload() : add_preload(library);

	return ret || fix_rules() ? -1 : setenv("NETSTACK_CONTROL", control, 1);
}

int exec_command(char **command)
{
	int err;

	execvp(command[0], command);
	err = errno;
	fprintf(stderr, "netstack: %s: %s\n", command[0], strerror(err));
	return err == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN;
}

static volatile sig_atomic_t child_pid;

static void forward(int signo)
{
	if (child_pid > 0)
		kill((pid_t)child_pid, signo);
}

static void ignore(int signo)
{
	(void)signo;
}

/* The terminal's signals reach the command by themselves; the others we pass on. */
static void handle_signals(void)
{
	static const int passed[] = { SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 };
	struct sigaction sa = { .sa_handler = forward, .sa_flags = SA_RESTART };
	size_t i;

	for (i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
		sigaction(passed[i], &sa, NULL);
	sa.sa_handler = ignore;		/* not SIG_IGN: the command would inherit that */
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGQUIT, &sa, NULL);
}

void forward_signals(int pid)
{
	child_pid = pid;
	handle_signals();
}

static int run_and_wait(char **command)
{
	int status;

	handle_signals();
	child_pid = fork();
	if (!child_pid)
		_exit(exec_command(command));
	if (child_pid < 0) {
		fprintf(stderr, "netstack: fork: %s\n", strerror(errno));
		return EXIT_OURS;
	}
	while (waitpid((pid_t)child_pid, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_OURS;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static bool daemon_answers(const char *control)
{
	struct client c;

	if (client_open(&c, control))
		return false;
	client_close(&c);
	return true;
}

static int run_private(struct run *r, const char *library)
{
	struct private_daemon p;
	int ret = EXIT_OURS;

	if (private_start(&p, r->flags, r->nr_flags))
		return EXIT_OURS;
	if (daemon_answers(p.control) && !set_environment(r, library, p.control))
		ret = r->how == REACH_SECCOMP ? run_behind(&r->behind, p.control, p.pid, r->command) :
						run_and_wait(r->command);
	private_stop(&p);
	return ret;
}

int cmd_run(int argc, char **argv)
{
	struct run r = { .how = REACH_PRELOAD };
	const char *control;
	char *library;
	int ret = parse(&r, argc, argv);

	if (ret)
		return ret;
	ret = check_command(r.command[0], &r.how);
	if (ret)
		return ret;
	library = find_library();
	if (!library || !library_loads(library, &r.behind))
		return EXIT_OURS;
	if (r.nr_flags)
		return run_private(&r, library);
	control = client_path(r.control);
	if (!daemon_answers(control) || set_environment(&r, library, control))
		return EXIT_OURS;
	if (r.how == REACH_SECCOMP)
		return run_behind(&r.behind, control, 0, r.command);
	return exec_command(r.command);
}
