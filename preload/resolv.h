/* SPDX-License-Identifier: BSD-2-Clause */
/* Names: what getaddrinfo, gethostbyname and their relatives share. */
#ifndef NETSTACK_RESOLV_H
#define NETSTACK_RESOLV_H

#include "shim.h"

#define NAMES_MAX 64

struct name_addr {
	int family;
	uint32_t scope;
	uint8_t bytes[16];	/* IPv4 in the first four */
};

struct name_list {
	size_t n;
	struct name_addr addr[NAMES_MAX];
	char canon[256];	/* empty: the name asked for */
};

/* hosts.c */
bool names_numeric(const char *node, struct name_addr *out);
void names_order(char order[4]);
bool names_hosts(const char *node, int family, struct name_list *l);
bool names_hosts_reverse(const struct name_addr *want, char *name, size_t room);

/* dns.c: c-ares over our sockets; 0 or EAI_* */
int names_dns(const char *node, int family, struct name_list *l);
int names_dns_reverse(const struct name_addr *want, char *name, size_t room);

/* nsort.c: RFC 6724 */
void names_sort(struct name_list *l);

/* resolv.c: every source in order, sorted; 0 or EAI_* */
int names_lookup(const char *node, int family, struct name_list *l);

/* fills ss, returns the length */
socklen_t names_sockaddr(const struct name_addr *a, uint16_t port_be, struct sockaddr_storage *ss);

#endif /* NETSTACK_RESOLV_H */
