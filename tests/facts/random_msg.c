// SPDX-License-Identifier: BSD-2-Clause
/* Random messages: pieces, flags and control messages, one or many at once. */
#include "random.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <linux/errqueue.h>

enum { PIECES = 4, PIECE = 4000, ROOM = 512 };

static const size_t sizes[] = { 0, 1, 3, 10, 10, 100, 1000, 1400, 2000, 4000 };

/* -- what is sent with data ------------------------------------------------------------------------ */
static const struct {
	int level, type;
	size_t lens[3];
} sent[] = {
	{ IPPROTO_IP, IP_TTL, { 4, 4, 1 } }, { IPPROTO_IP, IP_TOS, { 4, 1, 2 } },
	{ IPPROTO_IP, IP_PKTINFO, { 12, 12, 4 } }, { IPPROTO_IPV6, IPV6_HOPLIMIT, { 4, 4, 1 } },
	{ IPPROTO_IPV6, IPV6_TCLASS, { 4, 4, 8 } }, { IPPROTO_IPV6, IPV6_PKTINFO, { 20, 20, 12 } },
	{ IPPROTO_IPV6, IPV6_DONTFRAG, { 4, 4, 1 } }, { IPPROTO_UDP, UDP_SEGMENT, { 2, 2, 4 } },
	{ SOL_SOCKET, SO_MARK, { 4, 4, 2 } }, { SOL_SOCKET, SO_PRIORITY, { 4, 4, 1 } },
	{ SOL_SOCKET, SO_TIMESTAMPING, { 4, 4, 8 } }, { SOL_SOCKET, SO_RCVBUF, { 4, 4, 0 } },
	{ IPPROTO_TCP, 1, { 4, 4, 0 } }, { IPPROTO_IP, 63, { 4, 4, 0 } }, { 77, 1, { 4, 4, 0 } },
	{ IPPROTO_IPV6, IPV6_HOPOPTS, { 8, 4, 16 } }, { IPPROTO_UDP, 77, { 4, 4, 4 } },
};

static void value_of(unsigned char *p, size_t len)
{
	static const int values[] = { 0, 1, 2, 64, 255, 256, 500, -1, 7 };
	int v = PICK(values);

	memset(p, 0, len);
	memcpy(p, &v, len < sizeof(v) ? len : sizeof(v));
	if (len == 12 || len == 20) {	/* from any address, or from this one */
		memset(p, 0, len);
		if (below(2) && len == 12)
			inet_pton(AF_INET, below(3) ? "10.77.0.2" : "10.99.0.1", p + 4);
		if (below(2) && len == 20)
			inet_pton(AF_INET6, below(3) ? "fd77::2" : "fd99::1", p);
	}
}

static size_t add_control(unsigned char *ctl, size_t at)
{
	size_t row = below(COUNT(sent)), len = PICK(sent[row].lens);
	struct cmsghdr *c = (void *)(ctl + at);

	c->cmsg_level = sent[row].level;
	c->cmsg_type = sent[row].type;
	c->cmsg_len = CMSG_LEN(len);
	value_of(CMSG_DATA(c), len);
	printf(" {%d/%d", c->cmsg_level, c->cmsg_type);
	print_octets(CMSG_DATA(c), len < 8 ? len : 8);
	if (rarely(20))
		c->cmsg_len = below(2) ? below(16) : 1000;
	printf("/%zu}", (size_t)c->cmsg_len);
	return at + CMSG_SPACE(len);
}

struct message {
	struct iovec iov[PIECES];
	struct sockaddr_storage name;
	_Alignas(8) unsigned char ctl[ROOM];
	char data[PIECES][PIECE];
};

