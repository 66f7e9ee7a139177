// SPDX-License-Identifier: BSD-2-Clause
/* The host's end of a TAP, configured over rtnetlink with libnl-3. */
#include <errno.h>
#include <net/if.h>

#include <linux/if_addr.h>
#include <netlink/errno.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>

#include "host/host.h"

/* libnl has errors of its own; keep the ones a user can act on. */
static int errno_from_nl(int nlerr)
{
	switch (nlerr < 0 ? -nlerr : nlerr) {
	case NLE_SUCCESS:
	case NLE_EXIST:
		return 0;
	case NLE_PERM:
	case NLE_NOACCESS:
		return -EPERM;
	case NLE_NODEV:
	case NLE_OBJ_NOTFOUND:
		return -ENODEV;
	case NLE_NOMEM:
		return -ENOMEM;
	case NLE_INVAL:
	case NLE_RANGE:
	case NLE_NOADDR:
	case NLE_AF_MISMATCH:
		return -EINVAL;
	default:
		return -EIO;
	}
}

static int add_address(struct nl_sock *sk, int ifindex, const char *prefix)
{
	struct rtnl_addr *addr = rtnl_addr_alloc();
	struct nl_addr *local = NULL;
	int err;

	if (!addr)
		return -ENOMEM;
	err = nl_addr_parse(prefix, AF_UNSPEC, &local);
	if (!err)
		err = rtnl_addr_set_local(addr, local);
	if (!err) {
		rtnl_addr_set_ifindex(addr, ifindex);
		if (nl_addr_get_family(local) == AF_INET6)
			rtnl_addr_set_flags(addr, IFA_F_NODAD);
		err = rtnl_addr_add(sk, addr, 0);
	}
	nl_addr_put(local);
	rtnl_addr_put(addr);
	return errno_from_nl(err);
}

static int set_up(struct nl_sock *sk, int ifindex, uint32_t mtu)
{
	struct rtnl_link *link = NULL, *change = rtnl_link_alloc();
	int err;

	if (!change)
		return -ENOMEM;
	err = rtnl_link_get_kernel(sk, ifindex, NULL, &link);
	if (!err) {
		rtnl_link_set_flags(change, IFF_UP);
		if (mtu)
			rtnl_link_set_mtu(change, mtu);
		err = rtnl_link_change(sk, link, change, 0);
		rtnl_link_put(link);
	}
	rtnl_link_put(change);
	return errno_from_nl(err);
}

int host_netif_setup(const char *ifname, const char *const *prefixes, unsigned int nr, uint32_t mtu)
{
	int ifindex = (int)if_nametoindex(ifname);
	struct nl_sock *sk;
	unsigned int i;
	int err;

	if (!ifindex)
		return -ENODEV;
	sk = nl_socket_alloc();
	if (!sk)
		return -ENOMEM;
	err = errno_from_nl(nl_connect(sk, NETLINK_ROUTE));
	if (!err)
		err = set_up(sk, ifindex, mtu);
	for (i = 0; i < nr && !err; i++)
		err = add_address(sk, ifindex, prefixes[i]);
	nl_socket_free(sk);
	return err;
}
