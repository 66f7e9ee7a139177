# The machinery: packets against a twin, cutting and merging, neighbours, the loop, options.
unit_core = \
	tests/unit/core/test_dev \
	tests/unit/core/test_gro \
	tests/unit/core/test_gro_twin \
	tests/unit/core/test_neigh \
	tests/unit/core/test_net \
	tests/unit/core/test_queues \
	tests/unit/core/test_shard \
	tests/unit/core/test_skb \
	tests/unit/core/test_sock \
	tests/unit/core/test_sock_filter \
	tests/unit/core/test_sysctl
check_PROGRAMS += $(unit_core)
TESTS += $(unit_core)
EXTRA_DIST += tests/unit/fixture.h
tests_unit_core_test_dev_SOURCES = tests/unit/core/test_dev.c
tests_unit_core_test_dev_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_core_test_dev_LDADD = src/core/libcore.a src/wire/libwire.a src/base/libbase.a $(CRITERION_LIBS)
tests_unit_core_test_gro_SOURCES = tests/unit/core/test_gro.c
tests_unit_core_test_gro_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_core_test_gro_LDADD = src/core/libcore.a src/wire/libwire.a src/base/libbase.a $(CRITERION_LIBS)
tests_unit_core_test_gro_twin_SOURCES = tests/unit/core/test_gro_twin.c
tests_unit_core_test_gro_twin_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_core_test_gro_twin_LDADD = src/core/libcore.a src/wire/libwire.a src/base/libbase.a $(CRITERION_LIBS)
tests_unit_core_test_neigh_SOURCES = tests/unit/core/test_neigh.c
tests_unit_core_test_neigh_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_core_test_neigh_LDADD = src/core/libcore.a src/wire/libwire.a src/base/libbase.a $(CRITERION_LIBS)
tests_unit_core_test_net_SOURCES = tests/unit/core/test_net.c
tests_unit_core_test_net_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_core_test_net_LDADD = src/core/libcore.a src/wire/libwire.a src/base/libbase.a $(CRITERION_LIBS)
tests_unit_core_test_queues_SOURCES = tests/unit/core/test_queues.c
tests_unit_core_test_queues_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_core_test_queues_LDADD = src/core/libcore.a src/wire/libwire.a src/base/libbase.a $(CRITERION_LIBS)
tests_unit_core_test_skb_SOURCES = tests/unit/core/test_skb.c
tests_unit_core_test_skb_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_core_test_skb_LDADD = src/core/libcore.a src/wire/libwire.a src/base/libbase.a $(CRITERION_LIBS)
tests_unit_core_test_sock_SOURCES = tests/unit/core/test_sock.c
tests_unit_core_test_sock_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_core_test_sock_LDADD = src/core/libcore.a src/wire/libwire.a src/base/libbase.a $(CRITERION_LIBS)
tests_unit_core_test_sock_filter_SOURCES = tests/unit/core/test_sock_filter.c
tests_unit_core_test_sock_filter_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS) $(PCAP_CFLAGS)
tests_unit_core_test_sock_filter_LDADD = src/core/libcore.a src/wire/libwire.a src/base/libbase.a $(PCAP_LIBS) $(CRITERION_LIBS)
tests_unit_core_test_sysctl_SOURCES = tests/unit/core/test_sysctl.c
tests_unit_core_test_sysctl_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_core_test_sysctl_LDADD = src/core/libcore.a src/wire/libwire.a src/base/libbase.a $(CRITERION_LIBS)
tests_unit_core_test_shard_SOURCES = tests/unit/core/test_shard.c
tests_unit_core_test_shard_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_core_test_shard_LDADD = src/core/libcore.a src/wire/libwire.a src/base/libbase.a $(CRITERION_LIBS)
