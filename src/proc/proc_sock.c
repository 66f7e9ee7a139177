/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables of sockets, and their numbers. Times are in 1/100 s, addresses as they lie in memory. */
#include "proc/proc_priv.h"

enum { CLOCK_TICK_NS = 10000000, CLOCK_TICK_MS = 10, TCP_WIDTH = 149, DGRAM_WIDTH = 127 };

/* Kernel addresses are not shown, as on Linux with kptr_restrict. */
#define POINTER "0000000000000000"
#define HEAD_4                                                                        \
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt" \
	"   uid  timeout inode"
#define HEAD_6                                                                              \
	"  sl  local_address                         remote_address                       " \
	" st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"

struct list {
	struct net *net;
	struct strbuf *sb;
	const struct proto *prot;
	u16 family;
	u32 nr;
	bool listening; /* TCP: this pass is for listeners */
};

static void put_addr(struct strbuf *sb, const union inet_addr *a, u16 port, u16 family)
{
	static const union inet_addr any;

	if (inet_addr_any(a))
		a = &any;
	if (family == INET_FAMILY_6)
		strbuf_printf(sb, "%08X%08X%08X", a->w[0], a->w[1], a->w[2]);
	strbuf_printf(sb, "%08X:%04X ", a->w[3], port);
}

/* -- TCP ------------------------------------------------------------------- */

static void tcp_line(const struct tcp_proc_line *t, u16 family, void *arg)
{
	struct list *l = arg;
	struct strbuf *sb = l->sb;
	size_t start = sb->len;

	if (family != l->family)
		return;
	strbuf_printf(sb, "%4u: ", l->nr++);
	put_addr(sb, &t->laddr, t->lport, family);
	put_addr(sb, &t->raddr, t->rport, family);
	strbuf_printf(sb, "%02X %08X:%08X %02X:%08llX %08X %5u %8u %llu %u " POINTER, t->state,
		      t->tx_queue, t->rx_queue, t->timer,
		      (unsigned long long)(t->timer_ns / CLOCK_TICK_NS), t->retransmits, t->uid,
		      t->probes, (unsigned long long)t->ino, t->refcnt);
	if (t->full)
		strbuf_printf(sb, " %u %u %u %u %d", t->rto_ms / CLOCK_TICK_MS,
			      t->ato_ms / CLOCK_TICK_MS, t->quick_pingpong, t->cwnd, t->ssthresh);
	proc_end_line(sb, start, family == INET_FAMILY_4 ? TCP_WIDTH : 0);
}

static void tcp_sock_line(struct sock *sk, void *arg)
{
	struct list *l = arg;
	struct tcp_proc_line t;

	/* one that is neither bound nor connected is in no table of the kernel's */
	if (sk->prot != &tcp_prot || sk->sk_state == TCP_CLOSE ||
	    (sk->sk_state == TCP_LISTEN) != l->listening)
		return;
	tcp_proc_sock(sk, &t);
	tcp_line(&t, sk->sk_family, l);
}

void proc_tcp(struct net *net, struct strbuf *sb, u16 family)
{
	struct list l = { .net = net, .sb = sb, .family = family, .listening = true };
	size_t start = sb->len;

	strbuf_puts(sb, family == INET_FAMILY_4 ? HEAD_4 : HEAD_6);
	proc_end_line(sb, start, family == INET_FAMILY_4 ? TCP_WIDTH : 0);
	sock_for_each(net, tcp_sock_line, &l);
	l.listening = false;
	sock_for_each(net, tcp_sock_line, &l);
	tcp_proc_small(net, tcp_line, &l);
}

/* -- datagrams ------------------------------------------------------------- */

