#!/usr/bin/env bash
# demo.sh BUILD_DIR: an unmodified curl and an unmodified nginx over our own TCP/IP stack.
#
# Makes a network namespace of its own with nothing in it but a TAP. netstackd is on one side of the
# TAP (10.77.0.2, fd77::2), this namespace's kernel on the other (10.77.0.1, fd77::1). First curl is
# preloaded and fetches from an nginx of the kernel's, then nginx is preloaded and curl is not.
set -euo pipefail

build=$(cd "${1:?usage: demo.sh BUILD_DIR}" && pwd)
PATH=$PATH:/usr/sbin:/sbin
[ "$(id -u)" = 0 ] || { echo "demo.sh: run it as root (it makes a network namespace)" >&2; exit 1; }
for tool in ip curl nginx; do
	command -v $tool >/dev/null || { echo "demo.sh: $tool is not installed" >&2; exit 1; }
done
for program in netstackd netstack preload/.libs/libnetstack.so; do
	[ -e "$build/$program" ] || { echo "demo.sh: $build/$program is missing: build first" >&2; exit 1; }
done

ns=nsdemo-$$
tmp=$(mktemp -d "${TMPDIR:-/tmp}/netstack-demo.XXXXXX")
ctl=$tmp/control
pids=()
size_mb=${DEMO_MB:-200}

cleanup() {
	local pid i
	trap - EXIT
	trap '' INT TERM HUP	# an impatient second one would stop us half way
	# The last first: the programs before the daemon, the daemon while its TAP is there.
	for ((i = ${#pids[@]} - 1; i >= 0; i--)); do kill "${pids[i]}" 2>/dev/null || true; done
	for i in 1 2 3 4 5 6 7 8 9 10; do
		[ -n "$(ip netns pids "$ns" 2>/dev/null)" ] || break
		sleep 0.2
	done
	for pid in $(ip netns pids "$ns" 2>/dev/null); do kill -9 "$pid" 2>/dev/null || true; done
	ip netns del "$ns" 2>/dev/null || true
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

say() { printf '\n\033[1m== %s\033[m\n' "$*"; }
die() { echo "demo.sh: $*" >&2; exit 1; }
here() { ip netns exec "$ns" "$@"; }
stack() { here "$build/netstack" run --control "$ctl" -- "$@"; }
# The same in the background, with a number that kill reaches.
spawn_here() { ip netns exec "$ns" "$@" 2>/dev/null & pids+=($!); }
spawn_stack() { spawn_here "$build/netstack" run --control "$ctl" -- "$@"; }

# retry SECONDS COMMAND...: until it succeeds
retry() {
	local until=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $until ] || return 1
		sleep 0.1
	done
}

# An nginx of ours: nginx_conf NAME LISTEN... prints its configuration.
nginx_conf() {
	local name=$1 addr
	shift
	cat <<-END
		daemon off;
		worker_processes 2;
		pid $tmp/$name.pid;
		error_log $tmp/$name.log;
		events { worker_connections 512; }
		http {
		access_log off;
		sendfile on;
		client_body_temp_path $tmp/$name.body;
		proxy_temp_path $tmp/$name.proxy;
		fastcgi_temp_path $tmp/$name.fastcgi;
		uwsgi_temp_path $tmp/$name.uwsgi;
		scgi_temp_path $tmp/$name.scgi;
		server {
	END
	for addr; do echo "listen $addr;"; done
	echo "root $tmp/www; } }"
}

# fetch WHO URL: by "stack" or "here", prints one line with the rate
fetch() {
	local who=$1 url=$2 out
	out=$($who curl -gsS -o /dev/null -w '%{http_code} %{size_download} %{time_total} %{speed_download}' \
		--max-time 120 "$url") || die "curl $url failed"
	awk -v who="$who" -v url="$url" '{
		printf "  %-6s curl %-28s status %s, %.0f MB in %.2f s: %.2f Gbit/s\n",
			who == "stack" ? "our" : "kernel", url, $1, $2 / 1e6, $3, $4 * 8 / 1e9
		exit $1 != 200 }' <<<"$out"
}

say "a network namespace ($ns) with a TAP, and netstackd on it"
mkdir "$tmp/www"
chmod 755 "$tmp" "$tmp/www"
truncate -s "${size_mb}M" "$tmp/www/big"
echo "hello over our own stack" >"$tmp/www/hello"
ip netns add "$ns"
here ip link set lo up
mkfifo "$tmp/ready"
ip netns exec "$ns" "$build/netstackd" --control "$ctl" \
	--dev tap:nsd0,name=eth0,host=10.77.0.1/24,host=fd77::1/64 \
	--addr 10.77.0.2/24%eth0 --addr fd77::2/64%eth0 --ready-fd 3 3>"$tmp/ready" &
pids+=($!)
read -r _ <"$tmp/ready" || die "netstackd did not start"
"$build/netstack" version --control "$ctl"

nginx_conf native 10.77.0.1:8080 '[fd77::1]:8080' >"$tmp/native.conf"
spawn_here nginx -p "$tmp" -c "$tmp/native.conf"
retry 10 here curl -gsS http://10.77.0.1:8080/hello || die "the kernel's nginx did not start"

say "curl on our stack, from an nginx on the kernel's"
"$build/netstack" trace --control "$ctl" netif_receive_skb net_dev_xmit >"$tmp/trace" &
pids+=($!)
retry 10 grep -q tracing "$tmp/trace" || die "no trace"
stack curl -gsS --max-time 10 http://10.77.0.1:8080/hello | sed 's/^/  it says: /'
kill "${pids[-1]}"
fetch stack http://10.77.0.1:8080/big
# The IPv6 address is ours once duplicate address detection has passed.
retry 10 stack curl -gsS --max-time 3 'http://[fd77::1]:8080/hello' || die "no answer over IPv6"
fetch stack 'http://[fd77::1]:8080/big'

say "nginx on our stack, fetched by the kernel's curl"
nginx_conf ours 10.77.0.2:80 '[fd77::2]:80' >"$tmp/ours.conf"
spawn_stack nginx -p "$tmp" -c "$tmp/ours.conf"
retry 10 here curl -gsS --max-time 2 http://10.77.0.2/hello || die "nginx did not start: $(cat "$tmp/ours.log")"
fetch here http://10.77.0.2/big
retry 10 here curl -gsS --max-time 2 'http://[fd77::2]/hello' || die "nginx does not answer over IPv6"
fetch here 'http://[fd77::2]/big'

say "the first packets of that first curl, as the stack saw them"
grep -E 'IP|ARP' "$tmp/trace" | head -n 15 | cut -c1-170 |
	sed 's/^[0-9]*\.\([0-9]*\)/  .\1/; s/netif_receive_skb: eth0/in /; s/net_dev_xmit: eth0/out/'
say "sockets of the stack now"
"$build/netstack" sock --control "$ctl" | sed 's/^/  /'
say "done; try: ./bootstrap check"
