#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Servers of a larger house, for check-apps-full: names (bind9, nsd), directory (slapd), files (samba),
cache (varnish), logs (rsyslog), management (snmpd), keys (etcd), relays (coturn), RPC (gRPC, ZeroMQ)."""
import os
import sys

from applab import HOST, bracket, each_way, folder, main, need, server, url, wait_for, want

need("curl", "python3")


def ask_names(lab, shim, addr, port):
    """A server that listens may still be reading its zone: what it says afterwards counts."""
    ask = ["dig", "+short", "+time=3", "-p", str(port), f"@{addr}"]
    wait_for(lambda: lab.run([*ask, "one.test"], shim=shim, check=False).stdout == b"192.0.2.1\n", "the server answers")
    for more in ([], ["+tcp"]):
        got = lab.run([*ask, "one.test", *more], shim=shim).stdout
        assert got == b"192.0.2.1\n", (more, got)
    got = lab.run([*ask, "long.test", "TXT"], shim=shim).stdout
    assert got.count(b"xxx") >= 10, got


def zone(lab):
    texts = "".join(f"long IN TXT \"{'x' * 200}{i}\"\n" for i in range(10))
    return lab.write("zone", f"$ORIGIN test.\n$TTL 60\n@ IN SOA a. b. 1 1 1 1 1\n@ IN NS a.\none IN A 192.0.2.1\n{texts}")


@each_way
def named(lab, family, shim):
    """bind9 and dig: UDP, TCP, a long answer"""
    want("named", "dig")
    addr = server(shim, family)
    listen = {f: addr if f == family else "none" for f in (4, 6)}
    conf = lab.write("named.conf", f"""options {{
  directory "{lab.dir}"; pid-file "{lab.dir}/named.pid"; session-keyfile "{lab.dir}/key"; recursion no;
  dnssec-validation no; listen-on port 8653 {{ {listen[4]}; }}; listen-on-v6 port 8653 {{ {listen[6]}; }};
}};
controls {{}};
zone "test" {{ type master; file "{zone(lab)}"; }};
""")
    with lab.serving(["named", "-g", "-u", "root", "-c", conf], not shim, 8653, family):
        ask_names(lab, shim, addr, 8653)


@each_way
def nsd(lab, family, shim):
    """nsd with two processes on one port (SO_REUSEPORT)"""
    want("nsd", "dig")
    addr, dir_ = server(shim, family), folder(lab, "nsd", family, shim)
    conf = lab.write("nsd.conf", f"""server:
  ip-address: {addr}@8654
  username: ""
  zonesdir: "{lab.dir}"
  database: ""
  pidfile: "{dir_}/pid"
  xfrdfile: "{dir_}/xfrd"
  zonelistfile: "{dir_}/zones"
  xfrdir: "{dir_}"
  server-count: 2
  reuseport: yes
remote-control:
  control-enable: no
zone:
  name: test
  zonefile: {zone(lab)}
""")
    with lab.serving(["nsd", "-d", "-c", conf], not shim, 8654, family):
        for _ in range(4):
            ask_names(lab, shim, addr, 8654)


@each_way
def ldap(lab, family, shim):
    """slapd, ldapadd, ldapsearch"""
    want("slapd", "ldapadd", "ldapsearch")
    at = f"ldap://{bracket(server(shim, family))}:8655"
    conf = lab.write("slapd.conf", f"""include /etc/ldap/schema/core.schema
