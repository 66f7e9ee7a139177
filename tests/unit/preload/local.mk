# The shim's parts that need no daemon, and the protocol's golden numbers.
unit_preload = \
	tests/unit/preload/test_ctl \
	tests/unit/preload/test_dgram \
	tests/unit/preload/test_fill \
	tests/unit/preload/test_nsort \
	tests/unit/preload/test_proto \
	tests/unit/preload/test_rules \
	tests/unit/preload/test_spin
check_PROGRAMS += $(unit_preload)
TESTS += $(unit_preload)
tests_unit_preload_test_ctl_SOURCES = tests/unit/preload/test_ctl.c preload/ctl.c
tests_unit_preload_test_ctl_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_preload_test_ctl_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/preload -U_FORTIFY_SOURCE
tests_unit_preload_test_ctl_LDADD = $(CRITERION_LIBS)
tests_unit_preload_test_dgram_SOURCES = tests/unit/preload/test_dgram.c preload/dgram.c \
	preload/peek.c preload/ctl.c
tests_unit_preload_test_dgram_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_preload_test_dgram_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/preload -U_FORTIFY_SOURCE
tests_unit_preload_test_dgram_LDADD = $(CRITERION_LIBS)
tests_unit_preload_test_fill_SOURCES = tests/unit/preload/test_fill.c preload/fill.c preload/tag.c
tests_unit_preload_test_fill_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_preload_test_fill_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/preload -U_FORTIFY_SOURCE
tests_unit_preload_test_fill_LDADD = $(CRITERION_LIBS)
tests_unit_preload_test_nsort_SOURCES = tests/unit/preload/test_nsort.c preload/nsort.c preload/gaiconf.c
tests_unit_preload_test_nsort_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_preload_test_nsort_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/preload -U_FORTIFY_SOURCE
tests_unit_preload_test_nsort_LDADD = $(CRITERION_LIBS)
tests_unit_preload_test_proto_SOURCES = tests/unit/preload/test_proto.c
tests_unit_preload_test_proto_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_preload_test_proto_LDADD = $(CRITERION_LIBS)
tests_unit_preload_test_rules_SOURCES = tests/unit/preload/test_rules.c preload/rules.c
tests_unit_preload_test_rules_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_preload_test_rules_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/preload
tests_unit_preload_test_rules_LDADD = $(CRITERION_LIBS)
tests_unit_preload_test_spin_SOURCES = tests/unit/preload/test_spin.c preload/spin.c
tests_unit_preload_test_spin_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_preload_test_spin_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/preload
tests_unit_preload_test_spin_LDADD = $(CRITERION_LIBS)
