#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compare two outputs of facts; print TAP, one test per fact line. Accepted differences are lines
`fact word: reason` of a file (fact without its 4 or 6, or with an option's name behind it; either
may have a * in it)."""
import re
import sys
from fnmatch import fnmatchcase


def read(path):
    facts, name = {}, ""
    for line in open(path):
        m = re.match(r"(\w+):(.*)", line)
        if m:
            name = m.group(1)
            facts[name] = m.group(2).split()
        elif line.strip():
            words = line.split()
            facts[name + "." + words[0]] = words[1:]
    return facts


def accepted(path):
    rows = {}
    for line in open(path):
        line = line.split("#")[0].strip()
        if line:
            key, reason = line.split(":", 1)
            rows[tuple(key.split())] = reason.strip()
    return rows


def main():
    native, shim = read(sys.argv[1]), read(sys.argv[2])
    excuse = accepted(sys.argv[3])
    bad = 0
    print(f"1..{len(native)}")
    for i, (name, want) in enumerate(native.items(), 1):
        got = shim.get(name, [])
        plain = re.sub(r"[46](?=$|\.)", "", name)
        why = []
        for n in range(max(len(want), len(got))):
            a = want[n] if n < len(want) else "-"
            b = got[n] if n < len(got) else "-"
            word = a.split("=")[0]
            if a != b and not any(fnmatchcase(plain, f) and fnmatchcase(word, w) for f, w in excuse):
                why.append(f"{a} but {b}")
        bad += bool(why)
        print(f"{'not ok' if why else 'ok'} {i} - {name}")
        for w in why:
            print(f"# {w}")
    return 1 if bad else 0


sys.exit(main())
