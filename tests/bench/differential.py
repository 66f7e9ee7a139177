#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the kernel's TCP and ours get of the same bad link, in real time.

    B (sender: kernel, or netstackd on packet:b0) -- relay: loss, queue, rate, delay -- A (kernel)

Both senders meet the same seeded losses of the same path, in turn, in the same name spaces, with nothing
remembered of the run before. Prints the goodput of each in percent of the link, and their ratio, with a
noise: half of the interval that holds the true mean with 95 % (Student's t over the logarithms of the
pairs, a pair for each seed). With --self the kernel runs a second time for each seed; its two runs are a
pair like any other, whose true ratio is 1, and a cell's noise is the larger of the two. "below" and "above"
are said of a ratio that is farther from 1 than the noise. Wants a quiet machine."""
import argparse
import json
import math
import os
import statistics
import subprocess
import time

PATHS = {1: (100, 60000), 10: (50, 125000), 50: (20, 250000)}  # RTT in ms: Mbit/s, queue (2 BDP or more)
LOSSES = (0.1, 1, 3, 5)
CCS = ("cubic", "bbr")
STUDENT = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26)  # two-sided 95 %, by degrees of freedom


def sh(*cmd):
    subprocess.run(cmd, check=True, stdout=subprocess.DEVNULL)


class Lab:
    def __init__(self, build):
        self.build = os.path.abspath(build)
        self.a, self.b, self.r = (f"nsd{os.getpid()}{x}" for x in "abr")
        self.control = f"/tmp/netstack-differential-{os.getpid()}.sock"

    def __enter__(self):
        for ns in (self.a, self.b, self.r):
            sh("ip", "netns", "add", ns)
            sh("ip", "-n", ns, "link", "set", "lo", "up")
        for ns, dev, end in ((self.a, "a0", "r0"), (self.b, "b0", "r1")):
            sh("ip", "-n", ns, "link", "add", dev, "type", "veth", "peer", "name", end, "netns", self.r)
            for where, name in ((ns, dev), (self.r, end)):
                sh("ip", "-n", where, "link", "set", name, "up")
                sh("ip", "netns", "exec", where, "ethtool", "-K", name, "tso", "off", "gso", "off",
                   "gro", "off", "tx", "off")
        sh("ip", "-n", self.a, "addr", "add", "10.79.0.1/24", "dev", "a0")
        return self

    def __exit__(self, *exc):
        for ns in (self.a, self.b, self.r):
            subprocess.run(["ip", "netns", "del", ns], check=False)

    def default_cc(self):
        """What a socket begins with: one that began with BBR is paced to its end."""
        return subprocess.check_output(["ip", "netns", "exec", self.b, "cat",
                                        "/proc/sys/net/ipv4/tcp_congestion_control"], text=True).strip()

    def goodput(self, stack, cc, rtt, loss, seed, seconds):
        """Mbit/s that arrived."""
        mbit, queue = PATHS[rtt]
        sh("ip", "-n", self.b, "tcp_metrics", "flush")  # the kernel would begin with the last run's threshold
        ns = ["ip", "netns", "exec"]
        started = [subprocess.Popen(ns + [self.r, f"{self.build}/tests/bench/relay", "r0", "r1", str(mbit),
                                          str(rtt), str(queue), str(int(loss * 10000)), str(seed)],
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE)]
        started[0].stdout.readline()
        try:
            run = ns + [self.b]
            if stack == "kernel":
                sh("ip", "-n", self.b, "addr", "replace", "10.79.0.2/24", "dev", "b0")
            else:
                subprocess.run(["ip", "-n", self.b, "addr", "flush", "dev", "b0"], check=True)
                r, w = os.pipe()
                started.append(subprocess.Popen(
                    ns + [self.b, f"{self.build}/netstackd", "--control", self.control,
                          "--dev", "packet:b0,name=eth0", "--addr", "10.79.0.2/24%eth0",
                          "--sysctl", f"net.ipv4.tcp_congestion_control={self.default_cc()}",
                          "--sysctl", "net.ipv6.conf.default.accept_dad=0",  # ready at once
                          "--ready-fd", str(w)], pass_fds=[w]))
                os.close(w)
                if not os.read(r, 1):
                    raise SystemExit("differential: netstackd did not start")
                os.close(r)
                run += [f"{self.build}/netstack", "run", "--control", self.control, "--"]
            started.append(subprocess.Popen(ns + [self.a, "iperf3", "-s", "-1", "-p", "7008"],
                                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            time.sleep(0.5)
            out = subprocess.run(run + ["iperf3", "-c", "10.79.0.1", "-p", "7008", "-t", str(seconds),
                                        "-C", cc, "-J"],
                                 capture_output=True, text=True, timeout=seconds + 60, check=False)
            if out.returncode:
                raise SystemExit(f"differential: iperf3 over {stack}: {out.stderr or out.stdout[-400:]}")
            return json.loads(out.stdout)["end"]["sum_received"]["bits_per_second"] / 1e6
        finally:
            for p in reversed(started):
                if p.poll() is None:
                    p.terminate()
                p.wait(10)


class Cell:
    """The runs of one cell: got[who] has a figure for each seed."""

    def __init__(self, who):
        self.got = {w: [] for w in who}

    def mean(self, *who):
        """The geometric mean of all runs, in Mbit/s."""
        return math.exp(statistics.mean(math.log(x) for w in who for x in self.got[w]))

    def compare(self, a, b):
        """The logarithm of the ratio of the a to the b of the same seeds, and how far it may be off."""
        logs = [statistics.mean(math.log(self.got[w][i]) for w in a) -
                statistics.mean(math.log(self.got[w][i]) for w in b)
                for i in range(len(self.got[a[0]]))]
        n = len(logs)
        if n < 2:
            return logs[0], math.inf
        t = STUDENT[min(n - 2, len(STUDENT) - 1)]
        return statistics.mean(logs), t * statistics.stdev(logs) / math.sqrt(n)


def verdict(ratio, noise):
    """Of logarithms."""
    return "below" if ratio < -noise else "above" if ratio > noise else "equal"


def ratio_text(ratio, noise):
    """Of logarithms."""
    return f"{math.exp(ratio):8.4f} {math.exp(ratio) * math.expm1(min(noise, 9)):7.4f}"


def measure(lab, args, cc, rtt, loss):
    """One cell; which stack has its run first goes round."""
    who = ["kernel", "ours"] + ["again"] * args.self
    cell = Cell(who)
    for seed in range(1, args.rounds + 1):
        for i in range(len(who)):
            w = who[(seed + i) % len(who)]
            stack = "ours" if w == "ours" else "kernel"
            cell.got[w].append(lab.goodput(stack, cc, rtt, loss, seed, args.seconds))
    return cell


def report(cell, args, cc, rtt, loss):
    """Prints a line. Returns the verdict, that by the pairs alone, the kernel's on itself, the ratio's log."""
    kernel = [w for w in cell.got if w != "ours"]
    ratio, own = cell.compare(["ours"], kernel)
    self_, noise = cell.compare(["again"], ["kernel"]) if args.self else (0, 0)
    k, o = (100 * cell.mean(*who) / PATHS[rtt][0] for who in (kernel, ["ours"]))
    v = verdict(ratio, max(own, noise))
    print(f"{cc:6} {rtt:6} {loss:7} {k:9.2f} {o:7.2f} {ratio_text(ratio, own)}"
          f"{f'  {ratio_text(self_, noise)}' if args.self else ''}  {v}", flush=True)
    return v, verdict(ratio, own), verdict(self_, noise), ratio


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("build")
    ap.add_argument("--seconds", type=int, default=10)
    ap.add_argument("--rounds", type=int, default=5, help="seeds per cell")
    ap.add_argument("--self", action="store_true", help="also the kernel against itself")
    ap.add_argument("--rtt", type=int, nargs="*", default=list(PATHS))
    ap.add_argument("--loss", type=float, nargs="*", default=list(LOSSES))
    ap.add_argument("--cc", nargs="*", default=list(CCS))
    args = ap.parse_args()
    print("cc     RTT ms  loss %  kernel %  ours %    ratio     +/-" + "    itself     +/-" * args.self)
    with Lab(args.build) as lab:
        cells = [report(measure(lab, args, cc, rtt, loss), args, cc, rtt, loss)
                 for cc in args.cc for rtt in args.rtt for loss in args.loss]
    total, strict, itself, ratios = zip(*cells)
    n, above, equal, below = len(cells), *(total.count(v) for v in ("above", "equal", "below"))
    print(f"of {n} cells: {above} above the kernel, {equal} equal within the noise, {below} below; "
          f"not below in {100 - 100 * below / n:.0f} %; least ratio {math.exp(min(ratios)):.3f}")
    if args.self:
        print(f"by the pairs' own spread alone {strict.count('below')} below; the kernel by the same rule "
              f"differs from itself in {n - itself.count('equal')} (of 20 cells in one by chance)")


if __name__ == "__main__":
    main()
