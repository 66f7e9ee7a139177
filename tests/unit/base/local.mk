# One program per source file:
#   unit_base = tests/unit/base/test_x
#   check_PROGRAMS += $(unit_base)
#   TESTS += $(unit_base)
#   tests_unit_base_test_x_LDADD = $(UNIT_LDADD)
