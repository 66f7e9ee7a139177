#!/usr/bin/env python3
"""doc/socket-options.md says what the tables of options say. `sockopts.py --write` writes it."""
import os
import subprocess
import sys

from source import Report, TOP

PAGE = os.path.join(TOP, "doc/socket-options.md")
# Options of Linux's manual pages and headers, by level. What has no row is refused.
KNOWN = {
    "SOL_SOCKET, socket(7)": """
        SO_ACCEPTCONN SO_ATTACH_BPF SO_ATTACH_FILTER SO_ATTACH_REUSEPORT_CBPF SO_ATTACH_REUSEPORT_EBPF
        SO_BPF_EXTENSIONS SO_BINDTODEVICE SO_BINDTOIFINDEX SO_BROADCAST SO_BSDCOMPAT SO_BUF_LOCK SO_BUSY_POLL SO_CNX_ADVICE SO_COOKIE SO_DEBUG
        SO_DETACH_FILTER SO_DETACH_REUSEPORT_BPF SO_DOMAIN SO_DONTROUTE SO_ERROR SO_INCOMING_CPU SO_INCOMING_NAPI_ID SO_KEEPALIVE SO_LINGER
        SO_LOCK_FILTER SO_MARK SO_MAX_PACING_RATE SO_MEMINFO SO_NETNS_COOKIE SO_NOFCS SO_NO_CHECK SO_OOBINLINE SO_PASSCRED
        SO_PASSPIDFD SO_PASSRIGHTS SO_PASSSEC SO_PEERGROUPS SO_PEERPIDFD SO_RCVPRIORITY
        SO_PEEK_OFF SO_PEERCRED SO_PEERSEC SO_PREFER_BUSY_POLL SO_PRIORITY SO_PROTOCOL SO_RCVBUF SO_RCVBUFFORCE
        SO_RCVLOWAT SO_RCVMARK SO_RCVTIMEO SO_RESERVE_MEM SO_REUSEADDR SO_REUSEPORT SO_RXQ_OVFL SO_SELECT_ERR_QUEUE
        SO_SNDBUF SO_SNDBUFFORCE SO_SNDLOWAT SO_SNDTIMEO SO_TIMESTAMP SO_TIMESTAMPING SO_TIMESTAMPNS SO_TXREHASH
        SO_TXTIME SO_TYPE SO_WIFI_STATUS SO_ZEROCOPY""",
    "IPPROTO_IP, ip(7)": """
        IP_ADD_MEMBERSHIP IP_ADD_SOURCE_MEMBERSHIP IP_BIND_ADDRESS_NO_PORT IP_BLOCK_SOURCE IP_CHECKSUM
        IP_DROP_MEMBERSHIP IP_DROP_SOURCE_MEMBERSHIP IP_FREEBIND IP_HDRINCL IP_IPSEC_POLICY IP_LOCAL_PORT_RANGE
        IP_MINTTL IP_MSFILTER IP_MTU IP_MTU_DISCOVER IP_MULTICAST_ALL IP_MULTICAST_IF IP_MULTICAST_LOOP
        IP_MULTICAST_TTL IP_NODEFRAG IP_OPTIONS IP_PASSSEC IP_PKTINFO IP_PKTOPTIONS IP_PROTOCOL IP_RECVERR
        IP_RECVERR_RFC4884 IP_RECVFRAGSIZE IP_RECVOPTS IP_RECVORIGDSTADDR IP_RECVTOS IP_RECVTTL IP_RETOPTS
        IP_ROUTER_ALERT IP_TOS IP_TRANSPARENT IP_TTL IP_UNBLOCK_SOURCE IP_UNICAST_IF IP_XFRM_POLICY MCAST_BLOCK_SOURCE
        MCAST_JOIN_GROUP MCAST_JOIN_SOURCE_GROUP MCAST_LEAVE_GROUP MCAST_LEAVE_SOURCE_GROUP MCAST_MSFILTER
        MCAST_UNBLOCK_SOURCE""",
    "IPPROTO_IPV6, ipv6(7)": """
        IPV6_2292DSTOPTS IPV6_2292HOPLIMIT IPV6_2292HOPOPTS IPV6_2292PKTINFO IPV6_2292PKTOPTIONS IPV6_2292RTHDR
        IPV6_ADDRFORM IPV6_ADDR_PREFERENCES IPV6_AUTOFLOWLABEL IPV6_CHECKSUM IPV6_DONTFRAG IPV6_DSTOPTS
        IPV6_FLOWINFO IPV6_FLOWINFO_SEND IPV6_FLOWLABEL_MGR IPV6_FREEBIND IPV6_HDRINCL IPV6_HOPLIMIT IPV6_HOPOPTS
        IPV6_JOIN_ANYCAST IPV6_JOIN_GROUP IPV6_LEAVE_ANYCAST IPV6_LEAVE_GROUP IPV6_MINHOPCOUNT IPV6_MTU
        IPV6_MTU_DISCOVER IPV6_MULTICAST_ALL IPV6_MULTICAST_HOPS IPV6_MULTICAST_IF IPV6_MULTICAST_LOOP IPV6_NEXTHOP
        IPV6_ORIGDSTADDR IPV6_PATHMTU IPV6_PKTINFO IPV6_RECVDSTOPTS IPV6_RECVERR IPV6_RECVERR_RFC4884
        IPV6_RECVFRAGSIZE IPV6_RECVHOPLIMIT IPV6_RECVHOPOPTS IPV6_RECVPATHMTU IPV6_RECVPKTINFO IPV6_RECVRTHDR
        IPV6_RECVTCLASS IPV6_ROUTER_ALERT IPV6_RTHDR IPV6_RTHDRDSTOPTS IPV6_TCLASS IPV6_TRANSPARENT IPV6_UNICAST_HOPS
        IPV6_UNICAST_IF IPV6_V6ONLY""",
    "IPPROTO_TCP, tcp(7)": """
        TCP_AO_ADD_KEY TCP_AO_DEL_KEY TCP_AO_GET_KEYS TCP_AO_INFO TCP_AO_REPAIR TCP_CC_INFO TCP_CM_INQ TCP_CONGESTION
        TCP_CORK TCP_DEFER_ACCEPT TCP_DELACK_MAX_US TCP_FASTOPEN TCP_FASTOPEN_CONNECT TCP_FASTOPEN_KEY
        TCP_FASTOPEN_NO_COOKIE TCP_INFO TCP_INQ TCP_IS_MPTCP TCP_KEEPCNT TCP_KEEPIDLE TCP_KEEPINTVL TCP_LINGER2
        TCP_MAXSEG TCP_MD5SIG TCP_MD5SIG_EXT TCP_NODELAY TCP_NOTSENT_LOWAT TCP_QUEUE_SEQ TCP_QUICKACK TCP_REPAIR
        TCP_REPAIR_OPTIONS TCP_REPAIR_QUEUE TCP_REPAIR_WINDOW TCP_RTO_MAX_MS TCP_RTO_MIN_US TCP_SAVED_SYN TCP_SAVE_SYN
        TCP_SYNCNT TCP_THIN_DUPACK TCP_THIN_LINEAR_TIMEOUTS TCP_TIMESTAMP TCP_TX_DELAY TCP_ULP TCP_USER_TIMEOUT
        TCP_WINDOW_CLAMP TCP_ZEROCOPY_RECEIVE""",
    "IPPROTO_UDP and IPPROTO_UDPLITE, udp(7), udplite(7)": """
        UDPLITE_RECV_CSCOV UDPLITE_SEND_CSCOV UDP_CORK UDP_ENCAP UDP_GRO UDP_NO_CHECK6_RX UDP_NO_CHECK6_TX
        UDP_SEGMENT""",
    "Raw sockets, raw(7), icmp(7)": "ICMP6_FILTER ICMPV6_FILTER ICMP_FILTER",
    "SOL_PACKET, packet(7)": """
        PACKET_ADD_MEMBERSHIP PACKET_AUXDATA PACKET_COPY_THRESH PACKET_DROP_MEMBERSHIP PACKET_FANOUT PACKET_HDRLEN
        PACKET_IGNORE_OUTGOING PACKET_LOSS PACKET_ORIGDEV PACKET_QDISC_BYPASS PACKET_RESERVE PACKET_ROLLOVER_STATS PACKET_RX_RING PACKET_STATISTICS
        PACKET_TIMESTAMP PACKET_TX_RING PACKET_VERSION PACKET_VNET_HDR""",
}
# Answered by the library in the program, before the stack's tables.
LIBRARY = {"SO_ACCEPTCONN", "SO_DOMAIN", "SO_ERROR", "SO_PEEK_OFF", "SO_PEERCRED", "SO_PROTOCOL", "SO_RCVTIMEO",
           "SO_SNDTIMEO", "SO_TYPE", "TCP_ZEROCOPY_RECEIVE"}
