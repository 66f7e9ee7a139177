// SPDX-License-Identifier: BSD-2-Clause
/* The state of the stack and of the daemon, as JSON. */
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "daemon/channel.h"

static void number(cJSON *to, const char *name, u64 v)
{
	cJSON_AddNumberToObject(to, name, (double)v);
}

/* Members are all u64. */
static void add_u64s(void *to, const void *from, size_t size)
{
	u64 a, b;
	size_t i;

	for (i = 0; i < size; i += sizeof(u64)) {
		memcpy(&a, (char *)to + i, sizeof(a));
		memcpy(&b, (const char *)from + i, sizeof(b));
		a += b;
		memcpy((char *)to + i, &a, sizeof(a));
	}
}

static void mac_text(const u8 *mac, char *buf, size_t size)
{
	snprintf(buf, size, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
		 mac[5]);
}

static void addr_text(const union inet_addr *a, int prefix_len, char *buf, size_t size)
{
	char addr[INET_ADDRSTRLEN_NS];

	inet_addr_ntop(a, addr, sizeof(addr));
	if (prefix_len < 0)
		snprintf(buf, size, "%s", addr);
	else
		snprintf(buf, size, "%s/%d", addr, prefix_len);
}

static int add_ifaddr(const struct inet_ifaddr *ifa, void *arg)
{
	char text[INET_ADDRSTRLEN_NS + 4];

	addr_text(&ifa->local, ifa->prefixlen, text, sizeof(text));
	cJSON_AddItemToArray(arg, cJSON_CreateString(text));
	return 0;
}

/* What is special about an address, in the words of ip(8); "" for one that is configured and good. */
static int add_ifaddr_state(const struct inet_ifaddr *ifa, void *arg)
{
	char text[64];

	snprintf(text, sizeof(text), "%s%s%s%s", ifa->flags & IFA_FLAG_PERMANENT ? "" : " dynamic",
		 ifa->flags & IFA_FLAG_TENTATIVE ? " tentative" : "",
		 ifa->flags & IFA_FLAG_DADFAILED ? " dadfailed" : "",
		 ifa->flags & IFA_FLAG_DEPRECATED ? " deprecated" : "");
	cJSON_AddItemToArray(arg, cJSON_CreateString(*text ? text + 1 : text));
	return 0;
}

static const struct {
	const char *name;
	size_t offset;
} dev_stats[] = {
#define ROW(field) { #field, offsetof(struct net_device_stats, field) }
	ROW(rx_packets), ROW(rx_bytes), ROW(rx_errors), ROW(rx_dropped), ROW(tx_packets),
	ROW(tx_bytes), ROW(tx_errors), ROW(tx_dropped), ROW(multicast), ROW(rx_frame_errors),
	ROW(rx_length_errors), ROW(rx_crc_errors), ROW(rx_missed_errors), ROW(tx_fifo_errors),
	ROW(tx_carrier_errors), ROW(rx_nohandler),
#undef ROW
};

static cJSON *features_json(const struct net_device *dev)
{
	static const struct {
		const char *name;
		netdev_features_t bit;
	} names[] = {
		{ "sg", NETIF_F_SG }, { "tx-csum-ipv4", NETIF_F_IP_CSUM },
		{ "tx-csum-ipv6", NETIF_F_IPV6_CSUM }, { "tx-csum", NETIF_F_HW_CSUM },
		{ "rx-csum", NETIF_F_RXCSUM }, { "tso", NETIF_F_TSO }, { "tso6", NETIF_F_TSO6 },
		{ "tso-ecn", NETIF_F_TSO_ECN }, { "uso", NETIF_F_GSO_UDP_L4 },
		/* in one word: sums and segments may be left to the device */
		{ "offload", NETIF_F_ALL_CSUM | NETIF_F_ALL_TSO },
		{ "gso", NETIF_F_GSO }, { "gro", NETIF_F_GRO }, { "lro", NETIF_F_LRO },
		{ "loopback", NETIF_F_LOOPBACK },
	};
	cJSON *a = cJSON_CreateArray();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (dev->features & names[i].bit)
			cJSON_AddItemToArray(a, cJSON_CreateString(names[i].name));
	return a;
}

