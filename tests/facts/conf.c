// SPDX-License-Identifier: BSD-2-Clause
/* Facts about settings of interfaces: /proc/sys/net/ipv{4,6}/{conf,neigh}/IF/. */
#include "facts.h"

#include <fcntl.h>
#include <net/if.h>
#include <sys/syscall.h>

/* dir NULL: of no device */
static const char *path_of(const char *dir, const char *dev, const char *key)
{
	static char path[128];

	if (dir)
		snprintf(path, sizeof(path), "/proc/sys/net/%s/%s/%s/%s", family == AF_INET ? "ipv4" : "ipv6",
			 dir, dev, key);
	else
		snprintf(path, sizeof(path), "/proc/sys/net/%s/%s", family == AF_INET ? "ipv4" : "ipv6", key);
	return path;
}

static const char *own(void)
{
	static char name[IF_NAMESIZE];

	return if_indextoname(own_interface(), name) ? name : "none";
}

/* The number in a file, or -1 with errno. */
static long get(const char *dir, const char *dev, const char *key)
{
	char text[32] = "";
	int fd = open(path_of(dir, dev, key), O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	return n < 0 ? -1 : strtol(text, NULL, 10);
}

static long set(const char *dir, const char *dev, const char *key, const char *value)
{
	int fd = open(path_of(dir, dev, key), O_WRONLY);
	ssize_t n = fd < 0 ? -1 : write(fd, value, strlen(value));
	int saved = errno;

	if (fd >= 0)
		close(fd);
	errno = saved;
	return n < 0 ? -1 : 0;
}

/* Router discovery and autoconfiguration. */
static void of_routers(void)
{
	static const char *const keys[] = {
		"accept_ra", "accept_ra_defrtr", "accept_ra_from_local", "accept_ra_min_hop_limit",
		"accept_ra_min_lft", "accept_ra_mtu", "accept_ra_pinfo", "accept_ra_rt_info_max_plen",
		"accept_ra_rt_info_min_plen", "accept_ra_rtr_pref", "autoconf", "max_addresses",
		"ra_defrtr_metric", "router_probe_interval", "router_solicitation_delay",
		"router_solicitation_interval", "router_solicitation_max_interval", "router_solicitations",
		NULL,
	};
	const char *const *k;

	for (k = keys; *k; k++) {
		say(*k, get("conf", "all", *k));
		say("default", get("conf", "default", *k));
		say("own", get("conf", own(), *k));
		say("set", set("conf", own(), *k, "1"));
		say("wrong", set("conf", own(), *k, "x"));
	}
	say("endless", set("conf", own(), "router_solicitations", "-1"));
	say("own", get("conf", own(), "router_solicitations"));
	say("too few", set("conf", own(), "router_solicitations", "-2"));
	say("no metric", set("conf", own(), "ra_defrtr_metric", "0"));
}

static void begin_with(void)
{
	static const char *const keys4[] = {
		"accept_local", "accept_redirects", "arp_accept", "arp_announce", "arp_filter",
		"arp_ignore",	"arp_notify",	    "drop_gratuitous_arp", "forwarding",
		"route_localnet", "rp_filter",	    NULL,
	};
	static const char *const keys6[] = {
		"accept_redirects", "addr_gen_mode", "dad_transmits", "disable_ipv6",
		"drop_unsolicited_na", "enhanced_dad", "force_tllao", "forwarding", "hop_limit", "mtu",
		"ndisc_notify", "ndisc_tclass", "optimistic_dad",   "suppress_frag_ndisc", NULL,
	};
	const char *const *k;

	if (family == AF_INET6)
		of_routers();
	for (k = family == AF_INET ? keys4 : keys6; *k; k++) {
		say(*k, get("conf", "all", *k));
		say("default", get("conf", "default", *k));
		say("own", get("conf", own(), *k));
		say("lo", get("conf", "lo", *k));
	}
}

static void neighbours(void)
{
	static const char *const keys[] = { "base_reachable_time_ms", "base_reachable_time",
					    "retrans_time_ms",	      "delay_first_probe_time",
					    "gc_stale_time",	      "ucast_solicit",
					    "mcast_solicit",	      "app_solicit",
					    "mcast_resolicit",
					    "unres_qlen_bytes",	      "locktime",
					    NULL };
	const char *const *k;

	for (k = keys; *k; k++)
		say(*k, get("neigh", own(), *k));
	say("all", get("neigh", "all", "ucast_solicit"));
	say("set", set("neigh", own(), "ucast_solicit", "5\n"));
	say("own", get("neigh", own(), "ucast_solicit"));
	say("lo", get("neigh", "lo", "ucast_solicit"));
	say("back", set("neigh", own(), "ucast_solicit", "3"));
	say("set", set("neigh", own(), "base_reachable_time", "20"));
	say("ms", get("neigh", own(), "base_reachable_time_ms"));
	say("back", set("neigh", own(), "base_reachable_time_ms", "30000"));
	say("wrong", set("neigh", own(), "ucast_solicit", "x"));
	say("negative", set("neigh", own(), "ucast_solicit", "-1"));
	say("none", get("neigh", own(), "no_such_key"));
}

/* A key of each family that disturbs nobody, and that IPv4's devices take over from "default". */
static void scopes(void)
{
	const char *key = family == AF_INET ? "arp_notify" : "hop_limit";
	const char *one = family == AF_INET ? "1" : "63", *old = family == AF_INET ? "0" : "64";

	say("none", get("conf", "nosuch0", key));
	say("none", get("conf", own(), "no_such_key"));
	say("wrong", set("conf", own(), key, "x"));
	say("wrong", set("conf", own(), key, ""));
	say("set", set("conf", "default", key, one));
	say("default", get("conf", "default", key));
	say("all", get("conf", "all", key));
	say("own", get("conf", own(), key));
	say("lo", get("conf", "lo", key));
	say("back", set("conf", "default", key, old));
	say("set", set("conf", "all", key, one));
	say("default", get("conf", "default", key));
	say("own", get("conf", own(), key));
	say("back", set("conf", "all", key, old));
	say("set", set("conf", own(), key, one));
	say("own", get("conf", own(), key));
	say("all", get("conf", "all", key));
	say("lo", get("conf", "lo", key));
	say("back", set("conf", own(), key, old));
	say("own", get("conf", own(), key));
}

/* Addresses of the loopback, by what the system lists. */
static void addresses_of_lo(const char *word)
{
	say(word, lines_with("/proc/net/if_inet6", " lo\n"));
}

/* IPv6 of the loopback, which no other fact needs meanwhile. */
static void ipv6_only(void)
{
	if (family != AF_INET6)
		return;
	addresses_of_lo("addresses");
	say("off", set("conf", "lo", "disable_ipv6", "1"));
	addresses_of_lo("addresses");
	say("own", get("conf", own(), "disable_ipv6"));
	say("on", set("conf", "lo", "disable_ipv6", "0"));
	addresses_of_lo("addresses");
	say("mtu", get("conf", own(), "mtu"));
	say("large", set("conf", own(), "mtu", "1501"));
	say("small", set("conf", own(), "mtu", "1279"));
	say("mode", set("conf", own(), "addr_gen_mode", "9"));
	say("hops", set("conf", own(), "hop_limit", "256"));
	say("hops", set("conf", own(), "hop_limit", "0"));
}

static void see(int fd)
{
	char text[32] = "";
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	say("len", n);
	say("v", strtol(text, NULL, 10));
	say("line", n > 0 && text[n - 1] == '\n');
}

/* One descriptor that reads and writes, and where its place is. */
static void rewritten(void)
{
	const char *path = family == AF_INET ? "/proc/sys/net/ipv4/tcp_orphan_retries" :
					       "/proc/sys/net/ipv4/tcp_synack_retries";
	struct iovec iov[2] = { { (void *)(uintptr_t)"1", 1 }, { (void *)(uintptr_t)"3", 1 } };
	int fd = open(path, O_RDWR);
	char text[32] = "", old[32] = "";

	say("open", fd >= 0 && pread(fd, old, sizeof(old), 0) > 0);
	say("pwrite", pwrite(fd, "7", 1, 0));
	see(fd);
	say("pwrite", pwrite(fd, "128", 3, 0));
	see(fd);
	say("elsewhere", pwrite(fd, "9", 1, 1));
	say("before", pwrite(fd, "9", 1, -1));
	see(fd);
	say("place", lseek(fd, 0, SEEK_CUR));
	say("write", write(fd, "5\n", 2));
	say("place", lseek(fd, 0, SEEK_CUR));
	say("read", read(fd, text, sizeof(text)));
	say("write", write(fd, "6", 1));
	see(fd);
	say("wrong", pwrite(fd, "x", 1, 0));
	say("wrong", pwrite(fd, "300", 3, 0));
	say("pwritev", pwritev(fd, iov, 2, 0));
	see(fd);
	say("call", syscall(SYS_pwrite64, fd, old, strlen(old), 0) == (long)strlen(old));
	close(fd);
}

/* More numbers than the file has, and what is none behind one. */
static void more_than_one(void)
{
	int fd = open(family == AF_INET ? "/proc/sys/net/ipv4/tcp_orphan_retries" :
					  "/proc/sys/net/ipv4/tcp_mtu_probe_floor", O_RDWR);
	char old[32] = "";

	say("open", fd >= 0 && pread(fd, old, sizeof(old), 0) > 0);
	say("two", pwrite(fd, "51 52", 5, 0) > 0);	/* int: up to the second, u8: all */
	see(fd);
	say("word", pwrite(fd, "53 x", 4, 0) > 0);
	see(fd);
	say("joined", pwrite(fd, "54x", 3, 0));
	say("small", pwrite(fd, family == AF_INET ? "-1" : "47", 2, 0));
	see(fd);
	say("back", pwrite(fd, old, strlen(old), 0) == (ssize_t)strlen(old));
	close(fd);
}

/* Where it is on, and what follows from that. */
static void forwarding_is(void)
{
	say("all", get("conf", "all", "forwarding"));
	say("default", get("conf", "default", "forwarding"));
	say("own", get("conf", own(), "forwarding"));
	say("lo", get("conf", "lo", "forwarding"));
	if (family == AF_INET) {
		say("one", get(NULL, NULL, "ip_forward"));
		say("redirects", get("conf", "all", "accept_redirects"));
		say("own redirects", get("conf", own(), "accept_redirects"));
	}
}

struct step {
	const char *dev, *key, *value;	/* dev NULL: the own one; "": a setting of no device */
};

/* Back as it was at the end: other facts are a host's. */
static const struct step steps4[] = {
	{ "", "ip_forward", "1" },	   { NULL, "forwarding", "0" },
	{ "all", "accept_redirects", "1" }, { "", "ip_forward", "1" },
	{ "", "ip_forward", "2" },	   { "all", "forwarding", "0" },
	{ "default", "forwarding", "1" },   { "default", "forwarding", "0" },
	{ "", "ip_forward", "x" },	   { "", "ip_forward_use_pmtu", "1" },
	{ "", "ip_forward_use_pmtu", "0" }, { "", "ip_forward_update_priority", "0" },
	{ "", "ip_forward_update_priority", "2" }, { "", "ip_forward_update_priority", "1" },
	{ NULL, "send_redirects", "0" },    { NULL, "send_redirects", "1" },
	{ NULL, NULL, NULL },
};
static const struct step steps6[] = {
	{ "all", "forwarding", "1" },	   { NULL, "forwarding", "0" },
	{ "all", "forwarding", "1" },	   { "all", "forwarding", "0" },
	{ NULL, "forwarding", "1" },	   { NULL, "forwarding", "0" },
	{ "default", "forwarding", "1" },   { "default", "forwarding", "0" },
	{ NULL, "forwarding", "x" },	   { NULL, NULL, NULL },
};

static void forwarding(void)
{
	const struct step *s = family == AF_INET ? steps4 : steps6;

	forwarding_is();
	for (; s->key; s++) {
		const char *dev = s->dev ? s->dev : own(), *dir = *dev ? "conf" : NULL;

		say(s->key, set(dir, dev, s->key, s->value));
		say("is", get(dir, dev, s->key));
		forwarding_is();
	}
	say("others", get("conf", "default", family == AF_INET ? "send_redirects" : "accept_redirects"));
}

const struct fact facts_conf[] = {
	{ "conf_forwarding", forwarding },
	{ "conf_more_than_one", more_than_one },
	{ "conf_rewritten", rewritten },
	{ "conf_begin_with", begin_with },
	{ "conf_neighbours", neighbours },
	{ "conf_scopes", scopes },
	{ "conf_ipv6_only", ipv6_only },
	{ NULL, NULL },
};
