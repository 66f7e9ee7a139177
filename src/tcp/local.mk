# Sources of the room tcp: list them in src_tcp_libtcp_la_SOURCES (headers too).
noinst_LTLIBRARIES += src/tcp/libtcp.la
src_tcp_libtcp_la_SOURCES =
