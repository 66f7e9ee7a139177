#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A router from outside: packets that come by one device and leave by another, what is told to whom, and programs of
the kernel's that talk through it. With NETSTACK_ORACLE=kernel the kernel is the router.

    tap0  eth0  10.77.0.2  fd77::2     the test is 10.77.0.9  fd77::9
    tap1  eth1  10.78.0.2  fd78::2     and 10.78.0.9  fd78::9, behind MTU 1400
    10.99.0.0/16 and fd99::/64 go by a router on tap0: 10.77.0.99, fe80::99
"""
import os
import select
import shutil
import subprocess
import sys
import time

import lab
from lab import MAC_TEST, STACK4, STACK6, TAP, TEST4, TEST6, Skip, both, test
from netdev import ASKED, workers
from scapy.all import (ICMP, TCP, UDP, Ether, ICMPv6DestUnreach, ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6ND_NA, ICMPv6ND_NS,
                       ICMPv6ND_Redirect, ICMPv6PacketTooBig, ICMPv6TimeExceeded, IP, IPOption_RR, IPOption_Router_Alert,
                       IPOption_SSRR, IPv6, IPv6ExtHdrHopByHop, Padding, Raw, RouterAlert, conf, raw)

TAP1, MAC1, MTU1 = "tap1", "02:00:00:00:00:0b", 1400
NEAR4, FAR4, NEAR6, FAR6 = TEST4, "10.78.0.9", TEST6, "fd78::9"
OTHER4, OTHER6, MAC_OTHER = "10.77.0.99", "fe80::99", "02:00:00:00:00:99"
NOBODY = 250       # a protocol


def ip(v6, payload=b"x" * 40, src=None, dst=None, **kw):
    if v6:
        head = IPv6(src=src or NEAR6, dst=dst or FAR6, **{"nh": NOBODY, "hlim": 64, **kw})
    else:
        head = IP(src=src or NEAR4, dst=dst or FAR4, **{"proto": NOBODY, "ttl": 64, "id": 7, **kw})
    return head / (Raw(payload) if isinstance(payload, bytes) else payload)


def layer(frame):
    """The packet of a frame, without what the wire added"""
    p = frame[IPv6] if IPv6 in frame else frame[IP]
    if Padding in p:
        p[Padding].underlayer.remove_payload()
    return p


def passes(l, packet, wait=lab.PATIENCE):
    """What leaves by tap1 of what was sent to tap0: a list of packets, at least one; [] if there is none within wait."""
    l.drain_far()
    l.send(packet)
    found, end = [], time.monotonic() + wait
    while time.monotonic() < end and select.select([l.far], [], [], 0.15 if found else max(0, end - time.monotonic()))[0]:
        f = l.far.recv()
        if f is not None and f.src == MAC1 and (IP in f and f[IP].dst == FAR4 or IPv6 in f and f[IPv6].dst == FAR6):
            found.append(layer(f))
        elif found:
            break
    return found


def stays(l, packet, wait=0.2):
    return not passes(l, packet, wait)


def told(l, packet, v4, v6_class, **fields):
    """The ICMP error that comes back: of v4's (type, code), or of v6's class with its fields"""
    v6 = IPv6 in packet

    def match(f):
        if v6:
            return v6_class in f and all(getattr(f[v6_class], k) == v for k, v in fields.items())
        return ICMP in f and (f[ICMP].type, f[ICMP].code) == v4

    if l.oracle and v4 == (3, 0):
        time.sleep(1.1)     # it tells of missing routes once a second, whatever icmp_ratelimit says
    f = l.exchange(packet, match)
    assert f, f"no {v6_class if v6 else v4}"
    p = layer(f)
    assert p.src == (STACK6 if v6 else STACK4) and p.dst == (NEAR6 if v6 else NEAR4), p.summary()
    return p


def lowered(packet):
    """What is to come out at the other side"""
    p = packet.__class__(raw(packet))
    if IPv6 in p:
        p.hlim -= 1
    else:
        p.ttl -= 1
        del p.chksum
    return raw(p.__class__(raw(p)))


# -- what goes on -------------------------------------------------------------------------------------

@both
def as_it_came(l, v6):
    """IP4-40 IP4-03 IP6-03 TCP-ECN-08: nothing but TTL and header sum changes; every ECN field, odd lengths"""
    for n, tos in enumerate((0, 1, 2, 3, 0xb8, 0xfd)):
        p = ip(v6, bytes(range(200)) * (n + 1) + b"y" * n, **({"tc": tos, "fl": 0x12345} if v6 else {"tos": tos, "flags": "DF"}))
        got = passes(l, p)
        assert len(got) == 1 and raw(got[0]) == lowered(p), got


@both
def every_protocol(l, v6):
    """IP6-33: TCP and UDP, right and wrong sums, zero ports, nothing at all: not a router's business"""
    for payload, proto in ((TCP(sport=1, dport=2, flags="S"), 6), (TCP(sport=1, dport=2, chksum=1) / b"z", 6),
                           (UDP(sport=0, dport=0) / b"abc", 17), (UDP(sport=3, dport=4, chksum=9) / b"abc", 17),
                           (b"", 59), (b"\x06\x00short", 0 if not v6 else 43), (b"\x01", 6)):
        p = ip(v6, payload, **({"nh": proto} if v6 else {"proto": proto}))
        got = passes(l, p)
        assert len(got) == 1 and raw(got[0]) == lowered(p), (p.summary(), got)


