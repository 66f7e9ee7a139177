#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compares the stack with the kernel, in one run, in turn, in the same two network namespaces.

    namespace A (host side)                 namespace B
    10.78.0.1, fd78::1  ---- veth ----      10.78.0.2, fd78::2      the kernel's TCP/IP
    10.77.0.1, fd77::1  ---- TAP ------     netstackd 10.77.0.2     ours, programs under the shim

The peer in A is always the kernel. "out" is from B to A (the stack sends), "in" is towards it.
Prints medians, and the ratio of ours to the kernel's pair by pair; writes all of it as JSON.
"""
import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from netdev import devices  # noqa: E402

PORT = "7007"
BACKENDS = ("tap-mq", "packet", "packet-mq", "xdp", "e1000", "igb", "igb-mq", "igbvf", "veth")


class Lab:
    """The namespaces, links and the daemon; removes all of it on exit."""

    def __init__(self, build, busy_poll, kind="tap"):
        self.kind = kind
        self.build = os.path.abspath(build)
        self.a, self.b = (f"nsb{os.getpid()}{x}" for x in "ab")
        self.tap = "nsbtap"
        self.control = f"/tmp/netstack-bench-{os.getpid()}.sock"
        self.busy_poll = busy_poll
        self.daemon = None
        self.children = []

    def __enter__(self):
        for ns in (self.a, self.b):
            sh("ip", "netns", "add", ns)
            sh("ip", "-n", ns, "link", "set", "lo", "up")
        sh("ip", "-n", self.a, "link", "add", "v0", "type", "veth", "peer", "name", "v1", "netns", self.b)
        for ns, dev, n in ((self.a, "v0", 1), (self.b, "v1", 2)):
            sh("ip", "-n", ns, "addr", "add", f"10.78.0.{n}/24", "dev", dev)
            sh("ip", "-n", ns, "addr", "add", f"fd78::{n}/64", "dev", dev, "nodad")
            sh("ip", "-n", ns, "link", "set", dev, "up")
        self.start_daemon()
        return self

    def start_daemon(self):
        r, w = os.pipe()
        cmd = ["ip", "netns", "exec", self.a, f"{self.build}/netstackd", "--control", self.control,
               *devices(self.tap, ("10.77.0.1/24", "fd77::1/64"), "name=eth0", kind=self.kind, ns=self.a),
               "--addr", "10.77.0.2/24%eth0", "--addr", "fd77::2/64%eth0", "--ready-fd", str(w)]
        if self.busy_poll:
            cmd += ["--busy-poll", str(self.busy_poll)]
        self.daemon = subprocess.Popen(cmd, pass_fds=[w])
        os.close(w)
        if not os.read(r, 1):
            raise SystemExit("bench: netstackd did not start")
        os.close(r)

    def __exit__(self, *exc):
        for p in self.children + [self.daemon]:
            if p and p.poll() is None:
                p.terminate()
                try:
                    p.wait(5)
                except subprocess.TimeoutExpired:
                    p.kill()
        for ns in (self.a, self.b):
            subprocess.run(["ip", "netns", "del", ns], check=False)

    def argv(self, where, cmd):
        """where: 'peer' (kernel, A), 'kernel' (kernel, B) or 'ours' (shim, B)."""
        ns = self.a if where == "peer" else self.b
        pre = ["ip", "netns", "exec", ns]
        if where == "ours":
            pre += [f"{self.build}/netstack", "run", "--control", self.control, "--"]
        return pre + cmd

    def run(self, where, cmd):
        out = subprocess.run(self.argv(where, cmd), capture_output=True, text=True, timeout=120)
        if out.returncode:
            raise RuntimeError(f"{where}: {' '.join(cmd)}: {out.stderr.strip() or out.stdout.strip()}")
        return out.stdout

    def spawn(self, where, cmd, **kw):
        p = subprocess.Popen(self.argv(where, cmd), stdout=subprocess.PIPE, text=True, **kw)
        self.children.append(p)
        return p

    def stop(self, p, sig=signal.SIGTERM):
        if p.poll() is None:
            p.send_signal(sig)
        p.wait(10)
        self.children.remove(p)

    def addr(self, who, v6=False):
        """Address of the peer in A, or of B's end, on the path under test."""
        path, end = who
        net = "77" if path == "ours" else "78"
        return f"fd{net}::{end}" if v6 else f"10.{net}.0.{end}"

    def daemon_rss(self):
        pid = child_of(self.daemon.pid) or self.daemon.pid
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
            return next(int(line.split()[1]) * 1024 for line in f if line.startswith("Rss:"))


