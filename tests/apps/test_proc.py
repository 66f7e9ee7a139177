#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Files of /proc and /sys: a program that runs on the stack reads the stack's, in the kernel's format."""
import os
import re
import socket
import sys

from applab import HOST, STACK, families, main, need, test
from netdev import NAMES

need("python3", "gcc")
PORT = 8200
# a line of the kernel's own file says how each should look
HEADS = ("tcp", "tcp6", "udp", "udp6", "udplite", "udplite6", "raw", "raw6", "icmp", "icmp6", "dev", "route",
         "arp", "igmp", "packet", "protocols")


def cat(lab, path, shim=True):
    return lab.run(["cat", path], shim=shim).stdout.decode()


def py(lab, code, **kw):
    return lab.run([sys.executable, "-c", code], shim=True, **kw).stdout.decode()


@test
def heads(lab):
    """first lines are the kernel's, byte for byte"""
    for name in HEADS:
        want, got = (cat(lab, f"/proc/net/{name}", shim).split("\n")[0] for shim in (False, True))
        assert got == want, (name, got, want)
    for name in ("snmp", "netstat"):
        want, got = (re.findall(r"^(\w+): [A-Z]", cat(lab, f"/proc/net/{name}", shim), re.M) for shim in (False, True))
        assert set(got) <= set(want) | {"UdpLite"} and got, (name, got, want)
    want, got = (re.findall(r"^(\w+): inuse", cat(lab, "/proc/net/sockstat6", shim), re.M) for shim in (False, True))
    assert got == want, (got, want)


@families
def shape(lab, family):
    """lines of sockets have the kernel's columns, and tell the truth"""
    suffix = "6" if family == 6 else ""
    code = ("import socket, sys\nf = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET\n"
            f"l = socket.create_server((sys.argv[1], {PORT}), family=f)\n"
            f"c = socket.create_connection((sys.argv[1], {PORT})); a, _ = l.accept()\n"
            f"u = socket.socket(f, socket.SOCK_DGRAM); u.bind((sys.argv[1], {PORT}))\n"
            f"print(open('/proc/net/tcp{suffix}').read() + '\\f' + open('/proc/self/net/udp{suffix}').read())")
    tables = {}
    for shim, addr in ((True, STACK[family]), (False, HOST[family])):
        tables[shim] = [t.rstrip("\n").split("\n") for t in
                        lab.run([sys.executable, "-c", code, addr], shim=shim).stdout.decode().split("\f")]
    for got, want in zip(tables[True], tables[False]):
        def mine(lines):
            return sorted((line for line in lines if f":{PORT:04X} " in line), key=lambda x: x.split()[3])
        assert len(mine(got)) == len(mine(want)), (got, want)
        for a, b in zip(mine(got), mine(want)):
            assert a.split()[3] == b.split()[3], (a, b)
            assert len(a.split()) == len(b.split()), (a, b)
            for x, y in list(zip(a.split(), b.split()))[1:6]:
                assert len(x) == len(y), (a, b)
            assert family == 6 or len(a) == len(b), (a, b)
    local = socket.inet_pton(socket.AF_INET6 if family == 6 else socket.AF_INET, STACK[family])
    words = "".join(local[i:i + 4][::-1].hex().upper() for i in range(0, len(local), 4))
    assert sum(words in line for line in tables[True][0]) == 3, tables[True][0]


@families
def inodes(lab, family):
    """each socket has the inode of the program's descriptor, by which netstat -p and lsof find whose it is"""
    suffix = "6" if family == 6 else ""
    code = ("import os, socket, sys\nf = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET\n"
            f"l = socket.create_server((sys.argv[1], {PORT}), family=f)\n"
            f"c = socket.create_connection((sys.argv[1], {PORT})); a, _ = l.accept()\n"
            "b = socket.socket(f, socket.SOCK_DGRAM); b.bind((sys.argv[1], 0))\n"
            "d = socket.socket(f, socket.SOCK_DGRAM); d.connect((sys.argv[1], 9))\n"
            f"lines = open('/proc/net/tcp{suffix}').readlines() + open('/proc/net/udp{suffix}').readlines()\n"
            "told = {x.split()[9] for x in lines}\n"
            "print([n for n in 'lcabd' if str(os.fstat(eval(n).fileno()).st_ino) not in told])")
    out = lab.run([sys.executable, "-c", code, STACK[family]], shim=True).stdout.decode()
    assert out == "[]\n", out


