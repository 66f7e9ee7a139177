#!/usr/bin/env python3
"""Every C file passes clang with the project's warnings as errors (gcc builds it)."""
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

from source import Report, TOP, c_files, compile_flags


def look_at(path):
    """None, or clang's first complaint about a file."""
    out = subprocess.run(["clang", *compile_flags(), os.path.join(TOP, path)],
                         capture_output=True, text=True)
    if out.returncode == 0:
        return None
    errors = [line for line in out.stderr.split("\n") if "error" in line]
    return (errors or [out.stderr.strip()])[0].removeprefix(TOP + "/")


def main():
    sources = c_files(suffixes=(".c",))
    report = Report()
    if not shutil.which("clang"):
        report.rule("clang has no complaint", [], "no clang")
        report.finish()
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        offences = [o for o in pool.map(look_at, sources) if o]
    report.rule(f"clang has no complaint about {len(sources)} files", offences)
    report.finish()


if __name__ == "__main__":
    main()
