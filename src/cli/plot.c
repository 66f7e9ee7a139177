// SPDX-License-Identifier: BSD-2-Clause
/*
 * trace --plot: one TCP connection drawn from its tracepoints, as a picture (SVG) of three panels
 * over one axis of time: sequence numbers (acknowledged, sent, offered; retransmissions as marks),
 * congestion window with ssthresh, and round-trip time.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

enum { CONNS_MAX = 256, SAMPLES_MAX = 2000000, POINTS_MAX = 4000, END_MAX = 64 };
enum { LEFT = 90, WIDTH = 880, GAP = 60, TICKS = 5 };
enum { SSTHRESH_INFINITE = 0x7fffffff };

struct sample {
	double t; /* s of the daemon's clock */
	uint32_t una, nxt, wnd, cwnd, ssthresh, srtt, mss;
	uint32_t seq; /* of a retransmission */
	bool retransmission;
};

struct conn {
	char src[END_MAX], dest[END_MAX];
	struct sample *s;
	size_t nr, room;
};

struct plot {
	struct conn conns[CONNS_MAX];
	size_t nr, samples;
	bool overflow;
};

struct plot *plot_new(void)
{
	return calloc(1, sizeof(struct plot));
}

void plot_free(struct plot *p)
{
	size_t i;

	for (i = 0; p && i < p->nr; i++)
		free(p->conns[i].s);
	free(p);
}

/* -- lines of the trace into samples ------------------------------------------- */

/* The text behind " key=", or NULL. */
static const char *value_of(const char *line, const char *key)
{
	size_t len = strlen(key);
	const char *p = line;

	while ((p = strstr(p, key))) {
		if (p > line && p[-1] == ' ' && p[len] == '=')
			return p + len + 1;
		p += len;
	}
	return NULL;
}

static uint32_t number_of(const char *line, const char *key)
{
	const char *v = value_of(line, key);

	return v ? (uint32_t)strtoul(v, NULL, 10) : 0;
}

static bool word_of(const char *line, const char *key, char *buf, size_t size)
{
	const char *v = value_of(line, key);
	size_t len = v ? strcspn(v, " ") : 0;

	if (!len || len >= size)
		return false;
	memcpy(buf, v, len);
	buf[len] = '\0';
	return true;
}

static struct conn *conn_of(struct plot *p, const char *line)
{
	char src[END_MAX], dest[END_MAX];
	struct conn *c;

	if (!word_of(line, "src", src, sizeof(src)) || !word_of(line, "dest", dest, sizeof(dest)))
		return NULL;
	for (c = p->conns; c < p->conns + p->nr; c++)
		if (!strcmp(c->src, src) && !strcmp(c->dest, dest))
			return c;
	if (p->nr == CONNS_MAX)
		return NULL;
	p->nr++;
	memcpy(c->src, src, sizeof(src));
	memcpy(c->dest, dest, sizeof(dest));
	return c;
}

static struct sample *sample_new(struct plot *p, struct conn *c)
{
	if (c->nr == c->room) {
		size_t room = c->room ? c->room * 2 : 64;
		struct sample *s = realloc(c->s, room * sizeof(*s));

		if (!s)
			return NULL;
		c->s = s;
		c->room = room;
	}
	p->samples++;
	return &c->s[c->nr++];
}

void plot_line(struct plot *p, const char *text, size_t len)
{
	char line[1024];
	struct sample *s;
	struct conn *c;

	if (len >= sizeof(line))
		return;
	memcpy(line, text, len);
	line[len] = '\0';
	if (!value_of(line, "snd_nxt"))
		return;
	c = conn_of(p, line);
	s = c && p->samples < SAMPLES_MAX ? sample_new(p, c) : NULL;
	if (!s) {
		p->overflow = true;
		return;
	}
	*s = (struct sample){
		.t = strtod(line, NULL),
		.una = number_of(line, "snd_una"),
		.nxt = number_of(line, "snd_nxt"),
		.wnd = number_of(line, "snd_wnd"),
		.cwnd = number_of(line, "snd_cwnd"),
		.ssthresh = number_of(line, "ssthresh"),
		.srtt = number_of(line, "srtt"),
		.mss = number_of(line, "mss"),
		.seq = number_of(line, "seq"),
		.retransmission = strstr(line, "tcp_retransmit_skb:") != NULL,
	};
}

