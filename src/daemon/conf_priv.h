/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the configuration share. */
#ifndef NETSTACK_DAEMON_CONF_PRIV_H
#define NETSTACK_DAEMON_CONF_PRIV_H

#include "daemon/conf.h"

extern const char conf_no_memory[];

enum { CONF_BUSY_POLL_AUTO_US = 200 }; /* --busy-poll auto */

/* One more zeroed element at the end of an array; NULL when out of memory. */
void *conf_grow(void *array_ptr, u32 *nr, size_t size);
bool conf_copy_name(char to[IFNAMSIZ_NS], const char *from); /* an interface's; false: it is none */
bool conf_parse_u32(const char *text, u32 max, u32 *out);
bool conf_parse_mac(const char *text, u8 mac[6]);
const char *conf_set_string(char **to, const char *value); /* NULL, or why not */

/* d: the new, zeroed last element of c->devs. value is cut up in place. NULL, or why not. */
const char *conf_parse_dev(struct conf *c, struct conf_dev *d, char *value);

/* r: the new, zeroed last element of c->routes. value is cut up in place. NULL, or why not. */
const char *conf_parse_route(struct conf_route *r, char *value);

#endif
