/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The only file that knows every room: births and deaths in layer order, and the embedding API
 * on top.
 */
#include "core/core.h"
#include "ip/ip.h"
#include "ipv4/ipv4.h"
#include "ipv6/ipv6.h"
#include "inet/inet.h"
#include "packet/packet.h"
#include "raw/raw.h"
#include "socket/socket.h"
#include "tcp/tcp.h"
#include "udp/udp.h"

#include "netstack/netstack.h"

enum { DRAIN_TURNS = 1000000 };	/* far more than what a dying net may have queued */

static const struct room {
	const char *name;
	int (*init)(struct net *net);
	void (*exit)(struct net *net);
} rooms[] = {
	{ "core", core_net_init, core_net_exit },
	{ "ip", ip_net_init, ip_net_exit },
	{ "ipv4", ipv4_net_init, ipv4_net_exit },
	{ "ipv6", ipv6_net_init, ipv6_net_exit },
	{ "inet", inet_net_init, inet_net_exit },
	{ "tcp", tcp_net_init, tcp_net_exit },
	{ "udp", udp_net_init, udp_net_exit },
	{ "raw", raw_net_init, raw_net_exit },
	{ "packet", packet_net_init, packet_net_exit },
	{ "socket", socket_net_init, socket_net_exit },
};

static void net_free_self(struct net *net)
{
	struct net_cfg cfg = net->cfg;

	cfg.free(cfg.ctx, net, sizeof(*net));
}

struct net *net_create(const struct net_cfg *cfg)
{
	struct net *net = cfg->alloc(cfg->ctx, sizeof(*net));
	u32 i;

	if (!net)
		return NULL;
	memset(net, 0, sizeof(*net));
	net->cfg = *cfg;
	for (i = 0; i < ARRAY_SIZE(rooms); i++)
		if (rooms[i].init(net))
			break;
	if (i == ARRAY_SIZE(rooms))
		return net;
	/* A room that could not be furnished is emptied like the others: exits cope with halves. */
	do {
		rooms[i].exit(net);
	} while (i--);
	net_free_self(net);
	return NULL;
}

static void net_drain(struct net *net)
{
	for (u32 turns = 0; net_run(net, net->now, 0); turns++)
		ASSERT(turns < DRAIN_TURNS);
}

void net_destroy(struct net *net)
{
	u32 i = ARRAY_SIZE(rooms);

	/* Resets of dying connections may still leave; then nothing comes in or goes out any more. */
	socket_net_exit(net);
	net_drain(net);
	net->dying = true;
	while (!list_empty(&net->dev_list))	/* one may take others with it */
		unregister_netdev(list_first_entry(&net->dev_list, struct net_device, list));
	net_drain(net);
	while (i--)
		rooms[i].exit(net);
	net_free_self(net);
}

/* -- include/netstack/netstack.h ------------------------------------------ */

static struct net *to_net(struct netstack *stack)
{
	return (struct net *)(void *)stack;
}

struct netstack *netstack_create(const struct netstack_config *config)
{
	struct net_cfg cfg = {
		.ctx = config->ctx, .alloc = config->alloc, .free = config->free,
		.kick = config->kick, .log = config->log, .seed = config->seed,
		.now_ns = config->now_ns, .wall_offset_ns = config->wall_offset_ns,
	};

	return (struct netstack *)(void *)net_create(&cfg);
}

void netstack_destroy(struct netstack *stack)
{
	net_destroy(to_net(stack));
}

bool netstack_run(struct netstack *stack, uint64_t now_ns, int budget)
{
	return net_run(to_net(stack), now_ns, budget);
}

uint64_t netstack_deadline(const struct netstack *stack)
{
	return net_deadline((const struct net *)(const void *)stack);
}

struct net *netstack_net(struct netstack *stack)
{
	return to_net(stack);
}
