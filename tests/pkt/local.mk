# Packet scripts in virtual time: tests/pkt/pkt runs every *.pkt below this directory.
check_PROGRAMS += tests/pkt/pkt
tests_pkt_pkt_SOURCES = \
	tests/pkt/base.c tests/pkt/call.c tests/pkt/call_file.c tests/pkt/call_io.c \
	tests/pkt/call_poll.c tests/pkt/call_sock.c tests/pkt/command.c tests/pkt/conn.c \
	tests/pkt/expr.c tests/pkt/fd.c tests/pkt/frame.c tests/pkt/info.c tests/pkt/main.c \
	tests/pkt/match.c tests/pkt/names.c tests/pkt/opts.c tests/pkt/parse.c \
	tests/pkt/parse_packet.c tests/pkt/parse_val.c tests/pkt/pkt.h tests/pkt/run.c \
	tests/pkt/scan.c tests/pkt/shell.c tests/pkt/text.c tests/pkt/world.c
tests_pkt_pkt_LDADD = drivers/libdrivers.a $(CORE_LIBS) $(EXTERNAL_LIBS) -lm
TESTS += tests/pkt/scripts.sh tests/pkt/clock.sh
dist_check_SCRIPTS += tests/pkt/scripts.sh tests/pkt/clock.sh
pkt_behaviours = tests/pkt/challenge tests/pkt/close tests/pkt/common tests/pkt/cookie \
	tests/pkt/cork tests/pkt/cubic tests/pkt/delack tests/pkt/dsack tests/pkt/ecn tests/pkt/fastopen tests/pkt/frto \
	tests/pkt/icmp tests/pkt/info tests/pkt/ioctl tests/pkt/keepalive tests/pkt/limited-transmit \
	tests/pkt/mss tests/pkt/nagle tests/pkt/newreno tests/pkt/open tests/pkt/paws tests/pkt/pmtu \
	tests/pkt/prr tests/pkt/rack tests/pkt/reneging tests/pkt/reno tests/pkt/reset tests/pkt/rto \
	tests/pkt/sack tests/pkt/send tests/pkt/slow-start tests/pkt/time-wait tests/pkt/tlp \
	tests/pkt/tos tests/pkt/ts tests/pkt/undo tests/pkt/urgent tests/pkt/window \
	tests/pkt/zero-window
EXTRA_DIST += tests/pkt/README.md $(pkt_behaviours)
