#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Soak: a random mixture of real programs, killed, stopped and cut off at random; after each round
nothing of them may be left in the daemon.

SOAK_SECONDS of load (default 6, with few programs at once: a look that this test still works; `bootstrap check-long` takes two
hours), in rounds of SOAK_ROUND; SOAK_SEED, printed, repeats the choices of an earlier run, though not
its timing. SOAK_LOG=1 tells what is done.
"""
import json
import os
import random
import shutil
import signal
import sys
import time

import soak_programs as soak
from applab import HOST, NATIVE, STACK, Lab, need, skip_all
from netdev import ASKED, QUEUES, workers

need("curl", "python3", "ip", "tc")
if NATIVE:
    skip_all("it looks into the daemon")
SECONDS = float(os.environ.get("SOAK_SECONDS", 6))
ROUND = float(os.environ.get("SOAK_ROUND", 6 if SECONDS < 100 else 100))
SEED = int(os.environ.get("SOAK_SEED", random.SystemRandom().randrange(1 << 32)))
CLIENTS = int(os.environ.get("SOAK_CLIENTS", 4 if SECONDS < 100 else 12))
PAGE = 32 << 10         # NET_PAGE_SIZE
GRACE = 60              # what a busy machine may add to a program's own limit, seconds
SETTLE = 150            # TIME-WAIT of both ends, and what is retransmitted to a peer that is gone
RSS_GROWTH = 64 << 10   # KiB over the first checkpoint's: what a burst needed is kept
IN_USE_GROWTH = 256 << 10   # octets: caches (neighbours, metrics, path MTUs) stay
# Packets and pages that the device and the stack keep, once there was traffic: each queue, if workers have some
SPARE = {k: n * max(1, min(QUEUES, workers(ASKED)))
         for k, n in {"pool skb": 64, "pool skb_bare": 64, "pool skb_small": 64, "pool skb_data": 64,
                      "pages": 96}.items()}
TICKS, WAKEUPS = 20, 200    # of an idle daemon in a second; a spin makes 100 ticks or 10^5 wake-ups


class Running:
    """A program that was started."""

    def __init__(self, p, name, limit, key=None):
        self.p, self.name, self.key = p, name, key
        self.started, self.limit = time.monotonic(), limit
        self.wake = None                # when a stopped one is continued
        self.ended = None               # when it was asked to end

    def signal(self, sig, whole=True):
        try:
            (os.killpg if whole else os.kill)(self.p.pid, sig)
        except ProcessLookupError:
            pass


class Round:
    """One round: start, disturb, end."""

    def __init__(self, ctx, rng, nr):
        self.ctx, self.lab, self.rng, self.nr = ctx, ctx.lab, rng, nr
        self.servers, self.clients, self.undo, self.retry, self.sessions = {}, [], [], {}, set()
        self.count = {"programs": 0, "killed": 0, "stopped": 0, "network": 0}
        self.wanted = self.choose_servers()
        self.hung = []

    def choose_servers(self):
        """All kinds of server that there are, each in one to three of its four places."""
        wanted = {}
        for name, row in soak.SERVERS.items():
            if not all(shutil.which(p) for p in row["programs"]):
                continue
            places = [(shim, family) for shim in (True, False) for family in (4, 6)]
            for shim, family in self.rng.sample(places, 1 if row["cost"] > 1 else self.rng.choice([2, 3])):
                port = row["port"] + 2 * family + shim
                addr = (STACK if shim else HOST)[family]
                wanted[name, shim, family] = (addr, port)
        return wanted

    def spawn(self, argv, shim, name, limit, key=None):
        soak.log("start", name, "shim" if shim else "host")
        # some programs go through the seccomp filter that could be preloaded
        if shim and not key and self.rng.random() < 0.1:
            argv = [f"{self.lab.build}/netstack", "run", "--seccomp", "--control", self.lab.control, "--", *argv]
            shim = False
        self.count["programs"] += 1
        p = self.lab.spawn(argv, shim=shim, stdin=open(os.devnull, "rb"))
        self.sessions.add(p.pid)
        return Running(p, name, limit, key)

    def start_servers(self):
        now = time.monotonic()
        for key, (addr, port) in self.wanted.items():
            if key in self.servers or self.retry.get(key, 0) > now:
                continue
            name, shim, family = key
            argv = soak.SERVERS[name]["argv"](self.ctx, addr, port, f"{name}{int(shim)}{family}")
            self.retry[key] = now + (0.5 if argv else soak.NEVER)
            if argv:
                self.servers[key] = self.spawn(argv, shim, name, soak.NEVER, key)

    def start_client(self):
        rng = self.rng
        if (pick := rng.random()) < 0.15:
            shim, family = rng.random() < 0.7, rng.choice([4, 6])
            return self.spawn(soak.alone(self.ctx, rng, family, shim), shim, "alone", soak.SOON)
        if pick < 0.22:
            return self.spawn(soak.observer(self.ctx, rng), False, "observer", soak.SOON)
        key = rng.choice(list(self.wanted))
        fn, programs, limit = rng.choice(soak.SERVERS[key[0]]["clients"])
        argv = all(shutil.which(p) for p in programs) and fn(self.ctx, rng, *self.wanted[key])
        # who serves on the host's side has clients of the stack, and sometimes both are the stack's
        return self.spawn(argv, not key[1] or rng.random() < 0.1, fn.__name__, limit) if argv else None

    def reap(self, r):
        """Whether it has ended; its children end with it."""
        if r.p.poll() is None:
            return False
        self.lab.stop(r.p)
        return True

    def look_after(self, r, now):
        if r.wake and now >= r.wake:
            r.wake = None
            r.signal(signal.SIGCONT)
            r.limit += now - r.started
        if r.limit >= soak.NEVER and r.key is None and not r.ended and now > r.started + 8:
            r.ended = now
            r.signal(signal.SIGTERM)
        if not r.wake and r.limit < soak.NEVER and now > r.started + r.limit + GRACE:
            self.hung.append(f"{r.name} did not end in its own {r.limit:.0f} s + {GRACE} s: {where(r.p.pid)}")
            r.signal(signal.SIGKILL)
            r.limit = soak.NEVER

    def mischief(self, now):
        rng = self.rng
        every = list(self.servers.values()) + self.clients * 3
        victim = rng.choice(every) if every else None
        pick = rng.random()
        if pick < 0.45 and victim:
            soak.log("kill", victim.name, victim.p.pid)
            self.count["killed"] += 1
            victim.signal(rng.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT]), rng.random() < 0.6)
        elif pick < 0.6 and victim and not victim.wake:
            soak.log("stop", victim.name, victim.p.pid)
            self.count["stopped"] += 1
            victim.wake = now + rng.choice([0.2, 1, 4])
            victim.signal(signal.SIGSTOP)
        elif pick < 0.75:
            for r in self.servers.values():
                if r.name in ("nginx", "dnsmasq", "sshd"):
                    r.signal(signal.SIGHUP, False)
        elif not self.undo:             # one trouble of the network at a time
            what = rng.choice(soak.NETWORK)
            undo, seconds = what(self.ctx, rng)
            soak.log(what.__name__, seconds, bool(undo))
            self.count["network"] += bool(undo)
            if undo:
                self.undo.append((now + seconds, undo))

    def heal(self, now=float("inf")):
        for item in [u for u in self.undo if u[0] <= now]:
            self.undo.remove(item)
            item[1]()

    def run(self, seconds):
        end, next_mischief = time.monotonic() + seconds, time.monotonic() + 2
        while (now := time.monotonic()) < end:
            self.start_servers()
            for r in list(self.servers.values()):
                self.look_after(r, now)
                if self.reap(r):
                    del self.servers[r.key]
            for r in list(self.clients):
                self.look_after(r, now)
                if self.reap(r):
                    self.clients.remove(r)
            if len(self.clients) < CLIENTS and (r := self.start_client()):
                self.clients.append(r)
            self.heal(now)
            if now >= next_mischief:
                self.mischief(now)
                next_mischief = time.monotonic() + self.rng.uniform(0.05, 0.6)
            if self.lab.daemon.poll() is not None:
                raise AssertionError(f"netstackd ended with {self.lab.daemon.returncode}")
            self.lab.pause(0.02)
        self.heal()
        self.end()

    def end(self):
        """Half of the programs are asked to end, half are killed; who does not obey is hung."""
        everyone = list(self.servers.values()) + self.clients
        for r in everyone:
            r.signal(signal.SIGCONT)
            r.signal(self.rng.choice([signal.SIGTERM, signal.SIGKILL]))
        end = time.monotonic() + 30 + GRACE
        while time.monotonic() < end and any(r.p.poll() is None for r in everyone):
            self.lab.pause(0.05)
        for r in everyone:
            if r.p.poll() is None:
                self.hung.append(f"{r.name} does not end by SIGTERM: {where(r.p.pid)}")
            self.lab.stop(r.p, signal.SIGKILL)
        kill_sessions(self.sessions)


def kill_sessions(sessions):
    """What killed programs left behind: timeout(1) is a process group of its own, and when it was killed nobody
    ends what it started. redis-benchmark goes on for ever then, if a write met a reset: it takes that for
    EAGAIN (cliWriteConn), on the kernel's stack as well."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as f:
                session = int(f.read().rpartition(")")[2].split()[3])
            if session in sessions:
                os.kill(int(pid), signal.SIGKILL)
        except (OSError, IndexError):
            continue


