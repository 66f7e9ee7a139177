// SPDX-License-Identifier: BSD-2-Clause
/*
 * Capture: a tap on every device, or on one, that writes what it sees as pcapng: interface,
 * direction, and as comment the socket that sent a packet; and once more, with the reason as
 * comment, a packet that the stack drops. Time is the stack's own, so that a simulated run gives the
 * same file each time. Filters are programs that libpcap has compiled.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <pcap/pcap.h>

#include "drivers/drivers.h"
#include "drivers/pcapng.h"
#include "wire/wire.h"

enum {
	FRAME_MAX = 65536 + 256,
	SNAPLEN = 262144,	/* when none is given */
	FLUSH_ABOVE = PCAPNG_BUFFER / 4,
	COMMENT_MAX = 160,
};

/* Each device, and packets without a link header, are an interface of the file. */
struct capture_if {
	u32 ifindex;	/* 0: no device */
	bool raw;	/* begins with the IP header */
	u64 received, lost;
};

struct capture {
	struct packet_type pts[NET_SHARDS_MAX];	/* of each shard */
	u32 ifindex;			/* 0: of every device */
	struct net *net;
	pthread_mutex_t lock;		/* if there are several, each with a thread */
	struct pcapng out;
	struct bpf_insn *filter;	/* NULL: everything */
	u32 snaplen;
	u64 left;			/* packets until the end; U64_MAX: without end */
	bool stopped;
	u32 nr_ifs;
	struct capture_if ifs[PCAPNG_INTERFACES_MAX];
	u32 len;
	u8 frame[VLAN_TAG_LEN + ETH_HLEN + FRAME_MAX]; /* the packet that is looked at */
};

/* What the taps of several threads do with one file, one by one. */
static void lock(struct capture *c)
{
	if (c->net->group)
		pthread_mutex_lock(&c->lock);
}

static void unlock(struct capture *c)
{
	if (c->net->group)
		pthread_mutex_unlock(&c->lock);
}

static bool done(const struct capture *c)
{
	return !c->left || c->out.error;
}

/* -- one packet ------------------------------------------------------------------------------- */
static struct capture_if *find_if(struct capture *c, const struct net_device *dev, bool raw)
{
	u32 i, ifindex = dev ? dev->ifindex : 0;
	char name[2 * IFNAMSIZ_NS];
	int nr;

	for (i = 0; i < c->nr_ifs; i++)
		if (c->ifs[i].ifindex == ifindex && c->ifs[i].raw == raw)
			return &c->ifs[i];
	snprintf(name, sizeof(name), "%s%s", dev ? dev->name : "none", raw ? ":ip" : "");
	nr = pcapng_interface(&c->out, raw ? PCAP_LINK_RAW_IP : PCAP_LINK_ETHERNET, c->snaplen, name,
			      dev && dev->addr_len == ETH_ALEN ? dev->dev_addr : NULL);
	if (nr < 0)
		return NULL;
	c->ifs[c->nr_ifs] = (struct capture_if){ .ifindex = ifindex, .raw = raw };
	return &c->ifs[c->nr_ifs++];
}

/* Octets from offset from of the head on, to c->frame + at. */
static void copy_from(struct capture *c, const struct sk_buff *skb, u32 at, const u8 *from)
{
	u32 before = min_t(u32, (u32)(skb->data - from), FRAME_MAX), room = FRAME_MAX - before;

	memcpy(c->frame + at, from, before);
	c->len = min(skb->len, room);
	skb_copy_bits(skb, 0, c->frame + at + before, c->len);
	c->len += at + before;
}

/* A tag that is kept beside the frame belongs into it. */
static void copy_frame(struct capture *c, const struct sk_buff *skb)
{
	const u8 *mac = skb_mac_header(skb);

	if (!skb->vlan_proto || skb->data + skb_headlen(skb) < mac + ETH_HLEN) {
		copy_from(c, skb, 0, mac);
		return;
	}
	copy_from(c, skb, VLAN_TAG_LEN, mac);
	memmove(c->frame, c->frame + VLAN_TAG_LEN, 2 * ETH_ALEN);
	put_be16(c->frame + 2 * ETH_ALEN, skb->vlan_proto);
	put_be16(c->frame + 2 * ETH_ALEN + 2, skb->vlan_tci);
}

