#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""SOCK-08: sudden ends: a program killed in mid-transfer, the daemon killed under load."""
import os
import resource
import signal
import socket
import subprocess
import sys

from applab import HOST, STACK, families, main, need, test, url, wait_for

need("curl", "iperf3")


def sockets(lab):
    return [s for s in __import__("json").loads(lab.cli("sock", "--json"))["sockets"]
            if s.get("state") not in ("TIME-WAIT", "LISTEN")]


@families
def client_killed(lab, family):
    """a client killed by SIGKILL in mid-transfer: its peer sees a reset, nothing stays behind"""
    server = lab.spawn(["iperf3", "-s", "-p", "5500", "-1"])
    lab.wait_bound(False, 5500, child=server)
    c = lab.spawn(["iperf3", "-c", HOST[family], "-p", "5500", "-t", "30", "-P", "4"], shim=True)
    wait_for(lambda: len(sockets(lab)) == 5, "the transfer has started")
    os.killpg(c.pid, signal.SIGKILL)
    server.wait(30)
    lab.stop(c)
    lab.stop(server)
    wait_for(lambda: not sockets(lab), "every socket has gone")


@test
def listener_killed(lab):
    """a server killed by SIGKILL: its port is refused at once and can be bound again"""
    code = "import socket,time; s=socket.create_server(('10.77.0.2', 5600)); time.sleep(60)"
    for _ in range(5):
        p = lab.spawn([sys.executable, "-c", code], shim=True)
        lab.wait_port(True, 5600)
        os.killpg(p.pid, signal.SIGKILL)
        p.wait()
        out = lab.run(["curl", "-sS", "-m", "20", url(STACK[4], 5600)], check=False)
        assert out.returncode == 7, (out.returncode, out.stderr)
        lab.stop(p)


