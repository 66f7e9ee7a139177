# Facts: a small program about sockets, natively and under the shim (needs root).
check_PROGRAMS += tests/facts/facts tests/facts/peer
tests_facts_facts_SOURCES = tests/facts/facts.h tests/facts/facts.c tests/facts/tcp.c \
	tests/facts/udp.c tests/facts/opt.c tests/facts/fd.c \
	tests/facts/event.c tests/facts/call.c tests/facts/cmsg.c tests/facts/stamp.c tests/facts/group.c tests/facts/signal.c tests/facts/ifreq.c tests/facts/ext6.c
tests_facts_facts_CFLAGS = $(BASE_CFLAGS)
tests_facts_facts_LDFLAGS =
tests_facts_facts_LDADD = -lpthread
tests_facts_peer_SOURCES = tests/facts/peer.c
tests_facts_peer_CFLAGS = $(BASE_CFLAGS)
tests_facts_peer_LDFLAGS =
tests_facts_peer_LDADD =
dist_check_SCRIPTS += tests/facts/run.sh tests/facts/run_seccomp.sh
TESTS += tests/facts/run.sh tests/facts/run_seccomp.sh
EXTRA_DIST += tests/facts/compare.py tests/facts/differences tests/facts/differences-seccomp
