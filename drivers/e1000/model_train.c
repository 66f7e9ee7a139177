// SPDX-License-Identifier: BSD-2-Clause
/*
 * Frames that follow one another and differ only in what the cutting of a TCP packet changes: IPv4
 * identification, sequence number and sums. What the first of them was found to be, to whom it goes and what
 * its descriptor says, the others are, too, as no register changes in between; so that each costs its
 * descriptor, its headers, and one pass over its payload.
 */
#include "drivers/e1000/model_priv.h"

#include "base/prefetch.h"
#include "wire/wire.h"

enum { IP4_ID = 4, IP4_CHECK = 10, TCP_SEQ = 4, TCP_CHECK = 16 };
enum { PREFETCH = 4 * CACHE_LINE };

static u32 word_at(const u8 *p)
{
	u16 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static u32 seq_at(const u8 *p)
{
	return csum_add(word_at(p), word_at(p + 2));
}

/* Plain TCP, all of it in the frame, with sums that are right? */
static bool sums_hold(const struct e1000_model *m, const struct em_train *x)
{
	const struct e1000_rx_frame *f = &x->t->first;
	const struct em_sum *known = &m->rx.known;
	const u8 *ip = f->data + x->t->l3;
	u32 l3_len = f->len - x->t->l3;

	if (f->csum_offset != TCP_CHECK || x->t->hdr_len < x->l4 + TCP_HLEN ||
	    x->t->hdr_len >= f->len || known->base != f->data + x->l4 ||
	    known->len != f->len - x->l4)
		return false;
	if (x->ip4 && (x->l4 - x->t->l3 != (ip[0] & 15) * 4u || ip[9] != IP_PROTO_TCP ||
		       get_be16(ip + 2) != l3_len || ip_fast_csum(ip, ip[0] & 15).raw))
		return false;
	if (!x->ip4 && (ip[0] >> 4 != 6 || x->l4 - x->t->l3 != IP6_HLEN || ip[6] != IP_PROTO_TCP ||
			get_be16(ip + 4) != l3_len - IP6_HLEN))
		return false;
	return !csum_fold(csum_add(known->sum, x->pseudo)).raw;
}

bool em_train_begin(const struct e1000_model *m, const struct e1000_rx_train *t, u32 bufsize,
		    struct em_train *x)
{
	const u8 *ip = t->first.data + t->l3, *th = t->first.data + t->first.csum_start;
	u32 tcp_len = t->first.len - t->first.csum_start, sum;

	*x = (struct em_train){ .t = t,
				.bufsize = bufsize,
				.l4 = t->first.csum_start,
				.ip4 = ip[0] >> 4 == 4,
				.pcss = em_get(m, E1000_RXCSUM) & E1000_RXCSUM_PCSS };
	if (x->ip4)
		x->pseudo = csum_tcpudp_nofold(ip + 12, ip + 16, tcp_len, IP_PROTO_TCP, 0);
	else
		x->pseudo = csum_ipv6_nofold(ip + 8, ip + 24, tcp_len, IP_PROTO_TCP, 0);
	if (!sums_hold(m, x))
		return false;
	sum = csum_partial(th, t->hdr_len - x->l4, 0);
	x->tcp = csum_sub(csum_sub(sum, word_at(th + TCP_CHECK)), seq_at(th + TCP_SEQ));
	sum = x->ip4 ? csum_partial(ip, x->l4 - t->l3, 0) : 0;
	x->seq = get_be32(th + TCP_SEQ);
	if (x->ip4) {
		x->id = get_be16(ip + IP4_ID);
		x->ip = csum_sub(csum_sub(sum, word_at(ip + IP4_CHECK)), word_at(ip + IP4_ID));
	}
	/* An IPv4 header with its sum adds nothing, so that what is before TCP's is alike in all of them. */
	x->before_known = x->pcss <= t->l3 && !((x->l4 - x->pcss) & 1);
	if (x->before_known)
		x->before = csum_partial(t->first.data + x->pcss, x->l4 - x->pcss, 0);
	return true;
}

/* What has just been copied to ip is not read again: the processor would wait until it is in memory. */
static void next_ip4(const struct em_train *x, u8 *ip, u32 k)
{
	be16 id = be16_make((u16)(x->id + k)), check = csum_fold(csum_add(x->ip, id.raw));

	memcpy(ip + IP4_ID, &id, sizeof(id));
	memcpy(ip + IP4_CHECK, &check, sizeof(check));
}

static u16 packet_sum(const struct em_train *x, const u8 *frame, const struct em_sum *tcp)
{
	if (x->before_known)
		return csum_fold(csum_add(x->before, tcp->sum)).raw;
	return em_rx_packet_sum(x->pcss, frame, x->t->first.len, tcp);
}

/* Most drivers' buffers follow one another; of others, nothing worse comes than that it is in vain. */
static void prefetch_next(const struct em_train *x, const u8 *to)
{
	prefetchw_range(to + x->bufsize, PREFETCH);
}

u16 em_train_frame(const struct em_train *x, u32 k, u8 *to)
{
	const struct e1000_rx_train *t = x->t;
	u32 payload = t->first.len - t->hdr_len, sum;
	be32 seq = be32_make(x->seq + k * payload);
	u8 *th = to + x->l4;
	be16 check;

	prefetch_next(x, to);
	memcpy(to, t->first.data, t->hdr_len);
	if (x->ip4)
		next_ip4(x, to + t->l3, k);
	memcpy(th + TCP_SEQ, &seq, sizeof(seq));
	sum = csum_copy(to + t->hdr_len, t->first.data + t->hdr_len + (size_t)k * payload, payload,
			csum_add(x->tcp, seq.raw));
	check = csum_fold(csum_add(sum, x->pseudo));
	if (!check.raw)
		check.raw = 0xffff;
	memcpy(th + TCP_CHECK, &check, sizeof(check));
	sum = csum_add(sum, check.raw);
	return packet_sum(x, to, &(struct em_sum){ th, t->first.len - x->l4, sum });
}

u32 e1000_model_receive_train(struct e1000_model *m, const struct e1000_rx_train *t, u64 now_ns)
{
	u32 n = 0, len = t->first.len + E1000_FCS_LEN;

	m->rx.alike.valid = false;
	if (e1000_model_receive(m, &t->first, now_ns) == E1000_RX_OK && m->rx.alike.valid &&
	    t->nr > 1 && !t->first.bad_fcs && t->first.len >= EM_MIN_FRAME)
		n = m->chip->train(m, t);
	em_stat_add(m, E1000_TPR, n);
	em_stat_add64(m, E1000_TORL, (u64)n * len);
	em_stat_rx(m, t->first.data, len, n);
	return n + 1;
}

/* The 82540EM's: frames that the ring has taken. */
u32 em_train_to_memory(struct e1000_model *m, const struct e1000_rx_train *t)
{
	struct em_rx *r = &m->rx;
	u32 bufsize = em_rx_bufsize(m), avail = em_ring_avail(m, &r->ring), lost = 0, k;
	u32 need = (t->first.len + E1000_FCS_LEN + bufsize - 1) / bufsize;
	struct em_train x;

	if (r->nr_wb || ((em_get(m, E1000_RXDCTL) >> 16) & 0x3f) > 1 ||
	    !em_train_begin(m, t, bufsize, &x))
		return 0;
	for (k = 1; k < t->nr && avail >= need; k++, avail--) {
		struct e1000_desc *d = em_ring_desc(m, &r->ring, em_ring_head(m, &r->ring), true);
		u8 *to = d ? em_dma(m, &r->ring, d->addr, t->first.len, true) : NULL;

		if (!to) {
			lost = 1; /* and the ring stands still */
			break;
		}
		d->lower = t->first.len | (u32)em_train_frame(&x, k, to) << 16;
		__atomic_store_n(&d->upper, r->alike.status, __ATOMIC_RELEASE);
		em_ring_advance(m, &r->ring);
	}
	if (k > 1) {
		em_rx_watermark(m, avail);
		em_rx_intr(m, t->first.len + E1000_FCS_LEN);
	}
	return k - 1 + lost;
}
