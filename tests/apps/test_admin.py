#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Signed connections (TCP-MD5 against the kernel, TCP-AO) and TCP_REPAIR, from programs. TCP-MD5-01 TCP-AO-01"""
import socket
import subprocess
import sys

from applab import HOST, STACK, Skip, each_way, families, main

# One program, both ends: FAMILY MODE ADDRESS PORT SCHEME KEY
END = r'''
import ctypes, socket, struct, sys
family, mode, addr, port, scheme, key = sys.argv[1:]
port, F = int(port), socket.AF_INET if family == "4" else socket.AF_INET6
raw = socket.inet_pton(F, addr)
sa = struct.pack("=HHI", F, 0, 0)[:4] + raw if family == "4" else struct.pack("=HHI", F, 0, 0) + raw
sa = sa.ljust(128, b"\0")

def sign(s):
    if scheme == "md5":
        s.setsockopt(6, 14, sa + struct.pack("=BBHi80s", 0, 0, len(key), 0, key.encode()))
    elif scheme == "ao":
        s.setsockopt(6, 38, sa + struct.pack("=64siIHBBBBBB80s", b"hmac(sha1)", 0, 0, 0, len(raw) * 8, 5, 5,
                                             12, 0, len(key), key.encode()))

def all_of(s, n):
    data = b""
    while len(data) < n and (part := s.recv(65536)):
        data += part
    return data

s = socket.socket(F)
s.settimeout(10)
sign(s)
if mode == "server":
    s.setsockopt(1, 2, 1)
    s.bind(("", port))
    s.listen(5)
    print("ready", flush=True)
    s, _ = s.accept()
    s.settimeout(10)
else:
    if mode == "refused":
        s.settimeout(1.5)
    try:
        s.connect((addr, port))
    except TimeoutError:
        print("timeout", flush=True)
        sys.exit(0)
pattern = bytes(i * 7 & 255 for i in range(400000))
s.sendall(pattern)
assert all_of(s, len(pattern)) == pattern
if scheme == "ao":
    libc, n = ctypes.CDLL(None, use_errno=True), ctypes.c_uint32(304)
    keys = bytearray(3 * 304)
    struct.pack_into("=IH", keys, 272, 3, 4)
    buf = (ctypes.c_char * len(keys)).from_buffer(keys)
    assert not libc.getsockopt(s.fileno(), 6, 41, buf, ctypes.byref(n)), ctypes.get_errno()
    nkeys, flags, snd, rcv, prefix, mac = struct.unpack_from("=IHBBBB", keys, 272)
    assert (nkeys, flags, snd, rcv, prefix, mac, n.value) == (1, 3, 5, 5, len(raw) * 8, 12, 304)
    assert keys[128:138] == b"hmac(sha1)"
    good = struct.unpack_from("=Q", s.getsockopt(6, 40, 48), 8)[0]
    assert good > 3, good       # a large packet counts once
print("good", flush=True)
s.shutdown(socket.SHUT_WR)
s.recv(1)
'''


def end(lab, shim, *args):
    return subprocess.Popen(lab.argv(shim, [sys.executable, "-c", END, *map(str, args)]), text=True, cwd=lab.dir,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def kernel_has(option, value):
    with socket.socket() as s:
        try:
            s.setsockopt(6, option, value)
        except OSError as e:
            raise Skip("the kernel has no such option") from e


def md5_of_kernel():
    kernel_has(14, bytes([2, 0, 0, 0, 10, 9, 8, 7]).ljust(128, b"\0") + bytes([0, 0, 1, 0]) + bytes(4) +
               b"k".ljust(80, b"\0"))


def talk(lab, family, shim_server, shim_client, port, scheme):
    """A server and a client exchange data; both say so."""
    at, to = (STACK, HOST)[not shim_server][family], (STACK, HOST)[not shim_client][family]
    server = end(lab, shim_server, family, "server", to, port, scheme, "secret")
    lab.children.append(server)
    assert server.stdout.readline() == "ready\n"
    client = end(lab, shim_client, family, "client", at, port, scheme, "secret")
    out, _ = client.communicate(timeout=30)
    assert "good" in out, out
    assert "good" in server.stdout.readline()
    lab.stop(server)


@each_way
def md5_with_kernel(lab, family, shim_client):
    """TCP-MD5 with the kernel's as peer"""
    md5_of_kernel()
    talk(lab, family, not shim_client, shim_client, 5300 + family * 2 + shim_client, "md5")


@families
def md5_other_key(lab, family):
    """another key is no key"""
    md5_of_kernel()
    server = end(lab, False, family, "server", STACK[family], 5320 + family, "md5", "secret")
    lab.children.append(server)
    assert server.stdout.readline() == "ready\n"
    client = end(lab, True, family, "refused", HOST[family], 5320 + family, "md5", "secrets")
    assert client.communicate(timeout=30)[0] == "timeout\n"
    lab.stop(server)


@families
def ao_in_stack(lab, family):
    """TCP-AO between two programs of the stack, and its keys as a program sees them"""
    talk(lab, family, True, True, 5330 + family, "ao")


REPAIR = r'''
import socket, struct, sys
family, addr, port = sys.argv[1:]
F = socket.AF_INET if family == "4" else socket.AF_INET6
old = socket.socket(F)
old.connect((addr, int(port)))
old.sendall(b"before")
assert old.recv(6) == b"BEFORE"
old.setsockopt(6, 19, 1)
seqs = {}
for queue in (1, 2):
    old.setsockopt(6, 20, queue)
    seqs[queue] = struct.unpack("=i", old.getsockopt(6, 21, 4))[0]
window, stamp, mss = old.getsockopt(6, 29, 20), old.getsockopt(6, 24, 4), old.getsockopt(6, 2)
scales, me = old.getsockopt(6, 11, 8)[6], old.getsockname()
old.close()
new = socket.socket(F)
new.setsockopt(6, 19, 1)
for queue in (1, 2):
    new.setsockopt(6, 20, queue)
    new.setsockopt(6, 21, seqs[queue])
new.bind(me)
new.connect((addr, int(port)))
new.setsockopt(6, 22, struct.pack("=8I", 2, mss, 3, scales & 15 | scales >> 4 << 16, 4, 0, 8, 0))
new.setsockopt(6, 24, stamp)
new.setsockopt(6, 29, window)
new.setsockopt(6, 19, 0)
new.sendall(b"after it all")
got = b""
while len(got) < 12:
    got += new.recv(12)
assert got == b"AFTER IT ALL", got
print("moved", flush=True)
'''


@families
def repair(lab, family):
    """TCP_REPAIR: a connection goes from one socket to another and the peer does not notice"""
    with socket.socket(socket.AF_INET if family == 4 else socket.AF_INET6) as ls:
        ls.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        ls.bind((HOST[family], 5340 + family))
        ls.listen()
        ls.settimeout(10)
        p = subprocess.Popen(lab.argv(True, [sys.executable, "-c", REPAIR, str(family), HOST[family],
                                             str(5340 + family)]), text=True, cwd=lab.dir,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        lab.children.append(p)
        c, _ = ls.accept()
        with c:
            c.settimeout(10)
            while data := c.recv(100):
                c.sendall(data.upper())
        assert "moved" in p.communicate(timeout=20)[0]
        lab.stop(p)


main()