@test
def network(lab):
    """interfaces, routes, neighbours and counters are the stack's"""
    lab.run(["ping", "-c", "1", "-W", "5", STACK[4]])
    assert re.search(r"^ *eth0: +\d", cat(lab, "/proc/net/dev"), re.M)
    assert "tap0" not in cat(lab, "/proc/net/dev") and "tap0" in cat(lab, "/proc/net/dev", False)
    assert re.search(r"^eth0\t00004D0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t", cat(lab, "/proc/net/route"), re.M)
    assert re.search(r"^10\.77\.0\.1 +0x1 +0x2 +(\w\w:){5}\w\w +\* +eth0$", cat(lab, "/proc/net/arp"), re.M)
    index = next(d["ifindex"] for d in lab.stat()["devices"] if d["name"] == "eth0")
    assert f"fd770000000000000000000000000002 {index:02x} 40 00 80     eth0" in cat(lab, "/proc/net/if_inet6")
    routes = cat(lab, "/proc/net/ipv6_route")
    assert re.search(r"^fd770{28} 40 0{32} 00 0{32} 00000100 \w{8} 00000000 00000001     eth0$", routes, re.M), routes
    names, values = re.findall(r"^Icmp: (.*)$", cat(lab, "/proc/net/snmp"), re.M)
    assert int(dict(zip(names.split(), values.split()))["InEchos"]) >= 1
    assert re.search(r"^Ip6InReceives {19}\t\d+$", cat(lab, "/proc/net/snmp6"), re.M)
    assert "3333ff000002" in cat(lab, "/proc/net/dev_mcast")
    assert "010000E0" in cat(lab, "/proc/net/igmp")


@test
def kept(lab):
    """what the stack has no file for stays the kernel's; directories are listed"""
    assert "Path" in cat(lab, "/proc/net/unix")
    assert py(lab, "import os; print('tcp' in os.listdir('/proc/net'))") == "True\n"
    assert py(lab, "print(len(open('/proc/self/status').read()) > 100)") == "True\n"


@test
def reading(lab):
    """seek, small reads, mmap, stdio, dup and a child without the library"""
    code = ("import os, mmap\nfd = os.open('/proc/net/dev', os.O_RDONLY)\na = os.read(fd, 7)\nos.lseek(fd, 0, 0)\n"
            "b = b''\nwhile x := os.read(fd, 3): b += x\nassert b.startswith(a) and b.endswith(b'\\n')\n"
            "assert mmap.mmap(fd, 0, prot=mmap.PROT_READ)[:6] == b'Inter-'\nos.lseek(fd, 0, 0)\n"
            "assert not os.get_inheritable(fd)\n"
            "os.dup2(fd, 0)\nos.environ.pop('LD_PRELOAD')\nos.execvp('head', ['head', '-1'])")
    assert py(lab, code).startswith("Inter-|")


@test
def settings(lab):
    """/proc/sys/net: read, write, refuse, and never the host's"""
    path = "/proc/sys/net/ipv4/ip_default_ttl"
    host = cat(lab, path, False)
    assert cat(lab, path) == "64\n"
    lab.run(["sh", "-c", f"echo 70 > {path}"], shim=True)
    assert cat(lab, path) == "70\n" and lab.cli("sysctl", "net.ipv4.ip_default_ttl").endswith("70\n")
    p = lab.run(["sh", "-c", f"echo nonsense > {path}"], shim=True, check=False)
    assert p.returncode, p.stderr
    assert py(lab, f"open('{path}', 'w').write('71\\n')") == "" and cat(lab, path) == "71\n"
    # handed to another program, which the library is loaded into, too
    lab.run(["sh", "-c", f"exec 5> {path}; printf 72 | cat >&5"], shim=True)
    assert cat(lab, path) == "72\n"
    assert cat(lab, "/proc/sys/net/ipv4/tcp_rmem").count("\t") == 2
    code = ("import os, errno\nfor f in (lambda: open('/proc/sys/net/ipv4/no_such'), lambda: os.stat('/proc/sys/net/x'),\n"
            "          lambda: open('/proc/sys/net/ipv4/no_such', 'w')):\n"
            "    try: f(); print('there')\n    except OSError as e: print(errno.errorcode[e.errno])\n"
            f"print(os.access('{path}', os.R_OK), oct(os.stat('{path}').st_mode))")
    assert py(lab, code).split() == ["ENOENT"] * 3 + ["True", "0o100644"], py(lab, code)
    assert cat(lab, path, False) == host


