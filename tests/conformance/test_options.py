#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""IPv4 options that a host fills in and answers with; what an ICMP error tells behind the datagram it quotes."""
import select
import socket
import struct
import time

import lab
from lab import MAC_STACK, MAC_TEST, STACK4, STACK6, TEST4, TEST6, both, stack_addr, test
from scapy.all import ICMP, TCP, UDP, Ether, ICMPv6DestUnreach, ICMPv6EchoReply, ICMPv6EchoRequest, IP, IPv6, Raw

RR, TS, NOP, ALERT = 7, 68, 1, 148
OWN, OTHER = socket.inet_aton(STACK4), socket.inet_aton(TEST4)
MSG_ERRQUEUE = 0x2000
DAY = 86400000


def inet_sum(data):
    s = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while s >> 16:
        s = (s & 0xffff) + (s >> 16)
    return ~s & 0xffff


def with_options(options, l4, dst=STACK4, mac=MAC_STACK):
    """An Ethernet frame: scapy would repair what is odd about the options."""
    options += bytes(-len(options) % 4)
    hlen = 20 + len(options)
    head = struct.pack("!BBHHHBBH4s4s", 0x40 | hlen // 4, 0, hlen + len(l4), 7, 0, 64, 1, 0, OTHER, socket.inet_aton(dst))
    head += options
    head = head[:10] + struct.pack("!H", inet_sum(head)) + head[12:]
    return Ether(src=MAC_TEST, dst=mac, type=0x800) / Raw(head + l4)


def echo_options(l, options, **kw):
    """The options of the answer to an echo request with these."""
    r = l.exchange(with_options(options, bytes(ICMP(id=77, seq=1) / Raw(b"ping")), **kw),
                   lambda f: ICMP in f and f[ICMP].type == 0 and f[ICMP].id == 77)
    assert r, options
    raw = bytes(r[IP])
    assert inet_sum(raw[:(raw[0] & 15) * 4]) == 0
    return raw[20:(raw[0] & 15) * 4]


def is_now(stamp):
    late = (int(time.time() * 1000) - int.from_bytes(stamp, "big")) % DAY
    return min(late, DAY - late) < 60000


@test
def recorded_route(l):
    """IP4-12 ICMP4-01 an echo's record route has the host on the way there and back, as far as there is room"""
    assert echo_options(l, bytes([RR, 11, 4]) + bytes(8)) == bytes([RR, 11, 12]) + OWN + OWN + b"\0"
    assert echo_options(l, bytes([RR, 7, 4]) + bytes(4)) == bytes([RR, 7, 8]) + OWN + b"\0"
    assert echo_options(l, bytes([RR, 11, 8]) + OTHER + bytes(4)) == bytes([RR, 11, 12]) + OTHER + OWN + b"\0"
    assert echo_options(l, bytes([RR, 7, 8]) + OTHER) == bytes([RR, 7, 8]) + OTHER + b"\0"
    assert echo_options(l, bytes([NOP, RR, 7, 4]) + bytes(4)) == bytes([RR, 7, 8]) + OWN + b"\0"
    assert echo_options(l, bytes([NOP] * 4)) == b"" and echo_options(l, bytes([ALERT, 4, 0, 0])) == b""


@test
def recorded_time(l):
    """IP4-12 time stamps: alone, with addresses, of named hosts; who finds no room is counted"""
    o = echo_options(l, bytes([TS, 12, 5, 0]) + bytes(8))
    assert o[:4] == bytes([TS, 12, 13, 0]) and is_now(o[4:8]) and is_now(o[8:12])
    o = echo_options(l, bytes([TS, 20, 5, 1]) + bytes(16))
    assert o[:8] == bytes([TS, 20, 21, 1]) + OWN and is_now(o[8:12]) and o[12:16] == OWN and is_now(o[16:20])
    o = echo_options(l, bytes([TS, 20, 5, 3]) + OWN + bytes(4) + OTHER + bytes(4))
    assert o[:8] == bytes([TS, 20, 13, 3]) + OWN and is_now(o[8:12]) and o[12:] == OTHER + bytes(4)
    other = bytes([TS, 12, 5, 3]) + OTHER + bytes(4)
    assert echo_options(l, other) == other
    full = bytes([4, 3, 2, 1])
    assert echo_options(l, bytes([TS, 8, 9, 0x20]) + full) == bytes([TS, 8, 9, 0x30]) + full
    assert echo_options(l, bytes([TS, 8, 9, 0xe0]) + full) == bytes([TS, 8, 9, 0xf0]) + full
    o = echo_options(l, bytes([TS, 8, 5, 0]) + bytes(4) + bytes([RR, 7, 4]) + bytes(4))
    assert o[:7] == bytes([RR, 7, 8]) + OWN and o[7:11] == bytes([TS, 8, 9, 0]) and is_now(o[11:15])


@test
def recorded_broadcast(l):
    """IP4-12 ICMP4-03 what is asked of all has the address of who answers"""
    l.sysctl("net.ipv4.icmp_echo_ignore_broadcasts", 0)
    try:
        o = echo_options(l, bytes([RR, 11, 4]) + bytes(8), dst="10.77.0.255", mac="ff:ff:ff:ff:ff:ff")
    finally:
        l.sysctl("net.ipv4.icmp_echo_ignore_broadcasts", 1)
    assert o == bytes([RR, 11, 12]) + OWN + OWN + b"\0"


@test
def reply_to_all(l):
    """ICMP4-03 an echo reply, or an error, to a group or by broadcast comes to no socket"""
    l.sysctl("net.ipv4.ping_group_range", "0 2147483647")
    a = l.agent()
    a.socket("p", "AF_INET", "SOCK_DGRAM", 1)
    a.bind("p", ("0.0.0.0", 4711))
    a.socket("u", "AF_INET", "SOCK_DGRAM")
    a.bind("u", (STACK4, 4712))
    a.connect("u", (TEST4, 9))
    before = l.mib("Icmp.InErrors")
    quoted = IP(src=STACK4, dst=TEST4) / UDP(sport=4712, dport=9) / Raw(b"q")
    for dst, mac in (("10.77.0.255", "ff:ff:ff:ff:ff:ff"), ("255.255.255.255", "ff:ff:ff:ff:ff:ff"),
                     ("224.0.0.1", "01:00:5e:00:00:01")):
        for icmp in (ICMP(type=0, id=4711, seq=1) / Raw(b"x"), ICMP(type=3, code=3) / quoted):
            l.send(Ether(src=MAC_TEST, dst=mac) / IP(src=TEST4, dst=dst) / icmp)
    l.barrier()
    assert not a.wait("p", select.POLLIN, 200)
    assert a.getsockopt("u", socket.SOL_SOCKET, socket.SO_ERROR) == 0
    assert l.mib("Icmp.InErrors") == before + 6
    l.send(IP(src=TEST4, dst=STACK4) / ICMP(type=0, id=4711, seq=1) / Raw(b"x"))
    l.barrier()
    assert a.wait("p", select.POLLIN, 2000)


# -- extensions of ICMP errors (RFC 4884) ----------------------------------------------------------

def extension(objects=((8, b"\1\2\3\4"),), version=2, bad_sum=False, no_sum=False):
    body = b"".join(struct.pack("!HBB", n, 1, 1) + data for n, data in objects)
    ext = struct.pack("!BBH", version << 4, 0, 0) + body
    check = 0 if no_sum else inet_sum(ext) ^ (0x1111 if bad_sum else 0)
    return ext[:2] + struct.pack("!H", check) + body


def extended_error(v6, sport, dport, length, ext, datagram=128):
    """An error that quotes so many octets of a datagram, says that they are length words, and goes on with ext."""
    head = IPv6(src=STACK6, dst=TEST6) if v6 else IP(src=STACK4, dst=TEST4)
    quoted = bytes(head / UDP(sport=sport, dport=dport) / Raw(b"q" * 200))[:datagram]
    if v6:
        return IPv6(src=TEST6, dst=STACK6) / ICMPv6DestUnreach(code=4, length=length) / Raw(quoted + ext)
    return IP(src=TEST4, dst=STACK4) / ICMP(type=3, code=3, length=length) / Raw(quoted + ext)


def told(l, a, v6, packet):
    """(offset, flags) of what the error queue says of an extension, and the data."""
    l.send(packet)
    l.barrier()
    assert a.wait("u", select.POLLERR, 10000) & select.POLLERR
    data, anc, _, _ = a.recvmsg("u", 1500, 512, MSG_ERRQUEUE)
    value = {(x, y): z for x, y, z in anc}[(41, 25) if v6 else (0, 11)]
    return struct.unpack_from("HB", value, 12), data


@both
def icmp_extension(l, v6):
    """IP_RECVERR_RFC4884, IPV6_RECVERR_RFC4884: where behind the quoted datagram its extension is, and whether it is bad"""
    a = l.agent()
    level, recverr, option = (41, 25, 31) if v6 else (0, 11, 26)
    unit, hdrs = (8, 48) if v6 else (4, 28)
    a.socket("u", "AF_INET6" if v6 else "AF_INET", "SOCK_DGRAM")
    a.bind("u", (stack_addr(v6), 0))
    port = a.getsockname("u")[1]
    a.setsockopt("u", level, recverr, 1)

    def say(ext, length=128 // unit, datagram=128):
        return told(l, a, v6, extended_error(v6, port, 7, length, ext, datagram))[0]

    good = extension()
    assert say(good) == (0, 0), "not asked for"
    a.setsockopt("u", level, option, 1)
    where, data = told(l, a, v6, extended_error(v6, port, 7, 128 // unit, good))
    assert where == (128 - hdrs, 0) and data[where[0]:] == good, (where, data)
    assert say(extension(no_sum=True)) == (128 - hdrs, 0)
    assert say(extension(((4, b""), (12, b"12345678")))) == (128 - hdrs, 0)
    assert say(extension(), 160 // unit, 160) == (160 - hdrs, 0)
    for unjudged in (extension(()), extension(version=1, bad_sum=True), extension(version=3)):
        assert say(unjudged) == (128 - hdrs, 0), unjudged
    for bad in (extension(bad_sum=True), extension(((12, b"1234"),)), extension(((2, b""),)), extension() + b"\0"):
        assert say(bad) == (128 - hdrs, 1), bad
    assert say(good, 0) == (0, 0) and say(good, 120 // unit, 120) == (0, 0), "shorter than RFC 4884 4 allows"
    assert say(b"", 128 // unit) == (0, 0) and say(b"\x20\0", 128 // unit) == (0, 0), "nothing there"
    a.close("u")


LABEL = 0x12345


def labelled(l, l4, match):
    """The flow label of what answers it, sent with LABEL."""
    f = l.exchange(IPv6(src=TEST6, dst=STACK6, fl=LABEL) / l4, match)
    assert f
    return f[IPv6].fl


def listening(a, name, port):
    a.socket(name, "AF_INET6", "SOCK_STREAM")
    a.bind(name, (STACK6, port))
    a.listen(name, 5)


@test
def labels_reflected(l):
    """a flow label comes back in the SYN,ACK and the connection, in resets, and in echo replies, as a setting says"""
    def syn(sport, dport):
        return TCP(sport=sport, dport=dport, flags="S", seq=1)

    def syn_ack(f):
        return TCP in f and f[TCP].flags == "SA"

    def reset(f):
        return TCP in f and f[TCP].flags.R

    def reply(f):
        return ICMPv6EchoReply in f

    a, echo = l.agent(), ICMPv6EchoRequest(id=7, seq=1, data=b"x")
    listening(a, "l", 8700)
    assert labelled(l, syn(4443, 8700), syn_ack) != LABEL
    l.send(IPv6(src=TEST6, dst=STACK6) / TCP(sport=4443, dport=8700, flags="R", seq=2))
    try:
        l.sysctl("net.ipv6.flowlabel_reflect", 1)       # streams, from now on
        listening(a, "k", 8701)
        f = l.exchange(IPv6(src=TEST6, dst=STACK6, fl=LABEL) / syn(4444, 8701), syn_ack)
        assert f and f[IPv6].fl == LABEL
        rest = TCP(sport=4444, dport=8701, flags="PA", seq=2, ack=f[TCP].seq + 1) / Raw(b"data")
        assert labelled(l, rest, lambda f: TCP in f and f[TCP].ack == 6) == LABEL, "the connection's"
        assert labelled(l, syn(4445, 8702), reset) != LABEL
        assert labelled(l, echo, reply) != LABEL
        l.sysctl("net.ipv6.flowlabel_reflect", 6)       # resets, echo replies
        assert labelled(l, syn(4446, 8702), reset) == LABEL
        assert labelled(l, echo, reply) == LABEL
        l.sysctl("net.ipv6.flowlabel_reflect", 0)
        l.sysctl("net.ipv6.flowlabel_state_ranges", 1)  # chosen ones have the upper half
        assert all(labelled(l, syn(p, 8702), reset) & 0x80000 for p in range(5000, 5020))
    finally:
        l.sysctl("net.ipv6.flowlabel_reflect", 0)
        l.sysctl("net.ipv6.flowlabel_state_ranges", 0)


if __name__ == "__main__":
    lab.main()
