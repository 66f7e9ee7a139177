/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine of socket filters: an accumulator, an index register and 16 words of scratch memory.
 * Jumps go forward only, so that a program ends after as many steps as it has instructions. What is
 * not checked when a program runs has been checked when it was attached.
 */
#include "core/sock_filter.h"

#include <errno.h>

#include "core/internal.h"

enum {	/* the parts of an instruction's code */
	C_CLASS = 0x07, C_LD = 0x00, C_LDX = 0x01, C_ST = 0x02, C_STX = 0x03, C_ALU = 0x04,
	C_JMP = 0x05, C_RET = 0x06, C_MISC = 0x07,
	C_SIZE = 0x18, C_W = 0x00, C_H = 0x08, C_B = 0x10,
	C_MODE = 0xe0, C_IMM = 0x00, C_ABS = 0x20, C_IND = 0x40, C_MEM = 0x60, C_LEN = 0x80,
	C_MSH = 0xa0,
	C_OP = 0xf0, C_ADD = 0x00, C_SUB = 0x10, C_MUL = 0x20, C_DIV = 0x30, C_OR = 0x40,
	C_AND = 0x50, C_LSH = 0x60, C_RSH = 0x70, C_NEG = 0x80, C_MOD = 0x90, C_XOR = 0xa0,
	C_JA = 0x00, C_JEQ = 0x10, C_JGT = 0x20, C_JGE = 0x30, C_JSET = 0x40,
	C_X = 0x08, C_A = 0x10, C_TAX = 0x00, C_TXA = 0x80,
};

enum {	/* offsets that are no place in the packet */
	AD_PROTOCOL = 0, AD_PKTTYPE = 4, AD_IFINDEX = 8, AD_NLATTR = 12, AD_NLATTR_NEST = 16,
	AD_MARK = 20, AD_QUEUE = 24, AD_HATYPE = 28, AD_RXHASH = 32, AD_CPU = 36,
	AD_ALU_XOR_X = 40, AD_VLAN_TAG = 44, AD_VLAN_TAG_PRESENT = 48, AD_PAY_OFFSET = 52,
	AD_RANDOM = 56, AD_VLAN_TPID = 60,
};
#define OFF_AD	((u32)-0x1000)
#define OFF_NET ((u32)-0x100000)
#define OFF_LL	((u32)-0x200000)

enum { MEM_WORDS = 16 };

struct sock_filter {
	u32 refs, nr;
	struct sock_filter_insn insn[];
};

/* -- is it a program? ------------------------------------------------------------------------- */

/* Where the payload begins (AD_PAY_OFFSET) nobody here looks for: refused, not answered wrongly. */
static bool ancillary_known(u32 what)
{
	return what < SOCK_FILTER_AD_END && !(what & 3) && what != AD_PAY_OFFSET;
}

static bool load_known(const struct sock_filter_insn *i)
{
	u32 mode = i->code & C_MODE, size = i->code & C_SIZE;
	bool ldx = (i->code & C_CLASS) == C_LDX;

	switch (mode) {
	case C_IMM:
	case C_LEN:
		return size == C_W;
	case C_MEM:
		return size == C_W && i->k < MEM_WORDS;
	case C_ABS:
		return !ldx && size != C_SIZE && (i->k < OFF_AD || ancillary_known(i->k - OFF_AD));
	case C_IND:
		return !ldx && size != C_SIZE;
	case C_MSH:
		return ldx && size == C_B;
	default:
		return false;
	}
}

static bool alu_known(const struct sock_filter_insn *i)
{
	u32 op = i->code & C_OP;
	bool by_k = !(i->code & C_X);

	if (op == C_NEG)
		return by_k;
	if ((op == C_DIV || op == C_MOD) && by_k && !i->k)
		return false;
	if ((op == C_LSH || op == C_RSH) && by_k && i->k >= 32)
		return false;
	return op <= C_XOR;
}

/* left: instructions behind this one */
static bool jump_known(const struct sock_filter_insn *i, u32 left)
{
	u32 op = i->code & C_OP;

	if (op == C_JA)
		return !(i->code & C_X) && i->k < left;
	return op <= C_JSET && i->jt < left && i->jf < left;
}

