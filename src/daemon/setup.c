// SPDX-License-Identifier: BSD-2-Clause
/* Makes the stack what the configuration says: devices, addresses, routes, neighbours, sysctls. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"

static const char *why(int err)
{
	return strerror(err < 0 ? -err : err);
}

static int set_sysctls(struct daemon *dm)
{
	u32 i;

	for (i = 0; i < dm->conf.nr_sysctls; i++) {
		const struct conf_sysctl *s = &dm->conf.sysctls[i];
		int ret = sysctl_set(dm->net, s->key, s->value);

		if (ret) {
			host_log(HOST_LOG_ERR, "--sysctl %s=%s: %s; netstack sysctl lists the keys",
				 s->key, s->value, ret == -ENOENT ? "no such key" : why(ret));
			return ret;
		}
	}
	return 0;
}

static int start_loopback(struct daemon *dm)
{
	struct net_device *lo;
	int ret = loopback_create(dm->net);

	if (ret && ret != -EEXIST)
		return ret;
	lo = dev_get_by_name(dm->net, "lo");
	return lo ? dev_open(lo) : -ENODEV;
}

static void on_tap(void *arg, unsigned int events)
{
	(void)events;
	tap_interrupt(arg);
}

static void on_wire(void *arg, unsigned int events)
{
	(void)events;
	e1000_wire_ready(arg);
}

static const char *tap_remedy(int err)
{
	switch (err) {
	case -ENOENT:
		return "; /dev/net/tun is missing: load the tun module";
	case -EPERM:
		return "; run as root (CAP_NET_ADMIN)";
	case -EBUSY:
		return "; another program has it: choose another name";
	case -EINVAL:
		return "; an interface of that name exists and is no TAP of this kind: choose another "
		       "name";
	default:
		return "";
	}
}

static int create_tap(struct daemon *dm, const struct conf_dev *d, struct net_device **dev)
{
	struct tap_config cfg = { .tap_name = d->tap, .name = d->name, .mtu = d->mtu,
				  .offload = d->offload };

	memcpy(cfg.mac, d->mac, sizeof(cfg.mac));
	return tap_create(dm->net, &cfg, dev);
}

static int create_e1000(struct daemon *dm, const struct conf_dev *d, struct net_device **dev)
{
	struct e1000_config cfg = { .wire = d->wire, .wire_name = d->file ? d->file : d->tap,
				    .name = d->name, .mtu = d->mtu, .offload = d->offload };

	memcpy(cfg.mac, d->mac, sizeof(cfg.mac));
	return e1000_create(dm->net, &cfg, dev);
}

static int watch_dev(struct daemon *dm, struct net_device *dev, int fd,
		     void (*fn)(void *arg, unsigned int events))
{
	if (fd < 0)
		return 0;
	dm->dev_fds[dm->nr_dev_fds] = host_loop_add_fd(dm->loop, fd, HOST_READ, fn, dev);
	if (!dm->dev_fds[dm->nr_dev_fds])
		return -ENOMEM;
	dm->nr_dev_fds++;
	return 0;
}

static int start_dev(struct daemon *dm, const struct conf_dev *d)
{
	bool card = d->kind == CONF_DEV_E1000;
	struct net_device *dev;
	int ret = card ? create_e1000(dm, d, &dev) : create_tap(dm, d, &dev);

	if (ret) {
		host_log(HOST_LOG_ERR, "--dev %s%s: %s%s", card ? "e1000:wire=" : "tap:",
			 d->file ? d->file : d->tap, why(ret), *d->tap ? tap_remedy(ret) : "");
		return ret;
	}
	if (d->nr_host)
		ret = host_netif_setup(d->tap, (const char *const *)d->host, d->nr_host, d->mtu);
	if (ret) {
		host_log(HOST_LOG_ERR, "--dev %s: host=: %s", d->name, why(ret));
		return ret;
	}
	ret = dev_open(dev);
	if (ret) {
		host_log(HOST_LOG_ERR, "--dev %s: cannot bring it up: %s", d->name, why(ret));
		return ret;
	}
	return card ? watch_dev(dm, dev, e1000_fd(dev), on_wire) :
		      watch_dev(dm, dev, tap_fd(dev), on_tap);
}

static int start_devices(struct daemon *dm)
{
	int ret = start_loopback(dm);
	u32 i;

	if (ret) {
		host_log(HOST_LOG_ERR, "lo: %s", why(ret));
		return ret;
	}
	dm->dev_fds = calloc(dm->conf.nr_devs + 1, sizeof(*dm->dev_fds));
	if (!dm->dev_fds)
		return -ENOMEM;
	for (i = 0; i < dm->conf.nr_devs && !ret; i++)
		ret = start_dev(dm, &dm->conf.devs[i]);
	return ret;
}

static struct net_device *find_dev(struct daemon *dm, const char *flag, const char *name)
{
	struct net_device *dev = dev_get_by_name(dm->net, name);

	if (!dev)
		host_log(HOST_LOG_ERR, "--%s: no device \"%s\"; give it with --dev (name= is its "
			 "name in the stack)", flag, name);
	return dev;
}

static int add_addresses(struct daemon *dm)
{
	u32 i;

	for (i = 0; i < dm->conf.nr_addrs; i++) {
		const struct conf_addr *a = &dm->conf.addrs[i];
		struct net_device *dev = find_dev(dm, "addr", a->dev);
		char text[INET_ADDRSTRLEN_NS];
		int ret;

		if (!dev)
			return -ENODEV;
		ret = inet_ifaddr_add(dm->net, dev, &a->prefix, 0);
		if (ret) {
			inet_addr_ntop(&a->prefix.addr, text, sizeof(text));
			host_log(HOST_LOG_ERR, "--addr %s/%u%%%s: %s", text, a->prefix.len, a->dev,
				 why(ret));
			return ret;
		}
	}
	return 0;
}

static int add_routes(struct daemon *dm)
{
	u32 i;

	for (i = 0; i < dm->conf.nr_routes; i++) {
		const struct conf_route *c = &dm->conf.routes[i];
		struct fib_route r = { .dst = c->dst, .type = RTN_UNICAST,
				       .protocol = 4 /* static */ };
		char text[INET_ADDRSTRLEN_NS];
		int ret;

		if (c->has_via)
			r.gw = c->via;
		if (*c->dev) {
			r.dev = find_dev(dm, "route", c->dev);
			if (!r.dev)
				return -ENODEV;
		}
		ret = fib_route_add(dm->net, &r);
		if (ret) {
			inet_addr_ntop(&c->dst.addr, text, sizeof(text));
			host_log(HOST_LOG_ERR, "--route %s/%u: %s%s", text, c->dst.len, why(ret),
				 ret == -ENETUNREACH ? "; no --addr has via= on its link" : "");
			return ret;
		}
	}
	return 0;
}

