/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/assert.h"

void abort(void) __noreturn;

__attribute__((__weak__)) void base_assert_fail(const char *file, int line, const char *expr)
{
	/* In a core dump the arguments are in the frame. */
	(void)file;
	(void)line;
	(void)expr;
	abort();
}
