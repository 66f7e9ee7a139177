/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The room header of wire: formats only. No state, no time, no allocation. Every struct is packed,
 * has alignment 1 and holds be types, so it may be laid over any bytes of sufficient length.
 *
 * struct ip6_hdr, icmp6_hdr, nd_opt_hdr and nd_opt_mtu exist under the same names in
 * <netinet/ip6.h> and <netinet/icmp6.h>: do not include those beside this.
 */
#ifndef WIRE_WIRE_H
#define WIRE_WIRE_H

#include "wire/arp.h"
#include "wire/eth.h"
#include "wire/headlen.h"
#include "wire/icmp4.h"
#include "wire/icmp6.h"
#include "wire/igmp.h"
#include "wire/ip4.h"
#include "wire/ip4_opt.h"
#include "wire/ip6.h"
#include "wire/ip6_ext.h"
#include "wire/ip_proto.h"
#include "wire/mld.h"
#include "wire/nd_opt.h"
#include "wire/ndisc.h"
#include "wire/pcapng.h"
#include "wire/print.h"
#include "wire/tcp.h"
#include "wire/tcp_opt.h"
#include "wire/udp.h"
#include "wire/virtio_net.h"
#include "wire/vlan.h"

#endif
