unit_udp = \
	tests/unit/udp/test_matrix \
	tests/unit/udp/test_udp \
	tests/unit/udp/test_udplite
check_PROGRAMS += $(unit_udp)
TESTS += $(unit_udp)
tests_unit_udp_test_matrix_SOURCES = tests/unit/udp/test_matrix.c
tests_unit_udp_test_matrix_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_udp_test_matrix_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_udp_test_udp_SOURCES = tests/unit/udp/test_udp.c
tests_unit_udp_test_udp_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_udp_test_udp_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_udp_test_udplite_SOURCES = tests/unit/udp/test_udplite.c
tests_unit_udp_test_udplite_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_udp_test_udplite_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