static int add_neighbours(struct daemon *dm)
{
	u32 i;

	for (i = 0; i < dm->conf.nr_neighs; i++) {
		const struct conf_neigh *n = &dm->conf.neighs[i];
		struct net_device *dev = find_dev(dm, "neigh", n->dev);
		int ret;

		if (!dev)
			return -ENODEV;
		ret = inet_neigh_add(dm->net, dev, &n->addr, n->family, n->mac, NUD_PERMANENT);
		if (ret) {
			host_log(HOST_LOG_ERR, "--neigh on %s: %s", n->dev, why(ret));
			return ret;
		}
	}
	return 0;
}

static int open_pcap(struct daemon *dm)
{
	if (!dm->conf.pcap)
		return 0;
	dm->pcap = pcap_tap_open(dm->net, dm->conf.pcap);
	if (dm->pcap)
		return 0;
	host_log(HOST_LOG_ERR, "--pcap %s: %s", dm->conf.pcap, strerror(errno));
	return -errno;
}

int daemon_setup(struct daemon *dm)
{
	static int (*const steps[])(struct daemon *dm) = {
		set_sysctls, open_pcap, start_devices, add_addresses, add_routes, add_neighbours,
	};
	size_t i;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(steps) && !ret; i++)
		ret = steps[i](dm);
	return ret;
}

void daemon_unsetup(struct daemon *dm)
{
	u32 i;

	for (i = 0; i < dm->nr_dev_fds; i++)
		host_loop_del_fd(dm->dev_fds[i]);
	free(dm->dev_fds);
	dm->dev_fds = NULL;
	dm->nr_dev_fds = 0;
	pcap_tap_close(dm->pcap);
	dm->pcap = NULL;
}