# The same option under another name of the headers.
SAME = {"TCP_CM_INQ": "TCP_INQ", "ICMP6_FILTER": "ICMPV6_FILTER", "IPV6_ORIGDSTADDR": "IPV6_RECVORIGDSTADDR",
        "SO_RCVTIMEO": "SO_RCVTIMEO_OLD", "SO_SNDTIMEO": "SO_SNDTIMEO_OLD", "SO_TIMESTAMP": "SO_TIMESTAMP_OLD",
        "SO_TIMESTAMPNS": "SO_TIMESTAMPNS_OLD", "IPV6_JOIN_GROUP": "IPV6_ADD_MEMBERSHIP",
        "IPV6_LEAVE_GROUP": "IPV6_DROP_MEMBERSHIP",
        "SO_TIMESTAMPING": "SO_TIMESTAMPING_OLD"}


def unlisted(have):
    """Rows that the page does not name."""
    known = set(" ".join(KNOWN.values()).split()) | set(SAME.values())
    return sorted(label for label in have if label.removesuffix("_NEW") not in known and label not in known)


def rows():
    out = subprocess.run([os.path.join(os.environ.get("builddir", "."), "tests/tidy/sockopts")], check=True,
                         capture_output=True, text=True).stdout
    found = {}
    for line in out.split("\n")[:-1]:
        label, kind, use = line.split(" ", 2)
        found.setdefault(label, (kind, use))
    return found


