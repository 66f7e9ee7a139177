# One program per source file:
#   unit_udp = tests/unit/udp/test_x
#   check_PROGRAMS += $(unit_udp)
#   TESTS += $(unit_udp)
#   tests_unit_udp_test_x_LDADD = $(UNIT_LDADD)
