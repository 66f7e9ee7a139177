#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""IPv4 and IPv6 input, reassembly, ICMP and ICMPv6 from outside."""
import socket
import time

import lab
from lab import MAC_STACK, MAC_TEST, STACK4, STACK6, TEST4, TEST6, both, from_stack, ip, test
from scapy.all import (ICMP, UDP, Ether, ICMPv6DestUnreach, ICMPv6EchoReply, ICMPv6EchoRequest,
                       ICMPv6ParamProblem, IP, IPOption, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop,
                       IPv6ExtHdrRouting, PadN, Raw, fragment, fragment6)
from scapy.layers.inet6 import HBHOptUnknown

ECHO_ID = 0x4242


def echo(v6, payload=b"ping", **kw):
    l4 = ICMPv6EchoRequest(id=ECHO_ID, seq=1, data=payload) if v6 else ICMP(id=ECHO_ID, seq=1) / Raw(payload)
    return ip(v6, **kw) / l4


def is_reply(v6):
    return (lambda f: ICMPv6EchoReply in f) if v6 else (lambda f: ICMP in f and f[ICMP].type == 0)


def is_error(v6, kind, code):
    if v6:
        return lambda f: IPv6 in f and f[IPv6].nh == 58 and bytes(f[IPv6].payload)[:2] == bytes((kind, code))
    return lambda f: ICMP in f and f[ICMP].type == kind and f[ICMP].code == code


def any_icmp(v6):
    return lambda f: (IPv6 in f and f[IPv6].nh == 58) if v6 else (ICMP in f)


@both
def echo_reply(l, v6):
    """ICMP4-01 ICMP6-02 an echo is answered with the same id, sequence and data, any size"""
    for size in (0, 1, 55, 1400):
        data = bytes(i & 0xff for i in range(size))
        r = l.exchange(echo(v6, data), is_reply(v6))
        assert r, size
        m = r[ICMPv6EchoReply] if v6 else r[ICMP]
        assert m.id == ECHO_ID and m.seq == 1
        assert (m.data if v6 else bytes(r[ICMP].payload)[:size]) == data


@both
def echo_big(l, v6):
    """IP4-15 IP6-10 ICMP4-01 a fragmented echo is reassembled, the reply comes in fragments; both orders"""
    data = b"A" * 4000
    pkt = echo(v6, data)
    frags = fragment6(IPv6(src=TEST6, dst=STACK6) / IPv6ExtHdrFragment() / pkt[ICMPv6EchoRequest], 1280) if v6 \
        else fragment(pkt, 1280)
    for order in (frags, frags[::-1]):
        l.drain(0)
        for f in order:
            l.send(f)
        got, end = {}, time.monotonic() + lab.PATIENCE
        while time.monotonic() < end and sum(len(x) for x in got.values()) < 4008:
            f = l.receive(from_stack(v6))
            if f is None:
                break
            if v6:
                h = f[IPv6ExtHdrFragment]
                got[h.offset * 8] = bytes(h.payload)
            else:
                got[f[IP].frag * 8] = bytes(f[IP].payload)[:f[IP].len - f[IP].ihl * 4]
        whole = b"".join(got[k] for k in sorted(got))
        assert len(whole) == 4008 and whole[8:] == data, len(whole)


