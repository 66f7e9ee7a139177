# Manual pages and documents.
dist_man_MANS += doc/man/netstackd.8 doc/man/netstack.1 doc/man/libnetstack.7
EXTRA_DIST += doc/layers.txt doc/ARCHITECTURE.md doc/HACKING.md doc/life-of-a-packet.md \
	doc/linux-differences.md doc/socket-options.md doc/protocol.md doc/conformance-ids.txt doc/decisions \
	doc/congestion-control.md doc/tcp.md doc/sockets.md doc/devices.md doc/performance.md doc/goodput-loss.svg doc/goodput-buffer.svg doc/goodput-reorder.svg
