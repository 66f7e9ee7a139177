// SPDX-License-Identifier: BSD-2-Clause
/* The register-level suite on our models of the 82540EM and the 82576. */
#include "tests/unit/drivers/nic_cases.h"

#define CASE(name)                                    \
	Test(e1000_regs_model, name)                  \
	{                                             \
		board_run(&board_model, case_##name); \
	}                                             \
	Test(e1000_regs_model_82576, name)           \
	{                                            \
		board_run(&board_82576, case_##name); \
	}
#include "tests/unit/drivers/nic_cases.def"
