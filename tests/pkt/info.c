// SPDX-License-Identifier: BSD-2-Clause
/* Names of what getsockopt(TCP_INFO) and SO_MEMINFO say about the socket under test. */
#include "tests/pkt/pkt.h"

#include "tcp/tcp_info.h"

#define I(f) { "tcpi_" #f, offsetof(struct tcp_info_abi, f), \
	       sizeof(((struct tcp_info_abi *)0)->f) }

static const struct {
	const char *name;
	u16 off, size;
} fields[] = {
	I(state), I(ca_state), I(retransmits), I(probes), I(backoff), I(options), I(rto), I(ato),
	I(snd_mss), I(rcv_mss), I(unacked), I(sacked), I(lost), I(retrans), I(fackets),
	I(last_data_sent), I(last_ack_sent), I(last_data_recv), I(last_ack_recv), I(pmtu),
	I(rcv_ssthresh), I(rtt), I(rttvar), I(snd_ssthresh), I(snd_cwnd), I(advmss), I(reordering),
	I(rcv_rtt), I(rcv_space), I(total_retrans), I(pacing_rate), I(max_pacing_rate),
	I(bytes_acked), I(bytes_received), I(segs_out), I(segs_in), I(notsent_bytes), I(min_rtt),
	I(data_segs_in), I(data_segs_out), I(delivery_rate), I(busy_time), I(rwnd_limited),
	I(sndbuf_limited), I(delivered), I(delivered_ce), I(bytes_sent), I(dsack_dups),
	I(reord_seen), I(rcv_ooopack), I(snd_wnd), I(rcv_wnd), I(rehash), I(total_rto),
	I(total_rto_recoveries), I(total_rto_time), I(received_ce), I(received_e1_bytes),
	I(received_e0_bytes), I(received_ce_bytes), I(delivered_e1_bytes), I(delivered_e0_bytes),
	I(delivered_ce_bytes),
	{ "tcpi_bytes_retrans", offsetof(struct tcp_info_abi, bytes_retrans), 8 },
};

static const char *const meminfo[] = {
	"SK_MEMINFO_RMEM_ALLOC", "SK_MEMINFO_RCVBUF", "SK_MEMINFO_WMEM_ALLOC", "SK_MEMINFO_SNDBUF",
	"SK_MEMINFO_FWD_ALLOC", "SK_MEMINFO_WMEM_QUEUED", "SK_MEMINFO_OPTMEM", "SK_MEMINFO_BACKLOG",
	"SK_MEMINFO_DROPS",
};

static bool mem_value(struct pkt *p, const char *name, double *v)
{
	u32 mem[9] = { 0 }, len = sizeof(mem);

	for (u32 i = 0; i < ARRAY_SIZE(meminfo); i++) {
		if (strcmp(name, meminfo[i]))
			continue;
		if (sock_getsockopt(p->sk_under_test, 1, 55 /* SO_MEMINFO */, mem, &len))
			return false;
		*v = mem[i];
		return true;
	}
	return false;
}

bool info_value(struct pkt *p, const char *name, double *v)
{
	union {
		struct tcp_info_abi i;
		u8 b[sizeof(struct tcp_info_abi)];
	} info = { .b = { 0 } };
	u32 len = sizeof(info);

	if (!p->sk_under_test)
		return false;
	if (mem_value(p, name, v))
		return true;
	if (strncmp(name, "tcpi_", 5) ||
	    sock_getsockopt(p->sk_under_test, 6, 11 /* TCP_INFO */, &info, &len))
		return false;
	if (!strcmp(name, "tcpi_snd_wscale") || !strcmp(name, "tcpi_rcv_wscale")) {
		*v = name[5] == 's' ? info.i.wscales & 15 : info.i.wscales >> 4;
		return true;
	}
	if (!strcmp(name, "tcpi_delivery_rate_app_limited")) {
		*v = info.i.rate_flags & 1;
		return true;
	}
	if (!strcmp(name, "tcpi_fastopen_client_fail")) {
		*v = info.i.rate_flags >> 1 & 3;
		return true;
	}
	for (u32 f = 0; f < ARRAY_SIZE(fields); f++) {
		u64 n = 0;

		if (strcmp(fields[f].name, name))
			continue;
		memcpy(&n, info.b + fields[f].off, fields[f].size);
		*v = (double)n;
		return true;
	}
	return false;
}