/* What ethtool would show of it. */
static cJSON *e1000_json(struct net_device *dev)
{
	cJSON *j = cJSON_CreateObject(), *st;
	struct e1000_info info;
	const char *name;
	u64 value;
	u32 i;

	e1000_get_info(dev, &info);
	cJSON_AddStringToObject(j, "driver", info.driver);
	cJSON_AddBoolToObject(j, "link", info.link);
	number(j, "speed", info.speed);
	cJSON_AddBoolToObject(j, "full_duplex", info.full_duplex);
	cJSON_AddBoolToObject(j, "rx_pause", info.rx_pause);
	cJSON_AddBoolToObject(j, "tx_pause", info.tx_pause);
	number(j, "rx_ring", info.rx_ring);
	number(j, "tx_ring", info.tx_ring);
	number(j, "rx_pending", info.rx_pending);
	number(j, "tx_pending", info.tx_pending);
	number(j, "register_reads", info.reg_reads);
	number(j, "register_writes", info.reg_writes);
	number(j, "interrupts", info.interrupts);
	number(j, "tx_timeouts", info.tx_timeouts);
	number(j, "rx_no_memory", info.rx_no_memory);
	number(j, "tx_linearized", info.tx_linearized);
	st = cJSON_AddObjectToObject(j, "hardware");
	for (i = 0; (name = e1000_get_stat(dev, i, &value)); i++)
		number(st, name, value);
	return j;
}

static cJSON *packet_json(const struct net_device *dev)
{
	static const char *const modes[] = {
		[PACKET_RX_V2] = "v2", [PACKET_RX_V3] = "v3", [PACKET_RX_RECV] = "recv",
	};
	struct packet_stats st = { 0 }, part;
	cJSON *j = cJSON_CreateObject();
	const struct net_device *d;
	u32 i;

	for_each_shard_dev(dev, d, i) {
		part = packet_stats(d);
		add_u64s(&st, &part, sizeof(st));
	}
	cJSON_AddStringToObject(j, "rx", modes[packet_rx_mode(dev)]);
	cJSON_AddStringToObject(j, "tx", packet_tx_ring(dev) ? "ring" : "send");
	number(j, "ring_frames", st.ring_frames);
	number(j, "blocks", st.blocks);
	number(j, "reads", st.reads);
	number(j, "sends", st.sends);
	number(j, "ring_drops", st.ring_drops);
	number(j, "truncated", st.truncated);
	number(j, "tx_full", st.tx_full);
	return j;
}

static cJSON *vlan_json(const struct net_device *dev)
{
	cJSON *j = cJSON_CreateObject();
	struct vlan_info info;

	vlan_get_info(dev, &info);
	cJSON_AddStringToObject(j, "lower", info.lower);
	cJSON_AddStringToObject(j, "proto", info.proto == 0x8100 ? "802.1Q" : "802.1ad");
	number(j, "id", info.vid);
	cJSON_AddBoolToObject(j, "reorder", info.reorder);
	return j;
}

static cJSON *tap_json(const struct net_device *dev)
{
	struct tap_stats ts = { 0 }, part;
	cJSON *t = cJSON_CreateObject();
	const struct net_device *d;
	u32 i;

	for_each_shard_dev(dev, d, i) {
		part = tap_stats(d);
		add_u64s(&ts, &part, sizeof(ts));
	}
	number(t, "reads", ts.reads);
	number(t, "writes", ts.writes);
	number(t, "uring_submits", ts.uring_submits);
	number(t, "uring_frames", ts.uring_frames);
	number(t, "tx_errors", ts.tx_errors);
	return t;
}

