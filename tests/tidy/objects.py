#!/usr/bin/env python3
"""The compiled core: no writable data, and no symbol from outside but C's memory and string calls."""
import os
import re
import subprocess
import tempfile

from source import Report

BUILD = os.environ.get("builddir", ".")
ARCHIVES = [os.path.join(BUILD, lib) for lib in os.environ.get("NETSTACK_CORE_LIBS", "").split()]
ALLOWED = set("""
memcpy memmove memset memcmp memchr bcmp strlen strcmp strncmp strnlen strchr strrchr
snprintf vsnprintf abort
__memcpy_chk __memmove_chk __memset_chk __snprintf_chk __vsnprintf_chk __stack_chk_fail
_GLOBAL_OFFSET_TABLE_ __udivti3 __umodti3 __divti3 __modti3 __popcountdi2 __muloti4
__cpu_model
""".split())
WRITABLE = re.compile(r"^\.(data|bss|tdata|tbss)(\.|$)")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def writable_sections():
    """(object, section, size) of each writable section of the core that is not empty."""
    member = "?"
    for line in run("objdump", "-h", *ARCHIVES).split("\n"):
        found = re.match(r"(\S+):\s+file format", line)
        if found:
            member = found.group(1)
        words = line.split()
        if len(words) == 7 and words[0].isdigit() and WRITABLE.match(words[1]):
            if not words[1].startswith(".data.rel.ro") and int(words[2], 16):
                yield member, words[1], int(words[2], 16)


def writable_symbols():
    """The names behind those sections, for the message."""
    names = {}
    for line in run("nm", "-A", "--defined-only", *ARCHIVES).split("\n"):
        found = re.match(r"\S+?:(\S+?):\S*\s+([bBdDC])\s+(\S+)", line)
        if found:
            names.setdefault(found.group(1), []).append(found.group(3))
    return names


def undefined():
    with tempfile.TemporaryDirectory() as tmp:
        linked = os.path.join(tmp, "core.o")
        run("ld", "-r", "--whole-archive", *ARCHIVES, "-o", linked)
        return sorted(set(run("nm", "-u", "-j", linked).split()) - ALLOWED)


def users():
    """{symbol: [objects that need it]}."""
    table = {}
    for m in re.finditer(r"\S+?:(\S+?):\s+U (\S+)", run("nm", "-A", "-u", *ARCHIVES)):
        table.setdefault(m.group(2), set()).add(m.group(1))
    return table


def main():
    report = Report()
    skip = None
    if os.environ.get("NETSTACK_PLAIN_BUILD", "yes") != "yes":
        skip = "not a plain build"
    elif not ARCHIVES:
        skip = "NETSTACK_CORE_LIBS names no archives: run make check"
    if skip:
        report.rule("the core has no writable data", [], skip)
        report.rule("the core calls nothing outside itself", [], skip)
        report.finish()
    names, needed = writable_symbols(), users()
    report.rule("the core has no writable data",
                [f"{member}: {section}, {size} bytes ({' '.join(names.get(member, ['?'])[:8])}): "
                 "state lives in struct net, tables are const"
                 for member, section, size in writable_sections()])
    report.rule("the core calls nothing outside itself",
                [f"{symbol} is used by {', '.join(sorted(needed.get(symbol, ['?'])))}: not defined in the core and "
                 "not one of C's memory and string functions" for symbol in undefined()])
    report.finish()


if __name__ == "__main__":
    main()
