#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Servers that people run, for check-apps-full: PHP behind nginx, Python's WSGI servers, mail boxes (dovecot), files
(proftpd), names (PowerDNS, knot), tickets (Kerberos), Go's (caddy, nats)."""
import os
import re
import signal
import sys

from applab import bracket, each_way, folder, main, need, server, sha, wait_for, want

need("curl", "python3")


def fetch(lab, shim, address, *more):
    return lab.run(["curl", "-gsSf", "-m", "30", *more, address], shim=shim).stdout


def load(lab, shim, address, n=100, c=8):
    """n requests by c clients, of which none may fail."""
    if lab.has("ab"):
        out = lab.run(["ab", "-q", "-n", str(n), "-c", str(c), address], shim=shim).stdout.decode()
        assert "Failed requests:        0" in out and "Non-2xx" not in out, out


def newest(pattern, *places):
    """A program that Debian names by its version."""
    found = sorted(f"{place}/{name}" for place in places if os.path.isdir(place) for name in os.listdir(place)
                   if re.fullmatch(pattern, name))
    want(*found[-1:] or [pattern])
    return found[-1]


def nginx_conf(lab, d, listen, body):
    places = "".join(f"{what}_temp_path {d}/{what}; " for what in ("client_body", "fastcgi", "proxy", "uwsgi", "scgi"))
    return lab.write(f"{os.path.basename(d)}/nginx.conf", f"""worker_processes 2;
daemon off;
pid {d}/nginx.pid;
error_log {d}/error.log;
events {{}}
http {{ access_log off; client_max_body_size 10m; {places} server {{ listen {listen}; {body} }} }}
""")


@each_way
def php(lab, family, shim):
    """nginx and php-fpm by FastCGI over TCP: a large request and answer, load"""
    want("nginx")
    fpm = newest(r"php-fpm[\d.]+", "/usr/sbin")
    b, d = bracket(server(shim, family)), folder(lab, "php", family, shim)
    lab.write(f"{os.path.basename(d)}/i.php",
              "<?php echo strlen(file_get_contents('php://input')), \"\\n\", str_repeat('abc', (int)$_GET['n']);")
    conf = lab.write("fpm.conf", f"""[global]
error_log = {d}/fpm.log
[www]
user = nobody
listen = {b}:8701
pm = static
pm.max_children = 10
""")
    web = nginx_conf(lab, d, f"{b}:8700", f"location / {{ fastcgi_pass {b}:8701; include /etc/nginx/fastcgi_params; "
                     f"fastcgi_param SCRIPT_FILENAME {d}/i.php; }}")
    with lab.serving([fpm, "-R", "-F", "-y", conf], not shim, 8701, family), \
         lab.serving(["nginx", "-c", web], not shim, 8700, family):
        got = fetch(lab, shim, f"http://{b}:8700/?n=1000000", "--data-binary", f"@{lab.file('body', 3000000)}")
        assert got == b"3000000\n" + b"abc" * 1000000, len(got)
        load(lab, shim, f"http://{b}:8700/?n=10")


WSGI = """import hashlib
def application(env, start):
    body = env["wsgi.input"].read(int(env.get("CONTENT_LENGTH") or 0))
    start("200 OK", [("Content-Type", "text/plain")])
    return [hashlib.sha256(body).hexdigest().encode(), b" ", b"x" * 200000]
"""


@each_way
def wsgi(lab, family, shim):
    """gunicorn (processes, threads) and uwsgi (with its HTTP router over IPv4)"""
    b = bracket(server(shim, family))
    lab.write("wsgi_app.py", WSGI)
    body = lab.file("body", 1000000)
    gunicorn = ["/usr/bin/gunicorn", "-b", f"{b}:8702", "-w", "2"]
    uwsgi = ["uwsgi", "--plugin", "python3,http", "--wsgi-file", "wsgi_app.py", "-p", "2", "--master", "--post-buffering", "65536"]
    inner = f"{b}:8703"
    router = ["--http", f"{b}:8702", "--socket", inner, "--http-to", inner] if family == 4 else ["--http-socket", f"{b}:8702"]
    ways = [[*gunicorn, "wsgi_app"], [*gunicorn, "-k", "gthread", "--threads", "4", "wsgi_app"]] * lab.has(gunicorn[0])
    ways += [[*uwsgi, *router]] * lab.has("uwsgi")
    want(*[] if ways else ["gunicorn"])
    for argv in ways:
        with lab.serving(argv, not shim, 8702, family, sig=signal.SIGINT):	# at SIGTERM uwsgi begins anew
            got = fetch(lab, shim, f"http://{b}:8702/", "--data-binary", f"@{body}")
            assert got.split()[0].decode() == sha(body) and len(got) > 200000, argv
            load(lab, shim, f"http://{b}:8702/", 50)


