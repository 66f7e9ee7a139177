# Packets in, packets out, over a recording device.
unit_ipv4 = \
	tests/unit/ipv4/test_arp \
	tests/unit/ipv4/test_icmp4 \
	tests/unit/ipv4/test_ip4_forward \
	tests/unit/ipv4/test_ip4_in \
	tests/unit/ipv4/test_ip4_out \
	tests/unit/ipv4/test_ip4_router
check_PROGRAMS += $(unit_ipv4)
TESTS += $(unit_ipv4)
tests_unit_ipv4_test_arp_SOURCES = tests/unit/ipv4/test_arp.c
tests_unit_ipv4_test_arp_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_ipv4_test_arp_LDADD = $(UNIT_IP_LDADD)
tests_unit_ipv4_test_icmp4_SOURCES = tests/unit/ipv4/test_icmp4.c
tests_unit_ipv4_test_icmp4_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_ipv4_test_icmp4_LDADD = $(UNIT_IP_LDADD)
tests_unit_ipv4_test_ip4_forward_SOURCES = tests/unit/ipv4/test_ip4_forward.c
tests_unit_ipv4_test_ip4_forward_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_ipv4_test_ip4_forward_LDADD = $(UNIT_IP_LDADD)
tests_unit_ipv4_test_ip4_in_SOURCES = tests/unit/ipv4/test_ip4_in.c
tests_unit_ipv4_test_ip4_in_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_ipv4_test_ip4_in_LDADD = $(UNIT_IP_LDADD)
tests_unit_ipv4_test_ip4_out_SOURCES = tests/unit/ipv4/test_ip4_out.c
tests_unit_ipv4_test_ip4_out_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_ipv4_test_ip4_out_LDADD = $(UNIT_IP_LDADD)
tests_unit_ipv4_test_ip4_router_SOURCES = tests/unit/ipv4/test_ip4_router.c
tests_unit_ipv4_test_ip4_router_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_ipv4_test_ip4_router_LDADD = $(UNIT_IP_LDADD)
