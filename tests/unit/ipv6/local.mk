# Packets in, packets out, over a recording device.
unit_ipv6 = \
	tests/unit/ipv6/test_autoconf \
	tests/unit/ipv6/test_ip6_forward \
	tests/unit/ipv6/test_ip6_in \
	tests/unit/ipv6/test_ndisc \
	tests/unit/ipv6/test_ndisc_router
check_PROGRAMS += $(unit_ipv6)
TESTS += $(unit_ipv6)
tests_unit_ipv6_test_ip6_forward_SOURCES = tests/unit/ipv6/test_ip6_forward.c
tests_unit_ipv6_test_ip6_forward_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_ipv6_test_ip6_forward_LDADD = $(UNIT_IP_LDADD)
tests_unit_ipv6_test_ip6_in_SOURCES = tests/unit/ipv6/test_ip6_in.c
tests_unit_ipv6_test_ip6_in_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_ipv6_test_ip6_in_LDADD = $(UNIT_IP_LDADD)
tests_unit_ipv6_test_ndisc_SOURCES = tests/unit/ipv6/test_ndisc.c
tests_unit_ipv6_test_ndisc_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_ipv6_test_ndisc_LDADD = $(UNIT_IP_LDADD)
tests_unit_ipv6_test_autoconf_SOURCES = tests/unit/ipv6/test_autoconf.c tests/unit/ipv6/router.h
tests_unit_ipv6_test_autoconf_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_ipv6_test_autoconf_LDADD = $(UNIT_IP_LDADD)
tests_unit_ipv6_test_ndisc_router_SOURCES = tests/unit/ipv6/test_ndisc_router.c tests/unit/ipv6/router.h
tests_unit_ipv6_test_ndisc_router_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_ipv6_test_ndisc_router_LDADD = $(UNIT_IP_LDADD)
