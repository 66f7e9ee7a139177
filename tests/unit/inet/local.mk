# One program per source file:
#   unit_inet = tests/unit/inet/test_x
#   check_PROGRAMS += $(unit_inet)
#   TESTS += $(unit_inet)
#   tests_unit_inet_test_x_LDADD = $(UNIT_LDADD)
