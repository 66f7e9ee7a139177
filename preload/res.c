/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resolver(3): res_query() and its relatives, which ask for records that getaddrinfo() does not know
 * (MX, SRV, TXT ...). libc's own would ask through sockets of the kernel. It makes the messages; here is
 * what is asked of whom, and in which domains a name is looked for. A state's settings are the program's
 * to change.
 */
#include "names.h"

#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>

enum {
	OPT_LEN = 11,		/* an OPT record without options: RFC 6891 6.1.2 */
	EDNS_MIN = 512, EDNS_MAX = 1200,
	QUESTION_MAX = 12 + MAXDNAME + 4 + OPT_LEN,
};

static int failed(res_state r, int herrno)
{
	r->res_h_errno = herrno;
	h_errno = herrno;
	return -1;
}

static int ready(res_state r)
{
	if (unlikely(!shim.ready))
		shim_init();
	return r->options & RES_INIT || !res_ninit(r) ? 0 : failed(r, NETDB_INTERNAL);
}

/* ---- one message ------------------------------------------------------------------------ */
/* The payload size that the OPT record at the end of a message offers; 0: there is none. */
static int opt_size(const uint8_t *msg, int len)
{
	const HEADER *h = (const void *)msg;
	const uint8_t *opt = msg + len - OPT_LEN;

	if (len < NS_HFIXEDSZ + OPT_LEN || ntohs(h->arcount) != 1 || opt[0] || opt[1] || opt[2] != ns_t_opt ||
	    opt[9] || opt[10])
		return 0;
	return opt[3] << 8 | opt[4];
}

/* Appends one to a question of len octets that has room for it. RES_USE_DNSSEC: its DO bit. */
static int add_opt(res_state r, uint8_t *msg, int len, int room)
{
	int size = room < EDNS_MIN ? EDNS_MIN : room > EDNS_MAX ? EDNS_MAX : room;
	uint8_t opt[OPT_LEN] = { 0, 0, ns_t_opt, (uint8_t)(size >> 8), (uint8_t)size, 0, 0,
				 r->options & RES_USE_DNSSEC ? 0x80 : 0 };

	memcpy(msg + len, opt, OPT_LEN);
	((HEADER *)(void *)msg)->arcount = htons(1);
	return len + OPT_LEN;
}

/* libc keeps a server's IPv6 address beside the list, whose entry is then empty. */
static void take_servers(res_state r, struct name_question *q)
{
	static unsigned int turn;
	unsigned int first = r->options & RES_ROTATE ? __atomic_fetch_add(&turn, 1, __ATOMIC_RELAXED) : 0;
	int n = r->nscount < NAME_SERVERS_MAX ? r->nscount : NAME_SERVERS_MAX, i;

	for (i = 0; i < n; i++) {
		int at = (int)((first + (unsigned int)i) % (unsigned int)n);
		const struct sockaddr_in6 *s6 = r->_u._ext.nsaddrs[at];

		if (r->nsaddr_list[at].sin_family == AF_INET)
			memcpy(&q->server[q->servers++], &r->nsaddr_list[at], sizeof(r->nsaddr_list[at]));
		else if (s6)
			memcpy(&q->server[q->servers++], s6, sizeof(*s6));
	}
}

EXPORT int res_nsend(res_state r, const unsigned char *msg, int len, unsigned char *answer, int room)
{
	struct name_question q = { .msg = msg, .len = len, .edns_size = opt_size(msg, len) };
	int n;

	if (ready(r))
		return -1;
	take_servers(r, &q);
	q.timeout_s = r->retrans;
	q.attempts = r->retry;
	q.use_vc = r->options & RES_USEVC;
	q.ignore_tc = r->options & RES_IGNTC;
	n = room < 1 ? -EINVAL : !q.servers ? -ESRCH : names_dns_send(&q, answer, room);
	if (n >= 0)
		return n;
	errno = -n;
	return -1;
}

EXPORT int res_send(const unsigned char *msg, int len, unsigned char *answer, int room)
{
	return res_nsend(&_res, msg, len, answer, room);
}

/* ---- one name --------------------------------------------------------------------------- */
static int herrno_of(const HEADER *h)
{
	switch (h->rcode) {
	case ns_r_noerror:
		return NO_DATA;
	case ns_r_nxdomain:
		return HOST_NOT_FOUND;
	case ns_r_servfail:
		return TRY_AGAIN;
	default:
		return NO_RECOVERY;
	}
}

EXPORT int res_nquery(res_state r, const char *name, int class, int type, unsigned char *answer, int room)
{
	const HEADER *h = (const void *)answer;
	uint8_t msg[QUESTION_MAX];
	int len, n;

	if (ready(r))
		return -1;
	if (room < NS_HFIXEDSZ) {
		errno = EINVAL;
		return failed(r, TRY_AGAIN);
	}
	len = res_nmkquery(r, ns_o_query, name, class, type, NULL, 0, NULL, msg, sizeof(msg) - OPT_LEN);
	if (len <= 0)
		return failed(r, NO_RECOVERY);
	if (r->options & (RES_USE_EDNS0 | RES_USE_DNSSEC))
		len = add_opt(r, msg, len, room);
	n = res_nsend(r, msg, len, answer, room);
	if (n < NS_HFIXEDSZ)
		return failed(r, TRY_AGAIN);
	if (h->rcode != ns_r_noerror || !h->ancount)
		return failed(r, herrno_of(h));
	return n;
}

EXPORT int res_query(const char *name, int class, int type, unsigned char *answer, int room)
{
	return res_nquery(&_res, name, class, type, answer, room);
}

