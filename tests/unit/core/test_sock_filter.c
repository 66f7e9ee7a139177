/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Socket filters: what is a program and what is none (as Linux 6 answers), and the machine against
 * libpcap's on random programs and packets.
 */
#include <errno.h>
#include <sys/types.h>

#include <pcap/bpf.h>

#include "core/internal.h"
#include "core/sock_filter.h"
#include "tests/unit/fixture.h"

#define INSN(c, k_)	   { .code = (c), .k = (k_) }
#define JUMP(c, k_, t, f_) { .code = (c), .jt = (t), .jf = (f_), .k = (k_) }

static struct fixture f;
static struct sock *sk;
static const struct proto dummy_proto = {
	.name = "DUMMY", .type = 2, .protocol = 17, .obj_size = sizeof(struct sock),
};

static void setup(void)
{
	fixture_net_new(&f, 1);
	sk = sk_alloc(f.net, &dummy_proto, NULL);
	cr_assert_not_null(sk);
}

static void teardown(void)
{
	fixture_settle(f.net);
	sock_put(sk);
	fixture_net_free(&f);
}

TestSuite(sock_filter, .init = setup, .fini = teardown);

static int attach(const struct sock_filter_insn *p, u32 nr)
{
	return sock_filter_attach(sk, p, nr * (u32)sizeof(*p));
}

/* len octets: 0, 1, 2 … */
static struct sk_buff *packet(u32 len)
{
	struct sk_buff *skb = alloc_skb(f.net, len + 16);
	u8 *p = skb_put(skb, len);

	for (u32 i = 0; i < len; i++)
		p[i] = (u8)i;
	/* nothing lies beyond the headers: an offset from them is outside */
	skb->mac_header = skb->network_header = (u16)(skb->tail - skb->head);
	return skb;
}

static u32 run(const struct sock_filter_insn *p, u32 nr, u32 len)
{
	struct sk_buff *skb = packet(len);
	u32 ret;

	cr_assert_eq(attach(p, nr), 0);
	ret = sock_filter_run(sk, skb);
	consume_skb(skb);
	return ret;
}

Test(sock_filter, no_programs)
{
	static const struct sock_filter_insn
		no_return[] = { INSN(BPF_LD | BPF_IMM, 1) },
		ret_x[] = { INSN(BPF_RET | BPF_X, 0) },
		beyond[] = { JUMP(BPF_JMP | BPF_JEQ, 0, 1, 0), INSN(BPF_RET, 0) },
		far_ja[] = { INSN(BPF_JMP | BPF_JA, 1), INSN(BPF_RET, 0) },
		by_zero[] = { INSN(BPF_ALU | BPF_DIV, 0), INSN(BPF_RET, 0) },
		mod_zero[] = { INSN(BPF_ALU | BPF_MOD, 0), INSN(BPF_RET, 0) },
		shift[] = { INSN(BPF_ALU | BPF_LSH, 32), INSN(BPF_RET, 0) },
		far_mem[] = { INSN(BPF_ST, 16), INSN(BPF_RET, 0) },
		unset[] = { INSN(BPF_LD | BPF_MEM, 3), INSN(BPF_RET, 0) },
		one_way[] = { JUMP(BPF_JMP | BPF_JEQ, 0, 0, 1), INSN(BPF_ST, 3),
			      INSN(BPF_LD | BPF_MEM, 3), INSN(BPF_RET, 0) },
		ancillary[] = { INSN(BPF_LD | BPF_ABS, (u32)-0x1000 + 64), INSN(BPF_RET, 0) },
		odd[] = { INSN(BPF_LD | BPF_ABS, (u32)-0x1000 + 1), INSN(BPF_RET, 0) },
		unknown[] = { INSN(0x100, 0), INSN(BPF_RET, 0) };
	static struct sock_filter_insn longest[SOCK_FILTER_MAX + 1];

#define NO(p) cr_expect_eq(attach(p, ARRAY_SIZE(p)), -EINVAL, #p)
	NO(no_return);
	NO(ret_x);
	NO(beyond);
	NO(far_ja);
	NO(by_zero);
	NO(mod_zero);
	NO(shift);
	NO(far_mem);
	NO(unset);
	NO(one_way);
	NO(ancillary);
	NO(odd);
	NO(unknown);
#undef NO
	cr_expect_eq(attach(longest, 0), -EINVAL);
	for (u32 i = 0; i < ARRAY_SIZE(longest); i++)
		longest[i].code = BPF_RET;
	cr_expect_eq(attach(longest, ARRAY_SIZE(longest)), -EINVAL);
	cr_expect_eq(attach(longest, SOCK_FILTER_MAX), 0);
	cr_expect_eq(sock_filter_attach(sk, longest, 12), -EINVAL);
	f.net->core.optmem_max = 1000;
	cr_expect_eq(sock_filter_detach(sk), 0);
	cr_expect_eq(attach(longest, 200), -ENOMEM);
	cr_expect_eq(sock_filter_detach(sk), -ENOENT);
	cr_expect_eq(sk->sk_omem_alloc, 0);
}

