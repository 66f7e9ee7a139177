#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Clients of the web of many makes under the shim: against a server on the kernel's stack.

The daemon looks before it sleeps, as long as it pays, and so do the programs (--busy-poll auto)."""
import contextlib
import os
import sys

import applab
from applab import HOST, bracket, dynamic, families, main, sha, want

PORT = 8200
TLS_PORT = 8201
SERVER = """
import http.server, socket, ssl, sys, os
addr, port, www, *tls = sys.argv[1:]
os.chdir(www)
class H(http.server.SimpleHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def log_message(self, *a): pass
class S(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6 if ':' in addr else socket.AF_INET
    request_queue_size = 100
s = S((addr, int(port)), H)
if tls:
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); c.load_cert_chain(*tls)
    s.socket = c.wrap_socket(s.socket, server_side=True, do_handshake_on_connect=False)
s.serve_forever()
"""


@contextlib.contextmanager
def server(lab, family, tls=False):
    os.makedirs(f"{lab.dir}/www", exist_ok=True)
    if not os.path.exists(f"{lab.dir}/www/big"):
        lab.file("www/big", 5 << 20)
        lab.write("www/page.html", "<html><body><p>hello from the page</p></body></html>\n")
    args = [HOST[family], str(TLS_PORT if tls else PORT), f"{lab.dir}/www"]
    if tls:
        want("openssl")
        lab.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                 "-subj", "/CN=test", "-days", "9", "-keyout", "key.pem", "-out", "cert.pem"])
        args += [f"{lab.dir}/cert.pem", f"{lab.dir}/key.pem"]
    with lab.serving([sys.executable, "-c", SERVER, *args], False, TLS_PORT if tls else PORT, family):
        yield f"http{'s' if tls else ''}://{bracket(HOST[family])}:{TLS_PORT if tls else PORT}"


def fetched(lab, name="got"):
    assert sha(f"{lab.dir}/{name}") == sha(f"{lab.dir}/www/big"), "the file came out different"
    os.unlink(f"{lab.dir}/{name}")


@families
def wget(lab, family):
    """wget: http and https"""
    want("wget")
    for tls in (False, True):
        with server(lab, family, tls) as base:
            lab.run(["wget", "-q", "--no-check-certificate", "-t1", "-T20", "-O", "got", f"{base}/big"], shim=True)
            fetched(lab)


@families
def busybox(lab, family):
    """busybox wget"""
    want("busybox")
    dynamic(lab, "busybox")
    with server(lab, family) as base:
        lab.run(["busybox", "wget", "-q", "-O", "got", f"{base}/big"], shim=True)
        fetched(lab)


@families
def aria2(lab, family):
    """aria2c: several connections"""
    want("aria2c")
    with server(lab, family) as base:
        lab.run(["aria2c", "-q", "-x4", "-s4", "-k1M", "--async-dns=false", "-o", "got", "--allow-overwrite", f"{base}/big"], shim=True)
        fetched(lab)


@families
def text_browsers(lab, family):
    """lynx and links: a page as text"""
    want("lynx", "links")
    with server(lab, family) as base:
        for cmd in (["lynx", "-dump", f"{base}/page.html"], ["links", "-dump", f"{base}/page.html"]):
            out = lab.run(cmd, shim=True, env=dict(os.environ, HOME=lab.dir, TERM="vt100"))
            assert b"hello from the page" in out.stdout, (cmd, out.stdout, out.stderr)


@families
def lftp(lab, family):
    """lftp: http in pieces"""
    want("lftp")
    with server(lab, family) as base:
        lab.run(["lftp", "-c", f"set net:timeout 10; set net:max-retries 1; pget -n 3 {base}/big -o got"], shim=True,
                env=dict(os.environ, HOME=lab.dir))
        fetched(lab)


@families
def siege(lab, family):
    """siege: ten users"""
    want("siege")
    with server(lab, family) as base:
        rc = lab.write("siegerc", "verbose = false\nquiet = false\nlogging = false\n")
        out = lab.run(["siege", "-R", rc, "-c", "10", "-r", "20", "-b", f"{base}/page.html"], shim=True, env=dict(os.environ, HOME=lab.dir))
        text = (out.stdout + out.stderr).decode().replace("\t", " ")
        assert '"failed_transactions": 0' in " ".join(text.split()) or "Failed transactions: 0" in " ".join(text.split()), text


@families
def ab(lab, family):
    """ab: many short connections"""
    want("ab")
    with server(lab, family) as base:
        out = lab.run(["ab", "-n", "500", "-c", "10", f"{base}/page.html"], shim=True).stdout
        assert b"Failed requests:        0" in out, out


@families
def node(lab, family):
    """node: http, https with an agent, fetch"""
    want("node")
    code = """
const [plain, tls] = process.argv.slice(-2), crypto = require('crypto');
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
const get = (m, u, agent) => new Promise((ok, bad) => m.get(u, {agent}, r => {
	const h = crypto.createHash('sha256'); r.on('data', d => h.update(d)); r.on('end', () => ok(h.digest('hex'))); }).on('error', bad));
(async () => {
	const http = require('http'), https = require('https'), agent = new http.Agent({keepAlive: true, maxSockets: 4});
	const sums = await Promise.all(Array.from({length: 12}, () => get(http, plain + '/big', agent)));
	sums.push(await get(https, tls + '/big'));
	if (globalThis.fetch) {
		const b = Buffer.from(await (await fetch(plain + '/big')).arrayBuffer());
		sums.push(crypto.createHash('sha256').update(b).digest('hex'));
	}
	console.log([...new Set(sums)].join(' ')); process.exit(0);
})().catch(e => { console.error(e); process.exit(1); });
"""
    with server(lab, family) as plain, server(lab, family, True) as tls:
        out = lab.run(["node", "--no-warnings", "-e", code, plain, tls], shim=True)
        assert out.stdout.decode().strip() == sha(f"{lab.dir}/www/big"), out


@families
def python_tls(lab, family):
    """python: urllib over TLS, asyncio"""
    code = """
import asyncio, hashlib, ssl, sys, urllib.request
from urllib.parse import urlsplit
c = ssl._create_unverified_context()
a = hashlib.sha256(urllib.request.urlopen(sys.argv[1] + '/big', context=c, timeout=20).read()).hexdigest()
async def one(u):
    r, w = await asyncio.open_connection(u.hostname, u.port, ssl=c)
    w.write(b'GET /big HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n')
    await r.readuntil(b'\\r\\n\\r\\n')
    h = hashlib.sha256(await r.read()).hexdigest()
    w.close()
    return h
async def many():
    return await asyncio.gather(*[one(urlsplit(sys.argv[1])) for _ in range(5)])
print(*{a, *asyncio.run(many())})
"""
    with server(lab, family, True) as base:
        out = lab.run([sys.executable, "-c", code, base], shim=True)
        assert out.stdout.decode().strip() == sha(f"{lab.dir}/www/big"), out


@families
def perl(lab, family):
    """Perl: HTTP::Tiny with keep-alive"""
    want("perl")
    code = """
use HTTP::Tiny; use Digest::SHA 'sha256_hex';
my $h = HTTP::Tiny->new(timeout => 20);
for (1 .. 3) { my $r = $h->get("$ARGV[0]/big"); die $r->{content} unless $r->{success}; $sum = sha256_hex($r->{content}) }
print $sum
"""
    with server(lab, family) as base:
        assert lab.run(["perl", "-e", code, base], shim=True).stdout.decode() == sha(f"{lab.dir}/www/big")


@families
def ruby(lab, family):
    """Ruby: net/http"""
    want("ruby")
    code = """
require 'net/http'; require 'digest'
u = URI(ARGV[0] + '/big')
Net::HTTP.start(u.hostname, u.port) { |h| 3.times { $s = Digest::SHA256.hexdigest(h.get(u.path).body) } }
print $s
"""
    with server(lab, family) as base:
        assert lab.run(["ruby", "-e", code, base], shim=True).stdout.decode() == sha(f"{lab.dir}/www/big")


@families
def php(lab, family):
    """PHP: file_get_contents, stream_socket_client"""
    want("php")
    code = """
$a = hash('sha256', file_get_contents($argv[1] . '/big'));
$u = parse_url($argv[1]); $s = stream_socket_client("tcp://$u[host]:$u[port]", $e, $m, 10) or die($m);
fwrite($s, "GET /big HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n");
while (trim(fgets($s)) != '');
echo $a == hash('sha256', stream_get_contents($s)) ? $a : 'differ';
"""
    with server(lab, family) as base:
        assert lab.run(["php", "-r", code, base], shim=True).stdout.decode() == sha(f"{lab.dir}/www/big")


@families
def java(lab, family):
    """Java: java.net.http.HttpClient (NIO) and a plain Socket"""
    want("java", "javac")
    src = lab.write("Get.java", """
import java.io.*; import java.net.*; import java.net.http.*; import java.security.*; import java.util.*;
public class Get { 
  static String sum(byte[] b) throws Exception { StringBuilder s = new StringBuilder();
    for (byte x : MessageDigest.getInstance("SHA-256").digest(b)) s.append(String.format("%02x", x)); return s.toString(); }
  public static void main(String[] a) throws Exception {
    HttpClient c = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    String x = null;
    for (int i = 0; i < 3; i++)
      x = sum(c.send(HttpRequest.newBuilder(URI.create(a[0] + "/big")).build(), HttpResponse.BodyHandlers.ofByteArray()).body());
    URI u = URI.create(a[0]);
    Socket s = new Socket(u.getHost(), u.getPort()); s.setSoTimeout(10000); s.setTcpNoDelay(true);
    s.getOutputStream().write("GET /big HTTP/1.0\\r\\n\\r\\n".getBytes());
    byte[] all = s.getInputStream().readAllBytes(); int at = 0;
    while (!(all[at] == 13 && all[at + 1] == 10 && all[at + 2] == 13)) at++;
    System.out.print(x.equals(sum(Arrays.copyOfRange(all, at + 4, all.length))) ? x : "differ"); System.exit(0); } }
""")
    if not os.path.exists(f"{lab.dir}/Get.class"):
        lab.run(["javac", "-J-XX:TieredStopAtLevel=1", src])
    with server(lab, family) as base:
        out = lab.run(["java", "-XX:TieredStopAtLevel=1", "-cp", lab.dir, "Get", base], shim=True)
        assert out.stdout.decode() == sha(f"{lab.dir}/www/big"), out


if __name__ == "__main__":
    applab.MORE_FLAGS += ["--busy-poll", "auto"]
    main()
