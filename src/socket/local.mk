# Sources of the room socket: list them in src_socket_libsocket_la_SOURCES (headers too).
noinst_LTLIBRARIES += src/socket/libsocket.la
src_socket_libsocket_la_SOURCES =