Test(sock_filter, ancillary)
{
	static const struct sock_filter_insn random[] = {
		INSN(BPF_LD | BPF_ABS, (u32)-0x1000 + 56), INSN(BPF_RET | BPF_A, 0),
	}, device[] = {
		INSN(BPF_LD | BPF_ABS, (u32)-0x1000 + 8), INSN(BPF_RET, 5),
	}, proto[] = {
		INSN(BPF_LD | BPF_ABS, (u32)-0x1000), INSN(BPF_RET | BPF_A, 0),
	}, net[] = {
		INSN(BPF_LD | BPF_H | BPF_ABS, (u32)-0x100000 + 2), INSN(BPF_RET | BPF_A, 0),
	};
	struct sk_buff *skb = packet(40);
	u32 once;

	skb->protocol = 0x86dd;
	skb_reset_network_header(skb);
	skb_pull(skb, 20);
	cr_assert_eq(attach(proto, 2), 0);
	cr_expect_eq(sock_filter_run(sk, skb), 0x86dd);
	cr_assert_eq(attach(net, 2), 0);
	cr_expect_eq(sock_filter_run(sk, skb), 0x0203, "from the network header, which is before data");
	cr_assert_eq(attach(device, 2), 0);
	cr_expect_eq(sock_filter_run(sk, skb), 0, "no device, no packet");
	cr_assert_eq(attach(random, 2), 0);
	once = sock_filter_run(sk, skb);
	cr_expect_neq(sock_filter_run(sk, skb), once);
	consume_skb(skb);
}

Test(sock_filter, cuts_and_drops)
{
	static const struct sock_filter_insn keep10[] = { INSN(BPF_RET, 10) }, none[] = { INSN(BPF_RET, 0) };
	struct sk_buff *skb = packet(40);

	cr_expect(sock_filter_pass(sk, skb, 8) && skb->len == 40, "without a filter");
	cr_assert_eq(attach(keep10, 1), 0);
	cr_expect(sock_filter_pass(sk, skb, 20) && skb->len == 20, "never below the header");
	cr_expect(sock_filter_pass(sk, skb, 8) && skb->len == 10);
	cr_assert_eq(attach(none, 1), 0);
	cr_expect_not(sock_filter_pass(sk, skb, 8));
	cr_expect_eq(sk->sk_drops, 1);
}

Test(sock_filter, child_shares)
{
	static const struct sock_filter_insn keep10[] = { INSN(BPF_RET, 10) };
	struct sock *child = sk_alloc(f.net, &dummy_proto, NULL);
	u32 len;

	cr_assert_eq(attach(keep10, 1), 0);
	cr_assert_eq(sock_filter_inherit(sk, child), 0);
	cr_assert_eq(sock_filter_detach(sk), 0);
	cr_expect_eq(sock_filter_insns(child, &len)->k, 10);
	cr_expect_eq(len, 8);
	sock_put(child);
}

/* -- against libpcap ------------------------------------------------------------------------------ */