static cJSON *device_json(struct net_device *dev)
{
	cJSON *j = cJSON_CreateObject(), *addrs = cJSON_CreateArray(), *st = cJSON_CreateObject();
	const struct net_device_stats sum = dev_stats_sum(dev);
	char mac[18];
	size_t i;

	cJSON_AddStringToObject(j, "name", dev->name);
	number(j, "ifindex", dev->ifindex);
	number(j, "flags", dev->flags);
	cJSON_AddBoolToObject(j, "up", dev->flags & DEV_UP);
	cJSON_AddBoolToObject(j, "carrier", dev->carrier);
	number(j, "mtu", dev->mtu);
	cJSON_AddItemToObject(j, "features", features_json(dev));
	if (dev->addr_len == 6) {
		mac_text(dev->dev_addr, mac, sizeof(mac));
		cJSON_AddStringToObject(j, "mac", mac);
	}
	inet_ifaddr_for_each(dev->net, dev, 0, add_ifaddr, addrs);
	cJSON_AddItemToObject(j, "addresses", addrs);
	addrs = cJSON_AddArrayToObject(j, "address_states");
	inet_ifaddr_for_each(dev->net, dev, 0, add_ifaddr_state, addrs);
	for (i = 0; i < ARRAY_SIZE(dev_stats); i++) {
		u64 v;

		memcpy(&v, (const char *)&sum + dev_stats[i].offset, sizeof(v));
		number(st, dev_stats[i].name, v);
	}
	cJSON_AddItemToObject(j, "stats", st);
	if (dev_is_e1000(dev))
		cJSON_AddItemToObject(j, "e1000", e1000_json(dev));
	if (dev_is_vlan(dev))
		cJSON_AddItemToObject(j, "vlan", vlan_json(dev));
	if (dev_is_packet(dev))
		cJSON_AddItemToObject(j, "packet", packet_json(dev));
	if (dev_is_tap(dev))
		cJSON_AddItemToObject(j, "tap", tap_json(dev));
	return j;
}

static cJSON *mib_json(const struct net *net)
{
	cJSON *j = cJSON_CreateObject();
	int i;

	for (i = 1; i < MIB_MAX; i++) {
		cJSON *group = cJSON_GetObjectItemCaseSensitive(j, mib_names[i].group);

		if (!group)
			group = cJSON_AddObjectToObject(j, mib_names[i].group);
		number(group, mib_names[i].name, net_mib_sum(net, i));
	}
	return j;
}

static cJSON *drops_json(const struct net *net)
{
	cJSON *j = cJSON_CreateObject();
	int i;

	for (i = 1; i < SKB_DROP_MAX; i++)
		if (net_drops_sum(net, i))
			number(j, skb_drop_reason_name((enum skb_drop_reason)i), net_drops_sum(net, i));
	return j;
}

/* offset: of a struct pool in struct net */
static void add_pool(cJSON *to, const struct net *net, size_t offset)
{
	const struct pool *p = (const struct pool *)(const void *)((const char *)net + offset);
	cJSON *j = cJSON_AddObjectToObject(to, p->name);
	u64 live = 0, spare = 0;
	const struct net *s;
	u32 i;

	for_each_shard(net, s, i) {
		const struct pool *q = (const struct pool *)(const void *)((const char *)s + offset);

		live += q->nr_live;
		spare += q->nr_free;
	}
	number(j, "size", p->obj_size);
	number(j, "live", live);
	number(j, "free", spare);
}

static cJSON *memory_json(const struct net *net)
{
	cJSON *j = cJSON_CreateObject(), *pools;
	u64 bytes = 0, tables = 0, live = 0, spare = 0;
	const struct net *s;
	u32 i;

	for_each_shard(net, s, i) {
		bytes += s->bytes_allocated;
		tables += inet_hashinfo_bytes(s->tcp.hash) + inet_hashinfo_bytes(s->udp.hash) +
			  inet_hashinfo_bytes(s->udp.lite_hash);
		live += s->pages_live;
		spare += s->pages_free;
	}
	number(j, "bytes", bytes);
	number(j, "tables", tables);
	number(j, "pages_live", live);
	number(j, "pages_free", spare);
	pools = cJSON_AddObjectToObject(j, "pools");
	add_pool(pools, net, offsetof(struct net, skb_pool));
	add_pool(pools, net, offsetof(struct net, skb_bare_pool));
	add_pool(pools, net, offsetof(struct net, skb_small_pool));
	add_pool(pools, net, offsetof(struct net, skb_data_pool));
	add_pool(pools, net, offsetof(struct net, work_pool));
	return j;
}

static int add_neighbour(struct neighbour *n, void *arg)
{
	cJSON *j;
	char text[INET_ADDRSTRLEN_NS + 4];
	bool v4 = n->tbl->key_len == 4;
	union inet_addr a = v4 ? inet_addr_from4(n->key) : inet_addr_from6(n->key);

	if (neigh_is_listed(n))
		return 0;
	j = cJSON_CreateObject();
	addr_text(&a, -1, text, sizeof(text));
	cJSON_AddStringToObject(j, "address", text);
	cJSON_AddStringToObject(j, "dev", n->dev->name);
	cJSON_AddStringToObject(j, "state", nud_state_name(n->nud_state));
	if (n->nud_state & NUD_VALID) {
		mac_text(n->ha, text, sizeof(text));
		cJSON_AddStringToObject(j, "mac", text);
	}
	cJSON_AddItemToArray(arg, j);
	return 0;
}

