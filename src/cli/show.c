// SPDX-License-Identifier: BSD-2-Clause
/* The subcommands that show something: the daemon's JSON, or text made of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "cli/cli.h"

static const char *str(const cJSON *o, const char *key)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);

	return cJSON_IsString(v) ? v->valuestring : "";
}

static unsigned long long num(const cJSON *o, const char *key)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);

	return cJSON_IsNumber(v) ? (unsigned long long)v->valuedouble : 0;
}

static const cJSON *get(const cJSON *o, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(o, key);
}

/* Asks the daemon; prints the text as it is, or through print(). Exit status. */
static int show(const struct options *o, int nr, const void *req, size_t reqlen, const char *data,
		void (*print)(const cJSON *j))
{
	struct client c;
	cJSON *j;
	char *text;
	int ret;

	if (client_open(&c, client_path(o->control)))
		return 1;
	text = client_text(&c, nr, req, reqlen, data, &ret);
	client_close(&c);
	if (!text) {
		fprintf(stderr, "netstack: %s%s%s\n", data ? data : "", data ? ": " : "",
			ret == -ENOENT ? "no such key" : strerror(ret < 0 ? -ret : EIO));
		return 1;
	}
	j = o->json ? NULL : cJSON_Parse(text);
	if (j)
		print(j);
	else
		puts(text);
	cJSON_Delete(j);
	free(text);
	return 0;
}

/* -- stat ------------------------------------------------------------------------ */

static void print_device(const cJSON *d)
{
	const cJSON *st = get(d, "stats"), *states = get(d, "address_states"), *a;
	int i = 0;

	printf("%llu: %s: %s mtu %llu%s%s\n", num(d, "ifindex"), str(d, "name"),
	       cJSON_IsTrue(get(d, "up")) ? "up" : "down", num(d, "mtu"),
	       *str(d, "mac") ? " mac " : "", str(d, "mac"));
	cJSON_ArrayForEach(a, get(d, "addresses")) {
		const cJSON *s = cJSON_GetArrayItem(states, i++);
		const char *state = cJSON_IsString(s) ? s->valuestring : "";

		printf("    %s%s%s\n", a->valuestring, *state ? " " : "", state);
	}
	printf("    rx %llu packets, %llu bytes, %llu errors, %llu dropped\n",
	       num(st, "rx_packets"), num(st, "rx_bytes"), num(st, "rx_errors"),
	       num(st, "rx_dropped"));
	printf("    tx %llu packets, %llu bytes, %llu errors, %llu dropped\n",
	       num(st, "tx_packets"), num(st, "tx_bytes"), num(st, "tx_errors"),
	       num(st, "tx_dropped"));
}

/* " mtu 1400 congctl bbr" */
static void print_attributes(const cJSON *attributes)
{
	const cJSON *a;

	cJSON_ArrayForEach(a, attributes)
		if (cJSON_IsString(a))
			printf(" %s %s", a->string, a->valuestring);
		else
			printf(" %s %.0f", a->string, a->valuedouble);
}

static void print_routes(const cJSON *routes)
{
	const cJSON *r;

	cJSON_ArrayForEach(r, routes) {
		if (num(r, "table") == 255)
			continue;	/* the addresses said it */
		printf("%s%s%s%s%s%s%s%s%s metric %llu", str(r, "refused"), *str(r, "refused") ? " " : "",
		       str(r, "dst"), *str(r, "via") ? " via " : "", str(r, "via"),
		       *str(r, "dev") ? " dev " : "", str(r, "dev"), *str(r, "src") ? " src " : "",
		       str(r, "src"), num(r, "metric"));
		if (*str(r, "protocol"))
			printf(" proto %s", str(r, "protocol"));
		print_attributes(get(r, "attributes"));
		printf("\n");
	}
}

/* Numbers of an object that are not zero, "name value". */
static void print_numbers(const cJSON *o, const char *prefix)
{
	const cJSON *v;

	cJSON_ArrayForEach(v, o)
		if (cJSON_IsNumber(v) && v->valuedouble != 0)
			printf("%s%s %llu\n", prefix, v->string,
			       (unsigned long long)v->valuedouble);
}

