#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Programs that are server and client at once: haproxy, tinyproxy, squid, stunnel, nginx as proxy, socat, sshd -L."""
import contextlib
import os
import re
import signal
import sys
import time

from applab import HOST, STACK, bracket, families, main, need, sha, url, want

need("curl")
ORIGIN = 8300
PROXY = 8301
SERVER = """
import http.server, socket, sys, os
addr, port, www = sys.argv[1:]
os.chdir(www)
class H(http.server.SimpleHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def log_message(self, *a): pass
class S(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6 if ':' in addr else socket.AF_INET
    request_queue_size = 100
S((addr, int(port)), H).serve_forever()
"""


@contextlib.contextmanager
def origin(lab, family):
    """A server on the kernel's stack, which the proxy reaches through ours."""
    os.makedirs(f"{lab.dir}/www", exist_ok=True)
    if not os.path.exists(f"{lab.dir}/www/big"):
        lab.file("www/big", 5 << 20)
        lab.file("www/small", 1000)
    with lab.serving([sys.executable, "-c", SERVER, HOST[family], str(ORIGIN), f"{lab.dir}/www"], False, ORIGIN, family):
        yield url(HOST[family], ORIGIN)


def look(lab, base, *args):
    lab.run(["curl", "-kgsSf", "-m", "30", "-o", "got", *args, base + "big"])
    assert sha(f"{lab.dir}/got") == sha(f"{lab.dir}/www/big"), "the big file came out different"
    names = [x for i in range(40) for x in ("-o", f"s{i}", f"{base}small?{i}")]
    lab.run(["curl", "-kgsSf", "-m", "30", "--parallel", "--parallel-immediate", "--parallel-max", "20", *args] + names)
    for i in range(40):
        assert sha(f"{lab.dir}/s{i}") == sha(f"{lab.dir}/www/small"), f"small file {i} came out different"


def haproxy_conf(lab, family, threads=2):
    return lab.write("haproxy.cfg", f"""
global
    nbthread {threads}
    stats socket {lab.dir}/ha.sock mode 600 level admin expose-fd listeners
    hard-stop-after 10s
defaults
    mode http
    timeout connect 5s
    timeout client 20s
    timeout server 20s
    option http-server-close
frontend f
    bind {STACK[family]}:{PROXY}
    default_backend b
backend b
    server one {bracket(HOST[family])}:{ORIGIN} check inter 500 fall 20
""")


@families
def haproxy(lab, family):
    """haproxy with two threads"""
    want("haproxy")
    conf = haproxy_conf(lab, family)
    with origin(lab, family), lab.serving(["haproxy", "-db", "-f", conf], True, PROXY, family):
        look(lab, url(STACK[family], PROXY))


STATUSES = '''
local threads = {}
function setup(thread) table.insert(threads, thread) end
function init() bad = "" end
function response(status) if status ~= 200 then bad = bad .. " " .. status end end
function done() for _, t in ipairs(threads) do print("bad:" .. t:get("bad")) end end
'''


@families
def haproxy_reload(lab, family):
    """haproxy reloaded by SIGUSR2 (master and workers, listeners passed on) under load: each connect succeeds"""
    want("haproxy", "wrk")
    conf = haproxy_conf(lab, family)
    with origin(lab, family), lab.serving(["haproxy", "-W", "-f", conf, "-x", f"{lab.dir}/ha.sock", "-S", f"{lab.dir}/master.sock"],
                                          True, PROXY, family) as p:
        w = lab.spawn(["wrk", "-s", lab.write("statuses.lua", STATUSES), "-t2", "-c16", "-d6", "-H", "Connection: close", url(STACK[family], PROXY, "small")], stdout=-1)
        for _ in range(3):
            time.sleep(1.2)
            p.send_signal(signal.SIGUSR2)
        out = w.communicate(timeout=60)[0].decode()
        lab.children.remove(w)
        # A worker that leaves closes connections on which no request has come yet (natively, too): the client
        # sees it when it writes that, or when it reads.
        bad = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", out)
        bad = [int(x) for x in bad.groups()] if bad else [0] * 4
        assert bad[0] == bad[3] == 0 and bad[1] + bad[2] <= 16, out
        assert "Non-2xx" not in out and re.findall(r"^bad:(.*)$", out, re.M) == ["", ""], out
        assert int(re.search(r"(\d+) requests in", out)[1]) > 100, out


