/* SPDX-License-Identifier: BSD-2-Clause */
/* getaddrinfo, freeaddrinfo and getnameinfo. gethost.c has the older family. */
#include "names.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/un.h>
#include <sys/utsname.h>

socklen_t names_sockaddr(const struct name_addr *a, uint16_t port_be, struct sockaddr_storage *ss)
{
	struct sockaddr_in *s4 = (void *)ss;
	struct sockaddr_in6 *s6 = (void *)ss;

	memset(ss, 0, sizeof(*ss));
	ss->ss_family = (sa_family_t)a->family;
	if (a->family == AF_INET) {
		s4->sin_port = port_be;
		memcpy(&s4->sin_addr, a->bytes, 4);
		return sizeof(*s4);
	}
	s6->sin6_port = port_be;
	memcpy(&s6->sin6_addr, a->bytes, 16);
	s6->sin6_scope_id = a->scope;
	return sizeof(*s6);
}

/*
 * What libc asks no name server for: letters, digits, - and _ make a host's name, which does not begin
 * with -; and nothing but digits and dots is an IPv4 address, or none.
 */
static bool is_host_name(const char *node, int family)
{
	const char *p;

	if (!*node || *node == '-')
		return false;
	if (family == AF_INET && !node[strspn(node, "0123456789.")])
		return false;
	for (p = node; *p; p++)
		if (!(*p >= 'a' && *p <= 'z') && !(*p >= 'A' && *p <= 'Z') && !(*p >= '0' && *p <= '9') &&
		    *p != '-' && *p != '_' && *p != '.')
			return false;
	return true;
}

int names_lookup(const char *node, int family, struct name_list *l)
{
	char order[4];
	int e = EAI_NONAME;
	size_t i;

	names_order(order);
	for (i = 0; order[i]; i++) {
		if (order[i] == 'f')
			e = names_hosts(node, family, l) ? 0 : EAI_NONAME;
		else
			e = is_host_name(node, family) ? names_dns(node, family, l) : EAI_NONAME;
		if (!e)
			break;
	}
	return e;
}

/* ---- services ------------------------------------------------------------------------- */
/* Kinds of sockets, in libc's order: of those that fit the first is meant, or all usual ones. */
static const struct kind {
	int type, protocol;	/* protocol 0: any */
	const char *name;
	bool usual;		/* told when neither type nor protocol is given */
} kinds[] = {
	{ SOCK_STREAM, IPPROTO_TCP, "tcp", true },
	{ SOCK_DGRAM, IPPROTO_UDP, "udp", true },
	{ SOCK_DCCP, IPPROTO_DCCP, "dccp", false },
	{ SOCK_DGRAM, IPPROTO_UDPLITE, "udplite", false },
	{ SOCK_STREAM, IPPROTO_SCTP, "sctp", false },
	{ SOCK_SEQPACKET, IPPROTO_SCTP, "sctp", false },
	{ SOCK_RAW, 0, "raw", true },	/* has no services */
};

struct service {
	size_t n;
	struct {
		int type, protocol;
		uint16_t port_be;
	} v[ARRAY_SIZE(kinds)];
};

static bool port_of(const char *service, const char *proto, uint16_t *port)
{
	struct servent se, *r = NULL;
	char buf[1024];

	if (getservbyname_r(service, proto, &se, buf, sizeof(buf), &r) || !r)
		return false;
	*port = (uint16_t)r->s_port;
	return true;
}

static void add_kind(struct service *s, const struct kind *k, const struct addrinfo *h, uint16_t port_be)
{
	s->v[s->n].type = k->type;
	s->v[s->n].protocol = k->protocol ? k->protocol : h->ai_protocol;
	s->v[s->n++].port_be = port_be;
}

/* The first kind that fits the hints; NULL: none. */
static const struct kind *first_kind(const struct addrinfo *h)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if ((!h->ai_socktype || h->ai_socktype == kinds[i].type) &&
		    (!h->ai_protocol || !kinds[i].protocol || h->ai_protocol == kinds[i].protocol))
			return &kinds[i];
	return NULL;
}

