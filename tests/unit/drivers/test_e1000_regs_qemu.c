// SPDX-License-Identifier: BSD-2-Clause
/*
 * The same suite on hardware that we did not write: QEMU's 82540EM, 82544GC and 82574L over qtest.
 * Where QEMU is not installed every case is skipped.
 */
#include "tests/unit/drivers/nic_cases.h"

#define CASE(name)                                          \
	Test(e1000_regs_qemu_82540em, name, .timeout = 120) \
	{                                                   \
		board_run(&board_82540em, case_##name);     \
	}                                                   \
	Test(e1000_regs_qemu_82544gc, name, .timeout = 120) \
	{                                                   \
		board_run(&board_82544gc, case_##name);     \
	}                                                   \
	Test(e1000_regs_qemu_82574l, name, .timeout = 120)  \
	{                                                   \
		board_run(&board_82574l, case_##name);      \
	}
#include "tests/unit/drivers/nic_cases.def"
