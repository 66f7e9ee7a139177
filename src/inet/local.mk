noinst_LIBRARIES += src/inet/libinet.a
src_inet_libinet_a_SOURCES = \
	src/inet/dgram.c \
	src/inet/dgram.h \
	src/inet/dgram_tx.c \
	src/inet/flowlabel.c \
	src/inet/flowlabel.h \
	src/inet/inet.h \
	src/inet/inet_cmsg.c \
	src/inet/inet_err.c \
	src/inet/inet_hash.c \
	src/inet/inet_hash.h \
	src/inet/inet_mcast.c \
	src/inet/inet_mcast.h \
	src/inet/inet_net.c \
	src/inet/inet_port.c \
	src/inet/inet_reuseport.c \
	src/inet/inet_sock.c \
	src/inet/inet_sock.h \
	src/inet/ip4_sockopt.c \
	src/inet/ip6_ext_sockopt.c \
	src/inet/ip6_ext_sockopt.h \
	src/inet/ip6_sockopt.c \
	src/inet/mcast_sockopt.c \
	src/inet/mcast_sockopt.h \
	src/inet/pktopts.c \
	src/inet/pktopts.h \
	src/inet/sockopt_rows.h
