#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""TCP from outside: handshake, options, states and events, resets, windows, checksums."""
import errno
import select
import signal
import socket
import struct
import termios
import time

import lab
from lab import STACK4, TEST4, both, from_stack, ip, stack_addr, test, test_addr
from peer import LISTEN_PORTS, LOOSE, PLAIN, Peer, active, established, listener, option, payload, payload_len
from scapy.all import ICMP, TCP, Ether, ICMPv6DestUnreach, IP, IPv6, Raw

SO_ERROR = (socket.SOL_SOCKET, socket.SO_ERROR)
SO_SNDBUF = (socket.SOL_SOCKET, socket.SO_SNDBUF)
SO_ZEROCOPY = (socket.SOL_SOCKET, 60)
SO_TIMESTAMPING = (socket.SOL_SOCKET, 37)
SOF_TX_SCHED, SOF_SOFTWARE, SOF_OPT_ID = 1 << 8, 1 << 4, 1 << 7
MSG_EOR, MSG_FASTOPEN, MSG_ZEROCOPY = 0x80, 0x20000000, 0x4000000
TCP_NOTSENT_LOWAT = 25
TCP_FASTOPEN_CONNECT = 30
SO_LINGER_0 = (1, 0)


def names(t):
    return [o[0] for o in t.options]


@both
def closed_port(l, v6):
    """TCP-ST-01 TCP-ST-02 TCP-ST-03 no listener: RST with the right numbers; a RST draws nothing"""
    p = Peer(l, v6, 7999)
    r = p.exchange("S", options=PLAIN, reply="RA")
    assert r and r.seq == 0 and r.ack == p.isn + 1
    r = p.exchange("FPU", b"abc", seq=100, reply="RA")
    assert r and r.seq == 0 and r.ack == 104
    r = p.exchange("A", ack=0x1234, reply="R")
    assert r and r.seq == 0x1234
    p.send("R")
    assert p.silent()
    p.send("RA", ack=5)
    assert p.silent()


@both
def handshake(l, v6):
    """TCP-ST-06 MUST-14 SHLD-5 MUST-67 the SYN,ACK: acknowledges, offers the MSS of the device"""
    a = l.agent()
    port = next(LISTEN_PORTS)
    listener(a, v6, port)
    p = Peer(l, v6, port)
    sa = p.connect()
    assert option(sa, "MSS") == (1440 if v6 else 1460)
    assert names(sa) == ["MSS"], "options that were not offered"
    assert a.wait("l", select.POLLIN, 10000)
    addr = a.accept("l", "c")
    assert addr[0] == test_addr(v6) and addr[1] == p.sport
    assert a.getpeername("c")[:2] == (test_addr(v6), p.sport)
    assert a.getsockname("c")[:2] == (stack_addr(v6), port)


@both
def option_order(l, v6):
    """TCP-WS-01 TCP-TS-01 TCP-SACK-01 options of SYN and SYN,ACK stand in Linux's order"""
    full = ["MSS", "SAckOK", "Timestamp", "NOP", "WScale"]
    a, p, c = active(l, v6)
    assert names(p.syn) == full
    assert option(p.syn, "MSS") == (1440 if v6 else 1460)
    assert p.syn.window in (64240, 64800, 65535)
    port = next(LISTEN_PORTS)
    listener(a, v6, port)
    for offered, want in ((LOOSE, full),
                          ((("MSS", 1460), ("NOP", None), ("WScale", 3)), ["MSS", "NOP", "WScale"]),
                          ((("MSS", 1460), ("SAckOK", b"")), ["MSS", "NOP", "NOP", "SAckOK"]),
                          ((("Timestamp", (5, 0)),), ["MSS", "NOP", "NOP", "Timestamp"])):
        q = Peer(l, v6, port, options=offered)
        sa = q.exchange("S", options=q.options, reply="SA")
        assert names(sa) == want, (names(sa), want)


@both
def syn_options_odd(l, v6):
    """MUST-4 MUST-5 MUST-6 MUST-7 MUST-64 unknown, misaligned and illegal options do no harm"""
    a = l.agent()
    port = next(LISTEN_PORTS)
    listener(a, v6, port, backlog=20)
    for opts, mss in (([(253, b"\x01\x02\x03\x04"), ("MSS", 600)], 600),
                      ([("NOP", None), ("MSS", 600)], 600), ([("NOP", None), ("NOP", None), ("NOP", None), ("MSS", 600)], 600)):
        p = Peer(l, v6, port, options=opts)
        p.connect()
        assert a.wait("l", 1, 10000)
        a.accept("l", "c")
        a.send("c", b"z" * 2000)
        r = p.expect(None, match=lambda t: payload_len(t) > 0)
        assert r and payload_len(r) <= mss, payload_len(r)
        a.close("c")
    for raw in (b"\xfd\x00", b"\xfd\x01", b"\x02\x28\x00\x00", b"\x02"):
        p = Peer(l, v6, port)
        seg = p.segment("S", options=[])
        seg[TCP].dataofs = 5 + (len(raw) + 3) // 4
        seg = seg / Raw(raw + b"\0" * (-len(raw) % 4))
        l.send(seg)
    assert Peer(l, v6, port).connect()


@both
def default_mss(l, v6):
    """MUST-15 without an MSS option segments carry at most 536 (IPv4) or 1220 (IPv6) octets"""
    a, p, c = established(l, v6, options=())
    a.send(c, b"q" * 4000)
    seen = 0
    while seen < 4000:
        r = p.expect(None, match=lambda t: payload_len(t) > 0)
        assert r and payload_len(r) <= (1220 if v6 else 536), r and payload_len(r)
        seen += payload_len(r)
        p.took(r)
        p.send("A")


@both
def checksum(l, v6):
    """MUST-2 MUST-3 a segment with a wrong checksum is dropped without a reply; ours are right"""
    a, p, c = established(l, v6)
    seg = p.segment("PA", b"spoilt")
    seg[TCP].chksum = 0xbad
    l.drain(0)
    l.send(seg)
    assert p.silent()
    r = p.exchange("PA", b"good", reply="A")
    assert r and r.ack == p.seq
    assert a.recvall(c, 4) == b"good"
    a.send(c, b"odd")
    f = l.receive(lambda f: p.mine(f) and payload_len(f[TCP]) == 3)
    again = (IPv6 if v6 else IP)(bytes(f.payload))
    sum_sent = again[TCP].chksum
    del again[TCP].chksum
    # A TAP with checksum offload leaves the sum to its reader; then only the pseudo header is there.
    rebuilt = (IPv6 if v6 else IP)(bytes(again))[TCP].chksum
    assert sum_sent == rebuilt or "offload" in l.stat()["devices"][-1].get("features", "offload")


@both
def listen_junk(l, v6):
    """TCP-ST-04 TCP-ST-05 TCP-ST-07 a listener: RST ignored, ACK draws RST, other flags dropped"""
    a = l.agent()
    port = next(LISTEN_PORTS)
    listener(a, v6, port)
    p = Peer(l, v6, port)
    p.send("R")
    assert p.silent(0.15)
    for flags in ("A", "SA"):
        r = p.exchange(flags, ack=777, reply="R", advance=False)
        assert r and r.seq == 777, flags
    for flags in ("SF", "SR", "", "F", "FPU"):
        p.send(flags, advance=False)
        assert p.silent(0.15), flags
    assert not a.poll("l") & select.POLLIN