static bool insn_known(const struct sock_filter_insn *i, u32 left)
{
	if (i->code > 0xff)
		return false;
	switch (i->code & C_CLASS) {
	case C_LD:
	case C_LDX:
		return load_known(i);
	case C_ST:
	case C_STX:
		return !(i->code & ~C_CLASS) && i->k < MEM_WORDS;
	case C_ALU:
		return alu_known(i);
	case C_JMP:
		return jump_known(i, left);
	case C_RET:
		return i->code == C_RET || i->code == (C_RET | C_A);
	default:
		return i->code == (C_MISC | C_TAX) || i->code == (C_MISC | C_TXA);
	}
}

static bool reads_memory(const struct sock_filter_insn *i)
{
	return (i->code & C_MODE) == C_MEM &&
	       ((i->code & C_CLASS) == C_LD || (i->code & C_CLASS) == C_LDX);
}

/*
 * Is every word of memory written on every way to where it is read? known[n]: the words that are,
 * whichever way n was reached.
 */
static bool memory_written(const struct sock_filter *f, u16 *known)
{
	u32 words = 0, n;

	memset(known, 0xff, f->nr * sizeof(*known));
	for (n = 0; n < f->nr; n++) {
		const struct sock_filter_insn *i = &f->insn[n];
		u32 class = i->code & C_CLASS;

		words = n ? words & known[n] : 0;
		if (class == C_ST || class == C_STX) {
			words |= 1u << i->k;
		} else if (reads_memory(i) && !(words >> i->k & 1)) {
			return false;
		} else if (class == C_JMP && (i->code & C_OP) == C_JA) {
			known[n + 1 + i->k] &= (u16)words;
			words = U16_MAX;	/* the next is reached from elsewhere, if at all */
		} else if (class == C_JMP) {
			known[n + 1 + i->jt] &= (u16)words;
			known[n + 1 + i->jf] &= (u16)words;
			words = U16_MAX;
		}
	}
	return true;
}

static int filter_check(struct net *net, const struct sock_filter *f)
{
	u32 size = f->nr * (u32)sizeof(u16), n;
	u16 *known;
	bool ok;

	for (n = 0; n < f->nr; n++)
		if (!insn_known(&f->insn[n], f->nr - n - 1))
			return -EINVAL;
	if ((f->insn[f->nr - 1].code & C_CLASS) != C_RET)
		return -EINVAL;
	known = net_alloc(net, size);
	if (!known)
		return -ENOMEM;
	ok = memory_written(f, known);
	net_free(net, known, size);
	return ok ? 0 : -EINVAL;
}

/* -- whose is it ------------------------------------------------------------------------------ */

static u32 filter_size(const struct sock_filter *f)
{
	return (u32)sizeof(*f) + f->nr * (u32)sizeof(f->insn[0]);
}

static int filter_charge(struct sock *sk, u32 size)
{
	if (size > sk->net->core.optmem_max || sk->sk_omem_alloc + size > sk->net->core.optmem_max)
		return -ENOMEM;
	sk->sk_omem_alloc += size;
	return 0;
}

void sock_filter_put(struct net *net, struct sock_filter *f)
{
	if (!--f->refs)
		net_free(net, f, filter_size(f));
}

struct sock_filter *sock_filter_hold(struct sock_filter *f)
{
	f->refs++;
	return f;
}

int sock_filter_detach(struct sock *sk)
{
	struct sock_filter *f = sk->sk_filter;

	if (!f)
		return -ENOENT;
	sk->sk_filter = NULL;
	sk->sk_omem_alloc -= filter_size(f);
	sock_filter_put(sk->net, f);
	return 0;
}

