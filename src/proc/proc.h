/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proc: the text of /proc/net, /proc/sys/net and /sys/class/net for a net, byte for byte in
 * Linux's format. This is the room's header.
 */
#ifndef NETSTACK_PROC_PROC_H
#define NETSTACK_PROC_PROC_H

#include "socket/socket.h"

/*
 * Appends the file's text to sb (sb->truncated: it was longer). Names: "net/tcp" is /proc/net/tcp,
 * "sys/net/ipv4/ip_forward" is below /proc, "class/net/eth0/mtu" below /sys. 0, -ENOENT.
 */
int proc_read(struct net *net, const char *name, struct strbuf *sb);
/* Does the file tell of sockets, and with that of sk_ino? */
bool proc_lists_sockets(const char *name);
/* write() of value (terminated) to the file: 0, -ENOENT, -EACCES (read-only), -EINVAL. */
int proc_write(struct net *net, const char *name, const char *value);

#endif
