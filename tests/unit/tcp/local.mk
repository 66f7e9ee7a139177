# TCP against a scripted peer in virtual time; each test runs over IPv4 and IPv6.
unit_tcp = \
	tests/unit/tcp/test_accecn \
	tests/unit/tcp/test_ao \
	tests/unit/tcp/test_attack \
	tests/unit/tcp/test_cc \
	tests/unit/tcp/test_choice \
	tests/unit/tcp/test_combine \
	tests/unit/tcp/test_data \
	tests/unit/tcp/test_fastopen \
	tests/unit/tcp/test_matrix \
	tests/unit/tcp/test_md5 \
	tests/unit/tcp/test_mem \
	tests/unit/tcp/test_misc \
	tests/unit/tcp/test_mtu \
	tests/unit/tcp/test_nomem \
	tests/unit/tcp/test_open \
	tests/unit/tcp/test_opts \
	tests/unit/tcp/test_pacing \
	tests/unit/tcp/test_ports \
	tests/unit/tcp/test_recovery \
	tests/unit/tcp/test_repair \
	tests/unit/tcp/test_rfc \
	tests/unit/tcp/test_rto \
	tests/unit/tcp/test_state \
	tests/unit/tcp/test_tw \
	tests/unit/tcp/test_user
check_PROGRAMS += $(unit_tcp)
TESTS += $(unit_tcp)
EXTRA_DIST += tests/unit/tcp/ccbox.h tests/unit/tcp/sigbox.h tests/unit/tcp/wirebox.h
tests_unit_tcp_test_accecn_SOURCES = tests/unit/tcp/test_accecn.c
tests_unit_tcp_test_accecn_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_tcp_test_accecn_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_tcp_test_cc_SOURCES = tests/unit/tcp/test_cc.c
tests_unit_tcp_test_cc_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_tcp_test_cc_LDADD = drivers/libdrivers.a $(UNIT_LDADD) -lm
tests_unit_tcp_test_choice_SOURCES = tests/unit/tcp/test_choice.c
tests_unit_tcp_test_choice_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_tcp_test_choice_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_tcp_test_combine_SOURCES = tests/unit/tcp/test_combine.c
tests_unit_tcp_test_combine_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_tcp_test_combine_LDADD = $(tests_unit_tcp_test_ao_LDADD)
tests_unit_tcp_test_data_SOURCES = tests/unit/tcp/test_data.c
tests_unit_tcp_test_data_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_tcp_test_data_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_tcp_test_fastopen_SOURCES = tests/unit/tcp/test_fastopen.c
tests_unit_tcp_test_fastopen_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_tcp_test_fastopen_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_tcp_test_misc_SOURCES = tests/unit/tcp/test_misc.c
tests_unit_tcp_test_misc_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_tcp_test_misc_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_tcp_test_nomem_SOURCES = tests/unit/tcp/test_nomem.c
tests_unit_tcp_test_nomem_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_tcp_test_nomem_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_tcp_test_open_SOURCES = tests/unit/tcp/test_open.c
tests_unit_tcp_test_open_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_tcp_test_open_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_tcp_test_recovery_SOURCES = tests/unit/tcp/test_recovery.c
tests_unit_tcp_test_recovery_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_tcp_test_recovery_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_tcp_test_ao_SOURCES = tests/unit/tcp/test_ao.c
tests_unit_tcp_test_ao_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_tcp_test_ao_LDADD = src/host/libhost.a drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_tcp_test_md5_SOURCES = tests/unit/tcp/test_md5.c
tests_unit_tcp_test_md5_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_tcp_test_md5_LDADD = src/host/libhost.a drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_tcp_test_repair_SOURCES = tests/unit/tcp/test_repair.c
tests_unit_tcp_test_repair_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_tcp_test_repair_LDADD = src/host/libhost.a drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_tcp_test_state_SOURCES = tests/unit/tcp/test_state.c
tests_unit_tcp_test_state_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_tcp_test_state_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_tcp_test_tw_SOURCES = tests/unit/tcp/test_tw.c
tests_unit_tcp_test_tw_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_tcp_test_tw_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_tcp_test_mtu_SOURCES = tests/unit/tcp/test_mtu.c
tests_unit_tcp_test_mtu_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_tcp_test_mtu_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_tcp_test_mem_SOURCES = tests/unit/tcp/test_mem.c
tests_unit_tcp_test_mem_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_tcp_test_mem_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_tcp_test_opts_SOURCES = tests/unit/tcp/test_opts.c
tests_unit_tcp_test_opts_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_tcp_test_opts_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_tcp_test_ports_SOURCES = tests/unit/tcp/test_ports.c
tests_unit_tcp_test_ports_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_tcp_test_ports_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_tcp_test_pacing_SOURCES = tests/unit/tcp/test_pacing.c
tests_unit_tcp_test_pacing_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_tcp_test_pacing_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_tcp_test_attack_SOURCES = tests/unit/tcp/test_attack.c
tests_unit_tcp_test_attack_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_tcp_test_attack_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_tcp_test_rfc_SOURCES = tests/unit/tcp/test_rfc.c
tests_unit_tcp_test_rfc_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_tcp_test_rfc_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_tcp_test_rto_SOURCES = tests/unit/tcp/test_rto.c
tests_unit_tcp_test_rto_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_tcp_test_rto_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_tcp_test_user_SOURCES = tests/unit/tcp/test_user.c
tests_unit_tcp_test_user_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_tcp_test_user_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
tests_unit_tcp_test_matrix_SOURCES = tests/unit/tcp/test_matrix.c
tests_unit_tcp_test_matrix_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_tcp_test_matrix_LDADD = drivers/libdrivers.a $(UNIT_LDADD)
