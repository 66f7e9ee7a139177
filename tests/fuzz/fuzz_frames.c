/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A conversation: records of one octet of operation, two of length, and that many octets.
 *
 *	bit 0	the device vouches for the checksums
 *	bit 1	in fragments
 *	bit 2	a TCP segment acknowledges what the stack last sent (it cannot be guessed)
 *	bit 3	a program acts first, as the first octet of the record says
 *	bits 4-7 time that passes first: 0, or 1 ms times 3^n
 *
 * The first octet of the input says how often memory runs out: 0 never, else one allocation in n + 3; and
 * with its top bit that the stack is a router.
 */
#include "tests/fuzz/frame_net.h"
#include "tests/fuzz/fuzz.h"

enum { RECORDS_MAX = 64, FRAME_MAX = 2048 };

static void acknowledge(struct frame_net *f, u8 *frame, u32 len)
{
	u32 l4;

	if (len >= 54 && frame[12] == 0x08 && frame[23] == 6)
		l4 = 14 + (frame[14] & 15) * 4u;
	else if (len >= 74 && frame[12] == 0x86 && frame[20] == 6)
		l4 = 54;
	else
		return;
	if (l4 + 20 <= len)
		put_be32(frame + l4 + 8, f->tcp_next_seq);
}

static void record(struct frame_net *f, u8 op, u8 *body, u32 len)
{
	u64 ns = NSEC_PER_MSEC;

	if (op >> 4) {
		for (u32 n = op >> 4; n > 1; n--)
			ns *= 3;
		frame_net_advance(f, ns);
	}
	if ((op & 8) && len) {
		frame_net_act(f, body[0]);
		body++;
		len--;
	}
	if (op & 4)
		acknowledge(f, body, len);
	if (len)
		frame_net_rx(f, body, len, op & 1, op & 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frame_net f;
	u8 body[FRAME_MAX];
	size_t at = 1;

	if (size < 4 || size > 65535)
		return 0;
	frame_net_start(&f);
	if (data[0] & 0x80)
		frame_net_router(&f);
	if (data[0] & 0x7f)
		frame_net_fail(&f, (data[0] & 0x7f) + 3u, data[1]);
	for (u32 n = 0; n < RECORDS_MAX && at + 3 <= size; n++) {
		u8 op = data[at];
		size_t len = data[at + 1] | (size_t)data[at + 2] << 8;

		at += 3;
		if (len > size - at)
			len = size - at;
		if (len > sizeof(body))
			len = sizeof(body);
		memcpy(body, data + at, len);
		record(&f, op, body, (u32)len);
		at += len;
	}
	frame_net_stop(&f);
	return 0;
}
