#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Programs that use packet sockets: arping, scapy, a DHCP client; tcpdump and nmap, which have libpcap make a ring;
trafgen, which sends from one, and netsniff-ng, of which several share what comes."""
import re
import signal
import subprocess
import sys

from applab import HOST, NATIVE, STACK, bracket, families, main, test, wait_for, want

SCAPY = """
import socket, sys, time
from scapy.all import ARP, Ether, ICMP, IP, IPv6, ICMPv6EchoRequest, conf, sr1, srp1, AsyncSniffer
conf.verb = 0
dst, family = sys.argv[1], int(sys.argv[2])
if family == 4:
    who = srp1(Ether(dst="ff:ff:ff:ff:ff:ff") / ARP(pdst=dst), iface="eth0", timeout=10)
    assert who and who.psrc == dst, who
    reply = sr1(IP(dst=dst) / ICMP() / b"ping from scapy", iface="eth0", timeout=10)
else:   # scapy finds no route to the group that it would ask for the neighbour
    reply = srp1(Ether(dst="33:33:ff:00:00:01") / IPv6(src=sys.argv[3], dst=dst) / ICMPv6EchoRequest(data=b"ping from scapy"),
                 iface="eth0", timeout=10)
assert reply and b"ping from scapy" in bytes(reply), reply
heard = AsyncSniffer(iface="eth0", count=2, timeout=10, lfilter=lambda p: b"heard?" in bytes(p))
heard.start()
time.sleep(1)
s = socket.socket(socket.AF_INET if family == 4 else socket.AF_INET6, socket.SOCK_DGRAM)
for _ in range(2):
    s.sendto(b"heard?", (dst, 9))
heard.join()
assert len(heard.results) == 2, heard.results
print("all right")
"""


@families
def scapy(lab, family):
    """scapy asks who has an address, pings with packets of its own making, and sniffs what a socket sends"""
    out = lab.run([sys.executable, "-c", SCAPY, HOST[family], str(family), STACK[family]], shim=True).stdout.decode()
    assert "all right" in out, out


@test
def arping(lab):
    """arping (of iputils): the other side answers; nobody has an address that nobody has"""
    want("arping")
    out = lab.run(["arping", "-I", "eth0", "-c", "3", "-w", "5", HOST[4]], shim=True).stdout.decode()
    assert re.search(r"Received [1-9]\d* response", out) and f"from {STACK[4]} eth0" in out, out
    p = lab.run(["arping", "-D", "-I", "eth0", "-c", "1", "-w", "2", "10.77.0.99"], shim=True, check=False)
    assert p.returncode == 0 and b"Received 0" in p.stdout, p
    p = lab.run(["arping", "-D", "-I", "eth0", "-c", "1", "-w", "2", HOST[4]], shim=True, check=False)
    assert p.returncode == 1, p


@test
def dhclient(lab):
    """dhclient gets a lease from dnsmasq on the other side, by frames of its own making"""
    want("dhclient", "dnsmasq")
    lab.write("script", "#!/bin/sh\necho \"$reason $new_ip_address\" >>" + lab.dir + "/said\n", 0o755)
    server = lab.spawn(["dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--port=0", "--interface=tap0", "--bind-dynamic",
                        "--dhcp-authoritative", f"--dhcp-leasefile={lab.dir}/leases", "--dhcp-range=10.77.0.100,10.77.0.120,1h", "--user=root"])
    client = lab.spawn(["dhclient", "-4", "-1", "-d", "-sf", f"{lab.dir}/script", "-lf", f"{lab.dir}/client.leases",
                        "-pf", f"{lab.dir}/pid", "eth0"], shim=True)
    for _ in range(100):
        try:
            said = open(f"{lab.dir}/said", encoding="ascii").read()
        except FileNotFoundError:
            said = ""
        if "BOUND 10.77.0.1" in said:
            break
        lab.pause(0.2)
    assert re.search(r"BOUND 10\.77\.0\.1[012]\d", said), said
    lab.stop(client)
    lab.stop(server)


def talk(lab, family, count=3, port=8720):
    """Datagrams of the stack's to a port of the other side, which nobody has."""
    lab.run([sys.executable, "-c", f"""
import socket, time
s = socket.socket(socket.AF_INET{"" if family == 4 else "6"}, socket.SOCK_DGRAM)
for i in range({count}):
    try:
        s.sendto(b"talk %d" % i, ("{HOST[family]}", {port}))
    except OSError:
        pass
    time.sleep(0.05)
"""], shim=True)


