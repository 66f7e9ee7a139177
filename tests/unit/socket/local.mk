# One program per source file:
#   unit_socket = tests/unit/socket/test_x
#   check_PROGRAMS += $(unit_socket)
#   TESTS += $(unit_socket)
#   tests_unit_socket_test_x_LDADD = $(UNIT_LDADD)
