#!/usr/bin/env python3
"""Each header compiles alone, and twice, with the project's warnings."""
import os
import re
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor

from source import Report, c_files, compile_flags, read

CC = shlex.split(os.environ.get("CC", "cc"))
FLAGS = [*compile_flags(), "-x", "c", "-"]


def compile_alone(path):
    """None, or the compiler's first words about a header compiled alone.

    A header that is part of another says so with #error "include OTHER"; then OTHER is compiled.
    """
    part = re.search(r'^#[ \t]*error "include (\S+)"', read(path), re.M)
    name = part.group(1) if part else path
    for base in ("src/", "include/"):
        name = name.removeprefix(base)
    out = subprocess.run(CC + FLAGS, input=f'#include "{name}"\n#include "{name}"\n',
                         capture_output=True, text=True)
    if out.returncode == 0:
        return None
    errors = [line for line in out.stderr.split("\n") if "error" in line]
    return f"{path}: does not compile alone: {(errors or [out.stderr.strip()])[0]}"


def main():
    headers = c_files(("src/", "include/", "drivers/", "preload/", "tests/"), (".h",))
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        offences = [o for o in pool.map(compile_alone, headers) if o]
    report = Report()
    report.rule(f"each of {len(headers)} headers is self-contained", offences)
    report.finish()


if __name__ == "__main__":
    main()
