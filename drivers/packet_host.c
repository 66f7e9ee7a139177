// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/netlink.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/utsname.h>

#include "drivers/packet_host.h"
#include "wire/wire.h"

enum {
	SOCKET_BUFFER = 4 << 20, /* octets of skb memory each way */
	V2_FRAME = 2048,	 /* a frame of 1500 octets; larger ones come by recvmsg() */
	V2_BLOCK = 1 << 16,
	V2_BLOCKS = 64, /* 2048 frames */
	V3_BLOCK = 1 << 18, /* three GSO packets, or hundreds of small ones */
	V3_BLOCKS = 16,
	V3_RETIRE_MS = 1, /* an open block is handed over after so long: as short as can be */
	GROUP_LINK = 1, /* RTMGRP_LINK */
	FANOUT_HASH_DEFRAG = PACKET_FANOUT_HASH | PACKET_FANOUT_FLAG_DEFRAG,
};

static int set_int(int fd, int name, int value)
{
	return setsockopt(fd, SOL_PACKET, name, &value, sizeof(value)) ? -errno : 0;
}

static int ask(const struct packet_host *host, unsigned long request, struct ifreq *ifr)
{
	memset(ifr, 0, sizeof(*ifr));
	memcpy(ifr->ifr_name, host->name, sizeof(host->name));
	return ioctl(host->fd, request, ifr) ? -errno : 0;
}

/* An interface keeps its number, whatever it is called; another one of its name is not it. */
static int follow_name(struct packet_host *host)
{
	struct ifreq ifr = { .ifr_ifindex = host->ifindex };

	if (ioctl(host->fd, SIOCGIFNAME, &ifr))
		return -errno;
	memcpy(host->name, ifr.ifr_name, sizeof(host->name));
	return 0;
}

int packet_host_refresh(struct packet_host *host)
{
	struct ifreq ifr;
	int err = follow_name(host);

	if (!err)
		err = ask(host, SIOCGIFFLAGS, &ifr);
	host->running = !err && (ifr.ifr_flags & IFF_UP) && (ifr.ifr_flags & IFF_RUNNING);
	if (!err)
		err = ask(host, SIOCGIFMTU, &ifr);
	if (!err)
		host->mtu = (u32)ifr.ifr_mtu;
	return err;
}

static int identify(struct packet_host *host)
{
	struct ifreq ifr;
	int err = ask(host, SIOCGIFINDEX, &ifr);

	if (err)
		return err;
	host->ifindex = ifr.ifr_ifindex;
	err = ask(host, SIOCGIFHWADDR, &ifr);
	if (err)
		return err;
	if (ifr.ifr_hwaddr.sa_family != DEV_TYPE_ETHER)
		return -EINVAL;
	memcpy(host->mac, ifr.ifr_hwaddr.sa_data, ETH_ALEN);
	return packet_host_refresh(host);
}

static int ask_rx_ring(struct packet_host *host, bool v3)
{
	struct tpacket_req3 req = {
		.tp_block_size = v3 ? V3_BLOCK : V2_BLOCK,
		.tp_block_nr = v3 ? V3_BLOCKS : V2_BLOCKS,
		.tp_frame_size = V2_FRAME,
		.tp_retire_blk_tov = V3_RETIRE_MS,
	};

	req.tp_frame_nr = req.tp_block_size / V2_FRAME * req.tp_block_nr;
	if (setsockopt(host->fd, SOL_PACKET, PACKET_RX_RING, &req,
		       v3 ? sizeof(req) : sizeof(struct tpacket_req)))
		return -errno;
	host->block_size = req.tp_block_size;
	host->nr_blocks = req.tp_block_nr;
	host->frame_size = req.tp_frame_size;
	host->map_size = (size_t)req.tp_block_size * req.tp_block_nr;
	/* A frame larger than its slot is kept whole for recvmsg(). */
	return v3 ? 0 : set_int(host->fd, PACKET_COPY_THRESH, 1);
}

