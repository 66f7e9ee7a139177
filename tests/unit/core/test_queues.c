/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices with several queues: which one a packet leaves by, what holds one, where one came from. */
#include <errno.h>

#include "core/internal.h"
#include "tests/unit/fixture.h"
#include "wire/wire.h"

enum { QUEUES = 4, FLOWS = 400, FRAME_LEN = ETH_HLEN + IP4_HLEN + UDP_HLEN + 20 };

static struct fixture f;
static struct net_device *dev;
static struct napi_struct napis[QUEUES];
static struct sk_buff_head rx[QUEUES];
static struct sk_buff *last_rx;

static int poll(struct napi_struct *napi, int budget)
{
	struct sk_buff *skb;
	int n = 0;

	while (n < budget && (skb = skb_dequeue(&rx[napi->rx_queue]))) {
		n++;
		eth_type_trans(skb, napi->dev);
		napi_gro_receive(napi, skb);
	}
	if (n < budget)
		napi_complete_done(napi, n);
	return n;
}

static void setup(void)
{
	u16 i;

	fixture_net_new(&f, 3);
	dev = alloc_netdev_mqs(f.net, "mq0", sizeof(struct fixture_dev), QUEUES, QUEUES);
	ether_setup(dev);
	dev->dev_addr[0] = 2;
	dev->ops = &fixture_dev_ops;
	dev->features |= NETIF_F_HW_CSUM | NETIF_F_SG;
	fixture_dev(dev)->stop_after = -1;
	skb_queue_head_init(&fixture_dev(dev)->tx);
	skb_queue_head_init(&fixture_dev(dev)->rx);
	for (i = 0; i < QUEUES; i++) {
		skb_queue_head_init(&rx[i]);
		netif_napi_add(dev, &napis[i], poll, 64);
		napis[i].rx_queue = i;
	}
	cr_assert_eq(register_netdev(dev), 0);
	cr_assert_eq(dev_open(dev), 0);
}

static void teardown(void)
{
	fixture_net_free(&f);
}

TestSuite(queues, .init = setup, .fini = teardown);

/* A datagram of flow nr; back: of its other direction. */
static struct sk_buff *datagram(bool v6, u32 nr, bool back)
{
	struct sk_buff *skb = alloc_skb(f.net, 200);
	u8 *p;

	skb_reserve(skb, 64);
	p = skb_put(skb, FRAME_LEN + (v6 ? 20 : 0));
	memset(p, 0, skb->len);
	p[0] = 2;
	put_be16(p + 12, v6 ? ETH_TYPE_IP6 : ETH_TYPE_IP4);
	p += ETH_HLEN;
	if (v6) {
		p[0] = 0x60;
		p[6] = IP_PROTO_UDP;
		p[back ? 39 : 23] = 1;
		p[back ? 23 : 39] = 2;
		p += IP6_HLEN;
	} else {
		p[0] = 0x45;
		p[3] = IP4_HLEN + UDP_HLEN + 20;
		p[8] = 64;
		p[9] = IP_PROTO_UDP;
		p[back ? 19 : 15] = 1;
		p[back ? 15 : 19] = 2;
		p += IP4_HLEN;
	}
	put_be16(p + (back ? 2 : 0), (u16)(1000 + nr));
	put_be16(p + (back ? 0 : 2), 53);
	put_be16(p + 4, UDP_HLEN + 20);
	skb->protocol = v6 ? ETH_TYPE_IP6 : ETH_TYPE_IP4;
	skb_reset_mac_header(skb);
	skb->mac_len = ETH_HLEN;
	skb->dev = dev;
	return skb;
}

static u16 queue_of(struct sk_buff *skb)
{
	u16 queue;

	cr_assert_eq(dev_queue_xmit(skb), 0);
	skb = skb_dequeue(&fixture_dev(dev)->tx);
	cr_assert_not_null(skb);
	queue = skb->queue_mapping;
	consume_skb(skb);
	return queue;
}

Test(queues, flows_spread_and_stay)
{
	u32 used[QUEUES] = { 0 }, i;

	for (i = 0; i < FLOWS; i++) {
		bool v6 = i & 1;
		u16 queue = queue_of(datagram(v6, i, false));

		cr_assert_lt(queue, QUEUES);
		cr_assert_eq(queue_of(datagram(v6, i, false)), queue);
		cr_assert_eq(queue_of(datagram(v6, i, true)), queue, "both directions");
		used[queue]++;
	}
	for (i = 0; i < QUEUES; i++) {
		cr_assert_gt(used[i], FLOWS / QUEUES / 2);
		cr_assert_eq(dev->tx[i].packets, 3 * used[i]);
	}
}

