# Fuzz targets: one file fuzz_x.c each, with LLVMFuzzerTestOneInput() (fuzz.h), a corpus in corpus/x/
# and perhaps a dictionary in dict/x.dict.
#
#   configure CC=clang --enable-fuzzers; make fuzzers     libFuzzer binaries
#   any other build: make check                           standalone.c replays and mutates the corpus
#
# A new target: its name in fuzz_targets, and the two lines _SOURCES and _LDADD.
fuzz_targets = \
	tests/fuzz/fuzz_control \
	tests/fuzz/fuzz_driver \
	tests/fuzz/fuzz_e1000 \
	tests/fuzz/fuzz_frame \
	tests/fuzz/fuzz_frames \
	tests/fuzz/fuzz_host \
	tests/fuzz/fuzz_igb \
	tests/fuzz/fuzz_ip4_opt \
	tests/fuzz/fuzz_ip6_ext \
	tests/fuzz/fuzz_nd_opt \
	tests/fuzz/fuzz_print \
	tests/fuzz/fuzz_tcp_opt

if ENABLE_FUZZERS
fuzz_main = tests/fuzz/fuzz.h
EXTRA_PROGRAMS += $(fuzz_targets)
else
fuzz_main = tests/fuzz/fuzz.h tests/fuzz/standalone.c
check_PROGRAMS += $(fuzz_targets)
TESTS += $(fuzz_targets)
endif

fuzz_net = tests/fuzz/frame_net.c tests/fuzz/frame_net.h

tests_fuzz_fuzz_control_SOURCES = tests/fuzz/fuzz_control.c $(fuzz_main)
tests_fuzz_fuzz_control_LDADD = src/daemon/libdaemon.a drivers/libdrivers.a src/host/libhost.a \
	$(FUZZ_LDADD)

tests_fuzz_fuzz_driver_SOURCES = tests/fuzz/fuzz_driver.c $(fuzz_main)
tests_fuzz_fuzz_driver_LDADD = drivers/libdrivers.a $(FUZZ_LDADD)

fuzz_nic = tests/fuzz/fuzz_nic.c tests/fuzz/fuzz_nic.h
tests_fuzz_fuzz_e1000_SOURCES = tests/fuzz/fuzz_e1000.c $(fuzz_nic) $(fuzz_main)
tests_fuzz_fuzz_e1000_LDADD = drivers/libdrivers.a $(FUZZ_LDADD)
tests_fuzz_fuzz_igb_SOURCES = tests/fuzz/fuzz_igb.c $(fuzz_nic) $(fuzz_main)
tests_fuzz_fuzz_igb_LDADD = drivers/libdrivers.a $(FUZZ_LDADD)

tests_fuzz_fuzz_frame_SOURCES = tests/fuzz/fuzz_frame.c $(fuzz_net) $(fuzz_main)
tests_fuzz_fuzz_frame_LDADD = drivers/libdrivers.a $(FUZZ_LDADD)

tests_fuzz_fuzz_frames_SOURCES = tests/fuzz/fuzz_frames.c $(fuzz_net) $(fuzz_main)
tests_fuzz_fuzz_frames_LDADD = drivers/libdrivers.a $(FUZZ_LDADD)

tests_fuzz_fuzz_host_SOURCES = tests/fuzz/fuzz_host.c $(fuzz_net) $(fuzz_main)
tests_fuzz_fuzz_host_LDADD = drivers/libdrivers.a $(FUZZ_LDADD)

tests_fuzz_fuzz_ip4_opt_SOURCES = tests/fuzz/fuzz_ip4_opt.c $(fuzz_main)
tests_fuzz_fuzz_ip4_opt_LDADD = $(FUZZ_LDADD)

tests_fuzz_fuzz_ip6_ext_SOURCES = tests/fuzz/fuzz_ip6_ext.c $(fuzz_main)
tests_fuzz_fuzz_ip6_ext_LDADD = $(FUZZ_LDADD)

tests_fuzz_fuzz_nd_opt_SOURCES = tests/fuzz/fuzz_nd_opt.c $(fuzz_main)
tests_fuzz_fuzz_nd_opt_LDADD = $(FUZZ_LDADD)

tests_fuzz_fuzz_print_SOURCES = tests/fuzz/fuzz_print.c $(fuzz_main)
tests_fuzz_fuzz_print_LDADD = $(FUZZ_LDADD)

tests_fuzz_fuzz_tcp_opt_SOURCES = tests/fuzz/fuzz_tcp_opt.c $(fuzz_main)
tests_fuzz_fuzz_tcp_opt_LDADD = $(FUZZ_LDADD)

.PHONY: fuzzers
fuzzers: $(fuzz_targets)

EXTRA_DIST += tests/fuzz/run-long.sh tests/fuzz/make_corpus.py tests/fuzz/corpus tests/fuzz/dict \
	tests/fuzz/standalone.c tests/fuzz/fuzz.h
