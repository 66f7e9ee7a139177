# The house rules, checked by programs.
tidy_tests = \
	tests/tidy/layers.py \
	tests/tidy/style.py \
	tests/tidy/headers.py \
	tests/tidy/clang.py \
	tests/tidy/docs.py \
	tests/tidy/proof.py \
	tests/tidy/objects.py \
	tests/tidy/ids.py \
	tests/tidy/sockopts.py \
	tests/tidy/tcp_page.py
# The rows of the tables of socket options, for sockopts.py.
check_PROGRAMS += tests/tidy/sockopts
tests_tidy_sockopts_SOURCES = tests/tidy/sockopts.c
tests_tidy_sockopts_LDADD = $(CORE_LIBS) $(EXTERNAL_LIBS)
TESTS += $(tidy_tests)
EXTRA_DIST += $(tidy_tests) tests/tidy/source.py tests/tidy/allow.txt
