# One program per source file:
#   unit_ipv6 = tests/unit/ipv6/test_x
#   check_PROGRAMS += $(unit_ipv6)
#   TESTS += $(unit_ipv6)
#   tests_unit_ipv6_test_x_LDADD = $(UNIT_LDADD)
