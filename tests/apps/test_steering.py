#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Queues as an administrator sets them, in /sys/class/net/DEV/queues: who may, what is refused, and what it does: which worker
has a packet (RPS), which queue one leaves by (XPS), how much a card is given at once (BQL)."""
import json
import os
import socket
import stat
import subprocess
import sys

import applab
from applab import STACK, families, main, test, want

WORKERS = 3
applab.MORE_FLAGS += ["--workers", str(WORKERS), "--dev", "tap:tap1,name=eth1", "--addr", "10.79.0.2/24%eth1", "--addr",
                      "fd79::2/64%eth1"]
if applab.NATIVE:
    applab.skip_all("the kernel has no workers")
QUEUES = "/sys/class/net/eth0/queues"


def py(lab, code, check=True, **kw):
    return lab.run([sys.executable, "-c", code], shim=True, check=check, **kw).stdout.decode()


def put(lab, value, files):
    """Writes to all files of the stack's that the pattern names."""
    lab.run(["sh", "-c", f"for f in {files}; do printf {value} > $f || exit 1; done"], shim=True)


@families
def rps(lab, family):
    """rps_cpus: echo requests go to the worker in the mask, by whichever queue they come; 0: they stay; each is answered once"""
    want("ping")
    for mask, who in ((1, 0), (2, 1), (4, 2), (0, None)):
        put(lab, f"{mask:x}", f"{QUEUES}/rx-*/rps_cpus")
        before = [w["received"] for w in lab.stat()["daemon"]["workers"]]
        out = lab.run(["ping", f"-{family}", "-c", "20", "-i", "0.02", "-W", "5", STACK[family]]).stdout
        assert b" 20 received" in out and b"DUP" not in out, out
        grown = [w["received"] - b for w, b in zip(lab.stat()["daemon"]["workers"], before)]
        if who is None:     # one flow, one queue
            who = grown.index(max(grown))
        assert grown[who] >= 20 and all(n < 20 for i, n in enumerate(grown) if i != who), (mask, grown)
        assert 20 <= sum(grown) < 40, (mask, grown)


@test
def rps_leaves_sockets_alone(lab):
    """packets of a connection go to the worker of its socket, whatever the mask says"""
    put(lab, "1", f"{QUEUES}/rx-*/rps_cpus")
    code = ("import socket\nsome = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(12)]\n"
            "for i, s in enumerate(some):\n s.bind(('', 26000 + i))\n"
            "print(flush=True)\nfor s in some:\n d, a = s.recvfrom(100)\n s.sendto(d, a)\n")
    p = lab.spawn([sys.executable, "-c", code], shim=True, stdout=subprocess.PIPE)
    lab.line(p)
    before = [w["received"] for w in lab.stat()["daemon"]["workers"]]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(20)
        for port in range(26000, 26012):
            s.sendto(b"x", (STACK[4], port))
            assert s.recv(10) == b"x"
    grown = [w["received"] - b for w, b in zip(lab.stat()["daemon"]["workers"], before)]
    lab.stop(p)
    put(lab, "0", f"{QUEUES}/rx-*/rps_cpus")
    assert sum(grown) >= 12 and sum(n > 0 for n in grown) == WORKERS, grown


