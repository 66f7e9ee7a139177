# Stacks in virtual time.
check_LTLIBRARIES += tests/sim/libsim.la
tests_sim_libsim_la_SOURCES = \
	tests/sim/flow.c tests/sim/flow.h \
	tests/sim/world.c tests/sim/world.h
tests_sim_libsim_la_CFLAGS = $(AM_CFLAGS) $(PCAP_CFLAGS)
SIM_LDADD = tests/sim/libsim.la drivers/libdrivers.la libnetstack_core.la $(PCAP_LIBS)

check_PROGRAMS += tests/sim/soak
tests_sim_soak_SOURCES = tests/sim/soak.c
tests_sim_soak_LDADD = $(SIM_LDADD)
TESTS += tests/sim/soak
