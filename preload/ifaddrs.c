/* SPDX-License-Identifier: BSD-2-Clause */
/* The stack's interfaces: getifaddrs, if_nameindex, if_nametoindex, if_indextoname. */
#include "shim.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <stdlib.h>
#include <sys/mman.h>

typedef int (*visit_fn)(void *arg, const struct nsp_ifent *e, const struct nsp_ifaddr *a);

/* Entries of one reply; 0 to go on, else the visitor's answer. */
static int walk_reply(const uint8_t *p, size_t len, uint32_t count, visit_fn visit, void *arg)
{
	size_t off = 0;
	int r = 0;

	while (count-- && !r) {
		struct nsp_ifent e;

		if (len - off < sizeof(e))
			return -EPROTO;
		memcpy(&e, p + off, sizeof(e));
		off += sizeof(e);
		if (e.naddr > (len - off) / sizeof(struct nsp_ifaddr))
			return -EPROTO;
		e.name[sizeof(e.name) - 1] = 0;
		r = visit(arg, &e, (const struct nsp_ifaddr *)(const void *)(p + off));
		off += e.naddr * sizeof(struct nsp_ifaddr);
	}
	return r;
}

/* Every interface to the visitor until it returns something; -errno when that fails. The message is not
 * of the program's heap, which would stay larger by it. */
