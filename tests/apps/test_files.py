#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Programs that move files: rsync, git, ftp, sftp, tftp."""
import os
import subprocess
import sys

from applab import HOST, STACK, bracket, each_way, main, sha, wait_for, want

SSHD = "/usr/sbin/sshd"


def tree(lab):
    """A directory tree with sub-directories, an empty file and a big one."""
    if not os.path.exists(f"{lab.dir}/tree"):
        os.makedirs(f"{lab.dir}/tree/a/b")
        lab.file("tree/big", 3 << 20)
        lab.file("tree/a/empty", 0)
        for i in range(30):
            lab.file(f"tree/a/b/f{i}", 1000 * i)
    return f"{lab.dir}/tree"


def same(lab, copy):
    subprocess.run(["diff", "-r", tree(lab), copy], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["rm", "-rf", copy], check=True)


def sshd(lab, family, shim, port):
    want("ssh", "ssh-keygen", SSHD)
    os.makedirs("/run/sshd", exist_ok=True)
    for key in ("host", "user"):
        if not os.path.exists(f"{lab.dir}/{key}"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{lab.dir}/{key}"], check=True)
    conf = lab.write("sshd_config", f"HostKey {lab.dir}/host\nAuthorizedKeysFile {lab.dir}/user.pub\nStrictModes no\n"
                     f"PidFile none\nUsePAM no\nPermitRootLogin yes\nListenAddress {(STACK if shim else HOST)[family]}\n"
                     f"Port {port}\nSubsystem sftp internal-sftp\n")
    return lab.serving([SSHD, "-D", "-e", "-f", conf], shim, port, family)


def ssh_options(lab):
    return ["-i", f"{lab.dir}/user", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
            "-o", "BatchMode=yes", "-o", "ConnectTimeout=15"]


@each_way
def rsync(lab, family, shim):
    """rsync: its daemon, both directions"""
    want("rsync")
    addr = (HOST if shim else STACK)[family]
    os.makedirs(f"{lab.dir}/in", exist_ok=True)
    conf = lab.write("rsyncd.conf", f"use chroot = no\nuid = root\ngid = root\nlog file = {lab.dir}/rsync.log\n"
                     f"[tree]\npath = {tree(lab)}\n[in]\npath = {lab.dir}/in\nread only = no\n")
    with lab.serving(["rsync", "--daemon", "--no-detach", f"--config={conf}", f"--address={addr}", "--port=8400"],
                     not shim, 8400, family):
        base = f"rsync://{bracket(addr)}:8400"
        lab.run(["rsync", "-a", f"{base}/tree/", f"{lab.dir}/copy/"], shim=shim)
        same(lab, f"{lab.dir}/copy")
        lab.run(["rsync", "-az", f"{tree(lab)}/", f"{base}/in/sub/"], shim=shim)
        same(lab, f"{lab.dir}/in/sub")


@each_way
def rsync_ssh(lab, family, shim):
    """rsync over ssh, sftp in a batch, ssh -L"""
    want("rsync", "sftp", "curl")
    addr = (HOST if shim else STACK)[family]
    with sshd(lab, family, not shim, 8401):
        opts = ssh_options(lab)
        lab.run(["rsync", "-a", "-e", " ".join(["ssh", "-p", "8401", *opts]), f"root@{bracket(addr)}:{tree(lab)}/", f"{lab.dir}/copy/"],
                shim=shim)
        same(lab, f"{lab.dir}/copy")
        lab.run(["sftp", *opts, "-P", "8401", "-b", "-", f"root@{bracket(addr)}"], shim=shim,
                input=f"get -r {tree(lab)} {lab.dir}/copy\nput {lab.dir}/tree/big {lab.dir}/put\n".encode())
        same(lab, f"{lab.dir}/copy")
        assert sha(f"{lab.dir}/put") == sha(f"{lab.dir}/tree/big")


@each_way
def git(lab, family, shim):
    """git: clone and push over git daemon"""
    want("git")
    addr = (HOST if shim else STACK)[family]
    repository(lab)
    with lab.serving(["git", "daemon", "--reuseaddr", "--export-all", "--enable=receive-pack", f"--base-path={lab.dir}",
                      f"--listen={addr}", "--port=8402"], not shim, 8402, family):
        clone_and_push(lab, f"git://{bracket(addr)}:8402/repo.git", shim)


GIT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@t.test", "GIT_COMMITTER_NAME": "t",
       "GIT_COMMITTER_EMAIL": "t@t.test", "GIT_TERMINAL_PROMPT": "0"}


