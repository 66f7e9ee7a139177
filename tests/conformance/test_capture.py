#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""netstack capture: what is written is pcapng that others read; filters, counts, devices; directions,
sockets and drop reasons are told; a reader that stops or sleeps harms nobody."""
import os
import signal
import struct
import subprocess
import time

import lab
from lab import MAC_TEST, STACK4, TEST4, Skip, ip, test
from netdev import BEHIND
from scapy.all import ICMP, TCP, UDP, Dot1Q, Ether, IP, Raw

SHB, IDB, EPB, ISB = 0x0A0D0D0A, 1, 6, 5


class Packet:
    def __init__(self, interface, data, opts):
        self.interface, self.data, self.comment = interface, data, opts.get(1, b"").decode()
        self.flags = struct.unpack("I", opts[2])[0]
        self.inbound, self.outbound = self.flags & 3 == 1, self.flags & 3 == 2


def options(b):
    out = {}
    while len(b) >= 4:
        code, n = struct.unpack("HH", b[:4])
        if not code:
            break
        out[code] = b[4:4 + n]
        b = b[4 + (n + 3 & ~3):]
    return out


def parse(blob):
    """[Packet...], [(name, linktype)...], {interface: (received, lost)}; checks every length."""
    packets, interfaces, stats = [], [], {}
    assert struct.unpack("I", blob[:4])[0] == SHB, blob[:16]
    while blob:
        kind, total = struct.unpack("II", blob[:8])
        assert total % 4 == 0 and len(blob) >= total and struct.unpack("I", blob[total - 4:total])[0] == total
        body = blob[8:total - 4]
        if kind == IDB:
            interfaces.append((options(body[8:])[2].decode(), struct.unpack("H", body[:2])[0]))
        elif kind == EPB:
            i, _, _, cap, _ = struct.unpack("5I", body[:20])
            packets.append(Packet(interfaces[i], body[20:20 + cap], options(body[20 + (cap + 3 & ~3):])))
        elif kind == ISB:
            o = options(body[12:])
            stats[interfaces[struct.unpack("I", body[:4])[0]]] = struct.unpack("Q", o[4])[0], struct.unpack("Q", o[5])[0]
        blob = blob[total:]
    return packets, interfaces, stats


ONE = ("-i", "eth0") if lab.DEVICE in BEHIND else ()    # a frame passes several devices


class Capture:
    made = 0

    def __init__(self, l, *args):
        Capture.made += 1
        if "-i" not in args:
            args = (*ONE, *args)
        self.path = f"{l.dir}/capture{Capture.made}"
        self.p = subprocess.Popen([f"{l.build}/netstack", "capture", "--control", l.control, "-w", self.path, *args],
                                  stderr=subprocess.PIPE)
        for _ in range(1500):       # until the section header is there, the daemon captures
            if self.p.poll() is not None or os.path.exists(self.path) and os.path.getsize(self.path):
                break
            time.sleep(0.02)

    def stop(self, sig=signal.SIGINT):
        if sig:
            self.p.send_signal(sig)
        assert self.p.wait(30) == 0, self.p.stderr.read()
        with open(self.path, "rb") as f:
            return parse(f.read())


def ping(l, n=1, **kw):
    for i in range(n):
        assert l.exchange(ip(False) / ICMP(id=5, seq=i, **kw), lambda f: ICMP in f)


def until(what):
    """Waits for a condition, 30 s at most."""
    for _ in range(600):
        if what():
            return
        time.sleep(0.05)
    raise AssertionError("waited 30 s")


def echoes(packets):
    return [p for p in packets if ICMP in Ether(p.data)]


@test
def both_ways(l):
    """what comes and what goes, with interface and direction"""
    c = Capture(l)
    ping(l, 3)
    packets, interfaces, stats = c.stop()
    mine = echoes(packets)
    assert len(mine) == 6 and [p.inbound for p in mine] == [True, False] * 3 and mine[1].outbound
    assert all(p.interface == ("eth0", 1) for p in mine) and ("eth0", 1) in interfaces
    assert mine[0].flags >> 2 & 7 == 1, "unicast"
    assert stats[("eth0", 1)][0] >= 6 and stats[("eth0", 1)][1] == 0


@test
def readable_by_tcpdump(l):
    """tcpdump reads it, live from the pipe"""
    cmd = f"{l.build}/netstack capture --control {l.control} {' '.join(ONE)} -c 2 icmp | tcpdump -nr - 2>/dev/null"
    p = subprocess.Popen(cmd, shell=True, stdout=subprocess.PIPE, text=True)
    until(lambda: l.stat()["daemon"]["captures"])
    ping(l)
    out = p.communicate(timeout=30)[0]
    assert "ICMP echo request" in out and "ICMP echo reply" in out, out


@test
def filters_and_counts(l):
    """a filter of libpcap's language, and a number of packets after which it ends"""
    c = Capture(l, "-c", "4", "icmp", "and", "src", TEST4)
    ping(l, 5)
    packets, _, _ = c.stop(None)
    assert len(packets) == 4 and all(p.inbound for p in packets)
    c = Capture(l, "vlan")
    for vid in (0, 5):
        l.sock.send(Ether(src=MAC_TEST, dst=lab.MAC_STACK) / Dot1Q(vlan=vid) / IP(src=TEST4, dst=STACK4) / ICMP())
    ping(l)
    packets, _, _ = c.stop()
    # a VLAN that is not there a card keeps from us
    assert len(packets) == (1 if lab.PADS else 3) and Ether(packets[0].data)[Dot1Q].vlan == 0, [p.comment for p in packets]
    assert lab.PADS or "VLAN" in packets[2].comment, [p.comment for p in packets]


