/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PACKET_FANOUT: sockets of one number, protocol and device share what they see, each frame for one of them.
 * The group has the tap, not its sockets; those that receive are its members, in the order of joining, and
 * the last takes the place of one that leaves.
 */
#include "packet/packet_priv.h"

#include <errno.h>

enum { BY_HASH, BY_TURN, BY_CPU, BY_ROLLOVER, BY_CHANCE, BY_QUEUE };
enum { F_ROLLOVER = 0x10, F_UNIQUE = 0x20, F_IGNORE_OUTGOING = 0x40, F_DEFRAG = 0x80 };
enum { MEMBERS_MAX = 1 << 16, MEMBERS_DEFAULT = 256, FIRST_SLOTS = 4 };

struct packet_fanout {
	struct list_head entry; /* net->packet.fanouts */
	struct packet_type tap;
	struct net *net;
	u16 id, protocol;
	u8 type, flags;
	s32 ifindex;
	u32 max, users; /* sockets: at most, and now, whether they receive or not */
	u32 nr, slots;	/* members, and room for them */
	struct packet_sock **members;
	u32 turn;
};

/* struct fanout_args (ABI); the first line may be all */
struct args {
	u16 id, type_flags;
	u32 max;
};
enum { ARGS_SHORT = 4 };
_Static_assert(sizeof(struct args) == 8, "fanout_args");

/* -- whose a frame is -------------------------------------------------------------------------- */

static bool has_room(const struct packet_sock *po)
{
	return po->ring ? packet_ring_has_room(po) : po->sk.sk_rmem_alloc < po->sk.sk_rcvbuf;
}

/* The first with room, from the one that had it last time; first, if nobody has. */
static u32 roll_over(struct packet_fanout *f, u32 first, bool try_first)
{
	struct packet_sock *po = f->members[first];
	u32 start = min(po->rollover.last, f->nr - 1), i = start;

	if (try_first && has_room(po))
		return first;
	do {
		if (!(try_first && i == first) && has_room(f->members[i])) {
			po->rollover.last = i;
			po->rollover.all++;
			return i;
		}
		i = i + 1 == f->nr ? 0 : i + 1;
	} while (i != start);
	po->rollover.failed++;
	return first;
}

static u32 choose(struct packet_fanout *f, const struct sk_buff *skb, const struct net_device *dev,
		  u32 shard)
{
	switch (f->type) {
	case BY_HASH:
		return reciprocal_scale(packet_flow_hash(skb, dev), f->nr);
	case BY_TURN:
		return ++f->turn % f->nr;
	case BY_CPU:
		return shard % f->nr;
	case BY_CHANCE:
		return net_rand32(f->net) % f->nr;
	case BY_QUEUE:
		return skb->queue_mapping % f->nr;
	default:
		return roll_over(f, 0, false);
	}
}

static bool is_ours(const struct packet_fanout *f, const struct sk_buff *skb)
{
	return skb->sk && skb->sk->prot == &packet_prot && packet_sk(skb->sk)->fanout == f;
}

static void fanout_rcv(struct packet_fanout *f, struct sk_buff *skb, struct net_device *dev,
		       u32 shard)
{
	bool out = skb->pkt_type == PACKET_OUTGOING;
	struct packet_sock *po;
	u32 i;

	if (out && (is_ours(f, skb) || f->flags & F_IGNORE_OUTGOING)) {
		consume_skb(skb);
		return;
	}
	i = choose(f, skb, dev, shard);
	if (f->flags & F_ROLLOVER)
		i = roll_over(f, i, true);
	po = f->members[i];
	packet_rcv(skb, dev, &po->tap);
}

static void on_frame(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt)
{
	fanout_rcv(pt->priv, skb, dev, skb->net->shard);
}

void packet_fanout_tapped(struct sk_buff *skb, u16 type, u32 shard)
{
	struct packet_fanout *f;

	list_for_each_entry(f, &skb->net->packet.fanouts, entry) {
		struct sk_buff *clone;

		if (!f->nr || !packet_tap_matches(&f->tap, skb, type))
			continue;
		clone = skb_clone(skb);
		if (clone)
			fanout_rcv(f, clone, clone->dev, shard);
	}
}

/* -- who receives -------------------------------------------------------------------------------- */

void packet_fanout_link(struct packet_sock *po)
{
	struct packet_fanout *f = po->fanout;

	ASSERT(f->nr < f->slots);
	f->members[f->nr++] = po;
	if (f->nr > 1)
		return;
	f->tap = po->tap;
	f->tap.func = on_frame;
	f->tap.priv = f;
	dev_add_tap(f->net, &f->tap);
}

void packet_fanout_unlink(struct packet_sock *po)
{
	struct packet_fanout *f = po->fanout;
	u32 i = 0;

	while (f->members[i] != po)
		i++;
	f->members[i] = f->members[--f->nr];
	if (!f->nr)
		dev_remove_pack(&f->tap);
}

