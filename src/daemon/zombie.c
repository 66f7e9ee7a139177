// SPDX-License-Identifier: BSD-2-Clause
/*
 * Zombies: streams that have failed and whose last close nobody will tell, since our end is closed and
 * no call has shown us the program's, to be watched. They stay, because the program may ask for the
 * error; whether it still can is asked now and then: does its socket, or at least the process that made
 * the connection, still exist?
 */
#include <errno.h>
#include <signal.h>

#include "daemon/object.h"

enum {
	ZOMBIES_MAX = 1024,	/* of programs that close nothing, or whose sockets we cannot see */
	LOOK_MAX = 256,		/* at a time: not to hold up the loop */
};
#define LOOK_MIN_NS NSEC_PER_SEC
#define LOOK_MAX_NS (32 * NSEC_PER_SEC)		/* as long as all of them live on */

void zombie_add(struct object *o)
{
	struct worker_objects *os = &o->w->objects;

	if (o->wd || (o->flags & OBJ_F_ZOMBIE))
		return;
	obj_learn_inode(o);
	o->flags |= OBJ_F_ZOMBIE;
	list_add_tail(&o->link, &os->zombies);
	if (os->nr_zombies++ && os->look_ns == LOOK_MIN_NS)
		return;
	os->look_ns = LOOK_MIN_NS;
	os->look_at = o->w->net->now + LOOK_MIN_NS;
}

void zombie_del(struct object *o)
{
	if (!(o->flags & OBJ_F_ZOMBIE))
		return;
	o->flags &= ~(u32)OBJ_F_ZOMBIE;
	o->w->objects.nr_zombies--;
	list_del_init(&o->link);
}

/* For a socket that the kernel does not tell about: an accepted one that the program has not taken, or
 * one of another network namespace. */
static bool process_is_gone(const struct object *o)
{
	pid_t pid = o->acct->pid;	/* 0: of another PID namespace */

	return pid > 0 && kill(pid, 0) && errno == ESRCH;
}

/* Takes the oldest ones to the end of the list. Whether any has gone. */
static bool look(struct worker_objects *os)
{
	u32 inos[LOOK_MAX], nr = min_t(u32, os->nr_zombies, LOOK_MAX), i;
	struct object *who[LOOK_MAX];
	bool any = false;

	for (i = 0; i < nr; i++) {
		who[i] = list_first_entry(&os->zombies, struct object, link);
		inos[i] = who[i]->ino;
		list_move_tail(&who[i]->link, &os->zombies);
	}
	host_unix_gone(inos, nr);
	for (i = 0; i < nr; i++) {
		if (who[i]->ino ? inos[i] != 0 : !process_is_gone(who[i]))
			continue;
		obj_free(who[i]);
		any = true;
	}
	return any;
}

void zombies_reap(struct worker *w)
{
	struct worker_objects *os = &w->objects;

	while (os->nr_zombies > ZOMBIES_MAX)
		obj_free(list_first_entry(&os->zombies, struct object, link));
	if (!os->nr_zombies || w->net->now < os->look_at)
		return;
	os->look_ns = look(os) ? LOOK_MIN_NS : min_t(u64, os->look_ns * 2, LOOK_MAX_NS);
	os->look_at = w->net->now + os->look_ns;
}