@both
def fragments_overlap(l, v6):
    """IP4-16 IP6-12 overlapping fragments: the datagram is dropped; an exact duplicate is harmless"""
    pkt = bytes(echo(v6, b"B" * 56)[ICMPv6EchoRequest] if v6 else echo(v6, b"B" * 56)[ICMP])
    if v6:
        pkt = bytes((IPv6(src=TEST6, dst=STACK6) / ICMPv6EchoRequest(id=ECHO_ID, seq=1, data=b"B" * 56))[ICMPv6EchoRequest])

    def frag(ident, off, data, more):
        if v6:
            return IPv6(src=TEST6, dst=STACK6, nh=44) / IPv6ExtHdrFragment(nh=58, id=ident, offset=off // 8, m=more) / Raw(data)
        return IP(src=TEST4, dst=STACK4, proto=1, id=ident, frag=off // 8, flags="MF" if more else 0) / Raw(data)

    l.drain(0)
    for f in (frag(1, 0, pkt[:32], 1), frag(1, 24, pkt[24:48], 1), frag(1, 48, pkt[48:], 0)):
        l.send(f)
    assert l.receive(is_reply(v6), 0.3) is None
    for f in (frag(2, 0, pkt[:32], 1), frag(2, 0, pkt[:32], 1), frag(2, 32, pkt[32:], 0)):
        l.send(f)
    assert l.receive(is_reply(v6)), "a duplicate killed the datagram"


@both
def bad_version(l, v6):
    """IP4-01 IP6-01 a wrong version is dropped"""
    p = echo(v6)
    p.version = 5
    frame = Ether(src=MAC_TEST, dst=MAC_STACK, type=0x86dd if v6 else 0x800) / p
    assert l.silent(frame, any_icmp(v6))


@both
def bad_icmp_checksum(l, v6):
    """ICMP4-02 ICMP6-01 a wrong checksum is silently dropped"""
    p = echo(v6)
    if v6:
        p[ICMPv6EchoRequest].cksum = 1
    else:
        p[ICMP].chksum = 1
    assert l.silent(p, is_reply(v6))


@test
def ip4_header(l):
    """IP4-02 IP4-03 header length, total length, checksum: dropped"""
    for kw in ({"ihl": 4}, {"ihl": 15}, {"len": 19}, {"len": 2000}, {"chksum": 0x1111}):
        assert l.silent(echo(False, **kw), is_reply(False), 0.1), kw


@test
def ip4_sources(l):
    """IP4-04 sources that can never be are dropped"""
    stricter = () if l.oracle else ("10.77.0.255",)      # Linux takes a directed broadcast as a source
    for src in ("0.0.0.1", "127.0.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1", STACK4, *stricter):
        p = IP(src=src, dst=STACK4) / ICMP(id=ECHO_ID)
        assert l.silent(p, lambda f: ICMP in f, 0.1), src


@test
def ip4_broadcast_echo(l):
    """ICMP4-03 an echo to a broadcast address is not answered"""
    for dst in ("255.255.255.255", "10.77.0.255"):
        frame = Ether(src=MAC_TEST, dst="ff:ff:ff:ff:ff:ff") / IP(src=TEST4, dst=dst) / ICMP(id=ECHO_ID)
        assert l.silent(frame, is_reply(False), 0.15), dst


@test
def ip4_foreign(l):
    """IP4-05 a datagram for another host is neither delivered nor forwarded"""
    p = Ether(src=MAC_TEST, dst=MAC_STACK) / IP(src=TEST4, dst="10.99.0.1") / ICMP(id=ECHO_ID)
    assert l.silent(p, lambda f: IP in f)


@both
def ttl_one(l, v6):
    """IP4-08 IP6-20 TTL or hop limit 1 and 0 are delivered to us"""
    for n in (1, 0):
        assert l.exchange(echo(v6, **({"hlim": n} if v6 else {"ttl": n})), is_reply(v6)), n


@both
def port_unreachable(l, v6):
    """ICMP4-06 ICMP6-03 UDP-05 a datagram to a closed port draws port unreachable that quotes it"""
    p = ip(v6) / UDP(sport=4000, dport=4001) / Raw(b"hello")
    r = l.exchange(p, is_error(v6, 1, 4) if v6 else is_error(v6, 3, 3))
    assert r
    quoted = bytes(r[IPv6].payload)[8:] if v6 else bytes(r[ICMP].payload)
    assert bytes(p)[4:28] in quoted or bytes(p)[12:28] in quoted


@test
def proto_unreachable(l):
    """ICMP4-06 an unknown protocol draws protocol unreachable"""
    assert l.exchange(IP(src=TEST4, dst=STACK4, proto=254) / Raw(b"x" * 20), is_error(False, 3, 2))


@test
def next_header_unknown(l):
    """IP6-03 an unknown next header draws Parameter Problem 1 pointing at it; 59 is silent"""
    r = l.exchange(IPv6(src=TEST6, dst=STACK6, nh=254) / Raw(b"x" * 20), is_error(True, 4, 1))
    assert r and bytes(r[IPv6].payload)[4:8] == (6).to_bytes(4, "big")
    assert l.silent(IPv6(src=TEST6, dst=STACK6, nh=59) / Raw(b"x" * 20), any_icmp(True))


@both
def no_error_about_error(l, v6):
    """ICMP4-04 ICMP6-05 no error about an error, a later fragment, a group or a broadcast"""
    inner = bytes(ip(v6) / UDP(dport=1))
    if v6:
        bad = IPv6(src=TEST6, dst=STACK6) / ICMPv6DestUnreach(code=4) / Raw(inner)
        group = Ether(src=MAC_TEST, dst="33:33:00:00:00:01") / IPv6(src=TEST6, dst="ff02::1") / UDP(dport=4001)
        noaddr = IPv6(src="::", dst=STACK6) / UDP(dport=4001)
        packets = [bad, group, noaddr]
    else:
        later = IP(src=TEST4, dst=STACK4, proto=17, frag=100) / Raw(b"x" * 32)
        bcast = Ether(src=MAC_TEST, dst="ff:ff:ff:ff:ff:ff") / IP(src=TEST4, dst="10.77.0.255") / UDP(dport=4001)
        link = Ether(src=MAC_TEST, dst="ff:ff:ff:ff:ff:ff") / IP(src=TEST4, dst=STACK4) / UDP(dport=4001)
        packets = [IP(src=TEST4, dst=STACK4) / ICMP(type=3, code=3) / Raw(inner), later, bcast, link]
    for p in packets:
        assert l.silent(p, any_icmp(v6), 0.15), p.summary()


@test
def ip4_unknown_option(l):
    """IP4-10 MUST-50 an unknown IP option is skipped"""
    p = IP(src=TEST4, dst=STACK4, options=[b"\x99\x04\x00\x00"]) / ICMP(id=ECHO_ID)
    frame = bytes(p)
    assert frame[0] == 0x46
    assert l.exchange(p, is_reply(False))


@test
def ip4_source_route(l):
    """IP4-13 DEV-06 a source route is refused"""
    p = IP(src=TEST4, dst=STACK4, options=[b"\x83\x07\x04\x0a\x4d\x00\x63\x00"]) / ICMP(id=ECHO_ID)
    assert l.silent(p, is_reply(False))


@test
def ip6_options(l):
    """IP6-04 unknown options: 00 skip, 01 drop, 10 error, 11 error to unicast; both headers"""
    for header in (IPv6ExtHdrHopByHop, IPv6ExtHdrDestOpt):
        for action, answered in ((0, True), (1, False), (2, None), (3, None)):
            opt = HBHOptUnknown(otype=action << 6 | 0x1e, optlen=4, optdata=b"abcd")
            p = IPv6(src=TEST6, dst=STACK6) / header(options=[opt]) / ICMPv6EchoRequest(id=ECHO_ID)
            if answered:
                assert l.exchange(p, is_reply(True)), (header, action)
            elif answered is False:
                assert l.silent(p, any_icmp(True), 0.15), (header, action)
            else:
                r = l.exchange(p, is_error(True, 4, 2))
                assert r and bytes(r[IPv6].payload)[7] == 42, (header, action)


@test
def ip6_hbh_not_first(l):
    """IP6-02 Hop-by-Hop anywhere but first draws Parameter Problem 1"""
    p = IPv6(src=TEST6, dst=STACK6) / IPv6ExtHdrDestOpt() / IPv6ExtHdrHopByHop() / ICMPv6EchoRequest()
    assert l.exchange(p, is_error(True, 4, 1))
    inner = bytes(IPv6(src=TEST6, dst=STACK6) / IPv6ExtHdrHopByHop() / ICMPv6EchoRequest(data=b"x" * 28))[40:]
    for off, m in ((0, 1), (3, 0)):      # first in what was reassembled, which is not first in the packet
        part = inner[:24] if m else inner[24:]
        p = IPv6(src=TEST6, dst=STACK6) / IPv6ExtHdrFragment(nh=0, id=81, m=m, offset=off) / Raw(part)
        if m:
            l.send(p)
    assert l.exchange(p, is_error(True, 4, 1))


@test
def ip6_jumbo(l):
    """IP6-19 a jumbo option that an ordinary length would do for, or beside one, draws Parameter Problem 0; a real one is dropped"""
    for value, plen, pointer in ((70000, None, 42), (1000, None, 44), (1000, 0, 44), (70000, 0, None)):
        p = IPv6(src=TEST6, dst=STACK6, plen=plen, nh=0) / Raw(bytes([58, 0, 0xc2, 4]) + value.to_bytes(4, "big") + b"\x80" + b"\0" * 7)
        r = l.exchange(p, is_error(True, 4, 0), 0.3) if pointer else None
        assert not pointer or (r and bytes(r[IPv6].payload)[7] == pointer), (value, plen, r)
        if not pointer:
            assert l.silent(p, any_icmp(True), 0.2)
    # no jumbo option at all: nothing is within the length
    p = IPv6(src=TEST6, dst=STACK6, plen=0, nh=0) / Raw(bytes([58, 0, 1, 4, 0, 0, 0, 0]) + bytes(ICMPv6EchoRequest()))
    assert l.silent(p, any_icmp(True), 0.2)


@test
def ip6_rh0(l):
    """IP6-08 routing header 0: segments left 0 ignored, otherwise Parameter Problem 0"""
    left0 = IPv6(src=TEST6, dst=STACK6) / IPv6ExtHdrRouting(segleft=0, addresses=["fd77::50"]) / ICMPv6EchoRequest(id=ECHO_ID)
    assert l.exchange(left0, is_reply(True))
    left1 = IPv6(src=TEST6, dst=STACK6) / IPv6ExtHdrRouting(segleft=1, addresses=["fd77::50"]) / ICMPv6EchoRequest(id=ECHO_ID)
    r = l.exchange(left1, is_error(True, 4, 0))
    assert r and bytes(r[IPv6].payload)[7] == 42


@test
def ip6_frag_odd(l):
    """IP6-11 a fragment whose length is no multiple of 8 draws Parameter Problem 0 pointing at 4"""
    p = IPv6(src=TEST6, dst=STACK6) / IPv6ExtHdrFragment(nh=58, id=9, m=1) / Raw(b"\x80" + b"x" * 12)
    r = l.exchange(p, is_error(True, 4, 0))
    assert r and bytes(r[IPv6].payload)[7] == 4


@test
def ip6_atomic(l):
    """IP6-13 an atomic fragment is a whole datagram"""
    whole = IPv6(src=TEST6, dst=STACK6) / ICMPv6EchoRequest(id=ECHO_ID)
    l4 = bytes(whole)[40:]
    p = IPv6(src=TEST6, dst=STACK6, nh=44) / IPv6ExtHdrFragment(nh=58, id=77, m=0, offset=0) / Raw(l4)
    assert l.exchange(p, is_reply(True))


@test
def ip6_mapped(l):
    """IP6-25 IP6-26 v4-mapped, multicast and loopback sources on the wire are dropped"""
    for src in ("::ffff:10.77.0.9", "ff02::1", "::1"):
        assert l.silent(IPv6(src=src, dst=STACK6) / ICMPv6EchoRequest(), any_icmp(True), 0.1), src


@test
def igmp_unanswered(l):
    """RFC 2236 4: an IGMP message that nobody listens to is not an unknown protocol"""
    assert l.silent(IP(src=TEST4, dst=STACK4, proto=2) / Raw(bytes(8)), any_icmp(False))
    assert l.exchange(IP(src=TEST4, dst=STACK4, proto=253) / Raw(bytes(8)), is_error(False, 3, 2))


@test
def error_options(l):
    """RFC 1122 3.2.2: the record route of a packet that is refused comes back with the error, and the quotation is shorter"""
    route = bytes((7, 11, 8)) + bytes(8) + b"\0"
    f = l.exchange(IP(src=TEST4, dst=STACK4, options=[IPOption(route)]) / UDP(sport=5, dport=6) / Raw(bytes(600)),
                   is_error(False, 3, 3))
    assert f and f[IP].ihl == 8 and f[IP].len == 576, f
    assert bytes(f[IP])[20:31] == bytes((7, 11, 12)) + bytes(4) + socket.inet_aton(STACK4), bytes(f[IP])[20:32].hex()


@test
def fragment_header_cut(l):
    """RFC 8200 4.5: a fragment header that is not all there is told of"""
    p = IPv6(src=TEST6, dst=STACK6, nh=44) / Raw(bytes(4))
    f = l.exchange(p, is_error(True, 4, 0))
    assert f and f[ICMPv6ParamProblem].ptr == 40, f


@both
def rate_limit(l, v6):
    """ICMP4-07 ICMP6-08 errors to one target are limited"""
    l.rate_limit(1000)
    time.sleep(1.1)
    l.drain(0)
    for i in range(200):
        l.send(ip(v6) / UDP(sport=5000, dport=6000 + i))
    l.barrier()
    count = 0
    while l.receive(is_error(v6, 1, 4) if v6 else is_error(v6, 3, 3), 0.2):
        count += 1
    l.rate_limit(0)
    assert 1 <= count <= 20, count


if __name__ == "__main__":
    lab.main()
