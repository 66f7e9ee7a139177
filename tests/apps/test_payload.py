#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Large writes by memory that a program shares with the daemon (doc/protocol.md, PAYLOAD): that they go that way,
what comes of the memory, and how it is chosen."""
import hashlib
import os
import signal
import socket
import sys
import threading

from applab import HOST, NATIVE, families, main, need, skip_all, test, wait_for

if NATIVE:
    skip_all("about netstackd's memory")
need("gcc")

MIB = 1 << 20
# sends argv[3] MiB to argv[1]:argv[2], all of it different, and prints its sum
SENDER = """
import hashlib, socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
h = hashlib.sha256()
for i in range(int(sys.argv[3]) * 4):
    data = i.to_bytes(4, "big") * 65536
    h.update(data)
    s.sendall(data)
s.shutdown(socket.SHUT_WR)
s.recv(1)
print(h.hexdigest())
"""

# Writes much, then a mark for the block of number argv[3], which it has not filled, in the way of the library but by
# libc's own call; prints how its next writes end.
LIAR = """
import ctypes, os, socket, sys
class Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_char_p), ("len", ctypes.c_size_t)]
class Msghdr(ctypes.Structure):
    _fields_ = [("name", ctypes.c_void_p), ("namelen", ctypes.c_uint), ("iov", ctypes.POINTER(Iovec)),
                ("iovlen", ctypes.c_size_t), ("control", ctypes.c_char_p), ("controllen", ctypes.c_size_t),
                ("flags", ctypes.c_int)]
libc = ctypes.CDLL("libc.so.6", use_errno=True)
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
for i in range(80):
    s.sendall(bytes(100000))
control = b"".join(n.to_bytes(size, "little") for n, size in ((20, 8), (1, 4), (1, 4), (os.open("/dev/null", 0), 8)))
iov = Iovec(bytes([int(sys.argv[3])]), 1)
assert libc.sendmsg(s.fileno(), ctypes.byref(Msghdr(None, 0, ctypes.pointer(iov), 1, control, 24, 0)), 0) == 1
try:
    while True:
        s.sendall(bytes(1000))
except OSError as e:
    print(type(e).__name__)
"""


# Threads that write much to argv[1]:argv[2], each cancelled at some time, 200 of them; then prints how many blocks of the
# shared memory nobody has, when that is all of them or does not change any more.
CANCELLED = """
#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

static char data[1 << 20];
static int fd, file;

static void *writes(void *arg)
{
	off_t at = 0;

	for (;; at = 0)
		if (arg)
			sendfile(fd, file, &at, sizeof(data));
		else
			send(fd, data, sizeof(data), 0);
	return NULL;
}

static uint64_t unused(void)
{
	char line[512], *at = NULL;
	FILE *f = fopen("/proc/self/maps", "r");

	while (fgets(line, sizeof(line), f))
		if (strstr(line, "netstack-payload"))
			at = (char *)strtoul(line, NULL, 16);
	fclose(f);
	return at ? *(volatile uint64_t *)at : 0;
}

int main(int argc, char **argv)
{
	struct addrinfo *ai;
	pthread_t t;
	int i;

	getaddrinfo(argv[1], argv[2], NULL, &ai);
	fd = socket(ai->ai_family, SOCK_STREAM, 0);
	file = open("/tmp", O_RDWR | O_TMPFILE, 0600);
	if (connect(fd, ai->ai_addr, ai->ai_addrlen) || write(file, data, sizeof(data)) != sizeof(data))
		return 1;
	for (i = 0; i < 200; i++) {
		pthread_create(&t, NULL, writes, i % 2 ? data : NULL);
		usleep(2000 + i * 37);
		pthread_cancel(t);
		pthread_join(t, NULL);
	}
	for (i = 0; i < 100 && unused() != UINT64_MAX; i++)
		usleep(100000);
	printf("%d\\n", __builtin_popcountll(unused()));
	return 0;
}
"""


class Sink(threading.Thread):
    """A server of the host's: takes connections, sums up what each brings, and closes; or (idle) reads nothing."""

    def __init__(self, family, idle=False):
        super().__init__(daemon=True)
        self.sums, self.held, self.idle = [], [], idle
        self.socket = socket.socket(socket.AF_INET6 if family == 6 else socket.AF_INET)
        self.socket.bind((HOST[family], 0))
        self.socket.listen(8)
        self.port = self.socket.getsockname()[1]
        self.start()

    def sum_of(self, c):
        h = hashlib.sha256()
        try:
            with c:
                while data := c.recv(MIB):
                    h.update(data)
                self.sums.append(h.hexdigest())
        except ConnectionResetError:
            pass

    def run(self):
        while True:
            c, _ = self.socket.accept()
            if self.idle:
                self.held.append(c)
            else:
                self.sum_of(c)


