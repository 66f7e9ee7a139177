#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""SOCK-07: nginx with workers and reload under load; redis with its benchmark and background save."""
import contextlib
import os
import re
import shutil
import signal
import subprocess
import time

from applab import HOST, STACK, each_way, families, main, need, sha, url, wait_for

need("nginx", "wrk", "redis-server", "redis-benchmark", "redis-cli")

PID_FILES = ("nginx.pid", "nginx.pid.oldbin")
NGINX = """
worker_processes 2;
pid %(dir)s/nginx.pid;
error_log %(dir)s/error.log;
events { worker_connections 1024; }
http {
    access_log off;
    sendfile on; tcp_nopush on; tcp_nodelay on;
    keepalive_timeout %(keepalive)s;
    client_body_temp_path %(dir)s/body; proxy_temp_path %(dir)s/proxy;
    fastcgi_temp_path %(dir)s/fcgi; uwsgi_temp_path %(dir)s/uwsgi; scgi_temp_path %(dir)s/scgi;
    server { listen %(listen)s; root %(dir)s/www; }
}
"""


def nginx_conf(lab, shim, family, port, keepalive=65, reuseport=False):
    os.makedirs(f"{lab.dir}/www", exist_ok=True)
    with open(f"{lab.dir}/www/index.html", "w", encoding="ascii") as f:
        f.write("hello " * 100)
    addr = (STACK if shim else HOST)[family]
    listen = f"[{addr}]:{port}" if family == 6 else f"{addr}:{port}"
    conf = f"{lab.dir}/nginx.conf"
    with open(conf, "w", encoding="ascii") as f:
        f.write(NGINX % {"dir": lab.dir, "listen": listen + (" reuseport" if reuseport else ""), "keepalive": keepalive})
    return conf, addr


def nginx(lab, shim, family, port, **kw):
    conf, addr = nginx_conf(lab, shim, family, port, **kw)
    with open(conf, "a", encoding="ascii") as f:
        f.write("daemon off;\n")
    forget_pids(lab)
    p = lab.spawn(["nginx", "-c", conf], shim=shim)
    lab.wait_port(shim, port, family, child=p)
    wait_for(lambda: pids(lab), "nginx has written its pid")    # after its sockets listen
    return p, addr


def forget_pids(lab):
    """One that was killed leaves its file."""
    for name in PID_FILES:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{lab.dir}/{name}")


def master_pid(lab):
    with open(f"{lab.dir}/nginx.pid", encoding="ascii") as f:
        return int(f.read())


@families
def nginx_big(lab, family):
    """nginx under the shim serves 100 MB by sendfile, checksum equal"""
    p, addr = nginx(lab, True, family, 8081)
    os.rename(lab.file("big", 100 << 20), f"{lab.dir}/www/big")
    lab.run(["curl", "-gsSf", "-m", "60", "-o", "got", url(addr, 8081, "big")])
    assert sha(f"{lab.dir}/got") == sha(f"{lab.dir}/www/big")
    lab.stop(p, signal.SIGQUIT)


@each_way
def nginx_wrk(lab, family, shim):
    """nginx with 2 workers under wrk"""
    p, addr = nginx(lab, not shim, family, 8082)
    out = lab.run(["wrk", "-t2", "-c32", "-d2", url(addr, 8082)], shim=shim).stdout.decode()
    assert "Socket errors" not in out and "Non-2xx" not in out, out
    assert int(re.search(r"(\d+) requests in", out)[1]) > 64, out      # of 32 connections
    lab.stop(p, signal.SIGQUIT)


@contextlib.contextmanager
def load(lab, address, seconds):
    """wrk with a connection for each request, during which the block runs: none may fail."""
    w = lab.spawn(["wrk", "-t2", "-c16", f"-d{seconds}", "-H", "Connection: close", address], stdout=-1)
    yield
    out = w.communicate(timeout=60)[0].decode()
    lab.children.remove(w)
    bad = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", out)
    assert not bad or [int(x) for x in bad.groups()] == [0, 0, 0, 0], out
    assert "Non-2xx" not in out, out


@families
def nginx_reload(lab, family):
    """nginx reloaded by SIGHUP under load, Connection: close: no request fails"""
    p, addr = nginx(lab, True, family, 8083)
    with load(lab, url(addr, 8083), 4):
        for _ in range(4):
            time.sleep(0.7)
            os.kill(master_pid(lab), signal.SIGHUP)
    lab.stop(p, signal.SIGQUIT)


@families
def nginx_reload_reuseport(lab, family):
    """nginx with a reuseport listener for each worker, reloaded under load: no request fails"""
    p, addr = nginx(lab, True, family, 8085, reuseport=True)
    with load(lab, url(addr, 8085), 4):
        for _ in range(4):
            time.sleep(0.7)
            os.kill(master_pid(lab), signal.SIGHUP)
    lab.stop(p, signal.SIGQUIT)


