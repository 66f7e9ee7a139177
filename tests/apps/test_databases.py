#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Servers that keep data: memcached, PostgreSQL, MariaDB, and the MQTT broker mosquitto."""
import contextlib
import glob
import os
import pwd
import re
import signal
import subprocess
import sys

import applab
from applab import HOST, STACK, Skip, each_way, main, wait_for, want

MEMCACHE = """
import socket, sys, threading
addr, port = sys.argv[1], int(sys.argv[2])
def client(n):
    s = socket.create_connection((addr, port), 20); f = s.makefile('rb')
    for i in range(200):
        v = (b'%d-%d ' % (n, i)) * (i + 1)
        s.sendall(b'set k%d 0 0 %d\\r\\n%s\\r\\n' % (n, len(v), v)); assert f.readline() == b'STORED\\r\\n'
        s.sendall(b'get k%d\\r\\n' % n); assert f.readline().startswith(b'VALUE'); assert f.read(len(v)) == v; f.readline(); assert f.readline() == b'END\\r\\n'
    done.append(n)
done = []
t = [threading.Thread(target=client, args=(n,)) for n in range(20)]
[x.start() for x in t]; [x.join() for x in t]
u = socket.socket(socket.AF_INET6 if ':' in addr else socket.AF_INET, socket.SOCK_DGRAM); u.settimeout(10); u.connect((addr, port))
u.send(b'\\0\\1\\0\\0\\0\\1\\0\\0get k3\\r\\n'); print(len(done), u.recv(2000)[8:13].decode())
"""


@each_way
def memcached(lab, family, shim):
    """memcached: twenty clients over TCP, one over UDP"""
    want("memcached")
    addr = (HOST if shim else STACK)[family]
    with lab.serving(["memcached", "-u", "nobody", "-l", addr, "-p", "8500", "-U", "8500", "-t", "2"], not shim, 8500, family):
        out = lab.run([sys.executable, "-c", MEMCACHE, addr, "8500"], shim=shim)
        assert out.stdout == b"20 VALUE\n", (out.stdout, out.stderr)


@contextlib.contextmanager
def postgres(lab, family, shim):
    """A cluster made once for the lab, served from the side that is asked for."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if not found:
        raise Skip("postgresql is not installed")
    user = pwd.getpwnam("postgres")
    data, as_user = f"{lab.dir}/pg", ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    if not os.path.exists(data):
        os.mkdir(data)
        os.chown(data, user.pw_uid, user.pw_gid)
        lab.run(as_user + [f"{found[-1]}/initdb", "-D", data, "-A", "trust", "--no-sync"])
        with open(f"{data}/pg_hba.conf", "a", encoding="ascii") as f:
            f.write("host all all 0.0.0.0/0 trust\nhost all all ::/0 trust\n")
    addr = (STACK if shim else HOST)[family]
    with lab.serving(as_user + [f"{found[-1]}/postgres", "-D", data, "-h", addr, "-p", "8501", "-k", data, "-F", "-c", "max_connections=130",
                      "-c", "shared_buffers=32MB"], shim, 8501, family, sig=signal.SIGINT):
        wait_for(lambda: not lab.run(["pg_isready", "-h", addr, "-p", "8501"], check=False).returncode, "postgres is ready", 60)
        yield ["-h", addr, "-p", "8501", "-U", "postgres"]


@each_way
def postgresql(lab, family, shim):
    """PostgreSQL: psql, a cancelled query, pgbench with 100 clients"""
    want("psql", "pgbench")
    with postgres(lab, family, not shim) as where:
        big = "select md5(string_agg(i::text, ',')), length(repeat('x', 3000000)) from generate_series(1, 100000) i"
        out = lab.run(["psql", *where, "-Atc", big], shim=shim).stdout
        assert re.match(rb"[0-9a-f]{32}\|3000000\n$", out), out
        out = lab.run(["psql", *where, "-Atc", "select repeat('abcdefgh', 500000)"], shim=shim).stdout
        assert out == b"abcdefgh" * 500000 + b"\n", len(out)
        out = lab.run(["psql", *where, "-c", "set statement_timeout = 300", "-c", "select pg_sleep(20)"], shim=shim, check=False)
        assert b"statement timeout" in out.stderr, out
        lab.run(["pgbench", *where, "-i", "-q", "-s", "1", "postgres"], shim=shim)
        out = lab.run(["pgbench", *where, "-S", "-c", "100", "-j", "2", "-t", "10", "postgres"], shim=shim).stdout.decode()
        assert "transactions actually processed: 1000/1000" in out and re.search(r"failed transactions: 0 ", out), out
        if family == 4:
            out = lab.run(["pgbench", *where, "-n", "-C", "-S", "-c", "10", "-t", "10", "postgres"], shim=shim).stdout.decode()
            assert "transactions actually processed: 100/100" in out, out


@each_way
def mariadb(lab, family, shim):
    """MariaDB: its client, a table, a big row"""
    want("mariadbd", "mariadb", "mariadb-install-db")
    addr, data = (HOST if shim else STACK)[family], f"{lab.dir}/maria"
    if not os.path.exists(data):
        lab.run(["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--user=mysql", "--skip-test-db",
                 "--auth-root-authentication-method=normal", "--innodb-flush-log-at-trx-commit=0"])
    sql = lab.write("init.sql", "create user if not exists t@'%' identified by 'secret';\ngrant all on *.* to t@'%';\n")
    with lab.serving(["mariadbd", "--no-defaults", f"--datadir={data}", f"--bind-address={addr}", "--port=8502",
                      f"--socket={data}/s", f"--pid-file={data}/pid", "--user=mysql", f"--init-file={sql}",
                      "--max-allowed-packet=32M", "--innodb-buffer-pool-size=16M", "--skip-log-bin"], not shim, 8502, family):
        client = ["mariadb", "--no-defaults", "-h", addr, "-P", "8502", "-u", "t", "-psecret", "--max-allowed-packet=32M", "-N"]
        out = lab.run(client, shim=shim, input=b"""
