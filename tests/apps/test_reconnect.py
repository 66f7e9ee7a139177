#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""NETSTACK_RECONNECT: what new sockets do while the daemon is gone."""
import os
import subprocess
import sys

from applab import HOST, NATIVE, families, main, need, skip_all, test, url

need("curl")
if NATIVE:
    skip_all("there is no daemon to end")


def orphan(lab, how, *argv):
    """A shell under the library whose daemon is killed, then argv."""
    e = dict(os.environ, NETSTACK_RECONNECT=how)
    p = lab.spawn(["sh", "-c", 'echo; read x; "$@"', "sh", *argv], shim=True, env=e, stdin=subprocess.PIPE,
                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    p.stdout.readline()
    lab.daemon.kill()
    lab.daemon.wait()
    p.stdin.write(b"\n")
    p.stdin.flush()
    return p


def restart(lab, old):
    """Another daemon, found at the old path, too."""
    lab.start_daemon()
    for suffix in (".d", "") if lab.control != old else ():     # the last is what a program looks for
        os.symlink(lab.control + suffix, f"{lab.dir}/link")
        os.rename(f"{lab.dir}/link", old + suffix)


def finish(lab, p):
    out, err = p.communicate(timeout=90)
    lab.stop(p)
    return p.returncode, out, err


def server(lab, family):
    cmd = [sys.executable, "-m", "http.server", "--bind", {4: "0.0.0.0", 6: "::"}[family], "5900"]
    return lab.serving(cmd, False, 5900, family)


@families
def to_the_kernel(lab, family):
    """kernel: the host's stack is used instead"""
    addr = {4: "198.51.100.1", 6: "2001:db8::1"}[family]    # does not end with the daemon's device
    subprocess.run(["ip", "addr", "replace", addr, "dev", "lo"], check=True)
    with server(lab, family):
        p = orphan(lab, "kernel", "curl", "-sS", "-m", "20", "-o", "/dev/null", "-w", "%{local_ip}", url(addr, 5900))
        try:
            got = finish(lab, p)
        finally:
            lab.start_daemon()
        assert got[:2] == (0, addr.encode()), got


@families
def waits(lab, family):
    """wait:SECONDS: a blocking socket waits for the daemon to come back"""
    old = lab.control
    code = f"""import errno, socket, time
for i in range(100):
    try:
        print(socket.create_connection(('{HOST[family]}', 5900)).getsockname()[0])
        break
    except OSError as e:
        assert e.errno == errno.EADDRNOTAVAIL, e    # until duplicate address detection is over
        time.sleep(0.1)"""
    with server(lab, family):
        p = orphan(lab, "wait:30", sys.executable, "-c", code)
        lab.pause(0.5)
        assert p.poll() is None
        restart(lab, old)
        got = finish(lab, p)
        assert got[0] == 0 and got[1].decode().strip() not in ("", HOST[family]), got


@test
def fails_at_once(lab):
    """fail, and non-blocking sockets that were to wait: ENETDOWN; a wait is bounded"""
    code = ("import errno, socket\ntry:\n s = socket.socket(socket.AF_INET, %s)\n s.connect(('10.77.0.1', 1))\n"
            "except OSError as e: print(errno.errorcode[e.errno])")
    for how, kind in (("fail", "socket.SOCK_STREAM"), ("fail", "socket.SOCK_DGRAM"),
                      ("wait:3600", "socket.SOCK_STREAM | socket.SOCK_NONBLOCK"),
                      ("wait:3600", "socket.SOCK_DGRAM | socket.SOCK_NONBLOCK"),
                      ("wait:1", "socket.SOCK_DGRAM")):
        got = finish(lab, orphan(lab, how, sys.executable, "-c", code % kind))
        lab.start_daemon()
        assert got[1] == b"ENETDOWN\n", (how, kind, got)


@test
def wrong_values(lab):
    """a value that is not known: netstack run says what to write"""
    for how in ("wait", "wait:", "wait:0", "wait:-1", "wait:1s", "wait:86401", "yes"):
        p = lab.run(["true"], shim=True, check=False, env=dict(os.environ, NETSTACK_RECONNECT=how))
        assert p.returncode == 125 and f"{how}: write fail, kernel".encode() in p.stderr, p


if __name__ == "__main__":
    main()
