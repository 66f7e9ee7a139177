noinst_LIBRARIES += drivers/libdrivers.a
drivers_libdrivers_a_SOURCES = \
	drivers/drivers.h \
	drivers/loopback.c \
	drivers/pcap.c \
	drivers/ring.c drivers/ring.h \
	drivers/tap.c drivers/tap_priv.h \
	drivers/tap_rx.c \
	drivers/tap_tx.c \
	drivers/wire_sim.c
drivers_libdrivers_a_CFLAGS = $(AM_CFLAGS) $(URING_CFLAGS) $(PCAP_CFLAGS)
