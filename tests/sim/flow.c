// SPDX-License-Identifier: BSD-2-Clause
#include "flow.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CHUNK 65536u

/*
 * The stream of a direction: a random period of a prime length, read from another place in each
 * period, so that any shift, loss or repeat shows; in runs, so that it costs a memcpy.
 */
enum { PERIOD = 65521, PERIOD_STEP = 4099 };

static const u8 *pattern_at(const struct flow *f, int dir, u64 pos, size_t *run)
{
	static u8 bytes[PERIOD];
	u64 in = (pos % PERIOD + pos / PERIOD * PERIOD_STEP + f->id * 31u + (u32)dir * 7919u) % PERIOD;

	if (!bytes[0] && !bytes[1] && !bytes[2] && !bytes[3]) {
		struct prng r;

		prng_seed(&r, 1);
		for (u32 i = 0; i < PERIOD; i++)
			bytes[i] = (u8)prng_u64(&r);
	}
	*run = min_t(u64, PERIOD - in, PERIOD - pos % PERIOD);
	return bytes + in;
}

static void fill(const struct peer *p, u8 *buf, size_t len)
{
	for (size_t i = 0, run; i < len; i += run) {
		const u8 *from = pattern_at(p->flow, p->side, p->sent + i, &run);

		run = min_t(size_t, run, len - i);
		memcpy(buf + i, from, run);
	}
}

static void verify(struct peer *p, const u8 *buf, size_t len)
{
	const struct flow *f = p->flow;

	if (p->received + len > f->peer[!p->side].to_send)
		sim_fail(f->world, "flow %u side %d: more bytes than were sent", f->id, p->side);
	for (size_t i = 0, run; i < len; i += run) {
		const u8 *want = pattern_at(f, !p->side, p->received + i, &run);

		run = min_t(size_t, run, len - i);
		if (memcmp(buf + i, want, run))
			sim_fail(f->world, "flow %u side %d: wrong bytes in %llu..%llu", f->id, p->side,
				 (unsigned long long)(p->received + i),
				 (unsigned long long)(p->received + i + run));
	}
	p->received += len;
}

static void peer_close(struct peer *p, int error)
{
	if (p->closed)
		return;
	p->closed = true;
	p->error = error;
	if (p->sk) {
		sock_set_event(p->sk, NULL, NULL);
		sock_close(p->sk);
		p->sk = NULL;
	}
	if (p->flow->peer[!p->side].closed)
		p->flow->finished = p->flow->world->now;
}

/* SO_ERROR, read: positive. */
static int take_error(struct peer *p)
{
	int err = 0;
	u32 len = sizeof(err);

	sock_getsockopt(p->sk, 1 /* SOL_SOCKET */, 4 /* SO_ERROR */, &err, &len);
	return err;
}

static ssize_t send_some(struct peer *p, size_t len)
{
	static u8 buf[CHUNK];
	struct skb_vec vec[16];
	struct msg msg = { .vec = vec, .nr_vec = 1, .len = len };
	size_t done = 0, part;
	int n, i, err;

	if (!p->flow->zero_copy) {
		fill(p, buf, len);
		vec[0] = (struct skb_vec){ buf, len };
		return sock_sendmsg(p->sk, &msg);
	}
	n = sock_stream_reserve(p->sk, vec, 16, len);
	if (n < 0)
		return n;
	for (i = 0; i < n && done < len; i++) {
		part = min_t(size_t, vec[i].len, len - done);
		p->sent += done; /* fill() writes from p->sent */
		fill(p, vec[i].base, part);
		p->sent -= done;
		done += part;
	}
	err = sock_stream_commit(p->sk, done, 0);
	return err ? err : (ssize_t)done;
}

