// SPDX-License-Identifier: BSD-2-Clause
/* Makes the stack what the configuration says: devices, addresses, routes, neighbours, sysctls. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/channel.h"

static const char *why(int err)
{
	return strerror(err < 0 ? -err : err);
}

/* tcp_mem as Linux sizes it: pressure at a sixteenth of the machine's memory. */
static int size_tcp_mem(struct daemon *dm)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
	uint64_t limit = pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size / 4096 / 16 : 0;
	char text[64];

	limit /= dm->nr_workers;		/* of each: they share the memory */
	if (limit < 128)
		return 0;
	if (limit > INT32_MAX / 2)
		limit = INT32_MAX / 2;
	snprintf(text, sizeof(text), "%" PRIu64 " %" PRIu64 " %" PRIu64, limit / 4 * 3, limit,
		 limit / 4 * 6);
	return daemon_sysctl_set(dm, "net.ipv4.tcp_mem", text);
}

int daemon_sysctl_set(struct daemon *dm, const char *key, const char *value)
{
	int ret = 0;
	u32 i;

	workers_hold_all(dm);
	for (i = 0; i < dm->nr_workers && !ret; i++)
		ret = sysctl_set(dm->workers[i]->net, key, value);
	return ret;
}

/* A client has its cookie from one worker, and shows it to another. */
static int share_fastopen_key(struct daemon *dm)
{
	static const char name[] = "net.ipv4.tcp_fastopen_key";
	char key[256];
	int ret = workers_many(dm) ? sysctl_get(dm->net, name, key, sizeof(key)) : -ENOENT;

	return ret ? 0 : daemon_sysctl_set(dm, name, key);
}

static int sysctl_error(const struct conf_sysctl *s, int ret)
{
	const char *what = ret != -ENOENT ? why(ret) : s->later ? "no such device" : "no such key";

	host_log(HOST_LOG_ERR, "--sysctl %s=%s: %s; netstack sysctl lists the keys", s->key, s->value, what);
	return ret;
}

static int set_sysctls(struct daemon *dm)
{
	u32 i;

	for (i = 0; i < dm->conf.nr_sysctls; i++) {
		struct conf_sysctl *s = &dm->conf.sysctls[i];
		int ret = daemon_sysctl_set(dm, s->key, s->value);

		s->later = ret == -ENOENT && sysctl_is_of_device(dm->net, s->key);
		if (ret && !s->later)
			return sysctl_error(s, ret);
	}
	return share_fastopen_key(dm);
}

int daemon_dev_sysctls(struct worker *w)
{
	struct daemon *dm = w->dm;
	bool last = w->index + 1 == dm->nr_workers;
	u32 i;

	for (i = 0; i < dm->conf.nr_sysctls; i++) {
		struct conf_sysctl *s = &dm->conf.sysctls[i];
		int ret = s->later ? sysctl_set(w->net, s->key, s->value) : 0;

		if (ret && ret != -ENOENT)
			return sysctl_error(s, ret);
		s->later &= ret == -ENOENT || !last;
	}
	return 0;
}

static int all_sysctls_set(struct daemon *dm)
{
	u32 i;

	for (i = 0; i < dm->conf.nr_sysctls; i++)
		if (dm->conf.sysctls[i].later)
			return sysctl_error(&dm->conf.sysctls[i], -ENOENT);
	return 0;
}

static struct net_device *find_dev(struct net *net, const char *flag, const char *name)
{
	struct net_device *dev = dev_get_by_name(net, name);

	if (!dev)
		host_log(HOST_LOG_ERR, "--%s: no device \"%s\"; give it with --dev (name= is its "
			 "name in the stack)", flag, name);
	return dev;
}

static int add_addresses(struct daemon *dm, struct net *net)
{
	u32 i;

	for (i = 0; i < dm->conf.nr_addrs; i++) {
		const struct conf_addr *a = &dm->conf.addrs[i];
		struct net_device *dev = find_dev(net, "addr", a->dev);
		char text[INET_ADDRSTRLEN_NS];
		int ret;

		if (!dev)
			return -ENODEV;
		ret = inet_ifaddr_add(net, dev, &a->prefix, 0);
		if (ret) {
			inet_addr_ntop(&a->prefix.addr, text, sizeof(text));
			host_log(HOST_LOG_ERR, "--addr %s/%u%%%s: %s", text, a->prefix.len, a->dev,
				 why(ret));
			return ret;
		}
	}
	return 0;
}

static int add_routes(struct daemon *dm, struct net *net)
{
	u32 i;

	for (i = 0; i < dm->conf.nr_routes; i++) {
		const struct conf_route *c = &dm->conf.routes[i];
		struct fib_route r = { .dst = c->dst, .type = c->type ?: RTN_UNICAST,
				       .protocol = 4 /* static */, .priority = c->priority };
		char text[INET_ADDRSTRLEN_NS];
		int ret;

		memcpy(r.metrics, c->metrics, sizeof(r.metrics));
		if (c->has_via)
			r.gw = c->via;
		if (*c->dev) {
			r.dev = find_dev(net, "route", c->dev);
			if (!r.dev)
				return -ENODEV;
		}
		ret = fib_route_add(net, &r);
		if (ret) {
			inet_addr_ntop(&c->dst.addr, text, sizeof(text));
			host_log(HOST_LOG_ERR, "--route %s/%u: %s%s", text, c->dst.len, why(ret),
				 ret == -ENETUNREACH ? "; no --addr has via= on its link" : "");
			return ret;
		}
	}
	return 0;
}

static int add_neighbours(struct daemon *dm, struct net *net)
{
	u32 i;

	for (i = 0; i < dm->conf.nr_neighs; i++) {
		const struct conf_neigh *n = &dm->conf.neighs[i];
		struct net_device *dev = find_dev(net, "neigh", n->dev);
		int ret;

		if (!dev)
			return -ENODEV;
		ret = inet_neigh_add(net, dev, &n->addr, n->family, n->mac, NUD_PERMANENT);
		if (ret) {
			host_log(HOST_LOG_ERR, "--neigh on %s: %s", n->dev, why(ret));
			return ret;
		}
	}
	return 0;
}

/* The same in each worker. */
static int configure(struct daemon *dm)
{
	int ret = 0;
	u32 i;

	for (i = 0; i < dm->nr_workers && !ret; i++) {
		struct net *net = dm->workers[i]->net;

		ret = add_addresses(dm, net);
		if (!ret)
			ret = add_routes(dm, net);
		if (!ret)
			ret = add_neighbours(dm, net);
	}
	return ret;
}

static int open_pcap(struct daemon *dm)
{
	int ret = dm->conf.pcap ? captures_start_file(dm, dm->conf.pcap) : 0;

	if (ret)
		host_log(HOST_LOG_ERR, "--pcap %s: %s", dm->conf.pcap, strerror(-ret));
	return ret;
}

int daemon_setup(struct daemon *dm)
{
	static int (*const steps[])(struct daemon *dm) = {
		size_tcp_mem, set_sysctls, open_pcap, devices_start, all_sysctls_set, configure,
	};
	size_t i;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(steps) && !ret; i++)
		ret = steps[i](dm);
	return ret;
}

void daemon_unsetup(struct daemon *dm)
{
	devices_stop(dm);
	captures_end(dm, NULL);
}
