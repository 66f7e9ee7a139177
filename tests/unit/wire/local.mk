# One program per source file:
#   unit_wire = tests/unit/wire/test_x
#   check_PROGRAMS += $(unit_wire)
#   TESTS += $(unit_wire)
#   tests_unit_wire_test_x_LDADD = $(UNIT_LDADD)
