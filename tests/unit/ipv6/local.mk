# Packets in, packets out, over a recording device.
unit_ipv6 =
check_PROGRAMS += $(unit_ipv6)
TESTS += $(unit_ipv6)
