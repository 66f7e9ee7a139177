# SPDX-License-Identifier: BSD-2-Clause
"""What test_soak.py mixes: servers, each with the clients that fit, in both roles and families, and
what may befall them."""
import os
import shutil
import signal
import subprocess
import sys
import time

from applab import HOST, STACK, bracket

SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "static")
UNUSED = {4: "10.77.0.99", 6: "fd77::99"}
FAR = {4: "10.77.0.7", 6: "fd77::7"}        # an address that comes and goes
TAP = "tap0"
LOG = os.environ.get("SOAK_LOG")            # "1": what is done, as it is done

SERVERS = {}        # name: (programs, argv(ctx, addr, port, tag), port, clients)
NEVER, SOON = 10 ** 6, 20                   # how long a program may take by itself, seconds

NGINX = """worker_processes 2;
daemon off;
pid %(dir)s/%(tag)s.pid;
error_log /dev/null crit;
events { worker_connections 512; }
http {
    access_log off;
    sendfile on; keepalive_timeout 5; client_max_body_size 20m;
    client_body_temp_path %(dir)s/%(tag)s.body; proxy_temp_path %(dir)s/%(tag)s.proxy;
    fastcgi_temp_path %(dir)s/%(tag)s.fcgi; uwsgi_temp_path %(dir)s/%(tag)s.uwsgi;
    scgi_temp_path %(dir)s/%(tag)s.scgi;
    server { listen %(listen)s%(more)s; root %(dir)s/www; }
}
"""

NODE = """const fs = require('fs'), [addr, port, www] = process.argv.slice(-3);
require('http').createServer((q, r) => fs.createReadStream(www + q.url).on('error', () => r.end()).pipe(r)
    .on('error', () => 0)).listen(port, addr);
"""

THREADS = """import socket, sys, threading
def one(addr, port, n):
    try:
        with socket.create_connection((addr, port), 10) as s:
            s.settimeout(10)
            for i in range(n):
                s.sendall(b'x' * 1000)
                left = 1000
                while left:
                    left -= len(s.recv(left)) or 10**9
    except OSError:
        pass
ts = [threading.Thread(target=one, args=(sys.argv[1], int(sys.argv[2]), i)) for i in range(20)]
[t.start() for t in ts]
[t.join() for t in ts]
"""


