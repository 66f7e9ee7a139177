#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Bad input from the wire: packets of every kind, cut at every length and with every octet of their
headers replaced, go into the stack over the TAP. After each kind the stack must still answer, and
every frame must have been counted: delivered or dropped with a reason.

ATK-LEN-15 ETH-01 ARP-02 IP4-02 IP4-11 IP6-05 MUST-7 UDP-01 ND-32 ICMP4-10
"""
import lab
from netdev import DEVICE
from lab import MAC_STACK, MAC_TEST, STACK4, STACK6, TEST4, TEST6, both, ip, stack_addr, test_addr
from peer import LOOSE, established, listener, LISTEN_PORTS
from scapy.all import (ARP, ICMP, TCP, UDP, Ether, ICMPv6DestUnreach, ICMPv6EchoReply, ICMPv6EchoRequest,
                       ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RA, ICMPv6NDOptPrefixInfo, ICMPv6NDOptSrcLLAddr,
                       ICMPv6PacketTooBig, IP, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop,
                       IPv6ExtHdrRouting, PadN, Raw, RouterAlert)

HEADERS = 90            # octets from the start that are mutated
VALUES = (0x00, 0x01, 0x7f, 0x80, 0xff)


def frame(l3, dst=MAC_STACK):
    return bytes(Ether(src=MAC_TEST, dst=dst) / l3)


def packets4(port, p):
    data = Raw(b"payload of a packet")
    return {
        "echo": ip(False) / ICMP(id=5) / data,
        "echo with options": IP(src=TEST4, dst=STACK4, options=[b"\x07\x07\x04\0\0\0\0", b"\x01"]) / ICMP(id=5) / data,
        "fragment": IP(src=TEST4, dst=STACK4, flags="MF", id=77, proto=17) / Raw(b"12345678" * 3),
        "UDP": ip(False) / UDP(sport=5, dport=port) / data,
        "TCP SYN": ip(False) / TCP(sport=5, dport=port, flags="S", options=list(LOOSE)),
        "TCP data": p.segment("PA", b"data", options=[("NOP", None), ("SAck", (1, 2)), ("NOP", None)]),
        "error": ip(False) / ICMP(type=3, code=3) / IP(src=STACK4, dst=TEST4) / TCP(sport=port, dport=p.sport, seq=p.irs),
        "frag needed": ip(False) / ICMP(type=3, code=4, nexthopmtu=900) / IP(src=STACK4, dst=TEST4) / UDP(sport=port, dport=9),
    }


def packets6(port, p):
    data = Raw(b"payload of a packet")
    quoted = IPv6(src=STACK6, dst=TEST6) / UDP(sport=port, dport=9)
    return {
        "echo": ip(True) / ICMPv6EchoRequest(id=5, data=b"data"),
        "hop-by-hop": ip(True) / IPv6ExtHdrHopByHop(options=[RouterAlert(), PadN(optdata=b"\0\0")]) / ICMPv6EchoRequest(),
        "destination options": ip(True) / IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0\0\0\0")]) / UDP(sport=5, dport=port) / data,
        "routing": ip(True) / IPv6ExtHdrRouting(segleft=0, addresses=["fd77::50"]) / UDP(sport=5, dport=port) / data,
        "fragment": IPv6(src=TEST6, dst=STACK6, nh=44) / IPv6ExtHdrFragment(nh=17, id=8, m=1) / Raw(b"12345678" * 3),
        "UDP": ip(True) / UDP(sport=5, dport=port) / data,
        "TCP SYN": ip(True) / TCP(sport=5, dport=port, flags="S", options=list(LOOSE)),
        "TCP data": p.segment("PA", b"data", options=[("NOP", None), ("SAck", (1, 2)), ("NOP", None)]),
        "error": ip(True) / ICMPv6DestUnreach(code=4) / quoted,
        "too big": ip(True) / ICMPv6PacketTooBig(mtu=1300) / quoted,
        "solicitation": IPv6(src=TEST6, dst=STACK6, hlim=255) / ICMPv6ND_NS(tgt=STACK6) / ICMPv6NDOptSrcLLAddr(lladdr=MAC_TEST),
        "advertisement": IPv6(src=TEST6, dst=STACK6, hlim=255) / ICMPv6ND_NA(tgt=TEST6, S=1) /
                         ICMPv6NDOptSrcLLAddr(type=2, lladdr=MAC_TEST),
        "router": IPv6(src="fe80::9", dst="ff02::1", hlim=255) / ICMPv6ND_RA(routerlifetime=0) /
                  ICMPv6NDOptPrefixInfo(prefix="fd78::", L=0, A=0),
    }


def counted(l):
    """Frames that the device took, and packets that were dropped with a reason."""
    s = l.stat()
    dev = next(d for d in s["devices"] if d["name"] == "eth0")
    return dev["stats"]["rx_packets"] + dev["stats"]["rx_errors"] + dev["stats"]["rx_dropped"], sum(s["drops"].values()), s


def alive(l, v6):
    echo = ip(v6) / (ICMPv6EchoRequest(id=99) if v6 else ICMP(id=99))
    reply = (lambda f: ICMPv6EchoReply in f and f[ICMPv6EchoReply].id == 99) if v6 else \
        (lambda f: ICMP in f and f[ICMP].type == 0 and f[ICMP].id == 99)
    for _ in range(3):
        if l.exchange(echo, reply):
            return True
    return False


def variants(whole):
    """Cut at every length (a frame has at least its link header), then every octet replaced and flipped."""
    for n in range(14, len(whole)):
        yield whole[:n]
    for i in range(12, min(len(whole), HEADERS)):
        for value in {*VALUES, whole[i] ^ 0xff, whole[i] ^ 0x01, whole[i] ^ 0x80}:
            if value != whole[i]:
                yield whole[:i] + bytes((value,)) + whole[i + 1:]


def is_the_hosts(whole):
    """A fragment for a group of packet sockets: the host's kernel waits for the others before one of them gets it."""
    ip4 = len(whole) >= 34 and whole[12:14] == b"\x08\x00" and whole[14] >> 4 == 4
    return DEVICE == "packet-mq" and ip4 and int.from_bytes(whole[20:22], "big") & 0x3fff != 0


