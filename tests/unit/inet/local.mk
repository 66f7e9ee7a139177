unit_inet = tests/unit/inet/test_bind
check_PROGRAMS += $(unit_inet)
TESTS += $(unit_inet)
tests_unit_inet_test_bind_SOURCES = tests/unit/inet/test_bind.c
tests_unit_inet_test_bind_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_inet_test_bind_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
