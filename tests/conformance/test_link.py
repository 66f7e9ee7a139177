#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Ethernet, ARP and neighbour discovery from outside."""
import json
import subprocess

import lab
from lab import (MAC_STACK, MAC_TEST, STACK4, STACK6, TEST4, TEST6, both, from_stack, ip, test)
from scapy.all import (ARP, ICMP, TCP, UDP, Ether, ICMPv6EchoRequest, ICMPv6EchoReply, ICMPv6ND_NA, ICMPv6ND_NS,
                       ICMPv6NDOptDstLLAddr, ICMPv6NDOptSrcLLAddr, IP, IPv6, Raw, in6_getnsma, in6_getnsmac,
                       inet_ntop, inet_pton)
import socket
from netdev import QUEUES

OTHER4, OTHER6, MAC_OTHER = "10.77.0.30", "fd77::30", "02:00:00:00:00:30"


def arp_reply(f):
    return ARP in f and f[ARP].op == 2


def who_has(target, **kw):
    fields = {"op": 1, "hwsrc": MAC_OTHER, "psrc": OTHER4, "pdst": target, **kw}
    return Ether(src=MAC_OTHER, dst="ff:ff:ff:ff:ff:ff") / ARP(**fields)


@test
def arp_request(l):
    """ARP-01 a request for our address is answered by unicast"""
    r = l.exchange(who_has(STACK4), arp_reply)
    assert r and r[ARP].hwsrc == MAC_STACK and r[ARP].psrc == STACK4
    assert r.dst == MAC_OTHER and r[ARP].hwdst == MAC_OTHER and r[ARP].pdst == OTHER4


@test
def arp_padding(l):
    """ETH-03 the padding of an ARP reply is zero"""
    r = l.exchange(who_has(STACK4), arp_reply)
    assert not bytes(r)[42:].strip(b"\0")


@test
def arp_other(l):
    """ARP-01 a request for a foreign address is not answered"""
    assert l.silent(who_has("10.77.0.77"), arp_reply)


@test
def arp_malformed(l):
    """ARP-02 wrong hardware type, protocol type, lengths, or a short packet: dropped"""
    for kw in ({"hwtype": 7}, {"ptype": 0x86dd}, {"hwlen": 8}, {"plen": 16}):
        assert l.silent(who_has(STACK4, **kw), arp_reply, 0.1), kw
    whole = bytes(who_has(STACK4))
    for n in range(14, 42, 3):
        assert l.silent(Ether(whole[:n]), arp_reply, 0.02), n


@test
def arp_bad_sender(l):
    """ARP-09 a sender address of multicast or broadcast hardware, or a group: no entry is made"""
    if l.oracle:
        raise lab.Skip("stricter than Linux")
    l.send(who_has(STACK4, hwsrc="ff:ff:ff:ff:ff:ff", psrc="10.77.0.60"))
    l.send(who_has(STACK4, psrc="224.0.0.5"))
    l.barrier()
    assert not {"10.77.0.60", "224.0.0.5"} & set(l.neighbours())


@test
def arp_probe(l):
    """ARP-04 a probe (sender 0.0.0.0) for our address is answered and makes no entry"""
    r = l.exchange(who_has(STACK4, psrc="0.0.0.0"), arp_reply)
    assert r and r[ARP].pdst == "0.0.0.0"
    assert "0.0.0.0" not in l.neighbours()


@test
def arp_unasked(l):
    """ARP-06 a reply that nobody asked for creates nothing"""
    l.send(Ether(src=MAC_OTHER, dst=MAC_STACK) /
           ARP(op=2, hwsrc=MAC_OTHER, psrc="10.77.0.61", hwdst=MAC_STACK, pdst=STACK4))
    l.barrier()
    assert "10.77.0.61" not in l.neighbours()


@test
def arp_gratuitous(l):
    """ARP-05 a gratuitous ARP creates no entry"""
    l.send(who_has("10.77.0.62", psrc="10.77.0.62"))
    l.barrier()
    assert "10.77.0.62" not in l.neighbours()