static void print_stat(const cJSON *j)
{
	const cJSON *v;

	cJSON_ArrayForEach(v, get(j, "devices"))
		print_device(v);
	puts("\nroutes");
	print_routes(get(j, "routes"));
	puts("\nneighbours");
	cJSON_ArrayForEach(v, get(j, "neighbours"))
		printf("%s dev %s %s %s\n", str(v, "address"), str(v, "dev"), str(v, "mac"),
		       str(v, "state"));
	puts("\nsockets");
	print_numbers(get(j, "sockets"), "");
	puts("\ncounters");
	cJSON_ArrayForEach(v, get(j, "mib"))
		print_numbers(v, v->string);
	puts("\ndrops");
	print_numbers(get(j, "drops"), "");
	puts("\nmemory");
	print_numbers(get(j, "memory"), "");
	puts("\ndaemon");
	print_numbers(get(j, "daemon"), "");
}

/* Things of one kind, a line for each: "rx 0: packets 5, polls 3". */
static void print_things(const cJSON *a, int indent)
{
	const cJSON *thing, *v;
	int i = 0;

	cJSON_ArrayForEach(thing, a) {
		printf("%*s%s %d:", indent, "", a->string, i++);
		cJSON_ArrayForEach(v, thing) {
			char *text = cJSON_IsString(v) ? NULL : cJSON_PrintUnformatted(v);

			printf(" %s %s%s", v->string, text ? text : v->valuestring, v->next ? "," : "\n");
			free(text);
		}
	}
}

/* A section of "name: value" lines, or one such line. */
static void print_section(const cJSON *j, int indent)
{
	const cJSON *c;
	char *text;

	if (cJSON_IsArray(j)) {
		print_things(j, indent);
		return;
	}
	if (cJSON_IsObject(j)) {
		printf("%*s%s:\n", indent, "", j->string);
		cJSON_ArrayForEach(c, j)
			print_section(c, indent + 4);
		return;
	}
	if (cJSON_IsBool(j)) {
		printf("%*s%s: %s\n", indent, "", j->string, cJSON_IsTrue(j) ? "yes" : "no");
		return;
	}
	text = cJSON_IsString(j) ? NULL : cJSON_PrintUnformatted(j);
	printf("%*s%s: %s\n", indent, "", j->string, text ? text : j->valuestring);
	free(text);
}

static void print_devices(const cJSON *j)
{
	const cJSON *dev, *c;

	cJSON_ArrayForEach(dev, get(j, "devices")) {
		printf("%s:\n", str(dev, "name"));
		cJSON_ArrayForEach(c, dev)
			if (strcmp(c->string, "name"))
				print_section(c, 4);
	}
}

int cmd_stat(const struct options *o, int argc, char **argv)
{
	struct nsp_stat_req req = { o->devices ? NSP_STAT_DEV : 0, 0 };
	const char *dev = argc > 1 ? argv[1] : o->dev;

	if (o->devices && argc <= 2)
		return show(o, NSP_NR_STAT, &req, sizeof(req), dev, print_devices);
	if (argc > 1) {
		fprintf(stderr, "netstack: stat takes no argument\n");
		return EXIT_OURS;
	}
	return show(o, NSP_NR_STAT, &req, sizeof(req), NULL, print_stat);
}

/* -- sock -------------------------------------------------------------------------- */

static void print_sock(const cJSON *j)
{
	const cJSON *s;

	printf("%-6s %-10s %7s %7s %-27s %-27s\n", "proto", "state", "recv-q", "send-q", "local",
	       "peer");
	cJSON_ArrayForEach(s, get(j, "sockets"))
		printf("%-6s %-10s %7llu %7llu %-27s %-27s\n", str(s, "proto"), str(s, "state"),
		       num(s, "recvq"), num(s, "sendq"), str(s, "local"), str(s, "peer"));
}

/* A rate in the unit that keeps it short. */
static const char *rate_text(double octets_per_s, char *buf, size_t size)
{
	static const char units[] = " kMGT";
	double bits = octets_per_s * 8;
	int i = 0;

	if (octets_per_s > 1e18) {	/* ~0: no limit */
		snprintf(buf, size, "-");
		return buf;
	}
	for (; bits >= 1000 && units[i + 1]; i++)
		bits /= 1000;
	snprintf(buf, size, "%.*f%.*s", bits < 10 && i ? 1 : 0, bits, i ? 1 : 0, units + i);
	return buf;
}

