/* SPDX-License-Identifier: BSD-2-Clause */
/* Names, texts and counters of the drop reasons. */
#include "core/drop.h"

#include "core/internal.h"

static const struct {
	const char *name;
	const char *text;
	enum mib mib;
} drop_rows[SKB_DROP_MAX] = {
	[SKB_NOT_DROPPED] = { "NOT_DROPPED", "not dropped", MIB_NONE },
#define DROP(name, mib, text) [SKB_DROP_##name] = { #name, text, MIB_##mib },
#include "core/drop.def"
#undef DROP
};

const char *skb_drop_reason_name(enum skb_drop_reason reason)
{
	return (unsigned int)reason < SKB_DROP_MAX ? drop_rows[reason].name : "UNKNOWN";
}

const char *skb_drop_reason_text(enum skb_drop_reason reason)
{
	return (unsigned int)reason < SKB_DROP_MAX ? drop_rows[reason].text : "unknown reason";
}

/* Counts the drop of skb, which the caller frees. */
void skb_count_drop(const struct sk_buff *skb, enum skb_drop_reason reason)
{
	struct net *net = skb->net;

	ASSERT(reason > SKB_NOT_DROPPED && reason < SKB_DROP_MAX);
	net->drops[reason]++;
	if (drop_rows[reason].mib != MIB_NONE)
		net->mib[drop_rows[reason].mib]++;
	trace_event(net, kfree_skb, skb, skb->sk, skb->dev, (int)reason, 0);
}