/* -- the picture ------------------------------------------------------------------ */

/* Values of a sample relative to the first one; false: there is none. */
typedef bool (*get_fn)(const struct conn *c, const struct sample *s, double *v);

static bool get_una(const struct conn *c, const struct sample *s, double *v)
{
	*v = (int32_t)(s->una - c->s[0].una);
	return true;
}

static bool get_nxt(const struct conn *c, const struct sample *s, double *v)
{
	*v = (int32_t)(s->nxt - c->s[0].una);
	return true;
}

static bool get_offered(const struct conn *c, const struct sample *s, double *v)
{
	*v = (int32_t)(s->una + s->wnd - c->s[0].una);
	return true;
}

static bool get_cwnd(const struct conn *c, const struct sample *s, double *v)
{
	(void)c;
	*v = s->cwnd;
	return true;
}

static bool get_ssthresh(const struct conn *c, const struct sample *s, double *v)
{
	(void)c;
	*v = s->ssthresh;
	return s->ssthresh < SSTHRESH_INFINITE;
}

static bool get_srtt(const struct conn *c, const struct sample *s, double *v)
{
	(void)c;
	*v = s->srtt / 1000.0;
	return s->srtt != 0;
}

static bool get_retransmission(const struct conn *c, const struct sample *s, double *v)
{
	*v = (int32_t)(s->seq - c->s[0].una);
	return s->retransmission;
}

struct curve {
	const char *name, *colour;
	get_fn get;
	bool marks, scales; /* single marks; counts for the height of the axis */
};

struct panel {
	const char *title;
	double height;
	struct curve curves[4]; /* until a name is NULL */
};

static const struct panel panels[] = {
	{ "sequence number - first (octets)",
	  380,
	  { { "acknowledged", "#2a7f2a", get_una, false, true },
	    { "sent", "#1f4e9c", get_nxt, false, true },
	    { "offered window", "#b0b0b0", get_offered, false, false },
	    { "retransmission", "#d02020", get_retransmission, true, true } } },
	{ "congestion window (segments)",
	  180,
	  { { "cwnd", "#1f4e9c", get_cwnd, false, true },
	    { "ssthresh", "#d08020", get_ssthresh, false, false } } },
	{ "smoothed round-trip time (ms)", 180, { { "srtt", "#7a3f9c", get_srtt, false, true } } },
};
enum { NR_PANELS = sizeof(panels) / sizeof(panels[0]), CURVES = 4 };

struct frame {
	FILE *f;
	const struct conn *c;
	double t0, span;	 /* s */
	double top, height, max; /* of the panel that is being drawn */
};

static double x_of(const struct frame *fr, double t)
{
	return LEFT + (t - fr->t0) / fr->span * WIDTH;
}

static double y_of(const struct frame *fr, double v)
{
	double part = v / fr->max;

	if (part > 1)
		part = 1; /* a curve that does not scale the axis ends at its edge */
	return fr->top + fr->height * (1 - (part < 0 ? 0 : part));
}

/* The next number above v of which a fifth is easy to read. */
static double nice_above(double v)
{
	static const double steps[] = { 1, 2, 2.5, 5, 10 };
	double unit = 1e-9;
	size_t i = 0;

	while (unit * 10 * TICKS < v)
		unit *= 10;
	while (i + 1 < sizeof(steps) / sizeof(steps[0]) && unit * steps[i] * TICKS < v)
		i++;
	return unit * steps[i] * TICKS;
}

static double panel_max(const struct conn *c, const struct panel *p)
{
	double v, max = 0;
	size_t i, k;

	for (k = 0; k < CURVES && p->curves[k].name; k++)
		for (i = 0; p->curves[k].scales && i < c->nr; i++)
			if (p->curves[k].get(c, &c->s[i], &v) && v > max)
				max = v;
	return max > 0 ? nice_above(max) : 1;
}

static void draw_line(const struct frame *fr, const struct curve *k)
{
	size_t step = fr->c->nr / POINTS_MAX + 1, i;
	double v;

	fprintf(fr->f, "<polyline fill=\"none\" stroke=\"%s\" points=\"", k->colour);
	for (i = 0; i < fr->c->nr; i += step)
		if (k->get(fr->c, &fr->c->s[i], &v))
			fprintf(fr->f, "%.1f,%.1f ", x_of(fr, fr->c->s[i].t), y_of(fr, v));
	fputs("\"/>\n", fr->f);
}

