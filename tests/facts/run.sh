#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Facts: the same small program natively and under the shim on the same topology; what it prints
# must be equal, except where tests/facts/differences says why not.
#
#	native:	[ns A: facts, 10.77.0.2 fd77::2] --veth-- [ns P: peer, 10.77.0.1 fd77::1]
#	shim:	[ns S: facts + libnetstack.so -> netstackd] --TAP tap0 in ns S, host side .1/::1, peer]
#
# usage: run.sh [--seccomp] [FACT]	FACT: only this one, and show both outputs
#	--seccomp: behind the filter of netstack run, instead of preloaded
#        run.sh --random STEPS SETTLE_MS SEED...: seeds of random.c instead
set -u
here=${srcdir:-.}/tests/facts
seccomp=
[ "${1:-}" = --seccomp ] && { seccomp=1; shift; }
build=${builddir:-.}
program=("$build/tests/facts/facts" 10.77.0.1 fd77::1)
random=
[ "${1:-}" = --random ] && { random=1; shift; program=("$build/tests/facts/random"); }
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
ip netns list >/dev/null 2>&1 || exit 77
[ -x "$build/netstackd" ] || { echo "no netstackd"; exit 77; }
lib=$build/preload/.libs/libnetstack.so
tag=facts$$
tmp=$(mktemp -d)
pids=()

cleanup() {
	for p in "${pids[@]}"; do kill "$p" 2>/dev/null; done
	for n in A P S; do ip netns del "$tag$n" 2>/dev/null; done
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

addrs() { # namespace interface last-number
	ip -n "$1" addr add "10.77.0.$3/24" dev "$2" &&
	ip -n "$1" addr add "fd77::$3/64" dev "$2" nodad &&
	ip -n "$1" link set "$2" up
}
background() { # command...
	"$@" >"$tmp/log.${#pids[@]}" 2>&1 &
	pids+=($!)
}
wait_for() { # file pattern
	for _ in $(seq 1200); do grep -q "$2" "$1" 2>/dev/null && return 0; sleep .05; done
	echo "timeout: $2"; cat "$1"; return 1
}

for n in A P S; do ip netns add "$tag$n"; ip -n "$tag$n" link set lo up; done
ip -n "${tag}A" link add veth0 numtxqueues 1 numrxqueues 1 type veth peer name veth1 netns "${tag}P"
ip netns exec "${tag}A" sysctl -qw net.ipv4.ping_group_range="0 2147483647"
addrs "${tag}A" veth0 2; addrs "${tag}P" veth1 1

background ip netns exec "${tag}P" "$build/tests/facts/peer"
wait_for "$tmp/log.0" ready || exit 1
natively() { ip netns exec "${tag}A" "${program[@]}" "$@" >>"$tmp/native"; }
natively "$@" &
native=$!

background ip netns exec "${tag}S" "$build/netstackd" --control "$tmp/s" \
	--dev tap:tap0,host=10.77.0.1/24,host=fd77::1/64 \
	--addr 10.77.0.2/24%tap0 --addr fd77::2/64%tap0 --ready-fd 1 --workers "${NETSTACK_TEST_WORKERS:-1}"
background ip netns exec "${tag}S" "$build/tests/facts/peer"
wait_for "$tmp/log.2" ready && wait_for "$tmp/log.1" ready || exit 1
sleep 1.5	# duplicate address detection on both sides
if [ -n "$seccomp" ]; then
	how=("$build/netstack" run --seccomp --control "$tmp/s" --)
	cat "$here/differences" "$here/differences-seccomp" >"$tmp/differences"
else
	how=(env NETSTACK_CONTROL="$tmp/s" LD_PRELOAD="$lib")
	cp "$here/differences" "$tmp/differences"
fi
on_the_stack() {
	ip netns exec "${tag}S" "${how[@]}" "${program[@]}" "$@" >>"$tmp/shim" 2>>"$tmp/err"
}
[ "$random" ] && export NETSTACK_LOOPBACK=stack
compare() { "${PYTHON:-python3}" "$here/compare.py" "$tmp/native" "$tmp/shim" "$tmp/differences"; }

on_the_stack "$@"
wait "$native"

if [ "$random" ]; then
	# seeds run in real time: those that differ have a second try, with more of it
	for seed in $("${PYTHON:-python3}" "$here/random.py" --seeds "$tmp/native" "$tmp/shim"); do
		natively "$1" 60 "$seed" &
		native=$!
		on_the_stack "$1" 60 "$seed"
		wait "$native"
	done
	"${PYTHON:-python3}" "$here/random.py" "$tmp/native" "$tmp/shim"
	rc=$?
	[ -s "$tmp/err" ] && cat "$tmp/err" >&2
	exit $rc
fi
[ $# -gt 0 ] && { echo "native:"; cat "$tmp/native"; echo "shim:"; cat "$tmp/shim"; }
compare >"$tmp/tap"
rc=$?
# Facts run in real time: one that a busy machine upset has a second try, with more of it, and says so.
if [ $rc != 0 ]; then
	sed -n 's/^not ok/# first try: &/p; s/^# /# first try: /p' "$tmp/tap"
	export FACTS_SETTLE_MS=1000
	for fact in $(sed -n 's/^not ok [0-9]* - \(\w*\)[46].*/\1/p' "$tmp/tap" | sort -u); do
		natively "$fact" &
		native=$!
		on_the_stack "$fact"
		wait "$native"
	done
	compare >"$tmp/tap"	# the later line of a fact holds
	rc=$?
fi
cat "$tmp/tap"
[ -s "$tmp/err" ] && cat "$tmp/err" >&2
[ $rc = 0 ] || tail -5 "$tmp/log.1" >&2
exit $rc
