// SPDX-License-Identifier: BSD-2-Clause
/* The devices of the configuration: a row per kind says how it is made and what wakes it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"

enum { FDS_PER_DEV = NETDEV_QUEUES_MAX + 1 };

static const char *why(int err)
{
	return strerror(err < 0 ? -err : err);
}

static int start_loopback(struct net *net)
{
	struct net_device *lo;
	int ret = loopback_create(net);

	if (ret && ret != -EEXIST)
		return ret;
	lo = dev_get_by_name(net, "lo");
	return lo ? dev_open(lo) : -ENODEV;
}

/* -- kinds ------------------------------------------------------------------------------- */
static int watch(struct worker *w, void *arg, int fd, void (*fn)(void *arg, unsigned int events))
{
	if (fd < 0)
		return 0;
	w->dev_fds[w->nr_dev_fds] = host_loop_add_fd(w->loop, fd, HOST_READ, fn, arg);
	if (!w->dev_fds[w->nr_dev_fds])
		return -ENOMEM;
	if (w->nr_dev_fds + 1 < HOST_HOT_MAX)	/* slot 0 is the poller's */
		host_loop_hot(w->loop, w->nr_dev_fds + 1, fd, fn, arg);
	w->nr_dev_fds++;
	return 0;
}

/* Frames wait in a device: on it, before one is taken. */
static void frames_wait(const struct net_device *dev)
{
	struct worker *w = dev->net->cfg.ctx;

	pulse_busy(&w->dm->pulse, w->index);
}

/* Of those that take frames: events 0 is a look, without having been told of any. */
static void on_queue(void *arg, unsigned int events)
{
	struct napi_struct *napi = arg;

	if (events)
		frames_wait(napi->dev);
	napi_schedule(napi);
}

static void on_wire(void *arg, unsigned int events)
{
	if (events)
		frames_wait(arg);
	e1000_wire_ready(arg);
}

static void on_link(void *arg, unsigned int events)
{
	(void)events;
	packet_link_event(arg);
}

/* Queues of a device that has some for each worker: how many are this one's. */
static u32 share_of(const struct worker *w, const struct conf_dev *d)
{
	u32 nr = w->dm->nr_workers, queues = d->queues ? d->queues : nr;

	return queues / nr + (w->index < queues % nr);
}

static int create_tap(struct worker *w, const struct conf_dev *d, struct net_device **dev)
{
	struct tap_config cfg = { .tap_name = d->host_if, .name = d->name, .mtu = d->mtu,
				  .offload = d->offload, .queues = share_of(w, d),
				  .multi_queue = workers_many(w->dm) && d->queues != 1,
				  .joins = w->index };

	memcpy(cfg.mac, d->mac, sizeof(cfg.mac));
	return tap_create(w->net, &cfg, dev);
}

static int create_packet(struct worker *w, const struct conf_dev *d, struct net_device **dev)
{
	struct packet_config cfg = { .ifname = d->host_if, .name = d->name, .mtu = d->mtu,
				     .offload = d->offload, .rx = d->rx, .tx_ring = d->tx_ring,
				     .fanout = (u16)d->fanout, .queues = share_of(w, d) };
	int ret;

	if (workers_many(w->dm) && d->queues != 1 && !d->fanout) {
		const struct net_device *first = w->index ? dev_get_by_name(w->dm->net, d->name) : NULL;

		cfg.share = first ? PACKET_SHARE_JOIN : PACKET_SHARE_NEW;
		cfg.fanout = first ? packet_fanout_group(first) : 0;
	}

	memcpy(cfg.mac, d->mac, sizeof(cfg.mac));
	ret = packet_create(w->net, &cfg, dev);
	if (!ret && packet_rx_mode(*dev) != d->rx)
		host_log(HOST_LOG_WARN, "--dev packet:%s: the kernel gave no receive ring, rx=recv",
			 d->host_if);
	if (!ret && packet_tx_ring(*dev) != d->tx_ring)
		host_log(HOST_LOG_WARN, "--dev packet:%s: the kernel gave no transmit ring, tx=send",
			 d->host_if);
	return ret;
}

static int create_xdp(struct worker *w, const struct conf_dev *d, struct net_device **dev)
{
	struct xdp_config cfg = { .ifname = d->host_if, .name = d->name, .mtu = d->mtu,
				  .queues = d->queues };

	memcpy(cfg.mac, d->mac, sizeof(cfg.mac));
	return xdp_create(w->net, &cfg, dev);
}

