# One program per source file:
#   unit_raw = tests/unit/raw/test_x
#   check_PROGRAMS += $(unit_raw)
#   TESTS += $(unit_raw)
#   tests_unit_raw_test_x_LDADD = $(UNIT_LDADD)
