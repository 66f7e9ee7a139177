# Public headers: the protocol between netstackd and its clients.
netstackinclude_HEADERS += include/netstack/netstack.h \
	include/netstack/proto.h include/netstack/fdpass.h include/netstack/proto.def
EXTRA_DIST += doc/protocol.md