create database if not exists d; use d; drop table if exists t;
create table t (i int primary key, b longblob); insert into t values (1, repeat('abc', 1000000)), (2, 'x');
select count(*), sum(length(b)) from t; select b from t where i = 1;
""").stdout
        assert out.split(b"\n")[:2] == [b"2\t3000001", b"abc" * 1000000], out[:100]
        jobs = [lab.spawn(client + ["-e", f"select sleep(0.2), {i}"], shim=shim, stdout=subprocess.PIPE) for i in range(15)]
        for i, p in enumerate(jobs):
            assert p.communicate(timeout=60)[0] == b"0\t%d\n" % i
            lab.children.remove(p)


@each_way
def mosquitto(lab, family, shim):
    """mosquitto: subscribers and publishers, a megabyte message"""
    want("mosquitto", "mosquitto_sub", "mosquitto_pub")
    addr = (HOST if shim else STACK)[family]
    conf = lab.write("mosquitto.conf", f"listener 8503 {addr}\nallow_anonymous true\nuser root\n")
    with lab.serving(["mosquitto", "-v", "-c", conf], not shim, 8503, family):
        where = ["-h", addr, "-p", "8503"]
        subs = [lab.spawn(["mosquitto_sub", *where, "-t", "a/#", "-q", str(q), "-C", "21", "-W", "60"], shim=shim, stdout=subprocess.PIPE)
                for q in (0, 1, 2)]

        def subscribed():
            with open(f"{lab.dir}/mosquitto.err", "rb") as f:
                return f.read().count(b"Sending SUBACK") == 3
        wait_for(subscribed, "three have subscribed")
        big = lab.write("message", "x" * 1000000)
        lab.run(["mosquitto_pub", *where, "-t", "a/big", "-q", "1", "-f", big], shim=shim)
        lab.run(["mosquitto_pub", *where, "-t", "a/b", "-q", "2", "-l"], shim=shim,
                input=b"".join(b"line %d\n" % i for i in range(20)))
        for p in subs:
            out = p.communicate(timeout=60)[0].split(b"\n")
            lab.children.remove(p)
            assert len(out) == 22 and len(out[0]) == 1000000 and out[1:21] == [b"line %d" % i for i in range(20)], out[1:]


if __name__ == "__main__":
    with contextlib.suppress(KeyError):	# postgres refuses to be root
        applab.MORE_FLAGS += ["--allow-uid", str(pwd.getpwnam("postgres").pw_uid)]
    main()
