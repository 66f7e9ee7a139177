#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The packet device as a user meets it: beside a kernel that must keep silent, and back after the
interface was down. And parts of the other suites, on devices other than the TAP."""
import os
import re
import subprocess
import sys
import time

os.environ.setdefault("NETSTACK_TEST_DEV", "packet")
import lab  # noqa: E402
from lab import STACK4, TAP, Skip, ip, test  # noqa: E402
from scapy.all import ARP, ICMP, TCP, Ether, ICMPv6EchoReply, ICMPv6EchoRequest  # noqa: E402

STK = f"{TAP}s"
HERE = os.path.dirname(os.path.abspath(__file__))
ELSEWHERE = [("packet-v3", "conformance/test_link.py"), ("packet-recv", "conformance/test_icmp.py"),
             ("packet-v3-ring", "conformance/test_link.py"),
             ("e1000-packet", "conformance/test_link.py"), ("e1000-packet", "conformance/test_vlan.py"),
             ("packet", "conformance/test_vlan.py"), ("packet-mq", "conformance/test_link.py"),
             ("packet", "conformance/test_host.py"), ("xdp", "conformance/test_host.py"),
             ("xdp", "conformance/test_link.py"), ("xdp-mq", "conformance/test_link.py"),
             ("tap-mq", "conformance/test_link.py"), ("igb", "conformance/test_vlan.py"),
             ("igb-mq", "conformance/test_link.py"), ("igb-packet", "conformance/test_icmp.py"),
             ("igbvf", "conformance/test_link.py"), ("igbvf", "conformance/test_vlan.py"), ("veth", "conformance/test_link.py"), ("veth", "conformance/test_vlan.py"),
             ("tap-w2", "conformance/test_link.py"), ("tap-w2", "conformance/test_icmp.py"), ("tap-w4", "conformance/test_udp.py"),
             ("packet-w2", "conformance/test_link.py"), ("packet-w2", "conformance/test_vlan.py"),
             ("e1000-w2", "conformance/test_link.py"), ("veth-w2", "conformance/test_link.py")]
if os.environ.get("SIM_LONG"):      # check-long
    ELSEWHERE += [("packet", "apps/test_servers.py"), ("packet-ring", "conformance/test_tcp.py"), ("xdp", "conformance/test_tcp.py"), ("tap-mq", "conformance/test_udp.py"),
                  ("igb-mq", "conformance/test_udp.py"), ("xdp", "apps/test_servers.py"),
                  ("igb-mq", "apps/test_servers.py"), ("veth", "conformance/test_tcp.py"), ("veth", "apps/test_servers.py"),
                  ("igbvf", "conformance/test_tcp.py"), ("igbvf", "apps/test_servers.py"),
                  ("tap-w2", "conformance/test_tcp.py"), ("tap-w2", "conformance/test_sockets.py"),
                  ("tap-w2", "conformance/test_options.py"), ("tap-w2", "conformance/test_capture.py"),
                  ("tap-w4", "apps/test_servers.py"), ("packet-w2", "apps/test_servers.py"),
                  ("e1000-w2", "apps/test_servers.py"), ("xdp-w2", "conformance/test_link.py")]


def eth0(l):
    return next(d for d in l.stat()["devices"] if d["name"] == "eth0")


@test
def kernel_is_silent(l):
    """each question has one answer: the kernel under the stack says nothing"""
    for ask, match in ((ip(False) / ICMP(id=7), lambda f: ICMP in f and f[ICMP].type == 0),
                       (ip(False) / TCP(sport=999, dport=9, flags="S"), lambda f: TCP in f),
                       (Ether(src=lab.MAC_TEST, dst="ff:ff:ff:ff:ff:ff") / ARP(op=1, hwsrc=lab.MAC_TEST, psrc=lab.TEST4, pdst=STACK4),
                        lambda f: ARP in f and f[ARP].op == 2),
                       (ip(True) / ICMPv6EchoRequest(), lambda f: ICMPv6EchoReply in f)):
        assert l.exchange(ask, match), ask.summary()
        assert l.receive(match, 0.2) is None, "a second answer"


@test
def own_frames_do_not_come_back(l):
    """what the stack sends it does not receive"""
    l.drain(0.1)
    before = eth0(l)["stats"]
    for n in range(20):
        assert l.exchange(ip(False) / ICMP(id=8, seq=n), lambda f: ICMP in f)
    after = eth0(l)["stats"]
    sent, got = (after[k] - before[k] for k in ("tx_packets", "rx_packets"))
    assert sent >= 20 and got - sent < 10, (sent, got)


@test
def groups_are_joined(l):
    """ETH-07 the interface lets the groups of the stack in"""
    out = subprocess.run(["ip", "maddr", "show", "dev", STK], check=True, capture_output=True, text=True).stdout
    assert "33:33:ff:00:00:02" in out, out


@test
def interface_down_and_up(l):
    """an interface that goes down and comes back: the stack follows"""
    subprocess.run(["ip", "link", "set", STK, "down"], check=True)
    assert wait(lambda: not eth0(l)["carrier"]), "carrier"
    subprocess.run(["ip", "link", "set", STK, "up"], check=True)
    assert wait(lambda: eth0(l)["carrier"])
    assert wait(lambda: l.exchange(ip(False) / ICMP(id=9), lambda f: ICMP in f, 0.2))


def wait(condition):
    for _ in range(200):
        if condition():
            return True
        time.sleep(0.1)
    return False


def elsewhere(l, dev, script):
    p = subprocess.run([sys.executable, f"{HERE}/../{script}"], capture_output=True, text=True, check=False,
                       env={k: v for k, v in dict(os.environ, NETSTACK_TEST_DEV=dev).items() if k != "NETSTACK_LAB"})
    plan = re.search(r"^1\.\.(\d+)(.*)", p.stdout, re.M)
    if plan and plan[1] == "0":
        raise Skip(plan[2])
    assert p.returncode == 0 and plan, p.stdout[-3000:] + p.stderr[-1000:]
    assert len(re.findall(r"^ok ", p.stdout, re.M)) == int(plan[1])


def register():
    for dev, script in ELSEWHERE:
        def run(l, dev=dev, script=script):
            elsewhere(l, dev, script)
        run.__doc__ = f"{script} over {dev}"
        run.__name__ = f"{dev} {script}"
        test(run)


if __name__ == "__main__":
    register()
    lab.main()
