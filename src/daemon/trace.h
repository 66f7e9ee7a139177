/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NETSTACK_DAEMON_TRACE_H
#define NETSTACK_DAEMON_TRACE_H

#include "core/core.h"

/* net_cfg.trace; ctx is the struct daemon */
void trace_to_channels(void *ctx, const struct trace_event *ev);

#endif