static bool wanted(const struct capture *c, const u8 *frame, u32 len)
{
	return !c->filter || bpf_filter(c->filter, frame, len, len);
}

static u32 direction(const struct sk_buff *skb, const u8 *dst)
{
	u32 flags = skb->pkt_type == PACKET_OUTGOING ? PCAPNG_EPB_F_OUTBOUND : PCAPNG_EPB_F_INBOUND;

	if (!dst)
		return flags;
	if (!eth_addr_is_multicast(dst))
		return flags | (skb->pkt_type == PACKET_OTHERHOST ? PCAPNG_EPB_F_PROMISC :
								    PCAPNG_EPB_F_UNICAST);
	return flags | (skb->dev && eth_addr_equal(dst, skb->dev->broadcast) ?
				PCAPNG_EPB_F_BROADCAST : PCAPNG_EPB_F_MULTICAST);
}

static void write_packet(struct capture *c, struct capture_if *cif, const struct sk_buff *skb, const u8 *data,
			 u32 flags, const char *comment)
{
	u64 wall = skb->net->now + skb->net->cfg.wall_offset_ns;
	const struct pcapng_packet pkt = {
		.interface = (u32)(cif - c->ifs), .time_ns = wall, .data = data,
		.caplen = min(c->len, c->snaplen), .len = c->len, .flags = flags, .comment = comment,
	};

	cif->received++;
	if (c->out.len - c->out.off > FLUSH_ABOVE)
		pcapng_flush(&c->out);
	if (!pcapng_write(&c->out, &pkt))
		cif->lost++;
	else if (c->left != U64_MAX)
		c->left--;
}

static void on_frame(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt)
{
	struct capture *c = pt->priv;
	struct capture_if *cif;
	char comment[COMMENT_MAX];
	bool sent = skb->pkt_type == PACKET_OUTGOING && skb->sk;

	lock(c);
	if (!done(c)) {
		copy_frame(c, skb);
		cif = wanted(c, c->frame, c->len) ? find_if(c, dev, false) : NULL;
		if (sent)
			snprintf(comment, sizeof(comment), "socket %llu, uid %u",
				 (unsigned long long)skb->sk->sk_ino, skb->sk->sk_uid);
		if (cif)
			write_packet(c, cif, skb, c->frame, direction(skb, c->frame),
				     sent ? comment : NULL);
	}
	unlock(c);
	consume_skb(skb);
}

/* -- drops --------------------------------------------------------------------------------------- */
static bool has_link_header(const struct sk_buff *skb)
{
	return skb->mac_len >= ETH_HLEN && skb->dev && skb->dev->addr_len == ETH_ALEN &&
	       skb_mac_header(skb) + skb->mac_len <= skb->tail && skb_mac_header(skb) <= skb->data;
}

static bool has_ip_header(const struct sk_buff *skb)
{
	const u8 *ip = skb_network_header(skb);

	return skb->network_header && ip <= skb->data && ip < skb->tail &&
	       (*ip >> 4 == 4 || *ip >> 4 == 6);
}

/* The filter is one for Ethernet: it gets a header to look at. */
static const u8 *copy_ip(struct capture *c, const struct sk_buff *skb)
{
	u8 *ip = c->frame + ETH_HLEN;

	copy_from(c, skb, ETH_HLEN, skb_network_header(skb));
	memset(c->frame, 0, 2 * ETH_ALEN);
	put_be16(c->frame + 2 * ETH_ALEN, *ip >> 4 == 4 ? ETH_TYPE_IP4 : ETH_TYPE_IP6);
	return ip;
}

