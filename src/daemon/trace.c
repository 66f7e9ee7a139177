// SPDX-License-Identifier: BSD-2-Clause
/* Tracepoints to the clients that asked for them: one line each, bounded queues. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/channel.h"
#include "wire/print.h"

void trace_update_mask(struct daemon *dm)
{
	struct channel *ch;
	u64 mask = 0;
	u32 i;

	list_for_each_entry(ch, &dm->server.traces, wait)
		mask |= ch->trace_mask;
	if (captures_want_drops(dm))
		mask |= 1ull << TRACE_kfree_skb;
	workers_hold_all(dm);
	for (i = 0; i < dm->nr_workers; i++)
		dm->workers[i]->net->trace_mask = mask;
}

void trace_start(struct channel *ch, u64 mask)
{
	workers_hold_all(ch->dm);
	ch->trace_mask = mask;
	ch->tracing = true;
	list_add_tail(&ch->wait, &ch->dm->server.traces);
	trace_update_mask(ch->dm);
}

void trace_stop(struct channel *ch)
{
	workers_hold_all(ch->dm);
	list_del_init(&ch->wait);
	ch->tracing = false;
	trace_update_mask(ch->dm);
}

/* Frames on their way in and out are decoded as a packet analyser would. */
static bool decode_frame(struct strbuf *sb, const struct trace_event *ev)
{
	const struct sk_buff *skb = ev->skb;
	const u8 *mac;

	if ((ev->point != TRACE_netif_receive_skb && ev->point != TRACE_net_dev_xmit) || !skb ||
	    !ev->dev || ev->dev->type != DEV_TYPE_ETHER)
		return false;
	mac = skb_mac_header(skb);
	if (mac > skb->data || skb->data - mac > 64)
		return false;
	strbuf_printf(sb, "%s ", ev->dev->name);
	print_eth(sb, mac, (size_t)(skb->tail - mac), skb->len + (size_t)(skb->data - mac));
	return true;
}

/* From inside the stack: only stores the line. */
void trace_to_channels(void *ctx, const struct trace_event *ev)
{
	struct worker *w = ctx;
	struct daemon *dm = w->dm;
	struct channel *ch;
	char line[1024];
	struct strbuf sb;

	if (ev->point == TRACE_kfree_skb)
		captures_drop(w, ev);
	if (list_empty(&dm->server.traces))
		return;
	strbuf_init(&sb, line, sizeof(line));
	strbuf_printf(&sb, "%llu.%09llu %s: ", (unsigned long long)(ev->now_ns / NSEC_PER_SEC),
		      (unsigned long long)(ev->now_ns % NSEC_PER_SEC),
		      trace_point_name(ev->point));
	if (!decode_frame(&sb, ev))
		strbuf_puts(&sb, ev->text);
	if (workers_many(dm))
		strbuf_printf(&sb, " worker=%u", w->index);
	trace_lock(dm);
	list_for_each_entry(ch, &dm->server.traces, wait)
		if (ch->trace_mask & 1ull << ev->point)
			channel_line(ch, line, sb.len);
	trace_unlock(dm);
}

/* Bits of the points that are called so, or belong to the system of that name. */
static u64 points_named(const char *word)
{
	u64 mask = 0;
	int p;

	for (p = 0; p < TRACE_MAX; p++)
		if (!strcmp(trace_point_name((enum trace_point)p), word) ||
		    !strcmp(trace_point_system((enum trace_point)p), word))
			mask |= 1ull << p;
	return mask;
}

/* "name name,system": 0 for an unknown one. Nothing: all. */
static u64 parse_points(char *text)
{
	char *save = NULL, *word;
	u64 mask = 0;

	for (word = strtok_r(text, " ,\n", &save); word; word = strtok_r(NULL, " ,\n", &save)) {
		u64 named = points_named(word);

		if (!named)
			return 0;
		mask |= named;
	}
	return mask ? mask : (1ull << TRACE_MAX) - 1;
}

int call_trace(struct call *c)
{
	char text[1024];
	u64 mask;

	if (c->datalen >= sizeof(text) || c->ch->tracing || c->ch->in_barrier)
		return -EINVAL;
	memcpy(text, c->data, c->datalen);
	text[c->datalen] = '\0';
	mask = parse_points(text);
	if (!mask)
		return -EINVAL;
	c->ch->trace_seq = c->h->seq;
	c->answered = true;
	trace_start(c->ch, mask);
	/* The first line says that from here on nothing is missed. */
	trace_lock(c->dm);
	channel_line(c->ch, "tracing", 7);
	trace_unlock(c->dm);
	return 0;
}
