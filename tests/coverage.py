#!/usr/bin/env python3
"""Which behaviours of doc/conformance-ids.txt the tests cite.

coverage.py             per section: covered ids with the files that cite them, and uncovered ids
coverage.py --summary   only the counts per section
coverage.py --uncovered only the uncovered ids, one a line
coverage.py ID...       where these ids are cited

A test cites an id by containing it, in a name or a comment: TCP-RTO-03, or several of one family as
TCP-RTO-03,05 or TCP-RTO-03..07.
"""
import os
import re
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
TESTS = os.path.join(TOP, "tests")
SUFFIXES = (".c", ".h", ".py", ".sh", ".def", ".pkt", ".txt")
NOT_TESTS = {"coverage.py", "tidy"}
# What the catalogue asks of the documentation only: where it is said, with the id.
DOCUMENTED = {"SHLD-13": "doc/man/libnetstack.7"}


def catalogue():
    """{id: (section, level)} in the order of the list."""
    rows = {}
    with open(os.path.join(TOP, "doc", "conformance-ids.txt"), encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                id_, section, level = line.split()
                rows[id_] = (section, level)
    return rows


def titles():
    with open(os.path.join(TOP, "doc", "conformance-ids.txt"), encoding="utf-8") as f:
        return {w[1]: w[2].strip() for w in (line.split(None, 2) for line in f)
                if w and w[0] == "##"}


def _expand(prefix, first, rest):
    """The ids that "TCP-RTO-03..05" or "TCP-RTO-03,07" stand for."""
    width = len(first)
    yield f"{prefix}-{first}"
    last = first
    for sep, number in re.findall(r"(,|/|\.\.)(\d+)", rest):
        numbers = range(int(last) + 1, int(number) + 1) if sep == ".." else [int(number)]
        for n in numbers:
            yield f"{prefix}-{n:0{width}d}"
        last = number


def citations(known):
    """Yields (path, line, id) for each id, known or of a known family, in the tests."""
    prefixes = sorted({re.sub(r"-\d+[a-z]?$", "", i) for i in known}, key=len, reverse=True)
    pattern = re.compile(r"(?<![\w-])(" + "|".join(map(re.escape, prefixes)) +
                         r")-(\d+)([a-z]?)((?:(?:,|/|\.\.)\d+)*)(?![\w])")
    for root, dirs, names in os.walk(TESTS):
        dirs[:] = sorted(d for d in dirs if d not in NOT_TESTS and d != "__pycache__")
        for name in sorted(names):
            if not name.endswith(SUFFIXES) or name in NOT_TESTS:
                continue
            path = os.path.join(root, name)
            with open(path, encoding="utf-8", errors="replace") as f:
                for n, line in enumerate(f, 1):
                    for m in pattern.finditer(line):
                        if m.group(3):
                            yield os.path.relpath(path, TOP), n, f"{m[1]}-{m[2]}{m[3]}"
                            continue
                        for id_ in _expand(m[1], m[2], m[4]):
                            yield os.path.relpath(path, TOP), n, id_


def documented():
    """Yields (path, line, id) for each id of DOCUMENTED that its page mentions."""
    for id_, path in DOCUMENTED.items():
        with open(os.path.join(TOP, path), encoding="utf-8") as f:
            for n, line in enumerate(f, 1):
                if re.search(rf"(?<![\w-]){id_}(?!\w)", line):
                    yield path, n, id_


def main(args):
    known = catalogue()
    cited = {}
    for path, line, id_ in [*citations(known), *documented()]:
        if id_ in known:
            cited.setdefault(id_, []).append((path, line))
    if args and not args[0].startswith("--"):
        for id_ in args:
            for path, line in cited.get(id_, []):
                print(f"{id_} {path}:{line}")
            if id_ not in cited:
                print(f"{id_} " + ("not covered" if id_ in known else "not in the list"))
        return
    if args == ["--uncovered"]:
        print("\n".join(i for i in known if i not in cited))
        return
    names = titles()
    for section in dict.fromkeys(s for s, _ in known.values()):
        ids = [i for i, (s, _) in known.items() if s == section]
        covered = [i for i in ids if i in cited]
        print(f"{section:5} {len(covered):3} of {len(ids):3}  {names.get(section, '')}")
        if not args:
            for i in covered:
                print(f"        {i:14} " + " ".join(sorted({p for p, _ in cited[i]})))
            rest = [f"{i}({known[i][1]})" for i in ids if i not in cited]
            if rest:
                print("        not covered: " + " ".join(rest))
    print(f"ids covered: {len(cited)} of {len(known)}")


if __name__ == "__main__":
    main(sys.argv[1:])
