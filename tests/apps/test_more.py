#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""More servers and clients, for check-apps-full: HTTP/2 (nghttp2), queues (beanstalkd, gearman), chat (ngircd, prosody),
streams (icecast2), TLS (hitch), files (rclone), HTTP (httpie, wget2)."""
import os
import sys

from applab import bracket, each_way, folder, main, need, server, url, wait_for, want

need("curl", "python3")

# sends each argument as a line, and prints what comes until the text before it is there
TALK = """
import socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 20)
s.settimeout(20)
got = b''
for say, until in zip(sys.argv[3::2], sys.argv[4::2]):
    s.sendall(say.encode().replace(b'\\\\n', b'\\r\\n'))
    while until.encode() not in got:
        more = s.recv(65536)
        if not more:
            sys.exit(f'ended before {until}: {got[-300:]!r}')
        got += more
sys.stdout.buffer.write(got)
"""


def talk(lab, shim, addr, port, *lines):
    return lab.run([sys.executable, "-c", TALK, addr, str(port), *lines], shim=shim).stdout


@each_way
def http2(lab, family, shim):
    """nghttpd, and h2load and curl over HTTP/2 without TLS: many streams of several connections"""
    want("nghttpd", "h2load")
    addr, dir_ = server(shim, family), folder(lab, "h2", family, shim)
    with open(f"{dir_}/file", "wb") as f:
        f.write(os.urandom(300000))
    with lab.serving(["nghttpd", "--no-tls", "-n", "2", "-a", addr, "-d", dir_, "7700"], not shim, 7700, family):
        out = lab.run(["h2load", "-n", "400", "-c", "5", "-m", "20", url(addr, 7700, "file")], shim=shim).stdout
        assert b"400 succeeded, 0 failed" in out, out[-600:]
        out = lab.run(["curl", "-sS", "-m", "30", "--http2-prior-knowledge", url(addr, 7700, "file")], shim=shim).stdout
        assert len(out) == 300000, len(out)


@each_way
def http_proxy2(lab, family, shim):
    """nghttpx between HTTP/1.1 and HTTP/2"""
    want("nghttpx", "nghttpd")
    addr, dir_ = server(shim, family), folder(lab, "h2p", family, shim)
    with open(f"{dir_}/file", "wb") as f:
        f.write(b"x" * 100000)
    with (lab.serving(["nghttpd", "--no-tls", "-a", addr, "-d", dir_, "7701"], not shim, 7701, family),
          lab.serving(["nghttpx", f"-f{addr},7702;no-tls", f"-b{addr},7701;;proto=h2",
                       "--workers=2", "--conf=/dev/null"], not shim, 7702, family)):
        out = lab.run(["curl", "-sS", "-m", "30", url(addr, 7702, "file")], shim=shim).stdout
        assert len(out) == 100000, out[:200]


@each_way
def work_queue(lab, family, shim):
    """beanstalkd: a job put, reserved and deleted"""
    want("beanstalkd")
    addr = server(shim, family)
    with lab.serving(["beanstalkd", "-l", addr, "-p", "7703"], not shim, 7703, family):
        out = talk(lab, shim, addr, 7703, "put 1 0 60 5\\nhello\\n", "INSERTED", "reserve\\n", "hello", "delete 1\\n", "DELETED")
        assert b"RESERVED 1 5" in out, out


@each_way
def gearman(lab, family, shim):
    """gearmand, a worker and a client of it"""
    want("gearmand", "gearman")
    addr = server(shim, family)
    with lab.serving(["gearmand", "-L", addr, "-p", "7704", "-l", "stderr", "-u", "root"], not shim, 7704, family):
        w = lab.spawn(["gearman", "-h", addr, "-p", "7704", "-w", "-f", "rev", "-c", "1", "--", "rev"], shim=shim)
        out = lab.run(["gearman", "-h", addr, "-p", "7704", "-f", "rev", "abcdef"], shim=shim).stdout
        assert out.strip() == b"fedcba", out
        lab.stop(w)


@each_way
def irc(lab, family, shim):
    """ngircd: two lines of one client come back"""
    want("ngircd")
    addr = server(shim, family)
    conf = lab.write("ngircd.conf", f"""[Global]
Name = irc.test
Info = test
Listen = {addr}
Ports = 7705
ServerUID = root
ServerGID = root
[Options]
DNS = no
Ident = no
PAM = no
""")
    with lab.serving(["ngircd", "-n", "-f", conf], not shim, 7705, family):
        out = talk(lab, shim, addr, 7705, "NICK a\\nUSER a 0 * :A\\n", " 001 ", "JOIN #x\\n", " 366 ", "PRIVMSG a :myself\\n",
                   "PRIVMSG a :myself")
        assert b"JOIN :#x" in out, out[-300:]


@each_way
def icecast(lab, family, shim):
    """icecast2: a source that sends, a listener that hears it"""
    want("icecast2")
    addr, dir_ = server(shim, family), folder(lab, "ice", family, shim)
    conf = lab.write("ice.xml", f"""<icecast><limits><clients>9</clients><sources>2</sources></limits>
