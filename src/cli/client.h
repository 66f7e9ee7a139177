/* SPDX-License-Identifier: BSD-2-Clause */
/* A blocking client of the control channel. */
#ifndef NETSTACK_CLI_CLIENT_H
#define NETSTACK_CLI_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "netstack/proto.h"

struct client {
	int fd;
	uint32_t seq;
	const char *path;
};

/* --control, $NETSTACK_CONTROL or the default */
const char *client_path(const char *given);
/* Connects and says hello. 0, or -1 with the reason and remedy on stderr. */
int client_open(struct client *c, const char *path);
void client_close(struct client *c);
/*
 * One call without a descriptor. part() gets the data of each reply (behind its structure); it
 * returns false to stop listening. The reply's ret, or -EIO when the daemon is gone.
 */
int client_call(struct client *c, int nr, const void *req, size_t reqlen, const void *data,
		size_t datalen, bool (*part)(void *arg, const char *text, size_t len), void *arg);
/* A call without reply data that passes a descriptor along. */
int client_call_fd(struct client *c, int nr, const void *req, size_t reqlen, const void *data,
		   size_t datalen, int fd);
/* The whole text of a STREAM call; NULL after a message on stderr. free() it. */
char *client_text(struct client *c, int nr, const void *req, size_t reqlen, const char *data,
		  int *ret);

#endif
