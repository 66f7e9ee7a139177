# Real programs, preloaded, in a network namespace of their own.
apps_tests = \
	tests/apps/test_curl.sh
TESTS += $(apps_tests)
EXTRA_DIST += tests/apps/lib.sh $(apps_tests)
