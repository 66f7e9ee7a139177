#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What lasts, for check-apps-full: calls (sipp), tunnels (openvpn), terminals (mosh), a super-server (xinetd), and event
loops in Tcl, Lua and Erlang."""
import contextlib
import os
import re
import subprocess
import sys

from applab import NATIVE, bracket, each_way, folder, main, need, server, wait_for, want

need("python3")


ECHO_CLIENTS = """
import socket, sys, threading
def one(i):
    s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 30)
    data = b"".join(b"%d line %d\\n" % (i, j) for j in range(2000))
    t = threading.Thread(target=s.sendall, args=(data,))
    t.start()
    got = b""
    while len(got) < len(data):
        part = s.recv(65536)
        if not part:
            break
        got += part
    t.join()
    if got != data:
        wrong.append((i, len(got)))
wrong = []
threads = [threading.Thread(target=one, args=(i,)) for i in range(6)]
for t in threads: t.start()
for t in threads: t.join()
sys.exit(repr(wrong) if wrong else 0)
"""


def echoes(lab, shim, addr, port):
    """Six clients at once, whose lines all come back."""
    lab.run([sys.executable, "-c", ECHO_CLIENTS, addr, str(port)], shim=shim, timeout=60)


@contextlib.contextmanager
def logged(lab, argv, shim, **kw):
    """argv while the block runs, with what it prints in a file, whose path it gets."""
    path = f"{lab.dir}/{os.path.basename(argv[0])}{int(shim)}.log"
    with open(path, "wb") as log:
        p = lab.spawn(argv, shim=shim, stdout=log, stderr=log, **kw)
    try:
        yield p, path
    except Exception as e:
        with open(path, "rb") as log:
            e.add_note(f"{argv[0]} said: {log.read()[-800:].decode(errors='replace')}")
        raise
    finally:
        lab.stop(p)


@each_way
def sip(lab, family, shim):
    """sipp calls sipp by UDP and by TCP, each call on its own socket, too"""
    want("sipp")
    b, me = bracket(server(shim, family)), bracket(server(not shim, family))
    both = ["-nostdin", "-max_socket", "1000"]
    for way in ("u1", "un", "t1", "tn"):
        with logged(lab, ["sipp", "-sn", "uas", "-i", b, "-p", "8710", "-t", way, "-mi", b, "-mp", "17000", *both], not shim) as (p, _):
            lab.wait_bound(not shim, 8710, "udp" if way[0] == "u" else "tcp", child=p)
            lab.run(["sipp", "-sn", "uac", "-i", me, "-p", "8711", "-t", way, "-mi", me, "-mp", "18000", "-m", "20", "-r", "40",
                     "-d", "100", "-timeout", "40", *both, f"{b}:8710"], shim=shim)


TUNNEL = """
import socket
out = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
out.bind(("tuns", 0))
out.settimeout(20)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"tunc")
for i in range(100):
    s.sendto(b"%d " % i * 200, ("10.9.0.1", 7))
    while b"%d " % i * 200 not in out.recv(3000):
        pass
