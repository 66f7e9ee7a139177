/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of random share: its sockets, its dice, how a result is printed. */
#ifndef TESTS_RANDOM_H
#define TESTS_RANDOM_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum { SLOTS = 6 };

struct slot {
	int fd;		/* -1: none */
	bool tried;	/* connect() was called: what a failure leaves behind differs */
};

extern struct slot slots[SLOTS];
extern int failure;	/* errno of the last call, 0: it did not fail */

uint32_t below(uint32_t n);
/* one in n */
static inline bool rarely(uint32_t n)
{
	return !below(n);
}

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define PICK(list) ((list)[below(COUNT(list))])

/* What a call returned, or why it failed. */
const char *result(long r);
/* Any address, now and then one of a wrong family or too short. Prints it. */
socklen_t any_address(struct sockaddr_storage *ss);
void print_address(const struct sockaddr_storage *ss, socklen_t len);
/* Octets; an interface's number is told by whether it is the loopback's. */
void print_octets(const void *p, size_t n);
uint32_t interface_kind(uint32_t index);
void drop(struct slot *s);

void set_option(struct slot *s);
void get_option(struct slot *s);
void send_message(struct slot *s);
void receive_message(struct slot *s);
void messages(struct slot *s);
void vectors(struct slot *s);
void pipes(struct slot *s);
void descriptors(struct slot *s);
void controls(struct slot *s);
void ready(struct slot *s);
void epoll_calls(struct slot *s);
void wrong(struct slot *s);
void other_socket(struct slot *s);
void handed_over(struct slot *s);

#endif
