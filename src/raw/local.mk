noinst_LTLIBRARIES += src/raw/libraw.la
src_raw_libraw_la_SOURCES = \
	src/raw/ping.c \
	src/raw/raw.c \
	src/raw/raw.h \
	src/raw/raw_priv.h \
	src/raw/raw_sockopt.c