/* @name: NULL, a number, or one to be looked up. */
static int find_service(const char *name, const struct addrinfo *h, struct service *s)
{
	char *end = NULL;
	unsigned long num = name ? strtoul(name, &end, 10) : 0;
	bool numeric = !name || !*end, given = h->ai_socktype || h->ai_protocol;
	const struct kind *k = given ? first_kind(h) : NULL;
	uint16_t port = htons((uint16_t)num);
	size_t i;

	if (!numeric && h->ai_flags & AI_NUMERICSERV)
		return EAI_NONAME;
	if (given && !k)
		return h->ai_socktype ? EAI_SOCKTYPE : EAI_SERVICE;
	if (given) {
		if (name && *name && !k->protocol)
			return EAI_SERVICE;
		if (!numeric && !port_of(name, k->name, &port))
			return EAI_SERVICE;
		add_kind(s, k, h, port);
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (numeric ? !kinds[i].usual : !kinds[i].protocol || !port_of(name, kinds[i].name, &port))
			continue;
		add_kind(s, &kinds[i], h, port);
	}
	return s->n ? 0 : EAI_SERVICE;
}

/* ---- addresses ------------------------------------------------------------------------ */
static void no_node(const struct addrinfo *h, struct name_list *l)
{
	bool passive = h->ai_flags & AI_PASSIVE;
	const char *v4 = passive ? "0.0.0.0" : "127.0.0.1", *v6 = passive ? "::" : "::1";

	if (h->ai_family != AF_INET6 && passive)
		names_numeric(v4, &l->addr[l->n++]);
	if (h->ai_family != AF_INET)
		names_numeric(v6, &l->addr[l->n++]);
	if (h->ai_family != AF_INET6 && !passive)
		names_numeric(v4, &l->addr[l->n++]);
}

static void map_v4(struct name_addr *a)
{
	memcpy(a->bytes + 12, a->bytes, 4);
	memset(a->bytes, 0, 10);
	a->bytes[10] = a->bytes[11] = 0xff;
	a->family = AF_INET6;
}

/* AI_ADDRCONFIG: is an address of this family configured besides loopback? */
static bool configured(int family)
{
	struct ifaddrs *list, *i;
	bool yes = false;

	if (getifaddrs(&list))
		return true;
	for (i = list; i && !yes; i = i->ifa_next)
		yes = i->ifa_addr && i->ifa_addr->sa_family == family &&
		      !(i->ifa_flags & IFF_LOOPBACK);
	freeifaddrs(list);
	return yes;
}

/* Appends the IPv4 addresses of node as IPv6 ones; 0 or EAI_*. */
static int add_mapped(const char *node, struct name_list *l)
{
	size_t i = l->n;
	int e = names_lookup(node, AF_INET, l);

	for (; !e && i < l->n; i++)
		map_v4(&l->addr[i]);
	return e;
}

static int by_name(const char *node, const struct addrinfo *h, struct name_list *l)
{
	int family = h->ai_family, e;

	if (h->ai_flags & AI_NUMERICHOST)
		return EAI_NONAME;
	if (strlen(node) > 253)
		return EAI_NONAME;
	if (h->ai_flags & AI_ADDRCONFIG && family == AF_UNSPEC) {
		bool v4 = configured(AF_INET), v6 = configured(AF_INET6);

		if (v4 != v6)
			family = v4 ? AF_INET : AF_INET6;
	}
	e = names_lookup(node, family, l);
	if (family == AF_INET6 && h->ai_family == family && h->ai_flags & AI_V4MAPPED &&
	    (e || h->ai_flags & AI_ALL) && !add_mapped(node, l))
		e = 0;
	if (!e)
		names_sort(l);
	return e;
}

/* An IPv6 address with the scope of no interface. */
static bool is_scoped(const char *node)
{
	char text[INET6_ADDRSTRLEN] = { 0 };
	size_t n = strcspn(node, "%");
	struct in6_addr a;

	if (!node[n] || n >= sizeof(text))
		return false;
	memcpy(text, node, n);
	return inet_pton(AF_INET6, text, &a) == 1;
}

