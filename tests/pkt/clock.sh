#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# ATK-RACE-05: every packet script again where a clock wraps soon after its beginning: 32 bits of
# milliseconds, signed and not, of microseconds, and 33 of milliseconds.
clocks="2147483148 4294966796 4294466 8589934092"
echo "1..$(wc -w <<<"$clocks")"
n=0
for clock in $clocks; do
	n=$((n + 1))
	out=$("$builddir/tests/pkt/pkt" --strict_end --tolerance_percent=1 "--clock_msecs=$clock" "$srcdir/tests/pkt") &&
		result=ok || result='not ok'
	echo "$result $n - ATK-RACE-05 $(grep -c '^ok' <<<"$out") scripts from $clock ms on"
	grep '^not ok' <<<"$out" | sed 's/^/# /'
done
