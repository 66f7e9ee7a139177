noinst_LIBRARIES += src/packet/libpacket.a
src_packet_libpacket_a_SOURCES = \
	src/packet/packet.c \
	src/packet/packet.h \
	src/packet/packet_block.c \
	src/packet/packet_fanout.c \
	src/packet/packet_mc.c \
	src/packet/packet_priv.h \
	src/packet/packet_ring.c \
	src/packet/packet_rx.c \
	src/packet/packet_sockopt.c \
	src/packet/packet_tx.c
