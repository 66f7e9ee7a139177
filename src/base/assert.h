/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Assertions are for our own bugs, never for what a peer sent. They stay on in every build.
 */
#ifndef BASE_ASSERT_H
#define BASE_ASSERT_H

#include "base/types.h"

/*
 * Ends the process with abort(). The default says nothing, because this room may not write
 * anywhere; a program that links its own base_assert_fail() overrides it (it is a weak symbol).
 */
__noreturn __cold void base_assert_fail(const char *file, int line, const char *expr);

#define ASSERT(cond)                                                 \
	do {                                                         \
		if (unlikely(!(cond)))                               \
			base_assert_fail(__FILE__, __LINE__, #cond); \
	} while (0)

#define ASSERT_UNREACHABLE() base_assert_fail(__FILE__, __LINE__, "unreachable")

#define BUILD_BUG_ON(cond) _Static_assert(!(cond), "BUILD_BUG_ON: " #cond)
#ifndef static_assert
#define static_assert _Static_assert
#endif

#endif
