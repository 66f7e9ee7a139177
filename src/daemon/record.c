// SPDX-License-Identifier: BSD-2-Clause
/*
 * MSG_EOR: where records end in what the program wrote. Octets that the stack has taken already are
 * marked at once; for those that still wait in the descriptor's queue the places are remembered, and the
 * pump (stream.c) reads up to the next one only.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "daemon/payload.h"

enum { RECORDS_MAX = 4096 };	/* more than small writes fit into the queue */

struct records {
	u32 nr, first;
	u32 after[RECORDS_MAX];		/* octets to the first place, and from each to the next */
};

static void end_here(struct object *o)
{
	sock_stream_commit(o->sk, 0, SMSG_EOR);
}

static u32 *place(struct records *r, u32 i)
{
	return &r->after[(r->first + i) % RECORDS_MAX];
}

/* Octets from the stack's last one to the last place. */
static u32 span(struct records *r)
{
	u32 sum = 0, i;

	for (i = 0; i < r->nr; i++)
		sum += *place(r, i);
	return sum;
}

int stream_end_record(struct object *o)
{
	int queued = 0;

	if (o->state != OBJ_OPEN || ioctl(o->d.fd, SIOCINQ, &queued) || queued < 0)
		return -ENOTCONN;
	queued -= (int)min_t(u32, o->filler, (u32)queued);
	queued += !!lent_left(o);	/* its mark has not passed yet */
	if (!queued) {
		end_here(o);
		return 0;
	}
	if (!o->records) {
		o->records = calloc(1, sizeof(*o->records));
		if (!o->records)
			return -ENOMEM;
	}
	if (o->records->nr == RECORDS_MAX)
		return -ENOBUFS;
	*place(o->records, o->records->nr) = (u32)queued - span(o->records);
	o->records->nr++;
	return 0;
}

u32 records_limit(const struct object *o)
{
	return o->records ? *place(o->records, 0) : U32_MAX;
}

void records_moved(struct object *o, u32 len)
{
	struct records *r = o->records;

	if (!r)
		return;
	*place(r, 0) -= min(len, *place(r, 0));
	while (r->nr && !*place(r, 0)) {
		end_here(o);
		r->first = (r->first + 1) % RECORDS_MAX;
		r->nr--;
	}
	if (!r->nr)
		records_free(o);
}

void records_free(struct object *o)
{
	free(o->records);
	o->records = NULL;
}
