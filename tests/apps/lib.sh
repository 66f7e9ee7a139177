# Sourced by tests/apps/*.sh: a network namespace of its own, netstackd on a TAP in it, and TAP
# (the other one) output. Kernel's side: 10.77.0.1 fd77::1; stack's side: 10.77.0.2 fd77::2.
#
#	host CMD...	runs CMD in the namespace, on the kernel's stack
#	stack CMD...	runs CMD in the namespace, preloaded
#	spawn CMD...	the same in the background; $! and the list that cleanup kills
#	check TEXT CMD...	one test case: passes when CMD succeeds
#	wait_for SECONDS CMD...	until CMD succeeds
#	finish		prints the plan; last line of a test
set -u
: "${builddir:=$PWD}"
PATH=$PATH:/usr/sbin:/sbin
build=$builddir
V4=10.77.0.2 V6=fd77::2 HOST4=10.77.0.1 HOST6=fd77::1

skip_all() { echo "1..0 # SKIP $*"; exit 77; }

[ "$(id -u)" = 0 ] || skip_all "needs root"
[ "${NETSTACK_PLAIN_BUILD:-yes}" = yes ] || skip_all "programs are not preloaded in a sanitized build"
[ -c /dev/net/tun ] || skip_all "needs /dev/net/tun"

need() {
	local tool
	for tool; do
		command -v "$tool" >/dev/null || skip_all "$tool is not installed"
	done
}
need ip

tests=0 failures=0
ns=nsapps-$$
tmp=$(mktemp -d /tmp/netstack-apps.XXXXXX)
chmod 755 "$tmp"
ctl=$tmp/control
daemon_pid=
spawned=()

host() { ip netns exec "$ns" "$@"; }
stack() { ip netns exec "$ns" "$build/netstack" run --control "$ctl" -- "$@"; }
spawn() { "$@" & spawned+=($!); }

stop_pid() {
	kill "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

cleanup() {
	local pid
	trap - EXIT
	for pid in "${spawned[@]:+${spawned[@]}}" $daemon_pid; do
		kill "$pid" 2>/dev/null
	done
	for pid in $(ip netns pids "$ns" 2>/dev/null); do
		kill "$pid" 2>/dev/null
	done
	wait 2>/dev/null
	ip netns del "$ns" 2>/dev/null
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

start_daemon() { # start_daemon [FLAG]...
	rm -f "$tmp/ready"
	mkfifo "$tmp/ready"
	ip netns exec "$ns" "$build/netstackd" --control "$ctl" \
		--dev tap:nsd0,name=eth0,host=$HOST4/24,host=$HOST6/64 \
		--addr $V4/24%eth0 --addr $V6/64%eth0 --ready-fd 3 "$@" 3>"$tmp/ready" 2>"$tmp/daemon.log" &
	daemon_pid=$!
	if ! read -r _ <"$tmp/ready"; then
		sed 's/^/# /' "$tmp/daemon.log"
		echo "Bail out! netstackd did not start"
		exit 1
	fi
	# The IPv6 address is usable after duplicate address detection.
	wait_for 10 host ping -6 -c1 -W1 $V6 || echo "# no answer over IPv6 yet"
}

# Stops it cleanly; its exit status.
stop_daemon() {
	kill -TERM "$daemon_pid"
	wait "$daemon_pid"
	local rc=$?
	daemon_pid=
	return $rc
}

wait_for() {
	local until=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $until ] || return 1
		sleep 0.05
	done
}

check() { # check TEXT CMD...
	local text=$1 out rc
	shift
	tests=$((tests + 1))
	out=$("$@" 2>&1)
	rc=$?
	if [ $rc = 0 ]; then
		echo "ok $tests - $text"
	else
		failures=$((failures + 1))
		echo "not ok $tests - $text"
		printf '%s\n' "exit status $rc" "$out" | tail -n 20 | sed 's/^/# /'
	fi
	return $rc
}

finish() {
	check "netstackd stops cleanly, every pool empty" stop_daemon ||
		sed 's/^/# /' "$tmp/daemon.log" | tail -n 20
	echo "1..$tests"
	[ $failures = 0 ]
	exit
}

# listening ADDRESS PORT PROTO of a socket of the stack ("tcp", "udp")
stack_listens() {
	"$build/netstack" sock --control "$ctl" --json | grep -q "\"local\":\"[^\"]*:$1\""
}

sum() { sha256sum "$1" | cut -d' ' -f1; }
same() { [ "$(sum "$1")" = "$(sum "$2")" ]; }

ip netns add "$ns" || { echo "Bail out! no network namespace"; exit 1; }
host ip link set lo up