@test
def arp_static(l):
    """ARP-07 a permanent entry is not overwritten"""
    l.send(who_has(STACK4, hwsrc=MAC_OTHER, psrc=TEST4))
    l.barrier()
    assert l.neighbours()[TEST4]["lladdr"] == MAC_TEST


@test
def arp_learns(l):
    """ARP-01 the sender of a request for us becomes a neighbour, which traffic then uses"""
    l.send(who_has(STACK4))
    r = l.exchange(Ether(src=MAC_OTHER, dst=MAC_STACK) / IP(src=OTHER4, dst=STACK4) / ICMP(id=5),
                   lambda f: ICMP in f and f[ICMP].type == 0)
    assert r and r.dst == MAC_OTHER


@test
def arp_fails(l):
    """ARP-03 resolution: three broadcast requests, a second apart, then EHOSTUNREACH"""
    a = l.agent()
    a.socket("s", "AF_INET", "SOCK_STREAM")
    l.drain(0)
    a.errno("connect", "s", ("10.77.0.70", 80))
    asked = [l.receive(lambda f: ARP in f and f[ARP].pdst == "10.77.0.70") for _ in range(3)]
    assert all(asked), "fewer than three requests"
    assert all(f.dst == "ff:ff:ff:ff:ff:ff" for f in asked)
    assert a.wait("s", 4, 10000), "connect() did not fail"
    err = a.getsockopt("s", socket.SOL_SOCKET, socket.SO_ERROR)
    assert err == 113, err


@test
def foreign_mac(l):
    """ETH-04 a frame for another station is dropped"""
    p = Ether(src=MAC_TEST, dst="02:00:00:00:00:77") / IP(src=TEST4, dst=STACK4) / ICMP()
    assert l.silent(p, from_stack(False))


@test
def trailing_pad(l):
    """ETH-02 octets behind the IP datagram are not part of it"""
    p = Ether(src=MAC_TEST, dst=MAC_STACK) / IP(src=TEST4, dst=STACK4, len=30) / ICMP(id=7) / Raw(b"ab" + b"X" * 20)
    del p[ICMP].chksum
    good = IP(src=TEST4, dst=STACK4) / ICMP(id=7) / Raw(b"ab")
    frame = Ether(src=MAC_TEST, dst=MAC_STACK) / Raw(bytes(good) + b"X" * 20)
    frame.type = 0x800
    r = l.exchange(frame, lambda f: ICMP in f and f[ICMP].type == 0)
    assert r and r[IP].len == 30 and bytes(r[ICMP].payload)[:2] == b"ab"


@test
def short_frames(l):
    """ETH-01 truncated frames of every length are dropped and the stack lives"""
    for whole in (bytes(Ether(src=MAC_TEST, dst=MAC_STACK) / ip(False) / ICMP()),
                  bytes(Ether(src=MAC_TEST, dst=MAC_STACK) / ip(True) / ICMPv6EchoRequest())):
        for n in range(14, len(whole)):
            l.sock.outs.send(whole[:n])
    l.drain(0.1)
    assert l.exchange(ip(False) / ICMP(), lambda f: ICMP in f and f[ICMP].type == 0)


# -- neighbour discovery -----------------------------------------------------------------------

def ns(target=STACK6, src=OTHER6, dst=None, lla=True, **hdr):
    group = inet_ntop(socket.AF_INET6, in6_getnsma(inet_pton(socket.AF_INET6, target)))
    ip6 = IPv6(src=src, dst=dst or group, hlim=255)
    for k, v in hdr.items():
        setattr(ip6, k, v)
    p = Ether(src=MAC_OTHER, dst=in6_getnsmac(in6_getnsma(inet_pton(socket.AF_INET6, target)))) / ip6 / \
        ICMPv6ND_NS(tgt=target)
    return p / ICMPv6NDOptSrcLLAddr(lladdr=MAC_OTHER) if lla else p


def is_na(f):
    return ICMPv6ND_NA in f


