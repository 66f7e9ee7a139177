# SPDX-License-Identifier: BSD-2-Clause
"""A bench for real programs: one network namespace, netstackd on a TAP in it. A program runs
either on the host's side (the kernel's TCP/IP, 10.77.0.1 and fd77::1) or under the shim
(10.77.0.2 and fd77::2). Everything is bounded in time and cleaned up.

NETSTACK_TEST_NATIVE=1 puts the kernel's own stack of a second namespace in netstackd's place: what
fails there, too, is the test's fault.
"""
import atexit
import contextlib
import hashlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from netdev import devices  # noqa: E402

HOST = {4: "10.77.0.1", 6: "fd77::1"}
STACK = {4: "10.77.0.2", 6: "fd77::2"}


NATIVE = os.environ.get("NETSTACK_TEST_NATIVE")


MORE_FLAGS = []		# netstackd's, before main()


class Skip(Exception):
    """The test cannot run here; says why."""


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
    name = f"nsa{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", name], check=False).returncode:
        skip_all("cannot make a network namespace")
    p = subprocess.Popen(["ip", "netns", "exec", name, sys.executable, *sys.argv],
                         env=dict(os.environ, NETSTACK_LAB=name))
    for sig in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sig, lambda *_: p.terminate())
    code = p.wait()
    subprocess.run(["ip", "netns", "del", name], check=False)
    if NATIVE:
        subprocess.run(["ip", "netns", "del", f"{name}n"], check=False)
    sys.exit(code if code >= 0 else 128 - code)


def url(addr, port, path=""):
    return f"http://[{addr}]:{port}/{path}" if ":" in addr else f"http://{addr}:{port}/{path}"


def sha(path):
    h = hashlib.sha256()
    with open(path, "rb") as f:
        while block := f.read(1 << 20):
            h.update(block)
    return h.hexdigest()