pidfile {lab.dir}/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
suffix "dc=test"
rootdn "cn=a,dc=test"
rootpw x
directory {folder(lab, "ldap", family, shim)}
""")
    entry = lab.write("entry.ldif", "dn: dc=test\nobjectClass: dcObject\nobjectClass: organization\no: t\ndc: test\n\n")
    with lab.serving(["slapd", "-d", "0", "-f", conf, "-h", at], not shim, 8655, family):
        lab.run(["ldapadd", "-x", "-H", at, "-D", "cn=a,dc=test", "-w", "x", "-f", entry], shim=shim)
        assert b"dn: dc=test" in lab.run(["ldapsearch", "-x", "-H", at, "-b", "dc=test"], shim=shim).stdout


@each_way
def samba(lab, family, shim):
    """smbd and smbclient: 5 MB each way"""
    want("smbd", "smbclient")
    addr, dir_ = server(shim, family), folder(lab, "smb", family, shim)
    folder(lab, f"smb{family}{int(shim)}/share", "", False)
    share = f"{dir_}/share0"
    places = "".join(f" {what} = {folder(lab, what, family, shim)}\n" for what in
                     ("private dir", "lock directory", "cache directory", "state directory", "pid directory", "ncalrpc dir"))
    conf = lab.write("smb.conf", f"""[global]
 smb ports = 8657
 disable netbios = yes
 map to guest = bad user
 guest account = nobody
 log file = {dir_}/log
 load printers = no
 disable spoolss = yes
{places}[s]
 path = {share}
 guest ok = yes
 read only = no
""")
    data = os.urandom(5000000)
    with open(f"{share}/f", "wb") as f:
        f.write(data)
    with lab.serving(["smbd", "-F", "--no-process-group", "-s", conf], not shim, 8657, family):
        lab.run(["smbclient", "-N", "-s", conf, "-p", "8657", f"//{addr}/s", "-c", f"get f {dir_}/got; put {share}/f g; ls"],
                shim=shim)
        for path in (f"{dir_}/got", f"{share}/g"):
            with open(path, "rb") as f:
                assert f.read() == data, path


@each_way
def varnish(lab, family, shim):
    """varnish between curl and python's http.server"""
    want("varnishd")
    addr, up = server(shim, family), HOST[family]
    lab.write("www/x", "y" * 100000)
    with lab.serving([sys.executable, "-m", "http.server", "-b", up, "8658", "-d", f"{lab.dir}/www"], False, 8658, family), \
         lab.serving(["varnishd", "-F", "-n", folder(lab, "varnish", family, shim), "-a", f"{bracket(addr)}:8659",
                      "-b", f"{bracket(up)}:8658", "-j", "none", "-T", "none"], not shim, 8659, family):
        for _ in range(5):
            assert len(lab.run(["curl", "-gsS", "--max-time", "20", url(addr, 8659, "x")], shim=shim).stdout) == 100000


@each_way
def rsyslog(lab, family, shim):
    """rsyslogd and logger, TCP and UDP"""
    want("rsyslogd", "logger")
    addr, dir_ = server(shim, family), folder(lab, "log", family, shim)
    conf = lab.write("rsyslog.conf", f"""module(load="imtcp")
module(load="imudp")
input(type="imtcp" port="8660" address="{addr}")
input(type="imudp" port="8660" address="{addr}")
*.* {dir_}/out
""")

    def both():
        if not os.path.exists(f"{dir_}/out"):
            return False
        with open(f"{dir_}/out", encoding="utf-8") as f:
            text = f.read()
        return "hello by TCP" in text and "hello by UDP" in text

    with lab.serving(["rsyslogd", "-n", "-f", conf, "-i", f"{dir_}/pid"], not shim, 8660, family):
        lab.run(["logger", "-n", addr, "-P", "8660", "-T", "hello by TCP"], shim=shim)
        lab.run(["logger", "-n", addr, "-P", "8660", "-d", "hello by UDP"], shim=shim)
        wait_for(both, "both lines are in the log")


@each_way
def snmp(lab, family, shim):
    """snmpd and snmpget"""
    want("snmpd", "snmpget")
    at = f"{'udp6' if family == 6 else 'udp'}:{bracket(server(shim, family))}:8670"
    conf = lab.write("snmpd.conf", "rocommunity public\nrocommunity6 public\n")
    p = lab.spawn(["snmpd", "-f", "-C", "-c", conf, "-I", "-ifTable", at], shim=not shim)
    wait_for(lambda: b"Linux" in lab.run(["snmpget", "-v2c", "-c", "public", "-t", "1", at, "1.3.6.1.2.1.1.1.0"], shim=shim,
                                         check=False).stdout, "snmpd answers")
    lab.stop(p)


