/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Drop reasons. A row of drop.def: DROP(NAME, Mib_Name, "text"): the enum value
 * SKB_DROP_NAME, the counter that kfree_skb_reason() bumps (MIB row name, NONE for
 * no counter) and the help text. Checks return enum skb_drop_reason, SKB_NOT_DROPPED
 * (0) meaning "keep": the verdict is the return type and the drop happens once.
 */
#ifndef NETSTACK_CORE_DROP_H
#define NETSTACK_CORE_DROP_H

enum skb_drop_reason {
	SKB_NOT_DROPPED = 0,
#define DROP(name, mib, text) SKB_DROP_##name,
#include "core/drop.def"
#undef DROP
	SKB_DROP_MAX
};

const char *skb_drop_reason_name(enum skb_drop_reason reason);
const char *skb_drop_reason_text(enum skb_drop_reason reason);

#endif
