# Sources of the room raw: list them in src_raw_libraw_la_SOURCES (headers too).
noinst_LTLIBRARIES += src/raw/libraw.la
src_raw_libraw_la_SOURCES =
