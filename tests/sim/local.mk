# Stacks in virtual time.
check_LIBRARIES += tests/sim/libsim.a
tests_sim_libsim_a_SOURCES = \
	tests/sim/churn.c tests/sim/churn.h \
	tests/sim/flow.c tests/sim/flow.h \
	tests/sim/invariant.c \
	tests/sim/path.c tests/sim/path.h \
	tests/sim/world.c tests/sim/world.h
tests_sim_libsim_a_CFLAGS = $(AM_CFLAGS) $(PCAP_CFLAGS)
SIM_LDADD = tests/sim/libsim.a drivers/libdrivers.a $(CORE_LIBS) $(EXTERNAL_LIBS)

check_PROGRAMS += tests/sim/soak
tests_sim_soak_SOURCES = tests/sim/soak.c
tests_sim_soak_LDADD = $(SIM_LDADD)
TESTS += tests/sim/soak

check_PROGRAMS += tests/sim/goodput
tests_sim_goodput_SOURCES = tests/sim/goodput.c
tests_sim_goodput_LDADD = $(SIM_LDADD)
TESTS += tests/sim/goodput
EXTRA_DIST += tests/sim/goodput.txt tests/sim/plot.py

check_PROGRAMS += tests/sim/congest
tests_sim_congest_SOURCES = tests/sim/congest.c
tests_sim_congest_LDADD = $(SIM_LDADD)
TESTS += tests/sim/congest

check_PROGRAMS += tests/sim/attack
tests_sim_attack_SOURCES = tests/sim/attack.c
tests_sim_attack_LDADD = $(SIM_LDADD)
TESTS += tests/sim/attack

check_PROGRAMS += tests/sim/bbr
tests_sim_bbr_SOURCES = tests/sim/bbr.c
tests_sim_bbr_LDADD = $(SIM_LDADD)
TESTS += tests/sim/bbr
