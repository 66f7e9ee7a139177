# One program per source file:
#   unit_tcp = tests/unit/tcp/test_x
#   check_PROGRAMS += $(unit_tcp)
#   TESTS += $(unit_tcp)
#   tests_unit_tcp_test_x_LDADD = $(UNIT_LDADD)
