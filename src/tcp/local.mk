noinst_LIBRARIES += src/tcp/libtcp.a
src_tcp_libtcp_a_SOURCES = \
	src/tcp/cc_bbr.c \
	src/tcp/cc_bbr.h \
	src/tcp/cc_bbr3.c \
	src/tcp/cc_bbr_model.c \
	src/tcp/cc_cubic.c \
	src/tcp/cc_dctcp.c \
	src/tcp/cc_hystart.c \
	src/tcp/cc_hystart.h \
	src/tcp/cc_reno.c \
	src/tcp/tcp.h \
	src/tcp/tcp_accecn.c src/tcp/tcp_accecn.h src/tcp/tcp_ecn.c \
	src/tcp/tcp_ao.c src/tcp/tcp_ao_opt.c src/tcp/tcp_md5.c \
	src/tcp/tcp_sig.c src/tcp/tcp_sig.h \
	src/tcp/tcp_ack.c \
	src/tcp/tcp_calls.h \
	src/tcp/tcp_cc.c \
	src/tcp/tcp_cc.h \
	src/tcp/tcp_child.c \
	src/tcp/tcp_const.h \
	src/tcp/tcp_cookie.c \
	src/tcp/tcp_cwnd.c \
	src/tcp/tcp_data.c \
	src/tcp/tcp_delack.c \
	src/tcp/tcp_fast.c \
	src/tcp/tcp_fastopen.c \
	src/tcp/tcp_fastopen.h \
	src/tcp/tcp_fastopen_cli.c \
	src/tcp/tcp_fastopen_srv.c \
	src/tcp/tcp_fsm.c \
	src/tcp/tcp_icmp.c \
	src/tcp/tcp_info.c \
	src/tcp/tcp_info.h \
	src/tcp/tcp_isn.c \
	src/tcp/tcp_listen.c \
	src/tcp/tcp_loss.c \
	src/tcp/tcp_metrics.c \
	src/tcp/tcp_mem.c \
	src/tcp/tcp_mtu_probe.c \
	src/tcp/tcp_net.c \
	src/tcp/tcp_ooo.c \
	src/tcp/tcp_open.c \
	src/tcp/tcp_opt_stats.c \
	src/tcp/tcp_out.c \
	src/tcp/tcp_priv.h \
	src/tcp/tcp_proc.c \
	src/tcp/tcp_rack.c \
	src/tcp/tcp_rate.c \
	src/tcp/tcp_rbuf.c \
	src/tcp/tcp_rcv.c \
	src/tcp/tcp_recovery.c \
	src/tcp/tcp_recv.c \
	src/tcp/tcp_repair.c src/tcp/tcp_repair.h \
	src/tcp/tcp_reply.c \
	src/tcp/tcp_req.c \
	src/tcp/tcp_req.h \
	src/tcp/tcp_rexmit.c \
	src/tcp/tcp_rtt.c \
	src/tcp/tcp_rtx.c \
	src/tcp/tcp_sack.c \
	src/tcp/tcp_send.c \
	src/tcp/tcp_sock.c \
	src/tcp/tcp_sockopt.c src/tcp/tcp_sockopt.h src/tcp/tcp_sockopt_admin.c \
	src/tcp/tcp_state.c \
	src/tcp/tcp_sysctl.c \
	src/tcp/tcp_timer.c \
	src/tcp/tcp_trace.c \
	src/tcp/tcp_tw.c \
	src/tcp/tcp_validate.c \
	src/tcp/tcp_xmit.c