@families
def tinyproxy(lab, family):
    """tinyproxy: GET and CONNECT"""
    want("tinyproxy")
    conf = lab.write("tiny.conf", f"Port {PROXY}\nListen {STACK[family]}\nMaxClients 60\nTimeout 30\nLogLevel Error\n"
                     f"LogFile \"{lab.dir}/tiny.log\"\n")
    with origin(lab, family) as base, lab.serving(["tinyproxy", "-d", "-c", conf], True, PROXY, family):
        # It closes behind each answer without saying so: a second request on the connection could meet that.
        for how in (["--parallel-max", "40"], ["--proxytunnel"]):
            look(lab, base, "-x", url(STACK[family], PROXY), *how)


@families
def squid(lab, family):
    """squid: GET and CONNECT"""
    want("squid")
    conf = lab.write("squid.conf", f"""http_port {bracket(STACK[family])}:{PROXY}
http_access allow all
pid_filename none
cache_log /dev/null
access_log none
cache_effective_user nobody
shutdown_lifetime 0 seconds
pinger_enable off
netdb_filename none
coredump_dir /
dns_nameservers {HOST[4]}
""")
    with origin(lab, family) as base, lab.serving(["squid", "-N", "-n", f"lab{os.getpid()}", "-f", conf], True, PROXY, family, sig=signal.SIGINT):
        look(lab, base, "-x", url(STACK[family], PROXY))
        look(lab, base, "-x", url(STACK[family], PROXY), "--proxytunnel")


@families
def stunnel(lab, family):
    """stunnel: TLS in front of a plain server"""
    want("stunnel4", "openssl")
    lab.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-subj", "/CN=test", "-days", "9", "-keyout", "key.pem", "-out", "cert.pem"])
    conf = lab.write("stunnel.conf", f"""foreground = yes
pid =
output = {lab.dir}/stunnel.log
[web]
accept = {STACK[family]}:{PROXY}
connect = {HOST[family]}:{ORIGIN}
cert = {lab.dir}/cert.pem
key = {lab.dir}/key.pem
""")
    with origin(lab, family), lab.serving(["stunnel4", conf], True, PROXY, family):
        look(lab, f"https://{bracket(STACK[family])}:{PROXY}/")


NGINX = """
worker_processes 2; daemon off; pid %(dir)s/nginx.pid; error_log %(dir)s/error.log;
events { worker_connections 1024; }
%(more)s
http {
    access_log off;
    client_body_temp_path %(dir)s/body; proxy_temp_path %(dir)s/proxy;
    fastcgi_temp_path %(dir)s/fcgi; uwsgi_temp_path %(dir)s/uwsgi; scgi_temp_path %(dir)s/scgi;
    upstream up { server %(up)s; keepalive 8; }
    server { listen %(listen)s; location / { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; } }
}
"""


@families
def nginx(lab, family):
    """nginx as reverse proxy with kept upstream connections"""
    want("nginx")
    conf = lab.write("nginx.conf", NGINX % {"dir": lab.dir, "more": "", "up": f"{bracket(HOST[family])}:{ORIGIN}",
                                            "listen": f"{bracket(STACK[family])}:{PROXY}"})
    with origin(lab, family), lab.serving(["nginx", "-c", conf], True, PROXY, family):
        look(lab, url(STACK[family], PROXY))


@families
def socat_proxy(lab, family):
    """socat as a TCP proxy with a process for each connection"""
    want("socat")
    with origin(lab, family), lab.serving(["socat", f"TCP{family}-LISTEN:{PROXY},bind={bracket(STACK[family])},fork,reuseaddr,backlog=50",
                                           f"TCP{family}:{bracket(HOST[family])}:{ORIGIN}"], True, PROXY, family):
        look(lab, url(STACK[family], PROXY))


if __name__ == "__main__":
    main()
