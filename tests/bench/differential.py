#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the kernel's TCP and ours get of the same bad link, in real time.

    B (sender: kernel, or netstackd on packet:b0) -- relay: loss, queue, rate, delay -- A (kernel)

Both senders meet the same seeded losses of the same path, in turn, in the same name spaces. Prints
the goodput of each in percent of the link, and their ratio. Wants a quiet machine."""
import argparse
import json
import os
import statistics
import subprocess
import time

PATHS = {1: (100, 60000), 10: (50, 125000), 50: (20, 250000)}  # RTT in ms: Mbit/s, queue (2 BDP or more)
LOSSES = (0.1, 1, 3, 5)
CCS = ("cubic", "bbr")


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
                          "--ready-fd", str(w)], pass_fds=[w]))
                os.close(w)
                if not os.read(r, 1):
                    raise SystemExit("differential: netstackd did not start")
                os.close(r)
                run += [f"{self.build}/netstack", "run", "--control", self.control, "--"]
            started.append(subprocess.Popen(ns + [self.a, "iperf3", "-s", "-1", "-p", "7008"],
                                            stdout=subprocess.DEVNULL))
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


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("build")
    ap.add_argument("--seconds", type=int, default=10)
    ap.add_argument("--rounds", type=int, default=3, help="seeds per cell; the median counts")
    ap.add_argument("--rtt", type=int, nargs="*", default=list(PATHS))
    ap.add_argument("--loss", type=float, nargs="*", default=list(LOSSES))
    ap.add_argument("--cc", nargs="*", default=list(CCS))
    args = ap.parse_args()
    ratios = []
    print("cc     RTT ms  loss %  kernel %  ours %  ratio")
    with Lab(args.build) as lab:
        for cc in args.cc:
            for rtt in args.rtt:
                for loss in args.loss:
                    got = {"kernel": [], "ours": []}
                    for seed in range(1, args.rounds + 1):
                        for stack, list_ in got.items():
                            list_.append(lab.goodput(stack, cc, rtt, loss, seed, args.seconds))
                    k, o = (100 * statistics.median(got[s]) / PATHS[rtt][0] for s in ("kernel", "ours"))
                    ratios.append(o / k)
                    print(f"{cc:6} {rtt:6} {loss:7} {k:9.1f} {o:7.1f} {o / k:6.2f}", flush=True)
    above, equal = (100 * sum(r >= bound for r in ratios) / len(ratios) for bound in (1, 0.995))
    # where the link is what limits both, which of them has the last packet more is chance
    print(f"of {len(ratios)} cells: above the kernel or equal to the last octet in {above:.0f} %, above or within "
          f"half a percent in {equal:.0f} %; least ratio {min(ratios):.2f}")


if __name__ == "__main__":
    main()
