# SPDX-License-Identifier: BSD-2-Clause
"""The device under test: the black-box suites run over any kind. NETSTACK_TEST_DEV names the row."""
import os
import subprocess

DEVICE = os.environ.get("NETSTACK_TEST_DEV", "tap")
KINDS = {   # what --dev says; {veth}: one end of a veth pair whose other end has the TAP's name
    "tap": "tap:{tap}",
    "tap-mq": "tap:{tap},queues=4",
    "e1000": "e1000:wire=tap:{tap}",
    "igb": "igb:wire=tap:{tap}",
    "igb-mq": "igb:wire=tap:{tap},queues=4",
    "packet": "packet:{veth}",
    "packet-v3": "packet:{veth},rx=v3",
    "packet-recv": "packet:{veth},rx=recv",
    "packet-mq": "packet:{veth},queues=4",
    "e1000-packet": "e1000:wire=packet:{veth}",
    "igb-packet": "igb:wire=packet:{veth}",
    "xdp": "xdp:{veth}",
    "xdp-mq": "xdp:{veth}",                             # as many queues as the interface has
}


def queues(kind):
    return 4 if kind.endswith("-mq") else 1


QUEUES = queues(DEVICE)


def make_veth(run, tap, veth, hosts, nr):
    many = ["numtxqueues", str(nr), "numrxqueues", str(nr)]
    run("ip", "link", "add", tap, *many, "type", "veth", "peer", "name", veth, *many)
    run("sysctl", "-qw", f"net.ipv6.conf.{veth}.disable_ipv6=1")    # the kernel says nothing on the stack's end
    for line in (f"link set {veth} arp off up", f"link set {tap} up",
                 *(f"addr add {h} dev {tap}" + (" nodad" if ":" in h else "") for h in hosts)):
        run("ip", *line.split())


def device(tap, hosts, offload="on", kind=DEVICE, ns=None):
    """The argument of --dev. hosts: addresses of the host's end; offload: of that end, too. ns: where, if
    it is not this process's namespace."""
    def run(*cmd):
        inside = ["ip", "netns", "exec", ns] if ns else []
        subprocess.run([*inside, *cmd], check=True, stdout=subprocess.DEVNULL)

    what, veth, xdp = KINDS[kind], f"{tap}s", kind.startswith("xdp")
    name = what.format(tap=tap, veth=veth) + ("" if xdp else f",offload={offload}")
    if "{veth}" not in what:
        return ",".join([name, *(f"host={h}" for h in hosts)])
    if ns or not os.path.exists(f"/sys/class/net/{veth}"):  # a second daemon finds it
        make_veth(run, tap, veth, hosts, queues(kind))
    if offload == "off" or xdp:                         # a program sees frames before sums are made
        run("ethtool", "-K", tap, "tx", "off", "tso", "off", "gso", "off")
    return name