static void draw_marks(const struct frame *fr, const struct curve *k)
{
	size_t i;
	double v;

	for (i = 0; i < fr->c->nr; i++)
		if (k->get(fr->c, &fr->c->s[i], &v))
			fprintf(fr->f, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\" fill=\"%s\"/>\n",
				x_of(fr, fr->c->s[i].t), y_of(fr, v), k->colour);
}

static void draw_axes(const struct frame *fr, const struct panel *p)
{
	int i;

	fprintf(fr->f,
		"<rect x=\"%d\" y=\"%.0f\" width=\"%d\" height=\"%.0f\" fill=\"none\" "
		"stroke=\"#888\"/>\n<text x=\"%d\" y=\"%.0f\" font-weight=\"bold\">%s</text>\n",
		LEFT, fr->top, WIDTH, fr->height, LEFT, fr->top - 6, p->title);
	for (i = 0; i <= TICKS; i++) {
		double v = fr->max * i / TICKS, t = fr->span * i / TICKS;

		fprintf(fr->f,
			"<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.10g</text>\n"
			"<text x=\"%.1f\" y=\"%.0f\" text-anchor=\"middle\">%.3g s</text>\n",
			LEFT - 6, y_of(fr, v) + 4, v, x_of(fr, fr->t0 + t),
			fr->top + fr->height + 16, t);
	}
}

static void draw_panel(struct frame *fr, const struct panel *p)
{
	double x = LEFT + WIDTH;
	int k;

	fr->height = p->height;
	fr->max = panel_max(fr->c, p);
	draw_axes(fr, p);
	for (k = 0; k < CURVES && p->curves[k].name; k++) {
		(p->curves[k].marks ? draw_marks : draw_line)(fr, &p->curves[k]);
		fprintf(fr->f,
			"<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"end\" fill=\"%s\">%s</text>\n",
			x, fr->top - 6, p->curves[k].colour, p->curves[k].name);
		x -= 12 + 7 * (double)strlen(p->curves[k].name);
	}
	fr->top += p->height + GAP;
}

static int draw(FILE *f, const struct conn *c)
{
	struct frame fr = { .f = f, .c = c, .t0 = c->s[0].t, .top = 70 };
	double total = 70;
	int i;

	fr.span = c->s[c->nr - 1].t - fr.t0;
	if (fr.span <= 0)
		fr.span = 1e-6;
	for (i = 0; i < NR_PANELS; i++)
		total += panels[i].height + GAP;
	fprintf(f,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1000\" height=\"%.0f\" "
		"font-family=\"sans-serif\" font-size=\"12\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
		"<text x=\"%d\" y=\"26\" font-size=\"16\">TCP %s to %s, %zu events</text>\n",
		total, LEFT, c->src, c->dest, c->nr);
	for (i = 0; i < NR_PANELS; i++)
		draw_panel(&fr, &panels[i]);
	fputs("</svg>\n", f);
	return ferror(f) ? -1 : 0;
}

static const struct conn *choose(const struct plot *p, const char *end)
{
	const struct conn *c, *best = NULL;

	for (c = p->conns; c < p->conns + p->nr; c++)
		if ((!end || !strcmp(c->src, end) || !strcmp(c->dest, end)) &&
		    (!best || c->nr > best->nr))
			best = c;
	return best;
}

int plot_write(struct plot *p, const char *file, const char *end)
{
	const struct conn *c = choose(p, end);
	int ret;
	FILE *f;

	if (!c) {
		fprintf(stderr, "netstack: trace: no TCP connection%s%s was seen\n",
			end ? " of " : "", end ? end : "");
		return -1;
	}
	if (p->overflow)
		fprintf(stderr, "netstack: trace: too many events; the later ones are left out\n");
	f = fopen(file, "w");
	if (!f) {
		fprintf(stderr, "netstack: trace: %s: %s\n", file, strerror(errno));
		return -1;
	}
	ret = draw(f, c);
	if (fclose(f) || ret) {
		fprintf(stderr, "netstack: trace: %s: could not be written\n", file);
		return -1;
	}
	printf("%s: %s to %s, %zu events\n", file, c->src, c->dest, c->nr);
	return 0;
}
