noinst_LIBRARIES += src/udp/libudp.a
src_udp_libudp_a_SOURCES = \
	src/udp/udp.h \
	src/udp/udp_out.c \
	src/udp/udp_priv.h \
	src/udp/udp_rcv.c \
	src/udp/udp_sock.c \
	src/udp/udp_sockopt.c
