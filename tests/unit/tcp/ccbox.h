/* SPDX-License-Identifier: BSD-2-Clause */
/* The congestion control of a wirebox's connection, as a program sets and gets it. */
#ifndef TESTS_UNIT_TCP_CCBOX_H
#define TESTS_UNIT_TCP_CCBOX_H

#include "tests/unit/tcp/wirebox.h"

#include "tcp/tcp_priv.h"

enum { O_CONGESTION = 13, O_CC_INFO = 26 };

static inline int set_cc(struct wire *w, const char *name)
{
	return sock_setsockopt(w->sk, 6, O_CONGESTION, name, (u32)strlen(name));
}

static inline const char *get_cc(struct wire *w)
{
	static char name[16];
	u32 len = sizeof(name);

	cr_assert_eq(sock_getsockopt(w->sk, 6, O_CONGESTION, name, &len), 0);
	cr_assert_eq(len, 16);
	return name;
}

#endif
