#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The e1000 driver on a PCI card by real VFIO: a QEMU guest with an emulated IOMMU.

The guest is a Debian kernel (builddir/kernel, put there by ./bootstrap check-long) and an initial
file system of busybox, socat and our programs; tests/vfio/init.sh is what runs in it.
"""
import glob
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile

BUILD = os.environ.get("builddir", ".")
SOURCE = os.environ.get("srcdir", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
KERNEL = os.path.join(BUILD, "kernel")
QEMU = "qemu-system-x86_64"
MODULES = ("virt/lib/irqbypass", "drivers/vfio/vfio", "drivers/vfio/vfio_virqfd", "drivers/vfio/vfio_iommu_type1",
           "drivers/vfio/pci/vfio-pci-core", "drivers/vfio/pci/vfio-pci", "drivers/net/ethernet/intel/e1000/e1000")
OURS = {"n/netstackd": "netstackd", "n/netstack": "netstack",
        "n/preload/.libs/libnetstack.so": "preload/.libs/libnetstack.so"}
SECONDS = 900   # software emulation on a busy machine


def skip(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(77)


class Archive:
    """A cpio archive (newc), as the kernel unpacks it."""

    def __init__(self):
        self.parts = []
        self.size = 0
        self.dirs = set()

    def put(self, data):
        data += b"\0" * (-(self.size + len(data)) % 4)
        self.parts.append(data)
        self.size += len(data)

    def entry(self, name, mode, data=b"", dev=(0, 0)):
        fields = (len(self.parts) + 1, mode, 0, 0, 1, 0, len(data), 0, 0, *dev, len(name) + 1, 0)
        self.put(b"070701" + b"".join(b"%08X" % f for f in fields) + name.encode() + b"\0")
        self.put(data)

    def folder(self, name):
        if name and name not in self.dirs:
            self.folder(os.path.dirname(name))
            self.dirs.add(name)
            self.entry(name, stat.S_IFDIR | 0o755)

    def file(self, name, path, mode=0o755):
        self.folder(os.path.dirname(name))
        with open(path, "rb") as f:
            self.entry(name, stat.S_IFREG | mode, f.read())

    def link(self, name, to):
        self.folder(os.path.dirname(name))
        self.entry(name, stat.S_IFLNK | 0o777, to.encode())

    def write(self, path):
        self.entry("TRAILER!!!", 0)
        with open(path, "wb") as f:
            f.write(b"".join(self.parts))


def libraries(programs):
    """The shared libraries of the programs, and the loader."""
    found = set()
    for p in programs:
        out = subprocess.run(["ldd", p], check=True, capture_output=True, text=True).stdout
        found.update(re.findall(r"(/\S+) \(0x", out))
    return sorted(found)


def make_initrd(path, modules):
    a = Archive()
    for d in ("proc", "sys", "dev", "run", "tmp"):
        a.folder(d)
    a.entry("dev/console", stat.S_IFCHR | 0o600, dev=(5, 1))
    a.file("init", os.path.join(SOURCE, "tests/vfio/init.sh"))
    busybox = shutil.which("busybox")
    a.file("bin/busybox", busybox)
    for applet in subprocess.run([busybox, "--list"], check=True, capture_output=True, text=True).stdout.split():
        if applet != "busybox":
            a.link(f"bin/{applet}", "busybox")
    socat = shutil.which("socat")
    ours = {name: os.path.join(BUILD, p) for name, p in OURS.items()}
    for name, p in {**ours, "bin/socat": socat}.items():
        a.file(name, p)
    for lib in libraries([*ours.values(), socat]):
        a.file(lib.lstrip("/"), lib)
    for m in MODULES:
        a.file(f"m/{os.path.basename(m)}.ko", os.path.join(modules, "kernel", m + ".ko"), 0o644)
    a.write(path)


def qemu(kernel, initrd):
    cards = [x for n, mac in (("4", "52:54:00:05:00:02"), ("5", "52:54:00:05:00:01"))
             for x in ("-netdev", f"hubport,id=n{n},hubid=0", "-device", f"e1000,netdev=n{n},mac={mac},addr={n},romfile=")]
    return [QEMU, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-M", "q35,kernel-irqchip=off",
            "-accel", "tcg", "-cpu", "max", "-m", "512", "-kernel", kernel, "-initrd", initrd, "-append",
            "console=ttyS0 intel_iommu=on panic=-1 quiet rdinit=/init", "-serial", "stdio", "-device", "intel-iommu",
            *cards]


def main():
    kernels = glob.glob(os.path.join(KERNEL, "boot", "vmlinuz-*"))
    modules = glob.glob(os.path.join(KERNEL, "lib", "modules", "*"))
    if not kernels or not modules:
        skip("no kernel for the guest: ./bootstrap check-long gets one")
    for program in (QEMU, "busybox", "socat", "ldd"):
        if not shutil.which(program):
            skip(f"{program} is missing")
    with tempfile.TemporaryDirectory() as tmp:
        initrd = os.path.join(tmp, "initrd")
        make_initrd(initrd, modules[0])
        try:
            run = subprocess.run(qemu(kernels[0], initrd), stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS,
                                 check=False)
        except subprocess.TimeoutExpired as e:
            sys.stdout.write((e.stdout or b"").decode(errors="replace"))
            print("Bail out! the guest did not end")
            return 1
    out = run.stdout.decode(errors="replace").replace("\r", "")
    sys.stdout.write(out)
    sys.stdout.write(run.stderr.decode(errors="replace"))
    if "guest-is-done" not in out:
        print("Bail out! the guest ended early")
        return 1
    return 1 if re.search(r"^(not ok|Bail out)", out, re.M) else 0


if __name__ == "__main__":
    sys.exit(main())
