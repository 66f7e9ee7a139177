#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""netstackd --workers: several threads are one stack. What several connections, both families and both ends are
served by one and the other; what is one for all: ports, settings, counters, answers; and the end of it."""
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

import applab
from applab import HOST, STACK, each_way, families, main, need, test, url, wait_for, want

need("curl", "iperf3")
WORKERS = 3
applab.MORE_FLAGS += ["--workers", str(WORKERS)]
if applab.NATIVE:
    applab.skip_all("the kernel has no workers")


def workers(lab):
    return lab.stat()["daemon"]["workers"]


def socks(lab):
    return json.loads(lab.cli("sock", "--json"))["sockets"]


def python(code, *args):
    return [sys.executable, "-c", code, *map(str, args)]


def sock(family, kind=socket.SOCK_STREAM):
    return socket.socket(socket.AF_INET6 if family == 6 else socket.AF_INET, kind)


def dial(family, port):
    return socket.create_connection((STACK[family], port), timeout=20)


@each_way
def iperf(lab, family, shim):
    """iperf3 with eight streams, there and back: each worker has some"""
    port = 6000 + family
    before = [w["received"] for w in workers(lab)]
    server = lab.spawn(["iperf3", "-s", "-p", str(port)], shim=not shim)
    lab.wait_bound(not shim, port, child=server)
    for more in ([], ["-R"]):
        out = lab.run(["iperf3", "-c", (HOST if shim else STACK)[family], "-p", str(port), "-P", "8", "-t", "1.5", "-J", *more],
                      shim=shim, timeout=60)
        end = json.loads(out.stdout)["end"]
        assert end["sum_received"]["bytes"] > 1 << 20, end["sum_received"]
    lab.stop(server)
    grown = [w["received"] - b for w, b in zip(workers(lab), before)]
    assert all(n > 100 for n in grown), grown


@each_way
def iperf_udp(lab, family, shim):
    """iperf3 with datagrams arrives"""
    port = 6010 + family
    server = lab.spawn(["iperf3", "-s", "-p", str(port)], shim=not shim)
    lab.wait_bound(not shim, port, child=server)
    out = lab.run(["iperf3", "-u", "-c", (HOST if shim else STACK)[family], "-p", str(port), "-P", "4", "-b", "2M", "-t", "1", "-J"],
                  shim=shim, timeout=60)
    end = json.loads(out.stdout)["end"]["sum"]
    lab.stop(server)
    assert end["packets"] > 100 and end["lost_percent"] < 50, end


SERVER = """
import socket, sys, threading
family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET
s = socket.create_server((sys.argv[1], int(sys.argv[2])), family=family, backlog=500)
def serve(c):
    while d := c.recv(65536):
        c.sendall(d)
    c.close()
while 1:
    threading.Thread(target=serve, args=s.accept()[:1], daemon=True).start()
"""


@families
def one_listener(lab, family):
    """a listener is one, and its connections are everywhere; all come to accept(), with their own addresses"""
    port = 6100 + family
    with lab.serving(python(SERVER, STACK[family], port), True, port, family):
        conns = [dial(family, port) for _ in range(60)]
        for i, c in enumerate(conns):
            c.sendall(b"%d" % i)
        for i, c in enumerate(conns):
            assert c.recv(100) == b"%d" % i
        mine = [s for s in socks(lab) if s["local"].endswith(f":{port}")]
        assert len([s for s in mine if s["state"] == "LISTEN"]) == 1, mine
        there = [s for s in mine if s["state"] == "ESTAB"]
        assert len(there) == 60 and {s["worker"] for s in there} == set(range(WORKERS)), {s["worker"] for s in there}
        assert len({s["peer"] for s in there}) == 60
        table = lab.run(["cat", "/proc/net/tcp" + ("6" if family == 6 else "")], shim=True).stdout.decode()
        rows = [r.split() for r in table.splitlines() if f":{port:04X}" in r.split()[1]]
        assert len([r for r in rows if r[3] == "0A"]) == 1 and len([r for r in rows if r[3] == "01"]) == 60
        for c in conns:
            c.shutdown(socket.SHUT_WR)
            assert c.recv(10) == b""
            c.close()


CLIENTS = """
import socket, sys
family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET
out = []
for i in range(40):
    s = socket.socket(family, socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if i % 4 == 1:
        s.bind((sys.argv[2], 0))
    if i % 4 == 2:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(('', 21000 + i))
    s.connect((sys.argv[1], int(sys.argv[3])))
    assert s.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    assert s.getsockname()[0] == sys.argv[2] and (i % 4 != 2 or s.getsockname()[1] == 21000 + i)
    s.sendall(b'%d' % i)
    out.append(s)
for i, s in enumerate(out):
    assert s.recv(100, socket.MSG_PEEK) == b'%d' % i and s.recv(100) == b'%d' % i
print(*sorted(s.getsockname()[1] for s in out), flush=True)
sys.stdin.readline()
"""


@families
def connections(lab, family):
    """connections that the stack opens, from ports it chooses and from bound ones, to the host and to itself"""
    port = 6110 + family
    for shim, addr in ((False, HOST[family]), (True, STACK[family])):
        with lab.serving(python(SERVER, addr, port), shim, port, family):
            p = lab.spawn(python(CLIENTS, addr, STACK[family], port), shim=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=None)
            ports = lab.line(p).split()
            assert len(set(ports)) == 40, ports
            there = [s for s in socks(lab) if s["peer"].endswith(f":{port}") and s["state"] == "ESTAB"]
            assert {s["worker"] for s in there} == set(range(WORKERS)), there
            lab.stop(p)


BINDS = """
import socket, sys
family, addr, port = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
family = socket.AF_INET6 if family == 6 else socket.AF_INET
def tcp(): return socket.socket(family, socket.SOCK_STREAM)
def refused(s, a):
    try:
        s.bind(a)
    except OSError as e:
        return e.strerror
a = tcp(); a.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); a.bind((addr, port)); a.listen()
print(refused(tcp(), (addr, port)))
conns, kept = [], []
sys.stdout.flush()
for _ in range(30):
    kept.append(a.accept()[0])
