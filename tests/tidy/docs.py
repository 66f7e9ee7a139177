#!/usr/bin/env python3
"""What the guides name exists: functions written name(), files, and links between documents."""
import os
import re

from source import Report, TOP, c_files, files, read

# Guides about our code. The other documents talk of Linux's and libc's functions as well.
GUIDES = ("doc/life-of-a-packet.md", "doc/ARCHITECTURE.md")
LIBC = {"readv", "writev", "read", "write", "malloc"}
CODE = re.compile(r"(?<![\w/.])((?:src|drivers|preload|include|tests|doc)/[\w./-]*\w)")


def main():
    everything = set(files())
    folders = {f[:i] for f in everything for i, ch in enumerate(f) if ch == "/"}
    words = set()
    for f in c_files():
        words.update(re.findall(r"\w+", read(f)))
    functions, paths, links = [], [], []
    for doc in GUIDES:
        for n, line in enumerate(read(doc).split("\n"), 1):
            functions += [f"{doc}:{n}: {name}() is nowhere in the code" for name in
                          re.findall(r"\b([a-z_]\w+)\(\)", line) if name not in words | LIBC]
    for doc in sorted(f for f in everything if f.endswith(".md")):
        for n, line in enumerate(read(doc).split("\n"), 1):
            paths += [f"{doc}:{n}: {p} does not exist" for p in CODE.findall(line)
                      if not p.endswith(".a") and "<" not in line and
                      not {p, p + ".c", p.rstrip("/")} & (everything | folders)]
            for target in re.findall(r"\]\(([^)#]+)", line):
                found = os.path.normpath(os.path.join(os.path.dirname(doc), target))
                if "://" not in target and not os.path.exists(os.path.join(TOP, found)):
                    links.append(f"{doc}:{n}: link to {target} leads nowhere")
    report = Report()
    report.rule("functions named in the guides exist", functions)
    report.rule("files named in documents exist", paths)
    report.rule("links between documents lead somewhere", links)
    report.finish()


if __name__ == "__main__":
    main()
