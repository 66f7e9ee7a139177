# The comparison with the kernel: `make bench` (root). Not part of `make check`: it measures.
noinst_PROGRAMS += tests/bench/nb tests/bench/calls
tests_bench_nb_SOURCES = tests/bench/nb.c
tests_bench_nb_LDADD =
tests_bench_calls_SOURCES = tests/bench/calls.c
tests_bench_calls_LDADD =
EXTRA_DIST += tests/bench/bench.py
CLEANFILES += bench.json

.PHONY: bench
bench: all
	$(PYTHON) $(srcdir)/tests/bench/bench.py $(abs_builddir) $(BENCH_FLAGS)
