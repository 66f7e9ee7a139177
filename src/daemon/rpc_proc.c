// SPDX-License-Identifier: BSD-2-Clause
/* Files of /proc and /sys that programs read, as the stack has them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/channel.h"
#include "proc/proc.h"

enum { TEXT_FIRST = 1 << 16, TEXT_MAX = 1 << 26, NAME_MAX_LEN = 255 };

/* The whole text in one piece of memory: what it says is of one moment. */
static int read_file(struct call *c, const char *name)
{
	size_t size = TEXT_FIRST;
	struct strbuf sb;
	char *text;
	int ret;

	workers_hold_all(c->dm);
	if (proc_lists_sockets(name)) {
		watch_catch_up(c->dm);	/* what the program has closed is not listed */
		objects_learn_inodes(c->dm);
	}
	for (;; size *= 4) {
		text = malloc(size);
		if (!text)
			return -ENOMEM;
		strbuf_init(&sb, text, size);
		ret = proc_read(c->dm->net, name, &sb);
		if (ret) {
			free(text);
			return ret;
		}
		if (!sb.truncated || size >= TEXT_MAX)
			break;
		free(text);
	}
	c->answered = true;
	channel_send_text(c->ch, c->h, text, sb.len);
	return 0;
}

/* The first of them decides; what it takes the others take. */
static int write_all(struct daemon *dm, const char *name, const char *value)
{
	int ret = 0;
	u32 i;

	workers_hold_all(dm);
	for (i = 0; i < dm->nr_workers && !ret; i++)
		ret = proc_write(dm->workers[i]->net, name, value);
	return ret;
}

/* Of nothing: may it be written? */
static int write_file(struct call *c, const char *name, const char *value)
{
	int ret = *value ? 0 : proc_may_write(c->dm->net, name);

	if (ret)
		return ret;
	/* as root of a network namespace: the owner of the stack */
	if (!cred_is_admin(c->dm, &c->cred))
		return -EPERM;
	return *value ? write_all(c->dm, name, value) : 0;
}

int call_proc(struct call *c)
{
	const struct nsp_proc_req *req = c->req;
	char name[NAME_MAX_LEN + 1], value[4096];
	u32 len = req->namelen;

	if (len > NAME_MAX_LEN || len > c->datalen || c->datalen - len >= sizeof(value))
		return -EINVAL;
	memcpy(name, c->data, len);
	name[len] = '\0';
	memcpy(value, (const char *)c->data + len, c->datalen - len);
	value[c->datalen - len] = '\0';
	switch (req->op) {
	case NSP_PROC_READ:
		return read_file(c, name);
	case NSP_PROC_LIST:
		return tree_refresh(c->dm, name);
	case NSP_PROC_WRITE:
		return write_file(c, name, value);
	default:
		return -EINVAL;
	}
}
