/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SOF_TIMESTAMPING_OPT_STATS: with a time stamp of a sent packet, how its connection is at that moment, as
 * netlink attributes (TCP_NLA_* of linux/tcp.h; ABI). Linux's order and sizes.
 */
#include "tcp/tcp_info.h"
#include "tcp/tcp_priv.h"

enum {
	TCP_NLA_BUSY_NS = 1, TCP_NLA_RWND_LIMITED_NS, TCP_NLA_SNDBUF_LIMITED_NS, TCP_NLA_DATA_SEGS_OUT_NS,
	TCP_NLA_TOTAL_RETRANS_NS, TCP_NLA_PACING_RATE_NS, TCP_NLA_DELIVERY_RATE_NS, TCP_NLA_SND_CWND_NS,
	TCP_NLA_REORDERING_NS, TCP_NLA_MIN_RTT_NS, TCP_NLA_RECUR_RETRANS_NS, TCP_NLA_APP_LIMITED_NS,
	TCP_NLA_SNDQ_SIZE_NS, TCP_NLA_CA_STATE_NS, TCP_NLA_SND_SSTHRESH_NS, TCP_NLA_DELIVERED_NS,
	TCP_NLA_DELIVERED_CE_NS, TCP_NLA_BYTES_SENT_NS, TCP_NLA_BYTES_RETRANS_NS, TCP_NLA_DSACK_DUPS_NS,
	TCP_NLA_REORD_SEEN_NS, TCP_NLA_SRTT_NS, TCP_NLA_TIMEOUT_REHASH_NS, TCP_NLA_BYTES_NOTSENT_NS,
	TCP_NLA_EDT_NS, TCP_NLA_TTL_NS, TCP_NLA_REHASH_NS,
};
enum { NLA_HDR = 4, STATS_ROOM = 27 * (NLA_HDR + 8) };

/* A member of TCP_INFO that an attribute is: where, of how many octets, and how many the attribute has. */
struct row {
	u16 type;
	u16 off;
	u8 from, size;
};
#define ROW(t, m, n) { TCP_NLA_##t##_NS, offsetof(struct tcp_info_abi, m), \
		       sizeof(((struct tcp_info_abi *)0)->m), n }

static const struct row before_queue[] = {
	ROW(BUSY, busy_time, 8), ROW(RWND_LIMITED, rwnd_limited, 8), ROW(SNDBUF_LIMITED, sndbuf_limited, 8),
	ROW(DATA_SEGS_OUT, data_segs_out, 8), ROW(TOTAL_RETRANS, total_retrans, 8),
	ROW(PACING_RATE, pacing_rate, 8), ROW(DELIVERY_RATE, delivery_rate, 8), ROW(SND_CWND, snd_cwnd, 4),
	ROW(REORDERING, reordering, 4), ROW(MIN_RTT, min_rtt, 4), ROW(RECUR_RETRANS, retransmits, 1),
};
static const struct row until_queue[] = {
	ROW(SND_SSTHRESH, snd_ssthresh, 4), ROW(DELIVERED, delivered, 4),
	ROW(DELIVERED_CE, delivered_ce, 4),
};
static const struct row behind_queue[] = {
	ROW(CA_STATE, ca_state, 1), ROW(BYTES_SENT, bytes_sent, 8), ROW(BYTES_RETRANS, bytes_retrans, 8),
	ROW(DSACK_DUPS, dsack_dups, 4), ROW(REORD_SEEN, reord_seen, 4), ROW(SRTT, rtt, 4),
	ROW(TIMEOUT_REHASH, rehash, 2), ROW(BYTES_NOTSENT, notsent_bytes, 4),
};

static void put_attr(struct sk_buff *skb, u16 type, u8 size, u64 value)
{
	u8 *p = skb_put(skb, NLA_HDR + ALIGN_UP(size, 4u));
	u16 head[2] = { (u16)(NLA_HDR + size), type };

	memset(p, 0, NLA_HDR + ALIGN_UP(size, 4u));
	memcpy(p, head, sizeof(head));
	memcpy(p + NLA_HDR, &value, size);	/* as the rest of the ABI, little-endian */
}

static void put_rows(struct sk_buff *skb, const struct tcp_info_abi *i, const struct row *r, size_t n)
{
	for (; n--; r++) {
		u64 v = 0;

		memcpy(&v, (const u8 *)i + r->off, r->from);
		put_attr(skb, r->type, r->size, v);
	}
}

struct sk_buff *tcp_opt_stats(const struct sock *sk, const struct sk_buff *sent, u8 which)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb = alloc_skb(sk->net, STATS_ROOM);
	struct tcp_info_abi i;

	if (!skb)
		return NULL;
	tcp_get_info(sk, &i);
	put_rows(skb, &i, before_queue, ARRAY_SIZE(before_queue));
	put_attr(skb, TCP_NLA_APP_LIMITED_NS, 1, tp->rate_app_limited);
	put_rows(skb, &i, until_queue, ARRAY_SIZE(until_queue));
	put_attr(skb, TCP_NLA_SNDQ_SIZE_NS, 4, tp->write_seq - tp->snd_una);
	put_rows(skb, &i, behind_queue, ARRAY_SIZE(behind_queue));
	/* only a packet that is kept for its ACK knows when it left; another leaves now */
	put_attr(skb, TCP_NLA_EDT_NS, 8,
		 which == SKBTX_ACK ? tcp_tx(sent)->xmit_us * NSEC_PER_USEC : sk->net->now);
	if (which == SKBTX_ACK)
		put_attr(skb, TCP_NLA_TTL_NS, 1, tp->ack_ttl);
	put_attr(skb, TCP_NLA_REHASH_NS, 4, i.rehash);
	return skb;
}
