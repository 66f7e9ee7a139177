#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Random socket calls, natively and on the stack: the seeds of random-seeds print the same.
here=${srcdir:-.}/tests/facts
read -ra seeds <<<"$(grep -v '^#' "$here/random-seeds" | tr '\n' ' ')"
exec "$here/run.sh" --random 60 4 "${seeds[@]}"