@test
def drops_with_reasons(l):
    """a packet that is dropped is told once more, with the reason"""
    c = Capture(l, "tcp or udp port 9 or icmp[icmptype] == icmp-timxceed")
    l.send(IP(src=TEST4, dst=STACK4) / TCP(sport=1, dport=9, flags="S", chksum=0x1234))
    l.send(Ether(src=MAC_TEST, dst="02:00:00:00:00:77") / IP(src=TEST4, dst=STACK4) / TCP(dport=9))
    l.exchange(ip(False) / UDP(sport=4, dport=9) / Raw(b"x"), lambda f: ICMP in f)
    l.barrier()
    packets, _, _ = c.stop()
    reasons = [p.comment for p in packets if p.comment.startswith("dropped")]
    assert any("TCP_CSUM" in r for r in reasons) and any("NO_SOCKET" in r for r in reasons), reasons
    assert all(Ether(p.data)[IP].dst == STACK4 for p in packets if "TCP_CSUM" in p.comment)
    c = Capture(l, "--no-drops", "tcp")
    l.send(IP(src=TEST4, dst=STACK4) / TCP(sport=1, dport=9, flags="S", chksum=0x1234))
    l.barrier()
    packets, _, _ = c.stop()
    assert len(packets) == 1 and not packets[0].comment


@test
def sockets_are_named(l):
    """a packet that a socket sent names it"""
    a = l.agent()
    a.socket("u", "AF_INET", "SOCK_DGRAM")
    c = Capture(l, "udp port 7000")
    a.sendto("u", b"x", (TEST4, 7000))
    l.receive(lambda f: UDP in f)
    packets, _, _ = c.stop()
    assert len(packets) == 1 and packets[0].comment.startswith("socket "), packets[0].comment
    a.close("u")


@test
def one_device(l):
    """-i is one device of the stack; an unknown one is refused"""
    c = Capture(l, "-i", "lo")
    ping(l)
    packets, _, _ = c.stop()
    assert not echoes(packets)
    p = Capture(l, "-i", "nonesuch").p
    assert p.wait(5) == 1 and b"no device" in p.stderr.read()
    p = Capture(l, "tcp", "and", "and").p
    assert p.wait(5) == 125 and b"pcap-filter" in p.stderr.read()


@test
def sleeping_reader(l):
    """a reader that sleeps loses packets, which are counted, and the stack goes on"""
    c = Capture(l, "--no-drops", "icmp")
    c.p.send_signal(signal.SIGSTOP)
    for _ in range(1500):
        l.send(ip(False) / ICMP(id=6) / Raw(bytes(1400)))
    ping(l)
    c.p.send_signal(signal.SIGCONT)
    packets, _, stats = c.stop()
    got, lost = stats[("eth0", 1)]
    assert lost > 0 and len(packets) + lost == got, (len(packets), got, lost)


@test
def stopped_while_nobody_reads(l):
    """what waits for its reader when it is told to stop is not cut off, and the counts follow it"""
    p = subprocess.Popen([f"{l.build}/netstack", "capture", "--control", l.control, *ONE, "--no-drops", "icmp"],
                         stdout=subprocess.PIPE)
    until(lambda: l.stat()["daemon"]["captures"])
    clients = l.stat()["daemon"]["channels"]
    for _ in range(1500):
        l.send(ip(False) / ICMP(id=6) / Raw(bytes(1400)))
    ping(l)
    p.send_signal(signal.SIGINT)
    until(lambda: l.stat()["daemon"]["channels"] < clients)
    packets, _, stats = parse(p.communicate(timeout=30)[0])
    got, lost = stats[("eth0", 1)]
    assert lost > 0 and len(packets) + lost == got, (len(packets), got, lost)
    until(lambda: not l.stat()["daemon"]["captures"])


@test
def killed_reader(l):
    """a reader that dies ends its capture"""
    c = Capture(l)
    c.p.kill()
    c.p.wait(5)
    ping(l, 3)
    assert l.stat()["daemon"]["captures"] == 0


@test
def from_the_start(l):
    """netstackd --pcap records from its first frame on"""
    path = f"{l.control}.start"
    r, w = os.pipe()
    d = subprocess.Popen([f"{l.build}/netstackd", "--control", f"{l.control}.2", "--dev", "veth:va,peer=vb", "--addr",
                          "10.80.0.1/24%va", "--addr", "fd80::1/64%va", "--pcap", path, "--ready-fd", str(w)], pass_fds=[w])
    os.close(w)
    try:
        assert os.read(r, 1), "it did not start"
    finally:
        os.close(r)
        d.terminate()
        assert d.wait(10) == 0
    with open(path, "rb") as f:
        packets, _, _ = parse(f.read())
    os.unlink(path)
    assert packets


if __name__ == "__main__":
    if not os.access("/usr/bin/tcpdump", os.X_OK):
        raise Skip("needs tcpdump")
    lab.main()
