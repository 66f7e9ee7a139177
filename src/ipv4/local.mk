# Sources of the room ipv4: list them in src_ipv4_libipv4_la_SOURCES (headers too).
noinst_LTLIBRARIES += src/ipv4/libipv4.la
src_ipv4_libipv4_la_SOURCES =
