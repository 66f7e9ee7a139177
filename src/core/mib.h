/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counters with Linux's names (/proc/net/snmp, snmp6, netstat). A row of mib.def:
 * MIB(Group, Name) makes MIB_Group_Name, shown as GroupName: MIB(Tcp, RetransSegs),
 * MIB(TcpExt, TCPTimeouts), MIB(Ip, InReceives), MIB(Ip6, InReceives), MIB(Udp6, ...).
 */
#ifndef NETSTACK_CORE_MIB_H
#define NETSTACK_CORE_MIB_H

#include "base/base.h"

enum mib {
	MIB_NONE = 0,
#define MIB(group, name) MIB_##group##_##name,
#include "core/mib.def"
#undef MIB
	MIB_MAX
};

struct mib_name {
	const char *group;
	const char *name;
};
extern const struct mib_name mib_names[MIB_MAX];

#define net_mib_inc(net, name) ((void)(net)->mib[MIB_##name]++)
#define net_mib_add(net, name, n) ((void)((net)->mib[MIB_##name] += (u64)(n)))

#endif
