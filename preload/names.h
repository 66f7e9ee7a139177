/* SPDX-License-Identifier: BSD-2-Clause */
/* Names: what getaddrinfo, gethostbyname and their relatives share. */
#ifndef NETSTACK_NAMES_H
#define NETSTACK_NAMES_H

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
	size_t alias_len;
	char alias[1024];	/* further names, a NUL after each */
};

/* hosts.c */
bool names_numeric(const char *node, struct name_addr *out);
void names_order(char order[4]);
struct names_patience {
	long timeout_s, attempts;
	bool edns0, use_vc;
};
void names_patience(struct names_patience *p);
bool names_hosts(const char *node, int family, struct name_list *l);
bool names_hosts_reverse(const struct name_addr *want, struct name_list *l);
void names_add_alias(struct name_list *l, const char *name);

/* dns.c: c-ares over our sockets; 0 or EAI_* */
int names_dns(const char *node, int family, struct name_list *l);
int names_dns_reverse(const struct name_addr *want, struct name_list *l);

enum { NAME_SERVERS_MAX = 3 };

/* A message for name servers that the caller chooses, in their order. */
struct name_question {
	const uint8_t *msg;
	int len;
	struct sockaddr_storage server[NAME_SERVERS_MAX];
	int servers;
	int timeout_s, attempts;
	int edns_size;		/* of the OPT record at the end of msg; 0: it has none */
	bool use_vc;		/* TCP alone */
	bool ignore_tc;		/* a truncated answer will do */
};
/*
 * The answer, or its first octets if room is short (one that came by TCP is then said to be truncated, and
 * its whole length told): its length, or -errno. ETIMEDOUT: no server had one of use; answer then has the
 * header of the last that one sent, if any did. ECONNREFUSED: no server can be reached.
 */
int names_dns_send(const struct name_question *q, uint8_t *answer, int room);

/* gaiconf.c: tables of gai.conf(5). Prefixes of IPv4 are those of mapped addresses. */
enum gai_table { GAI_LABEL, GAI_PRECEDENCE, GAI_SCOPEV4, GAI_TABLES };

struct gai_row {
	uint8_t prefix[16];
	uint8_t bits;
	int value;
};

struct gai_conf {
	struct gai_rows {
		struct gai_row *row;	/* owned; none: libc's own */
		size_t n;
	} table[GAI_TABLES];
};

/* f may be NULL: there is no such file. Undone by gai_conf_free(). */
void gai_conf_read(struct gai_conf *c, FILE *f);
void gai_conf_free(struct gai_conf *c);

/* the value of the longest prefix that matches */
int gai_value(const struct gai_conf *c, enum gai_table table, const uint8_t a[16]);
unsigned int common_bits(const uint8_t a[16], const uint8_t b[16]);

/* nsort.c: RFC 6724 */
void names_sort(struct name_list *l);

/* resolv.c: every source in order; 0 or EAI_* */
int names_lookup(const char *node, int family, struct name_list *l);

/* fills ss, returns the length */
socklen_t names_sockaddr(const struct name_addr *a, uint16_t port_be, struct sockaddr_storage *ss);

#endif /* NETSTACK_NAMES_H */
