#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Lengths that lie: of frames, headers, options, tunnels and quotations (Ripple20, AMNESIA:33, INFRA:HALT,
NUCLEUS:13, URGENT/11). Each packet is dropped once, with a reason, and answered at most once with no more
than it brought and an error's headers."""
import lab
from lab import MAC_STACK, MAC_TEST, STACK4, STACK6, TEST4, TEST6, both, ip, stack_addr, test
from peer import LISTEN_PORTS, LOOSE, established, listener
from scapy.all import (ARP, ICMP, IP, TCP, UDP, Dot1Q, Ether, ICMPv6DestUnreach, ICMPv6EchoReply, ICMPv6EchoRequest,
                       ICMPv6ParamProblem, IPerror, IPv6, IPv6ExtHdrHopByHop, IPv6ExtHdrRouting, Raw)

ERROR_MAX = 14 + 1280        # octets of an ICMP error, RFC 4443 2.4
PEEK = 2
# What becomes of a short frame that the wire has filled up with zeros.
ZEROS = ("IP_CSUM", "IP_INVALID_DEST") if lab.PADS else ()


def drops(l):
    return {} if l.oracle else {k: v for k, v in l.stat()["drops"].items() if v}


def answers(l, packet):
    """What comes back of a packet (or frame, or octets), until the stack has nothing to do with it any more."""
    l.drain(0)
    if isinstance(packet, bytes):
        l.sock.outs.send(packet)
    else:
        l.send(packet)
    l.barrier()
    out = []
    while (f := l.receive(lambda f: ARP not in f, 0.02)) is not None:
        out.append(f)
    return out


def dropped(l, packet, *reasons):
    """The answers to a packet that is dropped once, for one of the reasons. The kernel's chatter is for others."""
    before = drops(l)
    out = answers(l, packet)
    now = drops(l)
    new = {k: v - before.get(k, 0) for k, v in now.items() if v != before.get(k, 0)}
    mine = {k: v for k, v in new.items() if k in reasons}
    assert l.oracle or sum(mine.values()) == 1, (packet, new, reasons)
    assert len(out) <= 1 and sum(len(f) for f in out) <= ERROR_MAX, (packet, out)
    return out


def raw(v6, proto, body, options=b""):
    """A packet whose payload is as given: its checksums are the caller's."""
    if v6:
        return IPv6(src=TEST6, dst=STACK6, nh=proto) / Raw(body)
    return IP(src=TEST4, dst=STACK4, proto=proto, options=[options] if options else []) / Raw(body)


def summed(v6, layer, **wrong):
    """layer over IP as octets, its checksum right although the fields of wrong lie."""
    proto = {TCP: 6, UDP: 17}[type(layer)]
    p = (IPv6 if v6 else IP)(bytes(ip(v6) / layer))[type(layer)]
    for field, value in wrong.items():
        setattr(p, field, value)
    p.chksum = 0
    body = bytes(p)
    from scapy.layers.inet import in4_chksum
    from scapy.layers.inet6 import in6_chksum
    sum_ = in6_chksum(proto, ip(True), body) if v6 else in4_chksum(proto, ip(False), body)
    at = 16 if proto == 6 else 6
    return raw(v6, proto, body[:at] + sum_.to_bytes(2, "big") + body[at + 2:])


def alive(l, v6):
    echo = ip(v6) / (ICMPv6EchoRequest(id=98) if v6 else ICMP(id=98))
    assert l.exchange(echo, lambda f: ICMPv6EchoReply in f if v6 else ICMP in f and f[ICMP].type == 0), "the stack is silent"


@both
def tunnels(l, v6):
    """ATK-LEN-02 up to 64 headers in one another, whole and cut: nobody unpacks them, one drop, one answer at most"""
    for depth in (1, 2, 4, 16, 64):
        for inner in ((4,), (41,), (4, 41)):
            body = b""
            for i in range(depth):
                layer = IP(src=TEST4, dst=STACK4, proto=4) if inner[i % len(inner)] == 4 else IPv6(src=TEST6, dst=STACK6, nh=41)
                body = bytes(layer / Raw(body))[:1400]
            for cut in (0, 1, 19, 39):
                out = dropped(l, raw(v6, inner[(depth - 1) % len(inner)], body[:len(body) - cut]), "IP_NOPROTO", "IPV6_BAD_EXTHDR")
                assert all(ICMPv6ParamProblem in f if v6 else f[ICMP].type == 3 and f[ICMP].code == 2 for f in out), out
    alive(l, v6)


