// SPDX-License-Identifier: BSD-2-Clause
/*
 * Letters: what workers say to each other. Packets of another's shard, a carrier that comes or goes, a
 * membership, copies of a socket for the control thread to free. An inbox is a leaf lock, and bounded for
 * packets.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/object.h"
#include "daemon/worker_priv.h"

enum {
	INBOX_LETTERS = 8192,		/* packets that wait for one worker */
	INBOX_BYTES = 32 << 20,
};

static bool is_full(const struct inbox *in, u32 len)
{
	return in->nr >= INBOX_LETTERS || in->bytes + len > INBOX_BYTES;
}

/* false: a packet for which there is no room; the letter is freed. */
static bool send_letter(struct worker *to, struct letter *l)
{
	struct inbox *in = &to->shared->inbox;
	bool packet = l->kind == LETTER_PACKET, tell;

	pthread_mutex_lock(&in->lock);
	if (packet && is_full(in, l->msg.len)) {
		in->dropped++;
		pthread_mutex_unlock(&in->lock);
		free(l);
		return false;
	}
	l->next = NULL;
	*in->last = l;
	in->last = &l->next;
	__atomic_store_n(&in->nr, in->nr + 1, __ATOMIC_RELAXED);
	if (packet)
		in->bytes += l->msg.len;
	/* before whoever took it says that it has nothing more to hand over */
	if (packet && l->msg.kind != SHARD_TX)
		pulse_busy(&to->dm->pulse, to->index);
	tell = !in->signalled;
	in->signalled = true;
	pthread_mutex_unlock(&in->lock);
	if (tell)
		worker_wake(to);
	return true;
}

bool letter_post(struct net *from, u32 to, const struct sk_buff *skb, enum shard_kind kind)
{
	struct worker *w = from->cfg.ctx;
	u32 size = shard_msg_size(skb, kind);
	struct letter *l = malloc(offsetof(struct letter, msg) + max_t(size_t, size, sizeof(l->msg)));

	if (!l)
		return false;
	*l = (struct letter){ .kind = LETTER_PACKET };
	shard_pack(&l->msg, skb, kind);
	return send_letter(w->dm->workers[to], l);
}

void worker_give_back(struct worker *from, struct object **copies)
{
	struct letter *l = calloc(1, sizeof(*l));

	if (!l) {
		host_log(HOST_LOG_ERR, "out of memory: the copies of a socket stay");
		return;
	}
	l->kind = LETTER_COPIES;
	l->copies = copies;
	send_letter(from->dm->w0, l);
}

/* To all workers but one; l is copied. */
static void tell_all(struct daemon *dm, u32 but, const struct letter *l)
{
	struct letter *copy;
	u32 i;

	for (i = 0; i < dm->nr_workers; i++) {
		copy = i == but ? NULL : malloc(sizeof(*copy));
		if (!copy)
			continue;
		*copy = *l;
		send_letter(dm->workers[i], copy);
	}
}

void letter_membership(struct net *from, u32 ifindex, const void *group, u16 family, bool join)
{
	struct worker *w = from->cfg.ctx;
	struct letter l = { .kind = LETTER_GROUP, .ifindex = ifindex, .on = join, .family = family };

	memcpy(&l.group, group, sizeof(l.group));
	tell_all(w->dm, w->index, &l);
}

void letter_carrier(struct notifier_block *nb, struct net *net, enum net_event event, void *obj)
{
	const struct net_device *dev = obj;
	const struct worker *w0 = net->cfg.ctx;
	const struct letter l = { .kind = LETTER_CARRIER, .ifindex = dev->ifindex, .on = dev->carrier };

	(void)nb;
	if (event == NETDEV_CHANGE)
		tell_all(w0->dm, w0->index, &l);
}

static void set_carrier(struct net *net, u32 ifindex, bool on)
{
	struct net_device *dev = dev_get_by_index(net, ifindex);

	if (dev && dev->remote)
		dev_set_carrier(dev, on);
}

static void set_membership(struct net *net, const struct letter *l)
{
	struct net_device *dev = dev_get_by_index(net, l->ifindex);
	int ret = 0;

	if (!dev)
		return;		/* and with it its memberships */
	ret = l->on ? ip_mc_join(dev, &l->group, l->family) : ip_mc_leave(dev, &l->group, l->family);
	if (ret)
		host_log(HOST_LOG_DEBUG, "%s: group of another worker: %s", dev->name, strerror(-ret));
}

static void open_letter(struct worker *w, struct letter *l)
{
	switch (l->kind) {
	case LETTER_PACKET:
		shard_input(w->net, &l->msg);
		break;
	case LETTER_CARRIER:
		set_carrier(w->net, l->ifindex, l->on);
		break;
	case LETTER_GROUP:
		set_membership(w->net, l);
		break;
	case LETTER_COPIES:
		workers_hold_all(w->dm);
		copies_free(l->copies);
		workers_release(w->dm);
		break;
	}
	free(l);
}

static struct letter *take_letters(struct inbox *in)
{
	struct letter *l;

	if (!__atomic_load_n(&in->nr, __ATOMIC_RELAXED))
		return NULL;
	pthread_mutex_lock(&in->lock);
	l = in->first;
	in->first = NULL;
	in->last = &in->first;
	__atomic_store_n(&in->nr, 0, __ATOMIC_RELAXED);
	in->bytes = 0;
	in->signalled = false;
	pthread_mutex_unlock(&in->lock);
	return l;
}

bool worker_inbox(struct worker *w)
{
	struct letter *l = w->shared ? take_letters(&w->shared->inbox) : NULL, *next;
	bool any = l != NULL;

	for (; l; l = next) {
		next = l->next;
		w->shared->received++;
		open_letter(w, l);
	}
	return any;
}

u64 worker_letters(const struct worker *w)
{
	return w->shared ? w->shared->received : 0;
}

u64 worker_inbox_drops(const struct worker *w)
{
	return w->shared ? __atomic_load_n(&w->shared->inbox.dropped, __ATOMIC_RELAXED) : 0;
}

void worker_look(struct worker *w)
{
	u32 i;

	worker_inbox(w);
	for (i = 0; i < w->nr_dev_looks; i++)
		w->dev_looks[i].fn(w->dev_looks[i].arg, 0);
	w->kicked = false;
	if (net_run(w->net, host_now_ns(), 0))
		w->kicked = true;
}

/* Frames that a letter holds are not forgotten: it may have come since the inbox was looked at. */
void worker_pulse_idle(struct worker *w)
{
	struct inbox *in;

	if (!w->shared) {
		pulse_idle(&w->dm->pulse, 0);
		return;
	}
	in = &w->shared->inbox;
	pthread_mutex_lock(&in->lock);
	if (!in->nr)
		pulse_idle(&w->dm->pulse, w->index);
	pthread_mutex_unlock(&in->lock);
}

void inbox_init(struct inbox *in)
{
	pthread_mutex_init(&in->lock, NULL);
	in->last = &in->first;
}

void inbox_destroy(struct inbox *in)
{
	struct letter *l, *next;

	for (l = take_letters(in); l; l = next) {
		next = l->next;
		if (l->kind == LETTER_COPIES)
			copies_free(l->copies);
		free(l);
	}
	pthread_mutex_destroy(&in->lock);
}
