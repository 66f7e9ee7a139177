// SPDX-License-Identifier: BSD-2-Clause
/*
 * A wire that ends at a TAP or at an interface of the host. With offload it takes whole TCP packets
 * and unfinished checksums from the model; what the host sends in one piece is cut here, as a wire
 * carries it, and a VLAN tag that a packet socket took off is put back.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/uio.h>

#include "drivers/e1000/nic.h"
#include "drivers/packet_host.h"
#include "drivers/tap_host.h"
#include "wire/wire.h"

enum { FRAME_MAX = 65536 + 64, HEADER_MAX = 256, IOV_MAX_NS = 136 };

struct wire_host {
	int fd;
	bool has_vnet;
	bool is_packet;
	struct packet_host packet;
	struct vnet_hdr vnet;	/* of the frame in buf */
	u8 header[HEADER_MAX];	/* of a packet that is being cut, as it came */
	u32 hdr_len, l3;
	u32 len, done;		/* of buf; payload octets that have gone on */
	u16 index;
	u8 *frame;		/* in buf, behind room for a tag */
	u8 buf[VLAN_TAG_LEN + FRAME_MAX];
};

/* -- out ----------------------------------------------------------------------------------- */
static bool host_send(struct e1000_nic *nic, const struct e1000_frame *f)
{
	struct wire_host *w = nic->wire_priv;
	struct vnet_hdr h = { 0 };
	struct iovec iov[IOV_MAX_NS];
	u32 i, k = 0;

	if (f->nr_vec >= IOV_MAX_NS)
		return false;
	if (f->csum_start) {
		h.flags = VNET_HDR_F_NEEDS_CSUM;
		h.csum_start = f->csum_start;
		h.csum_offset = f->csum_offset;
	}
	if (f->gso_size) {
		h.gso_type = f->ipv6 ? VNET_HDR_GSO_TCPV6 : VNET_HDR_GSO_TCPV4;
		h.gso_size = f->gso_size;
		h.hdr_len = f->hdr_len;
	}
	if (w->has_vnet)
		iov[k++] = (struct iovec){ &h, sizeof(h) };
	for (i = 0; i < f->nr_vec; i++)
		iov[k++] = (struct iovec){ (void *)(uintptr_t)f->vec[i].base, f->vec[i].len };
	return writev(w->fd, iov, (int)k) >= 0;
}

/* -- in ------------------------------------------------------------------------------------ */
/* Octets with the vnet header, or negative. */
static s32 read_any(struct wire_host *w, struct packet_aux *aux)
{
	u32 skip = !w->has_vnet;
	struct iovec iov[2] = { { &w->vnet, sizeof(w->vnet) },
				{ w->buf + VLAN_TAG_LEN, FRAME_MAX } };

	*aux = (struct packet_aux){ 0 };
	if (w->is_packet)
		return packet_host_recv(&w->packet, iov + skip, 2 - skip, aux);
	return (s32)readv(w->fd, iov + skip, 2 - (int)skip);
}

static void insert_tag(struct wire_host *w, const struct packet_aux *aux)
{
	w->frame -= VLAN_TAG_LEN;
	w->len += VLAN_TAG_LEN;
	memmove(w->frame, w->frame + VLAN_TAG_LEN, 2 * ETH_ALEN);
	put_be16(w->frame + 2 * ETH_ALEN, aux->vlan_proto);
	put_be16(w->frame + 2 * ETH_ALEN + 2, aux->vlan_tci);
	w->vnet.csum_start = (u16)(w->vnet.csum_start + VLAN_TAG_LEN);
}

/* Has the host deleted what is at the other end? A socket says once that its interface is down, or gone. */
static bool is_gone(struct wire_host *w, s32 n)
{
	if (!w->is_packet)
		return n < 0 && tap_host_is_gone(errno);
	return n == -ENETDOWN && packet_host_refresh(&w->packet) == -ENODEV;
}

