noinst_LIBRARIES += src/host/libhost.a
src_host_libhost_a_SOURCES = \
	src/host/crypto.c \
	src/host/host.h \
	src/host/log.c \
	src/host/loop_libevent.c \
	src/host/netif.c \
	src/host/spin.c \
	src/host/spin.h \
	src/host/system.c \
	src/host/unix_diag.c
src_host_libhost_a_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS) $(LIBEVENT_CFLAGS) $(LIBNL_CFLAGS)