@test
def nd_answer(l):
    """ND-06 a solicitation is answered: solicited, override, our link-layer address; entry STALE"""
    r = l.exchange(ns(), is_na)
    assert r and r[ICMPv6ND_NA].S == 1 and r[ICMPv6ND_NA].O == 1 and r[ICMPv6ND_NA].R == 0
    assert r[ICMPv6NDOptDstLLAddr].lladdr == MAC_STACK and r[IPv6].hlim == 255 and r.dst == MAC_OTHER
    assert l.neighbours()[OTHER6]["state"] in ("STALE", "DELAY", "REACHABLE")


@test
def nd_dad_probe(l):
    """ND-24 a probe from :: for our address is answered to all nodes, not solicited"""
    r = l.exchange(ns(src="::", lla=False), is_na)
    assert r and r[IPv6].dst == "ff02::1" and r[ICMPv6ND_NA].S == 0


@test
def nd_dad_with_lla(l):
    """ND-02 a solicitation from :: with a link-layer address, or not to the group: dropped"""
    assert l.silent(ns(src="::", lla=True), is_na)
    assert l.silent(ns(src="::", dst=STACK6, lla=False), is_na)


@test
def nd_invalid(l):
    """ND-01 hop limit, code, checksum, length, option of length 0: dropped"""
    assert l.silent(ns(hlim=254), is_na, 0.1)
    bad = ns()
    bad[ICMPv6ND_NS].code = 1
    assert l.silent(bad, is_na, 0.1)
    bad = ns()
    bad[ICMPv6ND_NS].cksum = 0x1234
    assert l.silent(bad, is_na, 0.1)
    bad = ns()
    bad[ICMPv6NDOptSrcLLAddr].len = 0
    assert l.silent(bad, is_na, 0.1)
    assert l.silent(ns(target="ff02::5"), is_na, 0.1)


@test
def nd_unasked(l):
    """ND-11 an unsolicited advertisement creates no entry"""
    l.send(Ether(src=MAC_OTHER, dst="33:33:00:00:00:01") / IPv6(src="fd77::61", dst="ff02::1", hlim=255) /
           ICMPv6ND_NA(tgt="fd77::61", R=0, S=0, O=1) / ICMPv6NDOptDstLLAddr(lladdr=MAC_OTHER))
    l.barrier()
    assert "fd77::61" not in l.neighbours()


@test
def nd_resolves(l):
    """ND-05 an unknown neighbour is asked for at its solicited-node group, three times"""
    a = l.agent()
    a.socket("s", "AF_INET6", "SOCK_STREAM")
    l.drain(0)
    a.errno("connect", "s", ("fd77::70", 80))
    for _ in range(3):
        f = l.receive(lambda f: ICMPv6ND_NS in f and f[ICMPv6ND_NS].tgt == "fd77::70")
        assert f and f[IPv6].dst == "ff02::1:ff00:70" and f.dst == "33:33:ff:00:00:70"
        assert f[ICMPv6NDOptSrcLLAddr].lladdr == MAC_STACK
    assert a.wait("s", 4, 10000)
    assert a.getsockopt("s", socket.SOL_SOCKET, socket.SO_ERROR) == 113


@test
def nd_used(l):
    """ND-07 a solicited advertisement makes the entry REACHABLE, and queued packets leave"""
    a = l.agent()
    a.socket("u", "AF_INET6", "SOCK_DGRAM")
    l.drain(0)
    a.sendto("u", b"queued", ("fd77::71", 9))
    f = l.receive(lambda f: ICMPv6ND_NS in f and f[ICMPv6ND_NS].tgt == "fd77::71")
    assert f
    r = l.exchange(Ether(src="02:00:00:00:00:71", dst=MAC_STACK) / IPv6(src="fd77::71", dst=f[IPv6].src, hlim=255) /
                   ICMPv6ND_NA(tgt="fd77::71", R=0, S=1, O=1) / ICMPv6NDOptDstLLAddr(lladdr="02:00:00:00:00:71"),
                   lambda f: UDP in f)
    assert r and bytes(r[UDP].payload) == b"queued" and r.dst == "02:00:00:00:00:71"
    assert l.neighbours()["fd77::71"]["state"] == "REACHABLE"


