// SPDX-License-Identifier: BSD-2-Clause
/*
 * Inodes: netstat -p, lsof and the like find whose a socket is by the number that /proc/net and
 * /proc/PID/fd both tell. That is the one of the program's descriptor, which a call may have shown us;
 * else the kernel knows the other end of ours. Looked for when somebody asks.
 */
#include <sys/stat.h>

#include "daemon/object.h"

enum { ASK_MAX = 512 };	/* questions to the kernel at a time: a list must not hold up the loop */

void obj_note_fd(struct object *o, int fd)
{
	struct stat st;

	if (!fstat(fd, &st))
		o->ino = (u32)st.st_ino;
}

/* The program's end of a connected descriptor; an end that was not accepted yet has none. */
static void ask(struct object *o)
{
	struct stat st;
	s64 peer;

	if (o->d.fd < 0 || fstat(o->d.fd, &st))
		return;
	peer = host_unix_peer((u32)st.st_ino);
	if (peer > 0)
		o->ino = (u32)peer;
}

void objects_learn_inodes(struct daemon *dm)
{
	struct object *o;
	int asked = 0;

	list_for_each_entry(o, &dm->objects.all, all) {
		if (!o->sk)
			continue;
		if (!o->ino && asked < ASK_MAX) {
			ask(o);
			asked++;
		}
		if (o->ino)
			o->sk->sk_ino = o->ino;
	}
}
