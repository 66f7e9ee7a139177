// SPDX-License-Identifier: BSD-2-Clause
/*
 * Virtual functions (7.8): each sees two queues, three vectors, a mailbox and statistics, at the places
 * where a whole device has them. The mailbox's memory is the device's; who may write to it is told by
 * VFU and PFU.
 */
#include "drivers/igb/model_priv.h"

#include "wire/wire.h"

static const u16 stat_regs[IM_VF_STATS] = { IGB_VFGPRC,	  IGB_VFGPTC,	IGB_VFGORC,
					    IGB_VFGOTC,	  IGB_VFMPRC,	IGB_VFGPRLBC,
					    IGB_VFGPTLBC, IGB_VFGORLBC, IGB_VFGOTLBC };
enum { S_GPRC, S_GPTC, S_GORC, S_GOTC, S_MPRC, S_GPRLBC, S_GPTLBC, S_GORLBC, S_GOTLBC };

void im_vf_count_rx(struct e1000_model *m, u32 pool, bool local, const u8 *frame, u32 len,
		    u32 frames)
{
	u32 *s = im_of(m)->vf[pool].stat;

	s[S_GPRC] += frames;
	s[S_GORC] += frames * len;
	s[S_MPRC] += frames * (frame[0] & 1);
	if (!local)
		return;
	s[S_GPRLBC] += frames;
	s[S_GORLBC] += frames * len;
}

void im_vf_count_tx(struct e1000_model *m, u32 pool, u32 frames, u32 octets, bool local)
{
	u32 *s = im_of(m)->vf[pool].stat;

	s[S_GPTC] += frames;
	s[S_GOTC] += octets;
	if (!local)
		return;
	s[S_GPTLBC] += frames;
	s[S_GOTLBC] += octets;
}

/* -- causes that the mailbox has -------------------------------------------------------------- */
static void tell_pf(struct e1000_model *m, u32 bits)
{
	*em_reg(m, IGB_MBVFICR) |= bits;
	if (bits & em_get(m, IGB_MBVFIMR) || !bits)
		em_cause(m, IGB_ICR_VMMB);
}

static void tell_vf(struct e1000_model *m, u32 vf)
{
	u32 e = im_of(m)->vf[vf].vtivar_misc;

	if ((e & IGB_IVAR_VALID) && (e & 3) < IGB_VF_VECTORS)
		im_eicr_set(m, 1u << im_vf_vector(vf, e & 3));
}

u32 im_p2v_read(struct e1000_model *m, u32 off)
{
	u32 v2p = im_of(m)->vf[(off - IGB_P2VMAILBOX) / 4].v2p;

	return (v2p & IGB_V2P_VFU ? IGB_P2V_VFU : 0) | (v2p & IGB_V2P_PFU ? IGB_P2V_PFU : 0);
}

void im_p2v_write(struct e1000_model *m, u32 off, u32 v)
{
	u32 vf = (off - IGB_P2VMAILBOX) / 4, *v2p = &im_of(m)->vf[vf].v2p;

	if (v & IGB_P2V_RVFU)
		*v2p &= ~IGB_V2P_VFU;
	if (!(v & IGB_P2V_PFU))
		*v2p &= ~IGB_V2P_PFU;
	else if (!(*v2p & IGB_V2P_VFU))
		*v2p |= IGB_V2P_PFU;
	if (v & IGB_P2V_STS)
		*v2p |= IGB_V2P_PFSTS;
	if (v & IGB_P2V_ACK)
		*v2p |= IGB_V2P_PFACK;
	if (v & (IGB_P2V_STS | IGB_P2V_ACK))
		tell_vf(m, vf);
}

void im_mbvficr_write(struct e1000_model *m, u32 off, u32 v)
{
	*em_reg(m, off) &= ~v;
}