int sock_filter_new(struct net *net, const void *insns, u32 len, struct sock_filter **prog)
{
	u32 nr = len / (u32)sizeof(struct sock_filter_insn), size;
	struct sock_filter *f;
	int err;

	if (!nr || nr > SOCK_FILTER_MAX || len % sizeof(struct sock_filter_insn))
		return -EINVAL;
	size = (u32)sizeof(*f) + len;
	f = net_alloc(net, size);
	if (!f)
		return -ENOMEM;
	f->refs = 1;
	f->nr = nr;
	memcpy(f->insn, insns, len);
	err = filter_check(net, f);
	if (!err && size > net->core.optmem_max)
		err = -ENOMEM;
	if (err) {
		net_free(net, f, size);
		return err;
	}
	*prog = f;
	return 0;
}

int sock_filter_attach(struct sock *sk, const void *insns, u32 len)
{
	struct sock_filter *f;
	int err = sock_filter_new(sk->net, insns, len, &f);

	if (err)
		return err;
	err = filter_charge(sk, filter_size(f));
	if (err) {
		sock_filter_put(sk->net, f);
		return err;
	}
	if (sk->sk_filter)
		sock_filter_detach(sk);
	sk->sk_filter = f;
	return 0;
}

int sock_filter_inherit(const struct sock *parent, struct sock *child)
{
	struct sock_filter *f = parent->sk_filter;
	int err;

	if (!f)
		return 0;
	err = filter_charge(child, filter_size(f));
	if (err)
		return err;
	child->sk_filter = sock_filter_hold(f);
	return 0;
}

const struct sock_filter_insn *sock_filter_insns(const struct sock *sk, u32 *len)
{
	const struct sock_filter *f = sk->sk_filter;

	*len = f ? f->nr * (u32)sizeof(f->insn[0]) : 0;
	return f ? f->insn : NULL;
}

/* -- running ---------------------------------------------------------------------------------- */

struct machine {
	const struct sk_buff *skb;
	u32 a, x, mem[MEM_WORDS];
};

static bool load_ancillary(struct machine *m, u32 what)
{
	const struct sk_buff *skb = m->skb;

	switch (what) {
	case AD_PROTOCOL:	m->a = skb->protocol; return true;
	case AD_PKTTYPE:	m->a = skb->pkt_type; return true;
	case AD_IFINDEX:	m->a = skb->dev ? skb->dev->ifindex : 0; return skb->dev;
	case AD_MARK:		m->a = skb->mark; return true;
	case AD_QUEUE:		m->a = skb->queue_mapping; return true;
	case AD_HATYPE:		m->a = skb->dev ? skb->dev->type : 0; return skb->dev;
	case AD_RXHASH:		m->a = skb->hash; return true;
	case AD_CPU:		m->a = 0; return true;
	case AD_ALU_XOR_X:	m->a ^= m->x; return true;
	case AD_VLAN_TAG:	m->a = skb->vlan_tci; return true;
	case AD_VLAN_TAG_PRESENT: m->a = !!skb->vlan_proto; return true;
	case AD_VLAN_TPID:	m->a = skb->vlan_proto; return true;
	case AD_NLATTR:
	case AD_NLATTR_NEST:	m->a = 0; return true;	/* a packet of the network has none */
	case AD_RANDOM:		m->a = net_rand32(skb->net); return true;
	default:		return false;
	}
}

/* size octets at off, which may count from the link or the network header. NULL: not there. */
static const u8 *filter_bytes(const struct sk_buff *skb, u32 off, u32 size, u8 *buf)
{
	const u8 *base;

	if ((s32)off >= 0)
		return skb_header_pointer(skb, off, size, buf);
	if (off >= OFF_NET) {
		base = skb_network_header(skb);
		off -= OFF_NET;
	} else if (off >= OFF_LL) {
		base = skb_mac_header(skb);
		off -= OFF_LL;
	} else {
		return NULL;
	}
	if (base > skb->tail || off > (u32)(skb->tail - base) || size > (u32)(skb->tail - base) - off)
		return NULL;
	return base + off;
}

static bool load_packet(struct machine *m, const struct sock_filter_insn *i, u32 off)
{
	u32 size = i->code & C_SIZE;
	u8 buf[4];
	const u8 *p = filter_bytes(m->skb, off, size == C_W ? 4 : size == C_H ? 2 : 1, buf);

	if (!p)
		return false;
	m->a = size == C_W ? get_be32(p) : size == C_H ? get_be16(p) : *p;
	return true;
}

