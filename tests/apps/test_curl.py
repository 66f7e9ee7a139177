#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""SOCK-07: curl, and Python's HTTP server and client."""
import os
import subprocess
import sys

from applab import HOST, STACK, Skip, each_way, families, main, need, sha, test, url, wait_for, want

need("curl", "python3")
PORT = 8000
SERVER = [sys.executable, "-c", """
import http.server, socket, sys
class H(http.server.SimpleHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_PUT(self):
        left = int(self.headers['Content-Length'])
        with open('uploaded', 'wb') as f:
            while left:
                block = self.rfile.read(min(left, 1 << 20))
                if not block: break
                f.write(block)
                left -= len(block)
        self.send_response(201); self.send_header('Content-Length', '0'); self.end_headers()
    def log_message(self, *a): pass
class S(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET
    request_queue_size = 100
S((sys.argv[1], int(sys.argv[2])), H).serve_forever()
"""]


class Server:
    """An HTTP server on the side that is not the client's."""

    def __init__(self, lab, family, shim_client):
        self.lab = lab
        self.addr = (HOST if shim_client else STACK)[family]
        self.p = lab.spawn(SERVER + [self.addr, str(PORT)], shim=not shim_client)
        try:
            lab.wait_port(not shim_client, PORT, family) if not shim_client else lab.wait_port(False, PORT, family)
        except AssertionError:
            lab.stop(self.p)
            raise

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.lab.stop(self.p)

    def url(self, path=""):
        return url(self.addr, PORT, path)


@each_way
def big_file(lab, family, shim):
    """curl: 200 MB down and up, checksums equal"""
    src = lab.file("big", 200 << 20)
    want = sha(src)
    with Server(lab, family, shim) as s:
        lab.run(["curl", "-gsSf", "-m", "100", "-o", "got", s.url("big")], shim=shim, timeout=120)
        assert sha(f"{lab.dir}/got") == want
        lab.run(["curl", "-gsSf", "-m", "100", "-T", "big", s.url("up")], shim=shim, timeout=120)
        assert sha(f"{lab.dir}/uploaded") == want
    for name in ("big", "got", "uploaded"):
        os.unlink(f"{lab.dir}/{name}")


@each_way
def keep_alive(lab, family, shim):
    """curl: ten requests on one connection"""
    lab.file("small", 1000)
    with Server(lab, family, shim) as s:
        out = lab.run(["curl", "-gsSf", "-m", "30", "-w", "%{num_connects}\\n", "-o", "/dev/null"] +
                      [s.url("small")] + [x for _ in range(9) for x in ("-o", "/dev/null", s.url("small"))], shim=shim)
        assert out.stdout.decode().split() == ["1"] + ["0"] * 9, out.stdout


@each_way
def parallel(lab, family, shim):
    """curl: fifty transfers at once"""
    lab.file("small", 100000)
    want = sha(f"{lab.dir}/small")
    with Server(lab, family, shim) as s:
        args = [x for i in range(50) for x in ("-o", f"p{i}", s.url(f"small?{i}"))]
        lab.run(["curl", "-gsSf", "-m", "60", "--parallel", "--parallel-immediate", "--parallel-max", "50"] + args, shim=shim)
        for i in range(50):
            assert sha(f"{lab.dir}/p{i}") == want, i
            os.unlink(f"{lab.dir}/p{i}")


@families
def refused(lab, family):
    """curl: a closed port is refused, with the kernel's words"""
    got = [lab.run([sys.executable, "-c", "import socket, sys\n"
                    "try: socket.create_connection((sys.argv[1], 9), timeout=10)\n"
                    "except OSError as e: print(e)", HOST[family]], shim=shim).stdout for shim in (True, False)]
    assert got[0] == got[1] and b"refused" in got[0], got
    p = lab.run(["curl", "-gsS", "-m", "10", url(HOST[family], 9)], shim=True, check=False)
    assert p.returncode == 7, (p.returncode, p.stderr)