@test
def settings_of_a_device(lab):
    """/proc/sys/net/ipv{4,6}/{conf,neigh}/DEV: the stack's device, by files, sysctl(8), netstack and at start"""
    path = "/proc/sys/net/ipv4/conf/eth0/arp_announce"
    assert cat(lab, path) == "0\n"
    lab.run(["sh", "-c", f"echo 2 > {path}"], shim=True)
    assert cat(lab, path) == "2\n" and cat(lab, path.replace("eth0", "all")) == "0\n"
    lab.run(["sysctl", "-w", "net.ipv4.conf.eth0.arp_announce=1"], shim=True)
    assert cat(lab, path) == "1\n" and lab.cli("sysctl", "net.ipv4.conf.eth0.arp_announce").endswith(" 1\n")
    lab.cli("sysctl", "net/ipv6/neigh/eth0/mcast_solicit=5")
    assert lab.run(["sysctl", "-n", "net.ipv6.neigh.eth0.mcast_solicit"], shim=True).stdout == b"5\n"
    lines = lab.cli("sysctl").split("\n")
    assert any(line.startswith("net.ipv6.conf.lo.hop_limit") for line in lines) and len(lines) == len(set(lines))
    for dev in ("tap0", "nosuch"):      # the host's, and nobody's
        assert lab.run(["cat", path.replace("eth0", dev)], shim=True, check=False).returncode
    lab.cli("sysctl", "net.ipv6.neigh.eth0.mcast_solicit=3")
    lab.run(["sh", "-c", f"echo 0 > {path}"], shim=True)
    for key, said in (("net.ipv4.conf.v1.arp_ignore=9", b"Invalid argument"), ("net.ipv4.conf.v2.arp_ignore=1", b"no such device"),
                      ("net.ipv4.conf.v1.proxy_arp=1", b"no such key")):
        p = lab.run([f"{lab.build}/netstackd", "--control", f"{lab.dir}/other", "--dev", "veth:v0,peer=v1", "--sysctl", key],
                    check=False, timeout=20)
        assert p.returncode and said in p.stderr and key.encode() in p.stderr, (p.returncode, p.stderr)


@test
def attributes(lab):
    """/sys/class/net: attributes of the stack's interfaces, none of the host's"""
    assert cat(lab, "/sys/class/net/eth0/mtu") == "1500\n"
    assert re.fullmatch(r"(\w\w:){5}\w\w\n", cat(lab, "/sys/class/net/eth0/address"))
    assert cat(lab, "/sys/class/net/eth0/operstate") == "up\n"
    assert int(cat(lab, "/sys/class/net/eth0/statistics/rx_packets")) > 0
    assert lab.run(["cat", "/sys/class/net/tap0/mtu"], shim=True, check=False).returncode