static int ask_tx_ring(struct packet_host *host, bool v3)
{
	const struct tpacket_req3 req = { .tp_block_size = PACKET_TX_SLOT, .tp_block_nr = PACKET_TX_SLOTS,
					  .tp_frame_size = PACKET_TX_SLOT, .tp_frame_nr = PACKET_TX_SLOTS };

	host->map_size += (size_t)PACKET_TX_SLOT * PACKET_TX_SLOTS;
	return setsockopt(host->fd, SOL_PACKET, PACKET_TX_RING, &req,
			  v3 ? sizeof(req) : sizeof(struct tpacket_req)) ? -errno : 0;
}

/* Both are of one version, and one mapping: first what is received. */
static int set_rings(struct packet_host *host, bool tx)
{
	bool rx = host->rx != PACKET_RX_RECV, v3 = host->rx == PACKET_RX_V3;
	size_t behind;
	u8 *map;
	int err;

	host->version = v3 ? TPACKET_V3 : TPACKET_V2;
	err = set_int(host->fd, PACKET_VERSION, host->version);
	if (!err && tx) /* what the kernel cannot send it skips: it would stand still there */
		err = set_int(host->fd, PACKET_LOSS, 1);
	if (!err && rx)
		err = ask_rx_ring(host, v3);
	behind = host->map_size;
	if (!err && tx)
		err = ask_tx_ring(host, v3);
	if (err)
		return err;
	map = mmap(NULL, host->map_size, PROT_READ | PROT_WRITE, MAP_SHARED, host->fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	host->map = map;
	host->ring = rx ? map : NULL;
	host->tx_ring = tx ? map + behind : NULL;
	return 0;
}

static void set_buffers(int fd)
{
	int size = SOCKET_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

/* A fanout group hears what its members send: PACKET_IGNORE_OUTGOING is not the group's. */
static int refuse_outgoing(int fd)
{
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (u32)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, U32_MAX),
	};
	const struct sock_fprog prog = { .len = ARRAY_SIZE(code), .filter = code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) ? -errno : 0;
}

static int join_fanout(struct packet_host *host, const struct packet_host_want *want)
{
	bool join = want->group == PACKET_GROUP_JOIN;
	u32 type = FANOUT_HASH_DEFRAG | (join ? 0u : PACKET_FANOUT_FLAG_UNIQUEID), group = 0;
	socklen_t len = sizeof(group);
	int err = refuse_outgoing(host->fd);

	if (!err)
		err = set_int(host->fd, PACKET_FANOUT, (int)(type << 16 | (join ? want->fanout : 0)));
	if (!err && getsockopt(host->fd, SOL_PACKET, PACKET_FANOUT, &group, &len))
		err = -errno;
	host->fanout = group & 0xffff;
	return err;
}

/* The socket was made with protocol 0: it gets nothing before it is bound. */
static int attach(struct packet_host *host, const struct packet_host_want *want)
{
	struct sockaddr_ll sll = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
				   .sll_ifindex = host->ifindex };

	if (bind(host->fd, (struct sockaddr *)&sll, sizeof(sll)))
		return -errno;
	return want->group ? join_fanout(host, want) : 0;
}

static int prepare(struct packet_host *host, const struct packet_host_want *want)
{
	int err = identify(host);

	if (!err && want->vnet)
		err = set_int(host->fd, PACKET_VNET_HDR, 1);
	if (!err)
		err = set_int(host->fd, PACKET_IGNORE_OUTGOING, 1);
	if (!err)
		err = set_int(host->fd, PACKET_AUXDATA, 1);
	if (err)
		return err;
	set_buffers(host->fd);
	if ((host->rx != PACKET_RX_RECV || want->tx_ring) && set_rings(host, want->tx_ring)) {
		packet_host_close(host); /* a half made ring goes with its socket */
		return -EAGAIN;
	}
	return attach(host, want);
}

static int set_name(struct packet_host *host, const char *ifname)
{
	size_t len = strlen(ifname);

	if (!len || len >= sizeof(host->name))
		return -EINVAL;
	memcpy(host->name, ifname, len);
	return 0;
}

int packet_host_open_quiet(struct packet_host *host, const char *ifname)
{
	int err;

	*host = (struct packet_host){ .fd = -1 };
	err = set_name(host, ifname);
	if (err)
		return err;
	host->fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (host->fd < 0)
		return -errno;
	err = identify(host);
	if (err)
		packet_host_close(host);
	return err;
}

