/* SPDX-License-Identifier: BSD-2-Clause */
/* net.core.* with Linux's defaults. */
#include <errno.h>

#include "core/internal.h"

static int apply_default_qdisc(struct net *net, const struct sysctl_row *row)
{
	(void)row;
	return strcmp(net->core.default_qdisc, pfifo_qdisc_ops.id) ? -ENOENT : 0;
}

#define ROW(field, d, lo, hi)                                                                  \
	{                                                                                      \
		.name = "net.core." #field, .kind = SYSCTL_U32,                                \
		.offset = offsetof(struct net, core.field), .def = d, .min = lo, .max = hi     \
	}

static const struct sysctl_row core_rows[] = {
	ROW(somaxconn, 4096, 0, S32_MAX),
	ROW(rmem_max, 4194304, SOCK_MIN_RCVBUF, S32_MAX),
	ROW(wmem_max, 4194304, SOCK_MIN_SNDBUF, S32_MAX),
	ROW(rmem_default, 212992, SOCK_MIN_RCVBUF, S32_MAX),
	ROW(wmem_default, 212992, SOCK_MIN_SNDBUF, S32_MAX),
	ROW(txrehash, 1, 0, 1),
	ROW(busy_read, 0, 0, S32_MAX),
	ROW(optmem_max, 131072, 0, S32_MAX),
	ROW(netdev_max_backlog, BACKLOG_MAX, 1, S32_MAX),
	ROW(netdev_budget, NET_RX_BUDGET, 1, S32_MAX),
	ROW(dev_weight, NAPI_POLL_WEIGHT, 1, S32_MAX),
	{ .name = "net.core.default_qdisc", .kind = SYSCTL_STRING, .size = 16,
	  .offset = offsetof(struct net, core.default_qdisc), .def_str = "pfifo",
	  .apply = apply_default_qdisc },
};

void core_sysctl_init(struct net *net)
{
	net->core.default_qdisc_limit = DEV_TX_QUEUE_LEN;
	net->core.table.rows = core_rows;
	net->core.table.nr_rows = ARRAY_SIZE(core_rows);
	sysctl_register(net, &net->core.table);
}
