#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""NETSTACK_RULES: which sockets of a program are the stack's, and which the kernel's."""
import os
import sys

from applab import HOST, NATIVE, STACK, families, main, need, skip_all, test, url

need("curl")
if NATIVE:
    skip_all("the kernel has no rules")

# A web server that answers with the address of who asks.
ECHO = """import http.server, socket, sys
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.client_address[0].encode())
class S(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET
S((sys.argv[1], int(sys.argv[2])), H).serve_forever()
"""

# The address that a socket of a type has, when it is connected to one.
SOURCE = """import socket, sys
kind, proto = getattr(socket, sys.argv[1]), int(sys.argv[2])
s = socket.socket(socket.AF_INET6 if ':' in sys.argv[3] else socket.AF_INET, kind, proto)
s.connect((sys.argv[3], int(sys.argv[4])))
print(s.getsockname()[0])
"""

# A connection of a program with itself: how many are there when connect() has returned, and one refused.
TO_ITSELF = """import socket, sys
family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET
server = socket.create_server((sys.argv[1], 0), family=family)
there = 0
for _ in range(20):
    s = socket.socket(family)
    s.setblocking(False)
    s.connect_ex(server.getsockname())
    try:
        s.getpeername()
        there += 1
    except OSError:
        pass
s = socket.socket(family)
s.setblocking(False)
s.connect_ex((sys.argv[1], 9))
print(there, s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
"""


def env(lab, *rules):
    return dict(os.environ, NETSTACK_RULES=lab.write("rules", "\n".join(rules) + "\n"))


def echo(lab, addr, port, shim=False, **kw):
    family = 6 if ":" in addr else 4
    return lab.serving([sys.executable, lab.write("echo.py", ECHO), addr, str(port)], shim, port, family, **kw)


def ask(lab, addr, port, e, argv=("curl",)):
    return lab.run([*argv, "-sS", "-m", "10", url(addr, port)], shim=True, env=e).stdout.decode()


def source(lab, e, kind, proto, addr, port):
    cmd = [sys.executable, lab.write("source.py", SOURCE), kind, str(proto), addr, str(port)]
    return lab.run(cmd, shim=True, env=e).stdout.decode().strip()


@families
def connect_by_prefix_and_port(lab, family):
    """connect() by prefix and port: the server sees the kernel's address, or the stack's"""
    e = env(lab, "# the database is the host's", "", "kernel connect tcp 10.77.0.0/24 port 5800-5801",
            "kernel connect tcp fd77::/64 port 5800-5801", "stack any")
    for port, who in ((5801, HOST), (5802, STACK)):
        with echo(lab, HOST[family], port):
            assert ask(lab, HOST[family], port, e) == who[family]
            assert ask(lab, HOST[family], port, None) == STACK[family]


@families
def bind_by_port(lab, family):
    """bind() by port: a server of the kernel beside one of the stack"""
    e = env(lab, "kernel bind tcp port 5811")
    with echo(lab, STACK[family], 5812, shim=True, env=e):
        p = lab.spawn([sys.executable, lab.write("echo.py", ECHO), HOST[family], "5811"], shim=True, env=e)
        lab.wait_port(False, 5811, family, child=p)
        lab.stop(p)


@families
def listen_without_bind(lab, family):
    """listen() without bind() is a bind to no address"""
    code = f"""import socket
s = socket.socket(socket.AF_INET{'6' if family == 6 else ''})
s.listen()
c = socket.create_connection(('{HOST[family]}', s.getsockname()[1]), 5)
print(s.accept()[1][0])"""
    p = lab.run([sys.executable, "-c", code], shim=True, env=env(lab, "kernel bind", "kernel connect"))
    assert p.stdout.decode().strip() == HOST[family], p


@families
def datagram_without_connect(lab, family):
    """the first datagram that is sent decides"""
    code = f"""import socket
f = socket.AF_INET{'6' if family == 6 else ''}
r = socket.socket(f, socket.SOCK_DGRAM)
r.bind(('{HOST[family]}', 5815))
r.settimeout(5)
for port in 5815, 5816:
    s = socket.socket(f, socket.SOCK_DGRAM)
    s.sendto(b'x', ('{HOST[family]}', port))
    print(r.recvfrom(9)[1][0] if port == 5815 else s.getsockname()[0])"""
    p = lab.run([sys.executable, "-c", code], shim=True, env=env(lab, "kernel udp port 5815"))
    assert p.stdout.decode().split() == [HOST[family], {4: "0.0.0.0", 6: "::"}[family]], p


@families
def program_by_name(lab, family):
    """program: the executable's name or argv[0], also of what a program starts"""
    with echo(lab, HOST[family], 5820):
        for rules, argv, who in ((["kernel program cur?"], ["curl"], HOST),
                                 (["kernel program wget*"], ["curl"], STACK),
                                 (["kernel program curl"], ["sh", "-c", 'curl "$@"', "sh"], HOST),
                                 (["kernel program sh"], ["sh", "-c", 'curl "$@"; :', "sh"], STACK),
                                 (["kernel program fetch"], ["bash", "-c", 'exec -a fetch curl "$@"', "sh"], HOST),
                                 (["stack program curl", "kernel any"], ["curl"], STACK)):
            got = ask(lab, HOST[family], 5820, env(lab, *rules), argv)
            assert got == who[family], (rules, argv, got)