static int create_card(struct worker *w, const struct conf_dev *d, struct net_device **dev)
{
	struct e1000_config cfg = { .wire = d->wire, .wire_name = d->file ? d->file : d->host_if,
				    .name = d->name, .mtu = d->mtu, .offload = d->offload,
				    .queues = d->queues, .vfs = d->vfs };

	memcpy(cfg.mac, d->mac, sizeof(cfg.mac));
	return d->kind == CONF_DEV_IGB ? igb_create(w->net, &cfg, dev) :
					 e1000_create(w->net, &cfg, dev);
}

static int create_igbvf(struct worker *w, const struct conf_dev *d, struct net_device **dev)
{
	struct igbvf_config cfg = { .pf = dev_get_by_name(w->net, d->lower), .vf = d->vf,
				    .name = d->name, .mtu = d->mtu };

	memcpy(cfg.mac, d->mac, sizeof(cfg.mac));
	return cfg.pf ? igbvf_create(&cfg, dev) : -ENODEV;
}

static int create_vfio(struct worker *w, const struct conf_dev *d, struct net_device **dev)
{
	const struct vfio_config cfg = { .address = d->file, .name = d->name, .mtu = d->mtu };

	return vfio_create(w->net, &cfg, dev);
}

static int create_vlan(struct worker *w, const struct conf_dev *d, struct net_device **dev)
{
	struct vlan_config cfg = { .lower = dev_get_by_name(w->net, d->lower), .name = d->name,
				   .vid = (u16)d->vid, .proto = (u16)d->vlan_proto, .mtu = d->mtu,
				   .no_reorder = d->no_reorder, .no_offload = !d->offload };
	u32 i;

	if (!cfg.lower)
		return -ENODEV;
	memcpy(cfg.mac, d->mac, sizeof(cfg.mac));
	for (i = 0; i < d->nr_ingress; i++)
		cfg.ingress[d->ingress[i].from] = d->ingress[i].to;
	for (i = 0; i < d->nr_egress; i++)
		cfg.egress[cfg.nr_egress++] = (struct vlan_qos){ d->egress[i].from,
								 (u8)d->egress[i].to };
	return vlan_create(w->net, &cfg, dev);
}

static int create_veth(struct worker *w, const struct conf_dev *d, struct net_device **dev)
{
	struct veth_end ends[2] = { { .net = w->net, .name = d->name, .mtu = d->mtu },
				    { .net = w->net, .name = d->peer, .mtu = d->mtu } };
	struct net_device *devs[2];
	int ret;

	memcpy(ends[0].mac, d->mac, sizeof(ends[0].mac));
	ret = veth_create(ends, devs);
	if (!ret)
		ret = dev_open(devs[1]);
	*dev = devs[0];
	return ret;
}

/* .. of a device from which frames come */
static int watch_frames(struct worker *w, void *arg, int fd,
			void (*fn)(void *arg, unsigned int events))
{
	if (fd < 0)
		return 0;
	pulse_watch(&w->dm->pulse, fd);
	w->dev_looks[w->nr_dev_looks++] = (struct dev_look){ fn, arg };
	return watch(w, arg, fd, fn);
}

/* Each receive queue wakes its NAPI context. */
static int watch_queues(struct worker *w, struct net_device *dev,
			int (*fd)(const struct net_device *dev, u32 queue),
			struct napi_struct *(*napi)(const struct net_device *dev, u32 queue))
{
	int ret = 0;
	u32 i;

	for (i = 0; i < dev->num_rx_queues && !ret; i++)
		ret = watch_frames(w, napi(dev, i), fd(dev, i), on_queue);
	return ret;
}

static int watch_tap(struct worker *w, struct net_device *dev)
{
	return watch_queues(w, dev, tap_fd, tap_napi);
}

static int watch_packet(struct worker *w, struct net_device *dev)
{
	int ret = watch_queues(w, dev, packet_fd, packet_napi);

	return ret ? ret : watch(w, dev, packet_link_fd(dev), on_link);
}

static void on_xdp_link(void *arg, unsigned int events)
{
	(void)events;
	xdp_link_event(arg);
}

static int watch_xdp(struct worker *w, struct net_device *dev)
{
	int ret = watch_queues(w, dev, xdp_fd, xdp_napi);

	return ret ? ret : watch(w, dev, xdp_link_fd(dev), on_xdp_link);
}

static int watch_card(struct worker *w, struct net_device *dev)
{
	return watch_frames(w, dev, e1000_fd(dev), on_wire);
}