def repository(lab):
    subprocess.run(["rm", "-rf", f"{lab.dir}/repo.git", f"{lab.dir}/work"], check=True)
    env = dict(os.environ, HOME=lab.dir, **GIT)
    for cmd in (["git", "init", "-q", "work"], ["cp", "-r", tree(lab), "work/"], ["git", "-C", "work", "add", "."],
                ["git", "-C", "work", "commit", "-qm", "one"], ["git", "clone", "-q", "--bare", "work", "repo.git"],
                ["git", "-C", "repo.git", "config", "http.receivepack", "true"], ["git", "-C", "repo.git", "update-server-info"]):
        lab.run(cmd, env=env)


def clone(lab, address, shim):
    subprocess.run(["rm", "-rf", f"{lab.dir}/clone"], check=True)
    env = dict(os.environ, HOME=lab.dir, **GIT)
    lab.run(["git", "clone", "-q", address, "clone"], shim=shim, env=env)
    subprocess.run(["cp", "-r", f"{lab.dir}/clone/tree", f"{lab.dir}/copy"], check=True)
    same(lab, f"{lab.dir}/copy")
    return env


def clone_and_push(lab, address, shim):
    env = clone(lab, address, shim)
    lab.file("clone/new", 300000)
    lab.run(["git", "-C", "clone", "add", "."], env=env)
    lab.run(["git", "-C", "clone", "commit", "-qm", "two"], env=env)
    lab.run(["git", "-C", "clone", "push", "-q", "origin", "HEAD"], shim=shim, env=env)
    log = lab.run(["git", "-C", "repo.git", "log", "--format=%s"], env=env).stdout
    assert log.split() == [b"two", b"one"], log


@each_way
def git_http(lab, family, shim):
    """git: clone over http from git-http-backend behind Python's CGI server"""
    want("git")
    addr = (HOST if shim else STACK)[family]
    repository(lab)
    os.makedirs(f"{lab.dir}/cgi-bin", exist_ok=True)
    lab.write("cgi-bin/git", f"#!/bin/sh\nexport GIT_PROJECT_ROOT={lab.dir} GIT_HTTP_EXPORT_ALL=1\n"
              "exec git http-backend\n", 0o755)
    code = ("import http.server, socket, sys\n"
            "class S(http.server.ThreadingHTTPServer): address_family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET\n"
            "class H(http.server.CGIHTTPRequestHandler):\n have_fork = False\n"
            "import os; os.environ['REMOTE_USER'] = 't'\n"
            "H.cgi_directories = ['/cgi-bin']\n"
            "S((sys.argv[1], 8403), H).serve_forever()\n")
    with lab.serving([sys.executable, "-W", "ignore", "-c", code, addr], not shim, 8403, family, env=dict(os.environ, HOME=lab.dir, **GIT)):
        clone(lab, f"http://{bracket(addr)}:8403/cgi-bin/git/repo.git", shim)


