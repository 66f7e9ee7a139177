noinst_LIBRARIES += src/proc/libproc.a
src_proc_libproc_a_SOURCES = \
	src/proc/proc.c \
	src/proc/proc.h \
	src/proc/proc_dev.c \
	src/proc/proc_mib.c \
	src/proc/proc_priv.h \
	src/proc/proc_queues.c \
	src/proc/proc_route.c \
	src/proc/proc_sock.c \
	src/proc/proc_sysfs.c
