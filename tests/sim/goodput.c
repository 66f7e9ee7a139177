// SPDX-License-Identifier: BSD-2-Clause
/*
 * goodput: what one bulk flow gets of a path, for each congestion control, over loss, round trip,
 * depth of the bottleneck's buffer and reordering (TCP-BBR-08). The figures, in percent of what the
 * link could carry, are compared with tests/sim/goodput.txt: a cell may not fall below it by more
 * than a fifth, with random loss a third, and three points. Default: some cells; --all: the whole
 * table, --update: prints it for the file. The plots in doc/ are made of the same file by
 * tests/sim/plot.py.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow.h"

static const char *const ccs[] = { "reno", "cubic", "bbr", "bbr3" };
static const u32 losses_ppm[] = { 0, 1000, 10000, 30000, 50000, 100000, 200000 };
static const struct path {
	u32 rtt_us, rate_mbit, duration_ms;
} paths[] = { { 100, 1000, 1000 },   { 1000, 200, 2000 },   { 10000, 50, 8000 },
	      { 50000, 20, 20000 }, { 100000, 20, 25000 }, { 300000, 10, 40000 } };
static const u32 buffers_tenth[] = { 1, 5, 10, 80 };
static const u32 reorders_ppm[] = { 0, 50000 };

enum { NR_LOSS = ARRAY_SIZE(losses_ppm), FRAME = 1514, MSS = 1448 };

struct cell {
	const char *cc;
	const struct path *path;
	u32 loss_ppm, buffer_tenth, reorder_ppm;
};

struct options {
	bool all, update, verbose;
	const char *only, *pcap;
	double loss_pct; /* with only: this one; < 0: all */
	u64 seed;
};

static void cell_link(const struct cell *c, struct wire_sim_params dir[2])
{
	u64 rate = c->path->rate_mbit * 1000000ull;
	u64 bdp = rate / 8 * c->path->rtt_us / 1000000;

	dir[0] = (struct wire_sim_params){
		.delay_ns = c->path->rtt_us * 1000ull / 2,
		.rate_bps = rate,
		.queue_bytes = max_t(u32, (u32)(bdp * c->buffer_tenth / 10), 2 * FRAME),
		.loss_ppm = c->loss_ppm,
		.reorder_ppm = c->reorder_ppm,
		.reorder_ns = c->path->rtt_us * 1000ull / 4,
	};
	dir[1] = (struct wire_sim_params){ .delay_ns = dir[0].delay_ns, .rate_bps = rate };
}

static bool is_connected(void *arg)
{
	return ((struct flow *)arg)->peer[0].connected;
}

/* Octets that the flow delivered, in percent of the link's. */
static double run_cell(const struct cell *c, const struct options *opt, u64 salt)
{
	static struct world w;
	static struct flow f;
	struct wire_sim_params dir[2];
	u64 got, most;

	world_init(&w, opt->seed * 1000003 + salt);
	w.replay = "tests/sim/goodput";
	w.check_every = 64;
	world_add_host(&w);
	world_add_host(&w);
	world_join(&w, 0, 1, 1500, false);
	cell_link(c, dir);
	world_link(&w, 0, &dir[1]);	/* addresses and handshake: no loss yet */
	if (opt->pcap && !world_capture(&w, opt->pcap))
		sim_fail(&w, "cannot write %s", opt->pcap);
	flow_bulk(&f, &w, 0, c->cc, BULK_ENDLESS);
	if (!world_run(&w, 600 * NSEC_PER_SEC, is_connected, &f))
		sim_fail(&w, "no connection");
	wire_sim_set(w.wire[0], 0, &dir[0]);
	world_run_for(&w, c->path->duration_ms * 1000000ull);
	got = f.peer[1].received;
	most = dir[0].rate_bps / 8 * c->path->duration_ms / 1000 * MSS / FRAME;
	if (opt->verbose) {
		const struct wire_sim_stats *s = wire_sim_stats(w.wire[0], 0);
		const u64 *mib = w.host[0].net->mib;

		printf("# %s: sent %llu lost %llu queue drops %llu, retransmitted %llu, RTOs %llu, "
		       "D-SACKs %llu, frames %llu\n", c->cc, (unsigned long long)s->sent,
		       (unsigned long long)s->lost, (unsigned long long)s->queue_drops,
		       (unsigned long long)mib[MIB_Tcp_RetransSegs],
		       (unsigned long long)mib[MIB_TcpExt_TCPTimeouts],
		       (unsigned long long)mib[MIB_TcpExt_TCPDSACKRecv],
		       (unsigned long long)w.frames);
	}
	world_exit(&w);
	return 100.0 * (double)got / (double)most;
}

