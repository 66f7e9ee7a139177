/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Questions to name servers: c-ares, whose sockets are ours. It is loaded at the first question,
 * not at start-up, and in a scope of its own: a program may carry another copy of c-ares.
 */
#include "names.h"

#include <ares.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

#define ARES_LIST(X)                                                                            \
	X(library_init)                                                                         \
	X(init_options) X(set_socket_functions) X(getaddrinfo) X(freeaddrinfo) X(query)         \
		X(parse_ptr_reply) X(free_hostent) X(getsock) X(process_fd) X(timeout) X(destroy) X(send) \
		X(set_servers_ports)

static struct {
#define X(name) __typeof__(&ares_##name) name;
	ARES_LIST(X)
#undef X
	bool ok;
} ares;
static pthread_once_t once = PTHREAD_ONCE_INIT;

extern void __asan_init(void) __attribute__((weak));

static void load(void)
{
	/* AddressSanitizer refuses RTLD_DEEPBIND. */
	void *lib =
		dlopen("libcares.so.2", RTLD_NOW | RTLD_LOCAL | (__asan_init ? 0 : RTLD_DEEPBIND));
	void *p;

	if (!lib) {
		shim_log("names: %s", dlerror());
		return;
	}
	ares.ok = true;
#define X(name)                                    \
	p = dlsym(lib, "ares_" #name);             \
	if (p)                                     \
		memcpy(&ares.name, &p, sizeof(p)); \
	else                                       \
		ares.ok = false;
	ARES_LIST(X)
#undef X
	if (ares.ok && ares.library_init(ARES_LIB_INIT_ALL))
		ares.ok = false;
}

/* ---- its sockets ---------------------------------------------------------------------- */
static ares_socket_t as_socket(int family, int type, int protocol, void *arg)
{
	(void)arg;
	return socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
}

static int as_close(ares_socket_t fd, void *arg)
{
	(void)arg;
	return close(fd);
}

static int as_connect(ares_socket_t fd, const struct sockaddr *sa, ares_socklen_t len, void *arg)
{
	(void)arg;
	return connect(fd, (__CONST_SOCKADDR_ARG){ .__sockaddr__ = sa }, len);
}

enum { HEADER_LEN = 12, DATAGRAM_MAX = 512 };	/* RFC 1035 4.1.1, 4.2.1 */

/* What c-ares does not tell: whether any server answered, and how, when no answer is of use. */
struct heard {
	bool any;
	uint8_t header[HEADER_LEN];	/* of the last answer */
};

static ares_ssize_t as_recvfrom(ares_socket_t fd, void *buf, size_t n, int flags,
				struct sockaddr *sa, ares_socklen_t *len, void *arg)
{
	struct heard *h = arg;
	ssize_t got = recvfrom(fd, buf, n, flags, (__SOCKADDR_ARG){ .__sockaddr__ = sa }, len);

	if (h && got >= HEADER_LEN) {
		h->any = true;
		memcpy(h->header, buf, HEADER_LEN);
	}
	return got;
}

static ares_ssize_t as_sendv(ares_socket_t fd, const struct iovec *iov, int n, void *arg)
{
	(void)arg;
	return writev(fd, iov, n);
}

static const struct ares_socket_functions socket_functions = {
	as_socket, as_close, as_connect, as_recvfrom, as_sendv,
};

/* heard may be NULL */
static int channel_init(ares_channel *ch, struct ares_options *o, int mask, struct heard *heard)
{
	char lookups[] = "b";

	if (unlikely(!shim.ready))
		shim_init();
	pthread_once(&once, load);
	if (!ares.ok)
		return EAI_AGAIN;
	o->lookups = lookups;
	mask |= ARES_OPT_LOOKUPS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_FLAGS;
	if (ares.init_options(ch, o, mask))
		return EAI_MEMORY;
	ares.set_socket_functions(*ch, &socket_functions, heard);
	return 0;
}

/* c-ares knows of resolv.conf's options "retrans:" and "retry:" only, and waits 75 seconds by default. */
static int channel_open(ares_channel *ch)
{
	struct names_patience p;
	struct ares_options o;

	names_patience(&p);
	o = (struct ares_options){ .timeout = (int)p.timeout_s * 1000, .tries = (int)p.attempts };
	o.flags = (p.edns0 ? ARES_FLAG_EDNS : 0) | (p.use_vc ? ARES_FLAG_USEVC : 0);
	return channel_init(ch, &o, 0, NULL);
}

static void run(ares_channel ch, const bool *done)
{
	while (!*done) {
		ares_socket_t s[ARES_GETSOCK_MAXNUM];
		struct pollfd p[ARES_GETSOCK_MAXNUM];
		struct timeval tv = { 1, 0 }, *t;
		int mask = ares.getsock(ch, s, ARES_GETSOCK_MAXNUM), n = 0, i;

		for (i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
			short ev = (short)((ARES_GETSOCK_READABLE(mask, i) ? POLLIN : 0) |
					   (ARES_GETSOCK_WRITABLE(mask, i) ? POLLOUT : 0));

			if (ev)
				p[n++] = (struct pollfd){ .fd = s[i], .events = ev };
		}
		t = ares.timeout(ch, NULL, &tv);
		poll(p, (nfds_t)n, t ? (int)(t->tv_sec * 1000 + t->tv_usec / 1000 + 1) : 1000);
		for (i = 0; i < n; i++) {
			short ev = p[i].revents;
			bool bad = ev & (POLLERR | POLLHUP);

			if (ev)
				ares.process_fd(ch, ev & POLLIN || bad ? p[i].fd : ARES_SOCKET_BAD,
						ev & POLLOUT || (bad && p[i].events & POLLOUT) ?
							p[i].fd :
							ARES_SOCKET_BAD);
		}
		ares.process_fd(ch, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	}
}

static int eai(int status)
{
	switch (status) {
	case ARES_SUCCESS:
		return 0;
	case ARES_ENOTFOUND:
	case ARES_EBADNAME:
		return EAI_NONAME;
	case ARES_ENODATA:
		return EAI_NODATA;
	case ARES_ENOMEM:
		return EAI_MEMORY;
	default:
		return EAI_AGAIN;
	}
}

/* ---- forward -------------------------------------------------------------------------- */
struct forward {
	struct name_list *list;
	int error;
	bool done;
};

static void take(struct name_list *l, const struct ares_addrinfo_node *n)
{
	struct name_addr a = { .family = n->ai_family };
	size_t i;

	if (a.family == AF_INET)
		memcpy(a.bytes, &((struct sockaddr_in *)(void *)n->ai_addr)->sin_addr, 4);
	else if (a.family == AF_INET6)
		memcpy(a.bytes, &((struct sockaddr_in6 *)(void *)n->ai_addr)->sin6_addr, 16);
	else
		return;
	for (i = 0; i < l->n; i++)
		if (!memcmp(&l->addr[i], &a, sizeof(a)))
			return;
	if (l->n < NAMES_MAX)
		l->addr[l->n++] = a;
}

static void on_addresses(void *arg, int status, int timeouts, struct ares_addrinfo *r)
{
	struct forward *f = arg;
	struct ares_addrinfo_node *n;
	struct ares_addrinfo_cname *c;

	(void)timeouts;
	f->done = true;
	f->error = eai(status);
	if (!r)
		return;
	for (n = r->nodes; n; n = n->ai_next)
		take(f->list, n);
	for (c = r->cnames; c; c = c->next) {
		if (c->name && strlen(c->name) < sizeof(f->list->canon))
			memcpy(f->list->canon, c->name, strlen(c->name) + 1);
		if (c->alias)
			names_add_alias(f->list, c->alias);
	}
	ares.freeaddrinfo(r);
	if (!f->error && !f->list->n)
		f->error = EAI_NODATA;
}

int names_dns(const char *node, int family, struct name_list *l)
{
	struct ares_addrinfo_hints hints = { .ai_flags = ARES_AI_NOSORT | ARES_AI_CANONNAME,
					     .ai_family = family };
	struct forward f = { .list = l };
	ares_channel ch;
	int e = channel_open(&ch);

	if (e)
		return e;
	ares.getaddrinfo(ch, node, NULL, &hints, on_addresses, &f);
	run(ch, &f.done);
	ares.destroy(ch);
	return f.error;
}

/* ---- reverse -------------------------------------------------------------------------- */
struct reverse {
	const struct name_addr *want;
	struct name_list *list;
	int error;
	bool done;
};

static void on_name(void *arg, int status, int timeouts, unsigned char *reply, int len)
{
	struct reverse *r = arg;
	struct hostent *h = NULL;

	(void)timeouts;
	r->done = true;
	if (status == ARES_SUCCESS)
		status = ares.parse_ptr_reply(reply, len, r->want->bytes, r->want->family == AF_INET ? 4 : 16,
					      r->want->family, &h);
	r->error = eai(status);
	if (r->error)
		return;
	if (!h->h_name || strlen(h->h_name) >= sizeof(r->list->canon))
		r->error = EAI_OVERFLOW;
	else
		memcpy(r->list->canon, h->h_name, strlen(h->h_name) + 1);
	ares.free_hostent(h);
}

/* The name that the question is about. */
static void pointer_name(const struct name_addr *a, char *name, size_t room)
{
	size_t n = 0;
	int i;

	if (a->family == AF_INET) {
		snprintf(name, room, "%u.%u.%u.%u.in-addr.arpa", a->bytes[3], a->bytes[2], a->bytes[1],
			 a->bytes[0]);
		return;
	}
	for (i = 15; i >= 0; i--)
		n += (size_t)snprintf(name + n, room - n, "%x.%x.", a->bytes[i] & 15, a->bytes[i] >> 4);
	snprintf(name + n, room - n, "ip6.arpa");
}

int names_dns_reverse(const struct name_addr *want, struct name_list *l)
{
	enum { CLASS_IN = 1, TYPE_PTR = 12 };
	static const uint8_t zero[16];
	struct reverse r = { .want = want, .list = l };
	char name[80];
	ares_channel ch;
	int e;

	if (want->family == AF_INET6 && !memcmp(want->bytes, zero, sizeof(zero)))
		return EAI_NONAME;
	e = channel_open(&ch);
	if (e)
		return e;
	pointer_name(want, name, sizeof(name));
	/* c-ares has a call for all of this, but it does not tell "no such name" from "no answer" */
	ares.query(ch, name, CLASS_IN, TYPE_PTR, on_name, &r);
	run(ch, &r.done);
	ares.destroy(ch);
	return r.error;
}

/* ---- a message of the program's ------------------------------------------------------------ */
struct exchange {
	uint8_t *answer;
	int room, result;
	int datagram_max;		/* a longer answer came by TCP */
	struct heard heard;
	bool done;
};

static int errno_of(int status, const struct heard *heard)
{
	switch (status) {
	case ARES_EBADQUERY:
		return EINVAL;
	case ARES_ENOMEM:
		return ENOMEM;
	case ARES_ECONNREFUSED:		/* or an answer of no use */
		return heard->any ? ETIMEDOUT : ECONNREFUSED;
	default:
		return ETIMEDOUT;
	}
}

/* What does not fit is cut off: libc tells so, and the length that there was, of what came by TCP. */
static void give(struct exchange *x, const uint8_t *reply, int len)
{
	enum { FLAGS = 2, TC = 2 };

	x->result = len < x->room ? len : x->room;
	memcpy(x->answer, reply, (size_t)x->result);
	if (len <= x->room || len <= x->datagram_max)
		return;
	if (x->room > FLAGS)
		x->answer[FLAGS] |= TC;
	x->result = len;
}

static void on_answer(void *arg, int status, int timeouts, unsigned char *reply, int len)
{
	struct exchange *x = arg;

	(void)timeouts;
	x->done = true;
	if (reply) {
		give(x, reply, len);
		return;
	}
	if (x->heard.any)
		give(x, x->heard.header, HEADER_LEN);
	x->result = -errno_of(status, &x->heard);
}

static int choose_servers(ares_channel ch, const struct name_question *q)
{
	struct ares_addr_port_node node[NAME_SERVERS_MAX] = { { 0 } };
	int i;

	for (i = 0; i < q->servers; i++) {
		const struct sockaddr_in *s4 = (const void *)&q->server[i];
		const struct sockaddr_in6 *s6 = (const void *)&q->server[i];

		node[i].family = s4->sin_family;
		node[i].udp_port = node[i].tcp_port = ntohs(s4->sin_port);
		if (s4->sin_family == AF_INET)
			node[i].addr.addr4 = s4->sin_addr;
		else
			memcpy(&node[i].addr.addr6, &s6->sin6_addr, sizeof(node[i].addr.addr6));
		if (i)
			node[i - 1].next = &node[i];
	}
	return ares.set_servers_ports(ch, node) == ARES_SUCCESS ? 0 : -ENOMEM;
}

int names_dns_send(const struct name_question *q, uint8_t *answer, int room)
{
	struct ares_options o = { .timeout = q->timeout_s * 1000, .tries = q->attempts,
				  .ednspsz = q->edns_size };
	struct exchange x = { .answer = answer, .room = room };
	int datagram_max = q->ignore_tc ? INT_MAX : q->edns_size ? q->edns_size : DATAGRAM_MAX;
	ares_channel ch;

	o.flags = (q->edns_size ? ARES_FLAG_EDNS : 0) | (q->use_vc ? ARES_FLAG_USEVC : 0) |
		  (q->ignore_tc ? ARES_FLAG_IGNTC : 0);
	if (channel_init(&ch, &o, q->edns_size ? ARES_OPT_EDNSPSZ : 0, &x.heard))
		return -ENOMEM;
	x.datagram_max = q->use_vc ? 0 : datagram_max;
	x.result = choose_servers(ch, q);
	if (!x.result) {
		ares.send(ch, q->msg, q->len, on_answer, &x);
		run(ch, &x.done);
	}
	ares.destroy(ch);
	return x.result;
}
