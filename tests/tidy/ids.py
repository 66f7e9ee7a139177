#!/usr/bin/env python3
"""Tests cite ids of doc/conformance-ids.txt only."""
import os
import sys

from source import Report, TOP

sys.path.insert(0, os.path.join(TOP, "tests"))
import coverage  # noqa: E402  (tests/coverage.py)


def main():
    known = coverage.catalogue()
    unknown = [f"{path}:{line}: {id_} is not in doc/conformance-ids.txt"
               for path, line, id_ in coverage.citations(known) if id_ not in known]
    report = Report()
    report.rule("every cited id exists", unknown)
    report.finish()


if __name__ == "__main__":
    main()