Test(queues, hash_of_a_fragment_has_no_ports)
{
	struct sk_buff *a = datagram(false, 1, false), *b = datagram(false, 2, false);

	put_be16(a->data + ETH_HLEN + 6, IP4_MF);
	put_be16(b->data + ETH_HLEN + 6, 3);
	cr_assert_eq(skb_get_hash(a), skb_get_hash(b));
	consume_skb(a);
	consume_skb(b);
}

Test(queues, a_hash_that_is_there_is_used)
{
	struct sk_buff *skb = datagram(false, 1, false);

	skb_set_hash(skb, 0xffffffff);
	cr_assert_eq(skb_get_hash(skb), 0xffffffff);
	cr_assert_eq(queue_of(skb), QUEUES - 1);
	skb = datagram(false, 1, false);
	skb_set_hash(skb, 0);
	cr_assert_eq(queue_of(skb), 0);
}

static u16 flow_on_queue(u16 want)
{
	u16 i;

	for (i = 0; i < FLOWS; i++)
		if (queue_of(datagram(false, i, false)) == want)
			return i;
	cr_assert_fail("no flow leaves by queue %u", want);
	return 0;
}

Test(queues, one_that_is_stopped_holds_no_other)
{
	u16 a = flow_on_queue(1), b = flow_on_queue(2);
	struct sk_buff_head *tx = &fixture_dev(dev)->tx;

	netif_tx_stop_queue(&dev->tx[1]);
	cr_assert_eq(dev_queue_xmit(datagram(false, a, false)), 0);
	cr_assert_eq(dev_queue_xmit(datagram(false, b, false)), 0);
	cr_assert_eq(tx->qlen, 1);
	cr_assert_eq(dev->tx[1].qdisc->qlen, 1);
	netif_tx_wake_queue(&dev->tx[1]);
	fixture_settle(f.net);
	cr_assert_eq(tx->qlen, 2);
	cr_assert_eq(dev->tx[1].stops, 1);
}

/* What the device has not completed bounds what it is given; the rest waits in the discipline. */
Test(queues, bql_holds_back)
{
	u16 a = flow_on_queue(0), i;
	struct sk_buff_head *tx = &fixture_dev(dev)->tx;
	struct netdev_queue *txq = &dev->tx[0];
	u32 given = 0;

	for (i = 0; i < 50; i++) {
		cr_assert_eq(dev_queue_xmit(datagram(false, a, false)), 0);
		if (tx->qlen == given)
			continue;
		netdev_tx_sent_queue(txq, FRAME_LEN);
		given = tx->qlen;
	}
	cr_assert_eq(given, 1, "a limit of 0 lets one out");
	cr_assert_eq(txq->qdisc->qlen, 49);
	cr_assert_eq(txq->bql_stops, 1);
	netdev_tx_completed_queue(txq, FRAME_LEN);
	cr_assert_eq(txq->dql.limit, FRAME_LEN, "it ran dry: more is allowed");
	netdev_tx_reset_queue(txq);
	fixture_settle(f.net);
	cr_assert_eq(tx->qlen, 50);
}

/* -- from the receive queue to the transmit queue --------------------------------------------- */
static void received(struct sk_buff *skb, struct net_device *d, struct packet_type *pt)
{
	(void)d, (void)pt;
	consume_skb(last_rx);
	last_rx = skb;
}

static struct packet_type pt4 = { .type = ETH_TYPE_IP4, .func = received };

Test(queues, packets_say_where_they_came_from)
{
	u16 i;

	dev_add_pack(f.net, &pt4);
	for (i = 0; i < QUEUES; i++) {
		skb_queue_tail(&rx[i], datagram(false, 5, false));
		napi_schedule(&napis[i]);
		fixture_settle(f.net);
		cr_assert_not_null(last_rx);
		cr_assert(skb_rx_queue_recorded(last_rx));
		cr_assert_eq(skb_get_rx_queue(last_rx), i);
		cr_assert_eq(last_rx->napi_id, napis[i].napi_id);
		cr_assert_geq(last_rx->napi_id, NAPI_ID_MIN);
		cr_assert_eq(napis[i].packets, 1);
		skb_push(last_rx, ETH_HLEN);	/* forwarded: it leaves as it came */
		cr_assert_eq(queue_of(skb_get(last_rx)), i);
	}
	consume_skb(last_rx);
	last_rx = NULL;
	dev_remove_pack(&pt4);
}

