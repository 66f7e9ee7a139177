// SPDX-License-Identifier: BSD-2-Clause
/* Checksums, both ways, and TCP segmentation (3.2.9, 3.5, 3.6). */
#include "drivers/e1000/model_priv.h"

#include "wire/wire.h"

/* -- receive -------------------------------------------------------------------------- */
static u32 sum_of(const u8 *p, u32 len, struct em_sum *known)
{
	if (known->base != p || known->len != len)
		*known = (struct em_sum){ p, len, csum_partial(p, len, 0) };
	return known->sum;
}

static void check_l4(u32 rxcsum, const u8 *p, u32 len, u32 pseudo, u8 proto,
		     struct em_sum *known, struct em_csum_result *r)
{
	bool udp = proto == IP_PROTO_UDP;

	if (!(rxcsum & E1000_RXCSUM_TUOFL) || (!udp && proto != IP_PROTO_TCP) ||
	    len < (udp ? 8u : 20u))
		return;
	if (udp && !get_be16(p + 6))
		return; /* sent without */
	r->l4_checked = true;
	r->l4_bad = csum_fold(csum_add(pseudo, sum_of(p, len, known))).raw != 0;
}

static void check_ip4(u32 rxcsum, const u8 *p, u32 len, struct em_sum *known,
		      struct em_csum_result *r)
{
	u32 hlen, total;

	if (len < IP4_HLEN || p[0] >> 4 != 4)
		return;
	hlen = (p[0] & 15) * 4u;
	total = get_be16(p + 2);
	if (hlen < IP4_HLEN || hlen > len || total < hlen || total > len)
		return;
	if (rxcsum & E1000_RXCSUM_IPOFL) {
		r->ip_checked = true;
		r->ip_bad = ip_fast_csum(p, hlen / 4).raw != 0;
	}
	if (get_be16(p + 6) & 0x3fff) /* a fragment */
		return;
	check_l4(rxcsum, p + hlen, total - hlen,
		 csum_tcpudp_nofold(p + 12, p + 16, total - hlen, p[9], 0), p[9], known, r);
}

static void check_ip6(u32 rxcsum, const u8 *p, u32 len, struct em_sum *known,
		      struct em_csum_result *r)
{
	u32 payload;

	if (len < IP6_HLEN || !(rxcsum & E1000_RXCSUM_IPV6OFL))
		return;
	payload = get_be16(p + 4);
	if (payload > len - IP6_HLEN)
		return;
	check_l4(rxcsum, p + IP6_HLEN, payload, csum_ipv6_nofold(p + 8, p + 24, payload, p[6], 0),
		 p[6], known, r);
}

void em_rx_checksum(u32 rxcsum, const u8 *frame, u32 len, u32 l3, struct em_sum *known,
		    struct em_csum_result *r)
{
	u16 type = get_be16(frame + l3 - 2);

	*r = (struct em_csum_result){ 0 };
	if (type == ETH_TYPE_IP4)
		check_ip4(rxcsum, frame + l3, len - l3, known, r);
	else if (type == ETH_TYPE_IP6)
		check_ip6(rxcsum, frame + l3, len - l3, known, r);
}

u16 em_rx_packet_sum(u32 pcss, const u8 *frame, u32 len, const struct em_sum *known)
{
	const u8 *p = frame + pcss, *end = frame + len;
	u32 before;

	if (pcss >= len)
		return 0;
	/* An odd distance would exchange the octets of every word of what is known. */
	if (!known->len || known->base < p || known->base + known->len > end ||
	    ((known->base - p) & 1) || ((known->len & 1) && known->base + known->len != end))
		return csum_fold(csum_partial(p, len - pcss, 0)).raw;
	before = csum_partial(p, (size_t)(known->base - p), known->sum);
	p = known->base + known->len;
	return csum_fold(csum_partial(p, (size_t)(end - p), before)).raw;
}