a.close()
print(refused(tcp(), (addr, port)))          # children hold it, in whatever worker
b = tcp(); b.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
print(refused(b, (addr, port)))
b.close()
some = []
for kind in socket.SOCK_STREAM, socket.SOCK_DGRAM:
    for i in range(200):
        s = socket.socket(family, kind); s.bind((addr, 0)); some.append(s)
assert len({(s.type, s.getsockname()[1]) for s in some}) == 400
u = [socket.socket(family, socket.SOCK_DGRAM) for i in range(20)]
for i, s in enumerate(u):
    s.bind((addr, 22000 + i))
print({refused(socket.socket(family, socket.SOCK_DGRAM), (addr, 22000 + i)) for i in range(20)})
"""


@families
def ports(lab, family):
    """a port is held in all workers: EADDRINUSE whoever holds it, and two binds never get the same"""
    port = 6120 + family
    p = lab.spawn(python(BINDS, family, STACK[family], port), shim=True, stdout=subprocess.PIPE, stderr=None)
    assert lab.line(p) == b"Address already in use\n"
    conns = [dial(family, port) for _ in range(30)]
    assert lab.line(p) == b"Address already in use\n"
    assert lab.line(p) == b"None\n"
    assert lab.line(p) == b"{'Address already in use'}\n"
    assert p.wait(20) == 0
    for c in conns:
        c.close()
    lab.stop(p)


UDP = """
import socket, sys
family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET
servers = []
for i in range(12):
    s = socket.socket(family, socket.SOCK_DGRAM)
    if i % 2:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 100000)
    s.bind((sys.argv[1] if i % 3 else '', int(sys.argv[2]) + i))
    servers.append(s)
import selectors
sel = selectors.DefaultSelector()
for s in servers:
    sel.register(s, selectors.EVENT_READ)
while 1:
    for key, _ in sel.select():
        d, a = key.fileobj.recvfrom(65535)
        key.fileobj.sendto(d[::-1], a)
"""
ASK = """
import socket, sys
family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET
for i in range(48):
    s = socket.socket(family, socket.SOCK_DGRAM); s.settimeout(10)
    if i % 3 == 1:
        s.connect((sys.argv[1], int(sys.argv[2]) + i % 12)); s.send(b'q%d' % i)
    else:
        if i % 3 == 2:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        s.sendto(b'q%d' % i, (sys.argv[1], int(sys.argv[2]) + i % 12))
    d, a = s.recvfrom(100)
    assert d == (b'q%d' % i)[::-1] and a[:2] == (sys.argv[1], int(sys.argv[2]) + i % 12), (d, a)
    big = bytes(range(250)) * 20
    s.sendto(big, a) if i % 3 != 1 else s.send(big)
    assert s.recv(65535) == big[::-1]