static const struct proto no_proto = { .name = "none", .obj_size = sizeof(struct sock) };

static u16 queue_of_socket(struct sock *sk, u32 flow)
{
	struct sk_buff *skb = datagram(false, flow, false);

	skb_set_owner_w(skb, sk);
	return queue_of(skb);
}

Test(queues, xps_by_receive_queue)
{
	struct sock *sk = sk_alloc(f.net, &no_proto, NULL);
	struct sk_buff *held;
	u16 hashed;

	cr_assert_not_null(sk);
	hashed = queue_of_socket(sk, 7);
	cr_assert_eq(netif_set_xps_rxqs(dev, QUEUES, 1), -EINVAL);
	cr_assert_eq(netif_set_xps_rxqs(dev, 0, 1ull << QUEUES), -EINVAL);
	cr_assert_eq(netif_set_xps_rxqs(dev, (hashed + 1) % QUEUES, 1 << 2), 0);
	cr_assert_eq(queue_of_socket(sk, 7), hashed, "nothing was received yet");
	sk->sk_rx_queue = 2 + 1;
	held = datagram(false, 7, false);
	skb_set_owner_w(held, sk);
	cr_assert_eq(queue_of_socket(sk, 7), hashed, "not while packets are below");
	consume_skb(held);
	cr_assert_eq(queue_of_socket(sk, 7), (hashed + 1) % QUEUES);
	sk->sk_rx_queue = 1 + 1;
	cr_assert_eq(queue_of_socket(sk, 7), hashed, "that queue is in no mask");
	sock_put(sk);
}

static u16 queue_of_shard(u32 shard, u32 flow)
{
	struct sk_buff *skb = datagram(flow & 1, flow, false);

	skb->sent_by = (u8)(shard + 1);
	return queue_of(skb);
}

/* Each worker's packets leave by the queues whose mask has it; a worker that is in none has all of them. */
Test(queues, xps_by_shard)
{
	struct net_group group = { .nr = 3 };
	u32 used[QUEUES] = { 0 }, i;

	cr_assert_eq(netif_set_xps_cpus(dev, 0, 2), -EINVAL, "there is one alone");
	f.net->group = &group;
	cr_assert_eq(netif_set_xps_cpus(dev, 0, 8), -EINVAL);
	cr_assert_eq(netif_set_xps_cpus(dev, QUEUES, 1), -EINVAL);
	cr_assert_eq(netif_set_xps_cpus(dev, 1, 1), 0);
	cr_assert_eq(netif_set_xps_cpus(dev, 2, 2), 0);
	cr_assert_eq(netif_set_xps_cpus(dev, 3, 3), 0);
	for (i = 0; i < FLOWS; i++) {
		u16 own = queue_of(datagram(i & 1, i, false)), second = queue_of_shard(1, i);

		cr_assert(own == 1 || own == 3, "%u", own);
		cr_assert(second == 2 || second == 3, "%u", second);
		cr_assert_eq(own == 3, second == 3, "a flow's place among them is the same");
		used[own]++;
		used[queue_of_shard(2, i)] += 1000;
	}
	cr_assert_gt(used[1] % 1000, FLOWS / 4);
	cr_assert_gt(used[3] % 1000, FLOWS / 4);
	for (i = 0; i < QUEUES; i++)
		cr_assert_gt(used[i] / 1000, FLOWS / QUEUES / 2, "the third worker is in no mask");
	for (i = 0; i < QUEUES; i++)
		cr_assert_eq(netif_set_xps_cpus(dev, i, 0), 0);
	cr_assert_not(dev->xps_by_cpu);
	f.net->group = NULL;
}

/* What a receive queue says goes before what a processor says. */
Test(queues, xps_receive_queue_goes_first)
{
	struct sock *sk = sk_alloc(f.net, &no_proto, NULL);

	cr_assert_not_null(sk);
	cr_assert_eq(netif_set_xps_cpus(dev, 1, 1), 0);
	cr_assert_eq(netif_set_xps_rxqs(dev, 2, 1 << 3), 0);
	cr_assert_eq(queue_of_socket(sk, 7), 1);
	sk->sk_rx_queue = 3 + 1;
	cr_assert_eq(queue_of_socket(sk, 7), 2);
	sk->sk_rx_queue = 0 + 1;
	cr_assert_eq(queue_of_socket(sk, 7), 1);
	sock_put(sk);
}
