#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Tools that look at a network or carry bytes over it: traceroute, mtr, nmap, telnet, ncat, socat's many addresses, iperf, nuttcp, openssl."""
import os
import re
import select
import subprocess

from applab import HOST, STACK, bracket, each_way, families, main, sha, wait_for, want


def heard(p, what):
    """Whether p prints the line within a second; others are passed over."""
    while select.select([p.stdout], [], [], 1)[0]:
        if p.stdout.readline() == what:
            return True
    return False


def listener(lab, shim, family, port):
    """Something that accepts and echoes."""
    addr = (STACK if shim else HOST)[family]
    return lab.serving(["socat", f"TCP{family}-LISTEN:{port},bind={bracket(addr)},fork,reuseaddr", "EXEC:cat"], shim, port, family)


@each_way
def traceroute(lab, family, shim):
    """traceroute: UDP, ICMP and TCP probes reach the other side in one hop"""
    want("traceroute", "socat")
    addr = (HOST if shim else STACK)[family]
    with listener(lab, not shim, family, 8700):
        for mode in (["-U"], [], ["-I"], ["-T", "-p", "8700"]):
            out = lab.run(["traceroute", f"-{family}", "-n", "-q", "1", "-N", "1", "-w", "2", "-m", "2", *mode, addr], shim=shim).stdout.decode()
            hops = [line for line in out.split("\n")[1:] if line.strip()]
            assert len(hops) == 1 and addr in hops[0] and "*" not in hops[0], (mode, out)


@families
def ifconfig(lab, family):
    """ifconfig and route change the stack's interface, addresses and routes, and show them"""
    want("ifconfig", "route")
    net = {4: ["-net", "10.90.0.0", "netmask", "255.255.0.0"], 6: ["-A", "inet6", "fd90::/64"]}[family]
    addr = {4: ["10.91.0.1", "netmask", "255.255.255.0"], 6: ["inet6", "add", "fd91::1/64"]}[family]
    show = ["route", "-n"] if family == 4 else ["route", "-n", "-A", "inet6"]

    def run(*argv, check=True):
        return lab.run(argv, shim=True, check=check).stdout.decode()

    run("ifconfig", "eth0", "mtu", "1400")
    assert "mtu 1400" in run("ifconfig", "eth0")
    run("ifconfig", "eth0", "mtu", "1500")
    run(*(["route", "-A", "inet6", "add", net[2]] if family == 6 else ["route", "add", *net]), "gw", HOST[family])
    assert {4: "10.90.0.0", 6: "fd90::/64"}[family] in run(*show)
    run(*(["route", "-A", "inet6", "del", net[2]] if family == 6 else ["route", "del", *net]), "gw", HOST[family])
    assert {4: "10.90.0.0", 6: "fd90::/64"}[family] not in run(*show)
    run("ifconfig", "lo", *addr)
    assert addr[0 if family == 4 else 2].split("/")[0] in run("ifconfig", "lo")
    run("ifconfig", "lo", *({4: ["127.0.0.1", "netmask", "255.0.0.0"], 6: ["inet6", "del", "fd91::1/64"]}[family]))
    p = lab.run(["ifconfig", "eth0", "mtu", "1"], shim=True, check=False)
    assert p.returncode, p


@each_way
def mtr(lab, family, shim):
    """mtr: ICMP, UDP and TCP reports"""
    want("mtr", "socat")
    addr = (HOST if shim else STACK)[family]
    with listener(lab, not shim, family, 8701):
        for mode in ([], ["-u"], ["-T", "-P", "8701"]):
            out = lab.run(["mtr", f"-{family}", "-n", "-r", "-c", "2", "-i", "0.3", "-G", "1", *mode, addr], shim=shim).stdout.decode()
            assert re.search(rf"1\.\|-- {addr} +0\.0%", out), (mode, out)


@each_way
def nmap(lab, family, shim):
    """nmap: a connect scan finds the open port and the closed ones"""
    want("nmap", "socat")
    addr = (HOST if shim else STACK)[family]
    with listener(lab, not shim, family, 8702):
        out = lab.run(["nmap", "-sT", "-n", "-Pn", "--unprivileged", f"-{family}", "-p", "8702-8705", "-oG", "-", addr], shim=shim).stdout.decode()
        assert "8702/open/tcp" in out and "8703/closed/tcp" in out and "8705/closed/tcp" in out, out


