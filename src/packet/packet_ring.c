/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PACKET_RX_RING: frames go to memory that the program maps (TPACKET_V1 and V2 here; layouts are ABI facts,
 * packet(7)). The program may write there what it likes. So nothing is read from it but the status of a
 * frame, and whether it wants to be woken; places and sizes are our own copies, and what a program spoils are
 * its own frames.
 */
#include "packet/packet_priv.h"

#include <errno.h>

enum { TPACKET_ALIGNMENT = 16, PAGE = 4096, LINK_ROOM = 16, HDR_1 = 32, HDR_2 = 32, HDR_3 = 48 };
enum { RING_MAX = 64 << 20 };

struct tpacket_req3 { /* of V1 and V2 the first line */
	u32 block_size, block_nr, frame_size, frame_nr;
	u32 tov_ms, priv, feature;
};
enum { REQ_LEN = 16, REQ3_LEN = 28 };

struct tpacket_hdr { /* V1; the status is a long */
	u64 status;
	u32 len, snaplen;
	u16 mac, net;
	u32 sec, usec;
};

struct tpacket2_hdr {
	u32 status, len, snaplen;
	u16 mac, net;
	u32 sec, nsec;
	u16 vlan_tci, vlan_tpid;
	u8 padding[4];
};
_Static_assert(sizeof(struct tpacket_hdr) == HDR_1 && sizeof(struct tpacket2_hdr) == HDR_2,
	       "tpacket headers");

/* Before struct sockaddr_ll, and with it. */
static u32 hdr_len(int version)
{
	return packet_hdrlen(version) + (u32)sizeof(struct sock_ll);
}

int packet_version_ok(int version)
{
	return version >= TPACKET_V1 && version <= TPACKET_V3;
}

u32 packet_hdrlen(int version)
{
	return version == TPACKET_V1 ? HDR_1 : version == TPACKET_V2 ? HDR_2 : HDR_3;
}

/* -- making --------------------------------------------------------------------------------- */

static int check_req(const struct packet_sock *po, const struct tpacket_req3 *r)
{
	u32 per_block;

	if ((s32)r->block_size <= 0 || r->block_size % PAGE)
		return -EINVAL;
	if (po->version == TPACKET_V3 &&
	    (r->priv > r->block_size ||
	     r->block_size < packet_block_first(r->priv) + hdr_len(po->version) + po->reserve))
		return -EINVAL;
	if (r->frame_size < hdr_len(po->version) + po->reserve || r->frame_size % TPACKET_ALIGNMENT)
		return -EINVAL;
	per_block = r->block_size / r->frame_size;
	if (!per_block || per_block > U32_MAX / r->block_nr ||
	    per_block * r->block_nr != r->frame_nr)
		return -EINVAL;
	return (u64)r->block_size * r->block_nr > RING_MAX ? -ENOMEM : 0;
}

static u32 frame_at(const struct packet_ring *r, u32 i)
{
	return i / r->frames_per_block * r->block_size + i % r->frames_per_block * r->frame_size;
}

static u32 last_status(const struct packet_ring *r)
{
	if (r->version == TPACKET_V3)
		return packet_block_last(r);
	return frame_at(r, r->head ? r->head - 1 : r->frame_nr - 1);
}

/* Where the program looks whether there is something for it: at what was written last. */
static void show_last(struct packet_ring *r)
{
	__atomic_store_n(&r->ctl->last, last_status(r), __ATOMIC_RELAXED);
}

static int ring_new(struct packet_sock *po, const struct tpacket_req3 *req)
{
	struct net *net = po->sk.net;
	struct packet_ring *r;

	if (!net->packet.mem_new)
		return -ENOMEM;
	r = net_alloc(net, sizeof(*r));
	if (!r)
		return -ENOMEM;
	*r = (struct packet_ring){ .size = (size_t)req->block_size * req->block_nr,
				   .version = po->version,
				   .block_size = req->block_size,
				   .block_nr = req->block_nr,
				   .frame_size = req->frame_size,
				   .frame_nr = req->frame_nr,
				   .frames_per_block = req->block_size / req->frame_size };
	r->mem = net->packet.mem_new(net, r->size + PAGE, &r->handle);
	if (!r->mem) {
		net_free(net, r, sizeof(*r));
		return -ENOMEM;
	}
	r->ctl = (struct packet_ring_ctl *)(void *)(r->mem + r->size);
	r->ctl->want = 1;
	show_last(r);
	po->ring = r;
	if (r->version == TPACKET_V3)
		packet_block_init(po, req->tov_ms, req->priv, req->feature);
	skb_queue_purge(&po->sk.sk_receive_queue);
	return 0;
}

void packet_ring_free(struct packet_sock *po)
{
	struct packet_ring *r = po->ring;
	struct net *net = po->sk.net;

	if (!r)
		return;
	po->ring = NULL;
	if (r->version == TPACKET_V3)
		packet_block_exit(r);
	net->packet.mem_free(net, r->mem, r->size + PAGE, r->handle);
	net_free(net, r, sizeof(*r));
}

int packet_ring_set(struct packet_sock *po, const void *val, u32 len)
{
	struct tpacket_req3 req = { 0 };
	u32 want = po->version == TPACKET_V3 ? REQ3_LEN : REQ_LEN;
	int err;

	if (len < want)
		return -EINVAL;
	memcpy(&req, val, want);
	if (!req.block_nr) {
		if (req.frame_nr)
			return -EINVAL;
		packet_ring_free(po);
		return 0;
	}
	if (po->ring)
		return -EBUSY;
	err = check_req(po, &req);
	return err ? err : ring_new(po, &req);
}

