unit_socket = \
	tests/unit/socket/test_destroy \
	tests/unit/socket/test_sockopt
check_PROGRAMS += $(unit_socket)
TESTS += $(unit_socket)
noinst_HEADERS += tests/unit/socket/box.h
tests_unit_socket_test_destroy_SOURCES = tests/unit/socket/test_destroy.c
tests_unit_socket_test_destroy_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_socket_test_destroy_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_socket_test_sockopt_SOURCES = tests/unit/socket/test_sockopt.c
tests_unit_socket_test_sockopt_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_socket_test_sockopt_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
