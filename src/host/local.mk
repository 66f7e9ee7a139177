noinst_LTLIBRARIES += src/host/libhost.la
src_host_libhost_la_SOURCES = \
	src/host/host.h \
	src/host/log.c \
	src/host/loop_libevent.c \
	src/host/netif.c \
	src/host/system.c
src_host_libhost_la_CFLAGS = $(AM_CFLAGS) $(LIBEVENT_CFLAGS) $(LIBNL_CFLAGS)
src_host_libhost_la_LIBADD = $(LIBEVENT_LIBS) $(LIBNL_LIBS)
