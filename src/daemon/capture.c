// SPDX-License-Identifier: BSD-2-Clause
/*
 * Captures: that of --pcap, and those of clients, who pass the end of a pipe and read pcapng from the
 * other. A reader that is too slow loses packets, which are counted, and never stops the stack. A
 * client's capture stops with its channel; what waits for its reader, and the counts at the end,
 * stay a while for it to read.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/channel.h"

#define RETRY_NS NSEC_PER_MSEC	/* of a pipe that was full */
#define LINGER_NS (5 * NSEC_PER_SEC) /* for the reader of a stopped one */

struct daemon_capture {
	struct list_head list;	/* dm->captures */
	struct channel *ch;	/* NULL: --pcap's, or its client is gone */
	struct capture *capture;
	bool drops;		/* wants dropped packets, too */
	bool pending;		/* the pipe is full */
	u64 until;		/* when it is ended though that is so */
};

static void end_capture(struct daemon *dm, struct daemon_capture *dc)
{
	workers_hold_all(dm);		/* it has taps in all of them */
	list_del(&dc->list);
	capture_close(dc->capture);
	free(dc);
	trace_update_mask(dm);
}

static void turn_capture(struct daemon *dm, struct daemon_capture *dc)
{
	if (capture_done(dc->capture) && !capture_stopped(dc->capture)) {
		workers_hold_all(dm);
		capture_stop(dc->capture);
	}
	dc->pending = !capture_flush(dc->capture);
	if (capture_done(dc->capture) && (!dc->pending || dm->net->now >= dc->until))
		end_capture(dm, dc);
}

static void stop_capture(struct daemon *dm, struct daemon_capture *dc)
{
	dc->ch = NULL;
	dc->until = dm->net->now + LINGER_NS;
	workers_hold_all(dm);
	capture_stop(dc->capture);
	turn_capture(dm, dc);
}

/* cfg->fd is taken over. */
static int start_capture(struct daemon *dm, struct channel *ch, const struct capture_config *cfg,
			 bool drops)
{
	struct daemon_capture *dc = calloc(1, sizeof(*dc));
	int ret;

	if (!dc) {
		close(cfg->fd);
		return -ENOMEM;
	}
	workers_hold_all(dm);
	ret = capture_open(dm->net, cfg, &dc->capture);
	if (ret) {
		free(dc);
		return ret;
	}
	dc->ch = ch;
	dc->until = U64_MAX;
	dc->drops = drops;
	list_add_tail(&dc->list, &dm->captures);
	trace_update_mask(dm);
	return 0;
}

int captures_start_file(struct daemon *dm, const char *path)
{
	struct capture_config cfg = {
		.fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644),
	};

	return cfg.fd < 0 ? -errno : start_capture(dm, NULL, &cfg, true);
}

/* A pipe of the caller's: nothing else is written to without waiting. */
static int take_pipe(int fd)
{
	struct stat st;
	int copy, flags;

	if (fstat(fd, &st) || !S_ISFIFO(st.st_mode))
		return -EINVAL;
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY || fcntl(fd, F_SETFL, flags | O_NONBLOCK))
		return -EINVAL;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return copy < 0 ? -errno : copy;
}

int call_capture(struct call *c)
{
	const struct nsp_capture_req *req = c->req;
	char name[sizeof(req->dev) + 1];
	struct capture_config cfg = { .insns = c->data, .snaplen = req->snaplen,
				      .count = req->count };

	memcpy(name, req->dev, sizeof(req->dev));
	name[sizeof(req->dev)] = '\0';
	cfg.nr_insns = c->datalen / NSP_BPF_INSN;
	if (c->datalen % NSP_BPF_INSN)
		return -EINVAL;
	if (*name) {
		cfg.dev = dev_get_by_name(c->dm->net, name);
		if (!cfg.dev)
			return -ENODEV;
	}
	cfg.fd = take_pipe(c->fd);
	if (cfg.fd < 0)
		return cfg.fd;
	return start_capture(c->dm, c->ch, &cfg, !(req->flags & NSP_CAPTURE_NO_DROPS));
}

void captures_end(struct daemon *dm, struct channel *ch)
{
	struct daemon_capture *dc, *tmp;

	list_for_each_entry_safe(dc, tmp, &dm->captures, list)
		if (!ch)
			end_capture(dm, dc);
		else if (dc->ch == ch)
			stop_capture(dm, dc);
}

void captures_turn(struct daemon *dm)
{
	struct daemon_capture *dc, *tmp;

	list_for_each_entry_safe(dc, tmp, &dm->captures, list)
		turn_capture(dm, dc);
}

u64 captures_deadline(const struct daemon *dm)
{
	const struct daemon_capture *dc;

	list_for_each_entry(dc, &dm->captures, list)
		if (dc->pending)
			return dm->net->now + RETRY_NS;
	return U64_MAX;
}

u32 captures_count(const struct daemon *dm)
{
	const struct daemon_capture *dc;
	u32 n = 0;

	list_for_each_entry(dc, &dm->captures, list)
		n++;
	return n;
}

bool captures_want_drops(const struct daemon *dm)
{
	const struct daemon_capture *dc;

	list_for_each_entry(dc, &dm->captures, list)
		if (dc->drops)
			return true;
	return false;
}

void captures_drop(struct worker *w, const struct trace_event *ev)
{
	struct daemon_capture *dc;

	if (!ev->skb)
		return;
	list_for_each_entry(dc, &w->dm->captures, list)
		if (dc->drops)
			capture_drop(dc->capture, ev->skb, (enum skb_drop_reason)ev->a, ev->sk);
}