static void dgram_line(struct sock *sk, void *arg)
{
	const struct inet_sock *inet = inet_sk(sk);
	bool raw = sk->prot == &raw_prot, narrow;
	struct list *l = arg;
	struct strbuf *sb = l->sb;
	size_t start = sb->len;

	if (sk->prot != l->prot || sk->sk_family != l->family || (!raw && !inet->sport))
		return;
	narrow = l->family == INET_FAMILY_4;
	strbuf_printf(sb, raw && narrow ? "%4u: " : "%5u: ", l->nr++);
	put_addr(sb, &inet->rcv_saddr, raw ? sk->sk_protocol : inet->sport, l->family);
	put_addr(sb, &inet->daddr, raw ? 0 : inet->dport, l->family);
	strbuf_printf(sb, "%02X %08X:%08X 00:00000000 00000000 %5u %8d %llu %u " POINTER " %u",
		      sk->sk_state, (u32)sk->sk_wmem_alloc, (u32)sk->sk_rmem_alloc, sk->sk_uid, 0,
		      (unsigned long long)sk->sk_ino, sk->refcnt, sk->sk_drops);
	proc_end_line(sb, start, narrow && !raw ? DGRAM_WIDTH : 0);
}

static void dgram_table(struct net *net, struct strbuf *sb, u16 family, const struct proto *prot)
{
	struct list l = { .net = net, .sb = sb, .family = family, .prot = prot };
	bool padded = family == INET_FAMILY_4 && prot != &raw_prot;
	size_t start = sb->len;

	strbuf_puts(sb, padded && prot != &ping_prot ? " " HEAD_4 :
			family == INET_FAMILY_4	     ? HEAD_4 :
						       HEAD_6);
	strbuf_puts(sb, " ref pointer drops");
	proc_end_line(sb, start, padded ? DGRAM_WIDTH : 0);
	sock_for_each(net, dgram_line, &l);
}

void proc_udp(struct net *net, struct strbuf *sb, u16 family)
{
	dgram_table(net, sb, family, &udp_prot);
}

void proc_udplite(struct net *net, struct strbuf *sb, u16 family)
{
	dgram_table(net, sb, family, &udplite_prot);
}

void proc_raw(struct net *net, struct strbuf *sb, u16 family)
{
	dgram_table(net, sb, family, &raw_prot);
}

void proc_ping(struct net *net, struct strbuf *sb, u16 family)
{
	dgram_table(net, sb, family, &ping_prot);
}

static void packet_line(struct sock *sk, const struct packet_info *info, void *arg)
{
	strbuf_printf(arg, POINTER " %-6u %-4u %04x   %-5d %1d %-6d %-6u %-6llu\n", sk->refcnt, sk->sk_type,
		      info->protocol, info->ifindex, info->running, sk->sk_rmem_alloc, sk->sk_uid,
		      (unsigned long long)sk->sk_ino);
}

void proc_packet(struct net *net, struct strbuf *sb, u16 family)
{
	(void)family;
	strbuf_printf(sb, "%-17sRefCnt Type Proto  Iface R Rmem   User   Inode\n", "sk");
	packet_for_each(net, packet_line, sb);
}

/* -- numbers --------------------------------------------------------------- */

struct counts {
	u32 tcp, tcp_alloc, udp, udplite, raw, ping, all;
	u64 tcp_mem;
	u16 family;
};

static void count(struct sock *sk, void *arg)
{
	struct counts *n = arg;

	if (n->family && sk->sk_family != n->family)
		return;
	n->all++;
	if (sk->prot == &tcp_prot) {
		n->tcp_alloc++;
		n->tcp += sk->sk_state != TCP_CLOSE;
		n->tcp_mem += (u64)sk->sk_rmem_alloc + (u64)sk->sk_wmem_queued;
	} else if (sk->prot == &udp_prot) {
		n->udp += inet_sk(sk)->sport != 0;
	} else if (sk->prot == &udplite_prot) {
		n->udplite += inet_sk(sk)->sport != 0;
	} else if (sk->prot == &raw_prot) {
		n->raw++;
	} else {
		n->ping++;
	}
}

static u64 pages(u64 octets)
{
	return (octets + 4095) / 4096;
}

/* What shards have each for itself. */
struct numbers {
	u32 orphans, tw, frag_queues, frag_mem;
	u64 udp_mem;
};

static void add_numbers(struct numbers *t, const struct net *net, u32 af_bit)
{
	const struct netns_frags *f = &net->ip.frags[af_bit];

	t->orphans += net->tcp.orphan_count;
	t->tw += net->tcp.tw_count;
	t->udp_mem += (u64)net->udp.mem_bytes;
	t->frag_queues += f->nr_queues;
	t->frag_mem += f->mem;
}

