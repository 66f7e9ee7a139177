// SPDX-License-Identifier: BSD-2-Clause
/* A wire into a file: what the NIC sends is written to it (pcap, ns), nothing ever comes back. */
#include <errno.h>
#include <stdlib.h>

#include <pcap/pcap.h>

#include "drivers/e1000/nic.h"
#include "wire/wire.h"

enum { FRAME_MAX = 16384, LINKTYPE_ETHERNET = 1 };

struct wire_pcap {
	pcap_t *pcap;
	pcap_dumper_t *dump;
};

static bool pcap_send(struct e1000_nic *nic, const struct e1000_frame *f)
{
	struct wire_pcap *w = nic->wire_priv;
	u64 wall = nic->net->now + nic->net->cfg.wall_offset_ns;
	struct pcap_pkthdr h = { .caplen = f->len, .len = f->len };
	u8 frame[FRAME_MAX];
	u32 i, off = 0;

	if (f->len > sizeof(frame))
		return false;
	for (i = 0; i < f->nr_vec; off += f->vec[i++].len)
		memcpy(frame + off, f->vec[i].base, f->vec[i].len);
	h.ts.tv_sec = (time_t)(wall / NSEC_PER_SEC);
	h.ts.tv_usec = (suseconds_t)(wall % NSEC_PER_SEC); /* ns: the file says so */
	pcap_dump((u_char *)w->dump, &h, frame);
	return true;
}

static bool pcap_poll_wire(struct e1000_nic *nic, u32 budget)
{
	(void)nic;
	(void)budget;
	return false;
}

static void pcap_close_wire(struct e1000_nic *nic)
{
	struct wire_pcap *w = nic->wire_priv;

	pcap_dump_close(w->dump);
	pcap_close(w->pcap);
	free(w);
}

static const struct wire_ops pcap_wire_ops = {
	.send = pcap_send,
	.poll = pcap_poll_wire,
	.close = pcap_close_wire,
};

int wire_pcap_open(struct e1000_nic *nic, const struct e1000_config *cfg, u32 *offers)
{
	struct wire_pcap *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->pcap = pcap_open_dead_with_tstamp_precision(LINKTYPE_ETHERNET, FRAME_MAX,
						       PCAP_TSTAMP_PRECISION_NANO);
	errno = 0;
	w->dump = w->pcap ? pcap_dump_open(w->pcap, cfg->wire_name) : NULL;
	if (!w->dump) {
		err = errno ? -errno : -EIO;
		if (w->pcap)
			pcap_close(w->pcap);
		free(w);
		return err;
	}
	*offers = 0;
	nic->wire = &pcap_wire_ops;
	nic->wire_priv = w;
	return 0;
}