/* As if somebody had pulled the cable out. */
static void gone(struct e1000_nic *nic, struct wire_host *w)
{
	if (!w->is_packet)
		tap_host_silence(w->fd);
	e1000_model_set_cable(nic->model, false, nic->net->now);
}

static bool read_frame(struct e1000_nic *nic, struct wire_host *w)
{
	u32 hdr = w->has_vnet ? (u32)sizeof(w->vnet) : 0;
	struct packet_aux aux;
	s32 n = read_any(w, &aux);

	if (is_gone(w, n))
		gone(nic, w);
	if (n < 0)
		return false;
	w->frame = w->buf + VLAN_TAG_LEN;
	w->len = (u32)n > hdr ? (u32)n - hdr : 0;
	w->done = w->index = 0;
	if (!hdr)
		w->vnet = (struct vnet_hdr){ 0 };
	if (aux.vlan_proto && w->len >= ETH_HLEN)
		insert_tag(w, &aux);
	return true;
}

/* The layout of a TCP packet that is to be cut; false: what the host says cannot be. */
static bool parse_gso(struct wire_host *w)
{
	u32 l4 = w->vnet.csum_start, tcp;

	if (!(w->vnet.flags & VNET_HDR_F_NEEDS_CSUM) || !w->vnet.gso_size ||
	    l4 + TCP_HLEN > w->len || l4 < ETH_HLEN + IP4_HLEN)
		return false;
	w->l3 = eth_type_is_vlan(get_be16(w->frame + 12)) ? ETH_HLEN + VLAN_TAG_LEN : ETH_HLEN;
	tcp = tcp_hdrlen((const struct tcp_hdr *)(w->frame + l4));
	w->hdr_len = l4 + tcp;
	if (tcp < TCP_HLEN || w->l3 + IP4_HLEN > l4 || w->hdr_len >= w->len || w->hdr_len > HEADER_MAX)
		return false;
	memcpy(w->header, w->frame, w->hdr_len);
	return true;
}

static void segment_header(const struct wire_host *w, u8 *h, u32 n, bool last)
{
	u32 l4 = w->vnet.csum_start, l4_len = w->hdr_len - l4 + n;
	u8 *ip = h + w->l3, *th = h + l4;
	u16 sum;

	memcpy(h, w->header, w->hdr_len);
	if (ip[0] >> 4 == 4) {
		be16 check;

		put_be16(ip + 2, (u16)(w->hdr_len - w->l3 + n));
		put_be16(ip + 4, (u16)(get_be16(ip + 4) + w->index));
		put_be16(ip + 10, 0);
		check = ip_fast_csum(ip, ip[0] & 15);
		memcpy(ip + 10, &check, sizeof(check));
	} else {
		put_be16(ip + 4, (u16)(w->hdr_len - w->l3 - IP6_HLEN + n));
	}
	put_be32(th + 4, get_be32(th + 4) + w->done);
	if (!last)
		th[13] &= (u8) ~(TCPHDR_FIN | TCPHDR_PSH);
	if (w->index)
		th[13] &= (u8)~TCPHDR_CWR; /* the first one says it (RFC 3168) */
	/* The pseudo header that came counts the whole packet. */
	memcpy(&sum, th + 16, sizeof(sum));
	sum = csum_fold16(csum_add(csum_sub(sum, be16_make((u16)(w->len - l4)).raw),
				   be16_make((u16)l4_len).raw));
	memcpy(th + 16, &sum, sizeof(sum));
}

/* Segments from here on that have the headers of this one, and are all of full size and not the last. */
static u32 alike(const struct wire_host *w, u32 left)
{
	if (left <= w->vnet.gso_size || (!w->index && (w->header[w->vnet.csum_start + 13] & TCPHDR_CWR)))
		return 1;
	return (left - 1) / w->vnet.gso_size;
}

