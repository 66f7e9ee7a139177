/* SPDX-License-Identifier: BSD-2-Clause */
/* gethostbyname and its relatives, over the same sources as getaddrinfo. */
#include "names.h"

#include <netdb.h>
#include <stdlib.h>

static int host_error(int e)
{
	switch (e) {
	case EAI_NONAME:
		return HOST_NOT_FOUND;
	case EAI_NODATA:
		return NO_DATA;
	case EAI_AGAIN:
		return TRY_AGAIN;
	default:
		return NO_RECOVERY;
	}
}

/* Lay a host entry out in the caller's buffer: pointers, addresses, names. 0 or ERANGE. */
static int fill(const struct name_list *l, const char *name, int family, struct hostent *h,
		char *buf, size_t room)
{
	size_t alen = family == AF_INET ? 4 : 16, ptrs = l->n + 2, i;
	size_t skip = -(uintptr_t)buf & (sizeof(char *) - 1);
	char **list = (char **)(void *)(buf + skip), *p;

	for (i = 0; i < l->alias_len; i += strlen(l->alias + i) + 1)
		ptrs++;
	if (room < skip + ptrs * sizeof(char *) + l->n * alen + l->alias_len + strlen(name) + 1)
		return ERANGE;
	p = (char *)(list + ptrs);
	h->h_addr_list = list;
	for (i = 0; i < l->n; i++, p += alen)
		*list++ = memcpy(p, l->addr[i].bytes, alen);
	*list++ = NULL;
	h->h_aliases = list;
	memcpy(p, l->alias, l->alias_len);
	for (i = 0; i < l->alias_len; i += strlen(l->alias + i) + 1)
		*list++ = p + i;
	*list = NULL;
	h->h_name = memcpy(p + l->alias_len, name, strlen(name) + 1);
	h->h_addrtype = family;
	h->h_length = (int)alen;
	return 0;
}

EXPORT int gethostbyname2_r(const char *name, int family, struct hostent *h, char *buf, size_t room,
			    struct hostent **out, int *herr)
{
	struct name_list *l;
	int e = 0;

	*out = NULL;
	if (unlikely(!shim.ready))
		shim_init();
	if (family != AF_INET && family != AF_INET6) {
		*herr = NETDB_INTERNAL;
		return EAFNOSUPPORT;
	}
	l = calloc(1, sizeof(*l));
	if (!l) {
		*herr = NETDB_INTERNAL;
		return ENOMEM;
	}
	if (names_numeric(name, &l->addr[0])) {
		l->n = 1;
		if (l->addr[0].family != family)
			e = EAI_NONAME;
	} else {
		e = names_lookup(name, family, l);
	}
	if (e) {
		*herr = *name ? host_error(e) : NO_RECOVERY;
		free(l);
		return e == EAI_AGAIN ? EAGAIN : 0;
	}
	e = fill(l, l->canon[0] ? l->canon : name, family, h, buf, room);
	free(l);
	*herr = e ? NETDB_INTERNAL : NETDB_SUCCESS;
	if (!e)
		*out = h;
	return e;
}

EXPORT int gethostbyname_r(const char *name, struct hostent *h, char *buf, size_t room,
			   struct hostent **out, int *herr)
{
	return gethostbyname2_r(name, AF_INET, h, buf, room, out, herr);
}

EXPORT int gethostbyaddr_r(const void *addr, socklen_t len, int family, struct hostent *h,
			   char *buf, size_t room, struct hostent **out, int *herr)
{
	struct name_list *l;
	int e = 0;

	*out = NULL;
	if (unlikely(!shim.ready))
		shim_init();
	if (!((family == AF_INET && len == 4) || (family == AF_INET6 && len == 16))) {
		*herr = NETDB_INTERNAL;
		return EINVAL;
	}
	l = calloc(1, sizeof(*l));
	if (!l) {
		*herr = NETDB_INTERNAL;
		return ENOMEM;
	}
	l->n = 1;
	l->addr[0].family = family;
	memcpy(l->addr[0].bytes, addr, len);
	if (!names_hosts_reverse(&l->addr[0], l))
		e = names_dns_reverse(&l->addr[0], l);
	if (e) {
		*herr = host_error(e);
		free(l);
		return e == EAI_AGAIN ? EAGAIN : 0;
	}
	e = fill(l, l->canon, family, h, buf, room);
	free(l);
	*herr = e ? NETDB_INTERNAL : NETDB_SUCCESS;
	if (!e)
		*out = h;
	return e;
}

/* The calls without a buffer answer in memory of the calling thread. */
static __thread struct {
	struct hostent h;
	char buf[4096];
} answer;

EXPORT struct hostent *gethostbyname2(const char *name, int family)
{
	struct hostent *out;
	int herr = 0;

	gethostbyname2_r(name, family, &answer.h, answer.buf, sizeof(answer.buf), &out, &herr);
	h_errno = herr;
	return out;
}

EXPORT struct hostent *gethostbyname(const char *name)
{
	return gethostbyname2(name, AF_INET);
}

EXPORT struct hostent *gethostbyaddr(const void *addr, socklen_t len, int family)
{
	struct hostent *out;
	int herr = 0;

	gethostbyaddr_r(addr, len, family, &answer.h, answer.buf, sizeof(answer.buf), &out, &herr);
	h_errno = herr;
	return out;
}
