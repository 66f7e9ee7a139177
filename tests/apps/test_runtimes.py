#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The library in company: valgrind, AddressSanitizer, other allocators, Rust; what loading it costs and prints."""
import os
import signal
import subprocess
import sys
import time

from applab import HOST, NATIVE, STACK, Skip, each_way, families, main, test, want

ECHO = [sys.executable, "-c", """
import socket, sys, threading
s = socket.create_server((sys.argv[1], int(sys.argv[2])), family=socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET, backlog=50)
def one(c):
    with c:
        while d := c.recv(65536): c.sendall(d)
while True: threading.Thread(target=one, args=(s.accept()[0],), daemon=True).start()
"""]
CLIENT = [sys.executable, "-c", """
import socket, sys, threading
def one(n):
    s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 30)
    for i in range(20):
        d = bytes([n]) * (1000 * i + 1)
        s.sendall(d); got = b''
        while len(got) < len(d): got += s.recv(65536)
        assert got == d
    done.append(n)
done = []
t = [threading.Thread(target=one, args=(n,)) for n in range(10)]
[x.start() for x in t]; [x.join() for x in t]
print(len(done))
"""]
C_PROGRAM = r"""
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	struct addrinfo h = { .ai_socktype = SOCK_STREAM }, *ai;
	struct epoll_event ev = { .events = EPOLLIN }, got;
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int fd, ep = epoll_create1(0), i, on = 1;
	char *buf = malloc(10000);

	if (argc < 3 || getaddrinfo(argv[1], argv[2], &h, &ai))
		return 1;
	fd = socket(ai->ai_family, ai->ai_socktype, 0);
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	if (connect(fd, ai->ai_addr, ai->ai_addrlen) || getsockname(fd, (struct sockaddr *)&ss, &len))
		return 2;
	freeaddrinfo(ai);
	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
	memset(buf, 7, 10000);
	for (i = 0; i < 50; i++) {
		struct iovec v[2] = { { buf, 100 }, { buf + 100, 200 } };
		struct msghdr m = { .msg_iov = v, .msg_iovlen = 2 };
		ssize_t n = 0, r;

		if (sendmsg(fd, &m, MSG_NOSIGNAL) != 300)
			return 3;
		while (n < 300) {
			if (epoll_wait(ep, &got, 1, 10000) != 1)
				return 4;
			r = recv(fd, buf, 10000, 0);
			if (r <= 0)
				return 5;
			n += r;
		}
	}
	close(fd);
	fd = socket(ss.ss_family, SOCK_DGRAM, 0);
	if (sendto(fd, buf, 100, 0, (struct sockaddr *)&ss, len) != 100)
		return 6;
	close(fd);
	free(buf);
	puts("done");
	return 0;
}
"""


def echo(lab, family, shim, port=8800):
    return lab.serving(ECHO + [(STACK if shim else HOST)[family], str(port)], shim, port, family)


@each_way
def allocators(lab, family, shim):
    """programs with jemalloc and tcmalloc preloaded before the library"""
    found = [f"/usr/lib/x86_64-linux-gnu/{x}" for x in ("libjemalloc.so.2", "libtcmalloc_minimal.so.4")]
    if not all(os.path.exists(x) for x in found):
        raise Skip("libjemalloc2 or libtcmalloc-minimal4 is not installed")
    addr = (HOST if shim else STACK)[family]
    for so in found:
        env = dict(os.environ, LD_PRELOAD=so)
        with lab.serving(ECHO + [addr, "8800"], not shim, 8800, family, env={} if shim else env):
            out = lab.run(CLIENT + [addr, "8800"], shim=shim, env=env if shim else None)
            assert out.stdout == b"10\n" and not out.stderr, (so, out)


@families
def valgrind(lab, family):
    """valgrind: no error from the library"""
    want("valgrind", "cc")
    compiled(lab, [])
    with echo(lab, family, False):
        out = lab.run(["valgrind", "-q", "--error-exitcode=9", "./program", HOST[family], "8800"], shim=True)
        assert out.stdout == b"done\n" and b"==" not in out.stderr, out


@families
def asan(lab, family):
    """a program built with AddressSanitizer and UndefinedBehaviorSanitizer"""
    want("cc")
    compiled(lab, ["-fsanitize=address,undefined"])
    with echo(lab, family, False):
        env = dict(os.environ, ASAN_OPTIONS="verify_asan_link_order=0:abort_on_error=1")
        out = lab.run(["./program", HOST[family], "8800"], shim=True, env=env)
        assert out.stdout == b"done\n" and not out.stderr, out