static void on_vfio(void *arg, unsigned int events)
{
	if (events)
		frames_wait(arg);
	vfio_event(arg);
}

static int watch_vfio(struct worker *w, struct net_device *dev)
{
	return watch_frames(w, dev, vfio_fd(dev), on_vfio);
}

static const struct {
	int (*create)(struct worker *w, const struct conf_dev *d, struct net_device **dev);
	int (*watch)(struct worker *w, struct net_device *dev); /* NULL: nothing to wait for */
	enum { ALL, QUEUED, FIRST } who; /* has one: each worker; as many as it has queues; the first */
} kinds[] = {
	[CONF_DEV_TAP] = { create_tap, watch_tap, QUEUED },
	[CONF_DEV_PACKET] = { create_packet, watch_packet, QUEUED },
	[CONF_DEV_XDP] = { create_xdp, watch_xdp, FIRST },
	[CONF_DEV_E1000] = { create_card, watch_card, FIRST },
	[CONF_DEV_IGB] = { create_card, watch_card, FIRST },
	[CONF_DEV_VLAN] = { create_vlan, NULL, ALL },
	[CONF_DEV_VETH] = { create_veth, NULL, ALL },
	[CONF_DEV_VFIO] = { create_vfio, watch_vfio, FIRST },
	[CONF_DEV_IGBVF] = { create_igbvf, NULL, FIRST },
};

/* -- one device ---------------------------------------------------------------------------- */
static const char *remedy(const struct conf_dev *d, int err)
{
	enum { ON_TAP = 1, ON_HOST, ON_STACK, ON_PCI };
	const int where = d->kind == CONF_DEV_VFIO ? ON_PCI : conf_dev_has_tap(d) ? ON_TAP :
			  *d->host_if ? ON_HOST : ON_STACK;
	static const struct {
		int err, where;
		const char *text;
	} rows[] = {
		{ -ENOENT, ON_TAP, "; /dev/net/tun is missing: load the tun module" },
		{ -EPERM, ON_TAP, "; run as root (CAP_NET_ADMIN)" },
		{ -EBUSY, ON_TAP, "; another program has it: choose another name" },
		{ -EINVAL, ON_TAP, "; an interface of that name exists and is no TAP of this kind: choose "
		  "another name" },
		{ -ENODEV, ON_HOST, "; the host has no interface of that name" },
		{ -EPERM, ON_HOST, "; run as root (CAP_NET_RAW)" },
		{ -EINVAL, ON_HOST, "; it is no Ethernet interface, or has not so many queues" },
		{ -EBUSY, ON_HOST, "; another program is attached to it: ip link set IF xdp off" },
		{ -EOPNOTSUPP, ON_HOST, "; netstackd was built without libxdp, or the kernel without "
		  "AF_XDP" },
		{ -EMSGSIZE, ON_HOST, "; mtu= is larger than the interface's" },
		{ -ENODEV, ON_STACK, "; give the device that it is of by a --dev before it" },
		{ -EINVAL, ON_STACK, "; that device has no such virtual function (vfs=)" },
		{ -EBUSY, ON_STACK, "; that virtual function is another device already" },
		{ -EEXIST, ON_STACK, "; that name, or that VLAN of that device, is there already" },
		{ -ENODEV, ON_PCI, "; there is no such PCI function, or vfio-pci is not its driver" },
		{ -ENOENT, ON_PCI, "; /dev/vfio/vfio is missing: load the vfio-pci module" },
		{ -EBUSY, ON_PCI, "; other functions of its IOMMU group must be vfio-pci's, too" },
		{ -EOPNOTSUPP, ON_PCI, "; the machine has no IOMMU that VFIO can use" },
		{ -EPFNOSUPPORT, ON_PCI, "; it is no Intel 82540EM, 82544GC or 82545EM" },
		{ -ENOMEM, ON_PCI, "; raise the limit of locked memory (ulimit -l)" },
		{ -ERANGE, ON_STACK, "; mtu= is larger than that of the device below" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].err == err && rows[i].where == where)
			return rows[i].text;
	return "";
}

static int join(struct net *net, const struct conf_dev *d, struct net_device *dev)
{
	struct net_device *other = dev_get_by_name(net, d->join);
	int ret = other ? dev_join(dev, other) : -ENODEV;

	if (ret)
		host_log(HOST_LOG_ERR, "--dev %s: join=%s: %s%s", d->name, d->join, why(ret),
			 ret == -ENODEV ? "; give that device by a --dev before it" : "");
	return ret;
}