static void compose(struct message *m, struct msghdr *h, bool with_control)
{
	size_t i;

	memset(h, 0, sizeof(*h));
	memset(m->ctl, 0, sizeof(m->ctl));
	h->msg_iovlen = below(3) ? 1 : below(PIECES + 1);
	h->msg_iov = m->iov;
	for (i = 0; i < PIECES; i++) {
		m->iov[i] = (struct iovec){ m->data[i], PICK(sizes) };
		memset(m->data[i], 'a' + (int)below(26), PIECE);
		if (i < h->msg_iovlen)
			printf(" %zu", m->iov[i].iov_len);
	}
	if (rarely(4)) {
		h->msg_namelen = any_address(&m->name);
		h->msg_name = &m->name;
	}
	if (with_control && below(2)) {
		h->msg_control = m->ctl;
		h->msg_controllen = add_control(m->ctl, 0);
		if (rarely(3))
			h->msg_controllen = add_control(m->ctl, h->msg_controllen);
	}
}

static const int send_flags[] = { 0, 0, 0, 0, 0, MSG_OOB, MSG_CONFIRM, MSG_EOR, MSG_MORE, MSG_DONTROUTE,
				  MSG_ZEROCOPY, MSG_ERRQUEUE, MSG_TRUNC, MSG_PEEK, MSG_WAITALL, MSG_FIN,
				  MSG_SYN, MSG_CTRUNC, MSG_PROXY };

void send_message(struct slot *s)
{
	static struct message m;
	struct msghdr h;
	int flags = PICK(send_flags);

	printf("sendmsg %x", flags);
	compose(&m, &h, true);
	printf(" %s", result(sendmsg(s->fd, &h, flags | MSG_NOSIGNAL | MSG_DONTWAIT)));
}

/* -- what is received with data -------------------------------------------------------------------- */
static void print_control(const struct cmsghdr *c)
{
	unsigned char data[ROOM];
	size_t n = c->cmsg_len - CMSG_LEN(0), at;
	bool info4 = c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO;
	bool info6 = c->cmsg_level == IPPROTO_IPV6 && (c->cmsg_type == IPV6_PKTINFO || c->cmsg_type == 2);
	uint32_t index;

	printf(" {%d/%d/%zu", c->cmsg_level, c->cmsg_type, n);
	memcpy(data, CMSG_DATA(c), n);
	if ((info4 && n == 12) || (info6 && n == 20)) {
		at = info4 ? 0 : 16;
		memcpy(&index, data + at, sizeof(index));
		index = interface_kind(index);
		memcpy(data + at, &index, sizeof(index));
	}
	/* stamps are of the time; a port may be an ephemeral one */
	if (c->cmsg_level != SOL_SOCKET && n <= 20)
		print_octets(data, c->cmsg_type == IP_ORIGDSTADDR ? 2 : n);
	printf("}");
}

static void print_message(struct msghdr *h, ssize_t r, const char *data)
{
	struct cmsghdr *c;

	if (r > 0 && data)
		printf(" %c", *data);
	if (h->msg_name)
		print_address(h->msg_name, h->msg_namelen);
	printf(" f%x c%zu", (unsigned int)h->msg_flags, (size_t)h->msg_controllen);
	for (c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c))
		print_control(c);
}

static const int receive_flags[] = { 0, 0, 0, 0, 0, MSG_PEEK, MSG_OOB, MSG_TRUNC, MSG_WAITALL,
				     MSG_ERRQUEUE, MSG_CMSG_CLOEXEC, MSG_PEEK | MSG_TRUNC, MSG_MORE,
				     MSG_EOR, MSG_CTRUNC, MSG_CONFIRM, MSG_NOSIGNAL };
static const size_t rooms[] = { 0, 8, 16, 17, 20, 24, 32, 40, 64, ROOM, ROOM, ROOM };

static void make_room(struct message *m, struct msghdr *h)
{
	size_t i;

	memset(h, 0, sizeof(*h));
	memset(m->data, '-', sizeof(m->data));
	h->msg_iovlen = below(3) ? 1 : below(PIECES + 1);
	h->msg_iov = m->iov;
	for (i = 0; i < PIECES; i++)
		m->iov[i] = (struct iovec){ m->data[i], PICK(sizes) };
	for (i = 0; i < h->msg_iovlen; i++)
		printf(" %zu", m->iov[i].iov_len);
	if (below(2)) {
		h->msg_name = &m->name;
		h->msg_namelen = rarely(6) ? below(20) : sizeof(m->name);
		memset(&m->name, 0, sizeof(m->name));
	}
	if (below(4)) {
		h->msg_control = m->ctl;
		h->msg_controllen = PICK(rooms);
		printf(" /%zu", (size_t)h->msg_controllen);
	}
}

