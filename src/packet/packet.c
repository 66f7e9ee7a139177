/* SPDX-License-Identifier: BSD-2-Clause */
/* Packet sockets: life, names, and what devices that come and go mean to them. */
#include "packet/packet_priv.h"

#include <errno.h>

/* -- receiving, or not ----------------------------------------------------------------------- */

struct net_device *packet_bound_dev(const struct packet_sock *po)
{
	return po->ifindex > 0 ? dev_get_by_index(po->sk.net, (u32)po->ifindex) : NULL;
}

void packet_hook(struct packet_sock *po)
{
	if (po->running || !po->protocol)
		return;
	po->tap = (struct packet_type){ .type = po->protocol == ETH_P_ALL_NS ? 0 : po->protocol,
					.dev = packet_bound_dev(po),
					.func = packet_rcv,
					.priv = po };
	if (po->fanout)
		packet_fanout_link(po);
	else
		dev_add_tap(po->sk.net, &po->tap);
	po->running = true;
}

void packet_unhook(struct packet_sock *po)
{
	if (po->running && po->fanout)
		packet_fanout_unlink(po);
	else if (po->running)
		dev_remove_pack(&po->tap);
	po->running = false;
}

/* -- life ------------------------------------------------------------------------------------ */

static int packet_init_sock(struct sock *sk)
{
	struct packet_sock *po = packet_sk(sk);

	list_init(&po->mc);
	list_init(&po->entry);
	list_init(&po->tap.list);
	return 0;
}

int packet_sock_create(struct net *net, int type, int protocol, struct sock **sk)
{
	struct packet_sock *po;

	if (type != SOCK_RAW_NS && type != SOCK_DGRAM_NS)
		return -ESOCKTNOSUPPORT;
	*sk = sk_alloc(net, &packet_prot, NULL);
	if (!*sk)
		return -ENOMEM;
	po = packet_sk(*sk);
	po->sk.sk_family = SOCK_FAMILY_PACKET;
	po->sk.sk_type = (u16)type;
	po->protocol = be16_get((be16){ (u16)protocol });
	list_add_tail(&po->entry, &net->packet.socks);
	packet_hook(po);
	shard_packet_user(net, 1);
	return 0;
}

static void packet_close(struct sock *sk)
{
	struct packet_sock *po = packet_sk(sk);

	packet_unhook(po);
	packet_fanout_leave(po);
	shard_packet_user(sk->net, -1);
	list_del_init(&po->entry);
	packet_mc_drop_all(po);
	packet_ring_free(po);
	skb_queue_purge(&sk->sk_receive_queue);
	sk->sk_shutdown = SHUTDOWN_MASK;
	sock_set_flag(sk, SOCK_DEAD);
	sock_put(sk);
}

/* -- names ----------------------------------------------------------------------------------- */

static int packet_bind(struct sock *sk, const void *sa, u32 len)
{
	struct packet_sock *po = packet_sk(sk);
	struct net_device *dev = NULL;
	struct sock_ll ll;
	u16 protocol;

	if (len < sizeof(ll))
		return -EINVAL;
	memcpy(&ll, sa, sizeof(ll));
	if (ll.family != SOCK_FAMILY_PACKET || po->fanout)
		return -EINVAL;
	if (ll.ifindex) {
		dev = ll.ifindex > 0 ? dev_get_by_index(sk->net, (u32)ll.ifindex) : NULL;
		if (!dev)
			return -ENODEV;
	}
	protocol = be16_get(ll.protocol);
	if (!protocol)
		protocol = po->protocol;
	if (protocol == po->protocol && ll.ifindex == po->ifindex)
		return 0;
	packet_unhook(po);
	po->protocol = protocol;
	po->ifindex = ll.ifindex;
	if (!protocol)
		return 0;
	if (!dev || dev->flags & DEV_UP)
		packet_hook(po);
	else
		sk_report_error(sk, ENETDOWN);
	return 0;
}