def compiled(lab, flags):
    src = lab.write("program.c", C_PROGRAM)
    lab.run(["cc", "-g", "-O1", "-D_GNU_SOURCE", *flags, "-o", "program", src])


PLUGIN = """
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>
/* 0: bound to an address that only the stack has, on a socket that the program made, and on its own */
int plugin(const char *addr, int fd);
int plugin(const char *addr, int fd)
{
    struct sockaddr_in a = { .sin_family = AF_INET };
    int own = socket(AF_INET, SOCK_STREAM, 0);
    inet_pton(AF_INET, addr, &a.sin_addr);
    return !!bind(own, (struct sockaddr *)&a, sizeof(a)) + 2 * !!bind(fd, (struct sockaddr *)&a, sizeof(a));
}
"""
LOADER = """
#include <dlfcn.h>
#include <stdio.h>
#include <sys/socket.h>
int main(int argc, char **argv)
{
    void *h = dlopen("plugin.so", RTLD_NOW | RTLD_DEEPBIND);    /* found by this program's RUNPATH */
    int (*f)(const char *, int) = h ? (int (*)(const char *, int))dlsym(h, "plugin") : NULL;
    printf("%d\\n", f ? f(argv[argc - 1], socket(AF_INET, SOCK_STREAM, 0)) : -1);
    return 0;
}
"""


@test
def deepbind(lab):
    """a plug-in that is loaded to find libc's names in libc, before the library's: its sockets are the stack's, too"""
    want("cc")
    os.makedirs(f"{lab.dir}/plug", exist_ok=True)
    lab.run(["cc", "-shared", "-fPIC", "-o", "plug/plugin.so", lab.write("plugin.c", PLUGIN)])
    lab.run(["cc", "-o", "loader", lab.write("loader.c", LOADER), "-Wl,--enable-new-dtags,-rpath,$ORIGIN/plug", "-ldl"])
    out = lab.run(["./loader", STACK[4]], shim=True)
    assert out.stdout == b"0\n", out


@families
def php_sockets(lab, family):
    """PHP's extension of sockets, which it loads so"""
    want("php")
    code = ("$f = strpos($argv[1], ':') === false ? AF_INET : AF_INET6; $s = socket_create($f, SOCK_STREAM, SOL_TCP);"
            "socket_bind($s, $argv[1], 0) or die('bind'); socket_listen($s); socket_getsockname($s, $a, $p);"
            "$c = socket_create($f, SOCK_STREAM, SOL_TCP); socket_connect($c, $a, $p) or die('connect'); $n = socket_accept($s);"
            "socket_set_option($n, SOL_TCP, TCP_NODELAY, 1); socket_write($n, 'hello'); echo socket_read($c, 9), ' ';"
            "echo socket_get_option($n, SOL_TCP, TCP_NODELAY), ' ', socket_get_option($c, SOL_SOCKET, SO_ERROR);")
    out = lab.run(["php", "-r", "if (!extension_loaded('sockets')) exit(77);" + code, STACK[family]], shim=True, check=False)
    if out.returncode == 77:
        raise Skip("no sockets in this PHP")
    assert out.stdout == b"hello 1 0", out


RUST = """
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
fn main() {
    let a: Vec<String> = std::env::args().collect();
    if a[1] == "serve" {
        let l = TcpListener::bind(&a[2]).unwrap();
        for c in l.incoming() {
            std::thread::spawn(move || { let mut c = c.unwrap(); let mut b = [0u8; 4096];
                loop { let n = c.read(&mut b).unwrap_or(0); if n == 0 { break } c.write_all(&b[..n]).unwrap(); } });
        }
    } else {
        let mut c = TcpStream::connect(&a[2]).unwrap();
        c.set_nodelay(true).unwrap();
        c.set_read_timeout(Some(std::time::Duration::from_secs(10))).unwrap();
        for i in 1..200usize { let d = vec![i as u8; i * 17]; c.write_all(&d).unwrap(); let mut g = vec![0; d.len()]; c.read_exact(&mut g).unwrap(); assert_eq!(d, g); }
        let local = c.local_addr().unwrap().ip();
        let u = UdpSocket::bind((local, 0)).unwrap(); let w = UdpSocket::bind((local, 0)).unwrap();
        u.send_to(b"dgram", w.local_addr().unwrap()).unwrap(); let mut b = [0; 20];
        assert_eq!(w.recv_from(&mut b).unwrap(), (5, u.local_addr().unwrap()));
        println!("done");
    }
}
"""