def where(pid):
    """What the kernel says a process waits in."""
    said = []
    for name in ("cmdline", "wchan", "syscall", "status"):
        try:
            with open(f"/proc/{pid}/{name}", encoding="utf-8", errors="replace") as f:
                said.append(f.read().replace("\0", " ")[:200].split("\n")[0])
        except OSError as e:
            said.append(str(e))
    return "; ".join(said)


def field(pid, name):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return int(next(line.split()[1] for line in f if line.startswith(name + ":")))


def fds(pid):
    """What each open fd is, without the number that tells sockets from each other."""
    found = {}
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            what = os.readlink(f"/proc/{pid}/fd/{fd}").split(":[")[0]
        except FileNotFoundError:
            continue
        found[what] = found.get(what, 0) + 1
    return found


def ticks(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        part = f.read().rpartition(")")[2].split()
    return int(part[11]) + int(part[12])


class Level:
    """What the daemon holds."""

    def __init__(self, lab):
        s = lab.stat()
        memory, daemon = s["memory"], s["daemon"]
        pools = memory["pools"]
        self.exact = {"sockets": len(json.loads(lab.cli("sock", "--json"))["sockets"]), **s["sockets"],
                      **{k: daemon[k] for k in ("objects", "zombies", "captures", "channels")},
                      **{f"pool {k}": v["live"] for k, v in pools.items()}, "pages": memory["pages_live"],
                      "fds": sum(fds(lab.daemon.pid).values())}
        # what is not counted above: sockets, caches. The tables of sockets have grown to the most there were.
        self.in_use = (memory["bytes"] - sum(v["size"] * (v["free"] + v["live"]) for v in pools.values())
                       - PAGE * (memory["pages_free"] + memory["pages_live"]) - memory["tables"])
        self.rss = field(lab.daemon.pid, "VmRSS")
        self.wakeups = daemon["wakeups"]

    def over(self, base):
        """What there is more of than at the beginning. SPARE: what a device and a burst keep ready."""
        return {k: (v, base.exact.get(k, 0)) for k, v in self.exact.items() if v > base.exact.get(k, 0) + SPARE.get(k, 0)}


def settle(lab, base):
    """The level, when everything has gone or SETTLE is over."""
    end = time.monotonic() + SETTLE
    while True:
        level = Level(lab)
        if not level.over(base) or time.monotonic() > end:
            return level
        lab.pause(0.5)


def spins(lab):
    """Whether the idle daemon keeps busy: of ten looks, a second each, not one is quiet."""
    seen = []
    for _ in range(10):
        t, w = ticks(lab.daemon.pid), Level(lab).wakeups
        lab.pause(1)
        seen.append((ticks(lab.daemon.pid) - t, Level(lab).wakeups - w))
        if seen[-1][0] <= TICKS and seen[-1][1] <= WAKEUPS:
            return None
    return seen


def works(lab):
    """Both sides reach each other over both families."""
    for family in (4, 6):
        lab.run(["ping", f"-{family}", "-c", "1", "-w", "20", STACK[family]])
        lab.run(["ping", f"-{family}", "-c", "1", "-w", "20", HOST[family]], shim=True)


def stuck(lab, base, level):
    """What is left, for who has to find out why."""
    lines = [f"{k}: {now}, at first {then}" for k, (now, then) in level.over(base).items()]
    lines += lab.cli("sock").split("\n")[1:40]
    return "; ".join(lines) + f"; fds {fds(lab.daemon.pid)}"


def checkpoint(lab, base, levels):
    """AssertionError when something is left of a round."""
    level = settle(lab, base)
    assert not level.over(base), stuck(lab, base, level)
    assert level.in_use <= base.in_use + IN_USE_GROWTH, f"memory in use: {level.in_use}, at first {base.in_use}"
    busy = spins(lab)
    assert not busy, f"the idle daemon is busy: (ticks, wake-ups) {busy}"
    works(lab)
    levels.append(level)
    assert SECONDS < 100 or level.rss <= levels[0].rss + RSS_GROWTH, f"RSS: {[x.rss for x in levels]} KiB"
    return level


def trend(levels):
    """No growth: the least of the last third is not far above the most of the first third, but for its first."""
    third = len(levels) // 3
    if third < 2:
        return
    first, last = [x.rss for x in levels[1:third + 1]], [x.rss for x in levels[-third:]]
    assert min(last) <= max(first) + (RSS_GROWTH >> 2), f"RSS grows: {[x.rss for x in levels]} KiB"
    first, last = [x.in_use for x in levels[1:third + 1]], [x.in_use for x in levels[-third:]]
    assert min(last) <= max(first) + (IN_USE_GROWTH >> 3), f"memory in use grows: {[x.in_use for x in levels]}"


def prepare(lab, rng):
    """Ends that are quick to forget, so that a checkpoint comes soon."""
    soak.quiet("sysctl", "-qw", f"net.ipv6.conf.{soak.TAP}.keep_addr_on_down=1")
    for key, value in (("tcp_fin_timeout", 5), ("tcp_orphan_retries", 3), ("tcp_retries2", 6), ("tcp_syn_retries", 3)):
        lab.cli("sysctl", f"net.ipv4.{key}={value}")
    works(lab)
    return Level(lab), random.Random(rng.random())


def main():
    rounds = max(1, round(SECONDS / ROUND))
    print(f"1..{rounds + 1}")
    print(f"# SOAK_SEED={SEED} SOAK_SECONDS={SECONDS:g} SOAK_ROUND={ROUND:g}", flush=True)
    lab, rng = Lab(), random.Random(SEED)
    ctx = soak.Ctx(lab)
    base, rng = prepare(lab, rng)
    levels, failed, total = [], 0, {}
    for nr in range(1, rounds + 1):
        # every third round leaves its TIME-WAIT sockets to the clock
        lab.cli("sysctl", f"net.ipv4.tcp_max_tw_buckets={65536 if ROUND > 20 and nr % 3 == 0 else 0}")
        with_settings = soak.settings(ctx, rng)
        r, why = Round(ctx, rng, nr), None
        try:
            r.run(ROUND)
            level = checkpoint(lab, base, levels)
            assert not r.hung, "; ".join(r.hung)
            print(f"ok {nr} - round {nr}: {r.count}, RSS {level.rss} KiB, in use {level.in_use}", flush=True)
        except Exception as e:  # pylint: disable=broad-except
            why = e
        total = {k: total.get(k, 0) + v for k, v in r.count.items()}
        if why:
            failed += 1
            print(f"not ok {nr} - round {nr} (SOAK_SEED={SEED}): {type(why).__name__} {why}")
            print(f"# {r.count} {with_settings}", flush=True)
            if lab.daemon.poll() is not None:
                print(f"Bail out! netstackd ended with {lab.daemon.returncode} (SOAK_SEED={SEED})", flush=True)
                break
    try:
        trend(levels)
        print(f"ok {rounds + 1} - no growth over {len(levels)} checkpoints, {total}", flush=True)
    except AssertionError as e:
        failed += 1
        print(f"not ok {rounds + 1} - no growth over {len(levels)} checkpoints: {e}", flush=True)
    lab.close()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
