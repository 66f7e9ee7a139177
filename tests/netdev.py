# SPDX-License-Identifier: BSD-2-Clause
"""The device under test: the black-box suites run over any kind. NETSTACK_TEST_DEV names the row."""
import os
import subprocess

DEVICE = os.environ.get("NETSTACK_TEST_DEV", "tap")
KINDS = {   # what --dev says; {veth}: one end of a veth pair whose other end has the TAP's name
    "tap": "tap:{tap}",
    "tap-mq": "tap:{tap},queues=4",
    "e1000": "e1000:wire=tap:{tap}",
    "packet": "packet:{veth}",
    "packet-v3": "packet:{veth},rx=v3",
    "packet-recv": "packet:{veth},rx=recv",
    "packet-mq": "packet:{veth},queues=4",
    "xdp": "xdp:{veth}",
    "xdp-mq": "xdp:{veth}",                             # as many queues as the interface has
    "e1000-packet": "e1000:wire=packet:{veth}",
}
XDP = DEVICE.startswith("xdp")
QUEUES = 4 if DEVICE.endswith("-mq") else 1


def make_veth(tap, veth, hosts):
    many = ["numtxqueues", str(QUEUES), "numrxqueues", str(QUEUES)]
    subprocess.run(["ip", "link", "add", tap, *many, "type", "veth", "peer", "name", veth, *many], check=True)
    with open(f"/proc/sys/net/ipv6/conf/{veth}/disable_ipv6", "w", encoding="ascii") as f:
        f.write("1")                                    # the kernel says nothing on the stack's end
    for line in (f"link set {veth} arp off up", f"link set {tap} up",
                 *(f"addr add {h} dev {tap}" + (" nodad" if ":" in h else "") for h in hosts)):
        subprocess.run(["ip", *line.split()], check=True)


def device(tap, hosts, offload="on"):
    """The argument of --dev. hosts: addresses of the host's end; offload: of that end, too."""
    what, veth = KINDS[DEVICE], f"{tap}s"
    name = what.format(tap=tap, veth=veth) + ("" if XDP else f",offload={offload}")
    if "{veth}" not in what:
        return ",".join([name, *(f"host={h}" for h in hosts)])
    if not os.path.exists(f"/sys/class/net/{veth}"):    # a second daemon finds it
        make_veth(tap, veth, hosts)
    if offload == "off" or XDP:             # a program sees frames before sums are made
        subprocess.run(["ethtool", "-K", tap, "tx", "off", "tso", "off", "gso", "off"], check=True,
                       stdout=subprocess.DEVNULL)
    return name
