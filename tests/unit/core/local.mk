# One program per source file:
#   unit_core = tests/unit/core/test_x
#   check_PROGRAMS += $(unit_core)
#   TESTS += $(unit_core)
#   tests_unit_core_test_x_LDADD = $(UNIT_LDADD)
