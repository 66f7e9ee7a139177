/* SPDX-License-Identifier: BSD-2-Clause */
/* Private to the room: the files of /proc/net. */
#ifndef NETSTACK_PROC_PROC_PRIV_H
#define NETSTACK_PROC_PROC_PRIV_H

#include "proc/proc.h"

/* Where a line begins; ends it: blanks up to width columns, then a newline (0: no blanks). */
void proc_end_line(struct strbuf *sb, size_t start, u32 width);

/* proc_sock.c */
void proc_tcp(struct net *net, struct strbuf *sb, u16 family);
void proc_udp(struct net *net, struct strbuf *sb, u16 family);
void proc_udplite(struct net *net, struct strbuf *sb, u16 family);
void proc_raw(struct net *net, struct strbuf *sb, u16 family);
void proc_ping(struct net *net, struct strbuf *sb, u16 family);
void proc_packet(struct net *net, struct strbuf *sb, u16 family);
void proc_protocols(struct net *net, struct strbuf *sb, u16 family);
void proc_sockstat(struct net *net, struct strbuf *sb, u16 family);

/* proc_mib.c */
void proc_snmp(struct net *net, struct strbuf *sb, u16 family);
void proc_snmp6(struct net *net, struct strbuf *sb, u16 family);
void proc_netstat(struct net *net, struct strbuf *sb, u16 family);

/* proc_dev.c */
void proc_dev(struct net *net, struct strbuf *sb, u16 family);
void proc_dev_mcast(struct net *net, struct strbuf *sb, u16 family);
void proc_groups(struct net *net, struct strbuf *sb, u16 family);
void proc_if_inet6(struct net *net, struct strbuf *sb, u16 family);
void proc_flowlabels(struct net *net, struct strbuf *sb, u16 family);
/* proc_sysfs.c */
/* The file "DEV/ATTRIBUTE" of /sys/class/net. 0/-ENOENT */
int proc_sysfs(struct net *net, const char *name, struct strbuf *sb);
/* write() to it: 0, -ENOENT, -EACCES (read-only), or what the file says. value NULL: may it be written? */
int proc_write_sysfs(struct net *net, const char *name, const char *value);
/* Its directory "" or "DEV" or one below that. 0/-ENOENT */
int proc_list_sysfs(struct net *net, const char *path, proc_list_fn fn, void *arg);

/* proc_queues.c: the same below "DEV/queues/"; of the device as all shards have it, whichever dev is of */
int proc_read_queue(struct net_device *dev, const char *path, struct strbuf *sb);
int proc_write_queue(struct net_device *dev, const char *path, const char *value);
int proc_list_queues(struct net_device *dev, const char *path, proc_list_fn fn, void *arg);

/* proc_route.c */
void proc_route(struct net *net, struct strbuf *sb, u16 family);
void proc_route6(struct net *net, struct strbuf *sb, u16 family);
void proc_arp(struct net *net, struct strbuf *sb, u16 family);

#endif
