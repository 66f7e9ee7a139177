#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Routers and autoconfiguration of IPv6 from outside: RFC 4861 6, RFC 7559, RFC 4191, RFC 4862 5.5."""
import socket
import subprocess
import time

import lab
from lab import MAC_STACK, TAP, test
from scapy.all import (TCP, Ether, ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RA,
                       ICMPv6ND_RS, ICMPv6NDOptDstLLAddr, ICMPv6NDOptMTU, ICMPv6NDOptPrefixInfo,
                       ICMPv6NDOptRouteInfo, ICMPv6NDOptSrcLLAddr, IPv6, Raw)

ROUTER, MAC_ROUTER = "fe80::9", "02:00:00:00:00:09"
OTHER, MAC_OTHER = "fe80::8", "02:00:00:00:00:08"
FAR = "2001:db8:ff::1"


def eui64(prefix):
    m = MAC_STACK.split(":")
    text = f"{prefix}{int(m[0], 16) ^ 2:x}{m[1]}:{m[2]}ff:fe{m[3]}:{m[4]}{m[5]}"
    return socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, text))


LINK_LOCAL, MINE = eui64("fe80::"), eui64("2001:db8:1:0:")


def device(l):
    return TAP if l.oracle else "eth0"


def conf(l, key, value):
    l.sysctl(f"net.ipv6.conf.{device(l)}.{key}", value)


def setup(l, **settings):
    """IPv6 begins anew, with Linux's defaults but for what is said, and no delay."""
    conf(l, "disable_ipv6", 1)
    defaults = {"accept_ra": 1, "router_solicitations": 0, "router_solicitation_interval": 4,
                "router_solicitation_max_interval": 3600, "router_solicitation_delay": 0, "accept_dad": 0,
                "accept_ra_defrtr": 1, "accept_ra_rtr_pref": 1, "accept_ra_rt_info_max_plen": 0, "hop_limit": 64}
    for key, value in {**defaults, **settings}.items():
        conf(l, key, value)
    l.drain(0)
    conf(l, "disable_ipv6", 0)


def advertisement(*options, src=ROUTER, mac=MAC_ROUTER, hlim=255, **fields):
    p = Ether(src=mac, dst="33:33:00:00:00:01") / IPv6(src=src, dst="ff02::1", hlim=hlim) / ICMPv6ND_RA(
        **{"routerlifetime": 1800, "chlim": 0, "prf": 0, **fields}) / ICMPv6NDOptSrcLLAddr(lladdr=mac)
    for o in options:
        p /= o
    return p


def cat(l, path):
    return subprocess.run([*l.shim(), "cat", path], check=True, capture_output=True, text=True, timeout=30).stdout


def dense(addr):
    return socket.inet_pton(socket.AF_INET6, addr).hex()


def routers(l):
    """{address: flags} of the default routes, in the order of the file."""
    rows = [line.split() for line in cat(l, "/proc/net/ipv6_route").splitlines()]
    return {r[4]: int(r[8], 16) for r in rows if r[0] == "0" * 32 and r[1] == "00" and r[4] != "0" * 32}


def addresses(l):
    return [r for r in cat(l, "/proc/net/if_inet6").splitlines() if r.endswith(f" {device(l)}")]


def address_flags(l, addr):
    """None: there is no such address"""
    rows = [line.split() for line in cat(l, "/proc/net/if_inet6").splitlines()]
    return next((int(r[4], 16) for r in rows if r[0] == dense(addr)), None)


def eventually(look, seconds=6):
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end
        time.sleep(0.05)


def solicitations(l, seconds):
    """When the stack asked for routers, in so many seconds."""
    end, times = time.monotonic() + seconds, []
    while time.monotonic() < end:
        f = l.receive(lambda f: ICMPv6ND_RS in f, end - time.monotonic())
        if f:
            times.append(time.monotonic())
            assert f[IPv6].src == LINK_LOCAL and f[IPv6].dst == "ff02::2" and f[IPv6].hlim == 255
            assert f.dst == "33:33:00:00:00:02" and f[ICMPv6ND_RS].code == 0
            assert f[ICMPv6NDOptSrcLLAddr].lladdr == MAC_STACK
    return times


@test
def solicits_without_end(l):
    """ND-12 DEV-09 routers are asked for more than three times, at intervals that double (RFC 7559)"""
    setup(l, router_solicitations=-1, router_solicitation_interval=1, router_solicitation_max_interval=2)
    t = solicitations(l, 10)
    assert len(t) >= 5, t
    assert 0.8 < t[1] - t[0] < 1.6 and t[2] - t[1] > 1.7 and t[3] - t[2] > 1.7, t


@test
def solicits_three_times(l):
    """DEV-09 the way of RFC 4861: three solicitations, one interval apart, and silence"""
    setup(l, router_solicitations=3, router_solicitation_interval=1, router_solicitation_max_interval=1)
    assert len(solicitations(l, 8)) == 3


