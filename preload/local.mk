# libnetstack.so: preloaded into programs. It shares nothing with the stack but include/.
lib_LTLIBRARIES += preload/libnetstack.la
preload_libnetstack_la_SOURCES = \
	preload/shim.h preload/real.h preload/names.h \
	preload/init.c preload/real.c preload/tag.c preload/fdtab.c preload/rpc.c \
	preload/sock_life.c preload/sock_conn.c preload/sock_name.c preload/sock_opt.c \
	preload/sock_io.c preload/sock_ioctl.c preload/connect.c preload/fill.c preload/hold.c preload/stream.c preload/dgram.c preload/peek.c preload/ctl.c \
	preload/linger.c preload/swap.c preload/route.c preload/rules.h preload/rules.c preload/policy.c preload/reconnect.c preload/sysc.c preload/secc.c preload/ifaddrs.c preload/hostdev.c \
	preload/hosts.c preload/gaiconf.c preload/nsort.c preload/dns.c preload/res.c preload/resolv.c preload/gethost.c \
	preload/sock_rare.c preload/old.c preload/user.c preload/exec.c preload/vfork.c preload/env.c preload/poll.c preload/select.c preload/epoll.c preload/errq.c preload/large.c preload/packet.c preload/ring.c preload/payload.c preload/zcrecv.c preload/pulse.c preload/spin.c preload/files.h preload/files.c preload/dirs.c preload/cwd.c preload/walk.c preload/fts.c preload/dlopen.c \
	preload/super.h preload/super.c preload/super_filter.c preload/super_task.c \
	preload/super_note.c preload/super_swap.c preload/super_call.c preload/super_data.c
# Never built with sanitizers: their run time cannot enter a foreign program this way.
# No fortified inlines: they would be defined twice. The checks for NULL are meant, although
# libc's headers promise that it does not come.
preload_libnetstack_la_CPPFLAGS = -U_FORTIFY_SOURCE -I$(srcdir)/include -I$(srcdir)/preload
preload_libnetstack_la_CFLAGS = $(BASE_CFLAGS) $(CARES_CFLAGS) -fno-delete-null-pointer-checks
preload_libnetstack_la_LDFLAGS = -module -avoid-version -shared
preload_libnetstack_la_LIBADD = -ldl -lpthread
