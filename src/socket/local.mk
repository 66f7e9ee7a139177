noinst_LTLIBRARIES += src/socket/libsocket.la
src_socket_libsocket_la_SOURCES = \
	src/socket/sock_call.c \
	src/socket/sock_msg.c \
	src/socket/sock_opt.c \
	src/socket/socket.h
