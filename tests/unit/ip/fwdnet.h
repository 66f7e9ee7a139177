/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A router: ipnet.h's net with a second device t1 (10.1.0.1/24, fd01::1/64) whose neighbours .2 and ::2 are
 * known, as those of t0 are. Packets are handed to t0.
 */
#ifndef TESTS_UNIT_IP_FWDNET_H
#define TESTS_UNIT_IP_FWDNET_H

#include "tests/unit/ip/ipnet.h"

static struct ipnet n;
static struct net_device *t0, *t1;

/* The calls of ipnet.h are about dev. */
static inline void fwd_at(struct net_device *dev)
{
	n.dev = dev;
}

static inline void fwd_set(const char *name, const char *value)
{
	cr_assert_eq(sysctl_set(n.net, name, value), 0, "%s", name);
}

static inline void fwd_new(void)
{
	ipnet_new(&n, 1);
	t0 = n.dev;
	t1 = fixture_dev_new(n.net, "t1", 0);
	fwd_at(t1);
	ipnet_prefix(&n, "10.1.0.1/24", 0);
	ipnet_prefix(&n, "fd01::1/64", IFA_FLAG_NODAD);
	ipnet_know(&n, "10.1.0.2");
	ipnet_know(&n, "fd01::2");
	fwd_at(t0);
	ipnet_know(&n, "10.0.0.2");
	ipnet_know(&n, "fd00::2");
	fixture_advance(n.net, 3 * NSEC_PER_SEC);
	fwd_set("net.ipv4.ip_forward", "1");
	fwd_set("net.ipv6.conf.all.forwarding", "1");
	fwd_set("net.ipv4.icmp_ratelimit", "0");
	fwd_set("net.ipv6.icmp.ratelimit", "0");
	skb_queue_purge(&fixture_dev(t1)->tx);
	ipnet_tx_drop(&n);
}

/* Takes the next frame that dev sent into n.frame; the rest of the test is about t0 again. */
static inline bool fwd_tx(struct net_device *dev)
{
	bool ok;

	fwd_at(dev);
	ok = ipnet_tx(&n);
	fwd_at(t0);
	return ok;
}

static inline u32 fwd_count(struct net_device *dev)
{
	return fixture_dev(dev)->tx.qlen;
}

static inline void fwd_drop(void)
{
	skb_queue_purge(&fixture_dev(t0)->tx);
	skb_queue_purge(&fixture_dev(t1)->tx);
}

/* dst: text of a prefix; via NULL: on link by dev; dev NULL: of a type that refuses. */
static inline void fwd_route(const char *dst, const char *via, struct net_device *dev, u8 type)
{
	struct fib_route r = { .dev = dev, .type = type, .protocol = RTPROT_STATIC_NS };

	cr_assert(inet_prefix_parse(dst, &r.dst));
	if (via)
		r.gw = ipnet_addr(via);
	cr_assert_eq(fib_route_add(n.net, &r), 0, "%s", dst);
}

static inline u64 fwd_mib(int mib)
{
	return n.net->mib[mib];
}

/* What a hook saw. */
struct fwd_hook {
	struct nf_hook_ops ops;
	struct net_device *in, *out;
	u32 calls;
	unsigned int verdict;
};

static inline unsigned int fwd_hook_fn(void *priv, struct sk_buff *skb,
				       const struct nf_hook_state *state)
{
	struct fwd_hook *h = priv;

	(void)skb;
	h->calls++;
	h->in = state->in;
	h->out = state->out;
	return h->verdict;
}

static inline void fwd_hook(struct fwd_hook *h, u8 pf, u8 hook)
{
	*h = (struct fwd_hook){ .ops = { .pf = pf, .hook = hook, .fn = fwd_hook_fn, .priv = h },
				.verdict = NF_ACCEPT };
	nf_register_hook(n.net, &h->ops);
}

/*
 * A TCP segment of len octets from seq on, its sum made over what pseudo says of the addresses; its length.
 */
static inline u32 fwd_tcp(u8 *buf, u32 seq, u32 len, u32 pseudo)
{
	struct tcp_hdr *th = (struct tcp_hdr *)buf;

	memset(th, 0, TCP_HLEN);
	th->source = be16_make(1000);
	th->dest = be16_make(2000);
	th->seq = be32_make(seq);
	th->ack_seq = be32_make(1);
	th->doff_res = (TCP_HLEN / 4) << 4;
	th->flags = TCPHDR_ACK;
	th->window = be16_make(500);
	for (u32 i = 0; i < len; i++)
		buf[TCP_HLEN + i] = (u8)(seq + i);
	th->check = csum_fold(csum_partial(buf, TCP_HLEN + len, pseudo));
	return TCP_HLEN + len;
}

/* A frame for t0 that waits until the net runs: several of them come together. */
static inline void fwd_queue(u16 type, const u8 *pkt, u32 len)
{
	struct sk_buff *skb = alloc_skb(n.net, len + 64);
	struct eth_hdr *eth;

	skb_reserve(skb, 16);
	eth = skb_put(skb, ETH_HLEN);
	eth_addr_copy(eth->dst, ipnet_mac);
	eth_addr_copy(eth->src, ipnet_peer);
	eth->type = be16_make(type);
	skb_put_data(skb, pkt, len);
	skb->dev = t0;
	fixture_dev_rx(t0, skb);
}

#endif