OLD = r"""
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#define OLD(name, version) __asm__(".symver " #name ", " #name "@GLIBC_" version)
OLD(__xstat, "2.2.5"); OLD(__lxstat, "2.2.5"); OLD(__fxstatat, "2.4");
OLD(__xstat64, "2.2.5"); OLD(__lxstat64, "2.2.5"); OLD(__fxstatat64, "2.4");
int __xstat(int, const char *, struct stat *), __lxstat(int, const char *, struct stat *);
int __fxstatat(int, int, const char *, struct stat *, int);
int __xstat64(int, const char *, struct stat64 *), __lxstat64(int, const char *, struct stat64 *);
int __fxstatat64(int, int, const char *, struct stat64 *, int);
ssize_t __read(int, void *, size_t), __write(int, const void *, size_t), __send(int, const void *, size_t, int);
int __close(int), __dup2(int, int), __connect(int, const struct sockaddr *, socklen_t), __poll(struct pollfd *, nfds_t, int);
int __select(int, fd_set *, fd_set *, fd_set *, struct timeval *), __fcntl(int, int, ...), __open(const char *, int, ...);
int __open64(const char *, int, ...);
int main(int argc, char **argv)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *ai;
	const char *path[] = { "/sys/class/net/eth0", "/sys/class/net/tap0" };
	struct stat st; struct stat64 st6;
	char buf[64] = "";
	int i, n, fd;

	for (i = 0; i < 2; i++)
		printf("%d%d%d%d%d%d ", __xstat(1, path[i], &st), __lxstat(1, path[i], &st), __fxstatat(1, AT_FDCWD, path[i], &st, 0),
			__xstat64(1, path[i], &st6), __lxstat64(1, path[i], &st6), __fxstatat64(1, AT_FDCWD, path[i], &st6, 0));
	i = __xstat(7, path[0], &st);
	printf("%d %d ", i, errno == EINVAL);
	for (i = 0; i < 2; i++) {
		fd = i ? __open("/sys/class/net/eth0/mtu", O_RDONLY) : __open64("/sys/class/net/eth0/mtu", O_RDONLY | O_CLOEXEC);
		printf("%zd ", __read(fd, buf, sizeof(buf)));
		__close(fd);
	}
	if (getaddrinfo(argv[1], argv[2], &hints, &ai))
		return 1;
	n = socket(ai->ai_family, SOCK_STREAM, 0);
	fd = __dup2(n, 9);
	printf("%d ", __connect(fd, ai->ai_addr, ai->ai_addrlen));
	printf("%d ", __fcntl(fd, F_SETFL, O_NONBLOCK) | (__fcntl(fd, F_GETFL) & O_NONBLOCK) - O_NONBLOCK);
	printf("%zd%zd ", __send(fd, "ab", 2, 0), __write(fd, "c", 1));
	for (n = 0; n < 3; n += __read(fd, buf, 64)) {
		struct pollfd p = { fd, POLLIN };
		fd_set r;
		FD_ZERO(&r);
		FD_SET(fd, &r);
		if (__poll(&p, 1, 10000) != 1 || __select(fd + 1, &r, NULL, NULL, NULL) != 1)
			return 2;
	}
	return printf("%d\n", n) < 0;
}
"""


@families
def old_names(lab, family):
    """names of libc's calls that only programs linked long ago use, and those with two underscores"""
    if os.uname().machine != "x86_64" or lab.run(["cc", "-w", "-o", "old", lab.write("old.c", OLD)], check=False).returncode:
        raise Skip("no C compiler, or another machine than x86_64")
    with echo(lab, family, False):
        out = lab.run(["./old", HOST[family], "8800"], shim=True).stdout
        assert out == b"000000 -1-1-1-1-1-1 -1 1 5 5 0 0 21 3\n", out


URING = r"""
#include <liburing.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>
int main(void)
{
	struct io_uring_params p[3] = { { 0 } };
	struct io_uring r[2];
	int got[] = { io_uring_queue_init(4, &r[0], 0), io_uring_queue_init_params(4, &r[1], &p[0]), io_uring_setup(4, &p[1]),
		      (int)syscall(SYS_io_uring_setup, 4, &p[2]) };

	for (int i = 0; i < 4; i++)
		printf("%s%s", i ? " " : "", got[i] == -ENOSYS || (i == 3 && got[i] == -1 && errno == ENOSYS) ? "ENOSYS" :
			got[i] >= 0 ? "ring" : strerror(-got[i]));
	return 0;
}
"""


