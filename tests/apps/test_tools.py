#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""iperf3, nc, socat, ping, ssh and scp."""
import json
import os
import subprocess

from applab import HOST, STACK, each_way, families, main, need, sha, test

need("iperf3", "nc", "socat", "ping", "ssh", "scp", "ssh-keygen")
SSHD = "/usr/sbin/sshd"


def iperf(lab, family, shim, *args):
    addr = (HOST if shim else STACK)[family]
    s = lab.spawn(["iperf3", "-s", "-p", "5210", "-B", addr], shim=not shim)
    lab.wait_bound(not shim, 5210, child=s)
    out = json.loads(lab.run(["iperf3", "-c", addr, "-p", "5210", "-t", "1", "-J", *args], shim=shim).stdout)
    lab.stop(s)
    assert "error" not in out, out.get("error")
    return out["end"]


@each_way
def iperf_tcp(lab, family, shim):
    """iperf3: TCP both directions, 8 streams, both ways at once"""
    for args in ((), ("-R",), ("-P", "8"), ("-P", "8", "-R"), ("--bidir",)):
        end = iperf(lab, family, shim, *args)
        assert end["sum_received"]["bytes"] > 1 << 20, (args, end["sum_received"])


@each_way
def iperf_udp(lab, family, shim):
    """iperf3: UDP 1 Mbit/s both directions, next to no loss"""
    for args in ((), ("-R",)):
        end = iperf(lab, family, shim, "-u", "-b", "1M", "-l", "1200", *args)
        assert end["sum"]["lost_percent"] < 2, (args, end["sum"])


