#!/usr/bin/env python3
"""What doc/tcp.md names exists: sysctls, options, route attributes, counters, files, functions and tests."""
import glob
import os
import re

from source import Report, TOP, c_files, files, read

PAGE = "doc/tcp.md"
COLUMNS = ("what", "switch", "seen by", "code", "shown by")
TEST = re.compile(r"^(?:test_\w+(?:\.py)?:\w+|[\w-]+/[\w-]+\.pkt|(?:congest|bbr|attack):.+)$")


def cells():
    """(line, row's name, column, text) of every table whose columns are ours; and the rows."""
    found, rows, ours = [], [], False
    for n, line in enumerate(read(PAGE).split("\n"), 1):
        part = [x.strip() for x in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if tuple(part) == COLUMNS:
            ours = True
        elif not part:
            ours = False
        elif ours and not set(line) <= set("|-"):
            rows.append((n, part))
            found += [(n, part[0], COLUMNS[i], text) for i, text in enumerate(part[:5])]
    return found, rows


def sysctls():
    text = "\n".join(read(f) for f in c_files() if f.startswith("src/"))
    names = set(re.findall(r'"net\.(?:ipv4|ipv6|core)\.([\w.]+)"', text))
    names |= {"tcp_" + x for x in re.findall(r"\bROW(?:_VEC)?\((\w+),", read("src/tcp/tcp_sysctl.c"))}
    names |= {"tcp_" + x for x in re.findall(r'\bROW_SEC\("(\w+)"', read("src/tcp/tcp_sysctl.c"))}
    for f in c_files():
        if "sysctl" in f:
            names |= {"ip_" + x for x in re.findall(r"\bROW\w*\((\w+),", read(f))}
            names |= set(re.findall(r'\b[A-Z]\w*\("(\w+)",', read(f)))
            names |= set(re.findall(r"\bROW\w*\((\w+),", read(f)))
    return names


class Names:
    def __init__(self):
        code = {f: read(f) for f in c_files()}
        src = "\n".join(t for f, t in code.items() if f.startswith(("src/", "preload/", "include/")))
        self.code = code
        self.sysctl = sysctls()
        self.words = set(re.findall(r"\w+", src))
        self.strings = set(re.findall(r'"(\w+)"', src))
        self.mib = set(re.findall(r"MIB\(\w+, (\w+)\)", read("src/core/mib.def")))
        self.info = set(re.findall(r"\b(\w+)[;,\[ ]", read("src/tcp/tcp_info.h")))
        self.route = set(re.findall(r'"(\w+)=?"', read("src/daemon/conf_route.c")))
        self.ca = set(re.findall(r'\.name = "(\w+)"', src))
        self.files = set(files())

    def switch(self, word, route):
        if route:
            return word in self.route
        if word.startswith("tcp_") or word.startswith("ip_"):
            return word in self.sysctl
        if word.startswith("net."):
            return word.split(".", 2)[2] in self.sysctl
        if word.startswith("MSG_"):
            return {word, "S" + word} & self.words
        if word.isupper():
            return {word, word + "_NS"} & (self.words | self.strings) or word.split("_", 1)[1] in self.words
        return word in self.ca | self.route

    def seen(self, word):
        if word.startswith("tcpi_"):
            return word[5:] in self.info
        return word in self.mib or word in self.strings or word in self.ca

    def file(self, word):
        return f"src/tcp/{word}" if "/" not in word else word

    def function(self, word, where):
        return re.search(r"\b%s\(" % word, self.code.get(where, "")) or \
            re.search(r"[SG]ETTER\(%s\)" % re.sub("^[gs]et_", "(?:[gs]et_)?", word), self.code.get(where, "")) or \
            (word.startswith("get_") and re.search(r"GET_INT\(%s," % word[4:], self.code.get(where, "")))

    def test(self, word):
        if word.endswith(".pkt"):
            return f"tests/pkt/{word}" in self.files
        where, _, case = word.partition(":")
        if where.endswith(".py"):
            return any(re.search(r"^def %s\(" % re.escape(case), read(f), re.M) for f in self.files
                       if os.path.basename(f) == where and f.startswith("tests/"))
        if where == "facts":
            return f"tests/facts/{case}.c" in self.files
        if where.startswith("test_"):
            return any(re.search(r"\bT(?:EST46|est)\(\w+, %s\b" % re.escape(case), t)
                       for f, t in self.code.items() if f.startswith("tests/unit/") and f.endswith(f"/{where}.c"))
        return f'"{case}"' in self.code.get(f"tests/sim/{where}.c", "")


def wrong(names, column, text):
    """What the cell names and is nowhere."""
    bad, where = [], None
    for route, word in re.findall(r"(\*route\* )?`([^`]+)`", text):
        if column == "switch":
            route = route or (where == "route" and re.search(r"\*route\*[^,]*`%s`" % re.escape(word), text))
            where = "route" if route else None
            good = names.switch(word, bool(route))
        elif column == "seen by":
            good = names.seen(word)
        elif column == "code" and word.endswith("()"):
            good = where and names.function(word[:-2], where)
        elif column == "code":
            where = names.file(word)
            good = where in names.files
        elif column == "shown by":
            good = names.test(word)
        else:
            continue
        if not good:
            bad.append(word)
    return bad


def main():
    names = Names()
    found, rows = cells()
    report = Report()
    missing, empty = [], []
    for n, row, column, text in found:
        missing += [f"{PAGE}:{n}: {column}: {word} is nowhere ({row[:40]})" for word in wrong(names, column, text)]
    for n, line in enumerate(read(PAGE).split("\n"), 1):  # the other tables, and the text
        if n not in {n for n, _ in rows}:
            missing += [f"{PAGE}:{n}: {word} is nowhere" for word in re.findall(r"`([^`]+)`", line)
                        if TEST.match(word) and "X" not in word and "NAME" not in word and not names.test(word)]
    for n, row in rows:
        if len(row) != 5 or "`" not in row[3] or "`" not in row[4]:
            empty.append(f"{PAGE}:{n}: {row[0][:60]} names no code or no test")
    report.rule("what the page on TCP names exists", missing)
    report.rule("each of its rows names code and a test", empty)
    report.rule("it has rows", [] if len(rows) > 60 else [f"{PAGE}: {len(rows)} rows were understood"])
    report.finish()


if __name__ == "__main__":
    main()
