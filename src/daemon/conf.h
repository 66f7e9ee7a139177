/* SPDX-License-Identifier: BSD-2-Clause */
/* Configuration of netstackd: flags and the file's keys are the same rows. */
#ifndef NETSTACK_DAEMON_CONF_H
#define NETSTACK_DAEMON_CONF_H

#include <stdio.h>

#include "ip/ip.h"

enum { CONF_TEXT_MAX = 256, CONF_HOST_MAX = 8, CONF_QOS_MAX = 16 };

enum conf_dev_kind {
	CONF_DEV_TAP, CONF_DEV_PACKET, CONF_DEV_XDP, CONF_DEV_E1000, CONF_DEV_IGB, CONF_DEV_VLAN,
	CONF_DEV_VETH, CONF_DEV_VFIO, CONF_DEV_IGBVF,
};

struct conf_qos {
	u32 from, to;
};

struct conf_dev {
	enum conf_dev_kind kind;
	u32 wire;			/* enum e1000_wire_kind, of an emulated NIC */
	char *file;			/* its wire, if not of the host: file or name of a cable;
					 * of a card of the machine: its PCI address */
	char host_if[IFNAMSIZ_NS];	/* TAP or interface of the host; empty: none */
	char name[IFNAMSIZ_NS];		/* inside the stack */
	u8 mac[6];			/* all zero: chosen by the driver */
	u32 mtu;			/* 0: that of the interface of the host */
	bool offload;
	u32 rx;				/* enum packet_rx */
	bool tx_ring;			/* of a packet socket */
	u32 fanout;			/* group of packet sockets; 0: none */
	u32 queues;			/* 0: one */
	u32 vfs;			/* virtual functions */
	u32 vf;				/* which of them it is */
	char lower[IFNAMSIZ_NS];	/* of a VLAN or a virtual function: the device that it is of */
	u32 vid, vlan_proto;
	bool no_reorder;
	struct conf_qos ingress[CONF_QOS_MAX], egress[CONF_QOS_MAX]; /* from, to */
	u32 nr_ingress, nr_egress;
	char peer[IFNAMSIZ_NS];		/* of a veth: its other end */
	char join[IFNAMSIZ_NS];		/* a device before it that it is joined to; empty: none */
	char *host[CONF_HOST_MAX];	/* prefixes of the host's side */
	u32 nr_host;
};

struct conf_addr {
	struct inet_prefix prefix;
	char dev[IFNAMSIZ_NS];
};

struct conf_route {
	struct inet_prefix dst;
	union inet_addr via;
	bool has_via;
	char dev[IFNAMSIZ_NS];		/* empty: found by the gateway */
	u8 type;			/* RTN_*; 0: it leads somewhere */
	u32 priority;
	u32 metrics[RTAX_N_MAX];
};

struct conf_neigh {
	union inet_addr addr;
	u16 family;
	u8 mac[6];
	char dev[IFNAMSIZ_NS];
};

struct conf_sysctl {
	char *key, *value;
	bool later;			/* it is of a device that is not there yet */
};

struct conf {
	char *control;			/* path of the control socket */
	char *pcap;
	struct conf_dev *devs;
	struct conf_addr *addrs;
	struct conf_route *routes;
	struct conf_neigh *neighs;
	struct conf_sysctl *sysctls;
	u32 *uids;			/* may connect, beside the owner and root */
	u32 nr_devs, nr_addrs, nr_routes, nr_neighs, nr_sysctls, nr_uids;
	u32 busy_poll_us;
	bool busy_poll_auto;		/* as long as it pays, at most so long */
	u32 max_sockets;		/* of one client process */
	u32 workers;			/* 1..NET_SHARDS_MAX */
	int ready_fd;			/* -1: none */
	int log_level;
	bool help, version;
};

/* Defaults. The structure may have been used before: conf_free() it first. */
void conf_init(struct conf *c);
void conf_free(struct conf *c);
/*
 * Reads the command line (argv[0] is skipped). 0, or -EINVAL/-ENOMEM/-errno of a file with a line
 * in err that names the flag (or file and line) and says what to write instead.
 */
int conf_parse_args(struct conf *c, int argc, char *const argv[], char *err, size_t size);
/* The same from a file of "key = value" lines; '#' starts a comment. */
int conf_parse_file(struct conf *c, const char *path, char *err, size_t size);
void conf_usage(FILE *out);
bool conf_dev_is_card(const struct conf_dev *d); /* an emulated NIC */
bool conf_dev_has_tap(const struct conf_dev *d);
const char *conf_dev_prefix(const struct conf_dev *d); /* "tap:" ... */
const char *conf_dev_subject(const struct conf_dev *d); /* what it is attached to, or its name */

/* ip-route(8)'s name of a type that refuses; NULL: it is none. */
const char *conf_route_type(u8 type);
/* What a route says of its paths (iproute2's names): i below conf_route_nr_metrics(); value 0: nothing. */
const char *conf_route_metric(const u32 *metrics, u32 i, u32 *value);
u32 conf_route_nr_metrics(void);

#endif
