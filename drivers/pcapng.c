// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/pcapng.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "wire/pcapng.h"

enum {
	ISB_IFRECV = 4, /* options of an interface statistics block, u64 each */
	ISB_IFDROP = 5,
	TSRESOL_NS = 9,
};

/* -- blocks -------------------------------------------------------------------------------- */
static void put(struct pcapng *p, const void *data, u32 len)
{
	if (p->overflow || len > p->size - p->len) {
		p->overflow = true;
		return;
	}
	if (len) /* data may be NULL without */
		memcpy(p->buf + p->len, data, len);
	p->len += len;
}

static void put_padded(struct pcapng *p, const void *data, u32 len)
{
	static const u8 zeros[4];

	put(p, data, len);
	put(p, zeros, pcapng_pad(len) - len);
}

static void put_option(struct pcapng *p, u16 code, const void *data, u16 len)
{
	const struct pcapng_opt opt = { code, len };

	put(p, &opt, sizeof(opt));
	put_padded(p, data, len);
}

static void begin(struct pcapng *p, u32 size)
{
	p->size = size;
	p->block = p->len;
	p->overflow = false;
}

/* Its length belongs into its head and behind it. false: there was no room, it is taken back. */
static bool end(struct pcapng *p)
{
	u32 total = p->len - p->block + (u32)sizeof(u32);

	put(p, &total, sizeof(total));
	if (p->overflow) {
		p->len = p->block;
		return false;
	}
	memcpy(p->buf + p->block + offsetof(struct pcapng_block, total_len), &total, sizeof(total));
	return true;
}

/* -- what is written ------------------------------------------------------------------------- */
int pcapng_open(struct pcapng *p, int fd)
{
	static const char program[] = "netstack";
	const struct pcapng_shb shb = { .b.type = PCAPNG_SHB, .byte_order = PCAPNG_BYTE_ORDER,
					.major = 1, .section_len = -1 };

	*p = (struct pcapng){ .fd = fd, .buf = malloc(PCAPNG_BUFFER + PCAPNG_RESERVE) };
	if (!p->buf) {
		close(fd);
		return -ENOMEM;
	}
	begin(p, PCAPNG_BUFFER);
	put(p, &shb, sizeof(shb));
	put_option(p, PCAPNG_SHB_USERAPPL, program, sizeof(program) - 1);
	put_option(p, PCAPNG_OPT_END, NULL, 0);
	end(p);
	return 0;
}

int pcapng_interface(struct pcapng *p, u16 linktype, u32 snaplen, const char *name, const u8 *mac)
{
	const struct pcapng_idb idb = { .b.type = PCAPNG_IDB, .linktype = linktype,
					.snaplen = snaplen };
	const u8 tsresol = TSRESOL_NS;

	if (p->nr_interfaces == PCAPNG_INTERFACES_MAX)
		return -ENOSPC;
	begin(p, PCAPNG_BUFFER);
	put(p, &idb, sizeof(idb));
	put_option(p, PCAPNG_IF_NAME, name, (u16)strlen(name));
	if (mac)
		put_option(p, PCAPNG_IF_MACADDR, mac, 6);
	put_option(p, PCAPNG_IF_TSRESOL, &tsresol, sizeof(tsresol));
	put_option(p, PCAPNG_OPT_END, NULL, 0);
	return end(p) ? (int)p->nr_interfaces++ : -ENOSPC;
}

bool pcapng_write(struct pcapng *p, const struct pcapng_packet *pkt)
{
	const struct pcapng_epb epb = {
		.b.type = PCAPNG_EPB, .interface = pkt->interface,
		.ts_high = (u32)(pkt->time_ns >> 32), .ts_low = (u32)pkt->time_ns,
		.caplen = pkt->caplen, .len = pkt->len,
	};

	begin(p, PCAPNG_BUFFER);
	put(p, &epb, sizeof(epb));
	put_padded(p, pkt->data, pkt->caplen);
	put_option(p, PCAPNG_EPB_FLAGS, &pkt->flags, sizeof(pkt->flags));
	if (pkt->comment)
		put_option(p, PCAPNG_OPT_COMMENT, pkt->comment, (u16)strlen(pkt->comment));
	put_option(p, PCAPNG_OPT_END, NULL, 0);
	return end(p);
}

void pcapng_statistics(struct pcapng *p, u32 interface, u64 time_ns, u64 received, u64 lost)
{
	const struct pcapng_block b = { .type = PCAPNG_ISB };
	const u32 head[3] = { interface, (u32)(time_ns >> 32), (u32)time_ns };

	begin(p, PCAPNG_BUFFER + PCAPNG_RESERVE);
	put(p, &b, sizeof(b));
	put(p, head, sizeof(head));
	put_option(p, ISB_IFRECV, &received, sizeof(received));
	put_option(p, ISB_IFDROP, &lost, sizeof(lost));
	put_option(p, PCAPNG_OPT_END, NULL, 0);
	end(p);
}

/* -- out ----------------------------------------------------------------------------------------- */
bool pcapng_flush(struct pcapng *p)
{
	while (p->off < p->len && !p->error) {
		ssize_t n = write(p->fd, p->buf + p->off, p->len - p->off);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0)
			p->error = -errno;
		else
			p->off += (u32)n;
	}
	if (p->off == p->len || p->error) {
		p->off = p->len = 0;
		return true;
	}
	if (p->off > PCAPNG_BUFFER / 2) { /* make room behind what waits */
		memmove(p->buf, p->buf + p->off, p->len - p->off);
		p->len -= p->off;
		p->off = 0;
	}
	return false;
}

void pcapng_close(struct pcapng *p)
{
	close(p->fd);
	free(p->buf);
	p->buf = NULL;
}
