#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets into tests/fuzz/corpus/ (needs scapy).

The seeds are kept in the tree, so this only has to run when a packet is added here.
"""
import os

from scapy.all import (ARP, BOOTP, Dot1Q, Ether, ICMP, ICMPv6DestUnreach, ICMPv6EchoRequest,
                       ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RA, ICMPv6NDOptDstLLAddr,
                       ICMPv6NDOptMTU, ICMPv6NDOptPrefixInfo, ICMPv6NDOptRDNSS, ICMPv6NDOptRouteInfo,
                       ICMPv6NDOptSrcLLAddr, ICMPv6PacketTooBig, IP, IPOption_RR, IPv6,
                       IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop,
                       IPv6ExtHdrRouting, PadN, Raw, RouterAlert, TCP, UDP)

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")
US, PEER = "02:00:00:00:00:02", "02:00:00:00:00:01"
E = Ether(dst=US, src=PEER)
IP4 = IP(src="10.77.0.1", dst="10.77.0.2")
IP6 = IPv6(src="fd77::1", dst="fd77::2")
SYN_OPTIONS = [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (1, 0)), ("NOP", None),
               ("WScale", 7)]
ACK_OPTIONS = [("NOP", None), ("NOP", None), ("Timestamp", (2, 1)), ("NOP", None), ("NOP", None),
               ("SAck", (100, 200, 300, 400))]


def frames():
    """One frame of each kind that the receive path knows, as (name, packet)."""
    yield "arp-request", Ether(dst="ff:ff:ff:ff:ff:ff", src=PEER) / ARP(
        op=1, hwsrc=PEER, psrc="10.77.0.1", pdst="10.77.0.2")
    yield "arp-reply", E / ARP(op=2, hwsrc=PEER, psrc="10.77.0.1", hwdst=US, pdst="10.77.0.2")
    yield "vlan-arp", E / Dot1Q(vlan=5) / ARP(op=1, psrc="10.77.0.1", pdst="10.77.0.2")
    for name, ip in (("4", IP4), ("6", IP6)):
        yield f"syn{name}", E / ip / TCP(sport=1000, dport=80, flags="S", options=SYN_OPTIONS)
        yield f"ack{name}", E / ip / TCP(sport=1000, dport=80, flags="A", seq=1, ack=1,
                                         options=ACK_OPTIONS)
        yield f"data{name}", E / ip / TCP(sport=1000, dport=80, flags="PA", seq=1,
                                          ack=1) / (b"GET / HTTP/1.0\r\n\r\n")
        yield f"urg{name}", E / ip / TCP(sport=1000, dport=80, flags="UA", urgptr=3, seq=1) / b"urgent"
        yield f"fin{name}", E / ip / TCP(sport=1000, dport=80, flags="FA", seq=1, ack=1)
        yield f"rst{name}", E / ip / TCP(sport=1000, dport=80, flags="R", seq=1)
        yield f"udp{name}", E / ip / UDP(sport=53, dport=53) / (b"x" * 33)
    inner4 = IP(src="10.77.0.2", dst="10.77.0.1") / TCP(sport=80, dport=1000)
    inner6 = IPv6(src="fd77::2", dst="fd77::1") / TCP(sport=80, dport=1000)
    yield "udp4-nosum", E / IP4 / UDP(sport=9, dport=9, chksum=0) / b"zero"
    yield "echo4", E / IP4 / ICMP(type=8, id=1, seq=1) / (b"p" * 56)
    yield "unreach4", E / IP4 / ICMP(type=3, code=3) / inner4
    yield "toobig4", E / IP4 / ICMP(type=3, code=4, nexthopmtu=1280) / inner4
    yield "timeex4", E / IP4 / ICMP(type=11) / inner4
    yield "param4", E / IP4 / ICMP(type=12, ptr=20) / inner4
    yield "options4", E / IP(src="10.77.0.1", dst="10.77.0.2",
                             options=[IPOption_RR(routers=["0.0.0.0"] * 3)]) / UDP() / b"rr"
    yield "frag4-first", E / IP(src="10.77.0.1", dst="10.77.0.2", id=7, flags="MF") / UDP(
        sport=1, dport=2, len=56) / (b"f" * 24)
    yield "frag4-last", E / IP(src="10.77.0.1", dst="10.77.0.2", id=7, frag=4, proto=17) / (b"f" * 24)
    yield "bootp", Ether(dst="ff:ff:ff:ff:ff:ff", src=PEER) / IP(
        src="0.0.0.0", dst="255.255.255.255") / UDP(sport=68, dport=67) / BOOTP()
    yield "echo6", E / IP6 / ICMPv6EchoRequest(id=1, seq=1, data=b"p" * 56)
    yield "unreach6", E / IP6 / ICMPv6DestUnreach(code=4) / inner6
    yield "toobig6", E / IP6 / ICMPv6PacketTooBig(mtu=1280) / inner6
    nd = IPv6(src="fe80::1", dst="ff02::1:ff00:2", hlim=255)
    yield "ns", Ether(dst="33:33:ff:00:00:02", src=PEER) / nd / ICMPv6ND_NS(
        tgt="fd77::2") / ICMPv6NDOptSrcLLAddr(lladdr=PEER)
    yield "na", E / IPv6(src="fe80::1", dst="fd77::2", hlim=255) / ICMPv6ND_NA(
        tgt="fd77::1", R=0, S=1, O=1) / ICMPv6NDOptDstLLAddr(lladdr=PEER)
    yield "ra", Ether(dst="33:33:00:00:00:01", src=PEER) / IPv6(
        src="fe80::1", dst="ff02::1", hlim=255) / ICMPv6ND_RA() / ICMPv6NDOptPrefixInfo(
            prefix="fd78::", prefixlen=64) / ICMPv6NDOptMTU(mtu=1400) / ICMPv6NDOptRDNSS(
                dns=["fd77::1"]) / ICMPv6NDOptSrcLLAddr(lladdr=PEER)
    yield "hbh6", E / IP6 / IPv6ExtHdrHopByHop(options=[RouterAlert(), PadN(optdata=b"\0\0")]) / UDP()
    yield "ext6", E / IP6 / IPv6ExtHdrHopByHop(options=[PadN(optdata=b"\0" * 4)]) / \
        IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0" * 4)]) / \
        IPv6ExtHdrRouting(addresses=["fd77::9"], segleft=0) / UDP() / b"deep"
    yield "frag6-first", E / IP6 / IPv6ExtHdrFragment(nh=17, id=9, m=1, offset=0) / Raw(
        bytes(UDP(sport=1, dport=2, len=56, chksum=1)) + b"f" * 16)
    yield "frag6-last", E / IP6 / IPv6ExtHdrFragment(nh=17, id=9, m=0, offset=3) / Raw(b"f" * 24)
    yield "frag6-atomic", E / IP6 / IPv6ExtHdrFragment(nh=17, id=9, m=0, offset=0) / Raw(
        bytes(UDP(sport=1, dport=2, len=8, chksum=1)))


def forwarded():
    """What a router has to look at."""
    for n, ip in enumerate((IP(src="10.77.0.1", dst="10.99.0.1"), IPv6(src="fd77::1", dst="fd99::1"))):
        yield E / ip / TCP(sport=1000, dport=80, flags="A") / (b"t" * 700)
        yield E / ip / TCP(sport=1000, dport=80, flags="A", seq=700) / (b"t" * 700)
        yield E / ip / UDP(sport=1, dport=2) / b"u"
        low = ip.copy()
        low.fields["hlim" if n else "ttl"] = 1
        yield E / low / UDP() / b"late"
    yield E / IP(src="10.77.0.1", dst="10.99.0.1", options=[IPOption_RR(routers=["0.0.0.0"] * 3)]) / UDP()
    yield E / IP(src="10.77.0.1", dst="10.99.0.1", id=7, flags="MF") / UDP() / (b"f" * 24)
    yield E / IPv6(src="fd77::1", dst="fd99::1") / IPv6ExtHdrHopByHop(options=[RouterAlert()]) / UDP()
    yield E / IPv6(src="fe80::1", dst="fd99::1") / UDP()
    yield E / IPv6(src="fd77::5", dst="fd99::1") / UDP()


def conversations():
    """Sequences of frames for fuzz_frames.c, as (name, [(operation, frame)])."""
    def tcp(ip, flags, seq, data=b"", **more):
        return bytes(E / ip / TCP(sport=1000, dport=80, flags=flags, seq=seq, **more) / data)
    checked, acked, acts, second = 1, 4, 8, 0x70
    for name, ip in (("4", IP4), ("6", IP6)):
        opening = [(checked, tcp(ip, "S", 99, options=SYN_OPTIONS)),
                   (checked | acked, tcp(ip, "A", 100))]
        accept = [(acts, b"\x00" if name == "6" else b"\x08")]
        child = bytes([7 << 3 | 1]), bytes([7 << 3 | 2]), bytes([7 << 3 | 3]), bytes([7 << 3 | 6])
        yield "talk" + name, opening + accept + [
            (checked | acked, tcp(ip, "PA", 100, b"GET / HTTP/1.0\r\n\r\n")),
            (acts, child[0]), (acts, child[1]), (checked | acked, tcp(ip, "A", 118)),
            (checked | acked, tcp(ip, "FA", 118)), (acts, child[2]),
            (checked | acked, tcp(ip, "A", 119)), (second, b""), (acts, child[3])]
        yield "holes" + name, opening + accept + [
            (checked | acked, tcp(ip, "PA", 200, b"c" * 50)), (checked | acked, tcp(ip, "PA", 150, b"b" * 50)),
            (checked | acked, tcp(ip, "PUA", 100, b"a" * 60, urgptr=5)), (acts, child[0]),
            (checked, tcp(ip, "R", 250))]
        yield "rexmit" + name, opening + accept + [
            (acts, child[1]), (second, b""), (second, b""),
            (checked, tcp(ip, "A", 100, options=ACK_OPTIONS)), (checked | acked, tcp(ip, "A", 100))]
    def router(src, lifetime, *options):
        p = Ether(dst="33:33:00:00:00:01", src=PEER) / IPv6(src=src, dst="ff02::1", hlim=255) / ICMPv6ND_RA(
            routerlifetime=lifetime, reachabletime=1000, retranstimer=500) / ICMPv6NDOptSrcLLAddr(lladdr=PEER)
        for o in options:
            p /= o
        return bytes(p)

    def prefix(valid, preferred):
        return ICMPv6NDOptPrefixInfo(prefix="fd78::", prefixlen=64, validlifetime=valid, preferredlifetime=preferred)

    no_router = bytes(E / IPv6(src="fe80::9", dst="fd77::2", hlim=255) / ICMPv6ND_NA(tgt="fe80::9", R=0, S=0, O=1) /
                      ICMPv6NDOptDstLLAddr(lladdr=PEER))
    yield "routers", [(0, router("fe80::9", 20, prefix(9, 3))), (0x90, router("fe80::8", 9000, ICMPv6NDOptRouteInfo(
        prefix="::", plen=0, rtlifetime=600))), (0x80, router("fe80::9", 0, prefix(7, 7), ICMPv6NDOptMTU(mtu=1300))),
        (0x90, router("fe80::9", 30, prefix(0, 0))), (0, no_router), (0xa0, router("fe80::8", 0, prefix(0, 0))), (0xc0, b"")]
    both = dict(frames())
    for kind in ("4", "6"):
        parts = [(0, bytes(both[f"frag{kind}-last"])), (0, bytes(both[f"frag{kind}-first"]))]
        yield "fragments" + kind, parts + [(acts, bytes([2 << 3 | 1]))] + parts[:1] + [(0xa0, b"")]


def cards():
    """Inputs of the emulated NIC, as (name, octets): a frame out, one that is cut, frames in."""
    def memory(at, octets):
        return bytes([2]) + at.to_bytes(2, "little") + bytes([len(octets)]) + octets

    def desc(addr, lower, upper):
        return addr.to_bytes(8, "little") + lower.to_bytes(4, "little") + upper.to_bytes(4, "little")

    bus = 1 << 32
    tcp = bytes(E / IP4 / TCP(sport=1000, dport=80, flags="PA", seq=1, ack=1) / (b"x" * 150))
    ring, run, wait = bytes([7, 0]), bytes([3]), bytes([5, 0, 16])
    plain = ring + memory(0x1000, tcp) + memory(0, desc(bus + 0x1000, 0x0b000000 | len(tcp), 0)) + run
    context = desc(14 | 24 << 8 | 33 << 16 | 34 << 32 | 50 << 40, 0x27000000 | len(tcp) - 54, 54 << 8 | 64 << 16)
    cut = memory(0x1000, tcp) + memory(0, context) + memory(16, desc(bus + 0x1000, 0x2f100000 | len(tcp), 0x300)) + ring + run
    rx = b"".join(memory(0x8000 + 16 * i, desc(bus + 0x2000 + 0x800 * i, 0, 0)) for i in range(8))
    link = bytes([0, 0, 0, 0, 0x41, 0, 0, 0]) + wait + run
    yield "transmit", plain + wait + run
    yield "segments", cut + wait + run
    yield "receive", link + rx + bytes([15, 0]) + bytes([4, 60, 0]) + bytes([4, 0, 8]) + wait + run + bytes([4, 0xea, 5])
    yield "train", link + rx + bytes([15, 2]) + bytes([0x1c, 0xa7, 5]) + wait + run + bytes([0x3c, 10, 0]) + run
    yield "vlan", bytes([0]) + bytes([0, 0, 0, 0x41, 0, 0, 0x40]) + plain
    yield "registers", b"".join(bytes([op]) + off.to_bytes(3, "little") + bytes(4 if not op else 0)
                                for off in (0, 8, 0x14, 0x20, 0xc0, 0xd0, 0x100, 0x4000, 0x5400) for op in (1, 0))


def queues():
    """The same of the 82576, by queue 1: advanced descriptors, RSS, a function's mailbox and ring."""
    def register(off, value, who=0):
        return bytes([who << 3]) + off.to_bytes(3, "little") + value.to_bytes(4, "little")

    def memory(at, octets):
        return bytes([2]) + at.to_bytes(2, "little") + bytes([len(octets)]) + octets

    def desc(addr, lower, upper):
        return addr.to_bytes(8, "little") + lower.to_bytes(4, "little") + upper.to_bytes(4, "little")

    bus = 1 << 32
    tcp = bytes(E / IP4 / TCP(sport=1000, dport=80, flags="PA", seq=1, ack=1) / (b"x" * 150))
    ring, rings, run, wait = bytes([0x37, 0]), bytes([0x3f, 1]), bytes([3]), bytes([5, 0, 16])
    context = desc(20 | 14 << 9, 0x20200c00, 20 << 8 | 64 << 16)
    cut = memory(0x1000, tcp) + memory(0, context) + memory(
        16, desc(bus + 0x1000, 0xab300000 | len(tcp), 0x300 | (len(tcp) - 54) << 14))
    rx = b"".join(memory(0x8000 + 16 * i, desc(bus + 0x2000 + 0x800 * i, 0, 0)) for i in range(8))
    link = register(0, 0x41) + wait + run
    vectors = register(0x1514, 0x40000011) + register(0x1700 + 12, 0x8181) + register(0x1524, 0xffffff)
    rss = register(0x5818, 0x370002) + b"".join(register(0x5c00 + 4 * i, 0x03030303) for i in range(4))
    pools = register(0x5818, 3) + register(0x581c, 0x40000180) + register(0x5adc, 0x59000000) + register(
        0x3500, 0x80000000) + register(0xc8c, 7) + register(0xc90, 7)
    yield "segments", vectors + cut + ring + run + wait + run
    yield "receive", link + vectors + rss + rx + rings + bytes([4, 60, 0]) + bytes([4, 0, 4]) + run + wait + run
    yield "train", link + vectors + rss + rx + bytes([0x3f, 3]) + bytes([0x1c, 0x84, 3]) + run + wait + bytes([0x3c, 10, 0]) + run
    yield "pools", pools + rx + rings + cut + ring + run + bytes([4, 60, 0]) + wait + run
    yield "mailbox", b"".join(register(off, value, who) for off, value, who in (
        (0xc40, 4, 5), (0x800, 1, 5), (0xc40, 1, 5), (0xc00, 8, 0), (0xc00, 3, 0), (0, 1 << 26, 5)))


