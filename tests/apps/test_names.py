#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Names as a name server sees them asked: the same questions in the same order natively and on the stack, and the same
answers from resolver(3) and getaddrinfo(): search domains, EDNS, TCP after a truncated answer, servers that fail."""
import os
import sys

from applab import HOST, STACK, families, main, want

SERVER = r"""
import socket, struct, sys, threading
def name_at(d, i):
    labels = []
    while d[i]:
        labels.append(d[i + 1:i + 1 + d[i]].decode()); i += d[i] + 1
    return ".".join(labels).lower(), i + 1
def answer(d, how, who):
    name, i = name_at(d, 12)
    kind, = struct.unpack("!H", d[i:i + 2])
    question, opt = d[12:i + 4], d[i + 4:]
    size = struct.unpack("!H", opt[3:5])[0] if len(opt) >= 11 else 0
    print(who, how, name, kind, size, bool(size and opt[7] & 0x80), bool(d[2] & 1), flush=True)
    def reply(rcode, texts=(), tc=0):
        rr = b""
        for t in texts:
            data = t if kind != 16 else bytes([len(t)]) + t
            rr += b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(data)) + data
        return d[:2] + struct.pack("!HHHHH", 0x8180 | tc | rcode, 1, len(texts), 0, 0) + question + rr
    if name.startswith("silent"): return None
    if name.startswith("fail"): return reply(2)
    if name.startswith("refused"): return reply(5)
    if name.startswith("noopt") and size: return reply(1)
    if name.startswith("nodata"): return reply(0)
    if name.startswith(("one.test", "noopt", "host.sub.test", "deep.er.other.test", "alias.test")):
        if kind == 1: return reply(0, [bytes([192, 0, 2, 1])])
        return reply(0, [b"hello"]) if kind == 16 else reply(0)
    if name.startswith("big") and kind in (1, 16):
        n = 60
        whole = [bytes([192, 0, 2, x]) if kind == 1 else b"%03d" % x * 10 for x in range(n)]
        return reply(0, [], 0x200) if how == "udp" and not size else reply(0, whole[:20] if how == "udp" else whole)
    return reply(3)
def udp(s):
    while True:
        d, a = s.recvfrom(4096)
        r = answer(d, "udp", a[0])
        if r: s.sendto(r, a)
