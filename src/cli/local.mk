# netstack, the command-line tool. It shares only include/ with the stack.
bin_PROGRAMS += netstack
netstack_SOURCES = \
	src/cli/behind.c \
	src/cli/capture.c \
	src/cli/cli.h \
	src/cli/client.c \
	src/cli/client.h \
	src/cli/main.c \
	src/cli/paths.c \
	src/cli/plot.c \
	src/cli/private.c \
	src/cli/run.c \
	src/cli/show.c \
	src/cli/watch.c
netstack_CPPFLAGS = $(AM_CPPFLAGS) -DNETSTACK_SBINDIR='"$(sbindir)"'
netstack_CFLAGS = $(AM_CFLAGS) $(CJSON_CFLAGS) $(PCAP_CFLAGS)
netstack_LDADD = $(CJSON_LIBS) $(PCAP_LIBS)