@both
def many_flows(l, v6):
    """packets of many ports, in both directions: wherever they are processed, each once"""
    for port in range(1000, 1032):
        p = ip(v6, UDP(sport=port, dport=port * 3 % 60000) / b"m", **({"nh": 17} if v6 else {"proto": 17}))
        got = passes(l, p)
        assert len(got) == 1 and got[0][UDP].sport == port, got
        back = ip(v6, UDP(sport=port * 3 % 60000, dport=port) / b"n", src=FAR6 if v6 else FAR4, dst=NEAR6 if v6 else NEAR4,
                  **({"nh": 17} if v6 else {"proto": 17}))
        l.drain(0)
        l.far.send(Ether(src=MAC_TEST, dst=MAC1) / back)
        f = l.receive(lambda f, port=port: UDP in f and f[UDP].dport == port)
        assert f and raw(layer(f)) == lowered(back)


@test
def options(l):
    """IP4-12 IP4-14: our address of the way out is recorded; a router alert is nobody's here"""
    got = passes(l, ip(False, options=[IPOption_RR(length=11, pointer=4, routers=["0.0.0.0", "0.0.0.0"])]))
    assert got and got[0].options[0].routers[0] == "10.78.0.2" and got[0].options[0].pointer == 8, got
    got = passes(l, ip(False, options=[IPOption_Router_Alert()]))
    assert len(got) == 1 and got[0].ttl == 63


@test
def hop_by_hop(l):
    """IP6-07: a router alert is nobody's here, the header goes on"""
    p = IPv6(src=NEAR6, dst=FAR6, hlim=9) / IPv6ExtHdrHopByHop(options=[RouterAlert()]) / UDP(sport=1, dport=2) / b"h"
    got = passes(l, p)
    assert len(got) == 1 and raw(got[0]) == lowered(p)


@both
def fragments_as_they_are(l, v6):
    """IP4-40 IP6-10: only the receiver puts them together"""
    if v6:
        p = ip(True, b"\x11\x00\x00\xb9\x00\x00\x00\x07" + b"f" * 64, nh=44)
    else:
        p = ip(False, b"f" * 64, proto=17, flags="MF", frag=23)
    got = passes(l, p)
    assert len(got) == 1 and raw(got[0]) == lowered(p)


# -- what does not, and who is told -------------------------------------------------------------------

