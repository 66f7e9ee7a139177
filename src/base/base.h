/* SPDX-License-Identifier: BSD-2-Clause */
/* The room header of base: pure containers and arithmetic that know nothing of networks. */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include "base/assert.h"
#include "base/bitmap.h"
#include "base/crc32c.h"
#include "base/csum.h"
#include "base/dql.h"
#include "base/endian.h"
#include "base/fifo.h"
#include "base/hash.h"
#include "base/hlist.h"
#include "base/list.h"
#include "base/list_sort.h"
#include "base/minmax.h"
#include "base/prng.h"
#include "base/rbtree.h"
#include "base/seq.h"
#include "base/siphash.h"
#include "base/strbuf.h"
#include "base/toeplitz.h"
#include "base/types.h"
#include "base/wheel.h"

#endif