/* False: the packet ends before what is asked for. */
static bool load_a(struct machine *m, const struct sock_filter_insn *i)
{
	switch (i->code & C_MODE) {
	case C_IMM:
		m->a = i->k;
		return true;
	case C_LEN:
		m->a = m->skb->len;
		return true;
	case C_MEM:
		m->a = m->mem[i->k];
		return true;
	case C_ABS:
		return i->k >= OFF_AD ? load_ancillary(m, i->k - OFF_AD) : load_packet(m, i, i->k);
	default:
		return load_packet(m, i, m->x + i->k);
	}
}

static bool load_x(struct machine *m, const struct sock_filter_insn *i)
{
	const u8 *p;
	u8 buf;

	switch (i->code & C_MODE) {
	case C_IMM:
		m->x = i->k;
		return true;
	case C_LEN:
		m->x = m->skb->len;
		return true;
	case C_MEM:
		m->x = m->mem[i->k];
		return true;
	default:	/* four times the low half of an octet: the length of an IPv4 header */
		p = filter_bytes(m->skb, i->k, 1, &buf);
		if (p)
			m->x = (*p & 0xfu) << 2;
		return p;
	}
}

/* False: division by 0. */
static bool alu(struct machine *m, const struct sock_filter_insn *i)
{
	u32 v = i->code & C_X ? m->x : i->k;

	switch (i->code & C_OP) {
	case C_ADD: m->a += v; return true;
	case C_SUB: m->a -= v; return true;
	case C_MUL: m->a *= v; return true;
	case C_OR:  m->a |= v; return true;
	case C_AND: m->a &= v; return true;
	case C_XOR: m->a ^= v; return true;
	case C_LSH: m->a <<= v & 31; return true;
	case C_RSH: m->a >>= v & 31; return true;
	case C_NEG: m->a = -m->a; return true;
	case C_DIV: m->a = v ? m->a / v : 0; return v;
	default:    m->a = v ? m->a % v : 0; return v;
	}
}

static u32 jump(const struct machine *m, const struct sock_filter_insn *i)
{
	u32 v = i->code & C_X ? m->x : i->k;
	bool yes;

	switch (i->code & C_OP) {
	case C_JA:
		return i->k;
	case C_JEQ:
		yes = m->a == v;
		break;
	case C_JGT:
		yes = m->a > v;
		break;
	case C_JGE:
		yes = m->a >= v;
		break;
	default:
		yes = m->a & v;
	}
	return yes ? i->jt : i->jf;
}

u32 sock_filter_run(const struct sock *sk, const struct sk_buff *skb)
{
	return sock_filter_exec(sk->sk_filter, skb);
}

u32 sock_filter_exec(const struct sock_filter *prog, const struct sk_buff *skb)
{
	const struct sock_filter_insn *i = prog->insn;
	struct machine m = { .skb = skb };
	bool ok = true;

	for (; ok; i++) {
		switch (i->code & C_CLASS) {
		case C_LD:
			ok = load_a(&m, i);
			break;
		case C_LDX:
			ok = load_x(&m, i);
			break;
		case C_ST:
			m.mem[i->k] = m.a;
			break;
		case C_STX:
			m.mem[i->k] = m.x;
			break;
		case C_ALU:
			ok = alu(&m, i);
			break;
		case C_JMP:
			i += jump(&m, i);
			break;
		case C_RET:
			return i->code & C_A ? m.a : i->k;
		default:
			if (i->code & C_TXA)
				m.a = m.x;
			else
				m.x = m.a;
		}
	}
	return 0;
}

bool sock_filter_slow(struct sock *sk, struct sk_buff *skb, u32 min)
{
	u32 keep = sock_filter_run(sk, skb);

	if (keep && keep < min)
		keep = min;
	/* A packet that stands for several is kept whole. */
	if (keep && (keep >= skb->len || skb_is_gso(skb) || !pskb_trim(skb, keep)))
		return true;
	sk->sk_drops++;
	kfree_skb_reason(skb, SKB_DROP_SOCKET_FILTER);
	return false;
}
