# SPDX-License-Identifier: BSD-2-Clause
"""A bench for black-box tests: one network namespace, netstackd on a TAP in it, a program under
the shim, and this process with a raw socket on the host's end of the TAP.

        this process                               netstackd
    10.77.0.1 fd77::1  host kernel                 10.77.0.2 fd77::2
    10.77.0.9 fd77::9  played by the test  -- TAP --   |
      02:00:00:00:00:09                            agent.py under libnetstack.so

The host kernel owns .1 only for programs that need a real peer; packet tests are .9 so that the
kernel never answers for them.

With NETSTACK_ORACLE=kernel the same tests ask the host kernel instead: it owns .2 on a TAP whose
other end this process holds, and the program runs without the shim. What a test expects of Linux
can be checked so; what only netstackd can tell is skipped.
"""
import atexit
import base64
import fcntl
import json
import os
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import traceback

MAC_TEST = "02:00:00:00:00:09"
MAC_STACK = "02:00:00:00:00:02"
TAP = "tap0"
PATIENCE = 10       # seconds for what must come, on a busy machine; what must not has its own, short
HOST4, STACK4, TEST4 = "10.77.0.1", "10.77.0.2", "10.77.0.9"
HOST6, STACK6, TEST6 = "fd77::1", "fd77::2", "fd77::9"


def skip_all(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(0)


def enter_namespace():
    """Re-runs this script inside a network namespace of its own; the outer half cleans up."""
    if os.environ.get("NETSTACK_LAB"):
        return
    if os.geteuid():
        skip_all("needs root for network namespaces")
    if not os.path.exists("/dev/net/tun"):
        skip_all("needs /dev/net/tun")
    name = f"nsc{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", name], check=False).returncode:
        skip_all("cannot make a network namespace")
    env = dict(os.environ, NETSTACK_LAB=name)
    p = subprocess.Popen(["ip", "netns", "exec", name, sys.executable, *sys.argv], env=env)
    for sig in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sig, lambda *_: p.terminate())
    code = p.wait()
    for ns in (name, name + "a", name + "b"):       # a test may have made two more
        if os.path.exists(f"/run/netns/{ns}"):
            subprocess.run(["ip", "netns", "del", ns], check=False)
    sys.exit(code if code >= 0 else 128 - code)


enter_namespace()

import logging  # noqa: E402

logging.getLogger("scapy").setLevel(logging.ERROR)
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from netdev import DEVICE, devices  # noqa: E402
from scapy.all import Ether, ICMPv6EchoReply, ICMPv6EchoRequest, IP, IPv6, conf  # noqa: E402

conf.verb = 0
PADS = DEVICE.startswith(("e1000", "igb"))      # a card's wire has no frame of less than 60 octets


class Skip(Exception):
    """Raised by a test that cannot be run here."""


