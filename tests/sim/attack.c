// SPDX-License-Identifier: BSD-2-Clause
/*
 * attack: what a flow keeps while somebody floods the host that receives it, over the same link. The flood
 * takes a tenth of the link, so that a flow that has half of its rate left has lost little by it; what host 1
 * holds for the flood is bounded. Figures are printed.
 */
#include "path.h"

#include "base/csum.h"
#include "ip/route.h"
#include "wire/wire.h"

#include <stdio.h>

enum {
	MBIT = 20,
	PER_MS = 4,		/* frames: 60 octets, 1.9 Mbit/s */
	WARM_MS = 5000,
	ATTACK_MS = 10000,
	HELD_MAX = 4 << 20,	/* octets host 1 may take for it */
	NEIGHBOURS = 250,	/* who do not answer */
	UNRES_MAX = 212992,	/* what waits for each: net.ipv4.neigh.*.unres_qlen_bytes */
	VICTIM_PORT = 5000,
	OPEN_PORT = 80,
	BACKLOG = 128,
};

struct flood {
	const char *name;
	u8 flags;
	bool on_link;	/* from the neighbourhood: each wants to be resolved */
	bool spoofed;	/* as the flow's peer, sequence numbers guessed */
	u16 port;	/* 0: any */
	u16 window;
};

static const struct flood floods[] = {
	{ "SYN from anywhere", TCPHDR_SYN, .port = OPEN_PORT, .window = 1024 },
	{ "SYN from the link", TCPHDR_SYN, .on_link = true, .port = OPEN_PORT, .window = 1024 },
	{ "SYN to closed ports", TCPHDR_SYN, .window = 1024 },
	{ "ACK from anywhere", TCPHDR_ACK, .port = OPEN_PORT, .window = 1024 },
	{ "ACK from the link", TCPHDR_ACK, .on_link = true, .port = OPEN_PORT, .window = 1024 },
	{ "RST of the connection", TCPHDR_RST, .spoofed = true, .port = VICTIM_PORT },
	{ "SYN of the connection", TCPHDR_SYN, .spoofed = true, .port = VICTIM_PORT, .window = 1024 },
	{ "ACK of the connection", TCPHDR_ACK, .spoofed = true, .port = VICTIM_PORT, .window = 0 },
	{ "FIN of the connection", TCPHDR_FIN | TCPHDR_ACK, .spoofed = true, .port = VICTIM_PORT },
};

static be32 source(struct path *p, const struct flood *f)
{
	u32 r = prng_u32(&p->world.prng);

	if (f->spoofed)
		return be32_make(0x0a000001);
	return be32_make(f->on_link ? 0x0a000000 | (3 + r % NEIGHBOURS) : 0x0b000000 | (r & 0xffffff));
}

static u32 fill(struct path *p, const struct flood *f, u8 *at)
{
	struct ip4_hdr *iph = (struct ip4_hdr *)at;
	struct tcp_hdr *th = (struct tcp_hdr *)(iph + 1);
	struct prng *r = &p->world.prng;

	memset(at, 0, sizeof(*iph) + sizeof(*th));
	iph->ver_ihl = 0x45;
	iph->tot_len = be16_make(sizeof(*iph) + sizeof(*th));
	iph->ttl = 64;
	iph->protocol = IP_PROTO_TCP;
	iph->saddr = source(p, f);
	iph->daddr = be32_make(0x0a000002);
	iph->check = ip_fast_csum(iph, 5);
	th->source = f->spoofed ? be16_make(path_tcp(p, 0)->inet.sport) : be16_make((u16)prng_u32(r));
	th->dest = be16_make(f->port ?: (u16)prng_u32(r) | 0x8000);
	th->seq = be32_make(prng_u32(r));
	th->ack_seq = be32_make(prng_u32(r));
	th->doff_res = 0x50;
	th->flags = f->flags;
	th->window = be16_make(f->window);
	th->check = csum_tcpudp_magic(&iph->saddr, &iph->daddr, sizeof(*th), IP_PROTO_TCP,
				      csum_partial(th, sizeof(*th), 0));
	return sizeof(*iph) + sizeof(*th);
}

