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
/* Of /sys: PROC_FILE is read-only, a PROC_SETTING is not. PROC_LINK: to a directory */
enum proc_kind { PROC_FILE, PROC_SETTING, PROC_DIR, PROC_LINK };
typedef void (*proc_list_fn)(const char *name, enum proc_kind kind, void *arg);
/* Calls fn for each entry of the directory: "class/net", "class/net/eth0", "sys/net/ipv4" and the like;
 * an entry may be told more than once. 0, -ENOENT: there is no such directory. */
int proc_list(struct net *net, const char *name, proc_list_fn fn, void *arg);
/* write() of value (terminated) to the file: 0, -ENOENT, -EACCES (read-only), -EINVAL and what else the file
 * says. A sysctl is net's, a file of /sys that of all shards. */
int proc_write(struct net *net, const char *name, const char *value);
/* Is it a file that can be written? 0, -ENOENT, -EACCES. Of a sysctl only proc_write() knows: 0. */
int proc_may_write(struct net *net, const char *name);

#endif