static struct sock_filter_insn random_insn(struct prng *r, u32 left)
{
	static const u16 codes[] = {
		BPF_LD | BPF_W | BPF_ABS, BPF_LD | BPF_H | BPF_ABS, BPF_LD | BPF_B | BPF_ABS,
		BPF_LD | BPF_W | BPF_IND, BPF_LD | BPF_H | BPF_IND, BPF_LD | BPF_B | BPF_IND,
		BPF_LD | BPF_IMM, BPF_LD | BPF_LEN, BPF_LD | BPF_MEM, BPF_LDX | BPF_IMM,
		BPF_LDX | BPF_LEN, BPF_LDX | BPF_MEM, BPF_LDX | BPF_MSH | BPF_B, BPF_ST, BPF_STX,
		BPF_ALU | BPF_ADD, BPF_ALU | BPF_SUB | BPF_X, BPF_ALU | BPF_MUL, BPF_ALU | BPF_DIV | BPF_X,
		BPF_ALU | BPF_DIV, BPF_ALU | BPF_MOD, BPF_ALU | BPF_MOD | BPF_X, BPF_ALU | BPF_OR,
		BPF_ALU | BPF_AND | BPF_X, BPF_ALU | BPF_XOR, BPF_ALU | BPF_LSH, BPF_ALU | BPF_RSH,
		BPF_ALU | BPF_NEG, BPF_MISC | BPF_TAX, BPF_MISC | BPF_TXA, BPF_JMP | BPF_JA,
		BPF_JMP | BPF_JEQ, BPF_JMP | BPF_JGT | BPF_X, BPF_JMP | BPF_JGE, BPF_JMP | BPF_JSET,
		BPF_JMP | BPF_JGT, BPF_JMP | BPF_JEQ | BPF_X, BPF_RET | BPF_A,
	};
	struct sock_filter_insn i = { .code = codes[prng_below(r, ARRAY_SIZE(codes))] };
	u16 class = i.code & 7, op = i.code & 0xf0;

	i.k = prng_chance(r, 7, 8) ? prng_below(r, 70) : (u32)prng_u64(r) >> 1;
	if (class == BPF_ST || class == BPF_STX || (i.code & 0xe0) == BPF_MEM)
		i.k %= class <= BPF_STX ? 16 : UINT32_MAX;
	if ((i.code & 0xe0) == BPF_IND && class == BPF_LD)
		i.k = 0;	/* where the sum wraps, libpcap does not do as Linux */
	if (class == BPF_ALU && (op == BPF_LSH || op == BPF_RSH))
		i.k %= 32;
	if (class == BPF_JMP && op == BPF_JA)
		i.k = prng_below(r, left);
	else if (class == BPF_JMP)
		i.jt = (u8)prng_below(r, left), i.jf = (u8)prng_below(r, left);
	return i;
}

Test(sock_filter, twin, .timeout = 60)
{
	struct prng r = { 0 };
	u32 compared = 0, kept = 0;

	prng_seed(&r, 7);
	for (u32 n = 0; n < 200000; n++) {
		struct sock_filter_insn p[24];
		struct bpf_insn theirs[24];
		u32 nr = 2 + prng_below(&r, 22), len = prng_below(&r, 65), ret;
		u8 data[64];

		for (u32 i = 0; i < nr; i++) {
			p[i] = i + 1 < nr ? random_insn(&r, nr - 1 - i) : (struct sock_filter_insn)
							INSN(BPF_RET | (i & 1 ? BPF_A : 0), 77);
			theirs[i] = (struct bpf_insn){ p[i].code, p[i].jt, p[i].jf, p[i].k };
		}
		for (u32 i = 0; i < len; i++)
			data[i] = (u8)i;
		if (attach(p, nr))
			continue;
		cr_assert(bpf_validate(theirs, (int)nr), "program %u", n);
		ret = run(p, nr, len);
		cr_assert_eq(ret, bpf_filter(theirs, data, len, len), "program %u: %u", n, ret);
		compared++;
		kept += ret != 0;
	}
	cr_expect_gt(compared, 10000);
	cr_expect_gt(kept, 1000);
}
