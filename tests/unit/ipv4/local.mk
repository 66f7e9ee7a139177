# One program per source file:
#   unit_ipv4 = tests/unit/ipv4/test_x
#   check_PROGRAMS += $(unit_ipv4)
#   TESTS += $(unit_ipv4)
#   tests_unit_ipv4_test_x_LDADD = $(UNIT_LDADD)
