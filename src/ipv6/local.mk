# The room ipv6.
noinst_LIBRARIES += src/ipv6/libipv6.a
src_ipv6_libipv6_a_SOURCES = \
	src/ipv6/af6.c \
	src/ipv6/icmp6.c \
	src/ipv6/icmp6_out.c \
	src/ipv6/ip6.h \
	src/ipv6/ip6_addr.c \
	src/ipv6/ip6_autoconf.c \
	src/ipv6/ip6_dad.c \
	src/ipv6/ip6_ext.c \
	src/ipv6/ip6_forward.c \
	src/ipv6/ip6_frag.c \
	src/ipv6/ip6_in.c \
	src/ipv6/ip6_out.c \
	src/ipv6/ip6_ra_route.c \
	src/ipv6/ip6_saddr.c \
	src/ipv6/ip6_sysctl.c \
	src/ipv6/ipv6.c \
	src/ipv6/ipv6.h \
	src/ipv6/ndisc.c \
	src/ipv6/ndisc_out.c \
	src/ipv6/ndisc_ra.c \
	src/ipv6/ndisc_rs.c