print('all')
"""


@each_way
def questions(lab, family, shim):
    """servers of datagrams are found and answer, by the address they were asked at; fragments come together"""
    port = 6200 + 20 * family
    addr = (HOST if shim else STACK)[family]
    with_server = lab.spawn(python(UDP, addr, port), shim=not shim)
    for i in range(12):
        lab.wait_bound(not shim, port + i, "udp", child=with_server)
    assert lab.run(python(ASK, addr, port), shim=shim).stdout == b"all\n"
    lab.stop(with_server)


@families
def to_itself(lab, family):
    """datagrams from the stack to itself, whichever workers they are of"""
    port = 6300 + 20 * family
    p = lab.spawn(python(UDP, STACK[family], port), shim=True)
    for i in range(12):
        lab.wait_bound(True, port + i, "udp", child=p)
    assert lab.run(python(ASK, STACK[family], port), shim=True).stdout == b"all\n"
    lab.stop(p)


GROUPS = """
import socket, struct, sys
v6 = ':' in sys.argv[1]
family, level = (socket.AF_INET6, socket.IPPROTO_IPV6) if v6 else (socket.AF_INET, socket.IPPROTO_IP)
group = 'ff12::1234' if v6 else '239.1.2.3'
def join(s):
    if v6:
        s.setsockopt(level, socket.IPV6_JOIN_GROUP, socket.inet_pton(family, group) + struct.pack('I', socket.if_nametoindex('eth0')))
    else:
        s.setsockopt(level, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + socket.inet_aton(sys.argv[1]))
some = []
for i in range(12):
    s = socket.socket(family, socket.SOCK_DGRAM); s.settimeout(10)
    if i % 2:
        join(s)                         # it is still to be said where it lives
    s.bind(('', 25000 + i))
    if i % 2 == 0 and i % 4:
        join(s)
    some.append(s)                      # who has not joined hears it, too: another has (IP_MULTICAST_ALL)
for i, r in enumerate(some):
    if v6 and i % 4 == 0:
        continue                        # but not of IPv6
    s = socket.socket(family, socket.SOCK_DGRAM)
    if v6:
        s.setsockopt(level, socket.IPV6_MULTICAST_IF, socket.if_nametoindex('eth0'))
    else:
        s.setsockopt(level, socket.IP_MULTICAST_IF, socket.inet_aton(sys.argv[1]))
    s.sendto(b'g%d' % i, (group, 25000 + i))
    assert r.recv(100) == b'g%d' % i, i