/* -- the file ---------------------------------------------------------------------------------- */

struct row {
	char name[64];
	double pct[NR_LOSS];
};

static struct row *rows;
static u32 nr_rows;

static void row_name(const struct cell *c, char *buf, size_t size)
{
	snprintf(buf, size, "%s rtt=%gms buffer=%gBDP reorder=%u%%", c->cc, c->path->rtt_us / 1000.0,
		 c->buffer_tenth / 10.0, c->reorder_ppm / 10000);
}

static bool read_rows(void)
{
	const char *dir = getenv("srcdir");
	char path[512], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/tests/sim/goodput.txt", dir ? dir : ".");
	file = fopen(path, "r");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		char *figures = strchr(line, ':');
		struct row *row;

		if (line[0] == '#' || !figures)
			continue;
		rows = realloc(rows, (nr_rows + 1) * sizeof(*rows));
		row = &rows[nr_rows++];
		*figures++ = '\0';
		snprintf(row->name, sizeof(row->name), "%.63s", line);
		for (u32 i = 0; i < NR_LOSS; i++)
			row->pct[i] = strtod(figures, &figures);
	}
	fclose(file);
	return true;
}

static const struct row *find_row(const char *name)
{
	for (u32 i = 0; i < nr_rows; i++)
		if (!strcmp(rows[i].name, name))
			return &rows[i];
	return NULL;
}

/* -- which cells ------------------------------------------------------------------------------- */

/*
 * For every submission: loss on three paths, the depth of the buffer and reordering on one. With
 * SIM_BRIEF, as under sanitizers, a cell or two of each congestion control.
 */
static bool in_short_run(const struct cell *c)
{
	u32 rtt = c->path->rtt_us;

	if (getenv("SIM_BRIEF"))
		return rtt == 50000 && c->buffer_tenth == 10 && !c->reorder_ppm &&
		       (!c->loss_ppm || c->loss_ppm == 10000);
	if (c->loss_ppm > 50000 || c->loss_ppm == 30000)
		return false;
	if (c->reorder_ppm)
		return rtt == 50000 && c->buffer_tenth == 10 && c->loss_ppm <= 10000;
	if (c->buffer_tenth != 10)
		return rtt == 50000 && !c->loss_ppm;
	return rtt == 1000 || rtt == 50000 || rtt == 300000;
}

/* TCP-CC-12, and what needs no snapshot to be wrong. */
static double floor_of(const struct cell *c)
{
	if (c->buffer_tenth < 10 || c->reorder_ppm || c->path->rtt_us > 100000 ||
	    c->path->rtt_us < 10000)
		return 0;
	if (!c->loss_ppm)
		return 90;
	return !strcmp(c->cc, "bbr") && c->loss_ppm <= 10000 ? 85 : 0;
}

/* Cells must not share their luck: each has a seed of its own. */
static u64 name_hash(const char *s)
{
	u64 h = 0;

	while (*s)
		h = h * 31 + (u8)*s++;
	return h;
}

