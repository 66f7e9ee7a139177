# Sources of the room inet: list them in src_inet_libinet_la_SOURCES (headers too).
noinst_LTLIBRARIES += src/inet/libinet.la
src_inet_libinet_la_SOURCES =
