/* SPDX-License-Identifier: BSD-2-Clause */
/* What only a board that is a model of ours has. */
#ifndef TESTS_UNIT_DRIVERS_NIC_BOARD_MODEL_H
#define TESTS_UNIT_DRIVERS_NIC_BOARD_MODEL_H

#include "drivers/igb/model.h"
#include "tests/unit/drivers/nic_board.h"

struct e1000_model *board_model_of(struct board *b);
extern const struct board_backend board_82576_offload; /* its wire cuts and sums */
u32 board_gso(struct board *b); /* of the frame that was taken last */
u64 board_now(struct board *b);
u32 board_vectors(struct board *b); /* those that sent a message since the last call, as bits */

#endif