def pids(lab):
    """Masters that are left, by their files: a set, since a file that is renamed between the two looks is seen twice."""
    found = set()
    for name in PID_FILES:
        with contextlib.suppress(FileNotFoundError, ValueError), open(f"{lab.dir}/{name}", encoding="ascii") as f:
            found.add(int(f.read()))	# ValueError: made, and not yet written
    return found


def both_masters(lab):
    """Until the old master's and the new one's pids are in their files."""
    try:
        wait_for(lambda: len(pids(lab)) == 2, "a new process", 60)
    except AssertionError as e:
        raise AssertionError(f"{e}: {log_of(lab)}") from e


def log_of(lab):
    """The end of what nginx logged."""
    with contextlib.suppress(FileNotFoundError), open(f"{lab.dir}/error.log", encoding="ascii", errors="replace") as f:
        return f.read()[-600:]
    return ""


@families
def nginx_upgrade(lab, family):
    """nginx replaced by a new process (USR2, then QUIT to the old) under load: no request fails"""
    conf, addr = nginx_conf(lab, True, family, 8086, reuseport=family == 6)
    with open(conf, "a", encoding="ascii") as f:
        f.write("daemon on;\n")	# in the foreground it does not obey USR2
    forget_pids(lab)
    lab.run([shutil.which("nginx"), "-c", conf], shim=True, stdin=subprocess.DEVNULL)
    try:
        lab.wait_port(True, 8086, family)
        wait_for(lambda: pids(lab), "nginx has written its pid")
        old = master_pid(lab)
        with load(lab, url(addr, 8086), 4):
            time.sleep(0.7)
            os.kill(old, signal.SIGUSR2)
            both_masters(lab)
            time.sleep(0.7)
            os.kill(old, signal.SIGQUIT)
        assert master_pid(lab) != old
        lab.run(["curl", "-gsSf", "-m", "10", "-o", "/dev/null", url(addr, 8086)])
    finally:
        # Also one that comes late: its files appear when it is ready.
        end = time.monotonic() + 5
        while time.monotonic() < end and pids(lab):
            for pid in pids(lab):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
            time.sleep(0.05)


@families
def nginx_restart(lab, family):
    """nginx stopped and started again gets its port back"""
    for _ in range(3):
        p, addr = nginx(lab, True, family, 8084)
        lab.run(["curl", "-gsSf", "-m", "10", "-o", "/dev/null", url(addr, 8084)])
        lab.stop(p, signal.SIGTERM)


@each_way
def redis(lab, family, shim):
    """redis-server and redis-benchmark, with a background save"""
    addr = (HOST if shim else STACK)[family]
    p = lab.spawn(["redis-server", "--bind", addr, "--port", "6390", "--protected-mode", "no", "--save", "",
                   "--dir", lab.dir], shim=not shim)
    lab.wait_port(not shim, 6390, family)
    cli = ["redis-cli", "-h", addr, "-p", "6390"]
    assert lab.run(cli + ["set", "k", "v"], shim=shim).stdout.strip() == b"OK"
    out = lab.run(["redis-benchmark", "-h", addr, "-p", "6390", "-t", "set,get", "-n", "10000", "-c", "20", "-q"],
                  shim=shim).stdout.decode()
    assert "SET" in out and "GET" in out and "requests per second" in out, out
    out = lab.run(["redis-benchmark", "-h", addr, "-p", "6390", "-t", "get", "-n", "30000", "-P", "16", "-q"],
                  shim=shim).stdout.decode()
    assert "requests per second" in out, out
    load_it = lab.spawn(["redis-benchmark", "-h", addr, "-p", "6390", "-t", "set,get", "-n", "30000", "-c", "20", "-d", "1000", "-q"],
                        shim=shim, stdout=-1)
    for _ in range(3):	# the save is a forked child that holds every connection
        lab.run(cli + ["bgsave"], shim=shim, check=False)
        time.sleep(0.2)
    out = load_it.communicate(timeout=120)[0].decode()
    lab.children.remove(load_it)
    assert out.count("requests per second") >= 2, out
    wait_for(lambda: b"rdb_bgsave_in_progress:0" in lab.run(cli + ["info", "persistence"], shim=shim).stdout, "the save is over", 60)
    assert b"rdb_last_bgsave_status:ok" in lab.run(cli + ["info", "persistence"], shim=shim).stdout
    assert lab.run(cli + ["get", "k"], shim=shim).stdout.strip() == b"v"
    lab.run(cli + ["shutdown", "nosave"], shim=shim, check=False)
    lab.stop(p)


if __name__ == "__main__":
    main()
