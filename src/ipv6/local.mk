# Sources of the room ipv6: list them in src_ipv6_libipv6_la_SOURCES (headers too).
noinst_LTLIBRARIES += src/ipv6/libipv6.la
src_ipv6_libipv6_la_SOURCES =
