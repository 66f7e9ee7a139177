#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""VLANs from outside: 802.1Q and 802.1ad, demultiplexed by tag, with the kernel's own VLAN devices as a
peer for what is offloaded.

    eth0     10.77.0.2     untagged, as in the other suites
    eth0.5   10.75.0.2     802.1Q 5, priority maps; fd75::2
    s7       10.76.0.2     802.1ad 7, its own hardware address
    s7.8     10.78.0.2     802.1Q 8 within it
    eth0.9   10.79.0.2     MTU 1400
"""
import json
import os
import socket
import subprocess

import lab
from lab import MAC_STACK, MAC_TEST, STACK4, TAP, TEST4, Skip, both, test
from scapy.all import ARP, ICMP, Dot1AD, Dot1Q, Ether, ICMPv6EchoReply, ICMPv6EchoRequest, IP, IPv6, Raw, raw

# A virtual function has one address; another one makes a card promiscuous, and its filter is off then.
MAC_S7 = MAC_STACK if lab.DEVICE in ("igbvf", "e1000") else "02:00:00:00:00:77"
ARGS = ("--dev", "vlan:eth0.5,ingress=3:6/5:7,egress=6:3/7:5", "--addr", "10.75.0.2/24%eth0.5", "--addr", "fd75::2/64%eth0.5",
        "--neigh", f"10.75.0.9={MAC_TEST}%eth0.5", "--neigh", f"fd75::9={MAC_TEST}%eth0.5",
        "--dev", f"vlan:eth0.7,name=s7,proto=802.1ad,mac={MAC_S7}", "--addr", "10.76.0.2/24%s7", "--neigh", f"10.76.0.9={MAC_TEST}%s7",
        "--dev", "vlan:s7.8", "--addr", "10.78.0.2/24%s7.8", "--neigh", f"10.78.0.9={MAC_TEST}%s7.8",
        "--dev", "vlan:eth0.9,mtu=1400,reorder=off", "--addr", "10.79.0.2/24%eth0.9", "--neigh", f"10.79.0.9={MAC_TEST}%eth0.9")


def eth(dst=MAC_STACK):
    return Ether(src=MAC_TEST, dst=dst)


def echo(net, size=8, **kw):
    return IP(src=f"10.{net}.0.9", dst=f"10.{net}.0.2", **kw) / ICMP(id=net) / Raw(b"v" * size)


def reply(net):
    return lambda f: ICMP in f and f[ICMP].type == 0 and f[IP].src == f"10.{net}.0.2"


def dropped(l, reason):
    return l.stat()["drops"].get(reason, 0)


def filters(l):
    """VLANs that the card lets in; None: it is none, or lets all in."""
    d = json.loads(l.cli("stat", "--dev", "eth0", "--json"))["devices"][0]
    assert (d["features"]["rx-vlan-filter"] == "on [fixed]") == ("vlan_filter" in d) == lab.PADS, d
    found = d.get("vlan_filter")
    return None if found == "off" else found


def device(l, name):
    return next(d for d in l.stat()["devices"] if d["name"] == name)


@test
def tagged(l):
    """VLAN-01 a tag 8100 goes to its VLAN's device, and the answer carries it"""
    r = l.exchange(eth() / Dot1Q(vlan=5) / echo(75), reply(75))
    assert r and Dot1Q in r and r[Dot1Q].vlan == 5 and r[Dot1Q].prio == 0, r
    assert not l.receive(reply(75), 0.1)
    r = l.exchange(eth() / Dot1Q(vlan=5) / IPv6(src="fd75::9", dst="fd75::2") / ICMPv6EchoRequest(), lambda f: ICMPv6EchoReply in f)
    assert r and r[Dot1Q].vlan == 5