static int find_addresses(const char *node, const struct addrinfo *h, struct name_list *l)
{
	if (!node) {
		no_node(h, l);
		return 0;
	}
	if (!names_numeric(node, &l->addr[0]))
		return h->ai_family == AF_INET && is_scoped(node) ? EAI_ADDRFAMILY : by_name(node, h, l);
	l->n = 1;
	if (h->ai_family == AF_UNSPEC || h->ai_family == l->addr[0].family)
		return 0;
	if (h->ai_family == AF_INET6 && h->ai_flags & AI_V4MAPPED) {
		map_v4(&l->addr[0]);
		return 0;
	}
	return EAI_ADDRFAMILY;
}

/* ---- the result ----------------------------------------------------------------------- */
struct result {
	struct addrinfo ai;
	struct sockaddr_storage ss;
};

EXPORT void freeaddrinfo(struct addrinfo *ai)
{
	while (ai) {
		struct addrinfo *next = ai->ai_next;

		free(ai->ai_canonname);
		free(ai);
		ai = next;
	}
}

static int build(const char *node, const struct addrinfo *h, const struct name_list *l,
		 const struct service *s, struct addrinfo **out)
{
	struct addrinfo *head = NULL, **tail = &head;
	size_t i, j;

	for (i = 0; i < l->n; i++)
		for (j = 0; j < s->n; j++) {
			struct result *r = calloc(1, sizeof(*r));

			if (!r)
				goto nomem;
			r->ai.ai_flags = h->ai_flags;
			r->ai.ai_family = l->addr[i].family;
			r->ai.ai_socktype = s->v[j].type;
			r->ai.ai_protocol = s->v[j].protocol;
			r->ai.ai_addrlen = names_sockaddr(&l->addr[i], s->v[j].port_be, &r->ss);
			r->ai.ai_addr = (struct sockaddr *)&r->ss;
			*tail = &r->ai;
			tail = &r->ai.ai_next;
		}
	if (head && h->ai_flags & AI_CANONNAME) {
		head->ai_canonname = strdup(l->canon[0] ? l->canon : node);
		if (!head->ai_canonname)
			goto nomem;
	}
	*out = head;
	return 0;
nomem:
	freeaddrinfo(head);
	return EAI_MEMORY;
}

/* With the last two of IDN, which are obsolete. */
#define GAI_FLAGS                                                                                     \
	(AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_V4MAPPED | AI_ALL | AI_ADDRCONFIG | AI_IDN | \
	 AI_CANONIDN | AI_NUMERICSERV | 0x300)

EXPORT int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		       struct addrinfo **out)
{
	static const struct addrinfo none = { .ai_flags = AI_V4MAPPED | AI_ADDRCONFIG };
	const struct addrinfo *h = hints ? hints : &none;
	struct service s = { 0 };
	struct name_list *l;
	int e;

	if (unlikely(!shim.ready))
		shim_init();
	if (node && !strcmp(node, "*"))
		node = NULL;
	if (service && !strcmp(service, "*"))
		service = NULL;
	if (!node && !service)
		return EAI_NONAME;
	if (h->ai_flags & ~GAI_FLAGS || (h->ai_flags & AI_CANONNAME && !node))
		return EAI_BADFLAGS;
	if (h->ai_family != AF_UNSPEC && h->ai_family != AF_INET && h->ai_family != AF_INET6)
		return EAI_FAMILY;
	e = find_service(service, h, &s);
	if (e)
		return e;
	l = calloc(1, sizeof(*l));
	if (!l)
		return EAI_MEMORY;
	e = find_addresses(node, h, l);
	if (!e)
		e = build(node, h, l, &s, out);
	free(l);
	return e;
}

/* ---- getnameinfo ---------------------------------------------------------------------- */
static int put(const char *from, char *to, socklen_t room)
{
	if (strlen(from) >= room)
		return EAI_OVERFLOW;
	memcpy(to, from, strlen(from) + 1);
	return 0;
}

