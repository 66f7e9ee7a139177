// SPDX-License-Identifier: BSD-2-Clause
/* netstackd: reads the configuration, puts the stack together, runs it until told to stop. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "daemon/notify.h"
#include "daemon/object.h"
#include "daemon/trace.h"

enum { EXIT_USAGE = 2 };

/* Overrides the stack's silent default: a bug of ours is told before we die. */
void base_assert_fail(const char *file, int line, const char *expr)
{
	fprintf(stderr, "netstackd: bug: %s:%d: %s\n", file, line, expr);
	abort();
}

static void on_stop(void *arg, int signo)
{
	struct daemon *dm = arg;

	host_log(HOST_LOG_INFO, "stopping: %s", strsignal(signo));
	host_loop_stop(dm->w0->loop);
}

/* A descriptor for each socket of every program. */
static void raise_nofile(void)
{
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl))
		return;
	rl.rlim_cur = rl.rlim_max;
	setrlimit(RLIMIT_NOFILE, &rl);
}

static int start_server(struct daemon *dm)
{
	int ret = server_start(dm);

	if (ret == -EADDRINUSE)
		host_log(HOST_LOG_ERR, "--control %s: another netstackd is there; choose another "
			 "path", dm->conf.control);
	else if (ret)
		host_log(HOST_LOG_ERR, "--control %s: %s", dm->conf.control, strerror(-ret));
	return ret;
}

static int start_watch(struct daemon *dm)
{
	int ret = watch_start(dm);

	if (ret == -ENOSYS)
		host_log(HOST_LOG_ERR, "this kernel does not tell the close of a socket by "
			 "inotify; Linux 5.9 or later does, with /proc mounted");
	else if (ret)
		host_log(HOST_LOG_ERR, "inotify: %s; raise fs.inotify.max_user_instances",
			 strerror(-ret));
	return ret;
}

static int start(struct daemon *dm)
{
	int ret;

	signal(SIGPIPE, SIG_IGN);
	raise_nofile();
	dm->uid = geteuid();
	dm->pid = getpid();
	pulse_start(&dm->pulse);
	objects_init(dm);
	ret = workers_create(dm);
	if (!ret)
		ret = host_loop_on_signal(dm->w0->loop, SIGTERM, on_stop, dm);
	if (!ret)
		ret = host_loop_on_signal(dm->w0->loop, SIGINT, on_stop, dm);
	if (ret) {
		host_log(HOST_LOG_ERR, "cannot start: %s", strerror(-ret));
		return ret;
	}
	ret = daemon_setup(dm);
	if (!ret)
		ret = start_watch(dm);
	return ret ? ret : start_server(dm);
}

/* Resets every connection and lets the frames out before the devices close. */
static void stop(struct daemon *dm)
{
	workers_stop(dm);
	if (dm->net) {
		workers_hold_all(dm);
		net_set_now(dm->net, host_now_ns());
		server_stop(dm);
		objects_exit(dm);
		watch_stop(dm);
		workers_drain(dm);
		daemon_unsetup(dm);
	}
	workers_destroy(dm);
	pulse_stop(&dm->pulse);
	conf_free(&dm->conf);
}

static int run(struct daemon *dm)
{
	int ret = start(dm);

	if (!ret)
		ret = workers_start(dm);
	if (!ret) {
		ret = worker_run(dm->w0);
		notify_systemd("STOPPING=1");
	}
	stop(dm);
	return ret;
}

int main(int argc, char **argv)
{
	struct daemon *dm = calloc(1, sizeof(*dm));
	char err[1024];
	int ret;

	if (!dm)
		return EXIT_FAILURE;
	pulse_init(&dm->pulse);
	conf_init(&dm->conf);
	if (conf_parse_args(&dm->conf, argc, argv, err, sizeof(err))) {
		fprintf(stderr, "netstackd: %s\n", err);
		conf_free(&dm->conf);
		free(dm);
		return EXIT_USAGE;
	}
	if (dm->conf.help || dm->conf.version) {
		if (dm->conf.help)
			conf_usage(stdout);
		else
			puts("netstackd " NETSTACK_VERSION);
		conf_free(&dm->conf);
		free(dm);
		return EXIT_SUCCESS;
	}
	host_log_set_level(dm->conf.log_level);
	ret = run(dm);
	free(dm);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