static void peer_send(struct peer *p)
{
	struct prng *r = &p->flow->world->prng;

	while (!p->closed && p->sent < p->to_send) {
		size_t len;
		ssize_t n;

		if (p->write_pause_ns && p->flow->world->now < p->next_write) {
			actor_wake(&p->actor, p->next_write);
			return;
		}
		len = 1 + prng_below(r, p->max_write);
		len = min_t(u64, len, p->to_send - p->sent);
		n = send_some(p, len);
		if (n == -EAGAIN)
			return;
		if (n < 0) {
			peer_close(p, (int)-n);
			return;
		}
		p->sent += (u64)n;
		if (p->write_pause_ns)
			p->next_write = p->flow->world->now + p->write_pause_ns;
	}
	if (!p->closed && !p->fin_sent && p->sent == p->to_send) {
		p->fin_sent = true;
		sock_shutdown(p->sk, 1);
	}
}

static ssize_t recv_some(struct peer *p, size_t want)
{
	static u8 buf[CHUNK];
	struct skb_vec vec[16];
	struct msg msg = { .vec = vec, .nr_vec = 1, .len = want };
	size_t len = 0, done = 0, part;
	ssize_t ret;
	int n, i;

	if (!p->flow->zero_copy) {
		vec[0] = (struct skb_vec){ buf, want };
		ret = sock_recvmsg(p->sk, &msg);
		if (ret > 0)
			verify(p, buf, (size_t)ret);
		return ret;
	}
	n = sock_stream_peek(p->sk, 0, vec, 16, &len);
	if (n < 0)
		return n;
	for (i = 0; i < n && done < want; i++) {
		part = min_t(size_t, vec[i].len, want - done);
		verify(p, vec[i].base, part);
		done += part;
	}
	if (done) {
		sock_stream_consume(p->sk, done);
		return (ssize_t)done;
	}
	if (sock_poll(p->sk) & SOCK_EV_ERR)
		return -take_error(p);
	return sock_poll(p->sk) & SOCK_EV_RDHUP ? 0 : -EAGAIN;
}

static void peer_recv(struct peer *p)
{
	struct world *w = p->flow->world;

	while (!p->closed && !p->fin_received) {
		ssize_t n;

		if (p->read_pause_ns && w->now < p->next_read) {
			actor_wake(&p->actor, p->next_read);
			return;
		}
		n = recv_some(p, 1 + prng_below(&w->prng, p->max_read));
		if (n == -EAGAIN)
			return;
		if (n < 0) {
			peer_close(p, (int)-n);
			return;
		}
		if (n == 0)
			p->fin_received = true;
		if (p->read_pause_ns)
			p->next_read = w->now + p->read_pause_ns;
	}
}

static void peer_run(struct actor *a)
{
	struct peer *p = container_of(a, struct peer, actor);

	if (p->closed || !p->sk)
		return;
	if (!p->connected) {
		u32 ev = sock_poll(p->sk);

		if (ev & SOCK_EV_ERR) {
			peer_close(p, take_error(p));
			return;
		}
		if (!(ev & SOCK_EV_OUT))
			return;
		p->connected = true;
	}
	peer_recv(p);
	peer_send(p);
	if (!p->closed && p->fin_sent && p->fin_received)
		peer_close(p, 0);
}

static void on_peer_event(struct sock *sk, u32 events)
{
	struct peer *p = sk->sk_user_data;

	(void)events;
	actor_poke(&p->actor);
}

static void on_listener_event(struct sock *sk, u32 events)
{
	struct flow *f = sk->sk_user_data;

	(void)events;
	actor_poke(&f->listener_actor);
}

static void listener_run(struct actor *a)
{
	struct flow *f = container_of(a, struct flow, listener_actor);
	struct peer *p = &f->peer[1];
	struct sock *child;
	int err;

	if (!f->listener)
		return;
	err = sock_accept(f->listener, &child);
	if (err == -EAGAIN)
		return;
	if (err)
		sim_fail(f->world, "flow %u: accept: %d", f->id, err);
	p->sk = child;
	p->connected = true;
	sock_set_event(child, on_peer_event, p);
	actor_poke(&p->actor);
	sock_set_event(f->listener, NULL, NULL);
	sock_close(f->listener);
	f->listener = NULL;
}

