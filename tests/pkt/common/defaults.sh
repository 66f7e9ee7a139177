#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What every packet script starts from: Linux's defaults, but Reno's simple windows, no time stamps,
# and buffers of a size that does not depend on memory.
sysctl -q net.ipv4.tcp_rmem="4096 131072 6291456" net.ipv4.tcp_wmem="4096 262144 4194304"
sysctl -q net.ipv4.tcp_congestion_control=reno
sysctl -q net.ipv4.tcp_timestamps=0 net.ipv4.tcp_sack=1 net.ipv4.tcp_dsack=1
sysctl -q net.ipv4.tcp_window_scaling=1 net.ipv4.tcp_ecn=0
sysctl -q net.ipv4.tcp_early_retrans=3 net.ipv4.tcp_recovery=1 net.ipv4.tcp_frto=2
sysctl -q net.ipv4.tcp_reordering=3 net.ipv4.tcp_slow_start_after_idle=1
sysctl -q net.ipv4.tcp_syn_retries=6 net.ipv4.tcp_synack_retries=5 net.ipv4.tcp_syncookies=1
sysctl -q net.ipv4.tcp_notsent_lowat=4294967295 net.ipv4.tcp_fastopen=1
ip tcp_metrics flush all > /dev/null 2>&1
tc qdisc add dev tun0 root pfifo