@each_way
def etcd(lab, family, shim):
    """etcd and etcdctl (Go, linked by the C linker)"""
    want("etcd", "etcdctl")
    b = bracket(server(shim, family))
    env = dict(os.environ, ETCDCTL_API="3")
    with lab.serving(["etcd", "--data-dir", folder(lab, "etcd", family, shim), "--listen-client-urls", f"http://{b}:8663",
                      "--advertise-client-urls", f"http://{b}:8663", "--listen-peer-urls", f"http://{b}:8664",
                      "--initial-advertise-peer-urls", f"http://{b}:8664", "--initial-cluster", f"default=http://{b}:8664"],
                     not shim, 8663, family):
        ctl = ["etcdctl", f"--endpoints=http://{b}:8663"]
        wait_for(lambda: lab.run([*ctl, "put", "a", "b"], shim=shim, env=env, check=False).returncode == 0,
                 "etcd has a leader")
        assert lab.run([*ctl, "get", "a"], shim=shim, env=env).stdout == b"a\nb\n"


@each_way
def turn(lab, family, shim):
    """coturn relays datagrams for its client, which talks to it by UDP and by TCP"""
    want("turnserver", "turnutils_uclient")
    addr = server(shim, family)
    with lab.serving(["turnserver", "-n", "-L", addr, "-E", addr, "-p", "8661", "--no-tls", "--no-dtls", "--no-cli", "-u", "a:b",
                      "-r", "t", "--lt-cred-mech", "--allow-loopback-peers", "--userdb", f"{folder(lab, 'turn', family, shim)}/db",
                      "--log-file", "stdout", "--pidfile", f"{lab.dir}/turn.pid"], not shim, 8661, family):
        for how in ([], ["-t"]):
            p = lab.run(["turnutils_uclient", "-u", "a", "-w", "b", "-r", "t", "-p", "8661", "-y", "-n", "20", "-m", "2",
                         *how, *(["-x"] if family == 6 else []), addr], shim=shim, check=False)
            assert b"Total lost packets 0 " in p.stdout, (how, p.stdout[-900:], p.stderr[-300:])


@each_way
def messages(lab, family, shim):
    """ZeroMQ and gRPC from Python: 1 octet to 3 MB there and back"""
    want("/usr/bin/python3")
    b = bracket(server(shim, family))
    if lab.run(["/usr/bin/python3", "-c", "import zmq, grpc"], check=False).returncode:
        want("python3-zmq and python3-grpcio")
    reply = lab.write("zmq_server.py", f"""import zmq
s = zmq.Context().socket(zmq.REP)
s.setsockopt(zmq.IPV6, 1)
s.bind("tcp://{b}:8674")
while True:
    s.send(s.recv())
""")
    with lab.serving(["/usr/bin/python3", reply], not shim, 8674, family):
        lab.run(["/usr/bin/python3", "-c", f"""import zmq
s = zmq.Context().socket(zmq.REQ)
s.setsockopt(zmq.IPV6, 1)
s.connect("tcp://{b}:8674")
for n in (1, 1000, 3000000):
    s.send(b"x" * n)
    assert len(s.recv()) == n
"""], shim=shim)
    echo = lab.write("grpc_server.py", f"""import grpc
from concurrent import futures
class Handler(grpc.GenericRpcHandler):
    def service(self, details):
        return grpc.unary_unary_rpc_method_handler(lambda request, context: request)
s = grpc.server(futures.ThreadPoolExecutor(4), options=[("grpc.max_receive_message_length", -1)])
s.add_generic_rpc_handlers((Handler(),))
assert s.add_insecure_port("{b}:8675")
s.start()
s.wait_for_termination()
""")
    with lab.serving(["/usr/bin/python3", echo], not shim, 8675, family):
        lab.run(["/usr/bin/python3", "-c", f"""import grpc
call = grpc.insecure_channel("{b}:8675", options=[("grpc.max_receive_message_length", -1)]).unary_unary("/a/b")
for n in (1, 1000, 3000000):
    assert len(call(b"x" * n, timeout=20)) == n
"""], shim=shim)


main()