EXPORT int res_nquerydomain(res_state r, const char *name, const char *domain, int class, int type,
			    unsigned char *answer, int room)
{
	char whole[MAXDNAME];
	size_t n = strlen(name);
	int len;

	if (ready(r))
		return -1;
	if (!domain && n && name[n - 1] == '.')
		n--;
	len = snprintf(whole, sizeof(whole), "%.*s%s%s", (int)(n < MAXDNAME ? n : MAXDNAME), name,
		       domain ? "." : "", domain ? domain : "");
	if (len < 0 || len >= (int)sizeof(whole))
		return failed(r, NO_RECOVERY);
	return res_nquery(r, whole, class, type, answer, room);
}

EXPORT int res_querydomain(const char *name, const char *domain, int class, int type, unsigned char *answer,
			   int room)
{
	return res_nquerydomain(&_res, name, domain, class, type, answer, room);
}

/* ---- a name in the domains that are searched ----------------------------------------------- */
struct search {
	res_state r;
	const char *name;
	int class, type;
	unsigned char *answer;
	int room;
	bool no_data, servfail;		/* a domain has the name, without such a record; one could not tell */
};

/* What the file that HOSTALIASES names has for name: hostname(7). */
static bool host_alias(const char *name, char *alias, size_t room)
{
	const char *path = secure_getenv("HOSTALIASES");
	FILE *f = path ? fopen(path, "re") : NULL;
	char line[BUFSIZ], *save, *w;
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f)) {
		w = strtok_r(line, " \t\n", &save);
		if (!w || strcasecmp(w, name))
			continue;
		w = strtok_r(NULL, " \t\n", &save);
		found = w && (size_t)snprintf(alias, room, "%s", w) < room;
	}
	if (f)
		fclose(f);
	return found;
}

/* > 0: found; 0: go on looking; < 0: no use */
static int look_in(struct search *s, const char *domain)
{
	int n = res_nquerydomain(s->r, s->name, domain, s->class, s->type, s->answer, s->room);
	const HEADER *h = (const void *)s->answer;

	if (n > 0)
		return n;
	if (errno == ECONNREFUSED)
		return failed(s->r, TRY_AGAIN);
	switch (s->r->res_h_errno) {
	case NO_DATA:
		s->no_data = true;
		return 0;
	case HOST_NOT_FOUND:
		return 0;
	case TRY_AGAIN:
		s->servfail |= h->rcode == ns_r_servfail;
		return h->rcode == ns_r_servfail ? 0 : -1;
	default:
		return -1;
	}
}

static int look_in_domains(struct search *s)
{
	int i, n;

	for (i = 0; i < MAXDNSRCH && s->r->dnsrch[i]; i++) {
		const char *domain = s->r->dnsrch[i];

		n = look_in(s, *domain == '.' && !domain[1] ? NULL : domain);
		if (n)
			return n;
		if (!(s->r->options & RES_DNSRCH))
			break;
	}
	return 0;
}

/* What to say of a name that was found nowhere: asked: what the name itself brought, if it came first. */
static int not_found(struct search *s, int asked)
{
	if (asked != NETDB_SUCCESS)
		return failed(s->r, asked);
	if (s->no_data)
		return failed(s->r, NO_DATA);
	return s->servfail ? failed(s->r, TRY_AGAIN) : -1;
}

static int search(struct search *s)
{
	int dots = 0, n, asked = NETDB_SUCCESS;
	size_t len = strlen(s->name);
	bool absolute = len && s->name[len - 1] == '.';
	unsigned long wanted;

	for (size_t i = 0; i < len; i++)
		dots += s->name[i] == '.';
	if (absolute || dots >= (int)s->r->ndots) {
		n = look_in(s, NULL);
		if (n > 0 || absolute)
			return n > 0 ? n : -1;
		asked = s->r->res_h_errno;
	}
	wanted = dots ? RES_DNSRCH : RES_DEFNAMES;
	if (s->r->options & wanted) {
		n = look_in_domains(s);
		if (n > 0 || (n < 0 && errno == ECONNREFUSED))
			return n;
	}
	if (asked == NETDB_SUCCESS &&
	    (dots || !(s->r->options & wanted) || !(s->r->options & RES_NOTLDQUERY))) {
		n = look_in(s, NULL);
		if (n > 0)
			return n;
	}
	return not_found(s, asked);
}

EXPORT int res_nsearch(res_state r, const char *name, int class, int type, unsigned char *answer, int room)
{
	struct search s = { .r = r, .name = name, .class = class, .type = type,
			    .answer = answer, .room = room };
	char alias[MAXDNAME];

	if (ready(r))
		return -1;
	errno = 0;
	failed(r, HOST_NOT_FOUND);
	if (!strchr(name, '.') && host_alias(name, alias, sizeof(alias)))
		return res_nquery(r, alias, class, type, answer, room);
	return search(&s);
}

EXPORT int res_search(const char *name, int class, int type, unsigned char *answer, int room)
{
	return res_nsearch(&_res, name, class, type, answer, room);
}

/* What programs that were linked before glibc 2.34 call them. */
#define OLD_NAME(name) EXPORT extern __typeof__(name) __##name __THROW __attribute__((alias(#name)))
OLD_NAME(res_nsend);
OLD_NAME(res_send);
OLD_NAME(res_nquery);
OLD_NAME(res_query);
OLD_NAME(res_nquerydomain);
OLD_NAME(res_querydomain);
OLD_NAME(res_nsearch);
OLD_NAME(res_search);