void proc_sockstat(struct net *net, struct strbuf *sb, u16 family)
{
	struct counts n = { .family = family }, all = { 0 };
	struct numbers t = { 0 };
	const struct net *s;
	u32 i;

	for_each_shard(net, s, i)
		add_numbers(&t, s, inet_family_bit(family));

	sock_for_each(net, count, &n);
	sock_for_each(net, count, &all);
	if (family == INET_FAMILY_6) {
		strbuf_printf(sb,
			      "TCP6: inuse %u\nUDP6: inuse %u\nUDPLITE6: inuse %u\nRAW6: inuse %u\n"
			      "FRAG6: inuse %u memory %u\n",
			      n.tcp, n.udp, n.udplite, n.raw, t.frag_queues, t.frag_mem);
		return;
	}
	strbuf_printf(sb, "sockets: used %u\nTCP: inuse %u orphan %u tw %u alloc %u mem %llu\n",
		      all.all, n.tcp, t.orphans, t.tw, all.tcp_alloc,
		      (unsigned long long)pages(all.tcp_mem));
	strbuf_printf(sb,
		      "UDP: inuse %u mem %llu\nUDPLITE: inuse %u\nRAW: inuse %u\n"
		      "FRAG: inuse %u memory %u\n",
		      n.udp, (unsigned long long)pages(t.udp_mem), n.udplite, n.raw,
		      t.frag_queues, t.frag_mem);
}

static void put_protocol(struct strbuf *sb, const char *name, const struct proto *p, u32 nr,
			 s64 mem)
{
	static const char has[] = { 'n', 'y' };
	bool stream = p == &tcp_prot;
	/* close connect disconnect accept ioctl init destroy shutdown setsockopt getsockopt sendmsg
	 * recvmsg bind backlog_rcv hash unhash get_port enter_memory_pressure */
	bool can[] = { true,
		       true,
		       true,
		       stream,
		       true,
		       true,
		       true,
		       stream,
		       true,
		       true,
		       true,
		       true,
		       true,
		       true,
		       true,
		       true,
		       stream || p == &udp_prot || p == &udplite_prot,
		       stream };
	u32 i;

	strbuf_printf(sb, "%-9s %4u %6u  %6lld   %-3s %6u   %-3s  %-10s ", name, p->obj_size, nr,
		      (long long)mem, stream ? "no" : "NI", stream ? 320 : 0, "yes", "kernel");
	for (i = 0; i < ARRAY_SIZE(can); i++)
		strbuf_printf(sb, "%2c%s", has[can[i]], i + 1 < ARRAY_SIZE(can) ? " " : "\n");
}

void proc_protocols(struct net *net, struct strbuf *sb, u16 family)
{
	struct counts n4 = { .family = INET_FAMILY_4 }, n6 = { .family = INET_FAMILY_6 };
	struct numbers t = { 0 };
	const struct net *s;
	s64 tcp, udp;
	u32 i;

	(void)family;
	for_each_shard(net, s, i)
		add_numbers(&t, s, 0);
	udp = (s64)pages(t.udp_mem);
	sock_for_each(net, count, &n4);
	sock_for_each(net, count, &n6);
	tcp = (s64)pages(n4.tcp_mem + n6.tcp_mem);
	strbuf_puts(sb,
		    "protocol  size sockets  memory press maxhdr  slab module     cl co di ac io in"
		    " de sh ss gs se re bi br ha uh gp em\n");
	put_protocol(sb, "PINGv6", &ping_prot, n6.ping, -1);
	put_protocol(sb, "RAWv6", &raw_prot, n6.raw, -1);
	put_protocol(sb, "UDPLITEv6", &udplite_prot, n6.udplite, udp);
	put_protocol(sb, "UDPv6", &udp_prot, n6.udp, udp);
	put_protocol(sb, "TCPv6", &tcp_prot, n6.tcp_alloc, tcp);
	put_protocol(sb, "PING", &ping_prot, n4.ping, -1);
	put_protocol(sb, "RAW", &raw_prot, n4.raw, -1);
	put_protocol(sb, "UDP-Lite", &udplite_prot, n4.udplite, udp);
	put_protocol(sb, "UDP", &udp_prot, n4.udp, udp);
	put_protocol(sb, "TCP", &tcp_prot, n4.tcp_alloc, tcp);
}