/* In place: the header is written in front of the payload, over what has gone on already. */
static u32 pass_segments(struct e1000_nic *nic, struct wire_host *w)
{
	u32 left = w->len - w->hdr_len - w->done;
	u32 n = left < w->vnet.gso_size ? left : w->vnet.gso_size;
	struct e1000_rx_train t = {
		.first = { .data = w->frame + w->done, .len = w->hdr_len + n,
			   .csum_start = w->vnet.csum_start, .csum_offset = w->vnet.csum_offset },
		.l3 = w->l3, .hdr_len = w->hdr_len, .nr = alike(w, left),
	};
	u32 passed;

	segment_header(w, t.first.data, n, n == left);
	passed = nic_receive_train(nic, &t);
	w->done += passed * n;
	w->index = (u16)(w->index + passed);
	if (n == left)
		w->len = 0;
	return passed;
}

static u32 pass_whole(struct e1000_nic *nic, struct wire_host *w)
{
	struct e1000_rx_frame f = { .data = w->frame, .len = w->len };

	if (!w->len)
		return 1; /* nothing came of it */
	if (w->vnet.flags & VNET_HDR_F_NEEDS_CSUM) {
		f.csum_start = w->vnet.csum_start;
		f.csum_offset = w->vnet.csum_offset;
	}
	nic_receive(nic, &f);
	w->len = 0;
	return 1;
}

static bool host_poll_wire(struct e1000_nic *nic, u32 budget)
{
	struct wire_host *w = nic->wire_priv;
	u32 passed;

	/* A packet that has been begun is finished, so that its pieces come together again in one poll. */
	while (budget || w->len) {
		if (!nic_rx_ready(nic))
			return true;
		if (!w->len) {
			if (!read_frame(nic, w))
				return false;
			if (w->vnet.gso_type != VNET_HDR_GSO_NONE && !parse_gso(w)) {
				nic->lost++;
				w->len = 0;
			}
		}
		passed = w->len && w->vnet.gso_type != VNET_HDR_GSO_NONE ? pass_segments(nic, w) :
									   pass_whole(nic, w);
		budget -= min(passed, budget);
	}
	return true;
}

static void host_close(struct e1000_nic *nic)
{
	struct wire_host *w = nic->wire_priv;

	if (w->is_packet)
		packet_host_close(&w->packet);
	else
		close(w->fd);
	free(w);
}

static const struct wire_ops host_wire_ops = {
	.send = host_send,
	.poll = host_poll_wire,
	.close = host_close,
};

static int open_tap(struct wire_host *w, const struct e1000_config *cfg, u32 *mtu)
{
	const struct tap_host_want want = { .name = cfg->wire_name, .offload = cfg->offload };
	struct tap_host host;
	int err = tap_host_open(&want, &host);

	if (err)
		return err;
	w->fd = host.fd;
	w->has_vnet = host.vnet;
	return tap_host_mtu(host.name, mtu);
}

/* The NIC filters: its wire carries everything. */
static int open_packet(struct wire_host *w, const struct e1000_config *cfg, u32 *mtu)
{
	const struct packet_host_want want = { .ifname = cfg->wire_name, .vnet = cfg->offload,
					       .rx = PACKET_RX_RECV };
	int err = packet_host_open(&w->packet, &want);

	if (err)
		return err;
	w->is_packet = true;
	w->fd = w->packet.fd;
	w->has_vnet = w->packet.vnet;
	*mtu = w->packet.mtu;
	return packet_host_join(&w->packet, PACKET_MR_PROMISC, NULL, true);
}

int wire_host_open(struct e1000_nic *nic, const struct e1000_config *cfg, u32 *offers)
{
	struct wire_host *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->fd = -1;
	err = cfg->wire == E1000_WIRE_PACKET ? open_packet(w, cfg, &nic->wire_mtu) :
					       open_tap(w, cfg, &nic->wire_mtu);
	if (w->fd < 0) {
		free(w);
		return err;
	}
	*offers = w->has_vnet ? E1000_WIRE_CSUM | E1000_WIRE_TSO : 0;
	nic->wire = &host_wire_ops;
	nic->wire_priv = w;
	nic->fd = w->fd;
	return err;
}
