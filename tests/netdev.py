# SPDX-License-Identifier: BSD-2-Clause
"""The device under test: the black-box suites run over any kind. NETSTACK_TEST_DEV names the row; behind it may
stand -wN: netstackd with N workers, as does NETSTACK_TEST_WORKERS=N for whatever device."""
import os
import re
import subprocess

ASKED = os.environ.get("NETSTACK_TEST_DEV", "tap")
KINDS = {   # what --dev says; {veth}: one end of a veth pair whose other end has the TAP's name
    "tap": "tap:{tap}",
    "tap-plain": "tap:{tap},offload=off",               # whatever the suite asks for
    "tap-mq": "tap:{tap},queues=4",
    "e1000": "e1000:wire=tap:{tap}",
    "igb": "igb:wire=tap:{tap}",
    "igb-mq": "igb:wire=tap:{tap},queues=4",
    "packet": "packet:{veth}",
    "packet-v3": "packet:{veth},rx=v3",
    "packet-ring": "packet:{veth},tx=ring",
    "packet-v3-ring": "packet:{veth},rx=v3,tx=ring",
    "packet-recv": "packet:{veth},rx=recv",
    "packet-mq": "packet:{veth},queues=4",
    "e1000-packet": "e1000:wire=packet:{veth}",
    "igb-packet": "igb:wire=packet:{veth}",
    "xdp": "xdp:{veth}",
    "xdp-mq": "xdp:{veth}",                             # as many queues as the interface has
    "igbvf": "igbvf:pf",                                # a virtual function
    "veth": "veth:inner,peer=outer",                    # within the stack; its other end is the TAP's
}
BEFORE = {"igbvf": "igb:wire=tap:{tap},vfs=2,name=pf"}  # another --dev that it needs
SYSCTLS = {"igbvf": ("net.ipv4.conf.pf.arp_ignore=1", "net.ipv4.conf.pf.rp_filter=1",   # it is on the same wire, and would
                     "net.ipv6.conf.pf.disable_ipv6=1")}                                # hear all groups a second time
BEHIND = {"veth": "tap:{tap},name=up,join=outer"}       # and one that frames pass, too

OTHERS = {"igbvf": ["pf"], "veth": ["outer", "up"]}     # devices that the stack has beside it


def workers(kind):
    number = re.search(r"-w(\d+)$", kind)
    return int(number[1] if number else os.environ.get("NETSTACK_TEST_WORKERS", "1"))


def row(kind):
    return re.sub(r"-w\d+$", "", kind)


def queues(kind):
    if row(kind).endswith("-mq"):
        return 4
    # each worker has one of what can have several
    return workers(kind) if kind.split("-")[0] in ("tap", "packet", "veth") else 1


DEVICE = row(ASKED)
QUEUES = queues(ASKED)
NAMES = sorted(["eth0", "lo", *OTHERS.get(DEVICE, [])])  # all devices of the stack


def make_veth(run, tap, veth, hosts, nr):
    many = ["numtxqueues", str(nr), "numrxqueues", str(nr)]
    # What a program hears of interfaces by netlink is the kernel's: the host's end has eth0's number, as a TAP has.
    index = (["index", "2"], ["index", "3"]) if os.listdir("/sys/class/net") == ["lo"] else ([], [])
    run("ip", "link", "add", tap, *index[0], *many, "type", "veth", "peer", "name", veth, *index[1], *many)
    run("sysctl", "-qw", f"net.ipv6.conf.{veth}.disable_ipv6=1")    # the kernel says nothing on the stack's end
    for line in (f"link set {veth} arp off up", f"link set {tap} up",
                 *(f"addr add {h} dev {tap}" + (" nodad" if ":" in h else "") for h in hosts)):
        run("ip", *line.split())


def devices(tap, hosts, options, offload="on", kind=ASKED, ns=None):
    """Arguments of netstackd that make the device, with further options (its name ...). hosts: addresses of
    the host's end; offload: of that end, too. ns: where, if it is not this process's namespace."""
    def argument(what):
        name = what.format(tap=tap, veth=veth)
        if not what.startswith(("xdp:", "veth:", "igbvf:")) and "offload=" not in what:
            name += f",offload={offload}"
        if "{tap}" in what:
            name = ",".join([name, *(f"host={h}" for h in hosts)])
        return f"{name},{options}" if what is KINDS[kind] else name

    def run(*cmd):
        inside = ["ip", "netns", "exec", ns] if ns else []
        subprocess.run([*inside, *cmd], check=True, stdout=subprocess.DEVNULL)

    whole, kind = kind, row(kind)
    veth, xdp = f"{tap}s", kind.startswith("xdp")
    if "{veth}" in KINDS[kind] and "mac=" not in options:
        options += ",mac=02:00:00:00:00:02"             # a TAP forgets who was there, a veth's neighbour does not
    args = [w for what in (BEFORE.get(kind), KINDS[kind], BEHIND.get(kind)) if what for w in ("--dev", argument(what))]
    if workers(whole) > 1:
        args += ["--workers", str(workers(whole))]
    for setting in SYSCTLS.get(kind, ()):
        args += ["--sysctl", setting]
    if "{veth}" not in KINDS[kind]:
        return args
    if ns or not os.path.exists(f"/sys/class/net/{veth}"):  # a second daemon finds it
        make_veth(run, tap, veth, hosts, queues(whole))
    if offload == "off" or xdp:                         # a program sees frames before sums are made
        run("ethtool", "-K", tap, "tx", "off", "tso", "off", "gso", "off")
    return args
