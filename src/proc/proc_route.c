/* SPDX-License-Identifier: BSD-2-Clause */
/* Routes and neighbours. */
#include "proc/proc_priv.h"

enum { ROUTE_WIDTH = 127 };

/* RTF_* (ABI) */
enum {
	FLAG_UP = 0x1,
	FLAG_GATEWAY = 0x2,
	FLAG_HOST = 0x4,
	FLAG_REJECT = 0x200,
	FLAG_NONEXTHOP = 0x200000
};
#define FLAG_LOCAL 0x80000000u

static bool is_refusal(u8 type)
{
	return type == RTN_BLACKHOLE || type == RTN_UNREACHABLE || type == RTN_PROHIBIT;
}

static int put_route4(const struct fib_route *r, void *arg)
{
	struct strbuf *sb = arg;
	size_t start = sb->len;
	u32 flags = FLAG_UP, mask = r->dst.len ? ~0u << (32 - r->dst.len) : 0;

	if (r->table == RT_TABLE_LOCAL_NS || (r->type != RTN_UNICAST && !is_refusal(r->type)))
		return 0;
	if (is_refusal(r->type))
		flags |= FLAG_REJECT;
	if (!inet_addr_any(&r->gw))
		flags |= FLAG_GATEWAY;
	if (r->dst.len == 32)
		flags |= FLAG_HOST;
	strbuf_printf(sb, "%s\t%08X\t%08X\t%04X\t%d\t%u\t%u\t%08X\t%d\t%u\t%u",
		      r->dev ? r->dev->name : "*", r->dst.addr.w[3],
		      inet_addr_any(&r->gw) ? 0 : r->gw.w[3], flags, 0, 0, r->priority,
		      be32_make(mask).raw, 0, 0, 0);
	proc_end_line(sb, start, ROUTE_WIDTH);
	return 0;
}

void proc_route(struct net *net, struct strbuf *sb, u16 family)
{
	size_t start = sb->len;

	(void)family;
	strbuf_puts(sb,
		    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow"
		    "\tIRTT");
	proc_end_line(sb, start, ROUTE_WIDTH);
	fib_for_each(net, INET_FAMILY_4, put_route4, sb);
}

static int put_route6(const struct fib_route *r, void *arg)
{
	static const u8 zeros[16];
	struct strbuf *sb = arg;
	u32 flags = FLAG_UP | r->flags;

	if (r->type == RTN_LOCAL || r->type == RTN_ANYCAST)
		flags |= FLAG_LOCAL | FLAG_NONEXTHOP;
	if (is_refusal(r->type))
		flags |= FLAG_REJECT | FLAG_NONEXTHOP;
	if (!inet_addr_any(&r->gw))
		flags |= FLAG_GATEWAY;
	strbuf_hex(sb, r->dst.addr.b, 16, 0);
	strbuf_printf(sb, " %02x ", r->dst.len);
	strbuf_hex(sb, zeros, 16, 0);
	strbuf_puts(sb, " 00 ");
	strbuf_hex(sb, inet_addr_any(&r->gw) ? zeros : r->gw.b, 16, 0);
	strbuf_printf(sb, " %08x %08x %08x %08x %8s\n", r->priority, 1, 0, flags,
		      r->dev ? r->dev->name : "lo");
	return 0;
}

void proc_route6(struct net *net, struct strbuf *sb, u16 family)
{
	(void)family;
	fib_for_each(net, INET_FAMILY_6, put_route6, sb);
}

static int put_neighbour(struct neighbour *n, void *arg)
{
	union inet_addr a = inet_addr_from4(n->key);
	bool valid = n->nud_state & NUD_VALID;
	char text[INET_ADDRSTRLEN_NS], mac[3 * MAX_ADDR_LEN] = "00:00:00:00:00:00";
	struct strbuf mb;

	if (!(n->nud_state & ~NUD_NOARP) || neigh_is_listed(n))
		return 0;
	inet_addr_ntop(&a, text, sizeof(text));
	if (valid) {
		strbuf_init(&mb, mac, sizeof(mac));
		strbuf_hex(&mb, n->ha, n->dev->addr_len, ':');
	}
	strbuf_printf(arg, "%-16s 0x%-10x0x%-10x%-17s     *        %s\n", text, n->dev->type,
		      n->nud_state & NUD_PERMANENT ? 6 :
		      valid			   ? 2 :
						     0,
		      mac, n->dev->name);
	return 0;
}

void proc_arp(struct net *net, struct strbuf *sb, u16 family)
{
	struct net *s;
	u32 i;

	(void)family;
	strbuf_puts(
		sb,
		"IP address       HW type     Flags       HW address            Mask     Device\n");
	for_each_shard(net, s, i)
		neigh_for_each(&s->ipv4.arp_tbl, put_neighbour, sb);
}
