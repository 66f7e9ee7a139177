# One program per source file:
#   unit_ip = tests/unit/ip/test_x
#   check_PROGRAMS += $(unit_ip)
#   TESTS += $(unit_ip)
#   tests_unit_ip_test_x_LDADD = $(UNIT_LDADD)
