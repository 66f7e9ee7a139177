noinst_LIBRARIES += src/wire/libwire.a
src_wire_libwire_a_SOURCES = \
	src/wire/arp.h \
	src/wire/eth.h \
	src/wire/headlen.c \
	src/wire/headlen.h \
	src/wire/icmp4.h \
	src/wire/icmp6.h \
	src/wire/igmp.h \
	src/wire/ip4.h \
	src/wire/ip4_opt.c \
	src/wire/ip4_opt.h \
	src/wire/ip6.h \
	src/wire/ip6_ext.c \
	src/wire/ip6_ext.h \
	src/wire/ip_proto.h \
	src/wire/mld.h \
	src/wire/nd_opt.c \
	src/wire/nd_opt.h \
	src/wire/ndisc.h \
	src/wire/pcapng.h \
	src/wire/print.c \
	src/wire/print.h \
	src/wire/print_icmp.c \
	src/wire/print_priv.h \
	src/wire/print_tcp.c \
	src/wire/tcp.h \
	src/wire/tcp_opt.c \
	src/wire/tcp_opt.h \
	src/wire/udp.h \
	src/wire/virtio_net.h \
	src/wire/vlan.h \
	src/wire/wire.h
