// SPDX-License-Identifier: BSD-2-Clause
/* --route PREFIX[,OPTION...]: where it leads, and what it says of the paths behind it (iproute2's names). */
#include <stdio.h>
#include <string.h>

#include "daemon/conf_priv.h"
#include "tcp/tcp.h"

enum { MS = 1, EIGHTH_MS, QUARTER_MS };	/* the unit is ms, kept as ms, or as eighths or quarters */

static const struct {
	const char *name;
	u8 metric, unit;
	u32 max;
} metrics[] = {
	{ "mtu", RTAX_N_MTU, 0, 65535 },
	{ "advmss", RTAX_N_ADVMSS, 0, 65535 },
	{ "window", RTAX_N_WINDOW, 0, U32_MAX },
	{ "rtt", RTAX_N_RTT, EIGHTH_MS, 120000 },
	{ "rttvar", RTAX_N_RTTVAR, QUARTER_MS, 120000 },
	{ "ssthresh", RTAX_N_SSTHRESH, 0, 1u << 30 },
	{ "cwnd", RTAX_N_CWND, 0, 1u << 30 },
	{ "reordering", RTAX_N_REORDERING, 0, 300 },
	{ "hoplimit", RTAX_N_HOPLIMIT, 0, 255 },
	{ "initcwnd", RTAX_N_INITCWND, 0, 1u << 20 },
	{ "initrwnd", RTAX_N_INITRWND, 0, 1u << 20 },
	{ "rto_min", RTAX_N_RTO_MIN, MS, 120000 },
	{ "quickack", RTAX_N_QUICKACK, 0, 1 },
};

static const struct {
	const char *name;
	u8 type;
} types[] = {
	{ "blackhole", RTN_BLACKHOLE }, { "unreachable", RTN_UNREACHABLE }, { "prohibit", RTN_PROHIBIT },
};

const char *conf_route_type(u8 type)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].type == type)
			return types[i].name;
	return NULL;
}

static const char *set_type(struct conf_route *r, const char *value)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (!strcmp(types[i].name, value))
			r->type = types[i].type;
	return r->type ? NULL : "type= is not blackhole, unreachable or prohibit";
}

const char *conf_route_metric(const u32 *m, u32 i, u32 *value)
{
	*value = metrics[i].unit == EIGHTH_MS	? m[metrics[i].metric] / 8 :
		 metrics[i].unit == QUARTER_MS ? m[metrics[i].metric] / 4 :
						 m[metrics[i].metric];
	return metrics[i].name;
}

u32 conf_route_nr_metrics(void)
{
	return ARRAY_SIZE(metrics);
}

static const char *wrong(const char *format, const char *name, u32 max)
{
	static char text[80];

	snprintf(text, sizeof(text), format, name, max);
	return text;
}

/* "lock:VALUE" binds TCP to the value, or the path MTU to what it is. */
static const char *unlocked(u32 *m, u8 metric, const char *value)
{
	if (strncmp(value, "lock:", 5))
		return value;
	m[RTAX_N_LOCK] |= 1u << metric;
	return value + 5;
}

/* NULL when taken, else why not. */
static const char *set_metric(u32 *m, const char *name, size_t len, const char *value)
{
	u32 i, v;

	for (i = 0; i < ARRAY_SIZE(metrics); i++)
		if (strlen(metrics[i].name) == len && !memcmp(metrics[i].name, name, len))
			break;
	if (i == ARRAY_SIZE(metrics))
		return "unknown option of a route";
	value = unlocked(m, metrics[i].metric, value);
	if (!conf_parse_u32(value, metrics[i].max, &v))
		return wrong("%s= is no number from 0 to %u", metrics[i].name, metrics[i].max);
	if (metrics[i].unit == EIGHTH_MS)
		v *= 8;
	else if (metrics[i].unit == QUARTER_MS)
		v *= 4;
	m[metrics[i].metric] = v;
	return NULL;
}

static const char *set_option(struct conf_route *r, const char *opt, u16 *family)
{
	const char *value = strchr(opt, '=');
	size_t len;

	if (!value++)
		return "unknown option of a route";
	len = (size_t)(value - opt) - 1;
	if (!strncmp(opt, "via=", 4)) {
		if (!inet_addr_pton(value, &r->via, family))
			return "via= is no address";
		r->has_via = true;
	} else if (!strncmp(opt, "dev=", 4)) {
		if (!conf_copy_name(r->dev, value))
			return "dev= is no interface name";
	} else if (!strncmp(opt, "metric=", 7)) {
		if (!conf_parse_u32(value, U32_MAX, &r->priority))
			return wrong("%s= is no number from 0 to %u", "metric", U32_MAX);
	} else if (!strncmp(opt, "type=", 5)) {
		return set_type(r, value);
	} else if (!strncmp(opt, "features=", 9)) {
		if (strcmp(value, "ecn"))
			return "features= is not ecn";
		r->metrics[RTAX_N_FEATURES] = RTAX_FEATURE_ECN_NS;
	} else if (!strncmp(opt, "congctl=", 8)) {
		value = unlocked(r->metrics, RTAX_N_CC, value);
		r->metrics[RTAX_N_CC] = tcp_ca_key(value, (u32)strlen(value));
		if (!r->metrics[RTAX_N_CC])
			return "congctl= is no congestion control (reno, cubic, bbr, bbr3, dctcp)";
	} else {
		return set_metric(r->metrics, opt, len, value);
	}
	return NULL;
}

const char *conf_parse_route(struct conf_route *r, char *value)
{
	char *opt, *save = NULL;
	const char *why;
	u16 family = 0;

	opt = strtok_r(value, ",", &save);
	if (!opt)
		return "it is empty";
	if (strcmp(opt, "default") && !inet_prefix_parse(opt, &r->dst))
		return "the destination is no prefix";
	while ((opt = strtok_r(NULL, ",", &save))) {
		why = set_option(r, opt, &family);
		if (why)
			return why;
	}
	if (r->type && (r->has_via || *r->dev))
		return "what is refused goes nowhere: type= with via= or dev=";
	if (!r->type && !r->has_via && !*r->dev)
		return "it has neither via= nor dev=";
	if (!r->dst.family) {		/* default */
		if (!family)
			return "a default route needs via= (0.0.0.0/0 and ::/0 do not)";
		r->dst.family = family;
		if (family == INET_FAMILY_4)
			r->dst.addr = inet_addr_from4("\0\0\0");
	}
	if (family && family != r->dst.family)
		return "destination and gateway are of different families";
	return NULL;
}