/* One frame on the link, as if host 0 had sent it. */
static void send_one(struct path *p, const struct flood *f)
{
	struct net_device *from = wire_sim_dev(p->world.wire[0], 0);
	struct net_device *to = wire_sim_dev(p->world.wire[0], 1);
	struct sk_buff *skb = alloc_skb(p->world.host[0].net, SKB_HEADROOM + 64);

	if (!skb)
		return;
	skb_reserve(skb, SKB_HEADROOM);
	skb_put(skb, fill(p, f, skb->data));
	skb_reset_network_header(skb);
	skb->dev = from;
	skb->protocol = ETH_TYPE_IP4;
	if (dev_hard_header(skb, from, ETH_TYPE_IP4, to->dev_addr, NULL) < 0)
		kfree_skb_reason(skb, SKB_DROP_DEV_HDR);
	else
		dev_queue_xmit(skb);
}

/* What the flow gets meanwhile, in percent of the link. *held: what host 1 took for the attack at most */
static double rate_under(struct path *p, const struct flood *f, u64 *held)
{
	u64 before = p->world.host[1].allocated;
	u32 ms, i;

	path_mark(p);
	for (ms = 0; ms < ATTACK_MS; ms++) {
		for (i = 0; f && i < PER_MS; i++)
			send_one(p, f);
		path_run(p, 1);
		if (p->world.host[1].allocated > before)
			*held = max_t(u64, *held, p->world.host[1].allocated - before);
	}
	return path_goodput(p, 0);
}

/* Host 1 serves a port besides, and can answer everybody: what is not on the link goes by host 0. */
static void open_port(struct path *p)
{
	struct net *net = p->world.host[1].net;
	struct fib_route everybody = { .type = RTN_UNICAST };
	struct inet_prefix gw;
	struct sock *sk;
	u8 sa[28];
	u32 len = world_addr(&p->world, 0, 1, INET_FAMILY_4, OPEN_PORT, sa);

	world_prefix(&p->world, 0, 0, INET_FAMILY_4, &gw);
	everybody.dst.family = INET_FAMILY_4;
	everybody.gw = gw.addr;
	if (fib_route_add(net, &everybody) || sock_create(net, INET_FAMILY_4, 1, 0, &sk) ||
	    sock_bind(sk, sa, len) || sock_listen(sk, BACKLOG))
		sim_fail(&p->world, "no port to attack");
}

static u64 held_max(const struct flood *f)
{
	return HELD_MAX + (f->on_link ? NEIGHBOURS * UNRES_MAX : 0);
}

static void under_attack(struct path *p, const char *cc)
{
	for (u32 i = 0; i < ARRAY_SIZE(floods); i++) {
		u64 held = 0, none = 0, answers;
		double alone, attacked;

		path_init(p, MBIT, 20, 2);
		path_flow(p, cc);
		open_port(p);
		path_run(p, WARM_MS);
		alone = rate_under(p, NULL, &none);
		answers = p->world.host[1].net->mib[MIB_Tcp_OutSegs];
		attacked = rate_under(p, &floods[i], &held);
		answers = p->world.host[1].net->mib[MIB_Tcp_OutSegs] - answers;
		path_expect(p, attacked >= alone / 2, "%s: %.1f %% of %.1f %%", floods[i].name, attacked,
			    alone);
		path_expect(p, held <= held_max(&floods[i]), "%s: %llu octets held", floods[i].name,
			    (unsigned long long)held);
		printf("# %s, %s: %.1f %% of the link, %.1f %% without; held %llu, sent %llu\n",
		       cc, floods[i].name, attacked, alone, (unsigned long long)held,
		       (unsigned long long)answers);
		path_exit(p);
	}
}

static void cubic(struct path *p)
{
	under_attack(p, "cubic");
}

static void bbr(struct path *p)
{
	under_attack(p, "bbr");
}

static const struct scenario scenarios[] = {
	{ "ATK-FLD-01 ATK-FLD-02 a flow by cubic keeps half of its rate", cubic, false },
	{ "ATK-FLD-01 ATK-FLD-02 a flow by bbr keeps half of its rate", bbr, true },
};

int main(int argc, char **argv)
{
	return path_main(argc, argv, "tests/sim/attack", scenarios, ARRAY_SIZE(scenarios));
}