static void print_connection(const cJSON *s, const cJSON *t)
{
	unsigned long long ssthresh = num(t, "snd_ssthresh");
	char threshold[24] = "-", out[16], pace[16];

	if (ssthresh < 0x7fffffff)
		snprintf(threshold, sizeof(threshold), "%llu", ssthresh);
	printf("%-10s %-27s %-27s %-7s %6llu %8s %9.3f %7s %7s %6llu %6llu/%llu\n", str(s, "state"),
	       str(s, "local"), str(s, "peer"), str(t, "congestion"), num(t, "snd_cwnd"), threshold,
	       (double)num(t, "rtt") / 1000, rate_text((double)num(t, "delivery_rate"), out, 16),
	       rate_text((double)num(t, "pacing_rate"), pace, 16), num(t, "unacked"),
	       num(t, "retrans"), num(t, "total_retrans"));
}

/* One look of --watch: the TCP connections, on a clean screen when it is one. */
static void print_connections(const cJSON *j)
{
	const cJSON *s;

	if (isatty(STDOUT_FILENO))
		fputs("\033[H\033[2J", stdout);
	printf("%-10s %-27s %-27s %-7s %6s %8s %9s %7s %7s %6s %8s\n", "state", "local", "peer", "cc",
	       "cwnd", "ssthresh", "rtt ms", "bit/s", "pacing", "flight", "retrans");
	cJSON_ArrayForEach(s, get(j, "sockets"))
		if (get(s, "tcp"))
			print_connection(s, get(s, "tcp"));
	fflush(stdout);
}

static int watch_sock(const struct options *o)
{
	struct timespec pause = {
		.tv_sec = (time_t)o->watch,
		.tv_nsec = (long)((o->watch - (double)(time_t)o->watch) * 1e9),
	};
	struct nsp_sock_req req = { 0, 0 };

	for (;;) {
		int ret = show(o, NSP_NR_SOCK, &req, sizeof(req), NULL, print_connections);

		if (ret || fflush(stdout) || ferror(stdout))
			return ret ? ret : 1;
		nanosleep(&pause, NULL);
	}
}

int cmd_sock(const struct options *o, int argc, char **argv)
{
	struct nsp_sock_req req = { 0, 0 };

	(void)argv;
	if (argc > 1) {
		fprintf(stderr, "netstack: sock takes no argument\n");
		return EXIT_OURS;
	}
	if (o->watch > 0)
		return watch_sock(o);
	return show(o, NSP_NR_SOCK, &req, sizeof(req), NULL, print_sock);
}

/* -- sysctl ------------------------------------------------------------------------- */

static void print_sysctl(const cJSON *j)
{
	const cJSON *v;

	cJSON_ArrayForEach(v, j)
		printf("%s = %s\n", v->string, cJSON_IsString(v) ? v->valuestring : "");
}

int cmd_sysctl(const struct options *o, int argc, char **argv)
{
	struct nsp_sysctl_req req = { 0, 0 };

	if (argc > 2) {
		fprintf(stderr, "netstack: sysctl takes one KEY or KEY=VALUE (quote a value with "
			"spaces)\n");
		return EXIT_OURS;
	}
	if (argc == 2)
		req.op = strchr(argv[1], '=') ? 2 : 1;
	return show(o, NSP_NR_SYSCTL, &req, sizeof(req), argv[1], print_sysctl);
}

/* -- version -------------------------------------------------------------------------- */

static void print_version(const cJSON *j)
{
	printf("netstack %s\nnetstackd %s, protocol %s\n", NETSTACK_VERSION, str(j, "version"),
	       str(j, "protocol"));
}

int cmd_version(const struct options *o, int argc, char **argv)
{
	struct nsp_version_req req = { 0 };

	(void)argc;
	(void)argv;
	return show(o, NSP_NR_VERSION, &req, sizeof(req), NULL, print_version);
}