@both
def syn_sent_ack(l, v6):
    """TCP-ST-08 TCP-ST-10 SYN-SENT: a bad ACK draws RST, a RST without a good ACK is ignored"""
    a, p, c = active(l, v6)
    r = p.exchange("A", ack=p.irs, reply="R", advance=False)
    assert r and r.seq == p.irs
    r = p.exchange("A", ack=p.irs + 2, reply="R", advance=False)
    assert r and r.seq == p.irs + 2
    p.send("R", advance=False)
    p.send("RA", ack=p.irs + 9, advance=False)
    l.barrier()
    assert not a.poll(c), "still connecting"


@both
def syn_sent_refused(l, v6):
    """TCP-ST-09 SYN-SENT: RST with a good ACK is ECONNREFUSED, reported once"""
    a, p, c = active(l, v6)
    p.send("RA", ack=p.irs + 1)
    assert a.wait(c, select.POLLOUT, 10000)
    assert a.getsockopt(c, *SO_ERROR) == 111
    assert a.getsockopt(c, *SO_ERROR) == 0


@both
def syn_sent_established(l, v6):
    """TCP-ST-11 SYN-SENT: a good SYN,ACK establishes and is acknowledged at once"""
    a, p, c = active(l, v6)
    r = p.exchange("SA", options=PLAIN, reply="A")
    assert r and r.ack == p.isn + 1 and r.seq == p.irs + 1
    assert a.wait(c, select.POLLOUT, 10000)
    assert a.getsockopt(c, *SO_ERROR) == 0


@both
def simultaneous_open(l, v6):
    """MUST-10 TCP-ST-12 crossing SYNs establish one connection"""
    a, p, c = active(l, v6)
    r = p.exchange("S", options=PLAIN, reply="SA")
    assert r and r.seq == p.irs and r.ack == p.isn + 1
    p.send("A")
    assert a.wait(c, select.POLLOUT, 10000) & select.POLLOUT
    assert a.getsockopt(c, *SO_ERROR) == 0
    r = p.exchange("PA", b"hello", reply="A")
    assert a.recvall(c, 5) == b"hello"


@both
def syn_rcvd(l, v6):
    """TCP-ST-14 TCP-ST-15 TCP-ST-16 SYN-RCVD: same SYN, other SYN, bad ACK"""
    a = l.agent()
    port = next(LISTEN_PORTS)
    listener(a, v6, port)
    p = Peer(l, v6, port)
    sa = p.exchange("S", options=PLAIN, reply="SA")
    p.ack = sa.seq + 1
    again = p.exchange("S", seq=p.isn, options=PLAIN, reply="SA")
    assert again and again.seq == sa.seq
    for bad in (sa.seq, sa.seq + 2):
        r = p.exchange("A", ack=bad, reply="R")
        assert r and r.seq == bad & 0xffffffff
    p.send("A")
    assert a.wait("l", 1, 10000), "the good ACK must still work"


@both
def syn_rcvd_reset(l, v6):
    """MUST-11 RST in SYN-RCVD from a passive open: gone, the program unaware"""
    a = l.agent()
    port = next(LISTEN_PORTS)
    listener(a, v6, port)
    p = Peer(l, v6, port)
    sa = p.exchange("S", options=PLAIN, reply="SA")
    p.ack = sa.seq + 1
    p.send("R")
    r = p.exchange("A", reply="R")
    assert r and r.seq == sa.seq + 1
    assert not a.poll("l") & select.POLLIN


@both
def data_with_ack(l, v6):
    """TCP-ST-17 TCP-ST-18 data, or a FIN, on the third segment"""
    a = l.agent()
    port = next(LISTEN_PORTS)
    listener(a, v6, port)
    p = Peer(l, v6, port)
    sa = p.exchange("S", options=PLAIN, reply="SA")
    p.ack = sa.seq + 1
    p.send("PA", b"first")
    assert a.wait("l", 1, 10000)
    a.accept("l", "c")
    assert a.recvall("c", 5) == b"first"
    q = Peer(l, v6, port)
    sa = q.exchange("S", options=PLAIN, reply="SA")
    q.ack = sa.seq + 1
    q.send("FA")
    assert a.wait("l", 1, 10000)
    a.accept("l", "d")
    assert a.wait("d", select.POLLIN, 10000) and a.recv("d", 10) == b""


@both
def reset_exact(l, v6):
    """TCP-ST-19 TCP-BLIND-01 MUST-12 SHLD-2 RST at RCV.NXT resets: ECONNRESET, once"""
    a, p, c = established(l, v6)
    p.send("R", b"why not")
    assert a.wait(c, select.POLLIN, 10000)
    assert a.errno("recv", c, 10) == "ECONNRESET"
    assert a.recv(c, 10) == b""
    assert a.errno("send", c, b"x") == "EPIPE"


@both
def reset_window(l, v6):
    """TCP-ST-20 TCP-ST-21 RST in the window draws a challenge ACK, outside it nothing; alive"""
    a, p, c = established(l, v6)
    r = p.exchange("R", seq=p.seq + 10, reply="A")
    assert r and r.ack == p.seq
    p.send("R", seq=p.seq - 10)
    assert p.silent(0.2)
    p.send("R", seq=p.seq + 0x7000000)
    assert p.silent(0.2)
    p.exchange("PA", b"alive", reply="A")
    assert a.recvall(c, 5) == b"alive"


@both
def syn_challenged(l, v6):
    """TCP-ST-22 TCP-BLIND-02 a SYN on a connection draws a challenge ACK; the connection stays"""
    a, p, c = established(l, v6)
    r = p.exchange("S", seq=p.seq + 5, options=PLAIN, reply="A")
    assert r and r.ack == p.seq and r.seq == p.ack
    p.exchange("PA", b"alive", reply="A")
    assert a.recvall(c, 5) == b"alive"


@both
def no_ack_flag(l, v6):
    """TCP-ST-23 a segment without ACK is dropped"""
    a, p, c = established(l, v6)
    p.send("P", b"evil", advance=False)
    assert p.silent(0.2)
    assert not a.poll(c) & select.POLLIN


@both
def ack_unsent(l, v6):
    """TCP-ST-24 TCP-CC-08 an ACK of what was never sent is answered with an ACK"""
    a, p, c = established(l, v6)
    r = p.exchange("A", ack=p.ack + 1000, reply="A")
    assert r and r.ack == p.seq and r.seq == p.ack


@both
def out_of_window(l, v6):
    """TCP-ST-26 data outside the window draws a duplicate ACK and is not delivered"""
    a, p, c = established(l, v6)
    r = p.exchange("PA", b"old", seq=p.seq - 3, reply="A")
    assert r and r.ack == p.seq
    r = p.exchange("PA", b"far", seq=p.seq + 0x4000000, reply="A")
    assert r and r.ack == p.seq
    assert not a.poll(c) & select.POLLIN


@both
def out_of_order(l, v6):
    """SHLD-31 MAY-13 TCP-CC-09 TCP-2525-04 segments 3, 2, 1: kept, dup-ACKed, delivered in order"""
    a, p, c = established(l, v6)
    base = p.seq
    for off in (8, 4):
        r = p.exchange("PA", b"%d___" % off, seq=base + off, reply="A")
        assert r and r.ack == base
    r = p.exchange("PA", b"0___", seq=base, reply="A")
    assert r and r.ack == base + 12
    assert a.recvall(c, 12) == b"0___4___8___"


