/* SPDX-License-Identifier: BSD-2-Clause */
/* An emulated NIC in this process: driver, model, memory between them, and a wire. */
#ifndef NETSTACK_DRIVERS_E1000_NIC_H
#define NETSTACK_DRIVERS_E1000_NIC_H

#include "core/core.h"
#include "drivers/drivers.h"
#include "drivers/e1000/driver.h"
#include "drivers/e1000/iommu.h"
#include "drivers/e1000/model.h"

struct e1000_nic;

/*
 * Receive descriptors that the drivers are probed with: two large packets of a TAP, cut. The wire waits until
 * there is room, and what all buffers of a longer ring hold does not stay in the processor's caches.
 */
enum { NIC_RX_RING = 128 };

/* Which controller it is, and its driver. */
struct nic_kind {
	struct e1000_model *(*create)(const struct e1000_model_cfg *cfg);
	int (*probe)(struct e1000_nic *nic, const struct e1000_config *cfg, const struct e1000_hw *hw);
	void (*interrupt)(struct e1000_nic *nic); /* its line is high, or vectors have fired */
};

/* What the NIC's cable is plugged into. */
struct wire_ops {
	/* Sends a frame of the model's. false: it is lost. */
	bool (*send)(struct e1000_nic *nic, const struct e1000_frame *f);
	/* Hands frames to nic_receive(), at most budget. true: more are waiting. */
	bool (*poll)(struct e1000_nic *nic, u32 budget);
	void (*close)(struct e1000_nic *nic);
};

struct nic_vf;

struct e1000_nic {
	struct net *net;
	u32 users;		/* drivers of its functions */
	const struct nic_kind *kind;
	struct net_device *dev;
	struct e1000_model *model;
	struct iommu iommu;
	struct work_struct work;
	struct timer_list timer;
	bool irq;		/* level of the interrupt line */
	u32 vectors;		/* whose messages have come, as bits */
	bool wire_ready;	/* the wire may have frames */
	bool rx_waits;		/* for descriptors; the doorbell of the receive ring wakes it */
	u32 rx_room;		/* frames of full size that will be taken for certain */
	u64 paused_until;	/* the model asked the link partner to be silent */
	u64 lost;		/* frames that the wire did not take */
	u32 nr_vfs;		/* virtual functions that are there ... */
	struct nic_vf *vf[7];	/* and those that have a driver; else NULL */

	const struct wire_ops *wire;
	void *wire_priv;
	int fd;			/* -1: nothing to wait for */
	u32 wire_mtu;		/* 0: unknown */
};

struct e1000_nic *nic_of(const struct net_device *dev); /* NULL: it is not an emulated NIC */
/* false: no descriptors (or a pause) now; the frame was not looked at */
bool nic_rx_ready(struct e1000_nic *nic);
void nic_receive(struct e1000_nic *nic, const struct e1000_rx_frame *f);
/* t->nr is made as small as the model's room is. How many frames it has taken, at least 1 */
u32 nic_receive_train(struct e1000_nic *nic, struct e1000_rx_train *t);
void nic_kick(struct e1000_nic *nic);
void nic_put(struct e1000_nic *nic); /* a driver has given all of it back; the last one frees it */
void nic_rx_doorbell(struct e1000_nic *nic, u32 off); /* a register was written */
/* Of struct e1000_hw; ctx is the nic. */
int nic_dma_alloc(void *ctx, size_t len, size_t align, struct e1000_dma *dma);
void nic_dma_free(void *ctx, struct e1000_dma *dma);
int nic_dma_map(void *ctx, const void *cpu, u32 len, u64 *bus);
void nic_dma_unmap(void *ctx, u64 bus);
/* The message of a vector that is a virtual function's. false: it is not. drivers/igb/nic_vf.c */
bool nic_vf_interrupt(struct e1000_nic *nic, u32 vector);

/* Each opens a wire for nic: 0 or -errno, *offers is what it takes (E1000_WIRE_*). */
int wire_host_open(struct e1000_nic *nic, const struct e1000_config *cfg, u32 *offers);
int wire_pcap_open(struct e1000_nic *nic, const struct e1000_config *cfg, u32 *offers);
int wire_pair_open(struct e1000_nic *nic, const struct e1000_config *cfg, u32 *offers);
/* The NIC is there: plugs the cable in at both ends, or leaves it open until the other one comes. */
void wire_pair_join(struct e1000_nic *nic);

#endif
