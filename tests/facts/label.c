// SPDX-License-Identifier: BSD-2-Clause
/* Facts about flow labels: reflected ones (IPV6_FL_F_REFLECT), and those with extension headers. */
#include "facts.h"
#include "label.h"

enum { O_FLOWINFO = 11, O_FLOWINFO_SEND = 33 };

static int manage(int fd, int action, uint32_t number, int flags)
{
	struct label_req q = { .action = (uint8_t)action, .label = htonl(number), .share = ANY,
			       .flags = (uint16_t)flags, .expires = 6, .linger = 6 };

	q.dst[0] = 0xfd;
	return setsockopt(fd, IPPROTO_IPV6, O_FLOWLABEL_MGR, &q, sizeof(q));
}

static void write_setting(const char *name, const char *value)
{
	char path[80];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/%s", name);
	fd = open(path, O_WRONLY);
	say(name, write(fd, value, strlen(value)));
	close(fd);
}

/* The label of what the peer of a connection sends first: is it the one that we sent with? */
static void say_label_of_answer(const struct sockaddr_storage *to)
{
	struct label_req q = { .action = FL_GET, .flags = FL_REMOTE };
	struct sockaddr_in6 labelled;
	socklen_t len = sizeof(q);
	int fd = open_tcp(), on = 1;

	memcpy(&labelled, to, sizeof(labelled));
	labelled.sin6_flowinfo = htonl(0x12345);
	say("send", setsockopt(fd, IPPROTO_IPV6, O_FLOWINFO_SEND, &on, sizeof(on)));
	say("tell", setsockopt(fd, IPPROTO_IPV6, O_FLOWINFO, &on, sizeof(on)));
	say("connect", connect(fd, (struct sockaddr *)&labelled, sizeof(labelled)));
	say("remote", getsockopt(fd, IPPROTO_IPV6, O_FLOWLABEL_MGR, &q, &len));
	say("same", ntohl(q.label) == 0x12345);
	close(fd);
}

static void label_reflected(void)
{
	struct sockaddr_storage own;
	socklen_t len = sizeof(own);
	int l = open_tcp(), u = open_udp();

	if (family == AF_INET)
		return;
	own_address(&own);
	bind(l, (struct sockaddr *)&own, addr_len());
	getsockname(l, (struct sockaddr *)&own, &len);
	say("listen", listen(l, 4));
	say_label_of_answer(&own);
	write_setting("flowlabel_consistency", "0");
	say("off", manage(l, FL_PUT, 0, FL_REFLECT));
	say("udp", manage(u, FL_GET, 0, FL_REFLECT));
	say("udp", manage(u, FL_PUT, 0, FL_REFLECT));
	say("on", manage(l, FL_GET, 0, FL_REFLECT));
	say_label_of_answer(&own);
	say("off", manage(l, FL_PUT, 0, FL_REFLECT));
	say_label_of_answer(&own);
	write_setting("flowlabel_reflect", "1");
	say("default", manage(open_tcp(), FL_PUT, 0, FL_REFLECT));
	write_setting("flowlabel_reflect", "8");
	write_setting("flowlabel_reflect", "0");
	write_setting("flowlabel_consistency", "1");
	write_setting("flowlabel_state_ranges", "1");
	say("range", manage(u, FL_GET, 0x81234, FL_CREATE));
	write_setting("flowlabel_state_ranges", "0");
}

/* -- labels with extension headers of their own ------------------------------------------------- */

static const uint8_t eight[8] = { 0, 0, 0x1e, 4, 9, 8, 7, 6 },
		     sixteen[16] = { 0, 1, 0x1e, 12, 1, 2, 3 };

