/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core: the machinery that every protocol uses: packets, devices, neighbours,
 * sockets, timers, deferred work, counters. It knows no protocol.
 *
 * This is the room's header: other rooms include this file only.
 */
#ifndef NETSTACK_CORE_CORE_H
#define NETSTACK_CORE_CORE_H

#include "core/backlog.h"
#include "core/crypto.h"
#include "core/dev.h"
#include "core/dst.h"
#include "core/gso.h"
#include "core/hook.h"
#include "core/limits.h"
#include "core/mib.h"
#include "core/napi.h"
#include "core/neigh.h"
#include "core/net.h"
#include "core/notify.h"
#include "core/pool.h"
#include "core/qdisc.h"
#include "core/skb.h"
#include "core/sock.h"
#include "core/sock_filter.h"
#include "core/sockopt.h"
#include "core/sysctl.h"
#include "core/timer.h"
#include "core/trace.h"

#endif
