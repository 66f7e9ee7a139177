/* SPDX-License-Identifier: BSD-2-Clause */
/* The printer: known frames give known lines, cut and random ones give some line. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "wire/wire.h"

#define ETH4 "52540000000252540000000108 00"
#define ETH6 "525400000002525400000001 86dd"

static const struct {
	const char *hex; /* blanks are skipped */
	const char *text;
} frames[] = {
	{ "ffffffffffff525400000001 0806 0001 0800 06 04 0001 525400000001 0a4d0002 000000000000"
	  "0a4d0001",
	  "ARP, Request who-has 10.77.0.1 tell 10.77.0.2, length 28" },
	{ "525400000002525400000001 0806 0001 0800 06 04 0002 525400000001 0a4d0002 525400000002"
	  "0a4d0001 000000000000000000000000000000000000",
	  "ARP, Reply 10.77.0.2 is-at 52:54:00:00:00:01, length 46" },
	{ ETH4 "4500003c000140004006000 0 0a4d0002 0a4d0001"
	       "c000 0050 00000001 00000000 a002 faf0 0000 0000"
	       "020405b4 0402 080a 00000064 00000000 01 030308",
	  "IP 10.77.0.2.49152 > 10.77.0.1.80: Flags [S], seq 1, win 64240, options [mss 1460,sackOK,"
	  "TS val 100 ecr 0,nop,wscale 8], length 0" },
	{ ETH4 "4500003c000140004006000 0 0a4d0002 0a4d0001"
	       "c000 0050 00000001 00000000 a002 faf0 0000 0000"
	       "020405b4 0402 080a 00000064 00000000 00 030308",
	  "IP 10.77.0.2.49152 > 10.77.0.1.80: Flags [S], seq 1, win 64240, options [mss 1460,sackOK,"
	  "TS val 100 ecr 0,eol], length 0" },
	{ ETH4 "4500002d000140004006000 0 0a4d0002 0a4d0001"
	       "c000 0050 ffffffff 00000007 5018 0010 0000 0000 6162636465 00",
	  "IP 10.77.0.2.49152 > 10.77.0.1.80: Flags [P.], seq 4294967295:4, ack 7, win 16, length 5" },
	{ ETH4 "45000034000140004006000 0 0a4d0002 0a4d0001"
	       "c000 0050 00000009 00000007 8010 0010 0000 0000 0101 050a 00000010 00000020",
	  "IP 10.77.0.2.49152 > 10.77.0.1.80: Flags [.], ack 7, win 16, options [nop,nop,sack 1 "
	  "{16:32}], length 0" },
	{ ETH4 "45000030000140004006000 0 0a4d0002 0a4d0001"
	       "c000 0050 00000009 00000007 7011 0010 0000 0000 03000000 01010101",
	  "IP 10.77.0.2.49152 > 10.77.0.1.80: Flags [F.], seq 9, ack 7, win 16, options [bad opt], "
	  "length 0" },
	{ ETH4 "4500 0020 0001 0000 4011 0000 0a4d0002 0a4d0001 0035 1000 000c 0000 61626364",
	  "IP 10.77.0.2.53 > 10.77.0.1.4096: UDP, length 4" },
	{ ETH4 "4500 0020 0007 20b9 4011 0000 0a4d0002 0a4d0001 0035 1000 000c 0000 61626364",
	  "IP (frag 0x7:12@1480+) 10.77.0.2 > 10.77.0.1: ip-proto-17" },
	{ ETH4 "4500 001c 0001 0000 4001 0000 0a4d0002 0a4d0001 0800 0000 0005 0001",
	  "IP 10.77.0.2 > 10.77.0.1: ICMP echo request, id 5, seq 1, length 8" },
	{ ETH4 "4500 0038 0001 0000 4001 0000 0a4d0001 0a4d0002 0303 0000 0000 0000"
	       "4500 0020 0001 0000 4011 0000 0a4d0002 0a4d0001 1000 0035 000c 0000",
	  "IP 10.77.0.1 > 10.77.0.2: ICMP 10.77.0.1 udp port 53 port unreachable, length 36" },
	{ ETH4 "4500 0038 0001 0000 4001 0000 0a4d0001 0a4d0002 0304 0000 0000 0578"
	       "4500 05dc 0001 4000 4006 0000 0a4d0002 0a4d0001 1000 0050 00000000",
	  "IP 10.77.0.1 > 10.77.0.2: ICMP 10.77.0.1 tcp port 80 unreachable - need to frag "
	  "(mtu 1400), length 36" },
	{ ETH6
	  "60000000 0020 3a ff fd770000000000000000000000000002 ff0200000000000000000001ff000001"
	  "8700 0000 00000000 fd770000000000000000000000000001 0101 525400000001",
	  "IP6 fd77::2 > ff02::1:ff00:1: ICMP6, neighbor solicitation, who has fd77::1, source lladdr "
	  "52:54:00:00:00:01, length 32" },
	{ ETH6
	  "60000000 0020 3a ff fd770000000000000000000000000001 fd770000000000000000000000000002"
	  "8800 0000 60000000 fd770000000000000000000000000001 0201 525400000002",
	  "IP6 fd77::1 > fd77::2: ICMP6, neighbor advertisement, tgt is fd77::1, flags [SO], target "
	  "lladdr 52:54:00:00:00:02, length 32" },
	{ ETH6
	  "60000000 0030 3a ff fe800000000000000000000000000001 ff020000000000000000000000000001"
	  "8600 0000 40 00 0708 00000000 00000000"
	  "0304 40 c0 00015180 00003840 00000000 20010db8000000000000000000000000",
	  "IP6 fe80::1 > ff02::1: ICMP6, router advertisement, hop limit 64, router lifetime 1800s, "
	  "prefix 2001:db8::/64 onlink auto, length 48" },
	{ ETH6
	  "60000000 0010 2c 40 fd770000000000000000000000000001 fd770000000000000000000000000002"
	  "1100 05a9 00000009 0035 1000 0200 0000",
	  "IP6 (frag 0x9:8@1448+) fd77::1 > fd77::2: ip-proto-17" },
	{ ETH6
	  "60000000 0010 00 40 fd770000000000000000000000000001 fd770000000000000000000000000002"
	  "1100 050200000104 0035 1000 0008 0000",
	  "IP6 HBH fd77::1.53 > fd77::2.4096: UDP, length 0" },
	{ "525400000002525400000001 8100 6005 0800"
	  "4500 001c 0001 0000 4011 0000 0a4d0002 0a4d0001 0035 1000 0008 0000",
	  "vlan 5, p 3, IP 10.77.0.2.53 > 10.77.0.1.4096: UDP, length 0" },
	{ "525400000002525400000001 88cc 0000",
	  "52:54:00:00:00:01 > 52:54:00:00:00:02, ethertype 0x88cc, length 16" },
	{ ETH4 "4400001c", "IP [|ip]" },
	{ ETH4 "4500 001c 0001 0000 4006 0000 0a4d0002 0a4d0001 0035 1000 0000 0000",
	  "IP 10.77.0.2 > 10.77.0.1: [|tcp]" },
	/* what is behind the end of the datagram is the link's padding, not its ports */
	{ ETH4 "4500 0018 0001 0000 4011 0000 0a4d0002 0a4d0001 0035 1000 0008 0000",
	  "IP 10.77.0.2 > 10.77.0.1: [|udp]" },
	{ "5254", "[|ether]" },
};