/* A request with up to two control messages of 8 and 16 octets behind it; type 0: none. */
static int lease(int fd, uint32_t number, int share, int type8, int type16)
{
	struct {
		struct label_req q;
		uint8_t ctl[64];
	} r = { .q = { .dst = { 0xfd },
		       .label = htonl(number),
		       .action = FL_GET,
		       .share = (uint8_t)share,
		       .flags = FL_CREATE,
		       .expires = 6,
		       .linger = 6 } };
	struct msghdr m = { .msg_control = r.ctl, .msg_controllen = sizeof(r.ctl) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	size_t len = sizeof(r.q);

	if (type8) {
		*c = (struct cmsghdr){ .cmsg_len = CMSG_LEN(8),
				       .cmsg_level = IPPROTO_IPV6,
				       .cmsg_type = type8 };
		memcpy(CMSG_DATA(c), eight, 8);
		len += CMSG_SPACE(8);
		c = CMSG_NXTHDR(&m, c);
	}
	if (type16) {
		*c = (struct cmsghdr){ .cmsg_len = CMSG_LEN(16),
				       .cmsg_level = IPPROTO_IPV6,
				       .cmsg_type = type16 };
		memcpy(CMSG_DATA(c), sixteen, 16);
		len += CMSG_SPACE(16);
	}
	return setsockopt(fd, IPPROTO_IPV6, O_FLOWLABEL_MGR, &r, (socklen_t)len);
}

static void say_headers(int fd)
{
	char data[8], ctl[256];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = ctl, .msg_controllen = sizeof(ctl)
	};
	struct cmsghdr *c;
	ssize_t n;

	settle();
	n = recvmsg(fd, &m, MSG_DONTWAIT);
	say("recv", n);
	for (c = n < 0 ? NULL : CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
		printf(" [%d:%zu:%02x]", c->cmsg_type, c->cmsg_len - CMSG_LEN(0), CMSG_DATA(c)[4]);
}

static void send_labelled(int fd, const struct sockaddr_storage *to, uint32_t number, int take)
{
	struct sockaddr_in6 a;

	memcpy(&a, to, sizeof(a));
	a.sin6_flowinfo = htonl(number);
	say("send", sendto(fd, "x", 1, 0, (struct sockaddr *)&a, sizeof(a)));
	say_headers(take);
}

/* What the list says of a label's headers. */
static void say_listed(uint32_t number)
{
	FILE *f = fopen("/proc/net/ip6_flowlabel", "r");
	char line[256];
	unsigned int at, opt, found = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%x %*u %*u %*u %*d %*d %*s %u", &at, &opt) == 2 && at == number)
			found = opt;
	say("listed", found);
	if (f)
		fclose(f);
}

static void label_options(void)
{
	struct sockaddr_storage own;
	socklen_t len = sizeof(own);
	int to, from, fd = open_udp(), other = open_udp(), on = 1;
	uint32_t label = htonl(0x66601);

	if (family == AF_INET)
		return;
	self_pair(&to, &from);
	getsockname(to, (struct sockaddr *)&own, &len);
	setsockopt(to, IPPROTO_IPV6, IPV6_RECVHOPOPTS, &on, sizeof(on));
	setsockopt(to, IPPROTO_IPV6, IPV6_RECVDSTOPTS, &on, sizeof(on));
	setsockopt(fd, IPPROTO_IPV6, O_FLOWINFO_SEND, &on, sizeof(on));
	setsockopt(other, IPPROTO_IPV6, O_FLOWINFO_SEND, &on, sizeof(on));
	say("destination", lease(fd, 0x66600, ANY, 0, IPV6_DSTOPTS));
	say("unknown", lease(fd, 0x66600, ANY, 4711, 0));
	say("twice", lease(fd, 0x66600, ANY, IPV6_HOPOPTS, IPV6_HOPOPTS));
	say("none", lease(fd, 0x66600, ANY, 0, 0));
	say("any", (send_labelled(fd, &own, 0x12345, to), 0));
	say("hops", lease(fd, 0x66601, ANY, IPV6_HOPOPTS, 0));
	say_listed(0x66601);
	send_labelled(fd, &own, 0x66601, to);
	send_labelled(fd, &own, 0, to);
	send_labelled(other, &own, 0x66601, to);
	say("join", lease(other, 0x66601, ANY, 0, IPV6_HOPOPTS));
	send_labelled(other, &own, 0x66601, to);
	printf("\n sticky");
	setsockopt(fd, IPPROTO_IPV6, IPV6_HOPOPTS, sixteen, 16);
	send_labelled(fd, &own, 0x66601, to);
	setsockopt(fd, IPPROTO_IPV6, IPV6_DSTOPTS, sixteen, 16);
	send_labelled(fd, &own, 0x66601, to);
	say("bare", lease(fd, 0x66602, ANY, 0, 0));
	send_labelled(fd, &own, 0x66602, to);
	setsockopt(fd, IPPROTO_IPV6, IPV6_DSTOPTS, NULL, 0);
	send_labelled(fd, &own, 0x66602, to);
	send_labelled(fd, &own, 0, to);
	printf("\n connected");
	((struct sockaddr_in6 *)&own)->sin6_flowinfo = label;
	say("connect", connect(other, (struct sockaddr *)&own, len));
	say("send", send(other, "x", 1, 0));
	say_headers(to);
	say("mark", send_with(other, IPPROTO_IPV6, O_FLOWINFO, &label, 4));
	say_headers(to);
	printf("\n routing");
	say("before", lease(fd, 0x66603, ANY, 0, IPV6_RTHDRDSTOPTS));
	say_listed(0x66603);
	send_labelled(fd, &own, 0x66603, to);
	say("both", lease(fd, 0x66604, 1, IPV6_2292HOPOPTS, IPV6_RTHDRDSTOPTS));
	say_listed(0x66604);
	send_labelled(fd, &own, 0x66604, to);
}

const struct fact facts_label[] = {
	{ "label_options", label_options },
	{ "label_reflected", label_reflected },
	{ NULL, NULL },
};