@test
def ethtool_data(l):
    """netstack stat --dev: driver, link, features, rings, statistics, as text and as JSON"""
    d = json.loads(l.cli("stat", "--dev", "--json", "eth0"))["devices"]
    assert len(d) == 1 and d[0]["name"] == "eth0"
    d = d[0]
    kind = lab.DEVICE.split("-")[0]
    assert d["driver"]["name"] == kind and d["link"]["detected"] is True and d["link"]["duplex"] == "full"
    tso = d["features"]["tx-tcp-segmentation"].startswith("on")
    gro = "off" if kind == "veth" or (kind == "tap" and tso) else "on"      # what comes is large already
    assert d["features"]["generic-receive-offload"].startswith(gro) and "[fixed]" in d["features"]["loopback"]
    assert d["rings"]["tx"] >= 64 and d["channels"]["combined"] == QUEUES and d["statistics"]
    if kind == "igb":
        assert len(d["rss"]["key"].split(":")) == 40 and d["rss"]["hash_function"] == "toeplitz"
        assert d["rss"]["indirection"] == [i % QUEUES for i in range(128)]
        assert f"TXDCTL{QUEUES - 1}" in d["registers"] and f"TXDCTL{QUEUES}" not in d["registers"]
    if kind == "igbvf":
        assert "passed" in str(d["self_test"]) or "up" in d["self_test"]
        assert d["registers"]["VTSTATUS"].startswith("0x00008: ") and d["link"]["speed_mbit"] == 1000
    if kind in ("e1000", "igb"):
        assert d["link"]["speed_mbit"] == 1000 and d["coalesce"] and len(d["eeprom"].split()) == 64
        assert d["registers"]["STATUS"].startswith("0x00008: ") and "up" in d["self_test"]
        assert sum(int(w, 16) for w in d["eeprom"].split()) & 0xffff == 0xbaba
    assert len(d["queues"]["rx"]) == len(d["queues"]["tx"]) == QUEUES
    text = l.cli("stat", "--dev")
    assert "eth0:\n" in text and "lo:\n" in text and f"name: {kind}\n" in text
    p = subprocess.run([f"{l.build}/netstack", "stat", "--control", l.control, "--dev", "nonesuch"], capture_output=True, check=False)
    assert p.returncode == 1 and b"No such device" in p.stderr


@test
def flows_spread_over_the_queues(l):
    """each flow has its queue, in both directions; several flows use several"""
    def packets():
        q = json.loads(l.cli("stat", "--dev", "--json", "eth0"))["devices"][0]["queues"]
        return [[x["packets"] for x in q[way]] for way in ("rx", "tx")]

    before = packets()
    for port in range(3000, 3032):
        assert l.exchange(ip(False) / TCP(sport=port, dport=9, flags="S"), lambda f, p=port: TCP in f and f[TCP].dport == p)
    for was, now in zip(before, packets()):
        grown = [b - a for a, b in zip(was, now)]
        assert sum(grown) >= 32, grown
        assert len([n for n in grown if n >= 2]) >= min(QUEUES, 2), grown


@test
def promiscuous_by_ioctl(l):
    """IFF_PROMISC that a program sets reaches a card's filter, and leaves it again"""
    a = l.agent()
    a.socket("u", "AF_INET", "SOCK_DGRAM")

    def arrive():
        def frames():
            d = json.loads(l.cli("stat", "--dev", "--json", "eth0"))["devices"][0]
            return sum(q["packets"] for q in d["queues"]["rx"])

        before = frames()
        for _ in range(60):
            l.send(Ether(src="02:00:00:00:00:73", dst="02:00:00:00:00:72") / IP(dst="10.77.0.99") / UDP(dport=9))
        l.barrier()
        return frames() - before

    filters = lab.DEVICE.split("-")[0] in ("e1000", "igb", "igbvf")
    assert arrive() < 60 or not filters
    a.promisc("u", "eth0", True)
    assert arrive() >= 60 or lab.DEVICE == "igbvf"      # which is not let see others' frames
    a.promisc("u", "eth0", False)
    assert arrive() < 60 or not filters


if __name__ == "__main__":
    lab.main()