int packet_host_open(struct packet_host *host, const struct packet_host_want *want)
{
	struct packet_host_want bare = *want;
	int err;

	*host = (struct packet_host){ .fd = -1, .vnet = want->vnet, .rx = want->rx };
	err = set_name(host, want->ifname);
	if (err)
		return err;
	do {
		host->fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (host->fd < 0)
			return -errno;
		err = prepare(host, want);
		if (err == -EAGAIN) {
			host->rx = PACKET_RX_RECV;
			bare.tx_ring = false;
			want = &bare;
		}
	} while (err == -EAGAIN);
	if (err)
		packet_host_close(host);
	return err;
}

void packet_host_close(struct packet_host *host)
{
	if (host->map)
		munmap(host->map, host->map_size);
	if (host->fd >= 0)
		close(host->fd);
	host->map = host->ring = host->tx_ring = NULL;
	host->map_size = 0;
	host->fd = -1;
}

int packet_host_join(const struct packet_host *host, u16 type, const u8 *addr, bool join)
{
	struct packet_mreq mreq = { .mr_ifindex = host->ifindex, .mr_type = type };

	if (addr) {
		mreq.mr_alen = ETH_ALEN;
		memcpy(mreq.mr_address, addr, ETH_ALEN);
	}
	return setsockopt(host->fd, SOL_PACKET,
			  join ? PACKET_ADD_MEMBERSHIP : PACKET_DROP_MEMBERSHIP, &mreq,
			  sizeof(mreq)) ? -errno : 0;
}

u32 packet_host_drops(const struct packet_host *host)
{
	struct tpacket_stats_v3 st = { 0 };
	socklen_t len = sizeof(st);

	return getsockopt(host->fd, SOL_PACKET, PACKET_STATISTICS, &st, &len) ? 0 : st.tp_drops;
}

int packet_host_error(const struct packet_host *host)
{
	int err = 0;
	socklen_t len = sizeof(err);

	return getsockopt(host->fd, SOL_SOCKET, SO_ERROR, &err, &len) ? -errno : -err;
}

/* It refuses such a frame one by one where it cannot, so it has to be known before. */
bool packet_host_cuts_udp(void)
{
	struct utsname u;
	int major = 0, minor = 0;

	if (uname(&u) || sscanf(u.release, "%d.%d", &major, &minor) != 2)
		return false;
	return major > 6 || (major == 6 && minor >= 2);
}

/* -- one frame --------------------------------------------------------------------------- */
void packet_aux_set_vlan(struct packet_aux *aux, u16 tci, u16 tpid)
{
	aux->vlan_tci = tci;
	aux->vlan_proto = 0;
	if (aux->status & TP_STATUS_VLAN_VALID)
		aux->vlan_proto = aux->status & TP_STATUS_VLAN_TPID_VALID ? tpid : ETH_TYPE_VLAN;
}

static void read_aux(struct msghdr *msg, struct packet_aux *aux)
{
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		struct tpacket_auxdata a;

		if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&a, CMSG_DATA(c), sizeof(a));
		aux->status = a.tp_status;
		aux->len = a.tp_len;
		packet_aux_set_vlan(aux, a.tp_vlan_tci, a.tp_vlan_tpid);
	}
}

s32 packet_host_recv(const struct packet_host *host, struct iovec *iov, u32 nr_iov,
		     struct packet_aux *aux)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = nr_iov, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(host->fd, &msg, MSG_DONTWAIT);

	if (n < 0)
		return -errno;
	*aux = (struct packet_aux){ .len = (u32)n };
	read_aux(&msg, aux);
	return (s32)n;
}

/* -- link changes ------------------------------------------------------------------------- */
int packet_link_open(void)
{
	struct sockaddr_nl snl = { .nl_family = AF_NETLINK, .nl_groups = GROUP_LINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&snl, sizeof(snl))) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}

/* What was said does not matter: the interface is asked. Overflow is told by an error, once. */
void packet_link_drain(int fd)
{
	char buf[4096];

	while (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) >= 0 || errno == ENOBUFS)
		;
}
