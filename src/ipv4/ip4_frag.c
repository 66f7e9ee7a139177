/* SPDX-License-Identifier: BSD-2-Clause */
/* Fragments of IPv4: what the engine of ip/frag.c needs to know, and cutting (RFC 791 3.2). */
#include <errno.h>

#include "ipv4/ip4.h"

/* -- reassembly --------------------------------------------------------------- */

/* Time ran out and fragment 0 is here: say so to the source (RFC 1122 3.3.2). Consumes. */
static void frag_expired(struct net *net, struct sk_buff *first)
{
	(void)net;
	icmp4_send(first, ICMP4_TYPE_TIME_EXCEEDED, ICMP4_TIMEX_REASSEMBLY, be32_make(0));
	kfree_skb_reason(first, SKB_DROP_FRAG_REASM_TIMEOUT);
}

/* The head's header becomes that of the whole datagram. */
static struct sk_buff *frag_finish(struct sk_buff *skb, u8 ecn, u16 max_size)
{
	struct inet_skb_cb *cb = inet_cb(skb);
	u32 hlen = cb->l3_len;
	struct ip4_hdr *iph;

	skb_push(skb, hlen);
	if (skb->len > IP4_LEN_MAX) {
		net_mib_inc(skb->net, Ip_ReasmFails);
		kfree_skb_reason(skb, SKB_DROP_FRAG_INVALID);
		return NULL;
	}
	if (skb_cow_head(skb, 0)) {
		net_mib_inc(skb->net, Ip_ReasmFails);
		kfree_skb_reason(skb, SKB_DROP_NOMEM);
		return NULL;
	}
	iph = (struct ip4_hdr *)skb->data;
	iph->tot_len = be16_make((u16)skb->len);
	iph->frag_off = be16_make(0);
	iph->tos = (u8)((iph->tos & INET_DSCP_MASK) | ecn);
	iph->check = be16_make(0);
	iph->check = ip_fast_csum(iph, hlen / 4);
	cb->tos = iph->tos;
	cb->frag_max_size = max_size;
	cb->flags |= INET_CB_FRAGMENTED;
	return skb;
}

struct sk_buff *ip4_defrag(struct sk_buff *skb)
{
	struct net *net = skb->dev->net;
	const struct ip4_hdr *iph = ip4_hdr(skb);
	const struct inet_skb_cb *cb = inet_cb(skb);
	struct frag_key key = { .saddr = cb->saddr, .daddr = cb->daddr, .proto = iph->protocol,
				.id = be16_get(iph->id), .af_bit = 0 };
	struct frag_in in = { .off = ip4_frag_offset(iph), .len = skb->len - cb->l3_len,
			      .more = be16_get(iph->frag_off) & IP4_MF,
			      .ecn = iph->tos & INET_ECN_MASK, .pkt_len = (u16)skb->len,
			      .expire = frag_expired };
	struct sk_buff *whole;
	u16 max_size;
	u8 ecn;

	net_mib_inc(net, Ip_ReasmReqds);
	if ((in.more && in.len % 8) || (be16_get(iph->frag_off) & IP4_DF && in.len == 0)) {
		net_mib_inc(net, Ip_ReasmFails);
		kfree_skb_reason(skb, SKB_DROP_FRAG_INVALID);
		return NULL;
	}
	skb_pull(skb, cb->l3_len);
	if (inet_frag_add(net, &key, skb, &in, &whole, &ecn, &max_size) != FRAG_COMPLETE)
		return NULL;
	return frag_finish(whole, ecn, max_size);
}

/* -- fragmentation -------------------------------------------------------------- */

struct frag_out {
	struct sk_buff *skb;		/* the datagram, data at its header */
	u32 hlen;
	u8 rest_hdr[IP4_HLEN_MAX];	/* header of every fragment but the first */
};

