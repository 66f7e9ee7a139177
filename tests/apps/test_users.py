#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Whose a datagram socket is (doc/protocol.md, section 5): nobody can make it more than its own, and root another's."""
import array
import json
import os
import socket
import struct

import applab
from applab import NATIVE, families, main, skip_all, wait_for

if NATIVE:
    skip_all("about netstackd's protocol")

NOBODY = 65534
HELLO, MSG_MAGIC, DHELLO_MAGIC = 1, 0x4E53634D, 0x4E536468
applab.MORE_FLAGS += ["--allow-uid", str(NOBODY)]


def channel(lab):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.connect(lab.control)
    return s


def version(lab):
    """the hash of the protocol, which the daemon tells who has another"""
    with channel(lab) as s:
        s.send(struct.pack("=IHHIiII", MSG_MAGIC, HELLO, 0, 1, 0, 32, 0) + bytes(32))
        return struct.unpack_from("=Q", s.recv(1024), 24)[0]


def hello(hash_, family, cookie):
    inet = socket.AF_INET6 if family == 6 else socket.AF_INET
    return struct.pack("=IHHHHIQQQQ", DHELLO_MAGIC, inet, socket.SOCK_DGRAM, socket.IPPROTO_UDP, 0, 0, hash_, cookie,
                       0, 0)


def cookie(s):
    return struct.unpack("=Q", s.getsockopt(socket.SOL_SOCKET, 57, 8))[0]


def made_by_nobody(lab):
    """a channel to the daemon that another user opened, as a descriptor of ours"""
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    pid = os.fork()
    if not pid:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        with channel(lab) as s:
            theirs.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [s.fileno()]))])
        os._exit(0)
    _, control, _, _ = ours.recvmsg(1, 64)
    assert not os.waitpid(pid, 0)[1]
    return socket.socket(fileno=struct.unpack("i", control[0][2][:4])[0])


def owners(lab):
    return sorted(s["uid"] for s in json.loads(lab.cli("sock", "--json"))["sockets"])


@families
def owner(lab, family):
    """who opened the channel; what root writes to one of another user's does not make it root's; root says whose"""
    hash_ = version(lab)
    with channel(lab) as own, made_by_nobody(lab) as theirs, channel(lab) as given:
        own.send(hello(hash_, family, cookie(own)))
        wait_for(lambda: owners(lab) == [0], "root's own")
        theirs.send(hello(hash_, family, cookie(theirs)))
        wait_for(lambda: owners(lab) == [0, NOBODY], "still nobody's")
        named = struct.pack("iii", os.getpid(), NOBODY, NOBODY)
        given.sendmsg([hello(hash_, family, cookie(given))], [(socket.SOL_SOCKET, 2, named)])
        wait_for(lambda: owners(lab) == [0, NOBODY, NOBODY], "nobody's, of root's making")
    wait_for(lambda: not owners(lab), "all closed")


main()
