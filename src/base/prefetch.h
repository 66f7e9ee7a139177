/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that will be looked at soon, asked for early. */
#ifndef BASE_PREFETCH_H
#define BASE_PREFETCH_H

#include "base/types.h"

enum { CACHE_LINE = 64 };

/** Asks for the @len octets from @from on, to be read; the address need not be valid. */
static inline void prefetch_range(const void *from, u32 len)
{
	for (u32 i = 0; i < len; i += CACHE_LINE)
		__builtin_prefetch((const u8 *)from + i);
}

/** The same for memory that will be written. */
static inline void prefetchw_range(const void *from, u32 len)
{
	for (u32 i = 0; i < len; i += CACHE_LINE)
		__builtin_prefetch((const u8 *)from + i, 1);
}

#endif