@each_way
def telnet(lab, family, shim):
    """telnet: a conversation by hand"""
    want("telnet", "socat")
    addr = (HOST if shim else STACK)[family]
    with listener(lab, not shim, family, 8706):
        p = lab.spawn(["telnet", addr, "8706"], shim=shim, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        while b"Escape character" not in (said := lab.line(p)):
            assert said, "telnet ended"
        p.stdin.write(b"hello there\n")
        p.stdin.flush()
        out = b""
        while b"hello there" not in out:
            assert select.select([p.stdout], [], [], 20)[0], out
            more = os.read(p.stdout.fileno(), 1000)
            assert more, out
            out += more
        lab.stop(p)


@each_way
def ncat(lab, family, shim):
    """ncat: a broker, TLS, UDP, --exec"""
    want("ncat")
    addr = (HOST if shim else STACK)[family]
    with lab.serving(["ncat", "-l", "--keep-open", "--ssl", addr, "8707", "--exec", "/bin/cat"], not shim, 8707, family):
        p = lab.spawn(["ncat", "--ssl", addr, "8707"], shim=shim, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        p.stdin.write(b"over tls\n")
        p.stdin.flush()
        assert lab.line(p) == b"over tls\n"
        lab.stop(p)
    with lab.serving(["ncat", "-l", "--broker", addr, "8708"], not shim, 8708, family):
        talkers = [lab.spawn(["ncat", addr, "8708"], shim=shim, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
                   for _ in range(3)]
        for i, p in enumerate(talkers):     # the broker knows one when the others hear it
            for _ in range(20):
                p.stdin.write(b"%d is here\n" % i)
                p.stdin.flush()
                if all(heard(q, b"%d is here\n" % i) for q in talkers if q is not p):
                    break
            else:
                raise AssertionError(f"talker {i} was not heard")
        for p in talkers:
            lab.stop(p)
    s = lab.spawn(["ncat", "-l", "-u", "-e", "/bin/cat", addr, "8709"], shim=not shim)
    lab.wait_bound(not shim, 8709, "udp", child=s)
    p = lab.spawn(["ncat", "-u", addr, "8709"], shim=shim, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    for _ in range(10):		# it may be lost while the server starts
        p.stdin.write(b"datagram\n")
        p.stdin.flush()
        if select.select([p.stdout], [], [], 2)[0]:
            break
    assert lab.line(p) == b"datagram\n"
    lab.stop(p)
    lab.stop(s)


def through(lab, shim, listen, connect, port, proto="tcp", text=b"through the tube\n"):
    """listen | cat on one side, connect on the other: the text comes back."""
    s = lab.spawn(["socat", listen, "EXEC:cat"], shim=not shim)
    lab.wait_bound(not shim, port, proto, child=s)
    if proto == "udp":      # which has no end: it would wait for more
        p = lab.spawn(["socat", "-", connect], shim=shim, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        p.stdin.write(text)
        out = lab.line(p)
        lab.stop(p)
    else:
        out = lab.run(["socat", "-t20", "-", connect], shim=shim, input=text).stdout
    lab.stop(s)
    assert out == text, (listen, connect, out)


@each_way
def socat_modes(lab, family, shim):
    """socat: OPENSSL, options, UDP-RECVFROM, UDP connected, shut-down modes, SOCKS4A and PROXY"""
    want("socat", "openssl")
    addr = (HOST if shim else STACK)[family]
    b = bracket(addr)
    lab.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-subj", "/CN=test", "-days", "9", "-keyout", "key.pem", "-out", "cert.pem"])
    tls = f"OPENSSL-LISTEN:8710,pf=ip{family},bind={b},cert={lab.dir}/cert.pem,key={lab.dir}/key.pem,verify=0,fork,reuseaddr"
    through(lab, shim, tls, f"OPENSSL:{b}:8710,verify=0", 8710)
    opts = "nodelay,keepalive,keepidle=5,keepintvl=2,keepcnt=3,linger=2,sndbuf=65536,rcvbuf=65536"
    through(lab, shim, f"TCP{family}-LISTEN:8711,bind={b},fork,reuseaddr,backlog=3,{opts}", f"TCP{family}:{b}:8711,{opts}", 8711)
    through(lab, shim, f"TCP{family}-LISTEN:8712,bind={b},fork,reuseaddr", f"TCP{family}:{b}:8712,sourceport=8790,reuseaddr,shut-down", 8712)
    through(lab, shim, f"UDP{family}-RECVFROM:8713,bind={b},fork", f"UDP{family}-SENDTO:{b}:8713", 8713, "udp")
    through(lab, shim, f"UDP{family}-LISTEN:8714,bind={b}", f"UDP{family}:{b}:8714", 8714, "udp")
    s = lab.spawn(["socat", "-u", f"UDP{family}-RECV:8715,bind={b}", f"OPEN:{lab.dir}/rcv,creat,trunc"], shim=not shim)
    lab.wait_bound(not shim, 8715, "udp", child=s)
    lab.run(["socat", "-u", "-", f"UDP{family}-SENDTO:{b}:8715"], shim=shim, input=b"one way\n")

    def received():
        with open(f"{lab.dir}/rcv", "rb") as f:
            return f.read() == b"one way\n"
    wait_for(received, "the line is in the file")
    lab.stop(s)


@each_way
def iperf2(lab, family, shim):
    """iperf 2: TCP with four threads, UDP"""
    want("iperf")
    addr = (HOST if shim else STACK)[family]
    v6 = ["-V"] if family == 6 else []
    with lab.serving(["iperf", "-s", *v6, "-B", addr, "-p", "8716"], not shim, 8716, family):
        out = lab.run(["iperf", "-c", addr, *v6, "-p", "8716", "-t", "1", "-P", "4", "-y", "C"], shim=shim).stdout.decode()
        assert int(out.strip().split("\n")[-1].split(",")[-2]) > 1 << 20, out
    s = lab.spawn(["iperf", "-s", "-u", *v6, "-B", addr, "-p", "8717"], shim=not shim)
    lab.wait_bound(not shim, 8717, "udp", child=s)
    out = lab.run(["iperf", "-c", addr, "-u", *v6, "-p", "8717", "-t", "1", "-b", "1M"], shim=shim).stdout.decode()
    lab.stop(s)
    lost = re.search(r"(\d+)/\s*(\d+) \(", out)
    assert lost and int(lost[1]) <= 0.05 * int(lost[2]), out


@each_way
def nuttcp(lab, family, shim):
    """nuttcp: transmit and receive"""
    want("nuttcp")
    addr = (HOST if shim else STACK)[family]
    v6 = ["-6"] if family == 6 else []
    s = lab.spawn(["nuttcp", "-S", "--nofork", *v6, "-P", "8720"], shim=not shim)
    lab.wait_bound(not shim, 8720, child=s)      # it takes a probe for a client
    for way in ("-t", "-r"):
        out = lab.run(["nuttcp", way, *v6, "-P", "8720", "-p", "8721", "-T", "1", "-fparse", addr], shim=shim).stdout.decode()
        assert float(re.search(r"megabytes=([\d.]+)", out)[1]) > 1, out
    lab.stop(s)


@each_way
def openssl(lab, family, shim):
    """openssl s_client and s_server: a megabyte of echo, s_time"""
    want("openssl")
    addr = (HOST if shim else STACK)[family]
    lab.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-subj", "/CN=test", "-days", "9", "-keyout", "key.pem", "-out", "cert.pem"])
    server = ["openssl", "s_server", "-accept", f"{bracket(addr)}:8722", "-cert", "cert.pem", "-key", "key.pem", "-rev", "-quiet"]
    with lab.serving(server, not shim, 8722, family, stdin=subprocess.DEVNULL):
        out = lab.run(["openssl", "s_client", "-connect", f"{bracket(addr)}:8722", "-quiet", "-no_ign_eof"], shim=shim,
                      input=b"abcdefg\nQ\n", check=False)
        p = lab.spawn(["openssl", "s_client", "-connect", f"{bracket(addr)}:8722", "-quiet"], shim=shim, stdin=subprocess.PIPE,
                      stdout=subprocess.PIPE)
        p.stdin.write(b"abcdefg\n")
        p.stdin.flush()
        assert lab.line(p) == b"gfedcba\n"
        lab.stop(p)
    assert out


@families
def dropbear(lab, family):
    """dropbear and dbclient: the other ssh, both sides"""
    want("dropbear", "dbclient", "dropbearkey")
    key = f"{lab.dir}/dbkey"
    if not os.path.exists(key):
        lab.run(["dropbearkey", "-t", "ed25519", "-f", key])
        text = lab.run(["dropbearkey", "-y", "-f", key]).stdout.decode()
        line = [x for x in text.split("\n") if x.startswith("ssh-")][0]
        os.makedirs(f"{lab.dir}/.ssh", exist_ok=True)
        lab.write(".ssh/authorized_keys", line + "\n", 0o600)
        # root's home is the lab's, without hiding what the real one holds: this tree, it may be
        lab.write("passwd", re.sub(r"(?m)^(root(?::[^:]*){4}):[^:]*", rf"\1:{lab.dir}", open("/etc/passwd").read()), 0o644)
    src = lab.file("db.in", 2 << 20)
    for shim_server in (True, False):
        addr = (STACK if shim_server else HOST)[family]
        home = {**os.environ, "HOME": lab.dir}
        with lab.serving([*lab.own_etc("passwd"), "dropbear", "-F", "-E", "-r", key, "-p", f"{bracket(addr)}:8723"],
                         shim_server, 8723, family):
            out = lab.run(["dbclient", "-y", "-y", "-i", key, "-p", "8723", f"root@{addr}", "cat"], shim=not shim_server, env=home,
                          stdin=open(src, "rb"))
            lab.write("db.out", "")
            with open(f"{lab.dir}/db.out", "wb") as f:
                f.write(out.stdout)
            assert sha(f"{lab.dir}/db.out") == sha(src), out.stderr[-300:]


if __name__ == "__main__":
    main()
