// SPDX-License-Identifier: BSD-2-Clause
/* trace and barrier: the subcommands that wait. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

int cmd_trace(const struct options *o, int argc, char **argv)
{
	struct nsp_trace_req req = { 0, 0 };
	char points[1024] = "";
	size_t len = 0;
	struct client c;
	int i, ret;

	for (i = 1; i < argc && len < sizeof(points); i++)
		len += (size_t)snprintf(points + len, sizeof(points) - len, "%s ", argv[i]);
	if (client_open(&c, client_path(o->control)))
		return 1;
	ret = client_call(&c, NSP_NR_TRACE, &req, sizeof(req), points, strlen(points), print_line,
			  (void *)(uintptr_t)o);
	client_close(&c);
	if (ret < 0)
		fprintf(stderr, "netstack: trace: %s\n", ret == -22 ? "unknown tracepoint" :
			strerror(-ret));
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
