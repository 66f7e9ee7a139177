/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_CRC32C_H
#define BASE_CRC32C_H

#include "base/types.h"

/*
 * CRC-32C (Castagnoli, reflected polynomial 0x82f63b78) of len bytes, continuing from crc; begin
 * with 0. crc32c(crc32c(0, a), b) is the CRC of a followed by b (RFC 9260 appendix A).
 */
__must_check u32 crc32c(u32 crc, const void *buf, size_t len);

#endif