/* Others have it by way of the first worker (drivers/remote.c). */
static bool is_remote(const struct worker *w, const struct conf_dev *d)
{
	if (!w->index || kinds[d->kind].who == ALL)
		return false;
	return kinds[d->kind].who == FIRST || !share_of(w, d);
}

/* A TAP that was made for one queue, which is then the first worker's. */
static bool has_one_queue(const struct worker *w, struct conf_dev *d, int err)
{
	if (err != -EINVAL || d->kind != CONF_DEV_TAP || d->queues || w->index || !workers_many(w->dm))
		return false;
	d->queues = 1;
	return true;
}

static int create(struct worker *w, struct conf_dev *d, struct net_device **dev)
{
	struct net_device *first = w->index ? dev_get_by_name(w->dm->net, d->name) : NULL;
	struct conf_dev same = *d;
	int ret;

	if (first)	/* all have its address */
		memcpy(same.mac, first->dev_addr, sizeof(same.mac));
	if (is_remote(w, d))
		return remote_create(w->net, first, dev);
	ret = kinds[d->kind].create(w, &same, dev);
	if (has_one_queue(w, d, ret)) {
		same.queues = d->queues;
		ret = kinds[d->kind].create(w, &same, dev);
		if (!ret)
			host_log(HOST_LOG_NOTICE, "--dev tap:%s: one queue for all workers", d->host_if);
	}
	if (ret)
		host_log(HOST_LOG_ERR, "--dev %s%s%s: %s%s", conf_dev_prefix(d),
			 conf_dev_is_card(d) ? "wire=" : "", conf_dev_subject(d),
			 why(ret), remedy(d, ret));
	return ret;
}

static int start_dev(struct worker *w, struct conf_dev *d)
{
	struct net_device *dev;
	int ret = create(w, d, &dev);

	if (ret)
		return ret;
	ret = daemon_dev_sysctls(w);	/* before it comes up */
	if (ret)
		return ret;
	if (d->nr_host && !w->index)
		ret = host_netif_setup(d->host_if, (const char *const *)d->host, d->nr_host, d->mtu);
	if (ret) {
		host_log(HOST_LOG_ERR, "--dev %s: host=: %s", d->name, why(ret));
		return ret;
	}
	ret = dev_open(dev);
	if (ret) {
		host_log(HOST_LOG_ERR, "--dev %s: cannot bring it up: %s", d->name, why(ret));
		return ret;
	}
	ret = *d->join ? join(w->net, d, dev) : 0;
	return !ret && kinds[d->kind].watch && !dev->remote ? kinds[d->kind].watch(w, dev) : ret;
}

static int start_worker(struct worker *w)
{
	size_t room = w->dm->conf.nr_devs * (size_t)FDS_PER_DEV + 1;
	int ret = start_loopback(w->net);

	if (ret) {
		host_log(HOST_LOG_ERR, "lo: %s", why(ret));
		return ret;
	}
	w->dev_fds = calloc(room, sizeof(*w->dev_fds));
	w->dev_looks = calloc(room, sizeof(*w->dev_looks));
	if (!w->dev_fds || !w->dev_looks)
		return -ENOMEM;
	return daemon_dev_sysctls(w);
}

/* In the order of the configuration, so that a device has one number in all workers. */
int devices_start(struct daemon *dm)
{
	int ret = 0;
	u32 i, k;

	for (k = 0; k < dm->nr_workers && !ret; k++)
		ret = start_worker(dm->workers[k]);
	for (i = 0; i < dm->conf.nr_devs; i++)
		for (k = 0; k < dm->nr_workers && !ret; k++)
			ret = start_dev(dm->workers[k], &dm->conf.devs[i]);
	return ret;
}

void devices_stop(struct daemon *dm)
{
	u32 i, k;

	for (k = 0; k < dm->nr_workers; k++) {
		struct worker *w = dm->workers[k];

		for (i = 0; i < w->nr_dev_fds; i++) {
			host_loop_del_fd(w->dev_fds[i]);
			if (i + 1 < HOST_HOT_MAX)
				host_loop_hot(w->loop, i + 1, -1, NULL, NULL);
		}
		free(w->dev_fds);
		free(w->dev_looks);
		w->dev_fds = NULL;
		w->dev_looks = NULL;
		w->nr_dev_fds = 0;
		w->nr_dev_looks = 0;
	}
}
