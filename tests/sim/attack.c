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
#include <time.h>

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

static bool is_v6(const struct path *p)
{
	return p->world.bulk_family == INET_FAMILY_6;
}

/* Of the flow's peer, of a neighbour who is not there, or from anywhere. */
static void fill_ip4(struct path *p, const struct flood *f, struct ip4_hdr *iph)
{
	u32 r = prng_u32(&p->world.prng), link = 0x0a000000 | (3 + r % NEIGHBOURS);

	iph->ver_ihl = 0x45;
	iph->tot_len = be16_make(sizeof(*iph) + sizeof(struct tcp_hdr));
	iph->ttl = 64;
	iph->protocol = IP_PROTO_TCP;
	iph->saddr = be32_make(f->spoofed ? 0x0a000001 : f->on_link ? link : 0x0b000000 | (r & 0xffffff));
	iph->daddr = be32_make(0x0a000002);
	iph->check = ip_fast_csum(iph, 5);
}

static void fill_ip6(struct path *p, const struct flood *f, struct ip6_hdr *iph)
{
	u32 r = prng_u32(&p->world.prng);
	u8 *from = (u8 *)&iph->saddr, *to = (u8 *)&iph->daddr;

	iph->ver_tc_flow = be32_make(6u << 28);
	iph->payload_len = be16_make(sizeof(struct tcp_hdr));
	iph->nexthdr = IP_PROTO_TCP;
	iph->hop_limit = 64;
	from[0] = to[0] = 0xfd;
	to[15] = 2;
	if (f->spoofed) {
		from[15] = 1;
	} else if (f->on_link) {
		from[15] = (u8)(3 + r % NEIGHBOURS);
	} else {
		from[1] = 1;
		put_be32(from + 12, r);
	}
}

static u32 fill(struct path *p, const struct flood *f, u8 *at)
{
	u32 ihl = is_v6(p) ? sizeof(struct ip6_hdr) : sizeof(struct ip4_hdr), sum;
	struct tcp_hdr *th = (struct tcp_hdr *)(at + ihl);
	struct prng *r = &p->world.prng;

	memset(at, 0, ihl + sizeof(*th));
	if (is_v6(p))
		fill_ip6(p, f, (struct ip6_hdr *)at);
	else
		fill_ip4(p, f, (struct ip4_hdr *)at);
	th->source = f->spoofed ? be16_make(path_tcp(p, 0)->inet.sport) : be16_make((u16)prng_u32(r));
	th->dest = be16_make(f->port ?: (u16)prng_u32(r) | 0x8000);
	th->seq = be32_make(prng_u32(r));
	th->ack_seq = be32_make(prng_u32(r));
	th->doff_res = 0x50;
	th->flags = f->flags;
	th->window = be16_make(f->window);
	sum = csum_partial(th, sizeof(*th), 0);
	if (is_v6(p))
		th->check = csum_ipv6_magic(at + 8, at + 24, sizeof(*th), IP_PROTO_TCP, sum);
	else
		th->check = csum_tcpudp_magic(at + 12, at + 16, sizeof(*th), IP_PROTO_TCP, sum);
	return ihl + sizeof(*th);
}

/* One frame on the link, as if host 0 had sent it. */
static void send_one(struct path *p, const struct flood *f)
{
	struct net_device *from = wire_sim_dev(p->world.wire[0], 0);
	struct net_device *to = wire_sim_dev(p->world.wire[0], 1);
	struct sk_buff *skb = alloc_skb(p->world.host[0].net, SKB_HEADROOM + 64);
	u16 type = is_v6(p) ? ETH_TYPE_IP6 : ETH_TYPE_IP4;

	if (!skb)
		return;
	skb_reserve(skb, SKB_HEADROOM);
	skb_put(skb, fill(p, f, skb->data));
	skb_reset_network_header(skb);
	skb->dev = from;
	skb->protocol = type;
	if (dev_hard_header(skb, from, type, to->dev_addr, NULL) < 0)
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
	u16 family = is_v6(p) ? INET_FAMILY_6 : INET_FAMILY_4;
	u32 len = world_addr(&p->world, 0, 1, family, OPEN_PORT, sa);

	world_prefix(&p->world, 0, 0, family, &gw);
	everybody.dst.family = family;
	everybody.gw = gw.addr;
	if (fib_route_add(net, &everybody) || sock_create(net, family, 1, 0, &sk) ||
	    sock_bind(sk, sa, len) || sock_listen(sk, BACKLOG))
		sim_fail(&p->world, "no port to attack");
}

static u64 held_max(const struct flood *f)
{
	return HELD_MAX + (f->on_link ? NEIGHBOURS * UNRES_MAX : 0);
}

/*
 * What the processor does for a frame of the flood, both hosts and the wire: for the reader, as the clock of
 * a loaded machine proves nothing. It is two runs' difference.
 */
static double cost_of_frame(clock_t alone, clock_t attacked)
{
	return (double)(attacked - alone) * 1e6 / CLOCKS_PER_SEC / (ATTACK_MS * PER_MS);
}

static void under_attack(struct path *p, const char *cc, u16 family)
{
	for (u32 i = 0; i < ARRAY_SIZE(floods); i++) {
		u64 held = 0, none = 0, answers;
		double alone, attacked;
		clock_t t[3];

		path_init(p, MBIT, 20, 2);
		p->world.bulk_family = family;
		path_flow(p, cc);
		open_port(p);
		path_run(p, WARM_MS);
		t[0] = clock();
		alone = rate_under(p, NULL, &none);
		t[1] = clock();
		answers = p->world.host[1].net->mib[MIB_Tcp_OutSegs];
		attacked = rate_under(p, &floods[i], &held);
		t[2] = clock();
		answers = p->world.host[1].net->mib[MIB_Tcp_OutSegs] - answers;
		path_expect(p, attacked >= alone / 2, "%s: %.1f %% of %.1f %%", floods[i].name, attacked,
			    alone);
		path_expect(p, held <= held_max(&floods[i]), "%s: %llu octets held", floods[i].name,
			    (unsigned long long)held);
		printf("# %s, %s, IPv%d: %.1f %% of the link, %.1f %% without; held %llu, sent %llu; "
		       "processor %.1f us a frame\n",
		       cc, floods[i].name, is_v6(p) ? 6 : 4, attacked, alone, (unsigned long long)held,
		       (unsigned long long)answers, cost_of_frame(t[1] - t[0], t[2] - t[1]));
		path_exit(p);
	}
}

static void cubic(struct path *p)
{
	under_attack(p, "cubic", INET_FAMILY_4);
}

static void bbr(struct path *p)
{
	under_attack(p, "bbr", INET_FAMILY_4);
}

static void cubic6(struct path *p)
{
	under_attack(p, "cubic", INET_FAMILY_6);
}

static void bbr6(struct path *p)
{
	under_attack(p, "bbr", INET_FAMILY_6);
}

static const struct scenario scenarios[] = {
	{ "ATK-FLD-01 ATK-FLD-02 a flow by cubic keeps half of its rate", cubic, false },
	{ "ATK-FLD-01 ATK-FLD-02 a flow by bbr keeps half of its rate", bbr, true },
	{ "ATK-FLD-01 ATK-FLD-02 a flow by cubic over IPv6 keeps half of its rate", cubic6, true },
	{ "ATK-FLD-01 ATK-FLD-02 a flow by bbr over IPv6 keeps half of its rate", bbr6, true },
};

int main(int argc, char **argv)
{
	return path_main(argc, argv, "tests/sim/attack", scenarios, ARRAY_SIZE(scenarios));
}
