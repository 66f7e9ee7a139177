unit_socket = tests/unit/socket/test_sockopt
check_PROGRAMS += $(unit_socket)
TESTS += $(unit_socket)
tests_unit_socket_test_sockopt_SOURCES = tests/unit/socket/test_sockopt.c
tests_unit_socket_test_sockopt_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_socket_test_sockopt_LDADD = drivers/libdrivers.la $(UNIT_LDADD)
EXTRA_DIST += tests/unit/socket/box.h