@both
def time_exceeded(l, v6):
    """IP4-09 IP6-20: told with what was sent; to us the TTL does not matter"""
    p = ip(v6, b"q" * 64, **({"hlim": 1} if v6 else {"ttl": 1}))
    e = told(l, p, (11, 0), ICMPv6TimeExceeded, code=0)
    assert raw(p)[:40] in raw(e) or v6 is False and raw(p)[:8] in raw(e)
    assert stays(l, p)
    own = (IPv6(src=NEAR6, dst="fd78::2", hlim=1) / ICMPv6EchoRequest() if v6 else IP(src=NEAR4, dst="10.78.0.2", ttl=1) / ICMP())
    assert l.exchange(own, lambda f: ICMPv6EchoReply in f if v6 else ICMP in f and f[ICMP].type == 0)


@both
def too_big(l, v6):
    """IP4-20 IP6-10: the MTU of the way out is told; what may be cut is cut, by IPv4"""
    size = MTU1 - (40 if v6 else 20)
    flags = {} if v6 else {"flags": "DF"}
    assert passes(l, ip(v6, b"p" * size, **flags))
    e = told(l, ip(v6, b"p" * (size + 1), **flags), (3, 4), ICMPv6PacketTooBig, mtu=MTU1)
    assert v6 or e[ICMP].nexthopmtu == MTU1
    if v6:
        return
    data = os.urandom(1480)
    got = passes(l, ip(False, data))
    assert len(got) == 2 and all(len(raw(g)) <= MTU1 and g.id == 7 and g.ttl == 63 for g in got), got
    assert b"".join(raw(g)[20:] for g in sorted(got, key=lambda g: g.frag)) == data


@both
def no_route(l, v6):
    """no route: net unreachable, no route to destination"""
    told(l, ip(v6, dst="2001:db8::1" if v6 else "203.0.113.1"), (3, 0), ICMPv6DestUnreach, code=0)


REFUSED = {"unreachable": ("198.51.100.0/26", "2001:db8:1::/64", (3, 1), 0), "prohibit": ("198.51.100.64/26", "2001:db8:2::/64", (3, 13), 1),
           "blackhole": ("198.51.100.128/26", "2001:db8:3::/64", None, None)}


@both
def routes_that_refuse(l, v6):
    """routes of ip-route's types unreachable and prohibit say so, a blackhole does not; nothing of it goes on"""
    for kind, (prefix4, prefix6, v4, code) in REFUSED.items():
        p = ip(v6, dst=prefix6.replace("::/64", "::7") if v6 else prefix4.rsplit(".", 1)[0] + f".{int(prefix4.rsplit('.', 1)[1][:-3]) + 7}")
        if v4:
            if l.oracle:
                time.sleep(1.1)
            told(l, p, v4, ICMPv6DestUnreach, code=code)
        else:
            assert l.silent(p, lambda f: ICMP in f and f[ICMP].type == 3 or ICMPv6DestUnreach in f), kind
        assert stays(l, p, 0.1)


@both
def nobody_there(l, v6):
    """a neighbour that does not answer: host unreachable, address unreachable"""
    told(l, ip(v6, dst="fd78::77" if v6 else "10.78.0.77"), (3, 1), ICMPv6DestUnreach, code=3)


@both
def addresses_that_stay(l, v6):
    """IP4-30 IP4-31 IP4-36 IP6-25 IP6-27 IP6-28: sources and destinations that are not for others"""
    if v6:
        sources, dests = ["::", "::1", "ff02::9"], ["fe80::77", "ff02::77", "ff05::77", "ff0e::77", "::1"]
    else:
        sources = ["0.0.0.0", "127.0.0.9", "224.0.0.9", "255.255.255.255"]
        dests = ["0.1.2.3", "127.0.0.9", "224.0.0.77", "239.1.2.3", "255.255.255.255"]
    assert passes(l, ip(v6))
    for a in sources:
        assert stays(l, ip(v6, src=a), 0.1), a
    for a in dests:
        l.drain_far()
        l.send(ip(v6, b"stays" * 9, dst=a))
    time.sleep(0.2)
    while select.select([l.far], [], [], 0)[0]:
        assert b"staysstays" not in raw(l.far.recv())