def drivers():
    """Records of fuzz_driver.c, by driver. First what registers say: a link is up, a mailbox answers."""
    for nr, (name, vector) in enumerate((("e1000", 0x05), ("igb", 0x15), ("igbvf", 0x15))):
        up = bytes([nr]) + (b"\x96" if nr == 2 else b"\2") * 120
        poll = bytes([vector]) + b"\x80\0\0\0"
        segment, half, wrong = b"\x41\1", b"\x31\1\xd0\7\1\0\0\0", b"\x41\x21\x20\7\x2f\1"
        yield f"{name}-train", up + segment * 20 + poll + (segment * 12 + poll) * 4
        yield f"{name}-v6", up + b"\x41\3" * 10 + poll + b"\xc1\2\x40" * 8 + poll
        yield f"{name}-lies", up + half * 5 + segment + wrong * 3 + poll + b"\x41\x41\0\1\x0c\x81\x17\3\x2f\2" * 3 + poll
        yield f"{name}-send", up + (b"\x34\0\x20" + b"\1" * 8 + b"\x54\x40\0" + b"\1" * 8 + b"\x1a" + poll) * 6
        yield f"{name}-again", up + segment * 3 + b"\x07\x37" + b"\2" * 60 + b"\x17" + b"\2" * 200 + segment * 4 + poll + b"\x27\0\x20" + b"\xf7\2\2"