@test
def directories(lab):
    """/sys/class/net and /proc/sys/net list what the stack has, by whatever call, and paths below a descriptor are its too"""
    code = ("import os, glob\nd = '/sys/class/net'\nprint(sorted(os.listdir(d)), sorted(glob.glob(d + '/*')))\n"
            "print(os.readlink(d + '/eth0'), os.path.islink(d + '/eth0'), os.path.isdir(d + '/eth0'))\n"
            "f = os.open(d + '/eth0', os.O_RDONLY)\n"
            "print(os.read(os.open('mtu', os.O_RDONLY, dir_fd=f), 9), sorted(os.listdir(f)) == sorted(os.listdir(d + '/eth0')))\n"
            "print(os.stat('statistics', dir_fd=f).st_ino == os.stat(d + '/eth0/statistics').st_ino)\n"
            "print(all(open(e.path).read() for e in os.scandir(f'{d}/eth0/statistics')))\n"
            "print(sorted(os.listdir('/proc/sys/net')), 'tcp_sack' in os.listdir('/proc/sys/net/ipv4'))\n"
            "for p in (d + '/tap0', '/proc/sys/net/nothing'):\n"
            "    try: print(os.listdir(p))\n    except OSError as e: print(e.errno)")
    out = py(lab, code).split("\n")
    assert out[0] == f"{NAMES} {[f'/sys/class/net/{n}' for n in NAMES]}", out
    assert out[1] == "../../devices/virtual/net/eth0 True True", out
    assert out[2:5] == ["b'1500\\n' True", "True", "True"], out
    assert out[5] == "['core', 'ipv4', 'ipv6'] True" and out[6:8] == ["2", "2"], out
    for cmd in (["ls", "-U", "/sys/class/net"], ["sh", "-c", "cd / && for i in /sys/class/net/*; do echo ${i##*/}; done"],
                ["find", "/sys/class/net/", "-type", "l", "-printf", "%f\n"]):
        got = lab.run(cmd, shim=True).stdout.decode().split()
        assert sorted(got) == NAMES, (cmd, got)
    assert "/sys/class/net/eth0/statistics/tx_bytes" in lab.run(["find", "/sys/class/net/eth0/"], shim=True).stdout.decode()


@test
def inside(lab):
    """a working directory in /sys/class/net or /proc/sys/net: what is relative to it, its name, and the way out"""
    script = ("cd /sys/class/net/eth0 && pwd -P && cat mtu ../lo/mtu statistics/../mtu && ls -d statistics/tx_b* && /bin/pwd;"
              "test -d . && ls -ld . | cut -c1; cd statistics && realpath tx_bytes; cd ../../../../../.. && pwd -P;"
              "cd /proc/sys/net/ipv4 && echo tcp_sac* && cat conf/eth0/../../tcp_sack; cd conf && ls -d eth0; cd .. ; pwd -P;"
              "cd /sys/class/net/tap0 2>/dev/null || echo none; cd mtu 2>/dev/null || echo none; cd / ; cat proc/sys/net/ipv4/tcp_sack")
    out = lab.run(["sh", "-c", script], shim=True).stdout.decode().split("\n")
    place = "/sys/devices/virtual/net/eth0"
    assert out == [place, "1500", "65536", "1500", "statistics/tx_bytes", place, "d", f"{place}/statistics/tx_bytes", "/",
                   "tcp_sack", "1", "eth0", "/proc/sys/net/ipv4", "none", "none", "1", ""], out
    code = ("import os, subprocess\nos.chdir('/sys/class/net')\nprint(os.getcwd(), sorted(os.listdir()), open('eth0/mtu').read())\n"
            "f = os.open('eth0', os.O_RDONLY); os.fchdir(f)\n"
            "print(open('mtu').read(), os.getcwd(), os.path.samefile('.', '/sys/class/net/eth0'))\n"
            "print(subprocess.run(['cat', 'mtu'], capture_output=True).stdout)\nos.chdir('/tmp'); print(os.getcwd())")
    assert py(lab, code) == (f"/sys/class/net {NAMES} 1500\n\n1500\n {place} True\nb'1500\\n'\n/tmp\n"), py(lab, code)


