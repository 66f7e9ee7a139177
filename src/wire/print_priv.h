/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the printer share. */
#ifndef WIRE_PRINT_PRIV_H
#define WIRE_PRINT_PRIV_H

#include "wire/print.h"

/* A piece of a packet: cap octets can be read at p, len >= cap is how long it claims to be. */
struct print_area {
	const u8 *p;
	size_t cap;
	size_t len;
};

/* The two ends, of alen octets each (4 or 16), that a transport prints with its ports. */
struct print_ends {
	const u8 *src;
	const u8 *dst;
	u8 alen;
};

void print_addr(struct strbuf *sb, const u8 *addr, u8 alen);
/* "10.0.0.1.80 > 10.0.0.2.4711: " */
void print_ports(struct strbuf *sb, const struct print_ends *e, u16 sport, u16 dport);
/* "10.0.0.1 > 10.0.0.2: " */
void print_hosts(struct strbuf *sb, const struct print_ends *e);

/* Steps over n octets, n <= a.cap. */
static inline struct print_area print_skip(struct print_area a, size_t n)
{
	return (struct print_area){ a.p + n, a.cap - n, a.len - n };
}

void print_tcp(struct strbuf *sb, const struct print_ends *e, struct print_area a);
void print_udp(struct strbuf *sb, const struct print_ends *e, struct print_area a);
void print_icmp4(struct strbuf *sb, struct print_area a);
void print_icmp6(struct strbuf *sb, struct print_area a);

#endif