void receive_message(struct slot *s)
{
	static struct message m;
	struct msghdr h;
	int flags = PICK(receive_flags);
	bool copied;
	ssize_t r;

	printf("recvmsg %x", flags);
	make_room(&m, &h);
	r = recvmsg(s->fd, &h, flags | MSG_DONTWAIT);
	printf(" %s", result(r));
	copied = h.msg_iovlen && m.iov[0].iov_len && !(flags & MSG_TRUNC);
	if (r >= 0)
		print_message(&h, r, copied ? m.data[0] : NULL);
}

void messages(struct slot *s)
{
	static struct message m[3];
	struct mmsghdr h[3];
	struct timespec ts = { 0, (long)below(2) * 1000000 };
	unsigned int n = below(4), i;
	int r, flags = rarely(4) ? PICK(send_flags) : 0;

	if (below(2)) {
		printf("sendmmsg %u %x", n, flags);
		for (i = 0; i < n; i++) {
			h[i].msg_len = 77;
			compose(&m[i], &h[i].msg_hdr, false);
		}
		r = sendmmsg(s->fd, h, n, flags | MSG_NOSIGNAL | MSG_DONTWAIT);
	} else {
		flags = rarely(4) ? PICK(receive_flags) : 0;
		printf("recvmmsg %u %x", n, flags);
		for (i = 0; i < n; i++) {
			h[i].msg_len = 77;
			make_room(&m[i], &h[i].msg_hdr);
		}
		r = recvmmsg(s->fd, h, n, flags | MSG_DONTWAIT, below(2) ? &ts : NULL);
	}
	printf(" %s", result(r));
	for (i = 0; r > 0 && i < (unsigned int)r; i++)
		printf(" %u", h[i].msg_len);
}

/* -- read(), write() and their vectors ------------------------------------------------------------- */
void vectors(struct slot *s)
{
	static char data[PIECES][PIECE];
	struct iovec iov[PIECES];
	int n = (int)below(PIECES + 1), i;
	long r;

	for (i = 0; i < PIECES; i++) {
		memset(data[i], 'A' + (int)below(26), PIECE);
		iov[i] = (struct iovec){ data[i], PICK(sizes) };
	}
	printf("vec %d %zu %zu ", n, iov[0].iov_len, iov[1].iov_len);
	switch (below(9)) {
	case 0:
		printf("readv %s", result(r = readv(s->fd, iov, n)));
		break;
	case 1:
		printf("writev %s", result(writev(s->fd, iov, n)));
		return;
	case 2:
		printf("read %s", result(r = read(s->fd, data[0], iov[0].iov_len)));
		break;
	case 3:
		printf("write %s", result(write(s->fd, data[0], iov[0].iov_len)));
		return;
	case 4:
		printf("pread %s", result(r = pread(s->fd, data[0], iov[0].iov_len, (off_t)below(2))));
		break;
	case 5:
		printf("pwrite %s", result(pwrite(s->fd, data[0], iov[0].iov_len, (off_t)below(2))));
		return;
	case 6:
		printf("preadv2 %s", result(r = preadv2(s->fd, iov, n, -1, rarely(3) ? RWF_NOWAIT : 0)));
		break;
	case 7:
		printf("pwritev2 %s", result(pwritev2(s->fd, iov, n, -1, rarely(3) ? RWF_NOWAIT : 0)));
		return;
	default:
		printf("preadv %s", result(r = preadv(s->fd, iov, n, (off_t)below(2))));
		break;
	}
	if (r > 0 && iov[0].iov_len)
		printf(" %c", data[0][0]);
}