class Agent:
    """agent.py under the shim. a.send("s", b"x") makes the call; OSError names come back as
    the class Failed, other results as they are."""

    class Failed(Exception):
        def __init__(self, errno):
            super().__init__(errno)
            self.errno = errno

    def __init__(self, prefix=()):
        here = os.path.dirname(os.path.abspath(__file__))
        cmd = [*prefix, sys.executable, os.path.join(here, "agent.py")]
        self.p = subprocess.Popen(cmd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __getattr__(self, op):
        return lambda *args: self.call(op, *args)

    def start(self, op, *args):
        """Begins a call that may block; finish_errno() waits for it."""
        self.p.stdin.write(json.dumps({"op": op, "args": [pack(a) for a in args]}) + "\n")
        self.p.stdin.flush()

    def finish_errno(self):
        try:
            self.finish("the call begun")
        except Agent.Failed as e:
            return e.errno
        return None

    def call(self, op, *args):
        self.start(op, *args)
        return self.finish(op, args)

    def finish(self, op, args=()):
        if not select.select([self.p.stdout], [], [], 60)[0]:
            raise AssertionError(f"the program hangs in {op}{args}")
        line = self.p.stdout.readline()
        if not line:
            raise AssertionError(f"the program died in {op}{args}")
        answer = json.loads(line)
        if "errno" in answer:
            raise Agent.Failed(answer["errno"])
        return unpack(answer["ok"])

    def errno(self, op, *args):
        """The errno of a call that must fail."""
        try:
            self.call(op, *args)
        except Agent.Failed as e:
            return e.errno
        return None

    def stop(self):
        self.p.stdin.close()
        try:
            self.p.wait(20)
        except subprocess.TimeoutExpired:
            self.p.kill()


def pack(v):
    if isinstance(v, bytes):
        return {"bytes": base64.b64encode(v).decode()}
    return [pack(x) for x in v] if isinstance(v, (tuple, list)) else v


def unpack(v):
    if isinstance(v, dict) and "bytes" in v:
        return base64.b64decode(v["bytes"])
    return tuple(unpack(x) for x in v) if isinstance(v, list) else v


class Lab:
    oracle = False

    def __init__(self, *extra_args, neigh=True, offload=False):
        """offload: large segments and unfinished checksums on the TAP. Off, its frames are what a
        wire would carry."""
        self.build = os.environ.get("builddir", os.getcwd())
        self.dir = tempfile.mkdtemp(prefix="nslab")
        self.control = f"{self.dir}/control"
        self.agents = []
        self.daemon = None
        atexit.register(self.close)
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        # The kernel on the host's end must stay silent where the test plays the peer.
        subprocess.run(["sysctl", "-qw", "net.ipv6.conf.default.accept_ra=0",
                        "net.ipv6.conf.default.router_solicitations=0"], check=False)
        self.offload = "on" if offload else "off"
        self.start(extra_args, neigh)
        self.sock = self.wire()
        self.mac_host = open(f"/sys/class/net/{TAP}/address", encoding="ascii").read().strip()
        self.settle()
        self.rate_limit(0)

    def settle(self):
        """Waits until both addresses answer: duplicate address detection takes its second."""
        for _ in range(150):
            self.drain(0.1)
            if self.exchange(IPv6(src=TEST6, dst=STACK6) / ICMPv6EchoRequest(), lambda f: ICMPv6EchoReply in f, 0.1):
                break
        self.drain(0.1)

    def wire(self):
        return conf.L2socket(iface=TAP)

    def start(self, extra_args, neigh):
        r, w = os.pipe()
        args = [f"{self.build}/netstackd", "--control", self.control, "--ready-fd", str(w),
                *devices(TAP, (f"{HOST4}/24", f"{HOST6}/64"), f"name=eth0,mac={MAC_STACK}", self.offload),
                "--addr", f"{STACK4}/24%eth0", "--addr", f"{STACK6}/64%eth0", *extra_args]
        if neigh:
            args += ["--neigh", f"{TEST4}={MAC_TEST}%eth0", "--neigh", f"{TEST6}={MAC_TEST}%eth0"]
        self.daemon = subprocess.Popen(args, pass_fds=[w])
        os.close(w)
        if not os.read(r, 1):
            raise SystemExit("netstackd did not start")
        os.close(r)

    def agent(self, native=False):
        """A new program: under the shim, or on the host's side of the TAP."""
        a = Agent() if native else Agent(self.shim())
        self.agents.append(a)
        return a

    def shim(self):
        return [f"{self.build}/netstack", "run", "--control", self.control, "--"]

    def close(self):
        atexit.unregister(self.close)
        for a in self.agents:
            a.stop()
        code = 0
        if self.daemon:
            self.daemon.terminate()
            code = self.daemon.wait(30)
        shutil.rmtree(self.dir, ignore_errors=True)
        if code:
            print(f"# netstackd ended with {code}")
            os._exit(1)

    def cli(self, *args):
        return subprocess.run([f"{self.build}/netstack", args[0], "--control", self.control, *args[1:]],
                              check=True, capture_output=True, text=True, timeout=30).stdout

    def stat(self):
        return json.loads(self.cli("stat", "--json"))

    def mib(self, name):
        """A counter: mib("Udp.InErrors")."""
        group, field = name.split(".")
        return self.stat()["mib"][group][field]

    def neighbours(self):
        """{address: {"lladdr": ..., "state": ...}}"""
        return {n["address"]: {"lladdr": n.get("mac"), "state": n["state"]} for n in self.stat()["neighbours"]}

    def sysctl(self, key, value):
        self.cli("sysctl", f"{key}={value}")

    def rate_limit(self, ms):
        """The pause between ICMP errors to one host; none, so that tests do not wait for each other."""
        self.sysctl("net.ipv4.icmp_ratelimit", ms)
        self.sysctl("net.ipv6.icmp.ratelimit", ms)

    def barrier(self):
        self.cli("barrier")

    # -- packets ---------------------------------------------------------------
    def send(self, l3):
        """Sends an IP or IPv6 packet (or a whole Ether frame) to the stack."""
        if not isinstance(l3, Ether):
            l3 = Ether(src=MAC_TEST, dst=MAC_STACK) / l3
        self.sock.send(l3)

    def receive(self, match, timeout=PATIENCE):
        """The next frame from the stack for which match(frame) holds, or None."""
        end = time.monotonic() + timeout
        while True:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.sock], [], [], left)[0]:
                return None
            frame = self.sock.recv()
            if frame is not None and frame.src == MAC_STACK and match(frame):
                return frame

    def exchange(self, l3, match, timeout=PATIENCE):
        self.drain(0)
        self.send(l3)
        return self.receive(match, timeout)

    def silent(self, l3, match, wait=0.25):
        """True if nothing that matches comes back."""
        return self.exchange(l3, match, wait) is None

    def drain(self, seconds):
        end = time.monotonic() + seconds
        while select.select([self.sock], [], [], max(0, end - time.monotonic()))[0]:
            self.sock.recv()


