# Unit tests of the daemon.
daemon_tests = \
	tests/unit/daemon/test_cmsg \
	tests/unit/daemon/test_conf \
	tests/unit/daemon/test_payload \
	tests/unit/daemon/test_poller \
	tests/unit/daemon/test_spin \
	tests/unit/daemon/test_pulse
check_PROGRAMS += $(daemon_tests)
TESTS += $(daemon_tests)
daemon_test_ldadd = src/daemon/libdaemon.a drivers/libdrivers.a src/host/libhost.a $(UNIT_LDADD)
tests_unit_daemon_test_cmsg_SOURCES = tests/unit/daemon/test_cmsg.c
tests_unit_daemon_test_cmsg_LDADD = $(daemon_test_ldadd)
tests_unit_daemon_test_conf_SOURCES = tests/unit/daemon/test_conf.c
tests_unit_daemon_test_conf_LDADD = $(daemon_test_ldadd)
tests_unit_daemon_test_payload_SOURCES = tests/unit/daemon/test_payload.c
tests_unit_daemon_test_payload_LDADD = $(daemon_test_ldadd)
tests_unit_daemon_test_poller_SOURCES = tests/unit/daemon/test_poller.c
tests_unit_daemon_test_poller_LDADD = $(daemon_test_ldadd)
tests_unit_daemon_test_spin_SOURCES = tests/unit/daemon/test_spin.c
tests_unit_daemon_test_spin_LDADD = $(daemon_test_ldadd)
tests_unit_daemon_test_pulse_SOURCES = tests/unit/daemon/test_pulse.c
tests_unit_daemon_test_pulse_LDADD = $(daemon_test_ldadd)
