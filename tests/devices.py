#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""devices.py BUILD [RESULTS]: tests/conformance and tests/apps over every kind of device, on one build, and one table of it.

Each suite runs by tests/driver, as in make check, and leaves its log and results in RESULTS/<kind>/<conformance|apps>
(default BUILD/stages). The table has a row for each suite and a column for each kind, "passed/failed/skipped", and the
commit above it; it is in RESULTS/devices.txt while it grows, too. Every kind has conformance first, then the programs that
matter most, then the rest; so that what has been stopped says something about all of them. Ends with 1 if a case failed.

LONG_DEVICES   the kinds, of tests/netdev.py (default: all that differ in more than a detail)
DEVICES_SUITES the suites, "conformance/test_link apps/test_curl" (default: all)
DEVICES_AGAIN  1: what has results in RESULTS already does not run again
JOBS           suites at once (default: one for each processor)
"""
import glob
import os
import re
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from netdev import KINDS, row  # noqa: E402

DEFAULT = "tap tap-plain e1000 igb-mq igbvf packet xdp veth"
NOT_HERE = {"conformance/test_packet"}      # chooses its devices itself
CORE = ("curl", "tools", "servers", "runtimes", "clients", "files")     # curl, Python, iperf3, ping, ssh, nginx, redis ...
LAST = ("soak",)


def all_suites():
    """(tier, "apps/test_curl") in the order in which they run"""
    names = [os.path.relpath(p, HERE)[:-3] for p in glob.glob(f"{HERE}/conformance/test_*.py") + glob.glob(f"{HERE}/apps/test_*.py")]

    def tier(name):
        room, what = name.split("/test_")
        return 0 if room == "conformance" else 1 if what in CORE else 3 if what in LAST else 2
    return sorted((tier(n), n) for n in names if n not in NOT_HERE)


def commit():
    out = subprocess.run(["git", "-C", HERE, "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return out.stdout.strip() or "unknown commit"


class Matrix:
    def __init__(self, build, results, kinds, suites):
        self.build, self.results, self.kinds = build, results, kinds
        self.cells = {}                     # (suite, kind) -> [passed, failed, skipped]
        self.todo = [(s, k) for tier in range(4) for k in kinds for t, s in suites if t == tier]
        self.suites = [s for _, s in suites]
        self.lock = threading.Lock()
        self.commit = commit()

    def files(self, suite, kind, ext):
        return os.path.join(self.results, kind, f"{suite}.{ext}")

    def results_of(self, suite, kind):
        """(result, case) of each; a suite that left none has failed"""
        try:
            with open(self.files(suite, kind, "trs"), encoding="utf-8") as f:
                told = re.findall(r"^:test-result: (\w+) (.*)", f.read(), re.M)
        except FileNotFoundError:
            told = []
        return told or [("FAIL", "left no results")]

    def note(self, suite, kind):
        told = [r for r, _ in self.results_of(suite, kind)]
        self.cells[suite, kind] = [told.count("PASS"), len(told) - told.count("PASS") - told.count("SKIP"), told.count("SKIP")]

    def run_one(self, suite, kind):
        trs, log = (self.files(suite, kind, e) for e in ("trs", "log"))
        if not (os.environ.get("DEVICES_AGAIN") and os.path.exists(trs)):
            os.makedirs(os.path.dirname(trs), exist_ok=True)
            env = dict(os.environ, NETSTACK_TEST_DEV=kind, srcdir=os.path.dirname(HERE), builddir=self.build, PYTHONDONTWRITEBYTECODE="1")
            env.setdefault("NETSTACK_TEST_TIMEOUT", "3600")     # several run at once
            said = subprocess.run(["bash", f"{HERE}/driver", "--test-name", f"tests/{suite}.py over {kind}", "--log-file", log,
                                   "--trs-file", trs, "--", sys.executable, f"{HERE}/{suite}.py"], env=env, cwd=self.build,
                                  stdout=subprocess.PIPE, text=True, check=False).stdout
        else:
            said = ""
        with self.lock:
            self.note(suite, kind)
            sys.stderr.write(said)
            with open(f"{self.results}/devices.txt", "w", encoding="utf-8") as f:
                f.write(self.table())

    def work(self):
        while True:
            with self.lock:
                if not self.todo:
                    return
                suite, kind = self.todo.pop(0)
            self.run_one(suite, kind)

    def run(self, jobs):
        threads = [threading.Thread(target=self.work) for _ in range(jobs)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()

    def totals(self, room, kind):
        some = [c for (s, k), c in self.cells.items() if k == kind and s.startswith(room)]
        return [sum(c[i] for c in some) for i in range(3)]

    def failures(self):
        for suite, kind in sorted(self.cells):
            yield from (f"{kind} {suite}: {c}" for r, c in self.results_of(suite, kind) if r not in ("PASS", "SKIP"))

    def table(self):
        def line(name, cells):
            return f"{name:26}" + "".join(f"{'/'.join(map(str, c)) if c else '-':>12}" for c in cells).rstrip() + "\n"
        out = f"{self.commit}: passed/failed/skipped\n" + line("", [[k] for k in self.kinds])
        out += "".join(line(s, [self.cells.get((s, k)) for k in self.kinds]) for s in self.suites)
        out += "".join(line(f"{room}, all", [self.totals(room, k) for k in self.kinds]) for room in ("conformance", "apps"))
        return out + "".join(f"FAIL {f}\n" for f in self.failures())


def main():
    build = os.path.abspath(sys.argv[1])
    results = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else f"{build}/stages"
    kinds = os.environ.get("LONG_DEVICES", DEFAULT).split()
    wanted = os.environ.get("DEVICES_SUITES", "").split()
    suites = [s for s in all_suites() if not wanted or s[1] in wanted]
    unknown = [k for k in kinds if row(k) not in KINDS] + sorted(set(wanted) - {s for _, s in suites})
    if unknown or not suites:
        sys.exit(f"devices.py: unknown: {' '.join(unknown)}; kinds are {' '.join(KINDS)}")
    os.makedirs(results, exist_ok=True)
    matrix = Matrix(build, results, kinds, suites)
    matrix.run(int(os.environ.get("JOBS") or os.cpu_count() or 1))
    print(matrix.table(), end="")
    sys.exit(1 if any(c[1] for c in matrix.cells.values()) or len(matrix.cells) < len(suites) * len(kinds) else 0)


if __name__ == "__main__":
    main()
