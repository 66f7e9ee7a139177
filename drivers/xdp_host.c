// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/xdp_host.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <xdp/libxdp.h>

enum { BUSY_TRIES = 50, BUSY_PAUSE_MS = 20 };

/*
 * What a program or socket held the kernel takes back a moment after it was closed: who comes after
 * a daemon that was killed waits. true: err says busy, and there is still time.
 */
static bool busy_wait(int err, int *tries)
{
	const struct timespec pause = { .tv_nsec = BUSY_PAUSE_MS * 1000000 };

	if (err != -EBUSY || ++*tries > BUSY_TRIES)
		return false;
	nanosleep(&pause, NULL);
	return true;
}

/* -- program ---------------------------------------------------------------------------------- */
static int load(int map_fd)
{
	/* return bpf_redirect_map(&map, ctx->rx_queue_index, XDP_PASS); */
	const struct bpf_insn code[] = {
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_2, .src_reg = BPF_REG_1,
		  .off = offsetof(struct xdp_md, rx_queue_index) },
		{ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = BPF_REG_1,
		  .src_reg = BPF_PSEUDO_MAP_FD, .imm = map_fd },
		{ 0 },	/* the upper half of the constant */
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_redirect_map },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "netstack", "Dual BSD/GPL", code,
			       ARRAY_SIZE(code), NULL);

	return fd < 0 ? -errno : fd;
}

static int attach(struct xdp_prog *prog, int ifindex, u32 flags)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = flags);
	int tries = 0, err;

	do {
		prog->link_fd = bpf_link_create(prog->prog_fd, ifindex, BPF_XDP, &opts);
		err = prog->link_fd < 0 ? -errno : 0;
	} while (busy_wait(err, &tries));
	return err;
}

int xdp_prog_attach(struct xdp_prog *prog, int ifindex, u32 queues)
{
	int err;

	*prog = (struct xdp_prog){ -1, -1, -1, true };
	libbpf_set_print(NULL);
	libxdp_set_print(NULL);
	prog->map_fd = bpf_map_create(BPF_MAP_TYPE_XSKMAP, "netstack_queues", sizeof(u32),
				      sizeof(u32), queues, NULL);
	if (prog->map_fd < 0)
		return -errno;
	err = prog->prog_fd = load(prog->map_fd);
	if (err >= 0)
		err = attach(prog, ifindex, XDP_FLAGS_DRV_MODE);
	if (err == -EOPNOTSUPP || err == -EINVAL || err == -ERANGE) {
		prog->native = false;
		err = attach(prog, ifindex, XDP_FLAGS_SKB_MODE);
	}
	if (err < 0)
		xdp_prog_detach(prog);
	return err < 0 ? err : 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void xdp_prog_detach(struct xdp_prog *prog)
{
	if (prog->link_fd >= 0)
		bpf_link_detach(prog->link_fd);	/* at once: its end comes later */
	close_fd(&prog->link_fd);
	close_fd(&prog->prog_fd);
	close_fd(&prog->map_fd);
}

/* -- sockets ----------------------------------------------------------------------------------- */
static int make_memory(struct xdp_sock *s)
{
	const size_t size = (size_t)(XDP_RX_FRAMES + XDP_TX_FRAMES) * XDP_FRAME_SIZE;
	const struct xsk_umem_config cfg = { .fill_size = XDP_RX_FRAMES, .comp_size = XDP_TX_FRAMES,
					     .frame_size = XDP_FRAME_SIZE };
	void *area = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED)
		return -ENOMEM;
	s->area = area;
	return xsk_umem__create(&s->umem, area, size, &s->fill, &s->comp, &cfg);
}

static void share_out(struct xdp_sock *s)
{
	u64 frames[XDP_RX_FRAMES];
	u32 i;

	for (i = 0; i < XDP_RX_FRAMES; i++)
		frames[i] = (u64)i * XDP_FRAME_SIZE;
	xdp_sock_refill(s, frames, XDP_RX_FRAMES);
	for (i = 0; i < XDP_TX_FRAMES; i++)
		s->free[s->nr_free++] = (u64)(XDP_RX_FRAMES + i) * XDP_FRAME_SIZE;
}

int xdp_sock_open(struct xdp_sock *s, const char *ifname, u32 queue, int map_fd)
{
	const struct xsk_socket_config cfg = {
		.rx_size = XDP_RX_FRAMES, .tx_size = XDP_TX_FRAMES,
		.libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
		.bind_flags = XDP_USE_NEED_WAKEUP,
	};
	int tries = 0, err = make_memory(s);

	while (!err) {
		err = xsk_socket__create(&s->xsk, ifname, queue, s->umem, &s->rx, &s->tx, &cfg);
		if (!busy_wait(err, &tries))
			break;
		err = 0;
	}
	if (err) {
		xdp_sock_close(s);
		return err;
	}
	share_out(s);
	err = xsk_socket__update_xskmap(s->xsk, map_fd);
	if (err)
		xdp_sock_close(s);
	return err;
}

void xdp_sock_close(struct xdp_sock *s)
{
	if (s->xsk)
		xsk_socket__delete(s->xsk);
	if (s->umem)
		xsk_umem__delete(s->umem);
	if (s->area)
		munmap(s->area, (size_t)(XDP_RX_FRAMES + XDP_TX_FRAMES) * XDP_FRAME_SIZE);
	s->xsk = NULL;
	s->umem = NULL;
	s->area = NULL;
}

/* There is room: the ring holds all frames that there are for it. */
void xdp_sock_refill(struct xdp_sock *s, const u64 *frames, u32 n)
{
	u32 at, i;

	if (!n || xsk_ring_prod__reserve(&s->fill, n, &at) != n)
		return;
	for (i = 0; i < n; i++)
		*xsk_ring_prod__fill_addr(&s->fill, at + i) = frames[i];
	xsk_ring_prod__submit(&s->fill, n);
	if (xsk_ring_prod__needs_wakeup(&s->fill))
		recvfrom(xsk_socket__fd(s->xsk), NULL, 0, MSG_DONTWAIT, NULL, NULL);
}

int xdp_sock_kick(struct xdp_sock *s)
{
	if (!xsk_ring_prod__needs_wakeup(&s->tx))
		return 0;
	if (sendto(xsk_socket__fd(s->xsk), NULL, 0, MSG_DONTWAIT, NULL, 0) >= 0)
		return 0;
	return errno == EBUSY || errno == ENOBUFS ? -EAGAIN : -errno;
}

u32 xdp_host_queues(int fd, const char *ifname)
{
	struct ethtool_channels ch = { .cmd = ETHTOOL_GCHANNELS };
	struct ifreq ifr = { .ifr_data = (char *)&ch };

	memcpy(ifr.ifr_name, ifname, strnlen(ifname, sizeof(ifr.ifr_name) - 1));
	if (ioctl(fd, SIOCETHTOOL, &ifr))
		return 1;
	return max(ch.combined_count + ch.rx_count, 1u);
}