@test
def io_uring(lab):
    """io_uring, whose operations no library sees: it cannot be set up, by liburing or by number, so that programs fall back"""
    if lab.run(["cc", "-o", "uring", lab.write("uring.c", URING), "-luring"], check=False).returncode:
        raise Skip("no C compiler or no liburing-dev")
    assert lab.run(["./uring"], shim=True).stdout == b" ".join([b"ENOSYS"] * 4)


@each_way
def rust(lab, family, shim):
    """Rust: std::net"""
    want("rustc")
    if not os.path.exists(f"{lab.dir}/net"):
        lab.run(["rustc", "-O", "-o", "net", lab.write("net.rs", RUST)], env=dict(os.environ))
    addr = (HOST if shim else STACK)[family]
    where = f"[{addr}]:8801" if family == 6 else f"{addr}:8801"
    with lab.serving(["./net", "serve", where], not shim, 8801, family):
        out = lab.run(["./net", "get", where], shim=shim)
        assert out.stdout == b"done\n", out


@test
def silent(lab):
    """the library prints nothing and changes no exit status"""
    for cmd, want_status in ((["true"], 0), (["false"], 1), (["sh", "-c", "exit 7"], 7), (["sh", "-c", "kill -9 $$"], -9),
                             (["ls", "/"], 0), (["env", "-i", "true"], 0)):
        native = lab.run(cmd, check=False)
        out = lab.run(cmd, shim=True, check=False)
        assert out.returncode == native.returncode == want_status, (cmd, out)
        assert (out.stdout, out.stderr) == (native.stdout, native.stderr), (cmd, out)


@test
def silent_without_daemon(lab):
    """without a daemon a program that opens no socket is not troubled; one that does gets ENETDOWN"""
    control = f"{lab.dir}/nobody-here"
    so = f"{lab.build}/preload/.libs/libnetstack.so"
    for path in (so, f"{lab.build}/libnetstack.so"):
        if os.path.exists(path):
            so = path
    env = dict(os.environ, LD_PRELOAD=so, NETSTACK_CONTROL=control)
    out = lab.run(["ls", "/"], env=env)
    assert not out.stderr and out.stdout
    code = ("import errno, socket\ntry: socket.create_connection(('10.77.0.1', 1), 5)\n"
            "except OSError as e: print(errno.errorcode[e.errno])")
    out = lab.run([sys.executable, "-c", code], env=env)
    assert out.stdout == b"ENETDOWN\n", out


@test
def exit_at_once(lab):
    """nothing hangs at exit: threads in calls, sockets of every kind open, the daemon stopped"""
    code = """
import os, socket, sys, threading, time
l = socket.create_server(('10.77.0.2', 0)); u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(('10.77.0.2', 0))
c = socket.create_connection(('10.77.0.1', 8802))
for f in (l.accept, lambda: u.recv(10), lambda: c.recv(10)): threading.Thread(target=f, daemon=True).start()
time.sleep(0.2)
print('leaving', flush=True)
if sys.argv[1] == 'stopped': sys.stdin.readline()
"""
    with echo(lab, 4, False, 8802):
        for how in ("plain", "stopped"):
            p = lab.spawn([sys.executable, "-c", code, how], shim=True, stdout=subprocess.PIPE, stdin=subprocess.PIPE)
            assert p.stdout.readline() == b"leaving\n"
            if how == "stopped":
                lab.daemon.send_signal(signal.SIGSTOP)
            try:
                p.stdin.close()
                assert p.wait(30) == 0
            finally:
                lab.daemon.send_signal(signal.SIGCONT)
            lab.stop(p)


@test
def start_up(lab):
    """loading the library: what it adds to `true` is printed (the figure of 300 runs each)"""
    so = f"{lab.build}/preload/.libs/libnetstack.so"
    if not os.path.exists(so) or NATIVE:
        raise Skip("not a plain build directory")
    loop = "i=0; while [ $i -lt 300 ]; do /bin/true; i=$((i+1)); done"
    took = []
    for env in (dict(os.environ), dict(os.environ, LD_PRELOAD=so, NETSTACK_CONTROL=lab.control)):
        start = time.monotonic()
        subprocess.run(["sh", "-c", loop], env=env, check=True)
        took.append((time.monotonic() - start) / 300)
    print(f"# true: {took[0] * 1e3:.2f} ms, with the library {took[1] * 1e3:.2f} ms", flush=True)


if __name__ == "__main__":
    main()
