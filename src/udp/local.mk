# Sources of the room udp: list them in src_udp_libudp_la_SOURCES (headers too).
noinst_LTLIBRARIES += src/udp/libudp.la
src_udp_libudp_la_SOURCES =