@test
def link_local_sources(l):
    """IP6-27: beyond scope of source address"""
    l.sysctl_neigh("fe80::9")
    p = ip(True, src="fe80::9")
    f = l.exchange(p, lambda f: ICMPv6DestUnreach in f)
    assert f and f[ICMPv6DestUnreach].code == 2
    assert stays(l, p)


@both
def addresses_that_linux_lets_pass(l, v6):
    """IP4-30 IP4-31: nor do 0/8, 240/4, 169.254/16 and a link's broadcast pass, or addresses of IPv4 in IPv6's header"""
    if l.oracle:
        raise Skip("Linux forwards them")
    for a in ["::ffff:10.77.0.9", "::10.77.0.9"] if v6 else ["0.1.2.3", "240.0.0.1", "169.254.1.1", "10.77.0.255"]:
        assert stays(l, ip(v6, src=a)), a


@both
def link_layer_broadcast(l, v6):
    """RFC 1812 5.3.4: what all of a link were sent stays there"""
    for mac in ("ff:ff:ff:ff:ff:ff", "33:33:00:00:00:01" if v6 else "01:00:5e:00:00:01"):
        assert stays(l, Ether(src=MAC_TEST, dst=mac) / ip(v6)), mac


@test
def source_routes(l):
    """DEV-06: nobody chooses the way himself"""
    assert stays(l, ip(False, options=[IPOption_SSRR(length=7, pointer=4, routers=["10.78.0.9"])], dst=FAR4))


@both
def errors_about_others(l, v6):
    """an ICMP error for somebody behind us goes on to him, whatever it quotes"""
    quoted = ip(v6, UDP(sport=53, dport=1234) / b"dns", src=FAR6 if v6 else FAR4, dst=NEAR6 if v6 else NEAR4, **({"nh": 17} if v6 else {"proto": 17}))
    error = (ICMPv6DestUnreach(code=4) if v6 else ICMP(type=3, code=3)) / quoted
    p = (IPv6(src=NEAR6, dst=FAR6) if v6 else IP(src=NEAR4, dst=FAR4)) / error
    got = passes(l, p)
    assert len(got) == 1 and raw(got[0]) == lowered(p)


@test
def redirect_for_somebody_else(l):
    """a redirect for a host behind us is a packet like others: one of it goes on"""
    p = IP(src=NEAR4, dst=FAR4) / ICMP(type=5, code=1, gw="10.78.0.3") / ip(False, src=FAR4, dst=NEAR4)
    got = passes(l, p)
    assert len(got) == 1 and raw(got[0]) == lowered(p)


# -- redirects ----------------------------------------------------------------------------------------

def beyond(v6):
    return ip(v6, dst="fd99::1" if v6 else "10.99.0.1")


def by_other(v6):
    return lambda f: f.dst == MAC_OTHER and (f[IPv6].dst == "fd99::1" if v6 and IPv6 in f else IP in f and f[IP].dst == "10.99.0.1")


def pause(v6):
    """IPv6 has six redirects in stock, and one more each second"""
    time.sleep(6.5 if v6 else 0.1)


@both
def redirects(l, v6):
    """IP4-32 ND-22: back by the same link: it goes on, and its neighbour of a source is told the shorter way"""
    pause(v6)
    l.drain(0)
    l.send(beyond(v6))
    seen = {}
    for _ in range(2):
        f = l.receive(lambda f: by_other(v6)(f) or (ICMPv6ND_Redirect in f if v6 else ICMP in f and f[ICMP].type == 5))
        assert f, seen
        seen["packet" if by_other(v6)(f) else "redirect"] = f
    r = seen["redirect"]
    assert seen["packet"]
    if v6:
        assert r[IPv6].src.startswith("fe80") and r[IPv6].hlim == 255 and r[IPv6].dst == NEAR6
        assert r[ICMPv6ND_Redirect].tgt == OTHER6 and r[ICMPv6ND_Redirect].dst == "fd99::1"
        assert raw(beyond(True))[8:60] in raw(r), "the packet is quoted"
    else:
        assert r[ICMP].code == 1 and r[ICMP].gw == OTHER4 and r[IP].src == STACK4