def child_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
        kids = f.read().split()
    return int(kids[0]) if kids else None


def sh(*cmd):
    subprocess.run(cmd, check=True)


def wait_line(p):
    line = p.stdout.readline()
    if not line:
        raise RuntimeError("a server did not start")
    return json.loads(line)


def default_cc():
    with open("/proc/sys/net/ipv4/tcp_congestion_control", encoding="ascii") as f:
        return f.read().strip()


def iperf(lab, path, streams, reverse, cc, seconds):
    """Gbit/s of iperf3, client in B. reverse: the peer sends. cc: the kernel sender's algorithm."""
    server = lab.spawn("peer", ["iperf3", "-s", "-1", "-p", PORT, "--forceflush"])
    time.sleep(0.3)
    cmd = ["iperf3", "-c", lab.addr((path, 1)), "-p", PORT, "-t", str(seconds), "-P", str(streams), "-J"]
    if reverse:
        cmd += ["-R"]
    if cc != default_cc() and (path == "kernel" or reverse):
        cmd += ["-C", cc]
    try:
        out = json.loads(lab.run(path, cmd))
    finally:
        lab.stop(server)
    return out["end"]["sum_received"]["bits_per_second"] / 1e9


def with_server(lab, path, server_in_b, cmd):
    """Runs nb server on one side and cmd (a list with HOST in it) on the other."""
    nb = f"{lab.build}/tests/bench/nb"
    server = lab.spawn(path if server_in_b else "peer", [nb, "server", PORT] + ["close"] * (cmd[0] == "crr"))
    wait_line(server)
    host = lab.addr((path, 2 if server_in_b else 1))
    try:
        return json.loads(lab.run("peer" if server_in_b else path,
                                  [nb] + [host if x == "HOST" else x for x in cmd]))
    finally:
        lab.stop(server)


def on_one_cpu(lab, measured):
    """Who wakes whom on which processor decides a round trip: here nobody can choose."""
    pids = [0, child_of(lab.daemon.pid) or lab.daemon.pid]
    before = [os.sched_getaffinity(p) for p in pids]
    try:
        for p in pids:
            os.sched_setaffinity(p, {min(before[0])})
        return measured()
    finally:
        for p, cpus in zip(pids, before):
            os.sched_setaffinity(p, cpus)


def udp(lab, path, towards, size, seconds):
    nb = f"{lab.build}/tests/bench/nb"
    sink = lab.spawn(path if towards else "peer", [nb, "udpsink", PORT], stdin=subprocess.PIPE)
    wait_line(sink)
    lab.run("peer" if towards else path,
            [nb, "udptx", lab.addr((path, 2 if towards else 1)), PORT, str(seconds), str(size)])
    sink.stdin.close()
    result = json.loads(sink.stdout.readline())
    sink.wait(10)
    lab.children.remove(sink)
    return result["per_s"]


def packet_receive(lab, path, mode, size):
    """Frames per second of processor time, from a veth of the kernel: plain recvfrom() or our device."""
    out = subprocess.run([f"{lab.build}/tests/bench/pktrx", "recvfrom" if path == "kernel" else mode, str(size)],
                         check=True, capture_output=True, text=True, timeout=60).stdout
    return json.loads(out)["per_s"]


def idle_memory(lab, count):
    nb = f"{lab.build}/tests/bench/nb"
    server = lab.spawn("ours", [nb, "server", PORT])
    wait_line(server)
    before = lab.daemon_rss()
    client = lab.spawn("peer", [nb, "idle", lab.addr(("ours", 2)), PORT, str(count)],
                       stdin=subprocess.PIPE)
    wait_line(client)
    time.sleep(1)
    after = lab.daemon_rss()
    client.stdin.close()
    client.wait(30)
    lab.children.remove(client)
    lab.stop(server)
    return (after - before) / count