@test
def not_this_vlan(l):
    """VLAN-01 untagged frames, other numbers and other tag types are not the VLAN's"""
    for frame, known in ((eth() / Dot1Q(vlan=6) / echo(75), False), (eth() / Dot1AD(vlan=5) / echo(75), True)):
        before = dropped(l, "VLAN")
        assert l.silent(frame, reply(75), 0.15), frame.summary()
        assert dropped(l, "VLAN") == before + (known or not filters(l)), "a card keeps it from us"
    # The address is the host's whatever the device, as in Linux; the answer's tag is that of the route.
    r = l.exchange(eth() / echo(75), reply(75))
    assert r is None or r[Dot1Q].vlan == 5


@test
def filter_of_the_card(l):
    """VLAN-01 the card is told of the VLANs on it, and of none within others'"""
    assert filters(l) == ([0, 5, 9] if lab.PADS and MAC_S7 == MAC_STACK else None)


@test
def promiscuous(l):
    """VLAN-01 a promiscuous device sees all VLANs, and again only its own afterwards"""
    before, a = filters(l), l.agent()
    a.socket("u", "AF_INET", "SOCK_DGRAM")
    for on in (True, False):
        a.promisc("u", "eth0", on)
        seen = dropped(l, "VLAN")
        assert l.silent(eth() / Dot1Q(vlan=6) / echo(75), reply(75), 0.15)
        hidden = lab.DEVICE == "igbvf" or before and not on     # a virtual function has no such mode
        assert dropped(l, "VLAN") == seen + (not hidden), (on, before, hidden, dropped(l, "VLAN"), seen, filters(l))
    assert filters(l) == before


@test
def priority_tag(l):
    """VLAN-01 VID 0 is a priority tag: the frame counts as untagged"""
    for prio in (0, 6):
        r = l.exchange(eth() / Dot1Q(vlan=0, prio=prio) / IP(src=TEST4, dst=STACK4) / ICMP(), lambda f: ICMP in f and f[ICMP].type == 0)
        assert r and Dot1Q not in r
    r = l.exchange(eth() / Dot1Q(vlan=0) / Dot1Q(vlan=5) / echo(75), reply(75))
    assert r and r[Dot1Q].vlan == 5, "a priority tag in front of a VLAN's"


@test
def arp_within(l):
    """VLAN-01 ARP in a VLAN is of the VLAN"""
    ask = Ether(src=MAC_TEST, dst="ff:ff:ff:ff:ff:ff") / Dot1Q(vlan=5) / ARP(op=1, hwsrc=MAC_TEST, psrc="10.75.0.30", pdst="10.75.0.2")
    r = l.exchange(ask, lambda f: ARP in f and f[ARP].op == 2)
    assert r and r[Dot1Q].vlan == 5 and r[ARP].hwsrc == MAC_STACK


@test
def stacked(l):
    """VLAN-02 88a8, and 8100 within it"""
    l.sock.send(eth(MAC_S7) / Dot1AD(vlan=7) / echo(76))
    r = sniff(l, 76)
    assert r and r[Dot1AD].vlan == 7 and r.src == MAC_S7
    l.sock.send(eth(MAC_S7) / Dot1AD(vlan=7) / Dot1Q(vlan=8) / echo(78))
    r = sniff(l, 78)
    assert r and raw(r)[12:14] == b"\x88\xa8" and r[Dot1Q].vlan == 8


def sniff(l, net):
    """A frame that is not from the main hardware address."""
    keep, lab.MAC_STACK = lab.MAC_STACK, MAC_S7
    try:
        return l.receive(reply(net))
    finally:
        lab.MAC_STACK = keep


@test
def three_tags(l):
    """VLAN-02 more than two tags are refused, with a reason"""
    before = dropped(l, "HDR_TRUNC")
    assert l.silent(eth(MAC_S7) / Dot1AD(vlan=7) / Dot1Q(vlan=8) / Dot1Q(vlan=5) / echo(78), lambda f: ICMP in f, 0.15)
    assert dropped(l, "HDR_TRUNC") == before + 1


