#!/usr/bin/env bash
# curl and python's http.server, each on either side, over IPv4 and IPv6.
. "${srcdir:-.}/tests/apps/lib.sh"
need curl python3

MB=${APPS_MB:-200}
mkdir "$tmp/www"
head -c $((MB * 1000000)) /dev/urandom >"$tmp/www/big"
echo hello >"$tmp/www/small"
start_daemon

server='
import http.server, socket, sys
class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *a): pass
    def do_PUT(self):
        left = int(self.headers["Content-Length"])
        with open("." + self.path, "wb") as f:
            while left:
                b = self.rfile.read(min(left, 65536))
                if not b: return
                f.write(b); left -= len(b)
        self.send_response(201); self.send_header("Content-Length", "0"); self.end_headers()
Server((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
'
cd "$tmp/www" || exit 1
spawn host python3 -c "$server" $HOST4 8000
spawn host python3 -c "$server" $HOST6 8000
spawn stack python3 -c "$server" $V4 8000
spawn stack python3 -c "$server" $V6 8000
cd "$tmp" || exit 1

get() { # get WHO URL FILE
	rm -f "$tmp/got"
	$1 curl -gsSf --max-time 120 -o "$tmp/got" "$2" && same "$tmp/got" "$3"
}
put() { # put WHO URL NAME
	rm -f "$tmp/www/$3"
	$1 curl -gsSf --max-time 120 -T "$tmp/www/big" "$2/$3" && same "$tmp/www/$3" "$tmp/www/big"
	local rc=$?
	rm -f "$tmp/www/$3"
	return $rc
}

keepalive() { # keepalive WHO URL
	local args=() i n
	for i in $(seq 20); do args+=(-o /dev/null "$2/small"); done
	n=$($1 curl -gsSf --max-time 30 -w '%{num_connects}\n' "${args[@]}" | awk '{ n += $1 } END { print n }')
	[ "$n" = 1 ]
}

for url in "stack http://$HOST4:8000" "stack http://[$HOST6]:8000" \
	   "host http://$V4:8000" "host http://[$V6]:8000"; do
	set -- $url
	wait_for 10 $1 curl -gsS --max-time 2 "$2/small" || echo "# $2 does not answer yet"
	check "$1 curl $2: a small file" get "$1" "$2/small" "$tmp/www/small"
	check "$1 curl $2: $MB MB, checksum equal" get "$1" "$2/big" "$tmp/www/big"
	check "$1 curl $2: upload of $MB MB, checksum equal" put "$1" "$2" "up-$RANDOM"
	check "$1 curl $2: keep-alive, 20 requests on one connection" keepalive "$1" "$2"
done

parallel() { # parallel WHO URL
	local pids=() i
	for i in $(seq 50); do
		$1 curl -gsSf --max-time 60 -o "$tmp/p$i" "$2/small" &
		pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i" || return 1; done
	for i in $(seq 50); do same "$tmp/p$i" "$tmp/www/small" || return 1; done
}
check "50 curls at once towards the kernel" parallel stack "http://$HOST4:8000"
check "50 curls at once towards the stack" parallel host "http://$V4:8000"
check "50 curls at once towards the stack, IPv6" parallel host "http://[$V6]:8000"

refused() { $1 curl -gsS --max-time 10 "$2" >/dev/null 2>&1; [ $? = 7 ]; }
check "refused by the kernel: connection refused" refused stack "http://$HOST4:1/"
check "refused by the stack: connection refused" refused host "http://$V4:1/"
check "refused by the stack, IPv6" refused host "http://[$V6]:1/"

killed() { # a client killed in mid-transfer costs only itself
	stack curl -gsS --limit-rate 1M -o /dev/null "http://$HOST4:8000/big" &
	local pid=$!
	sleep 0.5
	kill -9 $pid
	wait $pid 2>/dev/null
	wait_for 5 sh -c "! '$build/netstack' sock --control '$ctl' | grep -q ESTAB" &&
		get stack "http://$HOST4:8000/small" "$tmp/www/small"
}
check "a client killed in mid-transfer" killed
finish