def page():
    have = rows()
    text = ["# Socket options", "",
            "Made from the tables of options by `tests/tidy/sockopts.py --write`; a test compares it. What is refused",
            "fails as an option that the kernel does not know: `ENOPROTOOPT`.", ""]
    for level, names in KNOWN.items():
        text += [f"## {level}", "", "| option | value | |", "|---|---|---|"]
        for name in sorted(names.split()):
            row = have.get(name) or have.get(SAME.get(name))
            if name in LIBRARY and not row:
                text.append(f"| `{name}` | | by the library |")
            elif row:
                text.append(f"| `{name}` | {row[0]} | {row[1]} |")
            else:
                text.append(f"| `{name}` | | refused: `ENOPROTOOPT` |")
        text.append("")
    return "\n".join(text)


def main():
    want = page()
    if "--write" in sys.argv:
        with open(PAGE, "w", encoding="utf-8") as f:
            f.write(want)
        return
    with open(PAGE, encoding="utf-8") as f:
        same = f.read() == want
    report = Report()
    report.rule("doc/socket-options.md is what the tables say", [] if same else
                ["doc/socket-options.md: out of date; run tests/tidy/sockopts.py --write"])
    report.rule("every row is on the page", [f"{label} is not in KNOWN" for label in unlisted(rows())])
    report.finish()


if __name__ == "__main__":
    main()