@test
def truncated_tag(l):
    """VLAN-03 a frame that ends within its tag"""
    before = dropped(l, "HDR_TRUNC")
    for cut in (14, 15, 17):
        l.sock.send(Ether(raw(eth() / Dot1Q(vlan=5) / echo(75))[:cut]))
    l.barrier()
    assert l.exchange(eth() / Dot1Q(vlan=5) / echo(75), reply(75))
    assert dropped(l, "HDR_TRUNC") >= before     # a TAP pads none, a veth may


@test
def mtu(l):
    """VLAN-03 the tag does not count: 1500 octets of IP go through, and a VLAN's own MTU holds"""
    r = l.exchange(eth() / Dot1Q(vlan=5) / echo(75, 1472, flags="DF"), reply(75))
    assert r and len(raw(r)) == 1518
    l.drain(0)
    l.sock.send(eth() / Dot1Q(vlan=9) / echo(79, 1472))
    first = l.receive(lambda f: IP in f and f[IP].src == "10.79.0.2")
    assert first and first[IP].flags.MF and first[IP].len <= 1400 and first[Dot1Q].vlan == 9


@test
def priorities(l):
    """VLAN-03 the priority map out: SO_PRIORITY becomes the code point, others are 0"""
    a = l.agent()
    for prio, code in ((6, 3), (0, 0), (4, 0)):
        a.socket("u", "AF_INET", "SOCK_DGRAM")
        a.setsockopt("u", socket.SOL_SOCKET, socket.SO_PRIORITY, prio)
        l.drain(0)
        a.sendto("u", b"x", ("10.75.0.9", 4000))
        r = l.receive(lambda f: IP in f and f[IP].dst == "10.75.0.9")
        assert r and r[Dot1Q].prio == code and r[Dot1Q].vlan == 5, (prio, r)
        a.close("u")


@both
def kernel_peer(l, v6):
    """VLAN-01 the kernel's VLAN device and ours: a megabyte each way"""
    if not l.kernel_vlan:
        raise Skip("the kernel has no VLANs")
    host, stack = ("fd75::1", "fd75::2") if v6 else ("10.75.0.1", "10.75.0.2")
    s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET)
    s.bind((host, 0))
    s.listen()
    a = l.agent()
    a.socket("c", "AF_INET6" if v6 else "AF_INET", "SOCK_STREAM")
    a.blocking("c", 10)
    a.connect("c", (host, s.getsockname()[1]))
    c, addr = s.accept()
    assert addr[0] == stack
    c.settimeout(10)
    data = bytes(i * 7 & 255 for i in range(1 << 18))
    for _ in range(4):
        a.start("sendall", "c", data)
        got = b""
        while len(got) < len(data):
            got += c.recv(1 << 20)
        a.finish("sendall")
        assert got == data
        c.sendall(data[:100000])
        assert a.recvall("c", 100000) == data[:100000]
    a.close("c")
    c.close()
    s.close()


@test
def counted(l):
    """a VLAN's device counts its own frames"""
    st = device(l, "eth0.5")
    assert st["vlan"]["lower"] == "eth0" and st["vlan"]["id"] == 5
    assert st["stats"]["rx_packets"] > 1 and st["stats"]["tx_packets"] > 1
    assert device(l, "s7.8")["stats"]["rx_packets"] >= 1


class VlanLab(lab.Lab):
    def __init__(self):
        super().__init__(*ARGS, offload=os.environ.get("NETSTACK_TEST_OFFLOAD") == "on")
        add = subprocess.run(["ip", "link", "add", f"{TAP}.5", "link", TAP, "type", "vlan", "id", "5"], check=False, capture_output=True)
        self.kernel_vlan = add.returncode == 0
        for line in (f"link set {TAP}.5 up", f"addr add 10.75.0.1/24 dev {TAP}.5", f"addr add fd75::1/64 dev {TAP}.5 nodad"):
            if self.kernel_vlan:
                subprocess.run(["ip", *line.split()], check=True)


if __name__ == "__main__":
    lab.main(VlanLab)
