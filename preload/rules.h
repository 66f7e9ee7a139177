/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DOC: rules of NETSTACK_RULES
 *
 * One rule a line, the first that matches decides: ACTION CONDITION..., where ACTION is stack or
 * kernel, and the conditions are
 *
 *	any			alone: every socket
 *	connect | bind		to whom (connect, send), or from where (bind, listen)
 *	tcp | udp | raw | packet	UDP-Lite counts as udp, ping sockets as raw; packet: AF_PACKET
 *	ipv4 | ipv6		of the address; a v4-mapped one is IPv4
 *	ADDRESS[/BITS]
 *	port N[-M]
 *	program GLOB		file name of the executable, or argv[0] without its directory
 *
 * The table is static and bounded: nothing is allocated, and nothing is read after the start.
 */
#ifndef NETSTACK_RULES_H
#define NETSTACK_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RULES_MAX	   256
#define RULES_LINE_MAX	   255 /* octets of a line, without its end */
#define RULES_PROGRAM_MAX  47
#define RULES_ERROR_MAX	   512

enum rule_where {
	RULE_NONE,	/* no rule says anything */
	RULE_STACK,
	RULE_KERNEL,
	RULE_LATER	/* depends on what is not known yet */
};

enum rule_dir { RULE_CONNECT = 1, RULE_BIND };
enum rule_type { RULE_TCP = 1, RULE_UDP, RULE_RAW, RULE_PACKET };

/* A condition that is 0 is not there. */
struct rule {
	uint8_t where;	/* enum rule_where: RULE_STACK or RULE_KERNEL */
	uint8_t dir;	/* enum rule_dir */
	uint8_t type;	/* enum rule_type */
	uint8_t family; /* AF_* */
	bool has_addr;
	uint8_t bits;	/* of the prefix */
	uint8_t addr[16];
	uint16_t port_lo, port_hi; /* host order, inclusive */
	char program[RULES_PROGRAM_MAX + 1];
};

struct rules {
	unsigned int n;
	struct rule rule[RULES_MAX];
	char error[RULES_ERROR_MAX]; /* what is wrong, as a line without its end; "": nothing */
};

/* What is asked about. 0 (false, NULL): not known yet. */
struct rule_query {
	uint8_t dir, type, family;
	bool has_addr, has_port;
	uint8_t addr[16]; /* IPv4 in the first four */
	uint16_t port;
	const char *program, *argv0; /* base names */
};

/**
 * rules_add() - parse a line and add its rule, if it has one
 * @file, @line: for the message
 * @text: the line without its end, @len octets; need not be terminated
 *
 * Return: true; false with r->error set: file, line, what is wrong and what to write instead.
 */
bool rules_add(struct rules *r, const char *file, unsigned int line, const char *text, size_t len);

/**
 * rules_match() - what the first matching rule says
 *
 * A rule that may match, depending on what is not known, gives RULE_LATER, unless every rule up
 * to the first that surely matches says the same.
 */
enum rule_where rules_match(const struct rules *r, const struct rule_query *q);

/* ---- what the command-line tool uses ---- */
/** netstack_settings_error() - what is wrong with NETSTACK_RULES or NETSTACK_RECONNECT, NULL: nothing */
const char *netstack_settings_error(void);

#endif
