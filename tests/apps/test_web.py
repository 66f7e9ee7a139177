#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Web servers of many makes under the shim: a file of some MB, and many requests at once."""
import os
import signal
import subprocess
import sys

from applab import STACK, bracket, dynamic, families, main, need, sha, want, url

need("curl")
PORT = 8100


def site(lab):
    """A directory with a big and a small file, readable by all."""
    os.makedirs(f"{lab.dir}/www", exist_ok=True)
    if not os.path.exists(f"{lab.dir}/www/big"):
        lab.file("www/big", 5 << 20)
        lab.file("www/small", 1000)
    return f"{lab.dir}/www"


def look(lab, addr, port=PORT, scheme="http"):
    """From the other side: the big file, then forty small ones on twenty connections."""
    base = f"{scheme}://{bracket(addr)}:{port}"
    common = ["curl", "-kgsSf", "-m", "30"]
    lab.run(common + ["-o", "got", f"{base}/big"])
    assert sha(f"{lab.dir}/got") == sha(f"{lab.dir}/www/big"), "the big file came out different"
    args = [x for i in range(40) for x in ("-o", f"s{i}", f"{base}/small?{i}")]
    lab.run(common + ["--parallel", "--parallel-immediate", "--parallel-max", "20"] + args)
    want_sum = sha(f"{lab.dir}/www/small")
    for i in range(40):
        assert sha(f"{lab.dir}/s{i}") == want_sum, f"small file {i} came out different"
        os.unlink(f"{lab.dir}/s{i}")


def certificate(lab):
    if not os.path.exists(f"{lab.dir}/key.pem"):
        lab.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                 "-subj", "/CN=test", "-days", "9", "-keyout", "key.pem", "-out", "cert.pem"])
    with open(f"{lab.dir}/both.pem", "wb") as out:
        for name in ("key", "cert"):
            with open(f"{lab.dir}/{name}.pem", "rb") as f:
                out.write(f.read())
    return f"{lab.dir}/cert.pem", f"{lab.dir}/key.pem"


APACHE = """
ServerRoot %(dir)s
PidFile %(dir)s/httpd.pid
LoadModule mpm_%(mpm)s_module /usr/lib/apache2/modules/mod_mpm_%(mpm)s.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
ServerName test
Listen %(listen)s
DocumentRoot %(www)s
ErrorLog %(dir)s/httpd.log
%(more)s
"""


def apache(lab, family, mpm, more=""):
    want("apache2")
    if not os.path.exists(f"/usr/lib/apache2/modules/mod_mpm_{mpm}.so"):
        raise AssertionError("apache2's modules are not installed")
    conf = lab.write("httpd.conf", APACHE % {
        "dir": lab.dir, "mpm": mpm, "www": site(lab), "more": more,
        "listen": f"{bracket(STACK[family])}:{PORT}"})
    return lab.serving(["apache2", "-DFOREGROUND", "-f", conf], True, PORT, family)


@families
def apache_event(lab, family):
    """apache2 (event): files, ab with keep-alive"""
    with apache(lab, family, "event"):
        look(lab, STACK[family])
        want("ab")
        out = lab.run(["ab", "-n", "2000", "-c", "20", "-k", url(STACK[family], PORT, "small")]).stdout.decode()
        assert "Failed requests:        0" in out, out


@families
def apache_prefork(lab, family):
    """apache2 (prefork): files"""
    with apache(lab, family, "prefork"):
        look(lab, STACK[family])


@families
def apache_reload(lab, family):
    """apache2 reloaded by SIGUSR1 (graceful) under load: no request fails"""
    want("ab")
    with apache(lab, family, "event") as p:
        load = lab.spawn(["ab", "-r", "-n", "3000", "-c", "10", url(STACK[family], PORT, "small")], stdout=-1)
        for _ in range(3):
            lab.pause(0.4)
            p.send_signal(signal.SIGUSR1)
        out = load.communicate(timeout=60)[0].decode()
        lab.children.remove(load)
        assert "Failed requests:        0" in out, out


@families
def lighttpd(lab, family):
    """lighttpd"""
    want("lighttpd")
    conf = lab.write("lighttpd.conf", f'server.document-root = "{site(lab)}"\nserver.bind = "{bracket(STACK[family])}"\n'
                     f'server.port = {PORT}\n')
    with lab.serving(["lighttpd", "-D", "-f", conf], True, PORT, family):
        look(lab, STACK[family])


@families
def busybox(lab, family):
    """busybox httpd"""
    want("busybox")
    dynamic(lab, "busybox")
    with lab.serving(["busybox", "httpd", "-f", "-p", f"{bracket(STACK[family])}:{PORT}", "-h", site(lab)],
                     True, PORT, family):
        look(lab, STACK[family])


@families
def php(lab, family):
    """PHP's own web server"""
    want("php")
    with lab.serving(["php", "-S", f"{bracket(STACK[family])}:{PORT}", "-t", site(lab)], True, PORT, family,
                     env=dict(os.environ, PHP_CLI_SERVER_WORKERS="3")):
        look(lab, STACK[family])