@both
def sack_blocks(l, v6):
    """TCP-SACK-02 TCP-SACK-03 TCP-SACK-04 blocks: newest first, at most three with timestamps; D-SACK"""
    a, p, c = established(l, v6, LOOSE)
    base = p.seq
    want = []
    for i in range(5):
        start = base + 1000 + 200 * i
        r = p.exchange("PA", b"x" * 100, seq=start, reply="A")
        assert r and r.ack == base
        want.insert(0, (start, start + 100))
        got = option(r, "SAck")
        pairs = list(zip(got[::2], got[1::2]))
        assert pairs == want[:3], (i, pairs)
    r = p.exchange("PA", b"x" * 100, seq=base + 1000, reply="A")
    got = option(r, "SAck")
    assert (got[0], got[1]) == (base + 1000, base + 1100), "no D-SACK"


@both
def fin_sequence(l, v6):
    """TCP-ST-27 TCP-ST-35 TCP-ST-36 MUST-12 FIN: EOF, ACK at once; close: LAST-ACK, then gone"""
    a, p, c = established(l, v6)
    r = p.exchange("FA", reply="A")
    assert r and r.ack == p.seq
    assert a.recv(c, 10) == b""
    l.drain(0)
    a.close(c)
    f = p.expect("FA")
    assert f and f.seq == p.ack
    p.took(f)
    p.send("A")
    r = p.exchange("A", b"x", reply="R")
    assert r, "the connection is still there"


@both
def fin_out_of_order(l, v6):
    """TCP-ST-28 a FIN ahead of a gap counts once the gap is filled"""
    a, p, c = established(l, v6)
    base = p.seq
    r = p.exchange("FA", seq=base + 3, reply="A")
    assert r and r.ack == base
    r = p.exchange("PA", b"abc", seq=base, reply="A")
    assert r and r.ack == base + 4
    assert a.recvall(c, 3) == b"abc" and a.recv(c, 1) == b""


@both
def active_close(l, v6):
    """TCP-ST-29 TCP-ST-37 TCP-TW-03 FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT; a repeated FIN is ACKed again"""
    a, p, c = established(l, v6)
    l.drain(0)
    a.shutdown(c, socket.SHUT_WR)
    f = p.expect("FA")
    assert f
    p.took(f)
    p.send("A")
    r = p.exchange("PA", b"late", reply="A")
    assert a.recvall(c, 4) == b"late", "FIN-WAIT-2 still receives"
    fin = p.seq
    r = p.exchange("FA", reply="A")
    assert r and r.ack == fin + 1
    a.close(c)
    r = p.exchange("FA", seq=fin, reply="A")
    assert r and r.ack == fin + 1


@both
def closing(l, v6):
    """TCP-ST-30 TCP-ST-34 TCP-ST-31 crossing FINs: CLOSING, TIME-WAIT; FIN with the ACK of ours"""
    a, p, c = established(l, v6)
    l.drain(0)
    a.shutdown(c, socket.SHUT_WR)
    f = p.expect("FA")
    r = p.exchange("FA", reply="A")
    assert r and r.ack == p.seq
    p.took(f)
    p.send("A")
    r = p.exchange("FA", seq=p.seq - 1, reply="A")
    assert r, "not in TIME-WAIT"
    a, p, c = established(l, v6)
    l.drain(0)
    a.shutdown(c, socket.SHUT_WR)
    p.took(p.expect("FA"))
    r = p.exchange("FA", reply="A")
    assert r and r.ack == p.seq


def tcp_state(a, c):
    return a.getsockopt(c, socket.IPPROTO_TCP, socket.TCP_INFO, 8)[0]


@both
def shut_both_ways(l, v6):
    """TCP-ST-30 after both FINs the socket is the program's until it is closed: state, error, unread data"""
    closed, last_ack, closing_ = 7, 9, 11
    for order, state in (("mine first", closed), ("theirs first", last_ack), ("crossed", closing_)):
        a, p, c = established(l, v6)
        l.drain(0)
        if order == "theirs first":
            p.exchange("FA", reply="A")
        a.shutdown(c, socket.SHUT_WR)
        f = p.expect("FA")
        if order == "mine first":       # and acknowledged: TIME-WAIT is not the socket's
            p.took(f)
        if order != "theirs first":
            p.exchange("FA", reply="A")
        assert a.recv(c, 10) == b""
        for _ in range(2):
            assert tcp_state(a, c) == state, (order, tcp_state(a, c))
            l.barrier()
        if state != closed:
            p.send("R")
            l.barrier()
            assert a.getsockopt(c, *SO_ERROR) == errno.ECONNRESET, order
            assert tcp_state(a, c) == closed
    a, p, c = established(l, v6)
    a.shutdown(c, socket.SHUT_WR)
    p.took(p.expect("FA"))
    p.exchange("PA", b"unread", reply="A")
    a.close(c)
    assert p.expect(None, match=lambda t: t.flags.R), "a close with data unread, and no reset"


@both
def close_unread(l, v6):
    """SHLD-3 TCP-2525-13 close with unread data sends RST"""
    a, p, c = established(l, v6)
    p.exchange("PA", b"unread", reply="A")
    l.drain(0)
    a.close(c)
    r = p.expect(None, match=lambda t: t.flags.R)
    assert r and r.seq == p.ack


@both
def fin_wait2_data(l, v6):
    """TCP-ST-32 data for a closed program draws RST"""
    a, p, c = established(l, v6)
    l.drain(0)
    a.close(c)
    f = p.expect("FA")
    p.took(f)
    p.send("A")
    r = p.exchange("PA", b"nobody", reply="R")
    assert r and r.seq == p.ack


@both
def linger_zero(l, v6):
    """TCP-ST-40 SO_LINGER {1, 0}: close sends RST"""
    a, p, c = established(l, v6)
    a.linger(c, *SO_LINGER_0)
    l.drain(0)
    a.close(c)
    r = p.expect(None, match=lambda t: t.flags.R)
    assert r and r.seq == p.ack


@both
def listener_closed(l, v6):
    """TCP-ST-44 a listener that closes resets what it never accepted"""
    a = l.agent()
    port = next(LISTEN_PORTS)
    listener(a, v6, port)
    p = Peer(l, v6, port)
    p.connect()
    assert a.wait("l", 1, 10000)
    l.drain(0)
    a.close("l")
    r = p.expect(None, match=lambda t: t.flags.R)
    assert r
    assert p.exchange("S", seq=1, options=PLAIN, reply="RA")


@both
def big_window(l, v6):
    """MUST-1 a window of 0xffff is not negative: more than 32 KiB are in flight"""
    a, p, c = established(l, v6, (("MSS", 1460), ("SAckOK", b"")))
    p.window = 0xffff
    a.setsockopt(c, socket.IPPROTO_TCP, 13, b"reno")    # no early end of slow start
    first, top, sent = p.ack, p.ack, 0
    while top - first < 1 << 17:        # open the congestion window
        sent += a.fill(c, 50000)
        r = p.expect(None, match=lambda t: payload_len(t) > 0)
        assert r, "the sender stopped"
        top = max(top, r.seq + payload_len(r))
        p.ack = top
        p.send("A")
    while True:                         # then hold back
        a.fill(c, 50000)
        l.barrier()
        r = p.expect(None, 0.15, match=lambda t: payload_len(t) > 0 and t.seq >= top)
        if r is None:
            break
        top = r.seq + payload_len(r)
    assert 0x8000 < top - p.ack <= 0xffff, top - p.ack