@test
def walks(lab):
    """ftw() and nftw(): by name and by directory, links followed or not, depth first, from a relative root"""
    code = ("import ctypes, os\nL = ctypes.CDLL(None)\nC = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int, "
            "ctypes.POINTER(ctypes.c_int))\nPHYS, CHDIR, DEPTH = 1, 4, 8\n"
            "def walk(root, flags):\n    got = []\n    def f(p, st, t, w):\n        p = p.decode(); assert p[w[0]:] == p.rsplit('/', 1)[-1], (p, w[0])\n"
            "        here = os.path.lexists(p[w[0]:]) if flags & CHDIR else os.path.lexists(p)\n"
            "        got.append((p, t, w[1], here)); return 0\n    r = L.nftw(root.encode(), C(f), 8, flags); return r, got\n"
            "r, a = walk('/sys/class/net/', PHYS); print(r, sorted(a))\n"
            "r, a = walk('/sys/class/net', 0); print(r, a[0], ('/sys/class/net/eth0/statistics/tx_bytes', 0, 3, True) in a, any('tap0' in x[0] for x in a))\n"
            "r, a = walk('/proc/sys/net/ipv4', PHYS | DEPTH); print(r, a[-1], ('/proc/sys/net/ipv4/conf/eth0/forwarding', 0, 3, True) in a)\n"
            "r, a = walk('/sys/class/net/eth0/statistics', PHYS | CHDIR); print(r, len(a) > 20, all(x[3] for x in a), os.getcwd() == '/')\n"
            "os.chdir('/sys/class/net/eth0'); r, a = walk('statistics', PHYS); print(r, a[0], all(x[3] for x in a), os.getcwd())\n"
            "n = []; G = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int)\n"
            "print(L.ftw(b'/sys/class/net', G(lambda p, s, t: n.append(p) or 5 * (p == b'/sys/class/net/eth0/mtu')), 8), len(n) > 2)\n"
            "print(walk('/sys/class/net/none', 0)[0], walk('/etc/hostname', 0))")
    out = py(lab, "import os; os.chdir('/')\n" + code).split("\n")
    root = "/sys/class/net"
    assert out[0] == f"0 {[(root, 1, 0, True), *((f'{root}/{n}', 4, 1, True) for n in NAMES)]}", out
    assert out[1] == f"0 ('{root}', 1, 0, True) True False", out
    assert out[2] == "0 ('/proc/sys/net/ipv4', 5, 0, True) True", out
    assert out[3] == "0 True True True", out
    assert out[4] == "0 ('statistics', 1, 0, True) True /sys/devices/virtual/net/eth0", out
    assert out[5] == "5 True" and out[6] == "-1 (0, [('/etc/hostname', 0, 0, True)])", out


# fts(3) of the directories argv[2...] with options argv[1]: a line for each entry (what, level, path, whether its name ends
# the path, its length is told right, it can be reached as told, its stat is what stat() says), behind a directory its children
FTS = """
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int same(const FTSENT *e, const char *at)
{
    struct stat st;

    return !(e->fts_info == FTS_SL ? lstat(at, &st) : stat(at, &st)) && st.st_mode == e->fts_statp->st_mode &&
           st.st_size == e->fts_statp->st_size && st.st_ino == e->fts_statp->st_ino;
}

static int ends(const FTSENT *e)
{
    const char *slash = strrchr(e->fts_path, '/');

    return !strcmp(slash ? slash + 1 : e->fts_path, e->fts_name);
}

int main(int argc, char **argv)
{
    FTS *fts = fts_open(argv + 3, atoi(argv[1]), by_name);
    FTSENT *e, *c;
    char cwd[4096];

    while (fts && (e = fts_read(fts))) {
        printf("%d %d %s %d%d%d%d\\n", e->fts_info, e->fts_level, e->fts_path, ends(e),
               e->fts_pathlen == strlen(e->fts_path), !access(e->fts_accpath, F_OK), same(e, e->fts_accpath));
        if (e->fts_info == FTS_SL && argv[2][0] == 'f')
            fts_set(fts, e, FTS_FOLLOW);
        if (e->fts_info != FTS_D)
            continue;
        if (argv[2][0] == 's' && e->fts_level)
            fts_set(fts, e, FTS_SKIP);
        for (c = fts_children(fts, 0); c; c = c->fts_link)
            if (c->fts_info == FTS_F) {
                char at[8192];

                snprintf(at, sizeof(at), "%s/%s", e->fts_path, c->fts_name);
                if (e->fts_path[0] == '/' && !same(c, at))
                    printf("child %s\\n", at);
            }
    }
    fts_close(fts);
    puts(getcwd(cwd, sizeof(cwd)));
    return 0;
}
"""
LOGICAL, PHYSICAL, NOCHDIR = 2, 16, 4