@both
def redirects_are_limited(l, v6):
    """IP4-32: whoever does not listen is told less and less"""
    pause(v6)
    l.drain(0)
    for _ in range(40):
        l.send(beyond(v6))
    count = {"packet": 0, "redirect": 0}
    while f := l.receive(lambda f: True, 0.3):
        count["packet"] += by_other(v6)(f)
        count["redirect"] += bool(ICMPv6ND_Redirect in f if v6 else ICMP in f and f[ICMP].type == 5)
    assert count["packet"] == 40 and 1 <= count["redirect"] <= 10, count


# -- router and host ----------------------------------------------------------------------------------

@test
def is_router(l):
    """ND-23 IP6-31: says so in its advertisements, and listens to all-routers"""
    ask = Ether(src=MAC_TEST, dst="33:33:ff:00:00:02") / IPv6(src=NEAR6, dst="ff02::1:ff00:2", hlim=255) / ICMPv6ND_NS(tgt=STACK6)
    ping = Ether(src=MAC_TEST, dst="33:33:00:00:00:02") / IPv6(src=NEAR6, dst="ff02::2") / ICMPv6EchoRequest(id=2)

    def answers():
        na = l.exchange(ask, lambda f: ICMPv6ND_NA in f and f[ICMPv6ND_NA].tgt == STACK6)
        l.drain(0)
        l.send(ping)
        return na[ICMPv6ND_NA].R, bool(l.receive(lambda f: ICMPv6EchoReply in f and f[ICMPv6EchoReply].id == 2, 0.4))

    assert answers() == (1, True)
    l.sysctl(f"net.ipv6.conf.{l.near_dev}.forwarding", 0)
    assert answers() == (0, False)
    assert passes(l, ip(True)), "all's switch decides of packets"
    l.sysctl(f"net.ipv6.conf.{l.near_dev}.forwarding", 1)


@both
def switched_off(l, v6):
    """DEV-06 ND-23: silence; IPv4 by device, IPv6 for all or forced by device"""
    key = "net.ipv6.conf.all.forwarding" if v6 else f"net.ipv4.conf.{l.near_dev}.forwarding"
    l.sysctl(key, 0)
    try:
        assert stays(l, ip(v6))
        assert l.silent(ip(v6, dst="2001:db8::1" if v6 else "203.0.113.1"), lambda f: ICMP in f or ICMPv6DestUnreach in f) or l.oracle
        if v6 and not l.oracle:
            l.sysctl(f"net.ipv6.conf.{l.near_dev}.force_forwarding", 1)
            assert passes(l, ip(v6))
            l.sysctl(f"net.ipv6.conf.{l.near_dev}.force_forwarding", 0)
    finally:
        l.sysctl(key, 1)
    assert passes(l, ip(v6))


@test
def told_by_files(l):
    """/proc/net/snmp and /proc/sys say that it is a router"""
    if l.oracle:
        raise Skip("of netstackd's files")
    run = [f"{l.build}/netstack", "run", "--control", l.control, "--", "cat", "/proc/net/snmp", "/proc/sys/net/ipv4/ip_forward",
           "/proc/sys/net/ipv6/conf/eth1/forwarding"]
    out = subprocess.run(run, check=True, capture_output=True, text=True, timeout=30).stdout.splitlines()
    assert out[1].startswith("Ip: 1 64 ") and out[-2:] == ["1", "1"], out


@both
def counters(l, v6):
    """MIB: under Linux's names, once each"""
    group, fwd = ("Ip6", "Ip6.OutForwDatagrams") if v6 else ("Ip", "Ip.ForwDatagrams")
    names = [fwd, f"{group}.InHdrErrors", f"{group}.FragFails"] + (["Ip6.InTooBigErrors", "Ip6.InNoRoutes"] if v6 else ["IpExt.InNoRoutes"])
    before = [l.mib(n) for n in names]
    for _ in range(3):
        passes(l, ip(v6))
    told(l, ip(v6, **({"hlim": 1} if v6 else {"ttl": 1})), (11, 0), ICMPv6TimeExceeded)
    told(l, ip(v6, b"b" * 1450, **({} if v6 else {"flags": "DF"})), (3, 4), ICMPv6PacketTooBig)
    told(l, ip(v6, dst="2001:db8::1" if v6 else "203.0.113.1"), (3, 0), ICMPv6DestUnreach)
    grown = [l.mib(n) - b for n, b in zip(names, before)]
    # the one that is too large is counted as forwarded, too
    assert grown == [4, 1, 1, 1, 1][:len(names)], dict(zip(names, grown))


