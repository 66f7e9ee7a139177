/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rings of TPACKET_V3: blocks with as many frames as fit, given to the program when the next one does not, or
 * when the time is up. What is known of a block is kept here: the program may write there what it likes.
 */
#include "packet/packet_priv.h"

enum {
	BLOCK_HEAD = 48,
	BLOCK_STATUS_AT = 8,
	BLOCK_TMO = 1 << 5,
	BLOCK_VERSION = 2,
	DEFAULT_TOV_MS = 8,
	FILL_RXHASH = 1
};

/* struct tpacket_block_desc */
struct block_desc {
	u32 version, offset_to_priv;
	u32 status, nr, first, len;
	u64 seq;
	u32 first_sec, first_nsec, last_sec, last_nsec;
};
_Static_assert(sizeof(struct block_desc) == BLOCK_HEAD &&
		       offsetof(struct block_desc, status) == BLOCK_STATUS_AT,
	       "tpacket_block_desc");

struct tpacket3_hdr {
	u32 next, sec, nsec, snaplen, len, status;
	u16 mac, net;
	u32 rxhash, vlan_tci;
	u16 vlan_tpid, pad;
	u8 padding[8];
};
_Static_assert(sizeof(struct tpacket3_hdr) == 48, "tpacket3_hdr");

static u8 *block(const struct packet_ring *r)
{
	return r->mem + (size_t)r->cur * r->block_size;
}

u32 packet_block_last(const struct packet_ring *r)
{
	return (r->cur ? r->cur - 1 : r->block_nr - 1) * r->block_size + BLOCK_STATUS_AT;
}

static u32 *status(const struct packet_ring *r)
{
	return (u32 *)(void *)(block(r) + BLOCK_STATUS_AT);
}

static bool is_ours(const struct packet_ring *r)
{
	return __atomic_load_n(status(r), __ATOMIC_ACQUIRE) == TP_KERNEL;
}

bool packet_block_has_room(const struct packet_ring *r)
{
	return !r->frozen || is_ours(r);
}

u32 packet_block_first(u32 priv)
{
	return BLOCK_HEAD + ALIGN_UP(priv, 8);
}

static void restart(struct packet_ring *r)
{
	mod_timer(&r->timer, r->net->now + (u64)r->tov_ms * NSEC_PER_MSEC);
}

/* The head of the block as it is now, but its status. */
static void put_desc(struct packet_ring *r, u64 last_ns)
{
	const struct block_desc d = {
		.version = BLOCK_VERSION,
		.offset_to_priv = BLOCK_HEAD,
		.nr = r->nr,
		.first = packet_block_first(r->priv),
		.len = r->off,
		.seq = r->seq,
		.first_sec = (u32)(r->first_ns / NSEC_PER_SEC),
		.first_nsec = (u32)(r->first_ns % NSEC_PER_SEC),
		.last_sec = (u32)(last_ns / NSEC_PER_SEC),
		.last_nsec = (u32)(last_ns % NSEC_PER_SEC),
	};
	u8 *at = block(r);

	memcpy(at, &d, BLOCK_STATUS_AT);
	memcpy(at + BLOCK_STATUS_AT + sizeof(d.status),
	       (const u8 *)&d + BLOCK_STATUS_AT + sizeof(d.status),
	       sizeof(d) - BLOCK_STATUS_AT - sizeof(d.status));
}

static void open_block(struct packet_ring *r)
{
	r->frozen = false;
	r->nr = 0;
	r->last_at = 0;
	r->off = packet_block_first(r->priv);
	r->seq++;
	r->first_ns = r->net->now + r->net->cfg.wall_offset_ns;
	restart(r);
}

static void set_next(struct packet_ring *r, u32 next)
{
	if (r->last_at)
		memcpy(block(r) + r->last_at, &next, sizeof(next));
}

/* The block is the program's; the next one is opened if that is not. */
static void retire(struct packet_sock *po, u32 bits)
{
	struct packet_ring *r = po->ring;

	set_next(r, 0);
	put_desc(r, r->nr ? r->last_ns : r->net->now + r->net->cfg.wall_offset_ns);
	if (po->drops)
		bits |= TP_LOSING;
	__atomic_store_n(status(r), TP_USER | bits, __ATOMIC_RELEASE);
	r->cur = r->cur + 1 == r->block_nr ? 0 : r->cur + 1;
	packet_ring_tell(po);
	r->frozen = !is_ours(r);
	if (r->frozen)
		po->freezes++;
	else
		open_block(r);
}

/* Time is up. An empty block stays; a frozen ring goes on when the program has given one back. */
static void on_time(struct timer_list *t)
{
	struct packet_ring *r = from_timer(r, t, timer);

	if (r->frozen && is_ours(r))
		open_block(r);
	else if (!r->frozen && r->nr)
		retire(r->po, BLOCK_TMO);
	if (!timer_pending(t))
		restart(r);
}

void packet_block_init(struct packet_sock *po, u32 tov_ms, u32 priv, u32 feature)
{
	struct packet_ring *r = po->ring;

	r->po = po;
	r->net = po->sk.net;
	r->priv = priv;
	r->rxhash = feature & FILL_RXHASH;
	r->tov_ms = tov_ms ? tov_ms : DEFAULT_TOV_MS;
	timer_setup(&r->timer, r->net, on_time);
	open_block(r);
}

void packet_block_exit(struct packet_ring *r)
{
	del_timer(&r->timer);
}

static void fill(struct packet_ring *r, struct sk_buff *skb, const struct packet_place *p, u64 ns,
		 u32 bits)
{
	struct tpacket3_hdr h = {
		.sec = (u32)(ns / NSEC_PER_SEC),
		.nsec = (u32)(ns % NSEC_PER_SEC),
		.snaplen = p->snaplen,
		.len = packet_cb(skb)->len,
		.status = bits,
		.mac = (u16)p->mac,
		.net = (u16)p->net,
		.rxhash = r->rxhash ? skb_get_hash(skb) : 0,
		.next = ALIGN_UP(p->mac + p->snaplen, 8),
	};
	u8 *at = block(r) + r->off;

	if (skb->vlan_proto) {
		h.vlan_tci = skb->vlan_tci;
		h.vlan_tpid = skb->vlan_proto;
	}
	memcpy(at, &h, sizeof(h));
	memcpy(at + sizeof(h), &packet_cb(skb)->ll, sizeof(struct sock_ll));
	skb_copy_bits(skb, 0, at + p->mac, p->snaplen);
	r->last_at = r->off;
	r->last_ns = ns;
	r->off += h.next;
	r->nr++;
}

bool packet_block_put(struct packet_sock *po, struct sk_buff *skb, const struct packet_place *p,
		      u64 ns, u32 bits)
{
	struct packet_ring *r = po->ring;

	if (r->frozen) {
		if (!is_ours(r))
			return false;
		open_block(r);
	}
	/* as Linux: what would fill an empty block goes to the next one, too, where it has room */
	if (r->off + ALIGN_UP(p->mac + p->snaplen, 8) >= r->block_size) {
		retire(po, 0);
		if (r->frozen)
			return false;
	}
	fill(r, skb, p, ns, bits);
	return true;
}
