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

u32 obj_own_inode(const struct object *o)
{
	struct stat st;

	return o->d.fd < 0 || fstat(o->d.fd, &st) ? 0 : (u32)st.st_ino;
}

void obj_learn_inode(struct object *o)
{
	u32 ino = o->ino ? 0 : obj_own_inode(o);

	if (!ino)
		return;
	host_unix_peers(&ino, 1);
	o->ino = ino;
}

/* Sockets whose inode no call has shown us, with that of our end: how many. */
static u32 unknown(struct daemon *dm, struct object **who, u32 *inos)
{
	struct object *o;
	u32 nr = 0, i;

	for (i = 0; i < dm->nr_workers; i++)
		list_for_each_entry(o, &dm->workers[i]->objects.all, all) {
			if (nr == ASK_MAX)
				return nr;
			if (!o->sk || o->ino)
				continue;
			inos[nr] = obj_own_inode(o);
			if (inos[nr])
				who[nr++] = o;
		}
	return nr;
}

void objects_learn_inodes(struct daemon *dm)
{
	struct object *who[ASK_MAX], *o;
	u32 inos[ASK_MAX], nr = unknown(dm, who, inos), i;

	host_unix_peers(inos, nr);
	for (i = 0; i < nr; i++)
		who[i]->ino = inos[i];
	for (i = 0; i < dm->nr_workers; i++)
		list_for_each_entry(o, &dm->workers[i]->objects.all, all)
			if (o->sk && o->ino)
				o->sk->sk_ino = o->ino;
}