@each_way
def dovecot(lab, family, shim):
    """dovecot: letters stored and fetched by IMAP, fetched by POP3"""
    want("dovecot")
    addr, d = server(shim, family), folder(lab, "dovecot", family, shim)
    ports = "".join(f"""service {name}-login {{
  chroot =
  inet_listener {name} {{
    port = {port}
  }}
  inet_listener {name}s {{
    port = 0
  }}
}}
""" for name, port in (("imap", 8704), ("pop3", 8705)))
    conf = lab.write(f"{os.path.basename(d)}/conf", f"""base_dir = {d}/run
state_dir = {d}/state
log_path = {d}/log
protocols = imap pop3
listen = {addr}
ssl = no
disable_plaintext_auth = no
default_login_user = nobody
default_internal_user = nobody
default_internal_group = nogroup
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{d}/mail
passdb {{
  driver = static
  args = password=x
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534 home={d}
}}
service anvil {{
  chroot =
}}
{ports}""")
    letter = lab.write("letter", "Subject: hello\r\n\r\n" + "".join(f"line {i} of the letter\r\n" for i in range(20000)))
    with open(letter, "rb") as f:
        text = f.read()
    with lab.serving(["dovecot", "-F", "-c", conf], not shim, 8704, family):
        box = f"imap://{bracket(addr)}:8704/INBOX"
        for _ in range(2):
            fetch(lab, shim, box, "-u", "u:x", "-T", letter)
        for _ in range(3):
            assert fetch(lab, shim, f"{box};UID=2", "-u", "u:x") == text
        assert fetch(lab, shim, f"pop3://{bracket(addr)}:8705/1", "-u", "u:x") == text


@each_way
def proftpd(lab, family, shim):
    """proftpd: 2 MB each way, passive and active, and the rest of a file"""
    want("proftpd")
    addr, d = server(shim, family), folder(lab, "proftpd", family, shim)
    os.chmod(d, 0o755)
    secret = lab.run(["openssl", "passwd", "-1", "x"]).stdout.decode().strip()
    passwords = lab.write(f"{os.path.basename(d)}/passwd", f"u:{secret}:0:0:u:{d}:/bin/sh\n", 0o600)
    conf = lab.write("proftpd.conf", f"""ServerName t
ServerType standalone
UseIPv6 on
DefaultServer on
DefaultAddress {addr}
SocketBindTight on
Port 8706
User root
Group root
RootLogin on
AuthPAM off
AuthUserFile {passwords}
AuthOrder mod_auth_file.c
RequireValidShell off
PidFile {d}/pid
ScoreboardFile {d}/score
DelayEngine off
AllowStoreRestart on
AllowOverwrite on
WtmpLog off
SystemLog {d}/log
TransferLog none
UseReverseDNS off
""")
    src, got = lab.file(f"{os.path.basename(d)}/f", 2000000), f"{d}/got"
    base = f"ftp://u:x@{bracket(addr)}:8706"
    with lab.serving(["proftpd", "-n", "-c", conf], not shim, 8706, family):
        for more in ([], ["-P", "-"]):
            fetch(lab, shim, f"{base}/f", "-o", got, *more)
            fetch(lab, shim, f"{base}/g", "-T", src, *more)
            assert sha(got) == sha(f"{d}/g") == sha(src), more
        os.truncate(got, 1000000)
        fetch(lab, shim, f"{base}/f", "-C", "-", "-o", got)
        assert sha(got) == sha(src)


def zone(lab):
    texts = "".join(f"long IN TXT \"{'x' * 200}{i}\"\n" for i in range(10))
    return lab.write("zone", f"$ORIGIN test.\n$TTL 60\n@ IN SOA a. b. 1 60 60 600 60\n@ IN NS a.test.\na IN A 192.0.2.9\n"
                     f"one IN A 192.0.2.1\n{texts}")


def ask_names(lab, shim, addr, port):
    """UDP, TCP, an answer too long for UDP, a transfer of the zone."""
    ask = ["dig", "+short", "+time=3", "-p", str(port), f"@{addr}"]
    wait_for(lambda: lab.run([*ask, "one.test"], shim=shim, check=False).stdout == b"192.0.2.1\n", "the server answers")
    assert lab.run([*ask, "one.test", "+tcp"], shim=shim).stdout == b"192.0.2.1\n"
    for kind in (["long.test", "TXT"], ["test", "AXFR"]):
        got = lab.run([*ask, *kind], shim=shim).stdout
        assert got.count(b"xxx") >= 10, (kind, got)


@each_way
def powerdns(lab, family, shim):
    """pdns_server with two threads on one port, and dig"""
    want("pdns_server", "dig")
    addr, d = server(shim, family), folder(lab, "pdns", family, shim)
    lab.write(f"{os.path.basename(d)}/named.conf", f'zone "test" {{ type master; file "{zone(lab)}"; }};\n')
    lab.write(f"{os.path.basename(d)}/pdns.conf", f"""launch=bind
bind-config={d}/named.conf
local-address={addr}
local-port=8707
socket-dir={d}
guardian=no
daemon=no
disable-axfr=no
allow-axfr-ips=0.0.0.0/0,::/0
receiver-threads=2
reuseport=yes
""")
    with lab.serving(["pdns_server", f"--config-dir={d}"], not shim, 8707, family):
        ask_names(lab, shim, addr, 8707)