void em_rx_finish_checksum(u8 *frame, u32 len, u32 start, u32 at, struct em_sum *known)
{
	u16 pseudo, check;

	if (start >= len || at < start || ((at - start) & 1) || at + 2 > len)
		return;
	*known = (struct em_sum){ frame + start, len - start, csum_partial(frame + start, len - start, 0) };
	memcpy(&pseudo, frame + at, sizeof(pseudo));
	check = csum_fold(known->sum).raw;
	if (!check)
		check = 0xffff; /* UDP: 0 would mean that there is none (RFC 768) */
	memcpy(frame + at, &check, sizeof(check));
	known->sum = csum_add(csum_sub(known->sum, pseudo), check);
}

/* -- transmit ------------------------------------------------------------------------- */
/* The sum of [start, end], end inclusive and 0 for the frame's, is stored at at. */
void em_insert_checksum(u8 *frame, u32 len, u32 start, u32 end, u32 at, bool never_zero)
{
	be16 sum;

	if (!end || end >= len)
		end = len - 1;
	if (start > end || at + 2 > len)
		return;
	sum = csum_fold(csum_partial(frame + start, end - start + 1, 0));
	if (never_zero && !sum.raw)
		sum.raw = 0xffff;
	memcpy(frame + at, &sum, sizeof(sum));
}

/* A position in the packet's memory. */
struct cursor {
	const struct e1000_vec *vec;
	u32 off;
};

static void take(struct cursor *c, u8 *to, u32 len)
{
	while (len) {
		u32 n = c->vec->len - c->off;

		n = n < len ? n : len;
		memcpy(to, c->vec->base + c->off, n);
		to += n;
		len -= n;
		c->off += n;
		if (c->off == c->vec->len) {
			c->vec++;
			c->off = 0;
		}
	}
}

static bool tso_valid(const struct em_ctx *x, u32 len)
{
	u32 ip_hlen = x->ip ? IP4_HLEN : IP6_HLEN, l4_hlen = x->tcp ? 20 : 8;
	u32 payload = len - x->hdrlen;

	return x->hdrlen && len > x->hdrlen && x->paylen == payload && x->mss &&
	       x->ipcss >= ETH_HLEN && x->ipcss + ip_hlen <= x->tucss &&
	       x->tucss + l4_hlen <= x->hdrlen && x->tucso + 2u <= x->hdrlen &&
	       x->ipcso + 2u <= x->hdrlen && x->hdrlen + x->mss <= EM_TX_MAX &&
	       (payload + x->mss - 1) / x->mss <= EM_TSO_SEGS_MAX;
}

/* The headers of a packet whose payload starts done octets in and is len long. */
static void tso_headers(const struct em_ctx *x, u8 *h, u32 done, u32 len, u32 index, bool last)
{
	u32 l4_len = x->hdrlen - x->tucss + len;
	u16 sum;

	if (x->ip) {
		put_be16(h + x->ipcss + 2, (u16)(x->hdrlen - x->ipcss + len));
		put_be16(h + x->ipcss + 4, (u16)(get_be16(h + x->ipcss + 4) + index));
	} else {
		put_be16(h + x->ipcss + 4, (u16)(x->hdrlen - x->ipcss - IP6_HLEN + len));
	}
	if (x->tcp) {
		put_be32(h + x->tucss + 4, get_be32(h + x->tucss + 4) + done);
		if (!last)
			h[x->tucss + 13] &= (u8) ~(TCPHDR_FIN | TCPHDR_PSH);
	} else {
		put_be16(h + x->tucss + 4, (u16)l4_len);
	}
	/* The driver's pseudo header leaves out the length, which differs. */
	memcpy(&sum, h + x->tucso, sizeof(sum));
	sum = csum_fold16(csum_add(sum, be16_make((u16)l4_len).raw));
	memcpy(h + x->tucso, &sum, sizeof(sum));
}

