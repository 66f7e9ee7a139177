# How tests run, and the list of test rooms.
#
# tests/driver runs each test and turns its TAP (criterion's, or printed on stdout by a script) into
# one result per case; a test that prints no TAP is one case: exit 0 passed, 77 skipped, else failed.
TEST_EXTENSIONS = .sh .py
LOG_DRIVER = $(BASH) $(srcdir)/tests/driver
SH_LOG_DRIVER = $(BASH) $(srcdir)/tests/driver
PY_LOG_DRIVER = $(BASH) $(srcdir)/tests/driver
SH_LOG_COMPILER = $(BASH)
PY_LOG_COMPILER = $(PYTHON)
AM_TESTS_ENVIRONMENT = \
	srcdir='$(abs_srcdir)'; builddir='$(abs_builddir)'; \
	CC='$(CC)'; PYTHON='$(PYTHON)'; NETSTACK_PLAIN_BUILD='$(PLAIN_BUILD)'; \
	NETSTACK_CORE_LIBS='$(CORE_LIBS)'; \
	NETSTACK_LIB_CFLAGS='$(LIBEVENT_CFLAGS) $(LIBNL_CFLAGS) $(CARES_CFLAGS) $(URING_CFLAGS) $(PCAP_CFLAGS) $(CJSON_CFLAGS) $(XDP_CFLAGS)'; \
	PYTHONDONTWRITEBYTECODE=1; \
	ASAN_OPTIONS="detect_stack_use_after_return=0:abort_on_error=1:$$ASAN_OPTIONS"; \
	UBSAN_OPTIONS="print_stacktrace=1:$$UBSAN_OPTIONS"; \
	LSAN_OPTIONS="suppressions=$(abs_srcdir)/tests/lsan.supp:print_suppressions=0:$$LSAN_OPTIONS"; \
	export srcdir builddir CC PYTHON NETSTACK_LIB_CFLAGS NETSTACK_PLAIN_BUILD NETSTACK_CORE_LIBS PYTHONDONTWRITEBYTECODE \
		ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS;

EXTRA_DIST += tests/driver tests/summary tests/coverage.py tests/netdev.py tests/devices.py tests/lsan.supp

# Only the tests of one kind, and of the programs only those they need.
.PHONY: check-unit check-sim check-fuzz check-tidy check-conformance check-apps check-facts check-pkt check-sanitized
check-unit check-sim check-pkt check-fuzz check-tidy check-conformance check-apps check-facts:
	$(MAKE) $(AM_MAKEFLAGS) check \
		TESTS="$(filter tests/$(patsubst check-%,%,$@)/%,$(TESTS))" \
		check_PROGRAMS="$(filter tests/$(patsubst check-%,%,$@)/%,$(check_PROGRAMS))"

# What runs under the sanitizers: everything that does not preload a program (ASan would have to be
# preloaded first) and that does not look at the objects of a plain build.
sanitized = tests/unit/% tests/sim/% tests/pkt/% tests/fuzz/%
check-sanitized:
	$(MAKE) $(AM_MAKEFLAGS) $(filter $(sanitized),$(check_PROGRAMS))
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS="$(filter $(sanitized),$(TESTS))" \
		check_PROGRAMS= check_LIBRARIES=

if HAVE_CRITERION
include $(srcdir)/tests/unit/base/local.mk
include $(srcdir)/tests/unit/wire/local.mk
include $(srcdir)/tests/unit/core/local.mk
include $(srcdir)/tests/unit/ip/local.mk
include $(srcdir)/tests/unit/ipv4/local.mk
include $(srcdir)/tests/unit/ipv6/local.mk
include $(srcdir)/tests/unit/inet/local.mk
include $(srcdir)/tests/unit/tcp/local.mk
include $(srcdir)/tests/unit/udp/local.mk
include $(srcdir)/tests/unit/packet/local.mk
include $(srcdir)/tests/unit/raw/local.mk
include $(srcdir)/tests/unit/proc/local.mk
include $(srcdir)/tests/unit/socket/local.mk
include $(srcdir)/tests/unit/drivers/local.mk
include $(srcdir)/tests/unit/daemon/local.mk
include $(srcdir)/tests/unit/preload/local.mk
endif
include $(srcdir)/tests/sim/local.mk
include $(srcdir)/tests/pkt/local.mk
include $(srcdir)/tests/conformance/local.mk
include $(srcdir)/tests/apps/local.mk
include $(srcdir)/tests/facts/local.mk
include $(srcdir)/tests/bench/local.mk
include $(srcdir)/tests/vfio/local.mk
include $(srcdir)/tests/fuzz/local.mk
include $(srcdir)/tests/tidy/local.mk

# Optimising the unit tests' own code, which is much and runs for moments, took a tenth of all of check.
tests/unit/%.o: private CFLAGS := $(filter-out -O%,$(CFLAGS)) -O0

# UNIT_LDADD and FUZZ_LDADD come from configure, where automake does not see what they depend on.
$(check_PROGRAMS) $(fuzz_targets): $(CORE_LIBS)