static void write_drop(struct capture *c, const struct sk_buff *skb, enum skb_drop_reason reason,
		       const struct sock *sk)
{
	const u8 *data = c->frame, *dst = NULL;
	struct capture_if *cif;
	char comment[COMMENT_MAX];
	int n;

	if (done(c) || (c->ifindex && (!skb->dev || c->ifindex != skb->dev->ifindex)))
		return;
	if (has_link_header(skb)) {
		copy_frame(c, skb);
		dst = c->frame;
	} else if (has_ip_header(skb)) {
		data = copy_ip(c, skb);
	} else {
		return;
	}
	if (!wanted(c, c->frame, c->len))
		return;
	c->len -= (u32)(data - c->frame);
	cif = find_if(c, skb->dev, !dst);
	if (!cif)
		return;
	n = snprintf(comment, sizeof(comment), "dropped: %s (%s)", skb_drop_reason_name(reason),
		     skb_drop_reason_text(reason));
	if (sk)
		snprintf(comment + n, sizeof(comment) - (size_t)n, ", socket %llu, uid %u",
			 (unsigned long long)sk->sk_ino, sk->sk_uid);
	write_packet(c, cif, skb, data, direction(skb, dst), comment);
}

void capture_drop(struct capture *c, const struct sk_buff *skb, enum skb_drop_reason reason,
		  const struct sock *sk)
{
	lock(c);
	write_drop(c, skb, reason, sk);
	unlock(c);
}

/* -- life ----------------------------------------------------------------------------------------- */
static int set_filter(struct capture *c, const struct capture_config *cfg)
{
	if (!cfg->nr_insns)
		return 0;
	c->filter = calloc(cfg->nr_insns, sizeof(*c->filter));
	if (!c->filter)
		return -ENOMEM;
	memcpy(c->filter, cfg->insns, cfg->nr_insns * sizeof(*c->filter));
	return bpf_validate(c->filter, (int)cfg->nr_insns) ? 0 : -EINVAL;
}

int capture_open(struct net *net, const struct capture_config *cfg, struct capture **out)
{
	struct capture *c = calloc(1, sizeof(*c));
	struct net *s;
	u32 i;
	int err = c ? set_filter(c, cfg) : -ENOMEM;

	if (!err)
		err = pcapng_open(&c->out, cfg->fd);
	else
		close(cfg->fd);
	if (err) {
		if (c)
			free(c->filter);
		free(c);
		return err;
	}
	c->net = net;
	c->snaplen = cfg->snaplen && cfg->snaplen < SNAPLEN ? cfg->snaplen : SNAPLEN;
	c->left = cfg->count ? cfg->count : U64_MAX;
	c->ifindex = cfg->dev ? cfg->dev->ifindex : 0;
	pthread_mutex_init(&c->lock, NULL);
	for_each_shard(net, s, i) {
		c->pts[i] = (struct packet_type){ .func = on_frame, .priv = c };
		if (cfg->dev)
			c->pts[i].dev = dev_get_by_index(s, c->ifindex);
		dev_add_pack(s, &c->pts[i]);
	}
	*out = c;
	return 0;
}

bool capture_done(struct capture *c)
{
	bool is;

	lock(c);
	is = done(c);
	unlock(c);
	return is;
}

void capture_stop(struct capture *c)
{
	u64 wall = c->net->now + c->net->cfg.wall_offset_ns;
	u32 i;

	if (c->stopped)
		return;
	c->stopped = true;
	c->left = 0;
	for (i = 0; i < net_shards(c->net->group); i++)
		dev_remove_pack(&c->pts[i]);
	for (i = 0; i < c->nr_ifs; i++)
		pcapng_statistics(&c->out, i, wall, c->ifs[i].received, c->ifs[i].lost);
}

bool capture_flush(struct capture *c)
{
	bool out;

	lock(c);
	out = pcapng_flush(&c->out);
	unlock(c);
	return out;
}

bool capture_stopped(const struct capture *c)
{
	return c->stopped;
}

void capture_close(struct capture *c)
{
	capture_stop(c);
	capture_flush(c);
	pthread_mutex_destroy(&c->lock);
	pcapng_close(&c->out);
	free(c->filter);
	free(c);
}
