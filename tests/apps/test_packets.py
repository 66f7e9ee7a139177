#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Programs that use packet sockets: arping, scapy, a DHCP client."""
import re
import sys

from applab import HOST, STACK, families, main, test, want

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


main()
