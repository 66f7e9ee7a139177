#!/usr/bin/env python3
"""The include graph against doc/layers.txt, and the family neutrality of the transports."""
import fnmatch
import os
import re

from source import CODE_DIRS, Report, c_files, read, strip, TOP

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+([<"])([^>"]+)[>"]', re.M)
NEUTRAL = ("src/tcp/", "src/udp/", "src/raw/", "src/inet/")
FAMILY = re.compile(r"\b(?:AF_INET6?|PF_INET6?|ip4_\w+|ip6_\w+)\b")
CORE_SYSTEM_HEADERS = {"stdbool.h", "stddef.h", "stdint.h", "stdarg.h", "string.h", "limits.h",
                       "errno.h", "stdio.h", "sys/types.h"}
# Libraries that one place alone may know.
ONLY_IN = (("event2/", ("src/host/loop_libevent.c",), "use the loop of src/host"),
           ("netlink/", ("src/host/",), "libnl belongs to src/host"),
           ("liburing.h", ("drivers/", "tests/"), "io_uring belongs to drivers"))


def graph():
    """doc/layers.txt as ({room: level}, {room: [rooms it may use]}, [public globs],
    [files that may name a family])."""
    level, only, public, family = {}, {}, [], []
    for line in read("doc/layers.txt").split("\n"):
        words = line.split("#")[0].split()
        if not words:
            continue
        if words[0] == "public":
            public.append(words[1])
            continue
        if words[0] == "family":
            family.append(words[1])
            continue
        level[words[0]] = int(words[1])
        if "only:" in words:
            only[words[0]] = words[words.index("only:") + 1:]
    return level, only, public, family


LEVEL, ONLY, PUBLIC, FAMILY_FILES = graph()


def room_of(path):
    stem = os.path.splitext(path)[0]
    for room in sorted(LEVEL, key=len, reverse=True):
        if path.startswith(room + "/") or stem == room:
            return room
    return "include" if path.startswith("include/") else None


def resolve(path, name):
    """The file of the project that path includes as name, or None."""
    for base in ("src", "include", ".", os.path.dirname(path)):
        found = os.path.normpath(os.path.join(base, name))
        if os.path.isfile(os.path.join(TOP, found)):
            return found
    return None


def judge(path, room, target):
    """Why path (in room) may not include target, or None."""
    other = room_of(target)
    if other == room or other == "include" or room in ("tests", "examples"):
        return None
    if other is None:
        return "is in no room of doc/layers.txt"
    if room == "include":
        return "public headers include no room"
    if room in ONLY and other not in ONLY[room]:
        return f"{room} may include only {', '.join(ONLY[room])}/"
    if LEVEL[other] >= LEVEL[room]:
        return (f"{other} (level {LEVEL[other]}) is not below {room} (level {LEVEL[room]}); "
                "go through a hook or a table of a lower room")
    own = f"{other}/{os.path.basename(other)}.h"
    if target != own and not any(fnmatch.fnmatch(target, g) for g in PUBLIC):
        return f"is private to {other}; include \"{own.removeprefix('src/')}\""
    return None


def includes(code):
    """Yields (line, name, in angle brackets) for each include in C text without comments."""
    for m in INCLUDE.finditer(code):
        yield code.count("\n", 0, m.start()) + 1, m.group(2), m.group(1) == "<"


def library_offence(path, room, name, system):
    """Why path may not include this header from outside the project, or None."""
    for prefix, allowed, instead in ONLY_IN:
        if name.startswith(prefix) and not path.startswith(allowed):
            return f"<{name}>: {instead}"
    core = path == "src/stack.c" or LEVEL.get(room, 99) <= LEVEL["src/socket"]
    if system and core and name not in CORE_SYSTEM_HEADERS:
        return f"<{name}> in the core; it may use only " + " ".join(sorted(CORE_SYSTEM_HEADERS))
    return None


def family_offences(path):
    """Where a transport names an address family."""
    code = read(path)
    for line, name, _ in includes(strip(code, keep_strings=True)):
        if re.match(r"wire/ip[v46]+\.h|ipv?[46]/", name):
            yield f"{path}:{line}: \"{name}\": the transports name no family; use struct inet_af"
    plain = strip(code)
    for m in FAMILY.finditer(plain):
        line = plain.count("\n", 0, m.start()) + 1
        yield f"{path}:{line}: {m.group(0)}: the transports name no family; use struct inet_af"


def main():
    graph_bad, library_bad, lost, unroomed, family = [], [], [], [], []
    for path in c_files(CODE_DIRS, (".c", ".h", ".def")):
        room = room_of(path)
        if room is None:
            unroomed.append(f"{path}: no room in doc/layers.txt")
            continue
        for line, name, system in includes(strip(read(path), keep_strings=True)):
            where, target = f"{path}:{line}", resolve(path, name)
            if target:
                why = judge(path, room, target)
                graph_bad += [f"{where}: \"{name}\" {why}"] if why else []
                continue
            why = library_offence(path, room, name, system)
            library_bad += [f"{where}: {why}"] if why else []
            if not system and name != "config.h":
                lost.append(f"{where}: \"{name}\" does not exist (paths start at src/, include/ "
                            "or the top)")
        if path.startswith(NEUTRAL) and path not in FAMILY_FILES:
            family += family_offences(path)
    report = Report()
    report.rule("every source file is in a room", unroomed)
    report.rule("every included file exists", lost)
    report.rule("a room includes only rooms below it, by their room header", graph_bad)
    report.rule("system headers and libraries stay in their rooms", library_bad)
    report.rule("tcp, udp, raw and inet name no address family", family)
    report.finish()


if __name__ == "__main__":
    main()
