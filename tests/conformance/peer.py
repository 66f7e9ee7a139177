# SPDX-License-Identifier: BSD-2-Clause
"""A TCP peer made by hand: sequence numbers are kept, nothing else is automatic."""
import itertools
import random

from lab import PATIENCE, from_stack, ip, stack_addr, test_addr
from scapy.all import IP, TCP, IPv6, Raw

PORTS = itertools.count(20000)
LOOSE = (("MSS", 1460), ("SAckOK", b""), ("Timestamp", (1000, 0)), ("NOP", None), ("WScale", 7))
PLAIN = (("MSS", 1460),)


class Peer:
    """seq: next to send; ack: next expected. sport is ours, dport the stack's."""

    def __init__(self, lab, v6, dport, sport=None, options=PLAIN):
        self.lab, self.v6, self.dport = lab, v6, dport
        self.sport = sport or next(PORTS)
        self.isn = self.seq = random.randrange(1 << 20, 1 << 30)
        self.irs = self.ack = 0
        self.options, self.window = list(options), 65535
        self.ts = 1000
        self.ts_echo = 0

    def segment(self, flags, data=b"", seq=None, ack=None, win=None, options=None, urg=0):
        th = TCP(sport=self.sport, dport=self.dport, flags=flags, seq=(self.seq if seq is None else seq) & 0xffffffff,
                 ack=(self.ack if ack is None else ack) & 0xffffffff if "A" in flags else 0,
                 window=self.window if win is None else win, urgptr=urg,
                 options=list(options) if options is not None else self.usual_options())
        p = ip(self.v6) / th
        return p / Raw(data) if data else p

    def usual_options(self):
        if any(o[0] == "Timestamp" for o in self.options):
            return [("NOP", None), ("NOP", None), ("Timestamp", (self.ts, self.ts_echo))]
        return []

    def mine(self, f):
        return from_stack(self.v6)(f) and TCP in f and f[TCP].dport == self.sport and f[TCP].sport == self.dport

    def send(self, flags, data=b"", advance=True, **kw):
        self.lab.send(self.segment(flags, data, **kw))
        if advance and "seq" not in kw:
            self.seq += len(data) + ("S" in flags) + ("F" in flags)

    def expect(self, flags=None, timeout=PATIENCE, match=lambda t: True):
        """The next segment with exactly these flags (any, if None); None if there is none."""
        f = self.lab.receive(lambda f: self.mine(f) and (flags is None or f[TCP].flags == flags) and match(f[TCP]), timeout)
        if f is None:
            return None
        for o in f[TCP].options:
            if o[0] == "Timestamp":
                self.ts_echo = o[1][0]
        return f[TCP]

    def silent(self, wait=0.25):
        return self.expect(None, wait) is None

    def exchange(self, flags, data=b"", reply=None, timeout=PATIENCE, **kw):
        self.lab.drain(0)
        self.send(flags, data, **kw)
        return self.expect(reply, timeout)

    def took(self, t):
        """Takes note of a segment from the stack, as if received in order."""
        self.ack = (t.seq + payload_len(t) + bool(t.flags.S) + bool(t.flags.F)) & 0xffffffff

    def connect(self):
        """Active open towards a listener of the stack; the SYN,ACK."""
        sa = self.exchange("S", options=self.options, reply="SA")
        assert sa, "no SYN,ACK"
        assert sa.ack == self.seq
        self.irs = sa.seq
        self.ack = sa.seq + 1
        self.send("A")
        return sa


def payload_len(t):
    ipl = t.underlayer
    whole = ipl.plen if isinstance(ipl, IPv6) else ipl.len - ipl.ihl * 4
    return whole - t.dataofs * 4


def payload(t):
    return bytes(t.payload)[:payload_len(t)]


def option(t, name):
    return next((o[1] for o in t.options if o[0] == name), None)


def listener(agent, v6, port, name="l", backlog=5):
    agent.socket(name, "AF_INET6" if v6 else "AF_INET", "SOCK_STREAM")
    agent.setsockopt(name, 1, 2, 1)     # SOL_SOCKET, SO_REUSEADDR
    agent.bind(name, (stack_addr(v6), port))
    agent.listen(name, backlog)


LISTEN_PORTS = itertools.count(8000)


def established(lab, v6, options=PLAIN, window=65535):
    """A connection from the test's peer to a program; (agent, peer, name of its socket). window: as in the SYN."""
    a = lab.agent()
    port = next(LISTEN_PORTS)
    listener(a, v6, port)
    p = Peer(lab, v6, port, options=options)
    p.window = window
    p.connect()
    assert a.wait("l", 1, 2000), "no connection to accept"
    a.accept("l", "c")
    return a, p, "c"


def active(lab, v6, options=PLAIN):
    """A program that connects to the test's peer; (agent, peer, name). The SYN is in peer.syn."""
    a = lab.agent()
    p = Peer(lab, v6, 0, options=options)
    a.socket("c", "AF_INET6" if v6 else "AF_INET", "SOCK_STREAM")
    lab.drain(0)
    assert a.errno("connect", "c", (test_addr(v6), p.sport)) == "EINPROGRESS"
    f = lab.receive(lambda f: from_stack(v6)(f) and TCP in f and f[TCP].dport == p.sport)
    assert f, "no SYN"
    p.syn = f[TCP]
    p.dport = p.syn.sport
    p.irs = p.syn.seq
    p.ack = p.syn.seq + 1
    return a, p, "c"