@families
def tcpdump_live(lab, family):
    """tcpdump -i eth0 with a filter prints what leaves and what comes back, and counts it"""
    want("tcpdump")
    for more in (["--immediate-mode"], []):
        p = lab.spawn(["tcpdump", "-i", "eth0", "-nl", *more, "-c", "3", f"udp port 8720 and {'ip' if family == 4 else 'ip6'}"], shim=True,
                      stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while b"listening on" not in (line := p.stderr.readline()):
            assert line, "tcpdump ended"
        assert b"EN10MB" in line, line
        talk(lab, family)
        out, err = p.communicate(timeout=20)
        lab.children.remove(p)
        assert out.count(b"8720: UDP, length 6") == 3, (out, err)
        assert b"3 packets captured" in err and b"0 packets dropped by kernel" in err, err


@families
def tcpdump_any(lab, family):
    """tcpdump -i any -w: a cooked file that tcpdump reads"""
    want("tcpdump")
    name = f"{lab.dir}/any{family}.pcap"
    p = lab.spawn(["tcpdump", "-i", "any", "-U", "-Z", "root", "-w", name, "udp port 8721"], shim=True, stderr=subprocess.PIPE)
    while b"listening on" not in (line := p.stderr.readline()):
        assert line, "tcpdump ended"
    assert b"LINUX_SLL" in line, line
    talk(lab, family, port=8721)
    lab.pause(1)
    p.send_signal(signal.SIGINT)
    p.communicate(timeout=20)
    lab.children.remove(p)
    text = lab.run(["tcpdump", "-nr", name], shim=True).stdout.decode()	# numbers of devices are the stack's
    seen = [x for x in text.splitlines() if " eth0 " in x and "8721: UDP, length 6" in x]
    assert len(seen) == 3, text


@test
def tcpdump_much(lab):
    """tcpdump: a ring of many rounds loses nothing that it says it has not lost, and its devices are the stack's"""
    want("tcpdump")
    assert "eth0" in lab.run(["tcpdump", "-D"], shim=True).stdout.decode()
    name = f"{lab.dir}/much.pcap"
    p = lab.spawn(["tcpdump", "-i", "eth0", "-U", "-Z", "root", "-B", "512", "-w", name, "icmp"], shim=True, stderr=subprocess.PIPE)
    while b"listening on" not in (line := p.stderr.readline()):
        assert line, "tcpdump ended"
    lab.run(["ping", "-q", "-f", "-c", "2000", "-s", "600", STACK[4]])
    lab.pause(2.5)	# tcpdump has a block wait a second to be full
    p.send_signal(signal.SIGINT)
    err = p.communicate(timeout=20)[1].decode()
    lab.children.remove(p)
    n = {what: int(count) for count, what in re.findall(r"(\d+) packets? (captured|received by filter|dropped by kernel)", err)}
    lines = lab.run(["tcpdump", "-nr", name]).stdout.decode().count("ICMP echo")
    assert lines == n["captured"] and n["captured"] + n["dropped by kernel"] >= 4000, (lines, err)
    assert n["captured"] > 1000, err


def frames(lab, dev, count, **how):
    """trafgen: so many frames of a type of their own from a ring, to everybody"""
    lab.write("frame", "{ 0xff,0xff,0xff,0xff,0xff,0xff, 0x02,0,0,0,0,1, 0x88,0xb5, fill(0x41, 46) }\n")
    return lab.run(["trafgen", "--dev", dev, "--conf", f"{lab.dir}/frame", "--num", str(count), "--cpus", "1"], **how).stdout.decode()


@test
def trafgen_ring(lab):
    """trafgen sends by PACKET_TX_RING: all of more frames than the ring and the send buffer hold reach the other side"""
    want("trafgen", "tcpdump")
    p = lab.spawn(["tcpdump", "-i", "tap0", "-nl", "-c", "5000", "ether proto 0x88b5"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while b"listening on" not in (line := p.stderr.readline()):
        assert line, "tcpdump ended"
    out = frames(lab, "eth0", 5000, shim=True)
    assert "5000 packets outgoing" in out, out
    err = p.communicate(timeout=20)[1]
    lab.children.remove(p)
    assert b"5000 packets captured" in err, err


@test
def netsniff_fanout(lab):
    """netsniff-ng twice in one group (PACKET_FANOUT): each frame is one's, in turn"""
    want("netsniff-ng", "trafgen")
    both = [lab.spawn(["netsniff-ng", "--in", "eth0", "--out", "/dev/null", "--silent", "--fanout-group", "5", "--fanout-type", "lb",
                       "-f", "ether proto 0x88b5"], shim=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(2)]
    lab.pause(3)
    frames(lab, "tap0", 200)
    lab.pause(2)
    for p in both:
        p.send_signal(signal.SIGINT)
        out = p.communicate(timeout=20)[0].decode()
        lab.children.remove(p)
        assert re.search(r"\b100 +packets passed filter", out), out


@families
def nmap_syn(lab, family):
    """nmap -sS: a scan by frames of its own making finds the open port and the closed one; hosts by ARP or ND"""
    want("nmap", "socat", "unshare")
    # nmap asks for its way by netlink, which is the kernel's: a name space where that says what the stack would
    addr = f"{STACK[family]}/{24 if family == 4 else '64 nodad'}"
    there = f"ip link add eth0 index 2 type veth peer name other index 77 && ip link set other up && " \
            f"ip link set eth0 up && ip addr add {addr} dev eth0 && "

    def nmap(args):
        cmd = f"exec nmap -n -PR -{family} {args}"
        return lab.run(["sh", "-c", cmd] if NATIVE else ["unshare", "-n", "sh", "-c", there + cmd], shim=True).stdout.decode()

    with lab.serving(["socat", f"TCP{family}-LISTEN:8722,bind={bracket(HOST[family])},fork,reuseaddr", "EXEC:cat"], False, 8722, family):
        out = nmap(f"-sS -p 8722,8723 -oG - {HOST[family]}")
        assert "8722/open/tcp" in out and "8723/closed/tcp" in out, out
    out = nmap(f"-sn {HOST[family]}")
    assert "Host is up" in out and "MAC Address" in out, out


main()