@each_way
def ftp(lab, family, shim):
    """vsftpd: curl, lftp and tnftp, passive and active, up and down"""
    want("vsftpd", "curl")
    addr = (HOST if shim else STACK)[family]
    os.makedirs(f"{lab.dir}/ftp/up", exist_ok=True)
    os.chmod(f"{lab.dir}/ftp/up", 0o777)
    os.chmod(f"{lab.dir}/ftp", 0o755)
    if not os.path.exists(f"{lab.dir}/ftp/big"):
        lab.file("ftp/big", 3 << 20)
    os.makedirs("/var/run/vsftpd/empty", exist_ok=True)
    conf = lab.write("vsftpd.conf", f"""listen={'YES' if family == 4 else 'NO'}
listen_ipv6={'NO' if family == 4 else 'YES'}
listen_address{'6' if family == 6 else ''}={addr}
listen_port=8404
background=NO
anonymous_enable=YES
anon_root={lab.dir}/ftp
write_enable=YES
anon_upload_enable=YES
anon_umask=022
anon_other_write_enable=YES
no_anon_password=YES
nopriv_user=nobody
port_enable=YES
connect_from_port_20=YES
ftp_data_port=8420
pasv_enable=YES
seccomp_sandbox=NO
secure_chroot_dir=/var/run/vsftpd/empty
""")
    with lab.serving(["vsftpd", conf], not shim, 8404, family):
        base = f"ftp://{bracket(addr)}:8404"
        for mode in ([], ["--ftp-port", "-"]):
            lab.run(["curl", "-gsSf", "-m", "30", *mode, "-o", "got", f"{base}/big"], shim=shim)
            assert sha(f"{lab.dir}/got") == sha(f"{lab.dir}/ftp/big"), mode
            lab.run(["curl", "-gsSf", "-m", "30", *mode, "-T", "got", f"{base}/up/"], shim=shim)
            assert sha(f"{lab.dir}/ftp/up/got") == sha(f"{lab.dir}/ftp/big"), mode
            os.unlink(f"{lab.dir}/ftp/up/got")
        env = dict(os.environ, HOME=lab.dir)
        if lab.has("lftp"):
            for passive in ("on", "off"):
                lab.run(["lftp", "-c", f"set net:timeout 10; set net:max-retries 2; set ftp:passive-mode {passive}; "
                         f"open {base}; get -e big -o got; put -O up got; ls"], shim=shim, env=env)
                assert sha(f"{lab.dir}/got") == sha(f"{lab.dir}/ftp/big"), passive
                assert sha(f"{lab.dir}/ftp/up/got") == sha(f"{lab.dir}/ftp/big"), passive
                os.unlink(f"{lab.dir}/ftp/up/got")
        if lab.has("tnftp"):
            for passive in ("passive on", "passive off"):
                out = lab.run(["tnftp", "-n", "-v", addr, "8404"], shim=shim, env=env, input=(
                    f"user anonymous x\n{passive}\nbinary\nget big {lab.dir}/got\nls\nquit\n").encode())
                assert sha(f"{lab.dir}/got") == sha(f"{lab.dir}/ftp/big"), (passive, out.stdout[-500:])


@each_way
def tftp(lab, family, shim):
    """tftp: a file in 512-byte blocks, up and down"""
    want("in.tftpd", "tftp")
    addr = (HOST if shim else STACK)[family]
    os.makedirs(f"{lab.dir}/tftp", exist_ok=True)
    os.chmod(f"{lab.dir}/tftp", 0o777)
    src = lab.file("tftp/file", 100000)
    os.chmod(src, 0o666)
    p = lab.spawn(["in.tftpd", "-L", "-u", "nobody", "-c", "-a", f"{bracket(addr)}:8405", "--secure", f"{lab.dir}/tftp"], shim=not shim)
    lab.wait_bound(not shim, 8405, "udp", child=p)
    lab.run(["tftp", "-m", "binary", addr, "8405", "-c", "get", "file", f"{lab.dir}/got"], shim=shim)
    assert sha(f"{lab.dir}/got") == sha(src)
    lab.run(["tftp", "-m", "binary", addr, "8405", "-c", "put", f"{lab.dir}/got", "up"], shim=shim)
    wait_for(lambda: sha(f"{lab.dir}/tftp/up") == sha(src), "what was put is there, whole")
    os.unlink(f"{lab.dir}/tftp/up")
    lab.stop(p)


if __name__ == "__main__":
    main()
