// SPDX-License-Identifier: BSD-2-Clause
/* The sockets of the stack, as JSON: what `netstack sock` shows. */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cjson/cJSON.h>

#include "daemon/channel.h"

const char *sock_state_name(int state)
{
	static const char *const state_names[TCP_MAX_STATES] = {
		[TCP_ESTABLISHED] = "ESTAB",	[TCP_SYN_SENT] = "SYN-SENT",
		[TCP_SYN_RECV] = "SYN-RECV",	[TCP_FIN_WAIT1] = "FIN-WAIT-1",
		[TCP_FIN_WAIT2] = "FIN-WAIT-2", [TCP_TIME_WAIT] = "TIME-WAIT",
		[TCP_CLOSE] = "CLOSED",		[TCP_CLOSE_WAIT] = "CLOSE-WAIT",
		[TCP_LAST_ACK] = "LAST-ACK",	[TCP_LISTEN] = "LISTEN",
		[TCP_CLOSING] = "CLOSING",	[TCP_NEW_SYN_RECV] = "SYN-RECV",
	};

	return (unsigned int)state < TCP_MAX_STATES && state_names[state] ? state_names[state] :
									    "?";
}

static void number(cJSON *to, const char *name, u64 v)
{
	cJSON_AddNumberToObject(to, name, (double)v);
}

/* The fields of TCP_INFO that a person follows; names without "tcpi_", units as there. */
static const struct {
	const char *name;
	u16 offset, size;
} tcp_fields[] = {
#define ROW(field)                                                      \
	{                                                               \
#field, offsetof(struct tcp_info, tcpi_##field),        \
			sizeof(((struct tcp_info *)NULL)->tcpi_##field) \
	}
	ROW(ca_state),	    ROW(retransmits),	 ROW(backoff),	      ROW(rto),
	ROW(rtt),	    ROW(rttvar),	 ROW(min_rtt),	      ROW(snd_mss),
	ROW(rcv_mss),	    ROW(pmtu),		 ROW(snd_cwnd),	      ROW(snd_ssthresh),
	ROW(unacked),	    ROW(sacked),	 ROW(lost),	      ROW(retrans),
	ROW(total_retrans), ROW(reordering),	 ROW(rcv_space),      ROW(rcv_ssthresh),
	ROW(notsent_bytes), ROW(pacing_rate),	 ROW(delivery_rate),  ROW(bytes_sent),
	ROW(bytes_acked),   ROW(bytes_received), ROW(bytes_retrans),  ROW(segs_out),
	ROW(segs_in),	    ROW(delivered),	 ROW(delivered_ce),   ROW(dsack_dups),
	ROW(snd_wnd),	    ROW(last_data_sent), ROW(last_data_recv), ROW(busy_time),
	ROW(rwnd_limited),  ROW(sndbuf_limited),
#undef ROW
};

static u64 load(const void *p, u32 size)
{
	u64 v64;
	u32 v32;

	if (size == 1)
		return *(const u8 *)p;
	if (size == 4) {
		memcpy(&v32, p, 4);
		return v32;
	}
	memcpy(&v64, p, 8);
	return v64;
}

static cJSON *tcp_json(struct sock *sk)
{
	cJSON *j = cJSON_CreateObject();
	char congestion[16] = "";
	struct tcp_info info;
	u32 len = sizeof(info);
	size_t i;

	memset(&info, 0, sizeof(info));
	if (sock_getsockopt(sk, IPPROTO_TCP, TCP_INFO, &info, &len))
		return j;
	len = sizeof(congestion) - 1;
	sock_getsockopt(sk, IPPROTO_TCP, TCP_CONGESTION, congestion, &len);
	cJSON_AddStringToObject(j, "congestion", congestion);
	for (i = 0; i < ARRAY_SIZE(tcp_fields); i++)
		number(j, tcp_fields[i].name,
		       load((const char *)&info + tcp_fields[i].offset, tcp_fields[i].size));
	return j;
}

static void name_text(struct sock *sk, bool peer, char *buf, size_t size)
{
	struct inet_sockaddr a;
	char addr[INET_ADDRSTRLEN_NS];

	if (sk->prot->getname(sk, &a, peer)) {
		snprintf(buf, size, "*");
		return;
	}
	inet_addr_ntop(&a.addr, addr, sizeof(addr));
	if (strchr(addr, ':'))
		snprintf(buf, size, "[%s]:%u", addr, a.port);
	else
		snprintf(buf, size, "%s:%u", addr, a.port);
}

static void add_sock(struct sock *sk, void *arg)
{
	cJSON *j = cJSON_CreateObject();
	char text[INET_ADDRSTRLEN_NS + 16];
	int in = 0, out = 0;

	cJSON_AddStringToObject(j, "proto", sk->prot->name);
	cJSON_AddStringToObject(j, "state", sock_state_name(sk->sk_state));
	name_text(sk, false, text, sizeof(text));
	cJSON_AddStringToObject(j, "local", text);
	name_text(sk, true, text, sizeof(text));
	cJSON_AddStringToObject(j, "peer", text);
	if (sk->sk_state != TCP_LISTEN) {
		sock_ioctl(sk, 0x541b /* SIOCINQ */, &in);
		sock_ioctl(sk, 0x5411 /* SIOCOUTQ */, &out);
	}
	cJSON_AddNumberToObject(j, "recvq", in);
	cJSON_AddNumberToObject(j, "sendq", out);
	number(j, "rmem", (u64)sk->sk_rmem_alloc);
	number(j, "rcvbuf", (u64)sk->sk_rcvbuf);
	number(j, "wmem", (u64)sk->sk_wmem_queued);
	number(j, "sndbuf", (u64)sk->sk_sndbuf);
	number(j, "drops", sk->sk_drops);
	number(j, "uid", sk->sk_uid);
	number(j, "ino", sk->sk_ino);
	if (sk->net->group)
		number(j, "worker", sk->net->shard);
	if (sk->sk_type == SOCK_STREAM && sk->sk_state != TCP_LISTEN)
		cJSON_AddItemToObject(j, "tcp", tcp_json(sk));
	cJSON_AddItemToArray(arg, j);
}

char *stat_sock_json(struct daemon *dm)
{
	cJSON *j = cJSON_CreateObject();
	char *text;

	workers_hold_all(dm);
	objects_learn_inodes(dm);
	sock_for_each(dm->net, add_sock, cJSON_AddArrayToObject(j, "sockets"));
	text = cJSON_PrintUnformatted(j);
	cJSON_Delete(j);
	return text;
}
