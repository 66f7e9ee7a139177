noinst_LIBRARIES += src/raw/libraw.a
src_raw_libraw_a_SOURCES = \
	src/raw/ping.c \
	src/raw/raw.c \
	src/raw/raw.h \
	src/raw/raw_priv.h \
	src/raw/raw_sockopt.c
