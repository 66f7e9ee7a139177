// SPDX-License-Identifier: BSD-2-Clause
/* Socket addresses between the protocol's bytes and the stack. */
#include <string.h>

#include "daemon/object.h"

void nsp_addr_set(struct net *net, u16 family, const struct inet_sockaddr *in,
		  struct nsp_addr *out)
{
	const struct inet_af *af = inet_af_get(net, family);

	memset(out, 0, sizeof(*out));
	if (af)
		out->len = (u16)af->sockaddr_to(in, out->sa, sizeof(out->sa));
}

int nsp_addr_name(struct sock *sk, bool peer, struct nsp_addr *out)
{
	u32 len = sizeof(out->sa);
	int ret;

	memset(out, 0, sizeof(*out));
	ret = peer ? sock_getpeername(sk, out->sa, &len) : sock_getsockname(sk, out->sa, &len);
	if (!ret)
		out->len = (u16)len;
	return ret;
}