static void peer_init(struct peer *p, struct flow *f, int side, u64 bytes)
{
	struct prng *r = &f->world->prng;
	static const u32 sizes[] = { 1, 100, 1460, 4096, 20000, CHUNK };

	*p = (struct peer){ .flow = f, .side = side, .to_send = bytes };
	p->max_write = sizes[bytes > 100000 ? 2 + prng_below(r, 4) : prng_below(r, 6)];
	p->max_read = sizes[bytes > 100000 ? 2 + prng_below(r, 4) : prng_below(r, 6)];
	if (prng_chance(r, 1, 8))
		p->read_pause_ns = prng_range(r, 1, 20) * NSEC_PER_MSEC;
	if (p->read_pause_ns)
		p->max_read = CHUNK;
	actor_add(f->world, &p->actor, peer_run, U64_MAX);
}

static int set_congestion(struct sock *sk, const char *cc)
{
	return cc ? sock_setsockopt(sk, 6, 13 /* TCP_CONGESTION */, cc, (u32)strlen(cc)) : 0;
}

void flow_start(struct flow *f, struct world *w, u32 id, const char *cc, int wire, int client_end,
		int client_host, int server_host, u16 family, u64 up, u64 down)
{
	u8 sa[28];
	u32 len;
	int err;

	*f = (struct flow){ .world = w,
			    .wire = wire,
			    .client_end = client_end,
			    .family = family,
			    .id = id,
			    .port = (u16)(5000 + id),
			    .started = w->now };
	f->zero_copy = prng_chance(&w->prng, 1, 2);
	peer_init(&f->peer[0], f, 0, up);
	peer_init(&f->peer[1], f, 1, down);
	actor_add(w, &f->listener_actor, listener_run, U64_MAX);
	len = world_addr(w, wire, !client_end, family, f->port, sa);
	if (sock_create(w->host[server_host].net, family, 1, 0, &f->listener) ||
	    set_congestion(f->listener, cc) || sock_bind(f->listener, sa, len) || sock_listen(f->listener, 8))
		sim_fail(w, "flow %u: no listener", id);
	sock_set_event(f->listener, on_listener_event, f);
	if (sock_create(w->host[client_host].net, family, 1, 0, &f->peer[0].sk) ||
	    set_congestion(f->peer[0].sk, cc))
		sim_fail(w, "flow %u: no client", id);
	sock_set_event(f->peer[0].sk, on_peer_event, &f->peer[0]);
	err = sock_connect(f->peer[0].sk, sa, len);
	if (err && err != -EINPROGRESS)
		sim_fail(w, "flow %u: connect: %d", id, err);
}

void flow_keepalive(struct flow *f)
{
	struct sock *sks[] = { f->listener, f->peer[0].sk, f->peer[1].sk };
	const int on = 1, idle_s = 600;

	for (u32 i = 0; i < ARRAY_SIZE(sks); i++)
		if (sks[i] && (sock_setsockopt(sks[i], 1, 9 /* SO_KEEPALIVE */, &on, sizeof(on)) ||
			       sock_setsockopt(sks[i], 6, 4 /* TCP_KEEPIDLE */, &idle_s, sizeof(idle_s))))
			sim_fail(f->world, "flow %u: no keepalive", f->id);
}

bool flow_finished(const struct flow *f)
{
	/* A client that failed leaves a server that never was. */
	if (f->peer[0].closed && !f->peer[1].sk && !f->peer[1].closed && f->listener)
		return true;
	return f->peer[0].closed && f->peer[1].closed;
}

void flow_check(const struct flow *f)
{
	int i;

	for (i = 0; i < 2; i++) {
		const struct peer *p = &f->peer[i], *q = &f->peer[!i];

		if (p->error || q->error || !p->closed)
			continue;
		if (p->received != q->to_send)
			sim_fail(f->world, "flow %u side %d: %llu of %llu bytes and an orderly end",
				 f->id, i, (unsigned long long)p->received,
				 (unsigned long long)q->to_send);
	}
}

void flow_bulk(struct flow *f, struct world *w, u32 id, const char *cc, u64 bytes)
{
	flow_start(f, w, id, cc, 0, 0, 0, 1, w->bulk_family ?: INET_FAMILY_4, bytes, 0);
	for (int i = 0; i < 2; i++) {
		f->peer[i].max_write = f->peer[i].max_read = CHUNK;
		f->peer[i].read_pause_ns = 0;
	}
}
