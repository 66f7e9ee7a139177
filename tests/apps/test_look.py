#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""netstack sock and trace: looking at connections while they run."""
import json
import signal
import socket
import subprocess
import sys
import time
import xml.dom.minidom

from applab import HOST, STACK, families, main, need, test, wait_for

need("iperf3")


def netstack(lab, *args, **kw):
    return subprocess.Popen([f"{lab.build}/netstack", args[0], "--control", lab.control, *args[1:]], cwd=lab.dir,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **kw)


def finish(p):
    out, err = p.communicate(timeout=30)
    return p.returncode, out, err


def load(lab, family, seconds=2):
    """A program of the stack that sends for some seconds."""
    server = lab.spawn(["iperf3", "-s", "-p", "5210", "-B", HOST[family]])
    lab.wait_port(False, 5210, family)
    client = lab.spawn(["iperf3", "-c", HOST[family], "-p", "5210", "-t", str(seconds)], shim=True)
    return server, client


def end_text(family, who, port):
    addr = who[family]
    return f"[{addr}]:{port}" if family == 6 else f"{addr}:{port}"


@families
def sock_json(lab, family):
    """netstack sock --json has TCP_INFO of each connection"""
    server, client = load(lab, family)
    peer, found = end_text(family, HOST, 5210), []
    for _ in range(200):
        _, out, _ = finish(netstack(lab, "sock", "--json"))
        found = [s["tcp"] for s in json.loads(out)["sockets"] if s["peer"] == peer and "tcp" in s]
        if any(t["bytes_acked"] > 1 << 20 for t in found):
            break
        time.sleep(0.05)
    busy = max(found, key=lambda t: t["bytes_acked"])
    assert busy["congestion"] == "cubic" and busy["snd_cwnd"] >= 2 and busy["rtt"] > 0, busy
    # as on Linux, bytes_acked counts the client's SYN and bytes_sent does not
    assert busy["bytes_sent"] + 1 >= busy["bytes_acked"] > 1 << 20 and busy["snd_mss"] > 500, busy
    lab.stop(client)
    lab.stop(server)


@families
def sock_watch(lab, family):
    """netstack sock --watch shows connections again and again"""
    server, client = load(lab, family)
    p = netstack(lab, "sock", "--watch=0.2")
    peer = end_text(family, HOST, 5210)
    looks, lines = 0, []
    while looks < 3:
        line = p.stdout.readline()
        assert line, "it ended by itself"
        looks += line.startswith("state")
        if peer in line:
            lines.append(line.split())
    p.terminate()
    p.wait(5)
    assert any(f[0] == "ESTAB" and f[3] == "cubic" and int(f[4]) >= 2 for f in lines), lines
    lab.stop(client)
    lab.stop(server)


@families
def trace_plot(lab, family):
    """netstack trace tcp --plot draws the connection that was asked for"""
    peer = end_text(family, HOST, 5210)
    p = netstack(lab, "trace", "tcp", "--plot", "a.svg", "--conn", peer)
    # it prints nothing: its channel beside that of the question
    wait_for(lambda: lab.stat()["daemon"]["channels"] >= 2, "the trace is on")
    server, client = load(lab, family, 1)
    client.wait(60)
    p.send_signal(signal.SIGINT)
    code, out, err = finish(p)
    assert code == 0 and peer in out, (code, out, err)
    svg = xml.dom.minidom.parse(f"{lab.dir}/a.svg")
    lines = svg.getElementsByTagName("polyline")
    points = [len(x.getAttribute("points").split()) for x in lines]
    assert len(lines) == 6 and max(points) > 20, points
    texts = {t.firstChild.data for t in svg.getElementsByTagName("text") if t.firstChild}
    assert {"cwnd", "srtt", "acknowledged"} <= texts
    lab.stop(server)


@test
def trace_points(lab):
    """trace: a system's name chooses its points, --for ends it; bad words name the remedy"""
    p = netstack(lab, "trace", "tcp", "sock", "--for", "4")
    assert p.stdout.readline().strip() == "tracing"
    server, client = load(lab, 4, 1)
    code, out, err = finish(p)
    lines = out.splitlines()
    assert code == 0 and not err, (code, err)
    assert any("newstate=ESTABLISHED" in x for x in lines) and any("tcp_probe" in x and "snd_cwnd=" in x for x in lines)
    assert not any("netif_receive_skb" in x for x in lines)
    lab.stop(client)
    lab.stop(server)
    for args, want in ((("trace", "nosuch"), "unknown tracepoint"), (("trace", "--for", "x"), "--for needs"),
                       (("trace", "net", "--plot", "a.svg"), "draws TCP only"), (("trace", "--conn", "a:1"), "belongs to"),
                       (("sock", "--watch=0"), "--watch takes"), (("stat", "--watch"), "unknown option")):
        code, out, err = finish(netstack(lab, *args))
        assert code != 0 and want in err, (args, code, err)
    code, out, err = finish(netstack(lab, "trace", "tcp", "--for", "0.1", "--plot", "none.svg"))
    assert code == 1 and "no TCP connection" in err, (code, out, err)


# Connects, says what its route made of the connection, and whether the program may choose another algorithm.
THROUGH = """import socket, struct, sys
s = socket.socket(); s.settimeout(10); s.connect((sys.argv[1], int(sys.argv[2])))
print(s.getsockopt(6, 13, 16).rstrip(b"\\0").decode(), struct.unpack_from("=I", s.getsockopt(6, 11, 104), 80)[0])
try: s.setsockopt(6, 13, b"reno")
except OSError as e: print(e.errno)
"""


@test
def route_attributes(lab):
    """what --route says of a path is shown, and connections take it"""
    here = socket.create_server(("", 7791))
    try:
        out = lab.run([f"{lab.build}/netstack", "run", "--dev", "tap:tap8,host=10.79.0.1/24", "--addr", "10.79.0.2/24%tap8",
                       "--route", "10.79.0.0/25,dev=tap8,congctl=lock:bbr,initcwnd=3,rtt=30", "--", "sh", "-c",
                       f"{lab.build}/netstack stat; exec {sys.executable} -c '{THROUGH}' 10.79.0.1 7791"], check=False)
    finally:
        here.close()
    lines = out.stdout.decode().splitlines()
    assert "10.79.0.0/25 dev tap8 metric 0 rtt 30 initcwnd 3 congctl bbr" in lines, (lines, out.stderr)
    assert lines[-2:] == ["bbr 3", "1"], (lines[-3:], out.stderr)


if __name__ == "__main__":
    main()
