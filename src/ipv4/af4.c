/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv4 as transports see it. */
#include <errno.h>

#include "ipv4/ip4.h"

/* struct sockaddr_in, 16 octets (ABI): family in host order, port and address big-endian */
struct sockaddr_in_abi {
	u16 family;
	be16 port;
	be32 addr;
	u8 zero[8];
} __packed;
_Static_assert(sizeof(struct sockaddr_in_abi) == 16, "struct sockaddr_in");

static int sockaddr_from(const void *sa, u32 len, struct inet_sockaddr *out)
{
	struct sockaddr_in_abi in;

	if (len < sizeof(in))
		return -EINVAL;
	memcpy(&in, sa, sizeof(in));
	memset(out, 0, sizeof(*out));
	out->family = in.family;
	if (in.family == 0)
		return 0;
	if (in.family != INET_FAMILY_4)
		return -EAFNOSUPPORT;
	out->port = be16_get(in.port);
	out->addr = inet_addr_be(in.addr);
	return 0;
}

static u32 sockaddr_to(const struct inet_sockaddr *in, void *sa, u32 size)
{
	struct sockaddr_in_abi out = { .family = INET_FAMILY_4, .port = be16_make(in->port),
				       .addr = be32_of(&in->addr) };

	memcpy(sa, &out, min_t(u32, size, sizeof(out)));
	return sizeof(out);
}

static int route_output(struct net *net, struct flowi *fl, struct dst_entry **dst)
{
	fl->family = INET_FAMILY_4;
	fl->daddr = inet_addr_from4(inet_addr_4(&fl->daddr));	/* 0.0.0.0 may come as :: */
	if (inet_addr_any(&fl->daddr)) {
		static const u8 localhost[4] = { 127, 0, 0, 1 };

		fl->daddr = inet_addr_any(&fl->saddr) ? inet_addr_from4(localhost) : fl->saddr;
	}
	if (ip4_is_zeronet(be32_of(&fl->daddr)))
		return -EINVAL;
	return ip_route_output(net, fl, dst);
}

static u32 pseudo_csum(const union inet_addr *saddr, const union inet_addr *daddr, u32 len,
		       u8 proto)
{
	return csum_tcpudp_nofold(inet_addr_4(saddr), inet_addr_4(daddr), len, proto, 0);
}

const struct inet_af inet_af4 = {
	.family = INET_FAMILY_4,
	.af_bit = 0,
	.sockaddr_len = sizeof(struct sockaddr_in_abi),
	.hdr_len = IP4_HLEN,
	.icmp_proto = IP_PROTO_ICMP,
	.min_mtu = IP4_MIN_MTU,
	.default_mss = 536,
	.ethertype = ETH_TYPE_IP4,
	.gso_tcp_type = SKB_GSO_TCPV4,
	.route_output = route_output,
	.xmit = ip_queue_xmit,
	.read_header = ip4_read_header,
	.pseudo_csum = pseudo_csum,
	.addr_is_local = ip4_addr_is_local,
	.addr_type = ip4_addr_type,
	.send_unreach_port = icmp4_send_unreach_port,
	.icmp_to_errno = icmp4_to_errno,
	.sockaddr_from = sockaddr_from,
	.sockaddr_to = sockaddr_to,
};

/* -- for the neutral code of ip/ --------------------------------------------------------- */

static struct neigh_table *neigh_table(struct net *net)
{
	return &net->ipv4.arp_tbl;
}

static struct inet_dev *dev_get(const struct net_device *dev)
{
	return dev->ip_ptr;
}

static u32 min_pmtu(const struct net *net)
{
	return net->ipv4.min_pmtu;
}

static u64 mtu_expires(const struct net *net)
{
	return net->ipv4.mtu_expires_ns;
}

static u32 dev_mtu(const struct net_device *dev)
{
	return min(dev->mtu, (u32)IP4_LEN_MAX);
}

static bool forwards(const struct net_device *dev)
{
	const struct in_device *idev = in_dev_get(dev);

	return idev && idev->conf.forwarding;
}

static bool localnet_may_leave(const struct net_device *dev)
{
	const struct in_device *idev = in_dev_get(dev);

	return idev && IN_DEV_MAX(dev->net, idev, route_localnet);
}

const struct ip_family ip_family4 = {
	.af = &inet_af4,
	.key_off = 12,
	.neigh_table = neigh_table,
	.dev_get = dev_get,
	.input_local = ip_local_deliver,
	.input_error = ip4_input_error,
	.input_forward = ip_forward,
	.output = ip_output,
	.mc_output = ip_mc_output,
	.select_saddr = ip4_select_saddr,
	.addr_up = ip4_addr_up,
	.addr_down = ip4_addr_down,
	.min_pmtu = min_pmtu,
	.mtu_expires_ns = mtu_expires,
	.dev_mtu = dev_mtu,
	.forwards = forwards,
	.localnet_may_leave = localnet_may_leave,
};