class TapEnd:
    """The wire end of a TAP, with the calls of a scapy socket that the lab uses."""

    def __init__(self, name):
        self.fd = os.open("/dev/net/tun", os.O_RDWR)
        iff_tap, iff_no_pi, tunsetiff = 2, 0x1000, 0x400454ca
        fcntl.ioctl(self.fd, tunsetiff, struct.pack("16sH22x", name.encode(), iff_tap | iff_no_pi))
        self.outs = self

    def fileno(self):
        return self.fd

    def send(self, frame):
        os.write(self.fd, bytes(frame))

    def recv(self):
        return Ether(os.read(self.fd, 65536))


class KernelLab(Lab):
    """The host kernel in the stack's place."""
    oracle = True

    def start(self, extra_args, neigh):
        self.sock = TapEnd(TAP)
        for line in (f"link set {TAP} address {MAC_STACK} up", f"addr add {STACK4}/24 brd + dev {TAP}",
                     f"addr add {STACK6}/64 dev {TAP} nodad"):
            subprocess.run(["ip", *line.split()], check=True)
        for addr in (TEST4, TEST6) if neigh else ():
            subprocess.run(["ip", "neigh", "replace", addr, "lladdr", MAC_TEST, "dev", TAP, "nud", "permanent"], check=True)
        self.daemon = subprocess.Popen(["sleep", "infinity"])

    def wire(self):
        return self.sock

    def shim(self):
        return ()

    def stat(self):
        raise Skip("only netstackd tells")

    def mib(self, name):
        group, field = name.split(".")
        want = group + field
        for line in subprocess.run(["nstat", "-asz"], check=True, capture_output=True, text=True).stdout.splitlines():
            words = line.split()
            if words and words[0] in (want, field if group == "TcpExt" else want):
                return int(words[1])
        raise Skip(f"no counter {want}")

    def neighbours(self):
        rows = json.loads(subprocess.run(["ip", "-j", "neigh"], check=True, capture_output=True, text=True).stdout)
        return {n["dst"]: {"lladdr": n.get("lladdr"), "state": n["state"][0]} for n in rows}

    def sysctl(self, key, value):
        subprocess.run(["sysctl", "-qw", f"{key}={value}"], check=True)

    def barrier(self):
        time.sleep(0.05)

    def close(self):
        atexit.unregister(self.close)
        for a in self.agents:
            a.stop()
        self.daemon.kill()
        shutil.rmtree(self.dir, ignore_errors=True)


def ip(v6, **kw):
    """An IP header from the test's address to the stack's, of either family."""
    return IPv6(src=TEST6, dst=STACK6, **kw) if v6 else IP(src=TEST4, dst=STACK4, **kw)


def stack_addr(v6):
    return STACK6 if v6 else STACK4


def test_addr(v6):
    return TEST6 if v6 else TEST4


def from_stack(v6):
    layer, addr = (IPv6, STACK6) if v6 else (IP, STACK4)
    return lambda f: layer in f and f[layer].src == addr


# -- running ------------------------------------------------------------------
TESTS = []


def test(fn):
    """Registers a test; its docstring's first line is the name and cites the ids it covers."""
    TESTS.append((fn, ()))
    return fn


def both(fn):
    """Registers a test for IPv4 and for IPv6: fn(lab, v6)."""
    TESTS.append((fn, (False,)))
    TESTS.append((fn, (True,)))
    return fn


def twice(fn, lab, *args):
    """These tests run in real time: one that a busy machine upset has a second try, and says so."""
    try:
        fn(lab, *args)
    except Skip:
        raise
    except Exception as e:  # pylint: disable=broad-except
        print(f"# first try: {type(e).__name__} {e}", flush=True)
        lab.drain(1)
        fn(lab, *args)


def main(lab_factory=None):
    only = sys.argv[1:]
    default = KernelLab if os.environ.get("NETSTACK_ORACLE") else Lab
    lab = (lab_factory or default)()
    tests = [t for t in TESTS if not only or t[0].__name__ in only]
    print(f"1..{len(tests)}")
    failed = 0
    for i, (fn, args) in enumerate(tests, 1):
        name = (fn.__doc__ or fn.__name__).strip().splitlines()[0]
        if args:
            name += " [v6]" if args[0] else " [v4]"
        try:
            twice(fn, lab, *args)
            print(f"ok {i} - {name}", flush=True)
        except Skip as e:
            print(f"ok {i} - {name} # SKIP {e}", flush=True)
        except Exception as e:  # pylint: disable=broad-except
            failed += 1
            print(f"not ok {i} - {name}: {type(e).__name__} {e}")
            for line in traceback.format_exc().splitlines():
                print(f"# {line}", flush=True)
    lab.close()
    sys.exit(1 if failed else 0)