NODE = """
const fs = require('fs'), [addr, port, www, tls] = process.argv.slice(-4);
const answer = (q, r) => fs.createReadStream(www + q.url.replace(/[?].*/, '')).pipe(r);
const s = tls == 'tls' ? require('https').createServer({key: fs.readFileSync('key.pem'), cert: fs.readFileSync('cert.pem')}, answer)
	: require('http').createServer(answer);
s.listen(port, addr);
"""


@families
def node(lab, family):
    """node: http"""
    want("node")
    with lab.serving(["node", "-e", NODE, STACK[family], str(PORT), site(lab), "plain"], True, PORT, family):
        look(lab, STACK[family])


@families
def node_tls(lab, family):
    """node: https"""
    want("node", "openssl")
    certificate(lab)
    with lab.serving(["node", "-e", NODE, STACK[family], str(PORT), site(lab), "tls"], True, PORT, family):
        look(lab, STACK[family], scheme="https")


RUBY = """
require 'socket'
s = TCPServer.new(ARGV[0], ARGV[1].to_i)
loop { Thread.new(s.accept) { |c|
  path = c.gets.split[1].sub(/[?].*/, '')
  while c.gets.strip != '' do end
  data = File.binread(ARGV[2] + path)
  c.write "HTTP/1.1 200 OK\\r\\nContent-Length: #{data.size}\\r\\nConnection: close\\r\\n\\r\\n"
  c.write data
  c.close } }
"""


@families
def ruby(lab, family):
    """Ruby: TCPServer with a thread for each connection"""
    want("ruby")
    with lab.serving(["ruby", "-e", RUBY, STACK[family], str(PORT), site(lab)], True, PORT, family):
        look(lab, STACK[family])


PERL = """
use strict; use IO::Socket::IP; $SIG{CHLD} = 'IGNORE';
my ($addr, $port, $www) = @ARGV;
my $s = IO::Socket::IP->new(LocalHost => $addr, LocalPort => $port, Listen => 50, ReuseAddr => 1) or die "$@";
while (my $c = $s->accept) {
  if (fork) { close $c; next }
  $_ = <$c>; m,GET (/\\w+), or exit; my $path = $1;
  while (<$c>) { last if /^\\s*$/ }
  open my $f, '<:raw', $www . $path or exit;
  local $/; my $data = <$f>;
  print $c "HTTP/1.1 200 OK\\r\\nContent-Length: " . length($data) . "\\r\\nConnection: close\\r\\n\\r\\n", $data;
  exit;
}
"""


@families
def perl(lab, family):
    """Perl: IO::Socket::IP with a process for each connection"""
    want("perl")
    with lab.serving(["perl", "-e", PERL, STACK[family], str(PORT), site(lab)], True, PORT, family):
        look(lab, STACK[family])


@families
def java(lab, family):
    """Java: com.sun.net.httpserver (NIO)"""
    want("java")
    src = lab.write("Web.java", """
import com.sun.net.httpserver.*; import java.net.*; import java.nio.file.*; import java.util.concurrent.*;
public class Web { public static void main(String[] a) throws Exception {
  HttpServer s = HttpServer.create(new InetSocketAddress(a[0], Integer.parseInt(a[1])), 50);
  s.setExecutor(Executors.newFixedThreadPool(8));
  s.createContext("/", x -> { byte[] b = Files.readAllBytes(Path.of(a[2], x.getRequestURI().getPath()));
    x.sendResponseHeaders(200, b.length); x.getResponseBody().write(b); x.close(); });
  s.start(); } }
""")
    if not os.path.exists(f"{lab.dir}/Web.class"):
        want("javac")
        lab.run(["javac", "-J-XX:TieredStopAtLevel=1", src])
    with lab.serving(["java", "-XX:TieredStopAtLevel=1", "-cp", lab.dir, "Web", STACK[family], str(PORT), site(lab)], True, PORT, family):
        look(lab, STACK[family])


@families
def python_tls(lab, family):
    """python: ssl over http.server"""
    want("openssl")
    cert, key = certificate(lab)
    code = ("import http.server, socket, ssl, sys, os\nos.chdir(sys.argv[3])\n"
            "class S(http.server.ThreadingHTTPServer): address_family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET\n"
            "s = S((sys.argv[1], int(sys.argv[2])), http.server.SimpleHTTPRequestHandler)\n"
            "c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); c.load_cert_chain(sys.argv[4], sys.argv[5])\n"
            "s.socket = c.wrap_socket(s.socket, server_side=True, do_handshake_on_connect=False); s.serve_forever()\n")
    with lab.serving([sys.executable, "-c", code, STACK[family], str(PORT), site(lab), cert, key], True, PORT, family):
        look(lab, STACK[family], scheme="https")


@families
def openssl_www(lab, family):
    """openssl s_server -WWW, s_time and s_client"""
    want("openssl")
    cert, key = certificate(lab)
    site(lab)
    with lab.serving(["openssl", "s_server", "-accept", f"{bracket(STACK[family])}:{PORT}", "-cert", cert, "-key", key,
                      "-WWW", "-quiet"], True, PORT, family, stdin=subprocess.DEVNULL):
        lab.run(["curl", "-kgsSf", "-m", "30", "--http0.9", "-o", "got", f"https://{bracket(STACK[family])}:{PORT}/www/big"])
        assert sha(f"{lab.dir}/got") == sha(f"{lab.dir}/www/big")


if __name__ == "__main__":
    main()
