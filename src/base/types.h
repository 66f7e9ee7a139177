/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fixed-width types and the handful of macros that every room uses.
 */
#ifndef BASE_TYPES_H
#define BASE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define NSEC_PER_USEC 1000ULL
#define NSEC_PER_MSEC 1000000ULL
#define NSEC_PER_SEC  1000000000ULL
#define USEC_PER_MSEC 1000ULL
#define USEC_PER_SEC  1000000ULL
#define MSEC_PER_SEC  1000ULL

#define U8_MAX	UINT8_MAX
#define U16_MAX UINT16_MAX
#define U32_MAX UINT32_MAX
#define U64_MAX UINT64_MAX
#define S32_MAX INT32_MAX
#define S64_MAX INT64_MAX

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#ifndef __must_check
#define __must_check __attribute__((__warn_unused_result__))
#endif
#ifndef __maybe_unused
#define __maybe_unused __attribute__((__unused__))
#endif
#ifndef __packed
#define __packed __attribute__((__packed__))
#endif
#ifndef __aligned
#define __aligned(n) __attribute__((__aligned__(n)))
#endif
#ifndef __cold
#define __cold __attribute__((__cold__))
#endif
#ifndef __noreturn
#define __noreturn __attribute__((__noreturn__))
#endif
#ifndef __format_printf
#define __format_printf(fmt, args) __attribute__((__format__(__printf__, fmt, args)))
#endif
#ifndef fallthrough
#define fallthrough __attribute__((__fallthrough__))
#endif

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(n)	      (1UL << (n))
#define BIT_ULL(n)    (1ULL << (n))

/* Size of one member of a struct, without an object of it. */
#define sizeof_field(type, member) sizeof(((type *)0)->member)
/* Offset of the first byte after a member. */
#define offsetofend(type, member) (offsetof(type, member) + sizeof_field(type, member))

/* The struct of the given type whose member ptr points at. Does not accept a pointer to const. */
#define container_of(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))
#define container_of_const(ptr, type, member) \
	((const type *)(const void *)((const char *)(ptr)-offsetof(type, member)))

#define BASE_CAT_(a, b) a##b
#define BASE_CAT(a, b)	BASE_CAT_(a, b)
/* Names with a number of their own, so that uses nest without shadowing. */
#define BASE_PICK(ta, tb, op, a, b, id) \
	BASE_PICK_(ta, tb, op, a, b, BASE_CAT(pa_, id), BASE_CAT(pb_, id))
#define BASE_PICK_(ta, tb, op, a, b, x, y) \
	__extension__({                    \
		ta x = (a);                \
		tb y = (b);                \
		x op y ? x : y;            \
	})

/*
 * min, max and clamp evaluate each argument once. Mixing signed and unsigned is refused by
 * -Wsign-compare (an error in our build): say which type is meant with min_t and so on.
 */
#define min(a, b)	  BASE_PICK(__typeof__(a), __typeof__(b), <, a, b, __COUNTER__)
#define max(a, b)	  BASE_PICK(__typeof__(a), __typeof__(b), >, a, b, __COUNTER__)
#define min_t(type, a, b) BASE_PICK(type, type, <, a, b, __COUNTER__)
#define max_t(type, a, b) BASE_PICK(type, type, >, a, b, __COUNTER__)
#define min3(a, b, c)	  min(min(a, b), c)
#define max3(a, b, c)	  max(max(a, b), c)
/* val limited to lo..hi, in the type of val. */
#define clamp(val, lo, hi)	   min_t(__typeof__(val), max_t(__typeof__(val), val, lo), hi)
#define clamp_t(type, val, lo, hi) clamp((type)(val), (type)(lo), (type)(hi))

#define swap(a, b)                          \
	do {                                \
		__typeof__(a) swap_t = (a); \
		(a) = (b);                  \
		(b) = swap_t;               \
	} while (0)

/* align must be a power of two. */
#define ALIGN_UP(x, align)   (((x) + ((__typeof__(x))(align)-1)) & ~((__typeof__(x))(align)-1))
#define ALIGN_DOWN(x, align) ((x) & ~((__typeof__(x))(align)-1))
#define IS_ALIGNED(x, align) (((x) & ((__typeof__(x))(align)-1)) == 0)
#define DIV_ROUND_UP(n, d)   (((n) + (d)-1) / (d))

static inline bool is_power_of_2(u64 n)
{
	return n && !(n & (n - 1));
}

/* Index of the highest set bit, 0..63. n must not be 0. */
static inline unsigned int ilog2(u64 n)
{
	return 63u - (unsigned int)__builtin_clzll(n);
}

/* Smallest power of two that is >= n; n is 1 .. 2^63. */
static inline u64 roundup_pow_of_two(u64 n)
{
	return n <= 1 ? 1 : 1ULL << (ilog2(n - 1) + 1);
}

#endif
