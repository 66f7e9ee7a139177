/* SPDX-License-Identifier: BSD-2-Clause */
/* Renders an event into one line and hands it to the host. */
#include "core/trace.h"

#include "core/internal.h"

enum { TRACE_LINE = 448 };

static const struct {
	const char *name;
	const char *system;
} trace_rows[TRACE_MAX] = {
#define TRACE(name, system) [TRACE_##name] = { #name, system },
#include "core/trace.def"
#undef TRACE
};

_Static_assert(TRACE_MAX <= 64, "trace_mask has a bit for every point");

const char *trace_point_name(enum trace_point point)
{
	return (unsigned int)point < TRACE_MAX ? trace_rows[point].name : "unknown";
}

const char *trace_point_system(enum trace_point point)
{
	return (unsigned int)point < TRACE_MAX ? trace_rows[point].system : "unknown";
}

static const char *tcp_state_name(int state)
{
	static const char *const names[] = {
		"UNKNOWN", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",
		"TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING", "NEW_SYN_RECV",
	};

	return (unsigned int)state < ARRAY_SIZE(names) ? names[state] : names[0];
}

static void render_values(struct strbuf *sb, enum trace_point point, int a, int b)
{
	switch (point) {
	case TRACE_kfree_skb:
		strbuf_printf(sb, " reason=%s", skb_drop_reason_name((enum skb_drop_reason)a));
		break;
	case TRACE_inet_sock_set_state:
		strbuf_printf(sb, " oldstate=%s newstate=%s", tcp_state_name(a), tcp_state_name(b));
		break;
	case TRACE_neigh_update:
		strbuf_printf(sb, " old=%s new=%s", nud_state_name((u8)a), nud_state_name((u8)b));
		break;
	case TRACE_tcp_retransmit_skb:
		strbuf_printf(sb, " err=%d seq=%u", a, (u32)b);
		break;
	case TRACE_napi_poll:
		strbuf_printf(sb, " work=%d budget=%d", a, b);
		break;
	default:
		if (a || b)
			strbuf_printf(sb, " a=%d b=%d", a, b);
	}
}

/* Packets name their socket, but say nothing of its state: there are too many of them. */
static bool trace_of_protocol(enum trace_point point)
{
	const char *system = trace_point_system(point);

	return !strcmp(system, "tcp") || !strcmp(system, "sock");
}

void trace_emit(struct net *net, enum trace_point point, const struct sk_buff *skb,
		const struct sock *sk, const struct net_device *dev, int a, int b)
{
	char line[TRACE_LINE];
	struct trace_event ev = {
		.point = point, .now_ns = net->now, .skb = skb, .sk = sk, .dev = dev,
		.a = a, .b = b, .text = line,
	};
	struct strbuf sb;

	if (!net->cfg.trace)
		return;
	strbuf_init(&sb, line, sizeof(line));
	strbuf_printf(&sb, "%s:%s:", trace_point_system(point), trace_point_name(point));
	if (dev)
		strbuf_printf(&sb, " dev=%s", dev->name);
	if (skb)
		strbuf_printf(&sb, " len=%u protocol=0x%04x", skb->len, skb->protocol);
	if (skb && skb_is_gso(skb))
		strbuf_printf(&sb, " gso_size=%u gso_segs=%u", skb_shinfo(skb)->gso_size,
			      skb_shinfo(skb)->gso_segs);
	if (sk)
		strbuf_printf(&sb, " sk=%llu proto=%s", (unsigned long long)sk->sk_cookie,
			      sk->prot->name);
	if (sk && sk->prot->trace && trace_of_protocol(point))
		sk->prot->trace(sk, &sb);
	render_values(&sb, point, a, b);
	net->cfg.trace(net->cfg.ctx, &ev);
}
