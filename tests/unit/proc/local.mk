unit_proc = tests/unit/proc/test_proc
check_PROGRAMS += $(unit_proc)
TESTS += $(unit_proc)
tests_unit_proc_test_proc_SOURCES = tests/unit/proc/test_proc.c
tests_unit_proc_test_proc_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_proc_test_proc_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
