#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Services of a network: names (dnsmasq, unbound, dig), time (chrony), mail (opensmtpd, swaks)."""
import os
import pwd
import sys

from applab import HOST, STACK, bracket, each_way, families, main, test, wait_for, want


def dig(lab, shim, addr, port, name, kind="A", *more):
    out = lab.run(["dig", "+time=3", "+tries=2", "+short", "-p", str(port), f"@{addr}", name, kind, *more], shim=shim)
    return out.stdout.decode().split("\n")[:-1]


def dnsmasq_argv(addr, port, *more):
    return ["dnsmasq", "-k", "-C", "/dev/null", "-u", "root", "--bind-interfaces", f"--listen-address={addr}", f"--port={port}", "-R", "-h",
            "--except-interface=lo", "--host-record=one.test,192.0.2.1,2001:db8::1", "--no-ping", "-x", "", *more]


@each_way
def dnsmasq(lab, family, shim):
    """dnsmasq and dig: UDP, TCP, a long answer"""
    want("dnsmasq", "dig")
    addr = (HOST if shim else STACK)[family]
    texts = [f"--txt-record=long.test,{'x' * 200}{i}" for i in range(10)]
    with lab.serving(dnsmasq_argv(addr, 8600, *texts), not shim, 8600, family):
        assert dig(lab, shim, addr, 8600, "one.test") == ["192.0.2.1"]
        assert dig(lab, shim, addr, 8600, "one.test", "AAAA", "+tcp") == ["2001:db8::1"]
        for more in (["+ignore"], ["+tcp"], ["+bufsize=4096"], ["+noedns"]):
            got = dig(lab, shim, addr, 8600, "long.test", "TXT", *more)
            assert len(got) == 10 or more == ["+ignore"], (more, got)


@each_way
def unbound(lab, family, shim):
    """unbound: a forwarder between dig and dnsmasq"""
    want("unbound", "dnsmasq", "dig")
    addr, up = (HOST if shim else STACK)[family], HOST[family]
    conf = lab.write("unbound.conf", f"""server:
  interface: {addr}@8601
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{lab.dir}"
  pidfile: ""
  use-syslog: no
  num-threads: 2
  so-reuseport: yes
  access-control: 0.0.0.0/0 allow
  access-control: ::/0 allow
  do-not-query-localhost: no
  outgoing-port-permit: 1024-65000
  domain-insecure: "test"
  local-zone: "test" nodefault
  module-config: "iterator"
forward-zone:
  name: "."
  forward-addr: {up}@8602
remote-control:
  control-enable: no
""")
    with lab.serving(dnsmasq_argv(up, 8602), False, 8602, family), \
         lab.serving(["unbound", "-d", "-c", conf], not shim, 8601, family):
        for more in ([], ["+tcp"], ["+dnssec"]):
            assert dig(lab, shim, addr, 8601, "one.test", "A", *more) == ["192.0.2.1"], more
        out = lab.run(["dig", "+time=3", "-p", "8601", f"@{addr}", "none.test"], shim=shim).stdout
        assert b"NXDOMAIN" in out or b"REFUSED" in out or b"SERVFAIL" in out, out


@each_way
def resolver(lab, family, shim):
    """c-ares and libc resolvers: names through a nameserver of resolv.conf (python, curl, getent)"""
    want("dnsmasq", "unshare")
    addr = HOST[family]
    if not shim:
        return
    lab.write("resolv.conf", f"nameserver {addr}\noptions timeout:3\n")
    lab.write("nsswitch.conf", "hosts: files dns\n")
    with lab.serving(dnsmasq_argv(addr, 53), False, 53, family):
        code = ("import socket\nprint(sorted({x[4][0] for x in socket.getaddrinfo('one.test', 80)}))\n"
                "print(socket.gethostbyname('one.test'))\n")
        out = lab.run([*lab.own_etc("resolv.conf", "nsswitch.conf"), *lab.argv(True, [sys.executable, "-c", code])])
        assert out.stdout == b"['192.0.2.1', '2001:db8::1']\n192.0.2.1\n", (out.stdout, out.stderr)


SILENT = """import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 53))
while True:
    print(s.recv(512)[12:].hex(), flush=True)
"""


@families
def patience(lab, family):
    """a name server that says nothing is asked as often as resolv.conf's attempts say, and RES_OPTIONS after it"""
    want("unshare")
    lab.write("resolv.conf", f"nameserver {HOST[family]}\noptions timeout:1 attempts:1\n")
    lab.write("nsswitch.conf", "hosts: dns\n")
    code = "import socket\ntry: socket.gethostbyname('one.test')\nexcept OSError as e: print(type(e).__name__)"
    own = lab.own_etc("resolv.conf", "nsswitch.conf")
    with open(f"{lab.dir}/asked", "w", encoding="ascii") as said, open(said.name, encoding="ascii") as asked:
        p = lab.spawn([sys.executable, "-c", SILENT, HOST[family]], stdout=said)
        lab.wait_bound(False, 53, "udp", child=p)
        for env, times in (("", 1), ("timeout:1 attempts:2", 2)):
            out = lab.run([*own, "env", f"RES_OPTIONS={env}",
                           *lab.argv(True, [sys.executable, "-c", code])]).stdout
            assert out == b"gaierror\n", out
            assert len(asked.readlines()) == times
        lab.stop(p)