static bool run_row(struct cell *c, const struct options *opt)
{
	const struct row *row;
	char name[64];
	bool ok = true, any = false;

	row_name(c, name, sizeof(name));
	if (opt->only && !strstr(name, opt->only))
		return true;
	row = find_row(name);
	for (u32 i = 0; i < NR_LOSS; i++) {
		double pct, least;

		c->loss_ppm = losses_ppm[i];
		if (opt->loss_pct >= 0 && opt->loss_pct * 1e4 != c->loss_ppm)
			continue;
		if (!opt->all && !opt->update && !opt->only && !in_short_run(c))
			continue;
		pct = run_cell(c, opt, name_hash(name) + i);
		if (opt->update || opt->only) {
			if (!any)
				printf("%s:", name);
			printf(" %.1f", pct);
			any = true;
			continue;
		}
		least = row ? row->pct[i] * (c->loss_ppm ? 0.65 : 0.8) - 3 : 0;
		least = floor_of(c) > least ? floor_of(c) : least;
		if (!row || pct < least) {
			printf("# %s loss=%g%%: %.1f %%, must be %.1f\n", name, c->loss_ppm / 1e4,
			       pct, least);
			ok = false;
		}
	}
	if (any)
		printf("\n");
	return ok;
}

static bool run_all(const struct options *opt)
{
	u32 failed = 0, n = 0;

	for (u32 a = 0; a < ARRAY_SIZE(ccs); a++) {
		failed = 0;
		for (u32 p = 0; p < ARRAY_SIZE(paths); p++)
			for (u32 b = 0; b < ARRAY_SIZE(buffers_tenth); b++)
				for (u32 r = 0; r < ARRAY_SIZE(reorders_ppm); r++) {
					struct cell c = { .cc = ccs[a], .path = &paths[p],
							  .buffer_tenth = buffers_tenth[b],
							  .reorder_ppm = reorders_ppm[r] };

					failed += !run_row(&c, opt);
				}
		n += failed;
		if (!opt->update && !opt->only)
			printf("%sok %u - goodput of %s\n", failed ? "not " : "", a + 1, ccs[a]);
	}
	return !n;
}

static const struct option long_options[] = {
	{ "all", no_argument, NULL, 'a' },	 { "update", no_argument, NULL, 'u' },
	{ "only", required_argument, NULL, 'o' }, { "pcap", required_argument, NULL, 'p' },
	{ "seed", required_argument, NULL, 's' }, { "loss", required_argument, NULL, 'l' },
	{ "verbose", no_argument, NULL, 'v' },
	{ NULL, 0, NULL, 0 },
};

int main(int argc, char **argv)
{
	struct options opt = { .seed = 1, .loss_pct = -1, .all = getenv("SIM_LONG") && !getenv("SIM_BRIEF") };
	bool ok;
	int c;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		switch (c) {
		case 'a':
			opt.all = true;
			break;
		case 'u':
			opt.update = true;
			break;
		case 'o':
			opt.only = optarg;
			break;
		case 'p':
			opt.pcap = optarg;
			break;
		case 'l':
			opt.loss_pct = strtod(optarg, NULL);
			break;
		case 's':
			opt.seed = strtoull(optarg, NULL, 0);
			break;
		case 'v':
			opt.verbose = true;
			break;
		default:
			fprintf(stderr, "usage: goodput [--all | --update | --only TEXT] [--loss PERCENT] "
					"[--seed N] [--pcap FILE] [--verbose]\n");
			return 2;
		}
	}
	if (opt.update)
		printf("# Goodput of one flow in percent of the link, by loss of 0, 0.1, 1, 3, 5, 10 "
		       "and 20 %%.\n# Made by tests/sim/goodput --update; see there.\n");
	else if (!opt.only && !read_rows())
		return 1;
	if (!opt.update && !opt.only)
		printf("1..%zu\n", ARRAY_SIZE(ccs));
	ok = run_all(&opt);
	free(rows);
	return !ok;
}