@test
def fts(lab):
    """fts_open(): links followed or not, with and without chdir(), relative, skipped, beside directories of the host"""
    program = f"{lab.dir}/fts"
    lab.run(["gcc", "-O1", "-D_GNU_SOURCE", "-o", program, lab.write("fts.c", FTS)])

    def walk(options, how, *roots, cwd="/"):
        out = lab.run(["sh", "-c", 'cd "$1"; shift; exec "$@"', "sh", cwd, program, str(options), how, *roots], shim=True)
        *lines, end = out.stdout.decode().split("\n")[:-1]
        assert end == cwd.replace("/sys/class/", "/sys/devices/virtual/"), (end, cwd)
        return lines

    root = "/sys/class/net"
    for chdir in (0, NOCHDIR):
        assert walk(PHYSICAL | chdir, "-", root) == [
            f"1 0 {root} 1111", *(f"12 1 {root}/{n} 1111" for n in NAMES), f"6 0 {root} 1111"]
        got = walk(PHYSICAL | chdir, "-", "/proc/sys/net/ipv4/", "/etc/hostname")
        assert got[:2] == ["8 0 /etc/hostname 1111", "1 0 /proc/sys/net/ipv4/ 1111"], got
        assert "8 3 /proc/sys/net/ipv4/conf/eth0/forwarding 1111" in got, got
        got = walk(PHYSICAL | chdir, "s", "/proc/sys/net/ipv4")
        after = "conf/ 0011" if chdir else "conf 1111"  # the slash is libc's, after fts_children()
        assert not [g for g in got if "forwarding" in g] and f"6 1 /proc/sys/net/ipv4/{after}" in got, got
        got = walk(PHYSICAL | chdir, "-", "statistics", cwd=f"{root}/eth0")
        assert got[0] == "1 0 statistics 1111" and "8 1 statistics/tx_bytes 1111" in got and len(got) > 20, got
        got = walk(PHYSICAL | chdir, "-", root, "/nowhere")
        assert got[0] == "10 0 /nowhere 1100" and got[-1] == f"6 0 {root} 1111", got
        got = walk(PHYSICAL | chdir, "-", f"{root}/none")
        assert got == [f"10 0 {root}/none 1100"], got
        got = walk(PHYSICAL | chdir, "f", root)
        if not chdir:   # libc does not go into a link that way: so it is on the host, too
            assert got[-1] == f"1 1 {root}/eth0 1111", got
            continue
        assert f"1 1 {root}/eth0 1111" in got and f"8 3 {root}/eth0/statistics/tx_bytes 1111" in got, got
        assert not [g for g in got if "tap0" in g or not g.endswith(" 1111")], got
        assert walk(LOGICAL | chdir, "-", root) == [g for g in got if not g.startswith("12 ")]


@test
def tools(lab):
    """netstat, route and arp of net-tools show the stack"""
    need_tools = [t for t in ("netstat", "route", "arp") if not lab_has(t)]
    if need_tools:
        return
    p = lab.spawn([sys.executable, "-m", "http.server", str(PORT), "--bind", STACK[4]], shim=True)
    lab.wait_bound(True, PORT, child=p)
    out = lab.run(["netstat", "-tln"], shim=True).stdout.decode()
    lab.stop(p)
    assert re.search(rf"^tcp +0 +0 10\.77\.0\.2:{PORT} +0\.0\.0\.0:\* +LISTEN", out, re.M), out
    assert re.search(r"^10\.77\.0\.0 +0\.0\.0\.0 +255\.255\.255\.0 +U +0 +0 +0 eth0", lab.run(
        ["route", "-n"], shim=True).stdout.decode(), re.M)
    assert "10.77.0.1" in lab.run(["arp", "-n"], shim=True).stdout.decode()


def lab_has(program):
    return any(os.path.exists(f"{d}/{program}") for d in ("/usr/bin", "/usr/sbin", "/bin", "/sbin"))


if __name__ == "__main__":
    main()