@test
def solicits_until_answered(l):
    """ND-12 the first advertisement that is valid ends the solicitations"""
    setup(l, router_solicitations=-1, router_solicitation_interval=1, router_solicitation_max_interval=1)
    assert l.receive(lambda f: ICMPv6ND_RS in f)
    l.send(advertisement(hlim=254))
    assert l.receive(lambda f: ICMPv6ND_RS in f)
    l.send(advertisement())
    eventually(lambda: routers(l))
    l.drain(0)
    assert not solicitations(l, 3)


@test
def solicits_after_dad(l):
    """ND-24 the link-local address is tested first, and asks only then"""
    setup(l, accept_dad=1, router_solicitations=1)
    first = l.receive(lambda f: ICMPv6ND_RS in f or (ICMPv6ND_NS in f and f[ICMPv6ND_NS].tgt == LINK_LOCAL))
    assert first and ICMPv6ND_NS in first and first[IPv6].src == "::"
    assert l.receive(lambda f: ICMPv6ND_RS in f)


@test
def invalid_advertisements(l):
    """ND-01 ND-04 ND-32 invalid advertisements make no router; a valid one does"""
    setup(l)
    code = advertisement()
    code[ICMPv6ND_RA].code = 1
    checksum = advertisement()
    checksum[ICMPv6ND_RA].cksum = 0x1234
    zero = advertisement(Raw(b"\x05\0" + b"\0" * 6))
    beyond = advertisement(Raw(b"\x05\x02" + b"\0" * 6))
    short = Ether(src=MAC_ROUTER, dst="33:33:00:00:00:01") / IPv6(src=ROUTER, dst="ff02::1", hlim=255, nh=58) / Raw(
        bytes(ICMPv6ND_RA(routerlifetime=1800))[:12])
    for bad in (advertisement(hlim=254), advertisement(src="2001:db8::9"), code, checksum, zero, beyond, short):
        l.send(bad)
    time.sleep(0.3)
    assert not routers(l)
    l.send(advertisement())
    eventually(lambda: routers(l))
    # UP GATEWAY DEFAULT ADDRCONF EXPIRES
    assert routers(l) == {dense(ROUTER): 0x450003}


@test
def unwanted_advertisements(l):
    """accept_ra and accept_ra_defrtr 0: no router"""
    for setting in ("accept_ra", "accept_ra_defrtr"):
        setup(l, **{setting: 0})
        l.send(advertisement())
        time.sleep(0.3)
        assert not routers(l)


@test
def router_lifetime(l):
    """ND-14 a router goes when its lifetime ends, or is told to be zero"""
    setup(l)
    l.send(advertisement(routerlifetime=2))
    l.send(advertisement(src=OTHER, mac=MAC_OTHER))
    eventually(lambda: len(routers(l)) == 2)
    eventually(lambda: list(routers(l)) == [dense(OTHER)], 70 if l.oracle else 6)   # Linux lists it for a while
    l.send(advertisement(src=OTHER, mac=MAC_OTHER, routerlifetime=0))
    eventually(lambda: not routers(l))


def path_to(l, dst):
    """(link address, source) that a packet to dst goes with."""
    a = l.agent()
    a.socket("u", "AF_INET6", "SOCK_DGRAM")
    l.drain(0)
    a.sendto("u", b"x", (dst, 9))
    f = l.receive(lambda f: IPv6 in f and f[IPv6].dst == dst)
    a.close("u")
    assert f
    return f.dst, f[IPv6].src


@test
def preferences(l):
    """ND-19 the router of the higher preference is taken; a route to somewhere goes by who has it"""
    setup(l, accept_ra_rt_info_max_plen=64)
    prefix = ICMPv6NDOptPrefixInfo(prefix="2001:db8:1::", prefixlen=64, validlifetime=3600, preferredlifetime=3600)
    l.send(advertisement(prefix, prf=3))
    eventually(lambda: routers(l) and address_flags(l, MINE) == 0)
    assert path_to(l, FAR)[0] == MAC_ROUTER
    l.send(advertisement(src=OTHER, mac=MAC_OTHER))
    eventually(lambda: len(routers(l)) == 2)
    assert path_to(l, FAR) == (MAC_OTHER, MINE)
    l.send(advertisement(ICMPv6NDOptRouteInfo(prefix="2001:db8:ff::", plen=48, rtlifetime=600), prf=3))
    time.sleep(0.3)
    assert path_to(l, FAR)[0] == MAC_ROUTER
    assert path_to(l, "2001:db8:fe::1")[0] == MAC_OTHER


