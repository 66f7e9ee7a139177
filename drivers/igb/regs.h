/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 82576's registers, bits and descriptors where they differ from the 8254x family's, with the
 * names of Intel's "82576EB Gigabit Ethernet Controller Datasheet", chapters 7 and 8. What is the
 * same (CTRL, MDIC, filters, statistics ...) is in drivers/e1000/regs.h.
 */
#ifndef NETSTACK_DRIVERS_IGB_REGS_H
#define NETSTACK_DRIVERS_IGB_REGS_H

#include "drivers/e1000/regs.h"

enum {
	IGB_QUEUES = 16,
	IGB_POOLS = 8, /* and so many virtual functions: n has the queues n and n + 8 */
	IGB_VECTORS = 25,
	IGB_VF_VECTORS = 3,
	IGB_NR_RA = 24, /* 16 at E1000_RAL0, the rest at IGB_RAL16 */
	IGB_NR_VLVF = 32,
	IGB_RETA = 128, /* entries */
	IGB_RSS_KEY = 40,
	IGB_MBX_WORDS = 16,
};

enum igb_reg {
	IGB_VMBMEM = 0x0800, /* + 64 * function */
	IGB_P2VMAILBOX = 0x0c00, /* + 4 * function */
	IGB_MBVFICR = 0x0c80, IGB_MBVFIMR = 0x0c84, IGB_VFLRE = 0x0c88, IGB_VFRE = 0x0c8c,
	IGB_VFTE = 0x0c90, IGB_ICR = 0x1500, IGB_ICS = 0x1504, IGB_IMS = 0x1508, IGB_IMC = 0x150c,
	IGB_IAM = 0x1510, IGB_GPIE = 0x1514, IGB_EICS = 0x1520, IGB_EIMS = 0x1524,
	IGB_EIMC = 0x1528, IGB_EIAC = 0x152c, IGB_EIAM = 0x1530, IGB_EICR = 0x1580,
	IGB_EITR = 0x1680, /* + 4 * vector */
	IGB_IVAR = 0x1700, /* + 4 * (queue % 8) */
	IGB_IVAR_MISC = 0x1740,
	IGB_DTXSWC = 0x3500, IGB_WVBR = 0x3554, IGB_VMVIR = 0x3700, /* + 4 * pool */
	IGB_RLPML = 0x5004, IGB_RAL16 = 0x54e0, IGB_MRQC = 0x5818, IGB_VT_CTL = 0x581c,
	IGB_VMOLR = 0x5ad0, /* + 4 * pool */
	IGB_RETA_REG = 0x5c00, IGB_RSSRK = 0x5c80,
	IGB_VLVF = 0x5d00, /* + 4 * entry */
	IGB_UTA = 0xa000, /* 128 registers */
	IGB_RXQ = 0xc000, IGB_TXQ = 0xe000, IGB_Q_STRIDE = 0x40,
	/* those of the first four queues are at the old places as well */
	IGB_RXQ_ALIAS = 0x2800, IGB_TXQ_ALIAS = 0x3800, IGB_ALIAS_STRIDE = 0x100,
	IGB_REG_SPACE = 0x10000,
};

/* Of a queue, from IGB_RXQ or IGB_TXQ + queue * IGB_Q_STRIDE. */
enum { IGB_Q_BAL = 0, IGB_Q_BAH = 4, IGB_Q_LEN = 8, IGB_Q_SRRCTL = 0x0c, IGB_Q_HEAD = 0x10,
       IGB_Q_DCA = 0x14, IGB_Q_TAIL = 0x18, IGB_Q_DCTL = 0x28, IGB_Q_RQDPC = 0x30,
       IGB_Q_TDWBAL = 0x38, IGB_Q_TDWBAH = 0x3c };

/* As a virtual function sees itself. Its rings are at the old places. */
enum igb_vf_reg {
	IGB_VTCTRL = 0x0000, IGB_VTSTATUS = 0x0008, IGB_VF_VMBMEM = 0x0800,
	IGB_V2PMAILBOX = 0x0c40, IGB_VFGPRC = 0x0f10, IGB_VFGPTC = 0x0f14, IGB_VFGORC = 0x0f18,
	IGB_VFGOTC = 0x0f34, IGB_VFMPRC = 0x0f3c, IGB_VFGPRLBC = 0x0f40, IGB_VFGPTLBC = 0x0f44,
	IGB_VFGORLBC = 0x0f48, IGB_VFGOTLBC = 0x0f50, IGB_VTIVAR = 0x1700,
	IGB_VTIVAR_MISC = 0x1740,
};

#define IGB_EERD_DONE	    0x02u
#define IGB_CTRL_EXT_PFRSTD 0x00004000u
#define IGB_CTRL_EXT_IAME   0x08000000u
#define IGB_STATUS_VF_SHIFT 14
#define IGB_STATUS_IOV	    0x00040000u

#define IGB_ICR_VMMB 0x00000100u
#define IGB_ICR_ALL  0x40001fd5u
#define IGB_ICR_INTA 0x80000000u

#define IGB_GPIE_NSICR 0x00000001u
#define IGB_GPIE_MSIX  0x00000010u /* Multiple_MSIX */
#define IGB_GPIE_EIAME 0x40000000u
#define IGB_GPIE_PBA   0x80000000u
#define IGB_EICR_OTHER 0x80000000u /* without MSI-X */
#define IGB_EITR_INTERVAL 0x00007ffcu /* units of 1.024 us, from bit 2 */
#define IGB_EITR_CNT_IGNR 0x80000000u
#define IGB_IVAR_VALID 0x80u

