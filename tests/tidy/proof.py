#!/usr/bin/env python3
"""Pages of proof: tables with the columns "code", "switch" and "test", a row for each thing that the stack claims to do. What
they name exists: functions in their files, cases in their suites, options in the manual pages or the code. Any document
with such a table is looked at. In the columns "code" and "test" `FILE:NAME` is a function or a case, `FILE` a file."""
import re

from source import Report, c_files, files, read

HEAD = re.compile(r"^\|[^|]*\| *code *\| *switch *\| *test *\|$")
REFERENCE = re.compile(r"^([\w./*-]+?)(?::(\w+))?$")


def rows(doc):
    """(line number, cells) of the rows of such tables"""
    inside = False
    for n, line in enumerate(read(doc).split("\n"), 1):
        if HEAD.match(line):
            inside = True
        elif not line.startswith("|"):
            inside = False
        elif inside and not re.match(r"^\|[-| ]+\|$", line):
            yield n, [c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]]


def is_case(path, name):
    """A test of that name: of criterion or a macro that makes one, a row of a list of cases, a fact, a function of Python"""
    text = read(path)
    if path.endswith(".py"):
        return re.search(rf"^def {name}\(", text, re.M)
    if path.startswith("tests/facts/"):
        return re.search(rf'^\s*\{{ "{name}",', text, re.M)
    return re.search(rf"^\s*[A-Z]\w*\((?:\w+, )?{name}\b", text, re.M)


def is_defined(path, name):
    """A function, a macro, a type, or a row of a table: not only a word of a comment"""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", read(path), flags=re.S)
    return re.search(rf"\b{name}\b", text)


def references(cell, everything, folders, known):
    """What is wrong with the references of a cell"""
    found = re.findall(r"`([^`]+)`", cell)
    if not found:
        return ["names nothing"]
    wrong = []
    for ref in found:
        m = REFERENCE.match(ref)
        if not m:
            wrong.append(f"{ref} is no FILE or FILE:NAME")
        elif m[1] not in everything and m[1].rstrip("/") not in folders:
            wrong.append(f"{m[1]} does not exist")
        elif m[2] and not known(m[1], m[2]):
            wrong.append(f"{m[2]} is not in {m[1]}")
    return wrong


def words():
    """All that a switch may be called"""
    man = "".join(read(f) for f in files() if f.startswith("doc/man/")).replace("\\-", "-").replace("\\", "")
    found = set(re.findall(r"[\w-]+", man))
    for f in c_files():
        found.update(re.findall(r"\w+", read(f)))
    return found | {w.lstrip("-") for w in found}


def switches(cell, known):
    if re.match(r"^(none|always)\b", cell):
        return []
    found = re.findall(r"`([^`]+)`", cell)
    if not found:
        return ["says neither a switch nor none"]
    return [f"{w} is no option and no name" for s in found for w in re.findall(r"[A-Za-z][\w-]+", s)
            if w not in known and not re.match(r"^(tap|eth|veth|wlan)\d", w)]


def main():
    everything = set(files())
    folders = {f[:i] for f in everything for i, ch in enumerate(f) if ch == "/"}
    known = words()
    short, code, switch, test, nr = [], [], [], [], 0
    for doc in sorted(f for f in everything if f.startswith("doc/") and f.endswith(".md")):
        for n, cells in rows(doc):
            nr += 1
            if len(cells) != 4 or not all(cells):
                short.append(f"{doc}:{n}: a row has four cells, none empty")
                continue
            where = f"{doc}:{n}: {cells[0][:40]}"
            code += [f"{where}: {w}" for w in references(cells[1], everything, folders, is_defined)]
            switch += [f"{where}: {w}" for w in switches(cells[2], known)]
            test += [f"{where}: {w}" for w in references(cells[3], everything, folders, is_case)]
    report = Report()
    report.rule("pages of proof have whole rows", short or ([] if nr else ["there is no such page"]))
    report.rule("code that pages of proof name exists", code)
    report.rule("switches that pages of proof name exist", switch)
    report.rule("tests that pages of proof name exist", test)
    report.finish()


if __name__ == "__main__":
    main()
