/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_DRIVERS_NIC_CASES_H
#define TESTS_UNIT_DRIVERS_NIC_CASES_H

#include "tests/unit/drivers/nic_board.h"

#define CASE(name) void case_##name(struct board *b);
#include "tests/unit/drivers/nic_cases.def"
#undef CASE

#endif