"""


@each_way
def openvpn(lab, family, shim):
    """openvpn: a tunnel over UDP and one over TCP, and what goes through it"""
    want("openvpn")
    addr, d = server(shim, family), folder(lab, "openvpn", family, shim)
    lab.run(["openvpn", "--genkey", "secret", f"{d}/key"])
    both = ["openvpn", "--dev-type", "tun", "--secret", f"{d}/key", "--cipher", "AES-256-CBC", "--auth", "SHA256", "--ping", "2"]
    six = "6" if family == 6 else ""
    for proto, ends in (("udp", ("", "")), ("tcp", ("-server", "-client"))):
        there = [*both, "--dev", "tuns", "--ifconfig", "10.9.0.1", "10.9.0.2", "--local", addr, "--port", "8712",
                 "--proto", proto + six + ends[0]]
        here = [*both, "--dev", "tunc", "--ifconfig", "10.9.0.2", "10.9.0.1", "--nobind", "--connect-retry", "1",
                "--remote", addr, "8712", proto + six + ends[1]]
        with logged(lab, there, not shim) as (p, _):
            lab.wait_bound(not shim, 8712, proto, child=p)
            with logged(lab, here, shim) as (q, log):
                def ready(path=log, child=q):
                    assert child.poll() is None, f"openvpn ended with {child.returncode}"
                    with open(path, "rb") as f:
                        return b"Initialization Sequence Completed" in f.read()
                wait_for(ready, "the tunnel is there", 40)
                if not NATIVE:		# where the two devices are in one namespace
                    lab.run([sys.executable, "-c", TUNNEL], timeout=60)


@each_way
def mosh(lab, family, shim):
    """mosh-server and mosh-client: what is typed comes back"""
    want("mosh-server", "mosh-client", "script")
    addr = server(shim, family)
    env = dict(os.environ, LC_ALL="C.UTF-8", TERM="xterm", MOSH_SERVER_NETWORK_TMOUT="30")
    said = lab.run(["mosh-server", "new", "-i", addr, "-p", "8713", "--", "sh", "-c", "read x; echo got-$x-$((6*8)); sleep 3"],
                   shim=not shim, env=env, stdin=subprocess.DEVNULL)
    said = (said.stdout + said.stderr).decode()
    try:
        env["MOSH_KEY"] = re.search(r"MOSH CONNECT 8713 (\S+)", said)[1]
        path = f"{lab.dir}/typescript"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        p = lab.spawn(["script", "-qfec", f"stty rows 24 cols 80; mosh-client {addr} 8713", path], shim=shim, env=env, stdin=subprocess.PIPE,
                      stdout=subprocess.PIPE, bufsize=0)

        def shown():
            with contextlib.suppress(FileNotFoundError), open(path, "rb") as f:
                return b"got-abc-48" in f.read()
            return False

        p.stdin.write(b"abc\r")
        wait_for(shown, "the answer is shown", 40)
        lab.stop(p)
    finally:
        pid = re.search(r"pid = (\d+)", said)
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid[1]), 9)


WAITER = """
import socket
s = socket.socket(fileno=0)
s.settimeout(1)
try:
    while True:
        c = s.accept()[0]
        f = c.makefile("rwb")
        for line in f:
            f.write(line)
            f.flush()
        f.close()
        c.close()
except OSError:
    pass
"""


@each_way
def xinetd(lab, family, shim):
    """xinetd: a process for each connection, one that accepts itself, the built-in echo"""
    want("xinetd")
    addr, d = server(shim, family), folder(lab, "xinetd", family, shim)
    one = f"bind = {addr}\n flags = REUSE IPv{family}\n user = root\n disable = no\n socket_type = stream\n protocol = tcp\n cps = 1000 1\n"
    kinds = (("cat", 8714, "UNLISTED", "wait = no\n server = /bin/cat"),
             ("waiter", 8715, "UNLISTED", f"wait = yes\n server = {sys.executable}\n server_args = {lab.write('waiter.py', WAITER)}"),
             ("echo", 8716, "INTERNAL UNLISTED", "wait = no\n id = echo-s"))
    conf = lab.write("xinetd.conf", f"defaults\n{{\n log_type = FILE {d}/log\n instances = 50\n}}\n" + "".join(
        f"service {name}\n{{\n type = {kind}\n port = {port}\n {one} {more}\n}}\n" for name, port, kind, more in kinds))
    with lab.serving(["xinetd", "-dontfork", "-f", conf, "-pidfile", f"{d}/pid"], not shim, 8714, family):
        for port in (8714, 8716):
            echoes(lab, shim, addr, port)
        for _ in range(2):	# the second finds a new process, or the old one
            out = lab.run([sys.executable, "-c", f"""import socket
