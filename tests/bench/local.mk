# The comparison with the kernel: `make bench` (root). Not part of `make check`: it measures.
noinst_PROGRAMS += tests/bench/nb tests/bench/calls
tests_bench_nb_SOURCES = tests/bench/nb.c
tests_bench_nb_LDADD =
tests_bench_calls_SOURCES = tests/bench/calls.c
tests_bench_calls_LDADD =
EXTRA_PROGRAMS += tests/bench/pktrx
tests_bench_pktrx_SOURCES = tests/bench/pktrx.c tests/host_sh.h
tests_bench_pktrx_LDADD = drivers/libdrivers.a src/host/libhost.a $(CORE_LIBS) $(EXTERNAL_LIBS)
EXTRA_DIST += tests/bench/bench.py
CLEANFILES += bench.json tests/bench/pktrx$(EXEEXT)

.PHONY: bench
bench: all tests/bench/pktrx$(EXEEXT) tests/sim/soak$(EXEEXT)
	$(PYTHON) $(srcdir)/tests/bench/bench.py $(abs_builddir) $(BENCH_FLAGS)

# Both stacks over the same bad link: `make differential` (root).
EXTRA_PROGRAMS += tests/bench/relay
tests_bench_relay_SOURCES = tests/bench/relay.c
tests_bench_relay_LDADD = $(CORE_LIBS)
EXTRA_DIST += tests/bench/differential.py
CLEANFILES += tests/bench/relay$(EXEEXT)

.PHONY: differential
differential: all tests/bench/relay$(EXEEXT)
	$(PYTHON) $(srcdir)/tests/bench/differential.py $(abs_builddir) $(DIFFERENTIAL_FLAGS)