static cJSON *route_attributes(const u32 *m)
{
	cJSON *j = cJSON_CreateObject();
	u32 i, value;

	for (i = 0; i < conf_route_nr_metrics(); i++) {
		const char *name = conf_route_metric(m, i, &value);

		if (value)
			number(j, name, value);
	}
	if (m[RTAX_N_FEATURES] & RTAX_FEATURE_ECN_NS)
		cJSON_AddStringToObject(j, "features", "ecn");
	if (tcp_ca_name(m[RTAX_N_CC]))
		cJSON_AddStringToObject(j, "congctl", tcp_ca_name(m[RTAX_N_CC]));
	return j;
}

static int add_route(const struct fib_route *r, void *arg)
{
	cJSON *j = cJSON_CreateObject();
	char text[INET_ADDRSTRLEN_NS + 4];

	addr_text(&r->dst.addr, r->dst.len, text, sizeof(text));
	cJSON_AddStringToObject(j, "dst", text);
	if (!inet_addr_any(&r->gw)) {
		addr_text(&r->gw, -1, text, sizeof(text));
		cJSON_AddStringToObject(j, "via", text);
	}
	if (r->dev)
		cJSON_AddStringToObject(j, "dev", r->dev->name);
	if (!inet_addr_any(&r->prefsrc)) {
		addr_text(&r->prefsrc, -1, text, sizeof(text));
		cJSON_AddStringToObject(j, "src", text);
	}
	number(j, "table", r->table);
	number(j, "metric", r->priority);
	number(j, "type", r->type);
	if (conf_route_type(r->type))
		cJSON_AddStringToObject(j, "refused", conf_route_type(r->type));
	if (r->protocol == RTPROT_RA_NS)
		cJSON_AddStringToObject(j, "protocol", "ra");
	cJSON_AddItemToObject(j, "attributes", route_attributes(r->metrics));
	cJSON_AddItemToArray(arg, j);
	return 0;
}

static void count_sock(struct sock *sk, void *arg)
{
	u32 *n = arg;

	n[sk->sk_type == 1 ? sk->sk_state % TCP_MAX_STATES : TCP_MAX_STATES]++;
}

static cJSON *sockets_json(struct net *net)
{
	cJSON *j = cJSON_CreateObject();
	u32 n[TCP_MAX_STATES + 1] = { 0 }, i;
	u64 tw = 0, orphans = 0;
	struct net *s;

	for_each_shard(net, s, i) {
		tw += s->tcp.tw_count;
		orphans += s->tcp.orphan_count;
	}
	sock_for_each(net, count_sock, n);
	for (i = 1; i < TCP_MAX_STATES; i++)
		if (n[i])
			number(j, sock_state_name((int)i), n[i]);
	number(j, "datagram", n[TCP_MAX_STATES]);
	number(j, "time_wait_objects", tw);
	number(j, "orphans", orphans);
	return j;
}

static void add_up(struct daemon *dm, struct host_loop_stats *ls, struct daemon_counters *n)
{
	u32 i;

	memset(ls, 0, sizeof(*ls));
	memset(n, 0, sizeof(*n));
	for (i = 0; i < dm->nr_workers; i++) {
		add_u64s(ls, host_loop_stats(dm->workers[i]->loop), sizeof(*ls));
		add_u64s(n, &dm->workers[i]->count, sizeof(*n));
	}
}

static cJSON *workers_json(struct daemon *dm)
{
	cJSON *a = cJSON_CreateArray();
	u32 i;

	for (i = 0; i < dm->nr_workers; i++) {
		struct worker *w = dm->workers[i];
		cJSON *j = cJSON_CreateObject();

		number(j, "turns", w->turns);
		number(j, "wakeups", host_loop_stats(w->loop)->wakeups);
		number(j, "objects", w->objects.nr);
		number(j, "received", w->net->mib[MIB_Ip_InReceives] + w->net->mib[MIB_Ip6_InReceives]);
		number(j, "from_workers", worker_letters(w));
		number(j, "inbox_drops", worker_inbox_drops(w));
		cJSON_AddItemToArray(a, j);
	}
	return a;
}

