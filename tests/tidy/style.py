#!/usr/bin/env python3
"""Banned calls, sizes, leftovers, paths of one machine, files that no makefile builds."""
import re

from source import CODE_DIRS, Report, c_files, files, functions, is_core, read, strip

FILE_LINES, FUNCTION_LINES = 800, 80
COLUMNS = 110  # .clang-format aims at 100; a table or a prototype may stick out a little
SLACK = 5  # a row of allow.txt may be this much above the truth before it has to be lowered

CORE_BANNED = {
    "malloc": "net_alloc()", "calloc": "net_zalloc()", "realloc": "net_alloc() and a copy",
    "free": "net_free()", "strdup": "net_alloc() and memcpy()",
    "printf": "a tracepoint or a counter", "fprintf": "a tracepoint or a counter",
    "puts": "a tracepoint or a counter", "perror": "a return value",
    "time": "net->now", "gettimeofday": "net->now", "clock_gettime": "net->now",
    "usleep": "a timer", "nanosleep": "a timer", "sleep": "a timer",
    "rand": "net_rand32()", "random": "net_rand32()", "srand": "the net's seed",
    "getrandom": "net_rand32()", "getenv": "a sysctl", "exit": "assert()",
    "qsort": "an insertion into an ordered list",
}
BANNED = {
    "strcpy": "snprintf()", "strcat": "snprintf()", "stpcpy": "snprintf()",
    "strncpy": "snprintf()", "strncat": "snprintf()",
    "sprintf": "snprintf()", "vsprintf": "vsnprintf()", "gets": "fgets()",
    "strtok": "strsep() or strchr()", "system": "posix_spawn()", "popen": "posix_spawn()",
    "alloca": "an array of fixed size", "atoi": "strtol() with its end checked",
    "tmpnam": "mkstemp()", "mktemp": "mkstemp()",
}
LEFTOVER = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
MACHINE = re.compile(r"(?<![\w.])(?:/" + r"work/|/tmp/" + r"b-)")
BINARY = (".pcap", ".pcapng", ".bin", ".png", ".jpg", ".gz", ".xz")


def banned_calls(path, text, exempt):
    """Offences, but for the calls that exempt (rows of allow.txt) names for this file."""
    table = dict(BANNED)
    if path.startswith("tests/"):
        del table["atoi"]
    if is_core(path):
        table.update(CORE_BANNED)
    code = strip(text)
    call = re.compile(r"(?<![\w.>])(" + "|".join(table) + r")\s*\(")
    for m in call.finditer(code):
        line = code.count("\n", 0, m.start()) + 1
        if ("call", path, m.group(1)) in exempt:
            continue
        yield f"{path}:{line}: {m.group(1)}() is banned here; use {table[m.group(1)]}"
    if is_core(path):
        for m in re.finditer(r"(?<![\w.>])errno\b(?!\.h)", code):
            line = code.count("\n", 0, m.start()) + 1
            yield f"{path}:{line}: errno is banned here; return -Exxx"


def allowed():
    """The rows of tests/tidy/allow.txt, as {key: (most lines, row)}, and what is wrong with them."""
    rows, bad = {}, []
    for n, line in enumerate(read("tests/tidy/allow.txt").split("\n"), 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        if words[0] == "call" and len(words) > 3:
            rows[tuple(words[:3])] = (0, n)
            continue
        keys = 2 if words[0] == "function" else 1
        if words[0] not in ("function", "file") or len(words) < keys + 3:
            bad.append(f"tests/tidy/allow.txt:{n}: see the first lines for the forms of a row")
            continue
        rows[tuple(words[:keys + 1])] = (int(words[keys + 1]), n)
    return rows, bad


def sizes():
    """Offences against the limits on file and function length."""
    rows, bad = allowed()
    used = set()

    def check(key, label, lines, limit):
        if lines <= limit:
            return
        if key not in rows:
            bad.append(f"{label}: {lines} lines, the limit is {limit}; split it by reason to change")
            return
        used.add(key)
        most, row = rows[key]
        if lines > most:
            bad.append(f"{label}: {lines} lines, but tests/tidy/allow.txt:{row} allows {most}")
        elif lines < most - SLACK:
            bad.append(f"{label}: only {lines} lines; lower tests/tidy/allow.txt:{row} from {most}")

    for path in c_files():
        text = read(path)
        check(("file", path), path, text.count("\n"), FILE_LINES)
        for name, line, lines in functions(text):
            check(("function", path, name), f"{path}:{line}: {name}()", lines, FUNCTION_LINES)
    for key, (_, row) in rows.items():
        if key not in used and key[0] != "call":
            bad.append(f"tests/tidy/allow.txt:{row}: {' '.join(key[1:])} needs no exemption; delete it")
    return bad


def wide(path, text):
    for n, line in enumerate(text.split("\n"), 1):
        if len(line.expandtabs(8)) > COLUMNS:
            yield f"{path}:{n}: {len(line.expandtabs(8))} columns, the limit is {COLUMNS}"


def not_built(everything):
    """C files and test scripts that no makefile names are dead."""
    makefiles = "\n".join(read(f) for f in everything
                          if f.endswith(("local.mk", "Makefile.am")))
    named = set(re.findall(r"[\w./+-]+", makefiles))
    for f in everything:
        if not f.startswith(CODE_DIRS):
            continue
        if f.endswith((".c", ".h", ".def")) or re.search(r"tests/.*/test_[\w-]+\.(py|sh)$", f):
            if f not in named:
                yield f"{f}: no local.mk names it"


def main():
    everything = files()
    report = Report()
    calls, columns, leftovers, paths, trailing = [], [], [], [], []
    exempt = allowed()[0]
    for f in c_files():
        text = read(f)
        calls += banned_calls(f, text, exempt)
        columns += wide(f, text)
        if not f.startswith("tests/"):
            leftovers += [f"{f}:{n}: {m.group(0)}; finish it" for n, line in
                          enumerate(text.split("\n"), 1) if (m := LEFTOVER.search(line))]
        trailing += [f"{f}:{n}: blank at the end of the line" for n, line in
                     enumerate(text.split("\n"), 1) if line != line.rstrip()]
    for f in everything:
        if not f.endswith(BINARY):
            paths += [f"{f}:{n}: path of one machine" for n, line in
                      enumerate(read(f).split("\n"), 1) if MACHINE.search(line)]
    report.rule("no banned call", calls)
    report.rule("files and functions are short", sizes())
    report.rule(f"lines have at most {COLUMNS} columns", columns)
    report.rule("no blanks at line ends", trailing)
    report.rule("nothing is left unfinished", leftovers)
    report.rule("no path of one machine", paths)
    report.rule("every source and every test is in a makefile", not_built(everything))
    report.finish()


if __name__ == "__main__":
    main()