class Lab:
    def __init__(self):
        self.build = os.path.abspath(os.environ.get("builddir", os.getcwd()))
        self.dir = tempfile.mkdtemp(prefix="nsapp")
        os.chmod(self.dir, 0o755)
        self.children = []
        self.daemon = None
        atexit.register(self.close)
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        self.start_daemon()

    def start_native(self):
        """Another namespace, a veth, and a process to stand for the daemon."""
        other = os.environ["NETSTACK_LAB"] + "n"
        script = f"""set -e
ip netns add {other}
ip link add tap0 type veth peer name eth0 netns {other}
ip link set tap0 up
ip addr add {HOST[4]}/24 dev tap0
ip -6 addr add {HOST[6]}/64 dev tap0 nodad
ip -n {other} link set lo up
ip -n {other} link set eth0 up
ip -n {other} addr add {STACK[4]}/24 dev eth0
ip -n {other} -6 addr add {STACK[6]}/64 dev eth0 nodad"""
        subprocess.run(["sh", "-c", script], check=True)
        self.daemon = subprocess.Popen(["sleep", "infinity"])
        self.enter = ["ip", "netns", "exec", other]

    def start_daemon(self):
        if NATIVE:
            return self.start_native()
        self.control = f"{self.dir}/control{len(self.children)}"
        r, w = os.pipe()
        self.daemon = subprocess.Popen(
            [f"{self.build}/netstackd", "--control", self.control, "--ready-fd", str(w),
             *devices("tap0", (f"{HOST[4]}/24", f"{HOST[6]}/64"), "name=eth0"),
             "--addr", f"{STACK[4]}/24%eth0", "--addr", f"{STACK[6]}/64%eth0", *MORE_FLAGS], pass_fds=[w])
        os.close(w)
        if not os.read(r, 1):
            raise SystemExit("netstackd did not start")
        os.close(r)
        self.enter = [f"{self.build}/netstack", "run", "--control", self.control, "--"]

    def argv(self, shim, cmd):
        return (self.enter if shim else []) + list(cmd)

    def own_etc(self, *names):
        """What runs a command with these files of the lab's in /etc."""
        mounts = "".join(f"mount --bind {self.dir}/{name} /etc/{name} && " for name in names)
        return ["unshare", "-m", "sh", "-c", mounts + 'exec "$@"', "sh"]

    def run(self, cmd, shim=False, timeout=120, check=True, **kw):
        p = subprocess.run(self.argv(shim, cmd), capture_output=True, timeout=timeout, check=False,
                           cwd=self.dir, **kw)
        if check and p.returncode:
            raise AssertionError(f"{' '.join(cmd)}: exit {p.returncode}: {p.stderr[-500:]!r} {p.stdout[-300:]!r}")
        return p

    def spawn(self, cmd, shim=False, **kw):
        kw.setdefault("stdout", subprocess.DEVNULL)
        kw.setdefault("stderr", subprocess.DEVNULL)
        p = subprocess.Popen(self.argv(shim, cmd), cwd=self.dir, start_new_session=True, **kw)
        self.children.append(p)
        return p

    def stop(self, p, sig=signal.SIGTERM, timeout=10):
        """Ends a child and what it started (its own session)."""
        if p.poll() is None:
            p.send_signal(sig)
        try:
            p.wait(timeout)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(p.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        p.wait(5)
        self.children.remove(p)

    @contextlib.contextmanager
    def serving(self, cmd, shim, port, family, sig=signal.SIGTERM, **kw):
        """cmd while the block runs, which begins when it listens."""
        with open(f"{self.dir}/{os.path.basename(cmd[0])}.err", "wb") as err:
            p = self.spawn(cmd, shim=shim, **{"stderr": err, **kw})
        try:
            self.wait_port(shim, port, family, child=p)
            yield p
        except Exception as e:
            with open(err.name, "rb") as f:
                said = f.read()[-600:]
            if said:
                e.add_note(f"{cmd[0]} said: {said.decode(errors='replace')}")
            raise
        finally:
            if p in self.children:
                self.stop(p, sig)

    def bound(self, shim, port, proto="tcp"):
        """Whether a program of the host's side (shim False) or the stack's listens on a TCP port, or has a
        UDP socket on it. A look, where a connection would be one too many."""
        if shim and not NATIVE:
            return any(s["proto"].lower() == proto and s["local"].endswith(f":{port}") and (proto == "udp" or s["state"] == "LISTEN")
                       for s in json.loads(self.cli("sock", "--json"))["sockets"])
        files = [f"/proc/net/{proto}", f"/proc/net/{proto}6"]
        rows = [line.split() for line in self.run(["cat", *files], shim=shim).stdout.decode().splitlines()]
        return any(r[1].endswith(f":{port:04X}") and (proto == "udp" or r[3] == "0A") for r in rows)

    def wait_bound(self, shim, port, proto="tcp", child=None):
        """Until bound()."""
        def there():
            if child and child.poll() is not None:
                raise AssertionError(f"the server ended with {child.returncode}")
            return self.bound(shim, port, proto)
        wait_for(there, f"{proto} port {port} is taken", 30)

    def wait_port(self, shim, port, family=4, timeout=30, child=None):
        """Until something listens on the host's side (shim False) or the stack's (True)."""
        addr = STACK[family] if shim else HOST[family]
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            with socket.socket(socket.AF_INET6 if family == 6 else socket.AF_INET) as s:
                s.settimeout(1)
                try:
                    s.connect((addr, port))
                    return
                except OSError:
                    time.sleep(0.05)
            if child and child.poll() is not None:
                raise AssertionError(f"the server ended with {child.returncode}")
        raise AssertionError(f"nothing listens on {addr} port {port}")

    @staticmethod
    def has(program):
        return bool(shutil.which(program))

    @staticmethod
    def pause(seconds):
        time.sleep(seconds)

    @staticmethod
    def line(p, seconds=60):
        """The next line that p prints; its pipe should not be buffered if there may be two at once."""
        if not select.select([p.stdout], [], [], seconds)[0]:
            raise AssertionError(f"{p.args} printed nothing in {seconds} s")
        return p.stdout.readline()

    def write(self, name, text, mode=0o644):
        path = f"{self.dir}/{name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, mode)
        return path

    def file(self, name, size):
        path = f"{self.dir}/{name}"
        with open(path, "wb") as f:
            left = size
            while left:
                part = os.urandom(min(left, 1 << 20))
                f.write(part)
                left -= len(part)
        return path

    def cli(self, *args):
        return self.run([f"{self.build}/netstack", args[0], "--control", self.control, *args[1:]],
                        timeout=30).stdout.decode()

    def stat(self):
        return json.loads(self.cli("stat", "--json"))

    def close(self):
        atexit.unregister(self.close)
        for p in list(self.children):
            self.stop(p, signal.SIGKILL, 0.1)
        code = 0
        if self.daemon and self.daemon.poll() is None:
            self.daemon.terminate()
            code = self.daemon.wait(30)
            code = 0 if NATIVE else code
        elif self.daemon:
            code = self.daemon.returncode
        shutil.rmtree(self.dir, ignore_errors=True)
        if code:
            print(f"# netstackd ended with {code}", flush=True)
            os._exit(1)


def wait_for(condition, what, timeout=20):
    """Until condition() is true; returns what it returned. AssertionError: not in timeout seconds."""
    end = time.monotonic() + timeout
    while True:
        got = condition()
        if got:
            return got
        if time.monotonic() > end:
            raise AssertionError(f"waited {timeout} s: {what}")
        time.sleep(0.05)


TESTS = []


def test(fn):
    """Registers fn(lab)."""
    TESTS.append((fn, ()))
    return fn


def families(fn):
    """Registers fn(lab, family) for 4 and 6."""
    TESTS.extend([(fn, (4,)), (fn, (6,))])
    return fn


def each_way(fn):
    """Registers fn(lab, family, shim_client) for both families, the program as client and server."""
    TESTS.extend([(fn, (f, s)) for f in (4, 6) for s in (True, False)])
    return fn


os.environ["PATH"] += ":/usr/sbin:/sbin"


def need(*programs):
    """Skips the whole file when one of them is missing."""
    for p in programs:
        if not shutil.which(p):
            skip_all(f"{p} is not installed")


def want(*programs):
    """Skips the case when one of them is missing."""
    for p in programs:
        if not shutil.which(p):
            raise Skip(f"{p} is not installed")


def dynamic(lab, program):
    """Skips the case for a program that the library cannot be loaded into."""
    p = lab.run([program], shim=True, check=False, stdin=subprocess.DEVNULL)
    if p.returncode == 125 and b"statically linked" in p.stderr:
        raise Skip(f"{program} is statically linked")


def bracket(addr):
    return f"[{addr}]" if ":" in addr else addr


def server(shim, family):
    """Where the server is when shim says that the client is ours."""
    return (HOST if shim else STACK)[family]


def folder(lab, name, family, shim):
    """A directory of one case's own, which every user may write."""
    path = f"{lab.dir}/{name}{family}{int(shim)}"
    os.makedirs(path, exist_ok=True)
    os.chmod(path, 0o777)
    return path


def twice(fn, lab, *args):
    """These tests run in real time: one that a busy machine upset has a second try, and says so."""
    try:
        fn(lab, *args)
    except Skip:
        raise
    except Exception as e:  # pylint: disable=broad-except
        if lab.daemon.poll() is not None:
            raise
        print(f"# first try: {type(e).__name__} {e}", flush=True)
        for p in list(lab.children):
            lab.stop(p, signal.SIGKILL, 0.1)
        try:
            fn(lab, *args)
        except Exception as again:
            raise AssertionError(f"{type(again).__name__} {again}; the first try: {e}") from again


def main():
    only = sys.argv[1:]
    tests = [t for t in TESTS if not only or t[0].__name__ in only]
    lab = Lab()
    print(f"1..{len(tests)}")
    failed = 0
    for i, (fn, args) in enumerate(tests, 1):
        name = (fn.__doc__ or fn.__name__).strip().splitlines()[0]
        name += "".join([f" IPv{args[0]}"] if args else [])
        name += "".join([" as client" if args[1] else " as server"] if len(args) > 1 else [])
        start = time.monotonic()
        try:
            twice(fn, lab, *args)
            if lab.daemon.poll() is not None:
                raise AssertionError("netstackd died")
            print(f"ok {i} - {name} ({time.monotonic() - start:.1f} s)", flush=True)
        except Skip as e:
            print(f"ok {i} - {name} # SKIP {e}", flush=True)
        except Exception as e:  # pylint: disable=broad-except
            failed += 1
            print(f"not ok {i} - {name}: {type(e).__name__} {e}")
            for line in traceback.format_exc().splitlines():
                print(f"# {line}", flush=True)
            for p in list(lab.children):
                lab.stop(p, signal.SIGKILL, 0.1)
            if lab.daemon.poll() is not None:
                print(f"# netstackd ended with {lab.daemon.returncode}")
                lab.start_daemon()
    lab.close()
    sys.exit(1 if failed else 0)


enter_namespace()