static u32 v2p_read(struct e1000_model *m, u32 vf)
{
	bool ready = em_get(m, E1000_CTRL_EXT) & IGB_CTRL_EXT_PFRSTD;
	u32 v = im_of(m)->vf[vf].v2p | (ready ? IGB_V2P_RSTD : IGB_V2P_RSTI);

	im_of(m)->vf[vf].v2p &= ~(IGB_V2P_PFSTS | IGB_V2P_PFACK);
	return v;
}

static void v2p_write(struct e1000_model *m, u32 vf, u32 v)
{
	u32 *v2p = &im_of(m)->vf[vf].v2p;

	if (!(v & IGB_V2P_VFU))
		*v2p &= ~IGB_V2P_VFU;
	else if (!(*v2p & IGB_V2P_PFU))
		*v2p |= IGB_V2P_VFU;
	if (v & IGB_V2P_REQ)
		tell_pf(m, 1u << vf);
	if (v & IGB_V2P_ACK)
		tell_pf(m, 0x10000u << vf);
}

/* -- reset -------------------------------------------------------------------------------------- */
/* The physical function has to let it receive and send again. */
void im_vf_reset(struct e1000_model *m, u32 vf)
{
	u32 bits = 7u << im_vf_vector(vf, 0), q, off;

	for (q = vf; q < IGB_QUEUES; q += IGB_POOLS) {
		im_rx_off(m, q);
		im_tx_off(m, q);
		for (off = 0; off < IGB_Q_STRIDE; off += 4)
			*em_reg(m, im_rxq_reg(q, off)) = *em_reg(m, im_txq_reg(q, off)) = 0;
	}
	memset(&im_of(m)->vf[vf], 0, sizeof(im_of(m)->vf[vf]));
	*em_reg(m, IGB_IVAR + 4 * vf) = 0;
	*em_reg(m, IGB_EIMS) &= ~bits;
	*em_reg(m, IGB_EICR) &= ~bits;
	*em_reg(m, IGB_EIAC) &= ~bits;
	*em_reg(m, IGB_EIAM) &= ~bits;
	*em_reg(m, IGB_VFRE) &= ~(1u << vf);
	*em_reg(m, IGB_VFTE) &= ~(1u << vf);
	*em_reg(m, IGB_VFLRE) |= 1u << vf;
	tell_pf(m, 0);
}

/* -- its registers -------------------------------------------------------------------------------- */
/* 0 and the real offset of what is one register of the device, or false. */
static bool map_queue(u32 vf, u32 off, u32 *real)
{
	u32 q = off >> 8 & 3;

	if ((off & ~0x13fu) != IGB_RXQ_ALIAS && (off & ~0x13fu) != IGB_TXQ_ALIAS)
		return false;
	*real = (off < IGB_TXQ_ALIAS ? im_rxq_reg(vf + 8 * q, 0) : im_txq_reg(vf + 8 * q, 0)) +
		(off & 0x3f);
	return true;
}

static bool map_vector(u32 vf, u32 off, u32 *real)
{
	if (off < IGB_EITR || off >= IGB_EITR + 4 * IGB_VF_VECTORS)
		return false;
	*real = IGB_EITR + 4 * im_vf_vector(vf, (off - IGB_EITR) / 4);
	return true;
}