def virtual_time(lab):
    """How much faster than the clock an idle-mostly connection is simulated."""
    out = subprocess.run([f"{lab.build}/tests/sim/soak", "--idle"], check=True, capture_output=True, text=True,
                         timeout=600).stdout
    return float(re.search(r"frames: (\d+) times real time", out)[1])


def calls(lab, reps):
    """Microseconds of single calls, natively and under the shim, over the same server."""
    runs = {"kernel": [], "ours": []}
    for _ in range(reps):
        for path, rows in runs.items():
            server = lab.spawn("peer", [f"{lab.build}/tests/bench/nb", "server", PORT])
            wait_line(server)
            rows.append(json.loads(lab.run(path, [f"{lab.build}/tests/bench/calls", lab.addr((path, 1)), PORT])))
            lab.stop(server)
    for path, where in (("kernel", "kernel"), ("ours", "ours")):
        for row in runs[path]:
            row["start of a program (true)"] = start_up(lab, where)
    names = list(runs["ours"][0])
    return {n: {p: statistics.median(r[n] for r in runs[p]) for p in runs} for n in names}


def start_up(lab, path, times=40):
    """Microseconds from exec to exit of a program that does nothing, preloaded or not."""
    env = dict(os.environ)
    if path == "ours":
        env.update(LD_PRELOAD=f"{lab.build}/preload/.libs/libnetstack.so", NETSTACK_CONTROL=lab.control)
    took = []
    for _ in range(times):
        start = time.monotonic()
        subprocess.run(["/bin/true"], env=env, check=True)
        took.append((time.monotonic() - start) * 1e6)
    return statistics.median(took)


def print_calls(table):
    print(f"\n{'microseconds of a call':44} {'kernel':>8} {'ours':>8} {'ratio':>6}")
    for name, row in table.items():
        print(f"{name:44} {row['kernel']:8.2f} {row['ours']:8.2f} {row['ours'] / row['kernel']:6.2f}")


def metrics(args):
    """(name, unit, higher is better, function(lab, path))"""
    t = args.seconds
    rows = []
    for cc in args.cc.split(","):
        for n in (1, 8):
            for rev in (False, True):
                way = "in" if rev else "out"
                rows.append((f"tcp {way}, {n} stream{'s' if n > 1 else ''}, kernel {cc}", "Gbit/s", True,
                             lambda lab, p, n=n, rev=rev, cc=cc: iperf(lab, p, n, rev, cc, t)))
    for in_b, who in ((False, "client"), (True, "server")):
        rows.append((f"tcp 1-byte round trip, {who}", "us", False,
                     lambda lab, p, b=in_b: with_server(lab, p, b, ["rr", "HOST", PORT, str(t)])["p50_us"]))
        rows.append((f"tcp 1-byte round trip, one CPU, {who}", "us", False,
                     lambda lab, p, b=in_b: on_one_cpu(lab, lambda: with_server(
                         lab, p, b, ["rr", "HOST", PORT, str(t)])["p50_us"])))
    for in_b, who in ((False, "client"), (True, "server")):
        rows.append((f"tcp connections, 16 at a time, {who}", "1/s", True,
                     lambda lab, p, b=in_b: with_server(lab, p, b, ["crr", "HOST", PORT, str(t), "16"])["per_s"]))
    for size in (64, 1400):
        for towards, way in ((False, "out"), (True, "in")):
            rows.append((f"udp {way}, {size} octets", "1/s", True,
                         lambda lab, p, s=size, w=towards: udp(lab, p, w, s, t)))
    for size in (64, 1400):
        for mode in ("recv", "v2", "v3", "xdp"):
            what = "xdp device" if mode == "xdp" else f"packet device rx={mode}"
            rows.append((f"{what}, {size} octets (kernel: recvfrom)", "1/s", True,
                         lambda lab, p, m=mode, s=size: packet_receive(lab, p, m, s)))
    return rows


