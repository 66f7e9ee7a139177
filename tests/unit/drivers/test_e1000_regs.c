// SPDX-License-Identifier: BSD-2-Clause
/* The register-level suite on our model of the 82540EM. */
#include "tests/unit/drivers/nic_cases.h"

#define CASE(name)                                    \
	Test(e1000_regs_model, name)                  \
	{                                             \
		board_run(&board_model, case_##name); \
	}
#include "tests/unit/drivers/nic_cases.def"