HOSTS = """127.0.0.1 localhost
10.77.0.200 four also
10.77.0.9 four
169.254.1.1 four
10.77.0.9 both
fd77::9 both
"""
NAMES = """import socket
for name in ("four", "both", "also"):
    for family in (0, socket.AF_INET6):
        ai = socket.getaddrinfo(name, 80, family, socket.SOCK_STREAM, 0, socket.AI_V4MAPPED | socket.AI_ALL)
        print([x[4][0] for x in ai])
    print(socket.gethostbyname_ex(name))
print(socket.gethostbyaddr("10.77.0.200"), socket.getnameinfo(("10.77.0.9", 80), 0))
"""


@test
def names_in_order(lab):
    """IP6-30: addresses of a name in the order that libc gives them, as gai.conf says; aliases"""
    want("unshare")
    lab.write("hosts", HOSTS)
    lab.write("nsswitch.conf", "hosts: files\n")
    own = lab.own_etc("hosts", "nsswitch.conf", "gai.conf")
    seen = []
    for conf in ("", "precedence ::ffff:0:0/96 100\n", "precedence ::ffff:10.77.0.200/128 50\n"):
        lab.write("gai.conf", conf)
        both = [lab.run([*own, *lab.argv(way, [sys.executable, "-c", NAMES])]).stdout for way in (False, True)]
        assert both[0] == both[1], (conf, both)
        seen.append(both[0])
    assert len(set(seen)) == 3, seen  # each file changes something


@each_way
def chrony(lab, family, shim):
    """chronyd: a client measures a server's offset"""
    want("chronyd")
    addr = (HOST if shim else STACK)[family]
    server = lab.write("chrony-server.conf", f"local stratum 5\nallow all\nbindaddress {addr}\nport 8123\ncmdport 0\npidfile {lab.dir}/c1\n"
                       "bindcmdaddress /\n")
    p = lab.spawn(["chronyd", "-d", "-x", "-u", "root", "-f", server], shim=not shim)
    lab.wait_bound(not shim, 8123, "udp", child=p)
    for _ in range(2):
        out = lab.run(["chronyd", "-Q", "-t", "20", "-u", "root", "-f", "/dev/null", f"server {addr} port 8123 iburst maxsamples 2",
                       f"pidfile {lab.dir}/c2", "cmdport 0", "bindcmdaddress /"], shim=shim, check=False, timeout=40)
        said = (out.stdout + out.stderr).decode()
        if "System clock wrong by" in said:
            break
    lab.stop(p)
    assert "System clock wrong by" in said, said


@each_way
def mail(lab, family, shim):
    """opensmtpd takes a letter from swaks; a wrong recipient is refused"""
    want("smtpd", "curl", "unshare")
    for user in ("opensmtpd", "opensmtpq"):
        try:
            pwd.getpwnam(user)
        except KeyError:
            raise AssertionError(f"opensmtpd's user {user} is missing") from None
    addr = (HOST if shim else STACK)[family]
    os.makedirs(f"{lab.dir}/box", exist_ok=True)
    os.chmod(f"{lab.dir}/box", 0o777)
    box = f"{lab.dir}/box/mbox"
    conf = lab.write("smtpd.conf", f"""listen on {addr} port 8625
action "box" mda "cat >> {box}" user nobody
match from any for domain "here.test" action "box"
""", 0o600)
    # Its spool and socket are at fixed places: private ones for this process.
    script = ("mkdir -p /var/spool/smtpd && mount -t tmpfs t /var/spool/smtpd && mount -t tmpfs t /run && chmod 711 /var/spool/smtpd && "
              "exec \"$@\"")
    letter = lab.write("letter", "Subject: hello\n\n" + "".join(f"line {i} of the letter\n" for i in range(2000)))
    with lab.serving(["unshare", "-m", "sh", "-c", script, "sh", "smtpd", "-d", "-f", conf], not shim, 8625, family):
        url = f"smtp://{bracket(addr)}:8625"
        lab.run(["curl", "-gsS", "-m", "20", url, "--mail-from", "a@there.test", "--mail-rcpt", "nobody@here.test", "-T", letter], shim=shim)
        out = lab.run(["curl", "-gsS", "-m", "20", url, "--mail-from", "a@there.test", "--mail-rcpt", "x@elsewhere.test", "-T", letter],
                      shim=shim, check=False)
        assert out.returncode == 55, out
        if family == 4 and lab.has("swaks"):
            lab.run(["swaks", "--server", addr, "--port", "8625", "--from", "a@there.test", "--to", "nobody@here.test"], shim=shim)
        wait_for(lambda: os.path.exists(box) and b"line 1999 of" in open(box, "rb").read(), "the letter is delivered", 60)
        os.unlink(box)


if __name__ == "__main__":
    main()