/* Options without the copy bit stay in the first fragment; NOPs take their place. */
static void blank_options(u8 *hdr, u32 hlen)
{
	struct ip4_opt_cursor cur;
	struct ip4_opt o;

	for (bool more = ip4_opt_first(&cur, &o, hdr + IP4_HLEN, hlen - IP4_HLEN); more;
	     more = ip4_opt_next(&cur, &o))
		if (!(o.type & IP4_OPT_COPY))
			memset(hdr + o.off, IP4_OPT_NOP, o.len);
}

static void copy_metadata(struct sk_buff *to, const struct sk_buff *from)
{
	to->dev = from->dev;
	to->protocol = from->protocol;
	to->priority = from->priority;
	to->mark = from->mark;
	to->hash = from->hash;
	to->l4_hash = from->l4_hash;
	to->tstamp = from->tstamp;
	to->pkt_type = from->pkt_type;
	skb_dst_set(to, dst_hold(from->dst));
	if (from->sk && from->destructor)
		skb_set_owner_w(to, from->sk);
}

/* One fragment of the payload's [off, off+len). NULL: no memory. */
static struct sk_buff *make_fragment(const struct frag_out *f, u32 off, u32 len, bool last)
{
	u32 room = ALIGN_UP((u32)f->skb->dev->hard_header_len + 2, 16u);
	struct sk_buff *frag = alloc_skb(f->skb->net, room + f->hlen);
	struct ip4_hdr *iph;
	u16 field;

	if (!frag)
		return NULL;
	skb_reserve(frag, room);
	iph = skb_put_data(frag, off ? f->rest_hdr : f->skb->data, f->hlen);
	skb_reset_network_header(frag);
	frag->transport_header = (u16)(frag->network_header + f->hlen);
	if (skb_append_range(frag, f->skb, f->hlen + off, len)) {
		consume_skb(frag);
		return NULL;
	}
	iph = (struct ip4_hdr *)frag->data;
	field = (u16)(be16_get(iph->frag_off) + off / 8);
	iph->frag_off = be16_make(last ? field : field | IP4_MF);
	iph->tot_len = be16_make((u16)(f->hlen + len));
	iph->check = be16_make(0);
	iph->check = ip_fast_csum(iph, f->hlen / 4);
	copy_metadata(frag, f->skb);
	frag->tx_flags = off ? 0 : f->skb->tx_flags;
	frag->tskey = f->skb->tskey;
	return frag;
}

/* Consumes skb, data at the IPv4 header. The payload is shared, not copied. 0 or -errno. */
int ip4_fragment(struct net *net, struct sock *sk, struct sk_buff *skb, u32 mtu)
{
	struct frag_out f = { .skb = skb, .hlen = ip4_hdrlen(ip4_hdr(skb)) };
	u32 left = skb->len - f.hlen, step, off = 0;
	bool more = be16_get(ip4_hdr(skb)->frag_off) & IP4_MF;
	int err = 0;

	(void)sk;
	if (mtu < f.hlen + 8 ||
	    (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_help(skb))) {
		net_mib_inc(net, Ip_FragFails);
		kfree_skb_reason(skb, SKB_DROP_PKT_TOO_BIG);
		return -EMSGSIZE;
	}
	step = (mtu - f.hlen) & ~7u;
	memcpy(f.rest_hdr, skb->data, f.hlen);
	blank_options(f.rest_hdr, f.hlen);
	while (left && !err) {
		u32 n = min(left, step);
		struct sk_buff *frag = make_fragment(&f, off, n, n == left && !more);

		off += n;
		left -= n;
		err = frag ? ip4_finish_output2(net, frag) : -ENOMEM;
		if (!err)
			net_mib_inc(net, Ip_FragCreates);
	}
	if (err) {
		net_mib_inc(net, Ip_FragFails);
		kfree_skb_reason(skb, SKB_DROP_NOMEM);
		return err;
	}
	net_mib_inc(net, Ip_FragOKs);
	consume_skb(skb);
	return 0;
}