@test
def not_a_router_any_more(l):
    """ND-08 a neighbour advertisement without the router flag: its sender is a default router no longer"""
    setup(l)
    l.send(advertisement())
    eventually(lambda: routers(l))
    l.send(Ether(src=MAC_ROUTER, dst=MAC_STACK) / IPv6(src=ROUTER, dst=LINK_LOCAL, hlim=255) /
           ICMPv6ND_NA(tgt=ROUTER, R=0, S=1, O=1) / ICMPv6NDOptDstLLAddr(lladdr=MAC_ROUTER))
    eventually(lambda: not routers(l))


@test
def autoconfigured_address(l):
    """ND-16 ND-24 an autonomous prefix makes an address, after DAD; it answers, by the router"""
    setup(l, accept_dad=1)
    prefix = ICMPv6NDOptPrefixInfo(prefix="2001:db8:1::", prefixlen=64, validlifetime=3600, preferredlifetime=3600)
    eventually(lambda: address_flags(l, LINK_LOCAL) == 0x80)
    l.drain(0)
    l.send(advertisement(prefix, ICMPv6NDOptMTU(mtu=1400), chlim=50))
    ns = l.receive(lambda f: ICMPv6ND_NS in f and f[ICMPv6ND_NS].tgt == MINE)
    assert ns and ns[IPv6].src == "::"
    eventually(lambda: address_flags(l, MINE) == 0)     # neither tentative nor permanent
    r = l.exchange(Ether(src=MAC_ROUTER, dst=MAC_STACK) / IPv6(src=FAR, dst=MINE) / ICMPv6EchoRequest(),
                   lambda f: ICMPv6EchoReply in f)
    assert r and r.dst == MAC_ROUTER and r[IPv6].src == MINE and r[IPv6].hlim == 50
    if not l.oracle:
        text = l.cli("stat")
        assert f"{MINE}/64 dynamic" in text and f"via {ROUTER} dev eth0 metric 1024 proto ra" in text, text
    a = l.agent()
    a.socket("s", "AF_INET6", "SOCK_STREAM")
    a.blocking("s", 0)
    l.drain(0)
    a.errno("connect", "s", (FAR, 80))
    syn = l.receive(lambda f: TCP in f)
    assert syn and syn[IPv6].src == MINE and syn.dst == MAC_ROUTER
    assert dict(o for o in syn[TCP].options if o[0] == "MSS")["MSS"] == 1400 - 60
    # UP ADDRCONF PREFIX_RT EXPIRES
    row = next(r.split() for r in cat(l, "/proc/net/ipv6_route").splitlines()
               if r.startswith(dense("2001:db8:1::") + " 40"))
    assert int(row[8], 16) == 0x4c0001 and int(row[5], 16) == 256


@test
def no_address(l):
    """ND-16 prefixes that make no address: not of 64 bits, not autonomous, preferred for longer than valid, link-local"""
    setup(l)
    info = {"prefix": "2001:db8:1::", "prefixlen": 64, "validlifetime": 3600, "preferredlifetime": 3600}
    for change in ({"prefixlen": 96}, {"A": 0}, {"preferredlifetime": 3601}, {"prefix": "fe80::"}, {"validlifetime": 0,
                   "preferredlifetime": 0}):
        l.send(advertisement(ICMPv6NDOptPrefixInfo(**{**info, **change})))
    time.sleep(0.3)
    assert address_flags(l, MINE) is None
    assert len(addresses(l)) == 1


@test
def deprecated(l):
    """ND-17 ND-18 a preferred lifetime that ends: deprecated, but it answers; a valid one is not cut short"""
    setup(l)
    info = {"prefix": "2001:db8:1::", "prefixlen": 64}
    l.send(advertisement(ICMPv6NDOptPrefixInfo(**info, validlifetime=3600, preferredlifetime=1)))
    eventually(lambda: address_flags(l, MINE) == 0x20)
    l.send(advertisement(ICMPv6NDOptPrefixInfo(**info, validlifetime=0, preferredlifetime=0)))
    time.sleep(0.3)
    r = l.exchange(Ether(src=MAC_ROUTER, dst=MAC_STACK) / IPv6(src=FAR, dst=MINE) / ICMPv6EchoRequest(),
                   lambda f: ICMPv6EchoReply in f)
    assert r and r[IPv6].src == MINE


@test
def bounded(l):
    """ND-30 no more than sixteen addresses, whatever is advertised; the rest goes on"""
    setup(l)
    for i in range(200):
        l.send(advertisement(ICMPv6NDOptPrefixInfo(prefix=f"2001:db8:{i + 1:x}::", prefixlen=64, validlifetime=3600,
                                                   preferredlifetime=3600), src=f"fe80::1:{i + 1:x}"))
    time.sleep(0.5)
    assert len(addresses(l)) <= 16
    r = l.exchange(Ether(src=MAC_ROUTER, dst=MAC_STACK) / IPv6(src="2001:db8:1::77", dst=MINE) / ICMPv6EchoRequest(),
                   lambda f: ICMPv6EchoReply in f or ICMPv6ND_NS in f)
    assert r


if __name__ == "__main__":
    lab.main()