class Beyond:
    """A namespace behind the stack, on the other end of its second device: 10.79.0.1 and fd79::1."""

    def __init__(self, lab):
        self.lab, self.name = lab, f"{os.environ['NETSTACK_LAB']}b"
        script = f"""set -e
ip netns add {self.name}
ip link set tap1 netns {self.name}
ip -n {self.name} addr add 10.79.0.1/24 dev tap1
ip -n {self.name} -6 addr add fd79::1/64 dev tap1 nodad
ip -n {self.name} link set tap1 up
ip -n {self.name} route add {applab.HOST[4]} via 10.79.0.2
ip -n {self.name} -6 route add {applab.HOST[6]} via fd79::2
ip route add 10.79.0.0/24 via {STACK[4]}
ip -6 route add fd79::/64 via {STACK[6]}"""
        subprocess.run(["sh", "-c", script], check=True)
        self.switch(1)

    def switch(self, on):
        self.lab.cli("sysctl", f"net.ipv4.ip_forward={on}")
        self.lab.cli("sysctl", f"net.ipv6.conf.all.forwarding={on}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.switch(0)
        subprocess.run(["ip", "-n", self.name, "link", "set", "tap1", "netns", os.environ["NETSTACK_LAB"]], check=False)
        subprocess.run(["ip", "netns", "del", self.name], check=False)
        subprocess.run(["ip", "route", "del", "10.79.0.0/24"], check=False)
        subprocess.run(["ip", "-6", "route", "del", "fd79::/64"], check=False)


ECHO = """
import socket
socks = [socket.socket(f, socket.SOCK_DGRAM) for f in (socket.AF_INET, socket.AF_INET6)]
socks[1].setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
import selectors
sel = selectors.DefaultSelector()
for s in socks:
    s.bind(('', 7)); sel.register(s, selectors.EVENT_READ)
print(flush=True)
while 1:
    for key, _ in sel.select():
        d, a = key.fileobj.recvfrom(65535)
        key.fileobj.sendto(d, a)
"""


@test
def rps_of_what_is_forwarded(lab):
    """others' packets go by flow to the workers in the mask, fragments too, both ways; with mask 0 the queue's worker has them"""
    with Beyond(lab) as b:
        p = lab.spawn(["ip", "netns", "exec", b.name, sys.executable, "-c", ECHO], stdout=subprocess.PIPE)
        lab.line(p)
        for family, addr in ((4, "10.79.0.1"), (6, "fd79::1")):
            lab.run(["ping", f"-{family}", "-c", "3", "-i", "0.2", "-W", "5", addr])    # neighbours are known
            for mask, who in ((1, {0}), (4, {2}), (6, {1, 2}), (0, set(range(WORKERS)))):
                for dev in ("eth0", "eth1"):
                    put(lab, f"{mask:x}", f"/sys/class/net/{dev}/queues/rx-*/rps_cpus")
                before = [w["received"] for w in lab.stat()["daemon"]["workers"]]
                for _ in range(40):
                    with socket.socket(socket.AF_INET6 if family == 6 else socket.AF_INET, socket.SOCK_DGRAM) as s:
                        s.settimeout(20)
                        s.connect((addr, 7))
                        for size in (10, 4000):
                            s.send(bytes(size))
                            assert len(s.recv(65535)) == size
                grown = [w["received"] - b for w, b in zip(lab.stat()["daemon"]["workers"], before)]
                # 40 flows, to and fro, of one packet and of three fragments
                assert 40 * 2 * 4 <= sum(grown) < 40 * 2 * 4 + 20, (mask, grown)
                assert all(n < 20 for i, n in enumerate(grown) if i not in who), (family, mask, grown)
                assert mask == 0 or all(grown[i] > 10 for i in who), (family, mask, grown)
        lab.stop(p)


@test
def who_and_what(lab):
    """modes; a user may read; what is no mask, beyond the workers, or not for this device has the kernel's errno"""
    code = ("import os\nd = '/sys/class/net/eth0/queues/'\n"
            "def put(f, v):\n    try:\n        fd = os.open(d + f, os.O_WRONLY)\n    except OSError as e:\n        return -e.errno\n"
            "    try:\n        return os.write(fd, v.encode())\n    except OSError as e:\n        return e.errno\n    finally:\n        os.close(fd)\n")
    tests = {"('rx-0/rps_cpus', '3')": 1, "('rx-0/rps_cpus', '8')": 75, "('rx-0/rps_cpus', '0x1')": 22, "('rx-0/rps_cpus', '')": 0,
             "('rx-0/rps_cpus', ' 2\\n')": 3, "('rx-0/rps_flow_cnt', '0')": -2, "('tx-0/tx_maxrate', '1')": 95,
             "('tx-0/tx_timeout', '0')": -13, "('tx-0/traffic_class', '0')": -13, "('rx-99/rps_cpus', '0')": -2,
             "('../mtu', '1400')": -13}
    out = py(lab, code + "print([" + ", ".join(f"put{t}" for t in tests) + "])\nprint(open(d + 'rx-0/rps_cpus').read(), end='')\n"
             "f = os.open(d + 'rx-0/rps_cpus', os.O_RDWR)\nprint(os.read(f, 9), os.write(f, b'1'), os.pread(f, 9, 0), os.pwrite(f, b'0', 5), "
             "os.pread(f, 9, 0))")
    assert out.split("\n")[:3] == [str(list(tests.values())), "2", "b'2\\n' 1 b'1\\n' 1 b'0\\n'"], out
    out = py(lab, code + "print([oct(os.stat(d + f).st_mode) for f in ('rx-0/rps_cpus', 'tx-0/tx_timeout', 'tx-0/xps_cpus', 'tx-0/traffic_class')], "
             "os.access(d + 'rx-0/rps_cpus', os.W_OK), os.access(d + 'tx-0/tx_timeout', os.W_OK))\n"
             "os.setgroups([]); os.setuid(65534)\nprint(put('rx-0/rps_cpus', '1'), os.access(d + 'rx-0/rps_cpus', os.W_OK), "
             "open(d + 'rx-0/rps_cpus').read())")
    assert out.split("\n")[:2] == ["['0o100644', '0o100444', '0o100644', '0o100444'] True True", "-13 False 0"], out
    lines = lab.run(["ls", "-l", f"{QUEUES}/tx-0/"], shim=True).stdout.decode().splitlines()
    modes = {x.split()[-1]: x.split()[0] for x in lines if "_" in x}
    assert modes["xps_rxqs"] == "-rw-r--r--" and modes["tx_timeout"] == "-r--r--r--" and "xps_cpus" in modes, lines
    assert stat.S_IMODE(os.stat("/sys/class/net/tap0/queues/rx-0/rps_cpus").st_mode) == 0o644     # the host's is another
    with open("/sys/class/net/tap0/queues/rx-0/rps_cpus", encoding="ascii") as f:
        assert f.read().strip("0,\n") == ""


def private(lab, code, dev="igb:wire=tap:t9,name=t9,queues=4"):
    p = lab.run([f"{lab.build}/netstack", "run", "--dev", dev, "--addr", "10.81.0.2/24%t9", "--workers", "2", "--", sys.executable,
                 "-c", CARD + code], check=False, timeout=60)
    assert not p.returncode, p.stderr[-600:]
    return p.stdout.decode()


# A card of four queues: datagrams to a group leave at once, without an answer to wait for.
CARD = """
import json, os, socket, subprocess
d = '/sys/class/net/t9/queues/'
def put(f, v):
    with open(d + f, 'w') as o:
        o.write(v)
def get(f):
    return open(d + f).read().strip()
def flows(nr, size=20, each=1):
    for i in range(nr):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton('10.81.0.2'))
        s.bind(('10.81.0.2', 5000 + i))
        for _ in range(each):
            s.sendto(bytes(size), ('239.9.9.9', 9))
def sent():
    out = subprocess.run([os.environ['NETSTACK'], 'stat', '--control', os.environ['NETSTACK_CONTROL'], '--dev', '--json', 't9'],
                         capture_output=True, check=True).stdout
    return [q['packets'] for q in json.loads(out)['devices'][0]['queues']['tx']]
def by_queue(*a):
    was = sent(); flows(*a)
    subprocess.run([os.environ['NETSTACK'], 'barrier', '--control', os.environ['NETSTACK_CONTROL']], check=True)
    return [b - a for a, b in zip(was, sent())]
"""


@test
def xps(lab):
    """xps_cpus: the packets of one worker leave by its queues, those of the other by theirs"""
    os.environ["NETSTACK"] = f"{lab.build}/netstack"
    out = private(lab, "print(json.dumps([[get(f'tx-{i}/xps_rxqs') for i in range(4)], by_queue(64)]))\n"
                       "for i, m in enumerate('1222'):\n    put(f'tx-{i}/xps_cpus', m)\n"
                       "a = by_queue(64)\nput('tx-0/xps_cpus', '3'); put('tx-1/xps_cpus', '0'); put('tx-2/xps_cpus', '0'); put('tx-3/xps_cpus', '0')\n"
                       "print(json.dumps([a, by_queue(64)]))")
    first, second = (json.loads(x) for x in out.splitlines())
    assert first[0] == ["1", "2", "4", "8"] and all(n > 4 for n in first[1]), first
    spread, one = second
    # every second flow or so is the first worker's
    assert 16 <= spread[0] <= 48 and all(n > 2 for n in spread[1:]) and 64 <= sum(spread) < 80, spread
    assert one[0] >= 64 and sum(one[1:]) < 8, one


@test
def bql(lab):
    """byte_queue_limits of a card: what is written bounds what it learns; a TAP has none"""
    out = private(lab, "b = 'tx-0/byte_queue_limits/'\nput('tx-0/xps_cpus', '3')\nprint(get(b + 'limit_max'), get(b + 'hold_time'))\n"
                       "put(b + 'limit_max', '2000')\nput(b + 'limit', 'max')\nprint(get(b + 'limit'))\nflows(2, 1400, 200)\n"
                       "print(get(b + 'limit'))\nput(b + 'limit_min', '1999')\nput(b + 'limit', '0')\nflows(2, 1400, 200)\n"
                       "print(get(b + 'limit'), get('tx-1/' + b[5:] + 'limit_max'))")
    most, hold, written, learnt, least, other = out.split()
    assert [most, hold, written, learnt, other] == ["1879048192", "1000", "1879048192", "2000", "1879048192"], out
    assert least in ("1999", "2000"), out
    if os.environ.get("NETSTACK_TEST_DEV", "tap").startswith("tap"):
        assert lab.run(["ls", f"{QUEUES}/tx-0/byte_queue_limits"], shim=True, check=False).returncode


if __name__ == "__main__":
    main()