def shower(l, v6, name, whole):
    before, dropped, _ = counted(l)
    sent = expected = 0
    for variant in variants(whole):
        l.sock.outs.send(variant)
        sent += 1
        expected += not is_the_hosts(variant)
        if sent % 200 == 0:
            l.barrier()
            l.drain(0)
    l.barrier()
    after, now_dropped, state = counted(l)
    # The kernel's own chatter on the TAP comes on top; a frame below its minimum never leaves it.
    assert after - before >= expected, (name, expected, after - before)
    assert now_dropped > dropped or not expected, (name, "nothing was dropped")
    assert state["drops"].get("NOT_SPECIFIED", 0) == 0, (name, "a drop without a reason")
    assert alive(l, v6), (name, "the stack is silent")


@both
def mutations(l, v6):
    """ATK-LEN-15 ETH-01 UDP-01 IP4-02 IP6-05 MUST-7 ND-32: every packet cut and mutated; the stack lives and counts"""
    if l.oracle:
        raise lab.Skip("counts drops")
    a, p, c = established(l, v6, LOOSE)
    a.socket("u", "AF_INET6" if v6 else "AF_INET", "SOCK_DGRAM")
    port = next(LISTEN_PORTS)
    listener(a, v6, port, "m")
    a.bind("u", (stack_addr(v6), port))
    for name, packet in (packets6 if v6 else packets4)(port, p).items():
        shower(l, v6, name, frame(packet, "33:33:00:00:00:01" if name == "router" else MAC_STACK))
    # A segment that kept its checksum may have ended the connection; a new one must work.
    b, q, d = established(l, v6)
    r = q.exchange("PA", b"alive", reply="A")
    assert r and b.recvall(d, 5) == b"alive"
    while a.wait("u", 1, 0):
        a.recv("u", 65536)
    l.send(ip(v6) / UDP(sport=5, dport=port) / Raw(b"still"))
    assert a.wait("u", 1, 10000) and a.recv("u", 10) == b"still"


@lab.test
def arp_mutations(l):
    """ATK-LEN-15 ARP-02: requests and replies, cut and mutated"""
    if l.oracle:
        raise lab.Skip("counts drops")
    for op in (1, 2):
        whole = bytes(Ether(src=MAC_TEST, dst="ff:ff:ff:ff:ff:ff" if op == 1 else MAC_STACK) /
                      ARP(op=op, hwsrc=MAC_TEST, psrc=TEST4, pdst=STACK4, hwdst=MAC_STACK))
        shower(l, False, f"ARP {op}", whole)
    assert l.neighbours()[TEST4]["lladdr"] == MAC_TEST, "the permanent entry changed"
    assert len(l.neighbours()) < 600


@both
def unchecked(l, v6):
    """ATK-LEN-15 MUST-7 TCP-2525-12: mutated TCP headers with right checksums; no connection without a handshake"""
    a, p, c = established(l, v6, LOOSE)
    base = p.segment("PA", b"data")
    start = 40 if v6 else 20
    whole = bytes(base)
    for i in range(start + 4, start + 32):
        for value in VALUES:
            raw = bytearray(whole)
            raw[i] = value
            if start + 16 <= i < start + 18:
                continue
            raw[start + 16:start + 18] = b"\0\0"
            seg = (IPv6 if v6 else IP)(bytes(raw[:start])) / Raw(bytes(raw[start:]))
            seg = (IPv6 if v6 else IP)(bytes(seg))
            if TCP in seg:
                del seg[TCP].chksum
            if i % 8 == 0:
                l.barrier()
            l.send(seg)
    l.barrier()
    assert alive(l, v6)
    b, q, d = established(l, v6)
    r = q.exchange("PA", b"alive", reply="A")
    assert r and b.recvall(d, 5) == b"alive"


if __name__ == "__main__":
    lab.main()
