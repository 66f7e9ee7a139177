#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compares two outputs of random.c: of each seed that differs the first call that does, and what was done
with that socket before. Calls in flight make a few differ on a busy machine: a longer SETTLE_MS tells."""
import sys


def read(path):
    seeds = {}
    with open(path, encoding="utf-8", errors="replace") as f:
        for line in f:
            if line.startswith("== "):
                seeds[line.split()[1]] = calls = []
            else:
                calls.append(line.rstrip("\n"))
    return seeds


def slot(call):
    return call.split()[1]


def history(calls, i):
    """What the socket of calls[i] went through, from where it came."""
    mine = [c for c in calls[:i] if slot(c) == slot(calls[i]) or f"accept to {slot(calls[i])}" in c or
            f"pair with {slot(calls[i])}:" in c]
    for first in range(len(mine) - 1, -1, -1):
        if any(word in mine[first] for word in ("socket", "pair", f"accept to {slot(calls[i])}  [")):
            return mine[first:]
    return mine


def main():
    only_seeds = sys.argv[1] == "--seeds"
    native, stack = read(sys.argv[-2]), read(sys.argv[-1])
    if only_seeds:
        print(*(seed for seed, calls in native.items() if stack.get(seed) != calls))
        return
    differ = 0
    for seed, calls in native.items():
        got = stack.get(seed, [])
        if got == calls:
            continue
        differ += 1
        i = next((i for i, c in enumerate(calls) if i >= len(got) or got[i] != c), None)
        print(f"seed {seed}:")
        if i is None:
            print("    natively it ended here:", got[len(calls)])
            continue
        for call in history(calls, i):
            print("   ", call)
        print("  natively:", calls[i])
        print("  here:    ", got[i] if i < len(got) else "ended")
    print(f"{differ} of {len(native)} seeds differ")
    sys.exit(differ > 0)


main()
