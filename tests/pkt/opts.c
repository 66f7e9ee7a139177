// SPDX-License-Identifier: BSD-2-Clause
/* Options, in a script and on the command line. */
#include "tests/pkt/pkt.h"

void opts_default(struct pk_opts *o)
{
	*o = (struct pk_opts){
		.tolerance_us = 4000,
		.tolerance_percent = 12.5,
		.local_ip = { "192.168.0.1", "fd3d:a0b:17d6::1" },
		.gateway_ip = { "192.168.0.2", "fd3d:a0b:17d6:8888::1" },
		.remote_ip = { "192.0.2.1", "fd3d:fa7b:d17d::1" },
		.tso = true,
		.only = -1,
		.bind_port = PKT_PORT,
		.connect_port = PKT_PORT,
		.clock_ns = 1000 * NSEC_PER_SEC, /* one that starts at 0 hides bugs */
	};
}

static void set_ip(const char **by_family, const char *text)
{
	by_family[strchr(text, ':') != NULL] = text;
}

static bool set_version(struct pk_opts *o, const char *v)
{
	static const char *const name[] = { "ipv4", "ipv6", "ipv4-mapped-ipv6" };

	for (int i = 0; i < NR_VARIANTS; i++)
		if (!strcmp(v, name[i])) {
			o->only = i;
			return true;
		}
	return false;
}

static bool set_number(struct pk_opts *o, const char *name, const char *v)
{
	s64 n = strtoll(v, NULL, 0);

	if (!strcmp(name, "tolerance_usecs"))
		o->tolerance_us = n;
	else if (!strcmp(name, "tolerance_percent"))
		o->tolerance_percent = atof(v);
	else if (!strcmp(name, "mss"))
		o->mss = (u16)n;
	else if (!strcmp(name, "mtu"))
		o->mtu = (u32)n;
	else if (!strcmp(name, "tcp_ts_tick_usecs"))
		o->ts_tick_us = (u32)n;
	else if (!strcmp(name, "bind_port"))
		o->bind_port = (u16)n;
	else if (!strcmp(name, "connect_port"))
		o->connect_port = (u16)n;
	else if (!strcmp(name, "clock_msecs"))
		o->clock_ns = (u64)n * NSEC_PER_MSEC;
	else
		return false;
	return true;
}

static bool set_flag(struct pk_opts *o, const char *name)
{
	if (!strcmp(name, "strict_segments"))
		o->strict_segments = true;
	else if (!strcmp(name, "tcp_ts_ecr_scaled"))
		o->ecr_scaled = true;
	else if (!strcmp(name, "strict_end"))
		o->strict_end = true;
	else if (!strcmp(name, "no_tso"))
		o->tso = false;
	else if (!strcmp(name, "verbose"))
		o->verbose = true;
	else
		return !strcmp(name, "send_omit_free");
	return true;
}

static bool set_define(struct pk_opts *o, char *text)
{
	char *eq = strchr(text, '=');

	if (!eq || o->nr_defines == ARRAY_SIZE(o->define))
		return false;
	*eq = 0;
	o->define[o->nr_defines++] = (struct define){ text, eq + 1 };
	return true;
}

bool opts_set(struct pk_opts *o, char *text)
{
	char *name = text + 2, *v;

	if (!strncmp(text, "-D", 2) && text[2])
		return set_define(o, text + 2);
	if (strncmp(text, "--", 2))
		return false;
	v = strchr(name, '=');
	if (!v)
		return set_flag(o, name);
	*v++ = 0;
	if (!strcmp(name, "define"))
		return set_define(o, v);
	if (!strcmp(name, "ip_version"))
		return set_version(o, v);
	if (!strcmp(name, "netmask_ip"))
		return true;	/* one link: the gateway is reached without it */
	if (!strcmp(name, "local_ip"))
		set_ip(o->local_ip, v);
	else if (!strcmp(name, "remote_ip"))
		set_ip(o->remote_ip, v);
	else if (!strcmp(name, "gateway_ip"))
		set_ip(o->gateway_ip, v);
	else
		return set_number(o, name, v);
	return true;
}