@families
def failed_and_forgotten(lab, family):
    """connections that failed and were closed without a question: the daemon finds out that nobody has them"""
    code = ("import socket, sys, time\nopen_ones = []\nfor i in range(20):\n"
            " s = socket.socket(socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET)\n s.setblocking(False)\n"
            " s.connect_ex((sys.argv[1], 9))\n open_ones.append(s)\n"
            "print(flush=True)\nsys.stdin.readline()\nopen_ones.clear()\ndel s\nprint(flush=True)\nsys.stdin.readline()\n")
    p = lab.spawn([sys.executable, "-c", code, HOST[family]], shim=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    p.stdout.readline()
    wait_for(lambda: lab.stat()["daemon"]["zombies"] == 20, "failed connections that are open are kept")
    p.stdin.write(b"\n")
    p.stdin.flush()
    p.stdout.readline()
    wait_for(lambda: lab.stat()["daemon"]["objects"] == 0, "closed ones are not")
    assert p.poll() is None
    lab.stop(p)


STAYS_FULL = """
import socket, struct, sys, time
def stays_full(s, size):
    s.setblocking(False)
    while True:
        try: s.send(bytes(size)); last = time.monotonic()
        except BlockingIOError:
            if time.monotonic() > last + 0.5: return
            time.sleep(0.01)
"""
RESETTER = STAYS_FULL + """
l = socket.create_server((sys.argv[1], 5650), family=socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET)
c = l.accept()[0]
stays_full(c, 65536)
c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
sys.stdin.readline()
"""
FULL_BOTH_WAYS = STAYS_FULL + """
s = socket.create_connection((sys.argv[1], 5650))
for o in sys.argv[3:]: s.setsockopt(socket.SOL_SOCKET, getattr(socket, o), 30000)
stays_full(s, int(sys.argv[2]))
print(flush=True)
sys.stdin.readline()
s.close()
print(flush=True)
sys.stdin.readline()
"""


@families
def reset_while_full(lab, family):
    """a connection that is full both ways when the peer resets it, then closed: the daemon has nothing of it left"""
    env = dict(os.environ, NETSTACK_PAYLOAD="never")      # so that large writes are calls
    for size, *options in (("300",), ("300", "SO_SNDBUF"), ("4000000",), ("4000000", "SO_RCVBUF")):
        peer = lab.spawn([sys.executable, "-c", RESETTER, HOST[family]], stdin=subprocess.PIPE)
        lab.wait_bound(False, 5650, child=peer)
        p = lab.spawn([sys.executable, "-c", FULL_BOTH_WAYS, HOST[family], size, *options], shim=True, env=env,
                      stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        p.stdout.readline()
        peer.communicate(b"\n")
        wait_for(lambda: [s["state"] for s in sockets(lab)] == ["CLOSED"], "the reset has come")
        p.stdin.write(b"\n")
        p.stdin.flush()
        p.stdout.readline()
        wait_for(lambda: lab.stat()["daemon"]["objects"] == 0, f"a closed socket is no more: {size} {options}")
        lab.stop(p)


@test
def daemon_killed(lab):
    """the daemon killed under load: every program gets an error, none hangs or spins"""
    server = lab.spawn(["iperf3", "-s", "-p", "5700"])
    lab.wait_bound(False, 5700, child=server)
    programs = [lab.spawn(["iperf3", "-c", HOST[4], "-p", "5700", "-t", "30", "-P", "4"], shim=True)]
    code = ("import socket\n"
            "s=socket.create_server(('10.77.0.2', 5701))\n"
            "c=socket.create_connection(('10.77.0.1', 5702))\n"
            "try:\n d=c.recv(10)\nexcept OSError: pass\n")
    wait_for(lambda: len(sockets(lab)) == 5, "the transfer has started")
    quiet = socket.create_server((HOST[4], 5702))
    programs.append(lab.spawn([sys.executable, "-c", code], shim=True))
    wait_for(lambda: len(sockets(lab)) == 6, "the other program is connected")
    lab.daemon.kill()
    lab.daemon.wait()
    for p in programs:
        p.wait(30)
    out = lab.run(["curl", "-sS", "-m", "5", url(HOST[4], 5700)], shim=True, check=False, timeout=60)
    assert out.returncode != 0
    quiet.close()
    for p in programs + [server]:
        lab.stop(p)
    lab.start_daemon()
    lab.run(["ping", "-c", "1", "-W", "20", STACK[4]])


MANY = """import errno, socket, time
ROOM = 60
def tcp():
    return socket.create_connection(("10.79.0.1", 5800), timeout=3)
def udp():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("10.79.0.2", 0))
    return s
for make in tcp, udp:
    kept, errors = [], set()
    for _ in range(ROOM):
        try:
            kept.append(make())
        except OSError as e:
            errors.add(errno.errorcode.get(e.errno, str(e)))
    assert 0 < len(kept) < ROOM, len(kept)
    print(*sorted(errors))
    for s in kept:
        s.close()
    for left in range(100, -1, -1):
        try:
            make().close()
            break
        except OSError:
            time.sleep(0.1)
    assert left, "nothing is served any more"
"""


@test
def no_room(lab):
    """--max-sockets, and a daemon out of descriptors: a new socket is refused at once, and served when there is room"""
    def few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (48, 48))

    for flags, limit, errors in ((["--max-sockets", "10"], None, {"ENOBUFS"}), ([], few, {"ENOBUFS", "ECONNRESET", "ENETDOWN"})):
        control = f"{lab.dir}/small"
        r, w = os.pipe()
        with subprocess.Popen([f"{lab.build}/netstackd", "--control", control, "--ready-fd", str(w), "--dev",
                               "tap:tap8,host=10.79.0.1/24", "--addr", "10.79.0.2/24%tap8", *flags],
                              pass_fds=[w], preexec_fn=limit) as daemon:
            os.close(w)
            assert os.read(r, 1)
            with socket.create_server(("10.79.0.1", 5800), backlog=200):
                out = lab.run([f"{lab.build}/netstack", "run", "--control", control, "--", sys.executable, "-c", MANY]).stdout
            daemon.terminate()
        os.close(r)
        assert daemon.returncode == 0
        said = [set(line.split()) for line in out.decode().splitlines()]
        assert len(said) == 2 and all(s and s <= errors for s in said), (flags, said)


UNREAD = """
import socket, sys
v6 = ':' in sys.argv[1]
s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 20000)
s.bind((sys.argv[1], 5590))
s.sendto(b'x' * 500, (sys.argv[1], 5590))
s.recv(1000, socket.MSG_PEEK)
print('there', flush=True)
sys.stdin.read()
"""


@families
def stopped_with_unread(lab, family):
    """the daemon stopped while datagrams wait in a socket with a receive buffer of its own: every pool is empty"""
    daemon = lab.daemon
    p = lab.spawn([sys.executable, "-c", UNREAD, STACK[family]], shim=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert p.stdout.readline() == b"there\n"
    daemon.terminate()
    assert daemon.wait(30) == 0, daemon.returncode
    lab.stop(p)
    lab.start_daemon()


@test
def seccomp_supervisor_killed(lab):
    """the supervisor of netstack run --seccomp killed: nothing of what it served is left, not even a process group
    of its own that a shell had started"""
    mark = f"{lab.dir}/pids"
    code = (f"import os, socket, time\ns = socket.socket()\ns.bind(('{STACK[4]}', 0))\ns.listen()\n"
            f"if not os.fork():\n os.setpgid(0, 0)\nopen('{mark}', 'a').write(f'{{os.getpid()}} ')\n"
            "try:\n s.accept()\nexcept OSError:\n time.sleep(600)\n")
    p = lab.spawn([f"{lab.build}/netstack", "run", "--seccomp", "--control", lab.control, "--", "sh", "-c",
                   '"$@" & sleep 600', "sh", sys.executable, "-c", code])
    pids = wait_for(lambda: os.path.exists(mark) and len(w := open(mark, encoding="ascii").read().split()) == 2 and w,
                    "both accept")
    with open(f"/proc/{p.pid}/task/{p.pid}/children", encoding="ascii") as f:
        os.kill(int(f.read().split()[0]), signal.SIGKILL)
    assert p.wait(20) == 125, p.returncode
    wait_for(lambda: not any(os.path.exists(f"/proc/{x}") for x in pids), "they are gone")
    lab.stop(p)


if __name__ == "__main__":
    main()
