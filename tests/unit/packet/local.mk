unit_packet = tests/unit/packet/test_packet
check_PROGRAMS += $(unit_packet)
TESTS += $(unit_packet)
tests_unit_packet_test_packet_SOURCES = tests/unit/packet/test_packet.c
tests_unit_packet_test_packet_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_packet_test_packet_LDADD = $(UNIT_LDADD)