@both
def tcp_offset(l, v6):
    """ATK-LEN-03 a data offset below 5 or beyond the segment, and segments shorter than a header"""
    port = next(LISTEN_PORTS)
    listener(l.agent(), v6, port, "s")
    syn = TCP(sport=77, dport=port, flags="S")
    for offset in range(5):
        assert not dropped(l, summed(v6, syn, dataofs=offset), "PKT_TOO_SMALL")
    for length in range(0, 40, 4):
        assert not dropped(l, summed(v6, syn / Raw(bytes(length)) if length else syn, dataofs=15), "PKT_TOO_SMALL")
    whole = bytes(summed(v6, syn))[40 if v6 else 20:]
    for length in range(20):
        assert not dropped(l, raw(v6, 6, whole[:length]), "PKT_TOO_SMALL")
    a, p, c = established(l, v6, LOOSE)
    assert not dropped(l, summed(v6, p.segment("PA", b"data")[TCP], dataofs=15), "PKT_TOO_SMALL")
    assert p.exchange("PA", b"data", reply="A") and a.recvall(c, 4) == b"data"


@test
def tcp_shorter_than_ip_says(l):
    """ATK-LEN-03 a total length that ends within the IP header or within TCP's"""
    port = next(LISTEN_PORTS)
    listener(l.agent(), False, port, "s")
    for length in list(range(20)):
        assert not dropped(l, IP(src=TEST4, dst=STACK4, len=length) / TCP(sport=78, dport=port, flags="S"), "IP_INHDR", "PKT_TOO_SMALL")
    for length in range(20, 40):
        assert not dropped(l, IP(src=TEST4, dst=STACK4, len=length) / TCP(sport=78, dport=port, flags="S"), "PKT_TOO_SMALL", "TCP_CSUM")


@both
def udp_length(l, v6):
    """ATK-LEN-04 UDP's own length: what it cuts off is no data, what is not there is no datagram"""
    a, port = l.agent(), next(LISTEN_PORTS)
    a.socket("u", "AF_INET6" if v6 else "AF_INET", "SOCK_DGRAM")
    a.bind("u", (stack_addr(v6), port))
    d = UDP(sport=79, dport=port) / Raw(b"datagram")
    for length in (1, 7, 17, 18, 1500, 65535):
        assert not dropped(l, summed(v6, d, len=length), "PKT_TOO_SMALL")
    for length in range(8):
        assert not dropped(l, raw(v6, 17, bytes(d)[:length]), "PKT_TOO_SMALL")
    l.send(summed(v6, d))
    assert a.wait("u", 1, 10000) and a.recv("u", 100) == b"datagram"
    for keep in (0, 1, 8):
        part = bytes(summed(v6, UDP(sport=79, dport=port) / Raw(b"datagram"[:keep])))[40 if v6 else 20:]
        l.send(raw(v6, 17, part + b"no part of it"))
        assert a.wait("u", 1, 10000) and a.recv("u", 100) == b"datagram"[:keep]


@both
def icmp_length(l, v6):
    """ATK-LEN-05 ICMP shorter than its header, and errors that quote less than a header, or one longer than they are"""
    echo = bytes(ip(v6) / (ICMPv6EchoRequest(data=b"data") if v6 else ICMP() / Raw(b"data")))[40 if v6 else 20:]
    for length in range(8):
        assert not dropped(l, raw(v6, 58 if v6 else 1, echo[:length]), "PKT_TOO_SMALL", "ICMP_CSUM", "HDR_TRUNC")
    quoted = bytes((IPv6(src=STACK6, dst=TEST6) if v6 else IP(src=STACK4, dst=TEST4, ihl=15, len=60)) / UDP(sport=9, dport=9))
    for length in range(len(quoted)):
        error = ip(v6) / (ICMPv6DestUnreach(code=4) if v6 else ICMP(type=3, code=3)) / Raw(quoted[:length])
        assert not answers(l, error)
    alive(l, v6)


@test
def echo_with_lying_options(l):
    """ATK-LEN-05 ATK-LEN-09 options that reach beyond their header: no echo; the error that says so copies none of them"""
    for options in (b"\x07\xff\x04\0", b"\x83\x27\x04\0", b"\x83\x00\x04\0", b"\x44\x02\x05\0", b"\x07\x01\x04\0",
                    b"\x83\x07\x04\x0a\x4d\0\x09\x89\x07\x04\x0a\x4d\0\x09\0\0"):
        out = dropped(l, IP(src=TEST4, dst=STACK4, options=[options]) / ICMP() / Raw(b"data"), "IP_OPTIONS", "IP_INHDR")
        for f in out:
            assert f[IP].ihl == 5 and f[ICMP].type == 12, out
            assert f[IPerror].ihl == 5 + len(options) // 4 and len(f) <= 14 + 20 + 8 + 60 + 12, "it quotes what came, no more"
    alive(l, False)


@test
def arp_short(l):
    """ATK-LEN-06 ARP cut at every octet: dropped, nothing learned"""
    whole = bytes(Ether(src=MAC_TEST, dst=MAC_STACK) / ARP(op=1, hwsrc="02:00:00:00:00:66", psrc="10.77.0.66", pdst=STACK4))
    for length in range(14, len(whole)):
        if lab.PADS:    # then it is whole, says other things, and is for nobody
            assert not l.exchange(Ether(whole[:length]), lambda f: ARP in f, 0.02)
        else:
            dropped(l, whole[:length], "PKT_TOO_SMALL", "ARP_HDR", "HDR_TRUNC")
    assert "10.77.0.66" not in l.neighbours()