static int walk(visit_fn visit, void *arg)
{
	struct nsp_iflist_req q = { 0 };
	struct nsp_iflist_rep r;
	uint8_t *buf = mmap(NULL, NSP_MSG_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int e;

	if (buf == MAP_FAILED)
		return -ENOMEM;
	do {
		size_t len = NSP_MSG_MAX;

		e = rpc(NSP_NR_IFLIST, -1, &q, NULL, 0, &r, buf, &len);
		if (e >= 0)
			e = walk_reply(buf, len, r.count, visit, arg);
		q.cursor = r.next;
	} while (!e && r.next);
	munmap(buf, NSP_MSG_MAX);
	return e;
}

struct item {
	struct ifaddrs ifa;
	struct sockaddr_storage addr, mask, brd;
	char name[IFNAMSIZ];
};

struct list {
	struct ifaddrs *head, **tail;
};

static struct item *add_item(struct list *l, const struct nsp_ifent *e)
{
	struct item *i = calloc(1, sizeof(*i));

	if (!i)
		return NULL;
	memcpy(i->name, e->name, sizeof(i->name));
	i->ifa.ifa_name = i->name;
	i->ifa.ifa_flags = e->flags;
	*l->tail = &i->ifa;
	l->tail = &i->ifa.ifa_next;
	return i;
}

static void set_mask(struct sockaddr_storage *ss, int family, unsigned int bits)
{
	uint8_t *p = family == AF_INET ? (void *)&((struct sockaddr_in *)(void *)ss)->sin_addr :
					 (void *)&((struct sockaddr_in6 *)(void *)ss)->sin6_addr;

	ss->ss_family = (sa_family_t)family;
	for (; bits >= 8; bits -= 8)
		*p++ = 0xff;
	if (bits)
		*p = (uint8_t)(0xff << (8 - bits));
}

static int add_link(void *arg, const struct nsp_ifent *e, const struct nsp_ifaddr *a)
{
	struct item *i = add_item(arg, e);
	struct sockaddr_ll *ll;

	(void)a;
	if (!i)
		return -ENOMEM;
	ll = (void *)&i->addr;
	ll->sll_family = AF_PACKET;
	ll->sll_ifindex = (int)e->ifindex;
	ll->sll_hatype = e->type;
	ll->sll_halen = (unsigned char)(e->hwlen < 8 ? e->hwlen : 8);
	memcpy(ll->sll_addr, e->hwaddr, 8);
	memcpy(&i->brd, ll, sizeof(*ll));
	memcpy(((struct sockaddr_ll *)(void *)&i->brd)->sll_addr, e->hwbroadcast, 8);
	i->ifa.ifa_addr = (void *)&i->addr;
	i->ifa.ifa_broadaddr = (void *)&i->brd;
	return 0;
}

static int add_addrs(void *arg, const struct nsp_ifent *e, const struct nsp_ifaddr *a)
{
	uint32_t n;

	for (n = 0; n < e->naddr; n++, a++) {
		struct item *i;
		sa_family_t family;

		memcpy(&family, a->addr.sa, sizeof(family));
		if ((family != AF_INET && family != AF_INET6) || a->addr.len > sizeof(a->addr.sa) ||
		    a->prefix_len > (family == AF_INET ? 32 : 128))
			continue;
		i = add_item(arg, e);
		if (!i)
			return -ENOMEM;
		memcpy(&i->addr, a->addr.sa, a->addr.len);
		set_mask(&i->mask, family, a->prefix_len);
		i->ifa.ifa_addr = (void *)&i->addr;
		i->ifa.ifa_netmask = (void *)&i->mask;
		if (a->brd.len && a->brd.len <= sizeof(a->brd.sa)) {
			memcpy(&i->brd, a->brd.sa, a->brd.len);
			i->ifa.ifa_broadaddr = (void *)&i->brd;
		}
	}
	return 0;
}

static int add_stacks(struct list *l)
{
	int e = walk(add_link, l);

	return e ? e : walk(add_addrs, l);
}

static struct sockaddr *copy_addr(struct sockaddr_storage *to, const struct sockaddr *from)
{
	size_t len = sizeof(struct sockaddr_ll);

	if (!from)
		return NULL;
	if (from->sa_family == AF_INET)
		len = sizeof(struct sockaddr_in);
	else if (from->sa_family == AF_INET6)
		len = sizeof(struct sockaddr_in6);
	memcpy(to, from, len);
	return (struct sockaddr *)to;
}

/* What libc has of the kernel's, in items of ours: they are freed alike. 0 or -errno */
static int add_kernels(struct list *l)
{
	struct ifaddrs *all, *k;
	int e = 0;

	if (real.getifaddrs(&all))
		return -errno;
	for (k = all; k && !e; k = k->ifa_next) {
		struct nsp_ifent ent = { .flags = k->ifa_flags };
		struct item *i;

		memcpy(ent.name, k->ifa_name, strnlen(k->ifa_name, sizeof(ent.name) - 1));
		i = add_item(l, &ent);
		if (!i) {
			e = -ENOMEM;
			continue;
		}
		i->ifa.ifa_addr = copy_addr(&i->addr, k->ifa_addr);
		i->ifa.ifa_netmask = copy_addr(&i->mask, k->ifa_netmask);
		i->ifa.ifa_broadaddr = copy_addr(&i->brd, k->ifa_broadaddr);
	}
	real.freeifaddrs(all);
	return e;
}

EXPORT void freeifaddrs(struct ifaddrs *ifa)
{
	while (ifa) {
		struct ifaddrs *next = ifa->ifa_next;

		free(ifa); /* the first member of its item */
		ifa = next;
	}
}

EXPORT int getifaddrs(struct ifaddrs **out)
{
	struct list l = { NULL, &l.head };
	int e;

	if (unlikely(!shim.ready))
		shim_init();
	e = own_network() ? add_kernels(&l) : add_stacks(&l);
	if (e) {
		freeifaddrs(l.head);
		return fail(-e);
	}
	*out = l.head;
	return 0;
}

struct query {
	const char *name;
	unsigned int index;
	char *out;
};

static int by_name(void *arg, const struct nsp_ifent *e, const struct nsp_ifaddr *a)
{
	struct query *q = arg;

	(void)a;
	return strcmp(e->name, q->name) ? 0 : (int)e->ifindex;
}

static int by_index(void *arg, const struct nsp_ifent *e, const struct nsp_ifaddr *a)
{
	struct query *q = arg;

	(void)a;
	if (e->ifindex != q->index)
		return 0;
	memcpy(q->out, e->name, IFNAMSIZ);
	return 1;
}

struct owned {
	struct in_addr addr;
	unsigned int bits;
};

static int by_addr(void *arg, const struct nsp_ifent *e, const struct nsp_ifaddr *a)
{
	struct owned *own = arg;
	uint32_t i;

	for (i = 0; i < e->naddr; i++) {
		const struct sockaddr_in *s4 = (const void *)a[i].addr.sa;

		if (s4->sin_family == AF_INET && s4->sin_addr.s_addr == own->addr.s_addr) {
			own->bits = a[i].prefix_len;
			return 1;
		}
	}
	return 0;
}

unsigned int ifaddr_prefix_len(struct in_addr own)
{
	struct owned o = { own, 0 };

	walk(by_addr, &o);
	return o.bits;
}

int interface_index(const char *name)
{
	struct query q = { .name = name };

	return walk(by_name, &q);
}

EXPORT unsigned int if_nametoindex(const char *name)
{
	int r;

	if (unlikely(!shim.ready))
		shim_init();
	if (own_network())
		return real.if_nametoindex(name);
	r = interface_index(name);
	if (!r)
		r = (int)hostdev_index(name);
	if (r > 0)
		return (unsigned int)r;
	errno = r < 0 ? -r : ENODEV;
	return 0;
}

EXPORT char *if_indextoname(unsigned int index, char name[IF_NAMESIZE])
{
	struct query q = { .index = index, .out = name };
	int r;

	if (unlikely(!shim.ready))
		shim_init();
	if (own_network())
		return real.if_indextoname(index, name);
	r = walk(by_index, &q);
	if (r > 0 || (!r && hostdev_name(index, name)))
		return name;
	errno = r < 0 ? -r : ENXIO;
	return NULL;
}

struct nameindex {
	struct if_nameindex *v;
	size_t n;
};

static int add_nameindex(void *arg, const struct nsp_ifent *e, const struct nsp_ifaddr *a)
{
	struct nameindex *x = arg;
	struct if_nameindex *v = realloc(x->v, (x->n + 2) * sizeof(*v));

	(void)a;
	if (!v)
		return -ENOMEM;
	x->v = v;
	v[x->n].if_index = e->ifindex;
	v[x->n].if_name = strdup(e->name);
	v[++x->n] = (struct if_nameindex){ 0 };
	return 0;
}

EXPORT void if_freenameindex(struct if_nameindex *v)
{
	size_t i;

	for (i = 0; v && v[i].if_name; i++)
		free(v[i].if_name);
	free(v);
}

EXPORT struct if_nameindex *if_nameindex(void)
{
	struct nameindex x = { NULL, 0 };
	int e;

	if (unlikely(!shim.ready))
		shim_init();
	if (own_network())
		return real.if_nameindex();
	x.v = calloc(1, sizeof(struct if_nameindex));
	if (!x.v)
		return NULL;
	e = walk(add_nameindex, &x);
	if (!e)
		return x.v;
	if_freenameindex(x.v);
	errno = -e;
	return NULL;
}
