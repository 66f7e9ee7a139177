# The room ipv4.
noinst_LIBRARIES += src/ipv4/libipv4.a
src_ipv4_libipv4_a_SOURCES = \
	src/ipv4/af4.c \
	src/ipv4/arp.c \
	src/ipv4/icmp4.c \
	src/ipv4/icmp4_out.c \
	src/ipv4/ip4.h \
	src/ipv4/ip4_addr.c \
	src/ipv4/ip4_forward.c \
	src/ipv4/ip4_frag.c \
	src/ipv4/ip4_id.c \
	src/ipv4/ip4_in.c \
	src/ipv4/ip4_options.c \
	src/ipv4/ip4_out.c \
	src/ipv4/ip4_route.c \
	src/ipv4/ip4_sysctl.c \
	src/ipv4/ipv4.c \
	src/ipv4/ipv4.h
