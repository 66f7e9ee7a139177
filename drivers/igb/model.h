/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A model of the 82576 on the core of the 82540EM's (drivers/e1000/model.h, whose calls take it): 16
 * queues with advanced or legacy descriptors, RSS, extended interrupts with one message per vector,
 * pools (VMDq) and eight virtual functions with their rings, filters, mailbox and reset.
 *
 * Not modelled: header splitting, time stamps, wake-up, the serial bus of the EEPROM (EERD only).
 */
#ifndef NETSTACK_DRIVERS_IGB_MODEL_H
#define NETSTACK_DRIVERS_IGB_MODEL_H

#include "drivers/e1000/model.h"

/* Freed by e1000_model_destroy(). cfg->ops->msix() must be there. NULL: no memory. */
struct e1000_model *igb_model_create(const struct e1000_model_cfg *cfg);

/* PCI: so many virtual functions are there now, 0 to 7 (NumVFs and VF Enable). All of them are reset. */
void igb_model_set_vfs(struct e1000_model *m, u32 nr, u64 now_ns);
/* Registers of a virtual function, as e1000_model_read() and _write(); one that is not there reads 0.
 * Its vector k is the device's 22 - 3 * vf + k. */
u64 igb_model_vf_read(struct e1000_model *m, u32 vf, u32 off, u32 size, u64 now_ns);
void igb_model_vf_write(struct e1000_model *m, u32 vf, u32 off, u32 size, u64 value, u64 now_ns);

#endif