@both
def tag_short(l, v6):
    """ATK-LEN-07 a frame that ends within a VLAN tag, or in the network header behind it"""
    whole = bytes(Ether(src=MAC_TEST, dst=MAC_STACK) / Dot1Q(vlan=0) / ip(v6) / UDP(dport=9))
    whole_tag = 20 if "packet" in lab.DEVICE else 18    # the kernel takes the tag off, and wants two octets behind it
    for length in range(14, whole_tag):
        assert not answers(l, whole[:length])
    for length in range(whole_tag, 18 + (40 if v6 else 20)):
        assert not dropped(l, whole[:length], "PKT_TOO_SMALL", "IP_INHDR", "DEV_HDR", "HDR_TRUNC", "VLAN", *ZEROS)
    for tags in (1, 2, 3, 30):
        body = b"".join(b"\x81\x00\x00\x00" for _ in range(tags))
        assert not answers(l, whole[:12] + body), tags
    alive(l, v6)


@test
def extension_lengths(l):
    """ATK-LEN-08 extension headers and options that reach beyond the packet, and chains without end"""
    udp = bytes(UDP(sport=80, dport=9))
    for nh in (0, 60):
        for body in (bytes((17, 255)) + bytes(6) + udp, bytes((17, 0, 5, 255)) + bytes(4) + udp, bytes((17, 0, 1, 5)) + bytes(4) + udp,
                     bytes((17,)), bytes((17, 1)) + bytes(6)):
            dropped(l, raw(True, nh, body), "IPV6_BAD_EXTHDR", "PKT_TOO_SMALL", "IP_INHDR", "HDR_TRUNC")
    dropped(l, raw(True, 60, bytes((60, 0, 1, 4, 0, 0, 0, 0)) * 150), "IPV6_BAD_EXTHDR", "PKT_TOO_SMALL", "IP_INHDR", "HDR_TRUNC")
    dropped(l, raw(True, 44, bytes((44, 0, 0, 0, 0, 0, 0, 1)) * 20), "IPV6_BAD_EXTHDR", "PKT_TOO_SMALL", "FRAG_INVALID", "IP_NOPROTO", "HDR_TRUNC")
    inner = ip(True) / IPv6ExtHdrHopByHop() / IPv6ExtHdrHopByHop() / UDP(dport=9)
    out = dropped(l, inner, "IPV6_BAD_EXTHDR", "IP_NOPROTO")
    assert all(ICMPv6ParamProblem in f and f[ICMPv6ParamProblem].code == 1 for f in out) and out
    inner = raw(True, 60, b"\x11\0\xc2\xff\0\0\0\0" + udp)
    dropped(l, inner, "IPV6_BAD_EXTHDR")
    alive(l, True)


@test
def routing_header(l):
    """ATK-LEN-10 a routing header with more segments left than it has, of odd length, cut, or of type 0"""
    udp = bytes(UDP(sport=80, dport=9))
    for kind in (0, 2, 3, 4, 253):
        for length, left in ((0, 1), (0, 255), (1, 1), (2, 2), (2, 255), (3, 1), (255, 1)):
            dropped(l, raw(True, 43, bytes((17, length, kind, left)) + bytes(4 + 8 * min(length, 3)) + udp),
                    "IPV6_BAD_EXTHDR", "PKT_TOO_SMALL", "HDR_TRUNC", "INVALID_PROTO", "IP_INHDR")
    out = dropped(l, ip(True) / IPv6ExtHdrRouting(type=0, segleft=1, addresses=["fd77::50"]) / UDP(dport=9), "IPV6_BAD_EXTHDR")
    assert out and out[0][ICMPv6ParamProblem].code == 0 and out[0][ICMPv6ParamProblem].ptr == 42
    alive(l, True)


@both
def peek_and_checksum(l, v6):
    """ATK-LEN-14 a datagram with a wrong checksum is neither seen by MSG_PEEK nor by what reads after it"""
    a, port = l.agent(), next(LISTEN_PORTS)
    a.socket("u", "AF_INET6" if v6 else "AF_INET", "SOCK_DGRAM")
    a.bind("u", (stack_addr(v6), port))
    bad = (IPv6 if v6 else IP)(bytes(ip(v6) / UDP(sport=81, dport=port) / Raw(b"bad sum")))
    bad[UDP].chksum ^= 0x55
    assert not dropped(l, bad, "UDP_CSUM")
    l.send(ip(v6) / UDP(sport=81, dport=port) / Raw(b"good sum"))
    assert a.wait("u", 1, 10000)
    assert a.recv("u", 2, PEEK) == b"go" and a.recv("u", 100, PEEK) == b"good sum"
    assert a.recv("u", 3) == b"goo" and not a.wait("u", 1, 0)


if __name__ == "__main__":
    lab.main()