static size_t from_hex(u8 *out, const char *hex)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	for (; *hex; hex++) {
		const char *d = strchr(digits, *hex);

		if (!d)
			continue;
		if (n % 2)
			out[n / 2] |= (u8)(d - digits);
		else
			out[n / 2] = (u8)((d - digits) << 4);
		n++;
	}
	return n / 2;
}

Test(print, known_frames)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(frames); i++) {
		u8 frame[256];
		size_t len = from_hex(frame, frames[i].hex);
		char text[512];
		struct strbuf sb;

		strbuf_init(&sb, text, sizeof(text));
		print_eth(&sb, frame, len, len);
		cr_assert_str_eq(text, frames[i].text, "got  %s\nwant %s", text, frames[i].text);
	}
}

/* The bytes are in a block of exactly their size, so that a sanitizer sees any step outside. */
static void print_copy(const u8 *frame, size_t len, size_t wire_len)
{
	u8 *copy = malloc(len + !len);
	char text[400];
	struct strbuf sb;

	memcpy(copy, frame, len);
	strbuf_init(&sb, text, sizeof(text));
	print_eth(&sb, copy, len, wire_len);
	cr_assert(sb.len > 0 && strlen(text) == sb.len);
	strbuf_reset(&sb);
	print_ip(&sb, copy, len);
	cr_assert(sb.len > 0);
	free(copy);
}

Test(print, cut_anywhere)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(frames); i++) {
		u8 frame[256];
		size_t len = from_hex(frame, frames[i].hex);

		for (size_t cut = 0; cut <= len; cut++)
			print_copy(frame, cut, len);
	}
}

Test(print, every_octet_changed)
{
	struct prng rng;

	prng_seed(&rng, 1);
	for (unsigned int i = 0; i < ARRAY_SIZE(frames); i++) {
		u8 frame[256];
		size_t len = from_hex(frame, frames[i].hex);

		for (int round = 0; round < 5000; round++) {
			size_t at = prng_below(&rng, (u32)len);
			u8 old = frame[at];

			frame[at] = (u8)prng_u32(&rng);
			print_copy(frame, len, len);
			if (prng_chance(&rng, 3, 4))
				frame[at] = old;
		}
	}
}

Test(print, short_buffer)
{
	for (size_t size = 0; size < 60; size++) {
		char *text = malloc(size + !size);
		struct strbuf sb;
		u8 frame[256];
		size_t len = from_hex(frame, frames[0].hex);

		strbuf_init(&sb, text, size);
		print_eth(&sb, frame, len, len);
		cr_assert_eq(sb.truncated, size <= strlen(frames[0].text));
		free(text);
	}
}

Test(print, ip6_addresses_by_rfc5952)
{
	static const struct {
		const char *hex;
		const char *text;
	} rows[] = {
		{ "00000000000000000000000000000000", "::" },
		{ "00000000000000000000000000000001", "::1" },
		{ "20010db8000000000000000000000000", "2001:db8::" },
		{ "20010db8000000010001000100010001", "2001:db8:0:1:1:1:1:1" },
		{ "20010db8000000000001000000000001", "2001:db8::1:0:0:1" },
		{ "20010000000000010000000000000001", "2001:0:0:1::1" },
		{ "00010002000300040005000600070008", "1:2:3:4:5:6:7:8" },
		{ "0001000200030004000500060000 0000", "1:2:3:4:5:6::" },
		{ "00000002000300040005000600070000", "0:2:3:4:5:6:7:0" },
		{ "00000000000000000000ffff0a4d0001", "::ffff:10.77.0.1" },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[64];
		struct strbuf sb;
		u8 addr[16];

		from_hex(addr, rows[i].hex);
		strbuf_init(&sb, text, sizeof(text));
		print_ip6_addr(&sb, addr);
		cr_assert_str_eq(text, rows[i].text, "got %s", text);
	}
}
