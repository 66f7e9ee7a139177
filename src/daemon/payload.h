/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that a program's library and we share, for large writes: the library copies them into blocks of
 * it, and the stack sends from there. A mark in the stream says where a block belongs. doc/protocol.md,
 * section 2, PAYLOAD.
 *
 * Which block and how long it is the program says; both are read once and checked. What a block holds it may
 * change while it is sent, as with MSG_ZEROCOPY: that spoils nobody's stream but its own.
 */
#ifndef NETSTACK_DAEMON_PAYLOAD_H
#define NETSTACK_DAEMON_PAYLOAD_H

#include "daemon/object.h"

struct payload;

/* *fd is the memory's descriptor, for the program, and the caller's to close. NULL: *err says why (-ENOMEM;
 * -ENOBUFS: there are as many as there may be; or what the kernel said). One reference. */
struct payload *payload_new(struct daemon *dm, int *fd, int *err);
void payload_get(struct payload *p);
void payload_put(struct payload *p);	/* NULL is allowed */
/* Block i, filled: its page, with one reference whose end gives it back, and *len octets. NULL: it is no
 * block, not filled as it should be, or here already. */
struct page *payload_take(struct payload *p, struct net *net, u32 i, u32 *len);
/* Is so much of it here, three quarters, that no more may stay for long? */
bool payload_is_crowded(const struct payload *p);

/*
 * lent.c: blocks in a stream. What the descriptor holds is octets of the stream and marks, an octet each,
 * with a descriptor attached to it: nobody else can send one.
 */
struct lent {
	struct payload *pool;
	struct page *page;		/* a block whose mark was read; NULL: none */
	u32 off, len;			/* what of it is to be sent still */
};
int lent_begin(struct object *o, struct payload *p);	/* 0, -ENOMEM */
void lent_undo(struct object *o);			/* nothing was written since */
void lent_end(struct object *o);			/* with its descriptor; gives back all blocks */
bool lent_mark(struct object *o, u8 block);		/* such a mark was read. false: a lie */
void lent_throw_away(struct object *o, u8 block);	/* the same, and nobody wants it */
/* The next octets of the block to the stack: their number, *done: it was the last of them; or -errno, as
 * sock_stream_attach(). */
ssize_t lent_send(struct object *o, bool *done);
/* Octets of it that the stack has not taken. 0: no mark was read, or all of its block has gone. */
static inline u32 lent_left(const struct object *o)
{
	return unlikely(o->lent) ? o->lent->len : 0;
}

#endif