static u32 vf_read(struct e1000_model *m, u32 vf, u32 off)
{
	u32 shift = im_vf_vector(vf, 0), real, i;

	if (map_queue(vf, off, &real))
		return im_queue_read(m, real);
	if (map_vector(vf, off, &real))
		return em_get(m, real);
	if (off >= IGB_VF_VMBMEM && off < IGB_VF_VMBMEM + 4 * IGB_MBX_WORDS)
		return em_get(m, IGB_VMBMEM + 4 * IGB_MBX_WORDS * vf + off - IGB_VF_VMBMEM);
	for (i = 0; i < IM_VF_STATS; i++)
		if (off == stat_regs[i])
			return im_of(m)->vf[vf].stat[i];
	switch (off) {
	case IGB_VTSTATUS:
		return em_get(m, E1000_STATUS) &
		       (E1000_STATUS_LU | E1000_STATUS_FD | E1000_STATUS_SPEED_1000);
	case IGB_V2PMAILBOX:
		return v2p_read(m, vf);
	case IGB_EIMS:
	case IGB_EIAC:
	case IGB_EIAM:
		return em_get(m, off) >> shift & 7;
	case IGB_EICR: {
		u32 v = em_get(m, off) >> shift & 7;

		im_eicr_write(m, off, (v << shift) & ~em_get(m, IGB_EIAC));
		return v;
	}
	case IGB_VTIVAR:
		return im_of(m)->vf[vf].vtivar;
	case IGB_VTIVAR_MISC:
		return im_of(m)->vf[vf].vtivar_misc;
	default:
		return 0;
	}
}

/* Its vectors 0 to 2 become the device's. */
static void vtivar_write(struct e1000_model *m, u32 vf, u32 v)
{
	u32 ivar = 0, i;

	im_of(m)->vf[vf].vtivar = v & 0x83838383u;
	for (i = 0; i < 4; i++) {
		u32 e = v >> (8 * i) & 0x83;

		if ((e & IGB_IVAR_VALID) && (e & 3) < IGB_VF_VECTORS)
			ivar |= (IGB_IVAR_VALID | im_vf_vector(vf, e & 3)) << (8 * i);
	}
	*em_reg(m, IGB_IVAR + 4 * vf) = ivar;
}

static void vf_write(struct e1000_model *m, u32 vf, u32 off, u32 v)
{
	u32 shift = im_vf_vector(vf, 0), bits = (v & 7) << shift, real;

	if (map_queue(vf, off, &real)) {
		im_queue_write(m, real, v);
		return;
	}
	if (map_vector(vf, off, &real)) {
		im_eitr_write(m, real, v);
		return;
	}
	if (off >= IGB_VF_VMBMEM && off < IGB_VF_VMBMEM + 4 * IGB_MBX_WORDS) {
		*em_reg(m, IGB_VMBMEM + 4 * IGB_MBX_WORDS * vf + off - IGB_VF_VMBMEM) = v;
		return;
	}
	switch (off) {
	case IGB_VTCTRL:
		if (v & E1000_CTRL_RST)
			im_vf_reset(m, vf);
		break;
	case IGB_V2PMAILBOX:
		v2p_write(m, vf, v);
		break;
	case IGB_EICS:
		im_eicr_set(m, bits);
		break;
	case IGB_EIMS:
		im_eims_write(m, off, bits);
		break;
	case IGB_EIMC:
		im_eimc_write(m, off, bits);
		break;
	case IGB_EICR:
		im_eicr_write(m, off, bits);
		break;
	case IGB_EIAC:
	case IGB_EIAM:
		*em_reg(m, off) = (em_get(m, off) & ~(7u << shift)) | bits;
		break;
	case IGB_VTIVAR:
		vtivar_write(m, vf, v);
		break;
	case IGB_VTIVAR_MISC:
		im_of(m)->vf[vf].vtivar_misc = v & 0x83;
		break;
	}
}

static bool access_ok(struct e1000_model *m, u32 vf, u32 off, u32 size)
{
	if (vf < im_of(m)->nr_vfs && size == 4 && !(off & 3) && off < 0x4000)
		return true;
	m->count.bad_accesses++;
	return false;
}

u64 igb_model_vf_read(struct e1000_model *m, u32 vf, u32 off, u32 size, u64 now_ns)
{
	m->now = now_ns;
	return access_ok(m, vf, off, size) ? vf_read(m, vf, off) : 0;
}

void igb_model_vf_write(struct e1000_model *m, u32 vf, u32 off, u32 size, u64 value, u64 now_ns)
{
	m->now = now_ns;
	if (access_ok(m, vf, off, size))
		vf_write(m, vf, off, (u32)value);
}
