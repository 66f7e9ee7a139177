#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Programs that cannot be preloaded: static C, busybox, and Go, behind the seccomp filter that
`netstack run` puts up for them by itself."""
import os
import shutil
import signal
import socket
import subprocess
import sys

from applab import HOST, STACK, Skip, each_way, families, main, need, sha, test, url, wait_for

need("curl", "python3", "gcc")
PORT = 8100
SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "static")


def probe(lab):
    """The static C program, compiled at first use."""
    path = f"{lab.dir}/probe"
    if not os.path.exists(path):
        p = subprocess.run(["gcc", "-O1", "-static", "-o", path, f"{SOURCES}/probe.c", "-pthread"],
                           capture_output=True, check=False, timeout=120)
        if p.returncode:
            raise Skip(f"no static libc: {p.stderr[-100:]!r}")
    return path


def web(lab):
    """The Go program; its object cache stays in the build directory."""
    path = f"{lab.dir}/web"
    if not os.path.exists(path):
        if not shutil.which("go"):
            raise Skip("no Go compiler")
        subprocess.run(["go", "build", "-o", path, f"{SOURCES}/web.go"], check=True, timeout=400,
                       env=dict(os.environ, CGO_ENABLED="0", GOCACHE=f"{lab.build}/gocache", GOFLAGS="-mod=mod",
                                GO111MODULE="off", HOME=lab.dir))
    return path


def busybox():
    path = shutil.which("busybox")
    if not path or b"/ld-linux" in open(path, "rb").read(8192):
        raise Skip("no static busybox")
    return path


def out(p):
    return p.stdout.decode().split("\n")[:-1]


def spawn(lab, cmd, shim):
    return lab.spawn(cmd, shim=shim, stdout=subprocess.PIPE)


def finish(lab, p, timeout=60):
    text, _ = p.communicate(timeout=timeout)
    assert p.returncode == 0, (p.returncode, text)
    lab.children.remove(p)
    return text.decode().split("\n")[:-1]


def talk(addr, port, data, datagram=False):
    """What a peer on the host's side gets back."""
    kind = socket.SOCK_DGRAM if datagram else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET6 if ":" in addr else socket.AF_INET, kind) as s:
        s.settimeout(30)
        s.connect((addr, port))
        s.sendall(data)
        if datagram:
            return s.recv(65536)
        s.shutdown(socket.SHUT_WR)
        got = b""
        while part := s.recv(65536):
            got += part
        return got


@families
def c_client(lab, family):
    """static C: connect, names, data both ways, end of file"""
    echo = spawn(lab, [probe(lab), "threads", HOST[family], str(PORT), "1"], False)
    lab.wait_bound(False, PORT, child=echo)
    got = out(lab.run([probe(lab), "client", HOST[family], str(PORT)], shim=True))
    finish(lab, echo)
    assert got == [f"local={STACK[family]} peer={HOST[family]}", "echo=10 equal=1", "echo=60000 equal=1", "end=0"], got
    got = out(lab.run([probe(lab), "client", HOST[family], "9"], shim=True, check=False))
    assert got == ["connect: Connection refused"], got


@test
def linked_go(lab):
    """a Go program that the C linker linked is known by a note behind the linker's own"""
    for name, behind in (("Go", "2"), ("No", "0")):
        source = lab.write(f"{name}.c", f"""#include <stdio.h>
#include <string.h>
__asm__(".pushsection .note.build, \\"a\\", %note\\n"
	".balign 4\\n.long 4, 4, 4\\n"
	".asciz \\"{name}\\"\\n.balign 4\\n.asciz \\"id.\\"\\n.popsection");
int main(void)
{{
	char line[256];
	FILE *f = fopen("/proc/self/status", "r");

	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, "Seccomp:", 8))
			fputs(line + 9, stdout);
}}
""")
        lab.run(["gcc", "-o", f"{lab.dir}/{name}", source])
        assert out(lab.run([f"{lab.dir}/{name}"], shim=True)) == [behind], name


@families
def c_servers(lab, family):
    """static C: servers with threads, with children that share a listener, and with exec"""
    addr, data = STACK[family], os.urandom(100000)
    for how, n in (("threads", 8), ("forks", 4), ("exec", 1)):
        p = spawn(lab, [probe(lab), how, addr, str(PORT), str(n)], True)
        lab.wait_bound(True, PORT, child=p)
        for _ in range(n):
            assert talk(addr, PORT, data) == data
        got = finish(lab, p)
        assert got.count(f"from={HOST[family]}") == n, got
        assert how == "exec" or got[-1] == f"served={n}", got