print('heard', flush=True)
sys.stdin.readline()
"""


@families
def groups(lab, family):
    """what the stack sends to a group comes to its own members, whichever workers they and the sender are of"""
    p = lab.spawn(python(GROUPS, STACK[family]), shim=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=None)
    assert lab.line(p) == b"heard\n"
    # and what the host sends
    with sock(family, socket.SOCK_DGRAM) as s:
        if family == 6:
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, socket.if_nametoindex("tap0"))
        else:
            s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(HOST[4]))
        before = lab.stat()["mib"]["Udp6" if family == 6 else "Udp"]["InDatagrams"]
        for i in range(1, 12, 2):
            s.sendto(b"h", ("ff12::1234" if family == 6 else "239.1.2.3", 25000 + i))
    wait_for(lambda: lab.stat()["mib"]["Udp6" if family == 6 else "Udp"]["InDatagrams"] - before == 6, "each is delivered")
    lab.stop(p)


@families
def echo(lab, family):
    """ping from outside and from inside"""
    want("ping")
    for shim, to in ((False, STACK), (True, HOST)):
        out = lab.run(["ping", f"-{family}", "-c", "3", "-i", "0.2", "-W", "5", to[family]], shim=shim).stdout
        assert b" 3 received" in out and b"DUP" not in out, out


@test
def raw_sockets_see_all_once(lab):
    """a raw socket has a copy of each packet, whichever worker it came to"""
    code = ("import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)\ns.settimeout(20)\n"
            "print('there', flush=True)\ngot = []\n"
            "while len(got) < 30:\n d = s.recv(2000)\n if d[28:].startswith(b'raw'):\n  got.append(d[28:])\n"
            "s.settimeout(0.5)\ntry:\n got.append(s.recv(2000)[28:])\nexcept OSError:\n pass\n"
            "print(sorted(got) == sorted(b'raw%d' % i for i in range(30)), flush=True)")
    p = lab.spawn(python(code), shim=True, stdout=subprocess.PIPE, stderr=None)
    assert lab.line(p) == b"there\n"
    with sock(4, socket.SOCK_DGRAM) as s:
        for i in range(30):
            s.sendto(b"raw%d" % i, (STACK[4], 23000 + i))
    assert lab.line(p) == b"True\n"
    lab.stop(p)


@test
def one_configuration(lab):
    """a sysctl holds for connections of all workers, an MTU for packets of all"""
    port = 6400
    was = lab.cli("sysctl", "net.ipv4.tcp_congestion_control").split()[-1]
    lab.cli("sysctl", "net.ipv4.tcp_congestion_control=reno")
    with lab.serving(python(SERVER, STACK[4], port), True, port, 4):
        conns = [dial(4, port) for _ in range(30)]
        there = [s for s in socks(lab) if s["local"].endswith(f":{port}") and s["state"] == "ESTAB"]
        assert {s["tcp"]["congestion"] for s in there} == {"reno"} and {s["worker"] for s in there} == set(range(WORKERS)), there
        for c in conns:
            c.close()
        lab.cli("sysctl", f"net.ipv4.tcp_congestion_control={was}")
        code = "import fcntl, socket, struct\nfcntl.ioctl(socket.socket(), 0x8922, struct.pack('16si20x', b'eth0', %d))"
        lab.run(python(code % 1300), shim=True)
        conns = [dial(4, port) for _ in range(30)]
        sizes = {struct.unpack("I", c.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 4))[0] for c in conns}
        lab.run(python(code % 1500), shim=True)
        assert sizes <= {1260, 1248}, sizes
        for c in conns:
            c.close()


@test
def seen_from_outside(lab):
    """counters are sums, a capture has each packet once, tracepoints name the worker"""
    want("tcpdump")
    before = lab.stat()["mib"]["Udp"]
    out = f"{lab.dir}/capture.pcapng"
    cap = lab.spawn([f"{lab.build}/netstack", "capture", "--control", lab.control, "-i", "eth0", "-w", out,
                     "udp and dst portrange 24000-24047"], stderr=subprocess.PIPE)
    trace = lab.spawn([f"{lab.build}/netstack", "trace", "--control", lab.control, "netif_receive_skb"], stdout=subprocess.PIPE)
    assert b"tracing" in lab.line(trace)
    wait_for(lambda: lab.stat()["daemon"]["captures"] == 1, "the capture has begun")
    with sock(4, socket.SOCK_DGRAM) as s:
        for i in range(48):
            s.sendto(b"seen", (STACK[4], 24000 + i))
    wait_for(lambda: lab.stat()["mib"]["Udp"]["NoPorts"] - before["NoPorts"] == 48, "all are counted")
    lab.cli("barrier")
    lab.stop(cap, signal.SIGINT)
    trace.terminate()
    lines = [x for x in trace.stdout.read().decode().splitlines() if "eth0" in x and ".240" in x and "UDP" in x]
    lab.stop(trace)
    text = lab.run(["tcpdump", "-nr", out], check=False).stdout.decode()
    arrived = [x for x in text.splitlines() if "> 10.77.0.2.240" in x]
    # and once more those that were dropped, by whoever had no socket for them
    assert len(arrived) == 96, text
    assert len(lines) == 48 and all("worker=" in x for x in lines), lines


@families
def client_killed(lab, family):
    """a client killed in mid-transfer: nothing stays behind, in no worker"""
    server = lab.spawn(["iperf3", "-s", "-p", "6500", "-1"])
    lab.wait_bound(False, 6500, child=server)
    c = lab.spawn(["iperf3", "-c", HOST[family], "-p", "6500", "-t", "30", "-P", "8"], shim=True)

    def left():
        return [s for s in socks(lab) if s["peer"].endswith(":6500") and s["state"] != "TIME-WAIT"]
    wait_for(lambda: len(left()) == 9, "the transfer has started")
    os.killpg(c.pid, signal.SIGKILL)
    server.wait(30)
    lab.stop(c)
    lab.stop(server)
    wait_for(lambda: not left(), "every socket has gone")
    wait_for(lambda: not sum(w["objects"] for w in workers(lab)), "and every object")


@test
def full_listener(lab):
    """a program that does not accept: its queue is full for all workers together, and flows on when it does"""
    code = ("import socket, sys\ns = socket.create_server(('10.77.0.2', 6510), backlog=4)\nprint(flush=True)\n"
            "sys.stdin.readline()\nkept = [s.accept() for _ in range(40)]\nprint(len(kept), flush=True)\n")
    p = lab.spawn(python(code), shim=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    lab.line(p)
    conns = []
    for _ in range(40):
        c = sock(4)
        c.setblocking(False)
        c.connect_ex((STACK[4], 6510))
        conns.append(c)
    time.sleep(0.5)
    p.stdin.write(b"\n")
    p.stdin.flush()
    assert lab.line(p) == b"40\n"
    lab.stop(p)
    for c in conns:
        c.close()


def private(lab, n, dev, command, flags=()):
    return lab.run([f"{lab.build}/netstack", "run", "--dev", dev, "--addr", "10.81.0.2/24%t9", "--workers", str(n), *flags, "--",
                    *command], check=False, timeout=60)


@test
def fewer_queues_than_workers(lab):
    """a TAP with one queue, or two, and an emulated card serve four workers, in and out"""
    for dev in ("tap:t9,queues=1", "tap:t9,queues=2", "tap:t9,offload=off", "e1000:wire=tap:t9,name=t9", "igb:wire=tap:t9,name=t9,queues=2"):
        code = ("import subprocess, sys\n"
                "for i in range(12):\n subprocess.run(['curl', '-sSf', '-m', '20', '--retry', '8', '--retry-connrefused', '-o', '/dev/null',"
                " 'http://10.81.0.1:8181/'], check=True)\n")
        stop = threading.Event()

        def serve():
            while not stop.is_set():
                try:
                    s = socket.create_server(("10.81.0.1", 8181))
                    break
                except OSError:
                    time.sleep(0.02)
            else:
                return
            s.settimeout(0.2)
            body = b"x" * 300000
            with s:
                while not stop.is_set():
                    try:
                        c = s.accept()[0]
                    except OSError:
                        continue
                    with c:
                        c.settimeout(20)
                        c.recv(4096)
                        c.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        t = threading.Thread(target=serve)
        t.start()
        try:
            p = private(lab, 4, f"{dev},host=10.81.0.1/24", python(code))
        finally:
            stop.set()
            t.join()
        assert p.returncode == 0, (dev, p.stderr)


@test
def how_many(lab):
    """1 to 16 workers; what else is asked for is refused with what to write"""
    for n in ("0", "17", "-1", "two", ""):
        p = subprocess.run([f"{lab.build}/netstackd", "--workers", n], capture_output=True, check=False)
        assert p.returncode == 2 and b"write a number from 1 to 16" in p.stderr, (n, p.stderr)
    for n in (1, 4, 16):
        p = private(lab, n, "tap:t9,host=10.81.0.1/24", ["curl", "-sS", "-m", "10", "http://10.81.0.1:9/"])
        assert p.returncode == 7, (n, p.stderr)
    path = lab.write("conf", "workers = 2\ndev = tap:t9,host=10.81.0.1/24\naddr = 10.81.0.2/24%t9\n")
    p = lab.run([f"{lab.build}/netstack", "run", "--config", path, "--", "curl", "-sS", "-m", "10", "http://10.81.0.1:9/"], check=False)
    assert p.returncode == 7, p.stderr


@test
def stopped_under_load(lab):
    """SIGTERM in the middle of everything: every worker ends with every pool empty"""
    server = lab.spawn(["iperf3", "-s", "-p", "6600"])
    lab.wait_bound(False, 6600, child=server)
    for _ in range(3):
        control = f"{lab.dir}/other"
        r, w = os.pipe()
        with subprocess.Popen([f"{lab.build}/netstackd", "--control", control, "--ready-fd", str(w), "--workers", "4", "--dev",
                               "tap:t8,host=10.82.0.1/24", "--addr", "10.82.0.2/24%t8"], pass_fds=[w]) as daemon:
            os.close(w)
            assert os.read(r, 1)
            enter = [f"{lab.build}/netstack", "run", "--control", control, "--"]
            load = [lab.spawn([*enter, "iperf3", "-c", "10.82.0.1", "-p", "6600", "-P", "8", "-t", "20"]),
                    lab.spawn([*enter, *python(SERVER, "10.82.0.2", 6601)])]
            conns = []
            end = time.monotonic() + 20
            while len(conns) < 20 and time.monotonic() < end:
                try:
                    conns.append(socket.create_connection(("10.82.0.2", 6601), timeout=5))
                except OSError:
                    time.sleep(0.05)
            assert len(conns) == 20
            daemon.terminate()
            assert daemon.wait(30) == 0
        os.close(r)
        for p in load:
            lab.stop(p, signal.SIGKILL, 1)
        for c in conns:
            c.close()
    lab.stop(server)


if __name__ == "__main__":
    main()
