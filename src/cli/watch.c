// SPDX-License-Identifier: BSD-2-Clause
/* trace and barrier: the subcommands that wait. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/socket.h>
#include <sys/time.h>

#include <cjson/cJSON.h>

#include "cli/cli.h"

static bool print_line(void *arg, const char *text, size_t len)
{
	const struct options *o = arg;

	if (o->json) {
		char *copy = strndup(text, len), *out;
		cJSON *j = cJSON_CreateObject();

		cJSON_AddStringToObject(j, "line", copy ? copy : "");
		out = cJSON_PrintUnformatted(j);
		puts(out ? out : "{}");
		free(out);
		cJSON_Delete(j);
		free(copy);
	} else {
		printf("%.*s\n", (int)len, text);
	}
	return fflush(stdout) == 0;	/* a reader that went away ends it */
}

/* A signal ends the trace by ending its connection: what was gathered can still be drawn. */
static volatile sig_atomic_t stop_fd = -1, stopped;

static void on_stop(int signo)
{
	(void)signo;
	stopped = 1;
	shutdown(stop_fd, SHUT_RDWR);
}

static void stop_after(const struct options *o, int fd)
{
	struct sigaction sa = { .sa_handler = on_stop };
	struct itimerval it = { .it_value = {
		.tv_sec = (time_t)o->seconds,
		.tv_usec = (suseconds_t)((o->seconds - (double)(time_t)o->seconds) * 1e6),
	} };

	stop_fd = fd;
	sigaction(SIGALRM, &sa, NULL);
	if (o->plot) {
		sigaction(SIGINT, &sa, NULL);
		sigaction(SIGTERM, &sa, NULL);
	}
	if (o->seconds > 0)
		setitimer(ITIMER_REAL, &it, NULL);
}

static bool gather_line(void *arg, const char *text, size_t len)
{
	plot_line(arg, text, len);
	return true;
}

/* The points as the daemon wants them; those that a picture needs when one is asked for. */
static void points_text(const struct options *o, int argc, char **argv, char *buf, size_t size)
{
	size_t len = 0;
	int i;

	buf[0] = '\0';
	if (o->plot)
		snprintf(buf, size, "tcp_probe tcp_retransmit_skb");
	for (i = 1; !o->plot && i < argc && len < size; i++)
		len += (size_t)snprintf(buf + len, size - len, "%s ", argv[i]);
}

/* "trace tcp --plot" or "trace --plot": nothing else can be drawn. */
static bool plot_makes_sense(const struct options *o, int argc, char **argv)
{
	if (o->plot ? argc < 2 || (argc == 2 && !strcmp(argv[1], "tcp")) : !o->end)
		return true;
	fprintf(stderr, o->plot ? "netstack: trace: --plot draws TCP only: trace tcp --plot FILE\n" :
		"netstack: trace: --conn belongs to --plot FILE\n");
	return false;
}

int cmd_trace(const struct options *o, int argc, char **argv)
{
	struct nsp_trace_req req = { 0, 0 };
	struct plot *plot = NULL;
	char points[1024];
	struct client c;
	int ret;

	if (!plot_makes_sense(o, argc, argv))
		return EXIT_OURS;
	points_text(o, argc, argv, points, sizeof(points));
	if (client_open(&c, client_path(o->control)))
		return 1;
	if (o->plot && !(plot = plot_new())) {
		client_close(&c);
		return 1;
	}
	stop_after(o, c.fd);
	ret = client_call(&c, NSP_NR_TRACE, &req, sizeof(req), points, strlen(points),
			  plot ? gather_line : print_line, plot ? (void *)plot :
			  (void *)(uintptr_t)o);
	client_close(&c);
	if (ret < 0 && !stopped)
		fprintf(stderr, "netstack: trace: %s\n", ret == -22 ? "unknown tracepoint" :
			strerror(-ret));
	if (stopped)
		ret = 0;
	if (plot && ret >= 0 && plot_write(plot, o->plot, o->end))
		ret = -1;
	plot_free(plot);
	return ret < 0;
}

int cmd_barrier(const struct options *o, int argc, char **argv)
{
	struct nsp_barrier_req req = { 0 };
	struct client c;
	int ret;

	(void)argc;
	(void)argv;
	if (client_open(&c, client_path(o->control)))
		return 1;
	ret = client_call(&c, NSP_NR_BARRIER, &req, sizeof(req), NULL, 0, NULL, NULL);
	client_close(&c);
	if (ret < 0)
		fprintf(stderr, "netstack: barrier: %s\n", strerror(-ret));
	return ret < 0;
}
