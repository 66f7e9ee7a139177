# Routes against a twin, reassembly against a twin, addresses as text.
unit_ip = \
	tests/unit/ip/test_addr \
	tests/unit/ip/test_devconf \
	tests/unit/ip/test_fib_trie \
	tests/unit/ip/test_frag \
	tests/unit/ip/test_life \
	tests/unit/ip/test_transit
check_PROGRAMS += $(unit_ip)
TESTS += $(unit_ip)
EXTRA_DIST += tests/unit/ip/ipnet.h tests/unit/ip/fwdnet.h
# what a net of the three IP rooms takes
UNIT_IP_LDADD = src/ipv6/libipv6.a src/ipv4/libipv4.a src/ip/libip.a \
	src/core/libcore.a src/wire/libwire.a src/base/libbase.a $(CRITERION_LIBS)
tests_unit_ip_test_addr_SOURCES = tests/unit/ip/test_addr.c
tests_unit_ip_test_addr_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_ip_test_addr_LDADD = $(UNIT_IP_LDADD)
tests_unit_ip_test_devconf_SOURCES = tests/unit/ip/test_devconf.c
tests_unit_ip_test_devconf_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_ip_test_devconf_LDADD = $(UNIT_IP_LDADD)
tests_unit_ip_test_fib_trie_SOURCES = tests/unit/ip/test_fib_trie.c
tests_unit_ip_test_fib_trie_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_ip_test_fib_trie_LDADD = $(UNIT_IP_LDADD)
tests_unit_ip_test_frag_SOURCES = tests/unit/ip/test_frag.c
tests_unit_ip_test_frag_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_ip_test_frag_LDADD = $(UNIT_IP_LDADD)
tests_unit_ip_test_life_SOURCES = tests/unit/ip/test_life.c
tests_unit_ip_test_life_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_ip_test_life_LDADD = $(UNIT_IP_LDADD)
tests_unit_ip_test_transit_SOURCES = tests/unit/ip/test_transit.c
tests_unit_ip_test_transit_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_ip_test_transit_LDADD = $(UNIT_IP_LDADD)
