#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Every packet script of ours, in every family.
exec "$builddir/tests/pkt/pkt" --strict_end --tolerance_percent=1 "$srcdir/tests/pkt"
