# Sources of the room ip: list them in src_ip_libip_la_SOURCES (headers too).
noinst_LTLIBRARIES += src/ip/libip.la
src_ip_libip_la_SOURCES =
