# Formats: parsers, printer, helpers.
unit_wire = \
	tests/unit/wire/test_formats \
	tests/unit/wire/test_ip_opt \
	tests/unit/wire/test_print \
	tests/unit/wire/test_tcp_opt
check_PROGRAMS += $(unit_wire)
TESTS += $(unit_wire)
tests_unit_wire_test_formats_SOURCES = tests/unit/wire/test_formats.c
tests_unit_wire_test_formats_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_wire_test_formats_LDADD = src/wire/libwire.a src/base/libbase.a $(CRITERION_LIBS)
tests_unit_wire_test_ip_opt_SOURCES = tests/unit/wire/test_ip_opt.c
tests_unit_wire_test_ip_opt_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_wire_test_ip_opt_LDADD = src/wire/libwire.a src/base/libbase.a $(CRITERION_LIBS)
tests_unit_wire_test_print_SOURCES = tests/unit/wire/test_print.c
tests_unit_wire_test_print_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_wire_test_print_LDADD = src/wire/libwire.a src/base/libbase.a $(CRITERION_LIBS)
tests_unit_wire_test_tcp_opt_SOURCES = tests/unit/wire/test_tcp_opt.c
tests_unit_wire_test_tcp_opt_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_wire_test_tcp_opt_LDADD = src/wire/libwire.a src/base/libbase.a $(CRITERION_LIBS)
