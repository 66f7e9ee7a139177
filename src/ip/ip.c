/* SPDX-License-Identifier: BSD-2-Clause */
/* The room's start and end, and what a device's events mean to both families. */
#include <errno.h>

#include "ip/ip.h"

static void ip_netdev_event(struct notifier_block *nb, struct net *net, enum net_event event,
			    void *obj)
{
	(void)nb;
	switch (event) {
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGE:
	case NETDEV_CHANGEMTU:
		rt_genid_bump(net);
		break;
	case NETDEV_UNREGISTER:
		rt_genid_bump(net);
		rt_flush_dev(net, obj);
		inet_frags_flush(&net->ip.frags[0]);
		inet_frags_flush(&net->ip.frags[1]);
		break;
	default:
		break;
	}
}

/* Before anything can fail: the exit walks them all. */
static void init_lists(struct net *net)
{
	INIT_LIST_HEAD(&net->ip.rules[0]);
	INIT_LIST_HEAD(&net->ip.rules[1]);
	INIT_LIST_HEAD(&net->ip.rt_lru);
	INIT_LIST_HEAD(&net->ip.rt_all);
	INIT_LIST_HEAD(&net->ip.pmtu_lru);
	INIT_LIST_HEAD(&net->ip.peer_lru);
	INIT_LIST_HEAD(&net->ip.frags[0].lru);
	INIT_LIST_HEAD(&net->ip.frags[1].lru);
	net->ip.nb.fn = ip_netdev_event;
	net_notifier_register(net, &net->ip.nb);
}

/* Another shard has sent it, and looped it: to those here who joined the group. */
static struct dst_entry *looped_dst(struct net *net, const struct sk_buff *skb)
{
	bool v6 = skb->protocol == ETH_TYPE_IP6;
	u16 family = v6 ? INET_FAMILY_6 : INET_FAMILY_4;
	union inet_addr group;

	if (skb->len < (v6 ? IP6_HLEN : IP4_HLEN))
		return NULL;
	group = v6 ? inet_addr_from6(skb->data + offsetof(struct ip6_hdr, daddr)) :
		     inet_addr_from4(skb->data + offsetof(struct ip4_hdr, daddr));
	if (skb->pkt_type == PACKET_MULTICAST && !ip_mc_is_member(skb->dev, &group, family))
		return NULL;
	return ip_route_input_dst(net, family, skb->dev,
				  skb->pkt_type == PACKET_BROADCAST ? RTN_BROADCAST : RTN_MULTICAST);
}

int ip_net_init(struct net *net)
{
	int err;

	net->ip.key.key[0] = net_rand64(net);
	net->ip.key.key[1] = net_rand64(net);
	net->ip.rt_genid = 1;
	net->ip.looped_dst = looped_dst;
	net->ip.in_transit = ip_in_transit;
	init_lists(net);
	err = fib_net_init(net);
	err = err ?: inet_ifaddr_net_init(net);
	err = err ?: rt_net_init(net);
	err = err ?: inet_pmtu_net_init(net);
	err = err ?: inet_peer_net_init(net);
	err = err ?: inet_frags_init(net, &net->ip.frags[0], "ip4_frag_queue");
	err = err ?: inet_frags_init(net, &net->ip.frags[1], "ip6_frag_queue");
	return err;
}

void ip_net_exit(struct net *net)
{
	net_notifier_unregister(&net->ip.nb);
	inet_frags_exit(net, &net->ip.frags[1]);
	inet_frags_exit(net, &net->ip.frags[0]);
	inet_peer_net_exit(net);
	inet_pmtu_net_exit(net);
	rt_net_exit(net);
	inet_ifaddr_net_exit(net);
	fib_net_exit(net);
}
