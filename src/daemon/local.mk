# netstackd. Everything but main() is a library, so that unit tests can link it.
noinst_LIBRARIES += src/daemon/libdaemon.a
src_daemon_libdaemon_a_SOURCES = \
	src/daemon/addr.c \
	src/daemon/admin.c \
	src/daemon/capable.c \
	src/daemon/capture.c \
	src/daemon/channel.c \
	src/daemon/channel.h \
	src/daemon/cmsg.c \
	src/daemon/conf.c \
	src/daemon/conf.h \
	src/daemon/conf_dev.c \
	src/daemon/conf_priv.h \
	src/daemon/conf_route.c \
	src/daemon/conf_value.c \
	src/daemon/connect.c \
	src/daemon/copy.c \
	src/daemon/daemon.h \
	src/daemon/devices.c \
	src/daemon/dgram.c \
	src/daemon/ifreq.c \
	src/daemon/ifreq_set.c \
	src/daemon/inode.c \
	src/daemon/lent.c \
	src/daemon/letter.c \
	src/daemon/linger.c \
	src/daemon/listen.c \
	src/daemon/notify.c \
	src/daemon/notify.h \
	src/daemon/object.c \
	src/daemon/object.h \
	src/daemon/payload.c \
	src/daemon/ringmem.c \
	src/daemon/ringmem.h \
	src/daemon/payload.h \
	src/daemon/poller.c \
	src/daemon/poller.h \
	src/daemon/pulse.c \
	src/daemon/pulse.h \
	src/daemon/record.c \
	src/daemon/rpc.c \
	src/daemon/rpc_net.c \
	src/daemon/rpc_proc.c \
	src/daemon/rpc_sock.c \
	src/daemon/server.c \
	src/daemon/setup.c \
	src/daemon/stamp.c \
	src/daemon/stat.c \
	src/daemon/stat_dev.c \
	src/daemon/stat_sock.c \
	src/daemon/stream.c \
	src/daemon/trace.c \
	src/daemon/trace.h \
	src/daemon/turn.c \
	src/daemon/tree.c \
	src/daemon/unread.c \
	src/daemon/watch.c \
	src/daemon/worker.c \
	src/daemon/worker.h \
	src/daemon/worker_priv.h \
	src/daemon/write.c \
	src/daemon/zombie.c
src_daemon_libdaemon_a_CFLAGS = $(AM_CFLAGS) $(CJSON_CFLAGS)

sbin_PROGRAMS += netstackd
netstackd_SOURCES = src/daemon/main.c
netstackd_LDADD = src/daemon/libdaemon.a drivers/libdrivers.a src/host/libhost.a \
	$(CORE_LIBS) $(EXTERNAL_LIBS)
