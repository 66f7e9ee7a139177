#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""UDP, ping sockets and raw sockets from outside and from the program."""
import itertools
import os
import select
import socket
import struct
import time

import lab
from lab import HOST4, MAC_STACK, MAC_TEST, STACK4, STACK6, TEST4, TEST6, both, from_stack, ip, stack_addr, test, test_addr
from scapy.all import (ICMP, UDP, Ether, ICMPv6DestUnreach, ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6PacketTooBig,
                       ICMPv6ParamProblem, ICMPv6TimeExceeded, IP, IPv6, IPv6ExtHdrFragment, Raw, fragment, fragment6)

PORTS = itertools.count(9000)
SO_ERROR = (socket.SOL_SOCKET, socket.SO_ERROR)
SO_BROADCAST = (socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
IP_PKTINFO, IP_MTU_DISCOVER, IP_RECVERR, IP_RECVTTL, IP_RECVTOS, IP_MTU = 8, 10, 11, 12, 13, 14
IPV6_MTU_DISCOVER, IPV6_MTU, IPV6_RECVERR, IPV6_V6ONLY, IPV6_DONTFRAG = 23, 24, 25, 26, 62
IPV6_RECVPKTINFO, IPV6_PKTINFO, IPV6_RECVHOPLIMIT, IPV6_HOPLIMIT, IPV6_RECVTCLASS, IPV6_TCLASS = 49, 50, 51, 52, 66, 67
UDP_CORK, UDP_SEGMENT, UDP_GRO = 1, 103, 104
MSG_ERRQUEUE = 0x2000
ERRNO = {"ENETUNREACH": 101, "EHOSTUNREACH": 113, "ENOPROTOOPT": 92, "ECONNREFUSED": 111, "EMSGSIZE": 90,
         "EOPNOTSUPP": 95, "EHOSTDOWN": 112, "ENONET": 64, "EACCES": 13, "EPROTO": 71}


def family(v6):
    return "AF_INET6" if v6 else "AF_INET"


def udp_socket(l, v6, port=None, addr=None, agent=None, name="u"):
    a = agent or l.agent()
    port = next(PORTS) if port is None else port
    a.socket(name, family(v6), "SOCK_DGRAM")
    a.bind(name, (addr if addr is not None else stack_addr(v6), port))
    return a, a.getsockname(name)[1]


def connected(l, v6, rport=None):
    """A program whose socket u is connected to the test: (agent, its port, ours)."""
    a, port = udp_socket(l, v6)
    rport = rport or next(PORTS)
    a.connect("u", (test_addr(v6), rport))
    return a, port, rport


@both
def where_packets_come_from(l, v6):
    """SO_INCOMING_NAPI_ID and SO_INCOMING_CPU tell of the last packet; SO_BUSY_POLL has the daemon look for the next"""
    a, port, rport = connected(l, v6)
    napi_id, cpu, busy_poll = 56, 49, 46
    assert a.getsockopt("u", socket.SOL_SOCKET, napi_id) == 0
    assert a.getsockopt("u", socket.SOL_SOCKET, cpu) == -1
    assert arrives(l, a, datagram(v6, rport, port, b"x")) == b"x"
    assert 0 <= a.getsockopt("u", socket.SOL_SOCKET, cpu) < os.cpu_count()
    if os.environ.get("NETSTACK_ORACLE"):
        return          # its TAP is no NAPI device
    assert a.getsockopt("u", socket.SOL_SOCKET, napi_id) > 8192
    before = l.stat()["daemon"]["busy_polls"]
    a.setsockopt("u", socket.SOL_SOCKET, busy_poll, 1000)
    for _ in range(20):     # a turn that takes longer leaves nothing of the time
        assert arrives(l, a, datagram(v6, rport, port, b"y")) == b"y"
        if l.stat()["daemon"]["busy_polls"] > before:
            return
    assert False, "it never looked for the next packet"


def datagram(v6, sport, dport, data=b"", **kw):
    p = ip(v6, **kw) / UDP(sport=sport, dport=dport)
    return p / Raw(data) if data else p


def is_udp(v6, dport=None):
    return lambda f: from_stack(v6)(f) and UDP in f and dport in (None, f[UDP].dport)


def data_of(f):
    return bytes(f[UDP].payload)[:f[UDP].len - 8]


def arrives(l, a, p, name="u"):
    """What the program receives when p is sent; None if nothing."""
    l.send(p)
    l.barrier()
    return a.recv(name, 65536) if a.wait(name, select.POLLIN, 300) else None


def icmp_error(v6, kind, code, quoted, mtu=0):
    if not v6:
        return IP(src=TEST4, dst=STACK4) / ICMP(type=kind, code=code, nexthopmtu=mtu) / Raw(quoted)
    head = {1: ICMPv6DestUnreach(code=code), 2: ICMPv6PacketTooBig(code=code, mtu=mtu),
            3: ICMPv6TimeExceeded(code=code), 4: ICMPv6ParamProblem(code=code)}[kind]
    return IPv6(src=TEST6, dst=STACK6) / head / Raw(quoted)


def quote(v6, sport, dport, **kw):
    """The datagram of the stack that an error is about."""
    head = IPv6(src=STACK6, dst=kw.get("dst", TEST6)) if v6 else IP(src=STACK4, dst=kw.get("dst", TEST4))
    return bytes(head / UDP(sport=sport, dport=dport) / Raw(b"quoted"))


def is_unreach(v6):
    return (lambda f: ICMPv6DestUnreach in f and f[ICMPv6DestUnreach].code == 4) if v6 else \
        (lambda f: ICMP in f and f[ICMP].type == 3 and f[ICMP].code == 3)


# -- header, checksum ----------------------------------------------------------------------------

@both
def length_field(l, v6):
    """UDP-01 a length below 8 or beyond the packet: dropped; below it: the rest is ignored"""
    a, port = udp_socket(l, v6)
    for bad in (0, 1, 7, 13, 100, 65535):
        if v6 and bad == 0:
            continue        # a jumbogram's: not offered
        p = datagram(v6, 500, port, b"data")
        p[UDP].len = bad
        assert arrives(l, a, p) is None, bad
    short = datagram(v6, 500, port, b"ab")
    whole = short.__class__(bytes(short))
    del whole[UDP].chksum
    sub = bytes(ip(v6) / UDP(sport=500, dport=port) / Raw(b"ab"))
    tail = b"ignored"
    p = (IPv6(src=TEST6, dst=STACK6, nh=17) / Raw(sub[40:] + tail)) if v6 else \
        (IP(src=TEST4, dst=STACK4, proto=17) / Raw(sub[20:] + tail))
    assert arrives(l, a, p) == b"ab"


@both
def truncated(l, v6):
    """UDP-01 a packet that ends inside the UDP header is dropped"""
    a, port = udp_socket(l, v6)
    sub = bytes(datagram(v6, 500, port))[40 if v6 else 20:]
    for n in range(8):
        head = IPv6(src=TEST6, dst=STACK6, nh=17) if v6 else IP(src=TEST4, dst=STACK4, proto=17)
        l.send(head / Raw(sub[:n]) if n else head)
    l.barrier()
    assert not a.poll("u") & select.POLLIN
    assert arrives(l, a, datagram(v6, 500, port, b"x")) == b"x"


@both
def wrong_checksum(l, v6):
    """UDP-04 a wrong checksum: dropped and counted, poll() says nothing"""
    a, port = udp_socket(l, v6)
    group = "Udp6" if v6 else "Udp"
    before = l.mib(f"{group}.InCsumErrors")
    p = datagram(v6, 500, port, b"spoilt")
    p[UDP].chksum = 0xbad
    assert arrives(l, a, p) is None
    assert not a.poll("u") & select.POLLIN
    assert l.mib(f"{group}.InCsumErrors") == before + 1
    assert arrives(l, a, datagram(v6, 500, port, b"good")) == b"good"


@both
def zero_checksum(l, v6):
    """UDP-02 UDP-03 no checksum: taken over IPv4, dropped over IPv6"""
    a, port = udp_socket(l, v6)
    p = datagram(v6, 500, port, b"bare")
    p[UDP].chksum = 0
    assert arrives(l, a, p) == (None if v6 else b"bare")


@both
def checksum_ffff(l, v6):
    """UDP-02 a sum of 0 is sent as 0xffff; sums of all lengths are right"""
    a, port, rport = connected(l, v6)
    probe = datagram(v6, rport, port, b"\0\0")     # the sum of the reverse direction is the same
    word = UDP(bytes(probe)[40 if v6 else 20:]).chksum
    l.drain(0)
    a.send("u", struct.pack("!H", word))
    f = l.receive(is_udp(v6, rport))
    assert f and f[UDP].chksum == 0xffff, f and hex(f[UDP].chksum)
    for n in (0, 1, 2, 3, 17, 1471 if not v6 else 1451):
        a.send("u", b"\xa5" * n)
        f = l.receive(is_udp(v6, rport))
        again = f.payload.__class__(bytes(f.payload))
        del again[UDP].chksum
        assert f[UDP].chksum == UDP(bytes(again)[40 if v6 else 20:]).chksum, n
        assert f[UDP].len == 8 + n


@test
def no_check(l):
    """UDP-02 SO_NO_CHECK: datagrams over IPv4 leave without a checksum"""
    a, _, rport = connected(l, False)
    a.setsockopt("u", socket.SOL_SOCKET, 11, 1)
    l.drain(0)
    a.send("u", b"x")
    assert l.receive(is_udp(False, rport))[UDP].chksum == 0


@both
def short_padding(l, v6):
    """ETH-03 a datagram of one octet: what pads the frame is zero"""
    a, _, rport = connected(l, v6)
    l.drain(0)
    a.send("u", b"x")
    f = l.receive(is_udp(v6, rport))
    assert not bytes(f)[14 + (40 if v6 else 20) + 9:].strip(b"\0")


# -- who gets it ---------------------------------------------------------------------------------

@both
def closed_port(l, v6):
    """UDP-05 ICMP4-05 ICMP6-06 a closed port draws port unreachable that quotes the datagram"""
    p = datagram(v6, 500, 8999, b"y" * 1000)
    r = l.exchange(p, is_unreach(v6))
    assert r
    quoted = bytes(r[IPv6 if v6 else IP].payload)[8:]
    whole = bytes(p)
    assert quoted[8 if v6 else 12:] == whole[8 if v6 else 12:len(quoted)]
    total = r[IPv6].plen + 40 if v6 else r[IP].len
    assert total == min(1280 if v6 else 576, len(whole) + (48 if v6 else 28)), total


@both
def most_specific(l, v6):
    """UDP-06 connected beats bound beats wildcard; a connected socket hears only its peer"""
    a, port = udp_socket(l, v6, addr="::" if v6 else "0.0.0.0", name="any")
    for name in ("own", "peer"):
        a.socket(name, family(v6), "SOCK_DGRAM")
    a.close("any")
    for name in ("any", "own", "peer"):
        a.socket(name, family(v6), "SOCK_DGRAM")
        a.setsockopt(name, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        a.bind(name, (("::" if v6 else "0.0.0.0") if name == "any" else stack_addr(v6), port))
    a.connect("peer", (test_addr(v6), 600))
    for sport, want in ((600, "peer"), (601, "own")):
        l.send(datagram(v6, sport, port, b"%d" % sport))
        l.barrier()
        for name in ("any", "own", "peer"):
            assert bool(a.wait(name, select.POLLIN, 10000 if name == want else 0)) == (name == want), (sport, name)
        assert a.recv(want, 10) == b"%d" % sport
    a.close("own")
    l.barrier()         # the daemon has heard of it
    assert arrives(l, a, datagram(v6, 601, port, b"w"), "any") == b"w"


@test
def dual_stack(l):
    """UDP-06 an IPv6 wildcard socket takes IPv4 too, as mapped addresses, unless IPV6_V6ONLY"""
    a, port = udp_socket(l, True, addr="::")
    l.send(datagram(False, 700, port, b"four"))
    assert a.wait("u", select.POLLIN, 10000)
    data, addr = a.recvfrom("u", 10)
    assert data == b"four" and addr[:2] == (f"::ffff:{TEST4}", 700)
    l.drain(0)
    a.sendto("u", b"back", addr)
    f = l.receive(is_udp(False, 700))
    assert f and f[IP].dst == TEST4 and data_of(f) == b"back"
    a.socket("o", "AF_INET6", "SOCK_DGRAM")
    a.setsockopt("o", 41, IPV6_V6ONLY, 1)
    only = next(PORTS)
    a.bind("o", ("::", only))
    assert l.exchange(datagram(False, 700, only), is_unreach(False))
    assert a.errno("sendto", "o", b"x", (f"::ffff:{TEST4}", 9)) == "ENETUNREACH"


@both
def reuseport(l, v6):
    """UDP-08 SO_REUSEPORT: flows are spread over the group, each flow stays with one socket"""
    a = l.agent()
    port, n = next(PORTS), 4
    for i in range(n):
        a.socket(f"r{i}", family(v6), "SOCK_DGRAM")
        a.setsockopt(f"r{i}", socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        a.bind(f"r{i}", (stack_addr(v6), port))
    a.socket("x", family(v6), "SOCK_DGRAM")
    assert a.errno("bind", "x", (stack_addr(v6), port)) == "EADDRINUSE"
    home = {}
    for _ in range(2):
        for sport in range(10000, 10048):
            l.send(datagram(v6, sport, port, b"%d" % sport))
    l.barrier()
    for i in range(n):
        while a.wait(f"r{i}", select.POLLIN, 100):
            home.setdefault(a.recv(f"r{i}", 10), []).append(i)
    assert len(home) == 48
    assert all(len(v) == 2 and v[0] == v[1] for v in home.values()), home
    assert len({v[0] for v in home.values()}) == n, "not spread"


@both
def bind_twice(l, v6):
    """UDP-08 UDP-16 EADDRINUSE; SO_REUSEADDR: the last one bound hears; the port is free after close"""
    a, port = udp_socket(l, v6)
    a.socket("b", family(v6), "SOCK_DGRAM")
    assert a.errno("bind", "b", (stack_addr(v6), port)) == "EADDRINUSE"
    a.setsockopt("b", socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    assert a.errno("bind", "b", (stack_addr(v6), port)) == "EADDRINUSE", "both must want it"
    a.setsockopt("u", socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    a.bind("b", (stack_addr(v6), port))
    assert arrives(l, a, datagram(v6, 500, port, b"last"), "b") == b"last"
    assert not a.poll("u") & select.POLLIN
    a.close("u")
    a.close("b")
    a.socket("c", family(v6), "SOCK_DGRAM")
    a.bind("c", (stack_addr(v6), port))


@both
def ports_zero(l, v6):
    """UDP-17 source port 0 is delivered; destination port 0 is not"""
    a, port = udp_socket(l, v6)
    l.send(datagram(v6, 0, port, b"from 0"))
    assert a.wait("u", select.POLLIN, 10000)
    data, addr = a.recvfrom("u", 10)
    assert data == b"from 0" and addr[1] == 0
    assert a.errno("sendto", "u", b"x", (test_addr(v6), 0)) == "EINVAL"
    l.send(datagram(v6, 500, 0, b"to 0"))
    assert arrives(l, a, datagram(v6, 500, port, b"alive")) == b"alive"


@both
def group_source(l, v6):
    """MC-13 a datagram from a group is dropped"""
    a, port = udp_socket(l, v6, addr="::" if v6 else "0.0.0.0")
    for src in (("ff02::1", "ff02::2", "ff0e::1:2") if v6 else ("224.0.0.1", "224.0.0.2", "224.0.1.42", "232.1.2.3")):
        p = (IPv6(src=src, dst=STACK6) if v6 else IP(src=src, dst=STACK4)) / UDP(sport=5, dport=port) / Raw(b"x")
        assert arrives(l, a, p) is None, src


@test
def broadcast_in(l):
    """UDP-07 a broadcast is copied to every socket that matches; never answered by an error"""
    a = l.agent()
    port = next(PORTS)
    names = {"any": "0.0.0.0", "net": "10.77.0.255", "all": "255.255.255.255", "own": STACK4}
    for name, addr in names.items():
        a.socket(name, "AF_INET", "SOCK_DGRAM")
        a.setsockopt(name, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        a.bind(name, (addr, port))
    for dst, hears in (("10.77.0.255", {"any", "net"}), ("255.255.255.255", {"any", "all"}), (STACK4, {"own"})):
        mac = MAC_STACK if dst == STACK4 else "ff:ff:ff:ff:ff:ff"
        l.send(Ether(src=MAC_TEST, dst=mac) / IP(src=TEST4, dst=dst) / UDP(sport=9, dport=port) / Raw(b"all"))
        l.barrier()
        got = {n for n in names if a.wait(n, select.POLLIN, 100)}
        assert got == hears, (dst, got)
        for n in got:
            a.recv(n, 10)
    p = Ether(src=MAC_TEST, dst="ff:ff:ff:ff:ff:ff") / IP(src=TEST4, dst="10.77.0.255") / UDP(sport=9, dport=8998)
    assert l.silent(p, lambda f: ICMP in f)


@test
def broadcast_out(l):
    """UDP-07 IP4-06 EACCES without SO_BROADCAST; with it the frame goes to everyone, from our own address"""
    a = l.agent()
    for dst in ("10.77.0.255", "255.255.255.255"):
        a.socket("u", "AF_INET", "SOCK_DGRAM")
        a.bind("u", (STACK4, 0))
        assert a.errno("sendto", "u", b"x", (dst, 99)) == "EACCES", dst
        assert a.errno("connect", "u", (dst, 99)) == "EACCES", dst
        a.setsockopt("u", *SO_BROADCAST)
        if dst == "255.255.255.255":
            a.setsockopt("u", socket.SOL_SOCKET, 25, b"lo\0" if False else (b"tap0\0" if l.oracle else b"eth0\0"))
        for data in (b"", b"x", b"y" * 1472):
            l.drain(0)
            a.sendto("u", data, (dst, 99))
            f = l.receive(is_udp(False, 99))
            assert f and f.dst == "ff:ff:ff:ff:ff:ff" and f[IP].dst == dst and f[IP].src == STACK4
            assert data_of(f) == data
        a.close("u")


MATRIX4 = {"none": None, "any": "0.0.0.0", "own": STACK4, "foreign": "10.77.0.9", "net": "10.77.0.255",
           "all": "255.255.255.255", "group": "224.0.0.1"}
MATRIX6 = {"none": None, "any": "::", "own": STACK6, "foreign": "fd77::9", "group": "ff02::1"}


@both
def bind_matrix(l, v6):
    """UDP-06 bind to each kind of address, then send: the source is the bound unicast address, else our own"""
    a = l.agent()
    rport = next(PORTS)
    for name, addr in (MATRIX6 if v6 else MATRIX4).items():
        a.socket("u", family(v6), "SOCK_DGRAM")
        bind = None if addr is None else a.errno("bind", "u", (addr, 0, 0, ifindex(l)) if addr == "ff02::1" else (addr, 0))
        assert bind == ("EADDRNOTAVAIL" if name == "foreign" else None), (name, bind)
        if bind is None:
            l.drain(0)
            got = a.errno("sendto", "u", b"m", (test_addr(v6), rport))
            f = l.receive(is_udp(v6, rport))
            assert got is None and f, (name, got)
            assert f[UDP].sport == a.getsockname("u")[1]
        a.close("u")


def ifindex(l):
    """The number of the device with the stack's address."""
    if l.oracle:
        return socket.if_nametoindex(lab.TAP)
    return next(d["ifindex"] for d in l.stat()["devices"] if d["name"] == "eth0")


@both
def send_matrix(l, v6):
    """UDP-10 UDP-12 payloads of every size to each kind of address: sent whole, or the errno of Linux"""
    a = l.agent()
    a.socket("u", family(v6), "SOCK_DGRAM")
    other = (TEST4, 9) if v6 else (TEST6, 9)
    if v6:
        assert a.errno("sendto", "u", b"x", ("2001:db8::1", 9)) == "ENETUNREACH"
        assert a.errno("sendto", "u", b"x", ("ff02::1", 9)) in (None, "ENETUNREACH")
    else:
        for dst, want in (("203.0.113.1", "ENETUNREACH"), ("10.77.0.255", "EACCES"), ("240.0.0.1", "ENETUNREACH")):
            assert a.errno("sendto", "u", b"x", (dst, 9)) == want, dst
    del other
    top = 65527 if v6 else 65507
    assert a.errno("sendto", "u", b"x" * (top + 1), (test_addr(v6), 9)) == "EMSGSIZE"
    for n in (0, 1, 1000, 1473):
        assert a.sendto("u", b"x" * n, (test_addr(v6), 9)) == n


@both
def multicast_out(l, v6):
    """ETH-07 a datagram to a group goes to the group's MAC, with TTL 1"""
    a = l.agent()
    a.socket("u", family(v6), "SOCK_DGRAM")
    l.drain(0)
    if v6:
        a.setsockopt("u", 41, 17, ifindex(l))       # IPV6_MULTICAST_IF
        a.sendto("u", b"g", ("ff02::1:7", 9))
        f = l.receive(lambda f: IPv6 in f and f[IPv6].dst == "ff02::1:7")
        assert f and f.dst == "33:33:00:01:00:07" and f[IPv6].hlim == 1
    else:
        a.bind("u", (STACK4, 0))
        a.setsockopt("u", 0, 32, socket.inet_aton(STACK4))      # IP_MULTICAST_IF
        a.sendto("u", b"g", ("224.129.1.7", 9))
        f = l.receive(lambda f: IP in f and f[IP].dst == "224.129.1.7")
        assert f and f.dst == "01:00:5e:01:01:07" and f[IP].ttl == 1 and f[IP].src == STACK4


# -- sockets -------------------------------------------------------------------------------------

@both
def truncation(l, v6):
    """UDP-10 MSG_TRUNC, MSG_PEEK, zero length: one datagram a call, the rest of it is gone"""
    a, port, rport = connected(l, v6)
    for data in (b"abcdef", b"", b"next"):
        l.send(datagram(v6, rport, port, data))
    l.barrier()
    assert a.wait("u", select.POLLIN, 10000)
    assert a.recv("u", 3, socket.MSG_PEEK) == b"abc"
    data, _, flags, addr = a.recvmsg("u", 3, 0, socket.MSG_PEEK)
    assert data == b"abc" and flags & socket.MSG_TRUNC and addr[:2] == (test_addr(v6), rport)
    assert a.recvlen("u", 3, socket.MSG_PEEK | socket.MSG_TRUNC) == 6
    data, _, flags, addr = a.recvmsg("u", 3)
    assert data == b"abc" and flags & socket.MSG_TRUNC
    data, _, flags, addr = a.recvmsg("u", 3)
    assert data == b"" and not flags & socket.MSG_TRUNC and addr[1] == rport
    assert a.recv("u", 10) == b"next"
    assert a.errno("recv", "u", 10) == "EAGAIN"


@both
def zero_length(l, v6):
    """UDP-10 an empty datagram is sent and received, and is not the end of anything"""
    a, port, rport = connected(l, v6)
    l.drain(0)
    assert a.send("u", b"") == 0
    f = l.receive(is_udp(v6, rport))
    assert f and f[UDP].len == 8
    assert arrives(l, a, datagram(v6, rport, port)) == b""
    assert arrives(l, a, datagram(v6, rport, port, b"more")) == b"more"


@both
def disconnect(l, v6):
    """UDP-16 connect() sets a filter and an address; connect(AF_UNSPEC) takes them away"""
    a, port, rport = connected(l, v6)
    assert a.getpeername("u")[:2] == (test_addr(v6), rport)
    assert arrives(l, a, datagram(v6, rport + 1, port, b"stranger")) is None
    assert arrives(l, a, datagram(v6, rport, port, b"friend")) == b"friend"
    a.connect("u", (test_addr(v6), rport + 1))
    assert arrives(l, a, datagram(v6, rport + 1, port, b"new")) == b"new"
    a.unconnect("u")
    assert a.errno("getpeername", "u") == "ENOTCONN"
    assert a.errno("send", "u", b"x") == "EDESTADDRREQ"
    assert arrives(l, a, datagram(v6, rport, port, b"anyone")) == b"anyone"
    assert a.getsockname("u")[:2] == (stack_addr(v6), port)


@both
def auto_bind(l, v6):
    """UDP-16 bind to port 0 and the first send give a port of the range; connect gives the address"""
    a = l.agent()
    a.socket("u", family(v6), "SOCK_DGRAM")
    assert a.getsockname("u")[1] == 0
    a.sendto("u", b"x", (test_addr(v6), 9))
    name = a.getsockname("u")
    assert 32768 <= name[1] <= 60999 and name[0] == ("::" if v6 else "0.0.0.0")
    a.connect("u", (test_addr(v6), 9))
    assert a.getsockname("u")[:2] == (stack_addr(v6), name[1])
    a.socket("b", family(v6), "SOCK_DGRAM")
    a.bind("b", (stack_addr(v6), 0))
    assert 32768 <= a.getsockname("b")[1] <= 60999


@both
def shut_down(l, v6):
    """UDP-10 shutdown: ENOTCONN when not connected, then EPIPE to write and end of file to read"""
    a, port = udp_socket(l, v6)
    assert a.errno("shutdown", "u", socket.SHUT_RD) == "ENOTCONN"
    a, port, rport = connected(l, v6)
    a.shutdown("u", socket.SHUT_WR)
    assert a.errno("send", "u", b"x") == "EPIPE"
    assert arrives(l, a, datagram(v6, rport, port, b"in")) == b"in"
    a.shutdown("u", socket.SHUT_RD)
    assert a.errno("recv", "u", 10) == "EAGAIN", "only a call that would wait sees the end"
    a.blocking("u", None)
    assert a.recv("u", 10) == b""


@both
def cork(l, v6):
    """UDP-10 MSG_MORE and UDP_CORK: several writes become one datagram"""
    a, _, rport = connected(l, v6)
    l.drain(0)
    a.send("u", b"one ", socket.MSG_MORE)
    a.send("u", b"two ", socket.MSG_MORE)
    a.send("u", b"three")
    f = l.receive(is_udp(v6, rport))
    assert f and data_of(f) == b"one two three"
    a.setsockopt("u", 17, UDP_CORK, 1)
    a.send("u", b"a" * 3)
    a.send("u", b"b" * 3)
    assert l.receive(is_udp(v6, rport), 0.1) is None
    a.setsockopt("u", 17, UDP_CORK, 0)
    f = l.receive(is_udp(v6, rport))
    assert f and data_of(f) == b"aaabbb"


@both
def overflow(l, v6):
    """UDP-11 a full receive buffer drops what comes, and counts all of it; other sockets are not affected"""
    a, port = udp_socket(l, v6)
    a.setsockopt("u", socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
    other = udp_socket(l, v6, agent=a, name="o")[1]
    counter = "Udp6.RcvbufErrors" if v6 else "Udp.RcvbufErrors"
    before = l.mib(counter)
    count = 100 if l.oracle else 2000       # the shim's socket holds some more
    for i in range(count):
        l.send(datagram(v6, 500, port, b"%04d" % i * 200))
    l.barrier()
    assert arrives(l, a, datagram(v6, 500, other, b"fine"), "o") == b"fine"
    lost = l.mib(counter) - before
    got = []
    while a.wait("u", select.POLLIN, 100):
        got.append(int(a.recv("u", 4)))
    assert lost > 0 and got and got[0] == 0
    assert got == sorted(set(got)) and len(got) + lost == count, (len(got), lost)
    assert arrives(l, a, datagram(v6, 500, port, b"again")) == b"again"


# -- ancillary data ------------------------------------------------------------------------------

def cmsgs(a, name="u"):
    data, anc, flags, addr = a.recvmsg(name, 100, 1024)
    return data, {(level, kind): value for level, kind, value in anc}, flags, addr


@both
def pktinfo_in(l, v6):
    """UDP-15 PKTINFO, TTL and TOS arrive as control messages"""
    a, port = udp_socket(l, v6, addr="::" if v6 else "0.0.0.0")
    for opt in (IPV6_RECVPKTINFO, IPV6_RECVHOPLIMIT, IPV6_RECVTCLASS) if v6 else (IP_PKTINFO, IP_RECVTTL, IP_RECVTOS):
        a.setsockopt("u", 41 if v6 else 0, opt, 1)
    l.send(datagram(v6, 500, port, b"c", **({"hlim": 77, "tc": 0x28} if v6 else {"ttl": 77, "tos": 0x28})))
    assert a.wait("u", select.POLLIN, 10000)
    data, anc, flags, _ = cmsgs(a)
    assert data == b"c" and not flags
    if v6:
        info = anc[(41, IPV6_PKTINFO)]
        assert info[:16] == socket.inet_pton(socket.AF_INET6, STACK6)
        assert struct.unpack("i", info[16:])[0] == ifindex(l)
        assert struct.unpack("i", anc[(41, IPV6_HOPLIMIT)])[0] == 77
        assert struct.unpack("i", anc[(41, IPV6_TCLASS)])[0] == 0x28
    else:
        index, spec, addr = struct.unpack("i4s4s", anc[(0, IP_PKTINFO)])
        assert index == ifindex(l) and spec == addr == socket.inet_aton(STACK4)
        assert struct.unpack("i", anc[(0, 2)])[0] == 77
        assert anc[(0, 1)] == b"\x28"


@both
def cmsg_truncated(l, v6):
    """UDP-15 SOCK-04 a control buffer that is too small: MSG_CTRUNC"""
    a, port = udp_socket(l, v6)
    a.setsockopt("u", *((41, IPV6_RECVPKTINFO, 1) if v6 else (0, IP_PKTINFO, 1)))
    l.send(datagram(v6, 500, port, b"c"))
    assert a.wait("u", select.POLLIN, 10000)
    _, anc, flags, _ = a.recvmsg("u", 10, 0)
    assert flags & socket.MSG_CTRUNC and not anc


@both
def timestamp_cmsg(l, v6):
    """UDP-15 SO_TIMESTAMP: the time of arrival comes with the datagram"""
    a, port = udp_socket(l, v6)
    a.setsockopt("u", socket.SOL_SOCKET, 29, 1)
    l.send(datagram(v6, 500, port, b"c"))
    assert a.wait("u", select.POLLIN, 10000)
    _, anc, _, _ = cmsgs(a)
    sec, usec = struct.unpack("qq", anc[(1, 29)])
    assert abs(sec - time.time()) < 10 and 0 <= usec < 1000000


@both
def cmsg_out(l, v6):
    """UDP-15 TTL, TOS and source given with the message; the option's values otherwise"""
    a, _, rport = connected(l, v6)
    level = 41 if v6 else 0

    def sent(anc):
        l.drain(0)
        a.sendmsg("u", [b"m"], anc)
        f = l.receive(is_udp(v6, rport))
        assert f, anc
        return (f[IPv6].hlim, f[IPv6].tc, f[IPv6].src) if v6 else (f[IP].ttl, f[IP].tos, f[IP].src)

    assert sent([]) == (64, 0, stack_addr(v6))
    ttl = (level, IPV6_HOPLIMIT if v6 else 2, struct.pack("i", 9))
    tos = (level, IPV6_TCLASS if v6 else 1, struct.pack("i", 0x48))
    assert sent([ttl, tos]) == (9, 0x48, stack_addr(v6))
    a.setsockopt("u", level, 16 if v6 else 2, 33)
    a.setsockopt("u", level, 67 if v6 else 1, 0x20)
    assert sent([]) == (33, 0x20, stack_addr(v6))
    assert sent([ttl]) == (9, 0x20, stack_addr(v6))
    if v6:
        info = (41, IPV6_PKTINFO, socket.inet_pton(socket.AF_INET6, STACK6) + struct.pack("i", 0))
        bad = (41, IPV6_PKTINFO, socket.inet_pton(socket.AF_INET6, "fd77::99") + struct.pack("i", 0))
        assert a.errno("sendmsg", "u", [b"m"], [bad]) == "EINVAL"
    else:
        info = (0, IP_PKTINFO, struct.pack("i4s4s", 0, socket.inet_aton(STACK4), bytes(4)))
    assert sent([info])[2] == stack_addr(v6)
    assert a.errno("sendmsg", "u", [b"m"], [(level, ttl[1], struct.pack("i", 256))]) == "EINVAL"


# -- errors --------------------------------------------------------------------------------------

# kind, code: errno of a connected socket without RECVERR (None: not told)
ERRORS4 = {(3, 0): None, (3, 1): None, (3, 2): "ENOPROTOOPT", (3, 3): "ECONNREFUSED", (3, 5): None, (3, 6): "ENETUNREACH",
           (3, 7): "EHOSTDOWN", (3, 8): "ENONET", (3, 9): "ENETUNREACH", (3, 10): "EHOSTUNREACH", (3, 11): None, (3, 12): None,
           (3, 13): "EHOSTUNREACH", (3, 14): "EHOSTUNREACH", (3, 15): "EHOSTUNREACH", (4, 0): None, (11, 0): None, (11, 1): None,
           (12, 0): "EPROTO"}
ERRORS6 = {(1, 0): None, (1, 1): "EACCES", (1, 2): None, (1, 3): None, (1, 4): "ECONNREFUSED", (1, 5): "EACCES", (1, 6): "EACCES",
           (3, 0): None, (4, 0): "EPROTO", (4, 1): "EPROTO"}


@both
def icmp_errors(l, v6):
    """UDP-09 ICMP4-10 IP4-38 each ICMP error: the errno of a connected socket, told once"""
    a, port, rport = connected(l, v6)
    for (kind, code), want in (ERRORS6 if v6 else ERRORS4).items():
        l.send(icmp_error(v6, kind, code, quote(v6, port, rport)))
        l.barrier()
        got = a.getsockopt("u", *SO_ERROR)
        assert got == (ERRNO[want] if want else 0), (kind, code, got)
        assert a.getsockopt("u", *SO_ERROR) == 0
        assert a.errno("recv", "u", 1) == "EAGAIN"


@both
def refused_calls(l, v6):
    """UDP-09 port unreachable: one send, recv or SO_ERROR tells ECONNREFUSED, and poll() says so"""
    a, port, rport = connected(l, v6)
    err = icmp_error(v6, 1 if v6 else 3, 4 if v6 else 3, quote(v6, port, rport))
    for op, args in (("send", (b"x",)), ("recv", (10,)), ("sendto", (b"x", (test_addr(v6), rport + 1)))):
        l.send(err)
        l.barrier()
        assert a.wait("u", select.POLLERR, 10000) & select.POLLERR
        assert a.errno(op, "u", *args) == "ECONNREFUSED", op
        assert not a.poll("u") & select.POLLERR
        assert a.errno("send", "u", b"x") is None
        l.drain(0)
    a.blocking("u", 5)
    a.start("recv", "u", 10)
    time.sleep(0.2)
    l.send(err)
    assert a.finish_errno() == "ECONNREFUSED", "a blocked recv"


@both
def error_elsewhere(l, v6):
    """UDP-09 ICMP4-10 errors about other sockets, other protocols and broken quotes are not told"""
    a, port, rport = connected(l, v6)
    b, free = udp_socket(l, v6)
    kind, code = (1, 4) if v6 else (3, 3)
    good = quote(v6, port, rport)
    broken = [good[:n] for n in (0, 1, 19, 20, 27, 40, 47) if n < (48 if v6 else 28)]
    other_proto = bytearray(good)
    other_proto[6 if v6 else 9] = 6
    bad = [quote(v6, port, rport + 1), quote(v6, port + 1, rport), bytes(other_proto), quote(v6, free, 1), *broken]
    if not v6:
        ihl = bytearray(good)
        ihl[0] = 0x4f
        later = bytearray(good)
        later[6:8] = b"\x00\x10"
        nested = bytes(IP(src=STACK4, dst=TEST4) / ICMP(type=3, code=3) / Raw(good))
        bad += [bytes(ihl), nested] + ([] if l.oracle else [bytes(later)])
    for q in bad:
        l.send(icmp_error(v6, kind, code, q))
    l.barrier()
    assert a.getsockopt("u", *SO_ERROR) == 0 and b.getsockopt("u", *SO_ERROR) == 0, "an unconnected socket is not told"
    l.send(icmp_error(v6, kind, code, good))
    l.barrier()
    assert a.getsockopt("u", *SO_ERROR) == 111


@both
def error_queue(l, v6):
    """UDP-09 RECVERR: the error queue holds errno, origin, type, code, offender and the datagram"""
    a, port = udp_socket(l, v6)
    level, opt = (41, IPV6_RECVERR) if v6 else (0, IP_RECVERR)
    a.setsockopt("u", level, opt, 1)
    kind, code = (1, 4) if v6 else (3, 3)
    rport = next(PORTS)
    l.send(icmp_error(v6, kind, code, quote(v6, port, rport)))
    l.barrier()
    assert a.wait("u", select.POLLERR, 10000) & select.POLLERR
    data, anc, flags, addr = a.recvmsg("u", 100, 512, MSG_ERRQUEUE)
    assert flags & MSG_ERRQUEUE and data == b"quoted", (flags, data)
    assert addr[:2] == (test_addr(v6), rport), addr
    value = {(x, y): z for x, y, z in anc}[(level, opt)]
    err, origin, t, c = struct.unpack_from("IBBB", value)
    assert (err, origin, t, c) == (111, 3 if v6 else 2, kind, code)
    offender = value[16 + (8 if v6 else 4):][:16 if v6 else 4]
    assert offender == socket.inet_pton(socket.AF_INET6 if v6 else socket.AF_INET, test_addr(v6))
    assert a.errno("recvmsg", "u", 100, 512, MSG_ERRQUEUE) == "EAGAIN"
    assert not a.poll("u") & select.POLLERR
    # A soft error is told too; it stays pending besides the queue.
    l.send(icmp_error(v6, 3 if v6 else 11, 0, quote(v6, port, rport)))
    l.barrier()
    assert a.errno("recv", "u", 10) == "EHOSTUNREACH"
    assert a.recvmsg("u", 100, 512, MSG_ERRQUEUE)[2] & MSG_ERRQUEUE


# -- path MTU and fragments ----------------------------------------------------------------------

def reassembled(l, v6, timeout=lab.PATIENCE):
    """The UDP datagram that arrives in fragments: its octets, or None."""
    got, end, total = {}, time.monotonic() + timeout, None
    while time.monotonic() < end and (total is None or sum(map(len, got.values())) < total):
        f = l.receive(from_stack(v6), timeout)
        if f is None:
            break
        if v6:
            if IPv6ExtHdrFragment not in f:
                continue
            h = f[IPv6ExtHdrFragment]
            off, more, data = h.offset * 8, h.m, bytes(h.payload)[:f[IPv6].plen - 8]
        else:
            if f[IP].proto != 17:
                continue
            off, more, data = f[IP].frag * 8, int(f[IP].flags.MF), bytes(f[IP].payload)[:f[IP].len - 20]
            assert not f[IP].flags.DF
        assert not more or len(data) % 8 == 0
        got[off] = data
        if not more:
            total = off + len(data)
    return b"".join(got[k] for k in sorted(got)) if got else None


@both
def big_out(l, v6):
    """IP4-24 IP6-10 UDP-12 the largest datagram leaves in fragments that make it up, checksum over the whole"""
    a, port, rport = connected(l, v6)
    if not v6:
        a.setsockopt("u", 0, IP_MTU_DISCOVER, 0)
    a.setsockopt("u", socket.SOL_SOCKET, socket.SO_SNDBUF, 400000)
    for size in ((1453 if v6 else 1473), 4000, 65507):
        data = bytes((i * 7) & 0xff for i in range(size))
        l.drain(0)
        a.send("u", data)
        whole = reassembled(l, v6)
        assert whole and len(whole) == size + 8, (size, whole and len(whole))
        assert whole[8:] == data
        again = (IPv6(src=STACK6, dst=TEST6) if v6 else IP(src=STACK4, dst=TEST4)) / \
            UDP(sport=port, dport=rport) / Raw(data)
        assert whole[6:8] == bytes(again)[(40 if v6 else 20) + 6:][:2], "checksum"


@both
def big_in(l, v6):
    """IP4-15 IP4-25 IP6-10 the largest datagram is put together from fragments in any order"""
    a, port = udp_socket(l, v6)
    a.setsockopt("u", socket.SOL_SOCKET, socket.SO_RCVBUF, 400000)
    for size, order in ((3000, 1), (3000, -1), (65507, 1)):
        data = bytes((i * 13) & 0xff for i in range(size))
        if v6:
            p = IPv6(src=TEST6, dst=STACK6) / IPv6ExtHdrFragment() / UDP(sport=500, dport=port) / Raw(data)
            frags = fragment6(p, 1480)
        else:
            frags = fragment(IP(src=TEST4, dst=STACK4, id=size & 0xffff) / UDP(sport=500, dport=port) / Raw(data), 1400)
        for f in frags[::order]:
            l.send(f)
        l.barrier()
        assert a.wait("u", select.POLLIN, 10000), size
        assert a.recv("u", 70000) == data, size


@test
def mtu_discover4(l):
    """UDP-12 IP4-24 IP4-26 DF follows IP_MTU_DISCOVER; Fragmentation Needed lowers the path's MTU: EMSGSIZE"""
    a, port, rport = connected(l, False)
    for mode, df in ((0, False), (1, True), (2, True), (3, True)):
        a.setsockopt("u", 0, IP_MTU_DISCOVER, mode)
        l.drain(0)
        a.send("u", b"x" * 100)
        assert bool(l.receive(is_udp(False, rport))[IP].flags.DF) == df, mode
        assert a.errno("send", "u", b"x" * 2000) == ("EMSGSIZE" if mode >= 2 else None), mode
    a.setsockopt("u", 0, IP_MTU_DISCOVER, 2)
    assert a.getsockopt("u", 0, IP_MTU) == 1500
    big = bytes(IP(src=STACK4, dst=TEST4, flags="DF") / UDP(sport=port, dport=rport) / Raw(b"x" * 1400))
    l.send(icmp_error(False, 3, 4, big[:28], mtu=1000))
    l.barrier()
    assert a.getsockopt("u", *SO_ERROR) == ERRNO["EMSGSIZE"]
    assert a.getsockopt("u", 0, IP_MTU) == 1000
    assert a.errno("send", "u", b"x" * 1200) == "EMSGSIZE"
    assert a.errno("send", "u", b"x" * 972) is None
    a.setsockopt("u", 0, IP_MTU_DISCOVER, 3)        # probe: the path's MTU is ignored
    assert a.errno("send", "u", b"x" * 1200) is None
    l.send(icmp_error(False, 3, 4, big[:28], mtu=68))
    l.barrier()
    a.getsockopt("u", *SO_ERROR)
    a.setsockopt("u", 0, IP_MTU_DISCOVER, 2)
    assert a.getsockopt("u", 0, IP_MTU) == 552, "never below min_pmtu"


@test
def mtu_discover6(l):
    """UDP-12 IP6-21 Packet Too Big lowers the path's MTU, never below 1280; IPV6_DONTFRAG: EMSGSIZE"""
    a, port, rport = connected(l, True)
    assert a.getsockopt("u", 41, IPV6_MTU) == 1500
    big = bytes(IPv6(src=STACK6, dst=TEST6) / UDP(sport=port, dport=rport) / Raw(b"x" * 1400))[:1232]
    l.send(icmp_error(True, 2, 0, big, mtu=1000))
    l.barrier()
    a.getsockopt("u", *SO_ERROR)
    assert a.getsockopt("u", 41, IPV6_MTU) >= 1280
    l.send(icmp_error(True, 2, 0, big, mtu=1400))
    l.barrier()
    a.getsockopt("u", *SO_ERROR)
    assert a.getsockopt("u", 41, IPV6_MTU) in (1280, 1400)
    l.drain(0)
    a.send("u", b"y" * 1400)
    f = l.receive(lambda f: from_stack(True)(f) and IPv6ExtHdrFragment in f)
    assert f and f[IPv6].plen + 40 <= 1400
    a.setsockopt("u", 41, IPV6_MTU, 1288)           # the program's own limit, below the path's
    l.drain(0)
    a.send("u", b"y" * 1300)
    f = l.receive(lambda f: from_stack(True)(f) and IPv6ExtHdrFragment in f)
    assert f and f[IPv6].plen + 40 <= 1288
    assert a.getsockopt("u", 41, IPV6_MTU) >= 1280
    assert a.errno("setsockopt", "u", 41, IPV6_MTU, 1279) == "EINVAL"
    a.setsockopt("u", 41, IPV6_MTU, 0)
    a.setsockopt("u", 41, IPV6_DONTFRAG, 1)
    assert a.errno("send", "u", b"y" * 2000) == "EMSGSIZE"


@both
def segments(l, v6):
    """UDP-13 UDP_SEGMENT: one call, datagrams of equal size but the last, each with its own header"""
    a, _, rport = connected(l, v6)
    l.drain(0)
    a.sendmsg("u", [b"0123456789" * 100], [(17, UDP_SEGMENT, struct.pack("H", 300))])
    sizes, data = [], b""
    while len(data) < 1000:
        f = l.receive(is_udp(v6, rport))
        assert f, sizes
        again = f.payload.__class__(bytes(f.payload))
        del again[UDP].chksum
        assert f[UDP].chksum == UDP(bytes(again)[40 if v6 else 20:]).chksum
        sizes.append(len(data_of(f)))
        data += data_of(f)
    assert sizes == [300, 300, 300, 100] and data == b"0123456789" * 100
    assert a.errno("sendmsg", "u", [b"x" * 3000], [(17, UDP_SEGMENT, struct.pack("H", 1490))]) in ("EMSGSIZE", "EINVAL")


# -- ping and raw sockets ------------------------------------------------------------------------

def echo_request(seq, data=b"data", v6=False):
    return struct.pack("!BBHHH", 128 if v6 else 8, 0, 0, 0x1111, seq) + data


def is_echo(v6):
    return (lambda f: ICMPv6EchoRequest in f) if v6 else (lambda f: ICMP in f and f[ICMP].type == 8)


def echo_answer(v6, ident, seq, data):
    return (IPv6(src=TEST6, dst=STACK6) / ICMPv6EchoReply(id=ident, seq=seq, data=data)) if v6 else \
        (IP(src=TEST4, dst=STACK4) / ICMP(type=0, id=ident, seq=seq) / Raw(data))


@both
def ping_socket(l, v6):
    """ICMP4-12 a ping socket: its port is the identifier, the checksum is made, only its replies arrive"""
    l.sysctl("net.ipv4.ping_group_range", "0 2147483647")
    a = l.agent()
    a.socket("p", family(v6), "SOCK_DGRAM", socket.IPPROTO_ICMPV6 if v6 else socket.IPPROTO_ICMP)
    assert a.errno("sendto", "p", b"short", (test_addr(v6), 0)) == "EINVAL"
    l.drain(0)
    a.sendto("p", echo_request(7, v6=v6), (test_addr(v6), 0))
    f = l.receive(is_echo(v6))
    assert f
    m = f[ICMPv6EchoRequest] if v6 else f[ICMP]
    assert m.id == a.getsockname("p")[1] and m.seq == 7
    again = f.payload.__class__(bytes(f.payload))
    if v6:
        del again[ICMPv6EchoRequest].cksum
        assert f[ICMPv6EchoRequest].cksum == again.__class__(bytes(again))[ICMPv6EchoRequest].cksum
        assert m.data == b"data"
    else:
        del again[ICMP].chksum
        assert f[ICMP].chksum == IP(bytes(again))[ICMP].chksum
        assert bytes(m.payload)[:4] == b"data"
    l.send(echo_answer(v6, m.id ^ 1, 7, b"other"))
    l.send(echo_answer(v6, m.id, 7, b"mine"))
    l.barrier()
    assert a.wait("p", select.POLLIN, 10000)
    data, addr = a.recvfrom("p", 100)
    assert data[8:] == b"mine" and data[0] == (129 if v6 else 0) and addr[0] == test_addr(v6)
    assert struct.unpack("!H", data[4:6])[0] == m.id
    assert a.errno("recv", "p", 100) == "EAGAIN"


@both
def ping_bind(l, v6):
    """ICMP4-12 a ping socket bound to an identifier; bad types and foreign addresses are refused"""
    l.sysctl("net.ipv4.ping_group_range", "0 2147483647")
    a = l.agent()
    proto = socket.IPPROTO_ICMPV6 if v6 else socket.IPPROTO_ICMP
    a.socket("p", family(v6), "SOCK_DGRAM", proto)
    a.bind("p", (stack_addr(v6), 4321))
    assert a.getsockname("p")[:2] == (stack_addr(v6), 4321)
    a.socket("q", family(v6), "SOCK_DGRAM", proto)
    assert a.getsockopt("p", socket.SOL_SOCKET, socket.SO_REUSEADDR) == 1, "identifiers may be shared"
    a.setsockopt("q", socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    assert a.errno("bind", "q", (stack_addr(v6), 4321)) == "EADDRINUSE"
    assert a.errno("bind", "q", ("fd77::99" if v6 else "10.77.0.99", 0)) == "EADDRNOTAVAIL"
    reply = bytearray(echo_request(1, v6=v6))
    reply[0] = 129 if v6 else 0
    assert a.errno("sendto", "p", bytes(reply), (test_addr(v6), 0)) == "EINVAL"
    l.drain(0)
    a.sendto("p", echo_request(1, v6=v6), (test_addr(v6), 0))
    f = l.receive(is_echo(v6))
    assert (f[ICMPv6EchoRequest] if v6 else f[ICMP]).id == 4321


@test
def raw_icmp(l):
    """ICMP4-12 a raw socket gets a copy with its IP header; what it sends gets one"""
    a = l.agent()
    a.socket("r", "AF_INET", "SOCK_RAW", socket.IPPROTO_ICMP)
    l.send(echo_answer(False, 9, 9, b"raw"))
    l.barrier()
    assert a.wait("r", select.POLLIN, 10000)
    data, addr = a.recvfrom("r", 200)
    assert addr[0] == TEST4 and data[0] == 0x45 and data[20] == 0 and data[28:] == b"raw"
    l.drain(0)
    body = bytes(ICMP(id=77, seq=3) / Raw(b"out"))
    a.sendto("r", body, (TEST4, 0))
    f = l.receive(is_echo(False))
    assert f and f[ICMP].id == 77 and f[IP].src == STACK4 and f[IP].ttl == 64


@test
def raw_hdrincl(l):
    """ICMP4-12 IP_HDRINCL: the program's header leaves, length, checksum and empty fields filled in"""
    a = l.agent()
    a.socket("r", "AF_INET", "SOCK_RAW", socket.IPPROTO_RAW)
    p = IP(src="0.0.0.0", dst=TEST4, ttl=17, id=0, proto=253) / Raw(b"hand made")
    raw = bytearray(bytes(p))
    raw[2:4] = b"\0\0"
    raw[10:12] = b"\0\0"
    l.drain(0)
    a.sendto("r", bytes(raw), (TEST4, 0))
    f = l.receive(lambda f: IP in f and f[IP].proto == 253)
    assert f and f[IP].ttl == 17 and f[IP].src == STACK4 and f[IP].len == 29
    again = IP(bytes(f[IP]))
    del again.chksum
    assert f[IP].chksum == IP(bytes(again)).chksum


@both
def raw_protocol(l, v6):
    """ICMP4-06 a raw socket for a protocol takes it (no protocol unreachable); bound and connected ones filter"""
    a = l.agent()
    a.socket("r", family(v6), "SOCK_RAW", 253)
    p = (IPv6(src=TEST6, dst=STACK6, nh=253) if v6 else IP(src=TEST4, dst=STACK4, proto=253)) / Raw(b"payload")
    l.drain(0)
    l.send(p)
    l.barrier()
    assert a.wait("r", select.POLLIN, 10000)
    assert a.recv("r", 100)[0 if v6 else 20:] == b"payload"
    assert l.receive(lambda f: ICMP in f or (IPv6 in f and f[IPv6].nh == 58 and bytes(f[IPv6].payload)[0] < 5), 0.2) is None
    a.connect("r", ("fd77::10" if v6 else "10.77.0.10", 0))
    l.send(p)
    l.barrier()
    assert not a.poll("r") & select.POLLIN


@test
def raw6_checksum(l):
    """ICMP6-01 a raw ICMPv6 socket: the kernel's checksum, ICMP6_FILTER"""
    a = l.agent()
    a.socket("r", "AF_INET6", "SOCK_RAW", socket.IPPROTO_ICMPV6)
    l.drain(0)
    a.sendto("r", echo_request(5, v6=True), (TEST6, 0))
    f = l.receive(is_echo(True))
    again = IPv6(bytes(f[IPv6]))
    del again[ICMPv6EchoRequest].cksum
    assert f[ICMPv6EchoRequest].cksum == IPv6(bytes(again))[ICMPv6EchoRequest].cksum
    block = [0xffffffff] * 8
    block[129 >> 5] &= ~(1 << (129 & 31)) & 0xffffffff
    a.setsockopt("r", 58, 1, struct.pack("8I", *block))
    while a.wait("r", select.POLLIN, 0):
        a.recv("r", 2000)
    l.send(IPv6(src=TEST6, dst=STACK6) / ICMPv6EchoRequest(id=1))
    l.send(echo_answer(True, 1, 1, b"pass"))
    l.barrier()
    assert a.wait("r", select.POLLIN, 10000)
    assert a.recv("r", 100)[0] == 129
    assert a.errno("recv", "r", 100) == "EAGAIN"


if __name__ == "__main__":
    lab.main()