@families
def c_udp(lab, family):
    """static C: connected and unconnected datagrams, select, read, dup, a refused port"""
    echo = spawn(lab, [probe(lab), "udp-server", HOST[family], str(PORT), "1"], False)
    lab.wait_bound(False, PORT, "udp", child=echo)
    got = out(lab.run([probe(lab), "udp-client", HOST[family], str(PORT)], shim=True))
    lab.stop(echo)
    assert got == [f"local={STACK[family]} peer={HOST[family]}", "select=1 pending=1400 read=1400"], got
    got = out(lab.run([probe(lab), "udp-refused", HOST[family], "9"], shim=True))
    assert got == ["read=-1 Connection refused"], got
    p = spawn(lab, [probe(lab), "udp-server", STACK[family], str(PORT), "4"], True)
    lab.wait_bound(True, PORT, "udp", child=p)
    for size in (1, 0, 1400, 700):
        if size:
            assert len(talk(STACK[family], PORT, b"x" * size, datagram=True)) == size
        else:
            with socket.socket(socket.AF_INET6 if family == 6 else socket.AF_INET, socket.SOCK_DGRAM) as s:
                s.sendto(b"", (STACK[family], PORT))
    with socket.socket(socket.AF_INET6 if family == 6 else socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.sendto(b"read", (STACK[family], PORT))
        got = finish(lab, p)
    assert got == [f"from={HOST[family]} bytes={n}" for n in (1, 0, 1400, 700)] + ["read=4"], got


@families
def c_waiting(lab, family):
    """static C: accept() interrupted, restarted, out of time, and not waiting"""
    want = ["interrupted=-1 Interrupted system call caught=1", "restarted=1 caught=2",
            "timeout=-1 Resource temporarily unavailable", "nonblocking=-1 Resource temporarily unavailable"]
    got = out(lab.run([probe(lab), "waiting", STACK[family], str(PORT)], shim=True))
    assert got == want, got
    assert out(lab.run([probe(lab), "waiting", HOST[family], str(PORT)])) == want


@test
def c_watched(lab):
    """static C: epoll before connect, to the stack and to the host's loopback"""
    for server, peer in ((HOST[4], STACK[4]), ("127.0.0.1", "127.0.0.1")):
        p = spawn(lab, [probe(lab), "threads", server, str(PORT), "1"], False)
        lab.wait_bound(False, PORT, child=p)
        got = out(lab.run([probe(lab), "watched", server, str(PORT)], shim=True))
        finish(lab, p)
        assert got == ["ready=1 data=1 error=0", f"local={peer} peer={server}", "modify=0"], (server, got)


@test
def killed(lab):
    """static C: a server killed in accept() frees its port at once, and its status is told"""
    for _ in range(3):
        p = spawn(lab, [probe(lab), "threads", STACK[4], str(PORT), "1"], True)
        lab.wait_bound(True, PORT, child=p)
        p.send_signal(signal.SIGTERM)
        assert p.wait(30) == 128 + signal.SIGTERM
        p.stdout.close()
        lab.children.remove(p)
        wait_for(lambda: not lab.bound(True, PORT), "the port is free")


@families
def busybox_tools(lab, family):
    """busybox, static: wget, nc as client and as server"""
    bb, addr = busybox(), HOST[family]
    lab.file("page", 300000)
    p = lab.spawn([sys.executable, "-m", "http.server", str(PORT), "--bind", addr])
    lab.wait_port(False, PORT, family)
    lab.run([bb, "wget", "-q", "-O", "got", url(addr, PORT, "page")], shim=True)
    assert sha(f"{lab.dir}/got") == sha(f"{lab.dir}/page")
    lab.stop(p)
    if family == 6:
        return
    p = spawn(lab, [bb, "nc", "-l", "-p", str(PORT)], True)
    lab.wait_bound(True, PORT, child=p)
    assert talk(STACK[4], PORT, b"to the server") == b""
    assert finish(lab, p) == [], "nc"
    p = spawn(lab, [probe(lab), "threads", addr, str(PORT), "1"], False)
    lab.wait_bound(False, PORT, child=p)
    assert lab.run([bb, "nc", addr, str(PORT)], shim=True, input=b"echo me").stdout == b"echo me"
    finish(lab, p)


@each_way
def go_http(lab, family, client):
    """Go net/http: many requests at once, a large body, with checksums"""
    addr = (HOST if client else STACK)[family]
    where = f"[{addr}]:{PORT}" if family == 6 else f"{addr}:{PORT}"
    lab.file("page", 3 << 20)
    want = sha(f"{lab.dir}/page")
    p = lab.spawn([web(lab), "serve", where], shim=not client)
    lab.wait_port(not client, PORT, family)
    if client:
        got = out(lab.run([web(lab), "get", url(addr, PORT, "page"), "20"], shim=True))
        assert got == [f"20 200 {want}"], got
        assert out(lab.run([web(lab), "get", url(addr, PORT, "none")], shim=True))[0].startswith("1 404 ")
    else:
        for _ in range(3):
            got = lab.run(["curl", "-gsSf", "-m", "20", url(addr, PORT, "addr")]).stdout.decode().strip()
            assert got == HOST[family], got
        got = lab.run(["curl", "-gsSf", "-m", "60", "-T", "page", url(addr, PORT, "put")]).stdout.decode().strip()
        assert got == want, got
        lab.run(["curl", "-gsSf", "-m", "60", "-o", "got", url(addr, PORT, "page")])
        assert sha(f"{lab.dir}/got") == want
    lab.stop(p)


@families
def go_udp(lab, family):
    """Go net: datagrams, connected and not"""
    for client in (True, False):
        addr = (HOST if client else STACK)[family]
        where = f"[{addr}]:{PORT}" if family == 6 else f"{addr}:{PORT}"
        p = lab.spawn([web(lab), "udp-serve", where, "3"], shim=not client)
        lab.wait_bound(not client, PORT, "udp", child=p)
        for _ in range(3):
            got = out(lab.run([web(lab), "udp", where], shim=client))
            assert got == ["1200 <nil>"], got
        assert p.wait(30) == 0
        lab.children.remove(p)


@test
def go_errors(lab):
    """Go net: a refused connection, a deadline in Accept, the host's loopback"""
    got = out(lab.run([web(lab), "refused", f"{HOST[4]}:9"], shim=True))
    assert got == [f"dial tcp {HOST[4]}:9: connect: connection refused", "true", "true <nil>"], got


@test
def dynamic_children(lab):
    """a static shell starts curl and python: they are served, too"""
    lab.file("page", 1000)
    p = lab.spawn([sys.executable, "-m", "http.server", str(PORT), "--bind", HOST[4]])
    lab.wait_port(False, PORT)
    code = f"import urllib.request; print(len(urllib.request.urlopen('{url(HOST[4], PORT, 'page')}').read()))"
    got = lab.run([busybox(), "sh", "-c", f"curl -sS -m 20 -o got -w '%{{local_ip}}' {url(HOST[4], PORT, 'page')};"
                   f" echo; {sys.executable} -c \"{code}\"; exit 5"], shim=True, check=False)
    lab.stop(p)
    assert got.returncode == 5 and got.stdout == b"10.77.0.2\n1000\n", (got.returncode, got.stdout, got.stderr)


@test
def asked_for(lab):
    """netstack run --seccomp: any program; NETSTACK_DEBUG says why it is used"""
    ns = f"{lab.build}/netstack"
    p = lab.spawn([sys.executable, "-m", "http.server", str(PORT), "--bind", HOST[4]])
    lab.wait_port(False, PORT)
    got = lab.run([ns, "run", "--seccomp", "--control", lab.control, "--", "curl", "-sS", "-m", "20", "-o", "got",
                   "-w", "%{local_ip}", url(HOST[4], PORT)])
    lab.stop(p)
    assert got.stdout == b"10.77.0.2", got.stdout
    got = lab.run([ns, "run", "--control", lab.control, probe(lab), "client", HOST[4], "9"], check=False,
                  env=dict(os.environ, NETSTACK_DEBUG="1"))
    assert b"statically linked: its system calls are taken by a seccomp filter" in got.stderr, got.stderr


@test
def unprivileged(lab):
    """a user without rights: no low port, no raw socket, everything else"""
    if not os.path.exists("/usr/bin/setpriv"):
        raise Skip("no setpriv")
    user = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    cmd = [f"{lab.build}/netstack", "run", "--seccomp", "--control", lab.control, "--", *user, probe(lab)]
    got = out(lab.run(cmd + ["threads", STACK[4], "80", "1"], check=False))
    assert got == ["bind: Permission denied"], got
    p = spawn(lab, cmd + ["threads", STACK[4], str(PORT), "1"], False)
    lab.wait_bound(True, PORT, child=p)
    assert talk(STACK[4], PORT, b"hello") == b"hello"
    finish(lab, p)


if __name__ == "__main__":
    main()