@each_way
def knot(lab, family, shim):
    """knotd and dig; knsupdate changes the zone"""
    want("knotd", "knsupdate", "dig")
    addr, d = server(shim, family), folder(lab, "knot", family, shim)
    conf = lab.write("knot.conf", f"""server:
  rundir: "{d}"
  listen: {addr}@8708
  udp-workers: 2
  tcp-workers: 2
  tcp-reuseport: on
  user: root
database:
  storage: "{d}"
acl:
  - id: all
    address: [0.0.0.0/0, ::/0]
    action: [transfer, update]
zone:
  - domain: test
    storage: "{d}"
    file: {zone(lab)}
    acl: all
    zonefile-sync: -1
""")
    with lab.serving(["knotd", "-c", conf], not shim, 8708, family):
        ask_names(lab, shim, addr, 8708)
        lab.run(["knsupdate"], shim=shim, input=f"server {addr} 8708\nzone test\nadd two.test. 60 A 192.0.2.2\nsend\n".encode())
        got = lab.run(["dig", "+short", "+time=3", "-p", "8708", f"@{addr}", "two.test"], shim=shim).stdout
        assert got == b"192.0.2.2\n", got


@each_way
def kerberos(lab, family, shim):
    """krb5kdc and kinit, by UDP and by TCP"""
    want("krb5kdc", "kinit", "kdb5_util", "kadmin.local")
    b, d = bracket(server(shim, family)), folder(lab, "kdc", family, shim)
    kdc = lab.write("kdc.conf", f"""[kdcdefaults]
 kdc_listen = {b}:8709
 kdc_tcp_listen = {b}:8709
[realms]
 T.TEST = {{
  database_name = {d}/principal
  key_stash_file = {d}/stash
 }}
""")

    def env(limit):
        conf = lab.write(f"krb5-{limit}.conf", f"""[libdefaults]
 default_realm = T.TEST
 dns_lookup_kdc = false
 dns_lookup_realm = false
 rdns = false
 udp_preference_limit = {limit}
[realms]
 T.TEST = {{
  kdc = {b}:8709
 }}
""")
        return dict(os.environ, KRB5_CONFIG=conf, KRB5_KDC_PROFILE=kdc, KRB5CCNAME=f"{d}/tickets")

    if not os.path.exists(f"{d}/stash"):
        lab.run(["kdb5_util", "create", "-s", "-P", "master"], env=env(1))
        lab.run(["kadmin.local", "addprinc", "-pw", "x", "u"], env=env(1))
    with lab.serving(["krb5kdc", "-n"], not shim, 8709, family, env=env(1)):
        for limit in (1, 32000):	# octets up to which UDP is tried first
            lab.run(["kinit", "u"], shim=shim, env=env(limit), input=b"x\n")
            assert b"krbtgt/T.TEST" in lab.run(["klist"], env=env(limit)).stdout


@each_way
def go_servers(lab, family, shim):
    """caddy (files, reverse proxy) and nats-server: Go's, behind the filter"""
    addr, d = server(shim, family), folder(lab, "caddy", family, shim)
    b = bracket(addr)
    want(*[] if lab.has("caddy") or lab.has("nats-server") else ["caddy"])
    if lab.has("caddy"):
        env = dict(os.environ, HOME=d, XDG_DATA_HOME=d, XDG_CONFIG_HOME=d)
        conf = lab.write("Caddyfile", f"""{{
 admin off
 auto_https off
}}
http://:8717 {{
 bind {addr}
 root * {lab.dir}/files
 file_server
}}
http://:8718 {{
 bind {addr}
 reverse_proxy {b}:8717
}}
""")
        lab.write("files/x", "y" * 1000000)
        lab.write("files/small", "hello")
        with lab.serving(["caddy", "run", "--config", conf, "--adapter", "caddyfile"], not shim, 8718, family, env=env):
            for port in (8717, 8718):
                assert len(fetch(lab, shim, f"http://{b}:{port}/x")) == 1000000
                load(lab, shim, f"http://{b}:{port}/small")
    if lab.has("nats-server"):
        with lab.serving(["nats-server", "-a", addr, "-p", "8719"], not shim, 8719, family):
            lab.run([sys.executable, "-c", NATS, addr], shim=shim, timeout=60)


NATS = """
import socket, sys
def join():
    f = socket.create_connection((sys.argv[1], 8719), 20).makefile("rwb")
    assert f.readline().startswith(b"INFO")
    f.write(b'CONNECT {"verbose":false}\\r\\n')
    return f
def synced(f):
    f.write(b"PING\\r\\n")
    f.flush()
    assert f.readline() == b"PONG\\r\\n"
readers = [join() for _ in range(10)]
for f in readers:
    f.write(b"SUB t 1\\r\\n")
    synced(f)
writer = join()
for i in range(100):
    writer.write(b"PUB t %d\\r\\n" % (1000 + i) + b"x" * (1000 + i) + b"\\r\\n")
synced(writer)
for f in readers:
    for i in range(100):
        assert int(f.readline().split()[-1]) == 1000 + i
        assert f.read(1002 + i) == b"x" * (1000 + i) + b"\\r\\n"
"""


if __name__ == "__main__":
    main()