@both
def push_flag(l, v6):
    """MUST-61 SHLD-27 PSH is on the last segment of a write"""
    # A burst for the device, which ends with PSH, too (MAY-15), is short where round trips are long.
    l.sysctl("net.ipv4.tcp_min_tso_segs", 10)
    a, p, c = established(l, v6)
    l.drain(0)
    a.send(c, b"p" * 3000)
    end, got = p.ack + 3000, p.ack
    while got < end:
        r = p.expect(None, match=lambda t: payload_len(t) > 0)
        assert r
        got = r.seq + payload_len(r)
        assert bool(r.flags.P) == (got == end), (r.flags, end - got)
    assert got == end
    l.sysctl("net.ipv4.tcp_min_tso_segs", 2)


def segment_ends(p, end):
    """Takes and acknowledges everything up to end; where the segments ended, from the first octet on."""
    start, ends = p.ack, []
    while p.ack != end:
        r = p.expect(match=payload_len)
        assert r, f"the sender stopped at {p.ack - start}"
        if r.seq == p.ack:
            p.took(r)
            ends.append(p.ack - start)
        p.send("A")
    return ends


@both
def record_ends(l, v6):
    """MSG_EOR: no segment has octets of two records; also if the end still waits in front of the stack"""
    for queued in (0, 30000):
        a, p, c = established(l, v6)
        a.setsockopt(c, *SO_SNDBUF, 4096)
        p.window = 0
        p.send("A")
        a.send(c, b"q" * queued)
        a.send(c, b"a" * 100, MSG_EOR)
        a.send(c, b"b" * 100, MSG_EOR)
        a.send(c, b"c" * 50)
        a.send(c, b"d" * 50)
        p.window = 65535
        l.drain(0)
        p.send("A")
        ends = segment_ends(p, p.ack + queued + 300)
        assert ends[-3:] == [queued + 100, queued + 200, queued + 300], ends