static cJSON *daemon_json(struct daemon *dm)
{
	struct host_loop_stats sum, *ls = &sum;
	struct daemon_counters counts, *n = &counts;
	cJSON *j = cJSON_CreateObject();
	u32 objects, zombies;

	objects = objects_count(dm, &zombies);
	add_up(dm, ls, n);

	number(j, "uptime_ms", (dm->net->now - dm->started_ns) / NSEC_PER_MSEC);
	number(j, "objects", objects);
	number(j, "zombies", zombies);
	number(j, "channels", dm->server.nr_channels);
	number(j, "captures", captures_count(dm));
	number(j, "payloads", __atomic_load_n(&dm->payloads, __ATOMIC_RELAXED));
	number(j, "payload_blocks", __atomic_load_n(&dm->payload_blocks, __ATOMIC_RELAXED));
	number(j, "turns", ls->turns);
	number(j, "wakeups", ls->wakeups);
	number(j, "polls", ls->polls);
	number(j, "slept_ns", ls->slept_ns);
	number(j, "busy_polls", ls->looks);
	number(j, "busy_polls_paid", ls->found);
	number(j, "busy_poll_ns", ls->looked_ns);
	number(j, "busy_poll_window_ns", ls->window_ns);
	number(j, "calls", n->calls);
	number(j, "bad_messages", n->bad_messages);
	number(j, "refused", n->refused);
	number(j, "oneway_failed", n->oneway_failed);
	number(j, "admits", n->admits);
	number(j, "admit_held", n->admit_held);
	number(j, "admit_failed", n->admit_failed);
	number(j, "stream_reads", n->stream_reads);
	number(j, "stream_lent_bytes", n->stream_lent_bytes);
	number(j, "stream_writes", n->stream_writes);
	number(j, "stream_tx_bytes", n->stream_tx_bytes);
	number(j, "stream_rx_bytes", n->stream_rx_bytes);
	number(j, "dgram_in", n->dgram_in);
	number(j, "dgram_out", n->dgram_out);
	number(j, "dgram_bad", n->dgram_bad);
	number(j, "close_events", dm->watch.events);
	number(j, "close_overflows", dm->watch.overflows);
	number(j, "watch_failures", dm->watch.failures);
	if (workers_many(dm))
		cJSON_AddItemToObject(j, "workers", workers_json(dm));
	return j;
}

char *stat_json(struct daemon *dm)
{
	cJSON *j = cJSON_CreateObject(), *a;
	struct net *net = dm->net;
	struct net_device *dev;
	struct neigh_table *tbl;
	struct net *s;
	char *text;
	u32 i;

	workers_hold_all(dm);
	cJSON_AddStringToObject(j, "version", NETSTACK_VERSION);
	a = cJSON_AddArrayToObject(j, "devices");
	for_each_netdev(net, dev)
		cJSON_AddItemToArray(a, device_json(dev));
	a = cJSON_AddArrayToObject(j, "routes");
	fib_for_each(net, INET_FAMILY_4, add_route, a);
	fib_for_each(net, INET_FAMILY_6, add_route, a);
	a = cJSON_AddArrayToObject(j, "neighbours");
	for_each_shard(net, s, i)
		list_for_each_entry(tbl, &s->neigh_tables, list)
			neigh_for_each(tbl, add_neighbour, a);
	cJSON_AddItemToObject(j, "sockets", sockets_json(net));
	cJSON_AddItemToObject(j, "mib", mib_json(net));
	cJSON_AddItemToObject(j, "drops", drops_json(net));
	cJSON_AddItemToObject(j, "memory", memory_json(net));
	cJSON_AddItemToObject(j, "daemon", daemon_json(dm));
	text = cJSON_PrintUnformatted(j);
	cJSON_Delete(j);
	return text;
}

char *stat_version_json(void)
{
	cJSON *j = cJSON_CreateObject();
	char hash[17], *text;

	snprintf(hash, sizeof(hash), "%016llx", (unsigned long long)nsp_proto_hash());
	cJSON_AddStringToObject(j, "version", NETSTACK_VERSION);
	cJSON_AddStringToObject(j, "protocol", hash);
	text = cJSON_PrintUnformatted(j);
	cJSON_Delete(j);
	return text;
}