/* As much of it as the device has address. */
static void packet_getname(struct sock *sk, void *sa, u32 *len)
{
	const struct packet_sock *po = packet_sk(sk);
	const struct net_device *dev = packet_bound_dev(po);
	struct sock_ll ll = { .family = SOCK_FAMILY_PACKET,
			      .protocol = be16_make(po->protocol),
			      .ifindex = po->ifindex };

	if (dev) {
		ll.hatype = dev->type;
		ll.halen = min_t(u8, dev->addr_len, sizeof(ll.addr));
		memcpy(ll.addr, dev->dev_addr, ll.halen);
	}
	memcpy(sa, &ll, min_t(u32, *len, sizeof(ll)));
	*len = SOCK_LL_MIN + ll.halen;
}

enum { SIOCINQ_NS = 0x541b, SIOCOUTQ_NS = 0x5411 };

/* -- the rest of the calls ------------------------------------------------------------------- */

static int packet_ioctl(struct sock *sk, u32 cmd, int *value)
{
	const struct sk_buff *skb = skb_peek(&sk->sk_receive_queue);

	switch (cmd) {
	case SIOCINQ_NS:
		*value = skb ? (int)skb->len : 0;
		return 0;
	case SIOCOUTQ_NS:
		*value = sk->sk_wmem_alloc;
		return 0;
	default:
		return -ENOTTY;
	}
}

static u32 packet_poll(struct sock *sk)
{
	const struct packet_sock *po = packet_sk(sk);
	bool in = !skb_queue_empty(&sk->sk_receive_queue) || (po->ring && packet_ring_ready(po));

	return (sk->sk_err ? SOCK_EV_ERR : 0u) | (in ? SOCK_EV_IN : 0u) |
	       (sk->sk_wmem_alloc < sk->sk_sndbuf >> 1 ? SOCK_EV_OUT : 0u);
}

void packet_for_each(struct net *net,
		     void (*fn)(struct sock *sk, const struct packet_info *info, void *arg),
		     void *arg)
{
	struct packet_sock *po;

	list_for_each_entry(po, &net->packet.socks, entry) {
		const struct packet_info info = { po->protocol, po->ifindex, po->running };

		fn(&po->sk, &info, arg);
	}
}

static const struct sockopt_table *const packet_tables[] = { &packet_sockopts, NULL };

const struct proto packet_prot = {
	.name = "PACKET",
	.type = SOCK_RAW_NS,
	.obj_size = sizeof(struct packet_sock),
	.sockopts = packet_tables,
	.init = packet_init_sock,
	.close = packet_close,
	.bind_ll = packet_bind,
	.getname_ll = packet_getname,
	.sendmsg = packet_sendmsg,
	.recvmsg = packet_recvmsg,
	.ioctl = packet_ioctl,
	.poll = packet_poll,
};

/* -- devices --------------------------------------------------------------------------------- */

static void dev_went(struct packet_sock *po, const struct net_device *dev, bool gone)
{
	if (gone)
		packet_mc_dev_gone(po, dev);
	if (po->ifindex != (s32)dev->ifindex)
		return;
	if (po->running) {
		packet_unhook(po);
		sk_report_error(&po->sk, ENETDOWN);
	}
	if (gone)
		po->ifindex = -1;
}

static void dev_event(struct notifier_block *nb, struct net *net, enum net_event event, void *obj)
{
	struct packet_sock *po;

	(void)nb;
	if (event != NETDEV_UNREGISTER && event != NETDEV_DOWN && event != NETDEV_UP)
		return;
	list_for_each_entry(po, &net->packet.socks, entry) {
		const struct net_device *dev = obj;

		if (event != NETDEV_UP)
			dev_went(po, dev, event == NETDEV_UNREGISTER);
		else if (po->ifindex == (s32)dev->ifindex)
			packet_hook(po);
	}
}

int packet_net_init(struct net *net)
{
	list_init(&net->packet.socks);
	list_init(&net->packet.fanouts);
	net->packet.nb.fn = dev_event;
	net->packet.tapped = packet_tapped;
	net_notifier_register(net, &net->packet.nb);
	return 0;
}

void packet_net_abort(struct net *net)
{
	while (!list_empty(&net->packet.socks)) {
		struct packet_sock *po =
			list_first_entry(&net->packet.socks, struct packet_sock, entry);

		po->sk.sk_event = NULL;
		po->sk.sk_user_data = NULL;
		packet_close(&po->sk);
	}
}

void packet_net_exit(struct net *net)
{
	ASSERT(list_empty(&net->packet.socks));
	net_notifier_unregister(&net->packet.nb);
}