def lent(lab):
    return lab.stat()["daemon"]["stream_lent_bytes"]


def nothing_is_left(lab):
    d = lab.stat()["daemon"]
    return not d["payloads"] and not d["payload_blocks"]


def send(lab, sink, family, mib, how=None):
    env = dict(os.environ, **({"NETSTACK_PAYLOAD": how} if how else {}))
    return lab.run([sys.executable, "-c", SENDER, HOST[family], str(sink.port), str(mib)], shim=True, env=env)


@families
def much(lab, family):
    """what is written of much goes by shared memory, and arrives as it was; the memory goes with the program"""
    sink, before = Sink(family), lent(lab)
    out = send(lab, sink, family, 40)
    wait_for(lambda: sink.sums, "the sum of what arrived")
    assert sink.sums == [out.stdout.decode().strip()]
    assert lent(lab) - before > 4 * MIB, lent(lab) - before
    wait_for(lambda: nothing_is_left(lab), "the memory has gone")


@test
def chosen(lab):
    """NETSTACK_PAYLOAD: always from the first large write, never; anything else is told, and makes no socket"""
    sink = Sink(4)
    before = lent(lab)
    send(lab, sink, 4, 2)
    assert lent(lab) == before, "little is not worth it"
    send(lab, sink, 4, 2, "always")
    assert lent(lab) > before
    before = lent(lab)
    send(lab, sink, 4, 20, "never")
    assert lent(lab) == before
    env = dict(os.environ, NETSTACK_PAYLOAD="often")
    out = lab.run([sys.executable, "-c", SENDER, HOST[4], str(sink.port), "1"], shim=True, env=env, check=False)
    assert out.returncode and b"NETSTACK_PAYLOAD=often: write auto, always, or never" in out.stderr, out.stderr


@families
def killed(lab, family):
    """a program killed while its memory is full of what the peer does not take: all of it is given back"""
    sink = Sink(family, idle=True)
    p = lab.spawn([sys.executable, "-c", SENDER, HOST[family], str(sink.port), "100"], shim=True,
                  env=dict(os.environ, NETSTACK_PAYLOAD="always"))
    wait_for(lambda: sink.held and lab.stat()["daemon"]["payload_blocks"] > 0, "blocks are lent")
    os.killpg(p.pid, signal.SIGKILL)
    p.wait()
    sink.held[0].close()    # with data unread: a reset
    wait_for(lambda: nothing_is_left(lab), "the memory has gone")


@families
def cancelled(lab, family):
    """threads that are cancelled in a large write keep no block"""
    source, program = lab.write("cancelled.c", CANCELLED), f"{lab.dir}/cancelled"
    lab.run(["gcc", "-O1", "-D_GNU_SOURCE", "-pthread", "-o", program, source])
    sink, before = Sink(family), lent(lab)
    out = lab.run([program, HOST[family], str(sink.port)], shim=True, env=dict(os.environ, NETSTACK_PAYLOAD="always"))
    assert lent(lab) - before > 8 * MIB, lent(lab) - before
    assert out.stdout == b"64\n", out.stdout


@families
def lies(lab, family):
    """marks for a block that is none, or that was not filled: that connection is reset, others go on"""
    sink = Sink(family)
    for block in (200, 63):
        out = lab.run([sys.executable, "-c", LIAR, HOST[family], str(sink.port), str(block)], shim=True, timeout=60)
        assert out.stdout.strip() in (b"ConnectionResetError", b"BrokenPipeError"), out
    out = send(lab, sink, family, 8)
    wait_for(lambda: out.stdout.decode().strip() in sink.sums, "the next one's sum")
    wait_for(lambda: nothing_is_left(lab), "the memory has gone")


main()
