# The room ip: what IPv4 and IPv6 share.
noinst_LIBRARIES += src/ip/libip.a
src_ip_libip_a_SOURCES = \
	src/ip/addr.c \
	src/ip/addr.h \
	src/ip/af.h \
	src/ip/family.h \
	src/ip/fib.c \
	src/ip/fib.h \
	src/ip/fib_trie.c \
	src/ip/fib_trie.h \
	src/ip/flow.h \
	src/ip/forward.c \
	src/ip/forward.h \
	src/ip/frag.c \
	src/ip/frag.h \
	src/ip/ifaddr.c \
	src/ip/ifaddr.h \
	src/ip/ip.c \
	src/ip/ip.h \
	src/ip/mcast.c \
	src/ip/mcast.h \
	src/ip/neigh_sysctl.c \
	src/ip/output.c \
	src/ip/output.h \
	src/ip/peer.c \
	src/ip/peer.h \
	src/ip/pmtu.c \
	src/ip/pmtu.h \
	src/ip/proto.c \
	src/ip/proto.h \
	src/ip/route.c \
	src/ip/route.h \
	src/ip/rtable.h
