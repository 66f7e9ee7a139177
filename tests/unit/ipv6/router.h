/* SPDX-License-Identifier: BSD-2-Clause */
/* A host that listens to routers, and the routers: advertisements out of options. */
#ifndef TESTS_UNIT_IPV6_ROUTER_H
#define TESTS_UNIT_IPV6_ROUTER_H

#include <errno.h>

#include "tests/unit/ip/ipnet.h"

#define SEC NSEC_PER_SEC

static struct ipnet n;

static inline int set_of(const char *key, const char *value)
{
	char name[96];

	snprintf(name, sizeof(name), "net.ipv6.conf.t0.%s", key);
	return sysctl_set(n.net, name, value);
}

static inline void set(const char *key, const char *value)
{
	cr_assert_eq(set_of(key, value), 0, "%s", key);
}

/* t0 comes up anew, with what was set before; the link-local address is not yet tested. */
static inline void up_again(void)
{
	dev_close(n.dev);
	fixture_settle(n.net);
	ipnet_tx_drop(&n);
	dev_open(n.dev);
}

static inline void router_setup(void)
{
	ipnet_new(&n, 41);
	fixture_advance(n.net, 5 * SEC);
	set("accept_ra", "1");
	up_again();
}

/* The next solicitation of a router; what else was sent goes. NULL: none was */
static inline const struct nd_rs_msg *next_rs(void)
{
	const struct icmp6_hdr *h;

	while ((h = ipnet_tx_icmp6(&n)))
		if (h->type == ICMP6_TYPE_ROUTER_SOLICIT)
			return (const struct nd_rs_msg *)h;
	return NULL;
}

/* -- advertisements ----------------------------------------------------------------------------- */

struct ra {
	const char *from;	/* default fe80::9 */
	const char *to;		/* default ff02::1 */
	u8 hlim;		/* default 255 */
	u8 code, hops, flags;
	u16 lifetime;		/* s */
	u32 reachable, retrans;	/* ms */
	u8 opts[1000];
	u32 len;		/* of opts */
	u32 cut;		/* octets that are missing at the end */
};

static inline u8 *opt_add(struct ra *ra, u8 type, u8 len)
{
	u8 *p = ra->opts + ra->len;

	p[0] = type;
	p[1] = len;
	ra->len += (len ?: 1) * 8u;
	return p;
}

static inline void opt_slla(struct ra *ra, const u8 *mac)
{
	eth_addr_copy(opt_add(ra, ND_OPT_T_SLLA, 1) + 2, mac);
}

static inline void opt_mtu(struct ra *ra, u32 mtu)
{
	put_be32(opt_add(ra, ND_OPT_T_MTU, 1) + 4, mtu);
}

static inline void opt_prefix(struct ra *ra, const char *prefix, u8 plen, u8 flags, u32 valid, u32 preferred)
{
	u8 *p = opt_add(ra, ND_OPT_T_PREFIX, 4);
	union inet_addr a = ipnet_addr(prefix);

	p[2] = plen;
	p[3] = flags;
	put_be32(p + 4, valid);
	put_be32(p + 8, preferred);
	memcpy(p + 16, a.b, 16);
}

static inline void opt_route(struct ra *ra, u8 len, const char *prefix, u8 plen, u8 pref, u32 lifetime)
{
	u8 *p = opt_add(ra, ND_OPT_T_ROUTE, len);
	union inet_addr a = ipnet_addr(prefix);

	p[2] = plen;
	p[3] = pref;
	put_be32(p + 4, lifetime);
	memcpy(p + 8, a.b, (len - 1u) * 8);
}

static inline void ra_rx(const struct ra *ra)
{
	u8 msg[16 + sizeof(ra->opts)] = { 134, ra->code, [4] = ra->hops, ra->flags };
	struct pkt6 p = { .saddr = ra->from ?: "fe80::9", .daddr = ra->to ?: "ff02::1",
			  .nexthdr = IP_PROTO_ICMPV6, .hlim = ra->hlim ?: 255, .payload = msg,
			  .len = 16 + ra->len - ra->cut };

	put_be16(msg + 6, ra->lifetime);
	put_be32(msg + 8, ra->reachable);
	put_be32(msg + 12, ra->retrans);
	memcpy(msg + 16, ra->opts, ra->len);
	icmp6_csum(&p, msg, p.len);
	pkt6_rx(&n, &p);
}

/* -- what came of it ------------------------------------------------------------------------------ */

/* The router that packets to daddr go by; "": on link; "none": no route */
static inline const char *via(const char *daddr)
{
	struct flowi fl = { .family = INET_FAMILY_6, .daddr = ipnet_addr(daddr) };
	static char text[INET_ADDRSTRLEN_NS];
	struct dst_entry *dst;

	if (ip_route_output(n.net, &fl, &dst))
		return "none";
	text[0] = '\0';
	if (rt_of(dst)->gateway)
		inet_addr_ntop(&rt_of(dst)->nexthop, text, sizeof(text));
	dst_release(dst);
	return text;
}

struct route_sum {
	u32 nr, flags;
};

static inline int sum_route(const struct fib_route *r, void *arg)
{
	struct route_sum *s = arg;

	if (r->protocol == RTPROT_RA_NS) {
		s->nr++;
		s->flags |= r->flags;
	}
	return 0;
}

/* Routes in the FIB that advertisements have brought. */
static inline struct route_sum ra_routes(void)
{
	struct route_sum s = { 0 };

	fib_for_each(n.net, INET_FAMILY_6, sum_route, &s);
	return s;
}

static inline const char *get_of(const char *key)
{
	static char value[32];
	char name[96];

	snprintf(name, sizeof(name), "net.ipv6.conf.t0.%s", key);
	cr_assert_eq(sysctl_get(n.net, name, value, sizeof(value)), 0, "%s", key);
	return value;
}

static inline u32 hops(void)
{
	return (u32)strtoul(get_of("hop_limit"), NULL, 10);
}

/* Settings of t0's neighbours. */
static inline const struct neigh_parms *parms_of_t0(void)
{
	const struct neigh_parms *p;

	list_for_each_entry(p, &n.net->ipv6.nd_tbl.parms_list, list)
		if (p->dev == n.dev)
			return p;
	return NULL;
}

static inline int count_one(const struct inet_ifaddr *ifa, void *arg)
{
	(void)ifa;
	++*(u32 *)arg;
	return 0;
}

/* IPv6 addresses of t0. */
static inline u32 in6_count(void)
{
	u32 nr = 0;

	inet_ifaddr_for_each(n.net, n.dev, INET_FAMILY_6, count_one, &nr);
	return nr;
}

static inline const struct inet_ifaddr *addr_of(const char *text)
{
	union inet_addr a = ipnet_addr(text);
	const struct ip_ifaddr *ifa = inet_ifaddr_find(n.net, &a, n.dev);

	return ifa ? &ifa->ifa : NULL;
}

#endif
