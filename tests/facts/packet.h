/* SPDX-License-Identifier: BSD-2-Clause */
/* What the facts about packet sockets share. */
#ifndef TESTS_FACTS_PACKET_H
#define TESTS_FACTS_PACKET_H

#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>

#include "facts.h"

enum { WAIT_MS = 2000 };

int packet_open(int type, int protocol);
int packet_bind_to(int fd, unsigned int ifindex, int protocol);
/* an option of SOL_PACKET, and what came of it */
void packet_get(int fd, const char *word, int name, size_t room);
void packet_set(int fd, const char *word, int name, int v, size_t len);
/* len octets to everybody, from the device; in a frame, of that type */
ssize_t packet_send_to(int fd, unsigned int ifindex, int protocol, size_t len);
/* a filter: keep octets of what has this value in the ancillary word ad */
void packet_attach(int fd, unsigned int ad, unsigned int want, unsigned int keep);

#endif
