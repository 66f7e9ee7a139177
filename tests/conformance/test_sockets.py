#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The socket calls, compared with Linux: the same calls are made under the shim and, in namespaces
of their own with the same addresses, natively; every answer must be the same.

      under the shim                            natively
      10.77.0.2 fd77::2  netstackd              10.77.0.2 fd77::2   namespace NAMEa
           | TAP                                     | veth
      10.77.0.1 fd77::1  kernel, peer           10.77.0.1 fd77::1   namespace NAMEb, peer
"""
import os
import select
import socket
import struct
import subprocess
import time

import lab
from lab import HOST4, HOST6, STACK4, STACK6, Agent, both

S = socket
SOL = S.SOL_SOCKET
TCP, UDP, IP, IP6 = S.IPPROTO_TCP, S.IPPROTO_UDP, S.IPPROTO_IP, S.IPPROTO_IPV6

# Answers that may differ, with the reason: (scenario, call) or (scenario, None) for all of it.
DIFFERENT = {
    ("bind", "poll of a listener that was shut down"): "a listening Unix socket polls IN and RDHUP then",
    **{("options of a stream", f"SO_RCVLOWAT after {v}"): "Linux takes at most half of tcp_rmem" for v in (-1,)},
    **{("options of a stream", f"IPV6_MULTICAST_HOPS = {v}"): "refused on a stream either way, by another errno"
       for v in (70000, "one octet", "nothing")},
    ("errors of a stream", "poll after reset"): "the peer of a Unix socket cannot raise POLLERR",
}


class Native:
    """Two namespaces joined by a veth pair."""

    def __init__(self):
        base = os.environ["NETSTACK_LAB"]
        self.a, self.b = base + "a", base + "b"

        def run(line):
            subprocess.run(["ip", *line.split()], check=True)

        for ns in (self.a, self.b):
            run(f"netns add {ns}")
        run(f"link add name eth0 netns {self.a} type veth peer name eth0 netns {self.b}")
        for ns, addr4, addr6 in ((self.a, STACK4, STACK6), (self.b, HOST4, HOST6)):
            run(f"-n {ns} link set lo up")
            run(f"-n {ns} link set eth0 up")
            run(f"-n {ns} addr add {addr4}/24 brd + dev eth0")
            run(f"-n {ns} addr add {addr6}/64 dev eth0 nodad")
        self.agents = []

    def agent(self, peer):
        a = Agent(["ip", "netns", "exec", self.b if peer else self.a])
        self.agents.append(a)
        return a

    def close(self):
        for a in self.agents:
            a.stop()
        for ns in (self.a, self.b):
            subprocess.run(["ip", "netns", "del", ns], check=False)


class Recorder:
    """Makes calls of an agent and writes down what came of them."""

    def __init__(self, agent, log, who, settle):
        self.agent, self.log, self.who, self.settle = agent, log, who, settle

    def __getattr__(self, op):
        return lambda *args, note=None: self.call(op, args, note)

    def call(self, op, args, note):
        if op not in ("socket", "close", "setsockopt") and not (note and op == "getsockopt"):
            self.settle()       # what earlier calls set going has arrived
        try:
            value, shown = self.agent.call(op, *args), None
        except Agent.Failed as e:
            value, shown = None, e.errno
        self.log.append((note or f"{self.who}.{op}{args}", plain(value) if shown is None else shown))
        return value


def plain(v):
    """Ports that the system chose are not compared."""
    if isinstance(v, tuple):
        return tuple("port" if isinstance(x, int) and i == 1 and 32768 <= x <= 60999 else plain(x) for i, x in enumerate(v))
    return v


def compare(l, name, scenario, *args):
    logs = []
    for side in ("shim", "native"):
        log = []
        if side == "shim":
            s, p, settle = l.agent(), l.agent(native=True), l.barrier
        else:
            s, p = l.native.agent(False), l.native.agent(True)

            def settle():
                time.sleep(0.05)
        try:
            scenario(Recorder(s, log, "s", settle), Recorder(p, log, "p", settle), *args)
        finally:
            s.stop()
            p.stop()
        logs.append(log)
    wrong = []
    shim, native = logs
    for (call, got), (call2, want) in zip(shim, native):
        if call != call2:
            wrong.append(f"after a difference: {call} / {call2}")
            break
        if got != want and (name, call) not in DIFFERENT and (name, None) not in DIFFERENT:
            wrong.append(f"{call}: {got}, on Linux {want}")
    assert not wrong, "; ".join(wrong)
    assert len(native) > 3


def fact(name):
    def register(fn):
        def run(l, v6):
            compare(l, name, fn, v6)
        run.__doc__, run.__name__ = fn.__doc__, fn.__name__
        return both(run)
    return register


def fam(v6):
    return "AF_INET6" if v6 else "AF_INET"


def me(v6):
    return STACK6 if v6 else STACK4


def peer(v6):
    return HOST6 if v6 else HOST4


def anyone(v6):
    return "::" if v6 else "0.0.0.0"


@fact("fresh")
def fresh(s, p, v6):
    """SOCK-01 every call on a TCP socket that did nothing yet"""
    calls = [("listen_name", "getsockname"), ("peer", "getpeername"), ("send", "send", b"x"), ("recv", "recv", 1),
             ("shutdown", "shutdown", 0), ("shutdown", "shutdown", 2), ("poll", "poll"), ("accept", "accept", "n"),
             ("sendto", "sendto", b"x", (peer(v6), 9)), ("oob", "recv", 1, S.MSG_OOB), ("errq", "recvmsg", 1, 100, 0x2000),
             ("unconnect", "unconnect"), ("close", "close")]
    for _, op, *args in calls:
        s.socket("s", fam(v6), "SOCK_STREAM")
        getattr(s, op)("s", *args)
        if op != "close":
            s.close("s")


@fact("bind")
def binding(s, p, v6):
    """SOCK-01 bind: addresses of every kind, twice, in use, privileged, wrong family"""
    s.socket("a", fam(v6), "SOCK_STREAM")
    for addr in (("fd77::99" if v6 else "10.77.0.99"), ("ff02::1" if v6 else "224.0.0.1"),
                 ("::ffff:10.77.0.2" if v6 else "255.255.255.255")):
        s.socket("x", fam(v6), "SOCK_STREAM")
        s.bind("x", (addr, 7000))
        s.close("x")
    s.bind("a", (me(v6), 7001))
    s.getsockname("a")
    s.bind("a", (me(v6), 7002))
    for kind in ("SOCK_STREAM", "SOCK_DGRAM"):
        s.socket("b", fam(v6), kind)
        s.bind("b", (anyone(v6), 7001))
        s.bind("b", (me(v6), 7003))
        s.close("b")
    s.listen("a", 1)
    s.listen("a", 5)
    s.socket("c", fam(v6), "SOCK_STREAM")
    s.setsockopt("c", SOL, S.SO_REUSEADDR, 1)
    s.bind("c", (anyone(v6), 7001))
    s.bind("c", (anyone(v6), 0))
    s.getsockname("c")
    s.connect("a", (peer(v6), 9))
    s.getpeername("a")
    s.send("a", b"x")
    s.recv("a", 1)
    s.shutdown("a", S.SHUT_RD)
    s.poll("a", note="poll of a listener that was shut down")
    s.close("a")
    s.socket("d", fam(v6), "SOCK_STREAM")
    s.listen("d", 1)        # an unbound one gets a port
    s.getsockname("d")
    s.accept("d", "n")


@fact("dual")
def dual(s, p, v6):
    """SOCK-01 UDP-06 IPv4 and IPv6 wildcards on one port; IPV6_V6ONLY"""
    for kind in ("SOCK_STREAM", "SOCK_DGRAM"):
        s.socket("a", "AF_INET6", kind)
        s.getsockopt("a", IP6, 26)
        s.bind("a", ("::", 7010))
        s.setsockopt("a", IP6, 26, 1)
        s.socket("b", "AF_INET", kind)
        s.bind("b", ("0.0.0.0", 7010))
        s.close("a")
        s.bind("b", ("0.0.0.0", 7010))
        s.socket("c", "AF_INET6", kind)
        s.setsockopt("c", IP6, 26, 1)
        s.bind("c", ("::", 7010))
        s.close("b")
        s.close("c")


@fact("connect")
def connecting(s, p, v6):
    """SOCK-01 connect: refused, in progress, again, to nowhere, to oneself, with a wrong address"""
    p.socket("l", fam(v6), "SOCK_STREAM")
    p.setsockopt("l", SOL, S.SO_REUSEADDR, 1)
    p.bind("l", (peer(v6), 7020))
    p.listen("l", 5)
    s.socket("a", fam(v6), "SOCK_STREAM")
    s.blocking("a", None)
    s.connect("a", (peer(v6), 7021))        # refused
    s.getsockopt("a", SOL, S.SO_ERROR)
    s.connect("a", (peer(v6), 7020))        # the same socket again
    s.connect("a", (peer(v6), 7020))
    s.getpeername("a")
    s.getsockname("a")
    s.listen("a", 1)
    s.send("a", b"hello")
    p.wait("l", select.POLLIN, 10000)
    p.accept("l", "c")
    p.recv("c", 10)
    s.unconnect("a")
    s.getpeername("a")
    for dst in (anyone(v6), "2001:db8::1" if v6 else "203.0.113.1", "ff02::1" if v6 else "224.0.0.1"):
        s.socket("b", fam(v6), "SOCK_STREAM")
        s.blocking("b", None)
        if dst != anyone(v6):
            s.connect("b", (dst, 7022))
        s.close("b")


@fact("stream")
def stream(s, p, v6):
    """SOCK-01 SOCK-04 an accepted connection: addresses, MSG_PEEK, WAITALL, TRUNC, DONTWAIT, half close, end"""
    s.socket("l", fam(v6), "SOCK_STREAM")
    s.bind("l", (me(v6), 7030))
    s.listen("l", 5)
    p.socket("c", fam(v6), "SOCK_STREAM")
    p.blocking("c", None)
    p.connect("c", (me(v6), 7030))
    s.wait("l", select.POLLIN, 10000)
    s.accept("l", "a")
    s.accept("l", "none")
    s.getsockname("a")
    s.getpeername("a")
    s.poll("a")
    s.recv("a", 10)
    p.send("c", b"abcdefgh")
    s.wait("a", select.POLLIN, 10000)
    s.poll("a")
    s.recv("a", 3, S.MSG_PEEK)
    s.recv("a", 3)
    s.recvlen("a", 2, S.MSG_TRUNC)
    s.ioctl("a", 0x541b, 4)                  # FIONREAD
    s.recvmsg("a", 2, 100)
    s.recvfrom("a", 10)
    s.recv("a", 1, S.MSG_OOB)
    s.sendto("a", b"reply", (peer(v6), 1))
    s.sendmsg("a", (b"x", b"", b"yz"))
    p.recvall("c", 8)
    p.shutdown("c", S.SHUT_WR)
    s.wait("a", select.POLLIN, 10000)
    s.poll("a")
    s.recv("a", 10)
    s.recv("a", 10)
    s.send("a", b"half open")
    p.recvall("c", 9)
    s.shutdown("a", S.SHUT_RD)
    s.shutdown("a", S.SHUT_WR)
    s.send("a", b"late", S.MSG_NOSIGNAL)
    p.recv("c", 10)
    s.poll("a")
    s.shutdown("a", S.SHUT_WR)
    s.getpeername("a")


@fact("errors of a stream")
def stream_errors(s, p, v6):
    """SOCK-01 SOCK-02 a reset connection: errno of every call, told once"""
    s.socket("l", fam(v6), "SOCK_STREAM")
    s.bind("l", (me(v6), 7040))
    s.listen("l", 5)
    for op, args in (("recv", (10,)), ("send", (b"x",)), ("getsockopt", (SOL, S.SO_ERROR)), ("getpeername", ()),
                     ("shutdown", (S.SHUT_WR,))):
        p.socket("c", fam(v6), "SOCK_STREAM")
        p.blocking("c", None)
        p.connect("c", (me(v6), 7040))
        s.wait("l", select.POLLIN, 10000)
        s.accept("l", "a")
        p.linger("c", 1, 0)
        p.close("c")
        s.wait("a", select.POLLIN, 10000, note="poll after reset")
        getattr(s, op)("a", *args)
        s.recv("a", 10)
        s.send("a", b"x")
        s.getsockopt("a", SOL, S.SO_ERROR)
        s.close("a")


@fact("datagram")
def datagrams(s, p, v6):
    """SOCK-01 SOCK-04 UDP-10 datagram sockets: every call, unconnected, connected, disconnected"""
    p.socket("e", fam(v6), "SOCK_DGRAM")
    p.bind("e", (peer(v6), 7050))
    s.socket("u", fam(v6), "SOCK_DGRAM")
    s.poll("u")
    s.getpeername("u")
    s.listen("u", 1)
    s.accept("u", "n")
    s.recv("u", 1)
    s.bind("u", (me(v6), 7051))
    s.send("u", b"x")
    s.sendto("u", b"x" * 65508, (peer(v6), 7050))
    s.sendto("u", b"x", (peer(v6), 0))
    s.sendto("u", b"one", (peer(v6), 7050))
    p.wait("e", select.POLLIN, 10000)
    p.recvfrom("e", 10)
    for data in (b"", b"abcdef", b"next"):
        p.sendto("e", data, (me(v6), 7051))
    s.wait("u", select.POLLIN, 10000)
    s.ioctl("u", 0x541b, 4)
    s.recvfrom("u", 10)
    s.recvmsg("u", 3, 0, S.MSG_PEEK)
    s.recvlen("u", 3, S.MSG_TRUNC)
    s.recvfrom("u", 10)
    s.recv("u", 10)
    s.connect("u", (peer(v6), 7050))
    s.getpeername("u")
    s.getsockname("u")
    s.send("u", b"two")
    s.sendto("u", b"three", (peer(v6), 7052))
    s.recv("u", 1, S.MSG_OOB)
    s.unconnect("u")
    s.getpeername("u")
    s.send("u", b"x")
    s.shutdown("u", S.SHUT_RDWR)
    s.connect("u", (peer(v6), 7099))        # nobody there
    s.send("u", b"x")
    time.sleep(0.1)
    s.recv("u", 1)
    s.recv("u", 1)
    s.getsockopt("u", SOL, S.SO_ERROR)
    s.socket("v", fam(v6), "SOCK_DGRAM")
    s.sendto("v", b"x", ("2001:db8::1" if v6 else "203.0.113.1", 9))
    s.sendmsg("v", (b"x",), ((IP6 if v6 else IP, 52 if v6 else 2, struct.pack("i", 1000)),), 0, (peer(v6), 7050))
    s.sendmsg("v", (b"x",), ((SOL, 99, struct.pack("i", 1)),), 0, (peer(v6), 7050))


@fact("socket")
def kinds(s, p, v6):
    """SOCK-01 socket(): types and protocols that exist and that do not"""
    for kind, proto in (("SOCK_STREAM", 0), ("SOCK_STREAM", 6), ("SOCK_STREAM", 17), ("SOCK_DGRAM", 17), ("SOCK_DGRAM", 6),
                        ("SOCK_RAW", 0), ("SOCK_RAW", 253), ("SOCK_RAW", 255), ("SOCK_RDM", 0), ("SOCK_STREAM", 255)):
        s.socket("s", fam(v6), kind, proto)
        s.getsockopt("s", SOL, S.SO_TYPE)
        s.getsockopt("s", SOL, S.SO_PROTOCOL)
        s.getsockopt("s", SOL, S.SO_DOMAIN)


VALUES = (1, 0, 5, -1, 70000)
# name: level, option, and whether its default depends on the machine
OPTIONS = {
    "SO_DEBUG": (SOL, 1), "SO_REUSEADDR": (SOL, 2), "SO_DONTROUTE": (SOL, 5), "SO_BROADCAST": (SOL, 6),
    "SO_KEEPALIVE": (SOL, 9), "SO_OOBINLINE": (SOL, 10), "SO_NO_CHECK": (SOL, 11),
    "SO_PRIORITY": (SOL, 12), "SO_REUSEPORT": (SOL, 15), "SO_RCVLOWAT": (SOL, 18), "SO_SNDLOWAT": (SOL, 19),
    "SO_TIMESTAMP": (SOL, 29), "SO_ACCEPTCONN": (SOL, 30), "SO_TIMESTAMPNS": (SOL, 35), "SO_MARK": (SOL, 36),
    "SO_RXQ_OVFL": (SOL, 40), "SO_TYPE": (SOL, 3), "SO_ERROR": (SOL, 4),
    "TCP_NODELAY": (TCP, 1), "TCP_MAXSEG": (TCP, 2), "TCP_CORK": (TCP, 3), "TCP_KEEPIDLE": (TCP, 4), "TCP_KEEPINTVL": (TCP, 5),
    "TCP_KEEPCNT": (TCP, 6), "TCP_SYNCNT": (TCP, 7), "TCP_LINGER2": (TCP, 8), "TCP_DEFER_ACCEPT": (TCP, 9),
    "TCP_WINDOW_CLAMP": (TCP, 10), "TCP_QUICKACK": (TCP, 12), "TCP_USER_TIMEOUT": (TCP, 18), "TCP_NOTSENT_LOWAT": (TCP, 25),
    "IP_TOS": (IP, 1), "IP_TTL": (IP, 2), "IP_PKTINFO": (IP, 8), "IP_MTU_DISCOVER": (IP, 10), "IP_RECVERR": (IP, 11),
    "IP_RECVTTL": (IP, 12), "IP_RECVTOS": (IP, 13), "IP_MTU": (IP, 14), "IP_FREEBIND": (IP, 15), "IP_MINTTL": (IP, 21),
    "IP_MULTICAST_TTL": (IP, 33), "IP_MULTICAST_LOOP": (IP, 34), "IP_MULTICAST_ALL": (IP, 49),
    "IPV6_UNICAST_HOPS": (IP6, 16), "IPV6_MULTICAST_HOPS": (IP6, 18), "IPV6_MULTICAST_LOOP": (IP6, 19),
    "IPV6_MTU_DISCOVER": (IP6, 23), "IPV6_MTU": (IP6, 24), "IPV6_RECVERR": (IP6, 25), "IPV6_V6ONLY": (IP6, 26),
    "IPV6_RECVPKTINFO": (IP6, 49), "IPV6_RECVHOPLIMIT": (IP6, 51), "IPV6_DONTFRAG": (IP6, 62), "IPV6_RECVTCLASS": (IP6, 66),
    "IPV6_TCLASS": (IP6, 67), "UDP_CORK": (UDP, 1), "UDP_SEGMENT": (UDP, 103), "UDP_GRO": (UDP, 104),
    "unknown of SOL_SOCKET": (SOL, 250), "unknown of TCP": (TCP, 250), "unknown of IP": (IP, 250), "unknown level": (250, 1),
}


def options(s, p, v6, kind):
    for name, (level, opt) in OPTIONS.items():
        s.socket("s", fam(v6), kind)
        s.getsockopt("s", level, opt, note=f"{name}: default")
        for value in VALUES:
            s.setsockopt("s", level, opt, value, note=f"{name} = {value}")
            s.getsockopt("s", level, opt, note=f"{name} after {value}")
        s.setsockopt("s", level, opt, b"\1", note=f"{name} = one octet")
        s.setsockopt("s", level, opt, b"", note=f"{name} = nothing")
        s.close("s")


@fact("options of a stream")
def stream_options(s, p, v6):
    """SOCK-01 MUST-24 MUST-27 MUST-48 socket options of TCP: defaults, values taken, values refused"""
    options(s, p, v6, "SOCK_STREAM")


@fact("options of a datagram socket")
def datagram_options(s, p, v6):
    """SOCK-01 UDP-12 socket options of UDP: defaults, values taken, values refused"""
    options(s, p, v6, "SOCK_DGRAM")


@fact("buffers")
def buffers(s, p, v6):
    """SOCK-01 SO_SNDBUF and SO_RCVBUF: doubled, with a floor; SO_LINGER; timeouts"""
    for kind in ("SOCK_STREAM", "SOCK_DGRAM"):
        s.socket("s", fam(v6), kind)
        for opt in (S.SO_SNDBUF, S.SO_RCVBUF):
            for size in (10000, 1, 0, 100000, -1):
                s.setsockopt("s", SOL, opt, size)
                s.getsockopt("s", SOL, opt)
        s.getsockopt("s", SOL, S.SO_LINGER, 8)
        s.linger("s", 1, 7)
        s.getsockopt("s", SOL, S.SO_LINGER, 8)
        s.setsockopt("s", SOL, S.SO_LINGER, b"1234")
        for opt in (20, 21):                # SO_RCVTIMEO, SO_SNDTIMEO
            s.getsockopt("s", SOL, opt, 16)
            s.setsockopt("s", SOL, opt, struct.pack("qq", 3, 500000))
            s.getsockopt("s", SOL, opt, 16)
            s.setsockopt("s", SOL, opt, struct.pack("qq", 3, 1500000))
        s.close("s")


class SocketLab(lab.Lab):
    def __init__(self):
        self.native = None
        super().__init__(neigh=False, offload=True)
        self.native = Native()

    def close(self):
        if self.native:
            self.native.close()
            self.native = None
        super().close()


if __name__ == "__main__":
    if os.environ.get("NETSTACK_ORACLE"):
        lab.skip_all("compares with the kernel as it is")
    lab.main(SocketLab)
