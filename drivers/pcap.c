// SPDX-License-Identifier: BSD-2-Clause
/*
 * Capture: a tap on every device that writes what it sees to a file with libpcap. Frames are
 * stamped with the stack's own time, so that a simulated run gives the same file each time.
 */
#include <errno.h>
#include <stdlib.h>

#include <pcap/pcap.h>

#include "drivers/drivers.h"

#define SNAPLEN		  262144
#define LINKTYPE_ETHERNET 1

struct pcap_tap {
	struct packet_type pt;
	struct net *net;
	pcap_t *pcap;
	pcap_dumper_t *dump;
	u8 frame[SNAPLEN];
};

static void on_frame(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt)
{
	struct pcap_tap *tap = pt->priv;
	u64 wall = tap->net->now + tap->net->cfg.wall_offset_ns;
	u32 off = (u32)(skb->data - skb_mac_header(skb));
	struct pcap_pkthdr h;

	(void)dev;
	if (!skb_push(skb, off) || skb->len > SNAPLEN) {
		consume_skb(skb);
		return;
	}
	h.caplen = h.len = skb->len;
	h.ts.tv_sec = (time_t)(wall / NSEC_PER_SEC);
	h.ts.tv_usec = (suseconds_t)(wall % NSEC_PER_SEC); /* ns: the file says so */
	skb_copy_bits(skb, 0, tap->frame, skb->len);
	pcap_dump((u_char *)tap->dump, &h, tap->frame);
	consume_skb(skb);
}

struct pcap_tap *pcap_tap_open(struct net *net, const char *path)
{
	struct pcap_tap *tap = calloc(1, sizeof(*tap));

	if (!tap)
		return NULL;
	tap->net = net;
	tap->pcap = pcap_open_dead_with_tstamp_precision(LINKTYPE_ETHERNET, SNAPLEN,
							 PCAP_TSTAMP_PRECISION_NANO);
	errno = 0;
	tap->dump = tap->pcap ? pcap_dump_open(tap->pcap, path) : NULL;
	if (!tap->dump) {
		int err = errno ? errno : EIO;

		if (tap->pcap)
			pcap_close(tap->pcap);
		free(tap);
		errno = err;
		return NULL;
	}
	tap->pt.func = on_frame;
	tap->pt.priv = tap;
	dev_add_pack(net, &tap->pt);
	return tap;
}

void pcap_tap_close(struct pcap_tap *tap)
{
	if (!tap)
		return;
	dev_remove_pack(&tap->pt);
	pcap_dump_close(tap->dump);
	pcap_close(tap->pcap);
	free(tap);
}