# -- programs -----------------------------------------------------------------------------------------

SERVER = """
import socket, sys
v6, port = sys.argv[1] == "6", 5000
s = socket.create_server(("::" if v6 else "0.0.0.0", port), family=socket.AF_INET6 if v6 else socket.AF_INET)
u = socket.socket(s.family, socket.SOCK_DGRAM)
u.bind(s.getsockname())
print("ready", flush=True)
c, _ = s.accept()
while d := c.recv(1 << 16):
    c.sendall(d)
c.close()
for _ in range(20):
    d, a = u.recvfrom(1 << 16)
    u.sendto(d, a)
"""
CLIENT = """
import os, socket, sys, threading
to, size = sys.argv[1], 6000000
c, data, got = socket.create_connection((to, 5000), 20), os.urandom(size), bytearray()
t = threading.Thread(target=lambda: (c.sendall(data), c.shutdown(socket.SHUT_WR)))
t.start()
while d := c.recv(1 << 16):
    got += d
t.join()
assert got == data, (len(got), size)
u = socket.socket(c.family, socket.SOCK_DGRAM)
u.settimeout(5)
for n in range(20):
    d = os.urandom(1 + n * 400)
    u.sendto(d, (to, 5000))
    assert u.recv(1 << 16) == d, n
print("done")
"""


class Through:
    """Two namespaces with the kernel's stack, and a daemon of its own between them, with TAPs in them."""

    def __init__(self, l, offload):
        self.ns = [os.environ["NETSTACK_LAB"] + x for x in "ab"]
        control = f"{l.dir}/between{offload}"
        r, w = os.pipe()
        args = [f"{l.build}/netstackd", "--control", control, "--ready-fd", str(w), "--workers", str(workers(ASKED)),
                "--sysctl", "net.ipv4.ip_forward=1", "--sysctl", "net.ipv6.conf.all.forwarding=1"]
        for i in (1, 2):
            args += ["--dev", f"tap:through{i},name=if{i},offload={offload}" + (",mtu=1400" if i == 2 else ""),
                     "--addr", f"10.8{i}.0.1/24%if{i}", "--addr", f"fd8{i}::1/64%if{i}"]
        self.daemon = subprocess.Popen(args, pass_fds=[w])
        os.close(w)
        assert os.read(r, 1)
        os.close(r)
        for i, ns in enumerate(self.ns, 1):
            run("ip", "netns", "add", ns)
            run("ip", "link", "set", f"through{i}", "netns", ns)
            for line in ("link set lo up", f"link set through{i} mtu 1500 up", f"addr add 10.8{i}.0.2/24 dev through{i}",
                         f"addr add fd8{i}::2/64 dev through{i} nodad", f"route add default via 10.8{i}.0.1",
                         f"-6 route add default via fd8{i}::1"):
                run("ip", "-n", ns, *line.split())

    def at(self, i, *cmd, **kw):
        return subprocess.run(["ip", "netns", "exec", self.ns[i], *cmd], capture_output=True, text=True, timeout=60, check=False, **kw)

    def close(self):
        self.daemon.terminate()
        assert self.daemon.wait(30) == 0
        for ns in self.ns:
            run("ip", "netns", "del", ns)


def run(*cmd):
    subprocess.run(cmd, check=True)