for i in range(5):
    s = socket.create_connection(("{addr}", 8715), 20)
    s.sendall(b"x%d\\n" % i)
    assert s.recv(100) == b"x%d\\n" % i
"""], shim=shim, check=False)
            assert not out.returncode, out.stderr
            lab.pause(1.5)


TCL_SERVER = """
proc come {c a p} { fconfigure $c -blocking 0 -buffering none -translation binary; fileevent $c readable [list back $c] }
proc back {c} { puts -nonewline $c [read $c 65536]; if {[eof $c]} { close $c } }
socket -server come -myaddr [lindex $argv 0] [lindex $argv 1]
vwait forever
"""
LUA_SERVER = """
local socket = require "socket"
local listener = assert((arg[1]:find(":") and socket.tcp6 or socket.tcp4)())
listener:setoption("reuseaddr", true)
assert(listener:bind(arg[1], arg[2]))
listener:listen(64)
local all = { listener }
while true do
  for _, c in ipairs(socket.select(all, nil, 10)) do
    if c == listener then
      local new = listener:accept()
      new:settimeout(0)
      all[#all + 1] = new
    else
      local data, err, part = c:receive(32768)
      data = data or part
      c:settimeout(20)
      if #data > 0 then c:send(data) end
      c:settimeout(0)
      if err == "closed" then
        c:close()
        for i, x in ipairs(all) do if x == c then table.remove(all, i) end end
      end
    end
  end
end
"""
ERLANG_SERVER = """#!/usr/bin/env escript
main([A, P, B]) ->
  {ok, Ip} = inet:parse_address(A),
  F = case size(Ip) of 4 -> inet; _ -> inet6 end,
  {ok, L} = gen_tcp:listen(list_to_integer(P), [{inet_backend, list_to_atom(B)}, F, binary, {ip, Ip}, {active, false},
                                                {reuseaddr, true}, {backlog, 64}, {nodelay, true}]),
  loop(L).
loop(L) ->
  {ok, C} = gen_tcp:accept(L),
  Pid = spawn(fun() -> receive go -> inet:setopts(C, [{active, once}]) end, echo(C) end),
  ok = gen_tcp:controlling_process(C, Pid),
  Pid ! go,
  loop(L).
echo(C) ->
  receive
    {tcp, C, D} -> gen_tcp:send(C, D), inet:setopts(C, [{active, once}]), echo(C);
    _ -> ok
  end.
"""


@each_way
def languages(lab, family, shim):
    """Tcl, Lua and Erlang (both of its socket layers): event loops that echo; gawk and bash talk to them"""
    addr = server(shim, family)
    loops = [["tclsh", lab.write("echo.tcl", TCL_SERVER), addr, "8720"]]
    if not lab.run(["lua5.3", "-e", "require 'socket'"], check=False).returncode if lab.has("lua5.3") else False:
        loops.append(["lua5.3", lab.write("echo.lua", LUA_SERVER), addr, "8721"])
    loops += [["escript", lab.write("echo.escript", ERLANG_SERVER), addr, str(8722 + i), layer] for i, layer in enumerate(("inet", "socket"))]
    loops = [argv for argv in loops if lab.has(argv[0])]
    want(*[] if loops else ["tclsh"])
    for argv in loops:
        port = int(argv[3])
        with lab.serving(argv, not shim, port, family):
            echoes(lab, shim, addr, port)
            talk = [["bash", "-c", f"exec 3<>/dev/tcp/{addr}/{port}; for i in {{1..20}}; do echo hello $i >&3; read -r x <&3; echo $x; done"]]
            if lab.has("gawk"):
                talk.append(["gawk", f'BEGIN {{ s = "/inet{family}/tcp/0/{addr}/{port}"; for (i = 0; i < 20; i++) '
                             "{ print \"hello \" i |& s; s |& getline x; print x } close(s) }"])
            for client in talk:
                assert lab.run(client, shim=shim).stdout.count(b"hello") == 20, (argv[0], client[0])


if __name__ == "__main__":
    main()