@each_way
def netcat(lab, family, shim):
    """nc: a megabyte over TCP, a line over UDP"""
    src = lab.file("nc.in", 1 << 20)
    addr = (HOST if shim else STACK)[family]
    with open(f"{lab.dir}/nc.out", "wb") as out:
        s = lab.spawn(["nc", "-l", "-N", addr, "5300"], shim=not shim, stdout=out, stdin=subprocess.DEVNULL)
        lab.wait_bound(not shim, 5300, child=s)
        with open(src, "rb") as f:
            lab.run(["nc", "-N", addr, "5300"], shim=shim, stdin=f)
        s.wait(30)
        lab.stop(s)
    assert sha(f"{lab.dir}/nc.out") == sha(src)
    s = lab.spawn(["nc", "-u", "-l", addr, "5301"], shim=not shim, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    lab.wait_bound(not shim, 5301, "udp", child=s)
    lab.run(["nc", "-u", "-w1", addr, "5301"], shim=shim, input=b"datagram\n")
    assert s.stdout.readline() == b"datagram\n"
    lab.stop(s)


@each_way
def socat(lab, family, shim):
    """socat: fork per connection, EXEC, UDP echo"""
    addr = (HOST if shim else STACK)[family]
    bind = f"[{addr}]" if family == 6 else addr
    s = lab.spawn(["socat", f"TCP{family}-LISTEN:5400,bind={bind},fork,reuseaddr", "EXEC:tr a-z A-Z"], shim=not shim)
    lab.wait_port(not shim, 5400, family)
    for word in (b"hello", b"again"):
        out = lab.run(["socat", "-t20", "-", f"TCP{family}:{bind}:5400"], shim=shim, input=word + b"\n")
        assert out.stdout == word.upper() + b"\n", out.stdout
    lab.stop(s)
    s = lab.spawn(["socat", f"UDP{family}-LISTEN:5401,bind={bind},fork", "PIPE"], shim=not shim)
    lab.wait_bound(not shim, 5401, "udp", child=s)
    p = lab.spawn(["socat", "-", f"UDP{family}:{bind}:5401"], shim=shim, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    p.stdin.write(b"echo me\n")
    assert lab.line(p) == b"echo me\n"
    lab.stop(p)
    lab.stop(s)


FAST_SERVER = """
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.setsockopt(socket.IPPROTO_TCP, 23, 8)
s.bind((sys.argv[1], 5600))
s.listen()
while True:
    c = s.accept()[0]
    c.sendall(c.recv(100).upper())
    c.close()
"""
FAST_CLIENT = """
import socket, sys
addr, family = (sys.argv[1], 5600), socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
def end(s):
    print(s.recv(100).decode(), s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 200)[5] >> 5 & 1)
    s.close()
for _ in range(2):
    s = socket.socket(family)
    s.sendto(b"hello", socket.MSG_FASTOPEN, addr)
    end(s)
s = socket.socket(family)
s.setsockopt(socket.IPPROTO_TCP, 30, 1)
s.connect(addr)
s.sendall(b"later")
end(s)
"""


@each_way
def fastopen(lab, family, shim):
    """TCP Fast Open against the kernel's: a cookie is learned, then data go with the SYN"""
    addr = (HOST if shim else STACK)[family]
    subprocess.run(["sysctl", "-qw", "net.ipv4.tcp_fastopen=3"], check=True)
    lab.run([f"{lab.build}/netstack", "sysctl", "--control", lab.control, "net.ipv4.tcp_fastopen=3"])
    s = lab.spawn(["python3", "-c", FAST_SERVER, addr], shim=not shim)
    lab.wait_bound(not shim, 5600, child=s)
    out = lab.run(["python3", "-c", FAST_CLIENT, addr], shim=shim).stdout.decode().split("\n")
    lab.stop(s)
    assert out[:3] == ["HELLO 0", "HELLO 1", "LATER 1"], out


@families
def ping(lab, family):
    """ping from the shim, ping of the stack; an unused address is unreachable"""
    out = lab.run(["ping", f"-{family}", "-c", "3", "-i", "0.2", HOST[family]], shim=True).stdout.decode()
    assert " 0% packet loss" in out, out
    out = lab.run(["ping", f"-{family}", "-c", "3", "-i", "0.2", "-s", "4000", STACK[family]]).stdout.decode()
    assert " 0% packet loss" in out, out
    gone = "10.77.0.99" if family == 4 else "fd77::99"
    out = lab.run(["ping", f"-{family}", "-c", "1", "-W", "5", gone], shim=True, check=False)
    assert out.returncode == 1 and b"100% packet loss" in out.stdout, out


@families
def ssh(lab, family):
    """ssh and scp: the server under the shim, then the client"""
    if not os.path.exists(SSHD):
        raise AssertionError("sshd is not installed")
    os.makedirs("/run/sshd", exist_ok=True)
    for key in ("host", "user"):
        if not os.path.exists(f"{lab.dir}/{key}"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{lab.dir}/{key}"], check=True)
    src = lab.file("ssh.in", 10 << 20)
    for shim_server in (True, False):
        addr = (STACK if shim_server else HOST)[family]
        with open(f"{lab.dir}/sshd_config", "w", encoding="ascii") as f:
            f.write(f"HostKey {lab.dir}/host\nAuthorizedKeysFile {lab.dir}/user.pub\nStrictModes no\n"
                    f"PidFile none\nUsePAM no\nPermitRootLogin yes\nListenAddress {addr}\nPort 2222\n"
                    "Subsystem sftp internal-sftp\n")
        s = lab.spawn([SSHD, "-D", "-e", "-f", f"{lab.dir}/sshd_config"], shim=shim_server)
        lab.wait_port(shim_server, 2222, family)
        opts = ["-i", f"{lab.dir}/user", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                "-o", "BatchMode=yes", "-o", "ConnectTimeout=15"]
        out = lab.run(["ssh", *opts, "-p", "2222", f"root@{addr}", "echo over $SSH_CONNECTION | cut -d' ' -f1,4"],
                      shim=not shim_server)
        assert out.stdout == f"over {addr}\n".encode(), (out.stdout, out.stderr)
        target = f"[{addr}]" if family == 6 else addr
        lab.run(["scp", *opts, "-P", "2222", src, f"root@{target}:{lab.dir}/ssh.out"], shim=not shim_server)
        assert sha(f"{lab.dir}/ssh.out") == sha(src)
        os.unlink(f"{lab.dir}/ssh.out")
        lab.run(["scp", *opts, "-P", "2222", f"root@{target}:{src}", f"{lab.dir}/ssh.out"], shim=not shim_server)
        assert sha(f"{lab.dir}/ssh.out") == sha(src)
        lab.stop(s)


if __name__ == "__main__":
    main()