/* -- joining ---------------------------------------------------------------------------------------- */

static struct packet_fanout *find(struct net *net, u32 id)
{
	struct packet_fanout *f;

	list_for_each_entry(f, &net->packet.fanouts, entry)
		if (f->id == id)
			return f;
	return NULL;
}

static int find_free(struct net *net, u16 *id)
{
	for (u32 n = 0; n <= U16_MAX; n++)
		if (!find(net, (u16)(net->packet.fanout_id + n))) {
			*id = (u16)(net->packet.fanout_id + n);
			net->packet.fanout_id = *id + 1u;
			return 0;
		}
	return -ENOMEM;
}

static int more_slots(struct packet_fanout *f)
{
	u32 slots = f->slots ? 2 * f->slots : FIRST_SLOTS;
	struct packet_sock **members;

	if (f->users < f->slots)
		return 0;
	members = net_alloc(f->net, slots * sizeof(*members));
	if (!members)
		return -ENOMEM;
	if (f->slots) {
		memcpy(members, f->members, f->nr * sizeof(*members));
		net_free(f->net, f->members, f->slots * sizeof(*members));
	}
	f->members = members;
	f->slots = slots;
	return 0;
}

static void put(struct packet_fanout *f)
{
	if (f->users)
		return;
	list_del(&f->entry);
	if (f->slots)
		net_free(f->net, f->members, f->slots * sizeof(*f->members));
	net_free(f->net, f, sizeof(*f));
}

static struct packet_fanout *group_new(const struct packet_sock *po, const struct args *a, u8 flags)
{
	struct net *net = po->sk.net;
	struct packet_fanout *f = net_alloc(net, sizeof(*f));

	if (!f)
		return NULL;
	*f = (struct packet_fanout){ .net = net,
				     .id = a->id,
				     .type = (u8)a->type_flags,
				     .flags = flags,
				     .protocol = po->protocol,
				     .ifindex = po->ifindex,
				     .max = a->max ? a->max : MEMBERS_DEFAULT };
	list_init(&f->tap.list);
	list_add_tail(&f->entry, &net->packet.fanouts);
	return f;
}

static int join(struct packet_sock *po, struct packet_fanout *f)
{
	bool running = po->running;
	int err;

	if (!po->protocol || f->protocol != po->protocol || f->ifindex != po->ifindex)
		return -EINVAL;
	if (f->users >= f->max)
		return -ENOSPC;
	err = more_slots(f);
	if (err)
		return err;
	packet_unhook(po);
	f->users++;
	po->fanout = f;
	memset(&po->rollover, 0, sizeof(po->rollover));
	if (running)
		packet_hook(po);
	return 0;
}

static int check_type(const struct args *a)
{
	u8 type = (u8)a->type_flags, flags = (u8)(a->type_flags >> 8);

	if (type > BY_QUEUE || flags & F_DEFRAG)
		return -EINVAL;
	if (type == BY_ROLLOVER && flags & F_ROLLOVER)
		return -EINVAL;
	return flags & F_UNIQUE && a->id ? -EINVAL : 0;
}

int packet_fanout_set(struct packet_sock *po, const void *val, u32 len)
{
	struct args a = { 0 };
	struct packet_fanout *f;
	u8 flags;
	int err;

	if (len != ARGS_SHORT && len != sizeof(a))
		return -EINVAL;
	memcpy(&a, val, len);
	err = check_type(&a);
	if (err)
		return err;
	if (po->fanout)
		return -EALREADY;
	flags = (u8)(a.type_flags >> 8);
	if (flags & F_UNIQUE) {
		err = find_free(po->sk.net, &a.id);
		if (err)
			return err;
		flags &= (u8)~F_UNIQUE;
	}
	f = find(po->sk.net, a.id);
	if (f && (f->flags != flags || f->type != (u8)a.type_flags || (a.max && a.max != f->max)))
		return -EINVAL;
	if (!f && a.max > MEMBERS_MAX)
		return -EINVAL;
	if (!f)
		f = group_new(po, &a, flags);
	if (!f)
		return -ENOMEM;
	err = join(po, f);
	put(f);
	return err;
}

void packet_fanout_leave(struct packet_sock *po)
{
	struct packet_fanout *f = po->fanout;

	if (!f)
		return;
	packet_unhook(po);
	po->fanout = NULL;
	f->users--;
	put(f);
}

u32 packet_fanout_get(const struct packet_sock *po)
{
	const struct packet_fanout *f = po->fanout;

	return f ? f->id | (u32)f->type << 16 | (u32)f->flags << 24 : 0;
}

bool packet_fanout_rolls(const struct packet_sock *po)
{
	return po->fanout && (po->fanout->type == BY_ROLLOVER || po->fanout->flags & F_ROLLOVER);
}
