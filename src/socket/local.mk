noinst_LIBRARIES += src/socket/libsocket.a
src_socket_libsocket_a_SOURCES = \
	src/socket/sock_call.c \
	src/socket/sock_msg.c \
	src/socket/sock_opt.c \
	src/socket/socket.h