@families
def socket_types(lab, family):
    """tcp, udp, raw: one of them at a time is the kernel's"""
    kinds = {"tcp": ("SOCK_STREAM", 0), "udp": ("SOCK_DGRAM", 0), "raw": ("SOCK_RAW", 253)}
    with echo(lab, HOST[family], 5830):
        for kernel in kinds:
            for rules in ([f"kernel {kernel}"], [f"kernel {kernel} {HOST[family]}", "stack any"]):
                for name, (kind, proto) in kinds.items():
                    got = source(lab, env(lab, *rules), kind, proto, HOST[family], 5830)
                    assert got == (HOST if name == kernel else STACK)[family], (rules, name, got)


@test
def family_of_address(lab):
    """ipv4, ipv6: of the address, so a v4-mapped one of an IPv6 socket is IPv4"""
    with echo(lab, HOST[4], 5840):
        mapped = f"::ffff:{HOST[4]}"
        assert source(lab, env(lab, "kernel ipv4"), "SOCK_STREAM", 0, mapped, 5840) == mapped
        assert source(lab, env(lab, "kernel ipv6"), "SOCK_STREAM", 0, mapped, 5840) == f"::ffff:{STACK[4]}"


@families
def with_itself(lab, family):
    """over the stack's own loopback a handshake is over when connect() returns, as with the kernel"""
    cmd = [sys.executable, lab.write("self.py", TO_ITSELF), {4: "127.0.0.1", 6: "::1"}[family]]
    e = dict(os.environ, NETSTACK_LOOPBACK="stack")
    assert lab.run(cmd, shim=True, env=e).stdout.split() == [b"20", b"111"]
    assert lab.run(cmd).stdout.split() == [b"20", b"111"]


@families
def loopback(lab, family):
    """loopback is the host's until a rule says otherwise"""
    addr, rule = {4: ("127.0.0.1", "stack 127.0.0.0/8"), 6: ("::1", "stack ::1")}[family]
    with echo(lab, {4: "0.0.0.0", 6: "::"}[family], 5850):
        assert ask(lab, addr, 5850, env(lab, "stack port 1")) == addr
        p = lab.run(["curl", "-sS", "-m", "5", url(addr, 5850)], shim=True, check=False, env=env(lab, rule))
        assert p.returncode == 7, p


@families
def behind_the_filter(lab, family):
    """--seccomp: the same rules, by the name of the program that calls"""
    with echo(lab, HOST[family], 5860):
        for rules, who in ((["kernel program curl", "stack any"], HOST), (["kernel program sh"], STACK),
                           (["kernel connect port 5860"], HOST), (["stack port 5860", "kernel any"], STACK)):
            cmd = [f"{lab.build}/netstack", "run", "--seccomp", "--control", lab.control, "--",
                   "curl", "-sS", "-m", "10", url(HOST[family], 5860)]
            got = lab.run(cmd, env=env(lab, *rules)).stdout.decode()
            assert got == who[family], (rules, got)


@test
def bad_rules(lab):
    """a bad rule: netstack run does not start the command; preloaded by hand, no socket is made"""
    e = env(lab, "stack any", "kernel port http")
    p = lab.run(["touch", "started"], shim=True, check=False, env=e)
    assert p.returncode == 125 and not os.path.exists(f"{lab.dir}/started"), p
    assert f"{e['NETSTACK_RULES']}:2: port http: not a port; write 1 to 65535".encode() in p.stderr, p
    p = lab.run(["true"], shim=True, check=False, env=dict(e, NETSTACK_RULES="no/such/file"))
    assert p.returncode == 125 and b"no/such/file: No such file or directory; name a file" in p.stderr, p
    e.update(LD_PRELOAD=f"{lab.build}/preload/.libs/libnetstack.so", NETSTACK_CONTROL=lab.control)
    code = ("import errno, socket\nfor i in range(3):\n try: socket.socket()\n"
            " except OSError as e: print(errno.errorcode[e.errno])\n")
    p = lab.run([sys.executable, "-c", code], env=e)
    assert p.stdout == b"EINVAL\n" * 3 and p.stderr.count(b"not a port") == 1, p


@test
def relative_path(lab):
    """a relative path holds for what the command starts elsewhere"""
    e = dict(env(lab, "kernel any"), NETSTACK_RULES="rules")
    with echo(lab, HOST[4], 5870):
        assert ask(lab, HOST[4], 5870, e, ["sh", "-c", 'cd /; curl "$@"', "sh"]) == HOST[4]


if __name__ == "__main__":
    main()
