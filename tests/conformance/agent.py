#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The program under test: an ordinary Python process, run under libnetstack.so, that makes the
socket calls it is told to on stdin (a JSON object a line) and tells what came of them.

Sockets are named by the test. Non-blocking unless said otherwise, so that a test never hangs.
"""
import base64
import ctypes
import errno
import fcntl
import json
import os
import select
import socket
import struct
import sys
import tempfile

SOCKS = {}


def pack(value):
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, tuple):
        return [pack(v) for v in value]
    return value


def unpack(value):
    if isinstance(value, dict) and "bytes" in value:
        return base64.b64decode(value["bytes"])
    if isinstance(value, list):
        return tuple(unpack(v) for v in value)
    return value


def do_socket(name, family, kind, proto=0):
    s = socket.socket(getattr(socket, family), getattr(socket, kind), proto)
    s.setblocking(False)
    SOCKS[name] = s


def do_accept(name, new):
    s, addr = SOCKS[name].accept()
    s.setblocking(False)
    SOCKS[new] = s
    return addr


def do_poll(name, timeout_ms=0):
    p = select.poll()
    p.register(SOCKS[name], select.POLLIN | select.POLLOUT | select.POLLPRI | select.POLLRDHUP)
    got = p.poll(timeout_ms)
    return got[0][1] if got else 0


def do_wait(name, mask, timeout_ms):
    """Waits until one of the events in mask holds; returns the bits (0: timed out)."""
    p = select.poll()
    p.register(SOCKS[name], mask)
    got = p.poll(timeout_ms)
    return got[0][1] if got else 0


def do_epoll(name, sock):
    SOCKS[name] = select.epoll()
    SOCKS[name].register(SOCKS[sock], select.EPOLLIN)


def do_epoll_wait(name):
    """The bits of the only socket in it, without waiting."""
    got = SOCKS[name].poll(0)
    return got[0][1] if got else 0


def do_select(name):
    """Is it readable now?"""
    return bool(select.select([SOCKS[name]], [], [], 0)[0])


def do_close(name):
    SOCKS.pop(name).close()


def do_recvall(name, count, timeout_ms=10000):
    data = b""
    while len(data) < count:
        if not do_wait(name, select.POLLIN, timeout_ms):
            break
        part = SOCKS[name].recv(count - len(data))
        if not part:
            break
        data += part
    return data


def do_fill(name, count):
    """Sends up to count octets, as many as are taken; how many."""
    try:
        return SOCKS[name].send(b"f" * count)
    except BlockingIOError:
        return 0


def do_fillv(name, count, piece):
    """The same in pieces of an octet and of so many, by turns."""
    pieces = [b"f", b"f" * piece] * (count // (piece + 1))
    try:
        return SOCKS[name].sendmsg(pieces)
    except BlockingIOError:
        return 0


def do_sendv(name, pieces, flags):
    return SOCKS[name].sendmsg([b"v"] * pieces, [], flags)


def do_sendfile(name, count, offset=None):
    """As fill, from a file, at an offset or where it stands: how many, and where it stands then."""
    with tempfile.TemporaryFile() as f:
        f.write(b"f" * (count + (offset or 0)))
        f.seek(0)
        try:
            sent = os.sendfile(SOCKS[name].fileno(), f.fileno(), offset, count)
        except BlockingIOError:
            sent = 0
        return sent, os.lseek(f.fileno(), 0, os.SEEK_CUR)


def do_splice(name, count):
    """From the socket into a pipe: how much went."""
    out, into = os.pipe()
    try:
        return os.splice(SOCKS[name].fileno(), into, count)
    finally:
        os.close(out)
        os.close(into)


def do_linger(name, on, seconds):
    SOCKS[name].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", on, seconds))


def do_setsockopt(name, level, opt, value):
    SOCKS[name].setsockopt(level, opt, value)


def do_set_and_send(name, level, opt, value, data):
    SOCKS[name].setsockopt(level, opt, value)
    return SOCKS[name].send(data)


def do_getsockopt(name, level, opt, size=0):
    return SOCKS[name].getsockopt(level, opt, size) if size else SOCKS[name].getsockopt(level, opt)


def do_recvmsg(name, size, ctl=1024, flags=0):
    data, anc, out_flags, addr = SOCKS[name].recvmsg(size, ctl, flags)
    return data, tuple(anc), out_flags, addr


def do_recvfrom(name, size, flags=0):
    return SOCKS[name].recvfrom(size, flags)


def do_recvlen(name, size, flags):
    """What recv() returns, which with MSG_TRUNC is more than size."""
    libc = ctypes.CDLL(None, use_errno=True)
    got = libc.recv(SOCKS[name].fileno(), ctypes.create_string_buffer(size), ctypes.c_size_t(size), flags)
    if got < 0:
        raise OSError(ctypes.get_errno(), "recv")
    return got


def do_ioctl(name, code, size):
    return fcntl.ioctl(SOCKS[name], code, bytes(size))


def do_promisc(name, dev, on):
    """IFF_PROMISC of an interface, by SIOCGIFFLAGS and SIOCSIFFLAGS."""
    ifreq = struct.pack("16sh14x", dev.encode(), 0)
    flags = struct.unpack("16xh14x", fcntl.ioctl(SOCKS[name], 0x8913, ifreq))[0]
    flags = flags | 0x100 if on else flags & ~0x100
    fcntl.ioctl(SOCKS[name], 0x8914, struct.pack("16sh14x", dev.encode(), flags))


def do_dup(name, new):
    SOCKS[new] = SOCKS[name].dup()


def do_unconnect(name):
    """connect() to AF_UNSPEC, which Python has no address for."""
    addr = struct.pack("=H14x", socket.AF_UNSPEC)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.connect(SOCKS[name].fileno(), addr, len(addr)):
        raise OSError(ctypes.get_errno(), "connect")


def do_corked_close(name, data):
    """Without a moment in between."""
    s = SOCKS.pop(name)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
    s.send(data)
    s.close()


def do_blocking(name, timeout):
    SOCKS[name].settimeout(timeout)


def call(req):
    op, args = req["op"], [unpack(a) for a in req["args"]]
    fn = globals().get("do_" + op)
    if fn:
        return fn(*args)
    return getattr(SOCKS[args[0]], op)(*args[1:])


def main():
    for line in sys.stdin:
        try:
            answer = {"ok": pack(call(json.loads(line)))}
        except BlockingIOError as e:
            answer = {"errno": errno.errorcode[e.errno]}
        except TimeoutError as e:
            answer = {"errno": errno.errorcode.get(e.errno, "TIMEOUT")}
        except OSError as e:
            answer = {"errno": errno.errorcode.get(e.errno, str(e))}
        except (OverflowError, ValueError, TypeError) as e:
            answer = {"errno": f"{type(e).__name__}: {e}"}
        print(json.dumps(answer), flush=True)


main()