def backend_metrics(args):
    """A few of the metrics, over devices other than the TAP."""
    chosen = [f"tcp {way}, 1 stream, kernel {args.cc.split(',')[-1]}" for way in ("out", "in")]
    chosen += ["tcp 1-byte round trip, client", "udp out, 64 octets", "udp in, 64 octets"]
    return [r for r in metrics(args) if r[0] in chosen]


def backends(args):
    """The kernel's side of it stays a veth pair with all offloads."""
    results = []
    for kind in BACKENDS:
        if args.only and not any(args.only in f"{kind}: {r[0]}" for r in backend_metrics(args)):
            continue
        with Lab(args.build, args.busy_poll, kind) as lab:
            rows = [(f"{kind}: {r[0]}", *r[1:]) for r in backend_metrics(args)]
            results += measure(lab, args, rows)
    return results


def with_workers(args):
    """Eight streams with one worker and with two."""
    results = []
    chosen = [r for r in metrics(args) if r[0].startswith("tcp ") and f"8 streams, kernel {args.cc.split(',')[-1]}" in r[0]]
    for n in (1, 2):
        named = [(f"{n} worker{'s' if n > 1 else ''}: {r[0]}", *r[1:]) for r in chosen]
        if args.only and not any(args.only in r[0] for r in named):
            continue
        with Lab(args.build, args.busy_poll, f"tap-w{n}") as lab:
            results += measure(lab, args, named)
    return results


def measure(lab, args, rows):
    results = []
    for name, unit, higher, fn in rows:
        if args.only and args.only not in name:
            continue
        ours, kernel, errors = [], [], []
        for _ in range(args.reps):
            try:
                k, o = fn(lab, "kernel"), fn(lab, "ours")
                kernel.append(k)
                ours.append(o)
            except (RuntimeError, subprocess.TimeoutExpired, KeyError, ValueError) as e:
                errors.append(str(e))
        row = {"name": name, "unit": unit, "higher_is_better": higher, "errors": errors}
        if ours:
            row.update(kernel=statistics.median(kernel), ours=statistics.median(ours),
                       ratio=statistics.median(o / k for o, k in zip(ours, kernel)))
            print(f"{name:50} kernel {row['kernel']:10.1f} ours {row['ours']:10.1f} {unit:6} ratio {row['ratio']:.2f}",
                  flush=True)
        for e in errors:
            print(f"{name:50} FAILED: {e}", flush=True)
        results.append(row)
    return results


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("build", help="build directory")
    ap.add_argument("--reps", type=int, default=3)
    ap.add_argument("--seconds", type=int, default=2)
    ap.add_argument("--cc", default="bbr,cubic", help="congestion controls of the kernel sender to compare with")
    ap.add_argument("--busy-poll", default="0", metavar="USEC|auto")
    ap.add_argument("--only", default="", help="only metrics whose name contains this")
    ap.add_argument("--idle", type=int, default=10000, help="idle connections for the memory figure; 0: skip")
    ap.add_argument("--json", default="bench.json", help="where to write the results")
    args = ap.parse_args()
    if os.geteuid():
        sys.exit("bench: needs root (it makes network namespaces)")
    with Lab(args.build, args.busy_poll) as lab:
        report = {"busy_poll_us": args.busy_poll, "reps": args.reps, "seconds": args.seconds}
        # First, while the daemon is fresh: later its pools hold what earlier connections used.
        if args.idle and (not args.only or args.only in "memory"):
            report["idle_octets_per_connection"] = per = idle_memory(lab, args.idle)
            print(f"{'memory per idle connection (' + str(args.idle) + ')':44} {per:.0f} octets of daemon RSS")
        if not args.only or args.only in "virtual time":
            report["virtual_time_ratio"] = ratio = virtual_time(lab)
            print(f"{'virtual time, a byte a second each way':44} {ratio:.0f} x real time")
        report["results"] = measure(lab, args, metrics(args))
        if not args.only or args.only in "calls":
            report["calls_us"] = table = calls(lab, args.reps)
            print_calls(table)
    report["results"] += backends(args)
    report["results"] += with_workers(args)
    with open(args.json, "w", encoding="ascii") as f:
        json.dump(report, f, indent=1)


if __name__ == "__main__":
    main()