def write(target, name, data):
    os.makedirs(os.path.join(HERE, target), exist_ok=True)
    with open(os.path.join(HERE, target, name), "wb") as f:
        f.write(bytes(data))


def main():
    for name, packet in frames():
        raw = bytes(packet)
        write("frame", name, raw)
        if not name.startswith(("fin", "rst", "vlan")):
            write("print", name, raw)
        if packet.haslayer(TCP) and name.startswith(("syn", "ack4")):
            tcp = raw[-len(bytes(packet[TCP])):]
            write("tcp_opt", name, bytes([name.startswith("syn")]) + tcp[20:(tcp[12] >> 4) * 4])
        if name in ("hbh6", "ext6", "frag6-first", "frag6-last", "frag6-atomic", "udp6"):
            write("ip6_ext", name, raw[14:])
        if name == "options4":
            write("ip4_opt", "rr", raw[34:14 + (raw[14] & 15) * 4])
        if name in ("ns", "na"):
            write("nd_opt", name, raw[14 + 40 + 24:])
        if name == "ra":
            write("nd_opt", name, raw[14 + 40 + 16:])
    for name, records in conversations():
        body = b"".join(bytes([op, len(f) & 255, len(f) >> 8]) + f for op, f in records)
        write("frames", name, b"\0" + body)
        write("frames", name + "-no-memory", b"\5" + body)
    body = b"".join(bytes([0x40, len(f) & 255, len(f) >> 8]) + f for f in map(bytes, forwarded()))
    write("frames", "router", b"\x80" + body)
    write("frames", "router-no-memory", b"\x85" + body)
    for name, octets in cards():
        write("e1000", name, octets)
    for name, octets in queues():
        write("igb", name, octets)
    for name, octets in drivers():
        write("driver", name, octets)
    write("ip4_opt", "lsrr-ts-alert", bytes.fromhex("01830b04c0a80001c0a800024408050000000000940400000000"))
    write("tcp_opt", "illegal-length", bytes.fromhex("01020405b4050000"))


if __name__ == "__main__":
    main()