def tcp(c, a):
    with c, c.makefile("rwb") as f:
        while len(h := f.read(2)) == 2:
            r = answer(f.read(struct.unpack("!H", h)[0]), "tcp", a[0])
            if r: f.write(struct.pack("!H", len(r)) + r); f.flush()
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
u = socket.socket(family, socket.SOCK_DGRAM); u.bind((sys.argv[1], 53))
threading.Thread(target=udp, args=(u,), daemon=True).start()
l = socket.create_server((sys.argv[1], 53), family=family, backlog=50)
while True: threading.Thread(target=tcp, args=l.accept(), daemon=True).start()
"""

# resolver PROGRAM OPTIONS: each word is a call; "/" sets an option of the state for those after it
PROGRAM = r"""
#include <arpa/nameser.h>
#include <errno.h>
#include <netdb.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say(const char *what, int n, const unsigned char *a)
{
	printf("%s %d", what, n);
	if (n < 0)
		printf(" h_errno=%d", h_errno);
	else
		printf(" rcode=%d tc=%d an=%d", a[3] & 15, !!(a[2] & 2), a[6] << 8 | a[7]);
	printf("\n");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	unsigned char a[4096], q[512];
	struct __res_state r = { 0 };
	int i, n, room = sizeof(a);

	res_init();
	res_ninit(&r);
	for (i = 1; i < argc; i++) {
		char *w = argv[i] + 1;

		memset(a, 0, sizeof(a));
		h_errno = 0;
		switch (argv[i][0]) {
		case '/':
			r.options |= strtoul(w, NULL, 0);
			_res.options |= strtoul(w, NULL, 0);
			break;
		case '#':
			room = atoi(w);
			break;
		case 'q':
			say(argv[i], res_query(w, C_IN, T_TXT, a, room), a);
			break;
		case 'Q':
			say(argv[i], res_nquery(&r, w, C_IN, T_TXT, a, room), a);
			break;
		case 's':
			say(argv[i], res_search(w, C_IN, T_TXT, a, room), a);
			break;
		case 'S':
			say(argv[i], res_nsearch(&r, w, C_IN, T_TXT, a, room), a);
			break;
		case 'd':
			say(argv[i], res_querydomain(w, "sub.test", C_IN, T_TXT, a, room), a);
			break;
		case 'D':
			say(argv[i], res_nquerydomain(&r, w, "sub.test", C_IN, T_TXT, a, room), a);
			break;
		case 'm':
		case 'M':
			n = res_mkquery(QUERY, w, C_IN, T_TXT, NULL, 0, NULL, q, sizeof(q));
			errno = 0;
			n = argv[i][0] == 'm' ? res_send(q, n, a, room) : res_nsend(&r, q, n, a, room);
			say(argv[i], n, a);
			if (n < 0)
				printf("%s\n", strerror(errno));
		}
	}
	return 0;
}
"""
USEVC, IGNTC, DNSSEC, EDNS0 = 0x8, 0x20, 0x800000, 0x100000
CONF = "nameserver {}\nsearch sub.test other.test\noptions timeout:1 attempts:1 {}\n"


class Asked:
    """A lab with a name server that tells what it is asked, for programs that run natively and on the stack in turn."""

    def __init__(self, lab, family, options=""):
        self.lab, self.family = lab, family
        lab.write("resolv.conf", CONF.format(HOST[family], options))
        lab.write("nsswitch.conf", "hosts: dns\n")
        with open(f"{lab.dir}/asked", "w", encoding="ascii") as out:
            self.server = lab.spawn([sys.executable, "-c", SERVER, HOST[family]], stdout=out)
        lab.wait_port(False, 53, family, child=self.server)
        self.end = 0

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.lab.stop(self.server)

    def ways(self, cmd, env=()):
        """(output, questions) natively, and on the stack"""
        own = self.lab.own_etc("resolv.conf", "nsswitch.conf")
        both = []
        for shim in (False, True):
            out = self.lab.run([*own, "env", *env, *self.lab.argv(shim, cmd)])
            with open(f"{self.lab.dir}/asked", encoding="ascii") as f:
                f.seek(self.end)
                said = [x.split(" ", 1) for x in f.read().splitlines()]
                self.end = f.tell()
            assert {who for who, _ in said} <= {(STACK if shim else HOST)[self.family]}, (shim, said)
            both.append((out.stdout.decode().splitlines(), [what for _, what in said]))
        return both


def same(asked, cmd, env=()):
    native, here = asked.ways(cmd, env)
    assert here == native, (cmd, "natively", native, "here", here)
    assert native[1], cmd       # it was asked
    return native


def program(lab):
    want("cc", "unshare")
    if not os.path.exists(f"{lab.dir}/resolve"):
        lab.run(["cc", "-o", "resolve", lab.write("resolve.c", PROGRAM), "-lresolv"])
    return "./resolve"


@families
def queries(lab, family):
    """res_query(), res_querydomain() and res_send() and those with a state: answers, h_errno, servers that fail"""
    run = program(lab)
    with Asked(lab, family) as asked:
        for call in "qQ":
            out, _ = same(asked, [run] + [call + x for x in ("one.test", "one.test.", "nodata.test", "nx.test", "", "a..b", "x" * 70)])
            assert out[0].endswith("rcode=0 tc=0 an=1"), out
            same(asked, [run] + [call + x for x in ("fail.test", "refused.test", "one.test")])
            same(asked, [run, call + "silent.test"])
        same(asked, [run, "dhost", "Dhost", "dnx", "D" + "y" * 60, "d" + ".".join(["z" * 60] * 17)])
        same(asked, [run, "mone.test", "Mone.test", "mnx.test", "mnodata.test", "mfail.test", "Mrefused.test", "msilent.test"])


@families
def long_answers(lab, family):
    """TCP after a truncated answer, by resolver(3) and getaddrinfo(); RES_USEVC, RES_IGNTC; little room for an answer"""
    run = program(lab)
    with Asked(lab, family) as asked:
        _, questions = same(asked, [run, "qbig.test", "Qbig.test"])
        assert [x.split()[0] for x in questions] == ["udp", "tcp"] * 2, questions
        same(asked, [run, f"/{USEVC}", "qone.test", "Qbig.test", "mone.test"])
        same(asked, [run, f"/{IGNTC}", "qbig.test", "Qbig.test", "Mbig.test"])
        same(asked, [run, "#100", "qbig.test", "#20", "mone.test", "#12", "Mone.test", "#8", "qone.test"])
        code = "import socket\nprint(len(socket.getaddrinfo('big.test', 80, socket.AF_INET, socket.SOCK_STREAM)))"
        out, questions = same(asked, [sys.executable, "-c", code])
        assert out == ["60"] and [x.split()[0] for x in questions] == ["udp", "tcp"], (out, questions)


@families
def searched(lab, family):
    """search domains, ndots, a name with its dot, HOSTALIASES: asked in the same order by resolver(3)"""
    run = program(lab)
    lab.write("aliases", "short alias.test\n")
    with Asked(lab, family) as asked:
        for call in "sS":
            _, questions = same(asked, [run, call + "host"])
            assert [x.split()[1] for x in questions] == ["host.sub.test"]
            same(asked, [run] + [call + x for x in ("nx", "nodata", "deep.er", "one.test", "one.test.", "nx.", "nx.nx", "fail", "refused")])
            same(asked, [run, call + "short"], (f"HOSTALIASES={lab.dir}/aliases",))
        same(asked, [run, "shost", "sdeep.er", "sone.test", "Snx"], ("RES_OPTIONS=ndots:2",))
        same(asked, [run, "shost", "Sdeep.er"], ("LOCALDOMAIN=other.test",))


@families
def getaddrinfo_searched(lab, family):
    """search domains by getaddrinfo()"""
    code = ("import socket\nfor n in ('host', 'one.test', 'one.test.'):\n"
            " print(socket.getaddrinfo(n, 80, socket.AF_INET, socket.SOCK_STREAM)[0][4][0])")
    with Asked(lab, family) as asked:
        out, questions = same(asked, [sys.executable, "-c", code])
        assert out == ["192.0.2.1"] * 3 and [x.split()[1] for x in questions] == ["host.sub.test", "one.test", "one.test"], questions


@families
def edns(lab, family):
    """EDNS, the DO bit, a server that knows none: resolver(3) with its options, getaddrinfo() with resolv.conf's"""
    run = program(lab)
    with Asked(lab, family) as asked:
        _, questions = same(asked, [run, f"/{EDNS0}", "qone.test", "Qbig.test"])
        assert all(int(x.split()[3]) for x in questions if x.startswith("udp")), questions
        _, questions = same(asked, [run, f"/{DNSSEC}", "qone.test", "sone.test"])
        assert all(x.split()[4] == "True" for x in questions), questions
        same(asked, [run, f"/{EDNS0}", "#600", "qone.test"])
    code = "import socket\nprint(len(socket.getaddrinfo('big.test', 80, socket.AF_INET, socket.SOCK_STREAM)))"
    with Asked(lab, family, "edns0") as asked:
        native, here = asked.ways([sys.executable, "-c", code])
        assert native[0] == here[0] == ["20"], (native, here)
        assert all(len(x[1]) == 1 and int(x[1][0].split()[3]) >= 512 for x in (native, here)), (native, here)


if __name__ == "__main__":
    main()