static int name_of_host(const struct name_addr *a, char *host, socklen_t room, int flags)
{
	char text[INET6_ADDRSTRLEN + IF_NAMESIZE + 1];
	struct name_list l = { 0 };
	int e;

	if (!(flags & NI_NUMERICHOST)) {
		e = names_hosts_reverse(a, &l) ? 0 : names_dns_reverse(a, &l);
		if (!e)
			return put(l.canon, host, room);
		if (flags & NI_NAMEREQD || e == EAI_AGAIN)
			return e == EAI_NODATA ? EAI_NONAME : e;
	} else if (flags & NI_NAMEREQD) {
		return EAI_NONAME;
	}
	inet_ntop(a->family, a->bytes, text, INET6_ADDRSTRLEN);
	if (a->scope) {
		char name[IF_NAMESIZE];
		size_t at = strlen(text);

		if (if_indextoname(a->scope, name))
			snprintf(text + at, sizeof(text) - at, "%%%s", name);
		else
			snprintf(text + at, sizeof(text) - at, "%%%u", a->scope);
	}
	return put(text, host, room);
}

static int name_of_port(uint16_t port_be, char *serv, socklen_t room, int flags)
{
	struct servent se, *r = NULL;
	char buf[1024], text[8];

	if (!(flags & NI_NUMERICSERV) &&
	    !getservbyport_r(port_be, flags & NI_DGRAM ? "udp" : "tcp", &se, buf, sizeof(buf),
			     &r) &&
	    r)
		return put(r->s_name, serv, room);
	snprintf(text, sizeof(text), "%u", ntohs(port_be));
	return put(text, serv, room);
}

/* An address of a file: this host, and the path. */
static int local_name(const struct sockaddr_un *un, char *host, socklen_t hostlen, char *serv,
		      socklen_t servlen, int flags)
{
	char path[sizeof(un->sun_path) + 1] = { 0 };
	struct utsname u;
	int e = 0;

	memcpy(path, un->sun_path, strnlen(un->sun_path, sizeof(un->sun_path)));
	if (host && hostlen) {
		if (!(flags & NI_NUMERICHOST) && !uname(&u))
			e = put(u.nodename, host, hostlen);
		else
			e = flags & NI_NAMEREQD ? EAI_NONAME : put("localhost", host, hostlen);
	}
	return e || !serv || !servlen ? e : put(path, serv, servlen);
}

EXPORT int getnameinfo(const struct sockaddr *sa, socklen_t len, char *host, socklen_t hostlen,
		       char *serv, socklen_t servlen, int flags)
{
	struct name_addr a = { 0 };
	uint16_t port;
	int e = 0;

	if (unlikely(!shim.ready))
		shim_init();
	if (!sa || len < sizeof(sa->sa_family))
		return EAI_FAMILY;
	if (flags & ~(NI_NUMERICHOST | NI_NUMERICSERV | NI_NOFQDN | NI_NAMEREQD | NI_DGRAM | NI_IDN | 0xc0))
		return EAI_BADFLAGS;
	a.family = sa->sa_family;
	if (a.family == AF_UNIX)
		return local_name((const void *)sa, host, hostlen, serv, servlen, flags);
	if (a.family == AF_INET && len >= sizeof(struct sockaddr_in)) {
		memcpy(a.bytes, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
	} else if (a.family == AF_INET6 && len >= sizeof(struct sockaddr_in6)) {
		const struct sockaddr_in6 *s6 = (const void *)sa;

		memcpy(a.bytes, &s6->sin6_addr, 16);
		a.scope = s6->sin6_scope_id;
	} else {
		return EAI_FAMILY;
	}
	port = ((const struct sockaddr_in *)(const void *)sa)->sin_port;
	if (host && hostlen)
		e = name_of_host(&a, host, hostlen, flags);
	if (!e && serv && servlen)
		e = name_of_port(port, serv, servlen, flags);
	return e;
}