def talk(t, v6):
    """A stream there and back, longer than anything on the way holds, and datagrams that are cut into fragments"""
    far = "fd82::2" if v6 else "10.82.0.2"
    pinged = t.at(0, "ping", "-c", "3", "-i", "0.2", "-w", "20", far)
    assert pinged.returncode == 0, pinged.stdout
    server = subprocess.Popen(["ip", "netns", "exec", t.ns[1], sys.executable, "-c", SERVER, "6" if v6 else "4"], stdout=subprocess.PIPE)
    try:
        assert server.stdout.readline() == b"ready\n"
        done = t.at(0, sys.executable, "-c", CLIENT, far)
        assert done.stdout == "done\n", done.stderr
    finally:
        server.kill()
        server.wait()
    if shutil.which("traceroute"):
        hops = t.at(0, "traceroute", "-6" if v6 else "-4", "-n", "-q", "1", "-N", "1", far).stdout.splitlines()[1:]
        assert [h.split()[1] for h in hops] == ["fd81::1" if v6 else "10.81.0.1", far], hops


@both
def programs(l, v6):
    """the kernel's ping, TCP, UDP and traceroute through us, with offloads and without"""
    if l.oracle:
        raise Skip("of netstackd alone")
    for offload in ("on", "off"):
        t = Through(l, offload)
        try:
            talk(t, v6)
        finally:
            t.close()


# -- the lab ------------------------------------------------------------------------------------------

class Router:
    near_dev = "eth0"

    def drain_far(self):
        while select.select([self.far], [], [], 0)[0]:
            self.far.recv()

    def sysctl_neigh(self, addr):
        if self.oracle:
            run("ip", "neigh", "replace", addr, "lladdr", MAC_TEST, "dev", TAP, "nud", "permanent")


class ForwardLab(Router, lab.Lab):
    def __init__(self):
        neighbours = [f"{FAR4}={MAC_TEST}%eth1", f"{FAR6}={MAC_TEST}%eth1", f"{OTHER4}={MAC_OTHER}%eth0", f"{OTHER6}={MAC_OTHER}%eth0",
                      f"fe80::9={MAC_TEST}%eth0"]
        super().__init__("--dev", f"tap:{TAP1},name=eth1,mac={MAC1},mtu={MTU1},offload=off,host=10.78.0.1/24", "--addr", "10.78.0.2/24%eth1",
                         "--addr", "fd78::2/64%eth1", *(w for n in neighbours for w in ("--neigh", n)),
                         "--route", f"10.99.0.0/16,via={OTHER4}", "--route", f"fd99::/64,via={OTHER6},dev=eth0",
                         *(w for kind, r in REFUSED.items() for dst in r[:2] for w in ("--route", f"{dst},type={kind}")),
                         "--sysctl", "net.ipv4.ip_forward=1", "--sysctl", "net.ipv6.conf.all.forwarding=1")
        self.far = conf.L2socket(iface=TAP1)


class KernelForwardLab(Router, lab.KernelLab):
    near_dev = TAP

    def start(self, extra_args, neigh):
        self.far = lab.TapEnd(TAP1)
        super().start(extra_args, neigh)
        for line in (f"link set {TAP1} address {MAC1} mtu {MTU1} up", f"addr add 10.78.0.2/24 brd + dev {TAP1}",
                     f"addr add fd78::2/64 dev {TAP1} nodad", f"neigh replace {OTHER4} lladdr {MAC_OTHER} dev {TAP} nud permanent",
                     f"neigh replace {OTHER6} lladdr {MAC_OTHER} dev {TAP} nud permanent",
                     f"neigh replace {FAR4} lladdr {MAC_TEST} dev {TAP1} nud permanent",
                     f"neigh replace {FAR6} lladdr {MAC_TEST} dev {TAP1} nud permanent",
                     f"route add 10.99.0.0/16 via {OTHER4}", f"-6 route add fd99::/64 via {OTHER6} dev {TAP}"):
            run("ip", *line.split())
        for kind, r in REFUSED.items():
            run("ip", "route", "add", kind, r[0])
            run("ip", "-6", "route", "add", kind, r[1])
        for key in ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"):
            self.sysctl(key, 1)


if __name__ == "__main__":
    lab.main(KernelForwardLab if os.environ.get("NETSTACK_ORACLE") else ForwardLab)
