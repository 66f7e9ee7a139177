/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory of packet sockets' rings. */
#ifndef NETSTACK_DAEMON_RINGMEM_H
#define NETSTACK_DAEMON_RINGMEM_H

#include "daemon/daemon.h"

/* Packet sockets of this net can have rings from now on; net->cfg.ctx is its worker. */
void ringmem_init(struct net *net);

#endif
