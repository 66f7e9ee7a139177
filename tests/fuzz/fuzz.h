/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a fuzz target defines. With --enable-fuzzers libFuzzer calls it; in every other build
 * standalone.c does, so that `make check` runs each target whatever the compiler.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Treats data[0..size) as one input. Returns 0. Must leave nothing behind: no memory, no state. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