size_t packet_ring_size(const struct sock *sk, void **handle)
{
	const struct packet_ring *r = sk->prot == &packet_prot ? packet_sk(sk)->ring : NULL;

	if (!r)
		return 0;
	*handle = r->handle;
	return r->size;
}

/* -- writing -------------------------------------------------------------------------------- */

/* Linux's: the payload aligned, the link header before it. */
static struct packet_place place_of(const struct packet_sock *po, const struct sk_buff *skb,
				    u32 keep)
{
	const struct packet_ring *r = po->ring;
	u32 link = packet_cb(skb)->net_off, hdr = hdr_len(r->version), room = r->frame_size;
	struct packet_place p = { .snaplen = min(keep, skb->len) };

	if (po->sk.sk_type == SOCK_DGRAM_NS) {
		p.mac = p.net = ALIGN_UP(hdr, TPACKET_ALIGNMENT) + LINK_ROOM + po->reserve;
	} else {
		p.net = ALIGN_UP(hdr + max_t(u32, link, LINK_ROOM), TPACKET_ALIGNMENT) + po->reserve;
		p.mac = p.net - link;
	}
	if (r->version == TPACKET_V3) {
		room = r->block_size - packet_block_first(r->priv);
		p.mac = min(p.mac, room);
	}
	room = room > p.mac ? room - p.mac : 0;
	p.snaplen = min(p.snaplen, room);
	return p;
}

/* All of the header but its status. */
static void put_header(const struct packet_sock *po, u8 *at, const struct sk_buff *skb,
		       const struct packet_place *p, u64 ns)
{
	u32 sec = (u32)(ns / NSEC_PER_SEC), nsec = (u32)(ns % NSEC_PER_SEC);
	u32 len = packet_cb(skb)->len;
	struct tpacket2_hdr h2 = { .len = len,
				   .snaplen = p->snaplen,
				   .mac = (u16)p->mac,
				   .net = (u16)p->net,
				   .sec = sec,
				   .nsec = nsec };
	const struct tpacket_hdr h1 = { .len = len,
					.snaplen = p->snaplen,
					.mac = (u16)p->mac,
					.net = (u16)p->net,
					.sec = sec,
					.usec = nsec / 1000 };

	if (po->ring->version == TPACKET_V1) {
		memcpy(at + sizeof(h1.status), (const u8 *)&h1 + sizeof(h1.status),
		       sizeof(h1) - sizeof(h1.status));
		return;
	}
	if (skb->vlan_proto) {
		h2.vlan_tci = skb->vlan_tci;
		h2.vlan_tpid = skb->vlan_proto;
	}
	memcpy(at + sizeof(h2.status), (const u8 *)&h2 + sizeof(h2.status),
	       sizeof(h2) - sizeof(h2.status));
}

/* One who sleeps is to be told; read behind the status, which he reads behind his wish. */
void packet_ring_tell(struct packet_sock *po)
{
	show_last(po->ring);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(&po->ring->ctl->want, __ATOMIC_RELAXED))
		sk_wake(&po->sk, SOCK_EV_IN);
}

bool packet_ring_put(struct packet_sock *po, struct sk_buff *skb, u32 keep)
{
	struct packet_ring *r = po->ring;
	u8 *at = r->mem + frame_at(r, r->head);
	u32 *status = (u32 *)(void *)at, bits = TP_USER | packet_status(skb);
	struct packet_place p = place_of(po, skb, keep);
	u64 ns = (skb->tstamp ? skb->tstamp : skb->net->now) + skb->net->cfg.wall_offset_ns;

	if (po->tstamp & SOF_SOFTWARE)
		bits |= TP_TS_SOFTWARE;
	if (r->version == TPACKET_V3)
		return packet_block_put(po, skb, &p, ns, bits);
	if (__atomic_load_n(status, __ATOMIC_ACQUIRE) != TP_KERNEL)
		return false;
	if (r->version == TPACKET_V1)
		bits &= ~(u32)(TP_VLAN_VALID | TP_VLAN_TPID_VALID);
	if (po->drops)
		bits |= TP_LOSING;
	put_header(po, at, skb, &p, ns);
	memcpy(at + packet_hdrlen(r->version), &packet_cb(skb)->ll, sizeof(struct sock_ll));
	skb_copy_bits(skb, 0, at + p.mac, p.snaplen);
	r->head = r->head + 1 == r->frame_nr ? 0 : r->head + 1;
	__atomic_store_n(status, bits, __ATOMIC_RELEASE);
	packet_ring_tell(po);
	return true;
}

bool packet_ring_has_room(const struct packet_sock *po)
{
	const struct packet_ring *r = po->ring;

	if (r->version == TPACKET_V3)
		return packet_block_has_room(r);
	return __atomic_load_n((const u32 *)(const void *)(r->mem + frame_at(r, r->head)),
			       __ATOMIC_ACQUIRE) == TP_KERNEL;
}

bool packet_ring_token(struct sock *sk)
{
	struct packet_ring *r = sk->prot == &packet_prot ? packet_sk(sk)->ring : NULL;

	return r && __atomic_exchange_n(&r->ctl->want, 0, __ATOMIC_SEQ_CST);
}

bool packet_ring_ready(const struct packet_sock *po)
{
	const struct packet_ring *r = po->ring;

	return __atomic_load_n((const u32 *)(const void *)(r->mem + last_status(r)),
			       __ATOMIC_ACQUIRE) != TP_KERNEL;
}