class Ctx:
    """Files and programs of one soak."""

    def __init__(self, lab):
        self.lab, self.dir = lab, lab.dir
        os.makedirs(f"{lab.dir}/www")
        lab.file("www/big", 4 << 20)
        lab.file("www/small", 2000)
        lab.write("node.js", NODE)
        lab.write("threads.py", THREADS)
        self.web = self.go_program()
        self.ssh = self.keys()

    def go_program(self):
        path = f"{self.dir}/web"
        if not shutil.which("go"):
            return None
        subprocess.run(["go", "build", "-o", path, f"{SOURCES}/web.go"], check=True, timeout=600,
                       env=dict(os.environ, CGO_ENABLED="0", GOCACHE=f"{self.lab.build}/gocache", GOFLAGS="-mod=mod",
                                GO111MODULE="off", HOME=self.dir))
        return path

    def keys(self):
        if not shutil.which("ssh-keygen") or not os.path.exists("/usr/sbin/sshd"):
            return None
        os.makedirs("/run/sshd", exist_ok=True)
        for key in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{self.dir}/{key}"], check=True)
        return ["-i", f"{self.dir}/user", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=5"]


def server(name, *programs, cost=1):
    """Registers argv(ctx, addr, port, tag). cost: how many clients' worth of CPU it is."""
    def add(fn):
        SERVERS[name] = {"argv": fn, "programs": programs, "port": 9000 + 20 * len(SERVERS), "cost": cost, "clients": []}
        return fn
    return add


def client(*names, programs=(), limit=SOON):
    """Registers argv(ctx, rng, addr, port). limit: it ends by itself within so many seconds, whatever the
    network does; NEVER: it is ended."""
    def add(fn):
        for name in names:
            SERVERS[name]["clients"].append((fn, programs, limit))
        return fn
    return add


def http(addr, port, path):
    return f"http://{bracket(addr)}:{port}/{path}"


@server("nginx", "nginx")
def nginx(ctx, addr, port, tag):
    more = " reuseport" if tag.endswith("6") else ""
    ctx.lab.write(f"{tag}.conf", NGINX % {"dir": ctx.dir, "tag": tag, "listen": f"{bracket(addr)}:{port}", "more": more})
    return ["nginx", "-c", f"{ctx.dir}/{tag}.conf"]


@server("python", "python3")
def python(ctx, addr, port, _tag):
    return [sys.executable, "-m", "http.server", str(port), "--bind", addr, "--directory", f"{ctx.dir}/www"]


@server("go")
def go(ctx, addr, port, _tag):
    return ctx.web and ["sh", "-c", "cd www && exec \"$@\"", "sh", ctx.web, "serve", f"{bracket(addr)}:{port}"]


@server("node", "node", cost=3)
def node(ctx, addr, port, _tag):
    return ["node", f"{ctx.dir}/node.js", addr, str(port), f"{ctx.dir}/www/"]


@server("redis", "redis-server", "redis-cli", "redis-benchmark")
def redis(ctx, addr, port, _tag):
    return ["redis-server", "--bind", addr, "--port", str(port), "--protected-mode", "no", "--save", "", "--dir", ctx.dir]


@server("socat", "socat")
def socat(_ctx, addr, port, _tag):
    return ["socat", f"TCP{6 if ':' in addr else 4}-LISTEN:{port},bind={bracket(addr)},fork,reuseaddr", "EXEC:cat"]


@server("socat-udp", "socat")
def socat_udp(_ctx, addr, port, _tag):
    return ["socat", "-T3", f"UDP{6 if ':' in addr else 4}-LISTEN:{port},bind={bracket(addr)},fork,reuseaddr", "PIPE"]


@server("iperf3", "iperf3")
def iperf3(_ctx, addr, port, _tag):
    return ["iperf3", "-s", "-p", str(port), "-B", addr]


@server("dnsmasq", "dnsmasq", "dig")
def dnsmasq(_ctx, addr, port, _tag):
    return ["dnsmasq", "-k", "-C", "/dev/null", "-u", "root", "--bind-interfaces", f"--listen-address={addr}", f"--port={port}", "-R",
            "-h", "--except-interface=lo", "--host-record=one.test,192.0.2.1,2001:db8::1", "-x", "",
            *[f"--txt-record=long.test,{'x' * 200}{i}" for i in range(10)]]


@server("sshd")
def sshd(ctx, addr, port, tag):
    if not ctx.ssh:
        return None
    ctx.lab.write(f"{tag}.sshd", f"HostKey {ctx.dir}/host\nAuthorizedKeysFile {ctx.dir}/user.pub\nStrictModes no\nPidFile none\n"
                  f"UsePAM no\nPermitRootLogin yes\nMaxStartups 100\nClientAliveInterval 5\nListenAddress {addr}\nPort {port}\n")
    return ["/usr/sbin/sshd", "-D", "-e", "-f", f"{ctx.dir}/{tag}.sshd"]


WEB = ("nginx", "python", "go", "node")


@client(*WEB, programs=("curl",))
def curl(_ctx, rng, addr, port):
    how = rng.choice([["-m", "10"], ["-m", "3", "--limit-rate", "300k"], ["-m", "10", "--tcp-fastopen"], ["-m", "1"]])
    return ["curl", "-gsS", "-o", "/dev/null", *how, http(addr, port, rng.choice(["big", "small", "none"]))]


@client(*WEB, programs=("curl",))
def curl_many(_ctx, _rng, addr, port):
    args = [x for i in range(20) for x in ("-o", "/dev/null", http(addr, port, "small"))]
    return ["curl", "-gsS", "-m", "10", "--parallel", "--parallel-immediate", "--parallel-max", "10", *args]


@client(*WEB, programs=("wget",))
def wget(_ctx, _rng, addr, port):
    return ["timeout", "12", "wget", "-q", "-t1", "-T5", "-O", "/dev/null", http(addr, port, "big")]


@client(*WEB, programs=("busybox",))
def busybox(_ctx, _rng, addr, port):
    return ["timeout", "12", "busybox", "wget", "-q", "-T", "5", "-O", "/dev/null", http(addr, port, "big")]


@client("nginx", "node", programs=("wrk",))
def wrk(_ctx, rng, addr, port):
    return ["wrk", "-t1", "-c10", "-d2", *rng.choice([[], ["-H", "Connection: close"]]), http(addr, port, "small")]


@client(*WEB)
def go_get(ctx, rng, addr, port):
    return ctx.web and ["timeout", "12", ctx.web, "get", http(addr, port, rng.choice(["big", "small"])), "5"]


@client("go", programs=("curl",))
def upload(ctx, _rng, addr, port):
    return ["curl", "-gsS", "-m", "10", "-o", "/dev/null", "-T", f"{ctx.dir}/www/big", http(addr, port, "put")]


@client("redis", programs=("redis-benchmark",))
def redis_benchmark(_ctx, rng, addr, port):
    return ["timeout", "12", "redis-benchmark", "-h", addr, "-p", str(port), "-t", "set,get", "-n", "1500", "-c", str(rng.choice([1, 10, 50])),
            "-P", str(rng.choice([1, 8])), "-d", str(rng.choice([3, 3000])), "-q"]


@client("redis", programs=("redis-cli",), limit=NEVER)
def redis_subscribe(_ctx, rng, addr, port):
    return ["redis-cli", "-h", addr, "-p", str(port), *rng.choice([["subscribe", "x"], ["monitor"], ["--latency"]])]


@client("redis", programs=("redis-cli",))
def redis_cli(_ctx, rng, addr, port):
    return ["timeout", "12", "redis-cli", "-h", addr, "-p", str(port), *rng.choice([["ping"], ["bgsave"], ["publish", "x", "y" * 2000], ["flushall"]])]


@client("socat", programs=("socat",))
def socat_through(ctx, _rng, addr, port):
    return ["timeout", "8", "sh", "-c", f"socat -t3 -T4 - TCP{6 if ':' in addr else 4}:{bracket(addr)}:{port} <{ctx.dir}/www/big >/dev/null"]


@client("socat", programs=("nc",))
def nc(ctx, _rng, addr, port):
    return ["timeout", "8", "sh", "-c", f"nc -N -w 4 {addr} {port} <{ctx.dir}/www/big >/dev/null"]


@client("socat", programs=("nc",), limit=NEVER)
def nc_idle(_ctx, _rng, addr, port):
    return ["sh", "-c", f"sleep 1000 | nc {addr} {port}"]


@client("socat")
def threads(ctx, _rng, addr, port):
    return ["timeout", "15", sys.executable, f"{ctx.dir}/threads.py", addr, str(port)]


@client("socat-udp", programs=("socat",))
def socat_datagrams(_ctx, _rng, addr, port):
    return ["timeout", "8", "sh", "-c", f"head -c 20000 /dev/urandom | socat -b 1000 -t1 -T2 - UDP{6 if ':' in addr else 4}:{bracket(addr)}:{port}"]


@client("socat-udp")
def go_datagram(ctx, _rng, addr, port):
    return ctx.web and ["timeout", "12", ctx.web, "udp", f"{bracket(addr)}:{port}"]


@client("iperf3", programs=("iperf3",))
def iperf3_run(_ctx, rng, addr, port):
    how = rng.choice([[], ["-R"], ["-P", "5"], ["--bidir"], ["-u", "-b", "20M"], ["-u", "-b", "5M", "-R"], ["-u", "-b", "0", "-l", "30000"]])
    return ["timeout", "10", "iperf3", "-c", addr, "-p", str(port), "-t", "2", *how]


@client("dnsmasq", programs=("dig",))
def dig(_ctx, rng, addr, port):
    return ["dig", "+time=2", "+tries=2", "-p", str(port), f"@{addr}", *rng.choice([["one.test"], ["long.test", "TXT"], ["one.test", "+tcp"]])]


@client("sshd", programs=("ssh",))
def ssh(ctx, rng, addr, port):
    what = rng.choice(["echo hello", f"cat {ctx.dir}/www/big", "sleep 2", "cat >/dev/null"])
    line = f"ssh {' '.join(ctx.ssh)} -p {port} root@{addr} '{what}' <{ctx.dir}/www/big >/dev/null"
    return ["timeout", "15", "sh", "-c", line]


def alone(ctx, rng, family, shim):
    """A program that needs no server."""
    there = (HOST if shim else STACK)[family]
    return rng.choice([
        ["ping", f"-{family}", "-n", "-c", "20", "-i", "0.1", "-w", "4", "-s", str(rng.choice([56, 4000])), there],
        ["curl", "-gsS", "-m", "3", http(UNUSED[family], 80, "")],
        ["curl", "-gsS", "-m", "3", http(there, 9, "")],
        ["timeout", "6", "nc", "-zvw", "1", there, "20-40"],
        ["timeout", "3", "nc", "-u", "-w", "1", there, "9"],
        ["timeout", "2", "nc", "-l", (STACK if shim else HOST)[family], str(rng.randrange(20000, 30000))],
        ["sh", "-c", "cat /proc/net/tcp /proc/net/tcp6 /proc/net/snmp /proc/net/netstat /proc/net/udp"],
    ])


def observer(ctx, rng):
    """netstack's own commands, which look while all that happens."""
    cmd = rng.choice([["stat", "--json"], ["sock"], ["sock", "--watch=0.2"], ["trace", "tcp", "--for", "1"], ["barrier"],
                      ["capture", "-w", "/dev/null"], ["capture", "-c", "50", "-w", "/dev/null", "tcp"]])
    return ["timeout", "3", f"{ctx.lab.build}/netstack", cmd[0], "--control", ctx.lab.control, *cmd[1:]]


# --- what befalls the network; each returns what undoes it and after how many seconds ---------------

def quiet(*argv):
    return subprocess.run(argv, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=30).returncode


def host_addresses():
    for family, net in ((4, 24), (6, 64)):
        more = ["nodad"] if family == 6 else []
        quiet("ip", "addr", "replace", f"{HOST[family]}/{net}", "dev", TAP, *more)


def link_up():
    quiet("ip", "link", "set", TAP, "up")
    host_addresses()


def link_down(_ctx, rng):
    quiet("ip", "link", "set", TAP, "down")
    return link_up, rng.choice([0.1, 1, 3])


def host_address_gone(_ctx, rng):
    family, net = rng.choice([(4, 24), (6, 64)])
    quiet("ip", "addr", "del", f"{HOST[family]}/{net}", "dev", TAP)
    return host_addresses, rng.choice([0.1, 1, 3])


def straight():
    quiet("tc", "qdisc", "del", "dev", TAP, "root")


def bad_line(_ctx, rng):
    """Loss, delay and reordering towards the stack; a kernel without netem has a narrow line with a short queue."""
    if quiet("tc", "qdisc", "add", "dev", TAP, "root", "netem", "delay", "8ms", "4ms", "loss", "2%", "duplicate", "1%", "reorder", "20%"):
        quiet("tc", "qdisc", "add", "dev", TAP, "root", "tbf", "rate", rng.choice(["2mbit", "50mbit"]), "burst", "8kb", "limit", "20kb")
    return straight, rng.choice([2, 5])


def stack_address(_ctx, what, family):
    argv = {(True, 4): ["ifconfig", "eth0", STACK[4], "netmask", "255.255.255.0"],
            (False, 4): ["ifconfig", "eth0", FAR[4], "netmask", "255.255.255.0"],
            (True, 6): ["ifconfig", "eth0", "inet6", "add", f"{STACK[6]}/64"],
            (False, 6): ["ifconfig", "eth0", "inet6", "del", f"{STACK[6]}/64"]}[what, family]
    return quiet(*_ctx.lab.argv(True, argv))


def stack_address_gone(ctx, rng):
    family = rng.choice([4, 6])
    if not shutil.which("ifconfig") or stack_address(ctx, False, family):
        return None, 0
    return lambda: stack_address(ctx, True, family), rng.choice([0.1, 1, 3])


def stack_mtu(ctx, rng):
    if not shutil.which("ifconfig") or quiet(*ctx.lab.argv(True, ["ifconfig", "eth0", "mtu", str(rng.choice([1280, 1400]))])):
        return None, 0
    return lambda: quiet(*ctx.lab.argv(True, ["ifconfig", "eth0", "mtu", "1500"])), rng.choice([1, 3])


def daemon_stopped(ctx, rng):
    """netstackd gets no CPU for a while."""
    ctx.lab.daemon.send_signal(signal.SIGSTOP)
    return lambda: ctx.lab.daemon.send_signal(signal.SIGCONT), rng.choice([0.1, 0.5, 1.5])


NETWORK = [link_down, host_address_gone, bad_line, bad_line, stack_address_gone, stack_mtu, daemon_stopped]

SYSCTLS = {"tcp_congestion_control": ["cubic", "reno", "bbr", "bbr3"], "tcp_sack": [0, 1, 1], "tcp_timestamps": [0, 1, 1],
           "tcp_ecn": [0, 1, 2, 3], "tcp_window_scaling": [0, 1, 1], "tcp_fastopen": [0, 1, 3], "tcp_mtu_probing": [0, 1, 2],
           "tcp_tw_reuse": [0, 1, 2], "tcp_abort_on_overflow": [0, 0, 1], "tcp_syncookies": [1, 1, 2],
           "tcp_max_syn_backlog": [16, 4096], "tcp_rmem": ["4096 131072 6291456", "4096 8192 65536"], "tcp_slow_start_after_idle": [0, 1]}


def settings(ctx, rng):
    """Another mixture of the stack's options for each round."""
    chosen = {k: rng.choice(v) for k, v in SYSCTLS.items()}
    for key, value in chosen.items():
        ctx.lab.cli("sysctl", f"net.ipv4.{key}={value}")
    return chosen


def log(*what):
    if LOG:
        print(f"# {time.monotonic():.2f}", *what, flush=True)