@both
def nagle(l, v6):
    """SHLD-7 MUST-17 two small writes: the second waits for the ACK; not with TCP_NODELAY"""
    a, p, c = established(l, v6)
    l.drain(0)
    a.send(c, b"1")
    p.took(p.expect("PA"))
    a.send(c, b"2")
    assert p.expect(None, 0.1, match=lambda t: payload_len(t) > 0 and t.seq == p.ack) is None
    p.send("A")
    r = p.expect("PA")
    assert r and payload(r) == b"2"
    p.took(r)
    p.send("A")
    a.setsockopt(c, socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for b in (b"3", b"4"):
        a.send(c, b)
        r = p.expect("PA")
        assert r and payload(r) == b
        p.took(r)


@both
def delayed_ack(l, v6):
    """SHLD-18 MUST-40 SHLD-19 small data is acknowledged, though nothing is sent"""
    a, p, c = established(l, v6)
    for i in range(40):
        r = p.exchange("PA", b"d", reply="A")   # how soon: tests/pkt, in virtual time
        assert r and r.ack == p.seq, i


@both
def window_closes(l, v6):
    """MUST-39 MUST-66 the window closes as the program does not read; RST still works then"""
    a, p, c = established(l, v6)
    a.setsockopt(c, socket.SOL_SOCKET, socket.SO_RCVBUF, 20000)
    win, sent = 65535, 0
    while win > 1460 and sent < 8 << 20:
        r = p.exchange("A", b"f" * 1400, reply=None)
        assert r
        win, sent = r.window, sent + 1400
        assert r.ack <= p.seq
    assert sent < 8 << 20, "an endless window"
    p.seq = r.ack
    p.send("R")
    l.barrier()
    if l.oracle:
        assert a.wait(c, select.POLLERR | select.POLLHUP, 10000)
    # Writing fails, what arrived before stays readable, then the reset is told.
    assert a.errno("send", c, b"x") in ("ECONNRESET", "EPIPE")
    got = a.recvall(c, sent - 1400)
    assert len(got) >= sent - 2800 and set(got) == {ord("f")}, len(got)


@both
def unread_counts(l, v6):
    """MUST-39 what the program has not read counts against SO_RCVBUF, and its reading opens the window"""
    a, p, c = established(l, v6)
    a.setsockopt(c, socket.SOL_SOCKET, socket.SO_RCVBUF, 20000)
    size = a.getsockopt(c, socket.SOL_SOCKET, socket.SO_RCVBUF)
    sent, last = 0, 65535
    while last >= 1000 and sent <= size:
        r = p.exchange("A", b"u" * 1000, reply=None)
        assert r
        sent, last = sent + (r.ack - p.seq + 1000), r.window
        if r.ack != p.seq:              # there was no room for it
            p.seq = r.ack
            break
    assert sent <= size, (sent, size)
    half = sent // 2000 * 1000
    assert len(a.recvall(c, half)) == half
    r = p.expect(None, match=lambda t: t.window > last)
    assert r, "reading did not open the window"
    assert len(a.recvall(c, sent - half)) == sent - half


@both
def zero_window_probe(l, v6):
    """MUST-36 SHLD-29 SHLD-12 a zero window is probed with an old sequence number, and answered data flows"""
    a, p, c = established(l, v6)
    p.send("A", win=0)
    l.barrier()
    l.drain(0)
    a.send(c, b"waiting")
    r = p.expect(None)
    assert r and r.seq == p.ack - 1 and payload_len(r) == 0, r
    r = p.exchange("A", win=1000, reply="PA")
    assert r and payload(r) == b"waiting"


@both
def retransmit(l, v6):
    """MUST-18 TCP-RTO-06 TCP-2525-06 unacknowledged data is sent again, with longer pauses"""
    a, p, c = established(l, v6)
    l.drain(0)
    a.send(c, b"again")
    times = []
    for _ in range(4):
        r = p.expect(None, match=lambda t: payload_len(t) == 5 and t.seq == p.ack)
        assert r
        times.append(float(r.underlayer.underlayer.time))      # when it was on the wire
    gaps = [b - x for x, b in zip(times, times[1:])]
    assert gaps[-1] > gaps[0], gaps


@both
def timestamps_echo(l, v6):
    """TCP-TS-01 TCP-TS-03 every segment carries a timestamp, and echoes the latest in order"""
    a, p, c = established(l, v6, LOOSE)
    p.ts = 5000
    r = p.exchange("PA", b"t", reply="A")
    ts = option(r, "Timestamp")
    assert ts and ts[1] == 5000
    p.ts = 6000
    r = p.exchange("PA", b"t", seq=p.seq + 10, reply="A")
    assert option(r, "Timestamp")[1] == 5000, "an out-of-order segment must not move the echo"


@both
def paws(l, v6):
    """TCP-PAWS-01 TCP-PAWS-02 an older timestamp: dropped with an ACK; RST is exempt"""
    a, p, c = established(l, v6, LOOSE)
    p.ts = 90000
    p.exchange("PA", b"new", reply="A")
    assert a.recvall(c, 3) == b"new"
    p.ts = 80000
    r = p.exchange("PA", b"old", reply="A", advance=False)
    assert r and r.ack == p.seq
    assert not a.poll(c) & select.POLLIN
    p.send("R")
    assert a.wait(c, select.POLLERR | select.POLLHUP, 10000)


@both
def urgent(l, v6):
    """MUST-30 MUST-32 TCP-URG-02 an urgent byte is out of band, announced, and not in the stream"""
    a, p, c = established(l, v6)
    p.send("PAU", b"abX", urg=3)
    assert a.wait(c, select.POLLPRI, 10000) & select.POLLPRI
    assert a.recv(c, 10) == b"ab"
    assert a.recv(c, 10, socket.MSG_OOB) == b"X"
    l.drain(0)
    a.send(c, b"cdY", socket.MSG_OOB)
    r = p.expect(None, match=lambda t: t.flags.U)
    assert r and r.seq + r.urgptr == p.ack + 3


@both
def group_syn(l, v6):
    """MUST-57 MUST-63 a SYN to or from a group is silently dropped"""
    a = l.agent()
    port = next(LISTEN_PORTS)
    a.socket("l", "AF_INET6" if v6 else "AF_INET", "SOCK_STREAM")
    a.bind("l", ("::" if v6 else "0.0.0.0", port))
    a.listen("l", 5)
    th = TCP(sport=4444, dport=port, flags="S", seq=5)
    tcp = (lambda f: TCP in f and f[TCP].dport == 4444)
    if v6:
        to_group = Ether(src=lab.MAC_TEST, dst="33:33:00:00:00:01") / IPv6(src=lab.TEST6, dst="ff02::1") / th
        from_group = IPv6(src="ff02::1", dst=lab.STACK6) / th
    else:
        to_group = Ether(src=lab.MAC_TEST, dst="ff:ff:ff:ff:ff:ff") / IP(src=lab.TEST4, dst="10.77.0.255") / th
        from_group = IP(src="224.0.0.1", dst=lab.STACK4) / th
    assert l.silent(to_group, tcp) and l.silent(from_group, tcp)
    if not v6:
        link = Ether(src=lab.MAC_TEST, dst="ff:ff:ff:ff:ff:ff") / IP(src=lab.TEST4, dst=lab.STACK4) / th
        assert l.silent(link, tcp), "unicast IP in a link broadcast"


@both
def urgent_splice(l, v6):
    """TCP-URG-02 splice() stops at the urgent byte, and there gives nothing until a read has passed it"""
    a, p, c = established(l, v6)
    p.send("PAU", b"abX", urg=3)
    assert a.wait(c, select.POLLPRI, 2000) & select.POLLPRI
    assert a.splice(c, 10) == 2
    p.exchange("PA", b"cd", reply="A")
    assert a.errno("splice", c, 10) == "EAGAIN"
    a.blocking(c, None)
    assert a.splice(c, 10) == 0
    assert a.recv(c, 1) == b"c"
    assert a.splice(c, 10) == 1


@both
def icmp_connecting(l, v6):
    """MUST-54 TCP-BLIND-05 an ICMP error about our SYN ends connect(); with a wrong sequence it does not"""
    for good in (False, True):
        a, p, c = active(l, v6)
        quoted = (IPv6(src=lab.STACK6, dst=lab.TEST6) if v6 else IP(src=lab.STACK4, dst=lab.TEST4)) / \
            TCP(sport=p.dport, dport=p.sport, seq=p.irs if good else p.irs + 5000, flags="S")
        quoted = bytes(quoted)
        err = IPv6(src=lab.TEST6, dst=lab.STACK6) / ICMPv6DestUnreach(code=4) / Raw(quoted) if v6 else \
            IP(src=lab.TEST4, dst=lab.STACK4) / ICMP(type=3, code=3) / Raw(quoted)
        l.send(err)
        l.barrier()
        if good:
            assert a.wait(c, select.POLLERR, 10000) and a.getsockopt(c, *SO_ERROR) == 111
        else:
            assert not a.poll(c)


@both
def icmp_established(l, v6):
    """MUST-56 SHLD-25 DEV-04 unreachables never end an established connection"""
    a, p, c = established(l, v6)
    l.drain(0)
    a.send(c, b"data")
    r = p.expect("PA")
    quoted = bytes((IPv6(src=lab.STACK6, dst=lab.TEST6) if v6 else IP(src=lab.STACK4, dst=lab.TEST4)) /
                   TCP(sport=p.dport, dport=p.sport, seq=r.seq, flags="A"))
    for code in ((0, 1, 3, 4) if v6 else (0, 1, 2, 3, 5, 13)):
        l.send(IPv6(src=lab.TEST6, dst=lab.STACK6) / ICMPv6DestUnreach(code=code) / Raw(quoted) if v6 else
               IP(src=lab.TEST4, dst=lab.STACK4) / ICMP(type=3, code=code) / Raw(quoted))
    l.barrier()
    assert not a.poll(c) & (select.POLLERR | select.POLLHUP)
    assert a.getsockopt(c, *SO_ERROR) == (111 if v6 else 113), "the last one is not told"
    assert a.getsockopt(c, *SO_ERROR) == 0
    p.took(r)
    p.exchange("PA", b"alive", reply="A")
    assert a.recvall(c, 5) == b"alive"


@both
def icmp_before_accept(l, v6):
    """TCP-TFO-08 a Fast Open connection that the program has not accepted ends by an ICMP error; what came is read first"""
    for accepted in (False, True):
        l.sysctl("net.ipv4.tcp_fastopen", 0x602)        # servers, all of them, without a cookie
        a, port = l.agent(), next(LISTEN_PORTS)
        listener(a, v6, port)
        p = Peer(l, v6, port)
        r = p.exchange("S", b"early", options=PLAIN, reply="SA")
        assert r and r.ack == p.seq, "the data of the SYN were not taken"
        if accepted:
            a.accept("l", "c")
        quoted = bytes((IPv6(src=lab.STACK6, dst=lab.TEST6) if v6 else IP(src=lab.STACK4, dst=lab.TEST4)) /
                       TCP(sport=p.dport, dport=p.sport, seq=r.seq, flags="SA"))
        l.send(IPv6(src=lab.TEST6, dst=lab.STACK6) / ICMPv6DestUnreach(code=3) / Raw(quoted) if v6 else
               IP(src=lab.TEST4, dst=lab.STACK4) / ICMP(type=3, code=1) / Raw(quoted))
        l.barrier()
        if not accepted:
            a.accept("l", "c")
        assert a.recv("c", 10) == b"early"
        assert a.errno("recv", "c", 10) == ("EAGAIN" if accepted else "EHOSTUNREACH")
        p.send("A", seq=p.seq, ack=r.seq + 1)
        assert bool(p.expect("R")) != accepted


@both
def accept_queue_full(l, v6):
    """SOCK-01 backlog N admits N + 1; then SYNs are dropped until the program accepts"""
    a = l.agent()
    port = next(LISTEN_PORTS)
    listener(a, v6, port, backlog=2)
    for _ in range(3):
        Peer(l, v6, port).connect()
    l.barrier()     # what comes by several queues is served in their order
    late = Peer(l, v6, port)
    assert not late.exchange("S", options=PLAIN), "a SYN beyond the accept queue was answered"
    a.accept("l", "c")
    r = late.exchange("S", options=PLAIN)
    assert r and r.flags == "SA", "the SYN sent again finds room"
    late.send("A", seq=late.seq, ack=r.seq + 1)
    l.barrier()
    assert not Peer(l, v6, port).exchange("S", options=PLAIN), "full again"


@both
def isn_unpredictable(l, v6):
    """MUST-8 MUST-9 SHLD-1 initial sequence numbers of different ports are unrelated"""
    a = l.agent()
    port = next(LISTEN_PORTS)
    listener(a, v6, port, backlog=50)
    isns = [Peer(l, v6, port).exchange("S", options=PLAIN, reply="SA").seq for _ in range(20)]
    steps = {(y - x) & 0xffffffff for x, y in zip(isns, isns[1:])}
    assert len(steps) > 15 and max(steps) > 1 << 28


@both
def time_wait_reopen(l, v6):
    """MAY-2 TCP-ST-39 TCP-TW-01 TIME-WAIT: a SYN with a higher sequence number reopens, a lower does not"""
    a, p, c = established(l, v6)
    l.drain(0)
    a.shutdown(c, socket.SHUT_WR)
    p.took(p.expect("FA"))
    p.exchange("FA", reply="A")
    a.close(c)
    old = p.seq
    r = p.exchange("S", seq=old - 5000, options=PLAIN)
    assert r and r.flags == "A"
    r = p.exchange("S", seq=old + 100000, options=PLAIN)
    assert r and r.flags == "SA" and r.ack == (old + 100001) & 0xffffffff


@test
def atomic_answers(l):
    """RFC 6864 4.1: what no socket sends cannot be fragmented and has no identification: SYN,ACK, RST, TIME-WAIT's ACK"""
    a, p, c = active(l, False)
    f = l.exchange(Peer(l, False, 9).segment("S"), lambda f: from_stack(False)(f) and TCP in f and f[TCP].flags.R)
    assert f and f[IP].flags == "DF" and f[IP].id == 0, (f and f[IP].flags, f and f[IP].id)
    p.send("SA", options=p.options)
    assert p.expect("A"), "no ACK"
    a.close(c)
    assert p.expect("FA"), "no FIN"
    p.ack += 1
    p.send("FA")
    assert p.expect("A"), "no ACK of the FIN"
    f = l.exchange(p.segment("FA", seq=p.seq - 1), lambda f: from_stack(False)(f) and TCP in f and f[TCP].dport == p.sport)
    assert f and f[IP].flags == "DF" and f[IP].id == 0, (f and f[IP].flags, f and f[IP].id)
    a = l.agent()
    port = next(LISTEN_PORTS)
    a.socket("l", "AF_INET", "SOCK_STREAM")
    a.setsockopt("l", 0, 10, 0)         # IP_MTU_DISCOVER, IP_PMTUDISC_DONT
    a.bind("l", (stack_addr(False), port))
    a.listen("l", 1)
    p = Peer(l, False, port)
    f = l.exchange(p.segment("S", options=p.options), p.mine)
    assert f and f[TCP].flags == "SA" and f[IP].flags == "DF" and f[IP].id == 0, (f and f[IP].flags, f and f[IP].id)


@test
def probing_without_df(l):
    """ip(7): a TCP socket with IP_PMTUDISC_PROBE or IP_PMTUDISC_DONT lets routers fragment, others do not"""
    for value, df in ((0, 0), (1, 1), (2, 1), (3, 0)):
        a, p, c = established(l, False)
        a.setsockopt(c, 0, 10, value)   # IP_MTU_DISCOVER
        a.send(c, b"data")
        f = l.receive(p.mine)
        assert f and bool(f[IP].flags.DF) == bool(df), (value, f and f[IP].flags)


@test
def narrow_path(l):
    """IP4-26 RFC 1191 3: a router that wants less than the smallest MTU that is believed may fragment"""
    l.sysctl("net.ipv4.route.mtu_expires", 1)
    try:
        a, p, c = established(l, False)
        quoted = IP(src=STACK4, dst=TEST4, flags="DF") / TCP(sport=p.dport, dport=p.sport, seq=p.irs + 1, ack=p.seq, flags="A")
        a.send(c, b"n" * 1000)
        f = l.receive(p.mine)
        assert f and f[IP].flags.DF and payload_len(f[TCP]) == 1000, f
        l.send(ip(False) / ICMP(type=3, code=4, nexthopmtu=300) / quoted)
        f = l.receive(p.mine)
        assert f and payload_len(f[TCP]) == 512 and not f[IP].flags.DF, (f and payload_len(f[TCP]), f and f[IP].flags)
    finally:
        time.sleep(1.2)             # it is forgotten
        l.sysctl("net.ipv4.route.mtu_expires", 600)


@both
def reset_at_once(l, v6):
    """RFC 2525 2.17: a close with data unread is a RST, without an ACK that offers their room before"""
    a = l.agent()
    port = next(LISTEN_PORTS)
    a.socket("l", "AF_INET6" if v6 else "AF_INET", "SOCK_STREAM")
    a.setsockopt("l", 1, 8, 2000)       # SO_RCVBUF
    a.bind("l", (stack_addr(v6), port))
    a.listen("l", 1)
    p = Peer(l, v6, port)
    p.connect()
    assert a.wait("l", 1, 2000), "no connection"
    a.accept("l", "c")
    assert p.exchange("PA", b"u" * 1000, reply="A"), "no ACK"
    assert a.wait("c", 1, 2000), "nothing to read"
    l.drain(0.2)
    a.close("c")
    f = l.receive(p.mine)
    assert f and f[TCP].flags == "RA", f and f[TCP].flags


@both
def urgent_write(l, v6):
    """MUST-31 MUST-62: urgent data of a program's are one write, whose segments all tell of its end"""
    a, p, c = established(l, v6)
    mss = 1440 if v6 else 1460
    assert a.send(c, b"u" * 1000, 1) == 1000            # MSG_OOB
    f = l.receive(p.mine)
    assert f and f[TCP].flags == "PAU" and f[TCP].urgptr == 1000 and payload_len(f[TCP]) == 1000, f
    p.took(f[TCP])
    p.send("A")
    assert a.send(c, b"u" * 3000, 1) == 3000
    for left in (3000, 3000 - mss, 3000 - 2 * mss):
        f = l.receive(p.mine)
        assert f and f[TCP].flags == ("PAU" if left < mss else "AU") and f[TCP].urgptr == left, (left, f)
    p.took(f[TCP])
    p.send("A")
    assert a.sendmsg(c, (b"12", b"", b"3"), (), 1) == 3
    f = l.receive(p.mine)
    assert f and f[TCP].flags == "PAU" and f[TCP].urgptr == 3 and payload(f[TCP]) == b"123", f


@both
def more_and_nagle(l, v6):
    """SHLD-7: what MSG_MORE held back waits behind a small segment as any write does, until that is acknowledged"""
    a, p, c = established(l, v6)
    a.send(c, b"1" * 100)
    assert payload_len(p.expect("PA")) == 100
    a.send(c, b"2" * 100, socket.MSG_MORE)
    a.send(c, b"3" * 100)
    assert not l.receive(p.mine, 0.1), "a small segment behind another"
    p.ack += 100
    p.send("A")
    assert payload(p.expect("PA")) == b"2" * 100 + b"3" * 100


@both
def cork_holds_at_once(l, v6):
    """SOCK-01 TCP_CORK holds what is written right after it: the FIN goes with it"""
    for _ in range(10):
        a, p, c = established(l, v6)
        l.drain(0)
        a.corked_close(c, b"held")
        r = p.expect()
        assert r and payload(r) == b"held" and "F" in r.flags
        p.send("RA", ack=p.seq)


# A device has packets until the end of the turn, or until it says that they have left: TSQ holds the rest back for so
# long, and what leaves is cut then, which changes the sum of memory that a later write is measured by. So it is over a
# path that seems slow, as on a busy machine, where packets are paced, and small. A TAP has written at once.
SENT_LATER = not lab.DEVICE.startswith("tap")


def take_all(p, end):
    """Acknowledges everything up to end, or the segment that has it, and returns it."""
    data = b""
    while p.ack < end:
        r = p.expect(match=payload_len)
        assert r, f"the sender stopped {end - p.ack} before the end"
        if r.seq == p.ack:
            data += payload(r)
            p.took(r)
        p.send("A")
    return data


@both
def large_write(l, v6):
    """SO_SNDBUF bounds what a large write takes; then the socket is not writable until there is room"""
    a, p, c = established(l, v6)
    a.setsockopt(c, *SO_SNDBUF, 20000)
    p.window = 2000
    p.send("A")
    l.drain(0)
    took = a.fill(c, 200000)
    assert 20000 < took <= 60000, took
    assert struct.unpack("i", a.ioctl(c, termios.TIOCOUTQ, 4)) == (took,)
    assert a.wait(c, select.POLLOUT, 100) == 0
    more = a.fill(c, 100)
    assert more == 0 or SENT_LATER and more == 100
    took += more
    assert take_all(p, p.ack + took) == b"f" * took
    assert a.wait(c, select.POLLOUT, 10000) == select.POLLOUT
    assert a.send(c, b"more") == 4
    assert take_all(p, p.ack + 4) == b"more"


@both
def bounded_write(l, v6):
    """SO_SNDBUF bounds a small write, too, once it was set; what is stamped is the last octet taken"""
    a, p, c = established(l, v6, window=2000)
    a.setsockopt(c, *SO_SNDBUF, 1000)
    a.setsockopt(c, *SO_TIMESTAMPING, SOF_TX_SCHED | SOF_SOFTWARE | SOF_OPT_ID)
    l.drain(0)
    took = a.fill(c, 10000)
    assert 1000 <= took <= 4608, took
    assert struct.unpack("i", a.ioctl(c, termios.TIOCOUTQ, 4)) == (took,)
    assert take_all(p, p.ack + took) == b"f" * took
    told = a.recvmsg(c, 0, 1024, socket.MSG_ERRQUEUE)[1]
    assert struct.unpack_from("I", told[1][2], 12) == (took - 1,)


@both
def bounded_pieces(l, v6):
    """SO_SNDBUF bounds sendmsg() and writev() as it does send(), whatever the pieces"""
    for piece in (400, 3000, 60000):
        a, p, c = established(l, v6, window=2000)
        a.setsockopt(c, *SO_SNDBUF, 20000)
        l.drain(0)
        took = a.fillv(c, 200000, piece)
        assert 20000 < took <= 60000, (piece, took)
        assert struct.unpack("i", a.ioctl(c, termios.TIOCOUTQ, 4)) == (took,)
        assert take_all(p, p.ack + took) == b"f" * took
        assert a.send(c, b"more") == 4
        assert take_all(p, p.ack + 4) == b"more"


@both
def bounded_file(l, v6):
    """SO_SNDBUF bounds sendfile(), which leaves the file where it was for what is not taken"""
    for offset in (None, 7):
        a, p, c = established(l, v6, window=2000)
        a.setsockopt(c, *SO_SNDBUF, 20000)
        l.drain(0)
        took, stands = a.sendfile(c, 200000, offset)
        assert 20000 < took <= 60000, (offset, took)
        assert stands == (took if offset is None else 0), (offset, stands)
        assert struct.unpack("i", a.ioctl(c, termios.TIOCOUTQ, 4)) == (took,)
        assert a.wait(c, select.POLLOUT, 100) == 0
        assert take_all(p, p.ack + took) == b"f" * took
        assert a.sendfile(c, 100, offset)[0] == 100
        assert take_all(p, p.ack + 100) == b"f" * 100


@both
def unsent_bound(l, v6):
    """TCP_NOTSENT_LOWAT bounds what waits; what a TAP has been given does not, as with Linux's tun"""
    a, p, c = established(l, v6, options=[("MSS", 1000), ("SAckOK", ""), ("WScale", 7)], window=257)
    a.setsockopt(c, socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT, 4000)
    took = a.fill(c, 59000)
    cut = 1
    while "P" not in str(p.expect(match=payload_len).flags):
        cut += 1
    # Of small ones TSQ lets a device not have ten segments at once.
    assert took == 26000 or SENT_LATER and took == {2: 22000, 3: 25000}.get(cut), \
        f"10 segments, and a packet of half the window, not {took}, in packets of {cut}"


@both
def zerocopy_fragments(l, v6):
    """Each piece of a MSG_ZEROCOPY send is a fragment, 17 of which are a packet; one completion for all"""
    a, p, c = established(l, v6)
    a.setsockopt(c, *SO_ZEROCOPY, 1)
    for pieces, lengths in ((17, [17]), (18, [17, 1]), (40, [17, 17, 6])):
        l.drain(0)
        assert a.sendv(c, pieces, MSG_ZEROCOPY) == pieces
        for n in lengths:
            r = p.expect(match=payload_len)
            assert (len(payload(r)), "P" in str(r.flags)) == (n, True), pieces
            p.took(r)
            p.send("A")
    told = a.recvmsg(c, 0, 1024, socket.MSG_ERRQUEUE)[1]
    assert struct.unpack_from("IBBBBII", told[0][2]) == (0, 5, 0, 1, 0, 0, 2)


@both
def zerocopy_on_syn(l, v6):
    """MSG_ZEROCOPY with MSG_FASTOPEN: the end of the send is told as of any other"""
    a, p = l.agent(), Peer(l, v6, 0)
    l.sysctl("net.ipv4.tcp_fastopen", 0x5)
    a.socket("c", "AF_INET6" if v6 else "AF_INET", "SOCK_STREAM")
    a.setsockopt("c", *SO_ZEROCOPY, 1)
    assert a.sendto("c", b"d" * 100, MSG_FASTOPEN | MSG_ZEROCOPY, (test_addr(v6), p.sport)) == 100
    assert payload(syn_with_data(p, v6)) == b"d" * 100
    p.send("SA", options=PLAIN)
    assert a.wait("c", select.POLLERR, 2000) & select.POLLERR
    told = a.recvmsg("c", 0, 1024, socket.MSG_ERRQUEUE)[1]
    assert struct.unpack_from("IBBBBII", told[0][2]) == (0, 5, 0, 1, 0, 0, 0)


@both
def large_write_blocking(l, v6):
    """A large write that may block ends when the last octet has room; what it left is not seen by close()"""
    a, p, c = established(l, v6)
    a.setsockopt(c, *SO_SNDBUF, 20000)
    a.blocking(c, None)
    p.window = 20000
    p.send("A")
    l.drain(0)
    start = p.ack
    a.start("send", c, b"w" * 250000)
    data = take_all(p, start + 100000)
    assert not select.select([a.p.stdout], [], [], 0)[0], "all is said to be taken"
    data += take_all(p, start + 250000)
    assert a.finish("send") == 250000
    assert data == b"w" * 250000
    a.blocking(c, 0)
    p.window = 0
    p.send("A")
    took = a.fill(c, 200000)
    a.close(c)
    p.window = 65535
    p.send("A")
    assert take_all(p, p.ack + took) == b"f" * took
    f = p.expect(None, match=lambda t: t.flags.F)
    assert f and f.seq + payload_len(f) == p.ack


@both
def fastopen_pieces(l, v6):
    """MSG_FASTOPEN from several pieces: what the SYN did not take is one write, and one segment"""
    a, p = l.agent(), Peer(l, v6, 0)
    l.sysctl("net.ipv4.tcp_fastopen", 0x5)      # client, without a cookie
    a.socket("c", "AF_INET6" if v6 else "AF_INET", "SOCK_STREAM")
    a.blocking("c", None)
    a.start("sendmsg", "c", (b"a" * 1300, b"b" * 500, b"c" * 300), (), MSG_FASTOPEN, (test_addr(v6), p.sport))
    took = payload_len(syn_with_data(p, v6))
    assert 1000 < took < 1500
    p.send("SA", options=PLAIN)
    r = p.expect(match=payload_len)
    assert payload(r) == b"a" * (1300 - took) + b"b" * (500 - max(0, took - 1300)) + b"c" * 300, payload_len(r)
    assert a.finish("sendmsg") == 2100


def deferred(l, v6):
    """A program whose connect() with TCP_FASTOPEN_CONNECT waits for the first write; (agent, peer)."""
    a, p = l.agent(), Peer(l, v6, 0)
    l.sysctl("net.ipv4.tcp_fastopen", 0x5)      # client, without a cookie
    a.socket("c", "AF_INET6" if v6 else "AF_INET", "SOCK_STREAM")
    a.setsockopt("c", socket.IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1)
    l.drain(0)
    a.connect("c", (test_addr(v6), p.sport))
    return a, p


def syn_with_data(p, v6):
    f = p.lab.receive(lambda f: from_stack(v6)(f) and TCP in f and f[TCP].dport == p.sport and "S" in f[TCP].flags)
    assert f, "no SYN"
    p.dport, p.irs = f[TCP].sport, f[TCP].seq
    p.took(f[TCP])
    return f[TCP]


@both
def first_write_connects(l, v6):
    """TCP_FASTOPEN_CONNECT: the first write is the SYN's data, the next must wait for the handshake"""
    a, p = deferred(l, v6)
    assert a.wait("c", select.POLLOUT, 0) == select.POLLOUT
    assert a.send("c", b"d" * 100) == 100
    assert payload(syn_with_data(p, v6)) == b"d" * 100
    assert a.wait("c", select.POLLOUT, 0) == 0
    assert a.errno("send", "c", b"more") == "EAGAIN"
    assert a.errno("sendto", "c", b"x", MSG_FASTOPEN, (test_addr(v6), p.sport)) == "EALREADY"
    p.send("SA", options=PLAIN)
    assert a.wait("c", select.POLLOUT, 10000) == select.POLLOUT
    assert a.send("c", b"more") == 4
    r = p.expect(match=payload_len)
    assert payload(r) == b"more" and r.seq == p.irs + 101


@both
def first_write_waits(l, v6):
    """TCP_FASTOPEN_CONNECT: a first write that may block ends with the handshake, or with its error"""
    for answer, want in (("SA", 3000), ("RA", "ECONNREFUSED")):
        a, p = deferred(l, v6)
        a.blocking("c", None)
        a.start("send", "c", b"d" * 3000)
        syn_with_data(p, v6)
        p.send(answer, options=PLAIN)
        try:
            got = a.finish("send")
        except lab.Agent.Failed as e:
            got = e.errno
        assert got == want, got


@both
def syn_ack_unacknowledged(l, v6):
    """MSG_FASTOPEN: the ACK of the handshake goes with what the SYN left over, not before it"""
    a, p = deferred(l, v6)
    a.blocking("c", None)
    a.start("send", "c", b"d" * 3000)
    syn_with_data(p, v6)
    p.send("SA", options=PLAIN)
    r = p.expect()
    assert payload_len(r), "an ACK without data"
    assert a.finish("send") == 3000


def call_behind(l, a, frame, op, *args):
    """Makes the call when the frame is there, but before the daemon has seen it. What comes of it, or errno."""
    if not l.oracle:
        l.daemon.send_signal(signal.SIGSTOP)
    try:
        frame()
        a.start(op, *args)
        time.sleep(0.1)
    finally:
        if not l.oracle:
            l.daemon.send_signal(signal.SIGCONT)
    try:
        return a.finish(op)
    except lab.Agent.Failed as e:
        return e.errno


@both
def option_before_data(l, v6):
    """SOCK-01 what says how packets look holds for the data that are written next, however late the stack is"""
    level, ttl = (41, 16) if v6 else (0, 2)     # IPV6_UNICAST_HOPS, IP_TTL
    a, p, c = established(l, v6)
    assert call_behind(l, a, lambda: None, "set_and_send", c, level, ttl, 42, b"data") == 4
    f = l.receive(lambda f: p.mine(f) and payload_len(f[TCP]))
    assert f and (f[IPv6].hlim if v6 else f[IP].ttl) == 42, f


@both
def frames_before_calls(l, v6):
    """SOCK-01 a call finds the stack as the frames have left it that came before it"""
    a, p, c = established(l, v6)
    a.send(c, b"data")
    p.took(p.expect(match=payload_len))
    info = call_behind(l, a, lambda: p.send("A"), "getsockopt", c, socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    assert struct.unpack_from("I", info, 24) == (0,)


@both
def frames_before_io(l, v6):
    """SOCK-01 so does what reads, writes or looks at the descriptor alone"""
    for frame, op, args, want in (
            (("PA", b"data"), "recv", ("c", 10), b"data"),
            (("PA", b"data"), "wait", ("c", select.POLLIN, 0), select.POLLIN),
            (("PA", b"data"), "epoll_wait", ("e",), select.EPOLLIN),
            (("PA", b"data"), "select", ("c",), True),
            (("PA", b"data"), "ioctl", ("c", termios.FIONREAD, 4), struct.pack("i", 4)),
            (("FA",), "recv", ("c", 10), b""),
            (("R",), "send", ("c", b"x"), "ECONNRESET")):
        a, p, _ = established(l, v6)    # a new program, with all its time to spend on looking
        a.epoll("e", "c")
        got = call_behind(l, a, lambda p=p, frame=frame: p.send(*frame), op, *args)
        assert got == want, (op, got)
    a, port = l.agent(), next(LISTEN_PORTS)
    listener(a, v6, port)
    q = Peer(l, v6, port)
    q.took(q.exchange("S", options=PLAIN, reply="SA"))
    assert call_behind(l, a, lambda: q.send("A"), "accept", "l", "d")[1] == q.sport


if __name__ == "__main__":
    lab.main()