#define IGB_DCTL_WTHRESH_SHIFT 16
#define IGB_DCTL_ENABLE	 0x02000000u
#define IGB_DCTL_SWFLUSH 0x04000000u
#define IGB_SRRCTL_BSIZE 0x0000007fu /* KiB */
#define IGB_SRRCTL_TYPE	 0x0e000000u
#define IGB_SRRCTL_ADV	 0x02000000u /* one buffer */
#define IGB_SRRCTL_DROP	 0x80000000u
#define IGB_SRRCTL_RDMTS_SHIFT 20 /* 5 bits, units of 16 descriptors */

#define IGB_RXCSUM_PCSD 0x00002000u /* the RSS hash takes the packet checksum's place */

#define IGB_MRQC_MODE	   0x00000007u
#define IGB_MRQC_RSS	   2u
#define IGB_MRQC_VMDQ	   3u
#define IGB_MRQC_VMDQ_RSS  5u
#define IGB_MRQC_DEFQ_SHIFT 3
#define IGB_MRQC_TCP4	   0x00010000u
#define IGB_MRQC_IP4	   0x00020000u
#define IGB_MRQC_IP6	   0x00100000u
#define IGB_MRQC_TCP6	   0x00200000u
#define IGB_MRQC_UDP4	   0x00400000u
#define IGB_MRQC_UDP6	   0x00800000u

/* RSS type of an advanced receive descriptor */
enum { IGB_RSS_NONE = 0, IGB_RSS_TCP4 = 1, IGB_RSS_IP4 = 2, IGB_RSS_TCP6 = 3, IGB_RSS_IP6 = 5,
       IGB_RSS_UDP4 = 7, IGB_RSS_UDP6 = 8 };

#define IGB_RAH_POOL_SHIFT 18
#define IGB_VT_CTL_DEF_SHIFT 7
#define IGB_VT_CTL_DIS_DEF 0x20000000u
#define IGB_VT_CTL_REPLICATE 0x40000000u
#define IGB_VMOLR_RLPML 0x00003fffu
#define IGB_VMOLR_LPE	0x00010000u
#define IGB_VMOLR_RSSE	0x00020000u
#define IGB_VMOLR_AUPE	0x01000000u
#define IGB_VMOLR_ROMPE 0x02000000u
#define IGB_VMOLR_ROPE	0x04000000u
#define IGB_VMOLR_BAM	0x08000000u
#define IGB_VMOLR_MPME	0x10000000u
#define IGB_VMOLR_STRVLAN 0x40000000u
#define IGB_VMOLR_STRCRC 0x80000000u
#define IGB_VLVF_VID	0x00000fffu
#define IGB_VLVF_POOL_SHIFT 12
#define IGB_VLVF_POOLS	0x000ff000u
#define IGB_VLVF_ENABLE 0x80000000u
#define IGB_DTXSWC_MAC_SPOOF  0x000000ffu
#define IGB_DTXSWC_VLAN_SPOOF 0x0000ff00u
#define IGB_DTXSWC_LOOPBACK   0x80000000u
#define IGB_VMVIR_ALWAYS      0x40000000u
#define IGB_VMVIR_NEVER	      0x80000000u

#define IGB_P2V_STS  0x01u
#define IGB_P2V_ACK  0x02u
#define IGB_P2V_VFU  0x04u
#define IGB_P2V_PFU  0x08u
#define IGB_P2V_RVFU 0x10u
#define IGB_V2P_REQ  0x01u
#define IGB_V2P_ACK  0x02u
#define IGB_V2P_VFU  0x04u
#define IGB_V2P_PFU  0x08u
#define IGB_V2P_PFSTS 0x10u
#define IGB_V2P_PFACK 0x20u
#define IGB_V2P_RSTI 0x40u
#define IGB_V2P_RSTD 0x80u

/* -- advanced descriptors ---------------------------------------------------------- */
#define IGB_TXD_DTYP_C	  0x00200000u
#define IGB_TXD_DTYP_D	  0x00300000u
#define IGB_TXD_TSE	  0x80000000u
#define IGB_TXD_IDX_SHIFT 4 /* upper */
#define IGB_TXD_PAYLEN_SHIFT 14
/* context: addr holds IPLEN 0..8, MACLEN 9..15, VLAN 16..31; lower TUCMD; upper IDX, L4LEN, MSS */
#define IGB_TXC_IP4	     0x00000400u
#define IGB_TXC_L4T_MASK     0x00001800u
#define IGB_TXC_L4T_TCP	     0x00000800u
#define IGB_TXC_MACLEN_SHIFT 9
#define IGB_TXC_VLAN_SHIFT   16
#define IGB_TXC_L4LEN_SHIFT  8
#define IGB_TXC_MSS_SHIFT    16

/* Receive, written back: first RSS type and packet type, then hash; status and errors, then length
 * and tag. */
struct igb_rx_desc {
	u32 info;
	u32 hash; /* or packet checksum in the upper half */
	u32 status;
	u32 len_vlan;
};
#define IGB_RXD_TYPE_IP4 0x00000010u
#define IGB_RXD_TYPE_IP6 0x00000040u
#define IGB_RXD_TYPE_TCP 0x00000100u
#define IGB_RXD_TYPE_UDP 0x00000200u
#define IGB_RXD_RSS_MASK 0x0000000fu
#define IGB_RXD_DD	0x00000001u
#define IGB_RXD_EOP	0x00000002u
#define IGB_RXD_VP	0x00000008u
#define IGB_RXD_UDPCS	0x00000010u
#define IGB_RXD_L4CS	0x00000020u
#define IGB_RXD_IPCS	0x00000040u
#define IGB_RXD_PIF	0x00000080u
#define IGB_RXD_LB	0x00040000u
#define IGB_RXD_L4E	0x20000000u
#define IGB_RXD_IPE	0x40000000u
#define IGB_RXD_RXE	0x80000000u

#endif
