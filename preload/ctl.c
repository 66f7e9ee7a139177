/* SPDX-License-Identifier: BSD-2-Clause */
/* Control messages of datagrams: the program's struct cmsghdr and the protocol's nsp_cmsg. */
#include "shim.h"

ssize_t ctl_pack(const struct msghdr *msg, void *buf, size_t room)
{
	struct cmsghdr *c;
	size_t used = 0;

	if (!msg->msg_control || msg->msg_controllen < sizeof(*c))
		return 0;
	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR((struct msghdr *)(uintptr_t)msg, c)) {
		struct nsp_cmsg h = { .level = c->cmsg_level, .type = c->cmsg_type };
		size_t start = (size_t)((char *)c - (char *)msg->msg_control);
		size_t n;

		if (c->cmsg_len < sizeof(*c) || c->cmsg_len > msg->msg_controllen - start)
			return -EINVAL;
		n = c->cmsg_len - CMSG_LEN(0);
		h.len = (uint32_t)n;
		if (used + sizeof(h) + NSP_ALIGN8(n) > room)
			return -EINVAL;
		memcpy((char *)buf + used, &h, sizeof(h));
		used += sizeof(h);
		memset((char *)buf + used, 0, NSP_ALIGN8(n));
		memcpy((char *)buf + used, CMSG_DATA(c), n);
		used += NSP_ALIGN8(n);
	}
	return (ssize_t)used;
}

void ctl_unpack(struct msghdr *msg, const void *buf, size_t len)
{
	size_t room = msg->msg_control ? msg->msg_controllen : 0, used = 0, off = 0;
	struct nsp_cmsg h;

	while (len - off >= sizeof(h)) {
		struct cmsghdr c;
		size_t n, put;

		memcpy(&h, (const char *)buf + off, sizeof(h));
		off += sizeof(h);
		n = h.len;
		if (n > len - off)
			break;
		if (room - used < sizeof(c)) {
			msg->msg_flags |= MSG_CTRUNC;
			break;
		}
		put = CMSG_LEN(n);
		if (put > room - used) {
			msg->msg_flags |= MSG_CTRUNC;
			put = room - used;
		}
		memset(&c, 0, sizeof(c));
		c.cmsg_len = put;
		c.cmsg_level = h.level;
		c.cmsg_type = h.type;
		memcpy((char *)msg->msg_control + used, &c, sizeof(c));
		memcpy((char *)msg->msg_control + used + CMSG_LEN(0), (const char *)buf + off,
		       put - CMSG_LEN(0));
		used += CMSG_SPACE(put - CMSG_LEN(0));
		if (used > room)
			used = room;
		off += NSP_ALIGN8(n);
		if (off > len)
			break;
	}
	msg->msg_controllen = used;
}