@each_way
def http_client(lab, family, shim):
    """python: http.client, urllib, several requests"""
    lab.file("page", 70000)
    code = """
import http.client, sys, hashlib
c = http.client.HTTPConnection(sys.argv[1], int(sys.argv[2]), timeout=20)
for i in range(20):
    c.request('GET', '/page'); r = c.getresponse(); b = r.read()
    assert r.status == 200 and len(b) == 70000
print(hashlib.sha256(b).hexdigest())
"""
    with Server(lab, family, shim) as s:
        out = lab.run([sys.executable, "-c", code, s.addr, str(PORT)], shim=shim)
        assert out.stdout.decode().strip() == sha(f"{lab.dir}/page")


@families
def names(lab, family):
    """curl: a name from /etc/hosts syntax (--resolve) and localhost through the shim's resolver"""
    lab.file("small", 100)
    with Server(lab, family, True) as s:
        addr = f"[{s.addr}]" if family == 6 else s.addr
        lab.run(["curl", "-gsSf", "-m", "10", "--resolve", f"server.test:{PORT}:{addr}", "-o", "/dev/null",
                 f"http://server.test:{PORT}/small"], shim=True)
    out = lab.run([sys.executable, "-c", "import socket; print(socket.getaddrinfo('localhost', 80))"], shim=True)
    assert b"127.0.0.1" in out.stdout or b"::1" in out.stdout


@test
def private_daemon(lab):
    """netstack run --dev: a private daemon for as long as the command runs"""
    lab.file("small", 100)
    p = lab.spawn(SERVER + ["10.78.0.1", str(PORT)], preexec_fn=lambda: __import__("time").sleep(1.5))
    out = lab.run([f"{lab.build}/netstack", "run", "--dev", "tap:tap9,host=10.78.0.1/24", "--addr", "10.78.0.2/24%tap9",
                   "--", "curl", "-sSf", "-m", "20", "--retry", "8", "--retry-connrefused", "--retry-delay", "1",
                   "-o", "/dev/null", "-w", "%{local_ip}", url("10.78.0.1", PORT, "small")], check=False)
    lab.stop(p)
    assert out.returncode == 0 and out.stdout == b"10.78.0.2", (out.returncode, out.stdout, out.stderr)


WITHOUT_ROOT = """set -e
ip link set lo up
"$1" -c "import time; time.sleep(1.5); $2" &
server=$!
"$3" run --dev tap:t0,host=10.80.0.1/24,host=fd80::1/64 --addr 10.80.0.2/24%t0 --addr fd80::2/64%t0 -- \\
	curl -gsSf -m 20 --retry 8 --retry-connrefused --retry-delay 1 -o /dev/null -w '%{local_ip}' "$4"
kill $server
"""


@families
def without_root(lab, family):
    """a user without privileges, in a network namespace of his own: a private daemon, its socket below TMPDIR"""
    want("setpriv", "unshare")
    nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--no-new-privs"]
    if lab.run([*nobody, "test", "-x", f"{lab.build}/netstack", "-a", "-w", "/dev/net/tun"], check=False).returncode:
        raise Skip("others may not reach the build directory, or /dev/net/tun")
    if lab.run([*nobody, "unshare", "-rn", "true"], check=False).returncode:
        raise Skip("no user namespaces without privileges here")
    home = f"{lab.dir}/nobody"
    os.makedirs(home, exist_ok=True)
    os.chmod(home, 0o777)
    os.chmod(lab.dir, 0o755)
    addr = "10.80.0.1" if family == 4 else "fd80::1"
    serve = ("import http.server as h, socket; h.HTTPServer.address_family = socket.AF_INET6 if ':' in '%s' else socket.AF_INET; "
             "h.HTTPServer(('%s', 8000), h.SimpleHTTPRequestHandler).serve_forever()" % (addr, addr))
    p = lab.spawn([*nobody, "unshare", "-rn", "env", f"TMPDIR={home}", "sh", "-c", WITHOUT_ROOT, "sh", "/usr/bin/python3", serve,
                   f"{lab.build}/netstack", url(addr, 8000)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(lambda: p.poll() is not None or os.listdir(home), "the daemon's socket")
    out, err = p.communicate(timeout=60)
    assert p.returncode == 0 and out.decode() == addr[:-1] + "2", (p.returncode, out, err)
    assert not os.listdir(home)


if __name__ == "__main__":
    main()
