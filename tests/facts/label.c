// SPDX-License-Identifier: BSD-2-Clause
/* Facts about flow labels that are reflected (IPV6_FL_F_REFLECT), and the settings that bear on it. */
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

const struct fact facts_label[] = {
	{ "label_reflected", label_reflected },
	{ NULL, NULL },
};