static void tso_ip_checksum(const struct em_ctx *x, u8 *h)
{
	u32 end = x->ipcse && x->ipcse < x->hdrlen ? x->ipcse : x->hdrlen - 1u;

	if (x->ip && x->ipcss <= end) {
		put_be16(h + x->ipcso, 0);
		em_insert_checksum(h, x->hdrlen, x->ipcss, end, x->ipcso, false);
	}
}

/* The wire cuts: it gets the packet in one piece with headers that describe all of it. */
static void tso_to_wire(struct e1000_model *m, struct em_tx *t, const struct em_packet *p, u32 nr)
{
	const struct em_ctx *x = p->ctx;
	struct cursor c = { t->vec, 0 };
	u32 payload = t->len - x->hdrlen, segs = (payload + x->mss - 1) / x->mss, shift = 0;
	struct e1000_frame f = { .vec = t->vec, .ipv6 = !x->ip };

	take(&c, t->buf, x->hdrlen);
	tso_headers(x, t->buf, 0, payload, 0, true);
	if (p->ixsm)
		tso_ip_checksum(x, t->buf);
	if (p->tci >= 0)
		shift = em_insert_tag(m, t->buf, x->hdrlen, (u16)p->tci) - x->hdrlen;
	/* What is left of the header's last piece of memory stays in place; its front is ours. */
	nr -= (u32)(c.vec - t->vec);
	memmove(t->vec + 1, c.vec, nr * sizeof(*t->vec));
	t->vec[1].base += c.off;
	t->vec[1].len -= c.off;
	t->vec[0] = (struct e1000_vec){ t->buf, x->hdrlen + shift };
	f.nr_vec = nr + 1;
	f.len = t->len + shift;
	f.csum_start = (u16)(x->tucss + shift);
	f.csum_offset = (u16)(x->tucso - x->tucss);
	f.hdr_len = (u16)(x->hdrlen + shift);
	f.gso_size = segs > 1 ? x->mss : 0;
	em_send_frame(m, t, &f, segs, payload + segs * f.hdr_len);
}

static void tso_cut(struct e1000_model *m, struct em_tx *t, const struct em_packet *p)
{
	const struct em_ctx *x = p->ctx;
	u32 payload = t->len - x->hdrlen, done, index = 0;
	struct cursor c = { t->vec, 0 };
	u8 header[EM_HDR_MAX];

	take(&c, header, x->hdrlen);
	for (done = 0; done < payload; index++) {
		u32 n = payload - done < x->mss ? payload - done : x->mss;
		struct e1000_vec v = { t->buf, x->hdrlen + n };
		struct e1000_frame f = { .vec = &v, .nr_vec = 1 };

		memcpy(t->buf, header, x->hdrlen);
		take(&c, t->buf + x->hdrlen, n);
		tso_headers(x, t->buf, done, n, index, done + n == payload);
		if (p->ixsm)
			tso_ip_checksum(x, t->buf);
		if (p->txsm)
			em_insert_checksum(t->buf, v.len, x->tucss, x->tucse, x->tucso, !x->tcp);
		if (p->tci >= 0)
			v.len = em_insert_tag(m, t->buf, v.len, (u16)p->tci);
		f.len = v.len;
		em_send_frame(m, t, &f, 1, f.len);
		m->tx_cut++;
		done += n;
	}
}

bool em_tso(struct e1000_model *m, struct em_tx *t, const struct em_packet *p, u32 nr)
{
	const struct em_ctx *x = p->ctx;

	if (!tso_valid(x, t->len)) {
		em_stat_add(m, E1000_TSCTFC, 1);
		return false;
	}
	em_stat_add(m, E1000_TSCTC, 1);
	/* The wire counts the sum's place from where it begins. */
	if ((m->cfg.wire & E1000_WIRE_TSO) && t->to_wire && x->tcp && !x->tucse &&
	    p->txsm && x->tucso >= x->tucss && t->len - x->ipcss <= U16_MAX)
		tso_to_wire(m, t, p, nr);
	else
		tso_cut(m, t, p);
	return true;
}
