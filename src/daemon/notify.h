/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NETSTACK_DAEMON_NOTIFY_H
#define NETSTACK_DAEMON_NOTIFY_H

/* Sends state ("STOPPING=1" …) to $NOTIFY_SOCKET; nothing when that is not set. */
void notify_systemd(const char *state);
/* Ready: READY=1 to systemd and a line to ready_fd, which is closed. -1: none. */
void notify_ready(int ready_fd);

#endif
