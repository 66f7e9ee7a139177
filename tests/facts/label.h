/* SPDX-License-Identifier: BSD-2-Clause */
/* IPV6_FLOWLABEL_MGR (ABI): struct in6_flowlabel_req and its numbers. */
#ifndef NETSTACK_FACTS_LABEL_H
#define NETSTACK_FACTS_LABEL_H

#include <stdint.h>

struct label_req {
	uint8_t dst[16];
	uint32_t label;
	uint8_t action, share;
	uint16_t flags, expires, linger;
	uint32_t zero;
};
enum { FL_GET, FL_PUT, FL_RENEW, FL_CREATE = 1, FL_EXCL = 2, FL_REFLECT = 4, FL_REMOTE = 8 };
enum { O_FLOWLABEL_MGR = 32, ANY = 255 };

#endif
