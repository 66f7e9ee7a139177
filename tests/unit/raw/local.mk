unit_raw = tests/unit/raw/test_raw
check_PROGRAMS += $(unit_raw)
TESTS += $(unit_raw)
tests_unit_raw_test_raw_SOURCES = tests/unit/raw/test_raw.c
tests_unit_raw_test_raw_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_raw_test_raw_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
