#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the host does to the interface under the stack while it works: down and up, another MTU, another
name, gone. The device follows as far as its kind can, sockets live on, and the daemon rests."""
import os
import socket
import subprocess
import time

import lab
from lab import STACK4, TAP, TEST4, Skip, both, ip, test
from netdev import KINDS
from scapy.all import ICMP, UDP, ICMPv6EchoReply, ICMPv6EchoRequest, IP, Raw

ON_VETH = "{veth}" in KINDS[lab.DEVICE]     # an interface of the host; else a TAP, whose other end tells nothing
UNDER = f"{TAP}s" if ON_VETH else TAP


def host(*words):
    subprocess.run(["ip", "link", "set", *words], check=True)


def eth0(l):
    return next(d for d in l.stat()["devices"] if d["name"] == "eth0")


def wait(condition):
    for _ in range(200):
        if condition():
            return True
        time.sleep(0.1)
    return False


def rests(l):
    """The daemon sleeps, once all is settled: what it is woken for in half a second is a timer now and then."""
    def wakeups():
        before = l.stat()["daemon"]["wakeups"]
        time.sleep(0.5)
        return l.stat()["daemon"]["wakeups"] - before
    return wait(lambda: wakeups() < 100)


def echo(l, v6=False, size=0):
    if v6:
        return l.exchange(ip(True) / ICMPv6EchoRequest(data=b"x" * size), lambda f: ICMPv6EchoReply in f, 0.3)
    return l.exchange(ip(False) / ICMP(id=3) / Raw(b"x" * size), lambda f: ICMP in f and f[ICMP].type == 0, 0.3)


def rewired(l):
    """The lab's own socket has an error to tell of the time without a network."""
    l.sock.close()
    l.sock = l.wire()


@both
def down_and_up(l, v6):
    """down in mid-traffic, and up again: sockets live on"""
    a = l.agent()
    a.socket("u", "AF_INET", "SOCK_DGRAM")
    host(UNDER, "down")
    for _ in range(300):
        a.sendto("u", b"lost", (TEST4, 9))
    assert rests(l), l.stat()["daemon"]
    if ON_VETH and not lab.DEVICE.startswith(("e1000", "igb")):
        assert not eth0(l)["carrier"]
    host(UNDER, "up")
    rewired(l)
    assert wait(lambda: eth0(l)["carrier"] and echo(l, v6)), eth0(l)
    l.drain(0)
    a.sendto("u", b"after", (TEST4, 9))
    assert l.receive(lambda f: UDP in f and bytes(f[UDP].payload)[:5] == b"after")
    a.close("u")


@test
def other_mtu(l):
    """a smaller MTU of the interface is the device's, and a larger one again"""
    if not ON_VETH or lab.DEVICE.startswith(("e1000", "igb")):
        raise Skip("the kind does not see it")
    a = l.agent()
    a.socket("u", "AF_INET", "SOCK_DGRAM")
    host(UNDER, "mtu", "1300")
    assert wait(lambda: eth0(l)["mtu"] == 1300), eth0(l)
    a.setsockopt("u", socket.IPPROTO_IP, 10, 0)         # IP_MTU_DISCOVER: DONT
    a.sendto("u", b"x" * 1400, (TEST4, 9))
    first = l.receive(lambda f: IP in f and f[IP].src == STACK4 and f[IP].proto == 17)
    assert first and first[IP].flags.MF and first[IP].len <= 1300
    a.close("u")
    host(UNDER, "mtu", "1500")
    assert wait(lambda: eth0(l)["mtu"] == 1500), eth0(l)
    r = echo(l, size=1400)
    assert r and not r[IP].flags.MF


@test
def other_name(l):
    """an interface that is renamed is the same"""
    if not ON_VETH:
        raise Skip("a TAP's name does not matter")
    host(UNDER, "down")
    host(UNDER, "name", "renamed")
    host("renamed", "up")
    rewired(l)
    assert wait(lambda: eth0(l)["carrier"] and echo(l)), eth0(l)
    if lab.DEVICE.startswith(("packet", "xdp")):
        host("renamed", "mtu", "1400")
        assert wait(lambda: eth0(l)["mtu"] == 1400), eth0(l)
        host("renamed", "mtu", "1500")
        assert wait(lambda: eth0(l)["mtu"] == 1500), eth0(l)


@test
def deleted(l):
    """deleted in mid-traffic: no carrier, calls do not hang, the daemon rests and ends as ever"""
    a = l.agent()
    a.socket("u", "AF_INET", "SOCK_DGRAM")
    a.socket("c", "AF_INET", "SOCK_STREAM")
    assert a.errno("connect", "c", (TEST4, 9)) == "EINPROGRESS"
    for _ in range(50):
        l.send(ip(False) / UDP(sport=9, dport=9) / Raw(b"x" * 1000))
    subprocess.run(["ip", "link", "del", TAP], check=True)
    for _ in range(1000):                               # a card's driver lets packets wait for a moment
        assert a.errno("sendto", "u", b"x" * 500, (TEST4, 9)) in (None, "EAGAIN")
    if lab.DEVICE != "veth":                            # whose own cable is whole
        assert wait(lambda: not eth0(l)["carrier"]), eth0(l)
    assert wait(lambda: a.errno("sendto", "u", b"x" * 500, (TEST4, 9)) is None)
    assert rests(l), l.stat()["daemon"]
    l.barrier()
    assert a.errno("recv", "u", 10) == "EAGAIN"
    a.close("c")
    a.close("u")
    assert not os.path.exists(f"/sys/class/net/{TAP}")


if __name__ == "__main__":
    lab.main()
