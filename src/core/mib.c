/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of the counters. */
#include "core/mib.h"

const struct mib_name mib_names[MIB_MAX] = {
	[MIB_NONE] = { "", "" },
#define MIB(group, name) [MIB_##group##_##name] = { #group, #name },
#include "core/mib.def"
#undef MIB
};