<authentication><source-password>s</source-password><admin-user>a</admin-user><admin-password>b</admin-password></authentication>
<hostname>h</hostname><listen-socket><port>7706</port><bind-address>{addr}</bind-address></listen-socket>
<paths><logdir>{dir_}</logdir><webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot></paths>
<logging><accesslog>a</accesslog><errorlog>e</errorlog></logging>
<security><chroot>0</chroot><changeowner><user>nobody</user><group>nogroup</group></changeowner></security></icecast>""")
    with lab.serving(["icecast2", "-c", conf], not shim, 7706, family):
        src = lab.spawn([sys.executable, "-c", "import sys, time\nwhile True:\n sys.stdout.buffer.write(b'x' * 4000)\n sys.stdout.flush()\n"
                         " time.sleep(.02)"], stdout=-1)
        put = lab.spawn(["curl", "-sS", "-u", "source:s", "-H", "Content-Type: audio/mpeg", "-T", "-", url(addr, 7706, "live.mp3")],
                        shim=shim, stdin=src.stdout)
        heard = lambda: lab.run(["curl", "-s", "-m", "3", url(addr, 7706, "live.mp3")], shim=shim, check=False).stdout  # noqa: E731
        wait_for(lambda: len(heard()) > 50000, "it is heard", 40)
        lab.stop(put)
        lab.stop(src)


@each_way
def tls_proxy(lab, family, shim):
    """hitch before a plain server, and curl"""
    want("hitch", "openssl")
    addr, dir_ = server(shim, family), folder(lab, "hitch", family, shim)
    pem = f"{dir_}/pem"
    lab.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-keyout", pem, "-out", f"{dir_}/c"])
    with open(pem, "ab") as f, open(f"{dir_}/c", "rb") as c:
        f.write(c.read())
    with open(f"{dir_}/file", "wb") as f:
        f.write(b"t" * 200000)
    http = [sys.executable, "-m", "http.server", "7708", "--bind", addr, "--directory", dir_]
    with (lab.serving(http, not shim, 7708, family),
          lab.serving(["hitch", "-n", "2", "-u", "nobody", f"--frontend=[{addr}]:7709", f"--backend=[{addr}]:7708", "--quiet", pem],
                      not shim, 7709, family)):
        out = lab.run(["curl", "-ksS", "-m", "30", url(addr, 7709, "file").replace("http:", "https:")], shim=shim).stdout
        assert len(out) == 200000, len(out)


@each_way
def cloud_files(lab, family, shim):
    """rclone (Go): serve http and webdav, and a copy of it"""
    want("rclone")
    addr, dir_ = server(shim, family), folder(lab, "rclone", family, shim)
    for i in range(5):
        with open(f"{dir_}/f{i}", "wb") as f:
            f.write(bytes([i]) * 100000 * i)

    def behind(s, *cmd):
        cmd = ["rclone", "--config", f"{lab.dir}/none", *cmd]
        return [f"{lab.build}/netstack", "run", "--seccomp", "--control", lab.control, "--", *cmd] if s else cmd

    with lab.serving(behind(not shim, "serve", "webdav", "--addr", f"{bracket(addr)}:7710", dir_), False, 7710, family) if shim else \
            lab.serving(behind(True, "serve", "webdav", "--addr", f"{bracket(addr)}:7710", dir_), True, 7710, family):
        lab.run(behind(shim, "copy", f":webdav,url='{url(addr, 7710)}':", f"{dir_}.copy", "--transfers", "4"))
    assert sorted(os.listdir(f"{dir_}.copy")) == [f"f{i}" for i in range(5)]
    assert os.path.getsize(f"{dir_}.copy/f4") == 400000


@each_way
def http_clients(lab, family, shim):
    """httpie and wget2 with several connections"""
    want("wget2", "http")
    addr, dir_ = server(shim, family), folder(lab, "wget2", family, shim)
    for i in range(8):
        with open(f"{dir_}/f{i}", "wb") as f:
            f.write(b"w" * 50000)
    http = [sys.executable, "-m", "http.server", "7711", "--bind", addr, "--directory", dir_]
    with lab.serving(http, not shim, 7711, family):
        lab.run(["wget2", "-q", "--max-threads=4", "-P", f"{dir_}.got", *(url(addr, 7711, f"f{i}") for i in range(8))], shim=shim)
        assert len(os.listdir(f"{dir_}.got")) == 8, os.listdir(f"{dir_}.got")
        out = lab.run(["http", "--ignore-stdin", "--body", url(addr, 7711, "f1")], shim=shim).stdout
        assert len(out) in (50000, 50001), len(out)


@each_way
def xmpp(lab, family, shim):
    """prosody (Lua, libevent) opens a stream and tells its features"""
    want("prosody")
    addr, dir_ = server(shim, family), folder(lab, "prosody", family, shim)
    conf = lab.write("prosody.cfg.lua", f"""daemonize = false
run_as_root = true
pidfile = "{dir_}/pid"
data_path = "{dir_}"
interfaces = {{ "{addr}" }}
c2s_ports = {{ 7714 }}
s2s_ports = {{}}
modules_enabled = {{ "saslauth", "disco" }}
modules_disabled = {{ "s2s", "tls" }}
authentication = "internal_plain"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
log = "*console"
VirtualHost "x.test"
""")
    with lab.serving(["prosody", "--config", conf], not shim, 7714, family):
        out = talk(lab, shim, addr, 7714, "<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
                   "xmlns:stream='http://etherx.jabber.org/streams' to='x.test' version='1.0'>", "</stream:features>")
        assert b"PLAIN" in out, out


if __name__ == "__main__":
    main()
