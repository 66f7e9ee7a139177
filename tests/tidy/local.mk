# The house rules, checked by programs.
tidy_tests = \
	tests/tidy/layers.py \
	tests/tidy/style.py \
	tests/tidy/headers.py \
	tests/tidy/clang.py \
	tests/tidy/docs.py \
	tests/tidy/objects.py \
	tests/tidy/ids.py
TESTS += $(tidy_tests)
EXTRA_DIST += $(tidy_tests) tests/tidy/source.py tests/tidy/allow.txt
