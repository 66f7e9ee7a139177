/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv6 as transports see it. */
#include <errno.h>

#include "ipv6/ip6.h"

/* struct sockaddr_in6, 28 octets (ABI); RFC 2133's had no scope and 24 */
struct sockaddr_in6_abi {
	u16 family;
	be16 port;
	be32 flowinfo;
	u8 addr[16];
	u32 scope_id;
} __packed;
_Static_assert(sizeof(struct sockaddr_in6_abi) == 28, "struct sockaddr_in6");
enum { SIN6_LEN_RFC2133 = 24 };

static int sockaddr_from(const void *sa, u32 len, struct inet_sockaddr *out)
{
	struct sockaddr_in6_abi in = { .family = 0 };
	u16 family;

	if (len < sizeof(family))
		return -EINVAL;
	memcpy(&family, sa, sizeof(family));
	memset(out, 0, sizeof(*out));
	if (family == 0)
		return 0;
	if (family == INET_FAMILY_4)
		return -EAFNOSUPPORT;
	if (len < SIN6_LEN_RFC2133)
		return -EINVAL;
	if (family != INET_FAMILY_6)
		return -EAFNOSUPPORT;
	memcpy(&in, sa, min_t(u32, len, sizeof(in)));
	out->family = INET_FAMILY_6;
	out->port = be16_get(in.port);
	out->addr = inet_addr_from6(in.addr);
	out->flowinfo = be32_get(in.flowinfo);
	out->scope_id = in.scope_id;
	return 0;
}

static u32 sockaddr_to(const struct inet_sockaddr *in, void *sa, u32 size)
{
	struct sockaddr_in6_abi out = { .family = INET_FAMILY_6, .port = be16_make(in->port),
					.flowinfo = be32_make(in->flowinfo),
					.scope_id = in->scope_id };

	memcpy(out.addr, in->addr.b, 16);
	memcpy(sa, &out, min_t(u32, size, sizeof(out)));
	return sizeof(out);
}

static int route_output(struct net *net, struct flowi *fl, struct dst_entry **dst)
{
	int err;

	fl->family = INET_FAMILY_6;
	if (inet_addr_is_v4mapped(&fl->daddr) || inet_addr_is_v4mapped(&fl->saddr))
		return -ENETUNREACH;
	if (inet_addr_any(&fl->daddr)) {
		static const u8 one[16] = { [15] = 1 };

		fl->daddr = inet_addr_any(&fl->saddr) ? inet_addr_from6(one) : fl->saddr;
	}
	err = ip_route_output(net, fl, dst);
	if (!err && inet_addr_any(&fl->saddr)) {
		dst_release(*dst);
		*dst = NULL;
		err = -EADDRNOTAVAIL;
	}
	return err;
}

static u32 pseudo_csum(const union inet_addr *saddr, const union inet_addr *daddr, u32 len,
		       u8 proto)
{
	return csum_ipv6_nofold(saddr->b, daddr->b, len, proto, 0);
}

const struct inet_af inet_af6 = {
	.family = INET_FAMILY_6,
	.af_bit = 1,
	.sockaddr_len = sizeof(struct sockaddr_in6_abi),
	.hdr_len = IP6_HLEN,
	.icmp_proto = IP_PROTO_ICMPV6,
	.min_mtu = IP6_MIN_MTU,
	.default_mss = 1220,
	.ethertype = ETH_TYPE_IP6,
	.gso_tcp_type = SKB_GSO_TCPV6,
	.route_output = route_output,
	.xmit = ip6_xmit,
	.read_header = ip6_read_header,
	.pseudo_csum = pseudo_csum,
	.addr_is_local = ip6_addr_is_local,
	.addr_type = ip6_addr_type,
	.send_unreach_port = icmp6_send_unreach_port,
	.icmp_to_errno = icmp6_to_errno,
	.sockaddr_from = sockaddr_from,
	.sockaddr_to = sockaddr_to,
};

/* -- for the neutral code of ip/ ----------------------------------------------------------- */

static struct neigh_table *neigh_table(struct net *net)
{
	return &net->ipv6.nd_tbl;
}

static struct inet_dev *dev_get(const struct net_device *dev)
{
	return dev->ip6_ptr;
}

static u32 min_pmtu(const struct net *net)
{
	(void)net;
	return IP6_MIN_MTU;
}

static u64 mtu_expires(const struct net *net)
{
	return net->ipv6.mtu_expires_ns;
}

static u32 dev_mtu(const struct net_device *dev)
{
	const struct inet6_dev *idev = in6_dev_get(dev);
	u32 mtu = min(dev->mtu, (u32)IP6_LEN_MAX);

	return idev && idev->conf.mtu >= IP6_MIN_MTU ? min(mtu, idev->conf.mtu) : mtu;
}

/* RFC 4291 2.5.3 */
static bool localnet_may_leave(const struct net_device *dev)
{
	(void)dev;
	return false;
}

const struct ip_family ip_family6 = {
	.af = &inet_af6,
	.key_off = 0,
	.neigh_table = neigh_table,
	.dev_get = dev_get,
	.input_local = ip6_input,
	.input_error = ip6_input_error,
	.input_forward = ip6_forward,
	.output = ip6_output,
	.mc_output = ip6_mc_output,
	.select_saddr = ip6_select_saddr,
	.addr_up = ip6_addr_up,
	.addr_down = ip6_addr_down,
	.min_pmtu = min_pmtu,
	.mtu_expires_ns = mtu_expires,
	.dev_mtu = dev_mtu,
	.forwards = ip6_forwards,
	.localnet_may_leave = localnet_may_leave,
};
