#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Sudden ends: a program killed in mid-transfer, the daemon killed under load."""
import os
import signal
import sys
import time

from applab import HOST, STACK, families, main, need, test, url

need("curl", "iperf3")


def sockets(lab):
    return [s for s in __import__("json").loads(lab.cli("sock", "--json"))["sockets"]
            if s.get("state") not in ("TIME-WAIT", "LISTEN")]


@families
def client_killed(lab, family):
    """a client killed by SIGKILL in mid-transfer: its peer sees a reset, nothing stays behind"""
    server = lab.spawn(["iperf3", "-s", "-p", "5500", "-1"])
    time.sleep(0.4)
    c = lab.spawn(["iperf3", "-c", HOST[family], "-p", "5500", "-t", "30", "-P", "4"], shim=True)
    time.sleep(1.5)
    assert sockets(lab), "the transfer did not start"
    os.killpg(c.pid, signal.SIGKILL)
    server.wait(10)
    lab.stop(c)
    lab.stop(server)
    end = time.monotonic() + 5
    while sockets(lab) and time.monotonic() < end:
        time.sleep(0.1)
    assert not sockets(lab), sockets(lab)


@test
def listener_killed(lab):
    """a server killed by SIGKILL: its port is refused at once and can be bound again"""
    code = "import socket,time; s=socket.create_server(('10.77.0.2', 5600)); time.sleep(60)"
    for _ in range(5):
        p = lab.spawn([sys.executable, "-c", code], shim=True)
        lab.wait_port(True, 5600)
        os.killpg(p.pid, signal.SIGKILL)
        p.wait()
        out = lab.run(["curl", "-sS", "-m", "5", url(STACK[4], 5600)], check=False)
        assert out.returncode == 7, (out.returncode, out.stderr)
        lab.stop(p)


@test
def daemon_killed(lab):
    """the daemon killed under load: every program gets an error, none hangs or spins"""
    server = lab.spawn(["iperf3", "-s", "-p", "5700"])
    time.sleep(0.4)
    programs = [lab.spawn(["iperf3", "-c", HOST[4], "-p", "5700", "-t", "30", "-P", "4"], shim=True)]
    code = ("import socket\n"
            "s=socket.create_server(('10.77.0.2', 5701))\n"
            "c=socket.create_connection(('10.77.0.1', 5700))\n"
            "try:\n d=c.recv(10)\nexcept OSError: pass\n")
    programs.append(lab.spawn([sys.executable, "-c", code], shim=True))
    time.sleep(1.5)
    lab.daemon.kill()
    lab.daemon.wait()
    for p in programs:
        p.wait(15)
    out = lab.run(["curl", "-sS", "-m", "5", url(HOST[4], 5700)], shim=True, check=False, timeout=10)
    assert out.returncode != 0
    for p in programs + [server]:
        lab.stop(p)
    lab.start_daemon()
    lab.run(["ping", "-c", "1", "-W", "5", STACK[4]])


if __name__ == "__main__":
    main()
